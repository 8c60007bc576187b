//! Deputies that follow approved leave: they come, move and go with the record, whatever changes it.

use chrono::{DateTime, TimeDelta, Utc};
use kernel::{PackSource, SourceFile};
use serde_json::{Value as Json, json};
use server::{
    App,
    publish::Publication,
    worker::{Worker, handlers},
};

use crate::{
    approval::{submitted, task},
    client::Client,
    imports::{ended, upload},
    records::place,
    support::{TestApp, morning, on_both},
};

const ENTITY: &str = "entities/leave.json";

/// Works through what is due at a time.
async fn due_by(server: &TestApp, at: DateTime<Utc>) {
    server.app.clock().set(at.max(server.app.clock().now()));
    Worker::new(&server.app, handlers()).run_due().await.unwrap();
}

async fn decide(server: &TestApp, who: &str, record: &Json) {
    let client = server.sign_in(who).await;
    let own = task(&client, record).await.unwrap();
    client.post(&format!("/api/tasks/{}/approve", own["id"].as_str().unwrap()), json!({})).await.ok();
}

async fn transition(client: &Client, record: &Json, name: &str) -> Json {
    let path = format!("/api/records/leave/{}", record["record"]["id"].as_str().unwrap());
    let version = json!({"version": client.get(&path).await.ok()["record"]["version"]});
    client.post(&format!("{path}/transitions/{name}"), version).await.ok()
}

/// Leave of `manager_a` on these days, submitted; the general manager and personnel have still to agree.
async fn asked_for(server: &TestApp, from: &str, until: &str) -> Json {
    let manager = server.sign_in("manager_a").await;
    let fields = json!({"kind": "personal", "from": from, "until": until, "reason": "a move",
        "handover_to": server.person("manager_b")});
    let made = manager.post("/api/records/leave", fields).await.ok();
    transition(&manager, &made, "submit").await
}

/// The same, approved.
async fn leave(server: &TestApp, from: &str, until: &str) -> Json {
    let record = asked_for(server, from, until).await;
    decide(server, "gm_a", &record).await;
    decide(server, "hr_a", &record).await;
    record
}

async fn deputies(client: &Client) -> Vec<Json> {
    client.get("/api/deputies").await.ok()["rows"].as_array().unwrap().clone()
}

on_both!(approved_leave_sets_a_deputy_for_its_days_and_open_tasks_go_over_when_it_begins, |server| {
    let rep = server.sign_in("rep_a").await;
    let open = submitted(&rep, 80_000).await;
    let asked = asked_for(server, "2026-11-24", "2026-11-25").await;
    let manager = server.sign_in("manager_a").await;
    decide(server, "gm_a", &asked).await;
    assert!(deputies(&manager).await.is_empty(), "it is not approved yet");
    decide(server, "hr_a", &asked).await;
    let rows = deputies(&manager).await;
    let row = &rows[0];
    assert_eq!(
        (&row["from"], &row["to"]),
        (&json!("2026-11-23T16:00:00.000Z"), &json!("2026-11-25T16:00:00.000Z")),
        "{row}"
    );
    assert_eq!((row["deputy_name"].as_str().is_some(), &row["active"]), (true, &json!(false)), "{row}");
    assert_eq!(
        (&row["entity"], &row["record"], &row["title"]),
        (&json!("leave"), &asked["record"]["id"], &asked["record"]["title"]),
        "{row}"
    );
    due_by(server, morning() + TimeDelta::hours(1)).await;
    assert!(task(&manager, &open).await.is_some(), "they are still there");

    due_by(server, "2026-11-23T16:00:01Z".parse().unwrap()).await;
    let (manager, deputy) = (server.sign_in("manager_a").await, server.sign_in("manager_b").await);
    assert!(task(&manager, &open).await.is_none());
    assert!(task(&deputy, &open).await.is_some(), "what was open goes over");
    let rep = server.sign_in("rep_a").await;
    let next = submitted(&rep, 80_000).await;
    let own = task(&deputy, &next).await.expect("what comes in these days goes to the deputy");
    deputy.post(&format!("/api/tasks/{}/approve", own["id"].as_str().unwrap()), json!({})).await.ok();
    let instance = rep.get(&place(&next)).await.ok()["instance"]["id"].as_str().unwrap().to_owned();
    let way = rep.get(&format!("/api/instances/{instance}")).await.ok();
    let visit = way["nodes"].as_array().unwrap().iter().find(|n| n["node"] == "sales_manager").unwrap().to_string();
    for who in ["manager_a", "manager_b"] {
        assert!(visit.contains(&server.person(who).to_string()), "both names stand there: {visit}");
    }

    server.app.clock().set("2026-11-25T16:00:01Z".parse().unwrap());
    let (rep, manager) = (server.sign_in("rep_a").await, server.sign_in("manager_a").await);
    let later = submitted(&rep, 80_000).await;
    assert!(task(&manager, &later).await.is_some(), "they are back when the last day is over");
});

on_both!(a_deputy_that_follows_a_record_ends_with_it_and_not_by_hand, |server| {
    let record = leave(server, "2026-11-24", "2026-11-25").await;
    let manager = server.sign_in("manager_a").await;
    let id = deputies(&manager).await[0]["id"].as_str().unwrap().to_owned();
    manager.delete(&format!("/api/deputies/{id}")).await.refused(409, "follows_record");
    server.sign_in("it_a").await.delete(&format!("/api/deputies/{id}")).await.refused(409, "follows_record");
    transition(&manager, &record, "cancel").await;
    let rows = deputies(&manager).await;
    assert!(rows[0]["ended_at"].is_string(), "{rows:?}");
    due_by(server, "2026-11-24T02:00:00Z".parse().unwrap()).await;
    let (rep, manager) = (server.sign_in("rep_a").await, server.sign_in("manager_a").await);
    let next = submitted(&rep, 80_000).await;
    assert!(task(&manager, &next).await.is_some(), "the leave was called off");
});

on_both!(whoever_reports_back_gets_what_comes_from_then_on, |server| {
    let record = leave(server, "2026-11-23", "2026-11-23").await;
    let (rep, deputy) = (server.sign_in("rep_a").await, server.sign_in("manager_b").await);
    due_by(server, server.app.clock().now()).await;
    let first = submitted(&rep, 80_000).await;
    assert!(task(&deputy, &first).await.is_some());
    let manager = server.sign_in("manager_a").await;
    transition(&manager, &record, "report_back").await;
    let next = submitted(&rep, 80_000).await;
    assert!(task(&manager, &next).await.is_some(), "they are back");
});

on_both!(a_deputy_follows_changes_of_the_record_the_trash_and_the_way_back, |server| {
    // Without a lifecycle in the way: what is still a draft counts, so that people can change it and throw it away.
    let changes = [(
        ENTITY,
        r#""while": ["approved"]"#,
        r#""while": ["draft", "approved"], "workflows": ["quotation_approval"]"#,
    )];
    server.publish("definitions/trade", &changes).await.unwrap();
    let manager = server.sign_in("manager_a").await;
    let fields = json!({"kind": "personal", "from": "2026-11-23", "until": "2026-11-24", "reason": "a move"});
    let made = manager.post("/api/records/leave", fields).await.ok();
    assert!(deputies(&manager).await.is_empty(), "nobody is named");
    let path = format!("/api/records/leave/{}", made["record"]["id"].as_str().unwrap());
    let change = async |mut fields: Json| {
        fields["version"] = manager.get(&path).await.ok()["record"]["version"].clone();
        manager.patch(&path, fields).await.ok();
    };
    change(json!({"handover_to": server.person("manager_b")})).await;
    let rows = deputies(&manager).await;
    assert_eq!(
        (rows.len(), &rows[0]["workflows"], &rows[0]["active"]),
        (1, &json!(["quotation_approval"]), &json!(true))
    );
    change(json!({"handover_to": server.person("gm_a"), "until": "2026-11-26"})).await;
    let rows = deputies(&manager).await;
    assert_eq!((rows.len(), &rows[0]["deputy"]), (1, &json!(server.person("gm_a"))), "it moves: {rows:?}");
    assert_eq!(rows[0]["to"], "2026-11-26T16:00:00.000Z");
    change(json!({"reason": "another move"})).await;
    assert_eq!(deputies(&manager).await, rows, "what says nothing of it leaves it alone");
    assert!(manager.delete(&path).await.status < 300);
    assert_eq!(deputies(&manager).await[0]["active"], false, "in the trash it holds no more");
    manager.post(&format!("{path}/restore"), json!({})).await.ok();
    assert_eq!(deputies(&manager).await[0]["active"], true, "out of the trash it holds again");
});

/// A pack in which people keep their absences as things, for thirty days.
pub(crate) fn absences() -> Publication {
    let pack = json!({"kind": "pack", "name": "away", "label": "Away", "version": "1.0.0"});
    let trip = json!({"kind": "entity", "name": "trip_x", "label": "Trip", "type": "master", "title": "{name}",
        "fields": {"name": {"type": "text", "required": true}, "who": {"type": "user"}, "instead": {"type": "user"},
                   "starts": {"type": "date"}, "ends": {"type": "date"}},
        "lifecycle": {"start": "planned", "states": {"planned": {}, "over": {}},
                      "transitions": {"close": {"from": ["planned"], "to": "over"}}},
        "retain": {"for": "30 days", "where": ["name", "=", "Fair"]},
        "absence": {"person": "who", "deputy": "instead", "from": "starts", "until": "ends", "while": ["planned"]}});
    let can = json!({"read": "all", "create": true, "update": "all", "delete": "all", "import": true});
    let role = json!({"kind": "role", "name": "keeper", "label": "Keeper", "can": {"trip_x": can}});
    let files = [("pack.json", pack), ("entities/trip_x.json", trip), ("roles/keeper.json", role)];
    let files = files.into_iter().map(|(path, json)| SourceFile { path: path.into(), text: json.to_string() });
    let packs = vec![PackSource { name: "away".into(), files: files.collect() }];
    Publication { packs, note: "away".into(), by: None, demo: false }
}

/// Imports a trip of `rep_a`, for whom `rep_b` stands in; the import.
pub(crate) async fn imported(keeper: &Client, first: &str, last: &str) -> String {
    let content = format!("Name;Who;Instead;From;To\nFair;rep.a@demo.example;rep.b@demo.example;{first};{last}\n");
    let uploaded = upload(keeper, "trips.csv", content.as_bytes()).await.ok();
    let id = uploaded["id"].as_str().unwrap().to_owned();
    let plan = json!({"entity": "trip_x", "key": ["name"], "existing": "skip",
        "columns": {"Name": "name", "Who": "who", "Instead": "instead", "From": "starts", "To": "ends"}});
    keeper.post(&format!("/api/imports/{id}/run"), plan).await.ok();
    let done = ended(keeper, &id).await;
    assert_eq!((&done["problem_count"], &done["summary"]["trip_x"]["create"]), (&json!(0), &json!(1)), "{done}");
    id
}

/// Whether `rep_b` stands in for `rep_a` as far as a process knows.
pub(crate) fn stands_in(app: &App, server: &TestApp) -> bool {
    let (person, deputy) = (server.person("rep_a"), server.person("rep_b"));
    app.org().deputies.iter().any(|known| known.person == person && known.deputy == deputy)
}

on_both!(deputies_come_and_go_with_records_that_are_imported_made_one_or_kept_for_a_time_only, |server| {
    server.app.publish(absences()).await.unwrap();
    server.give_roles("it_a", &["administrator", "keeper"]).await;
    let keeper = server.sign_in("it_a").await;
    let import = imported(&keeper, "2026-11-01", "2027-12-31").await;
    assert!(stands_in(&server.app, server), "it comes with the import");
    keeper.post(&format!("/api/imports/{import}/undo"), json!({})).await.ok();
    assert!(!stands_in(&server.app, server), "and goes when that is undone");

    let made = async |fields: Json| keeper.post("/api/records/trip_x", fields).await.ok()["record"].clone();
    let winner =
        made(json!({"name": "One", "who": server.person("rep_a"), "starts": "2026-11-01", "ends": "2027-12-31"})).await;
    let loser = made(json!({"name": "Two", "instead": server.person("rep_b")})).await;
    assert!(!stands_in(&server.app, server), "neither says enough");
    let both = json!({"version": winner["version"], "losers": [{"id": loser["id"], "version": loser["version"]}], "fields": {}});
    let merged = keeper.post(&format!("/api/records/trip_x/{}/merge", winner["id"].as_str().unwrap()), both).await.ok();
    assert!(stands_in(&server.app, server), "together they do: {merged}");
    keeper.post(&format!("/api/merges/{}/undo", merged["merge"].as_str().unwrap()), json!({})).await.ok();
    assert!(!stands_in(&server.app, server), "and not any more when they are parted");

    imported(&keeper, "2026-11-01", "2027-12-31").await;
    assert!(stands_in(&server.app, server));
    server.app.clock().set(morning() + TimeDelta::days(31));
    assert!(server.app.retain(None).await.unwrap() >= 1);
    assert!(!stands_in(&server.app, server), "it goes when the time of its record is over");
});

//! Time in workflows over the API: deadlines that pass by themselves, waits, messages; late, twice, after a restart, on two
//! processes, and at the same instant as somebody decides.

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use serde_json::{Value as Json, json};
use server::worker::{Worker, handlers};

use crate::{
    approval::{submitted, task},
    client::Client,
    records::place,
    support::{TestApp, morning, on_both},
};

const WORKFLOW: &str = "workflows/quotation_approval.json";
const MANAGER: &str = r#""approvers": [{"role": "sales_manager", "in": "initiator_department"}],"#;

/// The trade pack whose first approval has a deadline.
async fn with_due(server: &TestApp, due: &str) {
    let due = format!("{MANAGER} \"due\": {due},");
    server.publish("definitions/trade", &[(WORKFLOW, MANAGER, &due)]).await.unwrap();
}

/// The trade pack whose approval begins with a wait.
async fn with_wait(server: &TestApp, awaited: &str) {
    let start = r#""start": {"type": "start", "next": "by_level"},"#;
    let wait = format!(
        "\"start\": {{\"type\": \"start\", \"next\": \"pause\"}}, \"pause\": {{\"type\": \"wait\", \"for\": {awaited}, \"next\": \"by_level\"}},"
    );
    server.publish("definitions/trade", &[(WORKFLOW, start, &wait)]).await.unwrap();
}

/// Works through what is due at a time, or now where it is later already: what people did a moment ago is due then.
async fn due_by(server: &TestApp, at: DateTime<Utc>) {
    server.app.clock().set(at.max(server.app.clock().now()));
    Worker::new(&server.app, handlers()).run_due().await.unwrap();
}

/// Whether a time is this one, or a little later: the clock goes on while the test does what it does.
fn is_about(time: &Json, expected: &str) -> bool {
    let read = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let late = read(time.as_str().unwrap()) - read(expected);
    (TimeDelta::zero()..TimeDelta::minutes(5)).contains(&late)
}

fn instance_of(record: &Json) -> uuid::Uuid {
    record["instance"]["id"].as_str().unwrap().parse().unwrap()
}

/// The events of an instance of one kind.
async fn events(server: &TestApp, instance: uuid::Uuid, kind: &str) -> Vec<Json> {
    let rows = server.app.store().events(instance).await.unwrap();
    rows.into_iter().map(|row| row.event).filter(|event| event["kind"] == kind).collect()
}

async fn notices(client: &Client) -> Vec<String> {
    let list = client.get("/api/notifications").await.ok();
    list["rows"].as_array().unwrap().iter().map(|row| row["kind"].as_str().unwrap().to_owned()).collect()
}

const APPROVES: &str =
    r#"{"after": "2 working_days", "remind": [{"before": "4 working_hours"}], "then": {"act": "approve"}}"#;

on_both!(what_nobody_decides_in_two_working_days_is_approved_and_everybody_can_see_why, |server| {
    with_due(server, APPROVES).await;
    let (rep, manager) = (server.sign_in("rep_a").await, server.sign_in("manager_a").await);
    let record = submitted(&rep, 30_000).await;
    let own = task(&manager, &record).await.unwrap();
    assert!(is_about(&own["due_at"], "2026-11-25T02:00:00Z"), "Monday ten o'clock, and two working days: {own}");
    let ahead = rep.get(&format!("/api/instances/{}", instance_of(&record))).await.ok();
    assert!(is_about(&ahead["next"]["nodes"][0]["due"]["at"], "2026-11-25T02:00:00Z"), "{ahead}");
    due_by(server, morning() + TimeDelta::hours(30)).await;
    let manager = server.sign_in("manager_a").await;
    assert_eq!(events(server, instance_of(&record), "reminded").await.len(), 1);
    assert!(notices(&manager).await.contains(&"reminder".to_owned()));
    due_by(server, morning() + TimeDelta::days(2) + TimeDelta::minutes(5)).await;
    let (rep, manager) = (server.sign_in("rep_a").await, server.sign_in("manager_a").await);
    let way = rep.get(&format!("/api/instances/{}", instance_of(&record))).await.ok();
    let visit = way["nodes"].as_array().unwrap().iter().find(|node| node["node"] == "sales_manager").unwrap();
    let person = &visit["people"][0];
    assert_eq!((visit["status"].as_str(), person["decision"].as_str()), (Some("approved"), Some("approved")), "{way}");
    assert_eq!(
        (&person["automatic"]["act"], &person["automatic"]["within"]),
        (&json!("approve"), &json!("2 working_days"))
    );
    let line = rep.get(&format!("{}/timeline", place(&record))).await.ok();
    let decision = line["items"].as_array().unwrap().iter().find(|item| item["kind"] == "decision").unwrap();
    assert_eq!(
        (&decision["automatic"], &decision["within"], &decision["by"]),
        (&json!(true), &json!("2 working_days"), &Json::Null)
    );
    assert!(notices(&manager).await.contains(&"overdue".to_owned()));
    assert_eq!(server.app.store().count_incidents().await.unwrap(), 0);
});

on_both!(a_timer_and_a_decision_at_the_same_instant_never_both_count, |server| {
    with_due(server, r#"{"after": "1 hour", "then": {"act": "reject"}}"#).await;
    let (rep, manager) = (server.sign_in("rep_a").await, server.sign_in("manager_a").await);
    for round in 0..4 {
        server.app.clock().set(morning() + TimeDelta::hours(2 * round));
        let record = submitted(&rep, 30_000).await;
        let own = task(&manager, &record).await.unwrap();
        let approve = format!("/api/tasks/{}/approve", own["id"].as_str().unwrap());
        server.app.clock().set(morning() + TimeDelta::hours(2 * round + 1));
        let mut worker = Worker::new(&server.app, handlers());
        let (decided, fired) = tokio::join!(manager.post(&approve, json!({})), worker.run_due());
        fired.unwrap();
        let settled = events(server, instance_of(&record), "node_decided").await;
        assert_eq!(settled.len(), 1, "{settled:?}");
        let overdue = events(server, instance_of(&record), "overdue").await.len();
        assert_eq!(
            (decided.status == 200, overdue),
            (overdue == 0, usize::from(decided.status != 200)),
            "{}",
            decided.text
        );
        if decided.status != 200 {
            decided.refused(409, "task_done");
        }
        assert_eq!(server.app.store().count_jobs().await.unwrap(), (0, 0));
    }
});

on_both!(a_timer_fires_once_after_a_restart_and_on_two_processes, |server| {
    with_due(server, r#"{"after": "1 hour", "then": {"act": "reassign_up"}}"#).await;
    let rep = server.sign_in("rep_a").await;
    let record = submitted(&rep, 30_000).await;
    let other = server.reopened().await;
    let late = morning() + TimeDelta::hours(5);
    server.app.clock().set(late);
    other.app.clock().set(late);
    let (mut one, mut two) = (Worker::new(&server.app, handlers()), Worker::new(&other.app, handlers()));
    let (first, second) = tokio::join!(one.run_due(), two.run_due());
    first.unwrap();
    second.unwrap();
    assert_eq!(events(server, instance_of(&record), "overdue").await.len(), 1);
    one.run_due().await.unwrap();
    assert_eq!(server.app.store().count_jobs().await.unwrap(), (0, 0));
    other.app.close().await;
});

on_both!(what_is_suspended_holds_its_deadline, |server| {
    with_due(server, r#"{"after": "1 hour", "then": {"act": "reject"}}"#).await;
    let (rep, admin) = (server.sign_in("rep_a").await, server.sign_in("it_a").await);
    let manager = server.sign_in("manager_a").await;
    let record = submitted(&rep, 30_000).await;
    let instance = format!("/api/instances/{}", instance_of(&record));
    admin.post(&format!("{instance}/suspend"), json!({"reason": "audit"})).await.ok();
    due_by(server, morning() + TimeDelta::hours(8)).await;
    assert_eq!(events(server, instance_of(&record), "overdue").await.len(), 0);
    admin.post(&format!("{instance}/resume"), json!({"reason": "done"})).await.ok();
    let own = task(&manager, &record).await.unwrap();
    assert!(is_about(&own["due_at"], "2026-11-23T11:00:00Z"), "an hour, as before: {own}");
    due_by(server, morning() + TimeDelta::hours(9) + TimeDelta::minutes(5)).await;
    assert_eq!(events(server, instance_of(&record), "overdue").await.len(), 1);
});

on_both!(a_deadline_moves_when_its_date_is_changed, |server| {
    with_due(server, r#"{"date": {"field": "valid_until", "time": "18:00"}}"#).await;
    let (rep, manager) = (server.sign_in("rep_a").await, server.sign_in("manager_a").await);
    let record = submitted(&rep, 30_000).await;
    let due = task(&manager, &record).await.unwrap()["due_at"].clone();
    let command = server::command::UpdateRecord {
        entity: "quotation".into(),
        id: record["record"]["id"].as_str().unwrap().parse().unwrap(),
        version: None,
        fields: [("valid_until".to_owned(), json!("2026-11-27"))].into_iter().collect(),
        distinct: None,
        source: "app",
    };
    server.app.perform(None, &command).await.unwrap();
    due_by(server, morning()).await;
    let moved = task(&manager, &record).await.unwrap()["due_at"].clone();
    assert!(is_about(&moved, "2026-11-27T10:00:00Z") && moved != due, "{moved}");
});

on_both!(tasks_are_listed_by_when_they_are_due, |server| {
    let (rep, manager) = (server.sign_in("rep_a").await, server.sign_in("manager_a").await);
    let never = submitted(&rep, 30_000).await;
    with_due(server, r#"{"after": "3 days"}"#).await;
    let later = submitted(&rep, 30_000).await;
    with_due(server, r#"{"after": "1 day"}"#).await;
    let sooner = submitted(&rep, 30_000).await;
    let mine = |row: &Json| [&never, &later, &sooner].iter().any(|one| one["record"]["id"] == row["record"]);
    let mut listed = Vec::new();
    let mut after = String::new();
    loop {
        let page = manager.get(&format!("/api/tasks?order=due&limit=1{after}")).await.ok();
        listed.extend(page["rows"].as_array().unwrap().iter().filter(|row| mine(row)).map(|row| row["record"].clone()));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(listed, [&sooner, &later, &never].map(|one| one["record"]["id"].clone()));
    manager.get("/api/tasks?order=random").await.refused(422, "invalid");
});

on_both!(a_message_is_kept_until_a_workflow_takes_it_and_is_taken_once, |server| {
    with_wait(server, r#"{"message": {"name": "paid", "key": "currency"}}"#).await;
    let (rep, admin) = (server.sign_in("rep_a").await, server.sign_in("it_a").await);
    let manager = server.sign_in("manager_a").await;
    rep.post("/api/messages", json!({"name": "paid", "key": "EUR"})).await.refused(403, "forbidden");
    admin.post("/api/messages", json!({"name": "paid", "key": " "})).await.refused(422, "invalid");
    let key = admin.with("idempotency-key", "once");
    for _ in 0..2 {
        assert_eq!(key.post("/api/messages", json!({"name": "paid", "key": "EUR"})).await.status, 202);
    }
    due_by(server, morning()).await;
    assert_eq!(server.app.store().count_messages().await.unwrap(), 1, "it waits for somebody who waits for it");
    let first = submitted(&rep, 30_000).await;
    assert!(task(&manager, &first).await.is_none(), "it waits");
    let second = submitted(&rep, 30_000).await;
    due_by(server, morning()).await;
    assert!(task(&manager, &first).await.is_some(), "whoever waits longest gets it");
    assert!(task(&manager, &second).await.is_none());
    assert_eq!(server.app.store().count_messages().await.unwrap(), 0);
    admin.post("/api/messages", json!({"name": "paid", "key": "EUR"})).await.ok();
    due_by(server, morning()).await;
    assert!(task(&manager, &second).await.is_some());
    let ended = events(server, instance_of(&second), "wait_ended").await;
    assert_eq!((ended.len(), ended[0]["cause"].as_str()), (1, Some("message")));
});

on_both!(a_message_brings_values_and_is_refused_with_the_path_of_what_is_wrong, |server| {
    let variables =
        r#""variables": {"level": {"label": "Level", "type": "integer", "value": "decide(quotation_level).level"}},"#;
    let more = variables.replace("}},", r#"}, "paid": {"type": "decimal", "value": "0"}},"#);
    let start = r#""start": {"type": "start", "next": "by_level"},"#;
    let values = r#"{"amount": {"variable": "paid", "required": true}}"#;
    let wait = format!(
        r#""start": {{"type": "start", "next": "pause"}},
        "pause": {{"type": "wait", "for": {{"message": {{"name": "paid", "key": "currency", "values": {values}}}}}, "next": "much"}},
        "much": {{"type": "switch", "label": "Deposit", "cases": {{"yes": {{"when": "vars.paid > 100", "next": "general_manager"}}}}, "default": "by_level"}},"#
    );
    let changes = [(WORKFLOW, variables, more.as_str()), (WORKFLOW, start, &wait)];
    server.publish("definitions/trade", &changes).await.unwrap();
    let (rep, admin) = (server.sign_in("rep_a").await, server.sign_in("it_a").await);
    let general = server.sign_in("gm_a").await;
    let send = |values: Json| {
        let admin = admin.clone();
        async move { admin.post("/api/messages", json!({"name": "paid", "key": "EUR", "values": values})).await }
    };
    for (values, path, code) in [
        (json!({"amount": "much"}), "values.amount", "type"),
        (json!({}), "values.amount", "required"),
        (json!({"amount": 5, "colour": "red"}), "values.colour", "unknown"),
    ] {
        let refused = send(values).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid"));
        let detail = &refused.body["error"]["details"][0];
        assert_eq!((&detail["path"], &detail["code"]), (&json!(path), &json!(code)));
    }
    assert_eq!(server.app.store().count_messages().await.unwrap(), 0);
    let record = submitted(&rep, 30_000).await;
    assert_eq!(send(json!({"amount": "500.5"})).await.status, 202);
    due_by(server, morning()).await;
    assert!(task(&general, &record).await.is_some(), "what came decides about the way");
    // What came is of no field, so that no role says who may read it: people are told that something decided, not what.
    let why = |client: crate::client::Client| {
        let place = format!("/api/instances/{}/why?node=general_manager", instance_of(&record));
        async move { client.get(&place).await.ok().to_string() }
    };
    assert!(!why(rep).await.contains("500.5"));
});

on_both!(a_wait_ends_when_its_record_comes_to_fit, |server| {
    with_wait(server, r#"{"until": "remarks == 'go'"}"#).await;
    let (rep, manager) = (server.sign_in("rep_a").await, server.sign_in("manager_a").await);
    let record = submitted(&rep, 30_000).await;
    assert!(task(&manager, &record).await.is_none());
    let command = server::command::UpdateRecord {
        entity: "quotation".into(),
        id: record["record"]["id"].as_str().unwrap().parse().unwrap(),
        version: None,
        fields: [("remarks".to_owned(), json!("go"))].into_iter().collect(),
        distinct: None,
        source: "app",
    };
    server.app.perform(None, &command).await.unwrap();
    due_by(server, morning()).await;
    assert!(task(&manager, &record).await.is_some());
});

/// So many here; `make bench` has more.
const MANY: usize = 24;

on_both!(many_timers_that_are_due_at_once_all_fire_while_people_are_served, |server| {
    with_due(server, r#"{"after": "1 hour", "then": {"act": "approve"}}"#).await;
    let rep = server.sign_in("rep_a").await;
    let mut instances = Vec::new();
    for _ in 0..MANY {
        instances.push(instance_of(&submitted(&rep, 30_000).await));
    }
    server.app.clock().set(morning() + TimeDelta::hours(2));
    let mut worker = Worker::new(&server.app, handlers());
    let asked = join_all((0..MANY).map(|_| rep.get("/api/tasks")));
    let (drained, answers) = tokio::join!(worker.run_due(), asked);
    drained.unwrap();
    assert!(answers.iter().all(|answer| answer.status == 200));
    for instance in instances {
        assert_eq!(events(server, instance, "overdue").await.len(), 1);
    }
    assert_eq!(server.app.store().count_jobs().await.unwrap(), (0, 0));
});

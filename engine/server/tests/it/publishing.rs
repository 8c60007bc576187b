//! Publishing while people work: new instances take the new way, running ones keep the old; broken definitions change
//! nothing.

use kernel::Severity;
use serde_json::json;
use server::{App, Options, publish::PublishError};

use crate::{
    approval::{submitted, task},
    records::{made, place},
    support::{TestApp, on_both},
};

const LEVELS: &str = "decisions/quotation_level.json";

on_both!(the_next_one_takes_the_new_way_and_a_running_one_keeps_the_old, |server| {
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let running = submitted(&rep, 80_000).await;
    let before = rep.get(&format!("{}/preview?transition=submit", place(&made(&rep, 80_000).await))).await.ok();
    let asked = before["nodes"].as_array().unwrap().iter().filter(|node| node["kind"] == "approval").count();
    assert!(asked >= 2, "{before}");

    // The amounts from which people are asked go out of reach.
    let changes = [
        (LEVELS, "\"> 200000\"", "\"> 200000000\""),
        (LEVELS, "\"> 500000\"", "\"> 500000000\""),
        (LEVELS, "\"> 1000000\"", "\"> 1000000000\""),
    ];
    let report = server.publish("definitions/trade", &changes).await.unwrap();
    assert_eq!((report.version, report.is_new), (2, true));
    assert_eq!(rep.get("/api/session").await.ok()["version"], 2);

    let after = rep.get(&format!("{}/preview?transition=submit", place(&made(&rep, 80_000).await))).await.ok();
    let now = after["nodes"].as_array().unwrap().iter().filter(|node| node["kind"] == "approval").count();
    assert!(now < asked, "{after}");
    let way = rep.get(&format!("/api/instances/{}", running["instance"]["id"].as_str().unwrap())).await.ok();
    let ahead = way["next"]["nodes"].as_array().unwrap().iter().filter(|node| node["kind"] == "approval").count();
    assert_eq!(ahead, asked, "{way}");
    let own = task(&manager, &running).await.unwrap();
    let path = format!("/api/tasks/{}/approve", own["id"].as_str().unwrap());
    let done = manager.post(&path, json!({})).await.ok();
    assert_eq!(done["instance"]["status"], "running", "the next level is still asked");
});

on_both!(a_field_that_running_instances_still_read_stays, |server| {
    let rep = server.sign_in("rep_a").await;
    let field = ("entities/quotation.json", "\"remarks\": {", "\"colour_wish\": {\"type\": \"text\"}, \"remarks\": {");
    let read =
        ("workflows/quotation_approval.json", "vars.level >= 2", "vars.level >= 2 || colour_wish == \\\"teal\\\"");
    server.publish("definitions/trade", &[field, read]).await.unwrap();
    let (one, two) = (submitted(&rep, 80_000).await, submitted(&rep, 80_000).await);
    // Not read any more, but by those that run.
    server.publish("definitions/trade", &[field]).await.unwrap();
    let refused = server.publish("definitions/trade", &[]).await;
    let Err(PublishError::Wrong(problems)) = refused else { panic!("{refused:?}") };
    assert_eq!(problems.len(), 1, "{problems:?}");
    let problem = &problems[0];
    assert_eq!((&*problem.code, &*problem.path), ("E0523", "fields.colour_wish"));
    for said in ["`colour_wish` is gone", "2 running instances", "`quotation_approval`", "version 2"] {
        assert!(problem.message.contains(said), "{said}: {}", problem.message);
    }
    assert_eq!(server.app.published().catalog.version, 3, "nothing was published");
    for running in [one, two] {
        let id = running["instance"]["id"].as_str().unwrap();
        rep.post(&format!("/api/instances/{id}/withdraw"), json!({})).await.ok();
    }
    assert_eq!(server.publish("definitions/trade", &[]).await.unwrap().version, 4);
});

#[tokio::test]
async fn a_record_that_cannot_be_made_does_not_hide_that_the_version_is_in_force() {
    let server = TestApp::trade().await;
    let mut packs = server::packs::read(&[crate::support::repository().join("definitions/trade")]).unwrap();
    let text = json!({"kind": "data", "name": "wrong_units", "set": "seed", "entity": "customer",
        "records": {"nobody": {"name": "x".repeat(5_000)}}});
    let file = kernel::SourceFile { path: "data/wrong_units.json".into(), text: text.to_string() };
    packs.iter_mut().find(|pack| pack.name == "trade").unwrap().files.push(file);
    let publication = server::publish::Publication { packs, note: "test".into(), by: None, demo: false };
    let refused = server.app.publish(publication).await.unwrap_err();
    let told = refused.to_string();
    assert!(told.starts_with("version 2 is in force, but record `nobody`"), "{told}");
    assert_eq!(server.app.published().catalog.version, 2);
}

#[tokio::test]
async fn the_same_definitions_are_no_new_version() {
    let server = TestApp::trade().await;
    let report = server.publish("definitions/trade", &[]).await.unwrap();
    assert_eq!((report.version, report.is_new, report.made), (1, false, 0));
}

#[tokio::test]
async fn broken_definitions_tell_all_problems_and_leave_the_database_as_it_is() {
    let server = TestApp::trade().await;
    let changes = [
        ("entities/customer.json", "\"to\": \"country\"", "\"to\": \"cuontry\""),
        (LEVELS, "> 200000", "is about 200000"),
        ("entities/quotation.json", "sum(lines.amount)", "sum(lines.amuont)"),
    ];
    let refused = server.publish("definitions/trade", &changes).await;
    let Err(PublishError::Wrong(problems)) = refused else { panic!("{refused:?}") };
    let files: Vec<&str> = problems.iter().filter(|p| p.severity == Severity::Error).map(|p| p.file.as_str()).collect();
    for (file, _, _) in changes {
        assert!(files.contains(&format!("trade/{file}").as_str()), "{file} is not among {files:?}");
    }
    assert!(problems.iter().any(|p| p.hint.as_deref().is_some_and(|hint| hint.contains("country"))));
    assert_eq!(server.app.store().latest_version().await.unwrap(), 1);
    made(&server.sign_in("rep_a").await, 10).await;
}

#[tokio::test]
async fn a_new_field_is_there_at_once_for_old_and_new_records() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let old = made(&rep, 10).await;
    let field = ("entities/quotation.json", "\"remarks\": {", "\"colour_wish\": {\"type\": \"text\"}, \"remarks\": {");
    server.publish("definitions/trade", &[field]).await.unwrap();
    let changed = rep.patch(&place(&old), json!({"version": 1, "colour_wish": "teal"})).await.ok();
    assert_eq!(changed["record"]["colour_wish"], "teal");
    let page =
        rep.get("/api/records/quotation?columns=colour_wish&filter=%5B%22colour_wish%22%2C%22%3D%22%2C%22teal%22%5D");
    assert_eq!(page.await.ok()["rows"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_server_notices_what_another_process_publishes() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let other = App::open(Options::new(server.database())).await.unwrap();
    let mut packs = server::packs::read(&[crate::support::repository().join("definitions/trade")]).unwrap();
    let entity = packs.iter_mut().flat_map(|pack| &mut pack.files).find(|file| file.path == "entities/quotation.json");
    let text = &mut entity.unwrap().text;
    *text = text.replace("\"remarks\": {", "\"colour_wish\": {\"type\": \"text\"}, \"remarks\": {");
    let publication = server::publish::Publication { packs, note: "beside".into(), by: None, demo: false };
    assert_eq!(other.publish(publication).await.unwrap().version, 2);
    other.close().await;
    assert_eq!(rep.get("/api/session").await.ok()["version"], 1);
    assert!(server.app.take_up_published().await.unwrap());
    assert_eq!(rep.get("/api/session").await.ok()["version"], 2);
    made(&rep, 10).await;
}

on_both!(a_renamed_field_is_found_by_running_workflows_old_filters_forms_and_the_history, |server| {
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let admin = server.sign_in("it_a").await;
    // The running workflow decides by a field, and its approvers may write it.
    let reads = [
        ("entities/quotation.json", "\"remarks\": {", "\"colour_wish\": {\"type\": \"text\"}, \"remarks\": {"),
        ("workflows/quotation_approval.json", "vars.level >= 2", "vars.level >= 2 && colour_wish == \\\"teal\\\""),
    ];
    server.publish("definitions/trade", &reads).await.unwrap();
    let answer = made(&rep, 80_000).await;
    let path = place(&answer);
    let version = answer["record"]["version"].clone();
    rep.patch(&path, json!({"version": version, "colour_wish": "teal"})).await.ok();
    let submitted = rep.post(&format!("{path}/transitions/submit"), json!({})).await.ok();

    let packs = server.app.packs_in_force().await.unwrap();
    let asked = json!({"path": "quotation.colour_wish", "to": "shade"});
    rep.post("/api/definitions/rename", asked.clone()).await.refused(403, "forbidden");
    let renamed = admin.post("/api/definitions/rename", asked).await.ok();
    assert_eq!(renamed["changed"].as_array().unwrap().len(), 2, "{}", renamed["changed"]);
    let renamed: Vec<kernel::PackSource> = serde_json::from_value(renamed["packs"].clone()).unwrap();
    assert_ne!(renamed, packs);
    let publication = server::publish::Publication { packs: renamed, note: "rename".into(), by: None, demo: false };
    server.app.publish(publication).await.unwrap();

    let now = rep.get(&path).await.ok();
    assert_eq!(now["record"]["shade"], "teal");
    assert!(now["record"].get("colour_wish").is_none());
    let filter = "/api/records/quotation?filter=%5B%22colour_wish%22,%22%3D%22,%22teal%22%5D&columns=colour_wish&sort=-colour_wish";
    let found = rep.get(filter).await.ok();
    assert_eq!(found["rows"].as_array().unwrap().len(), 1, "{found}");
    assert_eq!(found["rows"][0]["shade"], "teal");
    let timeline = rep.get(&format!("{path}/timeline")).await.ok();
    let changes =
        timeline["items"].as_array().unwrap().iter().flat_map(|i| i["changes"].as_array().cloned().unwrap_or_default());
    assert!(changes.into_iter().any(|c| c["path"] == "shade" && c["new"] == "teal"), "{timeline}");

    // The manager approves; the condition over the renamed field holds still, so the next level is asked.
    let own = task(&manager, &submitted).await.unwrap();
    let done = manager.post(&format!("/api/tasks/{}/approve", own["id"].as_str().unwrap()), json!({})).await.ok();
    assert_eq!(done["instance"]["status"], "running", "{done}");
    // A form that was open meanwhile sends the name that it knew.
    let other = made(&rep, 80_000).await;
    let sent =
        rep.patch(&place(&other), json!({"version": other["record"]["version"], "colour_wish": "red"})).await.ok();
    assert_eq!(sent["record"]["shade"], "red");
});

#[tokio::test]
async fn what_is_wrong_with_a_renaming_is_told() {
    let server = TestApp::trade().await;
    let admin = server.sign_in("it_a").await;
    let post =
        async |path: &str, to: &str| admin.post("/api/definitions/rename", json!({"path": path, "to": to})).await;
    post("quotation.remarx", "x").await.refused(422, "definitions");
    post("quotation.remarks", "notes").await.refused(422, "definitions");
    post("a.b.c.d", "x").await.refused(422, "invalid");
}

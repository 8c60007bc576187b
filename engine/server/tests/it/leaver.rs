//! People who leave, new passwords, roles.

use serde_json::json;
use server::command::UpdateRecord;

use crate::{
    approval::{submitted, task},
    records::{made, place},
    support::{TestApp, on_both},
};

#[tokio::test]
async fn a_leavers_tasks_people_and_open_records_go_to_others_and_history_stays() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let waiting = submitted(&rep, 80_000).await;
    let draft = made(&rep, 10).await;
    let admin = server.sign_in("it_a").await;
    let leave = |who: &str| format!("/api/users/{}/leave", server.person(who));
    rep.post(&leave("manager_a"), json!({"hand_over_to": server.person("rep_b")})).await.refused(403, "forbidden");
    let to_self = json!({"hand_over_to": server.person("rep_a")});
    admin.post(&leave("rep_a"), to_self).await.refused(422, "invalid");

    let done = admin.post(&leave("manager_a"), json!({"hand_over_to": server.person("manager_b")})).await.ok();
    assert!(done["tasks"].as_u64().unwrap() >= 1, "{done}");
    let instance = rep.get(&place(&waiting)).await.ok()["instance"].clone();
    let asked = instance["waiting_for"].as_array().unwrap();
    assert!(!asked.is_empty() && asked.iter().all(|p| p["id"] != json!(server.person("manager_a"))), "{instance}");

    let done = admin.post(&leave("rep_a"), json!({"hand_over_to": server.person("rep_b")})).await.ok();
    assert!(done["records"].as_u64().unwrap() >= 2, "{done}");
    rep.get("/api/session").await.refused(401, "unauthenticated");
    let other = server.sign_in("rep_b").await;
    let record = other.get(&place(&draft)).await.ok();
    assert_eq!(record["record"]["owner"], json!(server.person("rep_b")));
    assert_eq!(record["record"]["created_by"], json!(server.person("rep_a")), "who made it stays");
}

#[tokio::test]
async fn whoever_is_no_longer_active_has_no_task() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let waiting = submitted(&rep, 80_000).await;
    assert!(task(&manager, &waiting).await.is_some());
    let admin = server.sign_in("it_a").await;
    let path = format!("/api/records/user/{}", server.person("manager_a"));
    let version = admin.get(&path).await.ok()["record"]["version"].clone();
    admin.patch(&path, json!({"version": version, "active": false})).await.ok();
    let instance = rep.get(&place(&waiting)).await.ok()["instance"].clone();
    assert!(!instance.to_string().contains(&format!("\"id\":\"{}\"", server.person("manager_a"))), "{instance}");
}

#[tokio::test]
async fn an_administrator_gives_a_password_and_nobody_else_does() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let admin = server.sign_in("it_a").await;
    let path = format!("/api/users/{}/password", server.person("rep_a"));
    rep.post(&path, json!({"password": "long-enough"})).await.refused(403, "forbidden");
    admin.post(&path, json!({"password": "short"})).await.refused(422, "invalid");
    assert_eq!(admin.post(&path, json!({"password": "long-enough"})).await.status, 204);
    rep.get("/api/session").await.refused(401, "unauthenticated");
    assert_eq!(server.visitor().sign_in("rep.a@demo.example", "long-enough").await.status, 200);
}

#[tokio::test]
async fn administrators_see_roles_and_published_versions() {
    let server = TestApp::trade().await;
    let admin = server.sign_in("it_a").await;
    let roles = admin.get("/api/roles").await.ok();
    let rep = roles["roles"].as_array().unwrap().iter().find(|role| role["name"] == "sales_rep").unwrap().clone();
    assert!(rep["people"].as_array().unwrap().len() >= 2);
    assert_eq!(rep["can"]["quotation"]["create"], true);
    let versions = admin.get("/api/definitions").await.ok();
    assert_eq!((&versions["current"], &versions["versions"][0]["version"]), (&json!(1), &json!(1)));
    let files = admin.get("/api/definitions/1").await.ok();
    assert!(files["packs"].as_array().unwrap().iter().any(|pack| pack["name"] == "trade"));
    admin.get("/api/definitions/9").await.refused(404, "not_found");
    let rep = server.sign_in("rep_a").await;
    for path in ["/api/roles", "/api/definitions", "/api/definitions/1"] {
        rep.get(path).await.refused(403, "forbidden");
    }
}

on_both!(tasks_of_somebody_who_became_inactive_by_whatever_way_are_resolved, |server| {
    let rep = server.sign_in("rep_a").await;
    let waiting = submitted(&rep, 80_000).await;
    let manager = server.person("manager_a");
    assert_eq!(server.app.resolve_tasks_of_the_left().await.unwrap(), 0, "everybody is there");
    let fields = [("active".to_owned(), json!(false))].into_iter().collect();
    let command =
        UpdateRecord { entity: "user".into(), id: manager, version: None, fields, distinct: None, source: "import" };
    server.app.perform(None, &command).await.unwrap();
    assert!(server.app.store().count_open_tasks(manager, &[]).await.unwrap() > 0);
    assert!(server.app.resolve_tasks_of_the_left().await.unwrap() > 0);
    assert_eq!(server.app.store().count_open_tasks(manager, &[]).await.unwrap(), 0);
    let instance = rep.get(&place(&waiting)).await.ok()["instance"].clone();
    assert!(!instance["waiting_for"].as_array().unwrap().is_empty(), "somebody else decides: {instance}");
});

on_both!(no_older_picture_of_the_people_replaces_a_newer_one, |server| {
    let people = ["rep_a", "rep_b", "rep_c", "manager_a", "manager_b", "finance_a", "gm_a", "it_a"];
    for round in 0..5 {
        let named = people.map(|who| {
            let (app, id) = (server.app.clone(), server.person(who));
            async move {
                let name = format!("{who} {round}");
                let fields = [("name".to_owned(), json!(name))].into_iter().collect();
                let command =
                    UpdateRecord { entity: "user".into(), id, version: None, fields, distinct: None, source: "app" };
                app.perform(None, &command).await.unwrap();
                let now = app.org().people[&id].name.clone();
                assert_eq!(now, name, "whoever changed it sees it");
            }
        });
        futures::future::join_all(named).await;
        for who in people {
            assert_eq!(server.app.org().people[&server.person(who)].name, format!("{who} {round}"));
        }
    }
});

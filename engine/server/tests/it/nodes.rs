//! Several processes over one PostgreSQL database: what happens in one is known in the others at once.

use std::time::Duration;

use serde_json::json;
use server::App;
use tokio::task::JoinHandle;

use crate::{
    absence::{absences, imported, stands_in},
    approval::{submitted, task},
    events::until,
    records::{made, place},
    support::{TestApp, morning},
};

/// Another process over the same database, which hears the others.
pub(crate) async fn second(first: &TestApp) -> (TestApp, JoinHandle<()>) {
    let other = first.reopened().await;
    let follower = other.app.follow_nodes().await.unwrap().unwrap();
    let running = tokio::spawn(async move { follower.run().await.unwrap() });
    (other, running)
}

/// Waits until something holds; what it waits for is brought about by another task.
async fn comes_true(what: &str, mut holds: impl FnMut() -> bool) {
    let found = tokio::time::timeout(Duration::from_secs(20), async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    });
    assert!(found.await.is_ok(), "{what} has not come true");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_in_one_process_reaches_the_browsers_of_another_that_may_read_it() {
    let Some(first) = TestApp::trade_on_postgres().await else { return };
    let (other, _running) = second(&first).await;
    let rep = first.sign_in("rep_a").await;
    let mut own = other.sign_in("rep_a").await.stream("/api/events").await;
    let mut strangers = other.sign_in("rep_c").await.stream("/api/events").await;
    let mut managers = other.sign_in("manager_a").await.stream("/api/events").await;
    for stream in [&mut own, &mut strangers, &mut managers] {
        until(stream, "hello").await;
    }
    let answer = submitted(&rep, 80_000).await;
    let id = answer["record"]["id"].as_str().unwrap();
    until(&mut own, id).await;
    until(&mut managers, "event: tasks").await;
    // Something that both may know comes after it, so that not having heard is proof.
    let change = ("decisions/quotation_level.json", "200000", "150000");
    first.publish("definitions/trade", &[change]).await.unwrap();
    let heard = until(&mut strangers, "event: published").await;
    assert!(!heard.contains(id), "{heard}");
    assert_eq!(other.app.published().catalog.version, 2);
    // Whoever closes a task tells those of the other process as well.
    let manager = first.sign_in("manager_a").await;
    let open = task(&manager, &answer).await.unwrap();
    let mut managers = other.sign_in("manager_a").await.stream("/api/events").await;
    until(&mut managers, "hello").await;
    manager.post(&format!("/api/tasks/{}/approve", open["id"].as_str().unwrap()), json!({})).await.ok();
    until(&mut managers, "event: tasks").await;
    other.app.close().await;
    first.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_and_settings_that_change_in_one_process_are_known_in_another() {
    let Some(first) = TestApp::trade_on_postgres().await else { return };
    let (other, _running) = second(&first).await;
    let admin = first.sign_in("it_a").await;
    let leaver = first.person("rep_b");
    let path = format!("/api/records/user/{leaver}");
    let version = admin.get(&path).await.ok()["record"]["version"].clone();
    let is_active = |app: &App| app.org().people.get(&leaver).is_some_and(|person| person.active);
    assert!(is_active(&other.app));
    admin.patch(&path, json!({"version": version, "active": false})).await.ok();
    comes_true("that somebody left", || !is_active(&other.app)).await;
    first.app.store().set_settings(&[("company".to_owned(), json!("Evergreen"))].into_iter().collect()).await.unwrap();
    first.publish("definitions/trade", &[]).await.unwrap();
    comes_true("the firm's new name", || other.app.firm().company == "Evergreen").await;
    other.app.close().await;
    first.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_lost_its_connection_catches_up_and_hears_again() {
    let Some(first) = TestApp::trade_on_postgres().await else { return };
    let (other, _running) = second(&first).await;
    let mut stream = other.sign_in("rep_a").await.stream("/api/events").await;
    until(&mut stream, "hello").await;
    first.end_listening().await;
    until(&mut stream, "event: lagged").await;
    let rep = first.sign_in("rep_a").await;
    let answer = made(&rep, 10).await;
    until(&mut stream, answer["record"]["id"].as_str().unwrap()).await;
    rep.patch(&place(&answer), json!({"version": 1, "notes": "x"})).await.ok();
    other.app.close().await;
    first.remove().await;
}

#[tokio::test]
async fn on_sqlite_there_is_nobody_to_hear() {
    let server = TestApp::trade().await;
    assert!(server.app.follow_nodes().await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deputies_that_an_import_brings_and_its_undo_or_retention_takes_are_known_in_another_process() {
    let Some(first) = TestApp::trade_on_postgres().await else { return };
    first.app.publish(absences()).await.unwrap();
    let (other, _running) = second(&first).await;
    first.give_roles("it_a", &["administrator", "keeper"]).await;
    let keeper = first.sign_in("it_a").await;
    let import = imported(&keeper, "2026-11-01", "2027-12-31").await;
    comes_true("that somebody stands in", || stands_in(&other.app, &first)).await;
    keeper.post(&format!("/api/imports/{import}/undo"), json!({})).await.ok();
    comes_true("that nobody does any more", || !stands_in(&other.app, &first)).await;
    imported(&keeper, "2026-11-01", "2027-12-31").await;
    comes_true("that somebody stands in again", || stands_in(&other.app, &first)).await;
    first.app.clock().set(morning() + chrono::TimeDelta::days(31));
    first.app.retain(None).await.unwrap();
    comes_true("that the time of the record is over", || !stands_in(&other.app, &first)).await;
    other.app.close().await;
    first.remove().await;
}

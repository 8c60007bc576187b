//! Server-sent events: told as it happens, and only to those who may know.

use std::time::Duration;

use axum::body::BodyDataStream;
use futures::StreamExt as _;
use serde_json::json;

use crate::{
    approval::submitted,
    records::{made, place},
    support::TestApp,
};

/// Reads until a line holds the text; all that was read.
pub(crate) async fn until(stream: &mut BodyDataStream, text: &str) -> String {
    let mut read = String::new();
    let found = tokio::time::timeout(Duration::from_secs(20), async {
        while !read.contains(text) {
            let chunk = stream.next().await.unwrap().unwrap();
            read.push_str(&String::from_utf8_lossy(&chunk));
        }
    });
    assert!(found.await.is_ok(), "{text} did not come, but {read}");
    read
}

#[tokio::test]
async fn a_change_is_told_to_those_who_may_read_the_record_and_to_no_one_else() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let mut own = rep.stream("/api/events").await;
    let mut strangers = server.sign_in("rep_c").await.stream("/api/events").await;
    until(&mut own, "hello").await;
    until(&mut strangers, "hello").await;
    let answer = made(&rep, 10).await;
    let id = answer["record"]["id"].as_str().unwrap();
    let told = until(&mut own, id).await;
    assert!(told.contains("event: change") && told.contains("\"entity\":\"quotation\""), "{told}");
    // Something that both may know comes after it, so that not having heard is proof.
    server.publish("definitions/trade", &[("decisions/quotation_level.json", "200000", "150000")]).await.unwrap();
    let heard = until(&mut strangers, "event: published").await;
    assert!(!heard.contains(id), "{heard}");
}

#[tokio::test]
async fn an_approver_hears_of_a_task_at_once() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let mut stream = manager.stream("/api/events").await;
    until(&mut stream, "hello").await;
    let answer = submitted(&rep, 80_000).await;
    let heard = until(&mut stream, "event: tasks").await;
    assert!(heard.contains("data: {\"count\":") || until(&mut stream, "data: {\"count\":").await.contains("count"));
    assert_eq!(answer["record"]["state"], "approving");
}

#[tokio::test]
async fn a_stream_ends_when_the_server_stops() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let mut stream = rep.stream("/api/events").await;
    until(&mut stream, "hello").await;
    rep.patch(&place(&made(&rep, 10).await), json!({"version": 1, "notes": "x"})).await.ok();
    server.app.stop();
    let ended = tokio::time::timeout(Duration::from_secs(20), async { while stream.next().await.is_some() {} });
    assert!(ended.await.is_ok());
}

#[tokio::test]
async fn a_stream_ends_with_its_session() {
    let server = TestApp::trade().await;
    let (rep, admin) = (server.sign_in("rep_a").await, server.sign_in("it_a").await);
    let mut first = rep.stream("/api/events").await;
    let mut second = server.sign_in("rep_a").await.stream("/api/events").await;
    until(&mut first, "hello").await;
    until(&mut second, "hello").await;
    rep.delete("/api/session").await;
    let ended = async |stream: &mut BodyDataStream| {
        let end = tokio::time::timeout(Duration::from_secs(20), async { while stream.next().await.is_some() {} });
        assert!(end.await.is_ok(), "the stream goes on");
    };
    ended(&mut first).await;
    made(&server.sign_in("rep_a").await, 10).await;
    until(&mut second, "event: change").await;
    let place = format!("/api/users/{}/password", server.person("rep_a"));
    admin.post(&place, json!({"password": "given-by-it"})).await.ok();
    ended(&mut second).await;
}

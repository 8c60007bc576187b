//! The version that a change was made for: in the body or in `If-Match`, with changes, transitions and decisions alike.

use serde_json::{Value as Json, json};

use crate::{
    approval::{submitted, task},
    client::Client,
    records::{made, place},
    support::{TestApp, on_both},
};

fn tagged(client: &Client, version: &Json) -> Client {
    client.with("if-match", format!("\"{version}\""))
}

#[tokio::test]
async fn a_change_says_its_version_in_the_body_or_in_if_match() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let path = place(&made(&rep, 10).await);
    rep.patch(&path, json!({"notes": "no version"})).await.refused(422, "invalid");
    let second = tagged(&rep, &json!(1)).patch(&path, json!({"notes": "by tag"})).await.ok();
    assert_eq!(second["record"]["version"], 2);
    // An older version merges, or does not, as one in the body.
    tagged(&rep, &json!(1)).patch(&path, json!({"notes": "again"})).await.refused(409, "stale");
    let merged = tagged(&rep, &json!(1)).patch(&path, json!({"remarks": "beside"})).await.ok();
    assert_eq!((&merged["record"]["notes"], &merged["record"]["version"]), (&json!("by tag"), &json!(3)));
    let weak = rep.with("if-match", "W/\"3\"").patch(&path, json!({"notes": "through a proxy"})).await.ok();
    assert_eq!(weak["record"]["version"], 4);
    rep.with("if-match", "*").patch(&path, json!({"notes": "whichever"})).await.ok();
    let both = tagged(&rep, &json!(4)).patch(&path, json!({"version": 5, "notes": "which?"})).await;
    both.refused(400, "bad_request");
    rep.with("if-match", "soon").patch(&path, json!({"notes": "no tag"})).await.refused(400, "bad_request");
    tagged(&rep, &json!(1)).delete(&path).await.refused(409, "stale");
    assert_eq!(tagged(&rep, &json!(5)).delete(&path).await.status, 204);
}

on_both!(a_transition_and_a_decision_are_about_the_record_that_was_seen, |server| {
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let answer = made(&rep, 80_000).await;
    let path = place(&answer);
    rep.patch(&path, json!({"version": 1, "notes": "x"})).await.ok();
    let submit = format!("{path}/transitions/submit");
    tagged(&rep, &json!(1)).post(&submit, json!({})).await.refused(409, "stale");
    rep.post(&submit, json!({"version": 1})).await.refused(409, "stale");
    let sent = tagged(&rep, &json!(2)).post(&submit, json!({"reason": " Please today "})).await.ok();
    let version = sent["record"]["version"].as_i64().unwrap();

    let own = task(&manager, &answer).await.unwrap();
    let approve = format!("/api/tasks/{}/approve", own["id"].as_str().unwrap());
    let refused = manager.post(&approve, json!({"version": version - 1})).await;
    refused.refused(409, "stale");
    assert_eq!(refused.body["current"]["version"], version);
    tagged(&manager, &json!(version - 1)).post(&approve, json!({})).await.refused(409, "stale");
    tagged(&manager, &json!(version)).post(&approve, json!({})).await.ok();
    // That it is done is what matters then, whatever the version.
    manager.post(&approve, json!({"version": 1})).await.refused(409, "task_done");

    let items = rep.get(&format!("{path}/timeline")).await.ok()["items"].clone();
    let submission = items.as_array().unwrap().iter().find(|item| item["action"] == "submit").unwrap().clone();
    assert_eq!(submission["reason"], "Please today", "{submission}");
});

#[tokio::test]
async fn a_reason_has_an_end() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let answer = made(&rep, 10).await;
    let long = json!({"version": 1, "reason": "x".repeat(2_001)});
    let refused = rep.post(&format!("{}/transitions/submit", place(&answer)), long).await;
    refused.refused(422, "invalid");
    assert_eq!(refused.paths(), ["reason"]);
    let sent = submitted(&rep, 10).await;
    assert!(sent["record"]["version"].as_i64().unwrap() > 1);
}

#[tokio::test]
async fn a_form_of_any_length_goes_with_a_search_as_its_body() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let answer = made(&rep, 10).await;
    let mut doc = json!({"customer": answer["record"]["customer"], "notes": "x".repeat(100_000)});
    let asked = |doc: &Json| json!({"q": "", "field": "quotation.contact", "doc": doc, "limit": 20});
    let found = rep.post("/api/records/contact/lookup", asked(&doc)).await.ok();
    let rows = found["rows"].as_array().unwrap();
    assert!(!rows.is_empty(), "{found}");
    doc["customer"] = Json::Null;
    let none = rep.post("/api/records/contact/lookup", asked(&doc)).await.ok();
    assert_eq!(none["rows"], json!([]), "the form decides what can be chosen");
}

//! Requests that are sent again.

use serde_json::json;

use crate::{
    records::{made, place, quotation},
    support::TestApp,
};

#[tokio::test]
async fn a_request_that_is_sent_again_does_nothing_again() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await.with("idempotency-key", "a-first-key");
    let fields = quotation(&rep, 10).await;
    let first = rep.post("/api/records/quotation", fields.clone()).await;
    let count = rep.get("/api/records/quotation/count").await.ok();
    let again = rep.post("/api/records/quotation", fields).await;
    assert_eq!((first.status, again.status), (201, 201), "{}", again.text);
    assert_eq!(first.body["record"]["id"], again.body["record"]["id"]);
    assert_eq!(rep.get("/api/records/quotation/count").await.ok(), count);
}

#[tokio::test]
async fn a_key_cannot_be_used_for_another_request() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await.with("idempotency-key", "a-second-key");
    rep.post("/api/records/quotation", quotation(&rep, 10).await).await.ok();
    let other = rep.post("/api/records/quotation", quotation(&rep, 11).await).await;
    other.refused(422, "idempotency_key_reused");
}

#[tokio::test]
async fn another_persons_key_is_another_key() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let fields = quotation(&rep, 10).await;
    let first = rep.with("idempotency-key", "shared").post("/api/records/quotation", fields.clone()).await.ok();
    let manager = server.sign_in("gm_a").await.with("idempotency-key", "shared");
    let second = manager.post("/api/records/quotation", fields).await;
    assert_ne!(second.body["record"]["id"], first["record"]["id"]);
}

#[tokio::test]
async fn a_change_that_is_sent_again_is_not_stale() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let path = place(&made(&rep, 10).await);
    let keyed = rep.with("idempotency-key", "a-change");
    let change = json!({"version": 1, "remarks": "once"});
    keyed.patch(&path, change.clone()).await.ok();
    let again = keyed.patch(&path, change).await.ok();
    assert_eq!(again["record"]["version"], 2);
}

#[tokio::test]
async fn of_two_equal_requests_at_the_same_instant_one_is_done() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await.with("idempotency-key", "a-double-click");
    let fields = quotation(&rep, 10).await;
    let before = rep.get("/api/records/quotation/count").await.ok()["count"].as_u64().unwrap();
    let (one, two) = tokio::join!(
        rep.post("/api/records/quotation", fields.clone()),
        rep.post("/api/records/quotation", fields.clone()),
    );
    assert_eq!(one.ok()["record"]["id"], two.ok()["record"]["id"]);
    assert_eq!(rep.get("/api/records/quotation/count").await.ok()["count"].as_u64().unwrap(), before + 1);
}

//! A reader without the right to cost sees it nowhere, and nobody sees records that are not theirs to see.

use serde_json::json;

use crate::{
    client::encoded,
    records::{find, made, place, quotation},
    support::TestApp,
};

/// Fields that salespeople may not read.
const HIDDEN: [&str; 6] = ["margin", "profit", "cost_total", "purchase_price", "unit_cost", "revenue"];

fn assert_hidden(place: &str, text: &str) {
    for field in HIDDEN {
        assert!(!text.contains(&format!("\"{field}\"")), "{place} shows {field}");
    }
}

#[tokio::test]
async fn forbidden_fields_are_absent_from_every_answer() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let answer = made(&rep, 1000).await;
    let path = place(&answer);
    let whole = manager.get(&path).await;
    assert!(whole.text.contains("\"margin\""), "a manager may see it: {}", whole.text);
    let version = whole.body["record"]["version"].clone();
    let line = json!([{"id": whole.body["record"]["lines"][0]["id"], "purchase_price": "31.00"}]);
    manager.patch(&path, json!({"version": version, "lines": line})).await.ok();
    for place in [
        path.clone(),
        format!("{path}/timeline"),
        "/api/records/quotation?limit=200".to_owned(),
        "/api/records/product?limit=200".to_owned(),
        "/api/openapi.json".to_owned(),
        "/api/app".to_owned(),
        format!("{path}/preview?transition=submit"),
    ] {
        let seen = rep.get(&place).await;
        assert_eq!(seen.status, 200, "{place}: {}", seen.text);
        assert_hidden(&place, &seen.text);
    }
    let draft = rep.post("/api/records/quotation/draft", quotation(&rep, 5).await).await;
    assert_hidden("draft", &draft.text);
}

#[tokio::test]
async fn a_history_of_hidden_fields_alone_leaves_no_trace() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let answer = made(&rep, 1000).await;
    let line = json!([{"id": answer["record"]["lines"][0]["id"], "domestic_cost": "1.25"}]);
    manager.patch(&place(&answer), json!({"version": 1, "lines": line})).await.ok();
    let timeline = rep.get(&format!("{}/timeline", place(&answer))).await.ok();
    assert_eq!(timeline["items"].as_array().unwrap().len(), 1, "{timeline}");
}

#[tokio::test]
async fn forbidden_fields_cannot_be_asked_about() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let filter = encoded(&json!(["margin", ">", 0.2]).to_string());
    let lines = encoded(&json!({"some": "lines", "where": ["purchase_price", ">", 3]}).to_string());
    // Across a reference from within lines, alone and beside what may be read.
    let through = encoded(&json!({"some": "lines", "where": ["product.purchase_price", ">", 3]}).to_string());
    let beside = json!([["quantity", ">", 0], {"not": ["product.purchase_price", ">", 3]}]);
    let both = encoded(&json!({"some": "lines", "where": {"all": beside}}).to_string());
    for query in [
        "columns=margin".to_owned(),
        "sort=-margin".to_owned(),
        format!("filter={filter}"),
        format!("filter={lines}"),
        format!("filter={through}"),
        format!("filter={both}"),
        "columns=lines.cost".to_owned(),
    ] {
        let answer = rep.get(&format!("/api/records/quotation?{query}")).await;
        assert!(matches!(answer.status, 403 | 422), "{query}: {} {}", answer.status, answer.text);
        let count = rep.get(&format!("/api/records/quotation/count?{query}")).await;
        assert!(matches!(count.status, 403 | 422), "{query}: {} {}", count.status, count.text);
    }
}

#[tokio::test]
async fn forbidden_fields_cannot_be_written() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let mut fields = quotation(&rep, 5).await;
    fields["lines"][0]["purchase_price"] = "1".into();
    let answer = rep.post("/api/records/quotation", fields).await;
    answer.refused(422, "invalid");
    assert_eq!(answer.paths(), ["lines.0.purchase_price"]);
}

#[tokio::test]
async fn a_record_of_somebody_else_is_as_good_as_none() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let stranger = server.sign_in("rep_c").await;
    let answer = made(&rep, 10).await;
    let path = place(&answer);
    stranger.get(&path).await.refused(404, "not_found");
    stranger.get(&format!("{path}/timeline")).await.refused(404, "not_found");
    stranger.get(&format!("{path}/preview?transition=submit")).await.refused(404, "not_found");
    stranger.patch(&path, json!({"version": 1, "notes": "x"})).await.refused(404, "not_found");
    stranger.delete(&format!("{path}?version=1")).await.refused(404, "not_found");
    stranger.post(&format!("{path}/transitions/submit"), json!({"version": 1})).await.refused(404, "not_found");
    stranger.post(&format!("{path}/comments"), json!({"text": "hello"})).await.refused(404, "not_found");
    let page = stranger.get("/api/records/quotation?limit=200").await;
    assert!(!page.text.contains(answer["record"]["id"].as_str().unwrap()));
}

#[tokio::test]
async fn a_reference_to_a_hidden_record_is_refused_like_one_to_nothing() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let stranger = server.sign_in("rep_c").await;
    let hidden = find(&rep, "customer", "Nordlicht").await;
    assert!(stranger.get("/api/records/customer/lookup?q=Nordlicht").await.ok()["rows"].as_array().unwrap().is_empty());
    let mut fields = quotation(&rep, 5).await;
    fields["customer"] = hidden.into();
    let seen = stranger.post("/api/records/quotation", fields.clone()).await;
    let draft = stranger.post("/api/records/quotation/draft?changed=customer", fields.clone()).await.ok();
    assert_eq!(draft["record"]["currency"], json!(null), "nothing is filled from it: {draft}");
    assert!(!draft.to_string().contains("Nordlicht"), "{draft}");
    fields["customer"] = "0193f1a0-0000-7000-8000-00000000dead".into();
    let nothing = stranger.post("/api/records/quotation", fields).await;
    seen.refused(422, "invalid");
    assert!(seen.paths().contains(&"customer"), "{}", seen.text);
    assert_eq!(seen.paths(), nothing.paths());
}

#[tokio::test]
async fn what_no_role_allows_is_not_allowed() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    rep.post("/api/records/country", json!({"code": "XX", "name": "Nowhere"})).await.refused(403, "forbidden");
    rep.get("/api/records/price_sheet").await.refused(404, "not_found");
    let user = format!("/api/records/user/{}", server.person("rep_a"));
    let version = rep.get(&user).await.ok()["record"]["version"].clone();
    let more = json!({"version": version, "roles": ["sales_rep", "general_manager"]});
    rep.patch(&user, more).await.refused(403, "forbidden");
}

//! Records over the API: made, read, changed, merged, deleted.

use serde_json::{Value as Json, json};

use crate::{client::Client, support::TestApp};

/// The id of the record with this title.
pub(crate) async fn find(client: &Client, entity: &str, title: &str) -> String {
    let path = format!("/api/records/{entity}/lookup?q={}", crate::client::encoded(title));
    let found = client.get(&path).await.ok();
    found["rows"][0]["id"].as_str().unwrap_or_else(|| panic!("no {entity} {title}")).to_owned()
}

/// Fields of a quotation with one line, for a customer of rep_a.
pub(crate) async fn quotation(client: &Client, quantity: u32) -> Json {
    json!({
        "customer": find(client, "customer", "Nordlicht").await,
        "lines": [{"product": find(client, "product", "desk lamp").await, "quantity": quantity, "unit_price": "7.95"}],
    })
}

/// A new quotation, as the answer to its creation.
pub(crate) async fn made(client: &Client, quantity: u32) -> Json {
    client.post("/api/records/quotation", quotation(client, quantity).await).await.ok()
}

pub(crate) fn place(answer: &Json) -> String {
    format!("/api/records/quotation/{}", answer["record"]["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_record_is_made_with_number_fills_defaults_and_formulas() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let answer = rep.post("/api/records/quotation", quotation(&rep, 1000).await).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.headers["etag"], "\"1\"");
    let record = &answer.body["record"];
    assert!(record["number"].as_str().unwrap().starts_with("QT-202611-"), "{record}");
    assert_eq!(record["state"], "draft");
    assert_eq!(record["owner"], json!(server.person("rep_a")));
    assert_eq!(record["currency"], "EUR", "filled from the customer");
    assert_eq!(record["amount"], "7950.00", "a formula over the lines");
    assert_eq!(record["quote_date"], "2026-11-23", "today in Shanghai");
    let customer = record["customer"].as_str().unwrap();
    assert!(answer.body["titles"][customer].as_str().unwrap().contains("Nordlicht"));
    assert_eq!(answer.body["can"]["transitions"], json!(["submit"]));
}

#[tokio::test]
async fn numbers_follow_each_other_without_gaps() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let number = |answer: &Json| {
        let number = answer["record"]["number"].as_str().unwrap().to_owned();
        number.rsplit('-').next().unwrap().parse::<u32>().unwrap()
    };
    let first = number(&made(&rep, 1).await);
    rep.post("/api/records/quotation", json!({"customer": "nobody"})).await.refused(422, "invalid");
    assert_eq!(number(&made(&rep, 1).await), first + 1);
}

#[tokio::test]
async fn broken_input_is_told_at_its_places_and_nothing_is_written() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let count = rep.get("/api/records/quotation/count").await.ok();
    let mut fields = quotation(&rep, 1).await;
    fields["quote_date"] = "yesterday".into();
    fields["ship_mode"] = "rocket".into();
    fields["nonsense"] = 1.into();
    fields["named_place"] = "x".repeat(5000).into();
    fields["lines"][0]["quantity"] = "-5".into();
    fields["lines"][0]["unit_price"] = "a lot".into();
    let answer = rep.post("/api/records/quotation", fields).await;
    answer.refused(422, "invalid");
    let paths = answer.paths();
    for path in ["quote_date", "ship_mode", "nonsense", "named_place", "lines.0.unit_price"] {
        assert!(paths.contains(&path), "{path} is not among {paths:?}");
    }
    let empty = rep.post("/api/records/quotation", json!({})).await;
    empty.refused(422, "invalid");
    assert!(empty.paths().contains(&"customer") && empty.paths().contains(&"lines"), "{:?}", empty.paths());
    assert_eq!(rep.get("/api/records/quotation/count").await.ok(), count);
}

#[tokio::test]
async fn a_formula_cannot_be_written_from_outside() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let mut fields = quotation(&rep, 10).await;
    fields["amount"] = "1.00".into();
    let answer = rep.post("/api/records/quotation", fields).await;
    answer.refused(422, "invalid");
    assert_eq!(answer.body["error"]["details"][0]["code"], "computed");
    let answer = made(&rep, 10).await;
    let change = json!({"version": 1, "amount": "1.00"});
    rep.patch(&place(&answer), change).await.refused(422, "invalid");
}

#[tokio::test]
async fn a_change_carries_its_version_and_lines_are_merged_by_id() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let answer = made(&rep, 1000).await;
    let line = answer["record"]["lines"][0]["id"].clone();
    rep.patch(&place(&answer), json!({"remarks": "x"})).await.refused(422, "invalid");
    let product = answer["record"]["lines"][0]["product"].clone();
    let lines = json!([{"product": product, "quantity": 5, "unit_price": "2"}, {"id": line, "quantity": 2000}]);
    let changed = rep.patch(&place(&answer), json!({"version": 1, "lines": {"lines": lines}})).await.ok();
    assert_eq!(changed["record"]["version"], 2);
    assert_eq!(changed["record"]["lines"][1]["id"], line, "it keeps its id at its new place");
    assert_eq!(changed["record"]["lines"][1]["unit_price"], "7.950000", "what is not named stays");
    assert_eq!(changed["record"]["amount"], "15910.00");
}

#[tokio::test]
async fn changes_of_fields_that_do_not_touch_are_merged() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let answer = made(&rep, 10).await;
    rep.patch(&place(&answer), json!({"version": 1, "remarks": "mine"})).await.ok();
    let merged = rep.patch(&place(&answer), json!({"version": 1, "notes": "theirs"})).await.ok();
    assert_eq!(merged["record"]["version"], 3);
    assert_eq!((&merged["record"]["remarks"], &merged["record"]["notes"]), (&json!("mine"), &json!("theirs")));
}

#[tokio::test]
async fn changes_that_touch_each_other_are_refused_with_the_record_as_it_is() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let answer = made(&rep, 10).await;
    rep.patch(&place(&answer), json!({"version": 1, "remarks": "first", "quote_date": "2026-11-20"})).await.ok();
    let same = rep.patch(&place(&answer), json!({"version": 1, "remarks": "second"})).await;
    same.refused(409, "stale");
    assert_eq!(same.paths(), ["remarks"]);
    assert_eq!(same.body["current"]["remarks"], "first");
    let linked = rep.patch(&place(&answer), json!({"version": 1, "currency": "USD"})).await;
    linked.refused(409, "stale");
    assert_eq!(linked.paths(), ["currency"], "the rate is that of the currency on the date");
    let told = &same.body["conflicts"][0];
    assert_eq!((&told["kind"], &told["mine"], &told["theirs"]), (&json!("changed"), &json!("second"), &json!("first")));
    assert_eq!((&told["by"], told["by_name"].is_string()), (&json!(server.person("rep_a")), true));
    assert_eq!(linked.body["conflicts"][0]["kind"], "linked");
}

#[tokio::test]
async fn lines_that_two_people_change_are_merged_by_their_ids_and_what_is_hidden_is_not_told() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let answer = made(&rep, 10).await;
    let product = answer["record"]["lines"][0]["product"].clone();
    let line = answer["record"]["lines"][0]["id"].clone();
    let another = || json!({"product": product, "quantity": 5, "unit_price": "2"});
    rep.patch(&place(&answer), json!({"version": 1, "lines": [{"id": line}, another()]})).await.ok();
    let merged = rep
        .patch(&place(&answer), json!({"version": 1, "lines": [{"id": line, "quantity": 20}, another()]}))
        .await
        .ok();
    let quantities: Vec<&Json> =
        merged["record"]["lines"].as_array().unwrap().iter().map(|line| &line["quantity"]).collect();
    assert_eq!(quantities, ["20.000", "5.000", "5.000"]);

    let lines = |first: Json| {
        let rest = &merged["record"]["lines"].as_array().unwrap()[1..];
        let rest = rest.iter().map(|line| json!({"id": line["id"]}));
        std::iter::once(first).chain(rest).collect::<Json>()
    };
    let priced = json!({"version": 3, "lines": lines(json!({"id": line, "purchase_price": "4321.5"}))});
    manager.patch(&place(&answer), priced).await.ok();
    let refused =
        rep.patch(&place(&answer), json!({"version": 3, "lines": lines(json!({"id": line, "quantity": 7}))})).await;
    refused.refused(409, "stale");
    let told = &refused.body["conflicts"][0];
    assert_eq!(told["path"], format!("lines.{}.quantity", line.as_str().unwrap()));
    assert_eq!((&told["kind"], &told["base"], &told["mine"]), (&json!("linked"), &json!("20.000"), &json!("7.000")));
    assert!(!refused.body.to_string().contains("4321"), "the price is not theirs to read: {}", refused.body);
}

#[tokio::test]
async fn a_deleted_record_lies_in_the_trash_and_can_be_taken_out() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let answer = made(&rep, 10).await;
    let id = answer["record"]["id"].as_str().unwrap();
    let path = place(&answer);
    rep.delete(&format!("{path}?version=9")).await.refused(409, "stale");
    assert_eq!(rep.delete(&format!("{path}?version=1")).await.status, 204);
    let list = |deleted: &str| format!("/api/records/quotation?limit=200{deleted}");
    let there = |page: &Json| page["rows"].as_array().unwrap().iter().any(|row| row["id"] == id);
    assert!(!there(&rep.get(&list("")).await.ok()));
    assert!(there(&rep.get(&list("&deleted=1")).await.ok()));
    rep.patch(&path, json!({"version": 2, "notes": "x"})).await.refused(404, "not_found");
    let back = rep.post(&format!("{path}/restore"), json!({})).await.ok();
    assert_eq!(back["record"]["deleted_at"], Json::Null);
    assert!(there(&rep.get(&list("")).await.ok()));
}

#[tokio::test]
async fn two_records_cannot_share_what_is_unique() {
    let server = TestApp::trade().await;
    let admin = server.sign_in("it_a").await;
    let twin = json!({"name": "Twin", "email": "rep.a@demo.example"});
    let answer = admin.post("/api/records/user", twin).await;
    answer.refused(409, "unique");
    assert_eq!(answer.paths(), ["email"]);
}

#[tokio::test]
async fn the_draft_computes_fills_and_tells_problems_but_writes_nothing() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let count = rep.get("/api/records/quotation/count").await.ok();
    let customer = find(&rep, "customer", "Nordlicht").await;
    let product = find(&rep, "product", "desk lamp").await;
    let form = json!({"customer": customer, "lines": [
        {"id": "0193f1a0-0000-7000-8000-0000000000aa", "product": product, "quantity": 3, "unit_price": "2"},
    ]});
    let draft = rep.post("/api/records/quotation/draft?changed=customer", form).await.ok();
    assert_eq!(draft["record"]["currency"], "EUR");
    assert_eq!(draft["record"]["amount"], "6.00");
    assert_eq!(draft["record"]["lines"][0]["id"], "0193f1a0-0000-7000-8000-0000000000aa");
    assert!(draft["titles"][&customer].is_string());
    let broken = rep.post("/api/records/quotation/draft", json!({"quote_date": "x"})).await.ok();
    let told: Vec<&str> = broken["problems"].as_array().unwrap().iter().map(|p| p["path"].as_str().unwrap()).collect();
    assert!(told.contains(&"quote_date") && told.contains(&"customer"), "{told:?}");
    assert_eq!(rep.get("/api/records/quotation/count").await.ok(), count);
}

#[tokio::test]
async fn the_timeline_tells_who_changed_what_and_who_said_what() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let answer = made(&rep, 10).await;
    rep.patch(&place(&answer), json!({"version": 1, "remarks": "fragile"})).await.ok();
    let manager = server.person("manager_a");
    let text = format!("please look, @[Manager]({manager})");
    rep.post(&format!("{}/comments", place(&answer)), json!({"text": text})).await.ok();
    rep.post(&format!("{}/comments", place(&answer)), json!({"text": " "})).await.refused(422, "invalid");
    let timeline = rep.get(&format!("{}/timeline", place(&answer))).await.ok();
    let items = timeline["items"].as_array().unwrap();
    assert_eq!((&items[0]["kind"], &items[0]["text"]), (&json!("comment"), &json!(text)));
    assert_eq!(items[1]["changes"][0], json!({"path": "remarks", "old": null, "new": "fragile"}));
    assert!(items[1]["by_name"].as_str().unwrap().contains("Wendy"));
    assert_eq!(items[2]["action"], "created");
    let told = server.sign_in("manager_a").await.get("/api/notifications").await.ok();
    let rows = told["rows"].as_array().unwrap();
    let mentions: Vec<&Json> = rows.iter().filter(|row| row["kind"] == "mention").collect();
    assert_eq!(mentions.len(), 1, "{told}");
    assert_eq!(told["unread"], rows.len());
}

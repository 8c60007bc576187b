//! The app model and the API document, as one reader gets them.

use serde_json::{Value as Json, json};

use crate::support::TestApp;

#[tokio::test]
async fn the_app_is_told_what_its_reader_may_do() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await.get("/api/app").await.ok();
    let manager = server.sign_in("manager_a").await.get("/api/app").await.ok();
    let fields = |app: &Json| app["entities"]["quotation"]["fields"].as_object().unwrap().clone();
    assert!(!fields(&rep).contains_key("margin") && fields(&manager).contains_key("margin"));
    assert_eq!(rep["entities"]["quotation"]["can"]["export"], false);
    assert_eq!(manager["entities"]["quotation"]["can"]["export"], true);
    assert!(rep["entities"]["price_sheet"].is_null() && manager["entities"]["price_sheet"].is_object());
    assert!(!rep["menu"].to_string().contains("price_sheet"));
    assert_eq!(fields(&rep)["customer"]["to"], "customer");
    assert_eq!(fields(&rep)["amount"]["writable"], false);
    assert_eq!(fields(&rep)["rate"]["writable"], false, "only managers bend the rate");
    assert_eq!(fields(&manager)["rate"]["writable"], true);
}

#[tokio::test]
async fn formulas_go_to_the_browser_unless_only_the_server_can_compute_them() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await.get("/api/app").await.ok();
    let quotation = &rep["entities"]["quotation"];
    assert_eq!(quotation["fields"]["amount"]["server"], false);
    assert_eq!(quotation["fields"]["amount"]["formula"][0], "aggregate", "a tree that the browser can walk");
    assert_eq!(quotation["fields"]["rate"]["server"], true, "it reads another record");
    let order: Vec<&str> =
        quotation["order"].as_array().unwrap().iter().map(|o| o["target"].as_str().unwrap()).collect();
    let at = |name: &str| order.iter().position(|o| *o == name).unwrap_or_else(|| panic!("{name} in {order:?}"));
    assert!(at("line:lines.amount") < at("field:amount") && at("field:amount") < at("field:amount_cny"));
}

#[tokio::test]
async fn the_app_comes_in_the_language_that_is_asked_for() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let english = rep.get("/api/app?language=en").await.ok();
    let chinese = rep.get("/api/app?language=zh_hans").await.ok();
    assert_eq!(english["entities"]["quotation"]["label"], "Quotation");
    assert_eq!(chinese["entities"]["quotation"]["label"], "报价单");
    let labels = |app: &Json| app["entities"]["quotation"]["fields"]["customer"]["label"].clone();
    assert_ne!(labels(&english), labels(&chinese));
    assert_eq!(rep.with("accept-language", "zh-CN,zh;q=0.9").get("/api/app").await.ok()["language"], "zh_hans");
}

#[tokio::test]
async fn an_unchanged_app_is_not_sent_again() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let first = rep.get("/api/app").await;
    let tag = first.headers["etag"].to_str().unwrap().to_owned();
    let again = rep.with("if-none-match", tag.clone()).get("/api/app").await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    server.publish("definitions/trade", &[("decisions/quotation_level.json", "200000", "150000")]).await.unwrap();
    assert_eq!(rep.with("if-none-match", tag).get("/api/app").await.status, 200);
}

#[tokio::test]
async fn the_api_document_knows_the_pack_as_its_reader_does() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await.get("/api/openapi.json").await.ok();
    let manager = server.sign_in("manager_a").await.get("/api/openapi.json").await.ok();
    assert_eq!(rep["openapi"], "3.1.0");
    assert!(rep["paths"]["/api/records/quotation/{id}/transitions/submit"]["post"].is_object());
    assert!(rep["paths"]["/api/records/country"]["post"].is_null(), "they may not make one");
    let properties = |document: &Json| document["components"]["schemas"]["quotation"]["properties"].clone();
    assert!(properties(&rep)["margin"].is_null() && properties(&manager)["margin"].is_object());
    assert!(properties(&rep)["lines"]["items"]["properties"]["cost"].is_null());
    let example = &manager["components"]["schemas"]["quotation"]["examples"][0];
    assert!(example["lines"][0]["quantity"].is_string(), "{example}");
    let input = &rep["components"]["schemas"]["quotation_input"];
    assert!(
        input["properties"]["amount"].is_null() && input["required"].as_array().unwrap().contains(&json!("customer"))
    );
}

#[tokio::test]
async fn every_reference_inside_the_api_document_leads_somewhere() {
    fn references<'j>(json: &'j Json, found: &mut Vec<&'j str>) {
        match json {
            Json::Object(map) => {
                found.extend(map.get("$ref").and_then(Json::as_str));
                map.values().for_each(|inner| references(inner, found));
            }
            Json::Array(list) => list.iter().for_each(|inner| references(inner, found)),
            _ => {}
        }
    }
    let server = TestApp::trade().await;
    let document = server.sign_in("gm_a").await.get("/api/openapi.json").await.ok();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn the_schemas_of_definitions_are_served() {
    let server = TestApp::empty().await;
    let schema = server.visitor().get("/schemas/entity.json").await.ok();
    assert!(schema["properties"]["fields"].is_object());
    server.visitor().get("/schemas/nothing.json").await.refused(404, "not_found");
}

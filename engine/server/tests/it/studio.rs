//! Drafts: definitions changed on top of a pack, kept apart from it, published, joined with what others published.

use serde_json::{Value as Json, json};

use crate::{
    client::Client,
    support::{TestApp, on_both},
};

const CUSTOMER: &str = "trade/entities/customer.json";

async fn begun(builder: &Client) -> (String, i64) {
    let draft = builder.post("/api/studio/drafts", json!({"title": "Ports"})).await.ok();
    (format!("/api/studio/drafts/{}", draft["id"].as_str().unwrap()), draft["version"].as_i64().unwrap())
}

async fn definition(builder: &Client, draft: &str, file: &str) -> Json {
    builder.get(&format!("{draft}/definitions/{file}")).await.ok()["definition"].clone()
}

async fn saved(builder: &Client, draft: &str, version: i64, file: &str, definition: &Json) -> Json {
    builder.patch(draft, json!({"version": version, "definitions": {file: definition}})).await.ok()
}

fn about<'a>(draft: &'a Json, file: &str) -> &'a Json {
    draft["definitions"].as_array().unwrap().iter().find(|one| one["file"] == file).unwrap()
}

fn errors(draft: &Json) -> Vec<&Json> {
    draft["problems"].as_array().unwrap().iter().filter(|one| one["severity"] == "error").collect()
}

on_both!(a_draft_changes_a_packs_form_and_leaves_the_pack_as_it_is, |server| {
    let admin = server.sign_in("it_a").await;
    let rep = server.sign_in("rep_a").await;
    let before = admin.get("/api/definitions/1").await.ok();
    let (draft, version) = begun(&admin).await;
    let mut customer = definition(&admin, &draft, CUSTOMER).await;
    customer["fields"]["x_port"] = json!({"type": "text", "label": "Port of loading"});
    let answer = saved(&admin, &draft, version, CUSTOMER, &customer).await;
    assert_eq!(errors(&answer), Vec::<&Json>::new());
    let told = about(&answer, CUSTOMER);
    assert_eq!(
        (&told["origin"], &told["changed"], &told["kind"]),
        (&json!("customised"), &json!(true), &json!("entity"))
    );
    // Nobody else notices before it is published.
    assert!(rep.get("/api/app").await.ok()["entities"]["customer"]["fields"].get("x_port").is_none());
    let chinese = admin.with("accept-language", "zh-Hans").get(&draft).await.ok();
    assert_eq!(about(&chinese, CUSTOMER)["label"], "客户");
    let model = admin.get(&format!("{draft}/model")).await.ok();
    assert_eq!(model["model"]["entities"]["customer"]["fields"]["x_port"]["label"], "Port of loading");

    let report =
        admin.post(&format!("{draft}/publish"), json!({"version": answer["version"], "note": "Ports"})).await.ok();
    assert_eq!(report["version"], 2);
    assert_eq!(rep.get("/api/app").await.ok()["entities"]["customer"]["fields"]["x_port"]["label"], "Port of loading");
    let after = admin.get("/api/definitions/2").await.ok();
    let pack = |told: &Json, name: &str| told["packs"].as_array().unwrap().iter().find(|p| p["name"] == name).cloned();
    assert_eq!(pack(&before, "trade"), pack(&after, "trade"), "what the pack brings stays as it is");
    assert!(pack(&after, "site").unwrap().to_string().contains("overlays/trade/entities/customer.json"));
    admin.patch(&draft, json!({"version": answer["version"], "definitions": {}})).await.refused(409, "draft_closed");

    // And back to what the pack brings.
    let (draft, version) = begun(&admin).await;
    let answer = saved(&admin, &draft, version, CUSTOMER, &Json::Null).await;
    assert_eq!(about(&answer, CUSTOMER)["origin"], "vendor");
    assert_eq!(definition(&admin, &draft, CUSTOMER).await["fields"].get("x_port"), None);
});

on_both!(of_two_drafts_the_later_is_laid_on_the_earlier, |server| {
    let admin = server.sign_in("it_a").await;
    let (mine, my_version) = begun(&admin).await;
    let (theirs, their_version) = begun(&admin).await;
    let base = definition(&admin, &mine, CUSTOMER).await;
    let (mut me, mut they) = (base.clone(), base.clone());
    me["label"] = json!("Buyer");
    me["fields"]["x_port"] = json!({"type": "text"});
    they["label"] = json!("Client");
    they["fields"]["x_code"] = json!({"type": "text"});
    let mine_saved = saved(&admin, &mine, my_version, CUSTOMER, &me).await;
    let theirs_saved = saved(&admin, &theirs, their_version, CUSTOMER, &they).await;
    admin.post(&format!("{theirs}/publish"), json!({"version": theirs_saved["version"]})).await.ok();

    let publish = format!("{mine}/publish");
    let refused = admin.post(&publish, json!({"version": mine_saved["version"]})).await;
    refused.refused(409, "draft_conflicts");
    let conflicts = refused.body["conflicts"].as_array().unwrap().clone();
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
    assert_eq!(
        conflicts[0],
        json!({"file": CUSTOMER, "path": ["label"], "base": base["label"], "theirs": "Client", "mine": "Buyer"})
    );
    let choice = json!([{"file": CUSTOMER, "path": ["label"], "mine": true}]);
    let rebase = json!({"version": mine_saved["version"], "choices": choice});
    let laid = admin.post(&format!("{mine}/rebase"), rebase).await.ok();
    assert_eq!(laid["base"], laid["current"]);
    admin.post(&publish, json!({"version": laid["version"]})).await.ok();
    let (draft, _) = begun(&admin).await;
    let joined = definition(&admin, &draft, CUSTOMER).await;
    assert_eq!(joined["label"], "Buyer");
    assert!(joined["fields"].get("x_port").is_some() && joined["fields"].get("x_code").is_some());
});

#[tokio::test]
async fn a_broken_draft_can_be_saved_but_not_published() {
    let server = TestApp::trade().await;
    let admin = server.sign_in("it_a").await;
    let (draft, version) = begun(&admin).await;
    let mut customer = definition(&admin, &draft, CUSTOMER).await;
    customer["fields"]["x_port"] = json!({"type": "reference", "to": "harbour"});
    let answer = saved(&admin, &draft, version, CUSTOMER, &customer).await;
    let told = errors(&answer);
    assert_eq!((&told[0]["file"], &told[0]["path"]), (&json!(CUSTOMER), &json!("fields.x_port.to")), "{told:?}");
    let refused = admin.post(&format!("{draft}/publish"), json!({"version": answer["version"]})).await;
    refused.refused(422, "definitions");
    assert_eq!(refused.body["problems"][0]["path"], "fields.x_port.to");
    assert_eq!(admin.get("/api/session").await.ok()["version"], 1);
    // What is not even a definition is kept too.
    let half = json!({"kind": "entity", "name": "customer", "fields": 7});
    let answer = saved(&admin, &draft, answer["version"].as_i64().unwrap(), CUSTOMER, &half).await;
    assert!(!errors(&answer).is_empty());
    assert_eq!(definition(&admin, &draft, CUSTOMER).await["fields"], 7);
}

#[tokio::test]
async fn of_two_who_save_one_draft_the_second_is_told() {
    let server = TestApp::trade().await;
    let admin = server.sign_in("it_a").await;
    let (draft, version) = begun(&admin).await;
    let customer = definition(&admin, &draft, CUSTOMER).await;
    saved(&admin, &draft, version, CUSTOMER, &customer).await;
    let late = json!({"version": version, "definitions": {CUSTOMER: customer}});
    admin.patch(&draft, late).await.refused(409, "draft_saved");
    let odd = json!({"version": version + 1, "definitions": {"trade/data/units.json": {}}});
    admin.patch(&draft, odd).await.refused(422, "invalid");
    let nowhere = json!({"version": version + 1, "definitions": {"trade/entities/nothing.json": {}}});
    admin.patch(&draft, nowhere).await.refused(422, "invalid");
    admin.delete(&draft).await.ok();
    assert_eq!(admin.get("/api/studio/drafts").await.ok()["drafts"], json!([]));
}

#[tokio::test]
async fn whoever_may_not_build_sees_no_draft() {
    let server = TestApp::trade().await;
    let admin = server.sign_in("it_a").await;
    let manager = server.sign_in("manager_a").await;
    let (draft, version) = begun(&admin).await;
    manager.get("/api/studio/drafts").await.refused(403, "forbidden");
    manager.post("/api/studio/drafts", json!({})).await.refused(403, "forbidden");
    manager.get(&draft).await.refused(403, "forbidden");
    manager.get(&format!("{draft}/definitions/{CUSTOMER}")).await.refused(403, "forbidden");
    manager.get(&format!("{draft}/model")).await.refused(403, "forbidden");
    manager.patch(&draft, json!({"version": version})).await.refused(403, "forbidden");
    manager.post(&format!("{draft}/publish"), json!({"version": version})).await.refused(403, "forbidden");
    manager.delete(&draft).await.refused(403, "forbidden");
}

#[tokio::test]
async fn a_builder_changes_drafts_and_an_administrator_publishes_them() {
    let server = TestApp::trade().await;
    let role =
        ("roles/sales_manager.json", "\"label\": \"Sales manager\",", "\"label\": \"Sales manager\", \"build\": true,");
    server.publish("definitions/trade", &[role]).await.unwrap();
    let builder = server.sign_in("manager_a").await;
    let admin = server.sign_in("it_a").await;
    let (draft, version) = begun(&builder).await;
    builder.post(&format!("{draft}/publish"), json!({"version": version})).await.refused(403, "forbidden");
    let (others, their_version) = begun(&admin).await;
    builder.patch(&others, json!({"version": their_version})).await.refused(403, "forbidden");
    let mut customer = definition(&builder, &draft, CUSTOMER).await;
    customer["help"] = json!("Whoever buys");
    let answer = saved(&builder, &draft, version, CUSTOMER, &customer).await;
    admin.post(&format!("{draft}/publish"), json!({"version": answer["version"]})).await.ok();
}

//! Values that must be there under a condition: held to by saving, told to the browser and to other programs as far as
//! they may know, counted before it is published.

use kernel::{PackSource, SourceFile};
use serde_json::{Value as Json, json};
use server::publish::Publication;

use crate::support::{TestApp, on_both};

fn shop(reason: Json) -> Publication {
    let pack = json!({"kind": "pack", "name": "shop", "label": "Shop", "version": "1.0.0"});
    let item = json!({"kind": "entity", "name": "item", "label": "Item", "type": "master", "title": "{code}",
        "fields": {"code": {"type": "text"}, "fragile": {"type": "boolean"}, "cost": {"type": "integer", "read": ["keeper"]},
                   "reason": reason,
                   "care": {"type": "text", "required": ["fragile", "=", true]},
                   "proof": {"type": "text", "required": "(cost ?? 0) > 10"},
                   "parts": {"type": "lines", "read_only": "fragile", "fields": {
                       "name": {"type": "text"}, "why": {"type": "text", "required": "name == \"other\""}}}}});
    let can = json!({"item": {"read": "all", "create": true, "update": "all"}});
    let role = |name: &str| json!({"kind": "role", "name": name, "label": name, "can": can});
    let files = [
        ("pack.json", pack),
        ("entities/item.json", item),
        ("roles/keeper.json", role("keeper")),
        ("roles/clerk.json", role("clerk")),
    ];
    let files = files.into_iter().map(|(path, json)| SourceFile { path: path.into(), text: json.to_string() });
    let packs = vec![PackSource { name: "shop".into(), files: files.collect() }];
    Publication { packs, note: "shop".into(), by: None, demo: false }
}

async fn opened(reason: Json) -> TestApp {
    let server = TestApp::trade().await;
    server.app.publish(shop(reason)).await.unwrap();
    server.give_roles("it_a", &["administrator", "keeper"]).await;
    server.give_roles("rep_a", &["clerk"]).await;
    server
}

#[tokio::test]
async fn a_save_is_refused_while_a_condition_asks_for_a_value() {
    let server = opened(json!({"type": "text"})).await;
    let keeper = server.sign_in("it_a").await;
    let refused = |input: Json| {
        let keeper = &keeper;
        async move {
            let answer = keeper.post("/api/records/item", input).await;
            answer.refused(422, "invalid");
            let details = answer.body["error"]["details"].as_array().unwrap().clone();
            let told = |d: &Json| format!("{} {}", d["path"].as_str().unwrap(), d["code"].as_str().unwrap());
            details.iter().map(told).collect::<Vec<_>>()
        }
    };
    assert_eq!(refused(json!({"code": "a", "fragile": true})).await, ["care required"]);
    let line = json!({"code": "a", "parts": [{"name": "Other"}]});
    assert!(refused(line).await[0].ends_with(".why required"));
    let made = keeper.post("/api/records/item", json!({"code": "a", "fragile": true, "care": "soft"})).await.ok();
    let path = format!("/api/records/item/{}", made["record"]["id"].as_str().unwrap());
    keeper.patch(&path, json!({"version": 1, "care": null})).await.refused(422, "invalid");
    // A whole table is locked by its condition as a field is.
    let answer = keeper.patch(&path, json!({"version": 1, "parts": [{"name": "one"}]})).await;
    answer.refused(422, "invalid");
    assert_eq!(answer.body["error"]["details"][0]["code"], "read_only");
    keeper.patch(&path, json!({"version": 1, "fragile": false, "care": null, "parts": [{"name": "one"}]})).await.ok();
}

#[tokio::test]
async fn the_condition_is_told_to_who_may_know_what_it_reads() {
    let server = opened(json!({"type": "text"})).await;
    let (keeper, clerk) = (server.sign_in("it_a").await, server.sign_in("rep_a").await);
    let model = |app: &Json, field: &str| app["entities"]["item"]["fields"][field]["required_when"].clone();
    let (mine, theirs) = (keeper.get("/api/app").await.ok(), clerk.get("/api/app").await.ok());
    assert!(model(&mine, "proof").is_array() && model(&theirs, "proof").is_null());
    assert_eq!(
        model(&theirs, "care"),
        json!(["==", ["field", "bare", "fragile", "plain"], ["literal", true, "plain"]])
    );
    let document = clerk.get("/api/openapi.json").await.ok();
    let input = &document["components"]["schemas"]["item_input"];
    assert!(!input.to_string().contains("cost"), "{input}");
    // JSON Schema itself says which inputs lack something.
    let schema = jsonschema::validator_for(input).unwrap();
    for (input, fits) in [
        (json!({"fragile": true}), false),
        (json!({"fragile": true, "care": null}), false),
        (json!({"fragile": true, "care": "soft"}), true),
        (json!({"fragile": false}), true),
        (json!({}), true),
        (json!({"parts": [{"name": "other"}]}), false),
        (json!({"parts": [{"name": "other", "why": "so"}]}), true),
    ] {
        assert_eq!(schema.is_valid(&input), fits, "{input}");
    }
    assert!(document["components"]["schemas"]["item"]["allOf"].is_null(), "what is read lacks nothing");
}

on_both!(records_that_a_new_condition_asks_are_told_before_it_is_published, |server| {
    server.app.publish(shop(json!({"type": "text"}))).await.unwrap();
    server.give_roles("it_a", &["administrator", "keeper"]).await;
    let keeper = server.sign_in("it_a").await;
    for (code, fragile) in [("a", true), ("b", true), ("c", false)] {
        let input = json!({"code": code, "fragile": fragile, "care": "soft", "reason": (code == "a").then_some("so")});
        keeper.post("/api/records/item", input).await.ok();
    }
    let asked = shop(json!({"type": "text", "required": "fragile"}));
    let plan = keeper.post("/api/publish/plan", json!({"packs": asked.packs})).await.ok();
    let effect = plan["effects"].as_array().unwrap().iter().find(|e| e["kind"] == "require").unwrap();
    assert_eq!((&effect["concerned"], &effect["rows"][0]["title"]), (&json!(1), &json!("b")), "{plan}");
    assert_eq!(plan["refused"], false, "the rule holds when they are saved next");
});

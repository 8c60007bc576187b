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

/// What the notice of a kind says.
fn notice(told: &Json, kind: &str) -> Json {
    let rows = told["rows"].as_array().unwrap();
    rows.iter().find(|row| row["kind"] == kind).unwrap_or_else(|| panic!("no {kind}: {told}"))["about"].clone()
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

on_both!(a_plan_tells_what_a_draft_does_to_stored_records_in_the_readers_words, |server| {
    let admin = server.sign_in("it_a").await;
    server.give_roles("it_a", &["it_admin", "general_manager"]).await;
    let (draft, version) = begun(&admin).await;
    let mut customer = definition(&admin, &draft, CUSTOMER).await;
    customer["fields"]["website"]["required"] = json!(true);
    customer["fields"]["x_port"] = json!({"type": "text", "label": "Port of loading"});
    let answer = saved(&admin, &draft, version, CUSTOMER, &customer).await;
    let plan = admin.post(&format!("{draft}/plan"), json!({})).await.ok();
    assert_eq!((&plan["refused"], &plan["version"]), (&json!(false), &json!(2)), "{plan}");
    assert_eq!(plan["draft_version"], answer["version"]);
    let told = |plan: &Json, change: &str| {
        let all = plan["differences"].as_array().unwrap().clone();
        all.into_iter().find(|one| one["change"] == change).unwrap_or_else(|| panic!("no {change}: {plan}"))
    };
    assert_eq!(
        (&told(&plan, "field_added")["label"], &told(&plan, "required")["label"]),
        (&json!("Port of loading"), &json!("Website"))
    );
    let require = plan["effects"].as_array().unwrap().iter().find(|one| one["kind"] == "require").unwrap();
    let all = admin.get("/api/records/customer/count").await.ok()["count"].as_i64().unwrap();
    assert_eq!((&require["labels"], &require["total"]), (&json!(["Website"]), &json!(all)));
    let concerned = require["concerned"].as_i64().unwrap();
    assert!(concerned > 0 && concerned <= all, "{require}");
    assert!(!require["rows"].as_array().unwrap().is_empty());
    let chinese = admin.with("accept-language", "zh-Hans").post(&format!("{draft}/plan"), json!({})).await.ok();
    let required = told(&chinese, "required");
    assert_eq!((&required["of"], &required["label"]), (&json!("客户"), &json!("网站")));
    // Nothing is in force by looking.
    assert_eq!(admin.get("/api/session").await.ok()["version"], 1);
});

on_both!(a_draft_that_converts_values_is_published_as_a_job_and_closed_when_that_has_ended, |server| {
    let admin = server.sign_in("it_a").await;
    let (draft, version) = begun(&admin).await;
    let mut product = definition(&admin, &draft, "trade/entities/product.json").await;
    product["fields"]["moq"]["scale"] = json!(1);
    let answer = saved(&admin, &draft, version, "trade/entities/product.json", &product).await;
    assert_eq!(errors(&answer), Vec::<&Json>::new());
    let begun = admin.post(&format!("{draft}/publish"), json!({"version": answer["version"], "note": "Longer"})).await;
    assert_eq!(begun.status, 202, "{}", begun.body);
    let job = format!("/api/publish/jobs/{}", begun.body["job"].as_str().unwrap());
    let done = tokio::time::timeout(std::time::Duration::from_secs(60), async {
        loop {
            let now = admin.get(&job).await.ok();
            if now["status"] != "running" && now["status"] != "in_force" {
                return now;
            }
            tokio::task::yield_now().await;
        }
    });
    let told = done.await.unwrap();
    assert_eq!(told["status"], "done", "{told}");
    let after = admin.get(&draft).await.ok();
    assert_eq!((&after["status"], &after["published"]), (&json!("published"), &json!(2)));
    assert_eq!(admin.get("/api/studio/drafts").await.ok()["drafts"], json!([]));
    let noted = admin.get("/api/audit?kind=published").await.ok();
    let detail = &noted["rows"][0]["detail"];
    assert_eq!((&detail["version"], &detail["note"]), (&json!(2), &json!("Longer")), "{noted}");
    assert_eq!(noted["rows"][0]["user"], json!(server.person("it_a")), "{noted}");
});

on_both!(an_older_version_comes_back_as_a_new_one, |server| {
    let admin = server.sign_in("it_a").await;
    let (draft, version) = begun(&admin).await;
    let mut customer = definition(&admin, &draft, CUSTOMER).await;
    customer["fields"]["x_port"] = json!({"type": "text", "label": "Port of loading"});
    let answer = saved(&admin, &draft, version, CUSTOMER, &customer).await;
    admin.post(&format!("{draft}/publish"), json!({"version": answer["version"], "note": "Ports"})).await.ok();
    let rep = server.sign_in("rep_a").await;
    let made =
        rep.post("/api/records/customer", json!({"name": "Harbour Ltd", "country": null, "x_port": "Ningbo"})).await;
    let compared = admin.get("/api/definitions/compare?from=1&to=2").await.ok();
    assert_eq!(compared["differences"][0]["change"], "field_added", "{compared}");
    let plan = admin.post("/api/definitions/1/plan", json!({})).await.ok();
    let lost = plan["effects"].as_array().unwrap().iter().find(|one| one["kind"] == "remove").unwrap();
    assert_eq!(lost["labels"], json!(["Port of loading"]));
    assert_eq!(lost["concerned"], i64::from(made.status == 201), "{plan}");
    let done = admin.post("/api/definitions/1/return", json!({"note": "Ports were a mistake"})).await.ok();
    assert_eq!((&done["version"], &done["is_new"]), (&json!(3), &json!(true)));
    assert!(rep.get("/api/app").await.ok()["entities"]["customer"]["fields"].get("x_port").is_none());
    let same = admin.get("/api/definitions/compare?from=1&to=3").await.ok();
    assert_eq!(same["differences"], json!([]));
    let (one, three) = (admin.get("/api/definitions/1").await.ok(), admin.get("/api/definitions/3").await.ok());
    assert_eq!(one["packs"], three["packs"]);
    let versions = admin.get("/api/definitions").await.ok();
    assert_eq!(versions["versions"][0]["note"], "Ports were a mistake");
    rep.post("/api/definitions/1/return", json!({})).await.refused(403, "forbidden");
    rep.post("/api/definitions/1/plan", json!({})).await.refused(403, "forbidden");
    rep.get("/api/definitions/compare?from=1&to=2").await.refused(403, "forbidden");
    admin.post("/api/definitions/77/return", json!({})).await.refused(404, "not_found");
});

on_both!(a_builder_proposes_and_an_administrator_gives_back_or_publishes, |server| {
    let role =
        ("roles/sales_manager.json", "\"label\": \"Sales manager\",", "\"label\": \"Sales manager\", \"build\": true,");
    server.publish("definitions/trade", &[role]).await.unwrap();
    let builder = server.sign_in("manager_a").await;
    let admin = server.sign_in("it_a").await;
    let (draft, version) = begun(&builder).await;
    let mut customer = definition(&builder, &draft, CUSTOMER).await;
    customer["help"] = json!("Whoever buys");
    saved(&builder, &draft, version, CUSTOMER, &customer).await;
    let plan = builder.post(&format!("{draft}/plan"), json!({})).await.ok();
    assert_eq!(plan["differences"].as_array().unwrap().len(), 1, "{plan}");

    let proposed = builder.post(&format!("{draft}/propose"), json!({"message": "Clearer"})).await.ok();
    assert_eq!(proposed["status"], "proposed");
    let told = admin.get("/api/notifications").await.ok();
    let about = notice(&told, "draft_proposed");
    assert_eq!((&about["label"], &about["draft"]), (&json!("Ports"), &proposed["id"]));
    builder.post(&format!("{draft}/propose"), json!({})).await.refused(409, "wrong_state");
    builder.post(&format!("{draft}/give_back"), json!({"message": "no"})).await.refused(403, "forbidden");
    admin.post(&format!("{draft}/give_back"), json!({})).await.refused(422, "invalid");
    admin.post(&format!("{draft}/comments"), json!({"message": "Who else buys?"})).await.ok();
    assert_eq!(notice(&builder.get("/api/notifications").await.ok(), "draft_comment")["reason"], "Who else buys?");
    let back = admin.post(&format!("{draft}/give_back"), json!({"message": "Say where"})).await.ok();
    assert_eq!(back["status"], "open");
    assert_eq!(notice(&builder.get("/api/notifications").await.ok(), "draft_given_back")["reason"], "Say where");

    // Changed and proposed again; what the reviewer has not seen is not published.
    let seen = builder.post(&format!("{draft}/propose"), json!({"message": "Now"})).await.ok();
    customer["help"] = json!("Whoever buys from us");
    let later = saved(&builder, &draft, seen["version"].as_i64().unwrap(), CUSTOMER, &customer).await;
    admin.post(&format!("{draft}/publish"), json!({"version": seen["version"]})).await.refused(409, "draft_saved");
    admin.post(&format!("{draft}/publish"), json!({"version": later["version"], "note": "Clearer"})).await.ok();
    assert_eq!(notice(&builder.get("/api/notifications").await.ok(), "draft_published")["reason"], "Clearer");
    let after = builder.get(&draft).await.ok();
    let kinds: Vec<&str> =
        after["notes"].as_array().unwrap().iter().map(|note| note["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["proposed", "comment", "given_back", "proposed", "published"]);
});

on_both!(builders_see_who_else_has_a_draft_open, |server| {
    let admin = server.sign_in("it_a").await;
    server.give_roles("manager_a", &["sales_manager", "it_admin"]).await;
    let other = server.sign_in("manager_a").await;
    let (draft, _) = begun(&admin).await;
    let here = format!("{draft}/presence");
    let alone = admin.post(&here, json!({"file": CUSTOMER})).await.ok();
    assert_eq!(alone["others"], json!([]));
    let met = other.post(&here, json!({})).await.ok();
    assert_eq!(
        (&met["others"][0]["user"], &met["others"][0]["file"]),
        (&json!(server.person("it_a")), &json!(CUSTOMER))
    );
    admin.delete(&here).await.ok();
    assert_eq!(other.post(&here, json!({})).await.ok()["others"], json!([]));
    // Whoever is not heard of has gone.
    admin.post(&here, json!({})).await.ok();
    server.app.clock().set(crate::support::morning() + chrono::TimeDelta::minutes(5));
    assert_eq!(other.post(&here, json!({})).await.ok()["others"], json!([]));
    server.sign_in("rep_a").await.post(&here, json!({})).await.refused(403, "forbidden");
});

#[tokio::test]
async fn the_texts_of_a_draft_tell_what_is_not_translated() {
    let server = TestApp::trade().await;
    let admin = server.sign_in("it_a").await;
    let (draft, version) = begun(&admin).await;
    let mut customer = definition(&admin, &draft, CUSTOMER).await;
    customer["fields"]["x_port"] = json!({"type": "text", "label": "Port of loading"});
    saved(&admin, &draft, version, CUSTOMER, &customer).await;
    let told = admin.get(&format!("{draft}/texts?language=zh_hans")).await.ok();
    let text = |path: &str| {
        let all = told["texts"].as_array().unwrap();
        all.iter().find(|one| one["file"] == CUSTOMER && one["path"] == path).unwrap().clone()
    };
    assert_eq!((&text("label")["text"], &text("label")["of"]), (&json!("客户"), &json!("客户")));
    let port = text("fields.x_port.label");
    assert_eq!((&port["base"], &port["text"]), (&json!("Port of loading"), &json!(null)));
    assert_eq!(port["into"], "trade/translations/zh_hans/entities/customer.json");
    server.sign_in("rep_a").await.get(&format!("{draft}/texts?language=zh_hans")).await.refused(403, "forbidden");
}

#[tokio::test]
async fn packs_travel_in_one_archive_and_come_out_byte_for_byte() {
    let one = TestApp::trade().await;
    let admin = one.sign_in("it_a").await;
    let (draft, version) = begun(&admin).await;
    let mut customer = definition(&admin, &draft, CUSTOMER).await;
    customer["fields"]["x_port"] = json!({"type": "text", "label": "Port of loading"});
    let answer = saved(&admin, &draft, version, CUSTOMER, &customer).await;
    admin.post(&format!("{draft}/publish"), json!({"version": answer["version"]})).await.ok();
    let layered = admin.get("/api/definitions/2/archive").await;
    let texts = document::archive::unpack(&layered.bytes).unwrap();
    assert!(texts.iter().any(|file| file.path == "site/overlays/trade/entities/customer.json"));
    for file in &texts {
        let (_, path) = file.path.split_once('/').unwrap();
        assert_eq!(kernel::format(path, &file.text).unwrap(), file.text, "{}", file.path);
    }
    let effective = admin.get("/api/definitions/2/archive?effective=true").await;
    let laid = document::archive::unpack(&effective.bytes).unwrap();
    assert!(laid.iter().all(|file| !file.path.starts_with("site/overlays/")));
    assert!(laid.iter().any(|file| file.path == CUSTOMER && file.text.contains("x_port")));

    // To another server, and out of it again.
    let two = TestApp::trade().await;
    let other = two.sign_in("it_a").await;
    let brought = other.send_bytes(axum::http::Method::POST, "/api/definitions/archive", layered.bytes.clone()).await;
    let packs = brought.ok()["packs"].clone();
    let plan = other.post("/api/publish/plan", json!({"packs": packs})).await.ok();
    assert_eq!(plan["differences"][0]["change"], "field_added", "{plan}");
    other.post("/api/publish", json!({"packs": packs, "note": "From the other house"})).await.ok();
    assert_eq!(other.get("/api/definitions/2/archive").await.bytes, layered.bytes);

    let nothing = axum::body::Bytes::from_static(b"no archive");
    other.send_bytes(axum::http::Method::POST, "/api/definitions/archive", nothing).await.refused(422, "invalid");
    let rep = two.sign_in("rep_a").await;
    rep.get("/api/definitions/2/archive").await.refused(403, "forbidden");
    rep.send_bytes(axum::http::Method::POST, "/api/definitions/archive", layered.bytes).await.refused(403, "forbidden");
}

on_both!(who_sees_no_such_records_tries_a_flow_with_those_of_somebody_if_the_firm_lets_them, |server| {
    let rep = server.sign_in("rep_a").await;
    let admin = server.sign_in("it_a").await;
    let quotation = crate::records::made(&rep, 80_000).await;
    let id = quotation["record"]["id"].clone();
    let (draft, _) = begun(&admin).await;
    let eyes = server.person("rep_a");
    let records = format!("{draft}/trial_records");
    admin.post(&records, json!({"entity": "quotation"})).await.refused(404, "not_found");
    let asked = json!({"entity": "quotation", "record": id, "transition": "submit"});
    admin.post(&format!("{draft}/try"), asked.clone()).await.refused(404, "not_found");

    let found = admin.post(&records, json!({"entity": "quotation", "as": eyes})).await.ok();
    assert!(found["rows"].as_array().unwrap().iter().any(|row| row["id"] == id), "{found}");
    let mut with = asked.clone();
    with["as"] = json!(eyes);
    let tried = admin.post(&format!("{draft}/try"), with.clone()).await.ok();
    assert_eq!(tried["id"], id);
    assert!(!tried["now"]["nodes"].as_array().unwrap().is_empty(), "{tried}");
    let noted = admin.get("/api/audit?kind=test_run").await.ok();
    assert!(noted["rows"].as_array().unwrap().iter().any(|row| row["detail"]["as"] == json!(eyes)), "{noted}");

    // Of whoever does not see it either, it is not shown.
    with["as"] = json!(server.person("it_a"));
    admin.post(&format!("{draft}/try"), with.clone()).await.refused(404, "not_found");
    // A firm that lets nobody look as others does not let them here.
    admin.patch("/api/settings", json!({"settings": {"view_as": false}})).await.ok();
    with["as"] = json!(eyes);
    admin.post(&format!("{draft}/try"), with).await.refused(403, "forbidden");
    admin.post(&records, json!({"entity": "quotation", "as": eyes})).await.refused(403, "forbidden");
});

on_both!(a_draft_of_a_flow_is_tried_on_a_record_and_on_what_has_ended, |server| {
    let rep = server.sign_in("rep_a").await;
    server.give_roles("it_a", &["it_admin", "general_manager"]).await;
    let admin = server.sign_in("it_a").await;
    // Small enough that nobody is asked: it ends at once.
    crate::approval::submitted(&rep, 10).await;
    let quotation = crate::records::made(&rep, 80_000).await;
    let (draft, version) = begun(&admin).await;
    let file = "trade/decisions/quotation_level.json";
    let mut table = definition(&admin, &draft, file).await;
    for rule in ["amount_1", "amount_2", "amount_3"] {
        table["rules"][rule]["when"]["amount"] = json!("> 1");
    }
    saved(&admin, &draft, version, file, &table).await;

    let asked = json!({
        "entity": "quotation", "record": quotation["record"]["id"], "transition": "submit", "by": server.person("rep_a"),
    });
    let tried = admin.post(&format!("{draft}/try"), asked.clone()).await.ok();
    let asks = |way: &Json| way["nodes"].as_array().unwrap().iter().filter(|node| node["kind"] == "approval").count();
    assert!(asks(&tried["then"]) > 0 && asks(&tried["then"]) >= asks(&tried["now"]), "{tried}");
    let past =
        admin.post(&format!("{draft}/what_if"), json!({"entity": "quotation", "transition": "submit"})).await.ok();
    assert!(past["seen"].as_u64().unwrap() > 0, "{past}");
    assert!(!past["differ"].as_array().unwrap().is_empty(), "{past}");
    let way = &past["differ"][0];
    assert!(asks(&way["then"]) != asks(&way["now"]) || way["then"]["outcome"] != way["now"]["outcome"], "{way}");

    // Nothing came of it, and it is noted that somebody looked.
    let after = rep.get(&crate::records::place(&quotation)).await.ok();
    assert_eq!(after["record"]["state"], "draft");
    assert_eq!(admin.get("/api/audit?kind=test_run").await.ok()["rows"].as_array().unwrap().len(), 2);
    let manager = server.sign_in("manager_a").await;
    manager.post(&format!("{draft}/try"), asked).await.refused(403, "forbidden");
});

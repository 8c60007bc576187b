//! Sensitive values: sealed wherever they lie, shown with all but their end hidden, in full only when asked.

use kernel::{Catalog, PackSource, SourceFile};
use serde_json::{Value as Json, json};
use server::{App, publish::Publication};

use crate::{
    client::{Client, encoded},
    support::{TestApp, on_both},
};

const IBAN: &str = "DE89 3704 0044 0532 0130 00";

fn packs(fields: Json) -> Vec<PackSource> {
    let pack = json!({"kind": "pack", "name": "shop", "label": "Shop", "version": "1.0.0"});
    let item = json!({"kind": "entity", "name": "item", "label": "Item", "type": "master", "title": "{code}", "fields": fields});
    let can = json!({"item": {"read": "all", "create": true, "update": "all", "delete": "all", "export": true, "import": true}});
    let role = |name: &str| json!({"kind": "role", "name": name, "label": name, "can": can});
    let files = [
        ("pack.json", pack),
        ("entities/item.json", item),
        ("roles/keeper.json", role("keeper")),
        ("roles/clerk.json", role("clerk")),
    ];
    let files = files.into_iter().map(|(path, json)| SourceFile { path: path.into(), text: json.to_string() });
    vec![PackSource { name: "shop".into(), files: files.collect() }]
}

fn fields() -> Json {
    json!({"code": {"type": "text"}, "iban": {"type": "text", "sensitive": true, "read": ["keeper"]},
           "passport": {"type": "text", "sensitive": true, "unique": true},
           "cards": {"type": "lines", "fields": {"digits": {"type": "text", "sensitive": true}}}})
}

fn publication(fields: Json) -> Publication {
    Publication { packs: packs(fields), note: "shop".into(), by: None, demo: false }
}

async fn opened(server: &TestApp, fields: Json) -> Client {
    server.app.publish(publication(fields)).await.unwrap();
    server.give_roles("it_a", &["administrator", "keeper"]).await;
    server.sign_in("it_a").await
}

/// Everything that the database holds of records, as text.
async fn at_rest(app: &App, id: &str) -> String {
    let id = id.parse().unwrap();
    let record = app.store().record(&*app.published().catalog, "item", id).await.unwrap().unwrap();
    let history = app.store().history_since(id, 0).await.unwrap();
    format!("{record:?} {history:?}")
}

on_both!(a_sensitive_value_is_sealed_at_rest_masked_for_readers_and_shown_when_asked, |server| {
    let keeper = opened(server, fields()).await;
    let made = keeper
        .post(
            "/api/records/item",
            json!({"code": "a", "iban": IBAN, "passport": "P1234567", "cards": [{"digits": "4929 1000 2000 3000"}]}),
        )
        .await
        .ok();
    let record = &made["record"];
    assert_eq!((&record["iban"], &record["passport"]), (&json!("•••• 3000"), &json!("••••")), "{record}");
    assert_eq!(record["cards"][0]["digits"], "•••• 3000");
    let id = record["id"].as_str().unwrap();
    let place = format!("/api/records/item/{id}");
    let held = at_rest(&server.app, id).await;
    for plain in [IBAN, "3704", "P1234567", "4929"] {
        assert!(!held.contains(plain), "{held}");
    }
    // Everywhere it travels.
    let list = keeper.get("/api/records/item?columns=code,iban,passport").await;
    let timeline = keeper.get(&format!("{place}/timeline")).await;
    let version = keeper.get(&format!("{place}/versions/1")).await;
    let export = keeper.get("/api/export/item.csv?columns=code,iban").await;
    for answer in [&list, &timeline, &version, &export] {
        assert!(answer.text.contains("•••• 3000"), "{}", answer.text);
        assert!(!answer.text.contains("3704") && !answer.text.contains("sealed:"), "{}", answer.text);
    }
    assert_eq!(keeper.get("/api/records/item?q=3704").await.ok()["rows"], json!([]));
    // It is no oracle: not sorted, grouped or compared by.
    keeper.get("/api/records/item?sort=iban").await.refused(422, "invalid");
    for filter in [r#"["iban","=","x"]"#, r#"["iban","starts","DE"]"#, r#"["iban",">","a"]"#] {
        assert_eq!(keeper.get(&format!("/api/records/item?filter={}", encoded(filter))).await.status, 422, "{filter}");
    }
    let empty = keeper.get(&format!("/api/records/item?filter={}", encoded(r#"["iban","is not null"]"#))).await.ok();
    assert_eq!(empty["rows"].as_array().unwrap().len(), 1);
    // In full when asked, which is noted first.
    let reveal = |path: String| {
        let (keeper, place) = (&keeper, &place);
        async move { keeper.post(&format!("{place}/reveal"), json!({"path": path})).await }
    };
    assert_eq!(reveal("iban".into()).await.ok()["value"], IBAN);
    let line = record["cards"][0]["id"].as_str().unwrap();
    assert_eq!(reveal(format!("cards.{line}.digits")).await.ok()["value"], "4929 1000 2000 3000");
    reveal("code".into()).await.refused(422, "invalid");
    let noted = keeper.get("/api/audit?kind=revealed").await.ok();
    assert_eq!(noted["items"].as_array().or(noted["rows"].as_array()).unwrap().len(), 2, "{noted}");
    server.give_roles("rep_a", &["clerk"]).await;
    let clerk = server.sign_in("rep_a").await;
    clerk.post(&format!("{place}/reveal"), json!({"path": "iban"})).await.refused(422, "invalid");
});

on_both!(what_is_sent_as_it_was_shown_stays_and_no_two_share_what_is_unique, |server| {
    let keeper = opened(server, fields()).await;
    let made = keeper.post("/api/records/item", json!({"code": "a", "iban": IBAN, "passport": "P1234567"})).await.ok();
    let id = made["record"]["id"].as_str().unwrap();
    let place = format!("/api/records/item/{id}");
    let before = at_rest(&server.app, id).await;
    // A form that sends everything changes nothing; a part of the mask is no value.
    let same = json!({"version": 1, "iban": "•••• 3000", "passport": "P1234567"});
    assert_eq!(keeper.patch(&place, same).await.ok()["record"]["version"], 1);
    assert_eq!(at_rest(&server.app, id).await, before);
    keeper.patch(&place, json!({"version": 1, "iban": "•••• 3001"})).await.refused(422, "invalid");
    let taken = json!({"code": "b", "passport": "P1234567"});
    keeper.post("/api/records/item", taken).await.refused(409, "unique");
    keeper.patch(&place, json!({"version": 1, "iban": "FR76 3000 6000 0112"})).await.ok();
    assert!(crate::tampering::found(server).await.is_empty());
});

on_both!(an_older_sensitive_value_comes_back_as_it_was_sealed, |server| {
    let keeper = opened(server, fields()).await;
    let cards = json!([{"digits": "4929 1000 2000 3000"}, {"digits": "4929 1000 2000 4000"}]);
    let made = keeper.post("/api/records/item", json!({"code": "a", "iban": IBAN, "cards": cards})).await.ok();
    let id = made["record"]["id"].as_str().unwrap();
    let place = format!("/api/records/item/{id}");
    let lines = &made["record"]["cards"];
    // The new one ends alike, so that readers see no difference; one line changes, another goes.
    let alike = "FR76 9999 3000";
    let changed = json!([{"id": lines[0]["id"], "digits": "4929 1000 2000 9000"}]);
    keeper.patch(&place, json!({"version": 1, "code": "b", "iban": alike, "cards": changed})).await.ok();
    let value = |path: String| {
        let (keeper, place) = (&keeper, &place);
        async move { keeper.post(&format!("{place}/reveal"), json!({"path": path})).await.ok()["value"].clone() }
    };
    assert_eq!(value("iban".into()).await, alike);
    let restored = keeper.post(&format!("{place}/versions/1/restore"), json!({"version": 2})).await.ok();
    let record = &restored["record"];
    assert_eq!((&record["code"], &record["iban"]), (&json!("a"), &json!("•••• 3000")));
    assert_eq!(value("iban".into()).await, IBAN);
    let digits = |at: usize| format!("cards.{}.digits", record["cards"][at]["id"].as_str().unwrap());
    assert_eq!(value(digits(0)).await, "4929 1000 2000 3000");
    assert_eq!(value(digits(1)).await, "4929 1000 2000 4000");
    // It was not opened on its way, and no answer told it.
    assert!(!restored.to_string().contains("3704") && !restored.to_string().contains("sealed:"), "{restored}");
    assert!(!at_rest(&server.app, id).await.contains("3704"));
    // Who may not read the field brings back the rest alone.
    keeper.patch(&place, json!({"version": 3, "code": "c", "iban": "DE00 0000 1111"})).await.ok();
    server.give_roles("rep_a", &["clerk"]).await;
    let clerk = server.sign_in("rep_a").await;
    clerk.post(&format!("{place}/versions/1/restore"), json!({"version": 4})).await.ok();
    assert_eq!(keeper.get(&place).await.ok()["record"]["code"], "a");
    assert_eq!(value("iban".into()).await, "DE00 0000 1111");
    assert!(crate::tampering::found(server).await.is_empty());
});

on_both!(a_field_that_becomes_sensitive_is_sealed_in_records_that_are_there, |server| {
    let open = json!({"code": {"type": "text"}, "iban": {"type": "text", "read": ["keeper"]}});
    let keeper = opened(server, open.clone()).await;
    let id = keeper.post("/api/records/item", json!({"code": "a", "iban": IBAN})).await.ok()["record"]["id"].clone();
    let mut sealed = open;
    sealed["iban"]["sensitive"] = json!(true);
    server.app.publish(publication(sealed)).await.unwrap();
    let place = format!("/api/records/item/{}", id.as_str().unwrap());
    assert_eq!(keeper.get(&place).await.ok()["record"]["iban"], "•••• 3000");
    assert_eq!(keeper.post(&format!("{place}/reveal"), json!({"path": "iban"})).await.ok()["value"], IBAN);
});

#[tokio::test]
async fn a_new_key_seals_everything_anew_and_histories_still_open() {
    let server = TestApp::trade().await;
    let keeper = opened(&server, fields()).await;
    let made = keeper
        .post("/api/records/item", json!({"code": "a", "iban": IBAN, "cards": [{"digits": "4929 1000 2000 3000"}]}))
        .await
        .ok();
    let id = made["record"]["id"].as_str().unwrap().to_owned();
    server.app.set_secret(None, "smtp_password", "geheim").await.unwrap();
    let record = || async {
        server.app.store().record(&*server.app.published().catalog, "item", id.parse().unwrap()).await.unwrap().unwrap()
    };
    let before = record().await;
    assert_eq!(server.app.rotate_key().await.unwrap(), 1);
    let after = record().await;
    assert_ne!(before.get("iban"), after.get("iban"));
    assert_ne!(before.lines["cards"], after.lines["cards"]);
    assert_eq!(before.version, after.version);
    // Another process reads the key's file anew.
    let app = App::open(server.app.options().clone()).await.unwrap();
    let scene = app.scene(None);
    let ctx = scene.ctx();
    let open = |record: &kernel::Record| ctx.vault.unwrap().open(record.get("iban").as_text().unwrap());
    assert_eq!((open(&before).as_deref(), open(&after).as_deref()), (Some(IBAN), Some(IBAN)));
    assert_eq!(app.secret("smtp_password").await.unwrap().as_deref(), Some("geheim"));
}

#[test]
fn places_that_would_tell_a_sensitive_value_are_refused() {
    let told = |change: Json| {
        let mut fields = fields();
        fields.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let (_, problems) = Catalog::load(&packs(fields));
        problems.iter().filter(|p| p.code == "E0245" || p.code == "E0207").map(|p| p.path.clone()).collect::<Vec<_>>()
    };
    assert_eq!(told(json!({})), Vec::<String>::new());
    for (field, path) in [
        (json!({"x": {"type": "integer", "formula": "len(iban)"}}), "fields.x.formula"),
        (json!({"x": {"type": "text", "required": "iban == \"a\""}}), "fields.x.required"),
        (json!({"x": {"type": "text", "sensitive": true, "default": "\"a\""}}), "fields.x"),
        (json!({"x": {"type": "integer", "sensitive": true}}), "fields.x.sensitive"),
    ] {
        assert_eq!(told(field.clone()), [path], "{field}");
    }
    assert!(told(json!({"x": {"type": "text", "required": ["iban", "is not null"]}})).is_empty());
}

on_both!(no_way_out_holds_more_of_a_sensitive_value_than_readers_see, |server| {
    let keeper = opened(server, fields()).await;
    let cards = json!([{"digits": "4929 1000 2000 3000"}]);
    let made =
        keeper.post("/api/records/item", json!({"code": "a", "iban": IBAN, "passport": "P1234567", "cards": cards}));
    let id = made.await.ok()["record"]["id"].as_str().unwrap().to_owned();
    keeper.post(&format!("/api/records/item/{id}/reveal"), json!({"path": "iban"})).await.ok();
    let is_masked = |text: &str, what: &str| {
        for plain in ["3704", "P1234567", "4929", "sealed:"] {
            assert!(!text.contains(plain), "{what}: {text}");
        }
    };
    // Lists, with their lines, as text and as a book.
    for lines in ["", "&lines=cards"] {
        let of = format!("columns=code,iban,passport{lines}");
        let text = keeper.get(&format!("/api/export/item.csv?{of}")).await;
        assert!(text.text.contains("•••• 3000"), "{}", text.text);
        is_masked(&text.text, "csv");
        let book = keeper.get(&format!("/api/export/item.xlsx?{of}")).await;
        let cells = format!("{:?}", crate::export::sheets(&book.bytes));
        assert!(cells.contains("•••• 3000"), "{cells}");
        is_masked(&cells, "xlsx");
    }
    // What an import refuses: the rows, their problems, and what is kept of them.
    let file = "Code,Iban,Passport\nb,DE89 3704 9999 9999,P1234567\nc,DE89 •••• 3704 8888,P7654321\n";
    let uploaded = crate::imports::upload(&keeper, "items.csv", file.as_bytes()).await.ok();
    let import = uploaded["id"].as_str().unwrap();
    let job = format!("/api/imports/{import}");
    let plan = json!({"entity": "item", "columns": {"Code": "code", "Iban": "iban", "Passport": "passport"}});
    keeper.post(&format!("{job}/run"), plan).await.ok();
    let told = crate::imports::ended(&keeper, import).await;
    assert_eq!(told["problem_count"], 2, "{told}");
    is_masked(&told.to_string(), "problems");
    let refused = keeper.get(&format!("{job}/errors")).await;
    assert!(refused.text.contains("b,•••• 9999,••••,"), "{}", refused.text);
    is_masked(&refused.text, "refused rows");
    // Imported again as it is, the mask is no value.
    let again = crate::imports::upload(&keeper, "refused.csv", refused.text.as_bytes()).await.ok();
    let again = again["id"].as_str().unwrap();
    let plan = json!({"entity": "item", "columns": {"Code": "code", "Iban": "iban", "Passport": "passport"}});
    keeper.post(&format!("/api/imports/{again}/run"), plan).await.ok();
    let told = crate::imports::ended(&keeper, again).await;
    assert!(told["problems"].to_string().contains("masked"), "{told}");
    assert_eq!(keeper.get("/api/records/item/count").await.ok()["count"], 1);
    // The audit says that it was shown and exported, not what.
    let audit = keeper.get("/api/audit.csv").await;
    assert!(audit.text.contains("revealed") && audit.text.contains("iban"), "{}", audit.text);
    is_masked(&audit.text, "audit");
});

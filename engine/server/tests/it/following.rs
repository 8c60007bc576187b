//! Lookups and rollups: what they show follows the records that they are about, whoever writes these, and tells nobody what
//! they may not read.

use kernel::{Catalog, PackSource, SourceFile};
use serde_json::{Value as Json, json};
use server::{
    publish::Publication,
    worker::{Worker, handlers},
};

use crate::{
    client::{Client, encoded},
    support::{TestApp, on_both},
};

/// Firms, their orders and the goods of these.
fn packs(change: impl Fn(&str, &mut Json)) -> Vec<PackSource> {
    let can = json!({"read": "all", "create": true, "update": "all", "delete": "all", "import": true});
    let mine = json!({"read": ["code", "=", "mine"], "create": true, "update": "all"});
    let mut files = vec![
        ("pack.json", json!({"kind": "pack", "name": "shop", "label": "Shop", "version": "1.0.0"})),
        (
            "entities/firm.json",
            json!({"kind": "entity", "name": "firm", "label": "Firm", "type": "master", "title": "{name}",
            "fields": {
                "name": {"type": "text"}, "level": {"type": "integer"}, "limit": {"type": "decimal", "scale": 2},
                "orders": {"type": "integer", "rollup": {"of": "order", "by": "firm", "how": "count"}},
                "open": {"type": "decimal", "scale": 2, "rollup":
                    {"of": "order", "by": "firm", "how": "sum", "value": "amount", "where": ["done", "!=", true]}},
                "last": {"type": "date", "rollup": {"of": "order", "by": "firm", "how": "max", "value": "day"}},
                "mean": {"type": "decimal", "scale": 4, "rollup": {"of": "order", "by": "firm", "how": "average", "value": "amount"}},
                "told": {"type": "integer", "read": ["clerk"], "rollup": {"of": "order", "by": "firm", "how": "count"}},
                "left": {"type": "decimal", "scale": 2, "formula": "limit - open"}},
            "indexes": [["open"]]}),
        ),
        (
            "entities/order.json",
            json!({"kind": "entity", "name": "order", "label": "Order", "type": "document", "title": "{code} {firm_name}",
            "search": ["code", "firm_name"],
            "fields": {
                "code": {"type": "text"}, "firm": {"type": "reference", "to": "firm"}, "day": {"type": "date"},
                "done": {"type": "boolean", "default": false}, "amount": {"type": "decimal", "scale": 2},
                "firm_name": {"type": "text", "lookup": "firm.name"},
                "level": {"type": "integer", "lookup": "firm.level"},
                "level_then": {"type": "integer", "lookup": {"of": "firm.level", "copied": true}},
                "weighed": {"type": "decimal", "scale": 2, "formula": "amount * level"},
                "of_firm": {"type": "integer", "lookup": "firm.orders"},
                "lines": {"type": "lines", "fields": {
                    "good": {"type": "reference", "to": "good"}, "unit": {"type": "text", "lookup": "good.unit"},
                    "level": {"type": "integer", "lookup": "doc.firm.level"}}}},
            "indexes": [["level"]]}),
        ),
        (
            "entities/good.json",
            json!({"kind": "entity", "name": "good", "label": "Good", "type": "master", "title": "{name}",
                   "fields": {"name": {"type": "text"}, "unit": {"type": "text"}}}),
        ),
        (
            "roles/keeper.json",
            json!({"kind": "role", "name": "keeper", "label": "Keeper", "can": {"firm": can, "order": can, "good": can}}),
        ),
        (
            "roles/clerk.json",
            json!({"kind": "role", "name": "clerk", "label": "Clerk", "can": {"firm": can, "order": mine, "good": can}}),
        ),
    ];
    for (path, json) in &mut files {
        change(path, json);
    }
    let files = files.into_iter().map(|(path, json)| SourceFile { path: path.into(), text: json.to_string() });
    vec![PackSource { name: "shop".into(), files: files.collect() }]
}

fn publication(packs: Vec<PackSource>) -> Publication {
    Publication { packs, note: "shop".into(), by: None, demo: false }
}

async fn opened(server: &TestApp) -> Client {
    server.app.publish(publication(packs(|_, _| {}))).await.unwrap();
    server.give_roles("it_a", &["administrator", "keeper"]).await;
    server.sign_in("it_a").await
}

/// Has everything that follows done.
async fn settled(server: &TestApp) {
    Worker::new(&server.app, handlers()).run_due().await.unwrap();
    assert_eq!(server.app.store().count_jobs().await.unwrap(), (0, 0));
}

async fn make(client: &Client, entity: &str, fields: Json) -> String {
    let answer = client.post(&format!("/api/records/{entity}"), fields).await.ok();
    answer["record"]["id"].as_str().unwrap().to_owned()
}

async fn get(client: &Client, entity: &str, id: &str) -> Json {
    client.get(&format!("/api/records/{entity}/{id}")).await.ok()["record"].clone()
}

async fn set(client: &Client, entity: &str, id: &str, mut fields: Json) {
    fields["version"] = get(client, entity, id).await["version"].clone();
    client.patch(&format!("/api/records/{entity}/{id}"), fields).await.ok();
}

fn rolled(firm: &Json) -> (i64, &str, &Json, &Json, &Json) {
    (firm["orders"].as_i64().unwrap(), firm["open"].as_str().unwrap(), &firm["last"], &firm["mean"], &firm["left"])
}

on_both!(a_rollup_follows_records_that_come_go_and_move, |server| {
    let keeper = opened(server).await;
    let (a, b) = (
        make(&keeper, "firm", json!({"name": "A", "limit": "100"})).await,
        make(&keeper, "firm", json!({"name": "B"})).await,
    );
    assert_eq!(rolled(&get(&keeper, "firm", &a).await), (0, "0.00", &Json::Null, &Json::Null, &json!("100.00")));
    let one = make(&keeper, "order", json!({"code": "1", "firm": a, "amount": "10.50", "day": "2026-03-01"})).await;
    let two = make(&keeper, "order", json!({"code": "2", "firm": a, "amount": "20", "day": "2026-04-01"})).await;
    make(&keeper, "order", json!({"code": "3", "amount": "7"})).await;
    let version = get(&keeper, "firm", &a).await["version"].clone();
    settled(server).await;
    let now = get(&keeper, "firm", &a).await;
    assert_eq!(rolled(&now), (2, "30.50", &json!("2026-04-01"), &json!("15.2500"), &json!("69.50")));
    // Nobody's form is out of date by it, and nobody changed the record.
    assert_eq!(now["version"], version);
    set(&keeper, "order", &two, json!({"firm": b})).await;
    set(&keeper, "order", &one, json!({"done": true})).await;
    settled(server).await;
    assert_eq!(
        rolled(&get(&keeper, "firm", &a).await),
        (1, "0.00", &json!("2026-03-01"), &json!("10.5000"), &json!("100.00"))
    );
    assert_eq!(get(&keeper, "firm", &b).await["open"], "20.00");
    keeper.delete(&format!("/api/records/order/{two}")).await;
    settled(server).await;
    assert_eq!(get(&keeper, "firm", &b).await["orders"], 0);
    keeper.post(&format!("/api/records/order/{two}/restore"), json!({})).await.ok();
    settled(server).await;
    assert_eq!(get(&keeper, "firm", &b).await["orders"], 1);
    let list = format!("/api/records/firm?filter={}&sort=-open&columns=name,open", encoded(r#"["open",">=","0"]"#));
    let rows = keeper.get(&list).await.ok()["rows"].clone();
    assert_eq!((&rows[0]["name"], &rows[1]["name"]), (&json!("B"), &json!("A")), "{rows}");
    keeper.patch(&format!("/api/records/firm/{b}"), json!({"orders": 5})).await.refused(422, "invalid");
    // What the engine keeps right is no change of the record: its history stays as it is, and holds.
    let found = crate::tampering::found(server).await;
    assert!(found.is_empty(), "{found:?}");
});

on_both!(a_lookup_follows_its_record_with_what_is_computed_from_it_and_a_copied_one_does_not, |server| {
    let keeper = opened(server).await;
    let firm = make(&keeper, "firm", json!({"name": "Alder", "level": 1})).await;
    let good = make(&keeper, "good", json!({"name": "Nail", "unit": "kg"})).await;
    let lines = json!([{"good": good}, {}]);
    let order = make(&keeper, "order", json!({"code": "1", "firm": firm, "amount": "10", "lines": lines})).await;
    settled(server).await;
    let was = get(&keeper, "order", &order).await;
    assert_eq!(
        (&was["level"], &was["lines"][0]["unit"], &was["of_firm"]),
        (&json!(1), &json!("kg"), &json!(1)),
        "{was}"
    );
    set(&keeper, "firm", &firm, json!({"level": 3, "name": "Birch"})).await;
    set(&keeper, "good", &good, json!({"unit": "t"})).await;
    settled(server).await;
    let now = get(&keeper, "order", &order).await;
    assert_eq!((&now["level"], &now["level_then"], &now["weighed"]), (&json!(3), &json!(1), &json!("30.00")), "{now}");
    assert_eq!(
        (&now["lines"][0]["unit"], &now["lines"][0]["level"], &now["lines"][1]["unit"]),
        (&json!("t"), &json!(3), &Json::Null)
    );
    assert_eq!((&now["title"], &now["version"]), (&json!("1 Birch"), &was["version"]));
    let found = |text: &str| {
        let asked = format!("/api/records/order?q={text}");
        let keeper = &keeper;
        async move { keeper.get(&asked).await.ok()["rows"].as_array().unwrap().len() }
    };
    assert_eq!((found("Birch").await, found("Alder").await), (1, 0), "it is found by what it shows");
    // A rollup that changes is followed in turn.
    make(&keeper, "order", json!({"code": "2", "firm": firm})).await;
    settled(server).await;
    assert_eq!(get(&keeper, "order", &order).await["of_firm"], 2);
});

on_both!(writers_at_once_leave_the_right_sum, |server| {
    let keeper = opened(server).await;
    let firm = make(&keeper, "firm", json!({"name": "A", "limit": "1000"})).await;
    let working = {
        let app = server.app.clone();
        tokio::spawn(async move {
            for _ in 0..20 {
                Worker::new(&app, handlers()).run_due().await.unwrap();
                tokio::task::yield_now().await;
            }
        })
    };
    let writers = (0..6).map(|writer| {
        let (keeper, firm) = (&keeper, &firm);
        async move {
            for n in 0..8 {
                let order =
                    make(keeper, "order", json!({"code": format!("{writer}.{n}"), "firm": firm, "amount": "2"})).await;
                match n % 4 {
                    1 => set(keeper, "order", &order, json!({"amount": "3"})).await,
                    2 => drop(keeper.delete(&format!("/api/records/order/{order}")).await),
                    3 => set(keeper, "order", &order, json!({"done": true})).await,
                    _ => {}
                }
            }
        }
    });
    futures::future::join_all(writers).await;
    working.await.unwrap();
    settled(server).await;
    let now = get(&keeper, "firm", &firm).await;
    // Of each eight, two go, two are done; of the rest two are 2 and two 3.
    assert_eq!((&now["orders"], &now["open"], &now["left"]), (&json!(36), &json!("60.00"), &json!("940.00")));
});

on_both!(what_is_new_is_worked_out_for_records_that_are_there, |server| {
    server.app.publish(publication(packs(|path, json| {
        if path == "entities/firm.json" {
            json["fields"] = json!({"name": {"type": "text"}, "level": {"type": "integer"}, "limit": {"type": "decimal", "scale": 2},
                                    "orders": {"type": "integer"}});
            json["indexes"] = json!([]);
        }
    }))).await.unwrap();
    server.give_roles("it_a", &["administrator", "keeper"]).await;
    let keeper = server.sign_in("it_a").await;
    let firm = make(&keeper, "firm", json!({"name": "A", "limit": "50"})).await;
    for code in ["1", "2", "3"] {
        make(&keeper, "order", json!({"code": code, "firm": firm, "amount": "5"})).await;
    }
    settled(server).await;
    server.app.publish(publication(packs(|_, _| {}))).await.unwrap();
    let now = get(&keeper, "firm", &firm).await;
    assert_eq!((&now["open"], &now["left"], &now["orders"]), (&json!("15.00"), &json!("35.00"), &json!(3)), "{now}");
    // A formula that changes what they sum is followed, too.
    server
        .app
        .publish(publication(packs(|path, json| {
            if path == "entities/firm.json" {
                json["fields"]["open"]["rollup"]["value"] = json!("weighed");
            } else if path == "entities/order.json" {
                json["fields"]["weighed"]["formula"] = json!("amount * 2");
            }
        })))
        .await
        .unwrap();
    settled(server).await;
    assert_eq!(get(&keeper, "firm", &firm).await["open"], "30.00");
});

#[tokio::test]
async fn a_rollup_is_read_by_who_sees_all_that_it_counts_or_is_named() {
    let server = TestApp::trade().await;
    let keeper = opened(&server).await;
    let firm = make(&keeper, "firm", json!({"name": "A", "level": 2})).await;
    let order = make(&keeper, "order", json!({"code": "mine", "firm": firm, "amount": "1"})).await;
    settled(&server).await;
    server.give_roles("rep_a", &["clerk"]).await;
    let clerk = server.sign_in("rep_a").await;
    let theirs = get(&clerk, "firm", &firm).await;
    assert!(theirs["orders"].is_null() && theirs["open"].is_null() && theirs["left"].is_null(), "{theirs}");
    assert_eq!((&theirs["told"], &theirs["level"]), (&json!(1), &json!(2)), "one that names its readers is for them");
    let list = format!("/api/records/firm?filter={}", encoded(r#"["orders",">",0]"#));
    clerk.get(&list).await.refused(403, "forbidden");
    assert_eq!(get(&clerk, "order", &order).await["level"], 2);
    assert!(get(&clerk, "order", &order).await["of_firm"].is_null(), "a lookup shows no more than what it looks up");
    let app = clerk.get("/api/app").await.ok();
    assert!(app["entities"]["firm"]["fields"]["orders"].is_null());
    assert_eq!(app["entities"]["order"]["fields"]["level"]["writable"], false);
}

#[test]
fn what_cannot_be_kept_right_is_told() {
    let told = |change: &dyn Fn(&str, &mut Json)| {
        let (_, problems) = Catalog::load(&packs(change));
        let errors = problems.into_iter().filter(|p| p.severity == kernel::Severity::Error);
        errors.map(|p| format!("{} {}", p.code, p.path)).collect::<Vec<_>>()
    };
    let firm = |field: &'static str, rollup: Json| {
        move |path: &str, json: &mut Json| {
            if path == "entities/firm.json" {
                json["fields"][field]["rollup"] = rollup.clone();
            }
        }
    };
    let base = json!({"of": "order", "by": "firm", "how": "count"});
    let with = |key: &str, value: Json| {
        let mut rollup = base.clone();
        rollup[key] = value;
        rollup
    };
    assert_eq!(told(&|_, _| {}), Vec::<String>::new());
    for (rollup, wanted) in [
        (with("of", json!("ordr")), "E0201 fields.orders.rollup.of"),
        (with("by", json!("code")), "E0243 fields.orders.rollup.by"),
        (with("how", json!("sum")), "E0243 fields.orders.rollup.value"),
        (with("value", json!("amount")), "E0243 fields.orders.rollup.value"),
        (with("where", json!(["day", "<", {"expr": "today"}])), "E0243 fields.orders.rollup.where"),
        (with("where", json!(["firm.level", ">", 1])), "E0243 fields.orders.rollup.where"),
        (json!({"of": "order", "by": "firm", "how": "min", "value": "code"}), "E0243 fields.orders.rollup.value"),
    ] {
        let found = told(&firm("orders", rollup.clone()));
        assert!(found.contains(&wanted.to_owned()), "{rollup}: {found:?}");
    }
    let order = |field: &'static str, lookup: &'static str| {
        move |path: &str, json: &mut Json| {
            if path == "entities/order.json" {
                json["fields"][field]["lookup"] = json!(lookup);
            }
        }
    };
    for lookup in ["firm", "code.name", "firm.updated_at", "lines.good"] {
        let found = told(&order("level", lookup));
        assert!(
            found
                .iter()
                .any(|told| told.starts_with("E0243 fields.level.lookup") || told.contains("fields.level.lookup")),
            "{lookup}: {found:?}"
        );
    }
    // An order's amount from its firm's sum of amounts would never come to rest.
    let circle = told(&|path, json| {
        if path == "entities/order.json" {
            json["fields"]["amount"] = json!({"type": "decimal", "scale": 2, "lookup": "firm.open"});
        }
    });
    assert!(circle.iter().any(|told| told.starts_with("E0244")), "{circle:?}");
}

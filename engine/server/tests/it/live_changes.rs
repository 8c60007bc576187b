//! Definitions change while records are there and people work: values are converted, formulas worked out anew, nothing
//! that people write is lost, and no request fails.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use chrono::Duration;
use kernel::{PackSource, SourceFile, rebuild::Choices};
use serde_json::{Map, Value as Json, json};
use server::{
    App,
    command::CreateRecord,
    publish::{Begun, Ended, Publication, PublishError},
};

use crate::{
    client::Client,
    support::{TestApp, on_both},
};

/// A pack with one entity of these fields beside the others.
fn shop(fields: Json) -> Vec<PackSource> {
    let pack = json!({"kind": "pack", "name": "shop", "label": "Shop", "version": "1.0.0"});
    let item = json!({"kind": "entity", "name": "item", "label": "Item", "type": "master", "title": "{code}",
                      "fields": fields});
    let role = json!({"kind": "role", "name": "keeper", "label": "Keeper",
                      "can": {"item": {"read": "all", "create": true, "update": "all", "delete": "all"}}});
    let files = [("pack.json", pack), ("entities/item.json", item), ("roles/keeper.json", role)];
    let files = files.into_iter().map(|(path, json)| SourceFile { path: path.into(), text: json.to_string() });
    vec![PackSource { name: "shop".into(), files: files.collect() }]
}

fn publication(fields: Json) -> Publication {
    Publication { packs: shop(fields), note: "shop".into(), by: None, demo: false }
}

fn choices(of: Json) -> Choices {
    serde_json::from_value(of).unwrap()
}

async fn make(app: &App, fields: Json) -> uuid::Uuid {
    let Json::Object(fields) = fields else { panic!("fields") };
    let command = CreateRecord { entity: "item".into(), fields, id: None, distinct: None, source: "app" };
    app.perform(None, &command).await.unwrap().record.id
}

/// A keeper of the shop, signed in.
async fn keeper(server: &TestApp) -> Client {
    server.give_roles("it_a", &["administrator", "keeper"]).await;
    server.sign_in("it_a").await
}

async fn item(client: &Client, id: uuid::Uuid) -> Json {
    client.get(&format!("/api/records/item/{id}")).await.ok()["record"].clone()
}

on_both!(values_of_another_type_are_converted_and_what_does_not_convert_is_told_first, |server| {
    let before = json!({"code": {"type": "text"}, "size": {"type": "text"}});
    server.app.publish(publication(before)).await.unwrap();
    let keeper = keeper(server).await;
    let (good, bad) = (
        make(&server.app, json!({"code": "good", "size": "1,203"})).await,
        make(&server.app, json!({"code": "bad", "size": "large"})).await,
    );
    make(&server.app, json!({"code": "none"})).await;
    let was = item(&keeper, good).await;

    let after = || json!({"code": {"type": "text"}, "size": {"type": "integer", "unique": true}});
    let asked = json!({"packs": shop(after())});
    server.sign_in("rep_a").await.post("/api/publish/plan", asked.clone()).await.refused(403, "forbidden");
    let plan = keeper.post("/api/publish/plan", asked.clone()).await.ok();
    assert_eq!((&plan["refused"], &plan["in_background"]), (&json!(true), &json!(true)), "{plan}");
    let convert = plan["effects"].as_array().unwrap().iter().find(|e| e["kind"] == "convert").unwrap();
    assert_eq!((&convert["total"], &convert["seen"], &convert["concerned"]), (&json!(3), &json!(3), &json!(1)));
    let row = &convert["rows"][0];
    assert_eq!((&row["id"], &row["title"], &row["failed"]["value"]), (&json!(bad), &json!("bad"), &json!("large")));
    let told: Vec<&str> = plan["differences"].as_array().unwrap().iter().filter_map(|d| d["text"].as_str()).collect();
    assert!(told.contains(&"Field *Size* of *Item* becomes integer instead of text"), "{told:?}");

    // Nothing is published unless it is chosen what becomes of it, and nothing is left of the try.
    let refused = server.app.publish(publication(after())).await;
    let Err(PublishError::Ended { id, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(server.app.published().catalog.version, 2);
    let job = keeper.get(&format!("/api/publish/jobs/{id}")).await.ok();
    assert_eq!((&job["status"], &job["rows"][0]["title"]), (&json!("refused"), &json!("bad")), "{job}");
    assert_eq!(item(&keeper, good).await, was);

    let empty = choices(json!({"item.size": {"unconvertible": "empty"}}));
    let report = server.app.publish_with(publication(after()), empty).await.unwrap();
    assert_eq!(report.version, 3);
    let now = item(&keeper, good).await;
    assert_eq!(now["size"], 1203);
    for same in ["version", "updated_at", "updated_by", "title"] {
        assert_eq!(now[same], was[same], "{same}");
    }
    assert!(item(&keeper, bad).await["size"].is_null());
    let timeline = keeper.get(&format!("/api/records/item/{bad}/timeline")).await.ok();
    let first = &timeline["items"][0];
    assert_eq!(
        (&first["source"], &first["changes"]),
        (&json!("publish"), &json!([{"path": "size", "old": "large", "new": null}]))
    );
    let others = keeper.get(&format!("/api/records/item/{good}/timeline")).await.ok();
    assert_eq!(others["items"].as_array().unwrap().len(), 1, "{others}");
    // Lists are sorted and filtered by the new values, and saving goes on.
    let list = keeper.get("/api/records/item?filter=%5B%22size%22,%22%3E%22,1000%5D&sort=size&columns=size").await.ok();
    assert_eq!(list["rows"].as_array().unwrap().len(), 1, "{list}");
    keeper.patch(&format!("/api/records/item/{bad}"), json!({"version": 1, "size": 7})).await.ok();
    keeper.patch(&format!("/api/records/item/{good}"), json!({"version": 1, "size": 7})).await.refused(409, "unique");
});

on_both!(each_kind_of_change_makes_the_stored_values_right, |server| {
    let before = json!({"code": {"type": "text"}, "price": {"type": "money", "currency": "\"EUR\""},
        "state_of": {"type": "choice", "options": {"fresh": "Fresh", "new": "New", "old": "Old"}},
        "day": {"type": "date"}, "twice": {"type": "decimal", "scale": 2, "formula": "price * 2"},
        "note": {"type": "choice", "options": {"a": "Letter A"}}, "gone": {"type": "text"},
        "lines": {"type": "lines", "fields": {"count": {"type": "text"}, "each": {"type": "decimal", "scale": 4},
                                              "sum": {"type": "decimal", "scale": 2, "formula": "each * 2"}}}});
    server.app.publish(publication(before.clone())).await.unwrap();
    let keeper = keeper(server).await;
    let one = make(
        &server.app,
        json!({"code": "one", "price": "10.55", "state_of": "fresh", "day": "2026-03-01", "note": "a",
        "gone": "kept", "lines": [{"count": "3", "each": "1.2345"}, {"count": "4 ", "each": "2"}]}),
    )
    .await;
    let two = make(&server.app, json!({"code": "two", "state_of": "old"})).await;
    keeper.delete(&format!("/api/records/item/{two}")).await;

    let after = json!({"code": {"type": "text"}, "cost": {"type": "money", "currency": "\"EUR\"", "scale": 1, "renamed_from": "price"},
        "state_of": {"type": "choice", "options": {"new": {"label": "New", "renamed_from": ["fresh"]}, "old": "Old"}},
        "day": {"type": "datetime"}, "twice": {"type": "decimal", "scale": 2, "formula": "cost * 3"},
        "thrice": {"type": "decimal", "scale": 2, "formula": "twice + sum(lines.sum)"},
        "note": {"type": "text", "required": true},
        "lines": {"type": "lines", "fields": {"count": {"type": "integer"}, "each": {"type": "decimal", "scale": 2},
                                              "sum": {"type": "decimal", "scale": 2, "formula": "each * count"}}}});
    let fill = choices(json!({"item.note": {"fill": "none"}}));
    server.app.publish_with(publication(after), fill).await.unwrap();
    let now = item(&keeper, one).await;
    let of = |field: &str| now[field].clone();
    assert_eq!(of("cost"), "10.6");
    assert_eq!((of("state_of"), of("note")), (json!("new"), json!("Letter A")));
    assert_eq!(of("day"), "2026-02-28T16:00:00.000Z", "midnight of the firm's zone");
    assert_eq!(of("twice"), "31.80");
    let line = |at: usize, field: &str| now["lines"][at][field].clone();
    assert_eq!((line(0, "count"), line(0, "each"), line(0, "sum")), (json!(3), json!("1.23"), json!("3.69")));
    assert_eq!((line(1, "count"), line(1, "sum")), (json!(4), json!("8.00")));
    assert_eq!(of("thrice"), "43.49");
    assert_eq!(of("version"), 1);
    assert!(now.get("gone").is_none());
    // What lay in the trash is converted too.
    keeper.post(&format!("/api/records/item/{two}/restore"), json!({"version": 2})).await.ok();
    let restored = item(&keeper, two).await;
    assert_eq!((&restored["state_of"], &restored["note"]), (&json!("old"), &json!("none")));

    // And back: what was taken away is there again, by its name.
    let mut back: Map<String, Json> = serde_json::from_value(before).unwrap();
    back["price"]["renamed_from"] = json!("cost");
    let empty = choices(json!({"item.note": {"unconvertible": "empty"}}));
    server.app.publish_with(publication(Json::Object(back)), empty).await.unwrap();
    let now = item(&keeper, one).await;
    assert_eq!((&now["gone"], &now["price"], &now["twice"]), (&json!("kept"), &json!("10.60"), &json!("21.20")));
    assert_eq!((&now["note"], &now["day"]), (&json!("a"), &json!("2026-03-01")));
});

on_both!(what_is_kept_aside_comes_back_until_it_is_purged, |server| {
    let before = json!({"code": {"type": "text"}, "gone": {"type": "text"}, "size": {"type": "text"}, "stays": {"type": "text"},
                        "lines": {"type": "lines", "fields": {"each": {"type": "decimal"}, "dropped": {"type": "tags"}}}});
    server.app.publish(publication(before.clone())).await.unwrap();
    let keeper = keeper(server).await;
    let fields = json!({"code": "a", "gone": "kept", "size": "12", "stays": "here",
                        "lines": [{"each": "1", "dropped": ["x"]}, {"each": "2", "dropped": ["y", "z"]}]});
    let id = make(&server.app, fields).await;
    make(&server.app, json!({"code": "b", "size": "13"})).await;
    assert_eq!(keeper.get("/api/publish/kept").await.ok()["kept"], json!([]));
    let after = json!({"code": {"type": "text"}, "size": {"type": "integer"}, "stays": {"type": "text"},
                       "lines": {"type": "lines", "fields": {"each": {"type": "decimal"}}}});
    server.app.publish(publication(after.clone())).await.unwrap();
    server.app.agree_on_version(true).await.unwrap();
    let kept = keeper.get("/api/publish/kept").await.ok()["kept"].clone();
    let emptied_on =
        server.app.clock().now().with_timezone(&chrono_tz::Asia::Shanghai).date_naive() + Duration::days(90);
    let told = |lines: Json, field: &str, rows: i64| {
        let of = kept.as_array().unwrap().iter().find(|one| one["field"] == field).unwrap();
        assert_eq!(
            (&of["entity"], &of["label"], &of["lines"], &of["column"]),
            (&json!("item"), &json!("Item"), &lines, &json!(field))
        );
        assert_eq!((&of["rows"], &of["emptied_on"]), (&json!(rows), &json!(emptied_on)), "{of}");
    };
    assert_eq!(kept.as_array().unwrap().len(), 3, "{kept}");
    told(Json::Null, "gone", 1);
    told(Json::Null, "size", 2);
    told(json!("lines"), "dropped", 2);

    // What was removed is there again by its name, as long as nobody has emptied it.
    server.app.publish(publication(before.clone())).await.unwrap();
    assert_eq!(item(&keeper, id).await["gone"], "kept");
    server.app.publish(publication(after)).await.unwrap();
    server.app.agree_on_version(true).await.unwrap();
    let gone = json!({"entity": "item", "column": "gone"});
    server.sign_in("rep_a").await.get("/api/publish/kept").await.refused(403, "forbidden");
    server.sign_in("rep_a").await.post("/api/publish/kept/purge", gone.clone()).await.refused(403, "forbidden");
    assert_eq!(keeper.post("/api/publish/kept/purge", gone.clone()).await.ok()["emptied"], 1);
    let dropped = json!({"entity": "item", "lines": "lines", "column": "dropped"});
    assert_eq!(keeper.post("/api/publish/kept/purge", dropped).await.ok()["emptied"], 2);
    // Neither what is in use nor what is empty is touched.
    for column in ["stays", "gone", "id", "nothing"] {
        let answer = keeper.post("/api/publish/kept/purge", json!({"entity": "item", "column": column})).await.ok();
        assert_eq!(answer["emptied"], 0, "{column}");
    }
    let kept = keeper.get("/api/publish/kept").await.ok()["kept"].clone();
    assert!(kept.as_array().unwrap().iter().all(|one| one["field"] == "size"), "{kept}");
    let noted = keeper.get("/api/audit?kind=aside_purged").await.ok();
    assert!(noted.to_string().contains("lines.dropped"), "{noted}");
    server.app.publish(publication(before)).await.unwrap();
    let now = item(&keeper, id).await;
    assert_eq!((&now["gone"], &now["stays"], &now["lines"][1]["dropped"]), (&Json::Null, &json!("here"), &Json::Null));
    assert_eq!(now["lines"][1]["each"], "2.000000");
});

on_both!(what_is_kept_aside_goes_after_its_time_and_never_without_having_been_told, |server| {
    let fields = |with: bool| {
        let mut fields = json!({"code": {"type": "text"}, "stays": {"type": "text"}});
        if with {
            fields["gone"] = json!({"type": "text"});
        }
        fields
    };
    server.app.publish(publication(fields(true))).await.unwrap();
    keeper(server).await;
    // Sessions do not last for so long.
    let admin = || server.sign_in("it_a");
    // More than one slice of them.
    for piece in 0..11 {
        let made =
            (0..100).map(|n| make(&server.app, json!({"code": format!("{piece}-{n}"), "gone": "x", "stays": "y"})));
        futures::future::join_all(made).await;
    }
    server.app.publish(publication(fields(false))).await.unwrap();
    server.app.agree_on_version(true).await.unwrap();
    let after = |days: i64| {
        let later = server.app.clock().now() + Duration::days(days);
        server.app.clock().set(later);
    };
    let notices = || async {
        let told = admin().await.get("/api/notifications").await.ok()["rows"].clone();
        let of = |row: &&Json| row["kind"] == "kept_aside";
        told.as_array().unwrap().iter().filter(of).map(|row| row["about"].clone()).collect::<Vec<_>>()
    };
    let rows = || async {
        let kept = admin().await.get("/api/publish/kept").await.ok()["kept"].clone();
        kept.as_array().unwrap().iter().map(|one| one["rows"].as_i64().unwrap()).sum::<i64>()
    };
    after(82);
    assert_eq!((server.app.purge_old_aside().await.unwrap(), notices().await.len()), (0, 0));
    // Nobody has been told for long after its time, so it is told first.
    after(20);
    for _ in 0..2 {
        assert_eq!(server.app.purge_old_aside().await.unwrap(), 0);
    }
    let told = notices().await;
    let on = server.app.clock().now().with_timezone(&chrono_tz::Asia::Shanghai).date_naive() + Duration::days(7);
    assert_eq!(told, [json!({"fields": "item.gone", "on": on})]);
    after(6);
    assert_eq!((server.app.purge_old_aside().await.unwrap(), rows().await), (0, 1_100));
    // A firm that keeps it longer, or for good, keeps it.
    let kept_for = |days: i64| async move {
        admin().await.patch("/api/settings", json!({"settings": {"kept_aside_days": days}})).await.ok();
    };
    after(2);
    for days in [0, 365] {
        kept_for(days).await;
        assert_eq!((server.app.purge_old_aside().await.unwrap(), rows().await), (0, 1_100), "{days}");
    }
    kept_for(90).await;
    assert_eq!((server.app.purge_old_aside().await.unwrap(), rows().await), (1_100, 0));
    assert_eq!(server.app.purge_old_aside().await.unwrap(), 0);
    let noted = admin().await.get("/api/audit?kind=aside_purged").await.ok()["rows"].clone();
    assert_eq!((noted.as_array().unwrap().len(), &noted[0]["user"]), (1, &Json::Null), "{noted}");
    assert_eq!(noted[0]["detail"], json!({"entity": "item", "fields": ["gone"], "rows": 1_100}));

    // Had back and removed again, it is kept for as long again.
    server.app.publish(publication(fields(true))).await.unwrap();
    make(&server.app, json!({"code": "again", "gone": "z"})).await;
    server.app.publish(publication(fields(false))).await.unwrap();
    server.app.agree_on_version(true).await.unwrap();
    assert_eq!((server.app.purge_old_aside().await.unwrap(), rows().await, notices().await.len()), (0, 1, 1));
});

on_both!(whoever_ends_in_the_midst_leaves_what_another_goes_on_with, |server| {
    let fields = |scale: u32, factor: u32| {
        json!({"code": {"type": "text"}, "price": {"type": "decimal", "scale": scale},
               "sum": {"type": "decimal", "scale": 2, "formula": format!("price * {factor}")}})
    };
    server.app.publish(publication(fields(3, 1))).await.unwrap();
    let keeper = keeper(server).await;
    let mut ids = Vec::new();
    for n in 0..130 {
        ids.push(make(&server.app, json!({"code": format!("c{n}"), "price": format!("{n}.5")})).await);
    }
    let mut later = server.app.clock().now();
    let mut steps = 0;
    let mut factor = 1;
    loop {
        steps += 1;
        factor += 1;
        let scale = if factor % 2 == 0 { 2 } else { 3 };
        server.app.end_after_steps(steps);
        let ended = server.app.publish(publication(fields(scale, factor))).await;
        let whole = ended.is_ok();
        server.app.end_after_steps(i64::MAX);
        // People go on meanwhile, with whichever version is in force.
        let id = ids[factor as usize];
        let version = item(&keeper, id).await["version"].clone();
        keeper.patch(&format!("/api/records/item/{id}"), json!({"version": version, "price": "1000.5"})).await.ok();
        let other = server.reopened().await;
        later += Duration::seconds(11);
        other.app.clock().set(later);
        server.app.clock().set(later);
        other.app.resume_publications().await.unwrap();
        assert!(
            other.app.store().abandoned_publications(later + Duration::days(1)).await.unwrap().is_empty(),
            "{steps}"
        );
        server.app.take_up_published().await.unwrap();
        for (n, id) in ids.iter().enumerate() {
            let price = if (2..=factor as usize).contains(&n) { 1000.5 } else { n as f64 + 0.5 };
            let found =
                server.app.store().record(&*server.app.published().catalog, "item", *id).await.unwrap().unwrap();
            let sum = found.get("sum").to_string();
            assert_eq!(sum, format!("{:.2}", price * f64::from(factor)), "{n} after {steps} steps");
        }
        other.app.close().await;
        if whole {
            break;
        }
        assert!(matches!(ended, Err(PublishError::UnderWay)), "{ended:?}");
    }
    assert!(steps >= 5, "{steps}");
});

on_both!(people_write_and_read_while_values_are_converted_and_no_request_fails, |server| {
    let before = json!({"code": {"type": "text"}, "size": {"type": "text"}, "price": {"type": "decimal", "scale": 2},
                        "sum": {"type": "decimal", "scale": 2, "formula": "price * 2"}});
    server.app.publish(publication(before)).await.unwrap();
    let keeper = keeper(server).await;
    let mut ids = Vec::new();
    for n in 0..300 {
        ids.push(make(&server.app, json!({"code": format!("c{n}"), "size": n.to_string(), "price": "1"})).await);
    }
    let (over, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut people = Vec::new();
    for person in 0..4 {
        let (keeper, ids, over, written) = (keeper.clone(), ids.clone(), over.clone(), written.clone());
        people.push(tokio::spawn(async move {
            let mut last = std::collections::HashMap::new();
            let mut n = person;
            while !over.load(Ordering::SeqCst) {
                let id = ids[n % ids.len()];
                let path = format!("/api/records/item/{id}");
                let price = format!("{}.25", n + 1);
                // Each writes records of their own.
                let version = keeper.get(&path).await.ok()["record"]["version"].clone();
                keeper.patch(&path, json!({"version": version, "price": price})).await.ok();
                last.insert(id, price);
                keeper.get("/api/records/item?limit=20&sort=-price").await.ok();
                keeper.post("/api/records/item", json!({"code": format!("new{person}-{n}"), "price": "5"})).await.ok();
                written.fetch_add(1, Ordering::SeqCst);
                n += 4;
            }
            last
        }));
    }
    while written.load(Ordering::SeqCst) < 8 {
        tokio::task::yield_now().await;
    }
    let after = json!({"code": {"type": "text"}, "size": {"type": "integer"}, "price": {"type": "decimal", "scale": 3},
                       "sum": {"type": "decimal", "scale": 2, "formula": "price * 10"}});
    server.app.publish(publication(after)).await.unwrap();
    let so_far = written.load(Ordering::SeqCst);
    while written.load(Ordering::SeqCst) < so_far + 8 {
        tokio::task::yield_now().await;
    }
    over.store(true, Ordering::SeqCst);
    let catalog = server.app.published().catalog.clone();
    for person in people {
        for (id, price) in person.await.unwrap() {
            let found = server.app.store().record(&*catalog, "item", id).await.unwrap().unwrap();
            let value: f64 = price.parse().unwrap();
            assert_eq!(found.get("price").to_string(), format!("{value:.3}"));
            assert_eq!(found.get("sum").to_string(), format!("{:.2}", value * 10.0));
        }
    }
    for (n, id) in ids.iter().enumerate() {
        let found = server.app.store().record(&*catalog, "item", *id).await.unwrap().unwrap();
        assert_eq!(found.get("size").to_string(), n.to_string());
    }
});

on_both!(a_field_is_retyped_renamed_required_and_indexed_over_http_while_people_work, |server| {
    let fields = |name: &str, size: Json, required: bool| {
        let mut fields = json!({"code": {"type": "text"}, "price": {"type": "decimal", "scale": 2},
            "grade": {"type": "choice", "options": {"a": "A", "b": "B"}, "required": required}});
        fields[name] = size;
        fields
    };
    server.app.publish(publication(fields("size", json!({"type": "text"}), false))).await.unwrap();
    let keeper = keeper(server).await;
    let mut ids = Vec::new();
    for piece in 0..4 {
        let made = (piece * 100..piece * 100 + 100)
            .map(|n| make(&server.app, json!({"code": format!("c{n}"), "size": n.to_string(), "price": "1"})));
        ids.extend(futures::future::join_all(made).await);
    }
    let (over, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let people: Vec<_> = (0..4)
        .map(|person| {
            let (keeper, ids, over, written) = (keeper.clone(), ids.clone(), over.clone(), written.clone());
            tokio::spawn(async move {
                let mut turn = person;
                while !over.load(Ordering::SeqCst) {
                    let id = ids[turn % ids.len()];
                    let path = format!("/api/records/item/{id}");
                    let version = keeper.get(&path).await.ok()["record"]["version"].clone();
                    keeper.patch(&path, json!({"version": version, "price": "2.25"})).await.ok();
                    keeper.get("/api/records/item?limit=20&sort=-code&columns=code,price,grade").await.ok();
                    let new = json!({"code": format!("n{person}-{turn}"), "price": "5", "grade": "a"});
                    keeper.post("/api/records/item", new).await.ok();
                    written.fetch_add(1, Ordering::SeqCst);
                    turn += 4;
                }
            })
        })
        .collect();
    let whole = json!({"type": "integer"});
    let length = json!({"type": "integer", "renamed_from": "size"});
    let indexed = {
        let mut packs = shop(fields("length", length.clone(), true));
        let file = packs[0].files.iter_mut().find(|file| file.path == "entities/item.json").unwrap();
        let mut item: Json = serde_json::from_str(&file.text).unwrap();
        item["indexes"] = json!([["length"]]);
        file.text = item.to_string();
        packs
    };
    let steps = [
        (shop(fields("size", whole, false)), json!({})),
        (shop(fields("length", length.clone(), false)), json!({})),
        (shop(fields("length", length, true)), json!({"item.grade": {"fill": "b"}})),
        (indexed, json!({})),
    ];
    for (packs, choices) in steps {
        let so_far = written.load(Ordering::SeqCst);
        while written.load(Ordering::SeqCst) < so_far + 4 {
            assert!(people.iter().all(|person| !person.is_finished()), "a request failed");
            tokio::task::yield_now().await;
        }
        let begun = keeper.post("/api/publish", json!({"packs": packs, "choices": choices})).await;
        assert!([200, 202].contains(&begun.status), "{}", begun.text);
        let Some(job) = begun.body["job"].as_str() else { continue };
        let ended = tokio::time::timeout(std::time::Duration::from_secs(600), async {
            loop {
                let job = keeper.get(&format!("/api/publish/jobs/{job}")).await.ok();
                match job["status"].as_str() {
                    Some("done") => break,
                    Some("refused" | "failed" | "cancelled") => panic!("{job}"),
                    _ => tokio::task::yield_now().await,
                }
            }
        });
        ended.await.unwrap();
    }
    over.store(true, Ordering::SeqCst);
    // A request that failed would have ended whoever sent it.
    futures::future::join_all(people).await.into_iter().for_each(|person| person.unwrap());
    let catalog = server.app.published().catalog.clone();
    for (n, id) in ids.iter().enumerate() {
        let found = server.app.store().record(&*catalog, "item", *id).await.unwrap().unwrap();
        assert_eq!((found.get("length").to_string(), found.get("grade").to_string()), (n.to_string(), "b".to_owned()));
    }
    keeper.post("/api/records/item", json!({"code": "last"})).await.refused(422, "invalid");
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_has_not_heard_of_it_yet_writes_right_all_the_same() {
    let Some(server) = TestApp::trade_on_postgres().await else { return };
    let before = json!({"code": {"type": "text"}, "price": {"type": "decimal", "scale": 2},
                        "sum": {"type": "decimal", "scale": 2, "formula": "price * 2"}});
    server.app.publish(publication(before)).await.unwrap();
    let _ = keeper(&server).await;
    let id = make(&server.app, json!({"code": "a", "price": "1.5"})).await;
    // It hears nobody, so it still works with the version before.
    let other = server.reopened().await;
    let there = other.sign_in("it_a").await;
    let after = json!({"code": {"type": "text"}, "price": {"type": "decimal", "scale": 3},
                       "sum": {"type": "decimal", "scale": 2, "formula": "price * 10"}});
    other.app.agree_on_version(true).await.unwrap();
    server.app.publish(publication(after)).await.unwrap();
    server.app.agree_on_version(true).await.unwrap();
    assert_eq!((other.app.published().catalog.version, server.app.published().catalog.version), (2, 3));
    assert_eq!(item(&there, id).await["price"], "1.50", "readers go on with what was");
    let saved = there.patch(&format!("/api/records/item/{id}"), json!({"version": 1, "price": "2.12"})).await.ok();
    assert_eq!((&saved["record"]["price"], &saved["record"]["sum"]), (&json!("2.120"), &json!("21.20")));
    let made = there.post("/api/records/item", json!({"code": "b", "price": "3"})).await.ok();
    assert_eq!(made["record"]["sum"], "30.00");
    // Now that both work with it, what kept the old one out is taken down.
    other.app.agree_on_version(true).await.unwrap();
    server.app.agree_on_version(true).await.unwrap();
    let catalog = server.app.published().catalog.clone();
    assert!(!server.app.store().has_to_contract(&catalog.entities, catalog.version).await.unwrap());
    other.app.close().await;
    server.remove().await;
}

on_both!(one_publication_at_a_time_and_it_can_be_cancelled_until_it_is_in_force, |server| {
    let fields = |kind: &str| json!({"code": {"type": "text"}, "size": {"type": kind}});
    server.app.publish(publication(fields("text"))).await.unwrap();
    let keeper = keeper(server).await;
    let id = make(&server.app, json!({"code": "a", "size": "12"})).await;
    let begun = server.app.begin_publication(publication(fields("integer")), Choices::new()).await.unwrap();
    let Begun::Running { id: job, .. } = begun else { panic!("{begun:?}") };
    // The column that is being filled is nothing that was left.
    assert_eq!(keeper.get("/api/publish/kept").await.ok()["kept"], json!([]));
    let second = keeper.post("/api/publish", json!({"packs": shop(fields("decimal"))})).await;
    second.refused(409, "under_way");
    let path = format!("/api/publish/jobs/{job}");
    assert_eq!(keeper.post(&format!("{path}/cancel"), json!({})).await.ok()["status"], "cancelled");
    keeper.post(&format!("{path}/cancel"), json!({})).await.refused(409, "wrong_state");
    assert!(matches!(server.app.work_on_publication(job).await.unwrap(), Ended::Not(_)));
    assert_eq!(item(&keeper, id).await["size"], "12");
    keeper.patch(&format!("/api/records/item/{id}"), json!({"version": 1, "size": "13"})).await.ok();

    // Another one has the names to itself; over HTTP it is worked on beside.
    let answer = keeper.post("/api/publish", json!({"packs": shop(fields("integer")), "note": "again"})).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let job = answer.body["job"].as_str().unwrap().to_owned();
    let done = tokio::time::timeout(std::time::Duration::from_secs(60), async {
        loop {
            let now = keeper.get(&format!("/api/publish/jobs/{job}")).await.ok();
            if now["status"] == "done" {
                return now;
            }
            tokio::task::yield_now().await;
        }
    });
    let done = done.await.unwrap();
    assert_eq!((&done["version"], &done["note"], &done["percent"]), (&json!(3), &json!("again"), &json!(100)));
    assert_eq!(item(&keeper, id).await["size"], 13);
    let jobs = keeper.get("/api/publish/jobs").await.ok();
    assert_eq!(jobs["jobs"].as_array().unwrap().len(), 2);
    let rep = server.sign_in("rep_a").await;
    rep.get("/api/publish/jobs").await.refused(403, "forbidden");
    rep.post("/api/publish", json!({"packs": []})).await.refused(403, "forbidden");
    rep.post(&format!("/api/publish/jobs/{job}/cancel"), json!({})).await.refused(403, "forbidden");
});

on_both!(what_lacks_a_value_shares_one_or_loses_one_is_counted_and_listed, |server| {
    let before = json!({"code": {"type": "text"}, "size": {"type": "text"}, "gone": {"type": "text"}});
    server.app.publish(publication(before)).await.unwrap();
    let keeper = keeper(server).await;
    for (code, size, gone) in [("a", "x", "1"), ("b", "X", ""), ("c", "", "2")] {
        make(&server.app, json!({"code": code, "size": size, "gone": gone})).await;
    }
    let after = || json!({"code": {"type": "text"}, "size": {"type": "text", "required": true, "unique": true}});
    let plan = keeper.post("/api/publish/plan", json!({"packs": shop(after())})).await.ok();
    let effect = |kind: &str| plan["effects"].as_array().unwrap().iter().find(|e| e["kind"] == kind).cloned().unwrap();
    let titles = |kind: &str| {
        let rows = effect(kind)["rows"].as_array().unwrap().clone();
        rows.iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((titles("require"), titles("unique")), (vec!["c".to_owned()], vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(
        (effect("remove")["concerned"].clone(), effect("remove")["fields"].clone()),
        (json!(2), json!(["gone"]))
    );
    assert_eq!(plan["refused"], true);
    let refused = server.app.publish(publication(after())).await.unwrap_err();
    assert!(matches!(refused, PublishError::Schema(store::SchemaError::Duplicates { .. })), "{refused:?}");
    let fill = json!({"item.size": {"fill": "none"}});
    let plan = keeper.post("/api/publish/plan", json!({"packs": shop(after()), "choices": fill})).await.ok();
    assert!(plan["effects"].as_array().unwrap().iter().all(|e| e["kind"] != "require"), "{plan}");
});

on_both!(titles_and_what_records_are_found_by_follow_their_patterns, |server| {
    let fields = json!({"code": {"type": "text"}, "colour": {"type": "text"}, "maker": {"type": "text"}});
    let with = |title: &str, search: Json, duplicates: Json| {
        let mut publication = publication(fields.clone());
        let file = publication.packs[0].files.iter_mut().find(|file| file.path == "entities/item.json").unwrap();
        let mut item: Json = serde_json::from_str(&file.text).unwrap();
        (item["title"], item["search"], item["duplicates"]) = (title.into(), search, duplicates);
        file.text = item.to_string();
        publication
    };
    server.app.publish(with("{code}", json!(["code"]), json!({}))).await.unwrap();
    let keeper = keeper(server).await;
    let id = make(&server.app, json!({"code": "A1", "colour": "Vermilion", "maker": "Northern Lights Ltd"})).await;
    let found = |text: &'static str| {
        let keeper = &keeper;
        async move { keeper.get(&format!("/api/records/item?q={text}")).await.ok()["rows"].as_array().unwrap().len() }
    };
    assert_eq!(found("vermilion").await, 0);
    let was = item(&keeper, id).await;
    let near = json!({"suspect": [{"near": "maker", "distance": 1}]});
    server.app.publish(with("{code} {colour}", json!(["code", "maker"]), near)).await.unwrap();
    server::worker::Worker::new(&server.app, server::worker::handlers()).run_due().await.unwrap();
    let now = item(&keeper, id).await;
    assert_eq!(
        (&now["title"], &now["version"], &now["updated_at"]),
        (&json!("A1 Vermilion"), &was["version"], &was["updated_at"])
    );
    assert_eq!((found("vermilion").await, found("northern").await), (1, 1));
    // What is nearly the same is found though it was written before anybody asked.
    let twin = keeper.post("/api/records/item", json!({"code": "A2", "maker": "Northern Light Ltd"})).await;
    assert_eq!(twin.status, 422, "{}", twin.text);
    assert!(twin.text.contains("suspect"), "{}", twin.text);
});

on_both!(titles_and_what_records_are_found_by_follow_values_that_are_converted_or_computed_anew, |server| {
    let with = |size: &str, key: &str| {
        let fields = json!({"code": {"type": "text"}, "size": {"type": size}, "maker": {"type": "text"},
                            "name_key": {"type": "text", "formula": key}});
        let mut publication = publication(fields);
        let file = publication.packs[0].files.iter_mut().find(|file| file.path == "entities/item.json").unwrap();
        let mut item: Json = serde_json::from_str(&file.text).unwrap();
        item["title"] = "{code} {size}".into();
        item["search"] = json!(["code", "name_key"]);
        item["duplicates"] = json!({"suspect": [{"near": "name_key", "distance": 1}]});
        file.text = item.to_string();
        publication
    };
    server.app.publish(with("text", "code")).await.unwrap();
    let keeper = keeper(server).await;
    let made = json!({"code": "A1", "size": "1,203", "maker": "Northern Lights Ltd"});
    let id = make(&server.app, made).await;
    assert_eq!(item(&keeper, id).await["title"], "A1 1,203");
    // Neither the title's pattern nor what is searched or near says anything else; what they read does.
    server.app.publish(with("integer", "maker")).await.unwrap();
    server::worker::Worker::new(&server.app, server::worker::handlers()).run_due().await.unwrap();
    let now = item(&keeper, id).await;
    assert_eq!((&now["title"], &now["name_key"]), (&json!("A1 1203"), &json!("Northern Lights Ltd")));
    let found = keeper.get("/api/records/item?q=northern").await.ok();
    assert_eq!(found["rows"].as_array().unwrap().len(), 1);
    let twin = keeper.post("/api/records/item", json!({"code": "A2", "maker": "Northern Light Ltd"})).await;
    assert!(twin.status == 422 && twin.text.contains("suspect"), "{}", twin.text);
});

on_both!(a_history_from_before_a_field_had_another_type_is_no_sign_of_tampering, |server| {
    server.app.publish(publication(json!({"code": {"type": "text"}, "size": {"type": "text"}}))).await.unwrap();
    let keeper = keeper(server).await;
    let id = make(&server.app, json!({"code": "a", "size": "1,203"})).await;
    server.app.clock().set(server.app.clock().now() + Duration::minutes(5));
    server.app.publish(publication(json!({"code": {"type": "text"}, "size": {"type": "integer"}}))).await.unwrap();
    assert_eq!(item(&keeper, id).await["size"], 1203);
    assert_eq!(crate::tampering::found(server).await, Vec::<String>::new());
    // What is written by the new type is held to again.
    server.app.clock().set(server.app.clock().now() + Duration::minutes(5));
    keeper.patch(&format!("/api/records/item/{id}"), json!({"version": 1, "size": 7})).await.ok();
    assert_eq!(crate::tampering::found(server).await, Vec::<String>::new());
    // Past all that notes a change.
    let mut change =
        kernel::change::UpdateRecord { silent: true, ..kernel::change::UpdateRecord::of(&"item".into(), id, 2) };
    change.set.insert("size".into(), kernel::Value::Integer(8));
    let changes = vec![kernel::change::Change::UpdateRecord(Box::new(change))];
    let commit = kernel::change::Commit { at: server.app.clock().now(), by: None, changes };
    server.app.store().commit(&*server.app.published().catalog, commit).await.unwrap();
    let found = crate::tampering::found(server).await;
    assert!(found.len() == 1 && found[0].contains("size"), "{found:?}");
});

#[tokio::test]
async fn a_field_tells_where_it_is_used() {
    let server = TestApp::trade().await;
    let manager = server.sign_in("it_a").await;
    let uses = manager.get("/api/definitions/uses?path=quotation.margin").await.ok();
    let told: Vec<String> = uses["uses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            format!(
                "{} {} {}",
                one["kind"].as_str().unwrap(),
                one["name"].as_str().unwrap(),
                one["path"].as_str().unwrap()
            )
        })
        .collect();
    for kind in ["entity quotation ", "decision ", "view ", "test "] {
        assert!(told.iter().any(|one| one.starts_with(kind)), "{kind}: {told:#?}");
    }
    assert!(!told.iter().any(|one| one == "entity quotation fields.margin"), "{told:#?}");
    manager.get("/api/definitions/uses?path=quotation.nothing").await.refused(422, "definitions");
    server.sign_in("rep_a").await.get("/api/definitions/uses?path=quotation.margin").await.refused(403, "forbidden");
}

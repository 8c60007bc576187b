//! Values with parts, lists and spans: kept as they are, and found by conditions as in memory.

use kernel::{
    Record, Value,
    change::{Change, InsertRecord, Numbering, SeriesNumber},
    context::{Context, Ids, Org},
    expression::{Env, Scope, compile_filter, lower, matches},
    field::parse,
    query::Facts,
};
use serde_json::{Value as Json, json};

use crate::support::*;

/// A record with these fields in wire form.
fn sample(db: &Database, fields: &Json) -> Record {
    let entity = &db.entities["sample"];
    let mut record = record("sample", fields["name"].as_str().unwrap(), &[]);
    for (field, json) in fields.as_object().unwrap() {
        let field = &entity.fields[field.as_str()];
        let value = parse(field, json).unwrap_or_else(|wrong| panic!("{}: {}", field.name, wrong.message));
        record.fields.insert(field.name.clone(), value);
    }
    record
}

on_both!(values_of_every_type_are_kept_as_they_are, |db| {
    let partner = record("partner", "p", &[]);
    db.insert(vec![partner.clone()]).await;
    let mut given = sample(
        db,
        &json!({
            "name": "all", "text": "<p>One <b>two</b></p>", "opens": "08:30", "lead": "2d 4h 30m", "labels": ["Fair", "展会"],
            "partners": [partner.id], "about": format!("partner/{}", partner.id), "sign": [id()], "origin": "de",
            "address": {"country": "CN", "city": "上海", "street": "世纪大道1号"}, "spot": "31.2304, 121.473701",
            "code": "4006381333931", "shade": "#ABC", "stars": 4, "data": {"a": [1, null]},
        }),
    );
    let line = [
        ("at", parse(&db.entities["sample"].fields["address"], &json!({"city": "Kiel"})).unwrap()),
        ("took", Value::Integer(60_000)),
        ("marks", Value::List(vec!["x".into()])),
    ];
    given.lines.insert(name("parts"), vec![crate::records::line(&line)]);
    db.insert(vec![given.clone()]).await;
    assert_eq!(db.get("sample", given.id).await, stored(given.clone(), &["parts"]));
    // And changed to others, and to nothing.
    let change = update(
        &given,
        &[
            ("address", Value::Map(vec![("city".into(), "Bonn".into())])),
            ("partners", Value::Null),
            ("spot", Value::Null),
            ("labels", Value::List(vec!["y".into()])),
        ],
    );
    db.commit(vec![updated(change)]).await;
    let now = db.get("sample", given.id).await;
    assert_eq!(now.get("address"), Value::Map(vec![("city".into(), "Bonn".into())]));
    assert_eq!((now.get("partners"), now.get("spot")), (Value::Null, Value::Null));
    assert_eq!(now.get("labels"), Value::List(vec!["y".into()]));
});

on_both!(conditions_on_such_values_find_what_they_find_in_memory, |db| {
    let partner =
        |title: &str, city: &str| record("partner", title, &[("seat", Value::Map(vec![("city".into(), city.into())]))]);
    let (first, second) = (partner("p", "Graz"), partner("q", "Wien"));
    db.insert(vec![first.clone(), second.clone()]).await;
    let mut records = vec![
        sample(
            db,
            &json!({"name": "a", "opens": "08:30", "lead": "2d", "labels": ["Fair 2026", "VIP"], "partners": [first.id, second.id],
                "about": format!("partner/{}", first.id), "origin": "DE", "address": {"country": "DE", "city": "Köln"},
                "spot": "50.9375, 6.9603", "code": "4006381333931", "stars": 5, "partner": first.id}),
        ),
        sample(
            db,
            &json!({"name": "b", "opens": "14:00:30", "lead": "90m", "labels": ["vip"], "partners": [second.id], "origin": "CN",
                "address": {"country": "CN", "city": "上海市"}, "spot": "-31.2304, 121.4737", "stars": 2, "partner": second.id}),
        ),
        sample(db, &json!({"name": "c", "address": {"street": "Nowhere 1"}})),
    ];
    records[0]
        .lines
        .insert(name("parts"), vec![crate::records::line(&[("at", Value::Map(vec![("city".into(), "Kiel".into())]))])]);
    db.insert(records.clone()).await;
    let (org, settings) = (Org::default(), indexmap::IndexMap::new());
    let ctx = Context {
        now: now(),
        zone: chrono_tz::UTC,
        user: None,
        org: &org,
        settings: &settings,
        ids: Ids::new(now(), 1),
        vault: None,
    };
    let mut facts = Facts::new();
    for partner in [&first, &second] {
        facts.insert_record(std::sync::Arc::new(partner.clone()));
    }
    let env = Env::new(&ctx, &facts, &db.catalog);
    let cases = [
        (json!(["opens", "<", "12:00"]), "a"),
        (json!(["opens", "=", "14:00:30"]), "b"),
        (json!(["lead", ">", "1d"]), "a"),
        (json!(["lead", "<=", 5_400_000]), "b"),
        (json!(["labels", "contains", "VIP"]), "ab"),
        (json!(["labels", "contains", "fair"]), ""),
        (json!(["partners", "contains", second.id]), "ab"),
        (json!(["partners", "contains", first.id]), "a"),
        (json!({"not": ["partners", "contains", first.id]}), "bc"),
        (json!(["about", "=", format!("partner/{}", first.id)]), "a"),
        (json!(["about", "is null"]), "bc"),
        (json!(["origin", "in", ["DE", "FR"]]), "a"),
        (json!(["address.country", "=", "DE"]), "a"),
        (json!(["address.country", "!=", "DE"]), "b"),
        (json!(["address.country", "is null"]), "c"),
        (json!(["address.city", "=", "koln"]), "a"),
        (json!(["address.city", "contains", "上海"]), "b"),
        (json!(["address.city", "starts", "kö"]), "a"),
        (json!(["address.city", "<", "m"]), "a"),
        (json!(["address", "is null"]), ""),
        (json!(["spot.latitude", ">", 0]), "a"),
        (json!(["spot.latitude", "<", "-31.2303"]), "b"),
        (json!(["spot.longitude", "=", "121.4737"]), "b"),
        (json!(["spot.longitude", "in", ["6.9603", 7]]), "a"),
        (json!(["spot.latitude", "is null"]), "c"),
        (json!(["partner.seat.city", "=", "graz"]), "a"),
        (json!(["stars", ">=", 3]), "a"),
        (json!(["code", "starts", "400"]), "a"),
        (json!({"some": "parts", "where": ["at.city", "=", "kiel"]}), "a"),
    ];
    for (filter, expected) in cases {
        let expr = compile_filter(&filter, &Scope::record(db.catalog.types(), &name("sample"))).unwrap();
        let predicate = lower(&expr, &env).unwrap();
        let memory: String = records
            .iter()
            .filter(|record| matches(&predicate, record, &env).unwrap())
            .map(|record| record.title.as_str())
            .collect();
        let list = kernel::query::Select { filter: predicate, sort: vec![sort("title")], ..select("sample") };
        let page = db.store.select(&db.entities, &list).await.unwrap();
        let found: String = page.rows.iter().map(|row| row.record.title.as_str()).collect();
        assert_eq!((found.as_str(), memory.as_str()), (expected, expected), "{filter}");
    }
});

on_both!(lists_show_and_sort_by_parts_and_refuse_what_has_no_order, |db| {
    let records = [("a", "Ulm", "10.5"), ("b", "Aachen", "-3"), ("c", "", "2.25")].map(|(title, city, latitude)| {
        sample(db, &json!({"name": title, "address": {"city": city}, "spot": format!("{latitude}, 0")}))
    });
    db.insert(records.to_vec()).await;
    for (by, order) in [("address.city", "cba"), ("-address.city", "abc"), ("spot.latitude", "bca")] {
        let list = kernel::query::Select {
            columns: vec![path("address.city"), path("spot.latitude")],
            sort: vec![sort(by)],
            limit: 2,
            ..select("sample")
        };
        let ids = db.ids(&list).await;
        let found: String = ids.iter().map(|id| records.iter().find(|r| r.id == *id).unwrap().title.as_str()).collect();
        assert_eq!(found, order, "{by}");
        let page = db.store.select(&db.entities, &list).await.unwrap();
        let ulm = page.rows.iter().find(|row| row.record.title == "a");
        if let Some(row) = ulm {
            assert_eq!(row.values, [Value::text("Ulm"), decimal("10.500000")], "{by}");
        }
    }
    for by in ["address", "labels", "partners"] {
        let list = kernel::query::Select { sort: vec![sort(by)], ..select("sample") };
        assert!(db.store.select(&db.entities, &list).await.is_err(), "{by}");
    }
});

on_both!(numbers_of_a_series_are_given_in_the_commit_and_found_by_the_search, |db| {
    let numbering =
        Numbering { series: "sample.series/S-".into(), before: "S-".into(), digits: 3, after: String::new() };
    let insert = |title: &str| {
        let record = record("sample", title, &[]);
        let series = vec![SeriesNumber { field: name("series"), numbering: numbering.clone(), searched: true }];
        Change::InsertRecord(Box::new(InsertRecord {
            search: title.into(),
            record,
            numbering: None,
            series,
            batch: None,
            origin: None,
        }))
    };
    let done = db.commit(vec![insert("a"), insert("b")]).await;
    let given: Vec<_> = done.records.iter().map(|r| r.series.clone()).collect();
    assert_eq!(given, [vec![(name("series"), "S-001".to_owned())], vec![(name("series"), "S-002".to_owned())]]);
    assert_eq!(db.get("sample", done.records[1].id).await.get("series"), Value::text("S-002"));
    let found = kernel::query::Select { tokens: kernel::search::query_tokens("S-002"), ..select("sample") };
    assert_eq!(db.ids(&found).await, [done.records[1].id]);
});

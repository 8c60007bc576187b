//! Tables of entities follow the definitions.

use kernel::Value;
use serde_json::json;
use store::{SchemaChange, SchemaError, Store};

use crate::support::*;

fn only(definition: serde_json::Value) -> store::Entities {
    let name = definition["name"].as_str().unwrap().to_owned();
    let mut entities = compile(vec![definition]);
    entities.retain(|known, _| *known == *name);
    entities
}

on_both!(applying_twice_changes_nothing, |db| {
    assert!(db.store.plan_schema(&db.entities).await.unwrap().is_empty());
    assert!(db.store.apply_schema(&db.entities).await.unwrap().is_empty());
});

on_both!(fields_lines_and_indexes_are_added_to_tables_with_data, |db| {
    let first = only(json!({"name": "order", "label": "Order", "type": "document", "fields": {"a": {"type": "text"}}}));
    db.store.apply_schema(&first).await.unwrap();
    let old = record("order", "old", &[("a", Value::text("x"))]);
    db.store.commit(&first, commit(vec![insert(old.clone())])).await.unwrap();

    let second = only(json!({"name": "order", "label": "Order", "type": "document", "indexes": [["group", "b"]],
        "fields": {"b": {"type": "money", "unique": true}, "group": {"type": "text"},
                   "select": {"type": "lines", "fields": {"from": {"type": "date"}, "a_key": {"type": "text"}}}}}));
    let plan = db.store.plan_schema(&second).await.unwrap();
    let changes: Vec<_> = plan.changes().cloned().collect();
    let column = |field: &str| SchemaChange::AddColumn { entity: name("order"), lines: None, field: name(field) };
    let index = |fields: &[&str], unique| SchemaChange::CreateIndex {
        entity: name("order"),
        fields: fields.iter().map(|f| name(f)).collect(),
        unique,
    };
    assert_eq!(
        changes,
        [
            column("b"),
            column("group"),
            SchemaChange::CreateTable { entity: name("order"), lines: Some(name("select")) },
            index(&["b"], true),
            index(&["group", "b"], false),
            index(&["select"], false),
        ]
    );
    db.store.apply_schema(&second).await.unwrap();
    assert!(db.store.plan_schema(&second).await.unwrap().is_empty());
    // Old records have nothing in the new fields; the removed field stays in the table, unseen.
    let found = db.store.record(&second, "order", old.id).await.unwrap().unwrap();
    assert!(found.fields.is_empty() && found.lines["select"].is_empty());
    let mut new = record("order", "new", &[("b", decimal("1.50")), ("group", Value::text("G"))]);
    let line =
        crate::records::line(&[("a_key", Value::text("K")), ("from", Value::Date("2026-01-02".parse().unwrap()))]);
    new.lines.insert(name("select"), vec![line]);
    db.store.commit(&second, commit(vec![insert(new.clone())])).await.unwrap();
    let back = db.store.record(&second, "order", new.id).await.unwrap().unwrap();
    assert_eq!(back, new);
    assert_eq!(db.store.record(&first, "order", old.id).await.unwrap().unwrap(), old);

    // No longer unique, and one index less.
    let third = only(json!({"name": "order", "label": "Order", "type": "document",
        "fields": {"b": {"type": "money"}, "group": {"type": "text"}}}));
    let plan = db.store.apply_schema(&third).await.unwrap();
    assert!(plan.changes().all(|change| matches!(change, SchemaChange::DropIndex { .. })), "{plan:?}");
    assert_eq!(plan.changes().count(), 2);
});

on_both!(a_change_of_how_values_are_kept_is_refused, |db| {
    for (from, to) in [
        (json!({"type": "text"}), json!({"type": "integer"})),
        (json!({"type": "money"}), json!({"type": "money", "scale": 4})),
        (json!({"type": "choice", "options": {"a": "A"}}), json!({"type": "text"})),
    ] {
        let entity_name = format!("thing_{}", id().simple());
        let of = |field: &serde_json::Value| {
            only(json!({"name": entity_name, "label": "T", "type": "master", "fields": {"f": field}}))
        };
        db.store.apply_schema(&of(&from)).await.unwrap();
        let error = db.store.apply_schema(&of(&to)).await.unwrap_err();
        assert!(matches!(&error, SchemaError::Unsupported { field, .. } if field == "f"), "{error:?}");
    }
    let alike =
        |kind: &str| only(json!({"name": "alike", "label": "T", "type": "master", "fields": {"f": {"type": kind}}}));
    db.store.apply_schema(&alike("text")).await.unwrap();
    assert!(db.store.apply_schema(&alike("long_text")).await.unwrap().is_empty());
});

on_both!(unique_fields_with_shared_values_are_refused, |db| {
    let with = |unique: bool| {
        only(json!({"name": "thing", "label": "T", "type": "master",
            "fields": {"code": {"type": "text", "unique": unique}}}))
    };
    db.store.apply_schema(&with(false)).await.unwrap();
    let two = ["A", "a"].map(|code| insert(record("thing", "T", &[("code", Value::text(code))])));
    db.store.commit(&with(false), commit(two.to_vec())).await.unwrap();
    let error = db.store.apply_schema(&with(true)).await.unwrap_err();
    assert!(matches!(&error, SchemaError::Duplicates { fields, .. } if fields == &[name("code")]), "{error:?}");
});

on_both!(long_and_awkward_names_become_tables, |db| {
    let long = "a".repeat(63);
    let entities = only(json!({"name": long, "label": "T", "type": "master", "unique": [[long]],
        "fields": {long.as_str(): {"type": "text"}, "table": {"type": "integer"}, "rowid": {"type": "text"},
                   "position": {"type": "lines", "fields": {"position": {"type": "integer"}, "record": {"type": "text"}}}}}));
    db.store.apply_schema(&entities).await.unwrap();
    let mut made =
        record(&long, "T", &[(&long, Value::text("x")), ("table", Value::Integer(4)), ("rowid", "r".into())]);
    let line = crate::records::line(&[("position", Value::Integer(9)), ("record", Value::text("r"))]);
    made.lines.insert(name("position"), vec![line]);
    db.store.commit(&entities, commit(vec![insert(made.clone())])).await.unwrap();
    assert_eq!(db.store.record(&entities, &long, made.id).await.unwrap().unwrap(), made);
});

on_both!(another_process_finds_the_tables_as_they_are, |db| {
    let made = record("region", "R", &[("name", Value::text("North"))]);
    db.insert(vec![made.clone()]).await;
    let other = Store::open(&store::Options::new(&db.url)).await.unwrap();
    assert!(other.plan_schema(&db.entities).await.unwrap().is_empty());
    assert_eq!(other.record(&db.entities, "region", made.id).await.unwrap().unwrap(), made);
    other.refresh().await.unwrap();
    other.close().await;
});

on_both!(a_renamed_field_keeps_its_values_and_older_versions_find_it_by_its_old_name, |db| {
    let of = |fields: serde_json::Value| {
        only(json!({"name": "order", "label": "Order", "type": "document", "fields": fields}))
    };
    let first =
        of(json!({"price": {"type": "money"}, "lines": {"type": "lines", "fields": {"each": {"type": "money"}}}}));
    db.store.apply_schema(&first).await.unwrap();
    let mut old = record("order", "old", &[("price", decimal("1.50"))]);
    old.lines.insert(name("lines"), vec![crate::records::line(&[("each", decimal("0.50"))])]);
    db.store.commit(&first, commit(vec![insert(old.clone())])).await.unwrap();

    let second = of(json!({"amount": {"type": "money", "renamed_from": "price"},
        "rows": {"type": "lines", "renamed_from": "lines", "fields": {"unit": {"type": "money", "renamed_from": "each"}}}}));
    let plan = db.store.apply_schema(&second).await.unwrap();
    assert!(plan.changes().all(|c| matches!(c, SchemaChange::Rename { .. })), "{plan:?}");
    assert!(db.store.plan_schema(&second).await.unwrap().is_empty());
    let found = db.store.record(&second, "order", old.id).await.unwrap().unwrap();
    assert_eq!(found.fields[&name("amount")], decimal("1.50"));
    assert_eq!(found.lines["rows"][0].fields[&name("unit")], decimal("0.50"));

    // A new field may take the old name: it is another one.
    let third = of(json!({"amount": {"type": "money", "renamed_from": "price"}, "price": {"type": "money"},
        "rows": {"type": "lines", "renamed_from": "lines", "fields": {"unit": {"type": "money"}, "each": {"type": "text"}}}}));
    db.store.apply_schema(&third).await.unwrap();
    let found = db.store.record(&third, "order", old.id).await.unwrap().unwrap();
    assert!(found.get("price").is_null());
    assert_eq!(found.get("amount"), decimal("1.50"));
    let new = record("order", "new", &[("amount", decimal("2.00")), ("price", decimal("3.00"))]);
    db.store.commit(&third, commit(vec![insert(new.clone())])).await.unwrap();
    assert_eq!(db.store.record(&third, "order", new.id).await.unwrap().unwrap().get("price"), decimal("3.00"));

    // Taken away and named again, with its values.
    let fourth = of(json!({"price": {"type": "money"}}));
    db.store.apply_schema(&fourth).await.unwrap();
    db.store.apply_schema(&third).await.unwrap();
    let found = db.store.record(&third, "order", new.id).await.unwrap().unwrap();
    assert_eq!(found.get("amount"), decimal("2.00"));
});

on_both!(a_renamed_entity_keeps_its_records_and_counts_on, |db| {
    let of = |name: &str, renamed: serde_json::Value| {
        only(json!({"name": name, "label": "N", "type": "document", "number": "N-{seq:3}", "renamed_from": renamed,
            "fields": {"a": {"type": "text"}, "lines": {"type": "lines", "fields": {"b": {"type": "text"}}}}}))
    };
    let first = of("old_note", json!([]));
    db.store.apply_schema(&first).await.unwrap();
    let numbered = |entity: &str, made: &kernel::Record| {
        let numbering = kernel::change::Numbering {
            series: format!("{entity}/N-"),
            before: "N-".into(),
            digits: 3,
            after: String::new(),
        };
        let insert = kernel::change::InsertRecord {
            record: made.clone(),
            numbering: Some(numbering),
            series: Vec::new(),
            search: String::new(),
            batch: None,
            origin: None,
        };
        commit(vec![kernel::change::Change::InsertRecord(Box::new(insert))])
    };
    let mut one = record("old_note", "one", &[("a", Value::text("x"))]);
    one.lines.insert(name("lines"), vec![crate::records::line(&[("b", Value::text("y"))])]);
    db.store.commit(&first, numbered("old_note", &one)).await.unwrap();

    let second = of("new_note", json!("old_note"));
    db.store.apply_schema(&second).await.unwrap();
    assert!(db.store.plan_schema(&second).await.unwrap().is_empty());
    let found = db.store.record(&second, "new_note", one.id).await.unwrap().unwrap();
    assert_eq!((found.get("a"), found.lines["lines"].len()), (Value::text("x"), 1));
    let two = record("new_note", "two", &[]);
    let made = db.store.commit(&second, numbered("new_note", &two)).await.unwrap();
    assert_eq!(made.records[0].number.as_deref(), Some("N-002"));

    // Another entity may take the old name.
    let other = of("old_note", json!([]));
    let both = second.iter().chain(&other).map(|(k, v)| (k.clone(), v.clone())).collect::<store::Entities>();
    db.store.apply_schema(&both).await.unwrap();
    assert!(db.store.record(&both, "old_note", one.id).await.unwrap().is_none());
    assert!(db.store.record(&both, "new_note", one.id).await.unwrap().is_some());
});

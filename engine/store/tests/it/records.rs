//! Records come back as they were written, on both databases.

use chrono::NaiveDate;
use indexmap::IndexMap;
use kernel::{
    Line, Record, Value,
    change::LinesChange,
    query::{Comparison, Operand, Predicate, Query},
};
use store::{CommitError, Error, TitlesOf};
use uuid::Uuid;

use crate::support::*;

fn day(text: &str) -> Value {
    Value::Date(text.parse::<NaiveDate>().unwrap())
}

pub(crate) fn line(fields: &[(&str, Value)]) -> Line {
    Line { id: id(), fields: fields.iter().map(|(field, value)| (name(field), value.clone())).collect() }
}

fn full_partner() -> Record {
    record(
        "partner",
        "Zürich Trading",
        &[
            ("name", Value::text("Zürich Trading ' \" \\ % _ 贸易")),
            ("code", Value::text("Z-1")),
            ("notes", Value::text("two\nlines")),
            ("level", Value::text("a")),
            ("tags", Value::List(vec![Value::text("y"), Value::text("x")])),
            ("region", Value::Id(Uuid::from_u128(11))),
            ("owner", Value::Id(Uuid::from_u128(12))),
            ("active", Value::Bool(false)),
            ("rating", Value::Integer(-3)),
            ("credit", decimal("90000000000000.01")),
            ("share", decimal("0.1250")),
            ("weight", decimal("-0.000001")),
            ("since", day("1999-02-28")),
            ("seen", Value::Datetime(at("2026-03-04T05:06:07.089Z"))),
            ("currency", Value::text("CHF")),
            ("email", Value::text("a@b.example")),
        ],
    )
}

on_both!(a_record_comes_back_as_it_was_written, |db| {
    let partner = full_partner();
    db.insert(vec![partner.clone()]).await;
    let found = db.get("partner", partner.id).await;
    assert_eq!(found, stored(partner, &[]));
    // The digits that are shown are those that are stored.
    assert_eq!(found.get("share").to_string(), "0.1250");
    assert_eq!(found.get("seen").to_string(), "2026-03-04T05:06:07.089Z");
});

on_both!(an_empty_record_comes_back_empty, |db| {
    let partner = record("partner", "", &[("name", Value::Null)]);
    db.insert(vec![partner.clone()]).await;
    assert_eq!(db.get("partner", partner.id).await, stored(partner, &[]));
});

on_both!(lines_keep_their_order_through_changes, |db| {
    let mut request = record("request", "R", &[("amount", decimal("1"))]);
    let lines: Vec<Line> = (0..100_i64)
        .map(|n| line(&[("item", Value::text(format!("item {n}"))), ("quantity", decimal(&format!("{n}.500")))]))
        .collect();
    request.lines.insert(name("lines"), lines.clone());
    db.insert(vec![request.clone()]).await;
    assert_eq!(db.get("request", request.id).await, stored(request.clone(), &["lines", "costs"]));

    let new = line(&[("item", Value::text("new")), ("done", Value::Bool(true))]);
    let mut order: Vec<Uuid> = lines.iter().rev().map(|l| l.id).filter(|id| *id != lines[3].id).collect();
    order.insert(1, new.id);
    let changed = |of: &Line, fields: &[(&str, Value)]| Line { id: of.id, ..line(fields) };
    let change = LinesChange {
        insert: vec![new.clone()],
        update: vec![
            changed(&lines[5], &[("item", Value::text("five")), ("price", decimal("5.0001"))]),
            changed(&lines[6], &[("price", decimal("6")), ("item", Value::Null)]),
            changed(&lines[7], &[("due", day("2026-01-01"))]),
        ],
        delete: vec![lines[3].id],
        order: order.clone(),
    };
    let mut change_request = update(&request, &[("amount", decimal("2.5"))]);
    change_request.lines.insert(name("lines"), change);
    db.commit(vec![updated(change_request)]).await;

    let found = db.get("request", request.id).await;
    assert_eq!(found.version, 2);
    assert_eq!(found.get("amount"), decimal("2.5"));
    let found = &found.lines["lines"];
    assert_eq!(found.iter().map(|l| l.id).collect::<Vec<_>>(), order);
    let by_id: IndexMap<Uuid, &Line> = found.iter().map(|l| (l.id, l)).collect();
    assert_eq!(*by_id[&new.id], new);
    assert_eq!(by_id[&lines[5].id].fields["item"], Value::text("five"));
    assert_eq!(by_id[&lines[5].id].fields["price"], decimal("5.0001"));
    assert_eq!(by_id[&lines[5].id].fields["quantity"], decimal("5.5"));
    assert!(!by_id[&lines[6].id].fields.contains_key("item"));
    assert_eq!(by_id[&lines[7].id].fields["due"], day("2026-01-01"));
    assert_eq!(*by_id[&lines[8].id], lines[8]);
});

on_both!(records_come_in_the_order_of_the_ids_and_missing_ones_are_left_out, |db| {
    let records: Vec<Record> = (0..600).map(|n| record("region", &format!("{n}"), &[])).collect();
    let mut ids = db.insert(records).await;
    ids.reverse();
    ids.insert(5, id());
    let found = db.store.records(&db.entities, "region", &ids).await.unwrap();
    ids.remove(5);
    assert_eq!(found.iter().map(|r| r.id).collect::<Vec<_>>(), ids);
});

on_both!(a_value_that_does_not_fit_is_refused_with_its_field, |db| {
    let cases = [
        ("credit", decimal("9999999999999999999999999999")),
        ("rating", decimal("1.5")),
        ("active", Value::Integer(1)),
        ("name", Value::text("zero \0 zero")),
        ("since", Value::text("tomorrow")),
        ("region", Value::text("no id")),
    ];
    for (field, value) in cases {
        let changes = vec![insert(record("partner", "P", &[(field, value)]))];
        let error = db.store.commit(&db.entities, commit(changes)).await.unwrap_err();
        assert!(matches!(&error, CommitError::Store(Error::Value { field: at, .. }) if at == field), "{error:?}");
    }
    let mut request = record("request", "R", &[]);
    request.lines.insert(name("lines"), vec![line(&[("quantity", Value::text("many"))])]);
    let error = db.store.commit(&db.entities, commit(vec![insert(request)])).await.unwrap_err();
    assert!(matches!(&error, CommitError::Store(Error::Value { field, .. }) if field == "lines.quantity"), "{error:?}");
    let unknown =
        db.store.commit(&db.entities, commit(vec![insert(record("partner", "P", &[("nmae", "x".into())]))])).await;
    assert!(matches!(unknown, Err(CommitError::Store(Error::UnknownField { .. }))));
    assert!(db.ids(&select("partner")).await.is_empty());
});

on_both!(titles_are_found_across_entities, |db| {
    let partner = db.insert(vec![record("partner", "P", &[])]).await[0];
    let region = db.insert(vec![record("region", "R", &[])]).await[0];
    let of = |entity: &str, ids: &[Uuid], filter: Predicate| TitlesOf {
        entity: name(entity),
        ids: ids.iter().copied().collect(),
        filter,
    };
    let asked = [of("partner", &[partner], Predicate::True), of("region", &[region, id()], Predicate::True)];
    let titles = db.store.titles(&db.entities, &asked).await.unwrap();
    assert_eq!(titles, [(partner, "P".to_owned()), (region, "R".to_owned())].into());
    let none = [of("partner", &[partner], Predicate::True), of("region", &[region], Predicate::False)];
    assert_eq!(db.store.titles(&db.entities, &none).await.unwrap(), [(partner, "P".to_owned())].into());
});

on_both!(queries_are_answered_in_their_order, |db| {
    let rate = |currency: &str, kind: &str, on: &str, value: &str| {
        let fields = [
            ("currency", Value::text(currency)),
            ("kind", Value::text(kind)),
            ("day", day(on)),
            ("rate", decimal(value)),
        ];
        record("rate", "", &fields)
    };
    let rates = vec![
        rate("USD", "mid", "2026-01-01", "7.1"),
        rate("USD", "mid", "2026-02-01", "7.2"),
        rate("USD", "buy", "2026-02-01", "7.0"),
        rate("EUR", "mid", "2026-02-01", "7.9"),
        rate("USD", "mid", "2026-03-01", "7.3"),
    ];
    let ids = db.insert(rates).await;
    let mut trashed = update(&db.get("rate", ids[4]).await, &[]);
    trashed.deleted_at = Some(Some(now()));
    db.commit(vec![updated(trashed)]).await;

    let effective = |on: &str| Query::Effective {
        entity: name("rate"),
        key: vec![(name("currency"), Value::text("USD")), (name("kind"), Value::text("mid"))],
        on: on.parse().unwrap(),
    };
    let usd = Predicate::Compare {
        left: Operand::Path(path("currency")),
        operator: Comparison::Equal,
        right: Operand::Value(Value::text("usd")),
    };
    let queries = vec![
        effective("2026-12-31"),
        Query::Record { entity: name("rate"), id: ids[4] },
        effective("2026-01-31"),
        effective("2025-12-31"),
        Query::Record { entity: name("rate"), id: id() },
        Query::Find { entity: name("rate"), filter: usd, limit: 2 },
        effective("2026-12-31"),
    ];
    let answers = db.store.answer(&db.entities, &queries).await.unwrap();
    let found: Vec<Vec<Uuid>> = answers.iter().map(|a| a.iter().map(|r| r.id).collect()).collect();
    let expected = vec![vec![ids[1]], vec![ids[4]], vec![ids[0]], vec![], vec![], vec![ids[0], ids[1]], vec![ids[1]]];
    assert_eq!(found, expected);
    assert_eq!(answers[0][0].get("rate"), decimal("7.2"));
});

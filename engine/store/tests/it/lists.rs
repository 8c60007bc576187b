//! Lists: order, pages, columns, flags, search, the trash, counts.

use kernel::{
    Record, Value,
    query::{Comparison, Cursor, Operand, Predicate, Select},
};
use store::Error;
use uuid::Uuid;

use crate::support::*;

/// Partners with every mixture of nulls, equal texts and numbers.
async fn mixed(db: &Database) -> Vec<Record> {
    let mut partners: Vec<Record> = Vec::new();
    for n in 0..48_i64 {
        let mut fields = Vec::new();
        if n % 4 != 0 {
            fields.push(("name", Value::text(["b", "A", "ä", "贸易", "a"][usize::try_from(n % 5).unwrap()])));
        }
        if n % 3 != 0 {
            fields.push(("credit", decimal(["1.50", "-2", "0"][usize::try_from(n % 7 % 3).unwrap()])));
        }
        if let Some(parent) = partners.get(usize::try_from(n % 5).unwrap()) {
            fields.push(("parent", Value::Id(parent.id)));
        }
        if n % 6 != 1 {
            fields.push((
                "since",
                Value::Date(chrono::NaiveDate::from_ymd_opt(2026, 1, 1 + u32::try_from(n % 3).unwrap()).unwrap()),
            ));
        }
        fields.push(("active", Value::Bool(n % 2 == 0)));
        partners.push(record("partner", &format!("T{}", n % 10), &fields));
    }
    db.insert(partners.clone()).await;
    partners
}

/// The key by which a value is sorted; null first.
pub(crate) fn key(value: &Value) -> (u8, Option<rust_decimal::Decimal>, String) {
    match value {
        Value::Null => (0, None, String::new()),
        Value::Text(text) => (1, None, kernel::text::text_key(text)),
        other => (1, other.as_decimal(), other.to_string()),
    }
}

on_both!(pages_follow_each_other_in_every_order, |db| {
    let partners = mixed(db).await;
    for order in [
        vec![],
        vec!["id"],
        vec!["-id"],
        vec!["name"],
        vec!["-name"],
        vec!["credit", "-name"],
        vec!["-credit", "name"],
        vec!["-credit", "-since", "-name"],
        vec!["since", "credit"],
        vec!["-title"],
        vec!["-active", "title"],
        vec!["-name", "id", "credit"],
        vec!["-created_at"],
    ] {
        let sorts: Vec<_> = order.iter().map(|by| sort(by)).collect();
        let mut expected = partners.clone();
        expected.sort_by(|a, b| {
            for by in &sorts {
                let field = by.by[0].as_str();
                if field == "id" {
                    return if by.descending { b.id.cmp(&a.id) } else { a.id.cmp(&b.id) };
                }
                let order = key(&a.get(field)).cmp(&key(&b.get(field)));
                let order = if by.descending { order.reverse() } else { order };
                if order.is_ne() {
                    return order;
                }
            }
            let descending = sorts.last().is_some_and(|by| by.descending);
            if descending { b.id.cmp(&a.id) } else { a.id.cmp(&b.id) }
        });
        let expected: Vec<Uuid> = expected.iter().map(|r| r.id).collect();
        for limit in [1, 7, 48, 100] {
            let list = Select { sort: sorts.clone(), limit, ..select("partner") };
            assert_eq!(db.ids(&list).await, expected, "{order:?} by {limit}");
        }
    }
});

on_both!(pages_can_be_sorted_across_a_reference, |db| {
    mixed(db).await;
    for by in ["parent.name", "-parent.name"] {
        let whole = db.ids(&Select { sort: vec![sort(by), sort("title")], ..select("partner") }).await;
        let paged = db.ids(&Select { sort: vec![sort(by), sort("title")], limit: 5, ..select("partner") }).await;
        assert_eq!((whole.len(), &whole), (48, &paged));
    }
});

on_both!(a_cursor_survives_its_way_through_a_client, |db| {
    mixed(db).await;
    let mut list = Select { sort: vec![sort("-credit"), sort("since"), sort("active")], limit: 5, ..select("partner") };
    let first = db.store.select(&db.entities, &list).await.unwrap();
    let text = serde_json::to_string(&first.next).unwrap();
    list.after = serde_json::from_str(&text).unwrap();
    assert_eq!(list.after, first.next);
    let second = db.store.select(&db.entities, &list).await.unwrap();
    assert_eq!(second.rows.len(), 5);
    for keys in [vec![], vec![serde_json::json!("x"); 3], vec![serde_json::json!([1]); 3]] {
        list.after = Some(Cursor { keys, id: id() });
        assert!(matches!(db.store.select(&db.entities, &list).await, Err(Error::Cursor)));
    }
});

on_both!(rows_carry_the_columns_and_flags_that_were_asked_for, |db| {
    let region = record("region", "North", &[("name", Value::text("North"))]);
    let partner =
        record("partner", "P", &[("region", Value::Id(region.id)), ("rating", 4.into()), ("name", "n".into())]);
    let bare = record("partner", "Q", &[]);
    db.insert(vec![region, partner.clone()]).await;
    db.insert(vec![bare]).await;
    let four = Predicate::Compare {
        left: Operand::Path(path("rating")),
        operator: Comparison::Equal,
        right: Operand::Value(4.into()),
    };
    let list = Select {
        columns: vec![path("rating"), path("region.title"), path("region.name"), path("title")],
        flags: vec![Predicate::True, four.clone(), Predicate::Not(Box::new(four))],
        sort: vec![sort("title")],
        ..select("partner")
    };
    let rows = db.store.select(&db.entities, &list).await.unwrap().rows;
    let values: Vec<Value> = vec![4.into(), "North".into(), "North".into(), "P".into()];
    assert_eq!((&rows[0].values, &rows[0].flags), (&values, &vec![true, true, false]));
    assert_eq!(rows[0].record.fields.keys().collect::<Vec<_>>(), ["rating"]);
    assert_eq!((rows[0].record.id, rows[0].record.version), (partner.id, 1));
    let values: Vec<Value> = vec![Value::Null, Value::Null, Value::Null, "Q".into()];
    assert_eq!((&rows[1].values, &rows[1].flags), (&values, &vec![true, false, true]));
});

on_both!(the_trash_is_apart, |db| {
    let ids = db.insert(vec![record("region", "A", &[]), record("region", "B", &[])]).await;
    let mut trashed = update(&db.get("region", ids[0]).await, &[]);
    trashed.deleted_at = Some(Some(now()));
    db.commit(vec![updated(trashed)]).await;
    assert_eq!(db.ids(&select("region")).await, [ids[1]]);
    let trash = Select { deleted: true, ..select("region") };
    assert_eq!(db.ids(&trash).await, [ids[0]]);
    let mut restored = update(&db.get("region", ids[0]).await, &[]);
    restored.deleted_at = Some(None);
    db.commit(vec![updated(restored)]).await;
    assert!(db.ids(&trash).await.is_empty());
    assert_eq!(db.get("region", ids[0]).await.deleted_at, None);
});

on_both!(counting_stops_at_the_cap, |db| {
    mixed(db).await;
    let list = select("partner");
    for (cap, count, exact) in [(100, 48, true), (48, 48, true), (47, 47, false), (0, 0, false)] {
        let found = db.store.count(&db.entities, &list, cap).await.unwrap();
        assert_eq!((found.count, found.exact), (count, exact));
    }
});

on_both!(the_search_finds_words_parts_and_chinese, |db| {
    let texts = ["Harbour Freight GmbH", "上海贸易有限公司", "C++ & 'quotes\" (x) OR y*", "harbour NOT city"];
    let ids = db.insert(texts.iter().map(|t| record("region", t, &[])).collect()).await;
    let search = async |text: &str| {
        let tokens = kernel::search::query_tokens(text);
        db.ids(&Select { tokens, sort: vec![sort("id")], ..select("region") }).await
    };
    for text in texts {
        let found = search(text).await;
        assert!(found.contains(&ids[texts.iter().position(|t| *t == text).unwrap()]), "{text}");
    }
    assert_eq!(search("harbour").await, [ids[0], ids[3]]);
    assert_eq!(search("harbour freight").await, [ids[0]]);
    assert_eq!(search("贸易").await, [ids[1]]);
    assert!(search("nothing").await.is_empty());

    let mut renamed = update(&db.get("region", ids[0]).await, &[]);
    renamed.title = Some("Other".to_owned());
    renamed.search = Some("Other".to_owned());
    db.commit(vec![updated(renamed)]).await;
    assert_eq!(search("harbour").await, [ids[3]]);
    assert_eq!(search("other").await, [ids[0]]);
    let list = Select { tokens: kernel::search::query_tokens("other"), ..select("region") };
    assert_eq!(db.store.count(&db.entities, &list, 9).await.unwrap().count, 1);
});

on_both!(tokens_are_taken_as_they_are_and_never_as_a_query, |db| {
    db.insert(vec![record("region", "x", &[])]).await;
    for token in ["\"", "'", "a\" OR \"b", "' | 'x", "\\", "*", "a:b", "NEAR(", "&", "-", "贸\"易", ""] {
        let list = Select { tokens: vec![token.to_owned()], ..select("region") };
        db.store.select(&db.entities, &list).await.unwrap_or_else(|e| panic!("{token}: {e:?}"));
    }
});

on_both!(lists_of_many_are_the_same_as_lists_of_few, |db| {
    // SQLite reads a list that its condition finds many records for along another index than one of few.
    let region = record("region", "North", &[]);
    db.insert(vec![region.clone()]).await;
    let mut partners = Vec::new();
    for n in 0..2_600_i64 {
        let mut fields = vec![("rating", Value::Integer(n % 7))];
        if n % 20 != 0 {
            fields.push(("region", Value::Id(region.id)));
        }
        partners.push(record("partner", &format!("Common {:04}", n * 7919 % 2600), &fields));
    }
    for some in partners.chunks(400) {
        db.insert(some.to_vec()).await;
    }
    let equal = |field: &str, value: Value| Predicate::Compare {
        left: Operand::Path(path(field)),
        operator: Comparison::Equal,
        right: Operand::Value(value),
    };
    let inside = equal("region", Value::Id(region.id));
    let rated = Predicate::All(vec![inside.clone(), equal("rating", 3.into())]);
    let tokens = kernel::search::query_tokens("common");
    for (filter, tokens, by) in [
        (inside.clone(), vec![], "title"),
        (inside, vec![], "-title"),
        (rated.clone(), vec![], "-updated_at"),
        (Predicate::True, tokens.clone(), "title"),
        (rated, tokens, "-title"),
    ] {
        let sorted = sort(by);
        let fits = |r: &&Record| {
            let rated = !matches!(filter, Predicate::All(_)) || r.get("rating") == Value::Integer(3);
            rated && (filter == Predicate::True || !r.get("region").is_null())
        };
        let mut expected: Vec<&Record> = partners.iter().filter(fits).collect();
        expected.sort_by_key(|r| (key(&r.get(&sorted.by[0])), r.id));
        if sorted.descending {
            expected.reverse();
        }
        let expected: Vec<Uuid> = expected.iter().map(|r| r.id).collect();
        let list = Select { filter: filter.clone(), tokens, sort: vec![sorted], limit: 700, ..select("partner") };
        assert_eq!(db.ids(&list).await, expected, "{filter:?} by {by}");
    }
});

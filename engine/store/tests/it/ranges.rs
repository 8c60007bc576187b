//! Lists of those who see the records of some people and departments: merged from ranges of indexes, the same as all
//! records filtered and then sorted; and what happens to lists that take too long.

use std::{collections::HashMap, time::Duration};

use kernel::{
    Record, Value,
    query::{Comparison, Predicate, Select},
};
use proptest::prelude::*;
use store::{Error, Group, Grouping, Options, Store};
use uuid::Uuid;

use crate::{
    lists::key,
    predicates::{Memory, combined, compare, runner, sample},
    records::line,
    support::*,
};

/// People and departments of the deals.
fn some_id(kind: u128, n: u128) -> Uuid {
    Uuid::from_u128(kind << 64 | n)
}

const OWNERS: u128 = 5;
const DEPARTMENTS: u128 = 4;

fn owned_by(n: u128) -> Predicate {
    compare("owner", Comparison::Equal, Value::Id(some_id(1, n)))
}

fn within(departments: &[u128]) -> Predicate {
    let values = departments.iter().map(|n| Value::Id(some_id(2, *n))).collect();
    Predicate::In { operand: path("department"), values }
}

/// Deals of several people in several departments, some of nobody, with equal and missing sort keys.
fn deals(count: i64) -> Vec<Record> {
    let deal = |n: i64| {
        let at = u128::try_from(n).unwrap();
        let mut fields = vec![("rank", Value::Integer(n % 7))];
        if n % 11 != 0 {
            fields.push(("owner", Value::Id(some_id(1, at % OWNERS))));
        }
        if n % 7 != 0 {
            fields.push(("department", Value::Id(some_id(2, at / 3 % DEPARTMENTS))));
        }
        if n % 5 != 0 {
            let day = 1 + u32::try_from(n % 4).unwrap();
            fields.push(("closing", Value::Date(chrono::NaiveDate::from_ymd_opt(2026, 1, day).unwrap())));
        }
        if n % 6 != 0 {
            fields.push(("amount", decimal(["1.50", "-2", "0", "7"][usize::try_from(n % 4).unwrap()])));
        }
        fields.push(("stage", Value::text(["new", "won", "lost"][usize::try_from(n % 3).unwrap()])));
        let mut deal = record("deal", &format!("T{:02}", n * 7919 % 40), &fields);
        deal.lines.insert(name("lines"), vec![line(&[("count", Value::Integer(n % 5))])]);
        deal
    };
    (0..count).map(deal).collect()
}

async fn insert_all(db: &Database, deals: &[Record]) {
    for some in deals.chunks(400) {
        db.insert(some.to_vec()).await;
    }
}

fn scopes() -> BoxedStrategy<Predicate> {
    let other = prop_oneof![
        (0..7_i64).prop_map(|n| compare("rank", Comparison::Less, n.into())),
        prop::sample::select(&["new", "won", "gone"][..]).prop_map(|stage| compare(
            "stage",
            Comparison::Equal,
            Value::text(stage)
        )),
        (0..5_i64).prop_map(|n| Predicate::Some {
            lines: name("lines"),
            filter: Box::new(compare("count", Comparison::Equal, n.into())),
        }),
        Just(Predicate::IsNull(path("closing"))),
    ]
    .boxed();
    let owner = (0..OWNERS + 1).prop_map(owned_by).boxed();
    let departments = prop::collection::vec(0..DEPARTMENTS + 1, 0..4).prop_map(|all| within(&all)).boxed();
    let branch = prop_oneof![
        3 => owner.clone(),
        3 => departments.clone(),
        2 => (owner, other.clone()).prop_map(|(own, other)| Predicate::All(vec![own, other])),
        1 => (departments, other.clone()).prop_map(|(own, other)| Predicate::All(vec![other, own])),
        2 => (0..3_u128).prop_map(|n| compare("partner.owner", Comparison::Equal, Value::Id(some_id(1, n)))),
    ];
    let scope = prop::collection::vec(branch, 1..4).prop_map(Predicate::Any);
    (scope, prop::option::of(combined(other)))
        .prop_map(|(scope, other)| Predicate::All([scope].into_iter().chain(other).collect()))
        .boxed()
}

on_both!(merged_ranges_are_the_same_as_all_rows_filtered_and_then_sorted, |db| {
    let mut deals = deals(240);
    let mut all: Vec<Record> = Vec::new();
    for n in 0..6_u128 {
        all.push(record("partner", &format!("P{n}"), &[("owner", Value::Id(some_id(1, n % 3)))]));
    }
    db.insert(all.clone()).await;
    for (n, deal) in deals.iter_mut().enumerate().filter(|(n, _)| n % 3 != 0) {
        deal.fields.insert(name("partner"), Value::Id(all[n % 6].id));
    }
    insert_all(db, &deals).await;
    all.extend(deals.iter().cloned());
    let memory = Memory::of(db, &all);
    let by_id: HashMap<Uuid, &Record> = deals.iter().map(|deal| (deal.id, deal)).collect();
    let mut runner = runner(11);
    let scopes = scopes();
    let orders = [
        vec!["title"],
        vec!["-title"],
        vec!["closing", "amount"],
        vec!["-closing", "-amount"],
        vec!["-closing", "amount"],
        vec!["rank"],
    ];
    for round in 0..120 {
        let filter = sample(&mut runner, &scopes);
        let sorts: Vec<_> = orders[round % orders.len()].iter().map(|by| sort(by)).collect();
        let mut expected: Vec<&Record> = memory.ids(&deals, &filter).iter().map(|id| by_id[id]).collect();
        expected.sort_by(|a, b| {
            let order = sorts.iter().map(|by| {
                let order = key(&a.get(&by.by[0])).cmp(&key(&b.get(&by.by[0])));
                if by.descending { order.reverse() } else { order }
            });
            let ids = if sorts.last().unwrap().descending { b.id.cmp(&a.id) } else { a.id.cmp(&b.id) };
            order.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then).then(ids)
        });
        let expected: Vec<Uuid> = expected.iter().map(|deal| deal.id).collect();
        for limit in [3, 50] {
            let list = Select { filter: filter.clone(), sort: sorts.clone(), limit, ..select("deal") };
            assert_eq!(db.ids(&list).await, expected, "{filter:?} by {sorts:?}, {limit} at a time");
        }
    }
});

on_both!(whoever_sees_some_peoples_records_reads_ranges_of_an_index, |db| {
    insert_all(db, &deals(3_000)).await;
    db.store.maintain().await.unwrap();
    if db.store.database() == "postgres" {
        admin(&db.url, "analyze".to_owned()).await;
    }
    let scope = Predicate::Any(vec![owned_by(1), within(&[2, 3])]);
    let open = compare("stage", Comparison::Equal, Value::text("new"));
    for (by, order) in [(vec!["-title"], "title__key"), (vec!["closing", "amount"], "closing__amount")] {
        let list = Select {
            filter: Predicate::All(vec![scope.clone(), open.clone()]),
            sort: by.iter().map(|by| sort(by)).collect(),
            limit: 20,
            ..select("deal")
        };
        let plan = db.store.explain(&db.entities, &list).await.unwrap();
        for part in [format!("ix__deal__owner__{order}__id"), format!("ix__deal__department__{order}__id")] {
            assert!(plan.contains(&part), "{part} in {plan}");
        }
        assert!(!plan.contains("SCAN t"), "{plan}");
        let first = db.store.select(&db.entities, &list).await.unwrap();
        assert_eq!((first.rows.len(), first.next.is_some()), (20, true));
        let deep = Select { after: first.next, ..list };
        let plan = db.store.explain(&db.entities, &deep).await.unwrap();
        assert!(plan.contains(&format!("ix__deal__owner__{order}__id")), "a later page reads on in the index: {plan}");
    }
});

on_both!(records_of_ones_own_customers_are_gathered_beside_the_ranges, |db| {
    let mine = record("partner", "Mine", &[("owner", Value::Id(some_id(1, 9)))]);
    db.insert(vec![mine.clone()]).await;
    let mut deals = deals(3_000);
    for deal in deals.iter_mut().take(40) {
        deal.fields.insert(name("partner"), Value::Id(mine.id));
    }
    insert_all(db, &deals).await;
    db.store.maintain().await.unwrap();
    if db.store.database() == "postgres" {
        admin(&db.url, "analyze".to_owned()).await;
    }
    let across = compare("partner.owner", Comparison::Equal, Value::Id(some_id(1, 9)));
    let scope = Predicate::Any(vec![owned_by(9), across]);
    let list = Select { filter: scope, sort: vec![sort("-title")], limit: 20, ..select("deal") };
    let plan = db.store.explain(&db.entities, &list).await.unwrap();
    for index in ["ix__deal__owner__title__key__id", "ix__deal__partner"] {
        assert!(plan.contains(index), "{index} in {plan}");
    }
    assert_eq!(db.ids(&list).await.len(), 40);
});

on_both!(what_lines_and_references_lead_to_is_found_by_their_indexes, |db| {
    let partners: Vec<Record> = (0..300).map(|n| record("partner", &format!("P{n}"), &[])).collect();
    db.insert(partners.clone()).await;
    let mut deals = deals(3_000);
    for (n, deal) in deals.iter_mut().enumerate() {
        let partner = Value::Id(partners[n % 300].id);
        deal.fields.insert(name("partner"), partner.clone());
        deal.lines.insert(name("lines"), vec![line(&[("partner", partner)])]);
    }
    insert_all(db, &deals).await;
    db.store.maintain().await.unwrap();
    if db.store.database() == "postgres" {
        admin(&db.url, "analyze".to_owned()).await;
    }
    let of_line = compare("partner", Comparison::Equal, Value::Id(partners[7].id));
    let some = Predicate::Some { lines: name("lines"), filter: Box::new(of_line) };
    let titled = compare("partner.title", Comparison::Equal, Value::text("P7"));
    for (filter, index) in [(some, "ix__deal__lines__partner"), (titled, "ix__partner__title")] {
        let list = Select { filter, sort: vec![sort("-title")], ..select("deal") };
        let plan = db.store.explain(&db.entities, &list).await.unwrap();
        assert!(plan.contains(index), "{index} in {plan}");
        assert_eq!(db.ids(&list).await.len(), 10);
    }
});

on_both!(groups_count_and_sum_what_the_list_has, |db| {
    let deals = deals(120);
    insert_all(db, &deals).await;
    let counted = compare("rank", Comparison::Less, 3.into());
    let grouping = Grouping { by: path("stage"), sum: Some((path("amount"), counted)), most: 10 };
    let list = Select { filter: owned_by(2), ..select("deal") };
    let groups = db.store.groups(&db.entities, &list, &grouping).await.unwrap();
    let mine = |deal: &&Record| deal.get("owner") == Value::Id(some_id(1, 2));
    let expected: Vec<Group> = ["lost", "new", "won"]
        .into_iter()
        .map(|stage| {
            let of: Vec<&Record> = deals.iter().filter(mine).filter(|d| d.get("stage") == Value::text(stage)).collect();
            let small = of.iter().filter(|deal| matches!(deal.get("rank"), Value::Integer(rank) if rank < 3));
            let sum = small.filter_map(|deal| deal.get("amount").as_decimal()).sum::<rust_decimal::Decimal>();
            Group { value: Value::text(stage), count: of.len() as u64, sum: Some(Value::Decimal(sum)) }
        })
        .collect();
    assert_eq!(groups, expected);
    let few = Grouping { most: 2, sum: None, ..grouping };
    assert_eq!(db.store.groups(&db.entities, &list, &few).await.unwrap().len(), 2);
});

on_both!(a_list_that_takes_too_long_is_given_up_and_others_go_on, |db| {
    let deals = deals(3_000);
    insert_all(db, &deals).await;
    let options = Options { list_time: Duration::from_millis(1), ..Options::new(&db.url) };
    let hurried = Store::open(&options).await.unwrap();
    // Nothing fits, and nothing finds that out but looking at every row many times.
    let nowhere = |n: i64| Predicate::Contains { operand: path("title"), text: format!("x{n}") };
    let endless = Select { filter: Predicate::Any((0..400).map(nowhere).collect()), ..select("deal") };
    for _ in 0..3 {
        assert!(matches!(hurried.select(&db.entities, &endless).await, Err(Error::TooSlow)));
    }
    assert!(matches!(hurried.count(&db.entities, &endless, 10).await, Err(Error::TooSlow)));
    assert!(hurried.record(&db.entities, "deal", deals[0].id).await.unwrap().is_some());
    assert!(db.ids(&endless).await.is_empty());
    hurried.close().await;
});

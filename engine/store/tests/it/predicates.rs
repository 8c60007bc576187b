//! Conditions: each kind by example, and at random against the same condition in memory.

use std::sync::Arc;

use indexmap::IndexMap;
use kernel::{
    Name, Record, Value,
    context::{Context, Ids, Org},
    expression::Env,
    query::{Comparison, Facts, Operand, Predicate},
};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use store::Error;
use uuid::Uuid;

use crate::support::*;

pub(crate) fn compare(left: &str, operator: Comparison, right: Value) -> Predicate {
    Predicate::Compare { left: Operand::Path(path(left)), operator, right: Operand::Value(right) }
}

fn compare_paths(left: &str, operator: Comparison, right: &str) -> Predicate {
    Predicate::Compare { left: Operand::Path(path(left)), operator, right: Operand::Path(path(right)) }
}

fn not(predicate: Predicate) -> Predicate {
    Predicate::Not(Box::new(predicate))
}

const OPERATORS: [Comparison; 6] = [
    Comparison::Equal,
    Comparison::NotEqual,
    Comparison::Less,
    Comparison::LessOrEqual,
    Comparison::Greater,
    Comparison::GreaterOrEqual,
];

on_both!(each_condition_finds_what_it_says, |db| {
    use Comparison::*;
    let north = record("region", "North", &[("name", Value::text("North"))]);
    db.insert(vec![north.clone()]).await;
    let partner = |title: &str, fields: &[(&str, Value)]| record("partner", title, fields);
    let a = partner(
        "a",
        &[
            ("name", Value::text("Alpha 50% _ ' 贸易公司")),
            ("level", Value::text("a")),
            ("tags", Value::List(vec!["x".into(), "y".into()])),
            ("region", Value::Id(north.id)),
            ("rating", Value::Integer(5)),
            ("credit", decimal("10.00")),
            ("share", decimal("0.5")),
            ("weight", decimal("10")),
            ("since", Value::Date("2020-01-01".parse().unwrap())),
            ("seen", Value::Datetime(now())),
            ("active", Value::Bool(true)),
            ("currency", Value::text("EUR")),
        ],
    );
    let b = partner(
        "b",
        &[
            ("name", Value::text("Beta")),
            ("rating", Value::Integer(-5)),
            ("credit", decimal("10.01")),
            ("weight", decimal("9.999999")),
            ("parent", Value::Id(a.id)),
            ("active", Value::Bool(false)),
        ],
    );
    let c = partner("c", &[]);
    db.insert(vec![a, b, c]).await;

    let text = |text: &str| text.to_owned();
    let cases: Vec<(Predicate, &str)> = vec![
        (Predicate::True, "abc"),
        (Predicate::False, ""),
        (Predicate::All(vec![]), "abc"),
        (Predicate::Any(vec![]), ""),
        (compare("name", Equal, "BETA".into()), "b"),
        (compare("name", NotEqual, "beta".into()), "a"),
        (not(compare("name", Equal, "beta".into())), "ac"),
        (not(compare("name", NotEqual, "beta".into())), "bc"),
        (compare("name", Equal, Value::Null), ""),
        (not(compare("name", Equal, Value::Null)), "abc"),
        (compare("level", Equal, "a".into()), "a"),
        (compare("currency", Equal, "eur".into()), "a"),
        (compare("rating", Greater, decimal("4.5")), "a"),
        (compare("rating", GreaterOrEqual, decimal("5.5")), ""),
        (compare("rating", Less, decimal("5.5")), "ab"),
        (compare("rating", Equal, decimal("5.5")), ""),
        (compare("rating", NotEqual, decimal("5.5")), "ab"),
        (compare("credit", Greater, decimal("10.005")), "b"),
        (compare("credit", LessOrEqual, decimal("10.009")), "a"),
        (compare("credit", GreaterOrEqual, decimal("-10.009")), "ab"),
        (compare("credit", Equal, Value::Integer(10)), "a"),
        (compare("credit", Less, decimal("9999999999999999999999999")), "ab"),
        (compare("credit", Greater, decimal("9999999999999999999999999")), ""),
        (compare("credit", Greater, decimal("-9999999999999999999999999")), "ab"),
        (compare("credit", Equal, decimal("9999999999999999999999999")), ""),
        (compare_paths("credit", Greater, "weight"), "b"),
        (compare_paths("weight", Equal, "credit"), "a"),
        (compare_paths("rating", Less, "credit"), "ab"),
        (compare("since", Less, Value::Date("2020-01-02".parse().unwrap())), "a"),
        (compare("seen", Equal, Value::Datetime(now())), "a"),
        (compare("active", Equal, Value::Bool(false)), "b"),
        (compare("region.name", Equal, "north".into()), "a"),
        (compare("parent.region.name", Equal, "north".into()), "b"),
        (compare("parent.rating", Less, 9.into()), "b"),
        (not(compare("parent.rating", Less, 9.into())), "ac"),
        (compare_paths("parent.rating", Greater, "rating"), "b"),
        (Predicate::IsNull(path("parent.region")), "ac"),
        (compare("title", Equal, "B".into()), "b"),
        (compare("version", Equal, 1.into()), "abc"),
        (compare("created_at", LessOrEqual, Value::Datetime(now())), "abc"),
        (Predicate::IsNull(path("level")), "bc"),
        (not(Predicate::IsNull(path("level"))), "a"),
        (Predicate::In { operand: path("name"), values: vec!["beta".into(), "gamma".into(), "Delta".into()] }, "b"),
        (Predicate::In { operand: path("rating"), values: vec![5.into(), decimal("1.5"), Value::Null] }, "a"),
        (Predicate::In { operand: path("rating"), values: vec![] }, ""),
        (not(Predicate::In { operand: path("rating"), values: vec![5.into()] }), "bc"),
        (Predicate::In { operand: path("region"), values: vec![Value::Id(north.id)] }, "a"),
        (Predicate::Contains { operand: path("name"), text: text("50% _ '") }, "a"),
        (Predicate::Contains { operand: path("name"), text: text("5_%") }, ""),
        (Predicate::Contains { operand: path("name"), text: text("贸易") }, "a"),
        (Predicate::StartsWith { operand: path("name"), text: text("be") }, "b"),
        (Predicate::StartsWith { operand: path("name"), text: text("eta") }, ""),
        (not(Predicate::StartsWith { operand: path("name"), text: text("be") }), "ac"),
        (Predicate::Has { operand: path("tags"), value: "y".into() }, "a"),
        (not(Predicate::Has { operand: path("tags"), value: "y".into() }), "bc"),
        (Predicate::Has { operand: path("tags"), value: "z".into() }, ""),
        (
            Predicate::Compare { left: Operand::Value(3.into()), operator: Less, right: Operand::Path(path("rating")) },
            "a",
        ),
        (
            Predicate::Compare { left: Operand::Value("X".into()), operator: Equal, right: Operand::Value("x".into()) },
            "abc",
        ),
        (not(Predicate::All(vec![compare("rating", Less, 9.into()), compare("level", Equal, "a".into())])), "bc"),
        (not(Predicate::Any(vec![compare("rating", Less, 0.into()), compare("level", Equal, "a".into())])), "c"),
    ];
    for (filter, expected) in cases {
        let list = kernel::query::Select { filter: filter.clone(), sort: vec![sort("title")], ..select("partner") };
        let page = db.store.select(&db.entities, &list).await.unwrap();
        let found: String = page.rows.iter().map(|row| row.record.title.as_str()).collect();
        assert_eq!(found, expected, "{filter:?}");
    }
});

on_both!(conditions_on_lines_hold_if_one_line_fits, |db| {
    let north = record("partner", "north", &[("name", Value::text("North"))]);
    db.insert(vec![north.clone()]).await;
    let mut with = record("request", "with", &[]);
    let line = |item: &str, quantity: &str, partner: Value| {
        crate::records::line(&[("item", Value::text(item)), ("quantity", decimal(quantity)), ("partner", partner)])
    };
    with.lines.insert(name("lines"), vec![line("pen", "1", Value::Null), line("cup", "5", Value::Id(north.id))]);
    let without = record("request", "without", &[]);
    db.insert(vec![with, without]).await;
    let some = |filter| Predicate::Some { lines: name("lines"), filter: Box::new(filter) };
    let more = |n: &str| compare("quantity", Comparison::Greater, decimal(n));
    let item = |item: &str| compare("item", Comparison::Equal, item.into());
    let cases = [
        (some(Predicate::True), vec!["with"]),
        (some(more("4")), vec!["with"]),
        (some(more("5")), vec![]),
        (some(Predicate::All(vec![item("pen"), more("4")])), vec![]),
        (some(compare("partner.name", Comparison::Equal, "north".into())), vec!["with"]),
        (not(some(item("pen"))), vec!["without"]),
        // Every line: no line does not fit.
        (not(some(not(more("0")))), vec!["with", "without"]),
    ];
    for (filter, expected) in cases {
        let list = kernel::query::Select { filter: filter.clone(), sort: vec![sort("title")], ..select("request") };
        let page = db.store.select(&db.entities, &list).await.unwrap();
        let found: Vec<&str> = page.rows.iter().map(|row| row.record.title.as_str()).collect();
        assert_eq!(found, expected, "{filter:?}");
    }
});

on_both!(conditions_that_make_no_sense_are_refused, |db| {
    let deep = (0..200).fold(Predicate::True, |inner, _| not(inner));
    for filter in [
        compare("nothing", Comparison::Equal, 1.into()),
        compare("region.nothing", Comparison::Equal, 1.into()),
        compare("name.first", Comparison::Equal, 1.into()),
        compare("tags", Comparison::Equal, "x".into()),
        compare("active", Comparison::Equal, "yes".into()),
        compare_paths("name", Comparison::Equal, "rating"),
        Predicate::Has { operand: path("name"), value: "x".into() },
        Predicate::Contains { operand: path("rating"), text: "1".to_owned() },
        Predicate::Some { lines: name("name"), filter: Box::new(Predicate::True) },
        compare("name\"; drop table partner; --", Comparison::Equal, "x".into()),
        deep,
    ] {
        let list = kernel::query::Select { filter: filter.clone(), ..select("partner") };
        let error = db.store.select(&db.entities, &list).await.unwrap_err();
        let said = matches!(error, Error::UnknownField { .. } | Error::Condition(_) | Error::Value { .. });
        assert!(said, "{filter:?}: {error:?}");
    }
});

/// Whether the kernel finds that records fit, each knowing all others.
pub(crate) struct Memory<'a> {
    db: &'a Database,
    facts: Facts,
    org: Org,
    settings: IndexMap<Name, Value>,
}

impl<'a> Memory<'a> {
    pub(crate) fn of(db: &'a Database, records: &[Record]) -> Self {
        let mut facts = Facts::new();
        for record in records {
            facts.insert_record(Arc::new(record.clone()));
        }
        Self { db, facts, org: Org::default(), settings: IndexMap::new() }
    }

    /// The ids of the records that fit, in their order.
    pub(crate) fn ids(&self, records: &[Record], filter: &Predicate) -> Vec<Uuid> {
        let ctx = Context {
            now: now(),
            zone: chrono_tz::UTC,
            user: None,
            org: &self.org,
            settings: &self.settings,
            ids: Ids::new(now(), 1),
            vault: None,
        };
        let env = Env::new(&ctx, &self.facts, &self.db.catalog);
        let fits = |record: &&Record| kernel::expression::matches(filter, record, &env).unwrap();
        let mut ids: Vec<Uuid> = records.iter().filter(fits).map(|r| r.id).collect();
        ids.sort_unstable();
        ids
    }
}

const TEXTS: [&str; 9] = ["", "a", "A", "b", "ä", "贸易", "贸", "a%_b", "Z z"];
const NUMBERS: [&str; 9] = ["-1", "0", "0.004", "0.01", "1", "1.005", "2", "99999999999999999999", "7.5"];

fn text() -> impl Strategy<Value = Value> {
    prop::sample::select(&TEXTS[..]).prop_map(Value::text)
}

fn number() -> impl Strategy<Value = Value> {
    prop::sample::select(&NUMBERS[..]).prop_map(decimal)
}

fn date() -> impl Strategy<Value = Value> {
    (1..5_u32).prop_map(|day| Value::Date(chrono::NaiveDate::from_ymd_opt(2026, 1, day).unwrap()))
}

fn fields() -> BoxedStrategy<Vec<(&'static str, Value)>> {
    let maybe = |strategy: BoxedStrategy<Value>| prop::option::weighted(0.7, strategy);
    let stored = |digits: u32| {
        prop::sample::select(&["-1", "0", "0.01", "1", "2", "7.5"][..]).prop_map(move |text| {
            let Value::Decimal(mut decimal) = decimal(text) else { unreachable!() };
            decimal.rescale(digits);
            Value::Decimal(decimal)
        })
    };
    let options = |all: &'static [&'static str]| prop::sample::select(all).prop_map(Value::text);
    (
        maybe(text().boxed()),
        maybe(options(&["a", "b", "c"]).boxed()),
        maybe((-2..3_i64).prop_map(Value::Integer).boxed()),
        maybe(stored(2).boxed()),
        maybe(stored(6).boxed()),
        maybe(any::<bool>().prop_map(Value::Bool).boxed()),
        maybe(date().boxed()),
        maybe(
            prop::sample::subsequence(vec!["x", "y", "z"], 0..=3)
                .prop_map(|tags| Value::List(tags.into_iter().map(Value::text).collect()))
                .boxed(),
        ),
    )
        .prop_map(|(name, level, rating, credit, weight, active, since, tags)| {
            let all = [
                ("name", name),
                ("level", level),
                ("rating", rating),
                ("credit", credit),
                ("weight", weight),
                ("active", active),
                ("since", since),
                ("tags", tags),
            ];
            all.into_iter().filter_map(|(field, value)| Some((field, value?))).collect()
        })
        .boxed()
}

fn leaf(prefixes: &'static [&'static str]) -> BoxedStrategy<Predicate> {
    let prefix = prop::sample::select(prefixes);
    let operator = prop::sample::select(&OPERATORS[..]);
    let compared = prop_oneof![
        (Just("name"), text()),
        (Just("title"), text()),
        (Just("rating"), number()),
        (Just("credit"), number()),
        (Just("weight"), number()),
        (Just("since"), date()),
        (Just("active"), any::<bool>().prop_map(Value::Bool)),
        (Just("level"), prop::sample::select(&["a", "b", "B"][..]).prop_map(Value::text)),
        (Just("name"), Just(Value::Null)),
    ];
    let pairs =
        [("rating", "credit"), ("credit", "weight"), ("weight", "rating"), ("name", "title"), ("since", "since")];
    let any_field = prop::sample::select(&["name", "rating", "credit", "since", "tags", "active", "level"][..]);
    let at = |prefix: &str, field: &str| path(&format!("{prefix}{field}"));
    prop_oneof![
        4 => (prefix.clone(), operator.clone(), compared.clone()).prop_map(move |(prefix, operator, (field, value))| {
            Predicate::Compare { left: Operand::Path(at(prefix, field)), operator, right: Operand::Value(value) }
        }),
        1 => (prefix.clone(), operator.clone(), compared).prop_map(move |(prefix, operator, (field, value))| {
            Predicate::Compare { left: Operand::Value(value), operator, right: Operand::Path(at(prefix, field)) }
        }),
        2 => (prefix.clone(), prefix.clone(), operator, prop::sample::select(pairs.to_vec())).prop_map(
            move |(left, right, operator, (l, r))| Predicate::Compare {
                left: Operand::Path(at(left, l)),
                operator,
                right: Operand::Path(at(right, r)),
            }
        ),
        1 => (prefix.clone(), prop::collection::vec(text(), 0..4))
            .prop_map(move |(prefix, values)| Predicate::In { operand: at(prefix, "name"), values }),
        1 => (prefix.clone(), prop::collection::vec(number(), 0..4))
            .prop_map(move |(prefix, values)| Predicate::In { operand: at(prefix, "credit"), values }),
        1 => (prefix.clone(), any_field).prop_map(move |(prefix, field)| Predicate::IsNull(at(prefix, field))),
        1 => (prefix.clone(), prop::sample::select(&TEXTS[..]))
            .prop_map(move |(prefix, text)| Predicate::Contains { operand: at(prefix, "name"), text: kernel::text::fold(text) }),
        1 => (prefix.clone(), prop::sample::select(&TEXTS[..]))
            .prop_map(move |(prefix, text)| Predicate::StartsWith { operand: at(prefix, "name"), text: kernel::text::fold(text) }),
        1 => (prefix, prop::sample::select(&["x", "y", "w"][..]))
            .prop_map(move |(prefix, tag)| Predicate::Has { operand: at(prefix, "tags"), value: Value::text(tag) }),
    ]
    .boxed()
}

pub(crate) fn combined(leaf: BoxedStrategy<Predicate>) -> BoxedStrategy<Predicate> {
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Predicate::All),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Predicate::Any),
            inner.prop_map(not),
        ]
    })
    .boxed()
}

pub(crate) fn runner(seed: u8) -> TestRunner {
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]))
}

pub(crate) fn sample<T: std::fmt::Debug>(runner: &mut TestRunner, strategy: &impl Strategy<Value = T>) -> T {
    strategy.new_tree(runner).unwrap().current()
}

on_both!(random_conditions_find_the_same_as_in_memory, |db| {
    let mut runner = runner(7);
    let mut records: Vec<Record> = Vec::new();
    for _ in 0..60 {
        let fields = sample(&mut runner, &fields());
        let title = sample(&mut runner, &text());
        let parent = sample(&mut runner, &prop::option::of(0..60_usize));
        let mut partner = record("partner", title.as_text().unwrap(), &fields);
        if let Some(parent) = parent.and_then(|parent| records.get(parent)) {
            partner.fields.insert(name("parent"), Value::Id(parent.id));
        }
        records.push(partner);
    }
    db.insert(records.clone()).await;
    let memory = Memory::of(db, &records);
    let conditions = combined(leaf(&["", "", "parent.", "parent.parent."]));
    for _ in 0..250 {
        let filter = sample(&mut runner, &conditions);
        let list = kernel::query::Select { filter: filter.clone(), sort: vec![sort("id")], ..select("partner") };
        let found = db.ids(&list).await;
        let expected = memory.ids(&records, &filter);
        assert_eq!(found, expected, "{filter:?}");
        let count = db.store.count(&db.entities, &list, 1000).await.unwrap();
        assert_eq!((count.count as usize, count.exact), (expected.len(), true));
    }
});

on_both!(random_conditions_on_lines_find_the_same_as_in_memory, |db| {
    let mut runner = runner(9);
    let line = (prop::option::of(text()), prop::option::of(date()), prop::option::of(any::<bool>())).boxed();
    let mut records: Vec<Record> = Vec::new();
    for _ in 0..40 {
        let mut request = record("request", "R", &[]);
        let lines = sample(&mut runner, &prop::collection::vec(line.clone(), 0..4));
        let lines = lines.into_iter().map(|(item, due, done)| {
            let all = [("item", item), ("due", due), ("done", done.map(Value::Bool))];
            let fields: Vec<_> = all.into_iter().filter_map(|(field, value)| Some((field, value?))).collect();
            crate::records::line(&fields)
        });
        request.lines.insert(name("lines"), lines.collect());
        records.push(request);
    }
    db.insert(records.clone()).await;
    let memory = Memory::of(db, &records);
    let operator = prop::sample::select(&OPERATORS[..]);
    let inside = combined(
        prop_oneof![
            (operator.clone(), text()).prop_map(|(operator, value)| compare("item", operator, value)),
            (operator, date()).prop_map(|(operator, value)| compare("due", operator, value)),
            Just(Predicate::IsNull(path("done"))),
        ]
        .boxed(),
    );
    let some = inside.prop_map(|filter| Predicate::Some { lines: name("lines"), filter: Box::new(filter) });
    let conditions = combined(some.boxed());
    for _ in 0..150 {
        let filter = sample(&mut runner, &conditions);
        let list = kernel::query::Select { filter: filter.clone(), sort: vec![sort("id")], ..select("request") };
        let expected = memory.ids(&records, &filter);
        assert_eq!(db.ids(&list).await, expected, "{filter:?}");
    }
});

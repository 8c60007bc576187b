//! Properties of expressions over random input: no text breaks the parser, printing loses nothing, Rhai agrees on the
//! common part of the languages, and predicates mean what their expressions mean.

use std::fmt::Write as _;

use kernel::{
    Value,
    expression::{Env, EvalError, Scope, compile, lower, matches, parse},
    search::{index_tokens, query_tokens},
    text::{fold, fold_of_key, text_key},
};
use proptest::{prelude::*, test_runner::TestCaseError};
use rhai::Dynamic;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use crate::expressions_world::World;

/// Expressions over whole numbers, decimals and conditions that both languages have.
fn number(depth: u32) -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        (0i64..1000).prop_map(|i| format!("{i}.0")),
        (0i64..10000, 1u32..4).prop_map(|(units, scale)| Decimal::new(units, scale).to_string()),
        prop_oneof![Just("a"), Just("b"), Just("c")].prop_map(str::to_owned),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let inner = number(depth - 1);
    prop_oneof![
        2 => leaf,
        4 => (inner.clone(), prop_oneof![Just("+"), Just("-"), Just("*"), Just("/"), Just("%")], inner.clone())
            .prop_map(|(a, op, b)| format!("({a} {op} {b})")),
        2 => (inner.clone(), prop_oneof![Just("+"), Just("-"), Just("*")], inner.clone())
            .prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        1 => inner.clone().prop_map(|a| format!("-({a})")),
        1 => (condition(depth - 1), inner.clone(), inner)
            .prop_map(|(c, a, b)| format!("(if {c} {{ {a} }} else {{ {b} }})")),
    ]
    .boxed()
}

fn condition(depth: u32) -> BoxedStrategy<String> {
    let inner = number(depth.saturating_sub(1));
    let compare =
        (inner.clone(), prop_oneof![Just("=="), Just("!="), Just("<"), Just("<="), Just(">"), Just(">=")], inner)
            .prop_map(|(a, op, b)| format!("{a} {op} {b}"));
    if depth == 0 {
        return compare.boxed();
    }
    let conditions = condition(depth - 1);
    prop_oneof![
        3 => compare,
        2 => (conditions.clone(), prop_oneof![Just("&&"), Just("||")], conditions.clone())
            .prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        1 => conditions.prop_map(|c| format!("!({c})")),
    ]
    .boxed()
}

fn with_rhai(source: &str, values: [Decimal; 3]) -> Option<Dynamic> {
    let mut engine = rhai::Engine::new();
    engine.set_max_expr_depths(0, 0);
    let mut scope = rhai::Scope::new();
    for (name, value) in ["a", "b", "c"].into_iter().zip(values) {
        scope.push(name, value);
    }
    engine.eval_expression_with_scope::<Dynamic>(&mut scope, source).ok()
}

fn with_ours(source: &str, values: [Decimal; 3]) -> Result<Value, EvalError> {
    let world = World::load();
    let names = ["a", "b", "c"].map(kernel::Name::from);
    let columns = names.iter().map(|n| (n.clone(), kernel::definition::FieldKind::Decimal)).collect();
    let row: indexmap::IndexMap<kernel::Name, Value> = names.into_iter().zip(values.map(Value::Decimal)).collect();
    let expr = compile(source, &Scope::columns(world.types(), &columns)).unwrap_or_else(|e| panic!("{source}: {e:?}"));
    let context = world.context();
    kernel::expression::eval(&expr, &Env::new(&context, &world.facts, &world).over(&row))
}

/// Any value, or none, of a field of the request.
fn patch() -> impl Strategy<Value = Json> {
    let text =
        prop_oneof![Just("Alpha"), Just("álpha beta"), Just("BETA"), Just("北京"), Just("")].prop_map(|t| json!(t));
    let decimal = prop_oneof![Just("0"), Just("1.50"), Just("-2"), Just("1000.01")].prop_map(|d| json!(d));
    let whole = (-3i64..4).prop_map(|i| json!(i));
    let truth = any::<bool>().prop_map(|b| json!(b));
    let level = prop_oneof![Just("low"), Just("mid"), Just("high")].prop_map(|l| json!(l));
    let tags = proptest::sample::subsequence(vec!["a", "b", "c"], 0..=3).prop_map(|t| json!(t));
    let date = prop_oneof![Just("2026-11-20"), Just("2026-11-22"), Just("2027-01-01")].prop_map(|d| json!(d));
    let partner =
        prop_oneof![Just("a1"), Just("a2")].prop_map(|p| json!(format!("00000000-0000-7000-8000-0000000000{p}")));
    let line = (or_null(decimal.clone()), or_null(whole.clone()), or_null(truth.clone()), 0u32..1000).prop_map(
        |(price, days, done, id)| {
            json!({"id": format!("00000000-0000-7000-8000-{id:012}"), "price": price, "days": days, "done": done})
        },
    );
    (
        (or_null(text.clone()), or_null(text), or_null(decimal.clone()), or_null(decimal)),
        (or_null(whole.clone()), or_null(whole), or_null(truth.clone()), or_null(truth)),
        (or_null(level), or_null(tags), or_null(date), or_null(partner), proptest::collection::vec(line, 0..3)),
    )
        .prop_map(
            |((note, city, amount, fee), (quantity, other, urgent, maybe), (level, tags, due_on, partner, lines))| {
                json!({"note": note, "city": city, "amount": amount, "fee": fee, "quantity": quantity, "other": other,
                "urgent": urgent, "maybe": maybe, "level": level, "tags": tags, "due_on": due_on, "partner": partner,
                "lines": lines})
            },
        )
}

fn or_null(strategy: impl Strategy<Value = Json> + 'static) -> impl Strategy<Value = Json> {
    prop_oneof![3 => strategy, 1 => Just(Json::Null)]
}

/// Conditions that the store can compute.
fn lowerable() -> impl Strategy<Value = String> {
    let comparison = || prop_oneof![Just("=="), Just("!="), Just("<"), Just("<="), Just(">"), Just(">=")];
    let leaf = prop_oneof![
        (
            prop_oneof![Just("amount"), Just("(fee ?? 1)"), Just("partner.credit")],
            comparison(),
            prop_oneof![Just("0"), Just("1.5"), Just("fee"), Just("setting.limit")]
        )
            .prop_filter("currencies are not mixed", |(l, _, r)| !(l.starts_with("partner") && *r == "fee"))
            .prop_map(|(l, op, r)| format!("{l} {op} {r}")),
        (
            prop_oneof![Just("quantity"), Just("other")],
            comparison(),
            prop_oneof![Just("1"), Just("0.5"), Just("-1.0"), Just("other")]
        )
            .prop_map(|(l, op, r)| format!("{l} {op} {r}")),
        (
            prop_oneof![Just("note"), Just("city"), Just("partner.region")],
            comparison(),
            prop_oneof![Just("'ALPHA'"), Just("city"), Just("'上海'")]
        )
            .prop_map(|(l, op, r)| format!("{l} {op} {r}")),
        (comparison(), prop_oneof![Just("today"), Just("today + 100")]).prop_map(|(op, r)| format!("due_on {op} {r}")),
        prop_oneof![
            Just("urgent"),
            Just("maybe"),
            Just("level == 'low'"),
            Just("level in ['mid', 'high']"),
            Just("quantity in [1, 2.0, other]"),
            Just("'a' in tags"),
            Just("contains(note, 'ÁLP')"),
            Just("starts_with(note, 'be')"),
            Just("amount == null"),
            Just("is_null(partner.region)"),
            Just("partner.active"),
            Just("partner.parent.name == 'umbrella'"),
            Just("true"),
            Just("maybe ?? urgent"),
        ]
        .prop_map(str::to_owned),
    ];
    let of_line = prop_oneof![
        Just("l.price > 1"),
        Just("l.days < 2 && l.done"),
        Just("!l.done"),
        Just("l.days == null || l.price != 1.5"),
    ];
    let leaf = prop_oneof![
        4 => leaf,
        1 => (prop_oneof![Just("any"), Just("all")], of_line).prop_map(|(how, c)| format!("{how}(lines, |l| {c})")),
    ];
    leaf.prop_recursive(4, 20, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(|c| format!("({})", c.join(" && "))),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(|c| format!("({})", c.join(" || "))),
            inner.clone().prop_map(|c| format!("!({c})")),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("(if {a} {{ {b} }} else {{ {c} }})")),
        ]
    })
}

fn bounded() -> ProptestConfig {
    ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(bounded())]

    #[test]
    fn rhai_agrees_on_the_common_part(
        source in prop_oneof![number(3), condition(3)],
        values in prop::array::uniform3((-5000i64..5000, 0u32..4).prop_map(|(units, scale)| Decimal::new(units, scale))),
    ) {
        match (with_rhai(&source, values), with_ours(&source, values)) {
            (Some(theirs), Ok(Value::Decimal(ours))) => {
                prop_assert_eq!(theirs.as_decimal().map_err(|_| TestCaseError::fail(source.clone()))?, ours, "{}", source);
            }
            (Some(theirs), Ok(Value::Bool(ours))) => {
                prop_assert_eq!(theirs.as_bool().map_err(|_| TestCaseError::fail(source.clone()))?, ours, "{}", source);
            }
            // A division by zero, a number too large.
            (None, Err(EvalError::Fault(_))) => {}
            (theirs, ours) => prop_assert!(false, "{}: Rhai gives {:?}, we give {:?}", source, theirs, ours),
        }
    }

    #[test]
    fn no_text_breaks_the_parser(text in prop_oneof![
        ".{0,60}",
        "[-a-c0-9.+*/%!=<>&|?()\\[\\]{}#:,\"' ]{0,60}",
        proptest::collection::vec(prop_oneof![
            Just("if"), Just("else"), Just("{"), Just("}"), Just("("), Just(")"), Just("[" ), Just("#{"), Just("a"), Just("."),
            Just("1"), Just("+"), Just("!"), Just("in"), Just("|l|"), Just(","), Just("??"), Just("sum("), Just("\"x\""),
        ], 0..40).prop_map(|words| words.join(" ")),
    ]) {
        let world = World::load();
        let _ = compile(&text, &Scope::record(world.types(), &"request".into()));
    }

    #[test]
    fn printing_loses_nothing(source in prop_oneof![number(3), condition(3), lowerable()]) {
        let ast = parse(&source).unwrap();
        let printed = ast.to_string();
        let again = parse(&printed).unwrap();
        prop_assert_eq!(again.to_string(), printed.clone());
        let world = World::load();
        let scope = Scope::record(world.types(), &"request".into());
        if let Ok(expr) = compile(&source, &scope) {
            let same = compile(&printed, &scope).unwrap();
            prop_assert_eq!(kernel::expression::to_wire(&same), kernel::expression::to_wire(&expr));
        }
    }

    #[test]
    fn a_predicate_means_what_its_expression_means(source in lowerable(), patch in patch()) {
        let world = World::load();
        let scope = Scope::record(world.types(), &"request".into());
        let expr = compile(&source, &scope).map_err(|e| TestCaseError::fail(format!("{source}: {e:?}")))?;
        let context = world.context();
        let env = Env::new(&context, &world.facts, &world);
        let record = world.request(&patch);
        let predicate = lower(&expr, &env).map_err(|e| TestCaseError::fail(format!("{source}: {e:?}")))?;
        let evaluated = world.eval(&expr, &record, None).unwrap() == Value::Bool(true);
        prop_assert_eq!(matches(&predicate, &record, &env).unwrap(), evaluated, "{}: {:?}", source, predicate);
    }

    #[test]
    fn keys_are_equal_as_folds_are(a in "[a-cA-CáÀß北京背景 \u{0}-\u{2}ｂ]{0,6}", b in "[a-cA-CáÀß北京背景 \u{0}-\u{2}ｂ]{0,6}") {
        prop_assert_eq!(fold(&a) == fold(&b), text_key(&a) == text_key(&b));
        prop_assert_eq!(fold_of_key(&text_key(&a)).to_owned(), fold(&a));
    }

    #[test]
    fn folding_twice_changes_nothing(text in "\\PC{0,20}") {
        prop_assert_eq!(fold(&fold(&text)), fold(&text));
    }

    #[test]
    fn a_part_of_a_text_finds_it(text in "[a-eA-E0-3 北京上海轴承-]{0,20}", from in 0usize..20, length in 1usize..8) {
        let words: Vec<&str> = text.split([' ', '-']).collect();
        let mut part = String::new();
        for word in words {
            let chars: Vec<char> = word.chars().collect();
            if from + length <= chars.len() && length > 1 {
                let _ = write!(part, "{} ", chars[from..from + length].iter().collect::<String>());
            }
        }
        let index = index_tokens(&text);
        for run in part.split_whitespace().flat_map(split_scripts) {
            // A single character of a word is found at its beginning only.
            if run.chars().count() > 1 || !run.is_ascii() {
                for token in query_tokens(&run) {
                    prop_assert!(index.contains(&token), "{} in {} is not found by {}", run, text, token);
                }
            }
        }
        prop_assert!(index.iter().all(|t| t.chars().all(char::is_alphanumeric)));
    }
}

/// Latin and Chinese stretches of a word.
fn split_scripts(word: &str) -> Vec<String> {
    let mut runs: Vec<String> = Vec::new();
    for c in word.chars() {
        match runs.last_mut() {
            Some(run) if run.is_ascii() == c.is_ascii() => run.push(c),
            _ => runs.push(c.to_string()),
        }
    }
    runs
}

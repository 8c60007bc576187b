//! Decision tables: tests, hit policies, results, and what their check tells.

use chrono::DateTime;
use indexmap::IndexMap;
use kernel::{
    Diagnostic, Name, Record, Value,
    context::{Context, Ids, Org},
    decision::{Decision, Evaluation},
    expression::{Env, EvalError},
    query::Facts,
};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::workflow_kit::CATALOG;

fn compile(json: Json) -> (Option<Decision>, Vec<Diagnostic>) {
    let definition = serde_json::from_value(json).unwrap();
    Decision::compile(&definition, &CATALOG.types())
}

fn told(json: Json) -> Vec<String> {
    let (decision, problems) = compile(json);
    assert_eq!(decision.is_none(), problems.iter().any(|p| p.code.starts_with('E')), "{problems:#?}");
    problems.iter().map(|p| format!("{} {}", p.code, p.path)).collect()
}

fn table(changes: Json) -> Json {
    let mut table = json!({
        "name": "points", "entity": "request",
        "inputs": {"amount": "amount", "level": "level", "urgent": "urgent", "wanted": "wanted", "subject": "subject"},
        "outputs": {"points": {"type": "integer"}}, "hit": "first", "rules": {}, "else": {"points": 0}});
    table.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    table
}

fn evaluate(table: Json, fields: &[(&str, Value)]) -> Result<Evaluation, EvalError> {
    let (decision, problems) = compile(table);
    let decision = decision.unwrap_or_else(|| panic!("{problems:#?}"));
    let now = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
    let record = Record {
        entity: "request".into(),
        id: Uuid::nil(),
        version: 1,
        state: None,
        number: None,
        title: String::new(),
        created_at: now,
        created_by: None,
        updated_at: now,
        updated_by: None,
        deleted_at: None,
        fields: fields.iter().map(|(name, value)| (Name::new(name), value.clone())).collect(),
        lines: IndexMap::new(),
    };
    let (org, settings, facts) = (Org::default(), IndexMap::new(), Facts::new());
    let ids = Ids::new(now, 1);
    let ctx = Context { now, zone: chrono_tz::UTC, user: None, org: &org, settings: &settings, ids, vault: None };
    decision.evaluate(&Env::new(&ctx, &facts, &*CATALOG).over(&record))
}

fn points(table: Json, fields: &[(&str, Value)]) -> (Value, Vec<String>) {
    let evaluation = evaluate(table, fields).unwrap();
    (evaluation.outputs["points"].clone(), evaluation.rules.iter().map(ToString::to_string).collect())
}

fn decimal(text: &str) -> Value {
    Value::Decimal(text.parse::<Decimal>().unwrap())
}

/// Whether a test over an input holds for a value of the field of the same name.
fn holds(input: &str, cell: &str, value: Value) -> bool {
    let rules = json!({"row": {"when": {input: cell}, "then": {"points": 1}}});
    points(table(json!({"rules": rules})), &[(input, value)]).0 == Value::Integer(1)
}

#[test]
fn numbers_are_compared_as_they_are_unrounded() {
    assert!(holds("amount", "> 200000", decimal("200000.01")));
    assert!(!holds("amount", "> 200000", decimal("200000")));
    assert!(holds("amount", ">= 200000", decimal("200000.00")));
    assert!(holds("amount", "< 0.10", decimal("0.0999999999999999999999")));
    assert!(!holds("amount", "< 0.10", decimal("0.1")));
    assert!(holds("amount", "<= 10%", decimal("0.1")));
    assert!(holds("amount", "= 5", decimal("5.00")) && holds("amount", "5", decimal("5")));
    assert!(holds("amount", "!= 5", decimal("6")) && holds("amount", "> -3", decimal("-2")));
}

#[test]
fn an_interval_says_whether_its_ends_belong_to_it() {
    for (cell, one, five, thirty) in
        [("[1..10)", true, true, false), ("(1..10]", false, true, true), ("[1..10]", true, true, true)]
    {
        assert_eq!(holds("amount", cell, decimal("1")), one, "{cell}");
        assert_eq!(holds("amount", cell, decimal("5")), five, "{cell}");
        assert_eq!(holds("amount", cell, decimal("10")), thirty, "{cell}");
    }
    let day = |text: &str| Value::Date(text.parse().unwrap());
    assert!(holds("wanted", "[2026-01-01..2026-12-31]", day("2026-11-21")));
    assert!(!holds("wanted", "< 2026-01-01", day("2026-11-21")));
}

#[test]
fn a_value_is_in_a_list_or_not() {
    assert!(holds("level", "in [a, b]", Value::text("b")));
    assert!(holds("level", "not in [a]", Value::text("b")));
    assert!(!holds("level", "not in [a]", Value::text("a")));
    assert!(holds("amount", "in [1, 2]", decimal("2.0")));
}

#[test]
fn text_is_compared_without_case_and_may_stand_in_quotes() {
    assert!(holds("subject", "= \"Café  \"", Value::text("café  ")));
    assert!(holds("subject", "in ['x', Chair]", Value::text("CHAIR")));
    assert!(holds("urgent", "= true", Value::Bool(true)) && holds("urgent", "false", Value::Bool(false)));
}

#[test]
fn null_passes_only_where_null_is_asked_for() {
    for cell in ["> 0", "< 0", "= 0", "!= 0", "[0..1]", "in [1]", "not in [1]", "is not null"] {
        assert!(!holds("amount", cell, Value::Null), "{cell}");
    }
    assert!(holds("amount", "is null", Value::Null) && holds("amount", "-", Value::Null));
    assert!(holds("amount", "is not null", decimal("0")) && !holds("amount", "is null", decimal("0")));
}

fn rows(hit: &str) -> Json {
    table(json!({"hit": hit, "else": {"points": 3}, "rules": {
        "one": {"when": {"amount": "> 10"}, "then": {"points": 5}},
        "two": {"when": {"amount": "> 20"}, "then": {"points": 2}},
        "three": {"when": {"amount": "> 20", "level": "= a"}, "then": {"points": 9}}}}))
}

#[test]
fn the_first_row_in_order_counts() {
    assert_eq!(points(rows("first"), &[("amount", decimal("30"))]), (Value::Integer(5), vec!["one".to_owned()]));
    assert_eq!(points(rows("first"), &[("amount", decimal("1"))]), (Value::Integer(3), vec![]));
}

#[test]
fn at_most_one_row_of_a_unique_table_fits() {
    assert_eq!(points(rows("unique"), &[("amount", decimal("15"))]).0, Value::Integer(5));
    match evaluate(rows("unique"), &[("amount", decimal("30"))]) {
        Err(EvalError::Fault(fault)) => assert!(fault.to_string().contains("both `one` and `two`"), "{fault}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn collecting_takes_the_greatest_the_smallest_or_the_sum_of_all_rows_that_fit() {
    let all = [("amount", decimal("30")), ("level", Value::text("a"))];
    // What is told as the reason is what counted, not each row that fits.
    assert_eq!(points(rows("collect_max"), &all), (Value::Integer(9), vec!["three".into()]));
    assert_eq!(points(rows("collect_min"), &all), (Value::Integer(2), vec!["two".into()]));
    assert_eq!(
        points(rows("collect_sum"), &all),
        (Value::Integer(16), vec!["one".into(), "two".into(), "three".into()])
    );
    for hit in ["collect_max", "collect_min", "collect_sum"] {
        assert_eq!(points(rows(hit), &[]), (Value::Integer(3), vec![]), "{hit}: `else` answers when no row fits");
    }
}

#[test]
fn a_result_is_worked_out_over_inputs_outputs_and_the_record() {
    let with = |source: &str| {
        let mut table = rows("collect_max");
        table["result"] = json!({"points": source});
        table
    };
    let fields = [("amount", decimal("30")), ("days", Value::Integer(4))];
    assert_eq!(points(with("min(7, points + days)"), &fields).0, Value::Integer(7));
    assert_eq!(points(with("if amount > 29 { points + 1 } else { 0 }"), &fields).0, Value::Integer(6));
}

#[test]
fn what_cannot_be_read_or_does_not_fit_is_told_with_its_cell() {
    let row =
        |input: &str, cell: &str| table(json!({"rules": {"row": {"when": {input: cell}, "then": {"points": 1}}}}));
    assert_eq!(told(row("amount", "> many")), ["E0544 rules.row.when.amount"]);
    assert_eq!(told(row("amount", "[1..")), ["E0543 rules.row.when.amount"]);
    assert_eq!(told(row("amount", "[10..1]")), ["E0543 rules.row.when.amount"]);
    assert_eq!(told(row("amount", "")), ["E0543 rules.row.when.amount"]);
    assert_eq!(told(row("amount", "in 1, 2")), ["E0543 rules.row.when.amount"]);
    assert_eq!(told(row("level", "= c")), ["E0544 rules.row.when.level"]);
    assert_eq!(told(row("level", "> a")), ["E0544 rules.row.when.level"]);
    assert_eq!(told(row("wanted", "> 5")), ["E0544 rules.row.when.wanted"]);
    assert_eq!(told(row("amont", "> 5")), ["E0542 rules.row.when.amont"]);
}

#[test]
fn outputs_are_checked_in_rows_else_and_results() {
    let rules = json!({"row": {"then": {"points": "five", "pints": 1}}});
    assert_eq!(
        told(table(json!({"rules": rules, "else": {}, "result": {"pints": "1"}}))),
        ["E0546 rules.row.then.points", "E0545 rules.row.then.pints", "E0547 else", "E0545 result.pints"]
    );
    let text = json!({"outputs": {"points": {"type": "text"}}, "hit": "collect_max", "else": {"points": "none"}});
    assert_eq!(told(table(text)), ["E0548 outputs.points.type", "W0541 rules"]);
    assert_eq!(told(table(json!({"entity": "requests"}))), ["E0541 entity"]);
}

#[test]
fn inputs_and_results_are_typed() {
    let problems = told(table(
        json!({"inputs": {"amount": "amont"}, "rules": {"row": {"then": {"points": 1}}}, "result": {"points": "subject"}}),
    ));
    assert!(problems.iter().any(|p| p.ends_with(" inputs.amount")), "{problems:?}");
    assert!(problems.iter().any(|p| p.ends_with(" result.points")), "{problems:?}");
}

#[test]
fn collecting_counts_or_lists_what_the_rows_that_fit_say() {
    let thirty = [("amount", decimal("30"))];
    assert_eq!(points(rows("collect_count"), &thirty).0, Value::Integer(2));
    assert_eq!(points(rows("collect_count"), &[]).0, Value::Integer(3), "`else` answers when no row fits");
    let list = |fields: &[(&str, Value)]| points(rows("collect_list"), fields).0;
    assert_eq!(list(&thirty), Value::List(vec![Value::Integer(5), Value::Integer(2)]));
    assert_eq!(list(&[]), Value::List(vec![Value::Integer(3)]));
    let nothing = table(json!({"hit": "collect_list", "else": {"points": null}}));
    assert_eq!(points(nothing, &[]).0, Value::List(Vec::new()));
    let text = table(json!({"hit": "collect_count", "outputs": {"points": {"type": "text"}}, "else": {"points": "x"}}));
    assert_eq!(told(text), ["E0548 outputs.points.type", "W0541 rules"]);
    let total = json!({"points": "points + 1"});
    let told = told(table(json!({"hit": "collect_list", "result": total})));
    assert!(told.iter().any(|problem| problem.ends_with("result.points")), "it is a list: {told:?}");
}

/// What the check tells of these rows, with its message.
fn findings(hit: &str, otherwise: Json, rules: Json) -> Vec<String> {
    let (_, problems) = compile(table(json!({"hit": hit, "else": {"points": otherwise}, "rules": rules})));
    problems.iter().map(|p| format!("{} {}: {}", p.code, p.path, p.message)).collect()
}

#[test]
fn a_gap_is_told_with_an_example_row() {
    let gap = json!({
        "small": {"when": {"amount": "< 100"}, "then": {"points": 1}},
        "large": {"when": {"amount": "> 100"}, "then": {"points": 2}}});
    assert_eq!(findings("unique", json!(0), gap.clone()), ["W0542 rules: no row fits `amount = 100`: `else` answers"]);
    assert_eq!(findings("first", json!(0), gap.clone()), [] as [&str; 0], "`else` is the last row of such a table");
    assert_eq!(findings("first", Json::Null, gap.clone()).len(), 1, "but not where it says nothing");
    assert_eq!(findings("collect_sum", json!(0), gap), [] as [&str; 0]);
    let options = json!({
        "a": {"when": {"level": "a", "urgent": "true"}, "then": {"points": 1}},
        "b": {"when": {"level": "b"}, "then": {"points": 2}}});
    assert_eq!(
        findings("unique", json!(0), options),
        ["W0542 rules: no row fits `level = a`, `urgent = false`: `else` answers"]
    );
    let whole = json!({
        "low": {"when": {"wanted": "<= 2026-01-31"}, "then": {"points": 1}},
        "high": {"when": {"wanted": "> 2026-01-31"}, "then": {"points": 2}}});
    assert_eq!(findings("unique", json!(0), whole), [] as [&str; 0]);
    let named = json!({"one": {"when": {"subject": "in [x, y]"}, "then": {"points": 1}}});
    assert_eq!(findings("unique", json!(0), named), ["W0542 rules: no row fits `subject = …`: `else` answers"]);
}

#[test]
fn an_overlap_of_a_unique_table_is_told_with_an_example_row() {
    let rules = json!({
        "low": {"when": {"amount": "<= 100"}, "then": {"points": 1}},
        "high": {"when": {"amount": ">= 100"}, "then": {"points": 2}}});
    assert_eq!(
        findings("unique", json!(0), rules.clone()),
        ["W0543 rules.high: both `low` and `high` fit `amount = 100`, but at most one may"]
    );
    assert_eq!(findings("first", json!(0), rules), [] as [&str; 0]);
}

#[test]
fn a_row_that_never_counts_is_told() {
    let rules = json!({
        "wide": {"when": {"amount": "> 10"}, "then": {"points": 1}},
        "narrow": {"when": {"amount": "[20..30]", "urgent": "true"}, "then": {"points": 2}}});
    assert_eq!(
        findings("first", json!(0), rules),
        ["W0544 rules.narrow: `narrow` never counts: wherever it fits, a row above it does"]
    );
}

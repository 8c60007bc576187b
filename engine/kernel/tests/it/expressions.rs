//! Expressions by the fixtures that the interpreter in the browser runs too.
//!
//! `UPDATE_FIXTURES=1 cargo test -p kernel --test it expressions` writes the wire form of each expression anew.

use kernel::expression::{EvalError, Scope, compile, to_wire};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use crate::expressions_world::{World, fixture};

/// A decimal of any length as the browser compares it: by its value.
fn normal(value: &Json) -> Json {
    match value {
        Json::String(text) => {
            text.parse::<Decimal>().map_or_else(|_| value.clone(), |d| json!(d.normalize().to_string()))
        }
        Json::Array(items) => items.iter().map(normal).collect(),
        other => other.clone(),
    }
}

fn run(file: &str) {
    let path = fixture(file);
    let mut cases: Vec<serde_json::Map<String, Json>> =
        serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let world = World::load();
    let update = std::env::var("UPDATE_FIXTURES").is_ok();
    let mut failures = Vec::new();
    for case in &mut cases {
        let name = case["name"].as_str().unwrap().to_owned();
        let source = case["source"].as_str().unwrap();
        let line = case.get("line").map(|l| usize::try_from(l.as_u64().unwrap()).unwrap());
        let scope = match line {
            Some(_) => Scope::line(world.types(), &"request".into(), &"lines".into()),
            None => Scope::record(world.types(), &"request".into()),
        };
        let expr = match compile(source, &scope) {
            Ok(expr) => expr,
            Err(problems) => {
                failures.push(format!("{name}: {problems:?}"));
                continue;
            }
        };
        let record = world.request(case.get("record").unwrap_or(&Json::Null));
        let found = match world.eval(&expr, &record, line) {
            Ok(value) => json!({"value": normal(&value.to_json())}),
            Err(EvalError::Fault(fault)) => json!({"fault": fault.code()}),
            Err(EvalError::Needs(_)) => json!({"unloaded": true}),
        };
        let mut expected = serde_json::Map::new();
        for key in ["value", "fault", "unloaded"] {
            if let Some(value) = case.get(key) {
                expected.insert(key.into(), normal(value));
            }
        }
        if found != Json::Object(expected.clone()) {
            failures.push(format!("{name}: {source}: expected {expected:?}, but found {found}"));
        }
        let is_server = case.get("server").is_some();
        assert_eq!(expr.needs_server(), is_server, "{name}");
        let wire = to_wire(&expr);
        if update {
            case.insert("wire".into(), wire);
        } else if case.get("wire") != Some(&wire) {
            failures.push(format!("{name}: the wire form changed: {wire}"));
        }
    }
    if update {
        let lines: Vec<String> =
            cases.iter().map(|case| format!("  {}", serde_json::to_string(case).unwrap())).collect();
        std::fs::write(&path, format!("[\n{}\n]\n", lines.join(",\n"))).unwrap();
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn operators_give_what_their_fixtures_say() {
    run("operators.json");
}

#[test]
fn null_is_carried_through_arithmetic_and_fails_comparisons() {
    run("nulls.json");
}

#[test]
fn rows_are_summed_counted_and_filtered() {
    run("rows.json");
}

#[test]
fn functions_give_what_their_fixtures_say() {
    run("functions.json");
}

#[test]
fn what_is_written_differently_has_the_same_key() {
    run("likeness.json");
}

#[test]
fn values_with_parts_lists_and_spans_give_what_their_fixtures_say() {
    run("values.json");
}

#[test]
fn working_time_is_counted_as_its_fixtures_say() {
    run("worktime.json");
    let world = World::load();
    assert_eq!(world.calendars["office"].to_wire(), world.json["calendars_wire"]["office"]);
}

#[test]
fn paths_lead_across_references_and_lines() {
    run("paths.json");
}

/// Compares with a file of results, or writes it anew.
fn hold(file: &str, found: &[String]) {
    let path = fixture(file);
    let text = format!("[\n{}\n]\n", found.join(",\n"));
    if std::env::var("UPDATE_FIXTURES").is_ok() {
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "{file}");
}

#[test]
fn decimals_give_what_the_browser_gives() {
    let rows: Vec<(String, String, String, Option<String>)> =
        serde_json::from_str(&std::fs::read_to_string(fixture("decimals.json")).unwrap()).unwrap();
    let world = World::load();
    let record = world.request(&Json::Null);
    let found: Vec<String> = rows
        .iter()
        .map(|(left, operator, right, _)| {
            let source = format!("decimal('{left}') {operator} decimal('{right}')");
            let expr = compile(&source, &Scope::record(world.types(), &"request".into())).unwrap();
            let value = world.eval(&expr, &record, None).ok().map(|v| normal(&v.to_json()));
            format!("  {}", json!([left, operator, right, value]))
        })
        .collect();
    hold("decimals.json", &found);
}

#[test]
fn texts_are_folded_as_in_the_browser() {
    let rows: Vec<Json> = serde_json::from_str(&std::fs::read_to_string(fixture("folds.json")).unwrap()).unwrap();
    let found: Vec<String> = rows
        .iter()
        .map(|row| {
            let text = row["text"].as_str().unwrap();
            format!("  {}", json!({"text": text, "fold": kernel::text::fold(text)}))
        })
        .collect();
    hold("folds.json", &found);
}

#[test]
fn lets_have_a_wire_form_of_their_own() {
    let world = World::load();
    let scope = Scope::record(world.types(), &"request".into());
    let lets = &world.entities["request"].lets;
    let wires: serde_json::Map<String, Json> =
        lets.iter().map(|(name, source)| (name.to_string(), to_wire(&compile(source, &scope).unwrap()))).collect();
    let text = format!("{}\n", Json::Object(wires));
    if std::env::var("UPDATE_FIXTURES").is_ok() {
        std::fs::write(fixture("lets.json"), &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(fixture("lets.json")).unwrap(), text);
}

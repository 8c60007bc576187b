//! What a table leaves out and says twice: gaps, overlaps, rows that never count, each told with an example.
//!
//! The values of an input fall into classes that no test tells apart: the numbers between two bounds, one option, the
//! rest. One value of each class stands for all of it, so trying all combinations of these tries the whole table.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;

use super::{Rule, cell::Test};
use crate::{
    Diagnostic, Name, Value,
    definition::{HitPolicy, Keyed},
    expression::{Expr, Type},
};

/// With more combinations than this a table is not looked through.
const MOST: usize = 50_000;

/// All findings about a table that is otherwise sound:
///
/// * `W0542` no row fits, in a `unique` table, or in a `first` one whose `else` says nothing
/// * `W0543` several rows of a `unique` table fit
/// * `W0544` a row of a `first` table never counts: those above it fit before
pub(super) fn check(
    hit: HitPolicy,
    inputs: &Keyed<Expr>,
    rules: &Keyed<Rule>,
    otherwise: &Keyed<Value>,
) -> Vec<Diagnostic> {
    if !matches!(hit, HitPolicy::Unique | HitPolicy::First) || rules.is_empty() {
        return Vec::new();
    }
    let samples: Vec<(usize, &Name, Vec<Value>)> = inputs
        .iter()
        .enumerate()
        .filter_map(|(at, (name, expr))| {
            let tests = rules.values().flat_map(|rule| &rule.tests).filter(|(input, _)| *input == at);
            let tests: Vec<&Test> = tests.map(|(_, test)| test).collect();
            (!tests.is_empty()).then(|| (at, name, samples(expr.ty(), &tests)))
        })
        .collect();
    let many = samples.iter().try_fold(1_usize, |all, (.., values)| all.checked_mul(values.len()));
    if many.is_none_or(|many| many > MOST || many == 0) {
        return Vec::new();
    }
    let gaps = hit == HitPolicy::Unique || otherwise.values().all(Value::is_null);
    let mut problems = Vec::new();
    let mut gap_told = !gaps;
    let mut overlaps: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut counted = vec![false; rules.len()];
    let mut turn = vec![0_usize; samples.len()];
    loop {
        let row: Vec<(usize, &Name, &Value)> = samples
            .iter()
            .zip(&turn)
            .filter_map(|((at, name, values), turn)| Some((*at, *name, values.get(*turn)?)))
            .collect();
        let value = |input: usize| row.iter().find(|(at, ..)| *at == input).map(|(.., value)| *value);
        let fits =
            |rule: &Rule| rule.tests.iter().all(|(input, test)| value(*input).is_some_and(|value| test.holds(value)));
        let fitting: Vec<usize> =
            rules.values().enumerate().filter(|(_, rule)| fits(rule)).map(|(index, _)| index).collect();
        match fitting.as_slice() {
            [] if !gap_told => {
                gap_told = true;
                let told = format!("no row fits {}: `else` answers", example(&row));
                problems.push(Diagnostic::warning("W0542", "rules", told).hint("add a row, if that is not meant"));
            }
            [one, more @ ..] => {
                if let Some(counts) = counted.get_mut(*one) {
                    *counts = true;
                }
                for other in more {
                    if hit == HitPolicy::Unique && overlaps.insert((*one, *other)) {
                        problems.extend(overlap(rules, *one, *other, &row));
                    }
                }
            }
            [] => {}
        }
        if !next(&mut turn, &samples) {
            break;
        }
    }
    if hit == HitPolicy::First {
        let never = rules.keys().zip(&counted).filter(|(_, counts)| !**counts);
        problems.extend(never.map(|(name, _)| {
            let told = format!("`{name}` never counts: wherever it fits, a row above it does");
            Diagnostic::warning("W0544", format!("rules.{name}"), told).hint("put it further up, or take it out")
        }));
    }
    problems
}

fn overlap(rules: &Keyed<Rule>, one: usize, other: usize, row: &[(usize, &Name, &Value)]) -> Option<Diagnostic> {
    let (one, _) = rules.get_index(one)?;
    let (other, _) = rules.get_index(other)?;
    let told = format!("both `{one}` and `{other}` fit {}, but at most one may", example(row));
    Some(Diagnostic::warning("W0543", format!("rules.{other}"), told).hint("narrow one of them"))
}

/// The next combination; false after the last.
fn next(turn: &mut [usize], samples: &[(usize, &Name, Vec<Value>)]) -> bool {
    for (at, (.., values)) in turn.iter_mut().zip(samples) {
        *at += 1;
        if *at < values.len() {
            return true;
        }
        *at = 0;
    }
    false
}

/// `amount = 150, level = a`.
fn example(row: &[(usize, &Name, &Value)]) -> String {
    let cells = row.iter().map(|(_, name, value)| match value {
        Value::Null => format!("`{name}` without a value"),
        Value::Text(text) => format!("`{name} = {text}`"),
        other => format!("`{name} = {}`", other.to_json().to_string().trim_matches('"')),
    });
    cells.collect::<Vec<_>>().join(", ")
}

/// A value of each class.
fn samples(ty: &Type, tests: &[&Test]) -> Vec<Value> {
    let named: Vec<&Value> = tests.iter().flat_map(|test| test.values()).collect();
    let mut samples = match ty {
        Type::Bool => vec![Value::Bool(true), Value::Bool(false)],
        Type::Choice(Some(options)) => options.iter().map(|option| Value::text(option.as_str())).collect(),
        Type::Date => dates(named.iter().filter_map(|v| if let Value::Date(date) = v { Some(*date) } else { None })),
        Type::Integer => numbers(&named, true),
        Type::Decimal | Type::Money(_) | Type::Percent => numbers(&named, false),
        _ => {
            let mut values: Vec<Value> = Vec::new();
            for value in named {
                if !values.contains(value) {
                    values.push(value.clone());
                }
            }
            // Whatever is not named.
            values.push(Value::text("…"));
            values
        }
    };
    if tests.iter().any(|test| matches!(test, Test::IsNull(_))) {
        samples.push(Value::Null);
    }
    samples
}

fn numbers(named: &[&Value], whole: bool) -> Vec<Value> {
    let bounds: BTreeSet<Decimal> = named.iter().filter_map(|value| value.as_decimal()).collect();
    let (one, two) = (Decimal::ONE, Decimal::TWO);
    let mut found: BTreeSet<Decimal> = BTreeSet::new();
    let mut last: Option<Decimal> = None;
    for bound in &bounds {
        found.insert(*bound);
        match last {
            None => found.extend(bound.checked_sub(one)),
            Some(last) if whole => found.extend(last.checked_add(one).map(|next| next.floor()).filter(|n| n < bound)),
            Some(last) => found.extend(last.checked_add(*bound).and_then(|sum| sum.checked_div(two))),
        }
        last = Some(*bound);
    }
    match last {
        Some(last) => found.extend(last.checked_add(one)),
        None => found.extend([Decimal::ZERO]),
    }
    let found = found.into_iter().filter(|number| !whole || number.is_integer());
    found.map(|number| Value::Decimal(number.normalize())).collect()
}

fn dates(named: impl Iterator<Item = NaiveDate>) -> Vec<Value> {
    let bounds: BTreeSet<NaiveDate> = named.collect();
    let day = Days::new(1);
    let around = bounds.iter().flat_map(|date| [date.checked_sub_days(day), Some(*date), date.checked_add_days(day)]);
    let all: BTreeSet<NaiveDate> = around.flatten().collect();
    all.into_iter().map(Value::Date).collect()
}

//! What operators do with values. Null in arithmetic gives null, in a comparison false.

use std::{cmp::Ordering, sync::Arc};

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::{Got, MAX_TEXT, Stop};
use crate::{
    Value,
    expression::{ast::BinaryOp, env::Fault},
    text::{fold, text_key},
};

pub(super) fn mistyped(expected: &'static str, found: &Value) -> Stop {
    Fault::Type { expected, found: found.to_string() }.into()
}

pub(super) fn negate(value: Value) -> Got<Value> {
    match value {
        Value::Null => Ok(Value::Null),
        Value::Integer(i) => i.checked_neg().map(Value::Integer).ok_or(Stop::Fault(Fault::Overflow)),
        Value::Decimal(d) => Ok(Value::Decimal(-d)),
        other => Err(mistyped("a number", &other)),
    }
}

/// The order of two values, text by its key; none if one is null or they cannot be compared.
pub(in crate::expression) fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Integer(a), Value::Integer(b)) => Some(a.cmp(b)),
        (Value::Integer(_) | Value::Decimal(_), Value::Integer(_) | Value::Decimal(_)) => {
            Some(left.as_decimal()?.cmp(&right.as_decimal()?))
        }
        (Value::Text(a), Value::Text(b)) if a == b => Some(Ordering::Equal),
        (Value::Text(a), Value::Text(b)) => Some(text_key(a).cmp(&text_key(b))),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::Datetime(a), Value::Datetime(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Id(a), Value::Id(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// Whether two values are equal, text by its fold. Null equals nothing.
pub(in crate::expression) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Text(a), Value::Text(b)) => a == b || fold(a) == fold(b),
        _ => order(left, right) == Some(Ordering::Equal),
    }
}

pub(super) fn compare(operator: BinaryOp, left: &Value, right: &Value) -> bool {
    if left.is_null() || right.is_null() {
        return false;
    }
    match operator {
        BinaryOp::Equal => same(left, right),
        BinaryOp::NotEqual => !same(left, right),
        BinaryOp::Less => order(left, right) == Some(Ordering::Less),
        BinaryOp::LessOrEqual => order(left, right).is_some_and(Ordering::is_le),
        BinaryOp::Greater => order(left, right) == Some(Ordering::Greater),
        _ => order(left, right).is_some_and(Ordering::is_ge),
    }
}

pub(super) fn is_in(value: &Value, list: &Value) -> bool {
    matches!(list, Value::List(items) if items.iter().any(|item| same(item, value)))
}

pub(in crate::expression) fn entry(map: &Value, key: &str) -> Value {
    match map {
        Value::Map(entries) => {
            entries.iter().find(|(k, _)| &**k == key).map_or(Value::Null, |(_, value)| value.clone())
        }
        _ => Value::Null,
    }
}

pub(super) fn arithmetic(operator: BinaryOp, left: Value, right: Value) -> Got<Value> {
    match (left, right) {
        (Value::Null, _) | (_, Value::Null) => Ok(Value::Null),
        (Value::Integer(a), Value::Integer(b)) => integers(operator, a, b),
        (Value::Date(date), Value::Integer(days)) => match operator {
            BinaryOp::Add => add_days(date, Some(days)),
            _ => add_days(date, days.checked_neg()),
        }
        .map(Value::Date),
        (Value::Integer(days), Value::Date(date)) => add_days(date, Some(days)).map(Value::Date),
        (Value::Date(a), Value::Date(b)) => Ok(Value::Integer(a.signed_duration_since(b).num_days())),
        (Value::Datetime(at), Value::Integer(ms)) => match operator {
            BinaryOp::Add => add_ms(at, Some(ms)),
            _ => add_ms(at, ms.checked_neg()),
        },
        (Value::Integer(ms), Value::Datetime(at)) => add_ms(at, Some(ms)),
        (Value::Datetime(a), Value::Datetime(b)) => Ok(Value::Integer(a.signed_duration_since(b).num_milliseconds())),
        (Value::Text(a), b) => concat(&a, &text_of(&b)),
        (a, Value::Text(b)) => concat(&text_of(&a), &b),
        (left, right) => match (left.as_decimal(), right.as_decimal()) {
            (Some(a), Some(b)) => decimals(operator, a, b),
            (Some(_), None) => Err(mistyped("a number", &right)),
            _ => Err(mistyped("a number", &left)),
        },
    }
}

fn integers(operator: BinaryOp, a: i64, b: i64) -> Got<Value> {
    let result = match operator {
        BinaryOp::Add => a.checked_add(b),
        BinaryOp::Subtract => a.checked_sub(b),
        BinaryOp::Multiply => a.checked_mul(b),
        BinaryOp::Remainder if b != 0 => a.checked_rem(b),
        // A half is a half: division gives a decimal.
        _ => return decimals(operator, a.into(), b.into()),
    };
    result.map(Value::Integer).ok_or(Stop::Fault(Fault::Overflow))
}

fn decimals(operator: BinaryOp, a: Decimal, b: Decimal) -> Got<Value> {
    let result = match operator {
        BinaryOp::Add => a.checked_add(b),
        BinaryOp::Subtract => a.checked_sub(b),
        BinaryOp::Multiply => a.checked_mul(b),
        _ if b.is_zero() => return Err(Fault::DivisionByZero.into()),
        BinaryOp::Divide => a.checked_div(b),
        _ => a.checked_rem(b),
    };
    result.map(Value::Decimal).ok_or(Stop::Fault(Fault::Overflow))
}

/// Dates stay within four-digit years, which both databases and every reader can write.
pub(super) fn in_calendar(date: Option<NaiveDate>) -> Got<NaiveDate> {
    date.filter(|d| (1..=9999).contains(&d.year())).ok_or(Stop::Fault(Fault::Overflow))
}

pub(super) fn add_days(date: NaiveDate, days: Option<i64>) -> Got<NaiveDate> {
    in_calendar(days.and_then(|days| {
        let many = Days::new(days.unsigned_abs());
        if days < 0 { date.checked_sub_days(many) } else { date.checked_add_days(many) }
    }))
}

fn add_ms(at: DateTime<Utc>, ms: Option<i64>) -> Got<Value> {
    let at = ms.and_then(Duration::try_milliseconds).and_then(|span| at.checked_add_signed(span));
    let at = at.ok_or(Stop::Fault(Fault::Overflow))?;
    in_calendar(Some(at.date_naive()))?;
    Ok(Value::Datetime(at))
}

pub(super) fn concat(a: &str, b: &str) -> Got<Value> {
    if a.len() + b.len() > MAX_TEXT {
        return Err(Fault::Overflow.into());
    }
    Ok(Value::Text([a, b].concat().into()))
}

/// A value as text: decimals without trailing zeros, lists with commas, null as nothing.
pub(in crate::expression) fn text_of(value: &Value) -> Arc<str> {
    match value {
        Value::Text(text) => text.clone(),
        Value::Decimal(d) => d.normalize().to_string().into(),
        Value::List(items) => items.iter().map(text_of).collect::<Vec<_>>().join(", ").into(),
        other => other.to_string().into(),
    }
}

//! What functions of plain values do. A null argument gives null, but where the function says otherwise.

use chrono::{Datelike, Duration, Months, NaiveDate};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};

use super::{Got, MAX_TEXT, Stop, operators, worktime};
use crate::{
    Value,
    expression::{
        ast::BinaryOp,
        env::{Env, Fault},
        functions::Function,
    },
    likeness,
    text::fold,
};

pub(super) type Arguments<'a> = &'a [Value];

pub(super) fn call(function: Function, arguments: Arguments<'_>, env: &Env<'_>) -> Got<Value> {
    use Function as F;
    match function {
        // A null list is empty, and contains nothing.
        F::Len if arguments.iter().all(Value::is_null) => return Ok(Value::Integer(0)),
        F::Contains | F::StartsWith | F::EndsWith if arguments.iter().any(Value::is_null) => {
            return Ok(Value::Bool(false));
        }
        F::Join if arguments.iter().any(Value::is_null) => return Ok(Value::Null),
        _ if arguments.iter().any(Value::is_null) => return Ok(Value::Null),
        _ => {}
    }
    match function {
        F::Round | F::Floor | F::Ceil | F::Abs | F::Min | F::Max | F::Decimal | F::Integer => {
            number(function, arguments)
        }
        F::Len
        | F::Lower
        | F::Upper
        | F::Trim
        | F::Contains
        | F::StartsWith
        | F::EndsWith
        | F::Substring
        | F::Replace
        | F::Join
        | F::TitleCase
        | F::NameKey
        | F::LooseNameKey
        | F::DomainKey
        | F::PhoneKey
        | F::E164
        | F::Text => text(function, arguments),
        F::WorkdayAfter
        | F::WorkdayBefore
        | F::WorkdaysBetween
        | F::WorkdaysIn
        | F::WorkhoursAfter
        | F::WorkhoursBetween => worktime::call(function, arguments, env),
        F::Days => span(arguments, 86_400_000),
        F::Hours => span(arguments, 3_600_000),
        F::Minutes => span(arguments, 60_000),
        _ => date(function, arguments, env),
    }
}

pub(super) fn at(arguments: Arguments<'_>, index: usize) -> &Value {
    arguments.get(index).unwrap_or(&Value::Null)
}

pub(super) fn integer(arguments: Arguments<'_>, index: usize) -> Got<i64> {
    match at(arguments, index) {
        Value::Integer(i) => Ok(*i),
        Value::Decimal(d) if d.is_integer() => d.to_i64().ok_or(Stop::Fault(Fault::Overflow)),
        other => Err(operators::mistyped("a whole number", other)),
    }
}

fn decimal(arguments: Arguments<'_>, index: usize) -> Got<Decimal> {
    let value = at(arguments, index);
    value.as_decimal().ok_or_else(|| operators::mistyped("a number", value))
}

fn number(function: Function, arguments: Arguments<'_>) -> Got<Value> {
    use Function as F;
    let whole = |d: Decimal| d.to_i64().map_or(Value::Decimal(d), Value::Integer);
    Ok(match (function, at(arguments, 0)) {
        (F::Round | F::Floor | F::Ceil, whole @ Value::Integer(_)) => whole.clone(),
        (F::Abs, Value::Integer(i)) => Value::Integer(i.checked_abs().ok_or(Stop::Fault(Fault::Overflow))?),
        (F::Round, _) => {
            let digits = if arguments.len() > 1 { integer(arguments, 1)? } else { 0 };
            let digits = u32::try_from(digits).ok().filter(|d| *d <= 28);
            let digits = digits.ok_or_else(|| operators::mistyped("0 to 28 digits", at(arguments, 1)))?;
            let rounded = decimal(arguments, 0)?.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
            Value::Decimal(rounded)
        }
        (F::Floor, _) => whole(decimal(arguments, 0)?.floor()),
        (F::Ceil, _) => whole(decimal(arguments, 0)?.ceil()),
        (F::Abs, _) => Value::Decimal(decimal(arguments, 0)?.abs()),
        (F::Decimal, Value::Text(text)) => {
            let text = text.trim();
            let parsed = text.parse::<Decimal>().or_else(|_| Decimal::from_scientific(text));
            Value::Decimal(parsed.map_err(|_| operators::mistyped("a number", at(arguments, 0)))?)
        }
        (F::Decimal, _) => Value::Decimal(decimal(arguments, 0)?),
        (F::Integer, Value::Text(text)) => match text.trim().parse::<i64>() {
            Ok(i) => Value::Integer(i),
            Err(_) => return Err(operators::mistyped("a whole number", at(arguments, 0))),
        },
        (F::Integer, _) => Value::Integer(decimal(arguments, 0)?.trunc().to_i64().ok_or(Stop::Fault(Fault::Overflow))?),
        (_, first) => {
            let operator = if function == F::Min { BinaryOp::Less } else { BinaryOp::Greater };
            let mut best = first;
            for value in arguments {
                if operators::compare(operator, value, best) {
                    best = value;
                }
            }
            best.clone()
        }
    })
}

fn string(arguments: Arguments<'_>, index: usize) -> Got<&str> {
    let value = at(arguments, index);
    value.as_text().ok_or_else(|| operators::mistyped("text", value))
}

fn text(function: Function, arguments: Arguments<'_>) -> Got<Value> {
    use Function as F;
    let key = |key: Option<String>| key.map_or(Value::Null, Value::text);
    let length = |n: usize| Value::Integer(i64::try_from(n).unwrap_or(i64::MAX));
    Ok(match (function, at(arguments, 0)) {
        (F::Text, value) => Value::Text(operators::text_of(value)),
        (F::Len, Value::List(items)) => length(items.len()),
        (F::Len, _) => length(string(arguments, 0)?.chars().count()),
        (F::Contains, list @ Value::List(_)) => Value::Bool(operators::is_in(at(arguments, 1), list)),
        (F::Contains, _) => Value::Bool(fold(string(arguments, 0)?).contains(&fold(string(arguments, 1)?))),
        (F::StartsWith, _) => Value::Bool(fold(string(arguments, 0)?).starts_with(&fold(string(arguments, 1)?))),
        (F::EndsWith, _) => Value::Bool(fold(string(arguments, 0)?).ends_with(&fold(string(arguments, 1)?))),
        (F::Lower, _) => Value::text(string(arguments, 0)?.to_lowercase()),
        (F::Upper, _) => Value::text(string(arguments, 0)?.to_uppercase()),
        (F::Trim, _) => Value::text(string(arguments, 0)?.trim()),
        (F::Substring, _) => {
            let clamp = |i: i64| usize::try_from(i.max(0)).unwrap_or(usize::MAX);
            let start = clamp(integer(arguments, 1)?);
            let length = if arguments.len() > 2 { clamp(integer(arguments, 2)?) } else { usize::MAX };
            Value::text(string(arguments, 0)?.chars().skip(start).take(length).collect::<String>())
        }
        (F::Replace, _) => replace(string(arguments, 0)?, string(arguments, 1)?, string(arguments, 2)?)?,
        (F::TitleCase, _) => Value::text(likeness::title_case(string(arguments, 0)?)),
        (F::NameKey, _) => key(likeness::name_key(string(arguments, 0)?)),
        (F::LooseNameKey, _) => key(likeness::loose_name_key(string(arguments, 0)?)),
        (F::DomainKey, _) => key(likeness::domain_key(string(arguments, 0)?)),
        (F::PhoneKey, _) => {
            let code = if arguments.len() > 1 { string(arguments, 1)? } else { "" };
            key(likeness::phone_key(string(arguments, 0)?, code))
        }
        (F::E164, _) => {
            let code = if arguments.len() > 1 { string(arguments, 1)? } else { "" };
            key(likeness::e164(string(arguments, 0)?, code))
        }
        (_, Value::List(items)) => {
            let texts: Vec<_> = items.iter().filter(|i| !i.is_null()).map(operators::text_of).collect();
            operators::concat(&texts.join(string(arguments, 1)?), "")?
        }
        (_, other) => return Err(operators::mistyped("a list", other)),
    })
}

fn replace(text: &str, old: &str, new: &str) -> Got<Value> {
    if old.is_empty() {
        return Ok(Value::text(text));
    }
    if text.len() + text.matches(old).count().saturating_mul(new.len()) > MAX_TEXT {
        return Err(Fault::Overflow.into());
    }
    Ok(Value::text(text.replace(old, new)))
}

fn span(arguments: Arguments<'_>, ms: i64) -> Got<Value> {
    integer(arguments, 0)?.checked_mul(ms).map(Value::Integer).ok_or(Stop::Fault(Fault::Overflow))
}

/// A day; a moment's is that of the firm's zone.
pub(super) fn day(arguments: Arguments<'_>, index: usize, env: &Env<'_>) -> Got<NaiveDate> {
    match at(arguments, index) {
        Value::Date(date) => Ok(*date),
        Value::Datetime(at) => Ok(at.with_timezone(&env.ctx.zone).date_naive()),
        other => Err(operators::mistyped("a date", other)),
    }
}

fn date(function: Function, arguments: Arguments<'_>, env: &Env<'_>) -> Got<Value> {
    use Function as F;
    if function == F::Date {
        return made_date(arguments, env).map(Value::Date);
    }
    let date = day(arguments, 0, env)?;
    let number = |n: u32| Ok(Value::Integer(n.into()));
    match function {
        F::Year => Ok(Value::Integer(date.year().into())),
        F::Quarter => number(date.month0() / 3 + 1),
        F::Month => number(date.month()),
        F::Day => number(date.day()),
        F::Weekday => number(date.weekday().number_from_monday()),
        F::StartOfMonth => operators::in_calendar(date.with_day(1)).map(Value::Date),
        F::EndOfMonth => {
            let next = date.with_day(1).and_then(|d| d.checked_add_months(Months::new(1)));
            operators::in_calendar(next.and_then(|d| d.pred_opt())).map(Value::Date)
        }
        F::AddDays => operators::add_days(date, Some(integer(arguments, 1)?)).map(Value::Date),
        F::AddMonths => add_months(date, Some(integer(arguments, 1)?)),
        F::AddYears => add_months(date, integer(arguments, 1)?.checked_mul(12)),
        F::DaysBetween => Ok(Value::Integer(day(arguments, 1, env)?.signed_duration_since(date).num_days())),
        _ => Ok(Value::Integer(months_between(date, day(arguments, 1, env)?))),
    }
}

fn made_date(arguments: Arguments<'_>, env: &Env<'_>) -> Got<NaiveDate> {
    match arguments {
        [Value::Text(text)] => {
            text.parse().map_err(|_| operators::mistyped("a date such as 2026-01-31", at(arguments, 0)))
        }
        [_] => day(arguments, 0, env),
        _ => {
            let part = |index| integer(arguments, index);
            let (year, month, day) = (part(0)?, part(1)?, part(2)?);
            let made = i32::try_from(year).ok().zip(u32::try_from(month).ok()).zip(u32::try_from(day).ok());
            operators::in_calendar(made.and_then(|((y, m), d)| NaiveDate::from_ymd_opt(y, m, d)))
        }
    }
}

/// Months with the end of the month kept: 31 January and one month is 28 February.
fn add_months(date: NaiveDate, months: Option<i64>) -> Got<Value> {
    let moved = months.and_then(|months| {
        let many = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
        if months < 0 { date.checked_sub_months(many) } else { date.checked_add_months(many) }
    });
    operators::in_calendar(moved).map(Value::Date)
}

/// Whole months from one day to another: as many as can be added to the first without passing the second.
fn months_between(from: NaiveDate, to: NaiveDate) -> i64 {
    if to < from {
        return -months_between(to, from);
    }
    let months = i64::from(to.year() - from.year()) * 12 + i64::from(to.month()) - i64::from(from.month());
    let reached = u32::try_from(months).ok().and_then(|m| from.checked_add_months(Months::new(m)));
    if reached.is_some_and(|day| day.signed_duration_since(to) > Duration::zero()) { months - 1 } else { months }
}

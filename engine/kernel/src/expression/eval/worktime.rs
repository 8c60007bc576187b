//! Functions of working time.

use chrono::{DateTime, Utc};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::{
    Got, Stop,
    functions::{Arguments, at, day, integer},
    operators,
};
use crate::{
    Value,
    calendar::Calendar,
    expression::{
        env::{Env, Fault},
        functions::Function,
    },
};

pub(super) fn call(function: Function, arguments: Arguments<'_>, env: &Env<'_>) -> Got<Value> {
    use Function as F;
    let calendar = named(arguments, env)?;
    Ok(match function {
        F::WorkdayAfter => {
            Value::Date(reached(calendar.workday_after(day(arguments, 0, env)?, integer(arguments, 1)?))?)
        }
        F::WorkdayBefore => {
            Value::Date(reached(calendar.workday_before(day(arguments, 0, env)?, integer(arguments, 1)?))?)
        }
        F::WorkdaysBetween => {
            let count = calendar.workdays_between(day(arguments, 0, env)?, day(arguments, 1, env)?);
            Value::Integer(reached(count)?)
        }
        F::WorkdaysIn => {
            Value::Decimal(reached(calendar.workdays_in(day(arguments, 0, env)?, day(arguments, 1, env)?))?)
        }
        F::WorkhoursAfter => {
            let hours = at(arguments, 1);
            let hours = hours.as_decimal().ok_or_else(|| operators::mistyped("a number", hours))?;
            let minutes = hours.checked_mul(Decimal::from(60)).and_then(|minutes| minutes.round().to_i64());
            let moment = moment(arguments, 0)?;
            Value::Datetime(reached(minutes.and_then(|minutes| calendar.add_work_minutes(moment, minutes)))?)
        }
        _ => {
            let minutes = calendar.work_minutes_between(moment(arguments, 0)?, moment(arguments, 1)?);
            Value::Decimal((Decimal::from(reached(minutes)?) / Decimal::from(60)).round_dp(4).normalize())
        }
    })
}

/// The calendar that is named last, or the firm's.
fn named<'e>(arguments: Arguments<'_>, env: &Env<'e>) -> Got<&'e Calendar> {
    let name = arguments.get(2).and_then(Value::as_text);
    let missing = || {
        let told = name.map_or_else(|| "no calendar".to_owned(), |name| format!("no calendar `{name}`"));
        Stop::Fault(Fault::Missing(told))
    };
    env.library.calendar(name).ok_or_else(missing)
}

fn moment(arguments: Arguments<'_>, index: usize) -> Got<DateTime<Utc>> {
    match at(arguments, index) {
        Value::Datetime(at) => Ok(*at),
        other => Err(operators::mistyped("a moment", other)),
    }
}

fn reached<T>(found: Option<T>) -> Got<T> {
    found.ok_or(Stop::Fault(Fault::Overflow))
}

//! `duration`: a span of time, kept in milliseconds. People write `2d 4h 30m`; a bare number counts in the field's unit.

use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde_json::{Value as Json, json};

use super::{Behaviour, Column, ORDERED, Wrong};
use crate::{Value, definition::DurationUnit, expression::Type, import, schema::Field};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Integer,
    scale: 0,
    operators: ORDERED,
    properties: &["unit", "min", "max"],
    value_type: |_| Type::Duration,
    parse,
    schema: |_| json!({"type": ["integer", "string"], "description": "milliseconds; a text such as `2d 4h 30m` is taken too"}),
    example: |_| 7_200_000.into(),
    cell: Some(import::line),
    show: Some(|value, language| match value {
        Value::Integer(millis) => duration_text(*millis, language),
        _ => String::new(),
    }),
};

/// Units, the longest first: milliseconds, letter, what else they are called.
const UNITS: [(i64, &str, &[&str]); 5] = [
    (604_800_000, "w", &["week", "weeks", "周"]),
    (86_400_000, "d", &["day", "days", "天", "日"]),
    (3_600_000, "h", &["hr", "hour", "hours", "小时", "时"]),
    (60_000, "m", &["min", "minute", "minutes", "分钟", "分"]),
    (1_000, "s", &["sec", "second", "seconds", "秒"]),
];

fn parse(field: &Field, json: &Json) -> Result<Value, Wrong> {
    let millis = match json {
        Json::Number(number) => number.as_i64().ok_or_else(|| Wrong::wire("whole milliseconds", json))?,
        Json::String(text) => duration_in(text, field.unit).ok_or_else(|| {
            Wrong::new("duration", format!("expected a span of time such as 2d 4h 30m, but found `{text}`"))
        })?,
        _ => return Err(Wrong::wire("a span of time", json)),
    };
    let unit = Decimal::from(field.unit.millis());
    let count = Decimal::from(millis) / unit;
    for (code, bound, broken) in [
        ("min", field.min, field.min.is_some_and(|least| count < least)),
        ("max", field.max, field.max.is_some_and(|most| count > most)),
    ] {
        if let (true, Some(bound)) = (broken, bound) {
            let told = format!("expected `{code}` {bound} {}, but found {}", field.unit.as_str(), count.normalize());
            return Err(Wrong::limit(code, told, bound));
        }
    }
    Ok(Value::Integer(millis))
}

/// Reads `2d 4h 30m`, `1.5h`, `4:30` (hours and minutes), `-1h`, `2天4小时`, or a number of units.
fn duration_in(text: &str, unit: DurationUnit) -> Option<i64> {
    let text = text.trim().to_lowercase();
    let (text, sign) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (rest.trim_start().to_owned(), -1),
        None => (text, 1),
    };
    if let Some((hours, minutes)) = text.split_once(':') {
        let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok().filter(|m| (0..60).contains(m))?);
        return hours.checked_mul(60)?.checked_add(minutes)?.checked_mul(60_000 * sign);
    }
    let mut total = Decimal::ZERO;
    let mut rest = text.as_str();
    let mut parts = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let after = after.trim_start();
        let word = after.find(|c: char| c.is_ascii_digit() || c.is_whitespace()).unwrap_or(after.len());
        let (name, further) = after.split_at(word);
        let millis = if name.is_empty() {
            // A number without a unit stands alone.
            (parts == 0 && further.is_empty()).then(|| unit.millis())?
        } else {
            UNITS.iter().find(|(_, letter, names)| name == *letter || names.contains(&name))?.0
        };
        total = total.checked_add(number.parse::<Decimal>().ok()?.checked_mul(millis.into())?)?;
        rest = further.trim_start();
        parts += 1;
    }
    (parts > 0).then(|| total.round().to_i64())?.and_then(|millis| millis.checked_mul(sign))
}

/// A span of time as people write it: `2d 4h 30m`, `2天4小时30分钟`. The longest unit is the day.
///
/// ```
/// assert_eq!(kernel::field::duration_text(189_000_000, "en"), "2d 4h 30m");
/// assert_eq!(kernel::field::duration_text(189_000_000, "zh_hans"), "2天4小时30分钟");
/// ```
#[must_use]
pub fn duration_text(millis: i64, language: &str) -> String {
    let chinese = language.starts_with("zh");
    let names = if chinese { ["天", "小时", "分钟", "秒"] } else { ["d", "h", "m", "s"] };
    let mut rest = millis.unsigned_abs();
    let mut parts = Vec::new();
    for ((length, ..), name) in UNITS.iter().skip(1).zip(names) {
        let length = length.unsigned_abs();
        if rest >= length {
            parts.push(format!("{}{name}", rest / length));
            rest %= length;
        }
    }
    if parts.is_empty() {
        return format!("0{}", if chinese { "分钟" } else { "m" });
    }
    let sign = if millis < 0 { "-" } else { "" };
    format!("{sign}{}", parts.join(if chinese { "" } else { " " }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_read_as_people_write_it() {
        let hour = 3_600_000;
        for (text, millis) in [
            ("2d 4h 30m", 52 * hour + hour / 2),
            ("2d4h30m", 52 * hour + hour / 2),
            ("1.5h", hour + hour / 2),
            ("4:30", 4 * hour + hour / 2),
            ("2 days", 48 * hour),
            ("2天4小时", 52 * hour),
            ("-1h", -hour),
            ("3", 3 * hour),
        ] {
            assert_eq!(duration_in(text, DurationUnit::Hour), Some(millis), "{text}");
        }
        for text in ["", "soon", "2x", "4:75", "1 2", "3h 4", "99999999999999999999d", "."] {
            assert_eq!(duration_in(text, DurationUnit::Hour), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for millis in [0, 1_000, 61_000, 86_400_000, 189_000_000, -5_400_000] {
            for language in ["en", "zh_hans"] {
                let text = duration_text(millis, language);
                assert_eq!(duration_in(&text, DurationUnit::Hour), Some(millis), "{text}");
            }
        }
    }
}

//! `time`: a time of day, kept as `08:30`, or `08:30:15` where somebody counts seconds, so that its text sorts as the
//! day goes.

use chrono::{NaiveTime, Timelike};
use serde_json::json;

use super::{Behaviour, Column, ORDERED, Wrong, text::string};
use crate::{Value, expression::Type, import};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Text,
    scale: 0,
    operators: ORDERED,
    properties: &[],
    value_type: |_| Type::Text,
    parse: |_, json| {
        let text = string(json)?.trim();
        let read = ["%H:%M", "%H:%M:%S"].iter().find_map(|form| NaiveTime::parse_from_str(text, form).ok());
        // A leap second is no time of day.
        let read = read.filter(|time| time.nanosecond() < 1_000_000_000);
        read.map(|time| Value::text(written(time)))
            .ok_or_else(|| Wrong::new("time", format!("expected a time of day such as 08:30, but found `{text}`")))
    },
    schema: |_| json!({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?$"}),
    example: |_| "08:30".into(),
    cell: Some(import::time),
    show: None,
};

/// A time of day as it is kept.
pub(crate) fn written(time: NaiveTime) -> String {
    time.format(if time.second() == 0 { "%H:%M" } else { "%H:%M:%S" }).to_string()
}

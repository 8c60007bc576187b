//! `date`: a day.

use chrono::{Datelike, NaiveDate};
use serde_json::json;

use super::{Behaviour, Column, ORDERED, Wrong, text::string};
use crate::{Value, expression::Type, import};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Date,
    scale: 0,
    operators: ORDERED,
    properties: &[],
    value_type: |_| Type::Date,
    parse: |_, json| {
        let text = string(json)?;
        text.parse::<NaiveDate>()
            .ok()
            // Four digits, so that its text sorts as the day does.
            .filter(|d| (1..=9999).contains(&d.year()) && text.len() == 10)
            .map(Value::Date)
            .ok_or_else(|| Wrong::new("type", format!("expected a date such as 2026-11-21, but found `{text}`")))
    },
    schema: |_| json!({"type": "string", "format": "date"}),
    example: |_| "2026-11-21".into(),
    cell: Some(import::date),
    show: None,
};

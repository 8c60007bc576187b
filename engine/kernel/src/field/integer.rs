//! `integer`: a whole number.

use rust_decimal::Decimal;
use serde_json::json;

use super::{Behaviour, Column, ORDERED, Wrong, decimal::range};
use crate::{Value, expression::Type, import};

/// The greatest integer that JavaScript reads exactly; greater ones would change on their way to a form and back.
const MOST: i64 = (1 << 53) - 1;

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Integer,
    scale: 0,
    operators: ORDERED,
    properties: &["min", "max", "above"],
    value_type: |_| Type::Integer,
    parse: |field, json| {
        let number = json
            .as_i64()
            .or_else(|| json.as_str().and_then(|s| s.trim().parse().ok()))
            .ok_or_else(|| Wrong::wire("a whole number", json))?;
        if !(-MOST..=MOST).contains(&number) {
            return Err(Wrong::limit("max", format!("expected at most {MOST}, but found {number}"), MOST));
        }
        range(field, Decimal::from(number))?;
        Ok(Value::Integer(number))
    },
    schema: |_| json!({"type": "integer"}),
    example: |_| 1.into(),
    cell: Some(import::integer),
    show: None,
};

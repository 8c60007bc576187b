//! `rating`: stars, from one to five or to what the definition says; none is no value.

use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde_json::json;

use super::{Behaviour, Column, ORDERED, Wrong, decimal::number};
use crate::{Value, expression::Type, import, schema::Field};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Integer,
    scale: 0,
    operators: ORDERED,
    properties: &["max"],
    value_type: |_| Type::Integer,
    parse: |field, json| {
        let given = number(&Field::plain(field.kind), json)?;
        let stars = given.as_decimal().and_then(|d| d.to_i64()).unwrap_or_default();
        if stars == 0 {
            return Ok(Value::Null);
        }
        let most = most_stars(field);
        if !(1..=i64::from(most)).contains(&stars) {
            let (code, limit) = if stars < 1 { ("min", 1) } else { ("max", most) };
            let told = format!("expected from 1 to {most} stars, but found {stars}");
            return Err(Wrong::limit(code, told, Decimal::from(limit)));
        }
        Ok(Value::Integer(stars))
    },
    schema: |field| json!({"type": "integer", "minimum": 1, "maximum": most_stars(field)}),
    example: |_| 4.into(),
    cell: Some(import::integer),
    show: None,
};

/// How many stars there are.
#[must_use]
pub fn most_stars(field: &Field) -> u32 {
    field.max.and_then(|most| most.to_u32()).unwrap_or(5)
}

//! `decimal`: an exact decimal number, stored with the field's scale.

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value as Json, json};

use super::{Behaviour, Column, ORDERED, Wrong};
use crate::{Value, expression::Type, import, schema::Field};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Decimal,
    scale: 6,
    operators: ORDERED,
    properties: &["scale", "display", "min", "max", "above"],
    value_type: |_| Type::Decimal,
    parse: number,
    schema: |_| json!({"type": "string", "format": "decimal", "pattern": "^-?[0-9]+(\\.[0-9]+)?$"}),
    example: |_| "12.50".into(),
    cell: Some(import::number),
    show: None,
};

/// The amount from which a scaled 64-bit integer is too small: SQLite stores decimals so, and PostgreSQL is held to the
/// same.
#[must_use]
pub fn most(scale: u32) -> Decimal {
    Decimal::from(i64::MAX) / Decimal::from(10u64.pow(scale.min(18)))
}

/// Reads a decimal: a text such as `"12.50"`, or a JSON number taken by its digits.
pub(super) fn number(field: &Field, json: &Json) -> Result<Value, Wrong> {
    let text = match json {
        Json::String(s) => s.trim().to_owned(),
        Json::Number(n) => n.to_string(),
        _ => return Err(Wrong::wire("a number", json)),
    };
    let value = Decimal::from_str_exact(&text)
        .or_else(|_| Decimal::from_scientific(&text))
        .map_err(|_| Wrong::new("type", format!("expected a number, but found `{text}`")))?;
    let stored = round(value, field.scale);
    if stored != value {
        let told = format!("expected at most {} digits after the point, but found {text}", field.scale);
        return Err(Wrong::limit("scale", told, field.scale));
    }
    range(field, value)?;
    Ok(Value::Decimal(stored))
}

/// Rounds half up, away from zero, and drops trailing zeros so that equal numbers are written alike.
#[must_use]
pub fn round(value: Decimal, scale: u32) -> Decimal {
    value.round_dp_with_strategy(scale, RoundingStrategy::MidpointAwayFromZero).normalize()
}

/// Checks `min`, `max`, `above` and what can be stored.
pub(super) fn range(field: &Field, value: Decimal) -> Result<(), Wrong> {
    if value.abs() >= most(field.scale) {
        let limit = most(field.scale).trunc();
        return Err(Wrong::limit("max", format!("expected less than {limit}, but found {value}"), limit));
    }
    if let Some(least) = field.min
        && value < least
    {
        return Err(Wrong::limit("min", format!("expected at least {least}, but found {value}"), least));
    }
    if let Some(most) = field.max
        && value > most
    {
        return Err(Wrong::limit("max", format!("expected at most {most}, but found {value}"), most));
    }
    if let Some(above) = field.above
        && value <= above
    {
        return Err(Wrong::limit("above", format!("expected more than {above}, but found {value}"), above));
    }
    Ok(())
}

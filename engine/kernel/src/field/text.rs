//! `text`: a line of text.

use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde_json::{Value as Json, json};

use super::{Behaviour, Column, TEXTUAL, Wrong};
use crate::{Value, expression::Type, import, schema::Field};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Text,
    scale: 0,
    operators: TEXTUAL,
    properties: &["min", "max", "pattern", "without"],
    value_type: |_| Type::Text,
    parse: |field, json| {
        let written = string(json)?;
        let plain = field.without.as_ref().map(|out| written.replace(|c| out.contains(c), ""));
        let text = plain.as_deref().unwrap_or(written).trim();
        if text.contains(['\n', '\r']) {
            return Err(Wrong::new("format", "expected a single line, but found several"));
        }
        if let Some(pattern) = &field.pattern
            && !pattern.is_match(text)
        {
            return Err(Wrong::new("pattern", format!("`{text}` does not have the form that is asked for")));
        }
        length(field, text, 200)
    },
    schema: |field| json!({"type": "string", "maxLength": field.max.and_then(|m| m.to_u64()).unwrap_or(200)}),
    example: |field| field.label.clone().into(),
    cell: Some(import::line),
    show: None,
};

pub(super) fn string(json: &Json) -> Result<&str, Wrong> {
    json.as_str().ok_or_else(|| Wrong::wire("a text", json))
}

/// Checks length and control characters.
pub(super) fn length(field: &Field, text: &str, most: u32) -> Result<Value, Wrong> {
    let most = field.max.unwrap_or_else(|| Decimal::from(most));
    let count = Decimal::from(text.chars().count());
    if count > most {
        return Err(Wrong::limit("too_long", format!("expected at most {most} characters, but found {count}"), most));
    }
    if let Some(least) = field.min
        && count < least
        && !text.is_empty()
    {
        return Err(Wrong::limit(
            "too_short",
            format!("expected at least {least} characters, but found {count}"),
            least,
        ));
    }
    // PostgreSQL cannot store NUL, and no other control character but tab and line ends means anything in a text.
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Wrong::new("format", "expected plain text, but found control characters"));
    }
    Ok(if text.is_empty() { Value::Null } else { Value::text(text) })
}

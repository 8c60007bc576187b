//! `color`: a colour, kept as `#1a2b3c`.

use serde_json::json;

use super::{Behaviour, Column, SAME, Wrong, text::string};
use crate::{Value, expression::Type, import};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Text,
    scale: 0,
    operators: SAME,
    properties: &[],
    value_type: |_| Type::Text,
    parse: |_, json| {
        let text = string(json)?.trim().to_ascii_lowercase();
        let digits = text.strip_prefix('#').unwrap_or(&text);
        let hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
        match digits.len() {
            6 if hex => Ok(Value::text(format!("#{digits}"))),
            // The short form doubles each digit.
            3 if hex => Ok(Value::text(digits.chars().fold("#".to_owned(), |long, c| format!("{long}{c}{c}")))),
            _ => Err(Wrong::new("color", format!("expected a colour such as #1a2b3c, but found `{text}`"))),
        }
    },
    schema: |_| json!({"type": "string", "pattern": "^#[0-9a-f]{6}$"}),
    example: |_| "#1a2b3c".into(),
    cell: Some(import::code),
    show: None,
};

//! `phone`: a telephone number as its owner writes it.

use serde_json::json;

use super::{
    Behaviour, Column, TEXTUAL, Wrong,
    text::{length, string},
};
use crate::{expression::Type, import};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Text,
    scale: 0,
    operators: TEXTUAL,
    properties: &["max"],
    value_type: |_| Type::Text,
    parse: |field, json| {
        let text = string(json)?.trim();
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let strange = |c: char| !(c.is_ascii_digit() || " +-().,/#xextEXT".contains(c));
        if !(3..=20).contains(&digits) || text.contains(strange) {
            return Err(Wrong::new("format", format!("expected a telephone number, but found `{text}`")));
        }
        length(field, text, 50)
    },
    schema: |_| json!({"type": "string"}),
    example: |_| "+86 21 5555 0000".into(),
    cell: Some(import::phone),
    show: None,
};

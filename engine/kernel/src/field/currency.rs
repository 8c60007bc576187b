//! `currency`: a currency by its ISO 4217 code.

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
        let code = string(json)?.trim().to_ascii_uppercase();
        if code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()) {
            Ok(Value::text(code))
        } else {
            Err(Wrong::new("format", format!("expected a code of three letters such as EUR, but found `{code}`")))
        }
    },
    schema: |_| json!({"type": "string", "pattern": "^[A-Z]{3}$"}),
    example: |_| "CNY".into(),
    cell: Some(import::currency),
    show: None,
};

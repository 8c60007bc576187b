//! `multi_choice`: any of the options, each once, in the order chosen.

use serde_json::json;

use super::{
    Behaviour, Column, Wrong,
    choice::{option, options},
};
use crate::{Value, expression::Type};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Codes,
    scale: 0,
    operators: &["contains", "is null", "is not null"],
    properties: &["options", "options_from", "min", "max"],
    value_type: |field| Type::List(Box::new(Type::Choice(field.and_then(options)))),
    parse: |field, json| {
        let list = json.as_array().ok_or_else(|| Wrong::wire("a list", json))?;
        let mut chosen: Vec<Value> = Vec::with_capacity(list.len());
        for item in list {
            let value = Value::text(option(field, item)?);
            if !chosen.contains(&value) {
                chosen.push(value);
            }
        }
        Ok(if chosen.is_empty() { Value::Null } else { Value::List(chosen) })
    },
    schema: |field| {
        if field.options_from.is_some() {
            json!({"type": "array", "items": {"type": "string"}})
        } else {
            json!({"type": "array", "items": {"type": "string", "enum": field.options.keys().collect::<Vec<_>>()}})
        }
    },
    example: |field| json!(field.options.keys().take(1).collect::<Vec<_>>()),
    cell: None,
    show: None,
};

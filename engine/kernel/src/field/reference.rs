//! `reference`: a record of another entity. Whether it is there, and whether the writer may see it, is asked when it is
//! saved.

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{Behaviour, Column, SAME, Wrong, text::string};
use crate::{Value, expression::Type};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Id,
    scale: 0,
    operators: SAME,
    properties: &["to", "choose", "fills"],
    value_type: |field| field.and_then(|f| f.entity().cloned()).map_or(Type::Unknown, Type::Reference),
    parse: |_, json| id(json),
    schema: |field| match &field.to {
        Some(to) => json!({"type": "string", "format": "uuid", "description": format!("id of a {to}")}),
        None => json!({"type": "string", "format": "uuid"}),
    },
    example: |_| super::EXAMPLE_ID.into(),
    cell: None,
    show: None,
};

pub(super) fn id(json: &Json) -> Result<Value, Wrong> {
    let text = string(json)?;
    Uuid::parse_str(text).map(Value::Id).map_err(|_| Wrong::new("type", format!("expected an id, but found `{text}`")))
}

//! `any_reference`: a record of one of several entities, kept as `entity/id`.

use serde_json::json;
use uuid::Uuid;

use super::{Behaviour, Column, SAME, Wrong, text::string};
use crate::{Name, Value, expression::Type};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Text,
    scale: 0,
    operators: SAME,
    properties: &["to"],
    value_type: |_| Type::Text,
    parse: |field, json| {
        let text = string(json)?;
        let value = Value::text(text);
        let Some((entity, id)) = record_of(&value) else {
            return Err(Wrong::new("type", format!("expected `entity/id`, but found `{text}`")));
        };
        if !field.among.contains(&entity) {
            let known = field.among.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
            return Err(Wrong::new("option", format!("expected a record of {known}, but found one of `{entity}`")));
        }
        Ok(Value::text(format!("{entity}/{id}")))
    },
    schema: |field| {
        let known = field.among.iter().map(|name| name.as_str()).collect::<Vec<_>>().join("|");
        json!({"type": "string", "pattern": format!("^({known})/[0-9a-f-]{{36}}$"), "description": "entity and id of a record"})
    },
    example: |field| {
        let entity = field.among.first().map(|name| name.as_str()).unwrap_or_default();
        format!("{entity}/{}", super::EXAMPLE_ID).into()
    },
    cell: None,
    show: None,
};

/// The record that a value of such a field names.
#[must_use]
pub fn record_of(value: &Value) -> Option<(Name, Uuid)> {
    let (entity, id) = value.as_text()?.split_once('/')?;
    Name::is_valid(entity).then(|| Some((Name::new(entity), Uuid::parse_str(id).ok()?)))?
}

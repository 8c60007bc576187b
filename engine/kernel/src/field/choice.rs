//! `choice`: one of the options, kept by its key.

use serde_json::{Value as Json, json};

use super::{Behaviour, Column, SAME, Wrong, text::string};
use crate::{Name, Value, definition::FieldDefinition, expression::Type, nearest, schema::Field};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Code,
    scale: 0,
    operators: SAME,
    properties: &["options"],
    value_type: |field| Type::Choice(field.and_then(options)),
    parse: |field, json| option(field, json).map(Value::text),
    schema: |field| json!({"type": "string", "enum": field.options.keys().collect::<Vec<_>>()}),
    example: |field| field.options.keys().next().map_or(Json::Null, |key| json!(key)),
    cell: None,
    show: None,
};

pub(super) fn option<'a>(field: &Field, json: &'a Json) -> Result<&'a str, Wrong> {
    let key = string(json)?;
    // Options that are definitions (roles) are looked up by whoever saves: a field does not know them.
    if field.options_from.is_some() || field.options.contains_key(key) {
        return Ok(key);
    }
    let near = nearest(key, field.options.keys().map(|k| k.as_str()));
    let hint = near.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
    Err(Wrong::new("option", format!("expected one of the options, but found `{key}`{hint}")))
}

/// The keys of the options, as expressions know them; none where they are definitions.
pub(super) fn options(field: &FieldDefinition) -> Option<Vec<Name>> {
    (!field.options.is_empty()).then(|| field.options.keys().cloned().collect())
}

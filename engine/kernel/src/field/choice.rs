//! `choice`: one of the options, kept by its key.

use serde_json::{Value as Json, json};

use super::{Behaviour, Column, SAME, Wrong, text::string};
use crate::{Value, nearest, schema::Field};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Code,
    scale: 0,
    operators: SAME,
    properties: &["options"],
    parse: |field, json| option(field, json).map(Value::text),
    schema: |field| json!({"type": "string", "enum": field.options.keys().collect::<Vec<_>>()}),
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

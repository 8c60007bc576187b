//! `json`: an object or a list as JSON, checked against the definition's JSON Schema where there is one. Kept as text.

use serde_json::{Value as Json, json};

use super::{Behaviour, Column, Wrong};
use crate::{Value, expression::Type, import, schema::Field};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::LongText,
    scale: 0,
    operators: &["is null", "is not null"],
    properties: &["schema"],
    value_type: |_| Type::Text,
    parse,
    schema: |_| json!({"type": "string", "contentMediaType": "application/json", "description": "an object or a list; taken as text or as JSON"}),
    example: |_| "{}".into(),
    cell: Some(import::line),
    show: None,
};

/// The longest text.
const LONGEST: usize = 100_000;

fn parse(field: &Field, json: &Json) -> Result<Value, Wrong> {
    let read = match json {
        Json::String(text) => {
            serde_json::from_str(text).map_err(|error| Wrong::new("json", format!("expected JSON, but {error}")))?
        }
        other => other.clone(),
    };
    if !read.is_object() && !read.is_array() {
        return Err(Wrong::new("json", "expected an object or a list"));
    }
    let text = read.to_string();
    if text.len() > LONGEST {
        return Err(Wrong::limit("too_long", format!("expected at most {LONGEST} bytes of JSON"), LONGEST as u64));
    }
    if text.contains("\\u0000") {
        return Err(Wrong::new("format", "expected plain text, but found control characters"));
    }
    if let Some(schema) = &field.schema
        && let Some(error) = schema.iter_errors(&read).next()
    {
        let at = error.instance_path().to_string();
        let at = if at.is_empty() { String::new() } else { format!("{at}: ") };
        return Err(Wrong::new("schema", format!("{at}{error}")));
    }
    Ok(Value::text(text))
}

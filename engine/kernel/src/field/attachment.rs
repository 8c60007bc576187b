//! `attachment`: files by their ids, in the order in which they were put there. What a file is called and who may hand
//! it on is asked when the record is saved.

use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{Behaviour, Column, Wrong, reference::id};
use crate::{Name, Value, definition::FieldKind, expression::Type, schema::Field};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Codes,
    scale: 0,
    operators: &["is null", "is not null"],
    properties: &["max"],
    // No entity has this name, so nothing but such a field can give the value of another.
    value_type: |_| Type::List(Box::new(Type::Reference(Name::new("sys_file")))),
    parse,
    schema,
    example: |_| json!([super::EXAMPLE_ID]),
    cell: None,
    show: None,
};

/// The most files of a field, where its definition does not say.
const MOST: u32 = 50;

/// The most files that a field holds.
#[must_use]
pub fn most_files(field: &Field) -> u32 {
    let usual = if field.kind == FieldKind::Attachment { MOST } else { 1 };
    field.max.and_then(|max| max.to_u32()).unwrap_or(usual)
}

/// The files of a value.
pub fn file_ids(value: &Value) -> impl Iterator<Item = Uuid> + '_ {
    let list = if let Value::List(list) = value { list.as_slice() } else { &[] };
    list.iter().filter_map(Value::as_text).filter_map(|id| Uuid::parse_str(id).ok())
}

/// Takes ids, or objects that have one: what is told of a file can be sent back as it came.
pub(super) fn parse(field: &Field, json: &Json) -> Result<Value, Wrong> {
    let list = json.as_array().ok_or_else(|| Wrong::wire("a list of files", json))?;
    let most = most_files(field);
    if list.len() > most as usize {
        let told = format!("expected at most {most} files, but found {}", list.len());
        return Err(Wrong::limit("too_many_files", told, Decimal::from(most)));
    }
    let mut files: Vec<Value> = Vec::with_capacity(list.len());
    for item in list {
        // Lists come back from the database as texts, so they are texts from the start.
        let file = Value::text(id(item.get("id").unwrap_or(item))?.to_string());
        if !files.contains(&file) {
            files.push(file);
        }
    }
    Ok(if files.is_empty() { Value::Null } else { Value::List(files) })
}

pub(super) fn schema(field: &Field) -> Json {
    let item = json!({"type": "string", "format": "uuid", "description": "id of an uploaded file"});
    json!({"type": "array", "items": item, "maxItems": most_files(field)})
}

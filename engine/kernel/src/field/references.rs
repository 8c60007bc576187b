//! `references`: several records of one entity, each once, in the order chosen.

use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde_json::{Value as Json, json};

use super::{Behaviour, Column, Wrong, reference::id};
use crate::{Value, expression::Type, schema::Field};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Ids,
    scale: 0,
    operators: &["contains", "is null", "is not null"],
    properties: &["to", "choose", "max"],
    value_type: |field| {
        let item = field.and_then(|f| f.entity().cloned()).map_or(Type::Unknown, Type::Reference);
        Type::List(Box::new(item))
    },
    parse,
    schema: |field| {
        let what = field.among.first().map(|to| format!("id of a {to}")).unwrap_or_default();
        let item = json!({"type": "string", "format": "uuid", "description": what});
        json!({"type": "array", "items": item, "maxItems": most(field)})
    },
    example: |_| json!([super::EXAMPLE_ID]),
    cell: None,
    show: None,
};

/// The most records where the definition does not say.
const MOST: u32 = 50;

fn most(field: &Field) -> u32 {
    field.max.and_then(|most| most.to_u32()).unwrap_or(MOST)
}

fn parse(field: &Field, json: &Json) -> Result<Value, Wrong> {
    let list = json.as_array().ok_or_else(|| Wrong::wire("a list of ids", json))?;
    let most = most(field);
    if list.len() > most as usize {
        let told = format!("expected at most {most} records, but found {}", list.len());
        return Err(Wrong::limit("too_many_items", told, Decimal::from(most)));
    }
    let mut ids: Vec<Value> = Vec::with_capacity(list.len());
    for item in list {
        let id = id(item)?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(if ids.is_empty() { Value::Null } else { Value::List(ids) })
}

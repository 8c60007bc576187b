//! `tags`: free texts, each once. The app offers those that other records have.

use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde_json::{Value as Json, json};

use super::{Behaviour, Column, Wrong, text::string};
use crate::{Value, expression::Type, import, schema::Field, text::fold};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Texts,
    scale: 0,
    operators: &["contains", "is null", "is not null"],
    properties: &["max"],
    value_type: |_| Type::List(Box::new(Type::Text)),
    parse,
    schema: |field| json!({"type": "array", "items": {"type": "string", "maxLength": LONGEST}, "maxItems": most(field)}),
    example: |_| json!(["vip"]),
    cell: Some(import::tags),
    show: None,
};

/// The longest tag.
const LONGEST: usize = 60;
/// The most tags where the definition does not say.
const MOST: u32 = 20;

fn most(field: &Field) -> u32 {
    field.max.and_then(|most| most.to_u32()).unwrap_or(MOST)
}

/// Takes a list of texts, or one text in which commas part them.
fn parse(field: &Field, json: &Json) -> Result<Value, Wrong> {
    let given: Vec<&str> = match json {
        Json::String(text) => split(text).collect(),
        Json::Array(list) => list.iter().map(string).collect::<Result<_, _>>()?,
        _ => return Err(Wrong::wire("a list of texts", json)),
    };
    let mut tags: Vec<Value> = Vec::with_capacity(given.len());
    for tag in given {
        let tag = tag.split_whitespace().collect::<Vec<_>>().join(" ");
        let length = tag.chars().count();
        if length > LONGEST {
            let told = format!("expected at most {LONGEST} characters, but found {length}");
            return Err(Wrong::limit("too_long", told, Decimal::from(LONGEST)));
        }
        if tag.chars().any(char::is_control) {
            return Err(Wrong::new("format", "expected plain text, but found control characters"));
        }
        let known = |other: &Value| other.as_text().is_some_and(|other| fold(other) == fold(&tag));
        if !tag.is_empty() && !tags.iter().any(known) {
            tags.push(Value::text(tag));
        }
    }
    let most = most(field);
    if tags.len() > most as usize {
        let told = format!("expected at most {most} tags, but found {}", tags.len());
        return Err(Wrong::limit("too_many_items", told, Decimal::from(most)));
    }
    Ok(if tags.is_empty() { Value::Null } else { Value::List(tags) })
}

/// The tags of a text in which commas, semicolons or lines part them.
pub(crate) fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';', '，', '；', '、', '\n', '\r'])
}

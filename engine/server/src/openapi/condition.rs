//! Conditions under which a field must be sent, in the words of JSON Schema as far as it has them: comparisons of the
//! row's own fields with constants. What it cannot say is told in the field's description alone.

use kernel::{
    expression::{Expr, to_wire},
    schema::Field,
};
use serde_json::{Value as Json, json};

use crate::app_model::{Sight, readable};

/// What is told of the condition to people; nothing of one that reads what the reader may not.
pub(super) fn told(sight: &Sight<'_>, field: &Field) -> Option<String> {
    known(sight, field).map(|condition| format!("required while {}", condition.source()))
}

/// The condition as `if` and `then`, if JSON Schema can say it.
pub(super) fn required(sight: &Sight<'_>, field: &Field) -> Option<Json> {
    let holds = schema(&to_wire(known(sight, field)?))?;
    let name = &field.name;
    Some(json!({"if": holds, "then": {"required": [name], "properties": {name.as_str(): {"not": {"type": "null"}}}}}))
}

/// The condition, if the reader may know it. That of a field which may be hidden is not told: hidden, it is not asked for.
fn known<'f>(sight: &Sight<'_>, field: &'f Field) -> Option<&'f Expr> {
    field.required_when.as_ref().filter(|expr| field.visible.is_none() && readable(expr, sight))
}

/// The schema that a row fits exactly while the condition holds.
fn schema(wire: &Json) -> Option<Json> {
    let parts = wire.as_array()?;
    let all = |list: &Json| list.as_array()?.iter().map(schema).collect::<Option<Vec<_>>>();
    match (parts.first()?.as_str()?, parts.get(1..)?) {
        ("field", _) => is_one_of(wire, &json!([true])),
        ("all", [list]) => Some(json!({"allOf": all(list)?})),
        ("any", [list]) => Some(json!({"anyOf": all(list)?})),
        ("not", [inner]) => Some(json!({"not": schema(inner)?})),
        ("is_null", [field]) => {
            let name = own(field)?;
            Some(json!({"anyOf": [{"not": {"required": [name]}}, {"properties": {name: {"const": null}}}]}))
        }
        ("==", [field, value]) => is_one_of(field, &json!([constant(value)?])),
        ("!=", [field, value]) => {
            let (name, value) = (own(field)?, constant(value)?);
            Some(json!({"required": [name], "properties": {name: {"not": {"enum": [value, null]}}}}))
        }
        ("in", [field, list]) => {
            let list = list.as_array().filter(|list| list.first() == Some(&json!("list")))?.get(1)?;
            let values = list.as_array()?.iter().map(constant).collect::<Option<Vec<_>>>()?;
            is_one_of(field, &values.into())
        }
        _ => None,
    }
}

fn is_one_of(field: &Json, values: &Json) -> Option<Json> {
    let name = own(field)?;
    Some(json!({"required": [name], "properties": {name: {"enum": values}}}))
}

/// The name of a field of the row itself.
fn own(wire: &Json) -> Option<&str> {
    match wire.as_array()?.as_slice() {
        [kind, base, name, _] if kind == "field" && base == "bare" => name.as_str(),
        _ => None,
    }
}

/// A constant that is written in one way only.
fn constant(wire: &Json) -> Option<Json> {
    match wire.as_array()?.as_slice() {
        [kind, value, of] if kind == "literal" && (of == "plain" || of == "integer") && !value.is_null() => {
            Some(value.clone())
        }
        _ => None,
    }
}

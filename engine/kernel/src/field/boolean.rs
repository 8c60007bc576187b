//! `boolean`: yes or no.

use serde_json::json;

use super::{Behaviour, Column, Wrong};
use crate::{Value, expression::Type, import};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Boolean,
    scale: 0,
    operators: &["=", "!=", "is null", "is not null"],
    properties: &[],
    value_type: |_| Type::Bool,
    parse: |_, json| json.as_bool().map(Value::Bool).ok_or_else(|| Wrong::wire("true or false", json)),
    schema: |_| json!({"type": "boolean"}),
    example: |_| true.into(),
    cell: Some(import::boolean),
    show: None,
};

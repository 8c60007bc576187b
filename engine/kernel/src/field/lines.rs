//! `lines`: rows that belong to the record. Whoever saves reads them line by line.

use serde_json::json;

use super::{Behaviour, Column, Wrong};
use crate::expression::Type;

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Lines,
    scale: 0,
    operators: &[],
    properties: &["fields", "min", "max"],
    value_type: |_| Type::Unknown,
    parse: |_, json| Err(Wrong::wire("lines", json)),
    schema: |_| json!({"type": "array"}),
    example: |_| json!([]),
    cell: None,
    show: None,
};

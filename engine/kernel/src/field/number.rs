//! `number`: a number of a series, given once when the record is first written, as an entity's own number is.

use serde_json::json;

use super::{
    Behaviour, Column, TEXTUAL,
    text::{length, string},
};
use crate::expression::Type;

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Text,
    scale: 0,
    operators: TEXTUAL,
    properties: &["series"],
    value_type: |_| Type::Text,
    parse: |field, json| length(field, string(json)?.trim(), 80),
    schema: |_| json!({"type": "string", "readOnly": true}),
    example: |_| "LC-2026-001".into(),
    cell: None,
    show: None,
};

//! `long_text`: text of several lines.

use serde_json::json;

use super::{
    Behaviour, Column,
    text::{length, string},
};
use crate::{expression::Type, import};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::LongText,
    scale: 0,
    operators: &["is null", "is not null"],
    properties: &["min", "max"],
    value_type: |_| Type::Text,
    parse: |field, json| length(field, string(json)?.trim_end(), 20_000),
    schema: |_| json!({"type": "string"}),
    example: |field| field.label.clone().into(),
    cell: Some(import::long_text),
    show: None,
};

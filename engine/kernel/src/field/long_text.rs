//! `long_text`: text of several lines.

use serde_json::json;

use super::{
    Behaviour, Column,
    text::{length, string},
};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::LongText,
    scale: 0,
    operators: &["is null", "is not null"],
    properties: &["min", "max"],
    parse: |field, json| length(field, string(json)?.trim_end(), 20_000),
    schema: |_| json!({"type": "string"}),
};

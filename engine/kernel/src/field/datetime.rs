//! `datetime`: a moment, kept in milliseconds of UTC.

use chrono::{DateTime, SubsecRound, Utc};
use serde_json::json;

use super::{Behaviour, Column, ORDERED, Wrong, text::string};
use crate::{Value, expression::Type, import};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Datetime,
    scale: 0,
    operators: ORDERED,
    properties: &[],
    value_type: |_| Type::Datetime,
    parse: |_, json| {
        let text = string(json)?;
        DateTime::parse_from_rfc3339(text).map(|t| Value::Datetime(t.with_timezone(&Utc).trunc_subsecs(3))).map_err(
            |_| Wrong::new("type", format!("expected a time such as 2026-11-21T08:00:00Z, but found `{text}`")),
        )
    },
    schema: |_| json!({"type": "string", "format": "date-time"}),
    example: |_| "2026-11-21T08:00:00.000Z".into(),
    cell: Some(import::datetime),
    show: None,
};

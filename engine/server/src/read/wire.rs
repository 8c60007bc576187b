//! Records as they travel: flat objects of system fields, fields and line tables; without what the reader may not read.

use chrono::{DateTime, SecondsFormat, Utc};
use kernel::{
    Record, Value,
    rights::Mask,
    schema::{Entity, Field},
    sealed::seen,
};
use serde_json::{Map, Value as Json, json};

/// The record as its reader gets it.
#[must_use]
pub fn record_to_json(entity: &Entity, record: &Record, mask: &Mask) -> Map<String, Json> {
    let mut out = Map::new();
    out.insert("id".into(), json!(record.id));
    out.insert("version".into(), json!(record.version));
    out.insert("state".into(), json!(record.state));
    out.insert("number".into(), json!(record.number));
    out.insert("title".into(), json!(record.title));
    out.insert("created_at".into(), time(record.created_at));
    out.insert("created_by".into(), json!(record.created_by));
    out.insert("updated_at".into(), time(record.updated_at));
    out.insert("updated_by".into(), json!(record.updated_by));
    out.insert("deleted_at".into(), record.deleted_at.map_or(Json::Null, time));
    for field in entity.columns().filter(|field| mask.shows(&field.name)) {
        out.insert(field.name.to_string(), value_to_json(field, &record.get(&field.name)));
    }
    for table in entity.line_tables().filter(|table| mask.shows(&table.name)) {
        let lines = record.lines.get(&table.name).map(Vec::as_slice).unwrap_or_default();
        let lines: Vec<Json> = lines
            .iter()
            .map(|line| {
                let mut out = Map::new();
                out.insert("id".into(), json!(line.id));
                for field in table.fields.values().filter(|field| mask.shows(&format!("{}.{}", table.name, field.name)))
                {
                    let value = line.fields.get(&field.name).map_or(Json::Null, |value| value_to_json(field, value));
                    out.insert(field.name.to_string(), value);
                }
                Json::Object(out)
            })
            .collect();
        out.insert(table.name.to_string(), Json::Array(lines));
    }
    out
}

/// A value as it travels: decimals with the digits of their field, whether they come from the database or a formula.
pub(crate) fn value_to_json(field: &Field, value: &Value) -> Json {
    match value {
        Value::Decimal(decimal) if decimal.scale() < field.scale => {
            let mut padded = *decimal;
            padded.rescale(field.scale);
            // A number of 28 digits has no room for more: it stays as it is.
            if padded == *decimal { Value::Decimal(padded).to_json() } else { value.to_json() }
        }
        other if field.sensitive => seen(other).to_json(),
        other => other.to_json(),
    }
}

/// A time as it travels.
pub(crate) fn time(at: DateTime<Utc>) -> Json {
    at.to_rfc3339_opts(SecondsFormat::Millis, true).into()
}

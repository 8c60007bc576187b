//! Records as they travel: flat objects of system fields, fields and line tables; without what the reader may not read.

use chrono::{DateTime, SecondsFormat, Utc};
use kernel::{Record, rights::Mask, schema::Entity};
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
        out.insert(field.name.to_string(), record.get(&field.name).to_json());
    }
    for table in entity.line_tables().filter(|table| mask.shows(&table.name)) {
        let lines = record.lines.get(&table.name).map(Vec::as_slice).unwrap_or_default();
        let lines: Vec<Json> = lines
            .iter()
            .map(|line| {
                let mut out = Map::new();
                out.insert("id".into(), json!(line.id));
                for field in table.fields.keys().filter(|field| mask.shows(&format!("{}.{field}", table.name))) {
                    let value = line.fields.get(field).map_or(Json::Null, kernel::Value::to_json);
                    out.insert(field.to_string(), value);
                }
                Json::Object(out)
            })
            .collect();
        out.insert(table.name.to_string(), Json::Array(lines));
    }
    out
}

/// A time as it travels.
pub(crate) fn time(at: DateTime<Utc>) -> Json {
    at.to_rfc3339_opts(SecondsFormat::Millis, true).into()
}

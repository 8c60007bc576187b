//! The JSON Schema of an entity's records as they travel.

use kernel::{
    Name,
    definition::{FieldKind, Kind},
    field::behaviour,
    schema::{Entity, Field},
};
use serde_json::{Map, Value as Json, json};

use super::condition;
use crate::app_model::{Sight, Texts};

/// Whether a schema is of what is read or of what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Read,
    Write,
}

/// The schema of a record, with an example.
pub(super) fn schema(texts: Texts<'_>, sight: &Sight<'_>, entity: &Entity, side: Side) -> Json {
    let mut properties = Map::new();
    let mut example = Map::new();
    if side == Side::Read {
        for (name, schema, value) in system_fields() {
            properties.insert(name.into(), schema);
            example.insert(name.into(), value);
        }
    } else {
        properties
            .insert("version".into(), json!({"type": "integer", "description": "PATCH: the version it is made from"}));
    }
    let mut required = Vec::new();
    let mut conditions = Vec::new();
    for field in entity.fields.values() {
        let allowed = match side {
            Side::Read => sight.may_read(&entity.name, None, &field.name),
            Side::Write => writable(sight, entity, None, field),
        };
        if allowed {
            properties.insert(field.name.to_string(), field_schema(texts, sight, entity, None, field, side));
            example.insert(field.name.to_string(), field_example(sight, entity, None, field, side));
            if field.required {
                required.push(field.name.clone());
            }
            conditions.extend(condition::required(sight, field));
        }
    }
    let mut out = Map::new();
    out.insert("type".into(), "object".into());
    out.insert("title".into(), texts.text(Kind::Entity, &entity.name, "label", &entity.definition.label).into());
    out.insert("properties".into(), Json::Object(properties));
    if side == Side::Write && !required.is_empty() {
        out.insert("required".into(), json!(required));
    }
    if side == Side::Write && !conditions.is_empty() {
        out.insert("allOf".into(), conditions.into());
    }
    out.insert("examples".into(), json!([example]));
    Json::Object(out)
}

fn writable(sight: &Sight<'_>, entity: &Entity, lines: Option<&Name>, field: &Field) -> bool {
    (!field.computed || field.may_override) && sight.may_write(&entity.name, lines, &field.name)
}

fn field_schema(
    texts: Texts<'_>,
    sight: &Sight<'_>,
    entity: &Entity,
    lines: Option<&Name>,
    field: &Field,
    side: Side,
) -> Json {
    let mut out = match (behaviour(field.kind).schema)(field) {
        Json::Object(map) => map,
        other => return other,
    };
    let path = lines.map_or_else(|| format!("fields.{}", field.name), |l| format!("fields.{l}.fields.{}", field.name));
    let label = texts.text(Kind::Entity, &entity.name, &format!("{path}.label"), &field.label);
    out.insert("title".into(), label.into());
    let to = field.to.as_ref().map(|to| format!("a record of {to}"));
    let needed = condition::told(sight, field).filter(|_| side == Side::Write);
    let description: Vec<String> = to.into_iter().chain(needed).collect();
    if !description.is_empty() {
        out.insert("description".into(), description.join("; ").into());
    }
    if field.kind == FieldKind::Lines {
        let mut properties = Map::new();
        let mut conditions = Vec::new();
        properties.insert("id".into(), json!({"type": "string", "format": "uuid"}));
        for inner in field.fields.values() {
            let allowed = match side {
                Side::Read => sight.may_read(&entity.name, Some(&field.name), &inner.name),
                Side::Write => writable(sight, entity, Some(&field.name), inner),
            };
            if allowed {
                let schema = field_schema(texts, sight, entity, Some(&field.name), inner, side);
                properties.insert(inner.name.to_string(), schema);
                conditions.extend(condition::required(sight, inner));
            }
        }
        let mut items = json!({"type": "object", "properties": properties});
        if side == Side::Write && !conditions.is_empty() {
            items["allOf"] = conditions.into();
        }
        out.insert("items".into(), items);
    }
    Json::Object(out)
}

fn field_example(sight: &Sight<'_>, entity: &Entity, lines: Option<&Name>, field: &Field, side: Side) -> Json {
    if field.kind != FieldKind::Lines {
        return (behaviour(field.kind).example)(field);
    }
    if lines.is_some() {
        return Json::Null;
    }
    let inner = field.fields.values().filter(|inner| match side {
        Side::Read => sight.may_read(&entity.name, Some(&field.name), &inner.name),
        Side::Write => writable(sight, entity, Some(&field.name), inner),
    });
    let line: Map<String, Json> =
        inner.map(|f| (f.name.to_string(), field_example(sight, entity, Some(&field.name), f, side))).collect();
    json!([line])
}

const EXAMPLE_ID: &str = "0193f1a0-0000-7000-8000-000000000001";
const EXAMPLE_TIME: &str = "2026-11-21T08:00:00.000Z";

fn system_fields() -> [(&'static str, Json, Json); 7] {
    let text = || json!({"type": ["string", "null"]});
    let time = || json!({"type": "string", "format": "date-time"});
    [
        ("id", json!({"type": "string", "format": "uuid"}), EXAMPLE_ID.into()),
        ("version", json!({"type": "integer"}), 1.into()),
        ("state", text(), Json::Null),
        ("number", text(), Json::Null),
        ("title", json!({"type": "string"}), "…".into()),
        ("created_at", time(), EXAMPLE_TIME.into()),
        ("updated_at", time(), EXAMPLE_TIME.into()),
    ]
}

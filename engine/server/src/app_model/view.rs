//! Views of the app model: without columns that the reader may not read, and without boards and calendars by what they
//! may not.

use kernel::{catalog::View, definition::Kind, expression::to_wire, schema::Entity};
use serde_json::{Map, Value as Json, json};

use super::{Build, field};

/// Whether the reader may see a view at all: a board stands by a field, a calendar by a day.
pub(super) fn is_seen(build: &Build<'_>, view: &View) -> bool {
    let definition = &view.definition;
    let stands_by = [&definition.by, &definition.from];
    build.sight.may_see(&definition.entity)
        && build
            .catalog
            .entity(&definition.entity)
            .is_some_and(|entity| stands_by.into_iter().flatten().all(|field| build.may_read_path(entity, field)))
}

/// A view.
pub(super) fn build(build: &Build<'_>, view: &View) -> Option<Json> {
    if !is_seen(build, view) {
        return None;
    }
    let definition = &view.definition;
    let entity = build.catalog.entity(&definition.entity)?;
    let own = build.texts.translated(Kind::View, &definition.name, "label").map(str::to_owned);
    let label = own.or_else(|| definition.label.clone()).unwrap_or_else(|| build.entity_plural(entity));
    let columns: Vec<Json> = definition.columns.iter().filter_map(|path| column(build, entity, path)).collect();
    let sort: Vec<&String> =
        definition.sort.iter().filter(|key| build.may_read_path(entity, key.trim_start_matches('-'))).collect();
    let colors: Vec<Json> = view
        .color
        .iter()
        .filter(|(_, expr)| field::readable(expr, &build.sight))
        .map(|(color, expr)| json!({"color": color, "when": to_wire(expr)}))
        .collect();
    let mut out = Map::new();
    out.insert("name".into(), json!(definition.name));
    out.insert("label".into(), label.into());
    out.insert("entity".into(), json!(entity.name));
    out.insert("type".into(), json!(definition.view_type));
    out.insert("columns".into(), Json::Array(columns));
    if !definition.card.is_empty() {
        let card: Vec<Json> = definition.card.iter().filter_map(|path| column(build, entity, path)).collect();
        out.insert("card".into(), Json::Array(card));
    }
    for (key, path) in [
        ("by", definition.by.as_deref()),
        ("sum", definition.sum.as_deref()),
        ("from", definition.from.as_deref()),
        ("to", definition.to.as_deref()),
        ("title", definition.title.as_deref()),
    ] {
        if let Some(found) = path.and_then(|path| column(build, entity, path)) {
            out.insert(key.into(), found);
        }
    }
    out.insert("sort".into(), json!(sort));
    if !colors.is_empty() {
        out.insert("color".into(), Json::Array(colors));
    }
    Some(Json::Object(out))
}

/// A column; none if the reader may not read what it shows.
fn column(build: &Build<'_>, entity: &Entity, path: &str) -> Option<Json> {
    if !build.may_read_path(entity, path) {
        return None;
    }
    let mut out = Map::new();
    out.insert("path".into(), path.into());
    let (last_entity, last) = build.resolve(entity, path)?;
    match last_entity.fields.get(last) {
        Some(found) => {
            let definition = last_entity.definition.fields.get(last);
            let place = field::FieldPlace { entity: last_entity, lines: None, field: found, definition };
            let Json::Object(full) = field::build(build.texts, &build.sight, &place) else { return None };
            for key in ["label", "type", "scale", "display", "to", "options", "currency", "max"] {
                if let Some(value) = full.get(key) {
                    out.insert(key.into(), value.clone());
                }
            }
        }
        None => system_column(build, last_entity, last, &mut out),
    }
    Some(Json::Object(out))
}

fn system_column(build: &Build<'_>, entity: &Entity, name: &str, out: &mut Map<String, Json>) {
    // The title of another record is called like the reference that leads to it.
    out.insert("label".into(), build.texts.system_field(name).into());
    let kind = match name {
        "state" => "choice",
        "created_at" | "updated_at" | "deleted_at" => "datetime",
        "created_by" | "updated_by" => "user",
        "version" => "integer",
        _ => "text",
    };
    out.insert("type".into(), kind.into());
    if kind == "user" {
        out.insert("to".into(), "user".into());
    }
    if name == "state" {
        out.insert("options".into(), Json::Array(build.state_options(entity)));
    }
}

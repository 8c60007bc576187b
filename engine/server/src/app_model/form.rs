//! A form of the app model: the author's, or one made from the entity; without what the reader may not read.

use kernel::{
    Name,
    catalog::Form,
    definition::{Keyed, Kind, Part, Placement, Related},
    expression::to_wire,
    schema::Entity,
};
use serde_json::{Map, Value as Json, json};

use super::{Build, field};

/// The form of an entity.
pub(super) fn build(build: &Build<'_>, entity: &Entity) -> Json {
    let form = build.catalog.forms.get(&entity.name);
    let parts = form.into_iter().flat_map(|form| {
        form.definition.layout.iter().filter_map(move |(key, part)| self::part(build, entity, form, key, part))
    });
    json!({ "layout": parts.collect::<Vec<_>>() })
}

fn part(build: &Build<'_>, entity: &Entity, form: &Form, key: &Name, part: &Part) -> Option<Json> {
    let text = |path: &str, base: &str| {
        build.texts.text(Kind::Form, &form.definition.name, &format!("layout.{key}.{path}"), base)
    };
    let mut out = Map::new();
    out.insert("key".into(), json!(key));
    match part {
        Part::Section(section) => {
            let fields = fields(build, entity, &section.fields);
            if fields.is_empty() {
                return None;
            }
            out.insert("kind".into(), "section".into());
            out.insert("label".into(), text("section", &section.section).into());
            out.insert("columns".into(), section.columns.into());
            if let Some(visible) = form.visible.get(key).filter(|expr| field::readable(expr, &build.sight)) {
                out.insert("visible".into(), to_wire(visible));
            }
            out.insert("fields".into(), Json::Array(fields));
        }
        Part::Lines(lines) => {
            let table = entity.fields.get(&lines.lines)?;
            if !build.sight.may_read(&entity.name, None, &lines.lines) {
                return None;
            }
            let readable = |name: &Name| build.sight.may_read(&entity.name, Some(&lines.lines), name);
            let columns: Vec<&Name> = if lines.columns.is_empty() {
                table.fields.keys().filter(|name| readable(name)).collect()
            } else {
                lines.columns.iter().filter(|name| readable(name)).collect()
            };
            let totals: Vec<&Name> = lines.totals.iter().filter(|name| readable(name)).collect();
            out.insert("kind".into(), "lines".into());
            out.insert("label".into(), build.field_label(entity, &lines.lines).into());
            out.insert("lines".into(), json!(lines.lines));
            out.insert("line_columns".into(), json!(columns));
            out.insert("totals".into(), json!(totals));
        }
        Part::Tabs(tabs) => {
            let tabs: Vec<Json> = tabs
                .tabs
                .iter()
                .filter_map(|(tab_key, tab)| {
                    let mut out = Map::new();
                    out.insert("key".into(), json!(tab_key));
                    out.insert("label".into(), text(&format!("tabs.{tab_key}.label"), &tab.label).into());
                    let fields = fields(build, entity, &tab.fields);
                    if let Some(related) = tab.related.as_ref() {
                        out.insert("related".into(), self::related(build, related)?);
                    } else if fields.is_empty() {
                        return None;
                    }
                    if !fields.is_empty() {
                        out.insert("columns".into(), tab.columns.into());
                        out.insert("fields".into(), Json::Array(fields));
                    }
                    Some(Json::Object(out))
                })
                .collect();
            if tabs.is_empty() {
                return None;
            }
            out.insert("kind".into(), "tabs".into());
            out.insert("tabs".into(), Json::Array(tabs));
        }
        Part::Related(related) => {
            out.insert("kind".into(), "related".into());
            out.insert("label".into(), text("label", &related.label).into());
            out.insert("related".into(), self::related(build, &related.related)?);
        }
    }
    Some(Json::Object(out))
}

fn fields(build: &Build<'_>, entity: &Entity, placed: &Keyed<Placement>) -> Vec<Json> {
    placed
        .iter()
        .filter(|(name, _)| build.sight.may_read(&entity.name, None, name))
        .map(|(name, placement)| json!({"name": name, "span": placement.span.unwrap_or(1)}))
        .collect()
}

fn related(build: &Build<'_>, related: &Related) -> Option<Json> {
    let other = build.catalog.entity(&related.entity)?;
    if !build.sight.may_see(&related.entity) || !build.sight.may_read(&related.entity, None, &related.by) {
        return None;
    }
    let columns: Vec<String> = if related.columns.is_empty() {
        let view = build.catalog.views.get(&related.entity);
        let own = view.into_iter().flat_map(|view| &view.definition.columns).filter(|c| *related.by != ***c);
        own.filter(|c| build.may_read_path(other, c)).take(5).cloned().collect()
    } else {
        related.columns.iter().filter(|c| build.may_read_path(other, c)).map(ToString::to_string).collect()
    };
    Some(json!({"entity": related.entity, "by": related.by, "columns": columns}))
}

//! The menu of the app model: without entries that lead to what the reader may not see, and without empty groups.

use kernel::{
    Name,
    catalog::label_of,
    definition::{Kind, MenuDefinition, MenuItem},
};
use serde_json::{Map, Value as Json, json};

use super::{Build, texts::entity_label, view};

/// The menus of all packs, one after the other.
pub(super) fn build(build: &Build<'_>) -> Vec<Json> {
    build
        .catalog
        .menus
        .values()
        .flat_map(|menu| {
            menu.items.iter().filter_map(|(key, found)| item(build, menu, &format!("items.{key}"), key, found))
        })
        .collect()
}

fn item(build: &Build<'_>, menu: &MenuDefinition, path: &str, key: &Name, item: &MenuItem) -> Option<Json> {
    let mut out = Map::new();
    out.insert("key".into(), json!(key));
    let translated = build.texts.translated(Kind::Menu, &menu.name, &format!("{path}.label")).map(str::to_owned);
    let own = translated.or_else(|| item.label.clone());
    let label = if let Some(view) = &item.view {
        let found = build.catalog.views.get(view)?;
        if !view::is_seen(build, found) {
            return None;
        }
        out.insert("view".into(), json!(view));
        out.insert("entity".into(), json!(found.definition.entity));
        own.unwrap_or_else(|| {
            let base = found
                .definition
                .label
                .clone()
                .unwrap_or_else(|| entity_label(build.texts, build.catalog, &found.definition.entity));
            build.texts.text(Kind::View, view, "label", &base)
        })
    } else if let Some(entity) = &item.entity {
        let found = build.catalog.entity(entity).filter(|_| build.sight.may_see(entity))?;
        out.insert("entity".into(), json!(entity));
        own.unwrap_or_else(|| build.entity_plural(found))
    } else {
        let inner: Vec<Json> = item
            .items
            .iter()
            .filter_map(|(key, inner)| self::item(build, menu, &format!("{path}.items.{key}"), key, inner))
            .collect();
        if inner.is_empty() {
            return None;
        }
        out.insert("items".into(), Json::Array(inner));
        own.unwrap_or_else(|| label_of(key))
    };
    out.insert("label".into(), label.into());
    if let Some(icon) = item.icon {
        out.insert("icon".into(), json!(icon));
    }
    Some(Json::Object(out))
}

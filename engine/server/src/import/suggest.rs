//! What could be made of a file, by its headings: an import that a pack brings, what was chosen for the same headings
//! before, or the entity that knows most of them.

use indexmap::IndexMap;
use kernel::{Catalog, Name, definition::Kind, import::fold_heading, rights::Access, schema::Entity};
use serde::Serialize;

use super::{Plan, job, plan::is_importable};
use crate::{App, Failure, Scene};

/// Earlier imports that are looked through.
const REMEMBERED: u32 = 50;

/// What could be made of a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Suggestion {
    /// Imports of packs whose columns are all there.
    pub imports: Vec<Known>,
    /// What was chosen for a file with the same headings before.
    pub remembered: Option<Plan>,
    /// The entity that knows most of the headings.
    pub entity: Option<Name>,
    /// Its fields by heading.
    pub columns: IndexMap<String, Name>,
    /// Fields by which its records could be found.
    pub key: Vec<Name>,
}

/// An import of a pack.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Known {
    /// Its name.
    pub name: Name,
    /// What it is called.
    pub label: String,
}

/// Looks what fits these headings and is allowed to the reader.
pub(super) async fn suggest(app: &App, scene: &Scene, headings: &[String]) -> Result<Suggestion, Failure> {
    let ctx = scene.ctx();
    let access = Access::new(&scene.catalog, &ctx);
    let allowed = |entity: &Name| access.may_import(entity);
    let mut suggestion = Suggestion::default();
    for import in scene.catalog.imports.values() {
        if import.layout(headings).is_ok() && job::may_import(scene, import).is_ok() {
            let label = import.label.clone().unwrap_or_else(|| import.name.to_string());
            suggestion.imports.push(Known { name: import.name.clone(), label });
        }
    }
    let fits = scene.catalog.entities.values().filter(|e| allowed(&e.name));
    let best =
        fits.map(|e| (e, columns(&scene.catalog, &access, e, headings))).max_by_key(|(_, columns)| columns.len());
    if let Some((entity, columns)) = best.filter(|(_, columns)| !columns.is_empty()) {
        let unique = entity.columns().filter(|f| f.unique && columns.values().any(|c| *c == f.name));
        suggestion.key = unique.map(|f| f.name.clone()).take(1).collect();
        suggestion.entity = Some(entity.name.clone());
        suggestion.columns = columns;
    }
    let mine = scene.user;
    for row in app.store().imports(None, REMEMBERED).await? {
        let state = job::read(&row);
        if row.created_by == mine && row.status != "failed" && state.headings == headings {
            // What was chosen when they had other rights may name what they may not know of now.
            suggestion.remembered = state.plan.filter(|plan| plan.compile(scene).is_ok());
            if suggestion.remembered.is_some() {
                break;
            }
        }
    }
    Ok(suggestion)
}

/// The fields, among those that the reader may fill, that headings name: by key, by label, by a translated label.
fn columns(catalog: &Catalog, access: &Access<'_>, entity: &Entity, headings: &[String]) -> IndexMap<String, Name> {
    let mut names: IndexMap<String, &Name> = IndexMap::new();
    for field in entity.fields.values().filter(|f| is_importable(access, entity, f)) {
        names.entry(fold_heading(&field.name)).or_insert(&field.name);
        names.entry(fold_heading(&field.label)).or_insert(&field.name);
        for language in catalog.translations.languages() {
            let path = format!("fields.{}.label", field.name);
            if let Some(text) = catalog.translations.text(language, Kind::Entity, &entity.name, &path) {
                names.entry(fold_heading(text)).or_insert(&field.name);
            }
        }
    }
    let mut found: IndexMap<String, Name> = IndexMap::new();
    for heading in headings {
        if let Some(name) = names.get(&fold_heading(heading))
            && !found.values().any(|f| f == *name)
        {
            found.insert(heading.clone(), (*name).clone());
        }
    }
    found
}

//! What is chosen for a file: an import that a pack brings, or an entity with its fields by heading.

use std::sync::Arc;

use indexmap::IndexMap;
use kernel::{
    Catalog, Name, Rejection,
    definition::{
        ColumnDefinition, Existing, FieldKind, FindValue, ImportDefinition, ImportTarget, ImportValue, Keyed, Missing,
    },
    import::Import,
    rights::Access,
    schema::{Entity, Field},
};
use serde::{Deserialize, Serialize};

use crate::Scene;

/// What is chosen for a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Plan {
    /// An import of a pack.
    Defined {
        /// Its name.
        import: Name,
    },
    /// Rows become records of one entity.
    Mapped {
        /// The entity.
        entity: Name,
        /// The fields by which a row finds its record; none: every row is new.
        #[serde(default)]
        key: Vec<Name>,
        /// What happens with a record that is there already.
        #[serde(default)]
        existing: Existing,
        /// Fields by heading.
        columns: IndexMap<String, Name>,
    },
}

impl Plan {
    /// The import that it comes to.
    ///
    /// # Errors
    /// If it names what is not there, or what cannot be imported.
    pub fn compile(&self, scene: &Scene) -> Result<Arc<Import>, Rejection> {
        let catalog = scene.catalog.as_ref();
        let missing = |kind: &str, id: &Name| Rejection::NotFound { kind: kind.into(), id: id.to_string() };
        let definition = match self {
            Self::Defined { import } => {
                return catalog.imports.get(import).cloned().ok_or_else(|| missing("import", import));
            }
            Self::Mapped { entity, key, existing, columns } => {
                let found = catalog.entity(entity).ok_or_else(|| missing("entity", entity))?;
                mapped(scene, found, key, *existing, columns)?
            }
        };
        let (import, problems) = Import::compile(&definition, catalog.types(), &catalog.translations);
        match problems.first() {
            None => Ok(Arc::new(import)),
            Some(first) => Err(Rejection::invalid(&first.path, &first.code, &first.message)),
        }
    }
}

fn mapped(
    scene: &Scene,
    entity: &Entity,
    key: &[Name],
    existing: Existing,
    columns: &IndexMap<String, Name>,
) -> Result<ImportDefinition, Rejection> {
    let ctx = scene.ctx();
    let access = scene.access(&ctx);
    let mut read = Keyed::new();
    let mut set = Keyed::new();
    for (heading, name) in columns {
        let field = entity.fields.get(name).filter(|f| is_importable(&access, entity, f)).ok_or_else(|| {
            Rejection::invalid(heading, "unknown_field", format!("no field {name} that can be imported"))
        })?;
        let column = ColumnDefinition { heading: heading.clone(), column_type: column_kind(field), required: false };
        if read.insert(name.clone(), column).is_some() {
            return Err(Rejection::invalid(heading, "column_twice", format!("two columns for {name}")));
        }
        set.insert(name.clone(), value(&scene.catalog, &access, field));
    }
    let target = ImportTarget {
        entity: entity.name.clone(),
        filter: None,
        key: key.to_vec(),
        existing,
        missing: Missing::Create,
        set,
        lines: Keyed::new(),
    };
    Ok(ImportDefinition {
        name: entity.name.clone(),
        label: None,
        columns: read,
        targets: Keyed::from_iter([(entity.name.clone(), target)]),
    })
}

/// Whether a field can be filled from a column by this reader; one that they may not write or know of is as good as none.
pub(super) fn is_importable(access: &Access<'_>, entity: &Entity, field: &Field) -> bool {
    let holds = field.kind == FieldKind::Lines || !kernel::import::is_importable(field.kind);
    let fillable = !holds && (!field.computed || field.may_override);
    fillable && access.reads(entity, &field.name) && access.writes(entity, &field.name)
}

/// What the cells of a column for this field are read as.
fn column_kind(field: &Field) -> FieldKind {
    match field.kind {
        FieldKind::Money => FieldKind::Decimal,
        FieldKind::Choice
        | FieldKind::MultiChoice
        | FieldKind::Reference
        | FieldKind::User
        | FieldKind::Department
        | FieldKind::Position
        | FieldKind::Lines => FieldKind::Text,
        // A cell with one line of an address or with a place is read by the field itself.
        FieldKind::Address | FieldKind::Geo | FieldKind::Json | FieldKind::Duration => FieldKind::Text,
        other => other,
    }
}

fn value(catalog: &Catalog, access: &Access<'_>, field: &Field) -> ImportValue {
    let reads = |entity: &str, by: &str| catalog.entity(entity).is_some_and(|found| access.reads(found, by));
    let by = match field.kind {
        FieldKind::User => Some(Some(Name::new(if reads("user", "email") { "email" } else { "name" }))),
        FieldKind::Reference | FieldKind::Department | FieldKind::Position => {
            field.to.as_ref().map(|to| known_by(catalog, access, to))
        }
        _ => None,
    };
    match by {
        Some(by) => ImportValue::Find(FindValue { by, value: field.name.to_string(), optional: false }),
        None => ImportValue::Expression(field.name.to_string()),
    }
}

/// By which field people name a record of an entity in a spreadsheet: its number, else what is unique, else its title;
/// none where the entity itself says by which.
fn known_by(catalog: &Catalog, access: &Access<'_>, entity: &str) -> Option<Name> {
    let Some(entity) = catalog.entity(entity) else { return Some(Name::new("title")) };
    if !entity.found_by.is_empty() && entity.found_by.iter().all(|by| access.reads(entity, by)) {
        return None;
    }
    if entity.definition.number.is_some() {
        return Some(Name::new("number"));
    }
    let unique = entity.columns().find(|f| f.unique && f.kind == FieldKind::Text && access.reads(entity, &f.name));
    Some(unique.map_or_else(|| Name::new("title"), |f| f.name.clone()))
}

//! What one reader may know of the definitions, as the rights compiler says.

use kernel::{
    Catalog, Name,
    definition::Kind,
    query::Facts,
    rights::{Access, Action},
    schema::Entity,
};
use serde_json::{Value as Json, json};

use super::Texts;

/// What a reader may know.
#[derive(Clone, Debug)]
pub(crate) struct Sight<'a> {
    catalog: &'a Catalog,
    access: &'a Access<'a>,
}

impl<'a> Sight<'a> {
    pub(crate) fn new(catalog: &'a Catalog, access: &'a Access<'a>) -> Self {
        Self { catalog, access }
    }

    fn entity(&self, name: &str) -> Option<&'a Entity> {
        self.catalog.entity(name).map(AsRef::as_ref)
    }

    /// Whether the reader may know of the entity at all.
    pub(crate) fn may_see(&self, entity: &str) -> bool {
        self.access.may_read(entity) || self.access.may_create(entity)
    }

    /// Whether some record's field may be read.
    pub(crate) fn may_read(&self, entity: &str, lines: Option<&Name>, field: &str) -> bool {
        self.entity(entity).is_some_and(|found| self.access.reads(found, &path(lines, field)))
    }

    /// Whether all records of the entity are seen.
    pub(crate) fn sees_all(&self, entity: &str) -> bool {
        self.entity(entity).is_some_and(|found| self.access.sees_all(found))
    }

    /// Whether some record's field may be written.
    pub(crate) fn may_write(&self, entity: &str, lines: Option<&Name>, field: &str) -> bool {
        self.entity(entity).is_some_and(|found| self.access.writes(found, &path(lines, field)))
    }

    /// Whether the transition may be made on some record.
    pub(crate) fn may_transition(&self, entity: &str, transition: &str) -> bool {
        self.access.is_engine()
            || self.access.roles().any(|role| {
                role.can.get(entity).is_some_and(|rights| rights.definition.transitions.iter().any(|t| t == transition))
            })
    }

    /// What may be done with records of the entity, as the app is told.
    pub(crate) fn can(&self, entity: &str) -> Json {
        json!({
            "create": self.access.may_create(entity),
            "create_fields": self.create_fields(entity),
            "import": self.access.may_import(entity),
            "export": self.access.may_export(entity),
            "delete": self.access.may(Action::Delete, entity),
        })
    }

    /// `"all"` where every field that is written elsewhere can be written in a new record; else those that can.
    fn create_fields(&self, entity: &str) -> Json {
        let reach = self.entity(entity).map(|found| (found, self.access.reach(found, None, &Facts::new())));
        let Some((entity, Ok(reach))) = reach else { return json!([]) };
        let elsewhere: Vec<&Name> = entity.fields.keys().filter(|path| self.access.writes(entity, path)).collect();
        let here: Vec<&&Name> = elsewhere.iter().filter(|path| reach.writes(entity, path)).collect();
        if here.len() == elsewhere.len() { "all".into() } else { json!(here) }
    }

    /// All roles as options.
    pub(crate) fn roles(&self, texts: Texts<'_>) -> Vec<Json> {
        let roles = self.catalog.roles.iter();
        roles
            .map(|(name, role)| json!({"value": name, "label": texts.text(Kind::Role, name, "label", &role.definition.label)}))
            .collect()
    }
}

fn path(lines: Option<&Name>, field: &str) -> String {
    lines.map_or_else(|| field.to_owned(), |lines| format!("{lines}.{field}"))
}

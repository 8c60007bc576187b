//! What the records that others refer to are called; only those that the reader may know.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{
    Name, Record, Value,
    field::file_ids,
    query::Predicate,
    rights::Mask,
    schema::{Entity, Field},
};
use serde_json::{Map, Value as Json};
use store::TitlesOf;
use uuid::Uuid;

use super::{cross::is_open, files::file_to_json, not_lowerable};
use crate::{App, Failure, Scene};

/// What is wanted of what a reader sees: the titles of references, by entity, and what is known of files.
#[derive(Clone, Debug, Default)]
pub struct Titles {
    records: BTreeMap<Name, BTreeSet<Uuid>>,
    files: BTreeSet<Uuid>,
}

impl Titles {
    /// Wants one.
    pub fn want(&mut self, entity: &Name, id: Uuid) {
        self.records.entry(entity.clone()).or_default().insert(id);
    }

    /// Wants a file.
    pub fn want_file(&mut self, id: Uuid) {
        self.files.insert(id);
    }

    /// Wants what a field refers to.
    pub fn want_value(&mut self, field: &Field, value: &Value) {
        if field.kind.holds_files() {
            self.files.extend(file_ids(value));
        }
        for (to, id) in field.records(value) {
            self.want(&to, id);
        }
    }

    /// Wants all that a record refers to and its reader may see.
    pub fn want_record(&mut self, entity: &Entity, record: &Record, mask: &Mask) {
        self.want_people([record.created_by, record.updated_by]);
        for field in entity.columns().filter(|field| is_wanted(field) && mask.shows(&field.name)) {
            self.want_value(field, &record.get(&field.name));
        }
        for table in entity.line_tables().filter(|table| mask.shows(&table.name)) {
            let shown = |field: &&Field| is_wanted(field) && mask.shows(&format!("{}.{}", table.name, field.name));
            let fields: Vec<&Field> = table.fields.values().filter(shown).collect();
            for line in record.lines.get(&table.name).into_iter().flatten() {
                for field in &fields {
                    if let Some(value) = line.fields.get(&field.name) {
                        self.want_value(field, value);
                    }
                }
            }
        }
    }

    /// Wants people.
    pub fn want_people(&mut self, people: impl IntoIterator<Item = Option<Uuid>>) {
        for id in people.into_iter().flatten() {
            self.want(&Name::new("user"), id);
        }
    }

    /// What is known of the files. Whoever sees the field that holds one may know it.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn look_up_files(&self, app: &App) -> Result<Map<String, Json>, Failure> {
        let ids: Vec<Uuid> = self.files.iter().copied().collect();
        let files = app.store().files(&ids).await?;
        Ok(files.iter().map(|file| (file.id.to_string(), file_to_json(file))).collect())
    }

    /// Looks the titles up for a reader.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn look_up(self, app: &App, scene: &Scene) -> Result<Map<String, Json>, Failure> {
        let mut wanted = Vec::new();
        for (name, ids) in self.records {
            let Some(entity) = scene.catalog.entity(&name) else { continue };
            let filter = if is_open(&name) {
                Predicate::True
            } else {
                // What refers to something whose module is off still says what that was called.
                let ctx = scene.ctx();
                scene.whole_access(&ctx).read_predicate(entity).map_err(|error| not_lowerable("", error))?
            };
            if filter != Predicate::False {
                wanted.push(TitlesOf { entity: name, ids, filter });
            }
        }
        let found = app.store().titles(&*scene.catalog, &wanted).await?;
        Ok(found.into_iter().map(|(id, title)| (id.to_string(), title.into())).collect())
    }
}

/// Whether a field's value means nothing to people by itself.
fn is_wanted(field: &Field) -> bool {
    field.to.is_some() || !field.among.is_empty() || field.kind.holds_files()
}

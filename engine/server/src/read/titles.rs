//! What the records that others refer to are called; only those that the reader may know.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{
    Name, Record, Value,
    query::Predicate,
    rights::Mask,
    schema::{Entity, Field},
};
use serde_json::{Map, Value as Json};
use store::TitlesOf;
use uuid::Uuid;

use super::{cross::is_open, not_lowerable};
use crate::{App, Failure, Scene};

/// References whose titles are wanted, by entity.
#[derive(Clone, Debug, Default)]
pub struct Titles(BTreeMap<Name, BTreeSet<Uuid>>);

impl Titles {
    /// Wants one.
    pub fn want(&mut self, entity: &Name, id: Uuid) {
        self.0.entry(entity.clone()).or_default().insert(id);
    }

    /// Wants what a field refers to.
    pub fn want_value(&mut self, field: &Field, value: &Value) {
        if let (Some(to), Some(id)) = (&field.to, value.as_id()) {
            self.want(to, id);
        }
    }

    /// Wants all that a record refers to and its reader may see.
    pub fn want_record(&mut self, entity: &Entity, record: &Record, mask: &Mask) {
        self.want_people([record.created_by, record.updated_by]);
        for field in entity.columns().filter(|field| field.to.is_some() && mask.shows(&field.name)) {
            self.want_value(field, &record.get(&field.name));
        }
        for table in entity.line_tables().filter(|table| mask.shows(&table.name)) {
            let shown = |field: &&Field| field.to.is_some() && mask.shows(&format!("{}.{}", table.name, field.name));
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

    /// Looks them up for a reader.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn look_up(self, app: &App, scene: &Scene) -> Result<Map<String, Json>, Failure> {
        let mut wanted = Vec::new();
        for (name, ids) in self.0 {
            let Some(entity) = scene.catalog.entity(&name) else { continue };
            let filter = if is_open(&name) {
                Predicate::True
            } else {
                let ctx = scene.ctx();
                scene.access(&ctx).read_predicate(entity).map_err(|error| not_lowerable("", error))?
            };
            if filter != Predicate::False {
                wanted.push(TitlesOf { entity: name, ids, filter });
            }
        }
        let found = app.store().titles(&scene.catalog.entities, &wanted).await?;
        Ok(found.into_iter().map(|(id, title)| (id.to_string(), title.into())).collect())
    }
}

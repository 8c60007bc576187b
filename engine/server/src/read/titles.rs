//! What the records that others refer to are called; only those that the reader may know.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use kernel::{
    Name, Record, Value,
    query::{Predicate, Select},
    rights::{Mask, all},
    schema::{Entity, Field},
};
use serde_json::{Map, Value as Json};
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
        let mut known: Vec<(Name, Uuid)> = Vec::new();
        let mut found: IndexMap<Uuid, String> = IndexMap::new();
        for (name, ids) in self.0 {
            let Some(entity) = scene.catalog.entity(&name) else { continue };
            if is_open(&name) {
                known.extend(ids.into_iter().map(|id| (name.clone(), id)));
                continue;
            }
            let predicate = {
                let ctx = scene.ctx();
                scene.access(&ctx).read_predicate(entity).map_err(|error| not_lowerable("", error))?
            };
            match predicate {
                Predicate::True => known.extend(ids.into_iter().map(|id| (name.clone(), id))),
                Predicate::False => {}
                readable => found.extend(some(app, scene, &name, ids, readable).await?),
            }
        }
        found.extend(app.store().titles(&scene.catalog.entities, &known).await?);
        Ok(found.into_iter().map(|(id, title)| (id.to_string(), title.into())).collect())
    }
}

/// The titles of those that may be read.
async fn some(
    app: &App,
    scene: &Scene,
    entity: &Name,
    ids: BTreeSet<Uuid>,
    readable: Predicate,
) -> Result<Vec<(Uuid, String)>, Failure> {
    let limit = u32::try_from(ids.len()).unwrap_or(u32::MAX);
    let among = Predicate::In { operand: vec![Name::new("id")], values: ids.into_iter().map(Value::Id).collect() };
    let select = Select {
        entity: entity.clone(),
        columns: Vec::new(),
        filter: all(vec![among, readable]),
        tokens: Vec::new(),
        sort: Vec::new(),
        after: None,
        limit,
        flags: Vec::new(),
        deleted: false,
    };
    let page = app.store().select(&scene.catalog.entities, &select).await?;
    Ok(page.rows.into_iter().map(|row| (row.record.id, row.record.title)).collect())
}

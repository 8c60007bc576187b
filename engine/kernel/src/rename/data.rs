//! Records that come with packs, and tests.

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::Renamer;
use crate::{
    Name,
    definition::{DataDefinition, TestDefinition},
    expression::Scope,
};

impl Renamer<'_> {
    pub(super) fn data(&self, d: &mut DataDefinition) {
        d.records.values_mut().for_each(|record| self.record(&d.entity, record));
        self.entity(&mut d.entity);
    }

    pub(super) fn test(&self, d: &mut TestDefinition) {
        let mut entities: IndexMap<Name, Name> = d.given.iter().map(|(k, g)| (k.clone(), g.entity.clone())).collect();
        for given in d.given.values_mut() {
            self.record(&given.entity, &mut given.fields);
            self.entity(&mut given.entity);
        }
        for import in &mut d.imports {
            for (key, row) in &mut import.rows {
                entities.insert(key.clone(), import.entity.clone());
                self.keys(&import.entity, None, row);
            }
            self.entity(&mut import.entity);
        }
        let of_data = |key: &Name| self.records.get(key).map(|entity| (*entity).clone());
        let entity_of = |key: &Name| entities.get(key).cloned().or_else(|| of_data(key)).unwrap_or_default();
        for step in d.steps.values_mut() {
            self.record(&entity_of(&step.on), &mut step.update);
        }
        for (key, fields) in &mut d.then.records {
            self.record(&entity_of(key), fields);
        }
        for by_record in d.then.hidden.values_mut() {
            for (key, paths) in by_record {
                let entity = entity_of(key);
                paths.iter_mut().for_each(|path| self.path(&entity, path));
            }
        }
        for (entity, count) in &mut d.then.count {
            let scope = Scope::record(self.types, entity);
            count.filter.iter_mut().for_each(|filter| self.filter(filter, &scope));
        }
        self.rekey(&mut d.then.count, |key| self.is_entity() && *self.what.entity == *key);
    }

    /// The fields of a record, lines as lists of objects. `{"expr": …}` is worked out over nothing of the record.
    fn record(&self, entity: &Name, record: &mut IndexMap<Name, Json>) {
        for (table, value) in record.iter_mut() {
            for line in value.as_array_mut().into_iter().flatten().filter_map(Json::as_object_mut) {
                let named: Vec<String> =
                    line.keys().filter(|k| self.is_field(entity, Some(table), k)).cloned().collect();
                if !named.is_empty() {
                    let entries = std::mem::take(line).into_iter();
                    let new = |key: String| if named.contains(&key) { self.what.to.to_string() } else { key };
                    *line = entries.map(|(key, value)| (new(key), value)).collect();
                }
            }
        }
        self.keys(entity, None, record);
    }
}

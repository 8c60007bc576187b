//! A new key: from then on it seals, and what records and settings hold is sealed anew with it. Older keys stay beside it,
//! since histories are chained and keep what they hold.

use std::sync::Arc;

use indexmap::IndexMap;
use kernel::{
    Line, Name, Record, Value,
    change::{Change, Commit, UpdateRecord},
    schema::Entity,
    sealed::{self, Vault},
};
use store::CommitError;
use uuid::Uuid;

use super::{Key, PREFIX};
use crate::{App, Failure};

/// Records that are sealed anew together.
const TOGETHER: u32 = 200;

impl App {
    /// Makes a new key and seals with it what was sealed with the one before; how many records that were. No other
    /// process may be at work on the database: it would go on with the key that it has read.
    ///
    /// # Errors
    /// If the key's file or the store fails.
    pub async fn rotate_key(&self) -> Result<u64, Failure> {
        let key = Key::rotate(&self.options().key_file())?;
        self.reseal_secrets(&key).await?;
        let catalog = Arc::clone(&self.published().catalog);
        let mut count = 0;
        for entity in catalog.entities.values().filter(|entity| entity.sensitive().next().is_some()) {
            let mut after = None;
            loop {
                let records = self.store().records_after(&*catalog, &entity.name, after, TOGETHER).await?;
                let Some(last) = records.iter().map(|record| record.id).max() else { break };
                let changes: Vec<Change> = records.iter().filter_map(|record| resealed(&key, entity, record)).collect();
                let sealed = changes.len() as u64;
                let commit = Commit { at: self.clock().now(), by: None, changes };
                match self.store().commit_bulk(&*catalog, commit).await {
                    Ok(_) => {
                        count += sealed;
                        after = Some(last);
                    }
                    // Somebody was faster; the page is read again.
                    Err(CommitError::StaleRecord { .. }) => {}
                    Err(refused) => return Err(self.refusal(refused)),
                }
            }
        }
        self.note(None, "key_rotated", serde_json::json!({"records": count})).await?;
        Ok(count)
    }

    async fn reseal_secrets(&self, key: &Key) -> Result<(), Failure> {
        let settings = self.store().settings().await?;
        let sealed = settings.into_iter().filter(|(name, _)| name.starts_with(PREFIX));
        let anew = sealed.filter_map(|(name, value)| {
            let plain = key.open(&name, value.as_str()?)?;
            let sealed = key.seal(&name, &plain);
            Some((name, Some(sealed.into())))
        });
        self.store().change_settings(&anew.collect(), &[]).await?;
        Ok(())
    }
}

/// The change that seals a record's values anew; none if they are.
fn resealed(key: &Key, entity: &Entity, record: &Record) -> Option<Change> {
    let anew = |lines: Option<&Name>, field: &kernel::schema::Field, value: Option<&Value>| {
        let old = value?.as_text().filter(|text| sealed::parts(text).is_some_and(|(id, _)| id != key.id()))?;
        let plain = Vault::open(key, old)?;
        let place = lines.map_or_else(|| field.name.to_string(), |lines| format!("{lines}.{}", field.name));
        let alone = !entity.unique.iter().flatten().any(|name| *name == field.name);
        let salt = alone.then(Uuid::now_v7);
        Some(Value::text(Vault::seal(key, &format!("{}.{place}", entity.name), &plain, salt)))
    };
    let mut update = UpdateRecord { silent: true, ..UpdateRecord::of(&entity.name, record.id, record.version) };
    for (lines, field) in entity.sensitive() {
        let Some(table) = lines else {
            let value = anew(None, field, record.fields.get(&field.name));
            update.set.extend(value.map(|value| (field.name.clone(), value)));
            continue;
        };
        for line in record.lines.get(table).into_iter().flatten() {
            let Some(value) = anew(lines, field, line.fields.get(&field.name)) else { continue };
            let change = update.lines.entry(table.clone()).or_default();
            match change.update.iter_mut().find(|known| known.id == line.id) {
                Some(known) => drop(known.fields.insert(field.name.clone(), value)),
                None => {
                    let fields = IndexMap::from([(field.name.clone(), value)]);
                    change.update.push(Line { id: line.id, fields });
                }
            }
        }
    }
    (!update.set.is_empty() || !update.lines.is_empty()).then(|| Change::UpdateRecord(Box::new(update)))
}

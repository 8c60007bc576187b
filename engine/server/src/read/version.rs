//! A record as it was: the record now, with what happened since taken back, newest first. What the history does not cover,
//! and what was erased from it, is as it is now, or missing.

use indexmap::IndexMap;
use kernel::{change::LaterChange, rights::Mask, schema::Entity};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::{history, record::Seen, wire::record_to_json};
use crate::{App, Failure};

/// A record as it was at a version.
#[derive(Clone, Debug)]
pub struct Version {
    /// The version.
    pub version: i64,
    /// The record then, as its reader gets it.
    pub record: Map<String, Json>,
    /// What differs: `{path, old, new}`, from now to then, so that it reads as what restoring it would change.
    pub differences: Vec<Json>,
    /// Whether values are missing because they were erased.
    pub erased: bool,
}

impl App {
    /// The record as it was at a version, as far as its reader may see it; none if there was no such version.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn version_of(&self, seen: &Seen, version: i64) -> Result<Option<Version>, Failure> {
        self.version_with(seen, version, history::masked).await
    }

    /// The same with sealed values as the history keeps them, so that they can be given to the record again without being
    /// opened. What has not changed since is masked, which a save takes as the value that is there.
    ///
    /// # Errors
    /// If the store fails.
    pub(crate) async fn sealed_version_of(&self, seen: &Seen, version: i64) -> Result<Option<Version>, Failure> {
        self.version_with(seen, version, history::sealed).await
    }

    async fn version_with(&self, seen: &Seen, version: i64, value: Value) -> Result<Option<Version>, Failure> {
        if version < 1 || version > seen.record.version {
            return Ok(None);
        }
        let history = self.store().history_since(seen.record.id, version).await?;
        let now = record_to_json(&seen.entity, &seen.record, &seen.mask);
        let mut then = now.clone();
        let mut erased = false;
        for entry in history.iter().rev() {
            take_back(&mut then, seen, entry, value, &mut erased);
        }
        then.insert("version".into(), version.into());
        let differences = differences(&seen.entity, &now, &then);
        Ok(Some(Version { version, record: then, differences, erased }))
    }
}

/// What of a value in the history at a path is taken.
type Value = fn(&Mask, &str, &Json) -> Json;

/// Takes back what an entry changed.
fn take_back(record: &mut Map<String, Json>, seen: &Seen, entry: &LaterChange, value: Value, erased: &mut bool) {
    let mask = &seen.mask;
    for change in entry.changes.iter().rev().filter(|change| super::path_shows(mask, &change.path)) {
        let mut parts = change.path.split('.');
        let (Some(first), id, field) = (parts.next(), parts.next(), parts.next()) else { continue };
        let is_erased = change.old.get(ERASED).is_some();
        *erased |= is_erased;
        let old = if is_erased { Json::Null } else { value(mask, &change.path, &change.old) };
        let Some(id) = id else {
            match (seen.entity.fields.get(first), record.get_mut(first)) {
                (Some(field), Some(Json::Array(lines))) if !field.fields.is_empty() => order(lines, &old),
                _ => drop(record.insert(first.to_owned(), old)),
            }
            continue;
        };
        let Some(Json::Array(lines)) = record.get_mut(first) else { continue };
        let place = lines.iter().position(|line| line["id"] == *id);
        match (field, place) {
            (Some(field), Some(place)) => {
                if let Some(Json::Object(line)) = lines.get_mut(place) {
                    line.insert(field.to_owned(), old);
                }
            }
            // It came then.
            (None, Some(place)) if change.old.is_null() => drop(lines.remove(place)),
            // It went then.
            (None, None) => {
                if let Json::Object(values) = old {
                    let mut line = Map::from_iter([("id".to_owned(), json!(id))]);
                    for (name, value) in values {
                        *erased |= value.get(ERASED).is_some();
                        line.insert(name, if value.get(ERASED).is_some() { Json::Null } else { value });
                    }
                    lines.push(Json::Object(line));
                }
            }
            _ => {}
        }
    }
}

/// Puts the lines that the history names by their ids into that order, within the places that they have.
fn order(lines: &mut [Json], ids: &Json) {
    let Some(ids) = ids.as_array() else { return };
    let find = |id: &Json| lines.iter().find(|line| line["id"] == *id).cloned();
    let ordered: Vec<Json> = ids.iter().filter_map(find).collect();
    let places = lines.iter_mut().filter(|line| ids.contains(&line["id"]));
    places.zip(ordered).for_each(|(place, line)| *place = line);
}

/// The key of what stands where a value was erased.
pub(crate) const ERASED: &str = "$erased";

fn differences(entity: &Entity, now: &Map<String, Json>, then: &Map<String, Json>) -> Vec<Json> {
    let mut found = Vec::new();
    let mut tell = |path: String, old: &Json, new: &Json| {
        if old != new {
            found.push(json!({"path": path, "old": old, "new": new}));
        }
    };
    let of = |record: &Map<String, Json>, name: &str| record.get(name).cloned().unwrap_or_default();
    tell("state".into(), &of(now, "state"), &of(then, "state"));
    for field in entity.columns() {
        tell(field.name.to_string(), &of(now, &field.name), &of(then, &field.name));
    }
    for table in entity.line_tables() {
        let lines = |record: &Map<String, Json>| -> IndexMap<String, Json> {
            let lines = record.get(&*table.name).and_then(Json::as_array);
            let line = |line: &Json| Some((line["id"].as_str()?.to_owned(), line.clone()));
            lines.into_iter().flatten().filter_map(line).collect()
        };
        let (before, after) = (lines(now), lines(then));
        for (id, new) in &after {
            match before.get(id) {
                None => tell(format!("{}.{id}", table.name), &Json::Null, &without_id(new)),
                Some(old) => {
                    for field in table.fields.keys() {
                        let (old, new) = (&old[&**field], &new[&**field]);
                        tell(format!("{}.{id}.{field}", table.name), old, new);
                    }
                }
            }
        }
        for (id, old) in before.iter().filter(|(id, _)| !after.contains_key(*id)) {
            tell(format!("{}.{id}", table.name), &without_id(old), &Json::Null);
        }
    }
    found
}

fn without_id(line: &Json) -> Json {
    let mut line = line.clone();
    if let Json::Object(line) = &mut line {
        line.shift_remove("id");
    }
    line
}

impl Version {
    /// What a writer sends to have these fields as they were then; all that differ, if none is named. What the engine
    /// works out by itself is left to it.
    #[must_use]
    pub fn input(&self, entity: &Entity, fields: Option<&[String]>) -> Map<String, Json> {
        let wanted = |name: &str| fields.is_none_or(|fields| fields.iter().any(|field| field == name));
        let differs = |name: &str| {
            let below = format!("{name}.");
            let path = |change: &Json| change["path"].as_str().is_some_and(|p| p == name || p.starts_with(&below));
            self.differences.iter().any(path)
        };
        let mut input = Map::new();
        for field in entity.columns().filter(|field| !field.computed || field.may_override) {
            if wanted(&field.name) && differs(&field.name) {
                input.insert(field.name.to_string(), self.record.get(&*field.name).cloned().unwrap_or_default());
            }
        }
        for table in entity.line_tables().filter(|table| wanted(&table.name) && differs(&table.name)) {
            let Some(Json::Array(lines)) = self.record.get(&*table.name) else { continue };
            let mut lines = lines.clone();
            for line in lines.iter_mut().filter_map(Json::as_object_mut) {
                line.retain(|name, _| name == "id" || table.fields.get(name.as_str()).is_some_and(|f| !f.computed));
            }
            input.insert(table.name.to_string(), Json::Array(lines));
        }
        input
    }

    /// The ids of the lines of all tables, to know what they refer to.
    pub(crate) fn lines<'v>(&'v self, table: &str) -> impl Iterator<Item = (Uuid, &'v Map<String, Json>)> {
        let lines = self.record.get(table).and_then(Json::as_array);
        lines.into_iter().flatten().filter_map(|line| {
            let line = line.as_object()?;
            Some((Uuid::parse_str(line.get("id")?.as_str()?).ok()?, line))
        })
    }
}

//! What changed between two versions of a record: for the store, and for the history.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::Saving;
use crate::{
    Line, Name, Record,
    change::{Change, FieldChange, HistoryEntry, LinesChange, UpdateRecord},
    schema::Entity,
};

impl UpdateRecord {
    /// A change of nothing yet.
    #[must_use]
    pub fn of(entity: &Name, id: Uuid, base_version: i64) -> Self {
        Self {
            entity: entity.clone(),
            id,
            base_version,
            set: indexmap::IndexMap::new(),
            state: None,
            title: None,
            search: None,
            lines: indexmap::IndexMap::new(),
            deleted_at: None,
            batch: None,
            silent: false,
            origin: None,
        }
    }
}

/// A line of the history.
pub(super) fn history(
    s: &Saving<'_>,
    record: &Record,
    action: &str,
    reason: Option<&str>,
    changes: Vec<FieldChange>,
) -> Change {
    Change::History(HistoryEntry {
        entity: record.entity.clone(),
        record: record.id,
        version: record.version,
        action: action.to_owned(),
        source: s.source.to_owned(),
        reason: reason.map(str::to_owned),
        changes,
    })
}

fn moved(path: String, old: Json, new: Json) -> FieldChange {
    FieldChange { path, old, new }
}

/// Everything that a new record has.
pub(super) fn created(record: &Record) -> Vec<FieldChange> {
    let set = record.fields.iter().filter(|(_, v)| !v.is_null());
    let mut changes: Vec<FieldChange> = set.map(|(name, v)| moved(name.to_string(), Json::Null, v.to_json())).collect();
    for (table, lines) in &record.lines {
        changes.extend(lines.iter().map(|l| moved(format!("{table}.{}", l.id), Json::Null, whole(l))));
    }
    changes
}

fn whole(line: &Line) -> Json {
    Json::Object(line.fields.iter().map(|(k, v)| (k.to_string(), v.to_json())).collect::<Map<_, _>>())
}

/// The change from `base` to `record`.
pub(crate) fn changed(entity: &Entity, base: &Record, record: &Record) -> (UpdateRecord, Vec<FieldChange>) {
    let mut update = UpdateRecord::of(&entity.name, base.id, base.version);
    let mut fields = Vec::new();
    for field in entity.columns() {
        let (old, new) = (base.get(&field.name), record.get(&field.name));
        if old != new {
            fields.push(moved(field.name.to_string(), old.to_json(), new.to_json()));
            update.set.insert(field.name.clone(), new);
        }
    }
    if base.state != record.state {
        fields.push(moved("state".into(), base.get("state").to_json(), record.get("state").to_json()));
        update.state.clone_from(&record.state);
    }
    if base.title != record.title {
        update.title = Some(record.title.clone());
    }
    for table in entity.line_tables() {
        let before = base.lines.get(&table.name).map_or(&[][..], Vec::as_slice);
        let after = record.lines.get(&table.name).map_or(&[][..], Vec::as_slice);
        let change = lines(&table.name, before, after, &mut fields);
        if change != LinesChange::default() {
            update.lines.insert(table.name.clone(), change);
        }
    }
    (update, fields)
}

fn lines(table: &str, before: &[Line], after: &[Line], fields: &mut Vec<FieldChange>) -> LinesChange {
    let mut change = LinesChange::default();
    for line in after {
        let Some(old) = before.iter().find(|l| l.id == line.id) else {
            fields.push(moved(format!("{table}.{}", line.id), Json::Null, whole(line)));
            change.insert.push(line.clone());
            continue;
        };
        let mut update = Line { id: line.id, fields: indexmap::IndexMap::new() };
        for (name, new) in &line.fields {
            let was = old.fields.get(name).cloned().unwrap_or_default();
            if was != *new {
                fields.push(moved(format!("{table}.{}.{name}", line.id), was.to_json(), new.to_json()));
                update.fields.insert(name.clone(), new.clone());
            }
        }
        if !update.fields.is_empty() {
            change.update.push(update);
        }
    }
    for gone in before.iter().filter(|l| !after.iter().any(|a| a.id == l.id)) {
        fields.push(moved(format!("{table}.{}", gone.id), whole(gone), Json::Null));
        change.delete.push(gone.id);
    }
    let is: HashMap<Uuid, usize> = after.iter().enumerate().map(|(at, line)| (line.id, at)).collect();
    let mut kept: Vec<Uuid> = before.iter().map(|line| line.id).filter(|id| is.contains_key(id)).collect();
    let moved_lines = !kept.is_sorted_by_key(|id| is.get(id));
    if moved_lines {
        let was = kept.clone();
        kept.sort_by_key(|id| is.get(id));
        let (was, is) = between(&was, &kept);
        fields.push(moved(table.to_owned(), json!(was), json!(is)));
    }
    if moved_lines || !change.insert.is_empty() {
        change.order = after.iter().map(|line| line.id).collect();
    }
    change
}

/// The part of two orders from where they begin to differ to where they cease to.
fn between<'o>(was: &'o [Uuid], is: &'o [Uuid]) -> (&'o [Uuid], &'o [Uuid]) {
    let differs = |(a, b): (&Uuid, &Uuid)| a != b;
    let first = was.iter().zip(is).position(differs).unwrap_or(0);
    let last = was.iter().zip(is).rposition(differs).map_or(0, |at| at + 1);
    (was.get(first..last).unwrap_or_default(), is.get(first..last).unwrap_or_default())
}

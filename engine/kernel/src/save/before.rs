//! The record as its writer had read it, worked out of what changed since: what is one person's change can then be told
//! from what is another's, line by line.

use std::collections::HashSet;

use serde_json::Value as Json;
use uuid::Uuid;

use crate::{
    Line, Name, Record, Value,
    change::{FieldChange, LaterChange},
    field::parse,
    schema::{Entity, Field},
};

/// An older version of a record.
pub(super) struct Before {
    /// Its fields, its state and its lines. What no formula works out is right, the rest as the history tells it.
    pub(super) record: Record,
    /// Line tables that were put into another order since, in a way that the history does not tell.
    pub(super) unordered: HashSet<Name>,
}

/// The record at the version `read`; none where the history does not tell of every version since.
pub(super) fn before(entity: &Entity, now: &Record, since: &[LaterChange], read: i64) -> Option<Before> {
    let told: HashSet<i64> = since.iter().map(|later| later.version).collect();
    if (read + 1..=now.version).any(|version| !told.contains(&version)) {
        return None;
    }
    let mut before = Before { record: now.clone(), unordered: HashSet::new() };
    before.record.version = read;
    for change in since.iter().rev().flat_map(|later| later.changes.iter().rev()) {
        before.take_back(entity, change);
    }
    Some(before)
}

impl Before {
    fn take_back(&mut self, entity: &Entity, change: &FieldChange) {
        let mut parts = change.path.splitn(3, '.');
        let head = parts.next().unwrap_or_default();
        if head == "state" {
            self.record.state = change.old.as_str().map(Name::new);
            return;
        }
        // A field that there is no more belongs to nobody's change.
        let Some(field) = entity.fields.get(head) else { return };
        let line = parts.next().and_then(|id| Uuid::parse_str(id).ok());
        match (line, parts.next()) {
            (None, _) if entity.line_tables().any(|table| table.name == *head) => self.put_in_order(field, &change.old),
            (None, _) => drop(self.record.fields.insert(field.name.clone(), value(field, &change.old))),
            (Some(line), None) => self.bring_line(field, line, &change.old),
            (Some(line), Some(cell)) => {
                let lines = self.record.lines.get_mut(head).into_iter().flatten();
                if let Some(cell) = field.fields.get(cell)
                    && let Some(line) = lines.into_iter().find(|l| l.id == line)
                {
                    line.fields.insert(cell.name.clone(), value(cell, &change.old));
                }
            }
        }
    }

    /// A line that came goes; one that went comes back, at the end, since nobody asks where it stood.
    fn bring_line(&mut self, table: &Field, id: Uuid, old: &Json) {
        let lines = self.record.lines.entry(table.name.clone()).or_default();
        lines.retain(|line| line.id != id);
        if let Some(cells) = old.as_object() {
            let cells = cells.iter().filter_map(|(name, old)| table.fields.get(name.as_str()).map(|f| (f, old)));
            let fields = cells.map(|(field, old)| (field.name.clone(), value(field, old))).collect();
            lines.push(Line { id, fields });
        }
    }

    /// Puts the lines that are named into the order in which they are named, at the places that they have.
    fn put_in_order(&mut self, table: &Field, old: &Json) {
        let named = old.as_array().map(|ids| ids.iter().filter_map(Json::as_str).flat_map(Uuid::parse_str));
        let (Some(named), Some(lines)) = (named, self.record.lines.get_mut(&table.name)) else {
            self.unordered.insert(table.name.clone());
            return;
        };
        let named: Vec<Uuid> = named.filter(|id| lines.iter().any(|line| line.id == *id)).collect();
        let places: Vec<usize> = (0..lines.len()).filter(|at| named.contains(&lines[*at].id)).collect();
        let found: Vec<Line> = named.iter().filter_map(|id| lines.iter().find(|l| l.id == *id).cloned()).collect();
        for (at, line) in places.into_iter().zip(found) {
            lines[at] = line;
        }
    }
}

/// A value of the history; nothing where its field has another type by now.
fn value(field: &Field, json: &Json) -> Value {
    parse(field, json).unwrap_or_default()
}

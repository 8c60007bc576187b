//! Other records that steps change: each in one piece once everything else is done, however many steps change it.

use std::sync::Arc;

use indexmap::IndexMap;
use uuid::Uuid;

use super::{
    Stop,
    steps::{Beside, map},
    taken,
};
use crate::{
    Line, Name, Record, Rejection, Value,
    definition::Keyed,
    expression::{Env, Expr, eval},
    query::Query,
    rights::Access,
    save::{Saving, Work},
    schema::Mapping,
};

/// What a step makes of another record.
#[derive(Clone, Debug)]
pub(super) struct OtherChange {
    pub(super) entity: Name,
    pub(super) mapping: Option<Name>,
    pub(super) set: Keyed<Expr>,
}

/// Other records by id, in the order in which they are written: the same for everybody, so that nobody waits in a ring.
pub(super) type Others = std::collections::BTreeMap<Uuid, Vec<OtherChange>>;

/// Writes down what becomes of other records; `work` is the record that the steps belong to, as it will be.
pub(super) fn settle(work: &Work<'_>, beside: &mut Beside<'_>) -> Result<(), Stop> {
    for (id, changes) in std::mem::take(&mut beside.others) {
        change(work, beside, id, &changes)?;
    }
    Ok(())
}

fn change(work: &Work<'_>, beside: &mut Beside<'_>, id: Uuid, changes: &[OtherChange]) -> Result<(), Stop> {
    let s = beside.s;
    let Some(name) = changes.first().map(|c| &c.entity) else { return Ok(()) };
    let gone = || Rejection::NotFound { kind: name.to_string(), id: id.to_string() };
    let entity = s.catalog.entity(name).ok_or_else(gone)?;
    let query = Query::Record { entity: name.clone(), id };
    let Some(answer) = s.facts.answer(&query) else { return Err(Stop::Needs(vec![query])) };
    let base = answer.first().filter(|record| record.deleted_at.is_none()).ok_or_else(gone)?;
    let engine = Access::engine(s.catalog, s.ctx);
    let saving = Saving { access: &engine, ..*s };
    let mut other = Work::new(&saving, entity, Some(base), Record::clone(base));
    other.ids = beside.ids.clone();
    for change in changes {
        if let Some(mapping) = &change.mapping {
            let found = s.catalog.mappings.get(mapping);
            let mapping =
                found.ok_or_else(|| Rejection::NotFound { kind: "mapping".into(), id: mapping.to_string() })?;
            fill(work, &mut other, mapping)?;
        }
        let mut values: Vec<(&Name, Value)> = Vec::with_capacity(change.set.len());
        for (field, expr) in &change.set {
            let env: Env<'_> = work.env(&other.record).with_doc(&*work.record);
            values.push((field, eval(expr, &env)?));
        }
        for (field, value) in values {
            other.put(field, value);
        }
    }
    other.stop()?;
    other.complete(None);
    beside.ids = other.ids.clone();
    beside.changes.extend(taken(other.finish())?.changes);
    Ok(())
}

/// Fills a record that is there from the work's record. Lines that the mapping's key finds stay the same lines; others
/// go, new ones come.
fn fill(work: &Work<'_>, other: &mut Work<'_>, mapping: &Mapping) -> Result<(), Stop> {
    let mut made = Record { fields: IndexMap::new(), lines: IndexMap::new(), ..Record::clone(&other.record) };
    map(work, &mut other.ids, mapping, &mut made)?;
    for (field, value) in made.fields {
        other.put(&field, value);
    }
    for (table, lines) in made.lines {
        let key = mapping.lines.get(&table).map_or(&[][..], |lines| &lines.key);
        let mut there = other.record.lines.get(&table).cloned().unwrap_or_default();
        let mut filled: Vec<Line> = Vec::with_capacity(lines.len());
        for mut line in lines {
            let same = |old: &Line| !key.is_empty() && key.iter().all(|k| old.fields.get(k) == line.fields.get(k));
            if let Some(at) = there.iter().position(same) {
                let old = there.remove(at);
                let written = std::mem::replace(&mut line, old);
                other.forced.extend(written.fields.keys().map(|field| format!("{table}.{}.{field}", line.id)));
                line.fields.extend(written.fields);
            } else {
                let paths = line.fields.keys().map(|field| format!("{table}.{}.{field}", line.id));
                let paths: Vec<String> = paths.collect();
                other.changed.extend(paths.iter().cloned());
                other.forced.extend(paths);
            }
            filled.push(line);
        }
        other.changed.insert(table.to_string());
        other.record_mut().lines.insert(table, filled);
    }
    other.given.extend(other.forced.iter().cloned());
    other.fit_all();
    Ok(())
}

impl Beside<'_> {
    /// Notes a change of another record.
    pub(super) fn change(&mut self, record: &Arc<Record>, id: Uuid, change: OtherChange) -> Result<(), Stop> {
        if id == record.id {
            let told = "Expected another record to change, but it is the record itself";
            return Err(Rejection::state("workflow_fault", told).into());
        }
        self.others.entry(id).or_default().push(change);
        Ok(())
    }
}

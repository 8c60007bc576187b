//! Erasing what is personal in a record: from it, from what is worked out of it, from its history.

use std::{collections::HashSet, sync::Arc};

use super::{Saved, Saving, Work, diff, files, followed, near_keys};
use crate::{
    Name, Record, Rejection, Value,
    change::{Change, EraseChange, NearKeys},
    definition::FieldKind,
    expression::Reference,
    query::Outcome,
    schema::{Entity, Field, Target},
};

/// What stands where a text must stand.
const GONE: &str = "—";

/// The fields whose values go: those that are personal, and what is worked out of them. `phone`, `lines.phone`.
#[must_use]
pub fn personal(entity: &Entity) -> Vec<String> {
    let mut gone: HashSet<Target> = HashSet::new();
    for field in entity.columns().filter(|field| field.personal) {
        gone.insert(Target::Field(field.name.clone()));
    }
    for table in entity.line_tables() {
        for field in table.fields.values().filter(|field| field.personal || table.personal) {
            gone.insert(Target::LineField { lines: table.name.clone(), field: field.name.clone() });
        }
    }
    // Formulas stand in the order of their dependence.
    for step in &entity.computations {
        let reads = step.value.references().iter().any(|read| match read {
            Reference::Field { entity: of, lines: None, field, own: true } if *of == entity.name => {
                gone.contains(&Target::Field(field.clone()))
            }
            Reference::Field { entity: of, lines: Some(lines), field, own: true } if *of == entity.name => {
                gone.contains(&Target::LineField { lines: lines.clone(), field: field.clone() })
            }
            Reference::Let(name) => gone.contains(&Target::Let(name.clone())),
            _ => false,
        });
        if reads {
            gone.insert(step.target.clone());
        }
    }
    let mut paths: Vec<String> =
        gone.iter().filter(|target| !matches!(target, Target::Let(_))).map(ToString::to_string).collect();
    paths.sort();
    paths
}

/// Erases what is personal in a record. What must stand there is stood in for; the entries of its history stay, without
/// these values.
#[must_use]
pub fn erase(s: &Saving<'_>, entity: &Entity, base: &Record, reason: &str) -> Outcome<Saved> {
    let fields = personal(entity);
    if fields.is_empty() {
        let told = format!("expected personal fields, but `{}` has none", entity.name);
        return Outcome::Rejected(Rejection::state("nothing_personal", told));
    }
    let mut work = Work::new(s, entity, Some(base), base.clone());
    let record = work.record_mut();
    for field in entity.columns().filter(|field| field.personal && !field.computed) {
        record.fields.insert(field.name.clone(), stand_in(entity, field, base));
    }
    for table in entity.line_tables() {
        for line in record.lines.get_mut(&table.name).into_iter().flatten() {
            for field in table.fields.values().filter(|field| (field.personal || table.personal) && !field.computed) {
                line.fields.insert(field.name.clone(), stand_in(entity, field, base));
            }
        }
    }
    work.compute();
    if work.needs.is_empty() {
        work.title();
    }
    let found_by = work.search_text(&Arc::clone(&work.record));
    let search = work.note("search", found_by);
    if !work.needs.is_empty() {
        return Outcome::Needs(work.needs);
    }
    let (mut update, changes) = diff::changed(entity, base, &work.record);
    let mut record = Arc::unwrap_or_clone(work.record);
    record.version = base.version + 1;
    record.updated_at = s.ctx.now;
    record.updated_by = s.ctx.user;
    update.search = search;
    let history = diff::history(s, &record, "erased", Some(reason), changes);
    let values = EraseChange { record: base.id, fields: Some(fields), comments: true };
    let mut changes = vec![Change::UpdateRecord(Box::new(update)), history, Change::Erase(values)];
    changes.extend(files::changed(entity, Some(base), &record));
    changes.push(Change::Near(NearKeys { record: base.id, keys: near_keys(entity, &record), replaces: true }));
    changes.extend(followed(s.catalog, s.ctx.zone, s.ctx.now, Some(base), Some(&record)));
    Outcome::Decided(Saved { record, changes, warnings: Vec::new() })
}

/// What stands in the place of a value: nothing, unless something must.
fn stand_in(entity: &Entity, field: &Field, record: &Record) -> Value {
    let unique = entity.unique.iter().flatten().any(|name: &Name| *name == field.name);
    match field.kind {
        FieldKind::Email if field.required => Value::text(format!("{}@erased.invalid", record.id.simple())),
        FieldKind::Text | FieldKind::LongText if field.required && unique => {
            Value::text(record.id.simple().to_string())
        }
        FieldKind::Text | FieldKind::LongText if field.required => Value::text(GONE),
        _ => Value::Null,
    }
}

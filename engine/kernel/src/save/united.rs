//! Records of a master entity that turn out to be the same are made one: the winner takes what is chosen of the others
//! and what it lacks itself, their lines and files; they go to the trash.

use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::{Saved, Saving, Work, diff};
use crate::{
    Record, Rejection, Value, absence,
    change::{Change, FieldChange, UpdateRecord},
    definition::{EntityType, FieldKind},
    field::{most_files, record_of},
    query::Outcome,
    rights::Action,
    schema::Entity,
};

/// Makes records one. `input` holds fields that are chosen otherwise than the winner has them.
#[must_use]
pub fn merge(
    s: &Saving<'_>,
    entity: &Entity,
    winner: &Record,
    losers: &[Record],
    input: &Map<String, Json>,
) -> Outcome<Saved> {
    if entity.definition.entity_type != EntityType::Master {
        let told = format!("expected an entity of things, but `{}` is none", entity.name);
        return Outcome::Rejected(Rejection::state("no_master", told));
    }
    if *entity.name == *"user" {
        let told = "expected records of anything but people: each signs in and answers for what they did".to_owned();
        return Outcome::Rejected(Rejection::state("no_master", told));
    }
    match may(s, entity, winner, losers) {
        Ok(None) => {}
        Ok(Some(refused)) => return Outcome::Rejected(refused),
        Err(error) => return super::stop(error),
    }
    let mut work = Work::new(s, entity, Some(winner), winner.clone());
    work.besides = losers.iter().map(|loser| loser.id).collect();
    work.action = "merged";
    work.moves = true;
    for loser in losers {
        take_over(&mut work, entity, loser, input);
    }
    work.take(input, false);
    let ids: Vec<Uuid> = losers.iter().map(|loser| loser.id).chain([winner.id]).collect();
    part(&mut work, entity, &ids);
    work.complete(None);
    let mut saved = match work.finish() {
        Outcome::Decided(saved) => saved,
        other => return other,
    };
    // They go first: what is unique passes on to the winner.
    let mut changes: Vec<Change> = losers.iter().flat_map(|loser| gone(s, entity, loser, winner)).collect();
    for change in &mut saved.changes {
        if let Change::History(entry) = change {
            let came = losers.iter().map(|loser| FieldChange {
                path: "merged".to_owned(),
                old: Json::Null,
                new: loser.title.clone().into(),
            });
            entry.changes.splice(0..0, came);
        }
    }
    changes.append(&mut saved.changes);
    Outcome::Decided(Saved { changes, ..saved })
}

/// Makes of a merged record what it was before, and takes those that went out of the trash. `input` is the record as it
/// was, in wire form, lines with their ids. Whether it may be done has been asked before.
#[must_use]
pub fn unmerge(
    s: &Saving<'_>,
    entity: &Entity,
    winner: &Record,
    losers: &[Record],
    input: &Map<String, Json>,
) -> Outcome<Saved> {
    let mut work = Work::new(s, entity, Some(winner), winner.clone());
    work.besides = losers.iter().map(|loser| loser.id).collect();
    work.action = "unmerged";
    work.moves = true;
    work.take(input, false);
    work.complete(None);
    let mut saved = match work.finish() {
        Outcome::Decided(saved) => saved,
        other => return other,
    };
    // They were alike before, which is why they became one.
    saved.changes.retain(|change| !matches!(change, Change::Apart(_)));
    for loser in losers {
        let mut record = loser.clone();
        record.version += 1;
        let back = UpdateRecord { deleted_at: Some(None), ..UpdateRecord::of(&entity.name, loser.id, loser.version) };
        saved.changes.push(Change::UpdateRecord(Box::new(back)));
        saved.changes.push(diff::history(s, &record, "unmerged", None, Vec::new()));
        record.deleted_at = None;
        saved.changes.extend(absence::changed(s.catalog, s.ctx.zone, s.ctx.now, Some(loser), Some(&record)));
    }
    Outcome::Decided(saved)
}

/// Who may change both and delete the one that goes.
fn may(
    s: &Saving<'_>,
    entity: &Entity,
    winner: &Record,
    losers: &[Record],
) -> Result<Option<Rejection>, crate::expression::EvalError> {
    let forbidden = |message: &str| Ok(Some(Rejection::Forbidden { message: message.to_owned() }));
    for record in std::iter::once(winner).chain(losers) {
        if !s.access.allows(Action::Update, entity, record, s.facts)? {
            return forbidden("these records cannot be changed by you");
        }
    }
    for loser in losers {
        if !s.access.allows(Action::Delete, entity, loser, s.facts)? {
            return forbidden("the record that goes cannot be deleted by you");
        }
    }
    Ok(None)
}

/// Fills what the winner lacks, and adds lines and files.
fn take_over(work: &mut Work<'_>, entity: &Entity, loser: &Record, input: &Map<String, Json>) {
    for field in entity.columns() {
        if input.contains_key(&*field.name) || (field.computed && !field.may_override) {
            continue;
        }
        let (own, theirs) = (work.record.get(&field.name), loser.get(&field.name));
        let value = match (&own, &theirs) {
            (Value::Null, theirs) => theirs.clone(),
            (Value::List(own), Value::List(theirs)) => {
                let mut both = own.to_vec();
                both.extend(theirs.iter().filter(|one| !own.contains(one)).cloned());
                if field.kind.holds_files() {
                    both.truncate(most_files(field) as usize);
                }
                Value::List(both)
            }
            _ => continue,
        };
        if value != own {
            work.record_mut().fields.insert(field.name.clone(), value);
            work.forced.insert(field.name.to_string());
            work.changed.insert(field.name.to_string());
        }
    }
    for table in entity.fields.values().filter(|field| field.kind == FieldKind::Lines) {
        for line in loser.lines.get(&table.name).into_iter().flatten() {
            let mut line = line.clone();
            line.id = work.ids.next();
            work.changed.insert(table.name.to_string());
            work.forced.insert(table.name.to_string());
            work.record_mut().lines.entry(table.name.clone()).or_default().push(line);
        }
    }
}

/// Those that become one refer to each other no more: a firm is not its own parent.
fn part(work: &mut Work<'_>, entity: &Entity, ids: &[Uuid]) {
    for field in entity.columns().filter(|field| field.refers_to(&entity.name) && !field.computed) {
        let is_one = |value: &Value| match value {
            Value::Id(id) => ids.contains(id),
            Value::Text(_) => record_of(value).is_some_and(|(of, id)| of == entity.name && ids.contains(&id)),
            _ => false,
        };
        let value = match work.record.get(&field.name) {
            Value::List(items) if items.iter().any(is_one) => {
                let others: Vec<Value> = items.into_iter().filter(|item| !is_one(item)).collect();
                if others.is_empty() { Value::Null } else { Value::List(others) }
            }
            value if is_one(&value) => Value::Null,
            _ => continue,
        };
        work.record_mut().fields.insert(field.name.clone(), value);
        work.forced.insert(field.name.to_string());
        work.changed.insert(field.name.to_string());
    }
}

/// The record that goes, and what its history says of it.
fn gone(s: &Saving<'_>, entity: &Entity, loser: &Record, winner: &Record) -> Vec<Change> {
    let mut record = loser.clone();
    record.version += 1;
    let update =
        UpdateRecord { deleted_at: Some(Some(s.ctx.now)), ..UpdateRecord::of(&entity.name, loser.id, loser.version) };
    let became = FieldChange { path: "merged_into".to_owned(), old: Json::Null, new: winner.title.clone().into() };
    let mut changes =
        vec![Change::UpdateRecord(Box::new(update)), diff::history(s, &record, "merged_into", None, vec![became])];
    changes.extend(absence::changed(s.catalog, s.ctx.zone, s.ctx.now, Some(loser), None));
    changes
}

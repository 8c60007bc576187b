//! Saving a record: input is read, defaults, fills and formulas are worked out, rules tried, and the change is written
//! down. Pure: what must be known of other records is asked for.
//!
//! A draft goes the same way and is refused nothing, so that a form shows what a save would say.

mod arrange;
mod before;
mod compute;
mod diff;
mod duplicates;
mod erase;
mod files;
mod input;
mod links;
mod merge;
mod overrides;
mod rules;
mod sight;
mod united;

use std::{collections::HashSet, sync::Arc};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::{
    Catalog, Name, Problem, Record, Rejection, Value, absence,
    change::{Change, InsertRecord, LaterChange, SeriesNumber, UpdateRecord},
    context::{Context, Ids},
    expression::{Env, EvalError},
    live,
    query::{Facts, Outcome, Query},
    rights::{Access, Action, Reach},
    schema::{Entity, Field},
};

pub(crate) use compute::fit;
pub(crate) use diff::changed;
pub use duplicates::{Suspects, near_keys};
pub use erase::{erase, personal};
pub use united::{merge, unmerge};

/// What every save is given.
#[derive(Clone, Copy, Debug)]
pub struct Saving<'a> {
    /// The definitions.
    pub catalog: &'a Catalog,
    /// The time, the writer, the people.
    pub ctx: &'a Context<'a>,
    /// What is known of other records.
    pub facts: &'a Facts,
    /// The writer's rights.
    pub access: &'a Access<'a>,
    /// How it comes, for the history: `app`, `import`, `workflow`, `publish`.
    pub source: &'static str,
    /// The import it belongs to.
    pub batch: Option<Uuid>,
    /// What becomes of records that may be there already.
    pub suspects: Suspects<'a>,
}

/// What a save comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// The record as it will be.
    pub record: Record,
    /// What is written.
    pub changes: Vec<Change>,
    /// Rules that only warn.
    pub warnings: Vec<Problem>,
}

/// What a form shows while it is filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The record with everything worked out.
    pub record: Record,
    /// What a save would refuse.
    pub problems: Vec<Problem>,
    /// What a save would warn of.
    pub warnings: Vec<Problem>,
}

/// Makes a new record.
#[must_use]
pub fn create(s: &Saving<'_>, entity: &Entity, input: &Map<String, Json>) -> Outcome<Saved> {
    create_as(s, entity, input, s.ctx.ids.clone().next())
}

/// Makes a new record with a given id.
#[must_use]
pub fn create_as(s: &Saving<'_>, entity: &Entity, input: &Map<String, Json>, id: Uuid) -> Outcome<Saved> {
    if !s.access.may_create(&entity.name) {
        return Outcome::Rejected(Rejection::Forbidden {
            message: format!("new records of `{}` cannot be made", entity.name),
        });
    }
    let mut work = Work::new(s, entity, None, blank(s, entity, id));
    work.take(input, false);
    work.complete(None);
    work.finish()
}

/// Changes a record. `base` is the record now; `expected` the version that the writer had read, and `since` what others
/// changed after it.
#[must_use]
pub fn update(
    s: &Saving<'_>,
    entity: &Entity,
    base: &Record,
    input: &Map<String, Json>,
    expected: i64,
    since: &[LaterChange],
) -> Outcome<Saved> {
    update_with(s, entity, base, input, expected, since, &[])
}

/// The same by an approver, whose node opens some fields of the locked record.
#[must_use]
pub fn update_with(
    s: &Saving<'_>,
    entity: &Entity,
    base: &Record,
    input: &Map<String, Json>,
    expected: i64,
    since: &[LaterChange],
    opened: &[Name],
) -> Outcome<Saved> {
    if opened.is_empty() {
        match s.access.allows(Action::Update, entity, base, s.facts) {
            Ok(true) => {}
            Ok(false) => {
                return Outcome::Rejected(Rejection::Forbidden {
                    message: "this record cannot be changed by you".into(),
                });
            }
            Err(error) => return stop(error),
        }
    }
    let mut work = Work::new(s, entity, Some(base), base.clone());
    work.opened = opened;
    if expected < base.version {
        work.read = before::before(entity, base, since, expected);
    }
    work.take(input, false);
    if expected != base.version {
        let conflicts = if expected < base.version { merge::conflicts(&mut work, since) } else { Vec::new() };
        if !work.needs.is_empty() {
            return Outcome::Needs(work.needs);
        }
        if expected > base.version || !conflicts.is_empty() {
            return Outcome::Rejected(Rejection::Stale {
                entity: entity.name.clone(),
                id: base.id,
                expected,
                actual: base.version,
                conflicts,
            });
        }
    }
    if let Some(refused) = work.locked() {
        return Outcome::Rejected(refused);
    }
    work.complete(None);
    work.finish()
}

/// What the form shows: `base` where the record is there already, the whole form as `input`, and the paths that the
/// writer has changed since the last draft, the latest last. None: what is in the input stands.
#[must_use]
pub fn draft(
    s: &Saving<'_>,
    entity: &Entity,
    base: Option<&Record>,
    input: &Map<String, Json>,
    changed: &[String],
) -> Outcome<Draft> {
    draft_with(s, entity, base, input, changed, &[])
}

/// The same for an approver, whose node opens some fields.
#[must_use]
pub fn draft_with(
    s: &Saving<'_>,
    entity: &Entity,
    base: Option<&Record>,
    input: &Map<String, Json>,
    changed: &[String],
    opened: &[Name],
) -> Outcome<Draft> {
    let start = base.cloned().unwrap_or_else(|| blank(s, entity, Uuid::nil()));
    let mut work = Work::new(s, entity, base, start);
    work.touched = Some(changed.to_vec());
    work.opened = opened;
    work.take(input, true);
    work.complete(None);
    if !work.needs.is_empty() {
        return Outcome::Needs(work.needs);
    }
    Outcome::Decided(Draft {
        record: Arc::unwrap_or_clone(work.record),
        problems: work.problems,
        warnings: work.warnings,
    })
}

/// Puts a record into the trash (`deleted`) or takes it out.
#[must_use]
pub fn remove(s: &Saving<'_>, entity: &Entity, base: &Record, expected: i64, deleted: bool) -> Outcome<Saved> {
    match s.access.allows(Action::Delete, entity, base, s.facts) {
        Ok(true) => {}
        Ok(false) => {
            return Outcome::Rejected(Rejection::Forbidden { message: "this record cannot be deleted by you".into() });
        }
        Err(error) => return stop(error),
    }
    if expected != base.version {
        return Outcome::Rejected(Rejection::Stale {
            entity: entity.name.clone(),
            id: base.id,
            expected,
            actual: base.version,
            conflicts: Vec::new(),
        });
    }
    // A record from before its entity had a lifecycle stands at its start.
    let start = entity.lifecycle.as_ref().map(|l| &l.start);
    if deleted && start.is_some() && base.state.as_ref().or(start) != start {
        let told =
            format!("expected a record that is still `{}`, but it is `{}`", start.map_or("", |s| s), base.get("state"));
        return Outcome::Rejected(Rejection::state("wrong_state", told));
    }
    let mut record = base.clone();
    record.deleted_at = deleted.then_some(s.ctx.now);
    record.version += 1;
    record.updated_at = s.ctx.now;
    record.updated_by = s.ctx.user;
    let action = if deleted { "deleted" } else { "restored" };
    let change = UpdateRecord {
        deleted_at: Some(record.deleted_at),
        batch: s.batch,
        ..UpdateRecord::of(&entity.name, base.id, base.version)
    };
    let mut changes = vec![Change::UpdateRecord(Box::new(change)), diff::history(s, &record, action, None, Vec::new())];
    if !deleted {
        match duplicates::restored(s, entity, &record) {
            Ok(apart) => changes.extend(apart),
            Err(duplicates::Restored::Needs(queries)) => return Outcome::Needs(queries),
            Err(duplicates::Restored::Taken(problem)) => {
                return Outcome::Rejected(Rejection::Invalid(vec![problem]));
            }
        }
    }
    changes.extend(followed(s.catalog, s.ctx.zone, s.ctx.now, Some(base), Some(&record)));
    Outcome::Decided(Saved { record, changes, warnings: Vec::new() })
}

/// What follows a change of a record elsewhere: values that are worked out anew, and who stands in by it. `before` is none
/// for a new record, `after` for one that goes.
#[must_use]
pub fn followed(
    catalog: &Catalog,
    zone: Tz,
    now: DateTime<Utc>,
    before: Option<&Record>,
    after: Option<&Record>,
) -> Vec<Change> {
    let mut changes = live::touched(catalog, now, before, after);
    changes.extend(absence::changed(catalog, zone, now, before, after));
    changes
}

/// A record with nothing in it.
pub(crate) fn blank(s: &Saving<'_>, entity: &Entity, id: Uuid) -> Record {
    Record {
        entity: entity.name.clone(),
        id,
        version: 1,
        state: entity.lifecycle.as_ref().map(|l| l.start.clone()),
        number: None,
        title: String::new(),
        created_at: s.ctx.now,
        created_by: s.ctx.user,
        updated_at: s.ctx.now,
        updated_by: s.ctx.user,
        deleted_at: None,
        fields: indexmap::IndexMap::new(),
        lines: indexmap::IndexMap::new(),
    }
}

fn stop<T>(error: EvalError) -> Outcome<T> {
    match error {
        EvalError::Needs(queries) => Outcome::Needs(queries),
        EvalError::Fault(fault) => Outcome::Rejected(Rejection::invalid("", "formula", fault.to_string())),
    }
}

/// A save in progress.
pub(crate) struct Work<'a> {
    pub(crate) s: &'a Saving<'a>,
    pub(crate) entity: &'a Entity,
    pub(crate) base: Option<&'a Record>,
    /// Shared, so that a formula reads it while what it gives is noted.
    pub(crate) record: Arc<Record>,
    /// The record as the writer had read it, where it has changed since.
    read: Option<before::Before>,
    /// What the writer did to lines beside changing their cells.
    line_moves: merge::LineMoves,
    /// Paths that the input names, even with null.
    pub(crate) given: HashSet<String>,
    /// Paths whose value differs from the base: `partner`, `lines`, `lines.<id>.quantity`.
    pub(crate) changed: HashSet<String>,
    /// In a draft: the paths that the writer has just changed, the latest last.
    pub(crate) touched: Option<Vec<String>>,
    /// Paths that the engine itself set: by a transition, a mapping, an effect.
    pub(crate) forced: HashSet<String>,
    /// Paths that a fill set, whose own fills then follow.
    pub(crate) followed: HashSet<String>,
    /// Fields that may be written though the state locks them.
    pub(crate) opened: &'a [Name],
    /// What a transition does to the record is history under its name.
    pub(crate) action: &'a str,
    /// Why, where the one who makes the transition says so.
    pub(crate) reason: Option<&'a str>,
    /// A transition is written down even where it changes no field, so that two at once cannot both be made.
    pub(crate) moves: bool,
    pub(crate) problems: Vec<Problem>,
    pub(crate) warnings: Vec<Problem>,
    pub(crate) needs: Vec<Query>,
    pub(crate) ids: Ids,
    /// Records that are no others: they become one with this.
    besides: Vec<Uuid>,
    /// Values that no other record may share.
    apart: Vec<Vec<(Name, Value)>>,
    /// By which roles the writer reads and writes this record; worked out when it is first asked for.
    reach: Option<Reach<'a>>,
}

impl<'a> Work<'a> {
    pub(crate) fn new(s: &'a Saving<'a>, entity: &'a Entity, base: Option<&'a Record>, record: Record) -> Self {
        let mut ids = s.ctx.ids.clone();
        // The first id is the record's own.
        ids.next();
        Self {
            s,
            entity,
            base,
            record: Arc::new(record),
            read: None,
            line_moves: merge::LineMoves::default(),
            given: HashSet::new(),
            changed: HashSet::new(),
            touched: None,
            forced: HashSet::new(),
            followed: HashSet::new(),
            opened: &[],
            action: if base.is_none() { "created" } else { "updated" },
            reason: None,
            moves: false,
            problems: Vec::new(),
            warnings: Vec::new(),
            needs: Vec::new(),
            ids,
            besides: Vec::new(),
            apart: Vec::new(),
            reach: None,
        }
    }

    /// The record, to be changed.
    pub(crate) fn record_mut(&mut self) -> &mut Record {
        Arc::make_mut(&mut self.record)
    }

    pub(crate) fn env<'e>(&self, record: &'e Record) -> Env<'e>
    where
        'a: 'e,
    {
        Env::new(self.s.ctx, self.s.facts, self.s.catalog).over(record)
    }

    /// Notes what an evaluation could not do; gives its value otherwise.
    pub(crate) fn note<T>(&mut self, path: &str, result: Result<T, EvalError>) -> Option<T> {
        self.note_at(|| path.to_owned(), result)
    }

    /// The same where the path is only made if it is told.
    pub(crate) fn note_at<T>(&mut self, path: impl FnOnce() -> String, result: Result<T, EvalError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(EvalError::Needs(queries)) => {
                self.needs.extend(queries);
                None
            }
            Err(EvalError::Fault(fault)) => {
                self.problems.push(Problem::new(path(), "formula", fault.to_string()));
                None
            }
        }
    }

    /// Everything after the input has been taken: defaults, fills, formulas, rules, title.
    pub(crate) fn complete(&mut self, transition: Option<&str>) {
        if self.is_full() {
            return;
        }
        self.defaults();
        self.begin_rollups();
        self.check_references();
        self.check_files();
        self.fills();
        self.compute();
        if self.needs.is_empty() {
            self.required();
            self.rules(transition);
            self.title();
            self.duplicates();
        }
        self.needs.dedup();
    }

    /// Stops at what is not known or not allowed.
    pub(crate) fn stop(&mut self) -> Result<(), crate::command::Stop> {
        if !self.needs.is_empty() {
            return Err(crate::command::Stop::Needs(std::mem::take(&mut self.needs)));
        }
        if !self.problems.is_empty() {
            return Err(Rejection::Invalid(std::mem::take(&mut self.problems)).into());
        }
        Ok(())
    }

    /// What it comes to.
    pub(crate) fn finish(self) -> Outcome<Saved> {
        if !self.needs.is_empty() {
            return Outcome::Needs(self.needs);
        }
        if !self.problems.is_empty() {
            return Outcome::Rejected(Rejection::Invalid(self.problems));
        }
        match self.found_by() {
            Ok(search) => Outcome::Decided(self.written(search)),
            Err(error) => stop(error),
        }
    }

    /// The numbers of series that the fields of a new record take.
    fn series(&self) -> Vec<SeriesNumber> {
        let (entity, today) = (self.entity, self.s.ctx.today());
        let searched = |name: &Name| {
            let whole = |expr: &crate::expression::Expr| expr.as_path().is_some_and(|path| path == [name.clone()]);
            entity.search.iter().any(|(lines, expr)| lines.is_none() && whole(expr))
        };
        let number = |field: &Field| {
            let numbering = field.series.as_ref()?.on(&format!("{}.{}", entity.name, field.name), today);
            Some(SeriesNumber { field: field.name.clone(), numbering, searched: searched(&field.name) })
        };
        entity.columns().filter_map(number).collect()
    }

    fn written(mut self, search: Option<String>) -> Saved {
        let likeness = self.likeness_changes();
        let Some(base) = self.base else {
            let numbering = match self.record.number {
                Some(_) => None,
                None => self.entity.number.as_ref().map(|n| n.on(&self.entity.name, self.s.ctx.today())),
            };
            let series = self.series();
            let record = Arc::unwrap_or_clone(self.record);
            let history = diff::history(self.s, &record, self.action, self.reason, diff::created(&record));
            let (search, batch) = (search.unwrap_or_default(), self.s.batch);
            let insert = InsertRecord { record: record.clone(), numbering, series, search, batch, origin: None };
            let mut changes = vec![Change::InsertRecord(Box::new(insert)), history];
            changes.extend(files::changed(self.entity, None, &record));
            changes.extend(likeness);
            changes.extend(followed(self.s.catalog, self.s.ctx.zone, self.s.ctx.now, None, Some(&record)));
            return Saved { record, changes, warnings: self.warnings };
        };
        let (mut update, fields) = diff::changed(self.entity, base, &self.record);
        if fields.is_empty() && update.state.is_none() && !self.moves {
            return Saved { record: base.clone(), changes: Vec::new(), warnings: self.warnings };
        }
        let mut record = Arc::unwrap_or_clone(self.record);
        record.version = base.version + 1;
        record.updated_at = self.s.ctx.now;
        record.updated_by = self.s.ctx.user;
        update.search = search;
        update.batch = self.s.batch;
        let history = diff::history(self.s, &record, self.action, self.reason, fields);
        let mut changes = vec![Change::UpdateRecord(Box::new(update)), history];
        changes.extend(files::changed(self.entity, Some(base), &record));
        changes.extend(likeness);
        changes.extend(followed(self.s.catalog, self.s.ctx.zone, self.s.ctx.now, Some(base), Some(&record)));
        Saved { record, changes, warnings: self.warnings }
    }
}

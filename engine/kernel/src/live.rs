//! Values that follow other records: lookups and rollups. Which record is to be worked out anew when another changes, and
//! what it then becomes.
//!
//! A save notes in its own commit, as jobs, what follows what it changes. Each job works records out anew and is finished
//! in the commit that writes them; a later change under the same key takes the job's place, and the commit of whoever was
//! at it is refused. So what is stored is right once no job is left, in whatever order writers come.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Catalog, Name, Record, Value, absence,
    change::{Change, NearKeys, UpdateRecord},
    definition::{Likeness, RollupHow},
    expression::{Env, EvalError, Expr, Fault, LowerError, Reference, lower},
    query::{Outcome, Predicate, Query},
    rebuild::Rebuild,
    save::{Saved, Saving, Work, changed, near_keys},
    schema::{Entity, Lookup, Rollup, Target},
};

/// Entities by name.
type Entities = IndexMap<Name, Arc<Entity>>;

/// The kind of the jobs.
pub const KIND: &str = "live";

/// What is worked out anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Job {
    /// One record.
    Record {
        /// Its entity.
        entity: Name,
        /// The record.
        id: Uuid,
    },
    /// Records that refer to one that changed.
    Spread {
        /// Their entity.
        entity: Name,
        /// The line table in which the reference stands.
        lines: Option<Name>,
        /// The reference.
        through: Name,
        /// The record that changed.
        id: Uuid,
        /// Those up to this one are done.
        after: Option<Uuid>,
    },
    /// Titles of all records of an entity, and what they are found by.
    Texts {
        /// The entity.
        entity: Name,
        /// Those up to this one are done.
        after: Option<Uuid>,
    },
    /// All records of an entity.
    Sweep {
        /// The entity.
        entity: Name,
        /// Those up to this one are done.
        after: Option<Uuid>,
    },
}

impl Job {
    /// What is noted: it takes the place of what was noted before of the same.
    #[must_use]
    pub fn schedule(&self, now: DateTime<Utc>) -> Change {
        let key = match self {
            Self::Record { entity, id } => format!("live/record/{entity}/{id}"),
            Self::Spread { entity, lines, through, id, .. } => {
                let table = lines.as_ref().map_or_else(String::new, |lines| format!("{lines}."));
                format!("live/spread/{entity}/{table}{through}/{id}")
            }
            Self::Sweep { entity, .. } => format!("live/sweep/{entity}"),
            Self::Texts { entity, .. } => format!("live/texts/{entity}"),
        };
        let payload = serde_json::to_value(self).unwrap_or_default();
        Change::ScheduleJob { key, kind: KIND.to_owned(), due_at: now, payload }
    }
}

/// A lookup by what it follows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Follower {
    entity: Name,
    lines: Option<Name>,
    through: Name,
    field: Name,
}

/// What in an entity follows other records.
#[derive(Clone, Debug, Default)]
struct Followed {
    /// Live lookups and rollups, and all formulas that read them.
    targets: Vec<Target>,
    /// Whether there are lookups among them.
    looks_up: bool,
}

/// What follows what across entities.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// Rollups (entity and field) by the entity that they are over.
    rollups: HashMap<Name, Vec<(Name, Name)>>,
    /// Lookups by the entity whose values they are.
    lookups: HashMap<Name, Vec<Follower>>,
    followed: HashMap<Name, Followed>,
}

/// Live lookups of an entity, with their line table.
fn lookups(entity: &Entity) -> Vec<(Option<&Name>, &Name, &Lookup)> {
    let tables = entity.line_tables().map(|table| (Some(&table.name), &table.fields));
    let mut found = Vec::new();
    for (lines, fields) in std::iter::once((None, &entity.fields)).chain(tables) {
        for field in fields.values() {
            let lookup = field.lookup.as_ref().filter(|lookup| lookup.live);
            found.extend(lookup.map(|lookup| (lines, &field.name, lookup)));
        }
    }
    found
}

fn target(lines: Option<&Name>, field: &Name) -> Target {
    match lines {
        None => Target::Field(field.clone()),
        Some(lines) => Target::LineField { lines: lines.clone(), field: field.clone() },
    }
}

/// What of its own record an expression reads.
fn own_reads(entity: &Entity, expr: &Expr) -> Vec<Target> {
    let own = |read: &Reference| match read {
        Reference::Field { entity: of, lines, field, own: true } if *of == entity.name => {
            Some(target(lines.as_ref(), field))
        }
        Reference::Let(name) => Some(Target::Let(name.clone())),
        _ => None,
    };
    expr.references().iter().filter_map(own).collect()
}

impl Live {
    /// What follows what among these entities.
    pub(crate) fn of(entities: &Entities) -> Self {
        let mut live = Self::default();
        for entity in entities.values() {
            let mut followed = Followed::default();
            for field in entity.columns() {
                if let Some(rollup) = &field.rollup {
                    let place = (entity.name.clone(), field.name.clone());
                    live.rollups.entry(rollup.of.clone()).or_default().push(place);
                    followed.targets.push(Target::Field(field.name.clone()));
                }
            }
            for (lines, name, lookup) in lookups(entity) {
                let follower = Follower {
                    entity: entity.name.clone(),
                    lines: lines.filter(|_| !lookup.of_record).cloned(),
                    through: lookup.through.clone(),
                    field: lookup.field.clone(),
                };
                live.lookups.entry(lookup.to.clone()).or_default().push(follower);
                followed.targets.push(target(lines, name));
                followed.looks_up = true;
            }
            // Formulas stand in the order of their dependence.
            for step in &entity.computations {
                let reads = own_reads(entity, &step.value);
                if !followed.targets.contains(&step.target) && reads.iter().any(|read| followed.targets.contains(read))
                {
                    followed.targets.push(step.target.clone());
                }
            }
            if !followed.targets.is_empty() {
                live.followed.insert(entity.name.clone(), followed);
            }
        }
        live
    }

    /// Circles through several records, which would never come to rest: entity and field at which each is told, and how.
    pub(crate) fn circles(entities: &Entities) -> Vec<(Name, Name, String)> {
        let mut walk = Walk { entities, done: HashSet::new(), way: Vec::new(), found: Vec::new() };
        for entity in entities.values() {
            for field in entity.columns().filter(|field| field.rollup.is_some()) {
                walk.visit(&entity.name, &Target::Field(field.name.clone()));
            }
            for (lines, name, _) in lookups(entity) {
                walk.visit(&entity.name, &target(lines, name));
            }
        }
        walk.found
    }

    /// Entities of which all records are to be worked out anew when a version is in force that keeps some values
    /// otherwise: while these were converted, what others changed was not followed.
    #[must_use]
    pub fn swept<'r>(&self, rebuilds: impl Iterator<Item = &'r Rebuild>) -> Vec<Job> {
        let mut entities = HashSet::new();
        for rebuild in rebuilds {
            let name = &rebuild.after.name;
            let moved: HashSet<&Name> = rebuild.fields().map(|(_, field)| field).collect();
            let targets = self.followed.get(name).into_iter().flat_map(|followed| &followed.targets);
            let own = targets.into_iter().any(|target| match target {
                Target::Let(_) => false,
                Target::Field(field) | Target::LineField { field, .. } => moved.contains(field),
            });
            entities.extend(own.then(|| name.clone()));
            entities.extend(self.rollups.get(name).into_iter().flatten().map(|(entity, _)| entity.clone()));
            let followers = self.lookups.get(name).into_iter().flatten();
            entities.extend(followers.filter(|f| moved.contains(&f.field)).map(|f| f.entity.clone()));
        }
        let mut entities: Vec<Name> = entities.into_iter().collect();
        entities.sort();
        entities.into_iter().map(|entity| Job::Sweep { entity, after: None }).collect()
    }

    /// Whether something that follows others was written by a change, which may have been decided on what had passed.
    fn is_overtaken(&self, before: Option<&Record>, after: &Record) -> bool {
        let Some(followed) = self.followed.get(&after.entity) else { return false };
        let Some(before) = before else { return followed.looks_up };
        if after.deleted_at.is_some() || before.deleted_at.is_some() {
            return after.deleted_at.is_none();
        }
        let value = |record: &Record, lines: &Name, id: Uuid, field: &Name| {
            let line = record.lines.get(lines).into_iter().flatten().find(|line| line.id == id);
            line.and_then(|line| line.fields.get(field)).cloned().unwrap_or_default()
        };
        followed.targets.iter().any(|target| match target {
            Target::Let(_) => false,
            Target::Field(field) => before.get(field) != after.get(field),
            Target::LineField { lines, field } => {
                let mut rows = after.lines.get(lines).into_iter().flatten();
                rows.any(|line| value(before, lines, line.id, field) != value(after, lines, line.id, field))
            }
        })
    }
}

/// What a change of a record has worked out anew: `before` is none for a new record, `after` for one that is gone.
#[must_use]
pub(crate) fn touched(
    catalog: &Catalog,
    now: DateTime<Utc>,
    before: Option<&Record>,
    after: Option<&Record>,
) -> Vec<Change> {
    let mut jobs = following(catalog, before, after);
    if let Some(after) = after
        && catalog.live.is_overtaken(before, after)
    {
        jobs.push(Job::Record { entity: after.entity.clone(), id: after.id });
    }
    jobs.iter().map(|job| job.schedule(now)).collect()
}

/// The same without the record itself.
fn following(catalog: &Catalog, before: Option<&Record>, after: Option<&Record>) -> Vec<Job> {
    let Some(record) = after.or(before) else { return Vec::new() };
    let live = &catalog.live;
    let mut jobs = Vec::new();
    for (entity, field) in live.rollups.get(&record.entity).into_iter().flatten() {
        let field = catalog.entities.get(entity).and_then(|entity| entity.fields.get(field));
        let Some(rollup) = field.and_then(|field| field.rollup.as_ref()) else { continue };
        for id in rollup.moved(before, after) {
            let job = Job::Record { entity: entity.clone(), id };
            if !jobs.contains(&job) {
                jobs.push(job);
            }
        }
    }
    if let (Some(before), Some(after)) = (before, after) {
        for follower in live.lookups.get(&record.entity).into_iter().flatten() {
            let Follower { entity, lines, through, field } = follower.clone();
            let job = Job::Spread { entity, lines, through, id: after.id, after: None };
            if before.get(&field) != after.get(&field) && !jobs.contains(&job) {
                jobs.push(job);
            }
        }
    }
    jobs
}

/// Works out anew what follows others in a record: nothing else of it changes, and its history says nothing of it.
#[must_use]
pub fn recompute(s: &Saving<'_>, entity: &Entity, base: &Record) -> Outcome<Saved> {
    let unchanged = || Saved { record: base.clone(), changes: Vec::new(), warnings: Vec::new() };
    let Some(followed) = s.catalog.live.followed.get(&entity.name) else { return Outcome::Decided(unchanged()) };
    let mut work = Work::new(s, entity, Some(base), base.clone());
    work.roll_up();
    work.compute();
    if !work.needs.is_empty() {
        return Outcome::Needs(work.needs);
    }
    let failed = |path: &str| work.problems.iter().any(|problem| problem.path == *path);
    let mut record = base.clone();
    for target in &followed.targets {
        match target {
            Target::Let(_) => {}
            Target::Field(field) if failed(field) => {}
            Target::Field(field) => drop(record.fields.insert(field.clone(), work.record.get(field))),
            Target::LineField { lines, field } => {
                let made = work.record.lines.get(lines).into_iter().flatten();
                for (line, made) in record.lines.get_mut(lines).into_iter().flatten().zip(made) {
                    if !failed(&format!("{lines}.{}.{field}", line.id)) {
                        line.fields.insert(field.clone(), made.fields.get(field).cloned().unwrap_or_default());
                    }
                }
            }
        }
    }
    let (mut update, fields) = changed(entity, base, &record);
    if fields.is_empty() {
        return Outcome::Decided(unchanged());
    }
    work.record = Arc::new(record.clone());
    if entity.title.exprs().any(|expr| reads_any(entity, expr, &followed.targets)) {
        work.title();
        record.title.clone_from(&work.record.title);
        update.title = (record.title != base.title).then(|| record.title.clone());
    }
    let searched = entity.search.iter().any(|(_, expr)| reads_any(entity, expr, &followed.targets));
    if searched || update.title.is_some() {
        let text = work.search_text(&record);
        update.search = work.note("search", text);
    }
    if !work.needs.is_empty() {
        return Outcome::Needs(work.needs);
    }
    update.silent = true;
    let mut changes = vec![Change::UpdateRecord(Box::new(update))];
    changes.extend(absence::changed(s.catalog, s.ctx.zone, s.ctx.now, Some(base), Some(&record)));
    changes.extend(following(s.catalog, Some(base), Some(&record)).iter().map(|job| job.schedule(s.ctx.now)));
    Outcome::Decided(Saved { record, changes, warnings: Vec::new() })
}

/// Entities whose records are called or found otherwise by `after` than by `before` (the version before by the names of
/// now): what says so changed, or values that it reads are kept or worked out otherwise since.
#[must_use]
pub fn retold<'r>(before: &Catalog, after: &Catalog, rebuilds: impl Iterator<Item = &'r Rebuild>) -> Vec<Job> {
    let moved: HashSet<(&Name, &Name)> =
        rebuilds.flat_map(|rebuild| rebuild.fields().map(move |(_, field)| (&rebuild.after.name, field))).collect();
    let reads = |expr: &Expr| {
        let is_moved = |read: &Reference| matches!(read, Reference::Field { entity, field, .. } if moved.contains(&(entity, field)));
        expr.references().iter().any(is_moved)
    };
    let changed = |entity: &&Arc<Entity>| {
        before.entities.get(&entity.name).is_some_and(|was| {
            let (was, is) = (&was.definition, &entity.definition);
            was.title != is.title || was.search != is.search || was.duplicates != is.duplicates
        })
    };
    let follows = |entity: &Arc<Entity>| {
        let near = entity.duplicates.suspect.iter().any(|likeness| match likeness {
            Likeness::Near(near) => {
                std::iter::once(&near.near).chain(&near.with).any(|field| moved.contains(&(&entity.name, field)))
            }
            Likeness::Same(_) => false,
        });
        near || entity.title.exprs().any(reads) || entity.search.iter().any(|(_, expr)| reads(expr))
    };
    let job = |entity: &Arc<Entity>| Job::Texts { entity: entity.name.clone(), after: None };
    after.entities.values().filter(|entity| changed(entity) || follows(entity)).map(job).collect()
}

/// Gives a record the title that its pattern makes of it, and the keys that it is found by. Nothing else changes.
#[must_use]
pub fn retell(s: &Saving<'_>, entity: &Entity, base: &Record) -> Outcome<Saved> {
    let mut work = Work::new(s, entity, Some(base), base.clone());
    work.title();
    let record = Record::clone(&work.record);
    let text = work.search_text(&record);
    let search = work.note("search", text);
    if !work.needs.is_empty() {
        return Outcome::Needs(work.needs);
    }
    let update = UpdateRecord {
        title: (record.title != base.title).then(|| record.title.clone()),
        search,
        silent: true,
        ..UpdateRecord::of(&entity.name, base.id, base.version)
    };
    let keys = NearKeys { record: base.id, keys: near_keys(entity, &record), replaces: true };
    let mut changes = vec![Change::UpdateRecord(Box::new(update)), Change::Near(keys)];
    changes.extend(following(s.catalog, Some(base), Some(&record)).iter().map(|job| job.schedule(s.ctx.now)));
    Outcome::Decided(Saved { record, changes, warnings: Vec::new() })
}

/// Entities whose records are called or found by what stands in records of this one.
#[must_use]
pub fn called_by(catalog: &Catalog, of: &Name) -> Vec<Name> {
    let reads = |expr: &Expr| {
        expr.references().iter().any(|read| matches!(read, Reference::Field { entity, own: false, .. } if entity == of))
    };
    let called =
        |entity: &&Arc<Entity>| entity.title.exprs().any(reads) || entity.search.iter().any(|(_, expr)| reads(expr));
    catalog.entities.values().filter(called).map(|entity| entity.name.clone()).collect()
}

/// Fields of other entities that took these fields of an entity over and keep them: copied lookups and fills.
#[must_use]
pub fn copies_of(catalog: &Catalog, of: &Name, fields: &[String]) -> Vec<String> {
    let reads = |expr: &Expr| match expr.as_path().as_deref() {
        Some([field]) => fields.iter().any(|known| **known == **field),
        _ => expr.references().iter().any(|read| {
            matches!(read, Reference::Field { entity, lines: None, field, .. }
                if entity == of && fields.iter().any(|known| **known == **field))
        }),
    };
    let mut found = Vec::new();
    for entity in catalog.entities.values() {
        let tables = entity.line_tables().map(|table| (Some(&table.name), &table.fields));
        for (lines, inner) in std::iter::once((None, &entity.fields)).chain(tables) {
            let path = |field: &Name| {
                let table = lines.map_or_else(String::new, |lines| format!("{lines}."));
                format!("{}.{table}{field}", entity.name)
            };
            for field in inner.values() {
                let copied = field.lookup.as_ref().filter(|lookup| !lookup.live && lookup.to == *of);
                if copied.is_some_and(|lookup| fields.iter().any(|known| **known == *lookup.field)) {
                    found.push(path(&field.name));
                }
                if field.to.as_ref() == Some(of) {
                    found.extend(field.fills.iter().filter(|(_, expr)| reads(expr)).map(|(mine, _)| path(mine)));
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

fn reads_any(entity: &Entity, expr: &Expr, targets: &[Target]) -> bool {
    own_reads(entity, expr).iter().any(|read| targets.contains(read))
}

impl Work<'_> {
    /// A new record has nothing that refers to it.
    pub(crate) fn begin_rollups(&mut self) {
        if self.base.is_some() {
            return;
        }
        let entity = self.entity;
        for field in entity.columns() {
            if let Some(rollup) = &field.rollup
                && matches!(rollup.how, RollupHow::Count | RollupHow::Sum)
            {
                self.set(field, Value::Integer(0));
            }
        }
    }

    /// Gives rollups their values.
    pub(crate) fn roll_up(&mut self) {
        let entity = self.entity;
        for field in entity.columns() {
            let Some(rollup) = &field.rollup else { continue };
            let query = rollup.query(&self.env(&self.record), self.record.id);
            let Some(query) = self.note(&field.name, query) else { continue };
            match self.s.facts.answer(&query) {
                Some(answer) => {
                    let value = rollup.value_of(answer.first().map(AsRef::as_ref));
                    self.set(field, value);
                }
                None => self.needs.push(query),
            }
        }
    }
}

impl Rollup {
    /// Everything that it reads, as if an expression of its record did.
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        let field = |field: Name| Reference::Field { entity: self.of.clone(), lines: None, field, own: false };
        self.reads().into_iter().map(field).chain([Reference::Rows(self.of.clone())]).collect()
    }

    /// The fields of the other records that it reads.
    fn reads(&self) -> Vec<Name> {
        let of_filter = self.filter.iter().flat_map(Expr::references).filter_map(|read| match read {
            Reference::Field { field, .. } => Some(field),
            _ => None,
        });
        [self.by.clone()].into_iter().chain(self.value.clone()).chain(of_filter).collect()
    }

    /// Whether both come to the same.
    #[must_use]
    pub fn is_alike(&self, other: &Self) -> bool {
        let filter = |rollup: &Self| rollup.filter.as_ref().map(|filter| filter.source().to_owned());
        let what = |rollup: &Self| (rollup.of.clone(), rollup.by.clone(), rollup.how, rollup.value.clone());
        what(self) == what(other) && filter(self) == filter(other)
    }

    /// The records whose value another one may have changed.
    fn moved(&self, before: Option<&Record>, after: Option<&Record>) -> Vec<Uuid> {
        let was = before.filter(|record| record.deleted_at.is_none());
        let is = after.filter(|record| record.deleted_at.is_none());
        let same = match (was, is) {
            (None, None) => true,
            (Some(was), Some(is)) => self.reads().iter().all(|field| was.get(field) == is.get(field)),
            _ => false,
        };
        if same {
            return Vec::new();
        }
        [was, is].into_iter().flatten().filter_map(|record| record.get(&self.by).as_id()).collect()
    }

    fn query(&self, env: &Env<'_>, record: Uuid) -> Result<Query, EvalError> {
        let filter = self.filter.as_ref().map_or(Ok(Predicate::True), |filter| lower(filter, env));
        let filter = filter.map_err(|error| match error {
            LowerError::Eval(error) => error,
            LowerError::NotLowerable(told) => EvalError::Fault(Fault::Missing(told)),
        })?;
        let how = if self.how == RollupHow::Average { RollupHow::Sum } else { self.how };
        Ok(Query::Rollup { of: self.of.clone(), by: self.by.clone(), record, how, value: self.value.clone(), filter })
    }

    fn value_of(&self, answer: Option<&Record>) -> Value {
        let get = |field: &str| answer.map(|record| record.get(field)).unwrap_or_default();
        let count = || match get("count") {
            Value::Integer(count) => count,
            _ => 0,
        };
        match (self.how, get("value")) {
            (RollupHow::Count, _) => Value::Integer(count()),
            (RollupHow::Sum, Value::Null) => Value::Integer(0),
            (RollupHow::Average, Value::Decimal(sum)) => {
                sum.checked_div(Decimal::from(count())).map_or(Value::Null, Value::Decimal)
            }
            (_, value) => value,
        }
    }
}

/// Looks for circles.
struct Walk<'a> {
    entities: &'a Entities,
    done: HashSet<(Name, Target)>,
    way: Vec<(Name, Target)>,
    found: Vec<(Name, Name, String)>,
}

impl Walk<'_> {
    fn visit(&mut self, entity: &Name, at: &Target) {
        let node = (entity.clone(), at.clone());
        if let Some(from) = self.way.iter().position(|known| *known == node) {
            let names = self.way.get(from..).unwrap_or_default().iter().chain([&node]);
            let names: Vec<String> = names.map(|(entity, target)| format!("{entity}.{target}")).collect();
            let told = format!("these follow each other in a circle: {}", names.join(" → "));
            if let Target::Field(field) | Target::LineField { field, .. } = at {
                self.found.push((entity.clone(), field.clone(), told));
            }
            return;
        }
        if !self.done.insert(node.clone()) {
            return;
        }
        self.way.push(node);
        for (entity, next) in self.reads(entity, at) {
            self.visit(&entity, &next);
        }
        self.way.pop();
    }

    /// What a value follows.
    fn reads(&self, entity: &Name, at: &Target) -> Vec<(Name, Target)> {
        let Some(entity) = self.entities.get(entity) else { return Vec::new() };
        let mut reads = Vec::new();
        if let Some(step) = entity.computations.iter().find(|step| step.target == *at) {
            reads.extend(own_reads(entity, &step.value).into_iter().map(|read| (entity.name.clone(), read)));
        }
        let field = match at {
            Target::Let(_) => None,
            Target::Field(field) => entity.fields.get(field),
            Target::LineField { lines, field } => entity.fields.get(lines).and_then(|table| table.fields.get(field)),
        };
        if let Some(lookup) = field.and_then(|field| field.lookup.as_ref()).filter(|lookup| lookup.live) {
            reads.push((lookup.to.clone(), Target::Field(lookup.field.clone())));
        }
        if let Some(rollup) = field.and_then(|field| field.rollup.as_ref()) {
            reads.extend(rollup.reads().into_iter().map(|field| (rollup.of.clone(), Target::Field(field))));
        }
        reads
    }
}

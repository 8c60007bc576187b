//! Saves the records of a piece: decided one by one as if a person had sent each, written together.

use std::{collections::HashMap, sync::Arc};

use kernel::{
    Name, Problem, Record, Rejection,
    change::{Change, Commit, ImportOrigin},
    query::{Facts, Outcome, Query},
    rights::Access,
    save::{self, Saved, Saving, Suspects},
    schema::Entity,
};
use serde_json::{Map, Value as Json};
use store::{CommitError, Committed};
use uuid::Uuid;

use crate::{App, Failure, Scene, engine::concern_people};

/// Rounds in which the kernel may ask for facts.
const ROUNDS: usize = 8;
/// Records that are written together.
const TOGETHER: usize = 100;

/// A record to be saved.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// The row that it is told at.
    pub(super) row: u32,
    /// Its input, in wire form.
    pub(super) input: Map<String, Json>,
    /// The record now, if it is changed rather than made.
    pub(super) base: Option<Arc<Record>>,
    /// The rows it comes from.
    pub(super) origin: Option<ImportOrigin>,
}

/// What became of it.
#[derive(Clone, Debug)]
pub(super) enum Fate {
    /// Made, with what it is now.
    Created(Arc<Record>),
    /// Changed.
    Updated(Arc<Record>),
    /// It was like that already.
    Unchanged(Uuid),
    /// Refused.
    Refused(Vec<Problem>),
}

/// Who saves, and whether anything is written.
#[derive(Debug)]
pub(super) struct Saver<'a> {
    pub(super) app: &'a App,
    pub(super) user: Option<Uuid>,
    pub(super) batch: Uuid,
    /// Whether records are written; a dry run only decides.
    pub(super) write: bool,
    /// Records that a dry run would have made, for those that refer to them.
    pub(super) imagined: HashMap<Uuid, Arc<Record>>,
}

impl Saver<'_> {
    /// Saves records of one entity; the answer has one fate for each.
    pub(super) async fn save(
        &self,
        entity: &Entity,
        wanted: &[Wanted],
        facts: &mut Facts,
    ) -> Result<Vec<Fate>, Failure> {
        let mut fates = Vec::with_capacity(wanted.len());
        for part in wanted.chunks(TOGETHER) {
            // Decided and written by the same definitions.
            let scene = self.app.scene(self.user);
            let mut decided = Vec::with_capacity(part.len());
            for one in part {
                decided.push(self.decide(&scene.anew(), entity, one, facts).await?);
            }
            if self.write {
                self.commit(&scene, entity, part, decided, facts, &mut fates).await?;
            } else {
                fates.extend(decided.into_iter().zip(part).map(|(d, one)| fate(d, one)));
            }
        }
        Ok(fates)
    }

    async fn decide(
        &self,
        scene: &Scene,
        entity: &Entity,
        one: &Wanted,
        facts: &mut Facts,
    ) -> Result<Result<Saved, Vec<Problem>>, Failure> {
        // The import began with the entity as it was then.
        let entity = scene.catalog.entity(&entity.name).map_or(entity, |now| &**now);
        for _ in 0..ROUNDS {
            let outcome = self.ask(scene, entity, one, facts);
            match outcome {
                Outcome::Decided(mut saved) => {
                    for change in &mut saved.changes {
                        match change {
                            Change::InsertRecord(insert) => insert.origin = one.origin,
                            Change::UpdateRecord(update) => update.origin = one.origin,
                            _ => {}
                        }
                    }
                    return Ok(Ok(saved));
                }
                Outcome::Rejected(rejection) => return Ok(Err(problems(rejection))),
                Outcome::Needs(queries) => self.answer(scene, queries, facts).await?,
            }
        }
        Err(Failure::Unsettled(ROUNDS))
    }

    fn ask(&self, scene: &Scene, entity: &Entity, one: &Wanted, facts: &Facts) -> Outcome<Saved> {
        let ctx = scene.ctx();
        let access = Access::new(&scene.catalog, &ctx);
        let saving = Saving {
            catalog: &scene.catalog,
            ctx: &ctx,
            facts,
            access: &access,
            source: "import",
            batch: Some(self.batch),
            suspects: Suspects::Warn,
        };
        match &one.base {
            None => save::create(&saving, entity, &one.input),
            Some(base) => save::update(&saving, entity, base, &one.input, base.version, &[]),
        }
    }

    /// Answers what the kernel asks, from the records that a dry run imagines before the database.
    pub(super) async fn answer(&self, scene: &Scene, queries: Vec<Query>, facts: &mut Facts) -> Result<(), Failure> {
        let mut asked = Vec::new();
        for query in queries {
            match &query {
                Query::Record { id, .. } if self.imagined.contains_key(id) => {
                    let answer = self.imagined.get(id).cloned().into_iter().collect();
                    facts.insert(query, answer);
                }
                _ => asked.push(query),
            }
        }
        if asked.is_empty() {
            return Ok(());
        }
        let answers = self.app.store().answer(scene.catalog.as_ref(), &asked).await?;
        for (query, answer) in asked.into_iter().zip(answers) {
            facts.insert(query, answer);
        }
        Ok(())
    }

    /// Writes all of a part in one transaction; if that is refused, one by one, so that only the culprit is left out.
    async fn commit(
        &self,
        scene: &Scene,
        entity: &Entity,
        part: &[Wanted],
        decided: Vec<Result<Saved, Vec<Problem>>>,
        facts: &mut Facts,
        fates: &mut Vec<Fate>,
    ) -> Result<(), Failure> {
        let changes: Vec<Change> = decided.iter().flatten().flat_map(|saved| saved.changes.iter().cloned()).collect();
        if let Ok(committed) = self.write(scene, changes).await? {
            let known = decided.into_iter().zip(part).map(|(d, one)| fate(named(d, &committed), one));
            fates.extend(known);
            return Ok(());
        }
        for (saved, one) in decided.into_iter().zip(part) {
            // Decided anew, on the record as it is now: what made it fail may be one that was written just before.
            let scene = self.app.scene(self.user);
            let again = match saved {
                Ok(_) => self.decide(&scene, entity, &self.as_it_is(&scene, entity, one).await?, facts).await?,
                Err(problems) => Err(problems),
            };
            let written = match again {
                Err(problems) => Err(problems),
                Ok(saved) => match self.write(&scene, saved.changes.clone()).await? {
                    Ok(committed) => named(Ok(saved), &committed),
                    Err(problem) => Err(vec![problem]),
                },
            };
            fates.push(fate(written, one));
        }
        Ok(())
    }

    async fn as_it_is(&self, scene: &Scene, entity: &Entity, one: &Wanted) -> Result<Wanted, Failure> {
        let mut one = one.clone();
        if let Some(base) = &one.base {
            let now = self.app.store().record(&*scene.catalog, &entity.name, base.id).await?;
            one.base = now.map(Arc::new).or(one.base);
        }
        Ok(one)
    }

    async fn write(&self, scene: &Scene, changes: Vec<Change>) -> Result<Result<Committed, Problem>, Failure> {
        if changes.is_empty() {
            return Ok(Ok(Committed::default()));
        }
        let people = concern_people(&changes);
        let commit = Commit { at: scene.now, by: self.user, changes };
        match self.app.store().commit_bulk(scene.catalog.as_ref(), commit).await {
            Ok(committed) => {
                if people {
                    self.app.people_written().await;
                }
                Ok(Ok(committed))
            }
            Err(CommitError::Store(error)) => Err(error.into()),
            Err(CommitError::Unique { fields, .. }) => {
                let path = fields.first().map_or_else(String::new, Name::to_string);
                Ok(Err(Problem::new(path, "unique", "Expected a unique value, but another record has it")))
            }
            Err(CommitError::Duplicate { fields, .. }) => {
                let path = fields.first().map_or_else(String::new, Name::to_string);
                Ok(Err(Problem::new(path, "duplicate", "Expected something new, but another record is the same")))
            }
            Err(other) => {
                if matches!(other, CommitError::Outdated) {
                    self.app.take_up_soon().await;
                }
                Ok(Err(Problem::new("", "changed", other.to_string())))
            }
        }
    }
}

/// The record with the number and title that the store gave it.
fn named(decided: Result<Saved, Vec<Problem>>, committed: &Committed) -> Result<Saved, Vec<Problem>> {
    decided.map(|mut saved| {
        if let Some(written) = committed.record(saved.record.id) {
            saved.record.number = written.number.clone().or(saved.record.number);
            saved.record.title = written.title.clone().unwrap_or(saved.record.title);
            for (field, number) in &written.series {
                saved.record.fields.insert(field.clone(), kernel::Value::text(number));
            }
        }
        saved
    })
}

fn fate(decided: Result<Saved, Vec<Problem>>, one: &Wanted) -> Fate {
    match decided {
        Err(problems) => Fate::Refused(problems),
        Ok(saved) if saved.changes.is_empty() => Fate::Unchanged(saved.record.id),
        Ok(saved) if one.base.is_none() => Fate::Created(Arc::new(saved.record)),
        Ok(saved) => Fate::Updated(Arc::new(saved.record)),
    }
}

fn problems(rejection: Rejection) -> Vec<Problem> {
    match rejection {
        // A value that is wrong is missing as well; that much is clear.
        Rejection::Invalid(problems) => {
            let wrong: Vec<String> = problems.iter().filter(|p| p.code != "required").map(|p| p.path.clone()).collect();
            problems.into_iter().filter(|p| p.code != "required" || !wrong.contains(&p.path)).collect()
        }
        Rejection::Forbidden { message } => vec![Problem::new("", "forbidden", message)],
        Rejection::State { code, message } => vec![Problem::new("", code, message)],
        other @ (Rejection::NotFound { .. } | Rejection::Stale { .. }) => {
            vec![Problem::new("", "changed", other.to_string())]
        }
    }
}

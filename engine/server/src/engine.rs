//! The command loop, in one place for HTTP, imports, seeds and tests: read, decide, answer what the kernel asks, decide
//! again, commit, and start anew if somebody else was faster.

use std::{collections::HashSet, sync::Arc};

use kernel::{
    Name, Rejection,
    change::{Change, Commit},
    query::{Facts, Outcome},
};
use store::{CommitError, Committed, IdempotencyKey, Once};
use uuid::Uuid;

use crate::{App, Failure, Scene, events::Happened};

/// A decision may ask for so many rounds of facts.
const ROUNDS: usize = 8;
/// A command is tried so often when others are faster.
const ATTEMPTS: usize = 5;

/// Something that somebody wants done.
pub trait Command: Sync {
    /// What is read of the database before it is decided.
    type Known: Send + Sync;
    /// What is told of it when it is done.
    type Done: Send;

    /// Reads what the decision is about, as it is now.
    fn read(&self, app: &App, scene: &Scene) -> impl Future<Output = Result<Self::Known, Failure>> + Send;

    /// Decides, without looking at anything but what is given.
    fn decide(&self, scene: &Scene, known: &Self::Known, facts: &Facts) -> Outcome<Decided<Self::Done>>;
}

/// What was decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided<T> {
    /// What is to be written.
    pub changes: Vec<Change>,
    /// What is told of it.
    pub done: T,
}

/// What became of a command that came with a key.
#[derive(Clone, Debug, PartialEq)]
pub enum Performed<T> {
    /// It was done now.
    Now(T),
    /// It had been done before; what was written then.
    Before(Committed),
}

impl App {
    /// Does a command: all of it or nothing.
    ///
    /// # Errors
    /// If it is refused, or the store fails.
    pub async fn perform<C: Command>(&self, user: Option<Uuid>, command: &C) -> Result<C::Done, Failure> {
        match self.perform_once(user, command, None).await? {
            Performed::Now(done) => Ok(done),
            // Only a key can bring this about.
            Performed::Before(_) => Err(Failure::Busy),
        }
    }

    /// The same unless it was done before with the same key.
    ///
    /// # Errors
    /// As [`App::perform`]; [`Failure::KeyReused`] if the key came with another request.
    pub async fn perform_once<C: Command>(
        &self,
        user: Option<Uuid>,
        command: &C,
        key: Option<IdempotencyKey>,
    ) -> Result<Performed<C::Done>, Failure> {
        // Asked before anything is decided: a repeated change would find its record moved on.
        if let Some(key) = &key
            && let Some(answered) = self.store().answered(&key.key, key.user).await?
        {
            let same = answered.request_hash == key.request_hash;
            return if same { Ok(Performed::Before(answered.committed)) } else { Err(Failure::KeyReused) };
        }
        for _ in 0..ATTEMPTS {
            let scene = self.scene(user);
            let known = command.read(self, &scene).await?;
            let decided = self.settle(&scene, |facts| command.decide(&scene, &known, facts)).await?;
            if decided.changes.is_empty() {
                return Ok(Performed::Now(decided.done));
            }
            let heard = Heard::of(&decided.changes);
            let commit = Commit { at: scene.now, by: user, changes: decided.changes };
            match self.commit(&scene, commit, key.clone()).await {
                Ok(Once::Done(committed)) => {
                    self.tell(&scene, heard, &committed).await;
                    return Ok(Performed::Now(decided.done));
                }
                Ok(Once::Already { committed, .. }) => return Ok(Performed::Before(committed)),
                Err(CommitError::StaleRecord { .. } | CommitError::StaleInstance { .. }) => {}
                Err(refused) => return Err(self.refusal(refused)),
            }
        }
        Err(Failure::Busy)
    }

    async fn commit(&self, scene: &Scene, commit: Commit, key: Option<IdempotencyKey>) -> Result<Once, CommitError> {
        let entities = &scene.catalog.entities;
        match key {
            Some(key) => self.store().commit_once(entities, commit, key).await,
            None => self.store().commit(entities, commit).await.map(Once::Done),
        }
    }

    /// Asks a question of the kernel until it has all it needs.
    ///
    /// # Errors
    /// If it is refused, asks for too much, or the store fails.
    pub async fn settle<T>(&self, scene: &Scene, ask: impl Fn(&Facts) -> Outcome<T>) -> Result<T, Failure> {
        let mut facts = Facts::new();
        for _ in 0..ROUNDS {
            match ask(&facts) {
                Outcome::Decided(decided) => return Ok(decided),
                Outcome::Rejected(rejection) => return Err(rejection.into()),
                Outcome::Needs(queries) => {
                    let answers = self.store().answer(&scene.catalog.entities, &queries).await?;
                    for (query, answer) in queries.into_iter().zip(answers) {
                        facts.insert(query, answer);
                    }
                }
            }
        }
        Err(Failure::Unsettled(ROUNDS))
    }

    pub(crate) fn refusal(&self, error: CommitError) -> Failure {
        match error {
            CommitError::TaskDone { by, outcome, at, .. } => {
                let org = self.org();
                let who = by.and_then(|id| org.people.get(&id)).map_or("the workflow", |person| &person.name);
                let at = at.with_timezone(&self.firm().zone()).format("%Y-%m-%d %H:%M");
                let message = format!("expected an open task, but {who} {outcome} it on {at}");
                Rejection::state("task_done", message).into()
            }
            CommitError::Unique { entity, fields } => Failure::Unique { entity, fields },
            CommitError::Missing { kind, id } => Rejection::NotFound { kind, id: id.to_string() }.into(),
            CommitError::KeyReused => Failure::KeyReused,
            CommitError::StaleRecord { .. } | CommitError::StaleInstance { .. } => Failure::Busy,
            CommitError::Store(error) => error.into(),
        }
    }
}

/// Whom a commit concerns, noted before it is handed over.
#[derive(Debug, Default)]
struct Heard {
    tasks: HashSet<Uuid>,
    closed: Vec<Uuid>,
    notices: HashSet<Uuid>,
    /// Records whose workflow went on, also where nothing of the record itself changed.
    went_on: HashSet<(Name, Uuid)>,
    people: bool,
}

impl Heard {
    fn of(changes: &[Change]) -> Self {
        let mut heard = Self::default();
        for change in changes {
            match change {
                Change::InsertRecord(insert) => heard.people |= is_organisation(&insert.record.entity),
                Change::UpdateRecord(update) => heard.people |= is_organisation(&update.entity),
                Change::OpenTask(task) => {
                    heard.tasks.insert(task.assignee);
                }
                Change::CloseTask(close) => heard.closed.push(close.id),
                Change::Notify(notice) => {
                    heard.notices.insert(notice.user);
                }
                Change::Instance(row) => {
                    heard.went_on.insert((row.entity.clone(), row.record));
                }
                Change::Comment(comment) => {
                    heard.went_on.insert((comment.entity.clone(), comment.record));
                }
                Change::History(_) | Change::Events { .. } => {}
            }
        }
        heard
    }
}

/// Whether the snapshot of the organisation is made of this entity.
fn is_organisation(entity: &str) -> bool {
    matches!(entity, "user" | "department")
}

impl App {
    /// Tells those who listen what has happened.
    async fn tell(&self, scene: &Scene, mut heard: Heard, committed: &Committed) {
        if heard.people
            && let Err(error) = self.refresh_org().await
        {
            tracing::error!(%error, "people changed, but could not be read again");
        }
        if !self.hub().is_heard() {
            return;
        }
        heard.went_on.extend(committed.records.iter().map(|written| (written.entity.clone(), written.id)));
        for (entity, id) in heard.went_on {
            let found = self.store().record(&scene.catalog.entities, &entity, id).await;
            if let Ok(Some(record)) = found {
                self.hub().tell(Happened::Record(Arc::new(record)));
            }
        }
        for task in heard.closed {
            if let Ok(Some(task)) = self.store().task(task).await {
                heard.tasks.insert(task.row.assignee);
            }
        }
        for user in heard.tasks {
            self.hub().tell(Happened::Tasks { user });
        }
        for user in heard.notices {
            self.hub().tell(Happened::Notice { user });
        }
    }
}

//! The command loop, in one place for HTTP, imports, seeds and tests: read, decide, answer what the kernel asks, decide
//! again, commit, and start anew if somebody else was faster.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use kernel::{
    Rejection,
    change::{Change, Commit, JobHeld},
    query::{Facts, Outcome},
};
use store::{CommitError, Committed, IdempotencyKey, Once};
use uuid::Uuid;

use crate::{App, Failure, Scene, events::Happened, nodes::Told};

/// A decision may ask for so many rounds of facts.
const ROUNDS: usize = 8;
/// A command is tried so often when others are faster.
const ATTEMPTS: usize = 5;
/// So long a command waits for the version by which it is to be decided anew.
const OUTDATED: Duration = Duration::from_secs(10);
/// It looks for it in such steps.
const SOON: Duration = Duration::from_millis(15);

/// Something that somebody wants done.
pub trait Command: Sync {
    /// What is read of the database before it is decided.
    type Known: Send + Sync;
    /// What is told of it when it is done.
    type Done: Answer;

    /// Reads what the decision is about, as it is now.
    fn read(&self, app: &App, scene: &Scene) -> impl Future<Output = Result<Self::Known, Failure>> + Send;

    /// Decides, without looking at anything but what is given.
    fn decide(&self, scene: &Scene, known: &Self::Known, facts: &Facts) -> Outcome<Decided<Self::Done>>;
}

/// What is told of a command that was done.
pub trait Answer: Send {
    /// Takes over what was only known when it was committed.
    fn take_over(&mut self, committed: &Committed);
}

impl Answer for Uuid {
    fn take_over(&mut self, _: &Committed) {}
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
        self.decide_and_commit(user, command, key, None).await
    }

    /// Does a command as what a job is to do: with it the job is finished, even if there is nothing else to write.
    ///
    /// # Errors
    /// As [`App::perform`]; [`Failure::JobGone`] if the job was lost meanwhile.
    pub async fn perform_job<C: Command>(
        &self,
        user: Option<Uuid>,
        command: &C,
        job: JobHeld,
    ) -> Result<C::Done, Failure> {
        match self.decide_and_commit(user, command, None, Some(job)).await? {
            Performed::Now(done) => Ok(done),
            Performed::Before(_) => Err(Failure::Busy),
        }
    }

    async fn decide_and_commit<C: Command>(
        &self,
        user: Option<Uuid>,
        command: &C,
        key: Option<IdempotencyKey>,
        job: Option<JobHeld>,
    ) -> Result<Performed<C::Done>, Failure> {
        let patience = Instant::now() + OUTDATED;
        let mut attempts = 0;
        while attempts < ATTEMPTS {
            let scene = self.scene(user);
            let known = command.read(self, &scene).await?;
            let mut decided = self.settle(&scene, |facts| command.decide(&scene, &known, facts)).await?;
            decided.changes.extend(job.map(Change::FinishJob));
            self.add_looks(&scene.catalog, &mut decided.changes, scene.now);
            self.add_mails(&mut decided.changes, scene.now);
            if decided.changes.is_empty() {
                return Ok(Performed::Now(decided.done));
            }
            let told = news(&decided.changes);
            let commit = Commit { at: scene.now, by: user, changes: std::mem::take(&mut decided.changes) };
            match self.commit(&scene, commit, key.clone(), job.is_some()).await {
                Ok(Once::Done(committed)) => {
                    decided.done.take_over(&committed);
                    self.tell(told, &committed).await;
                    return Ok(Performed::Now(decided.done));
                }
                Ok(Once::Already { committed, .. }) => return Ok(Performed::Before(committed)),
                // Another has just written the same: decided anew, it is found and told.
                Err(
                    CommitError::StaleRecord { .. } | CommitError::StaleInstance { .. } | CommitError::Duplicate { .. },
                ) => attempts += 1,
                Err(CommitError::Outdated) if Instant::now() < patience => self.take_up_soon().await,
                Err(refused) => return Err(self.refusal(refused)),
            }
        }
        Err(Failure::Busy)
    }

    /// Takes up the version by which something is to be decided anew: it is in force, or comes into force in a moment.
    pub(crate) async fn take_up_soon(&self) {
        match self.take_up_published().await {
            Ok(true) => {}
            Ok(false) => tokio::time::sleep(SOON).await,
            Err(error) => {
                tracing::warn!(%error, "what is published cannot be taken up");
                tokio::time::sleep(SOON).await;
            }
        }
    }

    async fn commit(
        &self,
        scene: &Scene,
        commit: Commit,
        key: Option<IdempotencyKey>,
        is_job: bool,
    ) -> Result<Once, CommitError> {
        let entities = &*scene.catalog;
        match key {
            None if is_job => self.store().commit_job(entities, commit).await.map(Once::Done),
            Some(key) => self.store().commit_once(entities, commit, key).await,
            None => self.store().commit(entities, commit).await.map(Once::Done),
        }
    }

    /// Writes changes that nobody has to decide, and tells of them.
    pub(crate) async fn write_and_tell(&self, mut changes: Vec<Change>) -> Result<(), CommitError> {
        if changes.is_empty() {
            return Ok(());
        }
        self.add_mails(&mut changes, self.clock().now());
        let told = news(&changes);
        let commit = Commit { at: self.clock().now(), by: None, changes };
        let committed = self.store().commit(&*self.published().catalog, commit).await?;
        self.tell(told, &committed).await;
        Ok(())
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
                    let answers = self.store().answer(&*scene.catalog, &queries).await?;
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
            CommitError::JobGone { id } => Failure::JobGone(id),
            CommitError::StaleRecord { .. }
            | CommitError::StaleInstance { .. }
            | CommitError::Duplicate { .. }
            | CommitError::Outdated => Failure::Busy,
            CommitError::Store(error) => error.into(),
        }
    }
}

/// Whom and what a commit concerns, noted before it is handed over.
fn news(changes: &[Change]) -> Told {
    let mut told = Told::default();
    for change in changes {
        match change {
            Change::InsertRecord(insert) => told.people |= is_organisation(&insert.record.entity),
            Change::UpdateRecord(update) => told.people |= is_organisation(&update.entity),
            // Who is of the pool is looked up when it is told.
            Change::OpenTask(task) if task.pool.is_some() => drop(told.closed.insert(task.id)),
            Change::Purge(purge) => told.people |= is_organisation(&purge.entity),
            Change::Deputy(_) => told.people = true,
            Change::OpenTask(task) => drop(told.tasks.insert(task.assignee)),
            Change::AssignTask { id, .. } | Change::TaskDue { id, .. } => drop(told.closed.insert(*id)),
            Change::CloseTask(close) => drop(told.closed.insert(close.id)),
            Change::ScheduleJob { due_at, .. } => told.due = told.due.into_iter().chain([*due_at]).min(),
            Change::Notify(notice) => drop(told.notices.insert(notice.user)),
            // Also where nothing of the record itself changed.
            Change::Instance(row) => drop(told.records.insert((row.entity.clone(), row.record))),
            Change::Comment(comment) => drop(told.records.insert((comment.entity.clone(), comment.record))),
            Change::History(_)
            | Change::Events { .. }
            | Change::Files(_)
            | Change::Copy(_)
            | Change::MoveTask { .. }
            | Change::Erase(_)
            | Change::CancelJobs { .. }
            | Change::MessageWait(_)
            | Change::EndMessageWait(_)
            | Change::Message(_)
            | Change::TakeMessage { .. }
            | Change::FinishJob(_)
            | Change::Apart(_)
            | Change::Near(_)
            | Change::Merged(_)
            | Change::Merging { .. }
            | Change::Linked(_) => {}
        }
    }
    told
}

/// Whether changes concern people, departments or who stands in, of which each process keeps a picture. What is written in
/// bulk tells of that alone: nobody follows its records one by one.
pub(crate) fn concern_people(changes: &[Change]) -> bool {
    news(changes).people
}

/// Whether the snapshot of the organisation is made of this entity.
fn is_organisation(entity: &str) -> bool {
    matches!(entity, "user" | "department" | "position")
}

impl App {
    /// Tells those who listen what has happened, here and in other processes.
    async fn tell(&self, mut told: Told, committed: &Committed) {
        if told.people
            && let Err(error) = self.refresh_org().await
        {
            tracing::error!(%error, "people changed, but could not be read again");
        }
        told.records.extend(committed.records.iter().map(|written| (written.entity.clone(), written.id)));
        self.tell_nodes(told.clone());
        self.spread(told).await;
    }

    /// Tells that sessions of somebody ended: whatever still listens by one of them is to stop.
    pub(crate) async fn sessions_ended(&self, user: Uuid) {
        let told = Told { sessions: [user].into_iter().collect(), ..Told::default() };
        self.tell_nodes(told.clone());
        self.spread(told).await;
    }

    /// Tells the worker and the browsers of this process.
    pub(crate) async fn spread(&self, mut told: Told) {
        if let Some(due) = told.due {
            self.bell().ring_for(due, self.clock().now());
        }
        if !self.hub().is_heard() {
            return;
        }
        let published = self.published();
        for (entity, id) in told.records {
            let found = self.store().record(&*published.catalog, &entity, id).await;
            if let Ok(Some(record)) = found {
                self.hub().tell(Happened::Record(Arc::new(record)));
            }
        }
        for task in told.closed {
            if let Ok(Some(task)) = self.store().task(task).await {
                told.tasks.insert(task.row.assignee);
                told.tasks.extend(task.row.pool.iter().flat_map(|pool| self.members_of(pool)));
            }
        }
        for user in told.tasks {
            self.hub().tell(Happened::Tasks { user });
        }
        for user in told.notices {
            self.hub().tell(Happened::Notice { user });
        }
        for user in told.sessions {
            self.hub().tell(Happened::Sessions { user });
        }
        for id in told.publications {
            self.hub().tell(Happened::Publication { id });
        }
        for (id, user) in told.imports {
            self.hub().tell(Happened::Import { id, user });
        }
    }
}

//! Does what is to happen by itself: takes due jobs, a few of each kind at a time, and has their handlers do them.
//!
//! What is due lies in the database, so that a restart forgets nothing; the clock here only wakes. A job is taken for a
//! while and held as long as it is being done; if this process dies, another takes it over when that time has passed. What
//! a job writes is committed together with its end, which is refused to whoever has lost it: so it happens once. What it
//! does outside (a mail) may happen twice where a process dies between; a key tells the receiver.

mod bell;
mod handler;

use std::{
    collections::{HashMap, HashSet},
    panic::AssertUnwindSafe,
    sync::Arc,
};

use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt as _;
use kernel::{
    backoff,
    change::{Change, Commit, JobHeld, Notice},
};
use serde_json::json;
use store::{CommitError, JobRow, Taking};
use tokio::task::{JoinHandle, JoinSet};
use tokio_cron_scheduler::{Job as Alarm, JobScheduler};
use uuid::Uuid;

pub(crate) use self::bell::Bell;
pub use self::handler::{Handler, Handlers, Policy, Ran, Trouble};
use crate::{
    App,
    deputies::Absence,
    live::Live,
    mail::{Mails, TaskLetters},
    timers::{Looks, Messages, Timers},
};

/// A job that was taken and is not heard of for so long is somebody else's to take.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// What is due within this time is looked for anyway.
const LOOK: TimeDelta = TimeDelta::seconds(10);
/// So many jobs of a kind are taken at a time.
const SLICE: u32 = 32;
/// When it looks anyway: second, minute, hour, day, month, weekday.
const LOOKS: &str = "*/10 * * * * *";
/// How long jobs under way may take when the server stops.
const GRACE: std::time::Duration = std::time::Duration::from_secs(15);

/// All kinds that this program knows.
#[must_use]
pub fn handlers() -> Handlers {
    let flows = Handlers::default().with(Timers).with(Looks).with(Messages).with(Absence);
    flows.with(Live).with(Mails).with(TaskLetters)
}

/// Works through what is due, in this process.
#[derive(Debug)]
pub struct Worker {
    app: App,
    handlers: Handlers,
    /// Taken and not begun, by kind.
    waiting: HashMap<&'static str, Vec<JobRow>>,
    /// Being done: which, of what kind, and until when they are held.
    running: HashMap<i64, (&'static str, JobHeld, DateTime<Utc>)>,
    tasks: JoinSet<i64>,
    /// Kinds of which nothing more was due when it was last looked, so that not every end of a job asks again.
    dry: HashSet<&'static str>,
    /// Which kind takes first the next time.
    turn: usize,
}

impl Worker {
    /// One that does these kinds.
    #[must_use]
    pub fn new(app: &App, handlers: Handlers) -> Self {
        Self {
            app: app.clone(),
            handlers,
            waiting: HashMap::new(),
            running: HashMap::new(),
            tasks: JoinSet::new(),
            dry: HashSet::new(),
            turn: 0,
        }
    }

    /// Does all that is due, and what becomes due by it, until nothing is left.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn run_due(&mut self) -> Result<(), store::Error> {
        loop {
            self.dry.clear();
            self.begin().await?;
            if self.tasks.is_empty() {
                return Ok(());
            }
            self.one_ended().await;
        }
    }

    /// Works until the server stops.
    async fn run(mut self) {
        let mut stop = self.app.stopping();
        let app = self.app.clone();
        let bell = app.bell();
        loop {
            let asked = bell.count();
            let looked_at_all = self.dry.is_empty();
            let pause = match self.begin().await {
                Ok(()) if self.tasks.is_empty() && !looked_at_all => {
                    // What was done last may have scheduled more.
                    self.dry.clear();
                    continue;
                }
                Ok(()) if self.tasks.is_empty() => {
                    bell.set_quiet(asked);
                    self.until_next().await
                }
                Ok(()) => LOOK,
                Err(error) => {
                    tracing::error!(%error, "jobs cannot be taken");
                    LOOK
                }
            };
            let pause = pause.to_std().unwrap_or_default();
            tokio::select! {
                _ = stop.wait_for(|stopping| *stopping) => break,
                () = self.one_ended(), if !self.tasks.is_empty() => continue,
                () = bell.rung() => {}
                () = tokio::time::sleep(pause) => {}
            }
            self.dry.clear();
        }
        bell.set_heard(false);
        self.end().await;
    }

    /// Lets what is under way end, and gives back what was not begun.
    async fn end(mut self) {
        let rest = std::mem::take(&mut self.waiting);
        let now = self.app.clock().now();
        for job in rest.into_values().flatten() {
            if let Err(error) = self.app.store().put_job_off(job.held(), now).await {
                tracing::warn!(%error, key = job.key, "a job could not be given back; it is taken over later");
            }
        }
        let ends = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, ends).await.is_err() {
            tracing::warn!("jobs were still under way; they are taken over later");
        }
    }

    /// How long there is nothing to do.
    async fn until_next(&self) -> TimeDelta {
        let kinds: Vec<&str> = self.handlers.iter().map(|(kind, _)| kind).collect();
        match self.app.store().next_jobs(&kinds).await {
            Ok(next) => {
                let now = self.app.clock().now();
                let first = next.into_iter().flatten().min();
                first.map_or(LOOK, |at| (at - now).clamp(TimeDelta::zero(), LOOK))
            }
            Err(error) => {
                tracing::error!(%error, "jobs cannot be looked for");
                LOOK
            }
        }
    }

    async fn one_ended(&mut self) {
        if let Some(Ok(id)) = self.tasks.join_next().await {
            self.running.remove(&id);
        }
    }

    /// Holds what is being done, then begins as much as may be done at once: each kind in its turn, so that many jobs of
    /// one kind, or one that never works, do not hold up others.
    async fn begin(&mut self) -> Result<(), store::Error> {
        self.hold().await?;
        let count = self.handlers.len();
        for step in 0..count {
            let Some(handler) = self.handlers.nth((self.turn + step) % count).cloned() else { continue };
            self.begin_of(&handler).await?;
        }
        self.turn = self.turn.wrapping_add(1) % count.max(1);
        Ok(())
    }

    async fn begin_of(&mut self, handler: &Arc<dyn Handler>) -> Result<(), store::Error> {
        let kind = handler.kind();
        loop {
            let busy = self.running.values().filter(|(of, ..)| *of == kind).count();
            if busy >= handler.policy().at_once as usize {
                return Ok(());
            }
            let Some(job) = self.next_of(kind).await? else { return Ok(()) };
            let until = job.run_at;
            self.running.insert(job.id, (kind, job.held(), until));
            let (app, handler) = (self.app.clone(), Arc::clone(handler));
            self.tasks.spawn(async move {
                let id = job.id;
                run(&app, handler.as_ref(), &job).await;
                id
            });
        }
    }

    async fn next_of(&mut self, kind: &'static str) -> Result<Option<JobRow>, store::Error> {
        let now = self.app.clock().now();
        let waiting = self.waiting.entry(kind).or_default();
        // What was held too long while it waited here may be somebody else's by now.
        waiting.retain(|job| job.run_at - now > LEASE / 2);
        if waiting.is_empty() && !self.dry.contains(kind) {
            let owner = self.app.node();
            let taking = Taking { kind, owner, now, until: now + LEASE, limit: SLICE };
            *waiting = self.app.store().take_jobs(taking).await?;
            if waiting.len() < SLICE as usize {
                self.dry.insert(kind);
            }
            waiting.reverse();
        }
        Ok(waiting.pop())
    }

    /// Says of what takes long that it is still being done.
    async fn hold(&mut self) -> Result<(), store::Error> {
        let now = self.app.clock().now();
        for (_, held, until) in self.running.values_mut() {
            if *until - now <= LEASE / 2 {
                let later = now + LEASE;
                // If it is not ours any more, it cannot be finished either: nothing to be done about it here.
                self.app.store().hold_job(*held, later).await?;
                *until = later;
            }
        }
        Ok(())
    }
}

/// Does one job, whatever becomes of it.
async fn run(app: &App, handler: &dyn Handler, job: &JobRow) {
    let ran = AssertUnwindSafe(handler.run(app, job)).catch_unwind().await;
    let ran = ran.unwrap_or_else(|_| Err(Trouble::Again("the program has a mistake: it panicked".to_owned())));
    let done = match ran {
        Ok(Ran::Finished) | Err(Trouble::Gone) => Ok(()),
        Ok(Ran::Nothing) => finish(app, job).await,
        Ok(Ran::NotYet(until)) => app.store().put_job_off(job.held(), until).await.map(drop),
        Err(Trouble::Again(why)) if job.attempts < i64::from(handler.policy().tries) => {
            again(app, handler.policy(), job, &why).await
        }
        Err(Trouble::Again(why) | Trouble::Never(why)) => app.rest_job(job, &why).await,
    };
    if let Err(error) = done {
        tracing::warn!(%error, key = job.key, "what became of a job cannot be noted; it is taken over later");
    }
}

async fn finish(app: &App, job: &JobRow) -> Result<(), store::Error> {
    let commit = Commit { at: app.clock().now(), by: None, changes: vec![Change::FinishJob(job.held())] };
    match app.store().commit_job(&*app.published().catalog, commit).await {
        Ok(_) | Err(CommitError::JobGone { .. }) => Ok(()),
        Err(CommitError::Store(error)) => Err(error),
        Err(other) => {
            tracing::error!(%other, key = job.key, "a job cannot be finished");
            Ok(())
        }
    }
}

async fn again(app: &App, policy: Policy, job: &JobRow, why: &str) -> Result<(), store::Error> {
    let failures = u32::try_from(job.attempts).unwrap_or(u32::MAX);
    let pause = backoff::pause(failures, policy.first, policy.longest, rand::random::<u16>() % 1001);
    tracing::warn!(key = job.key, failures, why, "a job failed and is tried again");
    app.store().try_job_again(job.held(), app.clock().now() + pause, why).await?;
    Ok(())
}

impl App {
    /// Lays a job to rest. Of the first that rests administrators are told; further ones they find beside it.
    async fn rest_job(&self, job: &JobRow, why: &str) -> Result<(), store::Error> {
        tracing::error!(key = job.key, kind = job.kind, why, "a job rests until somebody looks at it");
        let are_some = self.store().count_incidents().await? > 0;
        let now = self.clock().now();
        if !self.store().rest_job(job.held(), now, why).await? || are_some {
            return Ok(());
        }
        self.tell_administrators("incident", &json!({"kind": job.kind})).await
    }

    /// A notice to all administrators.
    pub(crate) async fn tell_administrators(&self, kind: &str, body: &serde_json::Value) -> Result<(), store::Error> {
        let published = self.published();
        let org = self.org();
        let is_admin = |roles: &[kernel::Name]| {
            roles.iter().any(|role| published.catalog.roles.get(role).is_some_and(|role| role.definition.admin))
        };
        let people = org.people.iter().filter(|(_, person)| person.active && is_admin(&person.roles));
        let changes: Vec<Change> = people
            .map(|(user, _)| {
                let (kind, body) = (kind.to_owned(), body.clone());
                Change::Notify(Notice { id: Uuid::now_v7(), user: *user, kind, entity: None, record: None, body })
            })
            .collect();
        if let Err(refused) = self.write_and_tell(changes).await {
            tracing::warn!(%refused, "administrators could not be told");
        }
        Ok(())
    }

    /// A notice to one person; that they could not be told is no reason to take back what it tells of.
    pub(crate) async fn tell_person(&self, user: Uuid, kind: &str, body: serde_json::Value) {
        let notice = Notice { id: Uuid::now_v7(), user, kind: kind.to_owned(), entity: None, record: None, body };
        if let Err(refused) = self.write_and_tell(vec![Change::Notify(notice)]).await {
            tracing::warn!(%refused, "somebody could not be told");
        }
    }

    /// Waits until all that is due now has been done, if a worker runs in this process.
    pub async fn quiet(&self) {
        self.bell().quiet().await;
    }
}

/// Starts a worker and what wakes it; they end when the server stops.
///
/// # Errors
/// If the alarm clock cannot be set.
pub async fn start(app: &App, handlers: Handlers) -> Result<JoinHandle<()>, tokio_cron_scheduler::JobSchedulerError> {
    let mut alarms = JobScheduler::new().await?;
    let ringing = app.clone();
    alarms.add(Alarm::new(LOOKS, move |_, _| ringing.bell().ring())?).await?;
    alarms.start().await?;
    app.bell().set_heard(true);
    let worker = Worker::new(app, handlers);
    Ok(tokio::spawn(async move {
        worker.run().await;
        if let Err(error) = alarms.shutdown().await {
            tracing::debug!(%error, "the alarm clock could not be stopped");
        }
    }))
}

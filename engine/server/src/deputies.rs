//! Absence: who decides in whose place, from when, until when, in which workflows.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use futures::{FutureExt as _, future::BoxFuture};
use kernel::{Name, Rejection, command::Act, workflow::pools_of};
use store::{DeputyRow, JobRow};
use uuid::Uuid;

use crate::{
    App, Failure,
    command::ActOnInstance,
    nodes::Told,
    worker::{Handler, Ran, Trouble},
};

/// Tasks that are gone through at a time.
const PAGE: u32 = 100;

/// A stand-in that is to be set.
#[derive(Clone, Debug)]
pub struct NewDeputy {
    /// Who is away.
    pub person: Uuid,
    /// Who decides instead.
    pub deputy: Uuid,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub to: DateTime<Utc>,
    /// In which workflows; in all if empty.
    pub workflows: Vec<Name>,
    /// Why.
    pub reason: Option<String>,
}

impl App {
    /// Sets a stand-in. Tasks that are open already go over when it begins.
    ///
    /// # Errors
    /// If people, time or workflows make no sense, or stand-ins would go in a ring.
    pub async fn set_deputy(&self, by: Uuid, new: NewDeputy) -> Result<DeputyRow, Failure> {
        let now = self.clock().now();
        self.check_deputy(&new, now)?;
        let id = self.scene(Some(by)).ctx().ids.next();
        let NewDeputy { person, deputy, from, to, workflows, reason } = new;
        let set_by = Some(by);
        let row = DeputyRow {
            id,
            person,
            deputy,
            from,
            to,
            workflows,
            reason,
            set_by,
            set_at: now,
            ended_at: None,
            entity: None,
        };
        self.store().set_deputy(&row).await?;
        self.people_changed().await?;
        if row.from <= now {
            self.hand_to_deputy(row.person).await?;
        }
        Ok(row)
    }

    /// Ends a stand-in before its time. Tasks that went over stay where they are.
    ///
    /// # Errors
    /// If it follows a record, by which alone it ends, or the store fails.
    pub async fn end_deputy(&self, row: &DeputyRow) -> Result<(), Failure> {
        if row.entity.is_some() {
            let told = "expected a deputy that somebody set, but this one comes from a record of absence: change that";
            return Err(Rejection::state("follows_record", told).into());
        }
        self.store().end_deputy(row.id, self.clock().now()).await?;
        self.people_changed().await
    }

    fn check_deputy(&self, new: &NewDeputy, now: DateTime<Utc>) -> Result<(), Failure> {
        let refuse = |path: &str, code: &str, told: &str| Err(Rejection::invalid(path, code, told).into());
        let org = self.org();
        let active = |id: Uuid| org.people.get(&id).is_some_and(|person| person.active);
        if !active(new.person) {
            return refuse("person", "inactive", "expected somebody who works here");
        }
        if !active(new.deputy) || new.deputy == new.person {
            return refuse("deputy", "inactive", "expected somebody else who works here");
        }
        if new.to <= new.from || new.to <= now {
            return refuse("to", "past", "expected an end after the beginning and after now");
        }
        let published = self.published();
        if let Some(unknown) = new.workflows.iter().find(|name| !published.catalog.workflows.contains_key(*name)) {
            return refuse("workflows", "unknown", &format!("there is no workflow `{unknown}`"));
        }
        // Whoever stands in must not be stood in for, over others, by the one who is away at the same time.
        let overlap = |d: &&kernel::context::Deputy| {
            d.from < new.to
                && new.from < d.to
                && (d.workflows.is_empty()
                    || new.workflows.is_empty()
                    || d.workflows.iter().any(|name| new.workflows.contains(name)))
        };
        let mut seen = HashSet::from([new.deputy]);
        let mut open = vec![new.deputy];
        while let Some(at) = open.pop() {
            for next in org.deputies.iter().filter(overlap).filter(|d| d.person == at) {
                if next.deputy == new.person {
                    return refuse(
                        "deputy",
                        "ring",
                        "expected somebody whom the one who is away does not stand in for",
                    );
                }
                if seen.insert(next.deputy) {
                    open.push(next.deputy);
                }
            }
        }
        Ok(())
    }

    /// Who is away now and has open tasks: those go to whoever stands in. How many went.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn hand_to_deputies(&self) -> Result<usize, Failure> {
        let now = self.clock().now();
        let org = self.org();
        let mut away: Vec<Uuid> =
            org.deputies.iter().filter(|d| d.from <= now && now < d.to).map(|d| d.person).collect();
        away.sort_unstable();
        away.dedup();
        let mut done = 0;
        for person in away {
            done += self.hand_to_deputy(person).await?;
        }
        Ok(done)
    }

    /// The open tasks of somebody who is away go to whoever stands in, where the workflow lets them decide.
    async fn hand_to_deputy(&self, person: Uuid) -> Result<usize, Failure> {
        let mut done = 0;
        let mut before = None;
        loop {
            let tasks = self.store().open_tasks(person, &[], before, PAGE).await?;
            let Some(last) = tasks.last() else { return Ok(done) };
            before = Some(store::Before { at: last.created_at, id: last.id });
            let mut instances: Vec<Uuid> = tasks.iter().map(|task| task.instance).collect();
            instances.dedup();
            for instance in instances {
                let command = ActOnInstance { instance, act: Act::Absent { person }, version: None };
                match self.perform(None, &command).await {
                    Ok(_) => done += 1,
                    Err(Failure::Store(error)) => return Err(error.into()),
                    Err(refused) => tracing::warn!(%refused, %instance, "tasks of somebody who is away stay"),
                }
            }
        }
    }
}

impl App {
    /// The pools whose tasks somebody can claim.
    pub(crate) fn pools_of(&self, user: Uuid) -> Vec<String> {
        pools_of(&self.org(), user)
    }

    /// Who can claim the tasks of a pool.
    pub(crate) fn members_of(&self, pool: &str) -> Vec<Uuid> {
        let org = self.org();
        let people = org.people.keys().copied();
        people.filter(|id| pools_of(&org, *id).iter().any(|own| own == pool)).collect()
    }

    /// The same after something was written that stands whether or not they can be read.
    pub(crate) async fn people_written(&self) {
        if let Err(error) = self.people_changed().await {
            tracing::error!(%error, "people changed, but could not be read again");
        }
    }

    /// Reads people again, here and in other processes.
    async fn people_changed(&self) -> Result<(), Failure> {
        self.refresh_org().await?;
        self.tell_nodes(Told { people: true, ..Told::default() });
        Ok(())
    }
}

/// The open tasks of somebody whose record of absence begins to hold go over.
#[derive(Debug)]
pub(crate) struct Absence;

impl Handler for Absence {
    fn kind(&self) -> &'static str {
        kernel::absence::KIND
    }

    fn run<'a>(&'a self, app: &'a App, job: &'a JobRow) -> BoxFuture<'a, Result<Ran, Trouble>> {
        async move {
            let person = job.payload.get("person").and_then(|id| id.as_str()?.parse().ok());
            let person = person.ok_or_else(|| Trouble::Never("it is not said who is away".to_owned()))?;
            // Another process may have written the record, and told of it after this one took the job.
            app.people_changed().await?;
            app.hand_to_deputy(person).await?;
            Ok(Ran::Nothing)
        }
        .boxed()
    }
}

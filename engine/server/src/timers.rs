//! What workflows expect to happen by itself: timers that come to their time, records that change under a wait, messages
//! that find whoever waits for them. Whatever comes late, twice, or after the decision does nothing.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::BoxFuture;
use kernel::{
    Catalog, Name, Rejection,
    change::{Change, InstanceRow, UpdateRecord},
    command::Act,
    workflow::{Awaits, LOOK_EVERY, LOOK_JOB, MESSAGE_JOB, TIMER_JOB},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;
use store::JobRow;
use uuid::Uuid;

use crate::{
    App, Failure,
    command::ActOnInstance,
    worker::{Handler, Policy, Ran, Trouble},
};

/// Fires timers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timers;

/// Looks whether what is waited for has come.
#[derive(Clone, Copy, Debug, Default)]
pub struct Looks;

/// Takes messages to whoever waits for them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Messages;

#[derive(Deserialize)]
struct ForTimer {
    instance: Uuid,
    timer: u32,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ForLook {
    Instance { instance: Uuid },
    Record { record: Uuid },
}

fn payload<T: DeserializeOwned>(job: &JobRow) -> Result<T, Trouble> {
    serde_json::from_value(job.payload.clone()).map_err(|error| Trouble::Never(error.to_string()))
}

/// Something that somebody else writes at the same time is tried again soon.
fn policy() -> Policy {
    Policy { first: TimeDelta::seconds(1), longest: TimeDelta::minutes(10), ..Policy::default() }
}

impl Handler for Timers {
    fn kind(&self) -> &'static str {
        TIMER_JOB
    }

    fn policy(&self) -> Policy {
        policy()
    }

    fn run<'a>(&'a self, app: &'a App, job: &'a JobRow) -> BoxFuture<'a, Result<Ran, Trouble>> {
        Box::pin(async move {
            let ForTimer { instance, timer } = payload(job)?;
            app.act_by_job(instance, Act::Fire { timer }, job).await
        })
    }
}

impl Handler for Looks {
    fn kind(&self) -> &'static str {
        LOOK_JOB
    }

    fn policy(&self) -> Policy {
        policy()
    }

    fn run<'a>(&'a self, app: &'a App, job: &'a JobRow) -> BoxFuture<'a, Result<Ran, Trouble>> {
        Box::pin(async move {
            match payload(job)? {
                ForLook::Record { record } => {
                    // All of them look: those that were launched without waiting too. To look twice does nothing.
                    let mut open = app.store().instances_of_record(record).await?;
                    open.retain(|row| row.ended_at.is_none());
                    let Some(last) = open.pop() else { return Ok(Ran::Nothing) };
                    for row in open {
                        let look = ActOnInstance { instance: row.id, act: Act::Look, version: None };
                        app.perform(None, &look).await?;
                    }
                    app.act_by_job(last.id, Act::Look, job).await
                }
                ForLook::Instance { instance } => {
                    let look = ActOnInstance { instance, act: Act::Look, version: None };
                    match app.perform(None, &look).await {
                        Err(Failure::Rejected(Rejection::NotFound { .. })) => Ok(Ran::Nothing),
                        // Where nothing is left to look for, this has been cancelled, and is not put off.
                        done => done.map(|_| Ran::NotYet(app.clock().now() + LOOK_EVERY)).map_err(Trouble::from),
                    }
                }
            }
        })
    }
}

impl Handler for Messages {
    fn kind(&self) -> &'static str {
        MESSAGE_JOB
    }

    fn policy(&self) -> Policy {
        policy()
    }

    fn run<'a>(&'a self, app: &'a App, job: &'a JobRow) -> BoxFuture<'a, Result<Ran, Trouble>> {
        Box::pin(async move {
            let message: Awaits = payload(job)?;
            // One after the other: each is taken by whoever waits longest.
            while let Some((came, waits)) = app.store().waiting_message(&message.name, &message.key).await? {
                let act = Act::Receive {
                    token: waits.token,
                    message: message.clone(),
                    id: came.id,
                    values: came.values,
                    by: came.sent_by,
                };
                let receive = ActOnInstance { instance: waits.instance, act, version: None };
                app.perform(None, &receive).await?;
                if app
                    .store()
                    .waiting_message(&message.name, &message.key)
                    .await?
                    .is_some_and(|(next, _)| next.id == came.id)
                {
                    return Err(Trouble::Again("the workflow that waits for it did not take it".to_owned()));
                }
            }
            Ok(Ran::Nothing)
        })
    }
}

impl App {
    /// Acts on an instance as a job says. One that is gone needs nothing any more.
    async fn act_by_job(&self, instance: Uuid, act: Act, job: &JobRow) -> Result<Ran, Trouble> {
        let command = ActOnInstance { instance, act, version: None };
        match self.perform_job(None, &command, job.held()).await {
            Ok(_) => Ok(Ran::Finished),
            Err(Failure::Rejected(Rejection::NotFound { .. })) => Ok(Ran::Nothing),
            Err(failure) => Err(failure.into()),
        }
    }

    /// Adds to a commit the jobs that look at workflows whose waits or deadlines go by what it changes.
    pub(crate) fn add_looks(&self, catalog: &Catalog, changes: &mut Vec<Change>, now: DateTime<Utc>) {
        let touches = |update: &UpdateRecord, field: &Name| {
            update.set.contains_key(field)
                || update.lines.contains_key(field)
                || (update.state.is_some() && **field == *"state")
        };
        // A workflow that changes its own record looks itself; others of the same record do not.
        let own = |record: Uuid, workflow: &Name| {
            let is = |row: &InstanceRow| row.record == record && row.workflow == *workflow;
            changes.iter().any(|change| matches!(change, Change::Instance(row) if is(row)))
        };
        let looked_at: BTreeSet<Uuid> = changes
            .iter()
            .filter_map(|change| if let Change::UpdateRecord(update) = change { Some(update) } else { None })
            .filter(|update| {
                let workflows = catalog.workflows.values().filter(|workflow| workflow.entity == update.entity);
                let mut others = workflows.filter(|workflow| !own(update.id, &workflow.name));
                others.any(|workflow| workflow.watches.iter().any(|field| touches(update, field)))
            })
            .map(|update| update.id)
            .collect();
        changes.extend(looked_at.into_iter().map(|record| Change::ScheduleJob {
            key: format!("record/{record}/look"),
            kind: LOOK_JOB.to_owned(),
            due_at: now,
            payload: json!({"record": record}),
        }));
    }
}

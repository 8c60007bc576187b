//! What an instance expects to happen by itself: jobs at their times, and messages. What a command changes of it is
//! written in the same commit.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::{Awaits, Instance, Status, Wait};
use crate::change::{Change, MessageWait};

/// The kind of job that fires a timer: `{"instance", "timer"}`.
pub const TIMER_JOB: &str = "workflow_timer";
/// The kind of job that looks whether what is waited for has come: `{"instance"}`, or `{"entity", "record"}`.
pub const LOOK_JOB: &str = "workflow_look";
/// The kind of job that takes a message to whoever waits for it: `{"name", "key"}`.
pub const MESSAGE_JOB: &str = "workflow_message";
/// What reads more than its record is looked at so often.
pub const LOOK_EVERY: TimeDelta = TimeDelta::hours(1);

/// The job that takes messages of this name and key to whoever waits for them.
#[must_use]
pub fn message_job(message: &Awaits, at: DateTime<Utc>) -> Change {
    Change::ScheduleJob {
        key: format!("message/{}/{}", message.name, message.key),
        kind: MESSAGE_JOB.to_owned(),
        due_at: at,
        payload: json!({"name": message.name, "key": message.key}),
    }
}

/// What an instance expects; nothing while it does not run.
#[derive(Default)]
struct Agenda<'i> {
    timers: BTreeMap<u32, DateTime<Utc>>,
    looks: bool,
    messages: BTreeMap<u32, &'i Awaits>,
}

impl<'i> Agenda<'i> {
    fn of(instance: &'i Instance) -> Self {
        if instance.status != Status::Running || instance.suspended.is_some() {
            return Self::default();
        }
        let mut agenda = Self {
            timers: instance.timers.iter().map(|(number, timer)| (*number, timer.at)).collect(),
            ..Self::default()
        };
        for (number, token) in &instance.tokens {
            let Wait::For(waiting) = &token.wait else { continue };
            agenda.looks |= waiting.look;
            agenda.messages.extend(waiting.message.as_ref().map(|message| (*number, message)));
        }
        agenda
    }

    fn has_jobs(&self) -> bool {
        self.looks || !self.timers.is_empty()
    }
}

/// What is to be scheduled and cancelled after a command.
pub(super) fn changes(before: &Instance, after: &Instance, now: DateTime<Utc>) -> Vec<Change> {
    let (old, new) = (Agenda::of(before), Agenda::of(after));
    let id = after.id;
    let mut changes = Vec::new();
    let cancel = |rest: String| Change::CancelJobs { key_prefix: format!("instance/{id}/{rest}") };
    if old.has_jobs() && !new.has_jobs() {
        changes.push(cancel(String::new()));
    } else {
        let gone = old.timers.keys().filter(|number| !new.timers.contains_key(number));
        changes.extend(gone.map(|number| cancel(format!("timer/{number}/"))));
        if old.looks && !new.looks {
            changes.push(cancel("look/".to_owned()));
        }
    }
    for (number, at) in new.timers.iter().filter(|(number, at)| old.timers.get(number) != Some(at)) {
        changes.push(Change::ScheduleJob {
            key: format!("instance/{id}/timer/{number}/"),
            kind: TIMER_JOB.to_owned(),
            due_at: *at,
            payload: json!({"instance": id, "timer": number}),
        });
    }
    if new.looks && !old.looks {
        changes.push(Change::ScheduleJob {
            key: format!("instance/{id}/look/"),
            kind: LOOK_JOB.to_owned(),
            due_at: now + LOOK_EVERY,
            payload: json!({"instance": id}),
        });
    }
    for (token, message) in old.messages.iter().filter(|(token, message)| new.messages.get(token) != Some(message)) {
        changes.push(Change::EndMessageWait(wait(after, *token, message)));
    }
    for (token, message) in new.messages.iter().filter(|(token, message)| old.messages.get(token) != Some(message)) {
        changes.push(Change::MessageWait(wait(after, *token, message)));
        // One that came before lies there already.
        changes.push(message_job(message, now));
    }
    changes
}

fn wait(instance: &Instance, token: u32, message: &Awaits) -> MessageWait {
    MessageWait { instance: instance.id, token, name: message.name.clone(), key: message.key.clone() }
}

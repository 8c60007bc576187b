//! A letter a day with all that waits for somebody, what is overdue first: at the time that they chose, on working days.
//!
//! Each person who wants it has one job, which puts itself off to the next time. So a server that was down brings one letter
//! of what waits then, however long that was.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use futures::future::BoxFuture;
use kernel::{
    calendar::Calendar,
    change::{Change, TaskRow},
    expression::Library as _,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::JobRow;
use uuid::Uuid;

use super::{letter::Receiver, post::NotSent, preferences::next};
use crate::{
    App,
    worker::{Handler, Policy, Ran, Trouble},
};

/// The kind of these jobs.
const KIND: &str = "task_letter";
/// So many tasks are read; a letter tells fewer one by one.
const MOST: u32 = 200;
/// Free days are passed over, at most so many.
const FREE: u64 = 60;

/// Does the jobs of daily letters.
#[derive(Clone, Copy, Debug, Default)]
pub struct TaskLetters;

impl Handler for TaskLetters {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn policy(&self) -> Policy {
        Policy { at_once: 4, tries: 72, first: TimeDelta::minutes(1), longest: TimeDelta::hours(1) }
    }

    fn run<'a>(&'a self, app: &'a App, job: &'a JobRow) -> BoxFuture<'a, Result<Ran, Trouble>> {
        Box::pin(async move {
            let user = job.payload.get("user").and_then(|user| user.as_str()).and_then(|id| Uuid::parse_str(id).ok());
            let user = user.ok_or_else(|| Trouble::Never("expected whom the letter is for".to_owned()))?;
            app.task_letter(user, job).await
        })
    }
}

/// The changes by which somebody gets the letter from now on, or no more.
pub(super) fn wanted(user: Uuid, at: Option<DateTime<Utc>>) -> Change {
    let key = format!("{KIND}/{user}");
    match at {
        Some(due_at) => Change::ScheduleJob { key, kind: KIND.to_owned(), due_at, payload: json!({ "user": user }) },
        None => Change::CancelJobs { key_prefix: key },
    }
}

impl App {
    /// When the next letter is due: on the first working day on which the clock comes to this time.
    pub(super) fn next_task_letter(&self, zone: Tz, at: NaiveTime, now: DateTime<Utc>) -> DateTime<Utc> {
        let published = self.published();
        next_on_workday(published.catalog.calendar(None), zone, at, now)
    }

    async fn task_letter(&self, user: Uuid, job: &JobRow) -> Result<Ran, Trouble> {
        let firm = self.firm();
        let org = self.org();
        let wishes = self.store().mail_wishes(user).await?;
        let preferences = self.preferences_of(&wishes);
        let now = self.clock().now();
        // Whoever left, or wants it no more, gets none.
        let Some(person) = org.people.get(&user).filter(|person| person.active) else { return Ok(Ran::Nothing) };
        let Some(at) = preferences.tasks_at else { return Ok(Ran::Nothing) };
        let zone = preferences.zone.unwrap_or(firm.zone());
        let quiet_until = preferences.quiet_until(now, firm.zone());
        if now < quiet_until {
            return Ok(Ran::NotYet(quiet_until));
        }
        let goes = !person.email.is_empty() && wishes.bounced.as_deref() != Some(person.email.as_str());
        if let Some(settings) = firm.mail.as_ref().filter(|_| goes) {
            let mut tasks = self.store().open_tasks(user, &self.pools_of(user), None, MOST).await?;
            most_urgent_first(&mut tasks, now);
            if !tasks.is_empty() {
                let receiver =
                    Receiver { user, name: &person.name, email: &person.email, language: person.language.as_deref() };
                let letter = self.letter_of_tasks(settings, &receiver, &tasks, id_of(user, job.due_at)).await;
                let letter = letter.map_err(super::handler::no_letter)?;
                match self.post(settings, letter).await {
                    Ok(()) => {}
                    Err(NotSent::Later(why) | NotSent::Unclear(why)) => return Err(Trouble::Again(why)),
                    Err(NotSent::NoReceiver(why)) => self.note_no_receiver(user, &person.email, &why).await?,
                }
            }
        }
        let due = self.next_task_letter(zone, at, self.clock().now());
        let changes = vec![Change::FinishJob(job.held()), wanted(user, Some(due))];
        self.write_and_tell(changes).await.map_err(|refused| Trouble::from(self.refusal(refused)))?;
        Ok(Ran::Finished)
    }
}

/// The letter of one due time is the same letter, however often it is tried.
fn id_of(user: Uuid, due: DateTime<Utc>) -> Uuid {
    let digest = Sha256::digest(format!("{KIND}/{user}/{}", due.timestamp_millis()));
    let mut bytes = [0; 16];
    for (byte, from) in bytes.iter_mut().zip(digest) {
        *byte = from;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// What is overdue, what is due next, what waits longest.
fn most_urgent_first(tasks: &mut [TaskRow], now: DateTime<Utc>) {
    tasks.sort_by_key(|task| {
        let overdue = task.due_at.is_some_and(|due| due < now);
        (!overdue, task.due_at.is_none(), task.due_at, task.created_at, task.id)
    });
}

fn next_on_workday(calendar: Option<&Calendar>, zone: Tz, at: NaiveTime, now: DateTime<Utc>) -> DateTime<Utc> {
    let mut found = next(zone, now, at);
    for _ in 0..FREE {
        let day = found.with_timezone(&zone).date_naive();
        let works = match calendar {
            Some(calendar) => calendar.is_workday(day),
            None => !matches!(chrono::Datelike::weekday(&day), chrono::Weekday::Sat | chrono::Weekday::Sun),
        };
        if works {
            return found;
        }
        found = next(zone, found, at);
    }
    // A calendar without working days: every day is as good as another.
    next(zone, now, at)
}

#[cfg(test)]
mod tests {
    use chrono::Days;

    use super::*;

    #[test]
    fn letters_come_on_working_days() {
        let nine = NaiveTime::from_hms_opt(9, 0, 0).unwrap();
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let next = |now: &str| next_on_workday(None, Tz::Asia__Shanghai, nine, at(now));
        // Friday 27 November 2026, 08:00 in Shanghai, then 09:00, then Saturday.
        assert_eq!(next("2026-11-27T00:00:00Z"), at("2026-11-27T01:00:00Z"));
        assert_eq!(next("2026-11-27T01:00:00Z"), at("2026-11-30T01:00:00Z"));
        assert_eq!(next("2026-11-28T05:00:00Z"), at("2026-11-30T01:00:00Z"));
    }

    #[test]
    fn the_letter_of_one_time_keeps_its_id() {
        let (user, at) = (Uuid::now_v7(), Utc::now());
        assert_eq!(id_of(user, at), id_of(user, at));
        assert_ne!(id_of(user, at), id_of(user, at + Days::new(1)));
    }
}

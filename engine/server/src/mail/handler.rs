//! Sends somebody what they have not read.

use std::collections::HashSet;

use chrono::TimeDelta;
use futures::future::BoxFuture;
use serde_json::json;
use store::{JobRow, NoticeRow};
use uuid::Uuid;

use super::{
    KIND,
    letter::{NoLetter, Receiver},
    post::NotSent,
};
use crate::{
    App,
    worker::{Handler, Policy, Ran, Trouble},
};

/// So many notices go into one letter at most; those after it into the next.
const BATCH: u32 = 500;

/// Does the jobs of mails.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mails;

impl Handler for Mails {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn policy(&self) -> Policy {
        // A mail server may be down for a weekend.
        Policy { at_once: 4, tries: 72, first: TimeDelta::seconds(30), longest: TimeDelta::hours(1) }
    }

    fn run<'a>(&'a self, app: &'a App, job: &'a JobRow) -> BoxFuture<'a, Result<Ran, Trouble>> {
        Box::pin(async move {
            let user = job.payload.get("user").and_then(|user| user.as_str()).and_then(|id| Uuid::parse_str(id).ok());
            let user = user.ok_or_else(|| Trouble::Never("expected whom the mail is for".to_owned()))?;
            app.mail_to(user).await
        })
    }
}

impl App {
    async fn mail_to(&self, user: Uuid) -> Result<Ran, Trouble> {
        let firm = self.firm();
        let Some(settings) = &firm.mail else { return Ok(Ran::Nothing) };
        let org = self.org();
        let person = org.people.get(&user).filter(|person| person.active && !person.email.is_empty());
        let Some(person) = person else { return Ok(Ran::Nothing) };
        let wishes = self.store().mail_wishes(user).await?;
        let preferences = self.preferences_of(&wishes);
        if wishes.bounced.as_deref() == Some(person.email.as_str()) {
            // Until somebody corrects the address.
            return Ok(Ran::Nothing);
        }
        loop {
            let now = self.clock().now();
            let pending = self.store().notices_to_mail(user, firm.mail_since, BATCH).await?;
            let (wanted, unwanted): (Vec<_>, Vec<_>) =
                pending.into_iter().partition(|row| !preferences.without.contains(&row.notice.kind));
            self.store().note_mailed(&ids(&unwanted), now).await?;
            let Some(first) = wanted.first() else { return Ok(Ran::Nothing) };
            let when = preferences.when(first.at, now, firm.zone());
            if now < when {
                return Ok(Ran::NotYet(when));
            }
            // What may have gone out before goes out again as it was, so that the receiver knows it.
            let before = wanted.iter().find_map(|row| row.mail);
            let letter: Vec<NoticeRow> = wanted.into_iter().filter(|row| row.mail == before).collect();
            let id = before.unwrap_or_else(Uuid::now_v7);
            let receiver =
                Receiver { user, name: &person.name, email: &person.email, language: person.language.as_deref() };
            let message = self.letter(settings, &receiver, &letter, id).await;
            let message = message.map_err(no_letter)?;
            self.store().begin_mail(&ids(&letter), Some(id)).await?;
            match self.post(settings, message).await {
                Ok(()) => self.store().note_mailed(&ids(&letter), self.clock().now()).await?,
                Err(NotSent::Unclear(why)) => return Err(Trouble::Again(why)),
                Err(NotSent::Later(why)) => {
                    // It did not go out: the next letter tells of it together with what came meanwhile.
                    self.store().begin_mail(&ids(&letter), None).await?;
                    return Err(Trouble::Again(why));
                }
                Err(NotSent::NoReceiver(why)) => {
                    self.store().note_mailed(&ids(&letter), self.clock().now()).await?;
                    self.note_no_receiver(user, &person.email, &why).await?;
                    return Ok(Ran::Nothing);
                }
            }
        }
    }

    /// Notes that an address takes nothing: nothing more is sent there, and administrators are told.
    pub(super) async fn note_no_receiver(&self, user: Uuid, address: &str, why: &str) -> Result<(), store::Error> {
        self.store().note_bounce(user, address, why, self.clock().now()).await?;
        let body = json!({"person": user, "address": address, "reason": why});
        self.tell_administrators("mail_bounced", &body).await
    }

    /// Sends somebody a letter that only shows that letters come; what the server said, if it did not take it.
    ///
    /// # Errors
    /// If there is nobody to send it to, or the mail cannot be made.
    pub async fn send_test_mail(&self, settings: &super::MailSettings, user: Uuid) -> Result<(), String> {
        let org = self.org();
        let person = org.people.get(&user).ok_or("expected somebody with a mail address")?;
        let receiver =
            Receiver { user, name: &person.name, email: &person.email, language: person.language.as_deref() };
        let letter = self.test_letter(settings, &receiver).map_err(|error| error.to_string())?;
        self.post(settings, letter).await.map_err(|why| match why {
            NotSent::Later(why) | NotSent::Unclear(why) | NotSent::NoReceiver(why) => why,
        })
    }
}

/// What becomes of a letter that cannot be made.
pub(super) fn no_letter(error: NoLetter) -> Trouble {
    match error {
        NoLetter::Failed(failure) => Trouble::from(failure),
        other => Trouble::Never(format!("{other:?}")),
    }
}

fn ids(rows: &[NoticeRow]) -> Vec<Uuid> {
    // Each once, in the order in which they are locked.
    let mut seen = HashSet::new();
    let mut ids: Vec<Uuid> = rows.iter().map(|row| row.notice.id).filter(|id| seen.insert(*id)).collect();
    ids.sort_unstable();
    ids
}

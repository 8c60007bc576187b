//! Who is told something gets a job by which it reaches them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use kernel::change::Change;
use serde_json::json;
use uuid::Uuid;

use crate::App;

/// The kind of these jobs.
pub(crate) const KIND: &str = "mail";

impl App {
    /// Adds to a commit the jobs by which its notices are mailed; none where no mail goes out. One for each person: what
    /// comes before it is done joins it.
    pub(crate) fn add_mails(&self, changes: &mut Vec<Change>, now: DateTime<Utc>) {
        if self.firm().mail.is_none() {
            return;
        }
        let told = |change: &Change| if let Change::Notify(notice) = change { Some(notice.user) } else { None };
        let people: BTreeSet<_> = changes.iter().filter_map(told).collect();
        changes.extend(people.into_iter().map(|user| mail_to(user, now)));
    }
}

/// The job that sends somebody what they were not sent yet.
pub(super) fn mail_to(user: Uuid, now: DateTime<Utc>) -> Change {
    let payload = json!({"user": user});
    Change::ScheduleJob { key: format!("{KIND}/{user}"), kind: KIND.to_owned(), due_at: now, payload }
}

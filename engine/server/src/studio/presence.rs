//! Who has a draft open: each says so now and then, and is forgotten when they have not for a while.

use chrono::TimeDelta;
use store::AtDraft;
use uuid::Uuid;

use crate::App;

/// Whoever was not heard of for so long has closed it.
const AWAY: TimeDelta = TimeDelta::seconds(40);

impl App {
    /// Notes that somebody has a draft open at a file, and gives who else has.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn be_at_draft(&self, draft: Uuid, user: Uuid, file: String) -> Result<Vec<AtDraft>, store::Error> {
        let now = self.clock().now();
        self.store().be_at_draft(draft, &AtDraft { user, file, at: now }, now - AWAY).await?;
        let mut others = self.store().at_draft(draft, now - AWAY).await?;
        others.retain(|one| one.user != user);
        Ok(others)
    }
}

//! Whose an import is while it is worked on: of the process that says now and then that it still is. What has not been
//! heard of has ended, and another process goes on with it or says so.

use store::ImportRow;
use uuid::Uuid;

use super::{
    job::{json, read},
    state::Status,
};
use crate::{App, Failure};

/// So long an import is its process's after it was last heard of.
const LEASE: chrono::Duration = chrono::Duration::seconds(30);
/// How often that process is heard of.
const BEAT: std::time::Duration = std::time::Duration::from_secs(5);

impl App {
    /// Begins to work on an import, if it is in the status that it was believed to be in.
    pub(super) async fn claim_import(&self, row: &ImportRow, before: &str) -> Result<bool, Failure> {
        let until = self.clock().now() + LEASE;
        Ok(self.store().begin_import(row, before, self.node(), until).await?)
    }

    /// Says now and then that an import is worked on, until what is given back is dropped.
    pub(super) fn hold_import(&self, id: Uuid) -> AbortOnDrop {
        let app = self.clone();
        let beat = async move {
            let mut clock = tokio::time::interval(BEAT);
            loop {
                clock.tick().await;
                match app.store().hold_import(id, app.node(), app.clock().now() + LEASE).await {
                    Ok(true) => {}
                    // It was taken away, which the work itself will find.
                    Ok(false) => return,
                    Err(error) => tracing::warn!(import = %id, %error, "an import could not be held"),
                }
            }
        };
        AbortOnDrop(tokio::spawn(beat).abort_handle())
    }

    /// Imports whose process has ended in the midst of them have failed; what they made can be undone. Those that others
    /// work on are left alone.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn recover_imports(&self) -> Result<(), Failure> {
        let now = self.clock().now();
        for mut row in self.store().abandoned_imports(now).await? {
            if !self.store().take_import(row.id, self.node(), now, now + LEASE).await? {
                continue;
            }
            let before = row.status.clone();
            if before == "running" {
                match self.resume_import(row.clone()).await {
                    Ok(()) => continue,
                    Err(error) => tracing::warn!(import = %row.id, %error, "an import cannot go on"),
                }
            }
            let (end, message) = match before.as_str() {
                "running" | "stopping" => {
                    (Status::Failed, "the program was ended while it ran; what it had made can be undone")
                }
                "undoing" => (Status::Failed, "the program was ended while it was undone; the rest can be undone"),
                _ => (Status::Uploaded, ""),
            };
            let mut state = read(&row);
            state.failure = (!message.is_empty()).then(|| message.to_owned());
            (row.status, row.state) = (end.as_str().into(), json(&state));
            self.store().update_import(&row, &before).await?;
            self.tell_import(&row);
        }
        Ok(())
    }
}

/// Ends a task when it is dropped.
#[derive(Debug)]
pub(super) struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

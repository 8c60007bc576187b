//! The studio: definitions changed as drafts, on top of the packs, and published.
//!
//! A draft holds the files of the firm's own pack, `site`, as they would be: definitions of its own, and overlays of
//! others'. People edit whole definitions as they work; what of it is the firm's is found by comparing.

mod presence;
mod publish;
mod review;
mod save;
mod trial;
mod workspace;

pub use review::Said;
pub use save::{Choice, Edit};
pub use trial::{Trial, Tried, Way, WhatIf};
pub use workspace::{About, Origin, SITE, Workspace};

use kernel::Rejection;
use store::DraftRow;
use uuid::Uuid;

use crate::{App, Failure, publish::PublishError};

/// Why a draft was not saved or published.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// It was not published.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// What it changes was changed and published by somebody else.
    #[error("what the draft changes was changed by somebody else")]
    Conflicts(Vec<save::FileConflict>),
    /// It was refused, or the store failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<store::Error> for DraftError {
    fn from(error: store::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Rejection> for DraftError {
    fn from(rejection: Rejection) -> Self {
        Self::Failed(rejection.into())
    }
}

impl App {
    /// Begins a draft from the definitions in force.
    ///
    /// # Errors
    /// If nothing is published, or the store fails.
    pub async fn begin_draft(&self, owner: Uuid, title: String) -> Result<DraftRow, DraftError> {
        let version = self.published().catalog.version;
        let packs = self.packs_of_version(version).await?;
        let now = self.clock().now();
        let draft = DraftRow {
            id: Uuid::now_v7(),
            title,
            note: String::new(),
            owner,
            base: version,
            version: 1,
            status: "open".into(),
            files: serde_json::to_value(workspace::site(&packs).files).unwrap_or_default(),
            created_at: now,
            updated_at: now,
            published: None,
            publication: None,
        };
        self.store().create_draft(&draft).await?;
        Ok(draft)
    }

    /// A draft with the packs that it lies on.
    ///
    /// # Errors
    /// If there is no such draft, or the store fails.
    pub async fn open_draft(&self, id: Uuid) -> Result<(DraftRow, Workspace), DraftError> {
        let missing = || Rejection::NotFound { kind: "draft".into(), id: id.to_string() };
        let draft = self.store().draft(id).await?.ok_or_else(missing)?;
        let draft = self.settled(draft).await?;
        let packs = self.packs_of_version(draft.base).await?;
        let files = serde_json::from_value(draft.files.clone()).map_err(|error| corrupt(&error))?;
        Ok((draft, Workspace::new(packs, files)))
    }
}

fn corrupt(error: &serde_json::Error) -> Failure {
    Failure::Corrupt { what: "definitions", why: error.to_string() }
}

/// Refuses a draft that is not on its way, or not as whoever asks has seen it.
fn guard(draft: &DraftRow, version: i64) -> Result<(), Rejection> {
    if !matches!(draft.status.as_str(), "open" | "proposed") {
        return Err(Rejection::state("draft_closed", format!("expected an open draft, but it is {}", draft.status)));
    }
    if draft.version != version {
        let told = format!("expected version {version} of the draft, but it was saved since: {}", draft.version);
        return Err(Rejection::state("draft_saved", told));
    }
    Ok(())
}

//! The studio: definitions changed as drafts, on top of the packs, and published.
//!
//! A draft holds the files of the firm's own pack, `site`, as they would be: definitions of its own, and overlays of
//! others'. People edit whole definitions as they work; what of it is the firm's is found by comparing.

mod save;
mod workspace;

pub use save::{Choice, Edit};
pub use workspace::{About, Origin, Workspace};

use kernel::Rejection;
use store::DraftRow;
use uuid::Uuid;

use crate::{
    App, Failure,
    publish::{Publication, PublishError, Report},
};

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
        let packs = self.packs_of(version).await?;
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
        let packs = self.packs_of(draft.base).await?;
        let files = serde_json::from_value(draft.files.clone()).map_err(|error| corrupt(&error))?;
        Ok((draft, Workspace::new(packs, files)))
    }

    /// Publishes a draft. One that was begun from an older version is laid on the one in force first.
    ///
    /// # Errors
    /// As [`App::publish`]; if both changed the same; if the draft was saved meanwhile.
    pub async fn publish_draft(&self, id: Uuid, version: i64, note: String, by: Uuid) -> Result<Report, DraftError> {
        let (mut draft, mut workspace) = self.open_draft(id).await?;
        guard(&draft, version)?;
        let current = self.published().catalog.version;
        if draft.base != current {
            let (laid, conflicts) = workspace.laid_on(self.packs_of(current).await?, &[]);
            if !conflicts.is_empty() {
                return Err(DraftError::Conflicts(conflicts));
            }
            (workspace, draft.base) = (laid, current);
        }
        let site = workspace.site_pack();
        draft.files = serde_json::to_value(&site.files).unwrap_or_default();
        let published = Publication { packs: vec![site], note: note.clone(), by: Some(by), demo: false };
        let report = self.publish(published).await?;
        draft.version += 1;
        draft.note = note;
        draft.status = "published".into();
        draft.published = Some(report.version);
        draft.updated_at = self.clock().now();
        self.store().save_draft(&draft).await?;
        Ok(report)
    }

    async fn packs_of(&self, version: i64) -> Result<Vec<kernel::PackSource>, DraftError> {
        let missing = || Rejection::NotFound { kind: "version".into(), id: version.to_string() };
        let found = self.store().definitions(version).await?.ok_or_else(missing)?;
        Ok(serde_json::from_value(found.definitions.files).map_err(|error| corrupt(&error))?)
    }
}

fn corrupt(error: &serde_json::Error) -> Failure {
    Failure::Corrupt { what: "definitions", why: error.to_string() }
}

/// Refuses a draft that is not open, or not as whoever asks has seen it.
fn guard(draft: &DraftRow, version: i64) -> Result<(), Rejection> {
    if draft.status != "open" {
        return Err(Rejection::state("draft_closed", format!("expected an open draft, but it is {}", draft.status)));
    }
    if draft.version != version {
        let told = format!("expected version {version} of the draft, but it was saved since: {}", draft.version);
        return Err(Rejection::state("draft_saved", told));
    }
    Ok(())
}

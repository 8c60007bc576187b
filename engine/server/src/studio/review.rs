//! A draft proposed by whoever may not publish, looked at by whoever may, and given back or published.
//!
//! A proposal is no record with a workflow: what is decided on is the draft as it is at that moment, which its version
//! guards, and a record would tell of it by name alone.

use kernel::Rejection;
use store::DraftRow;
use uuid::Uuid;

use super::DraftError;
use crate::App;

/// What somebody does with a draft besides changing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// Its owner asks for it to be published.
    Proposed,
    /// Its owner takes that back.
    TakenBack,
    /// Whoever may publish gives it back to be changed.
    GivenBack,
    /// Somebody says something of it.
    Comment,
}

impl Said {
    fn kind(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::TakenBack => "taken_back",
            Self::GivenBack => "given_back",
            Self::Comment => "comment",
        }
    }

    /// The state in which a draft must be, and the one that it comes to.
    fn states(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Proposed => Some(("open", "proposed")),
            Self::TakenBack | Self::GivenBack => Some(("proposed", "open")),
            Self::Comment => None,
        }
    }
}

impl App {
    /// Proposes a draft, takes that back, gives it back, or says something of it.
    ///
    /// # Errors
    /// If the draft is in another state or was saved meanwhile, or the store fails.
    pub async fn say_of_draft(&self, id: Uuid, said: Said, message: String, by: Uuid) -> Result<DraftRow, DraftError> {
        let missing = || Rejection::NotFound { kind: "draft".into(), id: id.to_string() };
        let mut draft = self.settled(self.store().draft(id).await?.ok_or_else(missing)?).await?;
        if let Some((from, to)) = said.states() {
            if draft.status != from {
                let told = format!("expected a draft that is {from}, but it is {}", draft.status);
                return Err(Rejection::state("wrong_state", told).into());
            }
            draft.version += 1;
            draft.status = to.into();
            draft.updated_at = self.clock().now();
            if !self.store().move_draft(&draft).await? {
                let told = "expected the draft as it was, but it was saved since";
                return Err(Rejection::state("draft_saved", told).into());
            }
        }
        self.said(&draft, by, said.kind(), message).await?;
        Ok(draft)
    }
}

//! From a draft to what is in force: what it would do, doing it, and how far it is.

use kernel::rebuild::Choices;
use serde_json::json;
use store::DraftRow;
use uuid::Uuid;

use super::{DraftError, Workspace, guard};
use crate::{
    App,
    publish::{Begun, Plan, Publication},
};

impl App {
    /// What publishing a draft would do, called as in a language.
    ///
    /// # Errors
    /// If both the draft and what was published since changed the same, or the store fails.
    pub async fn plan_draft(
        &self,
        id: Uuid,
        choices: &Choices,
        language: &str,
    ) -> Result<(DraftRow, Plan), DraftError> {
        let (draft, workspace) = self.open_draft(id).await?;
        let (_, workspace) = self.on_current(draft.base, workspace).await?;
        let plan = self.plan_publication(vec![workspace.site_pack()], choices).await?;
        Ok((draft, self.plan_in_words(plan, language).await?))
    }

    /// Publishes a draft, or begins to where stored values are converted first. One that was begun from an older version
    /// is laid on the one in force.
    ///
    /// # Errors
    /// As [`App::begin_publication`]; if both changed the same; if the draft was saved meanwhile.
    pub async fn publish_draft(
        &self,
        id: Uuid,
        version: i64,
        note: String,
        choices: Choices,
        by: Uuid,
    ) -> Result<Begun, DraftError> {
        let (mut draft, workspace) = self.open_draft(id).await?;
        guard(&draft, version)?;
        let (base, workspace) = self.on_current(draft.base, workspace).await?;
        draft.base = base;
        let site = workspace.site_pack();
        draft.files = serde_json::to_value(&site.files).unwrap_or_default();
        let published = Publication { packs: vec![site], note: note.clone(), by: Some(by), demo: false };
        let begun = self.begin_publication(published, choices).await?;
        draft.version += 1;
        draft.note = note;
        draft.updated_at = self.clock().now();
        match &begun {
            Begun::Done(report) => {
                draft.status = "published".into();
                draft.published = Some(report.version);
            }
            Begun::Running { id, .. } => {
                draft.status = "publishing".into();
                draft.publication = Some(*id);
            }
        }
        // What is under way is told when it has come to its end.
        if self.store().save_draft(&draft).await? && draft.status == "published" {
            self.said(&draft, by, "published", draft.note.clone()).await?;
        }
        Ok(begun)
    }

    /// A draft as its publication left it: one that came to its end has published the draft, one that did not has opened
    /// it again. Whoever asks first notes it, since the process that worked on it may have ended.
    pub(super) async fn settled(&self, draft: DraftRow) -> Result<DraftRow, DraftError> {
        let Some(publication) = draft.publication.filter(|_| draft.status == "publishing") else { return Ok(draft) };
        let Some(row) = self.store().publication(publication).await? else { return Ok(draft) };
        let mut after = draft.clone();
        match row.status.as_str() {
            "running" => return Ok(draft),
            "in_force" | "done" => {
                after.status = "published".into();
                after.published = Some(row.base + 1);
            }
            _ => {
                after.status = "open".into();
                after.publication = None;
            }
        }
        after.version += 1;
        after.updated_at = self.clock().now();
        if self.store().move_draft(&after).await? {
            if after.status == "published" {
                let by = row.created_by.unwrap_or(after.owner);
                self.said(&after, by, "published", after.note.clone()).await?;
            }
            return Ok(after);
        }
        Ok(self.store().draft(draft.id).await?.unwrap_or(draft))
    }

    /// The drafts that are on their way.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn drafts_on_their_way(&self) -> Result<Vec<DraftRow>, DraftError> {
        let mut found = Vec::new();
        for draft in self.store().drafts().await? {
            let draft = self.settled(draft).await?;
            if draft.status != "published" {
                found.push(draft);
            }
        }
        Ok(found)
    }

    /// A draft's definitions on the version in force, and its number.
    async fn on_current(&self, base: i64, workspace: Workspace) -> Result<(i64, Workspace), DraftError> {
        let current = self.published().catalog.version;
        if base == current {
            return Ok((base, workspace));
        }
        let (laid, conflicts) = workspace.laid_on(self.packs_of_version(current).await?, &[]);
        if conflicts.is_empty() { Ok((current, laid)) } else { Err(DraftError::Conflicts(conflicts)) }
    }

    /// Notes what somebody did with a draft, and tells whom it concerns: whoever looks after definitions of what its
    /// owner says, its owner of what others say.
    pub(super) async fn said(&self, draft: &DraftRow, by: Uuid, kind: &str, message: String) -> Result<(), DraftError> {
        let note = store::DraftNote {
            id: Uuid::now_v7(),
            draft: draft.id,
            at: self.clock().now(),
            user: by,
            kind: kind.to_owned(),
            message: message.clone(),
        };
        self.store().note_draft(&note).await?;
        let label = if draft.title.is_empty() { &message } else { &draft.title };
        let body = json!({"by": by, "draft": draft.id, "label": label, "reason": message});
        let kind = format!("draft_{kind}");
        if draft.owner == by {
            if kind == "draft_proposed" || (kind == "draft_comment" && draft.status == "proposed") {
                self.tell_administrators(&kind, &body).await?;
            }
            return Ok(());
        }
        self.tell_person(draft.owner, &kind, body).await;
        Ok(())
    }
}

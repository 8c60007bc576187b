//! Takes a change of many back, as far as nobody has changed the same since.

use kernel::Rejection;
use serde_json::Value as Json;
use store::{BulkResult, BulkRow};
use uuid::Uuid;

use super::{Action, LEASE, work::refusal};
use crate::{
    App, Failure,
    command::{RemoveRecord, UpdateRecord},
};

const PIECE: u32 = 25;

impl App {
    /// Begins to take it back.
    ///
    /// # Errors
    /// If it is not done, or cannot be taken back.
    pub async fn undo_bulk(&self, bulk: &BulkRow) -> Result<(), Failure> {
        let action: Option<Action> = serde_json::from_value(bulk.action.clone()).ok();
        if !action.is_some_and(|action| action.can_be_undone()) {
            return Err(Rejection::state("not_undoable", "a transition cannot be taken back").into());
        }
        let until = self.clock().now() + LEASE;
        if self.store().turn_bulk(bulk.id, "done", "undoing", self.node(), until).await? {
            self.carry_on(BulkRow { status: "undoing".into(), ..bulk.clone() });
            return Ok(());
        }
        let message = format!("expected a change that is done, but it is {}", bulk.status);
        Err(Rejection::state("wrong_state", message).into())
    }

    /// Takes all rows back that were done.
    pub(super) async fn undo_rows(&self, bulk: BulkRow) -> Result<(), Failure> {
        let action: Action = serde_json::from_value(bulk.action.clone())
            .map_err(|error| Failure::Corrupt { what: "a change of many", why: error.to_string() })?;
        loop {
            let mut rows = self.store().bulk_rows(bulk.id, Some(&["done"]), -1, PIECE).await?;
            if rows.is_empty() {
                break;
            }
            for row in &mut rows {
                match self.undo_row(&bulk, &action, row).await {
                    Ok(()) => row.result = Some("undone".into()),
                    Err(failure) => {
                        let (code, message, problems) = refusal(failure)?;
                        row.result = Some("kept".into());
                        (row.code, row.message, row.problems) = (Some(code), Some(message), problems);
                    }
                }
            }
            let until = self.clock().now() + LEASE;
            if !self.store().note_bulk(bulk.id, &rows, self.node(), until).await? {
                return Ok(());
            }
        }
        let until = self.clock().now() + LEASE;
        self.store().turn_bulk(bulk.id, "undoing", "undone", self.node(), until).await?;
        Ok(())
    }

    async fn undo_row(&self, bulk: &BulkRow, action: &Action, row: &BulkResult) -> Result<(), Failure> {
        let user: Option<Uuid> = Some(bulk.created_by);
        let entity = bulk.entity.to_string();
        let key = self.key_of(bulk, row, "undo");
        match action {
            Action::Set(_) => {
                // Where what was before is not known, there is nothing to go back to.
                let Some(Json::Object(fields)) = row.before.clone() else {
                    return Err(Rejection::state("not_undoable", "what was before is not known any more").into());
                };
                let command = UpdateRecord {
                    entity,
                    id: row.record,
                    version: row.left_at,
                    fields,
                    distinct: None,
                    source: "app",
                };
                self.perform_once(user, &command, key).await?;
            }
            Action::Delete | Action::Restore => {
                let deleted = *action == Action::Restore;
                let command = RemoveRecord { entity, id: row.record, version: None, deleted };
                self.perform_once(user, &command, key).await?;
            }
            Action::Transition { .. } => {
                return Err(Rejection::state("not_undoable", "a transition cannot be taken back").into());
            }
        }
        self.after_change(&bulk.entity, row.record).await
    }
}

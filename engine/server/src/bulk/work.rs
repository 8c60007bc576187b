//! Changes the records of a change of many, one after the other.

use kernel::{Name, Rejection, definition::Keyed};
use serde_json::{Map, Value as Json, json};
use store::{BulkResult, BulkRow, IdempotencyKey};
use uuid::Uuid;

use super::{Action, LEASE};
use crate::{
    App, Failure,
    command::{MakeTransition, RemoveRecord, UpdateRecord},
    engine::Performed,
};

/// So many rows are read and noted at a time.
const PIECE: u32 = 25;

/// What one record came to.
pub(super) enum Fate {
    Done { before: Option<Json>, left_at: Option<i64> },
    Skipped,
}

impl App {
    /// Changes all rows that nothing has become of yet.
    pub(super) async fn do_rows(&self, bulk: BulkRow) -> Result<(), Failure> {
        let action: Action = serde_json::from_value(bulk.action.clone())
            .map_err(|error| Failure::Corrupt { what: "a change of many", why: error.to_string() })?;
        loop {
            let mut rows = self.store().bulk_rows(bulk.id, None, -1, PIECE).await?;
            if rows.is_empty() {
                break;
            }
            for row in &mut rows {
                let fate = self.do_row(&bulk, &action, row).await;
                note(row, fate)?;
            }
            let until = self.clock().now() + LEASE;
            if !self.store().note_bulk(bulk.id, &rows, self.node(), until).await? {
                // Somebody else went on with it.
                return Ok(());
            }
        }
        let until = self.clock().now() + LEASE;
        self.store().turn_bulk(bulk.id, "running", "done", self.node(), until).await?;
        Ok(())
    }

    async fn do_row(&self, bulk: &BulkRow, action: &Action, row: &BulkResult) -> Result<Fate, Failure> {
        let user = Some(bulk.created_by);
        let entity = bulk.entity.to_string();
        let key = self.key_of(bulk, row, "do");
        match action {
            Action::Set(fields) => {
                let before = self.values(&bulk.entity, row.record, fields).await?;
                let command = UpdateRecord {
                    entity,
                    id: row.record,
                    version: row.version,
                    fields: fields.clone(),
                    distinct: None,
                    source: "app",
                };
                Ok(match self.perform_once(user, &command, key).await? {
                    Performed::Now(written) if before.version == Some(written.record.version) => Fate::Skipped,
                    Performed::Now(written) => {
                        self.after_change(&bulk.entity, row.record).await?;
                        Fate::Done { before: Some(before.fields), left_at: Some(written.record.version) }
                    }
                    // Done before this process ended, which took what was before with it.
                    Performed::Before(_) => Fate::Done { before: None, left_at: None },
                })
            }
            Action::Transition { name, reason } => {
                let command = MakeTransition {
                    entity,
                    id: row.record,
                    name: name.clone(),
                    version: row.version,
                    reason: reason.clone(),
                    picks: Keyed::new(),
                };
                self.perform_once(user, &command, key).await?;
                Ok(Fate::Done { before: None, left_at: None })
            }
            Action::Delete | Action::Restore => {
                let deleted = *action == Action::Delete;
                let command = RemoveRecord { entity, id: row.record, version: row.version, deleted };
                self.perform_once(user, &command, key).await?;
                self.after_change(&bulk.entity, row.record).await?;
                Ok(Fate::Done { before: Some(json!({})), left_at: None })
            }
        }
    }

    /// The key that keeps a row from being changed twice.
    pub(super) fn key_of(&self, bulk: &BulkRow, row: &BulkResult, what: &str) -> Option<IdempotencyKey> {
        let key = format!("bulk {} {} {what}", bulk.id, row.position);
        Some(IdempotencyKey { key, user: bulk.created_by, request_hash: bulk.id.to_string() })
    }

    /// What fields hold now, in wire form.
    async fn values(&self, entity: &Name, id: Uuid, fields: &Map<String, Json>) -> Result<Before, Failure> {
        let catalog = &self.published().catalog;
        let found = self.store().record(&**catalog, entity, id).await?;
        let version = found.as_ref().map(|record| record.version);
        let values = fields.keys().map(|name| {
            let value = found.as_ref().map_or(Json::Null, |record| record.get(name).to_json());
            (name.clone(), value)
        });
        Ok(Before { version, fields: Json::Object(values.collect()) })
    }

    /// What follows from a change of a person, as when it is made alone.
    pub(super) async fn after_change(&self, entity: &str, id: Uuid) -> Result<(), Failure> {
        if *entity != *"user" || self.org().people.get(&id).is_some_and(|person| person.active) {
            return Ok(());
        }
        self.store().delete_sessions_of(id, None).await?;
        self.sessions_ended(id).await;
        self.resolve_tasks_of(id).await?;
        Ok(())
    }
}

struct Before {
    version: Option<i64>,
    fields: Json,
}

/// Writes down what became of a row. A failure that is nobody's fault ends the work instead.
pub(super) fn note(row: &mut BulkResult, fate: Result<Fate, Failure>) -> Result<(), Failure> {
    match fate {
        Ok(Fate::Done { before, left_at }) => {
            row.result = Some("done".into());
            row.before = before;
            row.left_at = left_at;
        }
        Ok(Fate::Skipped) => {
            row.result = Some("skipped".into());
            row.code = Some("unchanged".into());
        }
        Err(failure) => {
            let (code, message, problems) = refusal(failure)?;
            row.result = Some("refused".into());
            row.code = Some(code);
            row.message = Some(message);
            row.problems = problems;
        }
    }
    Ok(())
}

/// Why a row is refused: code, words, and the problems of the input.
pub(super) fn refusal(failure: Failure) -> Result<(String, String, Option<Json>), Failure> {
    let message = failure.to_string();
    Ok(match failure {
        Failure::Rejected(Rejection::NotFound { .. }) => ("not_found".into(), message, None),
        Failure::Rejected(Rejection::Forbidden { .. }) => ("forbidden".into(), message, None),
        Failure::Rejected(Rejection::Invalid(problems)) => {
            let told = problems.first().map_or(message, |problem| problem.message.clone());
            ("invalid".into(), told, Some(json!(problems)))
        }
        Failure::Rejected(Rejection::State { code, .. }) => (code, message, None),
        Failure::Rejected(Rejection::Stale { .. }) => ("stale".into(), message, None),
        Failure::Unique { fields, .. } => ("unique".into(), message, Some(json!(unique(&fields)))),
        Failure::Busy => ("busy".into(), message, None),
        other => return Err(other),
    })
}

fn unique(fields: &[Name]) -> Vec<kernel::Problem> {
    fields.iter().map(|field| kernel::Problem::new(&**field, "unique", "is taken by another record")).collect()
}

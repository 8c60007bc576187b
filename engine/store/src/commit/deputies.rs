//! What a commit writes of those who stand in by a record.

use kernel::change::Change;
use serde_json::json;

use super::Work;
use crate::sql::{Bind, Sql};

/// Statements that set, move or end stand-ins. The row has the record's id, so that there is never a second.
pub(super) fn noted(work: &Work, statements: &mut Vec<Sql>) {
    let at = || Bind::millis(work.commit.at);
    for change in &work.commit.changes {
        let Change::Deputy(deputy) = change else { continue };
        statements.push(match &deputy.absence {
            None => Sql::fixed("update sys_deputies set ended_at = $2 where id = $1 and ended_at is null")
                .bind(deputy.record)
                .bind(at()),
            Some(absence) => Sql::fixed(
                "insert into sys_deputies (id, entity, person, deputy, from_at, to_at, workflows, set_by, set_at) \
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
                 on conflict (id) do update set entity = excluded.entity, person = excluded.person, \
                 deputy = excluded.deputy, from_at = excluded.from_at, to_at = excluded.to_at, \
                 workflows = excluded.workflows, set_by = excluded.set_by, set_at = excluded.set_at, ended_at = null",
            )
            .bind(deputy.record)
            .bind(&deputy.entity)
            .bind(absence.person)
            .bind(absence.deputy)
            .bind(Bind::millis(absence.from))
            .bind(Bind::millis(absence.to))
            .bind(Bind::json_text(&json!(absence.workflows)))
            .bind(work.commit.by)
            .bind(at()),
        });
    }
}

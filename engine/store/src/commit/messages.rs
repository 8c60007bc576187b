//! What a commit writes of messages: those that come, who waits for which, and those that are taken, under a guard.

use kernel::change::Change;
use serde_json::{Map, Value as Json};

use super::{
    Work,
    apply::{Guard, Guarded},
};
use crate::sql::{Bind, Sql};

/// Statements that take messages; refused if somebody else was faster. Deadlines of tasks are written beside them.
pub(super) fn guarded(work: &Work) -> Vec<Guarded<'_>> {
    let mut guarded = Vec::new();
    for change in &work.commit.changes {
        match change {
            Change::TakeMessage { id } => {
                let sql = Sql::fixed("delete from sys_messages where id = $1").bind(*id);
                guarded.push(Guarded { statements: vec![sql], guard: Guard::Message(*id) });
            }
            Change::TaskDue { id, due_at } => {
                let sql = Sql::fixed("update sys_tasks set due_at = $2 where id = $1");
                let sql = sql.bind(*id).bind(Bind::millis_or_null(*due_at));
                // The instance's own guard keeps it from being moved twice.
                guarded.push(Guarded { statements: vec![sql], guard: Guard::Nothing });
            }
            _ => {}
        }
    }
    guarded
}

/// Statements that note who waits for what, and what has come.
pub(super) fn noted(work: &Work, statements: &mut Vec<Sql>) {
    for change in &work.commit.changes {
        match change {
            Change::EndMessageWait(wait) => statements.push(
                Sql::fixed("delete from sys_message_waits where instance = $1 and token = $2")
                    .bind(wait.instance)
                    .bind(i64::from(wait.token)),
            ),
            Change::MessageWait(wait) => statements.push(
                Sql::fixed(
                    "insert into sys_message_waits (instance, token, name, key, since) values ($1, $2, $3, $4, $5)",
                )
                .bind(wait.instance)
                .bind(i64::from(wait.token))
                .bind(&wait.name)
                .bind(&wait.key)
                .bind(Bind::millis(work.commit.at)),
            ),
            Change::Message(message) => statements.push(
                Sql::fixed(
                    "insert into sys_messages (id, name, key, sent_by, sent_at, payload) \
                     values ($1, $2, $3, $4, $5, $6)",
                )
                .bind(message.id)
                .bind(&message.name)
                .bind(&message.key)
                .bind(message.sent_by)
                .bind(Bind::millis(message.sent_at))
                .bind(brought(&message.values)),
            ),
            _ => {}
        }
    }
}

/// Values that come with a message, as text; none where nothing comes.
fn brought(values: &Map<String, Json>) -> Option<String> {
    (!values.is_empty()).then(|| Json::Object(values.clone()).to_string())
}

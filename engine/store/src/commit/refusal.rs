//! Why a commit was refused, found out after a guard did not hold or an index said no.

use kernel::change::CloseTask;

use super::{Work, apply::Guard};
use crate::{
    CommitError, Error,
    connection::Connection,
    error::Cause,
    sql::Sql,
    tables::{header_columns, index_name},
};

/// The most telling refusal of the guards that failed: that a task was decided says more than that its instance went on
/// or its record changed, which it does then as well; and whoever lost a job has nothing to decide any more.
pub(super) async fn explain(connection: &mut Connection, work: &Work, failed: &[Guard<'_>]) -> Result<(), CommitError> {
    for guard in failed {
        if let Guard::Job(held) = guard {
            return Err(CommitError::JobGone { id: held.id });
        }
    }
    for guard in failed {
        if let Guard::Task(close) = guard {
            return Err(task(connection, close).await?);
        }
    }
    for guard in failed {
        if let Guard::Instance(id) = guard {
            return Err(CommitError::StaleInstance { id: *id });
        }
    }
    for guard in failed {
        if let Guard::Message(id) = guard {
            return Err(CommitError::StaleInstance { id: *id });
        }
    }
    for guard in failed {
        if let Guard::File(id) = guard {
            return Err(CommitError::Missing { kind: "file".to_owned(), id: *id });
        }
    }
    for guard in failed {
        if let Guard::Purge(purge) = guard {
            return Err(CommitError::Missing { kind: purge.entity.to_string(), id: purge.id });
        }
    }
    for guard in failed {
        if let Guard::Record(update) = guard {
            let mut sql = Sql::default();
            sql.text("select version from ").name(&work.layout(&update.entity)?.table).text(" where id = ");
            sql.value(update.id);
            let Some(row) = connection.row(sql).await? else {
                return Err(CommitError::Missing { kind: update.entity.to_string(), id: update.id });
            };
            let (entity, id) = (update.entity.clone(), update.id);
            return Err(CommitError::StaleRecord { entity, id, expected: update.base_version, actual: row.get(0)? });
        }
    }
    Ok(())
}

async fn task(connection: &mut Connection, close: &CloseTask) -> Result<CommitError, Error> {
    let sql = Sql::fixed("select closed_by, outcome, closed_at from sys_tasks_done where id = $1").bind(close.id);
    let Some(row) = connection.row(sql).await? else {
        return Ok(CommitError::Missing { kind: "task".to_owned(), id: close.id });
    };
    Ok(CommitError::TaskDone { id: close.id, by: row.get(0)?, outcome: row.get(1)?, at: row.time(2)? })
}

/// A violation of one of the entities' unique sets by its fields, or of a fence; any other error as it is.
pub(super) fn unique(work: &Work, error: CommitError) -> CommitError {
    let Some(cause) = error.cause().and_then(sqlx::Error::as_database_error) else { return error };
    if cause.message().contains("portolan: outdated") {
        return CommitError::Outdated;
    }
    if !cause.is_unique_violation() {
        return error;
    }
    for layout in work.layouts.values() {
        for fields in &layout.unique {
            let Ok(columns) = header_columns(layout, fields) else { continue };
            let index = index_name(true, &layout.table, &columns);
            // PostgreSQL names the index, SQLite the columns.
            let named = cause.constraint() == Some(index.as_str());
            let listed = columns.iter().map(|c| format!("{}.{c}", layout.table)).collect::<Vec<_>>().join(", ");
            if named || cause.message().ends_with(&format!(" failed: {listed}")) {
                return CommitError::Unique { entity: layout.entity.clone(), fields: fields.clone() };
            }
        }
    }
    error
}

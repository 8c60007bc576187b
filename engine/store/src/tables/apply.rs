//! The change of the tables itself, within a transaction.

use super::{Entities, Rebuilt, SchemaChange, SchemaPlan, plan::plan};
use crate::{Error, SchemaError, connection::Connection, dialect::Dialect, sql::Sql};

/// Keeps other nodes from changing the tables at the same time, until the transaction ends.
pub(crate) async fn lock(connection: &mut Connection) -> Result<(), Error> {
    if connection.dialect() == Dialect::Postgres {
        // A waiting `alter table` holds up every later query, so it does not wait long.
        connection.execute(Sql::fixed("set local lock_timeout = '5s'")).await?;
        connection.rows(Sql::fixed("select 1 from pg_advisory_xact_lock(7305213486116261985)")).await?;
    }
    Ok(())
}

/// Makes the tables fit the entities of a version.
pub(crate) async fn apply(
    connection: &mut Connection,
    version: i64,
    entities: &Entities,
    rebuilt: &Rebuilt,
) -> Result<SchemaPlan, SchemaError> {
    let plan = plan(connection, version, entities, rebuilt).await?;
    connection.batch(plan.notes.clone()).await?;
    for step in &plan.steps {
        for sql in &step.statements {
            connection.execute(sql.clone()).await.map_err(|error| match (&step.change, error) {
                (SchemaChange::CreateIndex { entity, fields, unique: true }, Error::Database(cause))
                    if cause.as_database_error().is_some_and(|e| e.is_unique_violation()) =>
                {
                    SchemaError::Duplicates { entity: entity.clone(), fields: fields.clone() }
                }
                (_, error) => error.into(),
            })?;
        }
    }
    Ok(plan)
}

/// Takes indexes away that nobody asks for any more.
pub(crate) async fn drop_indexes(connection: &mut Connection, plan: &SchemaPlan) -> Result<(), Error> {
    for sql in plan.drops.iter().flat_map(|step| &step.statements) {
        connection.execute(sql.clone()).await?;
    }
    Ok(())
}

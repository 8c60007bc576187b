//! Tables of entities: what must change so that they fit the definitions, and the change itself.
//!
//! Tables and columns are added; a column that a definition no longer names stays, and so does its data. What would
//! change how stored values are kept is refused here. There are no foreign keys along references: records are never
//! removed while something may refer to them (deleting puts them into the trash), the kernel has checked that a
//! referred record is there, and people and departments refer to each other in rings that an immediate key could not
//! be filled in. Lines do have one to their record.

mod apply;
mod aside;
mod plan;
mod rebuild;

pub use aside::KeptAside;
pub use plan::{Rebuilt, SchemaChange, SchemaPlan};
pub use rebuild::{Flipped, NewIndex, RebuiltRow, Sliced};

pub(crate) use apply::{apply, lock};
pub(crate) use plan::{header_columns, index_name};

use std::sync::Arc;

use indexmap::IndexMap;
use kernel::{Name, schema::Entity};

use crate::{
    Error, Priority, SchemaError, Store,
    connection::Connection,
    layout::{Storage, WRITTEN},
    sql::Sql,
};

/// Entities by name, compiled.
pub type Entities = IndexMap<Name, Arc<Entity>>;

impl Store {
    /// What must change in the tables so that they fit the entities.
    pub async fn plan_schema(&self, entities: &Entities) -> Result<SchemaPlan, SchemaError> {
        let entities = Arc::new(entities.clone());
        // Where tables are changed, so that nothing changes while it is looked at.
        self.write(Priority::Bulk, move |connection| {
            let entities = entities.clone();
            Box::pin(async move {
                let next = next_version(connection).await?;
                plan::plan(connection, next, &entities, &Rebuilt::new()).await
            })
        })
        .await
    }

    /// What must change in the tables for a version, where some fields get new columns.
    pub async fn plan_version(
        &self,
        version: i64,
        entities: &Entities,
        rebuilt: &Rebuilt,
    ) -> Result<SchemaPlan, SchemaError> {
        plan::plan(&mut self.read().await?, version, entities, rebuilt).await
    }

    /// Gives tables that an earlier program made the column that says by which version a row was written.
    pub(crate) async fn complete_tables(&self) -> Result<(), Error> {
        if self.rows(self.dialect().tables_without(WRITTEN)).await?.is_empty() {
            return Ok(());
        }
        self.write(Priority::People, move |connection| {
            Box::pin(async move {
                apply::lock(connection).await?;
                let dialect = connection.dialect();
                // Another process may have been faster.
                let still = connection.rows(dialect.tables_without(WRITTEN)).await?;
                for row in still {
                    let table: String = row.get(0)?;
                    let mut sql = Sql::default();
                    sql.text("alter table ").name(&table).text(" add column ").name(WRITTEN).text(" ");
                    sql.text(dialect.column_type(Storage::Integer));
                    connection.execute(sql).await?;
                }
                Ok::<_, Error>(())
            })
        })
        .await
    }

    /// Makes the tables fit the entities, all or nothing. Does nothing if they do.
    pub async fn apply_schema(&self, entities: &Entities) -> Result<SchemaPlan, SchemaError> {
        let entities = Arc::new(entities.clone());
        let plan = self
            .write(Priority::People, move |connection| {
                let entities = entities.clone();
                Box::pin(async move {
                    apply::lock(connection).await?;
                    let next = next_version(connection).await?;
                    let plan = apply::apply(connection, next, &entities, &Rebuilt::new()).await?;
                    apply::drop_indexes(connection, &plan).await?;
                    Ok::<_, SchemaError>(plan)
                })
            })
            .await?;
        self.refresh().await?;
        Ok(plan)
    }
}

/// The version after all that columns are on record for.
async fn next_version(connection: &mut Connection) -> Result<i64, Error> {
    let sql = Sql::fixed("select coalesce(max(since), 0) + 1 from sys_columns");
    connection.row(sql).await?.map_or(Ok(1), |row| row.get(0))
}

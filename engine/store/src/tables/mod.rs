//! Tables of entities: what must change so that they fit the definitions, and the change itself.
//!
//! Tables and columns are added; a column that a definition no longer names stays, and so does its data. What would
//! change how stored values are kept is refused here. There are no foreign keys along references: records are never
//! removed while something may refer to them (deleting puts them into the trash), the kernel has checked that a
//! referred record is there, and people and departments refer to each other in rings that an immediate key could not
//! be filled in. Lines do have one to their record.

mod apply;
mod plan;

pub use plan::{SchemaChange, SchemaPlan};

pub(crate) use apply::{apply, lock};
pub(crate) use plan::{header_columns, index_name};

use std::sync::Arc;

use indexmap::IndexMap;
use kernel::{Name, schema::Entity};

use crate::{Priority, SchemaError, Store};

/// Entities by name, compiled.
pub type Entities = IndexMap<Name, Arc<Entity>>;

impl Store {
    /// What must change in the tables so that they fit the entities.
    pub async fn plan_schema(&self, entities: &Entities) -> Result<SchemaPlan, SchemaError> {
        let entities = Arc::new(entities.clone());
        // Where tables are changed, so that nothing changes while it is looked at.
        self.write(Priority::Bulk, move |connection| {
            let entities = entities.clone();
            Box::pin(async move { plan::plan(connection, &entities).await })
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
                    apply::apply(connection, &entities).await
                })
            })
            .await?;
        self.refresh().await?;
        Ok(plan)
    }
}

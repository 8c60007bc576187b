//! Columns that are kept aside after a field was removed or is kept in another way: listed, and emptied for good.

use serde_json::json;
use store::KeptAside;
use uuid::Uuid;

use super::PublishError;
use crate::App;

impl App {
    /// What is kept aside.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn kept_aside(&self) -> Result<Vec<KeptAside>, PublishError> {
        let catalog = &self.published().catalog;
        Ok(self.store().kept_aside(&catalog.entities, catalog.version).await.map_err(crate::Failure::from)?)
    }

    /// Empties one of these columns, which cannot be undone, and tells how many rows had a value. It is noted before.
    /// Histories keep what they say.
    ///
    /// # Errors
    /// If definitions are being changed, which may want it back, or the store fails.
    pub async fn purge_aside(
        &self,
        by: Option<Uuid>,
        entity: &str,
        lines: &str,
        column: &str,
    ) -> Result<i64, PublishError> {
        let published = self.published();
        let catalog = &published.catalog;
        let known = self.kept_aside().await?;
        let Some(one) = known.iter().find(|one| (&*one.entity, &*one.lines, &*one.column) == (entity, lines, column))
        else {
            return Ok(0);
        };
        let field = one.field.clone().unwrap_or_else(|| one.column.clone());
        let path = if lines.is_empty() { field } else { format!("{lines}.{field}") };
        let detail = json!({"entity": entity, "fields": [path], "rows": one.rows});
        self.note(by, "aside_purged", detail).await.map_err(crate::Failure::from)?;
        Ok(self.store().purge_aside(&catalog.entities, catalog.version, (entity, lines, column)).await?)
    }
}

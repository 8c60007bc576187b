//! Columns that are kept aside after a field was removed or is kept in another way: listed, and emptied for good, by an
//! administrator or when their time is over. Before time empties them, administrators are told.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kernel::Value;
use serde_json::json;
use store::{KeptAside, SchemaError};
use uuid::Uuid;

use super::PublishError;
use crate::App;

/// How many days they are kept where nothing says it.
const USUAL: i64 = 90;
/// So long before they are emptied administrators are told.
const NOTICE: TimeDelta = TimeDelta::days(7);

impl App {
    /// What is kept aside.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn kept_aside(&self) -> Result<Vec<KeptAside>, PublishError> {
        let catalog = &self.published().catalog;
        Ok(self.store().kept_aside(&catalog.entities, catalog.version).await?)
    }

    /// When one of them is emptied by itself; none if it stays until somebody does.
    #[must_use]
    pub fn emptied_on(&self, one: &KeptAside) -> Option<DateTime<Utc>> {
        let over = one.at? + self.kept_aside_for()?;
        // Whoever has not been told yet is told first.
        Some(over.max(one.told_at.unwrap_or_else(|| self.clock().now()) + NOTICE))
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
        let version = self.published().catalog.version;
        let known = self.kept_aside().await?;
        match known.iter().find(|one| (&*one.entity, &*one.lines, &*one.column) == (entity, lines, column)) {
            Some(one) => self.purge_one(by, one, version).await,
            None => Ok(0),
        }
    }

    /// Empties what has been kept aside for longer than the firm keeps it and was told of before; tells administrators of
    /// what is next. How many values went.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn purge_old_aside(&self) -> Result<i64, PublishError> {
        let Some(term) = self.kept_aside_for() else { return Ok(0) };
        let published = self.published();
        let (entities, version) = (&published.catalog.entities, published.catalog.version);
        let now = self.clock().now();
        self.store().note_aside(entities, version, now).await?;
        let near = self.store().kept_aside_until(entities, version, Some(now - (term - NOTICE))).await?;
        let untold: Vec<KeptAside> = near.iter().filter(|one| one.told_at.is_none()).cloned().collect();
        if let Some(first) = untold.iter().filter_map(|one| self.emptied_on(one)).min()
            && self.store().note_aside_told(&untold, now).await?
        {
            let names: Vec<String> = untold.iter().map(path).collect();
            let body = json!({"fields": names.join(", "), "on": self.local_day(first)});
            self.tell_administrators("kept_aside", &body).await?;
        }
        let mut emptied = 0;
        let over = |one: &&KeptAside| one.told_at.is_some() && self.emptied_on(one).is_some_and(|on| on <= now);
        for one in near.iter().filter(over) {
            match self.purge_one(None, one, version).await {
                Ok(rows) => emptied += rows,
                // Definitions are changing: the rest waits for the next round.
                Err(PublishError::Schema(SchemaError::Outdated { .. })) => break,
                Err(other) => return Err(other),
            }
        }
        Ok(emptied)
    }

    async fn purge_one(&self, by: Option<Uuid>, one: &KeptAside, version: i64) -> Result<i64, PublishError> {
        let field = one.field.clone().unwrap_or_else(|| one.column.clone());
        let field = if one.lines.is_empty() { field } else { format!("{}.{field}", one.lines) };
        self.note(by, "aside_purged", json!({"entity": one.entity, "fields": [field], "rows": one.rows})).await?;
        Ok(self.store().empty_aside(one, version).await?)
    }

    /// The day of a time by the firm's clock.
    pub(crate) fn local_day(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.firm().zone()).date_naive()
    }

    /// How long columns are kept aside; none where they stay until somebody empties them.
    fn kept_aside_for(&self) -> Option<TimeDelta> {
        let days = match self.published().settings.get("kept_aside_days") {
            Some(Value::Integer(days)) => *days,
            _ => USUAL,
        };
        let term = TimeDelta::try_days(days).filter(|term| *term > TimeDelta::zero())?;
        Some(term.max(NOTICE))
    }
}

/// What one is called by its definitions: `item.size`, `item.lines.size`.
fn path(one: &KeptAside) -> String {
    let field = one.field.as_ref().unwrap_or(&one.column);
    let parts = [&one.entity, &one.lines, field];
    parts.into_iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(".")
}

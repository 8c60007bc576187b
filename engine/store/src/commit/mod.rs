//! Applying a [`Commit`]: everything one command writes, in one transaction, or nothing.

use chrono::{DateTime, Utc};
use kernel::{Name, change::Commit};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{CommitError, IdempotencyKey, Priority, Schema, Store};

/// What a commit wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Committed {
    /// The records that it made or changed, in the order of the changes; each once.
    pub records: Vec<CommittedRecord>,
}

/// A record that was made or changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommittedRecord {
    /// The entity.
    pub entity: Name,
    /// The record.
    pub id: Uuid,
    /// Its version now.
    pub version: i64,
    /// Whether it is new.
    pub inserted: bool,
    /// The number that it was given.
    pub number: Option<String>,
    /// Its title, if it was set.
    pub title: Option<String>,
}

/// What became of a commit that came with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Once {
    /// It was done now.
    Done(Committed),
    /// It had been done before, and was not done again.
    Already {
        /// What it wrote then.
        committed: Committed,
        /// When.
        at: DateTime<Utc>,
    },
}

impl Committed {
    /// What was written of a record.
    #[must_use]
    pub fn record(&self, id: Uuid) -> Option<&CommittedRecord> {
        self.records.iter().find(|record| record.id == id)
    }
}

impl Store {
    /// Applies a commit. It is durable when this returns.
    pub async fn commit(&self, schema: &dyn Schema, commit: Commit) -> Result<Committed, CommitError> {
        self.commit_with(schema, commit, Priority::People).await
    }

    /// Applies a commit of bulk work, which lets people's commits go first.
    pub async fn commit_bulk(&self, schema: &dyn Schema, commit: Commit) -> Result<Committed, CommitError> {
        self.commit_with(schema, commit, Priority::Bulk).await
    }

    /// Applies a commit unless it was applied before with the same key.
    pub async fn commit_once(
        &self,
        schema: &dyn Schema,
        commit: Commit,
        key: IdempotencyKey,
    ) -> Result<Once, CommitError> {
        let _ = (schema, commit, key);
        Err(crate::Error::Unavailable("commit".to_owned()).into())
    }

    async fn commit_with(
        &self,
        schema: &dyn Schema,
        commit: Commit,
        priority: Priority,
    ) -> Result<Committed, CommitError> {
        let _ = (schema, commit, priority);
        Err(crate::Error::Unavailable("commit".to_owned()).into())
    }
}

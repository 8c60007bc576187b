//! Applying a [`Commit`]: everything one command writes, in one transaction, or nothing.

mod apply;
mod chains;
mod deputies;
mod files;
mod flow;
mod insert;
mod jobs;
mod likeness;
mod merges;
mod messages;
mod purge;
mod refusal;
mod rows;
mod update;

pub use purge::GoesWith;

use std::{collections::HashMap, sync::Arc};

pub(crate) use likeness::insert as insert_near_keys;

use chrono::{DateTime, Utc};
use kernel::{
    Name,
    change::{Change, Commit},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(crate) use flow::beside;
pub(crate) use insert::push;
pub(crate) use rows::{pieces, write_row};

use crate::{CommitError, Error, IdempotencyKey, Priority, Schema, Store, layout::Layout};

/// What a commit wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Committed {
    /// The records that it made or changed; each once.
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
    /// The numbers of series that its fields were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<(Name, String)>,
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

/// A commit with all that is needed to apply it, as often as it takes.
#[derive(Debug)]
struct Work {
    commit: Commit,
    layouts: HashMap<Name, Arc<Layout>>,
    /// The version of the definitions that it was decided by.
    version: i64,
    key: Option<IdempotencyKey>,
}

impl Work {
    fn layout(&self, entity: &Name) -> Result<&Arc<Layout>, Error> {
        self.layouts.get(entity).ok_or_else(|| Error::UnknownEntity(entity.to_string()))
    }
}

impl Store {
    /// Applies a commit. It is durable when this returns.
    pub async fn commit(&self, schema: &dyn Schema, commit: Commit) -> Result<Committed, CommitError> {
        Ok(self.commit_work(schema, commit, None, Priority::People).await?.committed())
    }

    /// Applies a commit of bulk work, which lets people's commits go first.
    pub async fn commit_bulk(&self, schema: &dyn Schema, commit: Commit) -> Result<Committed, CommitError> {
        Ok(self.commit_work(schema, commit, None, Priority::Bulk).await?.committed())
    }

    /// Applies a commit of a job, which lets people's commits go first.
    pub async fn commit_job(&self, schema: &dyn Schema, commit: Commit) -> Result<Committed, CommitError> {
        Ok(self.commit_work(schema, commit, None, Priority::Jobs).await?.committed())
    }

    /// Applies a commit unless it was applied before with the same key.
    pub async fn commit_once(
        &self,
        schema: &dyn Schema,
        commit: Commit,
        key: IdempotencyKey,
    ) -> Result<Once, CommitError> {
        self.commit_work(schema, commit, Some(key), Priority::People).await
    }

    async fn commit_work(
        &self,
        schema: &dyn Schema,
        commit: Commit,
        key: Option<IdempotencyKey>,
        priority: Priority,
    ) -> Result<Once, CommitError> {
        let mut layouts = HashMap::new();
        for change in &commit.changes {
            let entity = match change {
                Change::InsertRecord(insert) => &insert.record.entity,
                Change::UpdateRecord(update) => &update.entity,
                Change::Apart(apart) => &apart.entity,
                Change::Purge(purge) => &purge.entity,
                _ => continue,
            };
            if !layouts.contains_key(entity) {
                layouts.insert(entity.clone(), self.layouts().get(schema, entity)?);
            }
        }
        let work = Arc::new(Work { commit, layouts, version: schema.version(), key });
        self.write(priority, move |connection| {
            let work = work.clone();
            Box::pin(async move { apply::apply(connection, &work).await })
        })
        .await
    }
}

impl Once {
    /// What was written, now or before.
    #[must_use]
    pub fn committed(self) -> Committed {
        match self {
            Self::Done(committed) | Self::Already { committed, .. } => committed,
        }
    }
}

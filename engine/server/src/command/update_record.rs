//! Changes fields of a record, merging with what others changed meanwhile where that is safe.

use std::sync::Arc;

use kernel::{
    Record,
    change::LaterChange,
    query::{Facts, Outcome},
    save,
    schema::Entity,
};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::{Written, decided, saving_with, suspects, target};
use crate::{
    App, Failure, Scene,
    engine::{Command, Decided},
};

/// Changes fields of a record.
#[derive(Clone, Debug)]
pub struct UpdateRecord {
    /// The entity.
    pub entity: String,
    /// The record.
    pub id: Uuid,
    /// The version that the writer had read; the one now, if left out.
    pub version: Option<i64>,
    /// Changed fields in wire form; line tables whole.
    pub fields: Map<String, Json>,
    /// Why it is none of the records that it may be; without, it is asked.
    pub distinct: Option<String>,
    /// How it comes, for the history.
    pub source: &'static str,
}

/// What is read before.
#[derive(Debug)]
pub struct Base {
    entity: Arc<Entity>,
    record: Record,
    /// What others changed after the version that the writer had read.
    since: Vec<LaterChange>,
}

impl Command for UpdateRecord {
    type Known = Base;
    type Done = Written;

    async fn read(&self, app: &App, scene: &Scene) -> Result<Base, Failure> {
        let (entity, record) = target(app, scene, &self.entity, self.id, false).await?;
        let since = match self.version {
            Some(version) if version < record.version => {
                let mut since = app.store().history_since(record.id, version).await?;
                for change in since.iter_mut().flat_map(|entry| &mut entry.changes) {
                    change.path = entity.path_now(&change.path).into_owned();
                }
                since
            }
            _ => Vec::new(),
        };
        Ok(Base { entity, record, since })
    }

    fn decide(&self, scene: &Scene, base: &Base, facts: &Facts) -> Outcome<Decided<Written>> {
        let expected = self.version.unwrap_or(base.record.version);
        let suspects = suspects(self.source, self.distinct.as_deref());
        decided(saving_with(scene, facts, self.source, None, suspects, |s| {
            save::update(s, &base.entity, &base.record, &self.fields, expected, &base.since)
        }))
    }
}

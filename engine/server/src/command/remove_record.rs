//! Puts a record into the trash, or takes it out.

use std::sync::Arc;

use kernel::{
    Record,
    query::{Facts, Outcome},
    save,
    schema::Entity,
};
use uuid::Uuid;

use super::{Written, decided, saving, target};
use crate::{
    App, Failure, Scene,
    engine::{Command, Decided},
};

/// Puts a record into the trash, or takes it out.
#[derive(Clone, Debug)]
pub struct RemoveRecord {
    /// The entity.
    pub entity: String,
    /// The record.
    pub id: Uuid,
    /// The version that the reader saw; the one now, if left out.
    pub version: Option<i64>,
    /// Whether it goes into the trash; else it is taken out.
    pub deleted: bool,
}

impl Command for RemoveRecord {
    type Known = (Arc<Entity>, Record);
    type Done = Written;

    async fn read(&self, app: &App, scene: &Scene) -> Result<Self::Known, Failure> {
        target(app, scene, &self.entity, self.id, !self.deleted).await
    }

    fn decide(&self, scene: &Scene, (entity, record): &Self::Known, facts: &Facts) -> Outcome<Decided<Written>> {
        let expected = self.version.unwrap_or(record.version);
        decided(saving(scene, facts, "app", None, |s| save::remove(s, entity, record, expected, self.deleted)))
    }
}

//! Erases what is personal in a record.

use std::sync::Arc;

use kernel::{
    Record,
    query::{Facts, Outcome},
    rights::Access,
    save::{self, Saving, Suspects},
    schema::Entity,
};
use uuid::Uuid;

use super::{Written, decided, target};
use crate::{
    App, Failure, Scene,
    engine::{Command, Decided},
};

/// Erases what is personal in a record; who may is asked before.
#[derive(Clone, Debug)]
pub struct EraseRecord {
    /// The entity.
    pub entity: String,
    /// The record.
    pub id: Uuid,
    /// Why, for the history.
    pub reason: String,
}

impl Command for EraseRecord {
    type Known = (Arc<Entity>, Record);
    type Done = Written;

    async fn read(&self, app: &App, scene: &Scene) -> Result<Self::Known, Failure> {
        target(app, scene, &self.entity, self.id, false).await
    }

    fn decide(&self, scene: &Scene, (entity, record): &Self::Known, facts: &Facts) -> Outcome<Decided<Written>> {
        let ctx = scene.ctx();
        // Whatever states lock and rules ask, what is personal goes.
        let access = Access::engine(&scene.catalog, &ctx);
        let s = Saving {
            catalog: &scene.catalog,
            ctx: &ctx,
            facts,
            access: &access,
            source: "app",
            batch: None,
            suspects: Suspects::Pass,
        };
        decided(save::erase(&s, entity, record, &self.reason))
    }
}

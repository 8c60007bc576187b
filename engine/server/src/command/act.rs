//! Acts on a running workflow: decides a task, takes it back, stops it, or has somebody's tasks go to others.

use std::sync::Arc;

use kernel::{
    Catalog, Record, Rejection, command,
    query::{Facts, Outcome},
    schema::Entity,
    workflow::Instance,
};
use uuid::Uuid;

use super::{Acted, acted, entity, instance_of, saving};
use crate::{
    App, Failure, Scene,
    engine::{Command, Decided},
};

/// Acts on a running workflow.
#[derive(Clone, Debug)]
pub struct ActOnInstance {
    /// The instance.
    pub instance: Uuid,
    /// What is done.
    pub act: command::Act,
}

/// What is read before.
#[derive(Debug)]
pub struct Stand {
    entity: Arc<Entity>,
    record: Record,
    instance: Instance,
    pinned: Arc<Catalog>,
}

impl Command for ActOnInstance {
    type Known = Stand;
    type Done = Acted;

    async fn read(&self, app: &App, scene: &Scene) -> Result<Stand, Failure> {
        let missing = || Rejection::NotFound { kind: "instance".into(), id: self.instance.to_string() };
        let row = app.store().instance(self.instance).await?.ok_or_else(missing)?;
        let instance = instance_of(row)?;
        let entity = entity(scene, &instance.entity)?;
        let record = app.store().record(&scene.catalog.entities, &entity.name, instance.record).await?;
        let pinned = app.catalog_at(instance.catalog_version).await?;
        Ok(Stand { entity, record: record.ok_or_else(missing)?, instance, pinned })
    }

    fn decide(&self, scene: &Scene, stand: &Stand, facts: &Facts) -> Outcome<Decided<Acted>> {
        acted(saving(scene, facts, "app", None, |s| {
            command::act(s, &stand.pinned, &stand.entity, &stand.record, &stand.instance, &self.act)
        }))
    }
}

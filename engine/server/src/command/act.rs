//! Acts on a running workflow: decides a task, takes it back, stops it, or has somebody's tasks go to others.

use std::sync::Arc;

use kernel::{
    Catalog, Record, Rejection, command,
    query::{Facts, Outcome},
    schema::Entity,
    workflow::{Instance, Verb},
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
    /// The version of the record that was seen; whichever it is now, if left out.
    pub version: Option<i64>,
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
        let record = app.store().record(&*scene.catalog, &entity.name, instance.record).await?;
        let pinned = match &self.act {
            command::Act::Migrate { .. } => scene.catalog.clone(),
            _ => app.catalog_at(instance.catalog_version, &scene.catalog).await?,
        };
        Ok(Stand { entity, record: record.ok_or_else(missing)?, instance, pinned })
    }

    fn decide(&self, scene: &Scene, stand: &Stand, facts: &Facts) -> Outcome<Decided<Acted>> {
        // Nobody decides on another record than they saw. That the task is done is told before that.
        let is_open = match &self.act {
            command::Act::Decide { verb: Verb::TakeBack, .. } => false,
            command::Act::Decide { task, .. } => stand.instance.tasks.contains_key(task),
            _ => true,
        };
        if let Some(expected) = self.version.filter(|v| *v != stand.record.version && is_open) {
            let (entity, id, actual) = (stand.entity.name.clone(), stand.record.id, stand.record.version);
            return Outcome::Rejected(Rejection::Stale { entity, id, expected, actual, conflicts: Vec::new() });
        }
        acted(saving(scene, facts, "app", None, |s| {
            command::act(s, &stand.pinned, &stand.entity, &stand.record, &stand.instance, &self.act)
        }))
    }
}

//! Makes a transition of a record; with it, a workflow may begin.

use std::sync::Arc;

use kernel::{
    Catalog, Record, command,
    definition::Keyed,
    query::{Facts, Outcome},
    schema::Entity,
    workflow::Instance,
};
use uuid::Uuid;

use super::{Acted, acted, open_instance, saving, target};
use crate::{
    App, Failure, Scene,
    engine::{Command, Decided},
};

/// Makes a transition.
#[derive(Clone, Debug)]
pub struct MakeTransition {
    /// The record's entity.
    pub entity: String,
    /// The record.
    pub id: Uuid,
    /// The transition.
    pub name: String,
    /// The version that the reader saw; the one now, if left out.
    pub version: Option<i64>,
    /// Why, where the one who makes it says so.
    pub reason: Option<String>,
    /// Whom they chose for nodes of the workflow that it starts.
    pub picks: Keyed<Vec<Uuid>>,
}

/// What is read before.
#[derive(Debug)]
pub struct Stand {
    entity: Arc<Entity>,
    record: Record,
    open: Option<Instance>,
    pinned: Option<Arc<Catalog>>,
}

impl Command for MakeTransition {
    type Known = Stand;
    type Done = Acted;

    async fn read(&self, app: &App, scene: &Scene) -> Result<Stand, Failure> {
        let (entity, record) = target(app, scene, &self.entity, self.id, false).await?;
        let open = open_instance(app, record.id).await?;
        let pinned = match &open {
            Some(instance) => Some(app.catalog_at(instance.catalog_version, &scene.catalog).await?),
            None => None,
        };
        Ok(Stand { entity, record, open, pinned })
    }

    fn decide(&self, scene: &Scene, stand: &Stand, facts: &Facts) -> Outcome<Decided<Acted>> {
        let expected = self.version.unwrap_or(stand.record.version);
        acted(saving(scene, facts, "app", None, |s| {
            let transit = command::Transit {
                name: &self.name,
                expected,
                reason: self.reason.as_deref(),
                picks: Some(&self.picks),
                pinned: stand.pinned.as_deref(),
            };
            command::transition(s, &stand.entity, &stand.record, transit, stand.open.as_ref())
        }))
    }
}

//! Makes a new record.

use std::sync::Arc;

use kernel::{
    query::{Facts, Outcome},
    save,
    schema::Entity,
};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::{Written, decided, entity, saving_with, suspects};
use crate::{
    App, Failure, Scene,
    engine::{Command, Decided},
};

/// Makes a new record.
#[derive(Clone, Debug)]
pub struct CreateRecord {
    /// The entity.
    pub entity: String,
    /// Fields in wire form, line tables as lists of objects.
    pub fields: Map<String, Json>,
    /// Why it is none of the records that it may be; without, it is asked.
    pub distinct: Option<String>,
    /// Its id; a fresh one if left out.
    pub id: Option<Uuid>,
    /// How it comes, for the history.
    pub source: &'static str,
}

impl Command for CreateRecord {
    type Known = Arc<Entity>;
    type Done = Written;

    async fn read(&self, _: &App, scene: &Scene) -> Result<Arc<Entity>, Failure> {
        entity(scene, &self.entity)
    }

    fn decide(&self, scene: &Scene, entity: &Arc<Entity>, facts: &Facts) -> Outcome<Decided<Written>> {
        let suspects = suspects(self.source, self.distinct.as_deref());
        decided(saving_with(scene, facts, self.source, None, suspects, |s| match self.id {
            Some(id) => save::create_as(s, entity, &self.fields, id),
            None => save::create(s, entity, &self.fields),
        }))
    }
}

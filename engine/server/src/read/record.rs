//! One record for one reader.

use std::sync::Arc;

use kernel::{
    Record, Rejection,
    query::{Facts, Outcome},
    rights::{Access, Mask},
    schema::Entity,
};
use uuid::Uuid;

use super::outcome;
use crate::{App, Failure, Scene};

/// A record that its reader may see.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its entity.
    pub entity: Arc<Entity>,
    /// The record, whole.
    pub record: Record,
    /// What of it the reader may see.
    pub mask: Mask,
}

impl App {
    /// A record as somebody may see it.
    ///
    /// # Errors
    /// [`Rejection::NotFound`] if there is none, or the reader may not know of it.
    pub async fn see(&self, scene: &Scene, entity: &str, id: Uuid) -> Result<Seen, Failure> {
        let hidden = || Rejection::NotFound { kind: entity.to_owned(), id: id.to_string() };
        let entity = Arc::clone(known_entity(scene, entity)?);
        let record = self.store().record(&scene.catalog.entities, &entity.name, id).await?.ok_or_else(hidden)?;
        let mask = self.mask_of(scene, &entity, &record).await?.ok_or_else(hidden)?;
        Ok(Seen { entity, record, mask })
    }

    /// What a reader may see of a record; none if nothing at all, not even that it is there.
    ///
    /// # Errors
    /// If the rights cannot be worked out.
    pub async fn mask_of(&self, scene: &Scene, entity: &Entity, record: &Record) -> Result<Option<Mask>, Failure> {
        self.settle(scene, |facts| seen_as(scene, entity, record, facts)).await
    }

    /// Whether somebody may see a record.
    pub async fn may_read(&self, user: Uuid, record: &Record) -> bool {
        let scene = self.scene(Some(user));
        match scene.catalog.entity(&record.entity) {
            Some(entity) => matches!(self.mask_of(&scene, entity, record).await, Ok(Some(_))),
            None => false,
        }
    }
}

fn seen_as(scene: &Scene, entity: &Entity, record: &Record, facts: &Facts) -> Outcome<Option<Mask>> {
    let ctx = scene.ctx();
    let access = Access::new(&scene.catalog, &ctx);
    if access.is_engine() {
        return Outcome::Decided(Some(Mask::All));
    }
    match outcome(access.flags_of(entity, record, facts)) {
        Outcome::Decided(flags) if flags.contains(&true) => Outcome::Decided(Some(access.mask(entity, &flags))),
        Outcome::Decided(_) => Outcome::Decided(None),
        Outcome::Needs(queries) => Outcome::Needs(queries),
        Outcome::Rejected(rejection) => Outcome::Rejected(rejection),
    }
}

/// The entity, if there is one that the reader may know of.
pub(crate) fn known_entity<'s>(scene: &'s Scene, name: &str) -> Result<&'s Arc<Entity>, Failure> {
    let ctx = scene.ctx();
    let access = Access::new(&scene.catalog, &ctx);
    let found = scene.catalog.entity(name).filter(|_| access.may_read(name) || access.may_create(name));
    found.ok_or_else(|| Rejection::NotFound { kind: "entity".into(), id: name.to_owned() }.into())
}

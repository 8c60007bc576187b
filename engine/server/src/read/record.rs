//! One record for one reader: what their roles show of it, or else what a task that waits for them does.

use std::{collections::HashSet, sync::Arc};

use kernel::{
    Record, Rejection,
    query::{Facts, Outcome},
    rights::Mask,
    schema::Entity,
    workflow::NodeKind,
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
        let entity = Arc::clone(scene.catalog.entity(entity).ok_or_else(|| unknown(entity))?);
        let record = self.store().record(&scene.catalog.entities, &entity.name, id).await?.ok_or_else(hidden)?;
        let mask = self.mask_of(scene, &entity, &record).await?.ok_or_else(hidden)?;
        Ok(Seen { entity, record, mask })
    }

    /// What a reader may see of a record; none if nothing at all, not even that it is there.
    ///
    /// # Errors
    /// If the rights cannot be worked out.
    pub async fn mask_of(&self, scene: &Scene, entity: &Entity, record: &Record) -> Result<Option<Mask>, Failure> {
        match self.settle(scene, |facts| by_roles(scene, entity, record, facts)).await? {
            Some(mask) => Ok(Some(mask)),
            None => self.by_task(scene, entity, record).await,
        }
    }

    /// Whether somebody's roles show them a record.
    pub async fn may_read(&self, user: Uuid, record: &Record) -> bool {
        let scene = self.scene(Some(user));
        let Some(entity) = scene.catalog.entity(&record.entity) else { return false };
        matches!(self.settle(&scene, |facts| by_roles(&scene, entity, record, facts)).await, Ok(Some(_)))
    }

    /// What a task shows of a record to whom no role shows it: the fields that some role of theirs may read of other
    /// records, and those that they are to write; without what the node hides.
    async fn by_task(&self, scene: &Scene, entity: &Entity, record: &Record) -> Result<Option<Mask>, Failure> {
        let Some(user) = scene.user.filter(|id| scene.org.people.get(id).is_some_and(|person| person.active)) else {
            return Ok(None);
        };
        let mut shown: Option<HashSet<String>> = None;
        for task in self.store().open_tasks_about(user, record.id).await? {
            let Some(instance) = self.store().instance(task.instance).await? else { continue };
            let pinned = self.catalog_at(instance.catalog_version).await?;
            let node = pinned.workflows.get(&instance.workflow).and_then(|w| w.nodes.get(&task.node));
            let fields = shown.get_or_insert_default();
            if let Some(NodeKind::Approval(approval)) = node.map(|node| &node.kind) {
                let ctx = scene.ctx();
                let Mask::Only(mut own) = scene.access(&ctx).widest_mask(entity) else { continue };
                own.extend(approval.write.iter().map(ToString::to_string));
                own.retain(|path| {
                    let within =
                        |hidden: &str| path.strip_prefix(hidden).is_some_and(|r| r.is_empty() || r.starts_with('.'));
                    !approval.hide.iter().any(|hidden| within(hidden))
                });
                fields.extend(own);
            }
        }
        Ok(shown.map(Mask::Only))
    }
}

fn by_roles(scene: &Scene, entity: &Entity, record: &Record, facts: &Facts) -> Outcome<Option<Mask>> {
    let ctx = scene.ctx();
    let access = scene.access(&ctx);
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
    let access = scene.access(&ctx);
    let found = scene.catalog.entity(name).filter(|_| access.may_read(name) || access.may_create(name));
    found.ok_or_else(|| unknown(name))
}

fn unknown(entity: &str) -> Failure {
    Rejection::NotFound { kind: "entity".into(), id: entity.to_owned() }.into()
}

//! One record for one reader: what their roles show of it, or else what a task that waits for them does.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use indexmap::IndexMap;
use kernel::{
    Name, Record, Rejection,
    change::{InstanceRow, TaskKind},
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
        let entity = Arc::clone(scene.catalog.entity(entity).ok_or_else(|| unknown(scene, entity))?);
        if scene.user.is_some() && scene.catalog.is_off(&entity.name) {
            return Err(unknown(scene, &entity.name));
        }
        let record = self.store().record(&*scene.catalog, &entity.name, id).await?.ok_or_else(hidden)?;
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

    /// Records as somebody may see them, by their ids; those that are not there or are hidden are left out. However many
    /// they are, the store is asked as often as for one of each entity.
    ///
    /// # Errors
    /// If the rights cannot be worked out.
    pub async fn see_all(&self, scene: &Scene, wanted: &[(Name, Uuid)]) -> Result<HashMap<Uuid, Seen>, Failure> {
        let mut by_entity: IndexMap<&Name, Vec<Uuid>> = IndexMap::new();
        for (entity, id) in wanted {
            let ids = by_entity.entry(entity).or_default();
            if !ids.contains(id) {
                ids.push(*id);
            }
        }
        let mut found = HashMap::new();
        for (name, ids) in by_entity {
            let Some(entity) = scene.catalog.entity(name).map(Arc::clone) else { continue };
            let records = self.store().records(&*scene.catalog, name, &ids).await?;
            let shown = self.settle(scene, |facts| all_by_roles(scene, &entity, &records, facts)).await?;
            let (by_role, hidden): (Vec<_>, Vec<_>) =
                records.into_iter().zip(shown).partition(|(_, shown)| shown.is_some());
            let hidden: Vec<Record> = hidden.into_iter().map(|(record, _)| record).collect();
            let ids: Vec<Uuid> = hidden.iter().map(|record| record.id).collect();
            let mut by_task = self.by_tasks(scene, &entity, &ids).await?;
            let by_role = by_role.into_iter().filter_map(|(record, mask)| Some((record, mask?)));
            let by_task = hidden.into_iter().filter_map(|record| by_task.remove(&record.id).map(|mask| (record, mask)));
            for (record, mask) in by_role.chain(by_task) {
                found.insert(record.id, Seen { entity: Arc::clone(&entity), record, mask });
            }
        }
        Ok(found)
    }

    async fn by_task(&self, scene: &Scene, entity: &Entity, record: &Record) -> Result<Option<Mask>, Failure> {
        Ok(self.by_tasks(scene, entity, &[record.id]).await?.remove(&record.id))
    }

    /// What tasks show of records to whom no role shows them: the fields that some role of theirs may read of other
    /// records, and those that the node opens; without what the node hides. A copy shows the former.
    async fn by_tasks(&self, scene: &Scene, entity: &Entity, records: &[Uuid]) -> Result<HashMap<Uuid, Mask>, Failure> {
        let mut shown: HashMap<Uuid, HashSet<String>> = HashMap::new();
        let Some(user) = scene.user.filter(|id| scene.org.people.get(id).is_some_and(|person| person.active)) else {
            return Ok(HashMap::new());
        };
        let ctx = scene.ctx();
        let widest = match scene.access(&ctx).widest_mask(entity) {
            Mask::Only(widest) => widest,
            Mask::All => HashSet::new(),
        };
        for record in self.store().copied_records(user, records).await? {
            shown.entry(record).or_default().extend(widest.iter().cloned());
        }
        let tasks = self.store().open_tasks_about_all(user, &self.pools_of(user), records).await?;
        let ids: Vec<Uuid> = tasks.iter().map(|task| task.instance).collect();
        let instances = self.store().instances_by_id(&ids).await?;
        let instances: HashMap<Uuid, InstanceRow> = instances.into_iter().map(|row| (row.id, row)).collect();
        for task in tasks {
            let Some(instance) = instances.get(&task.instance) else { continue };
            let pinned = self.catalog_at(instance.catalog_version, &scene.catalog).await?;
            let node = pinned.workflows.get(&instance.workflow).and_then(|w| w.nodes.get(&task.node));
            let fields = shown.entry(task.record).or_default();
            if let Some(NodeKind::Approval(approval)) = node.map(|node| &node.kind) {
                let mut own = widest.clone();
                // Whoever is only asked for an opinion reads what the node opens, and writes nothing.
                let own_forms = approval.outcomes.values().flat_map(|outcome| &outcome.write);
                own.extend(approval.write.iter().chain(&approval.read).chain(own_forms).map(ToString::to_string));
                own.retain(|path| {
                    let within =
                        |hidden: &str| path.strip_prefix(hidden).is_some_and(|r| r.is_empty() || r.starts_with('.'));
                    !approval.hide.iter().any(|hidden| within(hidden))
                });
                fields.extend(own);
            }
        }
        Ok(shown.into_iter().map(|(id, fields)| (id, Mask::Only(fields))).collect())
    }
}

impl App {
    /// The fields of a record that tasks of the reader's open to them.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn opened_by_tasks(&self, scene: &Scene, record: Uuid) -> Result<Vec<Name>, Failure> {
        let Some(user) = scene.user else { return Ok(Vec::new()) };
        let mut opened = Vec::new();
        let tasks = self.store().open_tasks_about_all(user, &self.pools_of(user), &[record]).await?;
        let ids: Vec<Uuid> = tasks.iter().map(|task| task.instance).collect();
        let instances = self.store().instances_by_id(&ids).await?;
        // Whoever is only asked for an opinion writes nothing.
        for task in tasks.iter().filter(|task| task.kind == TaskKind::Decide) {
            let Some(instance) = instances.iter().find(|row| row.id == task.instance) else { continue };
            let pinned = self.catalog_at(instance.catalog_version, &scene.catalog).await?;
            let node = pinned.workflows.get(&instance.workflow).and_then(|w| w.nodes.get(&task.node));
            if let Some(NodeKind::Approval(approval)) = node.map(|node| &node.kind) {
                let own = approval.outcomes.values().flat_map(|outcome| &outcome.write);
                opened.extend(approval.write.iter().chain(own).cloned());
            }
        }
        Ok(opened)
    }
}

/// The same of several records; what is needed for any of them is asked for at once.
fn all_by_roles(scene: &Scene, entity: &Entity, records: &[Record], facts: &Facts) -> Outcome<Vec<Option<Mask>>> {
    let (mut masks, mut needs) = (Vec::with_capacity(records.len()), Vec::new());
    for record in records {
        match by_roles(scene, entity, record, facts) {
            Outcome::Decided(mask) => masks.push(mask),
            Outcome::Needs(queries) => needs.extend(queries),
            Outcome::Rejected(rejection) => return Outcome::Rejected(rejection),
        }
    }
    let mut asked = HashSet::new();
    needs.retain(|query| asked.insert(query.clone()));
    if needs.is_empty() { Outcome::Decided(masks) } else { Outcome::Needs(needs) }
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
    let found = scene.catalog.entity(name).filter(|e| access.may_read(&e.name) || access.may_create(&e.name));
    found.ok_or_else(|| unknown(scene, name))
}

/// There is no such entity, or its module is switched off.
pub(crate) fn unknown(scene: &Scene, entity: &str) -> Failure {
    if scene.catalog.is_off(entity) {
        return Rejection::NotFound { kind: format!("{entity}:"), id: "its module is switched off".into() }.into();
    }
    Rejection::NotFound { kind: "entity".into(), id: entity.to_owned() }.into()
}

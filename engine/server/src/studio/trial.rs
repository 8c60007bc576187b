//! A draft's flow tried on real records: who would decide, now and by the draft. Nothing is written and nobody is told.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use kernel::{Catalog, Name, Record, command, schema::Entity, workflow::Preview};
use store::InstanceFilter;
use uuid::Uuid;

use super::DraftError;
use crate::{App, Failure, Scene, command::saving, publish::PublishError};

/// So many approvals that have ended are gone through again at most.
const MOST: u32 = 50;

/// What is tried.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The entity.
    pub entity: String,
    /// The record.
    pub record: Uuid,
    /// The transition that begins the flow.
    pub transition: String,
    /// Who makes it.
    pub by: Uuid,
    /// When; now if left out.
    pub at: Option<DateTime<Utc>>,
}

/// The way that a record goes.
pub type Way = Result<Preview, Failure>;

/// A record's way by the definitions in force and by a draft.
#[derive(Debug)]
pub struct Tried {
    /// The record, as who asked may see it.
    pub record: Record,
    /// By the definitions in force.
    pub now: Way,
    /// By the draft.
    pub then: Way,
}

/// Approvals that have ended, gone through again.
#[derive(Debug, Default)]
pub struct WhatIf {
    /// Those that would go another way, the latest first.
    pub differ: Vec<Tried>,
    /// How many were gone through.
    pub seen: usize,
}

impl App {
    /// The definitions of a draft, compiled.
    ///
    /// # Errors
    /// If there is no such draft, it is broken, or the store fails.
    pub async fn draft_catalog(&self, id: Uuid) -> Result<Arc<Catalog>, DraftError> {
        let (_, workspace) = self.open_draft(id).await?;
        let compiled = tokio::task::spawn_blocking(move || workspace.compile()).await;
        let (catalog, problems) =
            compiled.map_err(|error| Failure::Corrupt { what: "a draft", why: error.to_string() })?;
        catalog.map(Arc::new).ok_or_else(|| PublishError::Wrong(problems).into())
    }

    /// The way of one record.
    ///
    /// # Errors
    /// If whoever asks (`scene`) may not see the record, or the store fails.
    pub async fn try_draft(&self, next: &Arc<Catalog>, scene: &Scene, trial: &Trial) -> Result<Tried, Failure> {
        let mut record = self.see(scene, &trial.entity, trial.record).await?.record;
        record.state = start_of(next, &trial.entity, &trial.transition).or(record.state);
        let now = self.way(&scene.catalog, trial, &record).await;
        let then = self.way(next, trial, &record).await;
        Ok(Tried { record, now, then })
    }

    /// The latest approvals of an entity that have ended, each by its record as it is now and whoever submitted it.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn what_if(
        &self,
        next: &Arc<Catalog>,
        scene: &Scene,
        entity: &str,
        transition: &str,
        limit: u32,
    ) -> Result<WhatIf, Failure> {
        let filter = InstanceFilter {
            entity: Some(entity.to_owned()),
            status: Some("ended".to_owned()),
            ..InstanceFilter::default()
        };
        let mut found = WhatIf::default();
        for row in self.store().search_instances(&filter, None, limit.min(MOST)).await? {
            let trial = Trial {
                entity: entity.to_owned(),
                record: row.record,
                transition: transition.to_owned(),
                by: row.initiator,
                at: Some(row.started_at),
            };
            // What they may not see is passed over, as in every list.
            let Ok(tried) = self.try_draft(next, scene, &trial).await else { continue };
            found.seen += 1;
            if !same(&tried.now, &tried.then) {
                found.differ.push(tried);
            }
        }
        Ok(found)
    }

    async fn way(&self, catalog: &Arc<Catalog>, trial: &Trial, record: &Record) -> Way {
        let unknown = || Failure::from(kernel::Rejection::NotFound { kind: "entity".into(), id: trial.entity.clone() });
        let entity: Arc<Entity> = catalog.entity(&trial.entity).cloned().ok_or_else(unknown)?;
        let mut scene = self.scene_of(catalog);
        scene.user = Some(trial.by);
        scene.now = trial.at.unwrap_or(scene.now);
        self.settle(&scene, |facts| {
            saving(&scene, facts, "app", None, |s| {
                command::preview(s, &scene.catalog, &entity, record, Some(&trial.transition), None)
            })
        })
        .await
    }
}

/// The state from which a transition begins.
fn start_of(catalog: &Catalog, entity: &str, transition: &str) -> Option<Name> {
    let entity = catalog.entity(entity)?;
    let cycle = entity.lifecycle.as_ref()?;
    cycle.transitions.get(transition)?.from.first().cloned()
}

/// Whether two ways have the same people decide in the same order, and the same end.
fn same(now: &Way, then: &Way) -> bool {
    let stops = |way: &Preview| -> Vec<(String, Vec<Uuid>)> {
        let of = |found: &kernel::workflow::PreviewNode| {
            let people: Vec<Uuid> = found.people.iter().map(|person| person.who.id).collect();
            (found.label.clone(), people)
        };
        way.nodes.iter().filter(|found| found.kind == "approval").map(of).collect()
    };
    match (now, then) {
        (Ok(now), Ok(then)) => now.outcome == then.outcome && stops(now) == stops(then),
        (Err(now), Err(then)) => now.to_string() == then.to_string(),
        _ => false,
    }
}

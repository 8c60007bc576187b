//! Taking running instances over to the latest version of their workflow: what would become of each, and doing it, each
//! by itself under its own lock.

use kernel::{
    Name, Rejection, command,
    definition::Keyed,
    workflow::{Move, migration},
};
use serde::{Deserialize, Serialize};
use store::InstanceFilter;
use uuid::Uuid;

use crate::{
    App, Failure, Scene,
    command::{ActOnInstance, instance_of},
};

/// At most so many instances at once; whoever has more goes on with the rest.
const MOST: u32 = 500;

/// What becomes of instances of older versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// They go on where they stand, by the latest version.
    #[default]
    Migrate,
    /// They begin again, by the latest version.
    Restart,
}

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The workflow.
    pub workflow: Name,
    /// The version that they keep; all older ones if none.
    pub from: Option<i64>,
    /// Only these.
    pub instances: Option<Vec<Uuid>>,
    /// The new names of nodes that have another.
    pub nodes: Keyed<Name>,
    /// What becomes of them.
    pub choice: Choice,
    /// Why.
    pub reason: Option<String>,
}

/// What becomes of instances.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// A row an instance.
    pub rows: Vec<Row>,
    /// Whether there are more.
    pub more: bool,
}

/// What becomes of an instance.
#[derive(Clone, Debug)]
pub struct Row {
    /// It.
    pub instance: Uuid,
    /// The entity of its record.
    pub entity: Name,
    /// Its record.
    pub record: Uuid,
    /// What the record is called; none where the reader may not see it.
    pub title: Option<String>,
    /// The version that it keeps.
    pub version: i64,
    /// Each place where it stands.
    pub places: Vec<Move>,
    /// Whether it can be done.
    pub can: bool,
    /// Whether it was done.
    pub done: bool,
    /// Why not.
    pub problem: Option<String>,
}

impl App {
    /// What would become of each instance. Nothing is changed.
    ///
    /// # Errors
    ///
    /// If the latest version has no such workflow, a node is mapped to one that it has not, or the store fails.
    pub async fn plan_migration(&self, scene: &Scene, plan: &Plan) -> Result<Told, Failure> {
        let missing = || Rejection::NotFound { kind: "workflow".into(), id: plan.workflow.to_string() };
        let latest = scene.catalog.workflows.get(&plan.workflow).ok_or_else(missing)?;
        if let Some((from, to)) = plan.nodes.iter().find(|(_, to)| !latest.nodes.contains_key(*to)) {
            let told = format!("Expected a node of the latest version, but it has no `{to}`");
            return Err(Rejection::invalid(format!("nodes.{from}"), "no_node", told).into());
        }
        let wanted = InstanceFilter {
            workflow: Some(plan.workflow.to_string()),
            open: true,
            version: plan.from,
            older_than: Some(scene.catalog.version),
            ..InstanceFilter::default()
        };
        let mut rows = match &plan.instances {
            Some(ids) => self.store().instances_by_id(ids).await?,
            None => self.store().search_instances(&wanted, None, MOST + 1).await?,
        };
        let most = usize::try_from(MOST).unwrap_or(usize::MAX);
        let more = rows.len() > most;
        rows.truncate(most);
        rows.retain(|row| row.workflow == plan.workflow && row.catalog_version < scene.catalog.version);
        let records: Vec<_> = rows.iter().map(|row| (row.entity.clone(), row.record)).collect();
        let seen = self.see_all(scene, &records).await?;
        let mut told = Told { rows: Vec::with_capacity(rows.len()), more };
        for row in rows {
            let (version, entity, record) = (row.catalog_version, row.entity.clone(), row.record);
            let instance = instance_of(row)?;
            let places = migration(latest, &instance, &plan.nodes);
            let hindered = plan.choice == Choice::Migrate && places.iter().any(|place| place.hindrance.is_some());
            let ended = !instance.is_open() || (plan.choice == Choice::Restart && instance.returned.is_some());
            told.rows.push(Row {
                instance: instance.id,
                entity,
                record,
                title: seen.get(&record).map(|seen| seen.record.title.clone()),
                version,
                places,
                can: !hindered && !ended,
                done: false,
                problem: None,
            });
        }
        Ok(told)
    }

    /// Takes over those that can be, one after the other; each tells for itself.
    ///
    /// # Errors
    ///
    /// As for [`App::plan_migration`]; a reason is missing; the store fails.
    pub async fn migrate(&self, scene: &Scene, plan: &Plan) -> Result<Told, Failure> {
        if plan.reason.as_ref().is_none_or(|reason| reason.trim().is_empty()) {
            return Err(Rejection::invalid("reason", "required", "A reason is required").into());
        }
        let mut told = self.plan_migration(scene, plan).await?;
        for row in told.rows.iter_mut().filter(|row| row.can) {
            let restart = plan.choice == Choice::Restart;
            let act = command::Act::Migrate { nodes: plan.nodes.clone(), restart, reason: plan.reason.clone() };
            let command = ActOnInstance { instance: row.instance, act, version: None };
            match self.perform(scene.user, &command).await {
                Ok(_) => row.done = true,
                Err(Failure::Rejected(rejection)) => row.problem = Some(rejection.to_string()),
                Err(other) => return Err(other),
            }
        }
        Ok(told)
    }
}

//! Gives a record the values that it had at a version: a change like any other, under the writer's rights, rules and the
//! state's locks; the history says from which version they came.

use std::sync::Arc;

use kernel::{
    Record, Rejection,
    change::Change,
    query::{Facts, Outcome},
    save,
    schema::Entity,
};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::{Written, decided, saving, target};
use crate::{
    App, Failure, Scene,
    engine::{Command, Decided},
};

/// Gives a record the values of a version.
#[derive(Clone, Debug)]
pub struct RestoreVersion {
    /// The entity.
    pub entity: String,
    /// The record.
    pub id: Uuid,
    /// The version whose values it gets.
    pub version: i64,
    /// The version that the writer saw; the one now, if left out.
    pub base: Option<i64>,
    /// Which fields and line tables; all that differ, if left out.
    pub fields: Option<Vec<String>>,
}

/// What is read before.
#[derive(Debug)]
pub struct Base {
    entity: Arc<Entity>,
    record: Record,
    input: Map<String, Json>,
}

impl Command for RestoreVersion {
    type Known = Base;
    type Done = Written;

    async fn read(&self, app: &App, scene: &Scene) -> Result<Base, Failure> {
        let (entity, record) = target(app, scene, &self.entity, self.id, false).await?;
        let seen = app.see(scene, &self.entity, self.id).await?;
        let version = app.sealed_version_of(&seen, self.version).await?;
        let version =
            version.ok_or_else(|| Rejection::NotFound { kind: "version".into(), id: self.version.to_string() })?;
        Ok(Base { input: version.input(&entity, self.fields.as_deref()), entity, record })
    }

    fn decide(&self, scene: &Scene, base: &Base, facts: &Facts) -> Outcome<Decided<Written>> {
        let now = base.record.version;
        let expected = self.base.unwrap_or(now);
        if expected != now {
            // What would be restored was chosen by what differed then.
            let (entity, id) = (base.entity.name.clone(), base.record.id);
            return Outcome::Rejected(Rejection::Stale { entity, id, expected, actual: now, conflicts: Vec::new() });
        }
        let mut outcome = decided(saving(scene, facts, "version", None, |s| {
            save::update(s, &base.entity, &base.record, &base.input, expected, &[])
        }));
        if let Outcome::Decided(decided) = &mut outcome {
            for change in &mut decided.changes {
                if let Change::History(entry) = change
                    && entry.record == self.id
                {
                    entry.reason = Some(self.version.to_string());
                }
            }
        }
        outcome
    }
}

//! Makes records one: the winner takes what is chosen, the others go to the trash. What refers to them follows after it,
//! see `crate::merging`.

use std::sync::Arc;

use kernel::{
    Record, Rejection,
    change::{Change, Merged},
    query::{Facts, Outcome},
    save,
    schema::Entity,
};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::{Written, decided, open_instance, saving, target};
use crate::{
    App, Failure, Scene,
    engine::{Command, Decided},
    merging::{MergeState, input_of},
};

/// More records than these do not become one at once.
const MOST: usize = 10;

/// Makes records one.
#[derive(Clone, Debug)]
pub struct MergeRecords {
    /// The merge.
    pub id: Uuid,
    /// The entity.
    pub entity: String,
    /// The record that stays, and the version that the writer had read.
    pub winner: (Uuid, Option<i64>),
    /// Those that go, with their versions.
    pub losers: Vec<(Uuid, Option<i64>)>,
    /// Fields that are chosen otherwise than the winner has them, in wire form.
    pub fields: Map<String, Json>,
}

/// What is read before.
#[derive(Debug)]
pub struct Same {
    entity: Arc<Entity>,
    winner: Record,
    losers: Vec<Record>,
}

impl Command for MergeRecords {
    type Known = Same;
    type Done = Written;

    async fn read(&self, app: &App, scene: &Scene) -> Result<Same, Failure> {
        let (entity, winner) = read_one(app, scene, &self.entity, self.winner).await?;
        let mut losers = Vec::new();
        if self.losers.is_empty() || self.losers.len() > MOST {
            let told = format!("expected one to {MOST} other records");
            return Err(Rejection::invalid("losers", "count", told).into());
        }
        for loser in &self.losers {
            let (_, loser) = read_one(app, scene, &self.entity, *loser).await?;
            if loser.id == winner.id || losers.iter().any(|known: &Record| known.id == loser.id) {
                return Err(Rejection::invalid("losers", "same", "expected different records").into());
            }
            if open_instance(app, loser.id).await?.is_some() {
                let told = format!("expected no open approval, but {} has one: it must end first", loser.title);
                return Err(Rejection::state("under_way", told).into());
            }
            losers.push(loser);
        }
        Ok(Same { entity, winner, losers })
    }

    fn decide(&self, scene: &Scene, same: &Same, facts: &Facts) -> Outcome<Decided<Written>> {
        let saved = saving(scene, facts, "merge", None, |s| {
            save::merge(s, &same.entity, &same.winner, &same.losers, &self.fields)
        });
        let mut decided = match decided(saved) {
            Outcome::Decided(decided) => decided,
            other => return other,
        };
        let state = MergeState {
            before: input_of(&same.entity, &same.winner),
            version: same.winner.version + 1,
            losers: same.losers.iter().map(|loser| (loser.id, loser.version + 1)).collect(),
        };
        decided.changes.push(Change::Merged(Box::new(Merged {
            id: self.id,
            entity: same.entity.name.clone(),
            winner: same.winner.id,
            losers: same.losers.iter().map(|loser| loser.id).collect(),
            state: serde_json::to_value(&state).unwrap_or_default(),
        })));
        Outcome::Decided(decided)
    }
}

/// A record as the writer had read it.
async fn read_one(
    app: &App,
    scene: &Scene,
    entity: &str,
    (id, expected): (Uuid, Option<i64>),
) -> Result<(Arc<Entity>, Record), Failure> {
    let (entity, record) = target(app, scene, entity, id, false).await?;
    match expected {
        Some(expected) if expected != record.version => {
            let (entity, actual) = (entity.name.clone(), record.version);
            Err(Rejection::Stale { entity, id, expected, actual, conflicts: Vec::new() }.into())
        }
        _ => Ok((entity, record)),
    }
}

//! Takes a merge back: the records are again what they were, unless somebody touched them since.

use std::sync::Arc;

use kernel::{
    Record, Rejection,
    change::Change,
    query::{Facts, Outcome},
    rights::{Access, Action},
    save::{self, Saving, Suspects},
    schema::Entity,
};
use store::MergeRow;
use uuid::Uuid;

use super::{Written, decided, target};
use crate::{
    App, Failure, Scene,
    engine::{Command, Decided},
    merging::{MergeState, UNDO_WITHIN},
};

/// Takes a merge back.
#[derive(Clone, Debug)]
pub struct UndoMerge {
    /// The merge.
    pub id: Uuid,
}

/// What is read before.
#[derive(Debug)]
pub struct Merge {
    row: MergeRow,
    state: MergeState,
    entity: Arc<Entity>,
    winner: Record,
    losers: Vec<Record>,
}

impl Command for UndoMerge {
    type Known = Merge;
    type Done = Written;

    async fn read(&self, app: &App, scene: &Scene) -> Result<Merge, Failure> {
        let missing = || Failure::from(Rejection::NotFound { kind: "merge".into(), id: self.id.to_string() });
        let row = app.store().merge(self.id).await?.ok_or_else(missing)?;
        // Whoever may not know of the winner knows of no merge.
        let (entity, winner) = target(app, scene, &row.entity, row.winner, false).await.map_err(|_| missing())?;
        if row.status != "done" {
            let told = format!("expected a merge that is done, but it is {}", row.status);
            return Err(Rejection::state("wrong_state", told).into());
        }
        if scene.now > row.at + UNDO_WITHIN {
            let told = format!("expected a merge of the last {} days, but it is older", UNDO_WITHIN.num_days());
            return Err(Rejection::state("too_late", told).into());
        }
        // Once nobody can undo it, what that took is not kept any more.
        let state = MergeState::of(&row)?;
        let ids: Vec<Uuid> = state.losers.iter().map(|(id, _)| *id).collect();
        let losers = app.store().records(&*scene.catalog, &row.entity, &ids).await?;
        for (record, version) in std::iter::once((&winner, Some(state.version)))
            .chain(losers.iter().map(|loser| (loser, state.losers.iter().find(|l| l.0 == loser.id).map(|l| l.1))))
        {
            if Some(record.version) != version {
                let org = app.org();
                let who = record.updated_by.and_then(|id| org.people.get(&id)).map_or("somebody", |p| &p.name);
                let at = record.updated_at.with_timezone(&app.firm().zone()).format("%Y-%m-%d %H:%M");
                let told = format!("expected what nobody touched since, but {who} changed {} on {at}", record.title);
                return Err(Rejection::state("touched", told).into());
            }
        }
        if losers.len() != ids.len() {
            let told = "expected the records that went to the trash, but they are gone".to_owned();
            return Err(Rejection::state("touched", told).into());
        }
        Ok(Merge { row, state, entity, winner, losers })
    }

    fn decide(&self, scene: &Scene, merge: &Merge, facts: &Facts) -> Outcome<Decided<Written>> {
        let ctx = scene.ctx();
        let access = Access::new(&scene.catalog, &ctx);
        let mut needs = Vec::new();
        let asked = std::iter::once((&merge.winner, Action::Update))
            .chain(merge.losers.iter().flat_map(|loser| [(loser, Action::Update), (loser, Action::Delete)]));
        for (record, action) in asked {
            match access.allows(action, &merge.entity, record, facts) {
                Ok(true) => {}
                Ok(false) => {
                    let message = "this merge cannot be undone by you".to_owned();
                    return Outcome::Rejected(Rejection::Forbidden { message });
                }
                Err(kernel::expression::EvalError::Needs(queries)) => needs.extend(queries),
                Err(kernel::expression::EvalError::Fault(fault)) => {
                    return Outcome::Rejected(Rejection::invalid("", "formula", fault.to_string()));
                }
            }
        }
        if !needs.is_empty() {
            return Outcome::Needs(needs);
        }
        // The engine writes: what was there before need not be what this person may write.
        let engine = Access::engine(&scene.catalog, &ctx);
        let saving = Saving {
            catalog: &scene.catalog,
            ctx: &ctx,
            facts,
            access: &engine,
            source: "merge",
            batch: None,
            suspects: Suspects::Pass,
        };
        let saved = save::unmerge(&saving, &merge.entity, &merge.winner, &merge.losers, &merge.state.before);
        let mut decided = match decided(saved) {
            Outcome::Decided(decided) => decided,
            other => return other,
        };
        decided.changes.push(Change::Merging { id: merge.row.id, status: "unlinking".to_owned() });
        Outcome::Decided(decided)
    }
}

//! Works out anew what follows others: one record, those that refer to one, or all of an entity, a page at a time.

use std::sync::Arc;

use kernel::{
    Name, Record,
    live::{self, Job},
    query::{Comparison, Cursor, Facts, Operand, Outcome, Predicate, Select},
    schema::Entity,
};
use uuid::Uuid;

use super::saving;
use crate::{
    App, Failure, Scene,
    engine::{Command, Decided},
};

/// Records that are worked out in one commit.
const TOGETHER: u32 = 50;

/// Works out records anew.
#[derive(Clone, Debug)]
pub struct Recompute {
    /// Which.
    pub job: Job,
}

/// The records of a page, and what comes after it.
#[derive(Debug)]
pub struct Page {
    entity: Option<Arc<Entity>>,
    records: Vec<Record>,
    next: Option<Job>,
}

impl Command for Recompute {
    type Known = Page;
    type Done = Uuid;

    async fn read(&self, app: &App, scene: &Scene) -> Result<Page, Failure> {
        let catalog = &*scene.catalog;
        let (name, store) = (entity_of(&self.job), app.store());
        // An entity that is gone by now has nothing to be kept right.
        let Some(entity) = catalog.entity(name).cloned() else {
            return Ok(Page { entity: None, records: Vec::new(), next: None });
        };
        let (records, next) = match &self.job {
            Job::Record { id, .. } => (store.records(catalog, &entity.name, &[*id]).await?, None),
            Job::Sweep { after, .. } => {
                let records = store.records_after(catalog, &entity.name, *after, TOGETHER).await?;
                let last = full(&records).map(|last| Job::Sweep { entity: entity.name.clone(), after: Some(last) });
                (records, last)
            }
            Job::Texts { after, .. } => {
                let records = store.records_after(catalog, &entity.name, *after, TOGETHER).await?;
                let last = full(&records).map(|last| Job::Texts { entity: entity.name.clone(), after: Some(last) });
                (records, last)
            }
            Job::Spread { lines, through, id, after, .. } => {
                let select = referring(&entity.name, lines.as_ref(), through, *id, *after);
                let page = store.select(catalog, &select).await?;
                let ids: Vec<Uuid> = page.rows.iter().map(|row| row.record.id).collect();
                let records = store.records(catalog, &entity.name, &ids).await?;
                let mut next = self.job.clone();
                if let Job::Spread { after, .. } = &mut next {
                    *after = ids.last().copied();
                }
                (records, (ids.len() == TOGETHER as usize).then_some(next))
            }
        };
        Ok(Page { entity: Some(entity), records, next })
    }

    fn decide(&self, scene: &Scene, page: &Page, facts: &Facts) -> Outcome<Decided<Uuid>> {
        let mut changes = Vec::new();
        let mut needs = Vec::new();
        for record in page.records.iter() {
            let Some(entity) = &page.entity else { continue };
            let worked_out = saving(scene, facts, "live", None, |s| match &self.job {
                Job::Texts { .. } => live::retell(s, entity, record),
                _ => live::recompute(s, entity, record),
            });
            match worked_out {
                Outcome::Decided(saved) => changes.extend(saved.changes),
                Outcome::Needs(queries) => needs.extend(queries),
                Outcome::Rejected(rejection) => return Outcome::Rejected(rejection),
            }
        }
        if !needs.is_empty() {
            needs.dedup();
            return Outcome::Needs(needs);
        }
        changes.extend(page.next.iter().map(|next| next.schedule(scene.now)));
        Outcome::Decided(Decided { changes, done: Uuid::nil() })
    }
}

fn entity_of(job: &Job) -> &Name {
    match job {
        Job::Record { entity, .. }
        | Job::Spread { entity, .. }
        | Job::Sweep { entity, .. }
        | Job::Texts { entity, .. } => entity,
    }
}

/// The last record of a page after which more may come.
fn full(records: &[Record]) -> Option<Uuid> {
    let is_full = records.len() == TOGETHER as usize;
    records.iter().map(|record| record.id).max().filter(|_| is_full)
}

fn referring(entity: &Name, lines: Option<&Name>, through: &Name, id: Uuid, after: Option<Uuid>) -> Select {
    let refers = Predicate::Compare {
        left: Operand::Path(vec![through.clone()]),
        operator: Comparison::Equal,
        right: Operand::Value(kernel::Value::Id(id)),
    };
    let filter = match lines {
        None => refers,
        Some(lines) => Predicate::Some { lines: lines.clone(), filter: Box::new(refers) },
    };
    Select {
        entity: entity.clone(),
        columns: Vec::new(),
        filter,
        tokens: Vec::new(),
        sort: Vec::new(),
        after: after.map(|id| Cursor { keys: Vec::new(), id }),
        limit: TOGETHER,
        flags: Vec::new(),
        deleted: false,
    }
}

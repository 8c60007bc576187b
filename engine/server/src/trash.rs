//! Emptying the trash: what is destroyed is destroyed for good, so what stands in the way and what goes along is told first.

use chrono::{DateTime, Duration, Utc};
use kernel::{
    Name, Record, Rejection, Value,
    change::{Change, Commit, EraseChange, HistoryEntry, PurgeRecord},
    query::{Comparison, Operand, Predicate, Select},
};
use serde_json::json;
use store::{CommitError, GoesWith};
use uuid::Uuid;

use crate::{App, Failure, Scene};

/// Records that are looked at together.
const TOGETHER: u32 = 100;
/// So many records that refer to one are told.
const TOLD: u32 = 20;
/// How long records stay where nothing says it.
const USUAL: i64 = 30;

/// What stands in the way of destroying a record, and what goes along.
#[derive(Clone, Debug)]
pub struct Purging {
    /// The record.
    pub record: Record,
    /// What goes along.
    pub goes_with: GoesWith,
    /// Records that refer to it: it stays while there are any.
    pub referring: Vec<(Name, Uuid)>,
    /// Whether it is a person: they stay, since histories name them.
    pub is_person: bool,
}

/// What came of emptying the trash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Emptied {
    /// Records that were destroyed.
    pub purged: u64,
    /// Records that stay, since others refer to them or they are people.
    pub kept: u64,
}

impl App {
    /// How many days records stay in the trash; none where they stay until somebody empties it.
    #[must_use]
    pub fn trash_days(&self) -> Option<i64> {
        let days = match self.published().settings.get("trash_days") {
            Some(Value::Integer(days)) => *days,
            _ => USUAL,
        };
        (days > 0).then_some(days)
    }

    /// What destroying a record in the trash would mean.
    ///
    /// # Errors
    /// [`Rejection::NotFound`] if it is not in the trash.
    pub async fn purging(&self, entity: &str, id: Uuid) -> Result<Purging, Failure> {
        let published = self.published();
        let entities = &published.catalog.entities;
        let missing = || Rejection::NotFound { kind: entity.to_owned(), id: id.to_string() };
        let found = entities.get(entity).ok_or_else(missing)?;
        let record = self.store().record(entities, &found.name, id).await?;
        let record = record.filter(|record| record.deleted_at.is_some()).ok_or_else(missing)?;
        let referring = self.store().referring(entities, entity, id, TOLD).await?;
        let goes_with = self.store().goes_with(entities, entity, id).await?;
        Ok(Purging { record, goes_with, referring, is_person: entity == "user" })
    }

    /// Destroys a record in the trash for good.
    ///
    /// # Errors
    /// If something stands in the way, or it is not in the trash.
    pub async fn purge(&self, by: Option<Uuid>, entity: &str, id: Uuid) -> Result<(), Failure> {
        let purging = self.purging(entity, id).await?;
        if purging.is_person {
            let told = "people stay, since histories name them; erase what is personal instead";
            return Err(Rejection::state("person_stays", told).into());
        }
        if let Some((other, _)) = purging.referring.first() {
            let told = format!("expected that nothing refers to it, but records of `{other}` do");
            return Err(Rejection::state("referred_to", told).into());
        }
        let scene = self.scene(by);
        match self.store().commit_bulk(&*scene.catalog, purge(&scene, by, &purging.record)).await {
            Ok(_) => {}
            Err(CommitError::Missing { kind, id }) => {
                return Err(Rejection::NotFound { kind, id: id.to_string() }.into());
            }
            Err(refused) => return Err(self.refusal(refused)),
        }
        self.note(by, "purged", json!({"entity": entity, "id": id})).await?;
        Ok(())
    }

    /// Destroys what lies in the trash and was put there before `before`, of one entity or of all.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn empty_trash(
        &self,
        by: Option<Uuid>,
        only: Option<&str>,
        before: DateTime<Utc>,
    ) -> Result<Emptied, Failure> {
        let published = self.published();
        let mut emptied = Emptied::default();
        // What refers to something else goes first in some round, then what it referred to.
        loop {
            let mut gone = 0;
            emptied.kept = 0;
            for entity in published.catalog.entities.keys().filter(|name| only.is_none_or(|only| **name == *only)) {
                let mut select = in_trash(entity, before);
                loop {
                    let page = self.store().select(&*published.catalog, &select).await?;
                    for row in &page.rows {
                        match self.purge(by, entity, row.record.id).await {
                            Ok(()) => gone += 1,
                            Err(Failure::Rejected(_)) => emptied.kept += 1,
                            Err(failure) => return Err(failure),
                        }
                    }
                    let Some(next) = page.next else { break };
                    select.after = Some(next);
                }
            }
            emptied.purged += gone;
            if gone == 0 || emptied.kept == 0 {
                return Ok(emptied);
            }
        }
    }

    /// Destroys what has lain in the trash for longer than the firm keeps it.
    pub(crate) async fn empty_old_trash(&self) -> Result<Emptied, Failure> {
        match self.trash_days() {
            Some(days) => {
                let days = Duration::try_days(days).unwrap_or(Duration::days(USUAL));
                self.empty_trash(None, None, self.clock().now() - days).await
            }
            None => Ok(Emptied::default()),
        }
    }
}

fn in_trash(entity: &Name, before: DateTime<Utc>) -> Select {
    Select {
        entity: entity.clone(),
        columns: Vec::new(),
        filter: Predicate::Compare {
            left: Operand::Path(vec![Name::new("deleted_at")]),
            operator: Comparison::Less,
            right: Operand::Value(Value::Datetime(before)),
        },
        tokens: Vec::new(),
        sort: Vec::new(),
        after: None,
        limit: TOGETHER,
        flags: Vec::new(),
        deleted: true,
    }
}

/// The row and what hangs on it go; the history keeps who did what, without the values.
fn purge(scene: &Scene, by: Option<Uuid>, record: &Record) -> Commit {
    let entry = HistoryEntry {
        entity: record.entity.clone(),
        record: record.id,
        version: record.version + 1,
        action: "purged".to_owned(),
        source: "app".to_owned(),
        reason: None,
        changes: Vec::new(),
    };
    let gone = PurgeRecord { entity: record.entity.clone(), id: record.id, base_version: record.version };
    let values = EraseChange { record: record.id, fields: None, comments: true };
    Commit { at: scene.now, by, changes: vec![Change::Purge(gone), Change::History(entry), Change::Erase(values)] }
}

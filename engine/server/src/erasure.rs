//! Erasing personal data, and what is kept for a time only: retention rules put records into the trash, from which they are
//! destroyed in turn.

use chrono::{DateTime, Months, TimeDelta, Utc};
use kernel::{
    Name, Rejection, Value,
    change::{Change, Commit, HistoryEntry, UpdateRecord},
    definition::RetainUnit,
    expression::{Env, lower},
    live::{self, Job},
    query::{Comparison, Facts, Operand, Predicate, Select},
    save::followed,
    save::personal,
    schema::Entity,
};
use serde::Serialize;
use serde_json::json;
use store::CommitError;
use uuid::Uuid;

use crate::{App, Failure, command::EraseRecord, engine::concern_people, read::not_lowerable};

/// Records that are looked at together.
const TOGETHER: u32 = 100;
/// So many records that a rule concerns are told by their titles.
const TOLD: usize = 20;

/// What was erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Erased {
    /// Fields of the record, in it and in its history: `phone`, `lines.phone`.
    pub fields: Vec<String>,
    /// Notices about it, and to the person if it is one, in the app and waiting to be mailed.
    pub notices: u64,
    /// Entities whose records are called or found by it: they are told anew by a job.
    pub retold: Vec<Name>,
    /// Fields that keep a copy of what was looked up here once, as `order.buyer_name`: these stay.
    pub copies: Vec<String>,
}

/// What a retention rule concerns now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Retained {
    /// The entity.
    pub entity: Name,
    /// Records whose time is over.
    pub records: u64,
    /// The first of them, by id and title.
    pub first: Vec<(Uuid, String)>,
}

impl App {
    /// Erases what is personal in a record: its values, those of its history, its comments, what it is found by, notices
    /// about it.
    ///
    /// # Errors
    /// If there is no such record, it has nothing personal, or the store fails.
    pub async fn erase(&self, by: Option<Uuid>, entity: &str, id: Uuid, reason: &str) -> Result<Erased, Failure> {
        if reason.trim().is_empty() {
            return Err(Rejection::invalid("reason", "required", "expected a reason").into());
        }
        let command = EraseRecord { entity: entity.to_owned(), id, reason: reason.trim().to_owned() };
        let written = self.perform(by, &command).await?;
        let published = self.published();
        let catalog = &published.catalog;
        let missing = || Rejection::NotFound { kind: entity.to_owned(), id: id.to_string() };
        let found = catalog.entities.get(&written.record.entity).ok_or_else(missing)?;
        let fields = personal(found);
        let person = (found.name == *"user").then_some(id);
        let notices = self.store().forget_notices(id, person).await?;
        let retold = live::called_by(catalog, &found.name);
        let jobs: Vec<Change> = retold
            .iter()
            .map(|entity| Job::Texts { entity: entity.clone(), after: None }.schedule(self.clock().now()))
            .collect();
        self.write_and_tell(jobs).await.map_err(|error| self.refusal(error))?;
        let copies = live::copies_of(catalog, &found.name, &fields);
        let detail = json!({"entity": found.name, "id": id, "fields": fields, "reason": command.reason});
        self.note(by, "erased", detail).await?;
        Ok(Erased { fields, notices, retold, copies })
    }

    /// What retention rules concern now; nothing is done.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn retained(&self) -> Result<Vec<Retained>, Failure> {
        let published = self.published();
        let mut told = Vec::new();
        for entity in published.catalog.entities.values() {
            let Some(mut select) = self.outlived(entity)? else { continue };
            let count = self.store().count(&*published.catalog, &select, u32::MAX - 1).await?;
            select.limit = u32::try_from(TOLD).unwrap_or(u32::MAX);
            let page = self.store().select(&*published.catalog, &select).await?;
            let first = page.rows.into_iter().map(|row| (row.record.id, row.record.title)).collect();
            told.push(Retained { entity: entity.name.clone(), records: count.count, first });
        }
        Ok(told)
    }

    /// Puts records whose time is over into the trash, from which they are destroyed in their turn. How many that were.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn retain(&self, by: Option<Uuid>) -> Result<u64, Failure> {
        let published = self.published();
        let mut all = 0;
        for entity in published.catalog.entities.values() {
            let Some(select) = self.outlived(entity)? else { continue };
            let mut gone = 0;
            loop {
                let page = self.store().select(&*published.catalog, &select).await?;
                if page.rows.is_empty() {
                    break;
                }
                let ids: Vec<Uuid> = page.rows.iter().map(|row| row.record.id).collect();
                let records = self.store().records(&*published.catalog, &entity.name, &ids).await?;
                let (now, zone) = (self.clock().now(), self.firm().zone());
                let mut changes = Vec::new();
                for record in &records {
                    let trash = UpdateRecord {
                        deleted_at: Some(Some(now)),
                        ..UpdateRecord::of(&entity.name, record.id, record.version)
                    };
                    changes.push(Change::UpdateRecord(Box::new(trash)));
                    changes.push(Change::History(HistoryEntry {
                        entity: entity.name.clone(),
                        record: record.id,
                        version: record.version + 1,
                        action: "deleted".to_owned(),
                        source: "retention".to_owned(),
                        reason: None,
                        changes: Vec::new(),
                    }));
                    changes.extend(followed(&published.catalog, zone, now, Some(record), None));
                }
                let people = concern_people(&changes);
                match self.store().commit_bulk(&*published.catalog, Commit { at: now, by, changes }).await {
                    Ok(_) => {
                        gone += records.len() as u64;
                        if people {
                            self.people_written().await;
                        }
                    }
                    // Somebody has just changed one of them: it is looked at anew.
                    Err(CommitError::StaleRecord { .. }) => {}
                    Err(refused) => return Err(self.refusal(refused)),
                }
            }
            if gone > 0 {
                self.note(by, "retention", json!({"entity": entity.name, "rows": gone})).await?;
            }
            all += gone;
        }
        Ok(all)
    }

    /// The records of an entity whose time is over; none where they are kept for good.
    fn outlived(&self, entity: &Entity) -> Result<Option<Select>, Failure> {
        let Some(retain) = &entity.retain else { return Ok(None) };
        let scene = self.scene(None);
        let (ctx, facts) = (scene.ctx(), Facts::new());
        let before = earlier(scene.now, retain.count, retain.unit);
        let (since, value) = if kernel::SYSTEM_FIELDS.contains(&retain.since.as_str()) || retain.is_moment {
            (retain.since.clone(), Value::Datetime(before))
        } else {
            (retain.since.clone(), Value::Date(before.with_timezone(&scene.zone).date_naive()))
        };
        let old = Predicate::Compare {
            left: Operand::Path(vec![since]),
            operator: Comparison::Less,
            right: Operand::Value(value),
        };
        let env = Env::new(&ctx, &facts, scene.catalog.as_ref());
        let filter = retain.filter.as_ref().map(|filter| lower(filter, &env)).transpose();
        let filter = filter.map_err(|error| not_lowerable("retain.where", error))?;
        Ok(Some(Select {
            entity: entity.name.clone(),
            columns: Vec::new(),
            filter: Predicate::All([Some(old), filter].into_iter().flatten().collect()),
            tokens: Vec::new(),
            sort: Vec::new(),
            after: None,
            limit: TOGETHER,
            flags: Vec::new(),
            deleted: false,
        }))
    }
}

fn earlier(now: DateTime<Utc>, count: u32, unit: RetainUnit) -> DateTime<Utc> {
    let months = |months: u32| now.checked_sub_months(Months::new(months));
    let then = match unit {
        RetainUnit::Days => TimeDelta::try_days(count.into()).and_then(|days| now.checked_sub_signed(days)),
        RetainUnit::Months => months(count),
        RetainUnit::Years => months(count.saturating_mul(12)),
    };
    then.unwrap_or(DateTime::<Utc>::MIN_UTC)
}

//! Stand-ins that follow records: while a record of somebody's absence holds, whom it names decides for them. What a save
//! makes of it is written in its own commit, so that both are there or neither.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde_json::json;
use uuid::Uuid;

use crate::{
    Catalog, Name, Record, Value,
    change::{Change, DeputyChange},
    schema::Entity,
};

/// The kind of the jobs by which open tasks go over when an absence begins.
pub const KIND: &str = "absence";

/// What a record says of an absence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    /// Who is away.
    pub person: Uuid,
    /// Who decides instead.
    pub deputy: Uuid,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub to: DateTime<Utc>,
    /// In which workflows; in all if empty.
    pub workflows: Vec<Name>,
}

impl Absence {
    /// What a record says, if it holds: it is in one of the states, not in the trash, and says all that is needed.
    #[must_use]
    pub fn of(entity: &Entity, record: &Record, zone: Tz) -> Option<Self> {
        let absence = entity.definition.absence.as_ref()?;
        let state = record.state.as_ref().filter(|_| record.deleted_at.is_none())?;
        if !absence.states.contains(state) {
            return None;
        }
        let (person, deputy) = (record.get(&absence.person).as_id()?, record.get(&absence.deputy).as_id()?);
        let from = moment(&record.get(&absence.from), zone, false)?;
        let to = moment(&record.get(&absence.until), zone, true)?;
        let holds = person != deputy && from < to;
        holds.then(|| Self { person, deputy, from, to, workflows: absence.workflows.clone() })
    }
}

/// A moment; of a day its first in the zone, or the first after it.
fn moment(value: &Value, zone: Tz, after: bool) -> Option<DateTime<Utc>> {
    match value {
        Value::Datetime(at) => Some(*at),
        Value::Date(day) => first_of(day.checked_add_days(Days::new(u64::from(after)))?, zone),
        _ => None,
    }
}

/// The first moment of a day. Where clocks are put forward at midnight, that is an hour later than elsewhere.
fn first_of(day: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
    let at = day.and_time(NaiveTime::MIN);
    let found = |at| zone.from_local_datetime(&at).earliest();
    found(at).or_else(|| found(at + chrono::TimeDelta::hours(1))).map(|at| at.with_timezone(&Utc))
}

/// What a change of a record means for whoever stands in by it: `before` is none for a new record, `after` for one that
/// goes into the trash.
#[must_use]
pub fn changed(
    catalog: &Catalog,
    zone: Tz,
    now: DateTime<Utc>,
    before: Option<&Record>,
    after: Option<&Record>,
) -> Vec<Change> {
    let Some(record) = after.or(before) else { return Vec::new() };
    let Some(entity) = catalog.entity(&record.entity) else { return Vec::new() };
    let said = |record: Option<&Record>| Absence::of(entity, record?, zone);
    let (was, is) = (said(before), said(after));
    if was == is {
        return Vec::new();
    }
    let key = format!("absence/{}/", record.id);
    let mut changes = vec![Change::CancelJobs { key_prefix: key.clone() }];
    if let Some(absence) = is.as_ref().filter(|absence| now < absence.to) {
        changes.push(Change::ScheduleJob {
            key: format!("{key}begins"),
            kind: KIND.to_owned(),
            due_at: absence.from.max(now),
            payload: json!({"person": absence.person}),
        });
    }
    changes.push(Change::Deputy(Box::new(DeputyChange {
        entity: entity.name.clone(),
        record: record.id,
        absence: is,
    })));
    changes
}

//! Workflow instances and their events.

use chrono::{DateTime, Utc};
use kernel::{Name, change::InstanceRow};
use uuid::Uuid;

use super::Before;
use crate::{
    Error, Store,
    connection::Row,
    read::write_ids,
    sql::{Bind, Sql},
};

/// An event of an instance.
#[derive(Clone, Debug, PartialEq)]
pub struct EventRow {
    /// Its number.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who caused it; none for the engine itself.
    pub by: Option<Uuid>,
    /// The event.
    pub event: serde_json::Value,
}

/// A workflow that runs, in one version of the definitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningWorkflow {
    /// The version that its instances keep.
    pub version: i64,
    /// The workflow.
    pub workflow: Name,
    /// How many run.
    pub instances: i64,
}

/// Which instances are looked for; all of it must fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstanceFilter {
    /// Their workflow.
    pub workflow: Option<String>,
    /// The entity of their records.
    pub entity: Option<String>,
    /// `running`, `returned` or `ended`.
    pub status: Option<String>,
    /// Who started them.
    pub initiator: Option<Uuid>,
    /// Who has an open task in them.
    pub waiting_for: Option<Uuid>,
    /// Those that began before.
    pub started_before: Option<DateTime<Utc>>,
    /// Only those that have not ended.
    pub open: bool,
    /// The version of the definitions that they keep.
    pub version: Option<i64>,
    /// Those that keep an older version than this.
    pub older_than: Option<i64>,
    /// Only those that an administrator has stopped for a while.
    pub suspended: bool,
    /// Only those that wait for an administrator, because something could not be done.
    pub incidents: bool,
    /// At which node an open task is.
    pub node: Option<String>,
    /// Somebody has had a task since before then.
    pub waiting_since_before: Option<DateTime<Utc>>,
    /// Somebody has a task that was due before then.
    pub due_before: Option<DateTime<Utc>>,
}

impl InstanceFilter {
    /// Whether it asks for something of open tasks.
    fn of_tasks(&self) -> bool {
        self.waiting_for.is_some()
            || self.node.is_some()
            || self.waiting_since_before.is_some()
            || self.due_before.is_some()
    }

    /// What an instance must be, each after an ` and `.
    fn instances(&self, sql: &mut Sql, table: &'static str) {
        for (column, value) in [("workflow", &self.workflow), ("entity", &self.entity), ("status", &self.status)] {
            if let Some(value) = value {
                sql.text(" and ").text(table).text(".").name(column).text(" = ").value(value);
            }
        }
        if let Some(initiator) = self.initiator {
            sql.text(" and ").text(table).text(".initiator = ").value(initiator);
        }
        if let Some(began) = self.started_before {
            sql.text(" and ").text(table).text(".started_at < ").value(Bind::millis(began));
        }
        if self.suspended {
            sql.text(" and ").text(table).text(".suspended = 1");
        }
        if self.incidents {
            sql.text(" and ").text(table).text(".incidents > 0");
        }
    }

    /// What an open task must be, each after an ` and `.
    fn tasks(&self, sql: &mut Sql, table: &'static str) {
        if let Some(person) = self.waiting_for {
            sql.text(" and ").text(table).text(".assignee = ").value(person);
        }
        if let Some(node) = &self.node {
            sql.text(" and ").text(table).text(".node = ").value(node);
        }
        if let Some(since) = self.waiting_since_before {
            sql.text(" and ").text(table).text(".created_at < ").value(Bind::millis(since));
        }
        if let Some(due) = self.due_before {
            sql.text(" and ").text(table).text(".due_at < ").value(Bind::millis(due));
        }
    }
}

/// Where a page of what waits begins: the task with which the page before ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Waiting {
    /// Since when it waits.
    pub since: DateTime<Utc>,
    /// The task.
    pub task: Uuid,
}

macro_rules! instance {
    ($text:literal) => {
        concat!(
            "select id, seq, workflow, catalog_version, entity, record, initiator, status, outcome, state, started_at, \
             ended_at, suspended, incidents from sys_instances where ",
            $text
        )
    };
}

impl Store {
    /// An instance by its id. Its `base_seq` is the sequence it is at.
    pub async fn instance(&self, id: Uuid) -> Result<Option<InstanceRow>, Error> {
        Ok(self.instances(Sql::fixed(instance!("id = $1")).bind(id)).await?.pop())
    }

    /// Instances by their ids, in no order.
    pub async fn instances_by_id(&self, ids: &[Uuid]) -> Result<Vec<InstanceRow>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::fixed(instance!("id in ("));
        write_ids(&mut sql, ids);
        sql.text(")");
        self.instances(sql).await
    }

    /// The instances of a record, oldest first.
    pub async fn instances_of_record(&self, record: Uuid) -> Result<Vec<InstanceRow>, Error> {
        self.instances(Sql::fixed(instance!("record = $1 order by started_at, id")).bind(record)).await
    }

    /// Instances that fit, newest first.
    pub async fn search_instances(
        &self,
        filter: &InstanceFilter,
        before: Option<Before>,
        limit: u32,
    ) -> Result<Vec<InstanceRow>, Error> {
        let (at, id) = Before::bounds(before);
        let mut sql = Sql::default();
        sql.text(
            "select id, seq, workflow, catalog_version, entity, record, initiator, status, outcome, state, started_at, \
             ended_at, suspended, incidents from sys_instances i where started_at <= ",
        );
        sql.value(at).text(" and (started_at < ").value(at).text(" or id < ").value(id).text(")");
        filter.instances(&mut sql, "i");
        if filter.of_tasks() {
            sql.text(" and exists (select 1 from sys_tasks t where t.instance = i.id");
            filter.tasks(&mut sql, "t");
            sql.text(")");
        }
        if filter.open {
            sql.text(" and status <> 'ended'");
        }
        if let Some(version) = filter.version {
            sql.text(" and catalog_version = ").value(version);
        }
        if let Some(version) = filter.older_than {
            sql.text(" and catalog_version < ").value(version);
        }
        sql.text(" order by started_at desc, id desc limit ").value(limit);
        self.instances(sql).await
    }

    /// Instances that wait for somebody, each with the oldest of its open tasks that fit; what has waited longest first.
    pub async fn search_waiting(
        &self,
        filter: &InstanceFilter,
        after: Option<Waiting>,
        limit: u32,
    ) -> Result<Vec<(InstanceRow, Waiting)>, Error> {
        let mut sql = Sql::default();
        sql.text(
            "select i.id, i.seq, i.workflow, i.catalog_version, i.entity, i.record, i.initiator, i.status, i.outcome, \
             i.state, i.started_at, i.ended_at, i.suspended, i.incidents, t.created_at, t.id \
             from sys_tasks t join sys_instances i on i.id = t.instance where ",
        );
        // Along the index of ages; times before 1970 there are none.
        let from = after.map_or(DateTime::UNIX_EPOCH, |after| after.since);
        sql.text("t.created_at >= ").value(Bind::millis(from));
        if let Some(after) = after {
            sql.text(" and (t.created_at > ").value(Bind::millis(from)).text(" or t.id > ").value(after.task).text(")");
        }
        filter.tasks(&mut sql, "t");
        filter.instances(&mut sql, "i");
        sql.text(
            " and not exists (select 1 from sys_tasks e where e.instance = t.instance \
             and (e.created_at < t.created_at or (e.created_at = t.created_at and e.id < t.id))",
        );
        filter.tasks(&mut sql, "e");
        sql.text(") order by t.created_at, t.id limit ").value(limit);
        let found = |found: &Row| Ok((row(found)?, Waiting { since: found.time(14)?, task: found.get(15)? }));
        self.rows(sql).await?.iter().map(found).collect()
    }

    /// The instances that a person started, newest first.
    pub async fn instances_started_by(
        &self,
        user: Uuid,
        before: Option<Before>,
        limit: u32,
    ) -> Result<Vec<InstanceRow>, Error> {
        let (at, id) = Before::bounds(before);
        let sql = Sql::fixed(instance!(
            "initiator = $1 and started_at <= $2 and (started_at < $2 or id < $3) \
             order by started_at desc, id desc limit $4"
        ))
        .bind(user)
        .bind(at)
        .bind(id)
        .bind(limit);
        self.instances(sql).await
    }

    /// Which workflows run in which version of the definitions, and how many instances of each.
    pub async fn running_workflows(&self) -> Result<Vec<RunningWorkflow>, Error> {
        let sql = Sql::fixed(
            "select catalog_version, workflow, count(*) from sys_instances where status = 'running' \
             group by catalog_version, workflow order by catalog_version, workflow",
        );
        let rows = self.rows(sql).await?;
        rows.iter()
            .map(|row| Ok(RunningWorkflow { version: row.get(0)?, workflow: row.name(1)?, instances: row.get(2)? }))
            .collect()
    }

    /// The events of an instance, in order.
    pub async fn events(&self, instance: Uuid) -> Result<Vec<EventRow>, Error> {
        let sql = Sql::fixed("select seq, at, user_id, event from sys_events where instance = $1 order by seq")
            .bind(instance);
        let rows = self.rows(sql).await?;
        rows.iter()
            .map(|row| Ok(EventRow { seq: row.get(0)?, at: row.time(1)?, by: row.get(2)?, event: row.json(3)? }))
            .collect()
    }

    async fn instances(&self, sql: Sql) -> Result<Vec<InstanceRow>, Error> {
        self.rows(sql).await?.iter().map(row).collect()
    }
}

pub(super) fn row(row: &Row) -> Result<InstanceRow, Error> {
    let seq = row.get(1)?;
    Ok(InstanceRow {
        id: row.get(0)?,
        base_seq: Some(seq),
        seq,
        workflow: row.name(2)?,
        catalog_version: row.get(3)?,
        entity: row.name(4)?,
        record: row.get(5)?,
        initiator: row.get(6)?,
        status: row.get(7)?,
        outcome: row.get::<Option<String>>(8)?.map(Into::into),
        state: row.json(9)?,
        started_at: row.time(10)?,
        ended_at: row.time_or_none(11)?,
        suspended: row.get::<i64>(12)? != 0,
        incidents: row.get(13)?,
    })
}

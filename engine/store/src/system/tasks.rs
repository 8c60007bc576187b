//! Tasks of people. Open ones and closed ones lie in two tables, so that the inbox is as fast as it is short.

use chrono::{DateTime, Utc};
use kernel::change::{Beside, TaskKind, TaskRow};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Before;
use crate::{Error, Store, connection::Row, read::write_ids, sql::Sql};

/// A task, open or closed.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// The task.
    pub row: TaskRow,
    /// How it was closed; none while it is open.
    pub done: Option<Done>,
}

/// How a task was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// `approved`, `rejected`, `returned`, `transferred`, `closed`, `withdrawn`, `skipped`.
    pub outcome: String,
    /// Who decided; none where it was closed without them.
    pub by: Option<Uuid>,
    /// The reason given.
    pub reason: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// What came with it.
    pub beside: Beside,
}

macro_rules! task {
    ($text:literal) => {
        concat!(
            "select id, instance, node, assignee, entity, record, initiator, created_at, kind, pool, due_at, \
             null as outcome, null as closed_by, null as reason, null as closed_at, null as beside from sys_tasks where ",
            $text,
            " union all select id, instance, node, assignee, entity, record, initiator, created_at, kind, \
             pool, due_at, outcome, closed_by, reason, closed_at, beside from sys_tasks_done where ",
            $text,
            " order by created_at, id"
        )
    };
}

/// The end of a page of tasks in the order in which they are due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueCursor {
    /// When the last row is due; none among those that never are.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was opened.
    pub at: DateTime<Utc>,
    /// Its id.
    pub id: Uuid,
}

impl Store {
    /// A person's open tasks, newest first, with those of the pools that they belong to.
    pub async fn open_tasks(
        &self,
        user: Uuid,
        pools: &[String],
        before: Option<Before>,
        limit: u32,
    ) -> Result<Vec<TaskRow>, Error> {
        let (at, id) = Before::bounds(before);
        let own = Sql::fixed(
            "select id, instance, node, assignee, entity, record, initiator, created_at, kind, pool, due_at \
             from sys_tasks where assignee = $1 and created_at <= $2 and (created_at < $2 or id < $3) \
             order by created_at desc, id desc limit $4",
        )
        .bind(user)
        .bind(at)
        .bind(id)
        .bind(limit);
        let mut found: Vec<TaskRow> = self.rows(own).await?.iter().map(row).collect::<Result<_, _>>()?;
        // A pool each, so that every one of them goes along its index and stops where the page is full.
        for pool in pools {
            let sql = Sql::fixed(
                "select id, instance, node, assignee, entity, record, initiator, created_at, kind, pool, due_at \
                 from sys_tasks where pool = $1 and created_at <= $2 and (created_at < $2 or id < $3) \
                 order by created_at desc, id desc limit $4",
            )
            .bind(pool)
            .bind(at)
            .bind(id)
            .bind(limit);
            for task in self.rows(sql).await? {
                found.push(row(&task)?);
            }
        }
        found.sort_by_key(|task| std::cmp::Reverse((task.created_at, task.id)));
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(found)
    }

    /// The open tasks of a person, with those of the pools that they belong to, by when they are due; those that are
    /// never due come last, newest first.
    pub async fn open_tasks_by_due(
        &self,
        user: Uuid,
        pools: &[String],
        after: Option<DueCursor>,
        limit: u32,
    ) -> Result<Vec<TaskRow>, Error> {
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut found: Vec<TaskRow> = Vec::new();
        if after.is_none_or(|cursor| cursor.due_at.is_some()) {
            let (due, id) = after.map_or((i64::MIN, Uuid::nil()), |cursor| {
                (cursor.due_at.map_or(i64::MIN, |due| due.timestamp_millis()), cursor.id)
            });
            let due_of = |sql: Sql| sql.bind(due).bind(id).bind(limit);
            let own = Sql::fixed(
                "select id, instance, node, assignee, entity, record, initiator, created_at, kind, pool, due_at \
                 from sys_tasks where assignee = $1 and due_at is not null and due_at >= $2 and (due_at > $2 or id > $3) \
                 order by due_at, id limit $4",
            );
            for task in self.rows(due_of(own.bind(user))).await? {
                found.push(row(&task)?);
            }
            for pool in pools {
                let sql = Sql::fixed(
                    "select id, instance, node, assignee, entity, record, initiator, created_at, kind, pool, due_at \
                     from sys_tasks where pool = $1 and due_at is not null and due_at >= $2 \
                     and (due_at > $2 or id > $3) order by due_at, id limit $4",
                );
                for task in self.rows(due_of(sql.bind(pool))).await? {
                    found.push(row(&task)?);
                }
            }
            found.sort_by_key(|task| (task.due_at, task.id));
            found.truncate(most);
        }
        if found.len() < most {
            let before =
                after.filter(|cursor| cursor.due_at.is_none()).map(|cursor| Before { at: cursor.at, id: cursor.id });
            let (at, id) = Before::bounds(before);
            let mut rest: Vec<TaskRow> = Vec::new();
            let own = Sql::fixed(
                "select id, instance, node, assignee, entity, record, initiator, created_at, kind, pool, due_at \
                 from sys_tasks where assignee = $1 and due_at is null and created_at <= $2 \
                 and (created_at < $2 or id < $3) order by created_at desc, id desc limit $4",
            );
            for task in self.rows(own.bind(user).bind(at).bind(id).bind(limit)).await? {
                rest.push(row(&task)?);
            }
            for pool in pools {
                let sql = Sql::fixed(
                    "select id, instance, node, assignee, entity, record, initiator, created_at, kind, pool, due_at \
                     from sys_tasks where pool = $1 and due_at is null and created_at <= $2 \
                     and (created_at < $2 or id < $3) order by created_at desc, id desc limit $4",
                );
                for task in self.rows(sql.bind(pool).bind(at).bind(id).bind(limit)).await? {
                    rest.push(row(&task)?);
                }
            }
            rest.sort_by_key(|task| std::cmp::Reverse((task.created_at, task.id)));
            found.extend(rest);
            found.truncate(most);
        }
        Ok(found)
    }

    /// How many open tasks a person has, with those of the pools that they belong to.
    pub async fn count_open_tasks(&self, user: Uuid, pools: &[String]) -> Result<i64, Error> {
        let sql = Sql::fixed("select count(*) from sys_tasks where assignee = $1").bind(user);
        let mut count: i64 = self.row(sql).await?.map_or(Ok(0), |row| row.get(0))?;
        if !pools.is_empty() {
            let mut sql = Sql::default();
            sql.text("select count(*) from sys_tasks where pool in (");
            sql.list(pools, ", ", |sql, pool| {
                sql.value(pool);
            });
            sql.text(")");
            count += self.row(sql).await?.map_or(Ok(0), |row| row.get::<i64>(0))?;
        }
        Ok(count)
    }

    /// Open tasks whose person or pool is one of these, oldest first: those that nobody can act on.
    pub async fn open_tasks_of_any(&self, users: &[Uuid], pools: &[String], limit: u32) -> Result<Vec<TaskRow>, Error> {
        if users.is_empty() && pools.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::default();
        sql.text(
            "select id, instance, node, assignee, entity, record, initiator, created_at, kind, pool, due_at \
             from sys_tasks where ",
        );
        if !users.is_empty() {
            sql.text("assignee in (").list(users, ", ", |sql, id| {
                sql.value(*id);
            });
            sql.text(")");
        }
        if !pools.is_empty() {
            sql.text(if users.is_empty() { "pool in (" } else { " or pool in (" }).list(pools, ", ", |sql, pool| {
                sql.value(pool);
            });
            sql.text(")");
        }
        sql.text(" order by created_at, id limit ").value(limit);
        self.rows(sql).await?.iter().map(row).collect()
    }

    /// The pools in which a task waits.
    pub async fn open_pools(&self) -> Result<Vec<String>, Error> {
        let sql = Sql::fixed("select distinct pool from sys_tasks where pool is not null order by pool");
        self.rows(sql).await?.iter().map(|row| row.get(0)).collect()
    }

    /// Whoever has an open task; the nil id where a pool has one. Goes from one to the next by the index, however many tasks each has.
    pub async fn open_task_assignees(&self) -> Result<Vec<Uuid>, Error> {
        let sql = Sql::fixed(
            "with recursive who (id) as (select (select assignee from sys_tasks order by assignee limit 1) \
             union all select (select assignee from sys_tasks where assignee > who.id order by assignee limit 1) \
             from who where who.id is not null) select id from who where id is not null",
        );
        self.rows(sql).await?.iter().map(|row| row.get(0)).collect()
    }

    /// A task by its id.
    pub async fn task(&self, id: Uuid) -> Result<Option<Task>, Error> {
        Ok(self.tasks(Sql::fixed(task!("id = $1")).bind(id)).await?.pop())
    }

    /// The tasks of an instance, oldest first.
    pub async fn tasks_of_instance(&self, instance: Uuid) -> Result<Vec<Task>, Error> {
        self.tasks(Sql::fixed(task!("instance = $1")).bind(instance)).await
    }

    /// The tasks about a record, oldest first.
    pub async fn tasks_of_record(&self, record: Uuid) -> Result<Vec<Task>, Error> {
        self.tasks(Sql::fixed(task!("record = $1")).bind(record)).await
    }

    /// The open tasks of a person about a record, oldest first, with those of the pools that they belong to.
    pub async fn open_tasks_about(&self, user: Uuid, pools: &[String], record: Uuid) -> Result<Vec<TaskRow>, Error> {
        self.open_tasks_about_all(user, pools, &[record]).await
    }

    /// The same about several records.
    pub async fn open_tasks_about_all(
        &self,
        user: Uuid,
        pools: &[String],
        records: &[Uuid],
    ) -> Result<Vec<TaskRow>, Error> {
        if records.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::default();
        sql.text(
            "select id, instance, node, assignee, entity, record, initiator, created_at, kind, pool, due_at \
             from sys_tasks where record in (",
        );
        write_ids(&mut sql, records);
        sql.text(") and (assignee = ").value(user);
        if !pools.is_empty() {
            sql.text(" or pool in (").list(pools, ", ", |sql, pool| {
                sql.value(pool);
            });
            sql.text(")");
        }
        sql.text(") order by created_at, id");
        self.rows(sql).await?.iter().map(row).collect()
    }

    /// The open tasks of several instances, oldest first: whom they wait for.
    pub async fn open_tasks_of_instances(&self, instances: &[Uuid]) -> Result<Vec<TaskRow>, Error> {
        if instances.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::default();
        sql.text(
            "select id, instance, node, assignee, entity, record, initiator, created_at, kind, pool, due_at \
             from sys_tasks where instance in (",
        );
        sql.list(instances, ", ", |sql, id| {
            sql.value(*id);
        });
        sql.text(") order by created_at, id");
        self.rows(sql).await?.iter().map(row).collect()
    }

    async fn tasks(&self, sql: Sql) -> Result<Vec<Task>, Error> {
        self.rows(sql).await?.iter().map(|found| Ok(Task { row: row(found)?, done: done(found)? })).collect()
    }
}

pub(super) fn row(row: &Row) -> Result<TaskRow, Error> {
    Ok(TaskRow {
        id: row.get(0)?,
        instance: row.get(1)?,
        node: row.name(2)?,
        assignee: row.get(3)?,
        entity: row.name(4)?,
        record: row.get(5)?,
        initiator: row.get(6)?,
        created_at: row.time(7)?,
        kind: if row.get::<String>(8)? == "consult" { TaskKind::Consult } else { TaskKind::Decide },
        pool: row.get(9)?,
        due_at: row.time_or_none(10)?,
    })
}

/// How the task of a row with the columns of a closed one was closed.
pub(super) fn done(row: &Row) -> Result<Option<Done>, Error> {
    let Some(outcome) = row.get(11)? else { return Ok(None) };
    let beside = row.get::<Option<String>>(15)?.map(|text| serde_json::from_str(&text)).transpose();
    let beside = beside.map_err(|e| Error::corrupt("what came with a task", e))?.unwrap_or_default();
    Ok(Some(Done { outcome, by: row.get(12)?, reason: row.get(13)?, at: row.time(14)?, beside }))
}

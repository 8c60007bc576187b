//! How long tasks take: one pass over what was closed in a period, along its index; and what is open now.

use chrono::{DateTime, Utc};
use kernel::Name;
use uuid::Uuid;

use crate::{
    Error, Store,
    connection::Row,
    sql::{Bind, Sql},
};

/// What is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkFilter {
    /// Tasks that were closed from then on.
    pub from: DateTime<Utc>,
    /// Until before then.
    pub until: DateTime<Utc>,
    /// Of these workflows; of all if none.
    pub workflows: Option<Vec<Name>>,
    /// Of this node.
    pub node: Option<String>,
    /// Of this person.
    pub person: Option<Uuid>,
    /// What is open is overdue and aged as of then.
    pub now: DateTime<Utc>,
}

/// What the tasks are put together by, beside their workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkBy {
    /// Each node apart.
    pub node: bool,
    /// Each person apart.
    pub person: bool,
}

/// How long the tasks of a group took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// Their workflow.
    pub workflow: Name,
    /// Their node, where nodes are told apart.
    pub node: Option<Name>,
    /// Who had them, where people are told apart.
    pub person: Option<Uuid>,
    /// How many people have dealt with.
    pub done: i64,
    /// Half of them took no longer, in milliseconds.
    pub median: Option<i64>,
    /// Nine of ten took no longer, in milliseconds.
    pub most: Option<i64>,
    /// Half of them took no longer, in minutes of working time.
    pub median_worked: Option<i64>,
    /// Nine of ten took no longer, in minutes of working time.
    pub most_worked: Option<i64>,
    /// How many were given back.
    pub returned: i64,
    /// How many were rejected.
    pub rejected: i64,
    /// How many were closed after they were due.
    pub late: i64,
    /// How many are open.
    pub open: i64,
    /// Since when the oldest of them is.
    pub oldest: Option<DateTime<Utc>>,
    /// How many of the open ones are overdue.
    pub overdue: i64,
}

impl WorkFilter {
    fn write(&self, sql: &mut Sql, person: &'static str) {
        if let Some(workflows) = &self.workflows {
            sql.text(" and i.workflow in (");
            sql.list(workflows, ", ", |sql, name| {
                sql.value(name);
            });
            sql.text(")");
        }
        if let Some(node) = &self.node {
            sql.text(" and t.node = ").value(node);
        }
        if let Some(id) = self.person {
            sql.text(" and ").text(person).text(" = ").value(id);
        }
    }
}

impl WorkBy {
    fn columns(self, sql: &mut Sql, person: &'static str) {
        sql.text("select i.workflow as workflow, ");
        sql.text(if self.node { "t.node as node, " } else { "cast(null as text) as node, " });
        if self.person {
            sql.text(person).text(" as person");
        } else {
            sql.text("cast(null as uuid) as person");
        }
    }
}

/// Whoever dealt with a closed task.
const DOER: &str = "coalesce(t.closed_by, t.assignee)";

impl Store {
    /// How long tasks took that people dealt with in a period, and what is open now. Those that closed because others
    /// decided or it was withdrawn do not count; one from before working time was noted counts by the clock.
    pub async fn work(&self, filter: &WorkFilter, by: WorkBy) -> Result<Vec<Work>, Error> {
        // Of no workflow at all nothing is told.
        if filter.workflows.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Vec::new());
        }
        let mut found = self.closed(filter, by).await?;
        for row in self.rows(open(filter, by)).await? {
            let (workflow, node, person) = group(&row)?;
            let (count, oldest, overdue): (i64, _, i64) = (row.get(3)?, row.time_or_none(4)?, row.get(5)?);
            let same = |work: &&mut Work| work.workflow == workflow && work.node == node && work.person == person;
            if let Some(work) = found.iter_mut().find(same) {
                (work.open, work.oldest, work.overdue) = (count, oldest, overdue);
            } else {
                let none = Work {
                    workflow,
                    node,
                    person,
                    done: 0,
                    median: None,
                    most: None,
                    median_worked: None,
                    most_worked: None,
                    returned: 0,
                    rejected: 0,
                    late: 0,
                    open: count,
                    oldest,
                    overdue,
                };
                found.push(none);
            }
        }
        Ok(found)
    }

    async fn closed(&self, filter: &WorkFilter, by: WorkBy) -> Result<Vec<Work>, Error> {
        let mut sql = Sql::default();
        sql.text("with closed as (");
        by.columns(&mut sql, DOER);
        sql.text(
            ", t.outcome as outcome, t.closed_at - t.created_at as took, \
             coalesce(t.worked, (t.closed_at - t.created_at) / 60000) as worked, \
             case when t.due_at < t.closed_at then 1 else 0 end as late \
             from sys_tasks_done t join sys_instances i on i.id = t.instance where t.closed_at >= ",
        );
        sql.value(Bind::millis(filter.from)).text(" and t.closed_at < ").value(Bind::millis(filter.until));
        sql.text(
            " and t.kind = 'decide' \
             and t.outcome not in ('closed', 'withdrawn', 'waiting', 'removed', 'taken_back', 'skipped')",
        );
        filter.write(&mut sql, DOER);
        sql.text(
            "), placed as (select workflow, node, person, outcome, took, worked, late, \
             row_number() over (partition by workflow, node, person order by took) as place, \
             row_number() over (partition by workflow, node, person order by worked) as place_worked, \
             count(*) over (partition by workflow, node, person) as of_all from closed) \
             select workflow, node, person, count(*), \
             min(case when place * 2 >= of_all then took end), min(case when place * 10 >= of_all * 9 then took end), \
             min(case when place_worked * 2 >= of_all then worked end), \
             min(case when place_worked * 10 >= of_all * 9 then worked end), \
             sum(case when outcome = 'returned' then 1 else 0 end), \
             sum(case when outcome = 'rejected' then 1 else 0 end), sum(late) \
             from placed group by workflow, node, person order by workflow, node, person",
        );
        let rows = self.rows(sql).await?;
        rows.iter()
            .map(|row| {
                let (workflow, node, person) = group(row)?;
                Ok(Work {
                    workflow,
                    node,
                    person,
                    done: row.get(3)?,
                    median: row.get(4)?,
                    most: row.get(5)?,
                    median_worked: row.get(6)?,
                    most_worked: row.get(7)?,
                    returned: row.get(8)?,
                    rejected: row.get(9)?,
                    late: row.get(10)?,
                    open: 0,
                    oldest: None,
                    overdue: 0,
                })
            })
            .collect()
    }
}

/// What is open now.
fn open(filter: &WorkFilter, by: WorkBy) -> Sql {
    let mut sql = Sql::default();
    by.columns(&mut sql, "t.assignee");
    sql.text(", count(*), min(t.created_at), sum(case when t.due_at < ").value(Bind::millis(filter.now));
    sql.text(" then 1 else 0 end) from sys_tasks t join sys_instances i on i.id = t.instance where t.kind = 'decide'");
    filter.write(&mut sql, "t.assignee");
    sql.text(" group by i.workflow");
    if by.node {
        sql.text(", t.node");
    }
    if by.person {
        sql.text(", t.assignee");
    }
    sql
}

fn group(row: &Row) -> Result<(Name, Option<Name>, Option<Uuid>), Error> {
    Ok((row.name(0)?, row.get::<Option<String>>(1)?.map(Into::into), row.get(2)?))
}

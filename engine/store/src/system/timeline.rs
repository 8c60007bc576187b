//! What happened to a record, newest first: changes, comments, decisions, and how its instances began and ended.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use kernel::change::{HistoryEntry, InstanceRow, LaterChange};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{CommentRow, Task, comments, instances, tasks};
use crate::{
    Error, Store,
    connection::{Connection, Row},
    sql::{Bind, Sql},
};

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum TimelineItem {
    /// The record changed.
    Change {
        /// When.
        at: DateTime<Utc>,
        /// By whom; none for the engine itself.
        by: Option<Uuid>,
        /// What.
        entry: HistoryEntry,
    },
    /// Somebody wrote a comment.
    Comment(CommentRow),
    /// A task was closed.
    Decision(Task),
    /// An instance began.
    Started(Box<InstanceRow>),
    /// An instance ended.
    Ended(Box<InstanceRow>),
}

/// The last item of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineCursor {
    at: i64,
    source: u8,
    number: i64,
    id: Uuid,
}

/// What of a timeline is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineFilter {
    /// Changes of the record.
    pub changes: bool,
    /// Comments.
    pub comments: bool,
    /// Decisions, and how workflows began and ended.
    pub approvals: bool,
    /// What this person did.
    pub by: Option<Uuid>,
    /// From then on.
    pub from: Option<DateTime<Utc>>,
    /// Until before then.
    pub until: Option<DateTime<Utc>>,
    /// Of the changes, those of one of these fields: `amount`, `lines`, `lines.price`. All, if there is none.
    pub fields: Vec<String>,
}

impl Default for TimelineFilter {
    fn default() -> Self {
        let (by, from, until) = (None, None, None);
        Self { changes: true, comments: true, approvals: true, by, from, until, fields: Vec::new() }
    }
}

/// An item's place: time, source, and number or id within the source.
type Place = (i64, u8, i64, Uuid);

const INSTANCE: &str = "id, seq, workflow, catalog_version, entity, record, initiator, status, outcome, state, started_at, ended_at, \
     suspended, incidents";
const STARTED: u8 = 0;
const CHANGE: u8 = 1;
const COMMENT: u8 = 2;
const DECISION: u8 = 3;
const ENDED: u8 = 4;

impl Store {
    /// A page of what happened to a record, and to those that became one with it, newest first, and where the next one begins.
    pub async fn timeline(
        &self,
        records: &[Uuid],
        asked: &TimelineFilter,
        after: Option<&TimelineCursor>,
        limit: u32,
    ) -> Result<(Vec<TimelineItem>, Option<TimelineCursor>), Error> {
        let mut connection = self.read().await?;
        let mut found: Vec<(Place, TimelineItem)> = Vec::new();
        for record in records {
            for source in [STARTED, CHANGE, COMMENT, DECISION, ENDED] {
                let wanted = match source {
                    CHANGE => asked.changes,
                    COMMENT => asked.comments,
                    _ => asked.approvals,
                };
                if !wanted {
                    continue;
                }
                for row in read(&mut connection, source, *record, asked, after, limit + 1).await? {
                    found.push(item(source, &row)?);
                }
            }
        }
        found.sort_by_key(|(place, _)| Reverse(*place));
        let limit = limit as usize;
        let next = if found.len() > limit {
            limit.checked_sub(1).and_then(|last| found.get(last)).map(|(place, _)| TimelineCursor {
                at: place.0,
                source: place.1,
                number: place.2,
                id: place.3,
            })
        } else {
            None
        };
        found.truncate(limit);
        Ok((found.into_iter().map(|(_, item)| item).collect(), next))
    }

    /// The history of a record from a version on, oldest first: what a merge of two changes needs.
    pub async fn history_since(&self, record: Uuid, version: i64) -> Result<Vec<LaterChange>, Error> {
        let sql = Sql::fixed(
            "select at, user_id, version, changes from sys_history where record = $1 and version > $2 \
             order by version, id",
        )
        .bind(record)
        .bind(version);
        let later = |row: &Row| -> Result<LaterChange, Error> {
            Ok(LaterChange { at: row.time(0)?, by: row.get(1)?, version: row.get(2)?, changes: row.json(3)? })
        };
        self.rows(sql).await?.iter().map(later).collect()
    }
}

async fn read(
    connection: &mut Connection,
    source: u8,
    record: Uuid,
    asked: &TimelineFilter,
    after: Option<&TimelineCursor>,
    limit: u32,
) -> Result<Vec<Row>, Error> {
    let (columns, table, at, by) = match source {
        STARTED => (INSTANCE, "sys_instances", "started_at", Some("initiator")),
        // Nobody ends one by themselves: it follows from what was decided.
        ENDED => (INSTANCE, "sys_instances", "ended_at", None),
        COMMENT => ("at, user_id, id, entity, record, body, mentions", "sys_comments", "at", Some("user_id")),
        DECISION => (
            "id, instance, node, assignee, entity, record, initiator, created_at, kind, pool, due_at, outcome, closed_by, \
             reason, closed_at, beside",
            "sys_tasks_done",
            "closed_at",
            Some("closed_by"),
        ),
        _ => (
            "at, id, user_id, entity, record, version, action, source, changes, reason",
            "sys_history",
            "at",
            Some("user_id"),
        ),
    };
    // Of the cursor's instant, sources before its own are still whole, those after it are done with.
    let (time, number, id) = match after {
        None => (i64::MAX, i64::MAX, Uuid::max()),
        Some(cursor) if source < cursor.source => (cursor.at, i64::MAX, Uuid::max()),
        Some(cursor) if source > cursor.source => (cursor.at, i64::MIN, Uuid::nil()),
        Some(cursor) => (cursor.at, cursor.number, cursor.id),
    };
    let mut sql = Sql::default();
    sql.text("select ").text(columns).text(" from ").text(table).text(" where record = ").value(record);
    sql.text(" and ")
        .text(at)
        .text(" <= ")
        .value(time)
        .text(" and (")
        .text(at)
        .text(" < ")
        .value(time)
        .text(" or id < ");
    if source == CHANGE {
        sql.value(number)
    } else {
        sql.value(id)
    };
    sql.text(")");
    match (asked.by, by) {
        (Some(person), Some(column)) => drop(sql.text(" and ").text(column).text(" = ").value(person)),
        (Some(_), None) => return Ok(Vec::new()),
        (None, _) => {}
    }
    if let Some(from) = asked.from {
        sql.text(" and ").text(at).text(" >= ").value(Bind::millis(from));
    }
    if let Some(until) = asked.until {
        sql.text(" and ").text(at).text(" < ").value(Bind::millis(until));
    }
    if source == CHANGE && !asked.fields.is_empty() {
        sql.text(" and (").list(&asked.fields, " or ", |sql, field| {
            // Paths stand in JSON that the store has written: `"path":"amount"`, `"path":"lines.<id>.price"`, and a
            // line that came or went by its table alone. What `_` lets through beside is let go by whoever reads it.
            let (first, within) = field.split_once('.').map_or((field.as_str(), None), |(t, f)| (t, Some(f)));
            sql.text("changes like ").value(match within {
                None => format!("%\"path\":\"{first}\"%"),
                Some(within) => format!("%\"path\":\"{first}.%.{within}\"%"),
            });
            sql.text(" or changes like ").value(format!("%\"path\":\"{first}.%"));
        });
        sql.text(")");
    }
    sql.text(" order by ").text(at).text(" desc, id desc limit ").value(limit);
    connection.rows(sql).await
}

fn item(source: u8, row: &Row) -> Result<(Place, TimelineItem), Error> {
    Ok(match source {
        STARTED => {
            let instance = instances::row(row)?;
            let place = (instance.started_at.timestamp_millis(), source, 0, instance.id);
            (place, TimelineItem::Started(Box::new(instance)))
        }
        ENDED => {
            let instance = instances::row(row)?;
            let at = instance.ended_at.unwrap_or(instance.started_at);
            ((at.timestamp_millis(), source, 0, instance.id), TimelineItem::Ended(Box::new(instance)))
        }
        COMMENT => {
            let comment = comments::read(row)?;
            ((comment.at.timestamp_millis(), source, 0, comment.comment.id), TimelineItem::Comment(comment))
        }
        DECISION => {
            let task = Task { row: tasks::row(row)?, done: tasks::done(row)? };
            let at = task.done.as_ref().map_or(task.row.created_at, |done| done.at);
            ((at.timestamp_millis(), source, 0, task.row.id), TimelineItem::Decision(task))
        }
        _ => {
            let place = (row.get(0)?, source, row.get(1)?, Uuid::nil());
            (place, TimelineItem::Change { at: row.time(0)?, by: row.get(2)?, entry: history(row)? })
        }
    })
}

fn history(row: &Row) -> Result<HistoryEntry, Error> {
    Ok(HistoryEntry {
        entity: row.name(3)?,
        record: row.get(4)?,
        version: row.get(5)?,
        action: row.get(6)?,
        source: row.get(7)?,
        changes: row.json(8)?,
        reason: row.get(9)?,
    })
}

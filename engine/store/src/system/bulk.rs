//! Changes of many records at once: what is to be done, and what became of each row.

use chrono::{DateTime, Utc};
use kernel::Name;
use serde_json::Value as Json;
use uuid::Uuid;

use super::IdempotencyKey;
use crate::{
    Error, Priority, Store,
    connection::Row,
    sql::{Bind, Sql},
};

/// How many rows one statement notes.
const CHUNK: usize = 100;

/// A change of many records.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkRow {
    /// Its id.
    pub id: Uuid,
    /// The entity of the records.
    pub entity: Name,
    /// Who wants it.
    pub created_by: Uuid,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// `running`, `done`, `undoing`, `undone`.
    pub status: String,
    /// What is done with each record, as the shell writes it.
    pub action: Json,
    /// The digest of the request that asked for it, where it came with a key.
    pub request_hash: Option<String>,
}

/// What became of one record of a change of many.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BulkResult {
    /// Its place in the order in which they were given.
    pub position: i64,
    /// The record.
    pub record: Uuid,
    /// The version that the caller had read, if they said.
    pub version: Option<i64>,
    /// `done`, `refused`, `skipped`, `undone`, `kept`; none while nothing was done yet.
    pub result: Option<String>,
    /// Why it was refused or skipped: a stable code.
    pub code: Option<String>,
    /// And in words.
    pub message: Option<String>,
    /// The problems of the input, where there are some.
    pub problems: Option<Json>,
    /// What it takes to undo it.
    pub before: Option<Json>,
    /// The version that the change left.
    pub left_at: Option<i64>,
}

/// How many rows have come to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BulkCounts {
    /// All rows.
    pub total: i64,
    /// Done.
    pub done: i64,
    /// Refused.
    pub refused: i64,
    /// Skipped: nothing had to be changed.
    pub skipped: i64,
    /// Undone.
    pub undone: i64,
    /// Not undone: changed since, or not to be undone.
    pub kept: i64,
}

macro_rules! bulk {
    ($text:literal) => {
        concat!("select id, entity, created_by, created_at, status, action, request_hash from sys_bulk where ", $text)
    };
}

impl Store {
    /// Notes a change of many records, all rows of it at once. If one came with the same key before, it is given back
    /// instead.
    pub async fn create_bulk(
        &self,
        bulk: &BulkRow,
        rows: &[(Uuid, Option<i64>)],
        key: Option<&IdempotencyKey>,
        owner: Uuid,
        until: DateTime<Utc>,
    ) -> Result<Option<BulkRow>, Error> {
        let mut statements = vec![
            Sql::fixed(
                "insert into sys_bulk (id, entity, created_by, created_at, idempotency_key, request_hash, status, \
                 action, owner, leased_until) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            )
            .bind(bulk.id)
            .bind(&bulk.entity)
            .bind(bulk.created_by)
            .bind(Bind::millis(bulk.created_at))
            .bind(key.map(|key| key.key.as_str()))
            .bind(key.map(|key| key.request_hash.as_str()))
            .bind(&bulk.status)
            .bind(Bind::json_text(&bulk.action))
            .bind(owner)
            .bind(Bind::millis(until)),
        ];
        let numbered: Vec<_> = rows.iter().zip(0_i64..).collect();
        for chunk in numbered.chunks(CHUNK) {
            let mut sql = Sql::default();
            sql.text("insert into sys_bulk_rows (bulk, position, record, version) values ");
            sql.list(chunk, ", ", |sql, ((record, version), position)| {
                sql.text("(").value(bulk.id).text(", ").value(*position).text(", ").value(*record);
                sql.text(", ").value(*version).text(")");
            });
            statements.push(sql);
        }
        match self.write_all(statements).await {
            Ok(_) => Ok(None),
            Err(Error::Database(error)) if error.as_database_error().is_some_and(|e| e.is_unique_violation()) => {
                match key {
                    Some(key) => self.bulk_of_key(key).await,
                    None => Err(Error::Database(error)),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// The change that came with a key.
    pub async fn bulk_of_key(&self, key: &IdempotencyKey) -> Result<Option<BulkRow>, Error> {
        let sql = Sql::fixed(bulk!("created_by = $1 and idempotency_key = $2")).bind(key.user).bind(&key.key);
        self.row(sql).await?.map(|row| read(&row)).transpose()
    }

    /// A change by its id.
    pub async fn bulk(&self, id: Uuid) -> Result<Option<BulkRow>, Error> {
        self.row(Sql::fixed(bulk!("id = $1")).bind(id)).await?.map(|row| read(&row)).transpose()
    }

    /// What its rows have come to so far.
    pub async fn bulk_counts(&self, id: Uuid) -> Result<BulkCounts, Error> {
        let sql = Sql::fixed("select result, count(*) from sys_bulk_rows where bulk = $1 group by result").bind(id);
        let mut counts = BulkCounts::default();
        for row in self.rows(sql).await? {
            let count: i64 = row.get(1)?;
            counts.total += count;
            match row.get::<Option<String>>(0)?.as_deref() {
                Some("done") => counts.done = count,
                Some("refused") => counts.refused = count,
                Some("skipped") => counts.skipped = count,
                Some("undone") => counts.undone = count,
                Some("kept") => counts.kept = count,
                _ => {}
            }
        }
        Ok(counts)
    }

    /// Rows of a change after a position, in order: those with one of these results, or those without one.
    pub async fn bulk_rows(
        &self,
        id: Uuid,
        results: Option<&[&str]>,
        after: i64,
        limit: u32,
    ) -> Result<Vec<BulkResult>, Error> {
        let mut sql = Sql::default();
        sql.text("select position, record, version, result, code, message, problems, before, left_at ");
        sql.text("from sys_bulk_rows where bulk = ").value(id).text(" and position > ").value(after);
        match results {
            None => {
                sql.text(" and result is null");
            }
            Some(results) => {
                sql.text(" and result in (").list(results, ", ", |sql, result| {
                    sql.value(*result);
                });
                sql.text(")");
            }
        }
        sql.text(" order by position limit ").value(limit);
        self.rows(sql).await?.iter().map(result).collect()
    }

    /// Notes what became of rows, and that they are still worked on.
    pub async fn note_bulk(
        &self,
        id: Uuid,
        rows: &[BulkResult],
        owner: Uuid,
        until: DateTime<Utc>,
    ) -> Result<bool, Error> {
        let held = Sql::fixed("update sys_bulk set leased_until = $3 where id = $1 and owner = $2")
            .bind(id)
            .bind(owner)
            .bind(Bind::millis(until));
        let mut statements = vec![held];
        statements.extend(rows.iter().map(|row| {
            Sql::fixed(
                "update sys_bulk_rows set result = $3, code = $4, message = $5, problems = $6, before = $7, left_at = $8 \
                 where bulk = $1 and position = $2",
            )
            .bind(id)
            .bind(row.position)
            .bind(row.result.as_deref())
            .bind(row.code.as_deref())
            .bind(row.message.as_deref())
            .bind(row.problems.as_ref().map(Json::to_string))
            .bind(row.before.as_ref().map(Json::to_string))
            .bind(row.left_at)
        }));
        let touched = self
            .write(Priority::Bulk, move |connection| {
                let statements = statements.clone();
                Box::pin(async move { connection.batch(statements).await })
            })
            .await?;
        Ok(touched.first() == Some(&1))
    }

    /// Goes from one status to the next, worked on by `owner`; false if it is in another.
    pub async fn turn_bulk(
        &self,
        id: Uuid,
        from: &str,
        to: &str,
        owner: Uuid,
        until: DateTime<Utc>,
    ) -> Result<bool, Error> {
        let sql =
            Sql::fixed("update sys_bulk set status = $3, owner = $4, leased_until = $5 where id = $1 and status = $2")
                .bind(id)
                .bind(from)
                .bind(to)
                .bind(owner)
                .bind(Bind::millis(until));
        Ok(self.write_one(sql).await? == 1)
    }

    /// Takes over a change that somebody worked on who has not been heard of since.
    pub async fn take_bulk(
        &self,
        owner: Uuid,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<BulkRow>, Error> {
        let sql = Sql::fixed(bulk!("status in ('running', 'undoing') and leased_until < $1 order by id"))
            .bind(Bind::millis(now));
        let mut taken = Vec::new();
        for row in self.rows(sql).await? {
            let bulk = read(&row)?;
            let sql = Sql::fixed(
                "update sys_bulk set owner = $2, leased_until = $4 \
                 where id = $1 and status in ('running', 'undoing') and leased_until < $3",
            )
            .bind(bulk.id)
            .bind(owner)
            .bind(Bind::millis(now))
            .bind(Bind::millis(until));
            if self.write_one(sql).await? == 1 {
                taken.push(bulk);
            }
        }
        Ok(taken)
    }

    /// Forgets changes of before.
    pub async fn forget_bulk(&self, before: DateTime<Utc>) -> Result<u64, Error> {
        let sql = Sql::fixed("delete from sys_bulk where created_at < $1 and status in ('done', 'undone')")
            .bind(Bind::millis(before));
        self.write_one(sql).await
    }
}

fn read(row: &Row) -> Result<BulkRow, Error> {
    Ok(BulkRow {
        id: row.get(0)?,
        entity: row.name(1)?,
        created_by: row.get(2)?,
        created_at: row.time(3)?,
        status: row.get(4)?,
        action: row.json(5)?,
        request_hash: row.get(6)?,
    })
}

fn result(row: &Row) -> Result<BulkResult, Error> {
    let json = |position: usize| -> Result<Option<Json>, Error> {
        let text: Option<String> = row.get(position)?;
        text.map(|text| serde_json::from_str(&text).map_err(|e| Error::corrupt("a row of a change of many", e)))
            .transpose()
    };
    Ok(BulkResult {
        position: row.get(0)?,
        record: row.get(1)?,
        version: row.get(2)?,
        result: row.get(3)?,
        code: row.get(4)?,
        message: row.get(5)?,
        problems: json(6)?,
        before: json(7)?,
        left_at: row.get(8)?,
    })
}

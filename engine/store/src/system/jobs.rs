//! What is to happen by itself later: due jobs are taken for a while, done and finished, tried again, or laid to rest until
//! somebody looks at them.

use chrono::{DateTime, Utc};
use kernel::change::JobHeld;
use serde_json::Value as Json;
use uuid::Uuid;

use super::audit::{AuditRow, noted};
use crate::{
    Error, Priority, Store,
    connection::Row,
    dialect::Dialect,
    sql::{Bind, Sql},
};

/// A job.
#[derive(Clone, Debug, PartialEq)]
pub struct JobRow {
    /// Its number.
    pub id: i64,
    /// By what it is found again.
    pub key: String,
    /// Who does it.
    pub kind: String,
    /// When it was to happen.
    pub due_at: DateTime<Utc>,
    /// When it may be taken (again).
    pub run_at: DateTime<Utc>,
    /// What whoever does it needs to know.
    pub payload: Json,
    /// How often it was taken.
    pub attempts: i64,
    /// The number of the last taking.
    pub epoch: i64,
    /// Why it failed the last time.
    pub last_error: Option<String>,
    /// When it was scheduled.
    pub created_at: DateTime<Utc>,
    /// Since when it rests; none while it is waiting.
    pub rested_at: Option<DateTime<Utc>>,
}

impl JobRow {
    /// What must be said to finish it.
    #[must_use]
    pub fn held(&self) -> JobHeld {
        JobHeld { id: self.id, epoch: self.epoch }
    }
}

/// Who takes jobs, until when they are sure to be done, and how many.
#[derive(Clone, Copy, Debug)]
pub struct Taking<'a> {
    /// The kind.
    pub kind: &'a str,
    /// Who.
    pub owner: Uuid,
    /// What is due by then.
    pub now: DateTime<Utc>,
    /// Past that others may take them.
    pub until: DateTime<Utc>,
    /// At most so many.
    pub limit: u32,
}

const COLUMNS: &str = "id, key, kind, due_at, run_at, payload, attempts, epoch, last_error, created_at, rested_at";

impl Store {
    /// Takes due jobs of a kind, those that are due longest first. Nobody else gets them until the time is over, and
    /// whoever had them before cannot finish them any more.
    pub async fn take_jobs(&self, taking: Taking<'_>) -> Result<Vec<JobRow>, Error> {
        let dialect = self.dialect();
        let mut sql = Sql::default();
        // Materialized: PostgreSQL may otherwise run the inner query again for each row, and take more than it should.
        sql.text("with due as materialized (select id from sys_jobs where kind = ").value(taking.kind);
        sql.text(" and status = 'waiting' and run_at <= ").value(Bind::millis(taking.now));
        sql.text(" order by run_at, id limit ").value(taking.limit).text(dialect.skip_locked());
        sql.text(") update sys_jobs set owner = ").value(taking.owner);
        sql.text(", run_at = ").value(Bind::millis(taking.until));
        sql.text(", epoch = epoch + 1, attempts = attempts + 1 where id in (select id from due)");
        // Asked again here: while it waited for a row, somebody else may have taken it.
        sql.text(" and status = 'waiting' and run_at <= ").value(Bind::millis(taking.now));
        sql.text(" returning ").text(COLUMNS);
        let taken = self
            .write(Priority::Jobs, move |connection| {
                let sql = sql.clone();
                Box::pin(async move { connection.rows(sql).await })
            })
            .await?;
        let mut jobs = taken.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        jobs.sort_by_key(|job| (job.due_at, job.id));
        Ok(jobs)
    }

    /// When the first job of each of these kinds may be taken.
    pub async fn next_jobs(&self, kinds: &[&str]) -> Result<Vec<Option<DateTime<Utc>>>, Error> {
        let first = |kind: &&str| {
            Sql::fixed("select run_at from sys_jobs where kind = $1 and status = 'waiting' order by run_at, id limit 1")
                .bind(*kind)
        };
        let found = self.queries(kinds.iter().map(first).collect(), false).await?;
        found.iter().map(|rows| rows.first().map(|row| row.time(0)).transpose()).collect()
    }

    /// Says that a job is still being done; false if it is not whoever's says so any more.
    pub async fn hold_job(&self, held: JobHeld, until: DateTime<Utc>) -> Result<bool, Error> {
        let sql = Sql::fixed("update sys_jobs set run_at = $3 where id = $1 and epoch = $2 and status = 'waiting'")
            .bind(held.id)
            .bind(held.epoch)
            .bind(Bind::millis(until));
        self.write_job(sql).await
    }

    /// Gives a job back, to be tried again later; false if it is not whoever's gives it back any more.
    pub async fn try_job_again(&self, held: JobHeld, at: DateTime<Utc>, error: &str) -> Result<bool, Error> {
        let sql = Sql::fixed(
            "update sys_jobs set run_at = $3, last_error = $4, owner = null, epoch = epoch + 1 \
             where id = $1 and epoch = $2",
        )
        .bind(held.id)
        .bind(held.epoch)
        .bind(Bind::millis(at))
        .bind(error);
        self.write_job(sql).await
    }

    /// Gives a job back that it was not the time for yet: as if it had not been taken.
    pub async fn put_job_off(&self, held: JobHeld, until: DateTime<Utc>) -> Result<bool, Error> {
        let sql = Sql::fixed(
            "update sys_jobs set run_at = $3, attempts = attempts - 1, owner = null, epoch = epoch + 1 \
             where id = $1 and epoch = $2",
        )
        .bind(held.id)
        .bind(held.epoch)
        .bind(Bind::millis(until));
        self.write_job(sql).await
    }

    /// Lays a job to rest, to be looked at by somebody; false if it is not whoever's gives it up any more.
    pub async fn rest_job(&self, held: JobHeld, at: DateTime<Utc>, error: &str) -> Result<bool, Error> {
        let sql = Sql::fixed(
            "update sys_jobs set status = 'incident', rested_at = $3, last_error = $4, owner = null, \
             epoch = epoch + 1 where id = $1 and epoch = $2",
        )
        .bind(held.id)
        .bind(held.epoch)
        .bind(Bind::millis(at))
        .bind(error);
        self.write_job(sql).await
    }

    async fn write_job(&self, sql: Sql) -> Result<bool, Error> {
        let touched = self
            .write(Priority::Jobs, move |connection| {
                let sql = sql.clone();
                Box::pin(async move { connection.execute(sql).await })
            })
            .await?;
        Ok(touched == 1)
    }

    /// A job by its key.
    pub async fn job(&self, key: &str) -> Result<Option<JobRow>, Error> {
        let mut sql = Sql::default();
        sql.text("select ").text(COLUMNS).text(" from sys_jobs where key = ").value(key);
        self.row(sql).await?.map(|row| read(&row)).transpose()
    }

    /// How many jobs are waiting or being done, and how many rest.
    pub async fn count_jobs(&self) -> Result<(i64, i64), Error> {
        let sql = Sql::fixed(
            "select count(case when status = 'waiting' then 1 end), count(case when status = 'incident' then 1 end) \
             from sys_jobs",
        );
        self.row(sql).await?.map_or(Ok((0, 0)), |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// Jobs that rest, the last to do so first; `before` is where the page before ended.
    pub async fn incidents(&self, before: Option<(DateTime<Utc>, i64)>, limit: u32) -> Result<Vec<JobRow>, Error> {
        let (at, id) = before.map_or((i64::MAX, i64::MAX), |(at, id)| (at.timestamp_millis(), id));
        let mut sql = Sql::default();
        sql.text("select ").text(COLUMNS).text(" from sys_jobs where status = 'incident' and rested_at <= ").value(at);
        sql.text(" and (rested_at < ").value(at).text(" or id < ").value(id);
        sql.text(") order by rested_at desc, id desc limit ").value(limit);
        self.rows(sql).await?.iter().map(read).collect()
    }

    /// How many jobs rest.
    pub async fn count_incidents(&self) -> Result<i64, Error> {
        let sql = Sql::fixed("select count(*) from sys_jobs where status = 'incident'");
        self.row(sql).await?.map_or(Ok(0), |row| row.get(0))
    }

    /// A job that rests.
    pub async fn incident(&self, id: i64) -> Result<Option<JobRow>, Error> {
        let mut sql = Sql::default();
        sql.text("select ").text(COLUMNS).text(" from sys_jobs where status = 'incident' and id = ").value(id);
        self.row(sql).await?.map(|row| read(&row)).transpose()
    }

    /// Has a job that rests tried again, with another payload where one is given, and notes it; false if it does not
    /// rest any more as it was seen.
    pub async fn retry_incident(
        &self,
        seen: JobHeld,
        at: DateTime<Utc>,
        payload: Option<&Json>,
        note: &AuditRow,
    ) -> Result<bool, Error> {
        let sql = Sql::fixed(
            "update sys_jobs set status = 'waiting', run_at = $3, payload = coalesce($4, payload), attempts = 0, \
             rested_at = null, epoch = epoch + 1 where id = $1 and epoch = $2 and status = 'incident'",
        )
        .bind(seen.id)
        .bind(seen.epoch)
        .bind(Bind::millis(at))
        .bind(payload.map(ToString::to_string));
        self.write_noted(sql, note).await
    }

    /// Takes away a job that rests and notes it: what was to happen does not; false if it does not rest any more as it
    /// was seen.
    pub async fn skip_incident(&self, seen: JobHeld, note: &AuditRow) -> Result<bool, Error> {
        let sql = Sql::fixed("delete from sys_jobs where id = $1 and epoch = $2 and status = 'incident'")
            .bind(seen.id)
            .bind(seen.epoch);
        self.write_noted(sql, note).await
    }

    async fn write_noted(&self, sql: Sql, note: &AuditRow) -> Result<bool, Error> {
        let note = note.clone();
        self.write(Priority::People, move |connection| {
            let (sql, note) = (sql.clone(), noted(&note));
            Box::pin(async move {
                let done = connection.execute(sql).await? == 1;
                if done {
                    connection.execute(note).await?;
                }
                Ok(done)
            })
        })
        .await
    }
}

/// The statement that takes away all jobs whose keys begin so; none for an empty beginning.
pub(crate) fn cancel_jobs(key_prefix: &str) -> Option<Sql> {
    // Keys are compared by their bytes: all that begin so lie between the beginning and it with the last sign behind.
    let end = format!("{key_prefix}{}", char::MAX);
    (!key_prefix.is_empty())
        .then(|| Sql::fixed("delete from sys_jobs where key >= $1 and key < $2").bind(key_prefix).bind(end))
}

impl Dialect {
    /// What lets a claim pass over rows that others are just claiming, at the end of its inner query.
    fn skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " for update skip locked",
        }
    }
}

fn read(row: &Row) -> Result<JobRow, Error> {
    Ok(JobRow {
        id: row.get(0)?,
        key: row.get(1)?,
        kind: row.get(2)?,
        due_at: row.time(3)?,
        run_at: row.time(4)?,
        payload: row.json(5)?,
        attempts: row.get(6)?,
        epoch: row.get(7)?,
        last_error: row.get(8)?,
        created_at: row.time(9)?,
        rested_at: row.time_or_none(10)?,
    })
}

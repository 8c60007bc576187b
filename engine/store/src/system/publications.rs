//! Publications that convert stored values, and which version each process works with.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::{
    Error, Priority, Store,
    connection::{Connection, Row},
    sql::{Bind, Sql},
};

/// A publication.
#[derive(Clone, Debug, PartialEq)]
pub struct PublicationRow {
    /// Its id.
    pub id: Uuid,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// By whom; none for the command line.
    pub created_by: Option<Uuid>,
    /// What for.
    pub note: String,
    /// The version that it follows on.
    pub base: i64,
    /// A digest of the files.
    pub hash: String,
    /// The files of all packs; null where many are read.
    pub files: Json,
    /// `running`, `in_force`, `done`, `refused`, `failed`, `cancelled`.
    pub status: String,
    /// The shell's own state: parts, progress, troubles.
    pub state: Json,
}

/// Whose a publication is, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The publication.
    pub id: Uuid,
    /// The process.
    pub owner: Uuid,
    /// Until when it is sure to work on it.
    pub until: DateTime<Utc>,
}

macro_rules! publication {
    ($files:literal, $text:literal) => {
        concat!(
            "select id, created_at, created_by, note, base, hash, ",
            $files,
            ", status, state from sys_publications ",
            $text
        )
    };
}

impl Store {
    /// The latest publications without their files, newest first.
    pub async fn publications(&self, limit: u32) -> Result<Vec<PublicationRow>, Error> {
        let sql = Sql::fixed(publication!("'null'", "order by created_at desc, id desc limit $1")).bind(limit);
        self.rows(sql).await?.iter().map(read).collect()
    }

    /// A publication.
    pub async fn publication(&self, id: Uuid) -> Result<Option<PublicationRow>, Error> {
        let sql = Sql::fixed(publication!("files", "where id = $1")).bind(id);
        self.row(sql).await?.map(|row| read(&row)).transpose()
    }

    /// Publications that are worked on, or have to be, and whose process was not heard of by `now`.
    pub async fn abandoned_publications(&self, now: DateTime<Utc>) -> Result<Vec<Uuid>, Error> {
        let sql = Sql::fixed(
            "select id from sys_publications where status in ('running', 'in_force') \
             and (leased_until is null or leased_until < $1) order by created_at",
        )
        .bind(Bind::millis(now));
        self.rows(sql).await?.iter().map(|row| row.get(0)).collect()
    }

    /// Takes a publication that nobody works on; false if somebody does, or if it is over.
    pub async fn claim_publication(&self, lease: Lease, now: DateTime<Utc>) -> Result<bool, Error> {
        let sql = Sql::fixed(
            "update sys_publications set owner = $2, leased_until = $3 where id = $1 \
             and status in ('running', 'in_force') and (owner = $4 or leased_until is null or leased_until < $5)",
        )
        .bind(lease.id)
        .bind(lease.owner)
        .bind(Bind::millis(lease.until))
        .bind(lease.owner)
        .bind(Bind::millis(now));
        Ok(self.write_one(sql).await? == 1)
    }

    /// Notes how far a publication is; false if it is not the process's any more.
    pub async fn note_publication(&self, lease: Lease, status: &str, state: &Json) -> Result<bool, Error> {
        Ok(self.write_one(note(lease, status, state)).await? == 1)
    }

    /// Lets a publication go, so that another process need not wait for the end of the lease.
    pub async fn release_publication(&self, id: Uuid, owner: Uuid) -> Result<(), Error> {
        let sql =
            Sql::fixed("update sys_publications set owner = null, leased_until = null where id = $1 and owner = $2")
                .bind(id)
                .bind(owner);
        self.write_one(sql).await?;
        Ok(())
    }

    /// Says which version a process works with, and forgets those that were last heard of before `gone`.
    pub async fn note_node(
        &self,
        node: Uuid,
        version: i64,
        now: DateTime<Utc>,
        gone: DateTime<Utc>,
    ) -> Result<(), Error> {
        let seen = Sql::fixed(
            "insert into sys_nodes (node, version, seen_at) values ($1, $2, $3) \
             on conflict (node) do update set version = excluded.version, seen_at = excluded.seen_at",
        )
        .bind(node)
        .bind(version)
        .bind(Bind::millis(now));
        let forget = Sql::fixed("delete from sys_nodes where seen_at < $1").bind(Bind::millis(gone));
        self.write(Priority::Bulk, move |connection| {
            let statements = vec![seen.clone(), forget.clone()];
            Box::pin(async move { connection.batch(statements).await.map(drop) })
        })
        .await
    }

    /// Forgets a process that ends.
    pub async fn forget_node(&self, node: Uuid) -> Result<(), Error> {
        self.write_one(Sql::fixed("delete from sys_nodes where node = $1").bind(node)).await?;
        Ok(())
    }

    /// The oldest version that a process works with; none if none was heard of.
    pub async fn oldest_version(&self) -> Result<Option<i64>, Error> {
        let row = self.row(Sql::fixed("select min(version) from sys_nodes")).await?;
        row.map_or(Ok(None), |row| row.get(0))
    }
}

/// The statement that notes how far a publication is, while it is its process's.
pub(crate) fn note(lease: Lease, status: &str, state: &Json) -> Sql {
    Sql::fixed(
        "update sys_publications set status = $3, state = $4, leased_until = $5, \
         is_open = case when cast($6 as text) = 'running' then 1 else 0 end \
         where id = $1 and owner = $2 and status in ('running', 'in_force')",
    )
    .bind(lease.id)
    .bind(lease.owner)
    .bind(status)
    .bind(Bind::json_text(state))
    .bind(Bind::millis(lease.until))
    .bind(status)
}

/// Begins a publication; false if another one is open.
pub(crate) async fn insert(connection: &mut Connection, row: &PublicationRow, lease: Lease) -> Result<bool, Error> {
    let sql = Sql::fixed(
        "insert into sys_publications (id, created_at, created_by, note, base, hash, files, status, is_open, state, \
         owner, leased_until) values ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10, $11) on conflict do nothing",
    )
    .bind(row.id)
    .bind(Bind::millis(row.created_at))
    .bind(row.created_by)
    .bind(&row.note)
    .bind(row.base)
    .bind(&row.hash)
    .bind(Bind::json_text(&row.files))
    .bind(&row.status)
    .bind(Bind::json_text(&row.state))
    .bind(lease.owner)
    .bind(Bind::millis(lease.until));
    Ok(connection.execute(sql).await? == 1)
}

fn read(row: &Row) -> Result<PublicationRow, Error> {
    Ok(PublicationRow {
        id: row.get(0)?,
        created_at: row.time(1)?,
        created_by: row.get(2)?,
        note: row.get(3)?,
        base: row.get(4)?,
        hash: row.get(5)?,
        files: row.json(6)?,
        status: row.get(7)?,
        state: row.json(8)?,
    })
}

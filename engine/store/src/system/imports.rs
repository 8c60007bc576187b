//! Imports: the file, how far they are, what they made, so that they can be undone.

use chrono::{DateTime, Utc};
use kernel::{Name, change::ImportOrigin};
use serde_json::Value as Json;
use uuid::Uuid;

use super::Before;
use crate::{
    Error, Priority, Store,
    connection::Row,
    sql::{Bind, Sql},
};

/// An import.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportRow {
    /// Its id; records that it makes bear it as their batch.
    pub id: Uuid,
    /// When the file came.
    pub created_at: DateTime<Utc>,
    /// From whom; none for the command line.
    pub created_by: Option<Uuid>,
    /// The file's name.
    pub file_name: String,
    /// `uploaded`, `checking`, `checked`, `running`, `stopping`, `done`, `failed`, `undoing`, `undone`.
    pub status: String,
    /// Rows done.
    pub done: i64,
    /// Rows in all, as far as known.
    pub total: i64,
    /// The shell's own state: mapping, problems, summary.
    pub state: Json,
}

/// What an import did with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportWas {
    /// It made it.
    Created,
    /// It changed it.
    Updated,
}

/// A record that an import made or changed.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportRecord {
    /// Its number within all imports; later is greater.
    pub number: i64,
    /// The entity.
    pub entity: Name,
    /// The record.
    pub record: Uuid,
    /// What was done.
    pub was: ImportWas,
    /// The version that the import left it at; a later one was changed by others since.
    pub version: i64,
    /// A changed record as it was before, in wire form, lines included.
    pub before: Option<Json>,
}

/// From which rows a record comes that an import made or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportedFrom {
    /// Its number within all imports; later is greater.
    pub number: i64,
    /// The record.
    pub record: Uuid,
    /// Whether it was made, rather than changed.
    pub created: bool,
    /// The rows.
    pub origin: ImportOrigin,
}

macro_rules! import {
    ($text:literal) => {
        concat!("select id, created_at, created_by, file_name, status, done, total, state from sys_imports ", $text)
    };
}

impl Store {
    /// Takes in a file.
    pub async fn create_import(&self, import: &ImportRow, content: Vec<u8>) -> Result<(), Error> {
        let row = Sql::fixed(
            "insert into sys_imports (id, created_at, created_by, file_name, status, done, total, state) \
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(import.id)
        .bind(Bind::millis(import.created_at))
        .bind(import.created_by)
        .bind(&import.file_name)
        .bind(&import.status)
        .bind(import.done)
        .bind(import.total)
        .bind(Bind::json_text(&import.state));
        let file =
            Sql::fixed("insert into sys_import_files (import, content) values ($1, $2)").bind(import.id).bind(content);
        self.write_all(vec![row, file]).await?;
        Ok(())
    }

    /// Notes how far an import is, if it is still in the status it was believed to be in; false if it is not.
    pub async fn update_import(&self, import: &ImportRow, expected_status: &str) -> Result<bool, Error> {
        let sql = Sql::fixed(
            "update sys_imports set status = $2, done = $3, total = $4, state = $5 where id = $1 and status = $6",
        )
        .bind(import.id)
        .bind(&import.status)
        .bind(import.done)
        .bind(import.total)
        .bind(Bind::json_text(&import.state))
        .bind(expected_status);
        Ok(self.write_one(sql).await? == 1)
    }

    /// Begins to work on an import, if it is still in the status it was believed to be in: it is `owner`'s until then.
    pub async fn begin_import(
        &self,
        import: &ImportRow,
        expected_status: &str,
        owner: Uuid,
        until: DateTime<Utc>,
    ) -> Result<bool, Error> {
        let sql = Sql::fixed(
            "update sys_imports set status = $2, done = $3, total = $4, state = $5, owner = $7, leased_until = $8 \
             where id = $1 and status = $6",
        )
        .bind(import.id)
        .bind(&import.status)
        .bind(import.done)
        .bind(import.total)
        .bind(Bind::json_text(&import.state))
        .bind(expected_status)
        .bind(owner)
        .bind(Bind::millis(until));
        Ok(self.write_one(sql).await? == 1)
    }

    /// Says that it is still worked on; false if it has been taken away.
    pub async fn hold_import(&self, id: Uuid, owner: Uuid, until: DateTime<Utc>) -> Result<bool, Error> {
        let sql = Sql::fixed("update sys_imports set leased_until = $3 where id = $1 and owner = $2")
            .bind(id)
            .bind(owner)
            .bind(Bind::millis(until));
        Ok(self.write_one(sql).await? == 1)
    }

    /// Imports that somebody worked on who has not been heard of since.
    pub async fn abandoned_imports(&self, now: DateTime<Utc>) -> Result<Vec<ImportRow>, Error> {
        let sql = Sql::fixed(import!(
            "where status in ('running', 'checking', 'stopping', 'undoing') and (leased_until is null or leased_until < $1) order by id"
        ))
        .bind(Bind::millis(now));
        self.rows(sql).await?.iter().map(read).collect()
    }

    /// Takes an abandoned import over; false if its owner was heard of after all, or somebody else took it.
    pub async fn take_import(
        &self,
        id: Uuid,
        owner: Uuid,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, Error> {
        let sql = Sql::fixed(
            "update sys_imports set owner = $2, leased_until = $4 \
             where id = $1 and status in ('running', 'checking', 'stopping', 'undoing') and (leased_until is null or leased_until < $3)",
        )
        .bind(id)
        .bind(owner)
        .bind(Bind::millis(now))
        .bind(Bind::millis(until));
        Ok(self.write_one(sql).await? == 1)
    }

    /// An import by its id.
    pub async fn import(&self, id: Uuid) -> Result<Option<ImportRow>, Error> {
        self.row(Sql::fixed(import!("where id = $1")).bind(id)).await?.map(|row| read(&row)).transpose()
    }

    /// The bytes of an import's file.
    pub async fn import_file(&self, id: Uuid) -> Result<Option<Vec<u8>>, Error> {
        let sql = Sql::fixed("select content from sys_import_files where import = $1").bind(id);
        self.row(sql).await?.map(|row| row.get(0)).transpose()
    }

    /// Forgets the bytes of an import's file.
    pub async fn delete_import_file(&self, id: Uuid) -> Result<(), Error> {
        self.write_one(Sql::fixed("delete from sys_import_files where import = $1").bind(id)).await?;
        Ok(())
    }

    /// Imports, newest first.
    pub async fn imports(&self, before: Option<Before>, limit: u32) -> Result<Vec<ImportRow>, Error> {
        let (at, id) = Before::bounds(before);
        let sql = Sql::fixed(import!(
            "where created_at <= $1 and (created_at < $1 or id < $2) order by created_at desc, id desc limit $3"
        ))
        .bind(at)
        .bind(id)
        .bind(limit);
        self.rows(sql).await?.iter().map(read).collect()
    }

    /// Forgets uploads from before `unused` that were never run, and the bytes of files from before `used` that were.
    pub async fn forget_imports(&self, unused: DateTime<Utc>, used: DateTime<Utc>) -> Result<u64, Error> {
        let never_run =
            Sql::fixed("delete from sys_imports where created_at < $1 and status in ('uploaded', 'checked')")
                .bind(Bind::millis(unused));
        let long_done = Sql::fixed(
            "delete from sys_import_files where import in \
             (select id from sys_imports where created_at < $1 and status in ('done', 'failed', 'undone'))",
        )
        .bind(Bind::millis(used));
        Ok(self.write_all(vec![never_run, long_done]).await?.into_iter().sum())
    }

    /// What an import made and changed, latest first, so that undoing goes backwards; `before` is the number at which
    /// the page before ended.
    pub async fn import_records(&self, id: Uuid, before: Option<i64>, limit: u32) -> Result<Vec<ImportRecord>, Error> {
        let sql = Sql::fixed(
            "select id, entity, record, was, version, before from sys_import_records \
             where batch = $1 and id < $2 order by id desc limit $3",
        )
        .bind(id)
        .bind(before.unwrap_or(i64::MAX))
        .bind(limit);
        let rows = self.rows(sql).await?;
        rows.iter()
            .map(|row| {
                let was = if row.get::<String>(3)? == "created" { ImportWas::Created } else { ImportWas::Updated };
                let before = row.get::<Option<String>>(5)?.map(|text| serde_json::from_str(&text)).transpose();
                Ok(ImportRecord {
                    number: row.get(0)?,
                    entity: row.name(1)?,
                    record: row.get(2)?,
                    was,
                    version: row.get(4)?,
                    before: before.map_err(|e| Error::corrupt("a record before its import", e))?,
                })
            })
            .collect()
    }

    /// From which rows what an import has made so far comes, in the order in which it was made, a page after a number.
    pub async fn import_origins(&self, id: Uuid, after: i64, limit: u32) -> Result<Vec<ImportedFrom>, Error> {
        let sql = Sql::fixed(
            "select id, record, was, target, mark, row from sys_import_records \
             where batch = $1 and id > $2 and mark is not null order by id limit $3",
        )
        .bind(id)
        .bind(after)
        .bind(limit);
        let rows = self.rows(sql).await?;
        rows.iter()
            .map(|row| {
                let mark: Vec<u8> = row.get(4)?;
                let mark = mark.try_into().map_err(|_| Error::corrupt("the mark of imported rows", "its length"))?;
                let number = |value: i64| u32::try_from(value).map_err(|e| Error::corrupt("an imported row", e));
                let origin = ImportOrigin {
                    target: number(row.get(3)?)?,
                    mark: u128::from_be_bytes(mark),
                    row: number(row.get(5)?)?,
                };
                let created = row.get::<String>(2)? == "created";
                Ok(ImportedFrom { number: row.get(0)?, record: row.get(1)?, created, origin })
            })
            .collect()
    }

    /// Notes rows that were refused, with the reasons; those that are noted stay.
    pub async fn note_import_problems(&self, id: Uuid, problems: Vec<(u32, String)>) -> Result<(), Error> {
        let mut statements = Vec::new();
        for piece in problems.chunks(500) {
            let mut sql = Sql::default();
            sql.text("insert into sys_import_problems (import, row, told) values ");
            sql.list(piece, ", ", |sql, (row, told)| {
                sql.text("(").value(id).text(", ").value(*row).text(", ").value(told).text(")");
            });
            sql.text(" on conflict (import, row) do nothing");
            statements.push(sql);
        }
        self.write(Priority::Bulk, move |connection| {
            let statements = statements.clone();
            Box::pin(async move { connection.batch(statements).await.map(|_| ()) })
        })
        .await
    }

    /// Rows that were refused, with the reasons, in the order of the file.
    pub async fn import_problems(&self, id: Uuid, after: u32, limit: u32) -> Result<Vec<(u32, String)>, Error> {
        let sql = Sql::fixed(
            "select row, told from sys_import_problems where import = $1 and row > $2 order by row limit $3",
        )
        .bind(id)
        .bind(after)
        .bind(limit);
        let rows = self.rows(sql).await?;
        rows.iter().map(|row| Ok((u32::try_from(row.get::<i64>(0)?).unwrap_or_default(), row.get(1)?))).collect()
    }

    /// Forgets what earlier runs of an import found and made, before it begins anew.
    pub async fn clear_import(&self, id: Uuid) -> Result<(), Error> {
        let problems = Sql::fixed("delete from sys_import_problems where import = $1").bind(id);
        let records = Sql::fixed("delete from sys_import_records where batch = $1").bind(id);
        self.write_all(vec![problems, records]).await?;
        Ok(())
    }

    /// Forgets that an import made or changed these records, once that is undone.
    pub async fn forget_import_records(&self, id: Uuid, records: &[Uuid]) -> Result<(), Error> {
        let mut statements = Vec::new();
        for piece in records.chunks(256) {
            let mut sql = Sql::default();
            sql.text("delete from sys_import_records where batch = ").value(id).text(" and record in (");
            crate::read::write_ids(&mut sql, piece);
            sql.text(")");
            statements.push(sql);
        }
        self.write(Priority::Bulk, move |connection| {
            let statements = statements.clone();
            Box::pin(async move { connection.batch(statements).await.map(|_| ()) })
        })
        .await
    }
}

fn read(row: &Row) -> Result<ImportRow, Error> {
    Ok(ImportRow {
        id: row.get(0)?,
        created_at: row.time(1)?,
        created_by: row.get(2)?,
        file_name: row.get(3)?,
        status: row.get(4)?,
        done: row.get(5)?,
        total: row.get(6)?,
        state: row.json(7)?,
    })
}

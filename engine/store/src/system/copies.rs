//! Copies of what is going on, and whether who got them has read them.

use chrono::{DateTime, Utc};
use kernel::Name;
use uuid::Uuid;

use super::Before;
use crate::{
    Error, Store,
    connection::Row,
    sql::{Bind, Sql},
};

/// A copy that somebody got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyOf {
    /// The instance.
    pub instance: Uuid,
    /// Who got it.
    pub user: Uuid,
    /// The record's entity.
    pub entity: Name,
    /// The record.
    pub record: Uuid,
    /// Who sent it; none for the engine itself.
    pub by: Option<Uuid>,
    /// When.
    pub at: DateTime<Utc>,
    /// When it was read.
    pub read_at: Option<DateTime<Utc>>,
}

impl Store {
    /// The copies that somebody got, newest first.
    pub async fn copies_for(&self, user: Uuid, before: Option<Before>, limit: u32) -> Result<Vec<CopyOf>, Error> {
        let (at, id) = Before::bounds(before);
        let sql = Sql::fixed(
            "select instance, user_id, entity, record, by_user, at, read_at from sys_copies \
             where user_id = $1 and at <= $2 and (at < $2 or instance < $3) order by at desc, instance desc limit $4",
        )
        .bind(user)
        .bind(at)
        .bind(id)
        .bind(limit);
        self.rows(sql).await?.iter().map(copy).collect()
    }

    /// Who got a copy of an instance, in the order of their ids.
    pub async fn copies_of(&self, instance: Uuid) -> Result<Vec<CopyOf>, Error> {
        let sql = Sql::fixed(
            "select instance, user_id, entity, record, by_user, at, read_at from sys_copies \
             where instance = $1 order by at, user_id",
        )
        .bind(instance);
        self.rows(sql).await?.iter().map(copy).collect()
    }

    /// Of these records those of which somebody got a copy.
    pub async fn copied_records(&self, user: Uuid, records: &[Uuid]) -> Result<Vec<Uuid>, Error> {
        if records.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::default();
        sql.text("select distinct record from sys_copies where user_id = ").value(user).text(" and record in (");
        sql.list(records, ", ", |sql, id| {
            sql.value(*id);
        });
        sql.text(")");
        self.rows(sql).await?.iter().map(|row| row.get(0)).collect()
    }

    /// Notes that somebody has read their copy; the first time counts. Whether they have one.
    pub async fn read_copy(&self, instance: Uuid, user: Uuid, at: DateTime<Utc>) -> Result<bool, Error> {
        let sql =
            Sql::fixed("update sys_copies set read_at = coalesce(read_at, $3) where instance = $1 and user_id = $2")
                .bind(instance)
                .bind(user)
                .bind(Bind::millis(at));
        Ok(self.write_one(sql).await? > 0)
    }
}

fn copy(row: &Row) -> Result<CopyOf, Error> {
    Ok(CopyOf {
        instance: row.get(0)?,
        user: row.get(1)?,
        entity: row.name(2)?,
        record: row.get(3)?,
        by: row.get(4)?,
        at: row.time(5)?,
        read_at: row.time_or_none(6)?,
    })
}

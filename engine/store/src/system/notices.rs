//! Notices to people.

use chrono::{DateTime, Utc};
use kernel::change::Notice;
use uuid::Uuid;

use super::Before;
use crate::{
    Error, Priority, Store,
    connection::Row,
    sql::{Bind, Sql},
};

/// A notice, with when it came and was read.
#[derive(Clone, Debug, PartialEq)]
pub struct NoticeRow {
    /// When it came.
    pub at: DateTime<Utc>,
    /// When it was read.
    pub read_at: Option<DateTime<Utc>>,
    /// The letter that it is about to go out in.
    pub mail: Option<Uuid>,
    /// The notice.
    pub notice: Notice,
}

pub(super) const COLUMNS: &str = "at, read_at, id, user_id, kind, entity, record, body, mail";

pub(super) fn read(row: &Row) -> Result<NoticeRow, Error> {
    let notice = Notice {
        id: row.get(2)?,
        user: row.get(3)?,
        kind: row.get(4)?,
        entity: row.get::<Option<String>>(5)?.map(Into::into),
        record: row.get(6)?,
        body: row.json(7)?,
    };
    Ok(NoticeRow { at: row.time(0)?, read_at: row.time_or_none(1)?, mail: row.get(8)?, notice })
}

impl Store {
    /// A person's notices, newest first.
    pub async fn notices(&self, user: Uuid, before: Option<Before>, limit: u32) -> Result<Vec<NoticeRow>, Error> {
        let (at, id) = Before::bounds(before);
        let sql = Sql::fixed(
            "select at, read_at, id, user_id, kind, entity, record, body, mail from sys_notices \
             where user_id = $1 and at <= $2 and (at < $2 or id < $3) order by at desc, id desc limit $4",
        )
        .bind(user)
        .bind(at)
        .bind(id)
        .bind(limit);
        self.rows(sql).await?.iter().map(read).collect()
    }

    /// Takes away what was told about a record, and to a person if it is one; what waits to be mailed is among it. How
    /// many notices that were.
    pub async fn forget_notices(&self, record: Uuid, person: Option<Uuid>) -> Result<u64, Error> {
        let sql = Sql::fixed("delete from sys_notices where record = $1 or user_id = $2").bind(record);
        let sql = sql.bind(person.unwrap_or_default());
        self.write(Priority::People, move |connection| {
            let sql = sql.clone();
            Box::pin(async move { connection.execute(sql).await })
        })
        .await
    }

    /// How many notices a person has not read.
    pub async fn count_unread_notices(&self, user: Uuid) -> Result<i64, Error> {
        let sql = Sql::fixed("select count(*) from sys_notices where user_id = $1 and read_at is null").bind(user);
        self.row(sql).await?.map_or(Ok(0), |row| row.get(0))
    }

    /// Marks a person's notices as read: these, or all.
    pub async fn read_notices(&self, user: Uuid, ids: Option<&[Uuid]>, at: DateTime<Utc>) -> Result<u64, Error> {
        let statements = match ids {
            None => vec![
                Sql::fixed("update sys_notices set read_at = $2 where user_id = $1 and read_at is null")
                    .bind(user)
                    .bind(Bind::millis(at)),
            ],
            Some(ids) => ids
                .iter()
                .map(|id| {
                    Sql::fixed("update sys_notices set read_at = $2 where user_id = $1 and id = $3 and read_at is null")
                        .bind(user)
                        .bind(Bind::millis(at))
                        .bind(*id)
                })
                .collect(),
        };
        Ok(self.write_all(statements).await?.iter().sum())
    }
}

//! Commands that came with a key and were done.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    Committed, Error, Store,
    sql::{Bind, Sql},
};

/// The key with which a caller marks a command, so that a retry does not do it twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The caller's key.
    pub key: String,
    /// Whose; the same key of another person is another.
    pub user: Uuid,
    /// A digest of the request, so that a key used for another request is noticed.
    pub request_hash: String,
}

/// A command that was done before.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// The digest of the request that was done.
    pub request_hash: String,
    /// What it wrote.
    pub committed: Committed,
    /// When.
    pub at: DateTime<Utc>,
}

pub(crate) fn find(key: &str, user: Uuid) -> Sql {
    Sql::fixed("select request_hash, result, at from sys_idempotency where idempotency_key = $1 and user_id = $2")
        .bind(key)
        .bind(user)
}

pub(crate) fn read(row: &crate::connection::Row) -> Result<Answered, Error> {
    Ok(Answered { request_hash: row.get(0)?, committed: row.json(1)?, at: row.time(2)? })
}

impl Store {
    /// What was done with a key. Asked before a command is decided: after it, the record has moved on.
    pub async fn answered(&self, key: &str, user: Uuid) -> Result<Option<Answered>, Error> {
        self.row(find(key, user)).await?.map(|row| read(&row)).transpose()
    }

    /// Forgets keys of before.
    pub async fn purge_answered(&self, before: DateTime<Utc>) -> Result<u64, Error> {
        self.write_one(Sql::fixed("delete from sys_idempotency where at < $1").bind(Bind::millis(before))).await
    }
}

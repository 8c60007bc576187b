//! Who is signed in.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    Error, Store,
    connection::Row,
    sql::{Bind, Sql},
};

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// A digest of the token in the cookie; the token itself is not kept.
    pub token_hash: String,
    /// Who.
    pub user: Uuid,
    /// What unsafe requests must bring along.
    pub csrf: String,
    /// When they signed in.
    pub created_at: DateTime<Utc>,
    /// When they were last seen.
    pub seen_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

impl Store {
    /// Begins a session.
    pub async fn create_session(&self, session: &Session) -> Result<(), Error> {
        let sql = Sql::fixed(
            "insert into sys_sessions (token_hash, user_id, csrf, created_at, seen_at, expires_at) \
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&session.token_hash)
        .bind(session.user)
        .bind(&session.csrf)
        .bind(Bind::millis(session.created_at))
        .bind(Bind::millis(session.seen_at))
        .bind(Bind::millis(session.expires_at));
        self.write_one(sql).await?;
        Ok(())
    }

    /// The session of a token's digest, if it has not ended by `now`.
    pub async fn session(&self, token_hash: &str, now: DateTime<Utc>) -> Result<Option<Session>, Error> {
        let sql = Sql::fixed(
            "select token_hash, user_id, csrf, created_at, seen_at, expires_at from sys_sessions \
             where token_hash = $1 and expires_at > $2",
        )
        .bind(token_hash)
        .bind(Bind::millis(now));
        self.row(sql).await?.map(|row| read(&row)).transpose()
    }

    /// Notes that somebody was seen, and until when the session now holds.
    pub async fn touch_session(
        &self,
        token_hash: &str,
        seen_at: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<(), Error> {
        let sql = Sql::fixed("update sys_sessions set seen_at = $2, expires_at = $3 where token_hash = $1")
            .bind(token_hash)
            .bind(Bind::millis(seen_at))
            .bind(Bind::millis(expires_at));
        self.write_one(sql).await?;
        Ok(())
    }

    /// Ends a session.
    pub async fn delete_session(&self, token_hash: &str) -> Result<(), Error> {
        self.write_one(Sql::fixed("delete from sys_sessions where token_hash = $1").bind(token_hash)).await?;
        Ok(())
    }

    /// Ends all sessions of a person but one, as after a change of the password.
    pub async fn delete_sessions_of(&self, user: Uuid, but: Option<&str>) -> Result<u64, Error> {
        let sql = Sql::fixed("delete from sys_sessions where user_id = $1 and token_hash <> $2")
            .bind(user)
            .bind(but.unwrap_or_default());
        self.write_one(sql).await
    }

    /// Removes sessions that have ended.
    pub async fn purge_sessions(&self, now: DateTime<Utc>) -> Result<u64, Error> {
        self.write_one(Sql::fixed("delete from sys_sessions where expires_at <= $1").bind(Bind::millis(now))).await
    }
}

fn read(row: &Row) -> Result<Session, Error> {
    Ok(Session {
        token_hash: row.get(0)?,
        user: row.get(1)?,
        csrf: row.get(2)?,
        created_at: row.time(3)?,
        seen_at: row.time(4)?,
        expires_at: row.time(5)?,
    })
}

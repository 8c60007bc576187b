//! Who is signed in.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Credentials, credentials};
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
    /// Who; in a view, whose app is looked at.
    pub user: Uuid,
    /// The administrator who looks at it, in a view.
    pub viewer: Option<Uuid>,
    /// What unsafe requests must bring along.
    pub csrf: String,
    /// When they signed in.
    pub created_at: DateTime<Utc>,
    /// When they were last seen.
    pub seen_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// A session that holds, and what its person must do first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// Whether they must choose another password before anything else.
    pub must_change: bool,
}

impl Store {
    /// Begins a session; in the same breath the one ends that the browser had before.
    pub async fn create_session(&self, session: &Session, before: Option<&str>) -> Result<(), Error> {
        let mut statements = Vec::new();
        statements.extend(before.map(ended));
        statements.push(begun(session));
        self.write_all(statements).await?;
        Ok(())
    }

    /// Gives a person another password: all their sessions end, and this one begins, all or nothing.
    pub async fn change_password(
        &self,
        user: Uuid,
        credentials: &Credentials,
        session: Option<&Session>,
    ) -> Result<(), Error> {
        let mut statements = vec![
            credentials::given(user, credentials),
            Sql::fixed("delete from sys_sessions where user_id = $1").bind(user),
        ];
        statements.extend(session.map(begun));
        self.write_all(statements).await?;
        Ok(())
    }

    /// The session of a token's digest, if it has not ended by `now`.
    pub async fn session(&self, token_hash: &str, now: DateTime<Utc>) -> Result<Option<SignedIn>, Error> {
        let sql = Sql::fixed(
            "select s.token_hash, s.user_id, s.csrf, s.created_at, s.seen_at, s.expires_at, c.must_change, s.viewer \
             from sys_sessions s left join sys_credentials c on c.user_id = s.user_id \
             where s.token_hash = $1 and s.expires_at > $2",
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
        self.write_one(ended(token_hash)).await?;
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

fn begun(session: &Session) -> Sql {
    Sql::fixed(
        "insert into sys_sessions (token_hash, user_id, csrf, created_at, seen_at, expires_at, viewer) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&session.token_hash)
    .bind(session.user)
    .bind(&session.csrf)
    .bind(Bind::millis(session.created_at))
    .bind(Bind::millis(session.seen_at))
    .bind(Bind::millis(session.expires_at))
    .bind(session.viewer)
}

fn ended(token_hash: &str) -> Sql {
    Sql::fixed("delete from sys_sessions where token_hash = $1").bind(token_hash)
}

fn read(row: &Row) -> Result<SignedIn, Error> {
    let session = Session {
        token_hash: row.get(0)?,
        user: row.get(1)?,
        csrf: row.get(2)?,
        created_at: row.time(3)?,
        seen_at: row.time(4)?,
        expires_at: row.time(5)?,
        viewer: row.get(7)?,
    };
    Ok(SignedIn { session, must_change: row.get::<Option<i64>>(6)?.unwrap_or_default() != 0 })
}

//! What goes out by mail: which notices were sent, what each person wishes, which addresses take nothing.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use uuid::Uuid;

use super::notices::{self, NoticeRow};
use crate::{
    Error, Priority, Store,
    sql::{Bind, Sql},
};

/// What is known of somebody's mail.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MailWishes {
    /// The shell's own form of what they want; none if they never said.
    pub preferences: Option<Json>,
    /// The address to which nothing can be delivered.
    pub bounced: Option<String>,
}

/// An address to which nothing can be delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounced {
    /// Whose it is.
    pub user: Uuid,
    /// The address.
    pub address: String,
    /// What the mail server said.
    pub why: Option<String>,
    /// Since when.
    pub at: Option<DateTime<Utc>>,
}

impl Store {
    /// What somebody has not read and was not sent, oldest first.
    pub async fn notices_to_mail(&self, user: Uuid, since: DateTime<Utc>, limit: u32) -> Result<Vec<NoticeRow>, Error> {
        let mut sql = Sql::default();
        sql.text("select ").text(notices::COLUMNS).text(" from sys_notices where user_id = ").value(user);
        sql.text(" and read_at is null and mailed_at is null and at >= ").value(Bind::millis(since));
        sql.text(" order by at, id limit ").value(limit);
        self.rows(sql).await?.iter().map(notices::read).collect()
    }

    /// Notes that notices went out, or are not to.
    pub async fn note_mailed(&self, ids: &[Uuid], at: DateTime<Utc>) -> Result<(), Error> {
        let of = |id: &Uuid| {
            Sql::fixed("update sys_notices set mailed_at = $2 where id = $1").bind(*id).bind(Bind::millis(at))
        };
        self.write_jobs(ids.iter().map(of).collect()).await
    }

    /// Notes in which mail notices are about to go out, or that they did not.
    pub async fn begin_mail(&self, ids: &[Uuid], mail: Option<Uuid>) -> Result<(), Error> {
        let of = |id: &Uuid| Sql::fixed("update sys_notices set mail = $2 where id = $1").bind(*id).bind(mail);
        self.write_jobs(ids.iter().map(of).collect()).await
    }

    /// What somebody wishes.
    pub async fn mail_wishes(&self, user: Uuid) -> Result<MailWishes, Error> {
        let sql = Sql::fixed("select preferences, bounced from sys_mail_wishes where user_id = $1").bind(user);
        let Some(row) = self.row(sql).await? else { return Ok(MailWishes::default()) };
        let preferences = row.get::<Option<String>>(0)?.map(|text| serde_json::from_str(&text)).transpose();
        let preferences = preferences.map_err(|e| Error::corrupt("wishes about mail", e))?;
        Ok(MailWishes { preferences, bounced: row.get(1)? })
    }

    /// Keeps what somebody wishes; an address that took nothing is tried again.
    pub async fn set_mail_wishes(&self, user: Uuid, preferences: &Json) -> Result<(), Error> {
        let sql = Sql::fixed(
            "insert into sys_mail_wishes (user_id, preferences) values ($1, $2) \
             on conflict (user_id) do update set preferences = excluded.preferences, bounced = null",
        )
        .bind(user)
        .bind(Bind::json_text(preferences));
        self.write_one(sql).await?;
        Ok(())
    }

    /// Addresses that take nothing, the newest first: whose they are, why, and since when.
    pub async fn bounced_addresses(&self, limit: u32) -> Result<Vec<Bounced>, Error> {
        let sql = Sql::fixed(
            "select user_id, bounced, bounce, bounced_at from sys_mail_wishes where bounced is not null \
             order by bounced_at desc, user_id limit $1",
        );
        let read = |row: &crate::connection::Row| {
            Ok(Bounced { user: row.get(0)?, address: row.get(1)?, why: row.get(2)?, at: row.time_or_none(3)? })
        };
        self.rows(sql.bind(limit)).await?.iter().map(read).collect()
    }

    /// Notes that an address takes nothing, and why.
    pub async fn note_bounce(&self, user: Uuid, address: &str, why: &str, at: DateTime<Utc>) -> Result<(), Error> {
        let sql = Sql::fixed(
            "insert into sys_mail_wishes (user_id, bounced, bounce, bounced_at) values ($1, $2, $3, $4) \
             on conflict (user_id) do update set bounced = excluded.bounced, bounce = excluded.bounce, \
             bounced_at = excluded.bounced_at",
        )
        .bind(user)
        .bind(address)
        .bind(why)
        .bind(Bind::millis(at));
        self.write_jobs(vec![sql]).await
    }

    async fn write_jobs(&self, statements: Vec<Sql>) -> Result<(), Error> {
        if statements.is_empty() {
            return Ok(());
        }
        self.write(Priority::Jobs, move |connection| {
            let statements = statements.clone();
            Box::pin(async move {
                connection.batch(statements).await?;
                Ok(())
            })
        })
        .await
    }
}

//! Links in letters by which somebody decides a task without signing in. Of a token only a digest is known here.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    Error, Priority, Store,
    sql::{Bind, Sql},
};

/// What a link is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionLink {
    /// The task.
    pub task: Uuid,
    /// Whom it was sent to: they decide by it.
    pub person: Uuid,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

impl Store {
    /// Keeps links by the digests of their tokens.
    pub async fn keep_decision_links(&self, links: &[(String, DecisionLink)], now: DateTime<Utc>) -> Result<(), Error> {
        if links.is_empty() {
            return Ok(());
        }
        let insert = |(digest, link): &(String, DecisionLink)| {
            Sql::fixed(
                "insert into sys_decision_links (digest, task, person, made_at, expires_at) values ($1, $2, $3, $4, $5)",
            )
            .bind(digest)
            .bind(link.task)
            .bind(link.person)
            .bind(Bind::millis(now))
            .bind(Bind::millis(link.expires_at))
        };
        let statements: Vec<Sql> = links.iter().map(insert).collect();
        self.write(Priority::Jobs, move |connection| {
            let statements = statements.clone();
            Box::pin(async move {
                connection.batch(statements).await?;
                Ok(())
            })
        })
        .await
    }

    /// The link with this digest, also one that has expired.
    pub async fn decision_link(&self, digest: &str) -> Result<Option<DecisionLink>, Error> {
        let sql = Sql::fixed("select task, person, expires_at from sys_decision_links where digest = $1").bind(digest);
        let read = |row: crate::connection::Row| {
            Ok(DecisionLink { task: row.get(0)?, person: row.get(1)?, expires_at: row.time(2)? })
        };
        self.row(sql).await?.map(read).transpose()
    }

    /// Forgets links that expired before this moment; how many they were.
    pub async fn forget_decision_links(&self, before: DateTime<Utc>) -> Result<u64, Error> {
        let sql = Sql::fixed("delete from sys_decision_links where expires_at < $1").bind(Bind::millis(before));
        self.write_one(sql).await
    }
}

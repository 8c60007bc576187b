//! Who signed in, and who took what out of the system.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use uuid::Uuid;

use super::Before;
use crate::{
    Error, Store,
    connection::Row,
    sql::{Bind, Sql},
};

/// Something that is noted for those who look after the system.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditRow {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who; none where nobody is known, as when a sign-in is refused.
    pub user: Option<Uuid>,
    /// What: `sign_in`, `export`, …
    pub kind: String,
    /// What there is to say of it.
    pub detail: Json,
}

/// Which notes are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Of these kinds; of all, if none.
    pub kinds: Vec<String>,
    /// Of this person.
    pub user: Option<Uuid>,
    /// From then on.
    pub from: Option<DateTime<Utc>>,
    /// Until before then.
    pub until: Option<DateTime<Utc>>,
}

impl Store {
    /// Notes what happened.
    pub async fn note_audit(&self, row: &AuditRow) -> Result<(), Error> {
        self.write_one(noted(row)).await?;
        Ok(())
    }

    /// Says more of what was noted: how it ended.
    pub async fn complete_audit(&self, id: Uuid, detail: &Json) -> Result<(), Error> {
        let sql = Sql::fixed("update sys_audit set detail = $2 where id = $1").bind(id).bind(detail.to_string());
        self.write_one(sql).await?;
        Ok(())
    }

    /// The newest notes of one kind.
    pub async fn audit_of(&self, kind: &str, limit: u32) -> Result<Vec<AuditRow>, Error> {
        let sql = Sql::fixed(
            "select id, at, user_id, kind, detail from sys_audit where kind = $1 order by at desc, id desc limit $2",
        );
        self.rows(sql.bind(kind).bind(limit)).await?.iter().map(read).collect()
    }

    /// What was noted and is asked for, newest first.
    pub async fn audit(&self, asked: &AuditFilter, before: Option<Before>, limit: u32) -> Result<Vec<AuditRow>, Error> {
        let (at, id) = Before::bounds(before);
        let mut sql = Sql::default();
        sql.text("select id, at, user_id, kind, detail from sys_audit where at <= ").value(at);
        sql.text(" and (at < ").value(at).text(" or id < ").value(id).text(")");
        if !asked.kinds.is_empty() {
            sql.text(" and kind in (").list(&asked.kinds, ", ", |sql, kind| {
                sql.value(kind);
            });
            sql.text(")");
        }
        if let Some(user) = asked.user {
            sql.text(" and user_id = ").value(user);
        }
        if let Some(from) = asked.from {
            sql.text(" and at >= ").value(Bind::millis(from));
        }
        if let Some(until) = asked.until {
            sql.text(" and at < ").value(Bind::millis(until));
        }
        sql.text(" order by at desc, id desc limit ").value(limit);
        self.rows(sql).await?.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<AuditRow, Error> {
    Ok(AuditRow { id: row.get(0)?, at: row.time(1)?, user: row.get(2)?, kind: row.get(3)?, detail: row.json(4)? })
}

/// The statement that notes it.
pub(super) fn noted(row: &AuditRow) -> Sql {
    Sql::fixed("insert into sys_audit (id, at, user_id, kind, detail) values ($1, $2, $3, $4, $5)")
        .bind(row.id)
        .bind(Bind::millis(row.at))
        .bind(row.user)
        .bind(&row.kind)
        .bind(row.detail.to_string())
}

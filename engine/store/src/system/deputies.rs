//! Who decides in somebody's absence.

use chrono::{DateTime, Utc};
use kernel::Name;
use serde_json::json;
use uuid::Uuid;

use crate::{
    Error, Store,
    connection::Row,
    sql::{Bind, Sql},
};

/// A stand-in for some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeputyRow {
    /// Its id.
    pub id: Uuid,
    /// Who is away.
    pub person: Uuid,
    /// Who decides instead.
    pub deputy: Uuid,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub to: DateTime<Utc>,
    /// In which workflows; in all if empty.
    pub workflows: Vec<Name>,
    /// Why.
    pub reason: Option<String>,
    /// Who said so.
    pub set_by: Option<Uuid>,
    /// When.
    pub set_at: DateTime<Utc>,
    /// When it was ended before its time.
    pub ended_at: Option<DateTime<Utc>>,
    /// The entity of the record that it follows, which has its id; none where people set it.
    pub entity: Option<Name>,
}

macro_rules! deputies {
    ($text:literal) => {
        concat!(
            "select id, person, deputy, from_at, to_at, workflows, reason, set_by, set_at, ended_at, entity \
             from sys_deputies ",
            $text
        )
    };
}

impl Store {
    /// Stand-ins that hold now or later, in the order in which they were set.
    pub async fn deputies(&self, now: DateTime<Utc>) -> Result<Vec<DeputyRow>, Error> {
        let sql = Sql::fixed(deputies!("where ended_at is null and to_at > $1 order by set_at, id"));
        self.rows(sql.bind(Bind::millis(now))).await?.iter().map(deputy).collect()
    }

    /// The stand-ins of a person, those that are over too, newest first.
    pub async fn deputies_of(&self, person: Uuid, limit: u32) -> Result<Vec<DeputyRow>, Error> {
        let sql = Sql::fixed(deputies!("where person = $1 order by to_at desc, id desc limit $2"));
        self.rows(sql.bind(person).bind(limit)).await?.iter().map(deputy).collect()
    }

    /// A stand-in by its id.
    pub async fn deputy(&self, id: Uuid) -> Result<Option<DeputyRow>, Error> {
        let sql = Sql::fixed(deputies!("where id = $1")).bind(id);
        self.row(sql).await?.as_ref().map(deputy).transpose()
    }

    /// Sets a stand-in that follows no record.
    pub async fn set_deputy(&self, row: &DeputyRow) -> Result<(), Error> {
        let sql = Sql::fixed(
            "insert into sys_deputies (id, person, deputy, from_at, to_at, workflows, reason, set_by, set_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(row.id)
        .bind(row.person)
        .bind(row.deputy)
        .bind(Bind::millis(row.from))
        .bind(Bind::millis(row.to))
        .bind(Bind::json_text(&json!(row.workflows)))
        .bind(row.reason.as_deref())
        .bind(row.set_by)
        .bind(Bind::millis(row.set_at));
        self.write_one(sql).await?;
        Ok(())
    }

    /// Ends a stand-in that follows no record before its time.
    pub async fn end_deputy(&self, id: Uuid, at: DateTime<Utc>) -> Result<bool, Error> {
        let sql =
            Sql::fixed("update sys_deputies set ended_at = $2 where id = $1 and entity is null and ended_at is null");
        Ok(self.write_one(sql.bind(id).bind(Bind::millis(at))).await? > 0)
    }
}

fn deputy(row: &Row) -> Result<DeputyRow, Error> {
    Ok(DeputyRow {
        id: row.get(0)?,
        person: row.get(1)?,
        deputy: row.get(2)?,
        from: row.time(3)?,
        to: row.time(4)?,
        workflows: serde_json::from_value(row.json(5)?).unwrap_or_default(),
        reason: row.get(6)?,
        set_by: row.get(7)?,
        set_at: row.time(8)?,
        ended_at: row.time_or_none(9)?,
        entity: row.get::<Option<String>>(10)?.map(|name| Name::new(&name)),
    })
}

//! Drafts: definitions that somebody works on and that are not in force.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::{
    Error, Store,
    connection::Row,
    sql::{Bind, Sql},
};

/// A draft.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftRow {
    /// Its id.
    pub id: Uuid,
    /// What it is called.
    pub title: String,
    /// What it is for; becomes the note of the version when it is published.
    pub note: String,
    /// Whose it is.
    pub owner: Uuid,
    /// The published version that it was begun from.
    pub base: i64,
    /// One more with each save.
    pub version: i64,
    /// `open`, `published`, `discarded`.
    pub status: String,
    /// The files of the firm's own pack, as the shell packs them.
    pub files: Json,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When it was saved last.
    pub updated_at: DateTime<Utc>,
    /// The version that it became.
    pub published: Option<i64>,
}

const COLUMNS: &str = "id, title, note, owner, base, version, status, created_at, updated_at, published";

impl Store {
    /// Open drafts without their files, the one saved last first.
    pub async fn drafts(&self) -> Result<Vec<DraftRow>, Error> {
        let mut sql = Sql::fixed("select ");
        sql.text(COLUMNS).text(", 'null' from sys_drafts where status = 'open' order by updated_at desc, id desc");
        self.rows(sql).await?.iter().map(read).collect()
    }

    /// A draft.
    pub async fn draft(&self, id: Uuid) -> Result<Option<DraftRow>, Error> {
        let mut sql = Sql::fixed("select ");
        sql.text(COLUMNS).text(", files from sys_drafts where id = ").value(id);
        self.row(sql).await?.map(|row| read(&row)).transpose()
    }

    /// Begins a draft.
    pub async fn create_draft(&self, draft: &DraftRow) -> Result<(), Error> {
        let sql = Sql::fixed(
            "insert into sys_drafts (id, title, note, owner, base, version, status, files, created_at, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(draft.id)
        .bind(&draft.title)
        .bind(&draft.note)
        .bind(draft.owner)
        .bind(draft.base)
        .bind(draft.version)
        .bind(&draft.status)
        .bind(Bind::json_text(&draft.files))
        .bind(Bind::millis(draft.created_at))
        .bind(Bind::millis(draft.updated_at));
        self.write_one(sql).await?;
        Ok(())
    }

    /// Saves an open draft that is at the version before `draft.version`. Gives whether it was.
    pub async fn save_draft(&self, draft: &DraftRow) -> Result<bool, Error> {
        let sql = Sql::fixed(
            "update sys_drafts set title = $2, note = $3, base = $4, version = $5, status = $6, files = $7, \
             updated_at = $8, published = $9 where id = $1 and version = $5 - 1 and status = 'open'",
        )
        .bind(draft.id)
        .bind(&draft.title)
        .bind(&draft.note)
        .bind(draft.base)
        .bind(draft.version)
        .bind(&draft.status)
        .bind(Bind::json_text(&draft.files))
        .bind(Bind::millis(draft.updated_at))
        .bind(draft.published);
        Ok(self.write_one(sql).await? == 1)
    }
}

fn read(row: &Row) -> Result<DraftRow, Error> {
    Ok(DraftRow {
        id: row.get(0)?,
        title: row.get(1)?,
        note: row.get(2)?,
        owner: row.get(3)?,
        base: row.get(4)?,
        version: row.get(5)?,
        status: row.get(6)?,
        created_at: row.time(7)?,
        updated_at: row.time(8)?,
        published: row.get(9)?,
        files: row.json(10)?,
    })
}

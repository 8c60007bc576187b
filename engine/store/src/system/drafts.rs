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
    /// `open`, `proposed`, `publishing`, `published`, `discarded`.
    pub status: String,
    /// The files of the firm's own pack, as the shell packs them.
    pub files: Json,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When it was saved last.
    pub updated_at: DateTime<Utc>,
    /// The version that it became.
    pub published: Option<i64>,
    /// The publication that converts stored values before it is in force.
    pub publication: Option<Uuid>,
}

/// What somebody said of a draft, or did with it.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftNote {
    /// Its id.
    pub id: Uuid,
    /// The draft.
    pub draft: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub user: Uuid,
    /// `proposed`, `taken_back`, `comment`, `given_back`, `published`.
    pub kind: String,
    /// What they said with it.
    pub message: String,
}

/// Somebody who has a draft open.
#[derive(Clone, Debug, PartialEq)]
pub struct AtDraft {
    /// Who.
    pub user: Uuid,
    /// The file that they look at; empty for none.
    pub file: String,
    /// When they were last heard of.
    pub at: DateTime<Utc>,
}

const COLUMNS: &str = "id, title, note, owner, base, version, status, created_at, updated_at, published, publication";

impl Store {
    /// Drafts on their way, without their files, the one saved last first.
    pub async fn drafts(&self) -> Result<Vec<DraftRow>, Error> {
        let mut sql = Sql::fixed("select ");
        sql.text(COLUMNS).text(
            ", 'null' from sys_drafts where status not in ('published', 'discarded') order by updated_at desc, id desc",
        );
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

    /// Saves a draft on its way that is at the version before `draft.version`. Gives whether it was.
    pub async fn save_draft(&self, draft: &DraftRow) -> Result<bool, Error> {
        let sql = Sql::fixed(
            "update sys_drafts set title = $2, note = $3, base = $4, version = $5, status = $6, files = $7, \
             updated_at = $8, published = $9, publication = $10 \
             where id = $1 and version = $5 - 1 and status not in ('published', 'discarded')",
        )
        .bind(draft.id)
        .bind(&draft.title)
        .bind(&draft.note)
        .bind(draft.base)
        .bind(draft.version)
        .bind(&draft.status)
        .bind(Bind::json_text(&draft.files))
        .bind(Bind::millis(draft.updated_at))
        .bind(draft.published)
        .bind(draft.publication);
        Ok(self.write_one(sql).await? == 1)
    }

    /// Moves a draft on without touching its files, if it is at the version before `draft.version`. Gives whether it was.
    pub async fn move_draft(&self, draft: &DraftRow) -> Result<bool, Error> {
        let sql = Sql::fixed(
            "update sys_drafts set version = $2, status = $3, updated_at = $4, published = $5, publication = $6 \
             where id = $1 and version = $2 - 1 and status not in ('published', 'discarded')",
        )
        .bind(draft.id)
        .bind(draft.version)
        .bind(&draft.status)
        .bind(Bind::millis(draft.updated_at))
        .bind(draft.published)
        .bind(draft.publication);
        Ok(self.write_one(sql).await? == 1)
    }

    /// Notes what somebody said of a draft, or did with it.
    pub async fn note_draft(&self, note: &DraftNote) -> Result<(), Error> {
        let sql = Sql::fixed(
            "insert into sys_draft_notes (id, draft, at, user_id, kind, message) values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(note.id)
        .bind(note.draft)
        .bind(Bind::millis(note.at))
        .bind(note.user)
        .bind(&note.kind)
        .bind(&note.message);
        self.write_one(sql).await?;
        Ok(())
    }

    /// What was said of a draft, first things first.
    pub async fn draft_notes(&self, draft: Uuid) -> Result<Vec<DraftNote>, Error> {
        let sql = Sql::fixed(
            "select id, draft, at, user_id, kind, message from sys_draft_notes where draft = $1 order by at, id",
        )
        .bind(draft);
        let read = |row: &Row| {
            Ok(DraftNote {
                id: row.get(0)?,
                draft: row.get(1)?,
                at: row.time(2)?,
                user: row.get(3)?,
                kind: row.get(4)?,
                message: row.get(5)?,
            })
        };
        self.rows(sql).await?.iter().map(read).collect()
    }

    /// Notes that somebody has a draft open; forgets who was not heard of since `gone`.
    pub async fn be_at_draft(&self, draft: Uuid, who: &AtDraft, gone: DateTime<Utc>) -> Result<(), Error> {
        let there = Sql::fixed(
            "insert into sys_draft_presence (draft, user_id, file, at) values ($1, $2, $3, $4) \
             on conflict (draft, user_id) do update set file = $3, at = $4",
        )
        .bind(draft)
        .bind(who.user)
        .bind(&who.file)
        .bind(Bind::millis(who.at));
        let others = Sql::fixed("delete from sys_draft_presence where at < $1").bind(Bind::millis(gone));
        self.write_all(vec![there, others]).await?;
        Ok(())
    }

    /// Who has a draft open and was heard of since a moment, whoever came last first.
    pub async fn at_draft(&self, draft: Uuid, since: DateTime<Utc>) -> Result<Vec<AtDraft>, Error> {
        let sql = Sql::fixed(
            "select user_id, file, at from sys_draft_presence where draft = $1 and at >= $2 order by at desc, user_id",
        )
        .bind(draft)
        .bind(Bind::millis(since));
        let read = |row: &Row| Ok(AtDraft { user: row.get(0)?, file: row.get(1)?, at: row.time(2)? });
        self.rows(sql).await?.iter().map(read).collect()
    }

    /// Notes that somebody closed a draft.
    pub async fn leave_draft(&self, draft: Uuid, user: Uuid) -> Result<(), Error> {
        let sql = Sql::fixed("delete from sys_draft_presence where draft = $1 and user_id = $2").bind(draft).bind(user);
        self.write_one(sql).await?;
        Ok(())
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
        publication: row.get(10)?,
        files: row.json(11)?,
    })
}

//! Comments on records.

use chrono::{DateTime, Utc};
use kernel::change::Comment;
use uuid::Uuid;

use crate::{Error, Store, connection::Row, sql::Sql};

/// A comment, with who wrote it and when.
#[derive(Clone, Debug, PartialEq)]
pub struct CommentRow {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom; none for the engine itself.
    pub by: Option<Uuid>,
    /// The comment.
    pub comment: Comment,
}

impl Store {
    /// A record's comments, oldest first.
    pub async fn comments(&self, record: Uuid) -> Result<Vec<CommentRow>, Error> {
        let sql = Sql::fixed(
            "select at, user_id, id, entity, record, body, mentions from sys_comments where record = $1 order by at, id",
        )
        .bind(record);
        self.rows(sql).await?.iter().map(read).collect()
    }
}

pub(super) fn read(row: &Row) -> Result<CommentRow, Error> {
    let comment = Comment {
        id: row.get(2)?,
        entity: row.name(3)?,
        record: row.get(4)?,
        text: row.get(5)?,
        mentions: row.json(6)?,
    };
    Ok(CommentRow { at: row.time(0)?, by: row.get(1)?, comment })
}

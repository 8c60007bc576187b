//! What is known of stored files. Their bytes lie elsewhere, by their hash.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    Error, Store,
    sql::{Bind, Sql},
};

/// A stored file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    /// The digest of its bytes, by which it is found.
    pub hash: String,
    /// Its name when it came.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its size in bytes.
    pub size: i64,
    /// When it came.
    pub created_at: DateTime<Utc>,
    /// From whom.
    pub created_by: Option<Uuid>,
}

impl Store {
    /// Notes a file; one that is known stays as it is.
    pub async fn put_file(&self, file: &FileRow) -> Result<(), Error> {
        let sql = Sql::fixed(
            "insert into sys_files (hash, name, media_type, size, created_at, created_by) \
             values ($1, $2, $3, $4, $5, $6) on conflict (hash) do nothing",
        )
        .bind(&file.hash)
        .bind(&file.name)
        .bind(&file.media_type)
        .bind(file.size)
        .bind(Bind::millis(file.created_at))
        .bind(file.created_by);
        self.write_one(sql).await?;
        Ok(())
    }

    /// A file by its hash.
    pub async fn file(&self, hash: &str) -> Result<Option<FileRow>, Error> {
        let sql =
            Sql::fixed("select hash, name, media_type, size, created_at, created_by from sys_files where hash = $1")
                .bind(hash);
        let Some(row) = self.row(sql).await? else { return Ok(None) };
        Ok(Some(FileRow {
            hash: row.get(0)?,
            name: row.get(1)?,
            media_type: row.get(2)?,
            size: row.get(3)?,
            created_at: row.time(4)?,
            created_by: row.get(5)?,
        }))
    }
}

//! What is known of files, and which records hold them. Their bytes lie elsewhere, by their hash.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use kernel::{Line, Name, Record, Value};
use uuid::Uuid;

use crate::{
    Error, Store,
    connection::Row,
    sql::{Bind, Sql},
};

/// What a record does not hold any more is kept so long, as the trash is.
pub(crate) const KEEP_RELEASED: Duration = Duration::days(30);

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    /// Its id.
    pub id: Uuid,
    /// The digest of its bytes, by which they are found.
    pub hash: String,
    /// What it is called.
    pub name: String,
    /// Its media type, as its bytes tell it.
    pub media_type: String,
    /// Its size in bytes.
    pub size: i64,
    /// Of a picture: how wide and high it is.
    pub pixels: Option<(i64, i64)>,
    /// When it came.
    pub created_at: DateTime<Utc>,
    /// From whom.
    pub created_by: Option<Uuid>,
    /// Whether its bytes are gone: nobody had it any more.
    pub gone: bool,
}

/// A field of a record that holds a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileUse {
    /// The entity.
    pub entity: Name,
    /// The record.
    pub record: Uuid,
    /// `photo`, `lines.photo`.
    pub field: String,
}

/// What somebody has brought that no record holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loose {
    /// How many files.
    pub count: i64,
    /// How many bytes they are.
    pub size: i64,
}

const COLUMNS: &str = "id, hash, name, media_type, size, width, height, created_at, created_by, gone";

impl Store {
    /// Notes a file whose bytes are there. No record holds it yet; so it is kept until this time.
    pub async fn add_file(&self, file: &FileRow, kept_until: DateTime<Utc>) -> Result<(), Error> {
        let sql = Sql::fixed(
            "insert into sys_files (id, hash, name, media_type, size, width, height, created_at, created_by, \
             kept_until, was_held, gone) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0)",
        )
        .bind(file.id)
        .bind(&file.hash)
        .bind(&file.name)
        .bind(&file.media_type)
        .bind(file.size)
        .bind(file.pixels.map(|(width, _)| width))
        .bind(file.pixels.map(|(_, height)| height))
        .bind(Bind::millis(file.created_at))
        .bind(file.created_by)
        .bind(Bind::millis(kept_until));
        self.write_one(sql).await?;
        Ok(())
    }

    /// A file whose bytes are there.
    pub async fn file(&self, id: Uuid) -> Result<Option<FileRow>, Error> {
        Ok(self.files(&[id]).await?.into_iter().find(|file| !file.gone))
    }

    /// What is known of files, of those that are gone too.
    pub async fn files(&self, ids: &[Uuid]) -> Result<Vec<FileRow>, Error> {
        let mut found = Vec::with_capacity(ids.len());
        for piece in ids.chunks(500) {
            let mut sql = Sql::default();
            sql.text("select ").text(COLUMNS).text(" from sys_files where id in (").list(piece, ", ", |sql, id| {
                sql.value(*id);
            });
            sql.text(")");
            for row in self.rows(sql).await? {
                found.push(read(&row)?);
            }
        }
        Ok(found)
    }

    /// The records that hold a file, those that have held it longest first.
    pub async fn file_uses(&self, id: Uuid, limit: u32) -> Result<Vec<FileUse>, Error> {
        let rows = self.rows(uses(id, limit)).await?;
        rows.iter().map(read_use).collect()
    }

    /// Of the records that hold a file those about which somebody, or a pool of theirs, has an open task, or of which
    /// they got a copy.
    pub async fn file_uses_in_tasks(&self, id: Uuid, user: Uuid, pools: &[String]) -> Result<Vec<FileUse>, Error> {
        let mut sql = Sql::default();
        sql.text("select u.entity, u.record, u.field from sys_file_uses u where u.file = ").value(id);
        sql.text(" and (exists (select 1 from sys_tasks t where t.record = u.record and (t.assignee = ").value(user);
        if !pools.is_empty() {
            sql.text(" or t.pool in (").list(pools, ", ", |sql, pool| {
                sql.value(pool);
            });
            sql.text(")");
        }
        sql.text(")) or exists (select 1 from sys_copies c where c.record = u.record and c.user_id = ").value(user);
        sql.text(")) order by u.since, u.record, u.field limit 100");
        self.rows(sql).await?.iter().map(read_use).collect()
    }

    /// What somebody has brought that no record has ever held.
    pub async fn loose_files(&self, user: Uuid) -> Result<Loose, Error> {
        let sql = Sql::fixed(
            "select count(*), cast(coalesce(sum(size), 0) as bigint) from sys_files \
             where created_by = $1 and was_held = 0",
        )
        .bind(user);
        self.row(sql).await?.map_or(Ok(Loose::default()), |row| Ok(Loose { count: row.get(0)?, size: row.get(1)? }))
    }

    /// Forgets files that nobody holds and whose time is over: their hashes, some of which others may still need.
    pub async fn forget_files(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<String>, Error> {
        let due = Sql::fixed(
            "select f.id, f.hash from sys_files f where f.kept_until <= $1 \
             and not exists (select 1 from sys_file_uses u where u.file = f.id) order by f.kept_until limit $2",
        )
        .bind(Bind::millis(now))
        .bind(limit);
        let rows = self.rows(due).await?;
        let due =
            rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<Vec<(Uuid, String)>, Error>>()?;
        let mut statements = Vec::new();
        for (id, _) in &due {
            // Asked again here: a record may have taken the file in the meantime.
            let free = "and kept_until <= $2 and not exists (select 1 from sys_file_uses u where u.file = $1)";
            for act in [
                "delete from sys_files where was_held = 0",
                "update sys_files set gone = 1, kept_until = null where was_held = 1",
            ] {
                let mut sql = Sql::default();
                sql.text(act).text(" and id = $1 ").text(free);
                statements.push(sql.bind(*id).bind(Bind::millis(now)));
            }
        }
        if !statements.is_empty() {
            self.write_all(statements).await?;
        }
        Ok(due.into_iter().map(|(_, hash)| hash).collect())
    }

    /// Whether the bytes of this hash are those of a file that is not gone.
    pub async fn is_hash_needed(&self, hash: &str) -> Result<bool, Error> {
        let sql = Sql::fixed("select 1 from sys_files where hash = $1 and gone = 0 limit 1").bind(hash);
        Ok(self.row(sql).await?.is_some())
    }
}

fn read(row: &Row) -> Result<FileRow, Error> {
    let (width, height): (Option<i64>, Option<i64>) = (row.get(5)?, row.get(6)?);
    Ok(FileRow {
        id: row.get(0)?,
        hash: row.get(1)?,
        name: row.get(2)?,
        media_type: row.get(3)?,
        size: row.get(4)?,
        pixels: width.zip(height),
        created_at: row.time(7)?,
        created_by: row.get(8)?,
        gone: row.get::<i64>(9)? != 0,
    })
}

fn uses(id: Uuid, limit: u32) -> Sql {
    Sql::fixed("select entity, record, field from sys_file_uses where file = $1 order by since, record, field limit $2")
        .bind(id)
        .bind(limit)
}

fn read_use(row: &Row) -> Result<FileUse, Error> {
    Ok(FileUse { entity: row.name(0)?, record: row.get(1)?, field: row.get(2)? })
}

/// A decision looks at so many records that hold a file.
const ANSWERED_USES: u32 = 20;

/// The files that a decision asks for, each as a record (see [`kernel::query::Query::File`]).
pub(crate) async fn answer(store: &Store, ids: &[Uuid]) -> Result<Vec<Arc<Record>>, Error> {
    let mut files = store.files(ids).await?;
    files.retain(|file| !file.gone);
    let uses = store.queries(files.iter().map(|file| uses(file.id, ANSWERED_USES)).collect(), false).await?;
    let mut records = Vec::new();
    for (file, rows) in files.into_iter().zip(uses) {
        let lines = rows.iter().map(|row| {
            let FileUse { entity, record, field } = read_use(row)?;
            let fields = [("entity", Value::text(entity)), ("record", record.into()), ("field", Value::text(field))];
            Ok(Line { id: record, fields: fields.into_iter().map(|(name, value)| (Name::new(name), value)).collect() })
        });
        records.push(Arc::new(Record {
            entity: Name::new("sys_file"),
            id: file.id,
            version: 1,
            state: None,
            number: None,
            title: file.name,
            created_at: file.created_at,
            created_by: file.created_by,
            updated_at: file.created_at,
            updated_by: None,
            deleted_at: None,
            fields: [(Name::new("media_type"), Value::text(file.media_type))].into_iter().collect(),
            lines: [(Name::new("uses"), lines.collect::<Result<_, Error>>()?)].into_iter().collect(),
        }));
    }
    Ok(records)
}

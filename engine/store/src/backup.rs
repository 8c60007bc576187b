//! Copies of a database, made while it is written to.

use std::{collections::BTreeMap, path::Path, str::FromStr as _, time::Duration};

use sqlx::{postgres::PgConnectOptions, sqlite::SqliteConnectOptions};

use crate::{Error, Store, connection::Connection, pool::Pool, sql::Sql, store::Backend};

/// How long a copy waits for whoever holds the file.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a copy holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyContent {
    /// What the database itself finds wrong with it.
    pub damage: Vec<String>,
    /// Rows by table.
    pub rows: BTreeMap<String, u64>,
}

impl Store {
    /// Writes the database as it is at one moment into a file that is not there yet; others write on meanwhile. False on
    /// PostgreSQL, which has a program of its own for that.
    pub async fn copy_to(&self, file: &Path) -> Result<bool, Error> {
        let Backend::Sqlite { readers, .. } = self.backend() else { return Ok(false) };
        // A connection of its own: a copy takes long, and may write a file.
        let options = readers.options().clone().pragma("query_only", "0").busy_timeout(PATIENCE);
        let pool = Pool::new(options, 1, PATIENCE);
        let mut connection = Connection::Sqlite(pool.acquire().await?);
        connection.execute(Sql::fixed("vacuum into $1").bind(file.display().to_string())).await?;
        drop(connection);
        pool.close().await;
        Ok(true)
    }

    /// What a page of the database, read from the disk, is not as it was written; at most so many findings. Nothing on
    /// PostgreSQL, which finds that out by itself.
    pub async fn damage(&self, most: u32) -> Result<Vec<String>, Error> {
        let Backend::Sqlite { readers, .. } = self.backend() else { return Ok(Vec::new()) };
        let pool = Pool::new(readers.options().clone(), 1, PATIENCE);
        let mut connection = Connection::Sqlite(pool.acquire().await?);
        damage(&mut connection, most).await
    }
}

/// Whether a database of PostgreSQL has no tables.
pub async fn is_empty(url: &str) -> Result<bool, Error> {
    let pool = Pool::new(PgConnectOptions::from_str(url)?, 1, PATIENCE);
    let mut connection = Connection::postgres(pool.acquire().await?);
    let any = Sql::fixed("select 1 from information_schema.tables where table_schema = current_schema() limit 1");
    let empty = connection.rows(any).await?.is_empty();
    drop(connection);
    pool.close().await;
    Ok(empty)
}

/// Looks through a copy that [`Store::copy_to`] made: every page, every index, every table. Changes nothing of it.
pub async fn look_through(file: &Path) -> Result<CopyContent, Error> {
    let options = SqliteConnectOptions::new().filename(file).read_only(true).immutable(true);
    let pool = Pool::new(options, 1, PATIENCE);
    let mut connection = Connection::Sqlite(pool.acquire().await?);
    let mut content = CopyContent { damage: damage(&mut connection, 20).await?, rows: BTreeMap::new() };
    if content.damage.is_empty() {
        let tables = Sql::fixed(
            "select name from sqlite_master where type = 'table' and sql not like 'create virtual%' \
             and name not like 'sqlite\\_%' escape '\\' order by name",
        );
        for row in connection.rows(tables).await? {
            let table: String = row.get(0)?;
            let mut sql = Sql::fixed("select count(*) from ");
            sql.name(&table);
            let count: i64 = connection.row(sql).await?.map_or(Ok(0), |row| row.get(0))?;
            content.rows.insert(table, u64::try_from(count).unwrap_or_default());
        }
    }
    drop(connection);
    pool.close().await;
    Ok(content)
}

async fn damage(connection: &mut Connection, most: u32) -> Result<Vec<String>, Error> {
    let mut sql = Sql::fixed("select integrity_check from pragma_integrity_check where integrity_check <> 'ok' limit ");
    sql.text(&most.to_string());
    match connection.rows(sql).await {
        Ok(rows) => rows.iter().map(|row| row.get(0)).collect(),
        // So broken that it cannot even be looked through.
        Err(Error::Database(error)) if error.as_database_error().is_some() => Ok(vec![error.to_string()]),
        Err(other) => Err(other),
    }
}

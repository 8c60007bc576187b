//! A connection of either database: runs [`Sql`], gives back [`Row`]s. The only module that hands text made at run time
//! to sqlx.

use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use sqlx::{
    Arguments, AssertSqlSafe, Connection as _, Decode, Either, Executor as _, PgConnection, Postgres, Row as _, Sqlite,
    SqliteConnection, Transaction, Type,
    pool::PoolConnection,
    postgres::{PgArguments, PgRow},
    sqlite::{SqliteArguments, SqliteRow},
};

use crate::{
    Error,
    dialect::Dialect,
    sql::{Bind, BindType, Sql},
};

/// How many short statements go to SQLite together.
const MOST_TOGETHER: usize = 20;

/// From how many values on the numbers of placeholders cost more than writing the text anew.
const MANY_BINDS: usize = 50;

/// A connection, in a transaction or not.
#[derive(Debug)]
pub(crate) enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    SqliteTransaction(Transaction<'static, Sqlite>),
    Postgres(PoolConnection<Postgres>),
    PostgresTransaction(Transaction<'static, Postgres>),
}

/// A row of either database.
#[derive(Debug)]
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

enum Driver<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

impl Connection {
    /// Which SQL it speaks.
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) | Self::SqliteTransaction(_) => Dialect::Sqlite,
            Self::Postgres(_) | Self::PostgresTransaction(_) => Dialect::Postgres,
        }
    }

    fn driver(&mut self) -> Driver<'_> {
        match self {
            Self::Sqlite(it) => Driver::Sqlite(it),
            Self::SqliteTransaction(it) => Driver::Sqlite(it),
            Self::Postgres(it) => Driver::Postgres(it),
            Self::PostgresTransaction(it) => Driver::Postgres(it),
        }
    }

    /// Runs a statement and tells how many rows it touched.
    pub(crate) async fn execute(&mut self, sql: Sql) -> Result<u64, Error> {
        Ok(match self.driver() {
            Driver::Sqlite(it) => {
                let arguments = sqlite_arguments(sql.binds)?;
                sqlx::query_with(AssertSqlSafe(sql.text), arguments).execute(it).await?.rows_affected()
            }
            Driver::Postgres(it) => {
                let arguments = postgres_arguments(sql.binds)?;
                sqlx::query_with(AssertSqlSafe(sql.text), arguments).execute(it).await?.rows_affected()
            }
        })
    }

    /// Runs a query to its end.
    pub(crate) async fn rows(&mut self, sql: Sql) -> Result<Vec<Row>, Error> {
        Ok(match self.driver() {
            Driver::Sqlite(it) => {
                let sql = if sql.binds.len() > MANY_BINDS { join(vec![sql]) } else { sql };
                let arguments = sqlite_arguments(sql.binds)?;
                let rows = sqlx::query_with(AssertSqlSafe(sql.text), arguments).fetch_all(it).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Driver::Postgres(it) => {
                let arguments = postgres_arguments(sql.binds)?;
                let rows = sqlx::query_with(AssertSqlSafe(sql.text), arguments).fetch_all(it).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// Runs a query that gives one row or none.
    pub(crate) async fn row(&mut self, sql: Sql) -> Result<Option<Row>, Error> {
        Ok(self.rows(sql).await?.into_iter().next())
    }

    /// Runs statements in order and tells how many rows each touched. On SQLite they go to its thread together, which
    /// is what a statement costs most there.
    pub(crate) async fn batch(&mut self, statements: Vec<Sql>) -> Result<Vec<u64>, Error> {
        if statements.is_empty() {
            return Ok(Vec::new());
        }
        match self.driver() {
            Driver::Sqlite(it) => {
                let mut touched = Vec::with_capacity(statements.len());
                let mut statements = statements.into_iter().peekable();
                let mut together = Vec::new();
                while let Some(sql) = statements.next() {
                    let long = |sql: &Sql| sql.binds.len() > MANY_BINDS;
                    let last = long(&sql) || statements.peek().is_none_or(long) || together.len() == MOST_TOGETHER;
                    together.push(sql);
                    if last {
                        let joined = join(std::mem::take(&mut together));
                        let arguments = sqlite_arguments(joined.binds)?;
                        let query = sqlx::query_with(AssertSqlSafe(joined.text), arguments);
                        let mut results = it.fetch_many(query);
                        while let Some(step) = results.try_next().await? {
                            if let Either::Left(done) = step {
                                touched.push(done.rows_affected());
                            }
                        }
                    }
                }
                Ok(touched)
            }
            Driver::Postgres(_) => {
                let mut touched = Vec::with_capacity(statements.len());
                for sql in statements {
                    touched.push(self.execute(sql).await?);
                }
                Ok(touched)
            }
        }
    }

    /// Ends a transaction of its own, keeping what it wrote.
    pub(crate) async fn commit(self) -> Result<(), Error> {
        match self {
            Self::SqliteTransaction(it) => it.commit().await?,
            Self::PostgresTransaction(it) => it.commit().await?,
            Self::Sqlite(_) | Self::Postgres(_) => {}
        }
        Ok(())
    }

    /// Ends a transaction of its own, undoing what it wrote.
    pub(crate) async fn rollback(self) -> Result<(), Error> {
        match self {
            Self::SqliteTransaction(it) => it.rollback().await?,
            Self::PostgresTransaction(it) => it.rollback().await?,
            Self::Sqlite(_) | Self::Postgres(_) => {}
        }
        Ok(())
    }

    /// Forgets prepared statements, whose plans a changed table may have made unusable.
    pub(crate) async fn forget_statements(&mut self) -> Result<(), Error> {
        match self.driver() {
            Driver::Sqlite(it) => it.clear_cached_statements().await?,
            Driver::Postgres(it) => it.clear_cached_statements().await?,
        }
        Ok(())
    }
}

impl Row {
    /// The value of a column, by position.
    pub(crate) fn get<T>(&self, position: usize) -> Result<T, Error>
    where
        T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>,
    {
        Ok(match self {
            // Unchecked: SQLite's types belong to values, and the tables are strict.
            Self::Sqlite(row) => row.try_get_unchecked(position)?,
            Self::Postgres(row) => row.try_get(position)?,
        })
    }

    /// A time kept as milliseconds.
    pub(crate) fn time(&self, position: usize) -> Result<DateTime<Utc>, Error> {
        from_millis(self.get(position)?)
    }

    /// A time kept as milliseconds that may be missing.
    pub(crate) fn time_or_none(&self, position: usize) -> Result<Option<DateTime<Utc>>, Error> {
        self.get::<Option<i64>>(position)?.map(from_millis).transpose()
    }

    /// A name.
    pub(crate) fn name(&self, position: usize) -> Result<kernel::Name, Error> {
        Ok(kernel::Name::from(self.get::<String>(position)?))
    }

    /// JSON kept as text.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self, position: usize) -> Result<T, Error> {
        serde_json::from_str(&self.get::<String>(position)?).map_err(|e| Error::corrupt("JSON", e))
    }
}

pub(crate) fn from_millis(millis: i64) -> Result<DateTime<Utc>, Error> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| Error::corrupt("a time", millis))
}

/// Joins statements into one text for SQLite, with `?` for each placeholder, in the order in which they stand: SQLite
/// seeks a numbered one among all others of its statement, which takes long where rows come by the hundred.
fn join(statements: Vec<Sql>) -> Sql {
    let mut joined = Sql::default();
    for mut sql in statements {
        let text = joined.text.to_mut();
        if !text.is_empty() {
            text.push_str("; ");
        }
        // A `$` stands nowhere in our text but before the number of a placeholder.
        let mut parts = sql.text.split('$');
        text.push_str(parts.next().unwrap_or_default());
        let mut order = Vec::with_capacity(sql.binds.len());
        for part in parts {
            let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            let (number, rest) = part.split_at(digits);
            text.push('?');
            text.push_str(rest);
            order.push(number.parse::<usize>().unwrap_or_default());
        }
        if order.iter().copied().eq(1..=sql.binds.len()) {
            joined.binds.append(&mut sql.binds);
        } else {
            let bind = |number: &usize| number.checked_sub(1).and_then(|at| sql.binds.get(at)).cloned();
            joined.binds.extend(order.iter().filter_map(bind));
        }
    }
    joined
}

fn sqlite_arguments(binds: Vec<Bind>) -> Result<SqliteArguments, Error> {
    let mut arguments = SqliteArguments::default();
    for bind in binds {
        match bind {
            Bind::Null(_) => arguments.add(None::<i64>),
            Bind::Int(value) => arguments.add(value),
            Bind::Text(value) => arguments.add(value),
            Bind::Bool(value) => arguments.add(value),
            Bind::Uuid(value) => arguments.add(value),
            Bind::Bytes(value) => arguments.add(value),
            // The dialect has turned these into the kinds above.
            other @ (Bind::Decimal(_) | Bind::Date(_) | Bind::Time(_) | Bind::Json(_) | Bind::Texts(_)) => {
                return Err(Error::Condition(format!("SQLite has no {other:?}")));
            }
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

fn postgres_arguments(binds: Vec<Bind>) -> Result<PgArguments, Error> {
    let mut arguments = PgArguments::default();
    for bind in binds {
        match bind {
            Bind::Null(kind) => match kind {
                BindType::Int => arguments.add(None::<i64>),
                BindType::Text => arguments.add(None::<String>),
                BindType::Bool => arguments.add(None::<bool>),
                BindType::Decimal => arguments.add(None::<rust_decimal::Decimal>),
                BindType::Date => arguments.add(None::<chrono::NaiveDate>),
                BindType::Time => arguments.add(None::<DateTime<Utc>>),
                BindType::Uuid => arguments.add(None::<uuid::Uuid>),
                BindType::Json => arguments.add(None::<serde_json::Value>),
            },
            Bind::Int(value) => arguments.add(value),
            Bind::Text(value) => arguments.add(value),
            Bind::Bool(value) => arguments.add(value),
            Bind::Decimal(value) => arguments.add(value),
            Bind::Date(value) => arguments.add(value),
            Bind::Time(value) => arguments.add(value),
            Bind::Uuid(value) => arguments.add(value),
            Bind::Bytes(value) => arguments.add(value),
            Bind::Json(value) => arguments.add(value),
            Bind::Texts(value) => arguments.add(value),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

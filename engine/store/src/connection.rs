//! A connection of either database: runs [`Sql`], gives back [`Row`]s. The only module that hands text made at run time
//! to sqlx.

use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use sqlx::{
    Arguments, AssertSqlSafe, Connection as _, Decode, Either, Executor as _, PgConnection, Postgres, Row as _, Sqlite,
    SqliteConnection, Type,
    postgres::{PgArguments, PgRow},
    sqlite::{SqliteArguments, SqliteRow},
};

use crate::{
    Error,
    dialect::Dialect,
    pool::Held,
    sql::{Bind, BindType, Sql},
};

/// How many statements go to SQLite together, and how many values in all. What is longer seldom comes the same way
/// again, and would only push other texts out of what is prepared.
const MOST_TOGETHER: usize = 20;
const MOST_BINDS_TOGETHER: usize = 500;

/// From how many values on the numbers of placeholders cost more than writing the text anew.
const MANY_BINDS: usize = 50;

/// A connection, in a transaction or not.
#[derive(Debug)]
pub(crate) enum Connection {
    Sqlite(Held<SqliteConnection>),
    SqliteWriter(Writing),
    Postgres(Session),
}

/// The writer's connection to SQLite.
#[derive(Debug)]
pub(crate) struct Writing {
    connection: SqliteConnection,
    /// What goes to SQLite's thread with the next statement: a way of its own would cost more than it does.
    before: Option<Sql>,
}

/// A connection to PostgreSQL.
#[derive(Debug)]
pub(crate) struct Session {
    held: Held<PgConnection>,
    in_transaction: bool,
}

/// A row of either database.
#[derive(Debug)]
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

enum Driver<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut Session),
}

impl Connection {
    /// Which SQL it speaks.
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) | Self::SqliteWriter(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    fn driver(&mut self) -> Driver<'_> {
        match self {
            Self::Sqlite(it) => Driver::Sqlite(it.get()),
            Self::SqliteWriter(it) => Driver::Sqlite(&mut it.connection),
            Self::Postgres(it) => Driver::Postgres(it),
        }
    }

    /// A connection to PostgreSQL.
    pub(crate) fn postgres(held: Held<PgConnection>) -> Self {
        Self::Postgres(Session { held, in_transaction: false })
    }

    /// Begins a transaction. If it is dropped before its end, the connection goes with it.
    pub(crate) async fn begin(&mut self, begin: &'static str) -> Result<(), Error> {
        self.execute(Sql::fixed(begin)).await?;
        self.set_transaction(true);
        Ok(())
    }

    /// Ends the transaction, keeping what it wrote.
    pub(crate) async fn commit(&mut self) -> Result<(), Error> {
        self.execute(Sql::fixed("commit")).await?;
        self.set_transaction(false);
        Ok(())
    }

    /// Ends the transaction, undoing what it wrote.
    pub(crate) async fn rollback(&mut self) -> Result<(), Error> {
        self.execute(Sql::fixed("rollback")).await?;
        self.set_transaction(false);
        Ok(())
    }

    fn set_transaction(&mut self, in_transaction: bool) {
        if let Self::Postgres(session) = self {
            session.in_transaction = in_transaction;
            session.held.set_broken(in_transaction);
        }
    }

    /// The writer's connection.
    pub(crate) fn writer(connection: SqliteConnection) -> Self {
        Self::SqliteWriter(Writing { connection, before: None })
    }

    /// Has a statement go before the next one, instead of what was to go before it until now. For the writer alone.
    pub(crate) fn before(&mut self, sql: Option<Sql>) {
        if let Self::SqliteWriter(writing) = self {
            writing.before = sql;
        }
    }

    /// Whether a statement still waits to go before the next one.
    pub(crate) fn has_before(&self) -> bool {
        matches!(self, Self::SqliteWriter(Writing { before: Some(_), .. }))
    }

    fn take_before(&mut self) -> Option<Sql> {
        if let Self::SqliteWriter(writing) = self { writing.before.take() } else { None }
    }

    /// Runs a statement and tells how many rows it touched.
    pub(crate) async fn execute(&mut self, sql: Sql) -> Result<u64, Error> {
        if self.has_before() {
            return Ok(self.batch(vec![sql]).await?.pop().unwrap_or_default());
        }
        Ok(match self.driver() {
            Driver::Sqlite(it) => {
                let arguments = sqlite_arguments(sql.binds)?;
                sqlx::query_with(AssertSqlSafe(sql.text), arguments).execute(it).await?.rows_affected()
            }
            Driver::Postgres(it) => it.execute(sql).await?,
        })
    }

    /// Runs a query to its end.
    pub(crate) async fn rows(&mut self, sql: Sql) -> Result<Vec<Row>, Error> {
        if self.has_before() {
            return Ok(self.queries(vec![sql]).await?.pop().unwrap_or_default());
        }
        Ok(match self.driver() {
            Driver::Sqlite(it) => {
                let sql = if sql.binds.len() > MANY_BINDS { join(vec![sql]) } else { sql };
                let arguments = sqlite_arguments(sql.binds)?;
                let rows = sqlx::query_with(AssertSqlSafe(sql.text), arguments).fetch_all(it).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Driver::Postgres(it) => it.rows(sql).await?,
        })
    }

    /// Runs a query that gives one row or none.
    pub(crate) async fn row(&mut self, sql: Sql) -> Result<Option<Row>, Error> {
        Ok(self.rows(sql).await?.into_iter().next())
    }

    /// Runs queries in order and gives the rows of each. On SQLite they go to its thread together.
    pub(crate) async fn queries(&mut self, mut queries: Vec<Sql>) -> Result<Vec<Vec<Row>>, Error> {
        let before = self.take_before();
        match self.driver() {
            Driver::Sqlite(it) => {
                let mut skip = before.as_ref().map_or(0, statements_in);
                queries.splice(0..0, before);
                let mut found = Vec::with_capacity(queries.len());
                let joined = join(queries);
                let arguments = sqlite_arguments(joined.binds)?;
                let mut results = it.fetch_many(sqlx::query_with(AssertSqlSafe(joined.text), arguments));
                let mut rows = Vec::new();
                while let Some(step) = results.try_next().await? {
                    match step {
                        Either::Left(_) if skip > 0 => skip -= 1,
                        Either::Left(_) => found.push(std::mem::take(&mut rows)),
                        Either::Right(row) => rows.push(Row::Sqlite(row)),
                    }
                }
                Ok(found)
            }
            Driver::Postgres(it) => {
                let mut found = Vec::with_capacity(queries.len());
                for sql in queries {
                    found.push(it.rows(sql).await?);
                }
                Ok(found)
            }
        }
    }

    /// Runs statements in order and tells how many rows each touched. On SQLite they go to its thread together, which
    /// is what a statement costs most there.
    pub(crate) async fn batch(&mut self, statements: Vec<Sql>) -> Result<Vec<u64>, Error> {
        Ok(self.batch_and_rows(statements, None).await?.0)
    }

    /// The same with a query after them, on the same way, and what it finds.
    pub(crate) async fn batch_and_rows(
        &mut self,
        statements: Vec<Sql>,
        query: Option<Sql>,
    ) -> Result<(Vec<u64>, Vec<Row>), Error> {
        let mut found = Vec::new();
        if statements.is_empty() && query.is_none() {
            return Ok((Vec::new(), found));
        }
        let before = self.take_before();
        let mut touched = Vec::with_capacity(statements.len());
        match self.driver() {
            Driver::Sqlite(it) => {
                let mut skip = before.as_ref().map_or(0, statements_in);
                let asks = query.is_some();
                let mut statements = before.into_iter().chain(statements).chain(query).peekable();
                let (mut together, mut binds) = (Vec::new(), 0);
                while let Some(sql) = statements.next() {
                    binds += sql.binds.len();
                    together.push(sql);
                    let next = statements.peek().map(|next| binds + next.binds.len());
                    let full = together.len() == MOST_TOGETHER || next.is_none_or(|all| all > MOST_BINDS_TOGETHER);
                    if full {
                        binds = 0;
                        let joined = join(std::mem::take(&mut together));
                        let arguments = sqlite_arguments(joined.binds)?;
                        let query = sqlx::query_with(AssertSqlSafe(joined.text), arguments);
                        let mut results = it.fetch_many(query);
                        while let Some(step) = results.try_next().await? {
                            match step {
                                Either::Left(_) if skip > 0 => skip -= 1,
                                Either::Left(done) => touched.push(done.rows_affected()),
                                Either::Right(row) if asks => found.push(Row::Sqlite(row)),
                                Either::Right(_) => {}
                            }
                        }
                    }
                }
                if asks {
                    touched.pop();
                }
            }
            Driver::Postgres(it) => {
                for sql in statements {
                    touched.push(it.execute(sql).await?);
                }
                if let Some(query) = query {
                    found = it.rows(query).await?;
                }
            }
        }
        Ok((touched, found))
    }

    /// Forgets prepared statements, whose plans a changed table may have made unusable.
    pub(crate) async fn forget_statements(&mut self) -> Result<(), Error> {
        match self.driver() {
            Driver::Sqlite(it) => it.clear_cached_statements().await?,
            Driver::Postgres(it) => it.held.get().clear_cached_statements().await?,
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

impl Session {
    async fn execute(&mut self, sql: Sql) -> Result<u64, Error> {
        let arguments = postgres_arguments(sql.binds)?;
        // Until it is answered the connection is in the middle of something.
        self.held.set_broken(true);
        let done = sqlx::query_with(AssertSqlSafe(sql.text), arguments).execute(self.held.get()).await;
        Ok(self.answered(done)?.rows_affected())
    }

    async fn rows(&mut self, sql: Sql) -> Result<Vec<Row>, Error> {
        let arguments = postgres_arguments(sql.binds)?;
        self.held.set_broken(true);
        let rows = sqlx::query_with(AssertSqlSafe(sql.text), arguments).fetch_all(self.held.get()).await;
        Ok(self.answered(rows)?.into_iter().map(Row::Postgres).collect())
    }

    fn answered<T>(&mut self, result: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        let error = result.as_ref().err();
        let answered = error.is_none_or(|error| error.as_database_error().is_some());
        let hung_up = error.is_some_and(has_hung_up);
        if hung_up {
            // On the others most likely as well.
            self.held.forget_idle();
        }
        self.held.set_broken(self.in_transaction || !answered || hung_up);
        result
    }
}

/// Whether the other side has ended the connection.
pub(crate) fn has_hung_up(error: &sqlx::Error) -> bool {
    // 57P01: an administrator has.
    let code = error.as_database_error().and_then(|e| e.code());
    matches!(error, sqlx::Error::Io(_)) || code.is_some_and(|code| code == "57P01")
}

/// How many statements a fixed text holds.
fn statements_in(sql: &Sql) -> usize {
    sql.text.split(';').count()
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
                BindType::Bytes => arguments.add(None::<Vec<u8>>),
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

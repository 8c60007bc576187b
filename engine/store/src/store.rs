//! The store: one interface over both databases, the one chosen by the address it is opened with.

use std::{str::FromStr, sync::Arc, time::Duration};

use futures::future::BoxFuture;
use sqlx::{
    ConnectOptions as _, PgConnection, SqliteConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{
    Error,
    connection::{Connection, Row},
    dialect::Dialect,
    error::Cause,
    layout::Layouts,
    migrations::migrator,
    names::Names,
    pool::Pool,
    sql::Sql,
    transaction,
    writer::{Apply, Counters, Writer},
};

/// How to open a store.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite://path/to/file.db` (made if it is not there) or `postgres://user:password@host:port/database`.
    pub url: String,
    /// Connections that read (SQLite), that read and write (PostgreSQL). Lists have half as many of their own.
    pub connections: u32,
    /// How long a call waits for a connection or for another process that writes.
    pub patience: Duration,
    /// How long a list may be looked for before it is given up.
    pub list_time: Duration,
}

impl Options {
    /// The usual options for an address.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), connections: 8, patience: Duration::from_secs(10), list_time: Duration::from_secs(5) }
    }
}

/// Whose work it is: people go first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Priority {
    /// Somebody waits for it.
    #[default]
    People,
    /// What happens by itself, in pieces as small as people's: as many to a group as fit, but one where people wait.
    Jobs,
    /// Imports, backfills, purges: in pieces, one piece to a group.
    Bulk,
}

/// What the store has committed since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Writes that were committed.
    pub writes: u64,
    /// Transactions that held them; on SQLite one fsync each.
    pub groups: u64,
    /// Transactions that were tried again: groups one by one, serialization failures, deadlocks.
    pub retries: u64,
}

/// The database. Cheap to clone; all clones are the same.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    backend: Backend,
    layouts: Layouts,
    counters: Arc<Counters>,
}

#[derive(Debug)]
pub(crate) enum Backend {
    Sqlite { readers: Arc<Pool<SqliteConnection>>, lists: Arc<Pool<SqliteConnection>>, writer: Writer },
    Postgres { pool: Arc<Pool<PgConnection>>, lists: Arc<Pool<PgConnection>> },
}

impl Store {
    /// Opens the database and brings its system tables up to date.
    pub async fn open(options: &Options) -> Result<Self, Error> {
        let counters = Arc::new(Counters::default());
        let backend = if options.url.starts_with("sqlite:") {
            open_sqlite(options, counters.clone()).await?
        } else if options.url.starts_with("postgres:") || options.url.starts_with("postgresql:") {
            open_postgres(options).await?
        } else {
            let url = options.url.split('@').next_back().unwrap_or_default().to_owned();
            return Err(Error::Address { url });
        };
        let store = Self { inner: Arc::new(Inner { backend, layouts: Layouts::default(), counters }) };
        store.complete_tables().await?;
        store.refresh().await?;
        Ok(store)
    }

    /// Takes up what another process changed about where fields are stored; called when a new version is published.
    pub async fn refresh(&self) -> Result<(), Error> {
        let mut connection = self.read().await?;
        let names = Names::read(&mut connection).await?;
        self.inner.layouts.set_names(names);
        Ok(())
    }

    /// What was committed since it was opened.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.inner.counters.stats()
    }

    /// `sqlite` or `postgres`.
    #[must_use]
    pub fn database(&self) -> &'static str {
        match self.dialect() {
            Dialect::Sqlite => "sqlite",
            Dialect::Postgres => "postgres",
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), Error> {
        self.read().await?.row(Sql::fixed("select 1")).await?;
        Ok(())
    }

    /// Lets the database look at how its values are spread, for better plans; called once in a while and after imports.
    /// PostgreSQL does that by itself.
    pub async fn maintain(&self) -> Result<(), Error> {
        if self.dialect() == Dialect::Postgres {
            return Ok(());
        }
        self.write(Priority::Bulk, |connection| {
            Box::pin(async move {
                // Bounded, so that it takes no longer on a great table.
                connection.execute(Sql::fixed("pragma analysis_limit = 400; pragma optimize = 0x10002")).await?;
                Ok(())
            })
        })
        .await
    }

    /// Closes the connections, when all work is done.
    pub async fn close(&self) {
        match &self.inner.backend {
            Backend::Sqlite { readers, lists, .. } => {
                lists.close().await;
                readers.close().await;
            }
            Backend::Postgres { pool, lists } => {
                lists.close().await;
                pool.close().await;
            }
        }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self.inner.backend {
            Backend::Sqlite { .. } => Dialect::Sqlite,
            Backend::Postgres { .. } => Dialect::Postgres,
        }
    }

    /// How to connect for messages between processes.
    pub(crate) fn channel(&self) -> Option<PgConnectOptions> {
        match &self.inner.backend {
            Backend::Sqlite { .. } => None,
            Backend::Postgres { pool, .. } => Some(pool.options().clone()),
        }
    }

    pub(crate) fn backend(&self) -> &Backend {
        &self.inner.backend
    }

    pub(crate) fn layouts(&self) -> &Layouts {
        &self.inner.layouts
    }

    /// A connection to read with; each statement sees the latest commit.
    pub(crate) async fn read(&self) -> Result<Connection, Error> {
        Ok(match &self.inner.backend {
            Backend::Sqlite { readers, .. } => Connection::Sqlite(readers.acquire().await?),
            Backend::Postgres { pool, .. } => Connection::postgres(pool.acquire().await?),
        })
    }

    /// Runs a query of a list. Lists have connections of their own and a bound on their time: what somebody asks for
    /// without an index over millions of records neither lasts for ever nor holds up anybody's saving or reading.
    pub(crate) async fn list_rows(&self, sql: Sql) -> Result<Vec<Row>, Error> {
        let read = || async {
            let mut connection = match &self.inner.backend {
                Backend::Sqlite { lists, .. } => Connection::Sqlite(lists.acquire().await?),
                Backend::Postgres { lists, .. } => Connection::postgres(lists.acquire().await?),
            };
            connection.rows(sql.clone()).await
        };
        match transaction::read_again(read).await {
            Err(Error::Database(error)) if is_broken_off(&error) => Err(Error::TooSlow),
            result => result,
        }
    }

    pub(crate) async fn list_row(&self, sql: Sql) -> Result<Option<Row>, Error> {
        Ok(self.list_rows(sql).await?.into_iter().next())
    }

    pub(crate) async fn rows(&self, sql: Sql) -> Result<Vec<Row>, Error> {
        transaction::read_again(|| async { self.read().await?.rows(sql.clone()).await }).await
    }

    /// Runs queries and gives the rows of each. Those that are `one` all see the same commit; others may cost less.
    /// On SQLite to its end, also where the caller goes away: a transaction left open would give its connection's next
    /// user an old picture.
    pub(crate) async fn queries(&self, queries: Vec<Sql>, one: bool) -> Result<Vec<Vec<Row>>, Error> {
        if queries.len() < 2 {
            let Some(sql) = queries.into_iter().next() else { return Ok(Vec::new()) };
            return Ok(vec![self.rows(sql).await?]);
        }
        match &self.inner.backend {
            Backend::Sqlite { readers, .. } => {
                let work = at_once(readers.clone(), queries);
                tokio::spawn(work).await.map_err(|_| Error::Panicked)?
            }
            Backend::Postgres { pool, .. } => {
                if !one {
                    let read = || async { self.read().await?.queries(queries.clone()).await };
                    return transaction::read_again(read).await;
                }
                let read = || async {
                    let mut connection =
                        transaction::begin(pool, "begin isolation level repeatable read read only").await?;
                    let found = connection.queries(queries.clone()).await?;
                    connection.commit().await?;
                    Ok(found)
                };
                transaction::read_again(read).await
            }
        }
    }

    pub(crate) async fn row(&self, sql: Sql) -> Result<Option<Row>, Error> {
        Ok(self.rows(sql).await?.into_iter().next())
    }

    /// Applies a write in a transaction and waits until it is durable. It may be applied again if it has to be.
    pub(crate) async fn write<T, E, F>(&self, priority: Priority, apply: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Cause,
        F: for<'c> Fn(&'c mut Connection) -> BoxFuture<'c, Result<T, E>> + Send + Sync + 'static,
    {
        let apply: Apply<T, E> = Arc::new(apply);
        match &self.inner.backend {
            Backend::Sqlite { writer, .. } => writer.write(priority, apply).await,
            Backend::Postgres { pool, .. } => {
                // Its own task, so that a caller that goes away does not stop it half-way.
                let work = transaction::write(pool.clone(), apply, self.inner.counters.clone());
                tokio::spawn(work).await.map_err(|_| E::from(Error::Panicked))?
            }
        }
    }

    /// Applies fixed statements in one transaction and tells how many rows each touched.
    pub(crate) async fn write_all(&self, statements: Vec<Sql>) -> Result<Vec<u64>, Error> {
        self.write(Priority::People, move |connection| {
            let statements = statements.clone();
            Box::pin(async move { connection.batch(statements).await })
        })
        .await
    }

    /// Applies a fixed statement and tells how many rows it touched.
    pub(crate) async fn write_one(&self, sql: Sql) -> Result<u64, Error> {
        Ok(self.write_all(vec![sql]).await?.first().copied().unwrap_or_default())
    }
}

/// Queries on SQLite in one go, with a transaction around them.
async fn at_once(readers: Arc<Pool<SqliteConnection>>, mut queries: Vec<Sql>) -> Result<Vec<Vec<Row>>, Error> {
    queries.insert(0, Sql::fixed("begin"));
    queries.push(Sql::fixed("commit"));
    let mut connection = Connection::Sqlite(readers.acquire().await?);
    match connection.queries(queries).await {
        Ok(mut found) => {
            found.pop();
            found.remove(0);
            Ok(found)
        }
        Err(error) => {
            // Nothing to roll back if it could not begin.
            let _ = connection.execute(Sql::fixed("rollback")).await;
            Err(error)
        }
    }
}

async fn open_sqlite(options: &Options, counters: Arc<Counters>) -> Result<Backend, Error> {
    let common = SqliteConnectOptions::from_str(&options.url)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: an answered commit survives a power cut, not only a crash.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(options.patience)
        .statement_cache_capacity(500);
    let migrating = SqlitePoolOptions::new().max_connections(1).connect_with(common.clone()).await?;
    migrator(Dialect::Sqlite).run(&migrating).await?;
    migrating.close().await;
    let connection = Connection::writer(common.connect().await?);
    let reading = common.pragma("query_only", "1");
    let readers = Pool::new(reading.clone(), options.connections, options.patience);
    let lists = Pool::bounded(reading, of_lists(options), options.patience, Some(options.list_time));
    Ok(Backend::Sqlite { readers, lists, writer: Writer::start(connection, counters) })
}

async fn open_postgres(options: &Options) -> Result<Backend, Error> {
    let connect = PgConnectOptions::from_str(&options.url)?.application_name("portolan").statement_cache_capacity(500);
    let migrating = PgPoolOptions::new().max_connections(1).connect_with(connect.clone()).await?;
    migrator(Dialect::Postgres).run(&migrating).await?;
    migrating.close().await;
    let bound = format!("{}ms", options.list_time.as_millis());
    let lists = Pool::new(connect.clone().options([("statement_timeout", bound)]), of_lists(options), options.patience);
    Ok(Backend::Postgres { pool: Pool::new(connect, options.connections, options.patience), lists })
}

fn of_lists(options: &Options) -> u32 {
    (options.connections / 2).max(2)
}

/// Whether the time for a list was over: SQLite was interrupted, PostgreSQL cancelled the statement.
fn is_broken_off(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|e| e.code()).is_some_and(|code| code == "9" || code == "57014")
}

//! Connections that are kept. sqlx's own pool asks a connection whether it is still there whenever it is taken and
//! given back; each of these questions is a way to the database and back, so that a read would cost three instead of
//! one. Here a connection is asked only when it has been idle for long, and let go when it failed or was left in the
//! middle of something.

use std::{
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::{ConnectOptions, Connection, PgConnection, SqliteConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Error;

/// After so long the other side may have hung up.
const IDLE: Duration = Duration::from_secs(20);

/// How many steps of its machine SQLite takes between two looks at the clock: about a tenth of a millisecond.
const STEPS: i32 = 20_000;

/// When what a connection does is broken off, in milliseconds of this process; never, while nothing is set.
#[derive(Debug)]
pub(crate) struct Until(AtomicU64);

impl Until {
    fn set(&self, limit: Duration) {
        self.0.store(passed().saturating_add(u64::try_from(limit.as_millis()).unwrap_or(u64::MAX)), Ordering::Relaxed);
    }

    fn is_past(&self) -> bool {
        passed() > self.0.load(Ordering::Relaxed)
    }
}

fn passed() -> u64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    u64::try_from(START.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// A connection whose statements can be broken off when they take too long.
pub(crate) trait Bounded: Connection {
    /// Prepares it once, when it is opened.
    fn watch(&mut self, until: Arc<Until>) -> impl Future<Output = Result<(), sqlx::Error>> + Send;
}

impl Bounded for SqliteConnection {
    async fn watch(&mut self, until: Arc<Until>) -> Result<(), sqlx::Error> {
        self.lock_handle().await?.set_progress_handler(STEPS, move || !until.is_past());
        Ok(())
    }
}

impl Bounded for PgConnection {
    /// PostgreSQL looks at its own clock, by an option that the connection is opened with.
    async fn watch(&mut self, _: Arc<Until>) -> Result<(), sqlx::Error> {
        Ok(())
    }
}

/// The connections to one database.
#[derive(Debug)]
pub(crate) struct Pool<C: Connection> {
    options: C::Options,
    patience: Duration,
    /// How long a statement may take.
    limit: Option<Duration>,
    idle: Mutex<Vec<Idle<C>>>,
    permits: Arc<Semaphore>,
}

#[derive(Debug)]
struct Idle<C> {
    connection: C,
    until: Arc<Until>,
    since: Instant,
}

/// A connection that goes back when it is dropped.
#[derive(Debug)]
pub(crate) struct Held<C: Connection> {
    connection: Option<C>,
    until: Arc<Until>,
    pool: Arc<Pool<C>>,
    broken: bool,
    _permit: OwnedSemaphorePermit,
}

impl<C: Bounded> Pool<C> {
    /// At most `connections` at once, opened when they are first needed; who finds none waits for `patience`.
    pub(crate) fn new(options: C::Options, connections: u32, patience: Duration) -> Arc<Self> {
        Self::bounded(options, connections, patience, None)
    }

    /// The same; what takes longer than `limit` on SQLite is broken off.
    pub(crate) fn bounded(
        options: C::Options,
        connections: u32,
        patience: Duration,
        limit: Option<Duration>,
    ) -> Arc<Self> {
        let permits = Arc::new(Semaphore::new(connections.max(1) as usize));
        Arc::new(Self { options, patience, limit, idle: Mutex::default(), permits })
    }

    /// How its connections are opened.
    pub(crate) fn options(&self) -> &C::Options {
        &self.options
    }

    /// Takes one.
    pub(crate) async fn acquire(self: &Arc<Self>) -> Result<Held<C>, Error> {
        let permit = tokio::time::timeout(self.patience, Arc::clone(&self.permits).acquire_owned());
        let permit = permit.await.map_err(|_| sqlx::Error::PoolTimedOut)?.map_err(|_| sqlx::Error::PoolClosed)?;
        let (connection, until) = match self.kept().await {
            Some(kept) => kept,
            None => self.open().await?,
        };
        if let Some(limit) = self.limit {
            until.set(limit);
        }
        Ok(Held { connection: Some(connection), until, pool: Arc::clone(self), broken: false, _permit: permit })
    }

    async fn open(&self) -> Result<(C, Arc<Until>), Error> {
        let mut connection = self.options.connect().await?;
        let until = Arc::new(Until(AtomicU64::new(u64::MAX)));
        if self.limit.is_some() {
            connection.watch(Arc::clone(&until)).await?;
        }
        Ok((connection, until))
    }

    /// The one that was used last, whose plans and pages are most likely of use, if the other side is still there.
    async fn kept(&self) -> Option<(C, Arc<Until>)> {
        loop {
            let Idle { mut connection, until, since } = self.idle.lock().ok()?.pop()?;
            if since.elapsed() < IDLE || connection.ping().await.is_ok() {
                return Some((connection, until));
            }
        }
    }

    /// Closes them; those in use when they come back.
    pub(crate) async fn close(&self) {
        self.permits.close();
        let idle = self.idle.lock().map(|mut idle| std::mem::take(&mut *idle)).unwrap_or_default();
        for Idle { connection, .. } in idle {
            if let Err(error) = connection.close().await {
                tracing::debug!(%error, "a connection did not close");
            }
        }
    }
}

impl<C: Connection> Held<C> {
    /// The connection.
    pub(crate) fn get(&mut self) -> &mut C {
        self.connection.as_mut().expect("a connection is only taken out when what holds it is dropped")
    }

    /// Lets those go that are not in use.
    pub(crate) fn forget_idle(&self) {
        if let Ok(mut idle) = self.pool.idle.lock() {
            idle.clear();
        }
    }

    /// Whether it is let go instead of kept.
    pub(crate) fn set_broken(&mut self, broken: bool) {
        self.broken = broken;
    }
}

impl<C: Connection> Drop for Held<C> {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        if !self.broken
            && !self.pool.permits.is_closed()
            && let Ok(mut idle) = self.pool.idle.lock()
        {
            let until = Arc::clone(&self.until);
            idle.push(Idle { connection, until, since: Instant::now() });
        }
    }
}

//! Connections that are kept. sqlx's own pool asks a connection whether it is still there whenever it is taken and
//! given back; each of these questions is a way to the database and back, so that a read would cost three instead of
//! one. Here a connection is asked only when it has been idle for long, and let go when it failed or was left in the
//! middle of something.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use sqlx::{ConnectOptions, Connection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Error;

/// After so long the other side may have hung up.
const IDLE: Duration = Duration::from_secs(20);

/// The connections to one database.
#[derive(Debug)]
pub(crate) struct Pool<C: Connection> {
    options: C::Options,
    patience: Duration,
    idle: Mutex<Vec<(C, Instant)>>,
    permits: Arc<Semaphore>,
}

/// A connection that goes back when it is dropped.
#[derive(Debug)]
pub(crate) struct Held<C: Connection> {
    connection: Option<C>,
    pool: Arc<Pool<C>>,
    broken: bool,
    _permit: OwnedSemaphorePermit,
}

impl<C: Connection> Pool<C> {
    /// At most `connections` at once, opened when they are first needed; who finds none waits for `patience`.
    pub(crate) fn new(options: C::Options, connections: u32, patience: Duration) -> Arc<Self> {
        let permits = Arc::new(Semaphore::new(connections.max(1) as usize));
        Arc::new(Self { options, patience, idle: Mutex::default(), permits })
    }

    /// How its connections are opened.
    pub(crate) fn options(&self) -> &C::Options {
        &self.options
    }

    /// Takes one.
    pub(crate) async fn acquire(self: &Arc<Self>) -> Result<Held<C>, Error> {
        let permit = tokio::time::timeout(self.patience, Arc::clone(&self.permits).acquire_owned());
        let permit = permit.await.map_err(|_| sqlx::Error::PoolTimedOut)?.map_err(|_| sqlx::Error::PoolClosed)?;
        let connection = match self.kept().await {
            Some(connection) => connection,
            None => self.options.connect().await?,
        };
        Ok(Held { connection: Some(connection), pool: Arc::clone(self), broken: false, _permit: permit })
    }

    /// The one that was used last, whose plans and pages are most likely of use, if the other side is still there.
    async fn kept(&self) -> Option<C> {
        loop {
            let (mut connection, since) = self.idle.lock().ok()?.pop()?;
            if since.elapsed() < IDLE || connection.ping().await.is_ok() {
                return Some(connection);
            }
        }
    }

    /// Closes them; those in use when they come back.
    pub(crate) async fn close(&self) {
        self.permits.close();
        let idle = self.idle.lock().map(|mut idle| std::mem::take(&mut *idle)).unwrap_or_default();
        for (connection, _) in idle {
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
            idle.push((connection, Instant::now()));
        }
    }
}

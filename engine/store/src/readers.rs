//! Connections that read SQLite. sqlx's own pool asks a connection whether it is still there whenever it is taken and
//! given back; each of these questions is a way to SQLite's thread and back, which costs more than most reads. A file
//! does not hang up, so nothing is asked here.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Error;

/// The connections.
#[derive(Debug)]
pub(crate) struct Readers {
    options: SqliteConnectOptions,
    patience: Duration,
    idle: Mutex<Vec<SqliteConnection>>,
    permits: Arc<Semaphore>,
}

/// A connection that goes back when it is dropped.
#[derive(Debug)]
pub(crate) struct Reader {
    connection: Option<SqliteConnection>,
    readers: Arc<Readers>,
    _permit: OwnedSemaphorePermit,
}

impl Readers {
    /// At most `connections` at once, opened when they are first needed; who finds none waits for `patience`.
    pub(crate) fn new(options: SqliteConnectOptions, connections: u32, patience: Duration) -> Arc<Self> {
        let permits = Arc::new(Semaphore::new(connections.max(1) as usize));
        Arc::new(Self { options, patience, idle: Mutex::default(), permits })
    }

    /// Takes one.
    pub(crate) async fn acquire(self: &Arc<Self>) -> Result<Reader, Error> {
        let permit = tokio::time::timeout(self.patience, Arc::clone(&self.permits).acquire_owned());
        let permit = permit.await.map_err(|_| sqlx::Error::PoolTimedOut)?.map_err(|_| sqlx::Error::PoolClosed)?;
        // The one that was used last: what it has in memory is most likely of use.
        let idle = self.idle.lock().ok().and_then(|mut idle| idle.pop());
        let connection = match idle {
            Some(connection) => connection,
            None => self.options.connect().await?,
        };
        Ok(Reader { connection: Some(connection), readers: Arc::clone(self), _permit: permit })
    }

    /// Closes them; those in use when they come back.
    pub(crate) async fn close(&self) {
        self.permits.close();
        let idle = self.idle.lock().map(|mut idle| std::mem::take(&mut *idle)).unwrap_or_default();
        for connection in idle {
            if let Err(error) = connection.close().await {
                tracing::debug!(%error, "a connection did not close");
            }
        }
    }
}

impl Reader {
    /// The connection.
    pub(crate) fn get(&mut self) -> &mut SqliteConnection {
        self.connection.as_mut().expect("a connection is only taken out when the reader is dropped")
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        if !self.readers.permits.is_closed()
            && let Ok(mut idle) = self.readers.idle.lock()
        {
            idle.push(connection);
        }
    }
}

//! What has just happened, told to everybody who listens: browsers by server-sent events. Losing one is no harm; a
//! listener that is too slow is told to look for itself.

use std::sync::Arc;

use kernel::{Name, Record};
use tokio::sync::broadcast;
use uuid::Uuid;

/// How many events a slow listener may lag behind.
const BACKLOG: usize = 1024;

/// Something that has happened, after its commit.
#[derive(Clone, Debug)]
pub enum Happened {
    /// A record was made or changed; as it is now.
    Record(Arc<Record>),
    /// Somebody's list of open tasks changed.
    Tasks {
        /// Whose.
        user: Uuid,
    },
    /// Somebody was told something.
    Notice {
        /// Who.
        user: Uuid,
    },
    /// What happened for a while is not known: everything is to be looked at again.
    Missed,
    /// Others are changing a record than before.
    Editors {
        /// The entity.
        entity: Name,
        /// Which.
        id: Uuid,
    },
    /// Sessions of somebody ended: they signed out, left, or got another password.
    Sessions {
        /// Whose.
        user: Uuid,
    },
    /// Definitions were published.
    Published {
        /// Their version.
        version: i64,
    },
    /// A publication moved on.
    Publication {
        /// Which.
        id: Uuid,
    },
    /// An import moved on.
    Import {
        /// Which.
        id: Uuid,
        /// Of whom.
        user: Uuid,
    },
}

/// Passes events on.
#[derive(Clone, Debug)]
pub struct Hub(broadcast::Sender<Happened>);

impl Hub {
    /// A hub that nobody listens to yet.
    #[must_use]
    pub fn new() -> Self {
        Self(broadcast::channel(BACKLOG).0)
    }

    /// Tells it to everybody who listens.
    pub fn tell(&self, happened: Happened) {
        // An error only says that nobody listens.
        let _ = self.0.send(happened);
    }

    /// Whether anybody listens.
    #[must_use]
    pub fn is_heard(&self) -> bool {
        self.0.receiver_count() > 0
    }

    /// Listens from now on.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Happened> {
        self.0.subscribe()
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self::new()
    }
}

//! Files that people attach: taken in as a stream, kept by the digest of their bytes, shown to who may read a field that
//! holds them, tidied away when nobody does.
//!
//! It must not know HTTP. What is known of a file stands in the database, its bytes with [`Objects`].

mod folder;
mod incoming;
mod key;
mod objects;
mod picture;
mod sniff;
mod thumbnail;
mod tidy;
mod upload;

use std::{path::PathBuf, sync::Arc, time::Duration};

use tokio::sync::{RwLock, Semaphore, SemaphorePermit};

pub use folder::Folder;
pub use incoming::{Arrived, Incoming};
pub use key::Key;
pub use objects::{Objects, Piece};
pub(crate) use picture::can_be_small;
pub use sniff::is_shown_inline;
pub use thumbnail::Side;

use crate::Options;

/// Thumbnails that are made at once; each may need some hundred megabytes.
const PAINTERS: usize = 2;

/// Where files are kept, and how many may come at once.
#[derive(Debug)]
pub struct Files {
    objects: Arc<dyn Objects>,
    /// Where files are put together while they come.
    incoming: PathBuf,
    /// Held to read by who adds a file, to write by who removes bytes: the same bytes may come while they are removed.
    changing: RwLock<()>,
    uploads: Semaphore,
    patience: Duration,
    painters: Semaphore,
}

impl Files {
    /// In the folder that the options name.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        let root = options.files_folder();
        Self {
            incoming: root.join("incoming"),
            objects: Arc::new(Folder::new(root)),
            changing: RwLock::new(()),
            uploads: Semaphore::new(options.limits.uploads as usize),
            patience: options.limits.upload_wait,
            painters: Semaphore::new(PAINTERS),
        }
    }

    /// Where the bytes are.
    #[must_use]
    pub fn objects(&self) -> &dyn Objects {
        &*self.objects
    }

    /// A place among those who upload; none if there is still none after a while. Large uploads take several.
    pub async fn enter(&self, places: u32) -> Option<SemaphorePermit<'_>> {
        tokio::time::timeout(self.patience, self.uploads.acquire_many(places)).await.ok()?.ok()
    }

    /// Begins to take a file in.
    ///
    /// # Errors
    /// If the disk fails.
    pub async fn begin(&self) -> std::io::Result<Incoming> {
        Incoming::begin(&self.incoming).await
    }
}

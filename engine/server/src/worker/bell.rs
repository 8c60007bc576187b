//! Wakes the worker when something may be due, and tells when it has nothing left to do.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use tokio::sync::{Notify, watch};

/// One for each process.
#[derive(Debug)]
pub(crate) struct Bell {
    rung: Notify,
    /// How often it was rung.
    count: AtomicU64,
    /// What was rung when the worker last had nothing to do.
    quiet: watch::Sender<u64>,
    /// Whether there is a worker.
    heard: AtomicBool,
}

impl Bell {
    pub(crate) fn new() -> Self {
        Self {
            rung: Notify::new(),
            count: AtomicU64::new(0),
            quiet: watch::Sender::new(0),
            heard: AtomicBool::new(false),
        }
    }

    /// Something may be due, or become due earlier than was known.
    pub(crate) fn ring(&self) {
        self.count.fetch_add(1, Ordering::SeqCst);
        self.rung.notify_one();
    }

    /// Rings for what is scheduled, unless it is so far away that it is noticed in time anyway.
    pub(crate) fn ring_for(&self, due_at: DateTime<Utc>, now: DateTime<Utc>) {
        if due_at - now <= super::LOOK {
            self.ring();
        }
    }

    /// Waits until a worker of this process has done all that was due when this was asked; at once if there is none.
    pub(crate) async fn quiet(&self) {
        if !self.heard.load(Ordering::SeqCst) {
            return;
        }
        let mut quiet = self.quiet.subscribe();
        let asked = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        self.rung.notify_one();
        // An error only says that the worker has ended.
        let _ = quiet.wait_for(|at| *at >= asked).await;
    }

    pub(super) fn count(&self) -> u64 {
        self.count.load(Ordering::SeqCst)
    }

    pub(super) fn set_heard(&self, heard: bool) {
        self.heard.store(heard, Ordering::SeqCst);
        if !heard {
            // Nobody waits for a worker that has ended.
            self.quiet.send_replace(u64::MAX);
        }
    }

    pub(super) fn set_quiet(&self, at: u64) {
        self.quiet.send_if_modified(|quiet| {
            let later = at > *quiet;
            *quiet = (*quiet).max(at);
            later
        });
    }

    pub(super) async fn rung(&self) {
        self.rung.notified().await;
    }
}

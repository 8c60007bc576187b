//! Why a command was not done, before anybody thinks of status codes.

use kernel::{Name, Rejection};

/// Why a command was not done. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The caller's fault.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// Another record has the same values.
    #[error("expected unique values of {} in {entity}, but another record has them", .fields.join(", "))]
    Unique {
        /// The entity.
        entity: Name,
        /// The fields.
        fields: Vec<Name>,
    },
    /// The idempotency key came with another request before.
    #[error("the idempotency key came with another request before")]
    KeyReused,
    /// It was tried again and again, and each time somebody else was faster.
    #[error("the same thing is being changed by many")]
    Busy,
    /// The job that it was to finish was cancelled, replaced or taken over.
    #[error("job {0} is not held any more")]
    JobGone(i64),
    /// A list takes longer than lists may.
    #[error("a list takes too long")]
    TooBroad {
        /// Fields by which it would be found quickly.
        by: Vec<Name>,
    },
    /// The kernel asked more often than it may.
    #[error("a decision asked for more than {0} rounds of queries")]
    Unsettled(usize),
    /// The definitions that a running instance keeps cannot be used.
    #[error("definitions that are needed cannot be used")]
    Definitions(#[source] Box<crate::OpenError>),
    /// Something stored cannot be read.
    #[error("expected {what} in the database, but it cannot be read: {why}")]
    Corrupt {
        /// What was read.
        what: &'static str,
        /// Why not.
        why: String,
    },
    /// The disk on which files lie failed.
    #[error("files cannot be read or written")]
    Disk(#[from] std::io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

//! Why a command is refused, told to its caller. Not a fault of the engine: nothing was written.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Name, Value};

/// One problem of the caller's input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The field: `partner`, `lines.<line id or index>.quantity`; empty for the whole record.
    pub path: String,
    /// Stable code such as `required`, `type`, `too_long`, `rule:freight_missing`.
    pub code: String,
    /// What is wrong, in plain words.
    pub message: String,
    /// Values that a translated message needs, by name.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub values: serde_json::Map<String, serde_json::Value>,
}

impl Problem {
    /// A problem at `path`.
    pub fn new(path: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), code: code.into(), message: message.into(), values: serde_json::Map::new() }
    }
}

/// A refused command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no such thing, or the caller may not know of it.
    #[error("no {kind} {id}")]
    NotFound {
        /// What was looked for: an entity's name, `task`, `instance`.
        kind: String,
        /// By which id or name.
        id: String,
    },
    /// The caller may not do this.
    #[error("{message}")]
    Forbidden {
        /// What they may not do.
        message: String,
    },
    /// The input is wrong; every problem is listed.
    #[error("{} problem(s) in the input", .0.len())]
    Invalid(Vec<Problem>),
    /// The thing is in a state in which this cannot be done (a decided task, a locked record).
    #[error("{message}")]
    State {
        /// Stable code, such as `task_done`, `locked`, `wrong_state`.
        code: String,
        /// *Expected X, but Y*, with who did what where that is known.
        message: String,
    },
    /// The record changed since the caller read it, and the changes touch each other.
    #[error("expected version {expected} of {entity} {id}, but it is at {actual}")]
    Stale {
        /// The record's entity.
        entity: Name,
        /// The record.
        id: Uuid,
        /// The version that the caller had read.
        expected: i64,
        /// The version now.
        actual: i64,
        /// What cannot stand beside what others changed meanwhile, a place each; none where nothing is merged at all.
        conflicts: Vec<Conflict>,
    },
}

impl Rejection {
    /// A refusal for a single problem of the input.
    pub fn invalid(path: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Problem::new(path, code, message)])
    }

    /// A refusal because of the state the thing is in.
    pub fn state(code: &str, message: impl Into<String>) -> Self {
        Self::State { code: code.into(), message: message.into() }
    }
}

/// A place that two people changed, so that one of them must choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// `partner`, `lines.<line id>.quantity`, `lines.<line id>`, `lines` for the order; a new line goes by the id or the
    /// position with which it was sent.
    pub path: String,
    /// How the changes meet.
    pub kind: ConflictKind,
    /// The value that was read; null where the place is a line or a table.
    pub base: Value,
    /// The value that was sent.
    pub mine: Value,
    /// The value now.
    pub theirs: Value,
    /// Who changed it last; none for the engine itself.
    pub by: Option<Uuid>,
    /// When.
    pub at: Option<DateTime<Utc>>,
}

/// How two changes meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    /// Both changed the place.
    Changed,
    /// The writer changed a line that others took away.
    RemovedByThem,
    /// The writer took away a line that others changed.
    RemovedByMe,
    /// Both put the lines into another order.
    Order,
    /// A formula, a rule, a condition or the state reads the place together with one that others changed.
    Linked,
}

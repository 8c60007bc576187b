//! What happened: the append-only list from which the state follows, and which people read as the audit.
//!
//! Events carry codes, ids and names as they were, never field values: a timeline has more readers than a record.

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Fired, Named, SkipReason, Via, stored};
use crate::{
    Name, Value,
    definition::{Keyed, Mode},
};

/// One event of an instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// 1, 2, 3 … within the instance.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who; none for the engine itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Named>,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// Where it happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct At {
    /// The token.
    pub token: u32,
    /// The node.
    pub node: Name,
    /// Its label.
    pub label: String,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// The instance began.
    Started(Box<Started>),
    /// It was submitted again after a return; a new round begins.
    Resubmitted(Box<Resubmitted>),
    /// A token moved to a node.
    Entered(At),
    /// A switch went one way.
    Chose {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// The case that held; none for the default.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        case: Option<Name>,
        /// What the case is called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        case_label: Option<String>,
        /// Decision rows behind it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fired: Vec<Fired>,
    },
    /// An approval found its people.
    ApproversFound {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// How they decide.
        mode: Mode,
        /// Who.
        parts: Vec<PartFound>,
        /// Who was found and left out, and why.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        left_out: Vec<LeftOut>,
        /// Nobody was found: the policy that answered (`role`, `user`, `admin`, `manager_up`, `pass`, `reject`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nobody: Option<Name>,
    },
    /// Somebody was given a task.
    TaskOpened {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// The task.
        task: Uuid,
        /// Which part.
        part: usize,
        /// Who.
        assignee: Named,
        /// Why they.
        via: Via,
    },
    /// Somebody decided.
    TaskDecided {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// The task.
        task: Uuid,
        /// What they decided.
        verdict: Verdict,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Fields they changed with it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fields: Vec<Name>,
    },
    /// A task went to somebody else.
    TaskHandedOver {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// The task that is closed.
        task: Uuid,
        /// The task that is opened.
        new_task: Uuid,
        /// From whom.
        from: Named,
        /// To whom.
        to: Named,
        /// Why they.
        via: Via,
        /// The reason given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// A part was settled without its person: they left.
    PartSettled {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// Which part.
        part: usize,
        /// Whose.
        who: Named,
        /// Counts as approved for this reason; others decide if none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        approved: Option<SkipReason>,
    },
    /// A task that needs no decision any more.
    TaskClosed {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// The task.
        task: Uuid,
        /// Whose.
        assignee: Named,
        /// Why.
        cause: CloseCause,
    },
    /// An approval is settled.
    NodeDecided {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// How.
        approved: bool,
        /// No person decided it: everybody was skipped, or nobody was found.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        automatic: bool,
    },
    /// A token became one for each branch, in a new scope.
    Forked {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// The new scope.
        scope: u32,
        /// The branches.
        branches: Vec<Branch>,
    },
    /// A token reached its join.
    Arrived(At),
    /// All branches arrived: their scope is closed, one token goes on.
    Joined {
        /// The new token, at the node after the join.
        to: At,
        /// The join.
        node: Name,
        /// Its scope.
        scope: u32,
        /// The tokens that became one.
        tokens: Vec<u32>,
    },
    /// People were told.
    Notified {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// Whom.
        people: Vec<Named>,
        /// What.
        message: String,
    },
    /// The engine acted on the record.
    Acted {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// Which step.
        step: Name,
        /// What.
        act: Act,
    },
    /// Somebody wrote a comment.
    Commented {
        /// The text.
        text: String,
    },
    /// It went back to the initiator.
    Returned {
        /// From where.
        #[serde(flatten)]
        at: At,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The initiator took it back.
    Withdrawn {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// An administrator stopped it.
    Cancelled {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// It ended. No token is left.
    Ended {
        /// How.
        outcome: Name,
        /// At which end; none for a withdrawal or cancellation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        node: Option<Name>,
    },
}

/// The beginning of an instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Started {
    /// The instance.
    pub id: Uuid,
    /// The workflow.
    pub workflow: Name,
    /// What it is called.
    pub label: String,
    /// The version of the definitions.
    pub catalog_version: i64,
    /// The record's entity.
    pub entity: Name,
    /// The record.
    pub record: Uuid,
    /// The transition that started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition: Option<Name>,
    /// Who started it.
    pub initiator: Named,
    /// With what it begins.
    pub begin: Begin,
}

/// A new round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resubmitted {
    /// The version of the definitions from now on.
    pub catalog_version: i64,
    /// With what it begins.
    pub begin: Begin,
}

/// With what a round begins.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Begin {
    /// The token at the start node.
    pub token: u32,
    /// The start node.
    pub node: Name,
    /// The initiator's department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Named>,
    /// Variables.
    #[serde(with = "stored")]
    pub variables: IndexMap<Name, Value>,
    /// Copied settings.
    #[serde(with = "stored")]
    pub settings: IndexMap<Name, Value>,
    /// By which decision rows a variable came to its value.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub fired: Keyed<Vec<Fired>>,
}

/// A person found for an approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartFound {
    /// Who.
    pub who: Named,
    /// Why they.
    pub via: Via,
    /// Counts as approved for this reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<SkipReason>,
}

/// A person found and left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Who.
    pub who: Named,
    /// Why.
    pub reason: SkipReason,
}

/// A branch of a fork.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    /// Its name.
    pub branch: Name,
    /// Its token, at its first node.
    pub to: At,
}

/// What somebody decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Approved.
    Approved,
    /// Rejected.
    Rejected,
    /// Given back to the initiator.
    Returned,
}

impl Verdict {
    /// As it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Returned => "returned",
        }
    }
}

/// Why a task needs no decision any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseCause {
    /// Somebody else decided.
    Approved,
    /// Somebody else rejected.
    Rejected,
    /// Somebody else gave it back.
    Returned,
    /// The initiator took it back.
    Withdrawn,
    /// An administrator stopped it.
    Cancelled,
    /// The instance ended elsewhere.
    Ended,
    /// Its person left, and the others decide.
    Left,
}

impl CloseCause {
    /// As it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Returned => "returned",
            Self::Withdrawn => "withdrawn",
            Self::Cancelled => "cancelled",
            Self::Ended => "ended",
            Self::Left => "left",
        }
    }
}

/// What the engine did to the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// Changed fields.
    Update {
        /// Which.
        fields: Vec<Name>,
    },
    /// Made a transition.
    Transition {
        /// Which.
        name: Name,
    },
    /// Nothing: its condition did not hold.
    Nothing,
}

//! A node that calls another workflow, once or for each of a list.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ApproverSource, Condition, Expression, Keyed, is_default, is_yes, yes};
use crate::Name;

/// Calls another workflow of the same entity: once, or for each line, person or department of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallNode {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The workflow; it serves the same entity and runs over the same record.
    pub workflow: Name,
    /// For each of these; once if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<CallOver>,
    /// Whether they run at the same time or one after the other.
    #[serde(default, skip_serializing_if = "is_default")]
    pub order: CallOrder,
    /// Whether it waits for them. If not, each runs as an instance of its own, whatever becomes of this one.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub wait: bool,
    /// Values that variables of the called workflow begin with: expressions over the record and `vars.`, and over the
    /// line, or `item`, the person or department that it is for.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub with: Keyed<Expression>,
    /// When it is done; a call that ended as `rejected` does not agree.
    #[serde(default, skip_serializing_if = "is_default")]
    pub until: CallUntil,
    /// Variables of this workflow that are set whenever one of them ends: expressions that also know `child.outcome`,
    /// `child.` and its variables, and the counts `children.total`, `.ended`, `.agreed`, `.rejected`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub sets: Keyed<Expression>,
    /// Where it goes after a certain outcome of a single call: `{"needs_more": "ask_again"}`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub outcomes: Keyed<Name>,
    /// Whether the initiator may add further ones while it runs; administrators always may.
    #[serde(default, skip_serializing_if = "is_default")]
    pub more: bool,
    /// The next node.
    pub next: Name,
    /// The next node when they do not agree; `next` if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<Name>,
}

/// For each of what a workflow is called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallOver {
    /// For each line of this table.
    Lines(Name),
    /// For each of these people.
    People(Vec<ApproverSource>),
    /// For each department that this expression gives.
    Departments(Expression),
}

/// Whether calls run at the same time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallOrder {
    /// At the same time.
    #[default]
    Parallel,
    /// One after the other, in the order of the list.
    Sequence,
}

/// When calls over a list are done. As soon as that is certain, what still runs is cancelled.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallUntil {
    /// All ended and agree.
    #[default]
    All,
    /// One agrees.
    First,
    /// So many agree, or all if there are fewer.
    AtLeast(u32),
    /// This holds after one of them has ended: a condition that also knows `children.total`, `.ended`, `.agreed`,
    /// `.rejected`.
    When(Condition),
}

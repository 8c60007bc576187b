//! Time in workflows: until when a task is due, who is reminded, what happens by itself, and what is waited for.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ApproverSource, Condition, Expression, Keyed, Period, is_default};
use crate::Name;

/// Until when a task is due, and what happens if nobody decides. Either `after` or `date` says when.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DueDefinition {
    /// So long after somebody got the task: `2 working_days`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Period>,
    /// By a date of the record; it moves with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<DateTerm>,
    /// The calendar by which working time is counted; may be left out where there is one alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar: Option<Name>,
    /// When whoever has the task is reminded: `{"before": "4 hours"}`, `"at_due"`, `{"after": "1 working_day"}`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remind: Vec<Reminder>,
    /// What happens by itself, once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub then: Option<DueThen>,
}

/// A date or time of the record, or so long before or after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DateTerm {
    /// A field of type `date` or `datetime`.
    pub field: Name,
    /// So long before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Period>,
    /// So long after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Period>,
    /// The time of that day, `18:00`, where the field is a date; its last minute for what is due, its first for a wait, if
    /// left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
}

/// When somebody is reminded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reminder {
    /// So long before it is due.
    Before(Period),
    /// When it is due.
    AtDue,
    /// So long after it was due.
    After(Period),
}

/// What happens by itself where nobody has decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DueThen {
    /// What.
    pub act: DueAct,
    /// So long after it was due; when it is due, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Period>,
    /// Whom `notify` tells; the manager of whoever has the task, if left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub to: Vec<ApproverSource>,
}

/// What the engine does in the place of whoever has a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DueAct {
    /// Tells people; the task stays.
    Notify,
    /// The person's part counts as approved; at a form task, as done.
    Approve,
    /// The person's part counts as rejected.
    Reject,
    /// It goes back to the initiator.
    Return,
    /// The task goes to the manager of whoever has it, with a new deadline.
    ReassignUp,
}

impl DueAct {
    /// As definitions write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Notify => "notify",
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Return => "return",
            Self::ReassignUp => "reassign_up",
        }
    }
}

/// Waits, and goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaitNode {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// For what.
    #[serde(rename = "for")]
    pub awaited: WaitFor,
    /// The calendar by which working time is counted; may be left out where there is one alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<Name>,
    /// The next node.
    pub next: Name,
}

/// What is waited for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WaitFor {
    /// For so long: `3 days`, `8 working_hours`.
    After(Period),
    /// For a date of the record; while that is empty, until somebody fills it in.
    Date(DateTerm),
    /// For a message that another program sends; one that came before is kept for it.
    Message(MessageTerm),
    /// Until this holds of the record. It is looked at whenever the record changes, and every hour where it reads more
    /// than the record.
    Until(Condition),
}

/// Which message is waited for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageTerm {
    /// Its name, such as `payment_received`.
    pub name: Name,
    /// By what it is told from others of its name: an expression over the record, such as `number`.
    pub key: Expression,
    /// Values that come with it, and the variables that they are written to. A message that brings others, or values of
    /// another type, is refused when it is sent.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub values: Keyed<MessageValue>,
}

/// A value that comes with a message. It has the type of its variable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MessageValue {
    /// The variable that it is written to: a text, number, date, time or `boolean`. The one of the same name if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable: Option<Name>,
    /// Whether no message comes without it. The variable of one that may be left out keeps its value then.
    #[serde(skip_serializing_if = "is_default")]
    pub required: bool,
}

/// The first of several wins; the others are given up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RaceNode {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What is between whom: each begins with a wait, an approval or a form task. The first of these that is done goes on,
    /// what the others have open is closed.
    pub branches: Keyed<RaceBranch>,
}

/// One of those of which the first wins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RaceBranch {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The wait, approval or form task.
    pub next: Name,
}

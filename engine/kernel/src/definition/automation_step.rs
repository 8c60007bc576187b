//! Steps: one grammar for transitions' `do` and workflows' action nodes.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Condition, Expression, Keyed};
use crate::Name;

/// A step: an object with one key, the verb.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Creates a record.
    Create(CreateStep),
    /// Changes fields of the record that the step belongs to, or of one that it refers to.
    Update(UpdateStep),
    /// Makes a transition of the record that the step belongs to.
    Transition(TransitionStep),
    /// Makes a new version of the record, in its start state.
    Copy(CopyStep),
    /// Tells people.
    Notify(NotifyStep),
}

/// Creates a record, by a mapping or field by field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateStep {
    /// The entity of the new record.
    pub entity: Name,
    /// The mapping that fills it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Name>,
    /// Further fields.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub set: Keyed<Expression>,
}

/// Changes fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateStep {
    /// A reference: the record that it leads to is changed instead, whatever rights and locks say. In `set`, names are
    /// then those of that record, and `doc.` is the one that the step belongs to. Only in the `do` of a transition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Expression>,
    /// With `record`: the mapping that fills it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Name>,
    /// The fields and their new values.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub set: Keyed<Expression>,
    /// Only when this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// Makes a transition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TransitionStep {
    /// Its name.
    pub name: Name,
    /// Only when this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// Makes a new version of the record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyStep {
    /// Whether the number is kept with `-R1`, `-R2` appended.
    #[serde(default)]
    pub as_revision: bool,
    /// Fields that are not taken over but set: `{"valid_until": "today + 30", "sent_on": "null"}`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub set: Keyed<Expression>,
}

/// Tells people, in the app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotifyStep {
    /// Whom.
    pub to: Vec<super::ApproverSource>,
    /// What to say: `{number} was accepted`.
    pub message: String,
}

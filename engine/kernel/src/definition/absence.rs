//! Records that say who is away, and who decides instead.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Name;

/// Which records set a deputy: while a record is in one of these states and not in the trash, `deputy` decides in the
/// place of `person` from `from` to `until`. Whoever may write these fields, or bring a record into such a state, says who
/// decides for somebody, so an approval belongs before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AbsenceDefinition {
    /// Who is away: a field of type `user`.
    pub person: Name,
    /// Who decides instead: a field of type `user`. Nobody while it is empty.
    pub deputy: Name,
    /// From when: a `date`, which counts from its beginning in the firm's zone, or a `datetime`.
    pub from: Name,
    /// Until when: a `date`, which counts as a whole, or a `datetime`.
    pub until: Name,
    /// The states in which it holds.
    #[serde(rename = "while")]
    pub states: Vec<Name>,
    /// The workflows for which it holds; all if left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workflows: Vec<Name>,
}

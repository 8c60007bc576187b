//! `mapping`: how a document is made from another.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Condition, Expression, Keyed};
use crate::Name;

/// A mapping, of a new record or of one that is there already. Expressions read the source record; in lines, `row.` is the source line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MappingDefinition {
    /// The key.
    pub name: Name,
    /// The source entity.
    pub from: Name,
    /// The entity that is made.
    pub to: Name,
    /// Fields of the new record.
    pub set: Keyed<Expression>,
    /// Line tables of the new record.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub lines: Keyed<LinesMapping>,
}

/// How lines are made from lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinesMapping {
    /// The source's line table.
    pub from: Name,
    /// Which of its lines.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub filter: Option<Condition>,
    /// Where a record that is there already is filled: the fields by which a line finds its line there, which then stays
    /// the same line and keeps what is not set. All lines are made anew if left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key: Vec<Name>,
    /// Fields of the new line.
    pub set: Keyed<Expression>,
}

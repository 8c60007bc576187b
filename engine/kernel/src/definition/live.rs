//! Fields whose values are those of other records: `lookup` and `rollup`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Expression, is_default};
use crate::Name;

/// The value of a field of the record that a reference of this row names: `customer.level`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum LookupDefinition {
    /// Kept right when the other record changes.
    Live(Expression),
    /// With more.
    Full(FullLookup),
}

/// A lookup that is not kept right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FullLookup {
    /// The reference and the field: `customer.level`; in a line also `doc.customer.level`.
    pub of: Expression,
    /// Whether it is the value as of the last save of this record, and not kept right when the other changes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub copied: bool,
}

impl LookupDefinition {
    /// The reference and the field.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Self::Live(path) => path,
            Self::Full(full) => &full.of,
        }
    }

    /// The same, to be rewritten.
    pub fn path_mut(&mut self) -> &mut String {
        match self {
            Self::Live(path) => path,
            Self::Full(full) => &mut full.of,
        }
    }

    /// Whether it is kept right when the other record changes.
    #[must_use]
    pub fn is_live(&self) -> bool {
        !matches!(self, Self::Full(full) if full.copied)
    }
}

/// What records that refer to this one come to: how many there are, their sum, least, greatest or average. Those in the
/// trash do not count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RollupDefinition {
    /// The entity of these records.
    pub of: Name,
    /// Their field that refers to this record.
    pub by: Name,
    /// What they come to.
    pub how: RollupHow,
    /// Their field whose values are taken; not for `count`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Name>,
    /// Which of them; a filter over their own fields.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub filter: Option<serde_json::Value>,
}

/// How values of many records become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RollupHow {
    /// How many records.
    Count,
    /// Their sum; 0 where there are none.
    Sum,
    /// The least value.
    Min,
    /// The greatest.
    Max,
    /// The sum by how many have a value.
    Average,
}

//! `decision`: a decision table.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Expression, FieldKind, Keyed, is_default};
use crate::Name;

/// A decision table: rows × inputs → outputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionDefinition {
    /// The key.
    pub name: Name,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The entity whose fields its inputs read.
    pub entity: Name,
    /// What its rows look at: expressions over the record.
    pub inputs: Keyed<Expression>,
    /// What its rows give.
    pub outputs: Keyed<OutputDefinition>,
    /// What counts when several rows fit.
    pub hit: HitPolicy,
    /// The rows, in order.
    pub rules: Keyed<DecisionRule>,
    /// The outputs when no row fits.
    #[serde(rename = "else")]
    pub otherwise: Keyed<serde_json::Value>,
    /// Expressions over inputs and outputs, worked out at the end: `{"level": "min(3, level + 1)"}`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub result: Keyed<Expression>,
}

/// An output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutputDefinition {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its type: `integer`, `decimal`, `text`, `boolean`.
    #[serde(rename = "type")]
    pub output_type: FieldKind,
}

/// What counts when several rows fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HitPolicy {
    /// The first in order.
    First,
    /// At most one may fit; more is an error at run time.
    Unique,
    /// The greatest of each output over all rows that fit, and the `else` row.
    CollectMax,
    /// The smallest over all rows that fit; the `else` row where none does.
    CollectMin,
    /// The sum over all rows that fit; the `else` row where none does.
    CollectSum,
    /// How many rows that fit say something; the `else` row where none does.
    CollectCount,
    /// The list of what the rows that fit say, in order; what the `else` row says where none does.
    CollectList,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionRule {
    /// A note for its reader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Tests by input; all must hold. `"> 200000"`, `"<= 0.1"`, `"< 10%"`, `"= 5"`, `"!= 5"`, `"[1..10)"`,
    /// `"in [a, b]"`, `"not in [a]"`, `"is null"`, `"is not null"`. An input left out, or `"-"`, is not looked at. A test
    /// of a null input other than `is null` does not hold.
    #[serde(default, skip_serializing_if = "is_default")]
    pub when: Keyed<String>,
    /// The outputs.
    pub then: Keyed<serde_json::Value>,
}

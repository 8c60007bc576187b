//! `data`: records that come with a pack.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Keyed, is_default};
use crate::Name;

/// Records of one entity. Keys name them, so that other data and tests can refer to them: `{"$ref": "acme"}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataDefinition {
    /// The key. Data is loaded in the order of the names of their files, after what it refers to.
    pub name: Name,
    /// The entity.
    pub entity: Name,
    /// `seed` is loaded in any case, once; `demo` only when asked for.
    #[serde(default, skip_serializing_if = "is_default")]
    pub set: DataSet,
    /// The records: fields by name, lines as lists of objects. `{"expr": "today - 3"}` is worked out when loaded.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub records: Keyed<IndexMap<Name, serde_json::Value>>,
    /// Transitions that people then make, by the key of the record, once everything is loaded.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub transitions: Keyed<DataTransition>,
}

/// A transition of a loaded record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataTransition {
    /// Who makes it: the key of a user among the data.
    #[serde(rename = "as")]
    pub by: Name,
    /// Which.
    pub name: Name,
}

/// When data is loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DataSet {
    /// In any case.
    #[default]
    Seed,
    /// Only with the demo.
    Demo,
}

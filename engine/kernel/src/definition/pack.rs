//! `pack`: what a folder of definitions is as a whole.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{FieldKind, Keyed};
use crate::Name;

/// A pack, in `pack.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PackDefinition {
    /// The key; the name of its folder.
    pub name: Name,
    /// What it is called.
    pub label: String,
    /// Its version, `1.0.0`.
    pub version: String,
    /// Packs it builds on, beside `system`, on which all do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Name>,
    /// Parameters that the firm sets, read by expressions as `setting.<name>`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub settings: Keyed<SettingDefinition>,
    /// Parts of it that a firm can switch off as a whole.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub modules: Keyed<ModuleDefinition>,
}

/// A part of a pack that a firm can do without: while it is switched off its things are hidden, and their data is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModuleDefinition {
    /// What it is called.
    pub label: String,
    /// A sentence under it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Its entities. What stands in no module is always there.
    pub entities: Vec<Name>,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingDefinition {
    /// What it is called.
    pub label: String,
    /// A sentence under it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Its type.
    #[serde(rename = "type")]
    pub setting_type: FieldKind,
    /// Its value until the firm sets another.
    pub default: serde_json::Value,
}

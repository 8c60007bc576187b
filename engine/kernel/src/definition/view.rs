//! `view`: a list of records. Made from the entity where there is none.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Color, Condition, is_default};
use crate::Name;

/// A view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewDefinition {
    /// The key; the view named like its entity is the one shown for the entity.
    pub name: Name,
    /// What it is called; the entity's plural if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The entity.
    pub entity: Name,
    /// What it looks like; only `list` at present.
    #[serde(default, rename = "type", skip_serializing_if = "is_default")]
    pub view_type: ViewType,
    /// Which records.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub filter: Option<serde_json::Value>,
    /// The columns: fields, or paths across a reference.
    pub columns: Vec<String>,
    /// The order: fields, `-` before one for the greatest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<String>,
    /// Rows that are coloured: colour and condition; the first that holds.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub color: IndexMap<Color, Condition>,
}

/// What a view looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ViewType {
    /// A table.
    #[default]
    List,
}

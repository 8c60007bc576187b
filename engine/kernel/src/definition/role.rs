//! `role`: what people may see and do. Default is no.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Keyed, is_default};
use crate::Name;

/// A role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleDefinition {
    /// The key.
    pub name: Name,
    /// What it is called.
    pub label: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Whether its people look after the system: people, roles, definitions, stranded tasks, imports' undo.
    #[serde(default, skip_serializing_if = "is_default")]
    pub admin: bool,
    /// Whether its people change definitions in the studio, as drafts; administrators publish them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub build: bool,
    /// Messages that its people, or programs that sign in as one of them, may send to workflows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Name>,
    /// Rights by entity. `"*"` is not allowed: what is not named is not allowed.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub can: Keyed<EntityRights>,
}

/// Rights of a role on an entity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EntityRights {
    /// Which records can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read: Option<RowScope>,
    /// Whether new ones can be made.
    #[serde(skip_serializing_if = "is_default")]
    pub create: bool,
    /// Which records can be changed (of those that can be read).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update: Option<RowScope>,
    /// Which records can be put into the trash (of those that can be read).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete: Option<RowScope>,
    /// Transitions that can be made (on records that can be read).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transitions: Vec<Name>,
    /// Fields hidden from this role, `lines.cost` within lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hide: Vec<String>,
    /// Whether lists can be exported.
    #[serde(skip_serializing_if = "is_default")]
    pub export: bool,
    /// Whether files can be imported.
    #[serde(skip_serializing_if = "is_default")]
    pub import: bool,
}

/// Which records: a word, or a filter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RowScope {
    /// A word.
    Word(ScopeWord),
    /// A filter over the record; `{"expr": "user.id"}` is the reader.
    Filter(serde_json::Value),
}

/// Row scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScopeWord {
    /// Whose owner is the reader.
    Own,
    /// Of the reader's department, or their own.
    Department,
    /// Of the reader's department and those below, or their own.
    Subtree,
    /// All.
    All,
}

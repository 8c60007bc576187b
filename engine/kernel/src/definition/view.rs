//! `view`: records as a list, a board or a calendar. Made from the entity where there is none.

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
    /// What it looks like.
    #[serde(default, rename = "type", skip_serializing_if = "is_default")]
    pub view_type: ViewType,
    /// Which records.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub filter: Option<serde_json::Value>,
    /// The columns of a list: fields, or paths across a reference.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Whose values are the columns of a board: a choice, or `state`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Name>,
    /// What stands on the cards of a board: fields, or paths across a reference; the first is the heading.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub card: Vec<String>,
    /// The number that each column of a board sums.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<Name>,
    /// The day on which a record stands in a calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Name>,
    /// The last day until which it stands there; the same day if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Name>,
    /// What a record is called in a calendar: a field, or a path across a reference; its title if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
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
    /// A board: a column for each value of `by`, with cards that are moved between them.
    Kanban,
    /// A calendar: each record on the days from `from` to `to`.
    Calendar,
}

impl ViewDefinition {
    /// The paths that are shown of each record, whatever the view looks like.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let ends = [&self.by, &self.sum, &self.from, &self.to].into_iter().flatten().map(Name::as_str);
        self.columns.iter().chain(&self.card).chain(&self.title).map(String::as_str).chain(ends)
    }
}

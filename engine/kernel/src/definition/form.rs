//! `form`: how a record is laid out. Made from the entity where there is none.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Condition, Keyed, is_default};
use crate::Name;

/// A form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormDefinition {
    /// The key; the form named like its entity is the one that is used.
    pub name: Name,
    /// The entity.
    pub entity: Name,
    /// Its parts, from top to bottom.
    pub layout: Keyed<Part>,
}

/// A part of a form: a section of fields, a line table, tabs, or a list of related records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Part {
    /// Fields in columns.
    Section(Section),
    /// A line table.
    Lines(LinesPart),
    /// Tabs.
    Tabs(TabsPart),
    /// Records that refer to this one.
    Related(RelatedPart),
}

/// Fields in columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Its heading.
    pub section: String,
    /// How many columns on a wide screen; one on a phone.
    #[serde(default = "two")]
    pub columns: u32,
    /// When it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<Condition>,
    /// The fields.
    pub fields: Keyed<Placement>,
}

fn two() -> u32 {
    2
}

/// How a field is placed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Placement {
    /// How many columns it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<u32>,
}

/// A line table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinesPart {
    /// The lines field.
    pub lines: Name,
    /// The columns; all fields of a line if left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Name>,
    /// Columns summed at the foot.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub totals: Vec<Name>,
}

/// Tabs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TabsPart {
    /// The tabs.
    pub tabs: Keyed<Tab>,
}

/// A tab: fields, or related records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tab {
    /// Its label.
    pub label: String,
    /// How many columns.
    #[serde(default = "two")]
    pub columns: u32,
    /// Its fields.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub fields: Keyed<Placement>,
    /// Or records that refer to this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub related: Option<Related>,
}

/// Records that refer to this one, as a part of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RelatedPart {
    /// Its heading.
    pub label: String,
    /// Which.
    pub related: Related,
}

/// Records of `entity` whose field `by` refers to this one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Related {
    /// Their entity.
    pub entity: Name,
    /// Their reference field.
    pub by: Name,
    /// The columns; a few if left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub columns: Vec<Name>,
}

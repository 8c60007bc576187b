//! `menu`: the navigation. Entries whose entity a reader may not read are not shown to them.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Keyed;
use crate::Name;

/// A menu; the menus of all packs stand one after the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MenuDefinition {
    /// The key.
    pub name: Name,
    /// The entries.
    pub items: Keyed<MenuItem>,
}

/// An entry: a group, an entity's list, or a view.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MenuItem {
    /// Its label; that of the view or entity if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its icon, by meaning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<Icon>,
    /// Shows this entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<Name>,
    /// Shows this view.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<Name>,
    /// The entries of a group.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub items: Keyed<MenuItem>,
}

/// Icons, by meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Icon {
    /// Trade, work.
    Briefcase,
    /// People.
    People,
    /// One person.
    Person,
    /// An organisation.
    Building,
    /// Goods.
    Box,
    /// A paper.
    Document,
    /// An order.
    Cart,
    /// Money.
    Money,
    /// Figures.
    Chart,
    /// The world.
    Globe,
    /// Days.
    Calendar,
    /// Settings.
    Settings,
    /// A list.
    List,
    /// Shipping.
    Ship,
    /// Help.
    Help,
}

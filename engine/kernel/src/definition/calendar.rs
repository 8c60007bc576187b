//! `calendar`: working days and hours.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Name;

/// A calendar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarDefinition {
    /// The key.
    pub name: Name,
    /// What it is called.
    pub label: String,
    /// Its zone, `Asia/Shanghai`.
    pub zone: String,
    /// Working hours by weekday: `{"mon": ["09:00-12:00", "13:30-18:00"]}`; a day left out is free.
    pub week: IndexMap<Weekday, Vec<String>>,
    /// Days off, by date, with the holiday's name.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub off: IndexMap<String, String>,
    /// Weekend days worked instead, by date, with the reason; hours are Monday's.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub work: IndexMap<String, String>,
}

/// Days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

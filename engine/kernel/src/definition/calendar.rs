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
    /// Where its days come from, for who reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Its zone, `Asia/Shanghai`.
    pub zone: String,
    /// Working hours by weekday: `{"mon": ["09:00-12:00", "13:30-18:00"]}`; a day left out is free. Hours that end before
    /// they begin pass midnight (`22:00-06:00`) and belong to the day on which they begin.
    pub week: IndexMap<Weekday, Vec<String>>,
    /// Days off, by date, with the holiday's name.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub off: IndexMap<String, String>,
    /// Days worked instead of others (调休), by date, with the reason. Where their weekday has no hours, they have those of
    /// the first day of the week that has.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub work: IndexMap<String, String>,
    /// Half days, by date, with their hours: `{"2026-02-13": ["09:00-12:00"]}`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub half: IndexMap<String, Vec<String>>,
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

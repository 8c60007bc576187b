//! How long records are kept.

use std::{fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::Name;

/// How long records are kept: then they are put into the trash, and destroyed after its days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RetainDefinition {
    /// So long: `3 years`.
    #[serde(rename = "for")]
    pub span: RetainSpan,
    /// Counted from this date or moment: a field, `updated_at` or `created_at`; `updated_at` if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Name>,
    /// Which records; a filter. All others are kept for good.
    #[serde(rename = "where")]
    pub filter: serde_json::Value,
}

/// A span such as `90 days`, `18 months`, `3 years`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RetainSpan {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: RetainUnit,
}

/// What a span is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetainUnit {
    /// Days.
    Days,
    /// Months of the calendar.
    Months,
    /// Years.
    Years,
}

impl RetainUnit {
    const ALL: [Self; 3] = [Self::Days, Self::Months, Self::Years];

    fn as_str(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::Months => "months",
            Self::Years => "years",
        }
    }
}

impl fmt::Display for RetainSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = self.unit.as_str();
        write!(f, "{} {}", self.count, if self.count == 1 { unit.trim_end_matches('s') } else { unit })
    }
}

impl FromStr for RetainSpan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected a span such as `90 days` or `3 years`, but it is `{text}`");
        let (count, unit) = text.trim().split_once(' ').ok_or_else(wrong)?;
        let count: u32 = count.parse().map_err(|_| wrong())?;
        let named = |one: &RetainUnit| one.as_str().trim_end_matches('s') == unit.trim().trim_end_matches('s');
        let unit = RetainUnit::ALL.into_iter().find(named).ok_or_else(wrong)?;
        if count == 0 || count > 36_500 { Err(wrong()) } else { Ok(Self { count, unit }) }
    }
}

impl TryFrom<String> for RetainSpan {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<RetainSpan> for String {
    fn from(span: RetainSpan) -> Self {
        span.to_string()
    }
}

impl JsonSchema for RetainSpan {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RetainSpan".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[0-9]+ (day|month|year)s?$",
                      "description": "A span such as `90 days`, `18 months`, `3 years`."})
    }
}

//! Values at run time: what a field holds, what an expression gives.

use std::{fmt, sync::Arc};

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

/// A value. Decimals are exact (28 digits); there are no floats.
///
/// A money value is its amount: the currency belongs to the field's type, or to another field of the record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Value {
    /// No value.
    #[default]
    Null,
    /// `boolean`.
    Bool(bool),
    /// `integer`; `duration` in milliseconds.
    Integer(i64),
    /// `decimal`, `money`, `percent` (0.15 is 15 %).
    Decimal(Decimal),
    /// All kinds of text; a choice by its key; a currency or country by its ISO code.
    Text(Arc<str>),
    /// `date`.
    Date(NaiveDate),
    /// `datetime`, in milliseconds.
    Datetime(DateTime<Utc>),
    /// A reference to a record, user or department.
    Id(Uuid),
    /// `multi_choice`, `tags`, and what expressions over rows give.
    List(Vec<Value>),
    /// `#{…}` in an expression; the outputs of a decision.
    Map(Vec<(Arc<str>, Value)>),
}

impl Value {
    /// A text value.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(text.as_ref().into())
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The id, if it is one.
    #[must_use]
    pub fn as_id(&self) -> Option<Uuid> {
        if let Self::Id(id) = self { Some(*id) } else { None }
    }

    /// The number, if it is an integer or a decimal.
    #[must_use]
    pub fn as_decimal(&self) -> Option<Decimal> {
        match self {
            Self::Integer(i) => Some(Decimal::from(*i)),
            Self::Decimal(d) => Some(*d),
            _ => None,
        }
    }

    /// The wire form: decimals as strings (JavaScript's numbers would lose digits), dates as `2026-11-21`, times as
    /// `2026-11-21T08:00:00.000Z`, ids as strings.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Self::Null => Json::Null,
            Self::Bool(b) => Json::Bool(*b),
            Self::Integer(i) => Json::from(*i),
            Self::Decimal(d) => Json::String(d.to_string()),
            Self::Text(t) => Json::String(t.to_string()),
            Self::Date(d) => Json::String(d.to_string()),
            Self::Datetime(t) => Json::String(t.to_rfc3339_opts(SecondsFormat::Millis, true)),
            Self::Id(id) => Json::String(id.to_string()),
            Self::List(list) => Json::Array(list.iter().map(Self::to_json).collect()),
            Self::Map(map) => Json::Object(map.iter().map(|(k, v)| (k.to_string(), v.to_json())).collect()),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Text(t) => f.write_str(t),
            Self::Decimal(d) => write!(f, "{d}"),
            Self::Integer(i) => write!(f, "{i}"),
            other => match other.to_json() {
                serde_json::Value::String(s) => f.write_str(&s),
                json => write!(f, "{json}"),
            },
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<i64> for Value {
    fn from(i: i64) -> Self {
        Self::Integer(i)
    }
}

impl From<Decimal> for Value {
    fn from(d: Decimal) -> Self {
        Self::Decimal(d)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Self::Id(id)
    }
}

impl From<NaiveDate> for Value {
    fn from(date: NaiveDate) -> Self {
        Self::Date(date)
    }
}

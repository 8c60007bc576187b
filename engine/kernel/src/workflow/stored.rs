//! Values inside an instance's stored state and events: tagged by type, so that a decimal comes back as a decimal.
//!
//! The wire form of [`Value`] needs the field's type to be read back; a stored instance outlives definitions, so it
//! must not.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use indexmap::IndexMap;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::{Name, Value};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stored {
    Null,
    Bool(bool),
    Integer(i64),
    Decimal(Decimal),
    Text(Arc<str>),
    Date(NaiveDate),
    Datetime(DateTime<Utc>),
    Id(Uuid),
    List(Vec<Stored>),
    Map(Vec<(Arc<str>, Stored)>),
}

impl From<&Value> for Stored {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(b) => Self::Bool(*b),
            Value::Integer(i) => Self::Integer(*i),
            Value::Decimal(d) => Self::Decimal(*d),
            Value::Text(t) => Self::Text(t.clone()),
            Value::Date(d) => Self::Date(*d),
            Value::Datetime(t) => Self::Datetime(*t),
            Value::Id(id) => Self::Id(*id),
            Value::List(list) => Self::List(list.iter().map(Self::from).collect()),
            Value::Map(map) => Self::Map(map.iter().map(|(k, v)| (k.clone(), Self::from(v))).collect()),
        }
    }
}

impl From<Stored> for Value {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Null => Self::Null,
            Stored::Bool(b) => Self::Bool(b),
            Stored::Integer(i) => Self::Integer(i),
            Stored::Decimal(d) => Self::Decimal(d),
            Stored::Text(t) => Self::Text(t),
            Stored::Date(d) => Self::Date(d),
            Stored::Datetime(t) => Self::Datetime(t),
            Stored::Id(id) => Self::Id(id),
            Stored::List(list) => Self::List(list.into_iter().map(Self::from).collect()),
            Stored::Map(map) => Self::Map(map.into_iter().map(|(k, v)| (k, v.into())).collect()),
        }
    }
}

/// For `#[serde(with = "stored")]` on maps of values.
pub(super) fn serialize<S: Serializer>(values: &IndexMap<Name, Value>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(values.iter().map(|(name, value)| (name, Stored::from(value))))
}

/// For `#[serde(with = "stored")]` on maps of values.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<IndexMap<Name, Value>, D::Error> {
    let stored = IndexMap::<Name, Stored>::deserialize(deserializer)?;
    Ok(stored.into_iter().map(|(name, value)| (name, value.into())).collect())
}

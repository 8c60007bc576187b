//! SQL text with its bound values, and nothing that runs it.
//!
//! Text is written by hand rather than with a query builder: what lists need (keyset paging with null smallest, lines
//! as JSON rows, token search, scaled integers) would be raw strings inside a builder, while the rest is `select`,
//! `insert` and `update` of one table. Names go through [`Sql::name`], values through [`Sql::value`]; there is no third
//! way into the text but literals of this crate.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

/// A statement with `$1` placeholders, which both databases understand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sql {
    pub(crate) text: Cow<'static, str>,
    pub(crate) binds: Vec<Bind>,
}

/// The type of a bound null: PostgreSQL must know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BindType {
    Int,
    Text,
    Bool,
    Decimal,
    Date,
    Time,
    Uuid,
    Bytes,
    Json,
}

/// A bound value. Which of them a column takes is told by [`crate::dialect::Dialect`]: SQLite never sees `Decimal`,
/// `Date`, `Time`, `Json` or `Texts`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Bind {
    Null(BindType),
    Int(i64),
    Text(String),
    Bool(bool),
    Decimal(Decimal),
    Date(NaiveDate),
    Time(DateTime<Utc>),
    Uuid(Uuid),
    Bytes(Vec<u8>),
    Json(serde_json::Value),
    Texts(Vec<String>),
}

impl Sql {
    /// A fixed statement.
    pub(crate) const fn fixed(text: &'static str) -> Self {
        Self { text: Cow::Borrowed(text), binds: Vec::new() }
    }

    /// Adds the next value of a fixed statement.
    pub(crate) fn bind(mut self, value: impl Into<Bind>) -> Self {
        self.binds.push(value.into());
        self
    }

    /// Appends text of this crate.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.text.to_mut().push_str(text);
        self
    }

    /// Appends a quoted name.
    pub(crate) fn name(&mut self, name: &str) -> &mut Self {
        let text = self.text.to_mut();
        text.push('"');
        // Names come from checked definitions; a quote in one would still not end it.
        text.push_str(&name.replace('"', "\"\""));
        text.push('"');
        self
    }

    /// Appends a column of an alias: `t0."name"`.
    pub(crate) fn column(&mut self, alias: &str, name: &str) -> &mut Self {
        self.text(alias).text(".").name(name)
    }

    /// Appends a placeholder and its value.
    pub(crate) fn value(&mut self, value: impl Into<Bind>) -> &mut Self {
        self.binds.push(value.into());
        let number = self.binds.len();
        self.text("$").text(&number.to_string())
    }

    /// Appends a statement as part of this one, its values numbered on.
    pub(crate) fn inner(&mut self, inner: &Sql) -> &mut Self {
        let before = self.binds.len();
        let mut parts = inner.text.split('$');
        self.text(parts.next().unwrap_or_default());
        for part in parts {
            let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            let (number, rest) = part.split_at(digits);
            let number = number.parse::<usize>().unwrap_or_default() + before;
            self.text("$").text(&number.to_string()).text(rest);
        }
        self.binds.extend(inner.binds.iter().cloned());
        self
    }

    /// Appends what `write` writes for each item, with a separator between.
    pub(crate) fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        separator: &str,
        mut write: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        for (position, item) in items.into_iter().enumerate() {
            if position > 0 {
                self.text(separator);
            }
            write(self, item);
        }
        self
    }
}

impl Bind {
    /// A time of a system table: milliseconds since 1970.
    pub(crate) fn millis(time: DateTime<Utc>) -> Self {
        Self::Int(time.timestamp_millis())
    }

    /// A time of a system table that may be missing.
    pub(crate) fn millis_or_null(time: Option<DateTime<Utc>>) -> Self {
        time.map_or(Self::Null(BindType::Int), Self::millis)
    }

    /// JSON in a text column.
    pub(crate) fn json_text(json: &serde_json::Value) -> Self {
        Self::Text(json.to_string())
    }
}

impl From<i64> for Bind {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<Option<i64>> for Bind {
    fn from(value: Option<i64>) -> Self {
        value.map_or(Self::Null(BindType::Int), Self::Int)
    }
}

impl From<u32> for Bind {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<&str> for Bind {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<&kernel::Name> for Bind {
    fn from(value: &kernel::Name) -> Self {
        Self::Text(value.to_string())
    }
}

impl From<&String> for Bind {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl From<String> for Bind {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Uuid> for Bind {
    fn from(value: Uuid) -> Self {
        Self::Uuid(value)
    }
}

impl From<Option<Uuid>> for Bind {
    fn from(value: Option<Uuid>) -> Self {
        value.map_or(Self::Null(BindType::Uuid), Self::Uuid)
    }
}

impl From<Option<String>> for Bind {
    fn from(value: Option<String>) -> Self {
        value.map_or(Self::Null(BindType::Text), Self::Text)
    }
}

impl From<Option<&str>> for Bind {
    fn from(value: Option<&str>) -> Self {
        value.map_or(Self::Null(BindType::Text), Self::from)
    }
}

impl From<Option<&kernel::Name>> for Bind {
    fn from(value: Option<&kernel::Name>) -> Self {
        value.map_or(Self::Null(BindType::Text), Self::from)
    }
}

impl From<Option<Vec<u8>>> for Bind {
    fn from(value: Option<Vec<u8>>) -> Self {
        value.map_or(Self::Null(BindType::Bytes), Self::Bytes)
    }
}

impl From<Vec<u8>> for Bind {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

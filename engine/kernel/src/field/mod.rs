//! Field types: everything that the kernel knows about a type stands in its file.
//!
//! The `match` in [`behaviour`] is the register: a new type is a variant of [`FieldKind`], a file here, and a file in
//! the app.

mod attachment;
mod boolean;
mod choice;
mod currency;
mod date;
mod datetime;
mod decimal;
mod department;
mod email;
mod image;
mod integer;
mod lines;
mod long_text;
mod money;
mod multi_choice;
mod percent;
mod phone;
mod reference;
mod text;
mod url;
mod user;

pub use attachment::{file_ids, most_files};
pub use decimal::{most, round};
pub use image::is_picture;

use rust_decimal::Decimal;
use serde_json::Value as Json;

use crate::{Problem, Value, definition::FieldKind, schema::Field};

/// How a type is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Text, with a key column beside it by which it is compared and sorted.
    Text,
    /// Text that is only stored: not compared, not sorted.
    LongText,
    /// A code of plain ASCII, compared as it is.
    Code,
    /// A 64-bit integer.
    Integer,
    /// A decimal with the field's scale.
    Decimal,
    /// A boolean.
    Boolean,
    /// A day.
    Date,
    /// A moment in milliseconds.
    Datetime,
    /// An id of another record.
    Id,
    /// A list of codes, or of ids of files.
    Codes,
    /// Rows of their own; no column.
    Lines,
}

/// What a type does.
#[derive(Debug)]
pub struct Behaviour {
    /// How it is stored.
    pub column: Column,
    /// Digits after the point where the definition does not say; 0 for what is no decimal.
    pub scale: u32,
    /// Operators of filters that fit.
    pub operators: &'static [&'static str],
    /// Properties of a definition that only some types take, and this one does.
    pub properties: &'static [&'static str],
    /// Reads a value in wire form; null is dealt with before.
    pub parse: fn(&Field, &Json) -> Result<Value, Wrong>,
    /// The JSON Schema of its wire form.
    pub schema: fn(&Field) -> Json,
}

/// Operators of values with an order.
const ORDERED: &[&str] = &["=", "!=", "<", "<=", ">", ">=", "in", "not in", "is null", "is not null"];
/// Operators of texts.
const TEXTUAL: &[&str] =
    &["=", "!=", "contains", "starts", "in", "not in", "is null", "is not null", "<", "<=", ">", ">="];
/// Operators of values that are only the same or not.
const SAME: &[&str] = &["=", "!=", "in", "not in", "is null", "is not null"];

/// Why a value does not fit its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Stable code: `type`, `too_long`, `too_short`, `min`, `max`, `above`, `option`, `format`, `scale`.
    pub code: &'static str,
    /// In plain words.
    pub message: String,
    /// The limit that was broken, for translated messages.
    pub limit: Option<String>,
}

impl Wrong {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), limit: None }
    }

    fn limit(code: &'static str, message: impl Into<String>, limit: impl Into<Decimal>) -> Self {
        Self { code, message: message.into(), limit: Some(limit.into().to_string()) }
    }

    fn wire(expected: &str, given: &Json) -> Self {
        Self::new("type", format!("expected {expected}, but found {given}"))
    }

    /// The same at a place of the input.
    #[must_use]
    pub fn at(self, path: impl Into<String>) -> Problem {
        let mut problem = Problem::new(path, self.code, self.message);
        if let Some(limit) = self.limit {
            problem.values.insert("limit".into(), Json::from(limit));
        }
        problem
    }
}

/// What a type does.
#[must_use]
pub fn behaviour(kind: FieldKind) -> &'static Behaviour {
    match kind {
        FieldKind::Text => &text::BEHAVIOUR,
        FieldKind::LongText => &long_text::BEHAVIOUR,
        FieldKind::Integer => &integer::BEHAVIOUR,
        FieldKind::Decimal => &decimal::BEHAVIOUR,
        FieldKind::Money => &money::BEHAVIOUR,
        FieldKind::Percent => &percent::BEHAVIOUR,
        FieldKind::Boolean => &boolean::BEHAVIOUR,
        FieldKind::Date => &date::BEHAVIOUR,
        FieldKind::Datetime => &datetime::BEHAVIOUR,
        FieldKind::Choice => &choice::BEHAVIOUR,
        FieldKind::MultiChoice => &multi_choice::BEHAVIOUR,
        FieldKind::Reference => &reference::BEHAVIOUR,
        FieldKind::Lines => &lines::BEHAVIOUR,
        FieldKind::User => &user::BEHAVIOUR,
        FieldKind::Department => &department::BEHAVIOUR,
        FieldKind::Email => &email::BEHAVIOUR,
        FieldKind::Phone => &phone::BEHAVIOUR,
        FieldKind::Url => &url::BEHAVIOUR,
        FieldKind::Currency => &currency::BEHAVIOUR,
        FieldKind::Attachment => &attachment::BEHAVIOUR,
        FieldKind::Image => &image::BEHAVIOUR,
    }
}

/// Reads a value in wire form; null and empty text are no value.
pub fn parse(field: &Field, json: &Json) -> Result<Value, Wrong> {
    match json {
        Json::Null => Ok(Value::Null),
        Json::String(s) if s.is_empty() => Ok(Value::Null),
        other => (behaviour(field.kind).parse)(field, other),
    }
}

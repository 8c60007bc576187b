//! Field types: everything that the kernel knows about a type stands in its file.
//!
//! The `match` in [`behaviour`] is the register: a new type is a variant of [`FieldKind`], a file here, and a file in
//! the app.

mod address;
mod any_reference;
mod attachment;
mod barcode;
mod boolean;
mod choice;
mod color;
mod country;
mod currency;
mod date;
mod datetime;
mod decimal;
mod department;
mod duration;
mod email;
mod geo;
mod image;
mod integer;
mod json;
mod lines;
mod long_text;
mod money;
mod multi_choice;
mod number;
mod percent;
mod phone;
mod position;
mod rating;
mod reference;
mod references;
mod rich_text;
mod signature;
mod tags;
mod text;
mod time;
mod url;
mod user;

pub use address::address_line;
pub use any_reference::record_of;
pub use attachment::{file_ids, most_files};
pub use country::country_name;
pub use decimal::{most, round};
pub use duration::duration_text;
pub use image::is_picture;
pub use rating::most_stars;
pub use rich_text::{clean as clean_html, plain_text};

pub(crate) use currency::without_sign;
pub(crate) use rich_text::from_plain;
pub(crate) use tags::split as split_tags;
pub(crate) use time::written as written_time;

use rust_decimal::Decimal;
use serde_json::Value as Json;

use crate::{
    Problem, Value,
    definition::{FieldDefinition, FieldKind},
    expression::Type,
    import::{Cell, Reading, Unreadable},
    schema::Field,
};

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
    /// A list of texts, with what they are compared by beside it.
    Texts,
    /// A list of ids of other records.
    Ids,
    /// Several named values together.
    Parts(&'static [Part]),
    /// Rows of their own; no column.
    Lines,
}

impl Column {
    /// Whether its values are short and stand in an order.
    #[must_use]
    pub fn has_order(self) -> bool {
        match self {
            Self::Text
            | Self::Code
            | Self::Integer
            | Self::Decimal
            | Self::Boolean
            | Self::Date
            | Self::Datetime
            | Self::Id => true,
            Self::LongText | Self::Codes | Self::Texts | Self::Ids | Self::Parts(_) | Self::Lines => false,
        }
    }
}

/// A named value of [`Column::Parts`], which conditions read as `address.city`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: &'static str,
    /// Digits after the point of a number; none: it is a text.
    pub scale: Option<u32>,
}

impl Part {
    const fn text(name: &'static str) -> Self {
        Self { name, scale: None }
    }

    const fn decimal(name: &'static str, scale: u32) -> Self {
        Self { name, scale: Some(scale) }
    }
}

/// The parts of a type's values; none if they are whole.
#[must_use]
pub fn parts(kind: FieldKind) -> &'static [Part] {
    if let Column::Parts(parts) = behaviour(kind).column { parts } else { &[] }
}

/// How a cell of a file is read.
pub type ReadCell = fn(&Cell, Reading) -> Result<Value, Unreadable>;

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
    /// The type of its values in expressions, by what the definition says of the field; lines aside.
    pub value_type: fn(Option<&FieldDefinition>) -> Type,
    /// Reads a value in wire form; null is dealt with before.
    pub parse: fn(&Field, &Json) -> Result<Value, Wrong>,
    /// The JSON Schema of its wire form.
    pub schema: fn(&Field) -> Json,
    /// A value for examples, in wire form.
    pub example: fn(&Field) -> Json,
    /// Reads a cell of a file; none: what stands there is a text, and what it means is said by the import's targets.
    pub cell: Option<ReadCell>,
    /// The value as people read it in this language, where that is another text than the wire form.
    pub show: Option<fn(&Value, &str) -> String>,
}

/// An id for examples.
const EXAMPLE_ID: &str = "0193f1a0-0000-7000-8000-000000000001";

/// A value in wire form as people read it in a language; none if the wire form is what they read.
#[must_use]
pub fn shown(field: &Field, json: &Json, language: &str) -> Option<String> {
    let show = behaviour(field.kind).show?;
    Some(show(&parse(field, json).ok()?, language))
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
    /// Stable code: `type`, `too_long`, `too_short`, `too_many_items`, `min`, `max`, `above`, `option`, `format`, `scale`,
    /// `pattern`, `too_many_files`, or what a type calls its own: `country`, `time`, `duration`, `color`, `barcode`,
    /// `check_digit`, `geo`, `json`, `schema`.
    pub code: &'static str,
    /// In plain words.
    pub message: String,
    /// The limit that was broken, for translated messages.
    pub limit: Option<String>,
}

impl Wrong {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
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
        FieldKind::RichText => &rich_text::BEHAVIOUR,
        FieldKind::Integer => &integer::BEHAVIOUR,
        FieldKind::Decimal => &decimal::BEHAVIOUR,
        FieldKind::Money => &money::BEHAVIOUR,
        FieldKind::Percent => &percent::BEHAVIOUR,
        FieldKind::Boolean => &boolean::BEHAVIOUR,
        FieldKind::Date => &date::BEHAVIOUR,
        FieldKind::Time => &time::BEHAVIOUR,
        FieldKind::Datetime => &datetime::BEHAVIOUR,
        FieldKind::Duration => &duration::BEHAVIOUR,
        FieldKind::Choice => &choice::BEHAVIOUR,
        FieldKind::MultiChoice => &multi_choice::BEHAVIOUR,
        FieldKind::Tags => &tags::BEHAVIOUR,
        FieldKind::Reference => &reference::BEHAVIOUR,
        FieldKind::References => &references::BEHAVIOUR,
        FieldKind::AnyReference => &any_reference::BEHAVIOUR,
        FieldKind::Lines => &lines::BEHAVIOUR,
        FieldKind::User => &user::BEHAVIOUR,
        FieldKind::Department => &department::BEHAVIOUR,
        FieldKind::Position => &position::BEHAVIOUR,
        FieldKind::Email => &email::BEHAVIOUR,
        FieldKind::Phone => &phone::BEHAVIOUR,
        FieldKind::Url => &url::BEHAVIOUR,
        FieldKind::Country => &country::BEHAVIOUR,
        FieldKind::Currency => &currency::BEHAVIOUR,
        FieldKind::Attachment => &attachment::BEHAVIOUR,
        FieldKind::Image => &image::BEHAVIOUR,
        FieldKind::Signature => &signature::BEHAVIOUR,
        FieldKind::Address => &address::BEHAVIOUR,
        FieldKind::Geo => &geo::BEHAVIOUR,
        FieldKind::Barcode => &barcode::BEHAVIOUR,
        FieldKind::Color => &color::BEHAVIOUR,
        FieldKind::Rating => &rating::BEHAVIOUR,
        FieldKind::Number => &number::BEHAVIOUR,
        FieldKind::Json => &json::BEHAVIOUR,
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

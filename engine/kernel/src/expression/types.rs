//! The types of expressions: what a field holds, what a function gives, and what may stand where.

use std::fmt;

use crate::{
    Name,
    definition::{FieldDefinition, FieldKind, HitPolicy},
    field::behaviour,
};

/// The type of an expression.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Type {
    /// Not known because of an error reported elsewhere; fits everywhere, so that one mistake is told once.
    #[default]
    Unknown,
    /// The literal `null`.
    Null,
    /// Yes or no.
    Bool,
    /// A whole number.
    Integer,
    /// An exact decimal number.
    Decimal,
    /// An amount of a currency.
    Money(Currency),
    /// A share: 0.15 is 15 %.
    Percent,
    /// Text, and everything that is text to expressions: mail addresses, telephone numbers, currencies.
    Text,
    /// One of these keys; none: the options are not known to expressions.
    Choice(Option<Vec<Name>>),
    /// A day.
    Date,
    /// A moment.
    Datetime,
    /// A span of time, in milliseconds.
    Duration,
    /// A record of this entity, by its id.
    Reference(Name),
    /// A list of values.
    List(Box<Type>),
    /// Rows of a line table.
    Rows(RowType),
    /// One row of a line table, or a record as a whole (`row`, a closure's parameter).
    Row(RowType),
    /// `#{…}`.
    Map(Vec<(Name, Type)>),
}

/// Whose fields a row has.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RowType {
    /// The entity.
    pub entity: Name,
    /// Its line table; none for the record itself.
    pub lines: Option<Name>,
}

impl RowType {
    /// The record itself.
    #[must_use]
    pub fn record(entity: Name) -> Self {
        Self { entity, lines: None }
    }

    /// A line of a line table.
    #[must_use]
    pub fn line(entity: Name, lines: Name) -> Self {
        Self { entity, lines: Some(lines) }
    }
}

/// Where the currency of a money value stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Currency {
    /// Not known: a plain number, or a product with a rate.
    Unknown,
    /// At this place: `doc.currency`, `setting.base_currency`, `line.currency`. Two amounts whose places differ are not added.
    At(String),
}

impl Type {
    /// The type of a setting, variable, output or column of this kind, about which no more is known.
    #[must_use]
    pub fn of_kind(kind: FieldKind) -> Self {
        behaviour_type(kind, None)
    }

    /// The type of an output of a decision table: a list or a count, where the table collects so.
    #[must_use]
    pub fn of_output(hit: HitPolicy, kind: FieldKind) -> Self {
        match hit {
            HitPolicy::CollectList => Self::List(Box::new(Self::of_kind(kind))),
            HitPolicy::CollectCount => Self::Integer,
            HitPolicy::First
            | HitPolicy::Unique
            | HitPolicy::CollectMax
            | HitPolicy::CollectMin
            | HitPolicy::CollectSum => Self::of_kind(kind),
        }
    }

    /// The type of a field; a money field's currency is not placed yet.
    #[must_use]
    pub fn of_field(entity: &Name, name: &Name, field: &FieldDefinition) -> Self {
        match field.field_type {
            FieldKind::Lines => Self::Rows(RowType::line(entity.clone(), name.clone())),
            other => behaviour_type(other, Some(field)),
        }
    }

    /// Whether it is a number of some kind.
    #[must_use]
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Integer | Self::Decimal | Self::Money(_) | Self::Percent | Self::Unknown | Self::Null)
    }

    /// Whether a field of this type can take a value of the other: numbers of any kind take numbers, text takes choices,
    /// a choice takes text (its options are checked where the text is known).
    #[must_use]
    pub fn takes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown | Self::Null) => true,
            (Self::Integer, Self::Integer) => true,
            (Self::Integer, _) => false,
            (Self::Money(a), Self::Money(b)) => a.fits(b),
            (a, b) if a.is_number() => b.is_number(),
            (Self::Text | Self::Choice(_), Self::Text | Self::Choice(_)) => true,
            (Self::List(a), Self::List(b)) => a.takes(b),
            (Self::Reference(a), Self::Reference(b)) => a == b,
            (a, b) => a == b,
        }
    }
}

fn behaviour_type(kind: FieldKind, field: Option<&FieldDefinition>) -> Type {
    (behaviour(kind).value_type)(field)
}

impl Currency {
    /// Whether amounts of both may be added or compared.
    #[must_use]
    pub fn fits(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => true,
            (Self::At(a), Self::At(b)) => a == b,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("something unknown"),
            Self::Null => f.write_str("null"),
            Self::Bool => f.write_str("a condition"),
            Self::Integer => f.write_str("a whole number"),
            Self::Decimal => f.write_str("a decimal number"),
            Self::Money(Currency::Unknown) => f.write_str("an amount of money"),
            Self::Money(Currency::At(place)) => write!(f, "an amount in `{place}`"),
            Self::Percent => f.write_str("a percentage"),
            Self::Text => f.write_str("text"),
            Self::Choice(_) => f.write_str("a choice"),
            Self::Date => f.write_str("a date"),
            Self::Datetime => f.write_str("a date with time"),
            Self::Duration => f.write_str("a duration"),
            Self::Reference(entity) => write!(f, "a reference to `{entity}`"),
            Self::List(_) => f.write_str("a list"),
            Self::Rows(_) => f.write_str("lines"),
            Self::Row(RowType { lines: Some(lines), .. }) => write!(f, "a line of `{lines}`"),
            Self::Row(RowType { entity, .. }) => write!(f, "a record of `{entity}`"),
            Self::Map(_) => f.write_str("a map"),
        }
    }
}

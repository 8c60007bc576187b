//! From a value of one type of field to a value of another.

use rust_decimal::Decimal;
use serde_json::Value as Json;

use crate::{
    Value,
    definition::{FieldKind, OptionDefinition},
    field::{most, parse, round},
    import::{self, Cell, Reading},
    query::{Comparison, Operand, Predicate, Query},
    save::Saving,
    schema::Field,
    text::fold,
};

/// What became of a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Converted {
    /// It says the same.
    Same(Value),
    /// It says less: digits or a time of day are gone.
    Less(Value),
}

/// Why there is none.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Unconverted {
    /// This must be known first.
    Needs(Vec<Query>),
    /// It has no meaning in the other type; a stable code and plain words.
    Cannot(&'static str, String),
}

type Result<T = Converted> = std::result::Result<T, Unconverted>;

/// Whether a field's stored values stand for the same in another definition of it.
pub(super) fn is_same(from: &Field, to: &Field) -> bool {
    let alike =
        from.kind == to.kind || (is_plain_text(from.kind) && is_plain_text(to.kind)) || both(from, to, is_decimal);
    alike
        && from.sensitive == to.sensitive
        && from.to == to.to
        && (!is_decimal(to.kind) || from.scale == to.scale)
        && keeps_options(from, to)
}

fn both(from: &Field, to: &Field, is: fn(FieldKind) -> bool) -> bool {
    is(from.kind) && is(to.kind)
}

/// Kinds whose values are any text; that one fits is asked when it is saved next.
fn is_plain_text(kind: FieldKind) -> bool {
    matches!(kind, FieldKind::Text | FieldKind::LongText | FieldKind::Email | FieldKind::Phone | FieldKind::Url)
}

fn is_decimal(kind: FieldKind) -> bool {
    matches!(kind, FieldKind::Decimal | FieldKind::Money | FieldKind::Percent)
}

fn is_record(kind: FieldKind) -> bool {
    matches!(kind, FieldKind::Reference | FieldKind::User | FieldKind::Department)
}

/// Whether every option that a value can be is an option still, and means the same.
fn keeps_options(from: &Field, to: &Field) -> bool {
    let stays = |key: &crate::Name| to.options.contains_key(key);
    to.options.is_empty() || from.options.keys().all(stays)
}

pub(super) fn convert(s: &Saving<'_>, from: &Field, to: &Field, value: &Value) -> Result {
    if value.is_null() {
        return Ok(Converted::Same(Value::Null));
    }
    match value {
        Value::List(items) => list(s, from, to, items),
        single => match to.kind {
            FieldKind::MultiChoice => {
                let one = option(s, from, to, single)?;
                Ok(Converted::Same(Value::List(vec![one])))
            }
            _ => one(s, from, to, single),
        },
    }
}

fn list(s: &Saving<'_>, from: &Field, to: &Field, items: &[Value]) -> Result {
    match to.kind {
        FieldKind::MultiChoice => {
            let mut found: Vec<Value> = Vec::with_capacity(items.len());
            for item in items {
                let item = option(s, from, to, item)?;
                if !found.contains(&item) {
                    found.push(item);
                }
            }
            Ok(Converted::Same(Value::List(found)))
        }
        kind if kind == from.kind || (kind.holds_files() && from.kind.holds_files()) => {
            Ok(Converted::Same(Value::List(items.to_vec())))
        }
        kind if is_plain_text(kind) => {
            let texts = items.iter().map(|item| shown(s, from, item)).collect::<Result<Vec<_>>>()?;
            fitting(to, &texts.join(", "))
        }
        _ => match items {
            [] => Ok(Converted::Same(Value::Null)),
            [single] => one(s, from, to, single),
            _ => Err(Unconverted::Cannot("several", format!("{} values do not fit where one is kept", items.len()))),
        },
    }
}

fn one(s: &Saving<'_>, from: &Field, to: &Field, value: &Value) -> Result {
    match to.kind {
        FieldKind::Integer => whole(s, from, value),
        kind if is_decimal(kind) => decimal(s, from, to, value),
        FieldKind::Choice => option(s, from, to, value).map(Converted::Same),
        kind if is_record(kind) => record(s, from, to, value).map(Converted::Same),
        FieldKind::Date => match value {
            Value::Date(_) => Ok(Converted::Same(value.clone())),
            Value::Datetime(at) => {
                let there = at.with_timezone(&s.ctx.zone).naive_local();
                let day = Value::Date(there.date());
                let midnight = there.time() == chrono::NaiveTime::MIN;
                Ok(if midnight { Converted::Same(day) } else { Converted::Less(day) })
            }
            _ => read(s, from, to, value),
        },
        FieldKind::Datetime => match value {
            Value::Datetime(_) => Ok(Converted::Same(value.clone())),
            Value::Date(day) => {
                let midnight = day.and_time(chrono::NaiveTime::MIN).and_local_timezone(s.ctx.zone).earliest();
                let at = midnight.ok_or_else(|| cannot("format", value))?;
                Ok(Converted::Same(Value::Datetime(at.to_utc())))
            }
            _ => read(s, from, to, value),
        },
        FieldKind::Boolean => match value {
            Value::Bool(_) => Ok(Converted::Same(value.clone())),
            Value::Integer(0) => Ok(Converted::Same(Value::Bool(false))),
            Value::Integer(1) => Ok(Converted::Same(Value::Bool(true))),
            _ => read(s, from, to, value),
        },
        _ => fitting(to, &shown(s, from, value)?),
    }
}

fn cannot(code: &'static str, value: &Value) -> Unconverted {
    Unconverted::Cannot(code, format!("`{value}` has no meaning here"))
}

/// What people read where the value stands.
fn shown(s: &Saving<'_>, from: &Field, value: &Value) -> Result<String> {
    match (from.kind, value) {
        (FieldKind::Choice | FieldKind::MultiChoice, Value::Text(key)) => {
            Ok(from.options.get(&**key).map_or_else(|| key.to_string(), |option| option.label().to_owned()))
        }
        (_, Value::Id(id)) => {
            let Some(to) = &from.to else { return Ok(id.to_string()) };
            let query = Query::Record { entity: to.clone(), id: *id };
            match s.facts.answer(&query) {
                Some(found) => found.first().map(|record| record.title.clone()).ok_or_else(|| cannot("missing", value)),
                None => Err(Unconverted::Needs(vec![query])),
            }
        }
        (_, Value::Decimal(number)) => Ok(number.normalize().to_string()),
        (_, Value::Bool(yes)) => Ok(if *yes { "yes" } else { "no" }.to_owned()),
        (_, other) => Ok(other.to_string()),
    }
}

/// Text as the field takes it: by its form, but not by limits that only hold at the next save.
fn fitting(to: &Field, text: &str) -> Result {
    if is_plain_text(to.kind) {
        let text = text.trim();
        return Ok(Converted::Same(if text.is_empty() { Value::Null } else { Value::text(text) }));
    }
    let json = Json::String(text.trim().to_owned());
    parse(to, &json).map(Converted::Same).map_err(|wrong| Unconverted::Cannot(wrong.code, wrong.message))
}

/// Reads it as a cell of a spreadsheet is read.
fn read(s: &Saving<'_>, from: &Field, to: &Field, value: &Value) -> Result {
    let text = shown(s, from, value)?;
    let reading = Reading { from_1904: false, zone: s.ctx.zone };
    import::parse(to.kind, &Cell::text(text), reading)
        .map(Converted::Same)
        .map_err(|wrong| Unconverted::Cannot(wrong.code, wrong.message))
}

fn number(s: &Saving<'_>, from: &Field, value: &Value) -> Result<Decimal> {
    if let Some(number) = value.as_decimal() {
        return Ok(number);
    }
    if let Value::Bool(yes) = value {
        return Ok(Decimal::from(u8::from(*yes)));
    }
    let text = shown(s, from, value)?;
    let reading = Reading { from_1904: false, zone: s.ctx.zone };
    let found = import::parse(FieldKind::Decimal, &Cell::text(text), reading)
        .map_err(|wrong| Unconverted::Cannot(wrong.code, wrong.message))?;
    found.as_decimal().ok_or_else(|| cannot("type", value))
}

fn whole(s: &Saving<'_>, from: &Field, value: &Value) -> Result {
    use rust_decimal::prelude::ToPrimitive;
    let number = number(s, from, value)?;
    let rounded = round(number, 0);
    let whole = rounded.to_i64().ok_or_else(|| cannot("max", value))?;
    Ok(exactly(number == rounded, Value::Integer(whole)))
}

fn decimal(s: &Saving<'_>, from: &Field, to: &Field, value: &Value) -> Result {
    let number = number(s, from, value)?;
    let stored = round(number, to.scale);
    if stored.abs() >= most(to.scale) {
        return Err(cannot("max", value));
    }
    Ok(exactly(number == stored, Value::Decimal(stored)))
}

fn exactly(exact: bool, value: Value) -> Converted {
    if exact { Converted::Same(value) } else { Converted::Less(value) }
}

/// An option: the one that the value became, of the same key, or of the same label.
fn option(s: &Saving<'_>, from: &Field, to: &Field, value: &Value) -> Result<Value> {
    let text = match value {
        Value::Text(key) => key.to_string(),
        other => shown(s, from, other)?,
    };
    if to.options.contains_key(&*text) || to.options_from.is_some() {
        return Ok(Value::text(text));
    }
    let became = to.options.iter().find(|(_, option)| option.former().any(|name| **name == *text));
    let label = fold(from.options.get(&*text).map_or(text.as_str(), OptionDefinition::label));
    let alike = || to.options.iter().find(|(key, option)| fold(option.label()) == label || fold(key) == label);
    match became.or_else(alike) {
        Some((key, _)) => Ok(Value::text(key)),
        None => Err(Unconverted::Cannot("option", format!("no option is called `{text}`"))),
    }
}

/// The one record of that title or number.
fn record(s: &Saving<'_>, from: &Field, to: &Field, value: &Value) -> Result<Value> {
    if is_record(from.kind) && from.to == to.to {
        return Ok(value.clone());
    }
    let Some(entity) = &to.to else { return Err(cannot("type", value)) };
    let text = shown(s, from, value)?;
    let is = |field: &str| Predicate::Compare {
        left: Operand::Path(vec![crate::Name::new(field)]),
        operator: Comparison::Equal,
        right: Operand::Value(Value::text(text.trim())),
    };
    let query =
        Query::Find { entity: entity.clone(), filter: Predicate::Any(vec![is("title"), is("number")]), limit: 2 };
    match s.facts.answer(&query).map(Vec::as_slice) {
        None => Err(Unconverted::Needs(vec![query])),
        Some([found]) => Ok(Value::Id(found.id)),
        Some([]) => Err(Unconverted::Cannot("missing", format!("nothing is called `{}`", text.trim()))),
        Some(_) => Err(Unconverted::Cannot("several", format!("more than one is called `{}`", text.trim()))),
    }
}

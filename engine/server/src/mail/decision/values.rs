//! Values as people read them in a letter's page: numbers in groups, days and times by the firm's clock.

use chrono_tz::Tz;
use kernel::{
    Value,
    definition::{FieldKind, Kind, OptionDefinition},
    field::shown,
    schema::{Entity, Field},
};
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json};

use crate::app_model::Texts;

/// By what values are told.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) texts: Texts<'a>,
    pub(super) language: &'a str,
    pub(super) zone: Tz,
    pub(super) titles: &'a Map<String, Json>,
    pub(super) files: &'a Map<String, Json>,
}

impl Reading<'_> {
    /// A value in words; none where it says nothing. `lines` is the table that the field stands in.
    pub(super) fn text(
        &self,
        entity: &Entity,
        lines: Option<&str>,
        field: &Field,
        value: &Value,
        currency: Option<&str>,
    ) -> Option<String> {
        if value.is_null() || matches!(field.kind, FieldKind::Signature | FieldKind::Json | FieldKind::Lines) {
            return None;
        }
        let text = match (field.kind, value) {
            (FieldKind::Money, Value::Decimal(number)) => match currency {
                Some(code) => format!("{code} {}", grouped(amount(*number))),
                None => grouped(amount(*number)),
            },
            (FieldKind::Percent, Value::Decimal(number)) => {
                format!("{}%", grouped((*number * Decimal::ONE_HUNDRED).round_dp(2).normalize()))
            }
            (_, Value::Decimal(number)) => grouped(number.normalize()),
            (FieldKind::Duration, _) => shown(field, &value.to_json(), self.language)?,
            (_, Value::Integer(number)) => grouped(Decimal::from(*number)),
            (_, Value::Bool(yes)) => self.yes_or_no(*yes).to_owned(),
            (_, Value::Date(day)) if self.chinese() => day.format("%Y年%-m月%-d日").to_string(),
            (_, Value::Date(day)) => day.format("%-d %b %Y").to_string(),
            (_, Value::Datetime(at)) => self.moment(*at),
            (FieldKind::Choice, Value::Text(key)) => self.option(entity, lines, field, key),
            (FieldKind::MultiChoice, Value::List(keys)) => {
                self.joined(keys.iter().filter_map(Value::as_text).map(|key| self.option(entity, lines, field, key)))
            }
            (kind, _) if kind.holds_files() => {
                let ids = kernel::field::file_ids(value);
                let name = |id: uuid::Uuid| self.files.get(&id.to_string())?.get("name")?.as_str().map(str::to_owned);
                self.joined(ids.into_iter().filter_map(name))
            }
            _ => {
                let referred = field.records(value);
                if referred.is_empty() {
                    self.plain(field, value)
                } else {
                    let title = |id: uuid::Uuid| self.titles.get(&id.to_string())?.as_str().map(str::to_owned);
                    self.joined(referred.into_iter().filter_map(|(_, id)| title(id)))
                }
            }
        };
        Some(text).filter(|text| !text.trim().is_empty())
    }

    fn plain(&self, field: &Field, value: &Value) -> String {
        let json = value.to_json();
        if let Some(text) = shown(field, &json, self.language) {
            return text;
        }
        match json {
            Json::String(text) => text,
            Json::Array(list) => self.joined(list.iter().filter_map(Json::as_str).map(str::to_owned)),
            other => other.to_string(),
        }
    }

    /// A moment by the firm's clock.
    pub(super) fn moment(&self, at: chrono::DateTime<chrono::Utc>) -> String {
        let local = at.with_timezone(&self.zone);
        if self.chinese() { local.format("%Y年%-m月%-d日 %H:%M") } else { local.format("%-d %b %Y, %H:%M") }.to_string()
    }

    fn chinese(&self) -> bool {
        self.language == "zh_hans"
    }

    fn yes_or_no(&self, yes: bool) -> &'static str {
        match (self.chinese(), yes) {
            (true, true) => "是",
            (true, false) => "否",
            (false, true) => "yes",
            (false, false) => "no",
        }
    }

    fn joined(&self, parts: impl Iterator<Item = String>) -> String {
        parts.collect::<Vec<_>>().join(if self.chinese() { "、" } else { ", " })
    }

    fn option(&self, entity: &Entity, lines: Option<&str>, field: &Field, key: &str) -> String {
        let base = match field.options.get(key) {
            Some(OptionDefinition::Label(label)) => label.clone(),
            Some(OptionDefinition::Full(full)) => full.label.clone(),
            None => return key.to_owned(),
        };
        let base = if base.is_empty() { kernel::catalog::label_of(key) } else { base };
        let path = format!("{}.options.{key}", field_path(lines, field));
        let of = |path: &str| self.texts.translated(Kind::Entity, &entity.name, path).map(str::to_owned);
        of(&format!("{path}.label")).or_else(|| of(&path)).unwrap_or(base)
    }

    /// What a field is called.
    pub(super) fn label(&self, entity: &Entity, lines: Option<&str>, field: &Field) -> String {
        let path = format!("{}.label", field_path(lines, field));
        self.texts.text(Kind::Entity, &entity.name, &path, &field.label)
    }
}

/// Where a field stands in its definition.
fn field_path(lines: Option<&str>, field: &Field) -> String {
    match lines {
        Some(table) => format!("fields.{table}.fields.{}", field.name),
        None => format!("fields.{}", field.name),
    }
}

/// Amounts and prices with what they have of decimals, at least two where there is room for two.
fn amount(number: Decimal) -> Decimal {
    let mut told = number.normalize();
    told.rescale(told.scale().max(number.scale().min(2)));
    told
}

/// `1234567.80` → `1,234,567.80`.
fn grouped(number: Decimal) -> String {
    let text = number.abs().to_string();
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let mut out = String::new();
    if number.is_sign_negative() && !number.is_zero() {
        out.push('\u{2212}');
    }
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(rest) = rest {
        out.push('.');
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_set_in_groups_of_three() {
        for (number, told) in [("0", "0"), ("999", "999"), ("-1000", "−1,000"), ("1234567.80", "1,234,567.80")] {
            assert_eq!(grouped(number.parse().unwrap()), told);
        }
    }

    #[test]
    fn prices_are_told_without_empty_decimals() {
        for (number, told) in [("7.950000", "7.95"), ("12.5000", "12.50"), ("0.0375", "0.0375"), ("1200", "1,200")] {
            assert_eq!(grouped(amount(number.parse().unwrap())), told);
        }
    }
}

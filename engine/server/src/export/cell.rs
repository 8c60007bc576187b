//! What stands in the cells of a column: values as people read them in text, typed in a spreadsheet.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use document::{Heading, Shape, Written};
use kernel::{
    Name,
    definition::FieldKind,
    field::shown,
    schema::{Entity, Field},
};
use serde_json::{Map, Value as Json};

use crate::app_model::{Build, field_options};

/// Digits that a spreadsheet keeps of a number; longer ones are written as text.
const EXACT: usize = 15;

/// A column of an export.
#[derive(Debug)]
pub(super) struct Column {
    /// Where its value stands in a row.
    key: String,
    /// The field, where it is one.
    field: Option<Field>,
    pub(super) label: String,
    shape: Shape,
    /// What the options of a choice are called.
    options: HashMap<String, String>,
}

/// How the reader says and tells the time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    language: &'static str,
    zone: Tz,
}

impl Words {
    pub(super) fn new(language: &'static str, zone: Tz) -> Self {
        Self { language, zone }
    }

    /// What the column of the records' titles is called.
    pub(super) fn title(self) -> &'static str {
        if self.language == "zh_hans" { "所属记录" } else { "Record" }
    }

    fn boolean(self, yes: bool) -> &'static str {
        match (self.language, yes) {
            ("zh_hans", true) => "是",
            ("zh_hans", false) => "否",
            (_, true) => "Yes",
            (_, false) => "No",
        }
    }
}

impl Column {
    /// The column of a path of a list.
    pub(super) fn of_path<'a>(build: &Build<'a>, entity: &'a Entity, path: &str) -> Self {
        let label = build.path_label(entity, path);
        let (shape, options, field) = match build.resolve(entity, path) {
            Some((at, last)) => match at.fields.get(last) {
                Some(field) => (shape_of(at, None, field), field_options(build, at, None, field), Some(field.clone())),
                None => (system_shape(last), system_options(build, at, last), None),
            },
            None => (Shape::Text, Vec::new(), None),
        };
        Self { key: path.to_owned(), field, label, shape, options: named(&options) }
    }

    /// The column of a field of lines.
    pub(super) fn of_line(build: &Build<'_>, entity: &Entity, table: &Name, field: &Field) -> Self {
        Self {
            key: field.name.to_string(),
            field: Some(field.clone()),
            label: build.line_label(entity, table, field),
            shape: shape_of(entity, Some(table), field),
            options: named(&field_options(build, entity, Some(table), field)),
        }
    }

    pub(super) fn heading(&self) -> Heading {
        Heading { label: self.label.clone(), shape: self.shape }
    }

    /// A reference by its title, a file by its name, an option and a country by what they are called, everything else as it
    /// travels.
    pub(super) fn text(
        &self,
        row: &Map<String, Json>,
        titles: &Map<String, Json>,
        files: &Map<String, Json>,
        words: &Words,
    ) -> String {
        if let (Some(field), Some(value)) = (&self.field, row.get(&self.key))
            && let Some(text) = shown(field, value, words.language)
        {
            return text;
        }
        match row.get(&self.key) {
            None | Some(Json::Null) => String::new(),
            Some(Json::Bool(yes)) => words.boolean(*yes).to_owned(),
            Some(Json::String(text)) => self.called(text, titles, files).to_owned(),
            Some(Json::Array(list)) => list
                .iter()
                .filter_map(Json::as_str)
                .map(|one| self.called(one, titles, files))
                .collect::<Vec<_>>()
                .join("; "),
            Some(other) => other.to_string(),
        }
    }

    fn called<'t>(&'t self, text: &'t str, titles: &'t Map<String, Json>, files: &'t Map<String, Json>) -> &'t str {
        // A record of one of several entities is kept with the entity before the id.
        let id = text.rsplit('/').next().unwrap_or(text);
        let title = titles.get(id).and_then(Json::as_str);
        let file = || files.get(text).and_then(|file| file.get("name")).and_then(Json::as_str);
        let option = || self.options.get(text).map(String::as_str);
        title.or_else(file).or_else(option).unwrap_or(text)
    }

    /// The same as a cell of a spreadsheet.
    pub(super) fn written(
        &self,
        row: &Map<String, Json>,
        titles: &Map<String, Json>,
        files: &Map<String, Json>,
        words: &Words,
    ) -> Written {
        let typed = match (self.shape, row.get(&self.key)) {
            (_, None | Some(Json::Null)) => return Written::Empty,
            (Shape::Number(_) | Shape::Percent(_), Some(Json::String(text))) => number(text),
            (Shape::Number(_) | Shape::Percent(_), Some(Json::Number(number))) => {
                number.as_f64().filter(|_| number.to_string().len() <= EXACT).map(Written::Number)
            }
            (Shape::Boolean, Some(Json::Bool(yes))) => Some(Written::Boolean(*yes)),
            (Shape::Date, Some(Json::String(text))) => text.parse::<NaiveDate>().ok().map(Written::Date),
            (Shape::Moment, Some(Json::String(text))) => DateTime::parse_from_rfc3339(text)
                .ok()
                .map(|at| Written::Moment(at.with_timezone(&words.zone).naive_local())),
            _ => None,
        };
        typed.unwrap_or_else(|| Written::Text(self.text(row, titles, files, words)))
    }
}

/// A number, if a spreadsheet keeps all its digits.
fn number(text: &str) -> Option<Written> {
    let digits = text.chars().filter(char::is_ascii_digit).collect::<String>();
    if digits.trim_start_matches('0').len() > EXACT {
        return None;
    }
    text.parse().ok().map(Written::Number)
}

fn shape_of(entity: &Entity, table: Option<&Name>, field: &Field) -> Shape {
    let fields = match table {
        None => Some(&entity.definition.fields),
        Some(table) => entity.definition.fields.get(table).map(|table| &table.fields),
    };
    let display = fields.and_then(|fields| fields.get(&field.name)).and_then(|definition| definition.display);
    match field.kind {
        FieldKind::Integer => Shape::Number(0),
        FieldKind::Decimal | FieldKind::Money => Shape::Number(display.unwrap_or(field.scale.min(4))),
        FieldKind::Percent => Shape::Percent(display.unwrap_or(field.scale.saturating_sub(2))),
        FieldKind::Date => Shape::Date,
        FieldKind::Datetime => Shape::Moment,
        FieldKind::Boolean => Shape::Boolean,
        _ => Shape::Text,
    }
}

fn system_shape(field: &str) -> Shape {
    match field {
        "created_at" | "updated_at" | "deleted_at" => Shape::Moment,
        "version" => Shape::Number(0),
        _ => Shape::Text,
    }
}

fn system_options(build: &Build<'_>, entity: &Entity, field: &str) -> Vec<Json> {
    if field == "state" { build.state_options(entity) } else { Vec::new() }
}

fn named(options: &[Json]) -> HashMap<String, String> {
    let text = |option: &Json, key: &str| option.get(key).and_then(Json::as_str).map(str::to_owned);
    options.iter().filter_map(|option| Some((text(option, "value")?, text(option, "label")?))).collect()
}

//! What is made of rows: each row's cells become typed columns, and the rows with the same key one record to be saved.

use std::hash::{Hash as _, Hasher as _};

use indexmap::IndexMap;

use super::{Import, Reading, Row, Source, Target, fold_heading, parse};
use crate::{
    Name, Problem, Value,
    definition::Keyed,
    expression::{Env, EvalError, eval, holds},
    text::fold,
};

/// A problem of a file, at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowProblem {
    /// The row, numbered as a spreadsheet program does.
    pub row: u32,
    /// The column's heading, where it is one column's fault.
    pub column: Option<String>,
    /// Stable code.
    pub code: String,
    /// What is wrong, in plain words.
    pub message: String,
    /// What stands in the cell.
    pub value: String,
}

/// Which column of a file is which of the import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout(Vec<(Name, usize)>);

/// The typed columns of a row.
pub type Columns = IndexMap<Name, Value>;

/// What a field is to hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// This.
    Value(Value),
    /// The record that this finds.
    Find(Lookup),
}

/// A record that is looked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lookup {
    /// Its entity.
    pub entity: Name,
    /// The fields by which it is found: the first that finds something.
    pub by: Vec<Name>,
    /// What the field holds.
    pub value: Value,
    /// Whether there may be none.
    pub optional: bool,
}

/// The fields of a record or line.
pub type Inputs = Keyed<Input>;

/// The rows that make one record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// The key's values, in the target's order.
    pub key: Vec<Input>,
    /// The row that fills the fields: the first that can be read; none if none can.
    pub row: Option<u32>,
    /// The fields.
    pub fields: Inputs,
    /// Lines by table, each with its row.
    pub lines: Keyed<Vec<(u32, Inputs)>>,
    /// How many rows belong to it.
    pub rows: u32,
    /// Whether a row of it cannot be read, so that its lines would be incomplete.
    pub broken: bool,
}

/// Groups by key, in the order of their first rows.
#[derive(Clone, Debug, Default)]
pub struct Groups(IndexMap<KeyOf, Group>);

/// A key as it is compared: text without regard to case, as the store finds it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct KeyOf(Vec<Input>);

impl Import {
    /// Finds the columns under the headings of a file. Case, spaces and punctuation of headings do not matter.
    ///
    /// # Errors
    ///
    /// A problem for each column that is not there or there twice.
    pub fn layout(&self, headings: &[String]) -> Result<Layout, Vec<Problem>> {
        let mut layout = Vec::new();
        let mut problems = Vec::new();
        let folded: Vec<String> = headings.iter().map(|h| fold_heading(h)).collect();
        for (name, column) in &self.columns {
            let wanted = fold_heading(&column.heading);
            let mut places = folded.iter().enumerate().filter(|(_, h)| **h == wanted).map(|(place, _)| place);
            match (places.next(), places.next()) {
                (Some(place), None) => layout.push((name.clone(), place)),
                (Some(_), Some(_)) => {
                    let message = format!("Expected one column {}, but there are several", column.heading);
                    problems.push(Problem::new(&column.heading, "column_twice", message));
                }
                (None, _) => {
                    let message = format!("Expected a column {}, but there is none", column.heading);
                    problems.push(Problem::new(&column.heading, "column_missing", message));
                }
            }
        }
        if problems.is_empty() { Ok(Layout(layout)) } else { Err(problems) }
    }

    /// Reads the columns of a row. A cell that cannot be read is null and a problem.
    #[must_use]
    pub fn read(&self, layout: &Layout, row: &Row, reading: Reading) -> (Columns, Vec<RowProblem>) {
        let mut columns = Columns::with_capacity(layout.0.len());
        let mut problems = Vec::new();
        let nothing = super::Cell::default();
        for (name, place) in &layout.0 {
            let Some(column) = self.columns.get(name) else { continue };
            let cell = row.cells.get(*place).unwrap_or(&nothing);
            let mut problem = |code: &str, message: String| {
                problems.push(RowProblem {
                    row: row.number,
                    column: Some(column.heading.clone()),
                    code: code.to_owned(),
                    message,
                    value: shortened(&cell.display()),
                });
            };
            let value = match parse(column.kind, cell, reading) {
                Ok(value) => value,
                Err(unreadable) => {
                    problem(unreadable.code, unreadable.message);
                    Value::Null
                }
            };
            if value.is_null() && column.required && cell.is_empty() {
                problem("required", format!("Expected a value in {}, but the cell is empty", column.heading));
            }
            columns.insert(name.clone(), value);
        }
        (columns, problems)
    }
}

impl Target {
    /// Takes a row into the groups; `broken` says that some cell of it could not be read.
    ///
    /// # Errors
    ///
    /// If an expression cannot be worked out, or needs queries to be answered first. The groups are as before then.
    pub fn take(&self, groups: &mut Groups, row: u32, broken: bool, env: &Env<'_>) -> Result<(), Refused> {
        if let Some(filter) = &self.filter
            && !holds(filter, env)?
        {
            return Ok(());
        }
        let mut key = Vec::with_capacity(self.key.len());
        for field in &self.key {
            let input = self.set.get(field).map_or(Ok(Input::Value(Value::Null)), |s| input(field, s, env))?;
            if input == Input::Value(Value::Null) {
                return if broken { Ok(()) } else { Err(Refused::KeyEmpty(field.clone())) };
            }
            key.push(input);
        }
        let key_of = match key.as_slice() {
            [] => KeyOf(vec![Input::Value(Value::Integer(row.into()))]),
            fields => KeyOf(fields.iter().map(folded).collect()),
        };
        let fresh = groups.0.get(&key_of).is_none_or(|g| g.row.is_none());
        let mut fields = Inputs::new();
        if fresh && !broken {
            fields = inputs(&self.set, env)?;
        }
        let mut lines = Vec::new();
        if !broken {
            for (table, set) in &self.lines {
                lines.push((table, inputs(set, env)?));
            }
        }
        let group = groups.0.entry(key_of).or_insert_with(|| Group { key, ..Group::default() });
        group.rows += 1;
        group.broken |= broken && !self.lines.is_empty();
        if fresh && !broken {
            (group.row, group.fields) = (Some(row), fields);
        }
        for (table, line) in lines {
            group.lines.entry(table.clone()).or_default().push((row, line));
        }
        Ok(())
    }
}

/// Why a row is not taken.
#[derive(Clone, Debug, PartialEq)]
pub enum Refused {
    /// A field of the key is empty.
    KeyEmpty(Name),
    /// The value of a field cannot be worked out.
    Field(Name, EvalError),
    /// Whether the row is meant cannot be worked out.
    Filter(EvalError),
    /// The text is none of the options of a choice.
    Option(Name, String),
}

impl From<EvalError> for Refused {
    fn from(error: EvalError) -> Self {
        Self::Filter(error)
    }
}

fn inputs(set: &Keyed<Source>, env: &Env<'_>) -> Result<Inputs, Refused> {
    set.iter().map(|(name, source)| Ok((name.clone(), input(name, source, env)?))).collect()
}

fn input(field: &Name, source: &Source, env: &Env<'_>) -> Result<Input, Refused> {
    let value = |expr| eval(expr, env).map_err(|e| Refused::Field(field.clone(), e));
    match source {
        Source::Expr { value: expr, options: None } => value(expr).map(Input::Value),
        Source::Expr { value: expr, options: Some(options) } => {
            let value = value(expr)?;
            let key = |text: &str| options.get(&fold_heading(text)).map(|k| Value::text(k.as_str()));
            let text = match value.as_text() {
                Some(text) => text,
                None => return Ok(Input::Value(value)),
            };
            key(text).map(Input::Value).ok_or_else(|| Refused::Option(field.clone(), text.to_owned()))
        }
        Source::Find { entity, by, value: expr, optional } => match value(expr)? {
            Value::Null => Ok(Input::Value(Value::Null)),
            value => Ok(Input::Find(Lookup { entity: entity.clone(), by: by.clone(), value, optional: *optional })),
        },
    }
}

impl Groups {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The first row of all.
    #[must_use]
    pub fn first_row(&self) -> Option<u32> {
        let rows = self
            .0
            .values()
            .flat_map(|group| group.row.into_iter().chain(group.lines.values().flatten().map(|(row, _)| *row)));
        rows.min()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes all groups out, but for the one that began last if `but_last`: more rows of it may come.
    pub fn drain(&mut self, but_last: bool) -> Vec<Group> {
        let kept = if but_last { self.0.pop() } else { None };
        let drained = self.0.drain(..).map(|(_, group)| group).collect();
        self.0.extend(kept);
        drained
    }
}

/// A number that stands for a key, so that a long file's keys can be remembered without their texts. Two different keys
/// share one by chance less often than a disk errs: it has 128 bits.
#[must_use]
pub fn fingerprint(key: &[Value]) -> u128 {
    let half = |salt: u64| {
        let mut hasher = std::hash::DefaultHasher::new();
        salt.hash(&mut hasher);
        key.iter().map(folded_value).for_each(|v| v.hash(&mut hasher));
        u128::from(hasher.finish())
    };
    half(1) << 64 | half(2)
}

/// A value as it is compared with others: text folded, numbers without trailing zeros.
#[must_use]
pub fn folded_value(value: &Value) -> Value {
    match value {
        Value::Text(text) => Value::text(fold(text)),
        Value::Decimal(d) => Value::Decimal(d.normalize()),
        other => other.clone(),
    }
}

fn folded(input: &Input) -> Input {
    match input {
        Input::Value(value) => Input::Value(folded_value(value)),
        Input::Find(lookup) => Input::Find(Lookup { value: folded_value(&lookup.value), ..lookup.clone() }),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(120) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

//! What a group of rows comes to as the input of a save, and where its problems stand in the file.

use kernel::{
    Name, Problem, Record, Value,
    expression::EvalError,
    import::{Columns, Group, Import, Input, Inputs, Lookup, Refused, Source, Target},
    schema::Entity,
};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::{
    finder::Found,
    saver::Wanted,
    state::Trouble,
    worker::{Worker, unique_lookups},
};

impl Worker<'_> {
    /// The input of a save, in wire form.
    pub(super) fn input(
        &self,
        target: &Target,
        entity: &Entity,
        group: &Group,
        base: Option<&Record>,
        more: bool,
    ) -> Result<Map<String, Json>, Vec<Trouble>> {
        let mut troubles = Vec::new();
        let mut input = Map::new();
        if !more {
            let row = group.row.unwrap_or_default();
            self.fill(&mut input, &group.fields, row, |field| self.heading(target, None, field), &mut troubles);
            troubles.extend(self.taken(target, entity, group, base.map(|b| b.id)));
        }
        for (table, rows) in &group.lines {
            let before = base.and_then(|b| b.lines.get(table)).map_or(&[][..], Vec::as_slice);
            let mut lines: Vec<Json> = Vec::new();
            if more {
                lines.extend(
                    before.iter().map(|line| Json::from(Map::from_iter([("id".into(), line.id.to_string().into())]))),
                );
            }
            // An imported line takes the place of the line that stands where it stands.
            let mut places = if more { [].iter() } else { before.iter() };
            for (row, fields) in rows {
                let mut line = Map::new();
                if let Some(old) = places.next() {
                    line.insert("id".into(), old.id.to_string().into());
                }
                self.fill(&mut line, fields, *row, |field| self.heading(target, Some(table), field), &mut troubles);
                lines.push(Json::Object(line));
            }
            input.insert(table.to_string(), Json::Array(lines));
        }
        if troubles.is_empty() { Ok(input) } else { Err(troubles) }
    }

    fn fill(
        &self,
        into: &mut Map<String, Json>,
        fields: &Inputs,
        row: u32,
        heading: impl Fn(&str) -> Option<String>,
        troubles: &mut Vec<Trouble>,
    ) {
        for (name, input) in fields {
            match self.value(name, input) {
                Ok(value) => {
                    into.insert(name.to_string(), value.to_json());
                }
                Err(problem) => {
                    let shown = if let Input::Find(lookup) = input { lookup.value.to_string() } else { String::new() };
                    troubles.push(told(row, heading(name).or_else(|| Some(name.to_string())), problem, shown));
                }
            }
        }
    }

    /// The value of an input: the record's id where one is looked for.
    pub(super) fn value(&self, field: &str, input: &Input) -> Result<Value, Problem> {
        let lookup = match input {
            Input::Value(value) => return Ok(value.clone()),
            Input::Find(lookup) => lookup,
        };
        match self.finder.get(lookup) {
            Found::One(id) => Ok(Value::Id(id)),
            Found::None if lookup.optional => Ok(Value::Null),
            Found::None => {
                let (entity, by) = (&lookup.entity, by(lookup));
                let message = format!("Expected a {entity} whose {by} is {}, but there is none", lookup.value);
                Err(Problem::new(field, "not_found", message))
            }
            Found::Several => {
                let (entity, by) = (&lookup.entity, by(lookup));
                let message = format!("Expected one {entity} whose {by} is {}, but there are several", lookup.value);
                Err(Problem::new(field, "ambiguous", message))
            }
        }
    }

    /// Unique values that other records have already; a dry run would not hear of them otherwise.
    fn taken(&self, target: &Target, entity: &Entity, group: &Group, own: Option<Uuid>) -> Vec<Trouble> {
        let wanted = unique_lookups(entity, target, std::slice::from_ref(group));
        let taken = wanted.iter().filter(|lookup| match self.finder.get(lookup) {
            Found::None => false,
            Found::One(id) => Some(id) != own,
            Found::Several => true,
        });
        taken
            .map(|lookup| {
                let by = by(lookup);
                let problem = Problem::new(&by, "unique", "Expected a unique value, but another record has it");
                let row = group.row.unwrap_or_default();
                told(row, self.heading(target, None, &by), problem, lookup.value.to_string())
            })
            .collect()
    }

    /// The row and column of a problem that a save reports by field.
    pub(super) fn place(&self, target: &Target, group: &Group, one: &Wanted, problem: Problem) -> Trouble {
        let mut parts = problem.path.split('.');
        let first = parts.next().unwrap_or_default();
        let (row, column) = match (target.lines.get_key_value(first), parts.next(), parts.next()) {
            (Some((table, _)), Some(line), field) => {
                let rows = group.lines.get(table);
                let at = line.parse::<usize>().ok().and_then(|i| rows?.get(i)).map_or(one.row, |(row, _)| *row);
                (at, field.and_then(|f| self.heading(target, Some(table), f)))
            }
            _ => (one.row, self.heading(target, None, first)),
        };
        let value = one.input.get(first).and_then(Json::as_str).unwrap_or_default().to_owned();
        let column = column.or_else(|| (!first.is_empty()).then(|| problem.path.clone()));
        told(row, column, problem, value)
    }

    /// The heading of the column that a field is filled from.
    fn heading(&self, target: &Target, table: Option<&str>, field: &str) -> Option<String> {
        let set = match table {
            None => &target.set,
            Some(table) => target.lines.get(table)?,
        };
        let column = set.get(field)?.column()?;
        self.import.columns.get(&column).map(|c| c.heading.clone())
    }
}

/// The fields that a record is looked for by: `code`, `code or name`.
fn by(lookup: &Lookup) -> String {
    lookup.by.iter().map(Name::as_str).collect::<Vec<_>>().join(" or ")
}

pub(super) fn told(row: u32, column: Option<String>, problem: Problem, value: String) -> Trouble {
    Trouble { row, column, code: problem.code, message: problem.message, value }
}

pub(super) fn refusal(import: &Import, target: &Target, row: u32, columns: &Columns, refused: Refused) -> Trouble {
    let heading = |field: &Name| {
        let column = target.set.get(field).and_then(Source::column);
        column.and_then(|c| import.columns.get(&c)).map(|c| c.heading.clone()).or_else(|| Some(field.to_string()))
    };
    let cause = |error: &EvalError| match error {
        EvalError::Fault(fault) => fault.to_string(),
        EvalError::Needs(_) => "it asks for too much".to_owned(),
    };
    let shown = |field: &Name| {
        let column = target.set.get(field).and_then(Source::column);
        column.and_then(|c| columns.get(&c)).map(ToString::to_string).unwrap_or_default()
    };
    match refused {
        Refused::KeyEmpty(field) => {
            let message = format!("Expected a value for {field}, by which records are found, but there is none");
            told(row, heading(&field), Problem::new("", "key_empty", message), String::new())
        }
        Refused::Field(field, error) => {
            let message = format!("Expected a value for {field}, but {}", cause(&error));
            told(row, heading(&field), Problem::new("", "formula", message), shown(&field))
        }
        Refused::Filter(error) => {
            let message = format!("Expected to know whether the row is meant, but {}", cause(&error));
            told(row, None, Problem::new("", "formula", message), String::new())
        }
        Refused::Option(field, text) => {
            let message = format!("Expected one of the options of {field}, but found {text}");
            told(row, heading(&field), Problem::new("", "option", message), text)
        }
    }
}

//! Works out what people do not write: defaults, fills from references, formulas, the title, the search text.

use std::sync::Arc;

use indexmap::IndexMap;

use super::{Work, overrides::Place, sight::Source};
use crate::{
    Line, Name, Problem, Record, Value,
    definition::FieldKind,
    expression::{Env, EvalError, Expr, Reference, eval},
    field::{behaviour, clean_html, most, round},
    query::Query,
    schema::{Computation, Field, Target},
};

/// Brings a computed value into the form of its field: rounded to its scale.
pub(crate) fn fit(field: &Field, value: Value) -> Result<Value, Problem> {
    match (field.kind, value) {
        (FieldKind::Decimal | FieldKind::Money | FieldKind::Percent, Value::Integer(i)) => {
            fit(field, Value::Decimal(i.into()))
        }
        (FieldKind::Decimal | FieldKind::Money | FieldKind::Percent, Value::Decimal(d)) => {
            let stored = round(d, field.scale);
            if stored.abs() >= most(field.scale) {
                let told = format!("expected less than {}, but the formula gives {stored}", most(field.scale).trunc());
                return Err(Problem::new("", "max", told));
            }
            Ok(Value::Decimal(stored))
        }
        // Nothing comes past the reading of rich text, wherever it was taken from.
        (FieldKind::RichText, Value::Text(html)) => Ok(Value::text(clean_html(&html))),
        (FieldKind::Integer | FieldKind::Duration | FieldKind::Rating, Value::Decimal(d)) => {
            use rust_decimal::prelude::ToPrimitive;
            let whole = round(d, 0);
            whole.to_i64().map(Value::Integer).ok_or_else(|| Problem::new("", "max", format!("{whole} is too large")))
        }
        (_, value) => Ok(value),
    }
}

/// The field that an expression is, if it is one of these.
fn own<'f>(fields: &'f IndexMap<Name, Field>, expr: &Expr) -> Option<&'f Field> {
    let path = expr.as_path()?;
    if let [name] = path.as_slice() { fields.get(name) } else { None }
}

/// What the search finds a value by: what people read in either language.
fn said(field: Option<&Field>, value: &Value) -> String {
    let Some(show) = field.and_then(|field| behaviour(field.kind).show) else { return value.to_string() };
    let (english, chinese) = (show(value, "en"), show(value, "zh_hans"));
    if english == chinese { english } else { format!("{english}\n{chinese}") }
}

impl<'a> Work<'a> {
    /// Values of a new record and of new lines that the input does not name.
    pub(crate) fn defaults(&mut self) {
        let entity = self.entity;
        if self.base.is_none() {
            for field in entity.columns() {
                if let Some(default) = &field.default
                    && !self.given.contains(&*field.name)
                {
                    let result = eval(default, &self.env(&Arc::clone(&self.record)));
                    if let Some(value) = self.note(&field.name, result) {
                        self.set(field, value);
                    }
                }
            }
        }
        for table in entity.line_tables() {
            let old: Vec<_> =
                self.base.and_then(|b| b.lines.get(&table.name)).into_iter().flatten().map(|l| l.id).collect();
            let fields: Vec<_> = table.fields.values().filter_map(|f| Some((f, f.default.as_ref()?))).collect();
            if fields.is_empty() {
                continue;
            }
            self.each_line(&table.name, |work, line, env| {
                if old.contains(&line.id) {
                    return;
                }
                for (field, default) in &fields {
                    let path = format!("{}.{}.{}", table.name, line.id, field.name);
                    if !work.given.contains(&path) {
                        let result = eval(default, &env.line(&line.clone()));
                        if let Some(value) = work.note(&path, result) {
                            work.set_line(field, &path, line, value);
                        }
                    }
                }
            });
        }
    }

    /// Fields taken over from a record that was chosen.
    pub(crate) fn fills(&mut self) {
        let entity = self.entity;
        for field in entity.columns().filter(|f| !f.fills.is_empty()) {
            if !self.fills_now(&field.name) {
                continue;
            }
            let value = self.record.get(&field.name);
            let Some(other) = self.referred(field, &value) else { continue };
            for (name, expr) in &field.fills {
                if !self.may_bring(&other, expr, name) {
                    continue;
                }
                // What a chosen reference brings stands before what follows from it; of two that were chosen, the later
                // field says more.
                let follows = self.followed.contains(&*field.name) && self.followed.contains(&**name);
                if follows || self.filled(&field.name, name, || self.record.get(name)) {
                    continue;
                }
                let result = eval(expr, &Env::new(self.s.ctx, self.s.facts, self.s.catalog).over(&*other.record));
                if let (Some(value), Some(target)) = (self.note(name, result), entity.fields.get(name)) {
                    self.followed.insert(name.to_string());
                    self.set(target, value);
                }
            }
        }
        for table in entity.line_tables() {
            let fields: Vec<&Field> = table.fields.values().filter(|f| !f.fills.is_empty()).collect();
            if fields.is_empty() {
                continue;
            }
            self.each_line(&table.name, |work, line, _| {
                for field in &fields {
                    let id = line.id;
                    let path = |name: &str| format!("{}.{id}.{name}", table.name);
                    if !work.fills_now(&path(&field.name)) {
                        continue;
                    }
                    let value = line.fields.get(&field.name).cloned().unwrap_or_default();
                    let Some(other) = work.referred(field, &value) else { continue };
                    for (name, expr) in &field.fills {
                        if !work.may_bring(&other, expr, &format!("{}.{name}", table.name)) {
                            continue;
                        }
                        let at = path(name);
                        let by = path(&field.name);
                        if work.followed.contains(&at)
                            || work.filled(&by, &at, || line.fields.get(name).cloned().unwrap_or_default())
                        {
                            continue;
                        }
                        let result =
                            eval(expr, &Env::new(work.s.ctx, work.s.facts, work.s.catalog).over(&*other.record));
                        if let (Some(value), Some(target)) = (work.note(&at, result), table.fields.get(name)) {
                            work.followed.insert(at.clone());
                            work.set_line(target, &at, line, value);
                        }
                    }
                }
            });
        }
    }

    /// Whether a reference at this path fills now: when it was changed; in a draft, when it was changed just now.
    fn fills_now(&self, path: &str) -> bool {
        if self.followed.contains(path) {
            return true;
        }
        match self.touched.as_deref() {
            None => self.changed.contains(path),
            Some([]) => self.base.is_none() && self.changed.contains(path),
            Some(touched) => touched.iter().any(|t| t == path),
        }
    }

    /// Whether a field that the reference at `by` would fill has its value already.
    fn filled(&self, by: &str, path: &str, value: impl FnOnce() -> Value) -> bool {
        match self.touched.as_deref() {
            // The writer sent it, perhaps empty on purpose.
            None => self.given.contains(path),
            Some([]) => !value().is_null(),
            // Of two that were changed just now, the later one stands.
            Some(touched) => {
                let last = |path: &str| touched.iter().rposition(|t| t == path);
                last(path).is_some_and(|at| last(by) < Some(at))
            }
        }
    }

    fn referred(&mut self, field: &Field, value: &Value) -> Option<Source<'a>> {
        let (to, id) = (field.to.as_ref()?, value.as_id()?);
        let query = Query::Record { entity: to.clone(), id };
        let Some(answer) = self.s.facts.answer(&query) else {
            self.needs.push(query);
            return None;
        };
        let other = answer.first().cloned()?;
        self.source(&field.name, other)
    }

    /// Lets and formulas, in their order.
    pub(crate) fn compute(&mut self) {
        let entity = self.entity;
        let mut lets: IndexMap<Name, Value> = IndexMap::new();
        for step in &entity.computations {
            if step.while_state.is_some() && step.while_state != self.record.state {
                continue;
            }
            match &step.target {
                Target::Let(name) => {
                    let result = eval(&step.value, &Env { lets: Some(&lets), ..self.env(&self.record) });
                    let value = self.note_at(|| format!("let.{name}"), result).unwrap_or_default();
                    lets.insert(name.clone(), value);
                }
                Target::Field(name) => {
                    let Some(field) = entity.fields.get(name) else { continue };
                    let place = Place { path: name, line: None };
                    if step.may_override && self.keeps(&place, &self.record.get(name), &step.value) {
                        continue;
                    }
                    let result = eval(&step.value, &Env { lets: Some(&lets), ..self.env(&self.record) });
                    let value = self.note(name, result).unwrap_or_default();
                    self.set(field, value);
                }
                Target::LineField { lines, field } => {
                    let Some(compiled) = entity.fields.get(lines).and_then(|t| t.fields.get(field)) else { continue };
                    self.compute_lines(lines, compiled, step, &lets);
                }
            }
        }
    }

    /// One formula of a line table, over all its lines.
    fn compute_lines(&mut self, lines: &Name, field: &Field, step: &Computation, lets: &IndexMap<Name, Value>) {
        let record = Arc::clone(&self.record);
        let Some(table) = record.lines.get(lines) else { return };
        let env = Env { lets: Some(lets), ..self.env(&record) };
        let mut values = Vec::with_capacity(table.len());
        for line in table {
            let path = || format!("{lines}.{}.{}", line.id, field.name);
            let now = || line.fields.get(&field.name).cloned().unwrap_or_default();
            if step.may_override {
                let path = path();
                let place = Place { path: &path, line: Some((lines, line)) };
                if self.keeps(&place, &now(), &step.value) {
                    values.push(None);
                    continue;
                }
            }
            let value = self.note_at(path, eval(&step.value, &env.line(line))).unwrap_or_default();
            values.push(match fit(field, value) {
                Ok(value) => Some(value),
                Err(problem) => {
                    self.problems.push(Problem { path: path(), ..problem });
                    None
                }
            });
        }
        drop(record);
        let table = self.record_mut().lines.get_mut(lines).into_iter().flatten();
        for (line, value) in table.zip(values) {
            if let Some(value) = value {
                line.fields.insert(field.name.clone(), value);
            }
        }
    }

    /// Sets a field past rights and locks, as an effect does.
    pub(crate) fn put(&mut self, name: &Name, value: Value) {
        if let Some(field) = self.entity.fields.get(name) {
            self.given.insert(name.to_string());
            self.forced.insert(name.to_string());
            self.set(field, value);
        }
    }

    pub(crate) fn set(&mut self, field: &Field, value: Value) {
        match fit(field, value) {
            Ok(value) => {
                if self.base.is_some_and(|b| b.get(&field.name) != value) {
                    self.changed.insert(field.name.to_string());
                }
                self.record_mut().fields.insert(field.name.clone(), value);
            }
            Err(problem) => self.problems.push(Problem { path: field.name.to_string(), ..problem }),
        }
    }

    fn set_line(&mut self, field: &Field, path: &str, line: &mut Line, value: Value) {
        match fit(field, value) {
            Ok(value) => {
                line.fields.insert(field.name.clone(), value);
            }
            Err(problem) => self.problems.push(Problem { path: path.to_owned(), ..problem }),
        }
    }

    /// Goes over the lines of a table: the lines are taken out, so that they can be changed while the record is read.
    fn each_line(&mut self, table: &str, mut visit: impl FnMut(&mut Self, &mut Line, &Env<'_>)) {
        let record = Arc::clone(&self.record);
        let Some(mut lines) = record.lines.get(table).cloned() else { return };
        let env = self.env(&record);
        for line in &mut lines {
            visit(self, line, &env);
        }
        drop(record);
        if let Some(place) = self.record_mut().lines.get_mut(table) {
            *place = lines;
        }
    }

    /// The record's title.
    pub(crate) fn title(&mut self) {
        let result = self.entity.title.render(&self.env(&self.record));
        let title = self.note("title", result).unwrap_or_default();
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        let title =
            if title.is_empty() { self.entity.definition.label.clone() } else { title.chars().take(300).collect() };
        self.record_mut().title = title;
    }

    /// The text that the search finds the record by. What cannot be worked out is left out.
    ///
    /// # Errors
    ///
    /// [`EvalError::Needs`] where it reads other records.
    pub(crate) fn search_text(&self, record: &Record) -> Result<String, EvalError> {
        let env = self.env(record);
        let (mut parts, mut needs) = (vec![record.title.clone()], Vec::new());
        let mut take = |field: Option<&Field>, value: Result<Value, EvalError>| match value {
            Ok(value) => parts.push(said(field, &value)),
            Err(EvalError::Needs(queries)) => needs.extend(queries),
            Err(EvalError::Fault(_)) => {}
        };
        for (lines, expr) in &self.entity.search {
            match lines {
                None => take(own(&self.entity.fields, expr), eval(expr, &env)),
                Some(table) => {
                    let fields = self.entity.fields.get(table).map(|table| &table.fields);
                    for line in record.lines.get(table).into_iter().flatten() {
                        take(fields.and_then(|fields| own(fields, expr)), eval(expr, &env.line(line)));
                    }
                }
            }
        }
        if !needs.is_empty() {
            return Err(EvalError::Needs(needs));
        }
        parts.retain(|p| !p.is_empty());
        parts.dedup();
        Ok(parts.join("\n"))
    }

    /// The new text that the search finds the record by; none if nothing of what it is made of has changed.
    pub(super) fn found_by(&self) -> Result<Option<String>, EvalError> {
        match self.base {
            Some(base) if base.title == self.record.title && !self.search_moved(base) => Ok(None),
            _ => self.search_text(&self.record).map(Some),
        }
    }

    /// Whether the record's own part of what it is found by has changed.
    fn search_moved(&self, base: &Record) -> bool {
        let cells = |record: &Record, table: &Name, field: &Name| {
            let lines = record.lines.get(table).into_iter().flatten();
            lines.map(|line| (line.id, line.fields.get(field).cloned())).collect::<Vec<_>>()
        };
        let read = self.entity.search.iter().flat_map(|(_, expr)| expr.references());
        read.into_iter().any(|read| match read {
            Reference::Field { lines: None, field, own: true, .. } => base.get(&field) != self.record.get(&field),
            Reference::Field { lines: Some(table), field, own: true, .. } => {
                cells(base, &table, &field) != cells(&self.record, &table, &field)
            }
            _ => false,
        })
    }
}

//! Reads what a person sent: wire values into typed ones, each checked against its field, the writer's rights and the
//! state's locks.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::{
    Work,
    arrange::{Lists, arrange},
};
use crate::{
    Line, Name, Problem, Rejection, SYSTEM_FIELDS, Value,
    definition::FieldKind,
    expression::{Env, holds},
    field::{Wrong, parse},
    nearest,
    query::Query,
    schema::Field,
    sealed,
};

/// More lines than this cannot be sent at once.
const MOST_LINES: usize = 5_000;
/// More problems than this are not told.
const MOST_PROBLEMS: usize = 200;

impl Work<'_> {
    /// Takes the input over. A draft keeps what it can and lets go what it may not.
    pub(crate) fn take(&mut self, input: &Map<String, Json>, draft: bool) {
        if !self.know_reach() {
            return;
        }
        let entity = self.entity;
        for (key, json) in input {
            if self.is_full() {
                return;
            }
            if SYSTEM_FIELDS.contains(&key.as_str()) {
                continue;
            }
            // Whoever had the form open while a field was renamed sends it by the name that it had.
            let Some(field) = entity.name_now(None, key).and_then(|now| entity.fields.get(now)) else {
                self.unknown(key, key, entity.fields.keys());
                continue;
            };
            let key = field.name.as_str();
            if field.kind == FieldKind::Lines {
                self.take_lines(field, json, draft);
            } else {
                let old = self.base.map(|b| b.get(key)).unwrap_or_default();
                if let Some(value) = self.take_value(field, key, key, json, &old, draft) {
                    self.record_mut().fields.insert(field.name.clone(), value);
                }
            }
        }
    }

    /// Whether so many problems were found that nobody reads further ones.
    pub(crate) fn is_full(&self) -> bool {
        self.problems.len() >= MOST_PROBLEMS
    }

    fn unknown<'n>(&mut self, path: &str, key: &str, known: impl Iterator<Item = &'n Name>) {
        let near = nearest(key, known.map(|k| &**k)).map(|k| format!("; did you mean `{k}`?")).unwrap_or_default();
        self.problems.push(Problem::new(path, "unknown", format!("no field `{key}`{near}")));
    }

    /// Reads one value; none if it stays as it is.
    fn take_value(
        &mut self,
        field: &Field,
        right: &str,
        path: &str,
        json: &Json,
        old: &Value,
        draft: bool,
    ) -> Option<Value> {
        // Before the value is looked at: whether a guess of a hidden value is right must not be told.
        let opened = self.opened.contains(&field.name);
        if !self.reads(right) && !opened {
            if !draft {
                self.problems.push(Problem::new(path, "unknown", "this field cannot be written by you"));
            }
            return None;
        }
        let read = if field.sensitive { self.sealed(field, right, json, old) } else { parse(field, json) };
        let value = match read {
            Ok(value) => value,
            Err(_) if field.computed => return None,
            Err(wrong) => {
                self.problems.push(wrong.at(path));
                return None;
            }
        };
        let value = self.checked_option(field, path, value)?;
        self.given.insert(path.to_owned());
        if value == *old {
            return None;
        }
        if field.computed {
            if !draft {
                self.problems.push(Problem::new(path, "computed", "this field is computed and cannot be written"));
            }
            self.given.remove(path);
            return None;
        }
        // Who has which roles is for administrators alone, whatever a role says of people.
        let roles = field.options_from.is_some() && !self.s.access.is_admin();
        if roles || !(self.writes(right) || opened) {
            if !draft {
                self.problems.push(Problem::new(path, "forbidden", "this field cannot be written by you"));
            }
            self.given.remove(path);
            return None;
        }
        self.changed.insert(path.to_owned());
        Some(value)
    }

    /// A sensitive value, sealed. What is sent as it was shown, or as it is kept, stays.
    fn sealed(&mut self, field: &Field, right: &str, json: &Json, old: &Value) -> Result<Value, Wrong> {
        let vault = self.s.ctx.vault;
        let open = |sealed: &str| vault.and_then(|vault| vault.open(sealed));
        if let Some(text) = json.as_str() {
            if sealed::is_sealed(text) && open(text).is_some() {
                return Ok(Value::text(text));
            }
            if old.as_text().is_some_and(|old| sealed::masked(old) == *text) {
                return Ok(old.clone());
            }
        }
        let value = parse(field, json)?;
        if value.as_text().is_some_and(|text| text.contains('•')) {
            return Err(Wrong::new("masked", "expected the whole value, but found a part of what hides it"));
        }
        let Some(plain) = value.as_text() else { return Ok(value) };
        if old.as_text().and_then(open).as_deref() == Some(plain) {
            return Ok(old.clone());
        }
        let Some(vault) = vault else {
            return Err(Wrong::new("sealed", "expected a key to seal this value with, but there is none"));
        };
        // The same value must look the same where no two records may share it.
        let alone = !self.entity.unique.iter().flatten().any(|name| *name == field.name);
        let salt = alone.then(|| self.ids.next());
        Ok(Value::text(vault.seal(&format!("{}.{right}", self.entity.name), plain, salt)))
    }

    /// Options that are definitions must be there.
    fn checked_option(&mut self, field: &Field, path: &str, value: Value) -> Option<Value> {
        if field.options_from.is_some()
            && let Value::List(chosen) = &value
            && let Some(wrong) =
                chosen.iter().filter_map(Value::as_text).find(|k| !self.s.catalog.roles.contains_key(*k))
        {
            self.problems.push(Problem::new(path, "option", format!("no role `{wrong}`")));
            return None;
        }
        Some(value)
    }

    fn take_lines(&mut self, table: &Field, json: &Json, draft: bool) {
        let name = &table.name;
        let Some(list) = json.as_array() else {
            self.problems.push(Problem::new(&**name, "type", "expected a list of lines"));
            return;
        };
        if list.len() > MOST_LINES {
            let told = format!("expected at most {MOST_LINES} lines, but found {}", list.len());
            self.problems.push(Problem::new(&**name, "too_long", told));
            return;
        }
        if !self.reads(name) && !self.opened.contains(name) {
            self.problems.push(Problem::new(&**name, "unknown", format!("no field `{name}`")));
            return;
        }
        let base = self.base;
        let now: &[Line] = base.and_then(|b| b.lines.get(name)).map_or(&[], Vec::as_slice);
        let read = self.read.as_ref().map(|read| read.record.lines.get(name).cloned().unwrap_or_default());
        let before: &[Line] = read.as_deref().unwrap_or(now);
        let (is, was) = (by_id(now), by_id(before));
        let mut lines: HashMap<Uuid, Line> = HashMap::new();
        let mut mine = Vec::with_capacity(list.len());
        let mut seen = HashSet::new();
        for (index, item) in list.iter().enumerate() {
            if self.is_full() {
                return;
            }
            let Some(object) = item.as_object() else {
                self.problems.push(Problem::new(format!("{name}.{index}"), "type", "expected a line"));
                continue;
            };
            let sent = object.get("id").and_then(Json::as_str).and_then(|id| Uuid::parse_str(id).ok());
            let old = sent.and_then(|id| is.get(&id).copied());
            let gone = sent.and_then(|id| was.get(&id).copied()).filter(|_| old.is_none());
            let mut line = match (old.or(gone), sent) {
                (Some(old), _) => old.clone(),
                // A form knows its new lines by ids of its own; what is kept gets one of ours.
                (None, Some(id)) if draft => Line { id, fields: indexmap::IndexMap::new() },
                _ => Line { id: self.ids.next(), fields: indexmap::IndexMap::new() },
            };
            if !seen.insert(line.id) {
                self.problems.push(Problem::new(
                    format!("{name}.{index}.id"),
                    "unique",
                    "this line stands there twice",
                ));
                continue;
            }
            let place = sent.map_or_else(|| index.to_string(), |id| id.to_string());
            self.take_line(table, object, &mut line, old.or(gone), &place, draft);
            if gone.is_some() {
                self.let_go(name, line.id);
                continue;
            }
            if old.is_none() {
                self.line_moves.came.insert(line.id, (name.clone(), format!("{name}.{place}")));
            }
            mine.push(line.id);
            lines.insert(line.id, line);
        }
        let ids = |lines: &[Line]| lines.iter().map(|l| l.id).collect::<Vec<_>>();
        let ordered = !self.read.as_ref().is_some_and(|read| read.unordered.contains(name));
        let arranged = arrange(&Lists { before: &ids(before), ordered, now: &ids(now), mine: &mine });
        let moved = arranged.order != ids(now);
        let after = arranged.order.iter().filter_map(|id| lines.remove(id).or_else(|| is.get(id).copied().cloned()));
        let after: Vec<Line> = after.collect();
        self.line_moves.went.extend(arranged.removed.iter().map(|id| (name.clone(), *id)));
        self.line_moves.moved.extend(arranged.moved.then(|| name.clone()));
        self.line_moves.disputed.extend(arranged.disputed.then(|| name.clone()));
        let touched = moved || self.changed.iter().any(|c| c.strip_prefix(&**name).is_some_and(|r| r.starts_with('.')));
        if touched {
            let right = self.writes(name) || self.opened.contains(name);
            if !right && !draft {
                self.problems.push(Problem::new(&**name, "forbidden", "these lines cannot be written by you"));
                return;
            }
            self.changed.insert(name.to_string());
        }
        self.given.insert(name.to_string());
        self.record_mut().lines.insert(name.clone(), after);
    }

    /// A line that others took away goes; what the writer changed of it is disputed.
    fn let_go(&mut self, table: &Name, line: Uuid) {
        let within = format!("{table}.{line}.");
        let before = self.changed.len();
        self.changed.retain(|path| !path.starts_with(&within));
        if self.changed.len() != before {
            self.line_moves.lost.push((table.clone(), line));
        }
    }

    fn take_line(
        &mut self,
        table: &Field,
        object: &Map<String, Json>,
        line: &mut Line,
        old: Option<&Line>,
        place: &str,
        draft: bool,
    ) {
        for (key, json) in object.iter().filter(|(k, _)| *k != "id") {
            let told = format!("{}.{place}.{key}", table.name);
            let now = self.entity.name_now(Some(&table.name), key);
            let Some(field) = now.and_then(|now| table.fields.get(now)) else {
                self.unknown(&told, key, table.fields.keys());
                continue;
            };
            let key = field.name.as_str();
            let before = old.and_then(|l| l.fields.get(key)).cloned().unwrap_or_default();
            let problems = self.problems.len();
            // Paths of lines are kept by the line's id, problems are told at the place that the sender knows.
            let path = format!("{}.{}.{key}", table.name, line.id);
            let right = format!("{}.{key}", table.name);
            if let Some(value) = self.take_value(field, &right, &path, json, &before, draft) {
                line.fields.insert(field.name.clone(), value);
            }
            for problem in self.problems.iter_mut().skip(problems) {
                problem.path.clone_from(&told);
            }
        }
    }

    /// The refusal, if the state locks what was changed.
    pub(crate) fn locked(&self) -> Option<Rejection> {
        let (base, lifecycle) = (self.base?, self.entity.lifecycle.as_ref()?);
        let name = base.state.as_ref().unwrap_or(&lifecycle.start);
        let state = lifecycle.states.get(name);
        if self.s.access.is_engine() {
            return None;
        }
        let touched = self.changed.iter().map(|path| path.split('.').next().unwrap_or_default());
        // A state that the definition has lost locks everything.
        let locks = |f: &str| state.is_none_or(|s| s.locks(f));
        let locked = touched.into_iter().find(|f| locks(f) && !self.opened.iter().any(|o| o == f))?;
        let told = format!("expected a record that can be changed, but `{locked}` is locked while it is `{name}`");
        Some(Rejection::state("locked", told))
    }

    /// References that were changed must lead to records that the writer can see.
    pub(crate) fn check_references(&mut self) {
        let entity = self.entity;
        for field in entity.columns().filter(|f| f.to.is_some() || !f.among.is_empty()) {
            if self.changed.contains(&*field.name) && !self.forced.contains(&*field.name) {
                let value = self.record.get(&field.name);
                self.check_reference(field, &field.name, &value, None);
                if self.is_missing(&field.name) {
                    self.record_mut().fields.insert(field.name.clone(), Value::Null);
                }
            }
        }
        for table in entity.line_tables() {
            let record = Arc::clone(&self.record);
            for field in table.fields.values().filter(|f| f.to.is_some() || !f.among.is_empty()) {
                for line in record.lines.get(&table.name).into_iter().flatten() {
                    let path = format!("{}.{}.{}", table.name, line.id, field.name);
                    if self.changed.contains(&path) && !self.forced.contains(&path) {
                        let value = line.fields.get(&field.name).cloned().unwrap_or_default();
                        self.check_reference(field, &path, &value, Some(line));
                        if self.is_missing(&path)
                            && let Some(own) = self.record_mut().lines.get_mut(&table.name)
                            && let Some(own) = own.iter_mut().find(|own| own.id == line.id)
                        {
                            own.fields.insert(field.name.clone(), Value::Null);
                        }
                    }
                }
            }
        }
    }

    /// Whether a reference leads to nothing that the writer may see. It is then let go, so that neither fills nor
    /// formulas carry over what the other record holds.
    fn is_missing(&self, path: &str) -> bool {
        self.problems.iter().any(|p| p.path == path && p.code == "not_found")
    }

    /// The value at a path before the change.
    fn before(&self, path: &str, line: Option<&Line>) -> Value {
        let Some(base) = self.base else { return Value::Null };
        let Some(line) = line else { return base.get(path) };
        let field = path.rsplit('.').next().unwrap_or_default();
        let old = base.lines.values().flatten().find(|old| old.id == line.id);
        old.and_then(|old| old.fields.get(field)).cloned().unwrap_or_default()
    }

    fn check_reference(&mut self, field: &Field, path: &str, value: &Value, line: Option<&Line>) {
        for (to, id) in field.records(value) {
            self.check_record(field, path, &to, id, line);
        }
    }

    fn check_record(&mut self, field: &Field, path: &str, to: &Name, id: Uuid, line: Option<&Line>) {
        let missing = Problem::new(path, "not_found", format!("no such `{to}`"));
        let known = match &**to {
            "user" => self.s.ctx.org.people.get(&id).map(|p| p.active),
            "department" => self.s.ctx.org.departments.get(&id).map(|_| true),
            _ => None,
        };
        // People and departments are known to everybody; those made in this very import are asked for below.
        if known == Some(true) && field.choose.is_none() {
            return;
        }
        if known == Some(false) && !self.s.access.is_engine() {
            self.problems.push(Problem::new(path, "left", "this person has left"));
            return;
        }
        // A list keeps those that it had: only what is added must be seen.
        if matches!(self.before(path, line), Value::List(had) if had.contains(&Value::Id(id))) {
            return;
        }
        let query = Query::Record { entity: to.clone(), id };
        let Some(answer) = self.s.facts.answer(&query) else {
            self.needs.push(query);
            return;
        };
        let (Some(other), Some(entity)) = (answer.first().cloned(), self.s.catalog.entity(to)) else {
            self.problems.push(missing);
            return;
        };
        // What comes out of the trash with this very record can be referred to.
        if other.deleted_at.is_some() && !self.besides.contains(&id) {
            self.problems.push(missing);
            return;
        }
        // Positions are known to everybody, as people and departments are.
        if !self.s.access.is_engine() && known.is_none() && *to != *"position" {
            let flags = self.s.access.flags_of(entity, &other, self.s.facts);
            match self.note(path, flags) {
                Some(flags) if !flags.contains(&true) => {
                    self.problems.push(missing);
                    return;
                }
                _ => {}
            }
        }
        if let Some(choose) = &field.choose {
            let record = Arc::clone(&self.record);
            let mut env = Env::new(self.s.ctx, self.s.facts, self.s.catalog).over(&*other);
            env.doc = Some(&*record);
            env.row = line.map(|l| l as &dyn crate::expression::Fields);
            let fits = holds(choose, &env);
            if self.note(path, fits) == Some(false) {
                self.problems.push(Problem::new(path, "choose", format!("`{}` cannot be chosen here", other.title)));
            }
        }
    }
}

fn by_id(lines: &[Line]) -> HashMap<Uuid, &Line> {
    lines.iter().map(|line| (line.id, line)).collect()
}

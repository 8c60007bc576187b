//! Two people changed the same record: whether both changes can stand.
//!
//! A change is a set of places: a field, a cell of a line, a line that came or went, the order of a table. Two changes
//! can stand beside each other where no place is in both, and no formula, rule or condition reads a place of the one
//! together with a place of the other. Lines that only meet in a sum do not touch each other.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use uuid::Uuid;

use super::{
    Work, fit,
    links::{Place, links},
};
use crate::{
    Line, Name, Record, Value,
    change::LaterChange,
    expression::{Env, EvalError, eval},
    rejection::{Conflict, ConflictKind},
    schema::{Computation, Entity, Field, Target},
};

/// What the writer did to lines beside changing their cells.
#[derive(Debug, Default)]
pub(crate) struct LineMoves {
    /// Lines that came, with the path by which the writer knows them.
    pub(super) came: HashMap<Uuid, (Name, String)>,
    /// Lines that went.
    pub(super) went: Vec<(Name, Uuid)>,
    /// Tables whose lines were put into another order.
    pub(super) moved: Vec<Name>,
    /// Tables that others put into another order than the writer.
    pub(super) disputed: Vec<Name>,
    /// Lines that the writer changed and others took away.
    pub(super) lost: Vec<(Name, Uuid)>,
}

/// Places that were changed, each with the one that was changed by hand: itself, or the reference that fills it.
type Places = HashMap<Place, Place>;

/// What the writer changed that cannot be merged with what others changed meanwhile. What a changed reference fills
/// counts as changed with it, except what was given beside it.
pub(super) fn conflicts(work: &mut Work<'_>, since: &[LaterChange]) -> Vec<Conflict> {
    let computed = work.base.map(|now| work.as_computed(now)).unwrap_or_default();
    let (Some(now), Some(read)) = (work.base, &work.read) else { return everything(work, since) };
    let mine = mine(work);
    let theirs = theirs(work.entity, &read.record, now, &computed);
    let links = links(work.entity);
    let mut found = Vec::new();
    for (place, origin) in &mine {
        let (kind, with) = if let Some(other) = same(place, &theirs) {
            let kind = match (place == origin, place) {
                (true, Place::Line { .. }) => ConflictKind::RemovedByMe,
                (true, _) => ConflictKind::Changed,
                (false, _) => ConflictKind::Linked,
            };
            (kind, other.path())
        } else if let Some((_, other)) = theirs.iter().find(|(other, _)| links.iter().any(|l| l.joins(place, other))) {
            (ConflictKind::Linked, other.path())
        } else if read.record.state != now.state {
            // With the state changes what is locked.
            (ConflictKind::Linked, "state".to_owned())
        } else {
            continue;
        };
        let path = match origin {
            Place::Line { line, .. } => work.line_moves.came.get(line).map(|(_, path)| path.clone()),
            _ => None,
        };
        let values = [&read.record, &work.record, now].map(|record| value(record, origin));
        found.push(conflict(path.unwrap_or_else(|| origin.path()), kind, values, since, &with));
    }
    for (table, line) in &work.line_moves.lost {
        let path = format!("{table}.{line}");
        found.push(conflict(path.clone(), ConflictKind::RemovedByThem, Default::default(), since, &path));
    }
    for table in &work.line_moves.disputed {
        found.push(conflict(table.to_string(), ConflictKind::Order, Default::default(), since, table));
    }
    found.sort_by(|a, b| (&a.path, a.kind).cmp(&(&b.path, b.kind)));
    found.dedup_by(|a, b| a.path == b.path);
    found
}

/// Where nobody can tell what was read, nothing is merged.
fn everything(work: &Work<'_>, since: &[LaterChange]) -> Vec<Conflict> {
    let mut heads: Vec<&str> = work.changed.iter().filter_map(|path| path.split('.').next()).collect();
    heads.sort_unstable();
    heads.dedup();
    let told = |head: &str| conflict(head.to_owned(), ConflictKind::Linked, Default::default(), since, head);
    heads.into_iter().map(told).collect()
}

fn conflict(
    path: String,
    kind: ConflictKind,
    [base, mine, theirs]: [Value; 3],
    since: &[LaterChange],
    with: &str,
) -> Conflict {
    let within = |path: &str| path.strip_prefix(with).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let last = since.iter().rev().find(|later| later.changes.iter().any(|change| within(&change.path)));
    let last = last.or(since.last());
    Conflict { path, kind, base, mine, theirs, by: last.and_then(|later| later.by), at: last.map(|later| later.at) }
}

/// The place of theirs that is the same one. Orders that do not agree are known already.
fn same<'t>(place: &'t Place, theirs: &'t Places) -> Option<&'t Place> {
    match place {
        Place::Order(_) => None,
        Place::Line { line, came: false, .. } => {
            theirs.keys().find(|other| matches!(other, Place::Cell { line: of, .. } if of == line))
        }
        _ => theirs.get(place),
    }
}

fn mine(work: &Work<'_>) -> Places {
    let moves = &work.line_moves;
    let mut places = Places::new();
    for path in &work.changed {
        let mut parts = path.splitn(3, '.');
        let head = Name::new(parts.next().unwrap_or_default());
        let place = match (parts.next().and_then(|id| Uuid::parse_str(id).ok()), parts.next()) {
            (Some(line), Some(_)) if moves.came.contains_key(&line) => continue,
            (Some(line), Some(field)) => Place::Cell { table: head, line, field: Name::new(field) },
            _ if work.entity.line_tables().any(|table| table.name == head) => continue,
            _ => Place::Field(head),
        };
        places.insert(place.clone(), place);
    }
    let came = moves.came.iter().map(|(line, (table, _))| (table, *line, true));
    let went = moves.went.iter().map(|(table, line)| (table, *line, false));
    let lines = came.chain(went).map(|(table, line, came)| Place::Line { table: table.clone(), line, came });
    for place in lines.chain(moves.moved.iter().cloned().map(Place::Order)) {
        places.insert(place.clone(), place);
    }
    with_fills(work.entity, places, |by, place| {
        let emptied = || work.changed.contains(&by.path()) && value(&work.record, by).is_null();
        !work.given.contains(&place.path()) && !emptied()
    })
}

/// The changed places and those that are filled from them.
fn with_fills(entity: &Entity, mut places: Places, fills: impl Fn(&Place, &Place) -> bool) -> Places {
    let mut next: Vec<(Place, Place)> = places.iter().map(|(place, origin)| (place.clone(), origin.clone())).collect();
    while let Some((place, origin)) = next.pop() {
        let (field, beside) = match &place {
            Place::Field(name) => (entity.fields.get(name), None),
            Place::Cell { table, line, field } => {
                (entity.fields.get(table).and_then(|t| t.fields.get(field)), Some((table, *line)))
            }
            Place::Line { .. } | Place::Order(_) => (None, None),
        };
        for name in field.into_iter().flat_map(|field| field.fills.keys()) {
            let filled = match beside {
                None => Place::Field(name.clone()),
                Some((table, line)) => Place::Cell { table: table.clone(), line, field: name.clone() },
            };
            if fills(&place, &filled) && !places.contains_key(&filled) {
                places.insert(filled.clone(), origin.clone());
                next.push((filled, origin.clone()));
            }
        }
    }
    places
}

fn value(record: &Record, place: &Place) -> Value {
    match place {
        Place::Field(name) => record.get(name),
        Place::Cell { table, line, field } => {
            let found = record.lines.get(table).into_iter().flatten().find(|one| one.id == *line);
            found.and_then(|line| line.fields.get(field)).cloned().unwrap_or_default()
        }
        Place::Line { .. } | Place::Order(_) => Value::Null,
    }
}

/// What others changed by hand. Values that could have been written and are what their formulas give are none of it.
fn theirs(entity: &Entity, before: &Record, now: &Record, computed: &HashSet<Place>) -> Places {
    let mut places = Vec::new();
    for field in entity.columns().filter(|field| !field.computed) {
        if before.get(&field.name) != now.get(&field.name) {
            places.push(Place::Field(field.name.clone()));
        }
    }
    for table in entity.line_tables() {
        let lines = |record: &'_ Record| -> Vec<Line> { record.lines.get(&table.name).cloned().unwrap_or_default() };
        lines_changed(table, &lines(before), &lines(now), &mut places);
    }
    places.retain(|place| !computed.contains(place));
    with_fills(entity, places.into_iter().map(|place| (place.clone(), place)).collect(), |_, _| true)
}

fn lines_changed(table: &Field, before: &[Line], now: &[Line], places: &mut Vec<Place>) {
    let by_id = |lines: &'_ [Line]| -> HashMap<Uuid, usize> {
        lines.iter().enumerate().map(|(at, line)| (line.id, at)).collect()
    };
    let (was, is) = (by_id(before), by_id(now));
    let name = &table.name;
    for line in now {
        let Some(old) = was.get(&line.id).and_then(|at| before.get(*at)) else {
            places.push(Place::Line { table: name.clone(), line: line.id, came: true });
            continue;
        };
        for field in table.fields.values().filter(|field| !field.computed) {
            let cell = |line: &Line| line.fields.get(&field.name).cloned().unwrap_or_default();
            if cell(old) != cell(line) {
                places.push(Place::Cell { table: name.clone(), line: line.id, field: field.name.clone() });
            }
        }
    }
    for line in before.iter().filter(|line| !is.contains_key(&line.id)) {
        places.push(Place::Line { table: name.clone(), line: line.id, came: false });
    }
    let kept = before.iter().filter_map(|line| is.get(&line.id));
    if !kept.is_sorted() {
        places.push(Place::Order(name.clone()));
    }
}

impl Work<'_> {
    /// Values that people may write over, and that are what their formulas give.
    fn as_computed(&mut self, now: &Record) -> HashSet<Place> {
        let mut found = HashSet::new();
        let mut lets: IndexMap<Name, Value> = IndexMap::new();
        for step in &self.entity.computations {
            if step.while_state.is_some() && step.while_state != now.state {
                continue;
            }
            match &step.target {
                Target::Let(name) => {
                    let value = self.given(now, step, &lets, None);
                    lets.insert(name.clone(), value);
                }
                Target::Field(name) if step.may_override => {
                    let place = Place::Field(name.clone());
                    if self.is_given(now, step, &lets, None, &place) {
                        found.insert(place);
                    }
                }
                Target::LineField { lines, field } if step.may_override => {
                    for line in now.lines.get(lines).into_iter().flatten() {
                        let place = Place::Cell { table: lines.clone(), line: line.id, field: field.clone() };
                        if self.is_given(now, step, &lets, Some(line), &place) {
                            found.insert(place);
                        }
                    }
                }
                Target::Field(_) | Target::LineField { .. } => {}
            }
        }
        found
    }

    fn is_given(
        &mut self,
        now: &Record,
        step: &Computation,
        lets: &IndexMap<Name, Value>,
        line: Option<&Line>,
        place: &Place,
    ) -> bool {
        let given = self.given(now, step, lets, line);
        let field = match place {
            Place::Field(name) => self.entity.fields.get(name),
            Place::Cell { table, field, .. } => self.entity.fields.get(table).and_then(|t| t.fields.get(field)),
            Place::Line { .. } | Place::Order(_) => None,
        };
        field.and_then(|field| fit(field, given).ok()) == Some(value(now, place))
    }

    /// What a formula gives; nothing where it cannot be worked out.
    fn given(&mut self, now: &Record, step: &Computation, lets: &IndexMap<Name, Value>, line: Option<&Line>) -> Value {
        let env = Env { lets: Some(lets), ..self.env(now) };
        let result = match line {
            None => eval(&step.value, &env),
            Some(line) => eval(&step.value, &env.line(line)),
        };
        match result {
            Ok(value) => value,
            Err(EvalError::Needs(queries)) => {
                self.needs.extend(queries);
                Value::Null
            }
            Err(EvalError::Fault(_)) => Value::Null,
        }
    }
}

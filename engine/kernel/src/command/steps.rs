//! The steps of a transition: records made, fields set, people told, in the same commit.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;

use super::{
    Stop, effect,
    other::{OtherChange, Others},
    taken,
};
use crate::{
    Line, Name, Problem, Record, Rejection, Value,
    change::{Change, Notice},
    context::Ids,
    definition::Keyed,
    expression::{self, eval, holds},
    number::NumberPattern,
    rights::Access,
    save::{Saving, Work, blank, fit},
    schema::{Entity, Mapping, Step},
    workflow::{RecordEffect, Search, Source},
};

/// What the steps make beside the record.
pub(super) struct Beside<'a> {
    pub(super) s: &'a Saving<'a>,
    pub(super) ids: Ids,
    pub(super) changes: Vec<Change>,
    pub(super) made: Vec<(Name, Uuid)>,
    pub(super) others: Others,
}

impl<'a> Beside<'a> {
    pub(super) fn new(s: &'a Saving<'a>, ids: Ids) -> Self {
        Self { s, ids, changes: Vec::new(), made: Vec::new(), others: Others::new() }
    }
}

/// Takes the steps of a transition. Without `beside` only what they do to the record itself: that is what a workflow
/// goes on with, and what a preview looks at.
pub(super) fn run(
    work: &mut Work<'_>,
    mut beside: Option<&mut Beside<'_>>,
    steps: &Keyed<Step>,
    depth: usize,
) -> Result<(), Stop> {
    for step in steps.values() {
        match (step, beside.as_deref_mut()) {
            (Step::Create { entity, mapping, set }, Some(beside)) => {
                create(work, beside, entity, mapping.as_ref(), set)?;
            }
            (Step::Copy { as_revision, set }, Some(beside)) => copy(work, beside, *as_revision, set)?,
            (Step::UpdateOther { record, entity, mapping, set, when }, Some(beside)) => {
                if when.as_ref().map_or(Ok(true), |k| holds(k, &work.env(&work.record)))? {
                    let Value::Id(id) = eval(record, &work.env(&work.record))? else {
                        let told = format!("Expected a record of `{entity}` to change, but none is named");
                        return Err(Rejection::state("workflow_fault", told).into());
                    };
                    let change = OtherChange { entity: entity.clone(), mapping: mapping.clone(), set: set.clone() };
                    beside.change(&work.record, id, change)?;
                }
            }
            (Step::Notify { to, message }, Some(beside)) => {
                let text = message.render(&work.env(&work.record))?;
                notify(work, beside, to, &text)?;
            }
            (Step::Update { set, when }, _) => {
                if when.as_ref().map_or(Ok(true), |k| holds(k, &work.env(&work.record)))? {
                    let mut fields = indexmap::IndexMap::new();
                    for (name, expr) in set {
                        fields.insert(name.clone(), eval(expr, &work.env(&work.record))?);
                    }
                    effect::apply_at(work, None, None, &RecordEffect::Update(fields), depth)?;
                }
            }
            (Step::Transition { name, when }, beside) => {
                if when.as_ref().map_or(Ok(true), |k| holds(k, &work.env(&work.record)))? {
                    effect::apply_at(work, beside, None, &RecordEffect::Transition(name.clone()), depth)?;
                }
            }
            (Step::Create { .. } | Step::Copy { .. } | Step::UpdateOther { .. } | Step::Notify { .. }, None) => {}
        }
    }
    Ok(())
}

fn create(
    work: &Work<'_>,
    beside: &mut Beside<'_>,
    name: &Name,
    mapping: Option<&Name>,
    set: &Keyed<expression::Expr>,
) -> Result<(), Stop> {
    let s = beside.s;
    let entity =
        s.catalog.entity(name).ok_or_else(|| Rejection::NotFound { kind: "entity".into(), id: name.to_string() })?;
    let id = beside.ids.next();
    let mut record = blank(s, entity, id);
    if let Some(mapping) = mapping {
        let found = s.catalog.mappings.get(mapping);
        let mapping = found.ok_or_else(|| Rejection::NotFound { kind: "mapping".into(), id: mapping.to_string() })?;
        map(work, &mut beside.ids, mapping, &mut record)?;
    }
    for (field, expr) in set {
        record.fields.insert(field.clone(), eval(expr, &work.env(&work.record))?);
    }
    insert(beside, entity, record, false)
}

/// Fills a record from the work's record.
pub(super) fn map(work: &Work<'_>, ids: &mut Ids, mapping: &Mapping, record: &mut Record) -> Result<(), Stop> {
    let source = &work.record;
    let env = work.env(source);
    for (field, expr) in &mapping.set {
        record.fields.insert(field.clone(), eval(expr, &env)?);
    }
    for (target, lines) in &mapping.lines {
        let mut made = Vec::new();
        for row in source.lines.get(&lines.from).into_iter().flatten() {
            let env = env.with_row(row);
            if !lines.filter.as_ref().map_or(Ok(true), |k| holds(k, &env))? {
                continue;
            }
            let mut line = Line { id: ids.next(), fields: indexmap::IndexMap::new() };
            for (field, expr) in &lines.set {
                line.fields.insert(field.clone(), eval(expr, &env)?);
            }
            made.push(line);
        }
        record.lines.insert(target.clone(), made);
    }
    Ok(())
}

/// A new version of the record: everything that people wrote, in the start state.
fn copy(
    work: &Work<'_>,
    beside: &mut Beside<'_>,
    as_revision: bool,
    set: &Keyed<expression::Expr>,
) -> Result<(), Stop> {
    let source = &work.record;
    let mut record = blank(beside.s, work.entity, beside.ids.next());
    for field in work.entity.columns().filter(|f| !f.computed) {
        record.fields.insert(field.name.clone(), source.get(&field.name));
    }
    for table in work.entity.line_tables() {
        let lines = source.lines.get(&table.name).into_iter().flatten();
        let copies = lines.map(|l| Line { id: beside.ids.next(), fields: l.fields.clone() }).collect();
        record.lines.insert(table.name.clone(), copies);
    }
    for (field, expr) in set {
        record.fields.insert(field.clone(), eval(expr, &work.env(source))?);
    }
    if as_revision {
        record.number = source.number.as_deref().map(|n| next_revision(n, work.entity.number.as_ref()));
    }
    insert(beside, work.entity, record, true)
}

/// `QT-202611-0007` → `QT-202611-0007-R1` → `…-R2`. A number as its pattern gives it is no revision, whatever it looks
/// like: `X-R7` → `X-R7-R1`.
fn next_revision(number: &str, pattern: Option<&NumberPattern>) -> String {
    let is_first = pattern.is_some_and(|p| p.fits(number));
    let revised = number.rsplit_once("-R").and_then(|(stem, n)| Some((stem, n.parse::<u32>().ok()?)));
    match revised.filter(|_| !is_first) {
        Some((stem, n)) => format!("{stem}-R{}", n.saturating_add(1)),
        None => format!("{number}-R1"),
    }
}

/// Saves a record that was filled by the engine: formulas and rules as always, rights passed over. Of a `whole` one what
/// is empty stays empty.
fn insert(beside: &mut Beside<'_>, entity: &Entity, record: Record, whole: bool) -> Result<(), Stop> {
    let s = beside.s;
    let engine = Access::engine(s.catalog, s.ctx);
    let saving = Saving { access: &engine, ..*s };
    let id = record.id;
    let mut work = Work::new(&saving, entity, None, record);
    work.fit_all();
    work.fill_given();
    if whole {
        work.give_all();
    }
    work.stop()?;
    work.ids = beside.ids.clone();
    work.complete(None);
    beside.ids = work.ids.clone();
    let saved = taken(work.finish())?;
    beside.changes.extend(saved.changes);
    beside.made.push((entity.name.clone(), id));
    Ok(())
}

fn notify(work: &Work<'_>, beside: &mut Beside<'_>, to: &[Source], message: &str) -> Result<(), Stop> {
    let s = beside.s;
    let eval = |path: &expression::Expr| eval(path, &work.env(&work.record));
    let department = s.ctx.user.and_then(|id| s.ctx.org.people.get(&id)?.department);
    let lines = |table: &Name, path: &expression::Expr| {
        let rows = work.record.lines.get(table).into_iter().flatten();
        rows.map(|line| Ok((line.id, expression::eval(path, &work.env(&work.record).line(line))?))).collect()
    };
    let search = Search { org: s.ctx.org, initiator: s.ctx.user, department, eval: &eval, lines: &lines, picked: None };
    let mut people: Vec<Uuid> = search.find(to)?.into_iter().map(|(id, _)| id).collect();
    people.sort_unstable();
    people.dedup();
    // Nobody is told of what they did themselves.
    people.retain(|id| Some(*id) != s.ctx.user && s.ctx.org.people.get(id).is_some_and(|p| p.active));
    for user in people {
        beside.changes.push(Change::Notify(Notice {
            id: beside.ids.next(),
            user,
            kind: "notify".into(),
            entity: Some(work.entity.name.clone()),
            record: Some(work.record.id),
            body: json!({"message": message, "by": s.ctx.user}),
        }));
    }
    Ok(())
}

impl Work<'_> {
    /// Brings every value into the form of its field.
    pub(super) fn fit_all(&mut self) {
        let entity = self.entity;
        let record = Arc::make_mut(&mut self.record);
        for (name, value) in &mut record.fields {
            if let Some(field) = entity.fields.get(name) {
                match fit(field, std::mem::take(value)) {
                    Ok(fitted) => *value = fitted,
                    Err(problem) => self.problems.push(Problem { path: name.to_string(), ..problem }),
                }
            }
        }
        for (table, lines) in &mut record.lines {
            let Some(fields) = entity.fields.get(table).map(|t| &t.fields) else { continue };
            for line in lines {
                for (name, value) in &mut line.fields {
                    let Some(field) = fields.get(name) else { continue };
                    match fit(field, std::mem::take(value)) {
                        Ok(fitted) => *value = fitted,
                        Err(problem) => {
                            self.problems.push(Problem { path: format!("{table}.{}.{name}", line.id), ..problem });
                        }
                    }
                }
            }
        }
    }

    /// What people can write counts as given, also where it is empty; what is computed is computed anew where it is.
    fn give_all(&mut self) {
        let written = |f: &&crate::schema::Field| !f.computed && !f.may_override;
        let entity = self.entity;
        self.given.extend(entity.columns().filter(written).map(|f| f.name.to_string()));
        for table in entity.line_tables() {
            for line in self.record.lines.get(&table.name).into_iter().flatten() {
                let fields = table.fields.values().filter(written);
                self.given.extend(fields.map(|f| format!("{}.{}.{}", table.name, line.id, f.name)));
            }
        }
    }

    /// Everything that a record brings along counts as given.
    pub(crate) fn fill_given(&mut self) {
        for (name, value) in &self.record.fields {
            if !value.is_null() {
                self.given.insert(name.to_string());
                self.forced.insert(name.to_string());
                self.changed.insert(name.to_string());
            }
        }
        for (table, lines) in &self.record.lines {
            for line in lines {
                let set = line.fields.iter().filter(|(_, v)| !v.is_null());
                let paths: Vec<String> = set.map(|(field, _)| format!("{table}.{}.{field}", line.id)).collect();
                self.given.extend(paths.iter().cloned());
                self.forced.extend(paths.iter().cloned());
                self.changed.extend(paths);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NumberPattern, next_revision};

    #[test]
    fn revisions_are_counted_after_the_number() {
        assert_eq!(next_revision("QT-202611-0007", None), "QT-202611-0007-R1");
        assert_eq!(next_revision("QT-202611-0007-R9", None), "QT-202611-0007-R10");
        assert_eq!(next_revision("A-Range", None), "A-Range-R1");
    }

    #[test]
    fn a_number_that_looks_like_a_revision_is_none() {
        let pattern = NumberPattern::compile("X-R{seq}").unwrap();
        assert_eq!(next_revision("X-R7", Some(&pattern)), "X-R7-R1");
        assert_eq!(next_revision("X-R7-R1", Some(&pattern)), "X-R7-R2");
    }
}

//! What a newer version of the definitions makes of stored values: conversions from one type to another, and formulas
//! worked out anew. Pure, a record at a time; the shell goes through the records.

mod convert;

use std::{collections::BTreeMap, sync::Arc};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::{
    Catalog, Line, Name, Record, Value,
    definition::FieldKind,
    expression::{Expr, Reference, parse},
    field,
    query::{Outcome, Query},
    rename::{earlier, earlier_entity},
    save::{Saving, Work},
    schema::{Computation, Entity, Field, Target},
};
use convert::{Converted, Unconverted, convert, is_same};

/// What is done with a value that has no meaning in the new type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Otherwise {
    /// Nothing is published.
    #[default]
    Refuse,
    /// The field becomes empty; the old value is told in the record's history.
    Empty,
    /// The field takes this value, in wire form; the old one is told in the record's history.
    Default(Json),
}

/// What the publisher wants done with a field's values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Choice {
    /// With those that do not convert.
    pub unconvertible: Otherwise,
    /// What records get that have no value, in wire form; they stay without one if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fill: Option<Json>,
}

/// Choices by field: `order.price`, `order.lines.price`, by the names of the new version.
pub type Choices = BTreeMap<String, Choice>;

/// A field whose values are converted.
#[derive(Clone, Debug)]
pub struct Conversion {
    /// The line table, by its name now.
    pub lines: Option<Name>,
    /// The field as it was.
    pub before: Field,
    /// The field as it becomes.
    pub after: Field,
    /// What is done with its values.
    pub choice: Choice,
}

/// What becomes of the records of an entity.
#[derive(Clone, Debug)]
pub struct Rebuild {
    /// The entity as it was.
    pub before: Arc<Entity>,
    /// The entity as it becomes.
    pub after: Arc<Entity>,
    /// Fields whose values are converted.
    pub conversions: Vec<Conversion>,
    /// Fields that are worked out anew: line table and field.
    pub computed: Vec<(Option<Name>, Name)>,
}

/// What a record becomes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rebuilt {
    /// Fields of the header.
    pub header: IndexMap<Name, Value>,
    /// Fields of lines, by table and line.
    pub lines: IndexMap<Name, Vec<Line>>,
    /// Values that did not convert.
    pub failed: Vec<Failed>,
    /// How many say less than they did.
    pub less: usize,
}

/// A value that did not convert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// `price`, `lines.<id>.price`.
    pub path: String,
    /// The field by its path: `price`, `lines.price`.
    pub field: String,
    /// The old value in wire form.
    pub value: Json,
    /// A stable code.
    pub code: String,
    /// In plain words.
    pub message: String,
    /// Whether this forbids to publish.
    pub refuses: bool,
}

/// What must be done with stored records when `after` follows on `before`. `renamed` is `before` by the names of `after`
/// ([`crate::rename::follow`]), so that a formula is told from one in which only names changed.
#[must_use]
pub fn rebuilds(before: &Catalog, renamed: &Catalog, after: &Catalog, choices: &Choices) -> Vec<Rebuild> {
    let of = |entity: &Arc<Entity>| {
        let was = earlier_entity(before, after, entity)?;
        let mut rebuild = Rebuild {
            before: Arc::clone(was),
            after: Arc::clone(entity),
            conversions: Vec::new(),
            computed: Vec::new(),
        };
        rebuild.convert(None, &was.fields, &entity.fields, choices);
        for table in entity.line_tables() {
            if let Some(was) = earlier(&was.fields, &entity.fields, table).filter(|f| f.kind == FieldKind::Lines) {
                rebuild.convert(Some(&table.name), &was.fields, &table.fields, choices);
            }
        }
        if let Some(renamed) = renamed.entities.get(&entity.name) {
            rebuild.compute(renamed);
        }
        (!rebuild.conversions.is_empty() || !rebuild.computed.is_empty()).then_some(rebuild)
    };
    let mut found: Vec<Rebuild> = after.entities.values().filter_map(of).collect();
    // Formulas may read what is converted elsewhere, so they come last.
    found.sort_by_key(|rebuild| !rebuild.computed.is_empty());
    found
}

impl Rebuild {
    fn convert(
        &mut self,
        lines: Option<&Name>,
        before: &IndexMap<Name, Field>,
        after: &IndexMap<Name, Field>,
        choices: &Choices,
    ) {
        for field in after.values().filter(|f| f.kind != FieldKind::Lines && !f.computed) {
            let Some(was) = earlier(before, after, field).filter(|f| f.kind != FieldKind::Lines) else { continue };
            let path = [Some(&self.after.name), lines, Some(&field.name)].into_iter().flatten();
            let path = path.map(Name::as_str).collect::<Vec<_>>().join(".");
            let choice = choices.get(&path).cloned().unwrap_or_default();
            if !is_same(was, field) || choice.fill.is_some() {
                let (before, after) = (was.clone(), field.clone());
                self.conversions.push(Conversion { lines: lines.cloned(), before, after, choice });
            }
        }
    }

    /// Which formulas give another value than what is stored: those that changed, those of a field that is kept
    /// otherwise, and those that read any of these or what is converted.
    fn compute(&mut self, renamed: &Entity) {
        let own = &self.after.name;
        let mut moved: Vec<Target> = self.conversions.iter().map(|c| target(c.lines.as_ref(), &c.after.name)).collect();
        let mut found = Vec::new();
        for field in self.after.columns() {
            let Some(rollup) = &field.rollup else { continue };
            let before = renamed.fields.get(&field.name);
            let same = before.and_then(|before| before.rollup.as_ref()).is_some_and(|was| was.is_alike(rollup));
            if !same || !before.is_some_and(|before| is_same(before, field)) {
                moved.push(Target::Field(field.name.clone()));
                found.push((None, field.name.clone()));
            }
        }
        for step in &self.after.computations {
            let before = renamed.computations.iter().find(|k| k.target == step.target);
            let reads = step.value.references().iter().any(|r| read(r, own).is_some_and(|t| moved.contains(&t)));
            let same =
                before.is_some_and(|before| is_alike(before, step)) && kept_alike(renamed, &self.after, &step.target);
            if reads || !same {
                moved.push(step.target.clone());
                match &step.target {
                    Target::Let(_) => {}
                    Target::Field(field) => found.push((None, field.clone())),
                    Target::LineField { lines, field } => found.push((Some(lines.clone()), field.clone())),
                }
            }
        }
        self.computed = found;
    }

    /// The fields that are kept anew, with those whose formula is new.
    pub fn fields(&self) -> impl Iterator<Item = (Option<&Name>, &Name)> {
        let converted = self.conversions.iter().map(|c| (c.lines.as_ref(), &c.after.name));
        converted.chain(self.computed.iter().map(|(lines, field)| (lines.as_ref(), field)))
    }

    /// Whether lines are concerned.
    #[must_use]
    pub fn reads_lines(&self) -> bool {
        !self.computed.is_empty() || self.conversions.iter().any(|c| c.lines.is_some())
    }

    /// What a record becomes, given as it is by the old definitions.
    #[must_use]
    pub fn record(&self, s: &Saving<'_>, before: &Record) -> Outcome<Rebuilt> {
        let mut out = Rebuilt::default();
        let mut needs = Vec::new();
        let record = self.carried_over(before);
        let mut record = Record { entity: self.after.name.clone(), ..record };
        for c in &self.conversions {
            match &c.lines {
                None => {
                    let old = before.get(&c.before.name);
                    let value = self.one(s, c, (before.id, &old), || c.after.name.to_string(), &mut out, &mut needs);
                    record.fields.insert(c.after.name.clone(), value.clone());
                    out.header.insert(c.after.name.clone(), value);
                }
                Some(table) => {
                    for line in record.lines.get_mut(table).into_iter().flatten() {
                        // Carried over under its new name; the value is still the old one.
                        let old = line.fields.get(&c.after.name).cloned().unwrap_or_default();
                        let path = || format!("{table}.{}.{}", line.id, c.after.name);
                        let value = self.one(s, c, (line.id, &old), path, &mut out, &mut needs);
                        put_line(&mut out, table, line.id, &c.after.name, value.clone());
                        line.fields.insert(c.after.name.clone(), value);
                    }
                }
            }
        }
        if !needs.is_empty() {
            return Outcome::Needs(needs);
        }
        if self.computed.is_empty() {
            return Outcome::Decided(out);
        }
        let mut work = Work::new(s, &self.after, Some(&record), record.clone());
        let is_rollup = |name: &Name| self.after.fields.get(name).is_some_and(|field| field.rollup.is_some());
        if self.computed.iter().any(|(lines, field)| lines.is_none() && is_rollup(field)) {
            work.roll_up();
        }
        work.compute();
        if !work.needs.is_empty() {
            return Outcome::Needs(std::mem::take(&mut work.needs));
        }
        for (lines, field) in &self.computed {
            match lines {
                None => drop(out.header.insert(field.clone(), work.record.get(field))),
                Some(table) => {
                    for line in work.record.lines.get(table).into_iter().flatten() {
                        let value = line.fields.get(field).cloned().unwrap_or_default();
                        put_line(&mut out, table, line.id, field, value);
                    }
                }
            }
        }
        out.failed.extend(work.problems.iter().map(|p| Failed {
            path: p.path.clone(),
            field: p.path.clone(),
            value: Json::Null,
            code: p.code.clone(),
            message: p.message.clone(),
            refuses: false,
        }));
        Outcome::Decided(out)
    }

    fn one(
        &self,
        s: &Saving<'_>,
        c: &Conversion,
        (id, old): (Uuid, &Value),
        path: impl Fn() -> String,
        out: &mut Rebuilt,
        needs: &mut Vec<Query>,
    ) -> Value {
        let given = |json: &Json| self.sealed(s, c, id, field::parse(&c.after, json).unwrap_or_default());
        let opened = old.as_text().filter(|_| c.before.sensitive).and_then(|sealed| s.ctx.vault?.open(sealed));
        let opened = opened.map(Value::text);
        let old = opened.as_ref().unwrap_or(old);
        if old.is_null() {
            return c.choice.fill.as_ref().map(given).unwrap_or_default();
        }
        match convert(s, &c.before, &c.after, old) {
            Ok(Converted::Same(value)) => self.sealed(s, c, id, value),
            Ok(Converted::Less(value)) => {
                out.less += 1;
                self.sealed(s, c, id, value)
            }
            Err(Unconverted::Needs(queries)) => {
                needs.extend(queries);
                Value::Null
            }
            Err(Unconverted::Cannot(code, message)) => {
                let field =
                    c.lines.as_ref().map_or_else(|| c.after.name.to_string(), |l| format!("{l}.{}", c.after.name));
                out.failed.push(Failed {
                    path: path(),
                    field,
                    value: old.to_json(),
                    code: code.to_owned(),
                    message,
                    refuses: c.choice.unconvertible == Otherwise::Refuse,
                });
                match &c.choice.unconvertible {
                    Otherwise::Refuse | Otherwise::Empty => Value::Null,
                    Otherwise::Default(json) => given(json),
                }
            }
        }
    }

    /// The value as the field keeps it. Where nothing can seal, there is none: it must not lie open.
    fn sealed(&self, s: &Saving<'_>, c: &Conversion, id: Uuid, value: Value) -> Value {
        match (value.as_text(), s.ctx.vault) {
            (Some(plain), Some(vault)) if c.after.sensitive => {
                let path =
                    c.lines.as_ref().map_or_else(|| c.after.name.to_string(), |l| format!("{l}.{}", c.after.name));
                let alone = !self.after.unique.iter().flatten().any(|name| *name == c.after.name);
                Value::text(vault.seal(&format!("{}.{path}", self.after.name), plain, alone.then_some(id)))
            }
            (Some(_), None) if c.after.sensitive => Value::Null,
            _ => value,
        }
    }

    /// The record by the names of now, its values as they were.
    fn carried_over(&self, before: &Record) -> Record {
        let named = |then: &IndexMap<Name, Field>, now: &IndexMap<Name, Field>, values: &IndexMap<Name, Value>| {
            let carried = now.values().filter(|f| f.kind != FieldKind::Lines).filter_map(|field| {
                let was = earlier(then, now, field)?;
                Some((field.name.clone(), values.get(&was.name)?.clone()))
            });
            carried.collect::<IndexMap<_, _>>()
        };
        let mut lines = IndexMap::new();
        for table in self.after.line_tables() {
            let Some(was) = earlier(&self.before.fields, &self.after.fields, table) else { continue };
            let rows = before.lines.get(&was.name).into_iter().flatten();
            let rows = rows.map(|l| Line { id: l.id, fields: named(&was.fields, &table.fields, &l.fields) }).collect();
            lines.insert(table.name.clone(), rows);
        }
        let fields = named(&self.before.fields, &self.after.fields, &before.fields);
        Record { fields, lines, ..before.clone() }
    }
}

fn put_line(out: &mut Rebuilt, table: &Name, id: Uuid, field: &Name, value: Value) {
    let lines = out.lines.entry(table.clone()).or_default();
    if let Some(line) = lines.iter_mut().find(|line| line.id == id) {
        line.fields.insert(field.clone(), value);
    } else {
        lines.push(Line { id, fields: IndexMap::from([(field.clone(), value)]) });
    }
}

fn target(lines: Option<&Name>, field: &Name) -> Target {
    match lines {
        None => Target::Field(field.clone()),
        Some(lines) => Target::LineField { lines: lines.clone(), field: field.clone() },
    }
}

/// What of the record itself a formula reads.
fn read(reference: &Reference, own: &Name) -> Option<Target> {
    match reference {
        Reference::Field { entity, lines, field, own: true } if entity == own => Some(target(lines.as_ref(), field)),
        Reference::Let(name) => Some(Target::Let(name.clone())),
        _ => None,
    }
}

/// Whether two computations give the same, as far as what they say goes.
fn is_alike(a: &Computation, b: &Computation) -> bool {
    a.while_state == b.while_state && a.may_override == b.may_override && plain(&a.value) == plain(&b.value)
}

/// The expression without the spaces of its author.
fn plain(expr: &Expr) -> String {
    parse(expr.source()).map_or_else(|_| expr.source().to_owned(), |ast| ast.to_string())
}

/// Whether what a computation gives is kept as before.
fn kept_alike(before: &Entity, after: &Entity, target: &Target) -> bool {
    let find = |entity: &Entity| -> Option<Field> {
        match target {
            Target::Let(_) => None,
            Target::Field(field) => entity.fields.get(field).cloned(),
            Target::LineField { lines, field } => entity.fields.get(lines)?.fields.get(field).cloned(),
        }
    };
    match (find(before), find(after)) {
        (Some(before), Some(after)) => is_same(&before, &after),
        (None, None) => true,
        _ => false,
    }
}

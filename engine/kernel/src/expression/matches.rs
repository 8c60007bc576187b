//! Predicates over records in memory, with the store's semantics.

use std::sync::Arc;

use super::{
    env::{Env, EvalError, Fields},
    eval::{entry, of_org, order, same},
};
use crate::{
    Name, Record, Value,
    definition::FieldKind,
    query::{Comparison, FieldPath, Operand, Predicate, Query},
    text::fold,
};

/// Whether a record fits; see [`super::matches`].
pub(super) fn matches(predicate: &Predicate, record: &Record, env: &Env<'_>) -> Result<bool, EvalError> {
    let mut matcher = Matcher { env, needs: Vec::new() };
    let row = Row { fields: record, entity: record.entity.clone(), lines: None };
    match matcher.fits(predicate, &row) {
        Some(fits) => Ok(fits),
        None => Err(EvalError::Needs(matcher.needs)),
    }
}

struct Matcher<'m, 'e> {
    env: &'m Env<'e>,
    needs: Vec<Query>,
}

/// A row and whose it is.
#[derive(Clone)]
struct Row<'r> {
    fields: &'r dyn Fields,
    entity: Name,
    lines: Option<Name>,
}

/// None: not known until something is asked.
type Known<T> = Option<T>;

impl Matcher<'_, '_> {
    fn fits(&mut self, predicate: &Predicate, row: &Row<'_>) -> Known<bool> {
        match predicate {
            Predicate::True => Some(true),
            Predicate::False => Some(false),
            Predicate::All(parts) => {
                self.until(parts.iter().map(|part| (part, row.clone())), false).map(|found| !found)
            }
            Predicate::Any(parts) => self.until(parts.iter().map(|part| (part, row.clone())), true),
            Predicate::Not(inner) => self.fits(inner, row).map(|fits| !fits),
            Predicate::Compare { left, operator, right } => {
                let (left, right) = (self.operand(left, row), self.operand(right, row));
                Some(compare(*operator, &left?, &right?))
            }
            Predicate::In { operand, values } => {
                let value = self.value(operand, row)?;
                Some(values.iter().any(|v| same(v, &value)))
            }
            Predicate::IsNull(operand) => Some(self.value(operand, row)?.is_null()),
            Predicate::Contains { operand, text } => {
                Some(self.value(operand, row)?.as_text().is_some_and(|t| fold(t).contains(text.as_str())))
            }
            Predicate::StartsWith { operand, text } => {
                Some(self.value(operand, row)?.as_text().is_some_and(|t| fold(t).starts_with(text.as_str())))
            }
            Predicate::Has { operand, value } => match self.value(operand, row)? {
                Value::List(items) => Some(items.iter().any(|item| same(item, value))),
                _ => Some(false),
            },
            Predicate::Some { lines, filter } => {
                let rows = row.fields.lines(lines).into_iter();
                let line = |fields| Row { fields, entity: row.entity.clone(), lines: Some(lines.clone()) };
                self.until(rows.map(|fields| (&**filter, line(fields))), true)
            }
        }
    }

    /// Whether one of these comes to `wanted`.
    fn until<'p>(&mut self, parts: impl Iterator<Item = (&'p Predicate, Row<'p>)>, wanted: bool) -> Known<bool> {
        let mut unknown = false;
        for (part, row) in parts {
            match self.fits(part, &row) {
                Some(fits) if fits == wanted => return Some(true),
                Some(_) => {}
                None => unknown = true,
            }
        }
        if unknown { None } else { Some(false) }
    }

    fn operand(&mut self, operand: &Operand, row: &Row<'_>) -> Known<Value> {
        match operand {
            Operand::Value(value) => Some(value.clone()),
            Operand::Path(path) => self.value(path, row),
        }
    }

    fn value(&mut self, path: &FieldPath, row: &Row<'_>) -> Known<Value> {
        let Some((first, rest)) = path.split_first() else { return Some(Value::Null) };
        let mut value = row.fields.get(first);
        let mut entity = self.referred(&row.entity, row.lines.as_ref(), first);
        for name in rest {
            if let Value::Map(_) = value {
                value = entry(&value, name);
                entity = None;
                continue;
            }
            let (Some(to), Value::Id(id)) = (entity, &value) else { return Some(Value::Null) };
            entity = self.referred(&to, None, name);
            if let Some(known) = of_org(self.env.ctx.org, &to, &value, name) {
                value = known;
                continue;
            }
            let query = Query::Record { entity: to, id: *id };
            let record: Option<&Arc<Record>> = match self.env.facts.answer(&query) {
                Some(answer) => answer.first(),
                None => {
                    if !self.needs.contains(&query) {
                        self.needs.push(query);
                    }
                    return None;
                }
            };
            value = record.map_or(Value::Null, |record| record.get(name));
        }
        Some(value)
    }

    /// The entity that a field refers to.
    fn referred(&self, entity: &str, lines: Option<&Name>, field: &str) -> Option<Name> {
        match field {
            "created_by" | "updated_by" if lines.is_none() => return Some("user".into()),
            "id" => return None,
            _ => {}
        }
        let fields = &self.env.library.entity(entity)?.fields;
        let fields = match lines {
            Some(lines) => &fields.get(lines)?.fields,
            None => fields,
        };
        let definition = fields.get(field)?;
        match definition.field_type {
            FieldKind::Reference => definition.entity().cloned(),
            FieldKind::User => Some("user".into()),
            FieldKind::Department => Some("department".into()),
            FieldKind::Position => Some("position".into()),
            _ => None,
        }
    }
}

fn compare(operator: Comparison, left: &Value, right: &Value) -> bool {
    if left.is_null() || right.is_null() {
        return false;
    }
    let order = order(left, right);
    match operator {
        Comparison::Equal => same(left, right),
        Comparison::NotEqual => !same(left, right),
        Comparison::Less => order.is_some_and(std::cmp::Ordering::is_lt),
        Comparison::LessOrEqual => order.is_some_and(std::cmp::Ordering::is_le),
        Comparison::Greater => order.is_some_and(std::cmp::Ordering::is_gt),
        Comparison::GreaterOrEqual => order.is_some_and(std::cmp::Ordering::is_ge),
    }
}

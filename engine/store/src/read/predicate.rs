//! Conditions in SQL. Two-valued as in the kernel: a comparison with null is false, so its negation is true.

use kernel::{
    Value,
    query::{Comparison, Operand, Predicate},
};
use rust_decimal::Decimal;

use super::{
    scope::{Place, Scope},
    way::sought,
};
use crate::{
    Error,
    dialect::Dialect,
    layout::{LINE_RECORD, Storage},
    sql::{Bind, Sql},
    text,
};

/// How deep conditions may lie in each other.
const DEEPEST: usize = 100;

impl Scope<'_> {
    /// Writes a condition.
    pub(crate) fn condition(&mut self, sql: &mut Sql, predicate: &Predicate) -> Result<(), Error> {
        self.write(sql, predicate, 0)
    }

    fn write(&mut self, sql: &mut Sql, predicate: &Predicate, depth: usize) -> Result<(), Error> {
        if depth > DEEPEST {
            return Err(Error::Condition("it is too deep".to_owned()));
        }
        match predicate {
            Predicate::True => literal(sql, true),
            Predicate::False => literal(sql, false),
            Predicate::All(parts) => self.join_parts(sql, parts, " and ", true, depth)?,
            Predicate::Any(parts) => {
                let leading = std::mem::replace(&mut self.leading, false);
                self.join_parts(sql, parts, " or ", false, depth)?;
                self.leading = leading;
            }
            Predicate::Not(inner) => {
                let leading = std::mem::replace(&mut self.leading, false);
                // What is neither true nor false in SQL is false here.
                sql.text("not coalesce((");
                self.write(sql, inner, depth + 1)?;
                sql.text("), false)");
                self.leading = leading;
            }
            Predicate::Compare { left, operator, right } => self.compare(sql, left, *operator, right)?,
            Predicate::In { operand, values } => {
                let place = self.place(operand)?;
                self.within(sql, &place, values)?;
            }
            Predicate::IsNull(path) => {
                self.place(path)?.write(sql);
                sql.text(" is null");
            }
            Predicate::Contains { operand, text } => self.contains(sql, operand, text, " > 0")?,
            Predicate::StartsWith { operand, text } => self.contains(sql, operand, text, " = 1")?,
            Predicate::Has { operand, value } => {
                let place = self.place(operand)?;
                match (place.column.storage, value) {
                    (Storage::List, Value::Text(value)) => {
                        self.reading.dialect.has(sql, &place.alias, &place.column, value);
                    }
                    (Storage::Ids, Value::Id(id)) => {
                        self.reading.dialect.has(sql, &place.alias, &place.column, &id.to_string());
                    }
                    (Storage::List | Storage::Ids, _) => literal(sql, false),
                    _ => return Err(Error::Condition(format!("{} holds a single value", place.column.field))),
                }
            }
            Predicate::Some { lines, filter } => {
                let mut inner = self.lines(lines)?;
                let outer = std::mem::take(&mut sql.text);
                inner.write(sql, filter, depth + 1)?;
                let condition = std::mem::replace(&mut sql.text, outer);
                // Lines that an index finds lead to their records; else each record looks at its own lines. PostgreSQL sees
                // by itself that both are the same.
                let leads = self.leading && self.along.is_none() && self.finds_lines(lines, filter);
                if leads && self.reading.dialect == Dialect::Sqlite {
                    sql.column(&self.alias, "id").text(" in (select ").column(&inner.alias, LINE_RECORD);
                    inner.write_from(sql);
                    sql.text(" where (").text(&condition).text("))");
                } else {
                    sql.text("exists (select 1");
                    inner.write_from(sql);
                    sql.text(" where ");
                    inner.write_parent(sql, &self.alias);
                    sql.text(" and (").text(&condition).text("))");
                }
            }
        }
        Ok(())
    }

    /// Whether an index of a line table finds lines by a condition: they are indexed by what they refer to.
    pub(super) fn finds_lines(&self, lines: &kernel::Name, filter: &Predicate) -> bool {
        let Some(lines) = self.layout.lines.get(lines) else { return false };
        let parts = if let Predicate::All(parts) = filter { parts.as_slice() } else { std::slice::from_ref(filter) };
        let refers = |field: &kernel::Name| lines.column(field).is_some_and(|column| column.to.is_some());
        parts.iter().any(|part| matches!(sought(part), Some([field]) if refers(field)))
    }

    fn join_parts(
        &mut self,
        sql: &mut Sql,
        parts: &[Predicate],
        between: &str,
        empty: bool,
        depth: usize,
    ) -> Result<(), Error> {
        if parts.is_empty() {
            literal(sql, empty);
            return Ok(());
        }
        sql.text("(");
        for (position, part) in parts.iter().enumerate() {
            if position > 0 {
                sql.text(between);
            }
            self.write(sql, part, depth + 1)?;
        }
        sql.text(")");
        Ok(())
    }

    fn compare(&mut self, sql: &mut Sql, left: &Operand, operator: Comparison, right: &Operand) -> Result<(), Error> {
        match (left, right) {
            (Operand::Path(left), Operand::Value(right)) => {
                let place = self.place(left)?;
                self.compare_value(sql, &place, operator, right)
            }
            (Operand::Value(left), Operand::Path(right)) => {
                let place = self.place(right)?;
                self.compare_value(sql, &place, turned(operator), left)
            }
            (Operand::Path(left), Operand::Path(right)) => {
                let (left, right) = (self.place(left)?, self.place(right)?);
                self.compare_places(sql, &left, operator, &right)
            }
            (Operand::Value(left), Operand::Value(right)) => {
                literal(sql, compare_values(left, operator, right));
                Ok(())
            }
        }
    }

    fn compare_value(&self, sql: &mut Sql, place: &Place, operator: Comparison, value: &Value) -> Result<(), Error> {
        if value.is_null() {
            literal(sql, false);
            return Ok(());
        }
        let column = &place.column;
        let bind = match (column.storage, value) {
            (Storage::Text, Value::Text(text)) => Bind::Text(text::key(text)),
            (Storage::Integer | Storage::Decimal, _) if value.as_decimal().is_some() => {
                return self.compare_number(sql, place, operator, value);
            }
            (Storage::List | Storage::Ids | Storage::Parts, _) => {
                return Err(Error::Condition(format!("{} holds several values", column.field)));
            }
            _ => self.reading.dialect.encode(column, value).ok_or_else(|| self.misfit(place, value))?,
        };
        place.write_key(sql);
        sql.text(sign(operator)).value(bind);
        Ok(())
    }

    /// Numbers that have more digits than the column, or are greater than it holds, are still compared exactly.
    fn compare_number(&self, sql: &mut Sql, place: &Place, operator: Comparison, value: &Value) -> Result<(), Error> {
        let column = &place.column;
        if let Some(decimal) = value.as_decimal()
            && decimal == decimal.round_dp(column.scale)
            && let Some(bind) = self.reading.dialect.encode(column, value)
        {
            place.write(sql);
            sql.text(sign(operator)).value(bind);
            return Ok(());
        }
        let decimal = value.as_decimal().ok_or_else(|| self.misfit(place, value))?;
        let below = decimal.round_dp_with_strategy(column.scale, rust_decimal::RoundingStrategy::ToNegativeInfinity);
        match operator {
            Comparison::Equal => literal(sql, false),
            Comparison::NotEqual => {
                place.write(sql);
                sql.text(" is not null");
            }
            // Less than it is at most the next stored number below it; greater is more than that.
            Comparison::Less | Comparison::LessOrEqual | Comparison::Greater | Comparison::GreaterOrEqual => {
                let less = matches!(operator, Comparison::Less | Comparison::LessOrEqual);
                place.write(sql);
                match self.reading.dialect.encode(column, &Value::Decimal(below)) {
                    Some(bind) => {
                        sql.text(if less { " <= " } else { " > " }).value(bind);
                    }
                    // Beyond all stored numbers: everything is less than a great one.
                    None if less == (decimal > Decimal::ZERO) => {
                        sql.text(" is not null");
                    }
                    None => {
                        sql.text(" is null and false");
                    }
                }
            }
        }
        Ok(())
    }

    fn compare_places(&self, sql: &mut Sql, left: &Place, operator: Comparison, right: &Place) -> Result<(), Error> {
        let number = |s: Storage| matches!(s, Storage::Integer | Storage::Decimal);
        let (l, r) = (&left.column, &right.column);
        if number(l.storage) && number(r.storage) {
            // SQLite's scaled numbers are brought to the same digits.
            let scale = l.scale.max(r.scale);
            self.write_scaled(sql, left, scale);
            sql.text(sign(operator));
            self.write_scaled(sql, right, scale);
            return Ok(());
        }
        if l.storage != r.storage || matches!(l.storage, Storage::List | Storage::Ids | Storage::Parts) {
            return Err(Error::Condition(format!("{} and {} cannot be compared", l.field, r.field)));
        }
        left.write_key(sql);
        sql.text(sign(operator));
        right.write_key(sql);
        Ok(())
    }

    fn write_scaled(&self, sql: &mut Sql, place: &Place, scale: u32) {
        place.write(sql);
        if self.reading.dialect == Dialect::Sqlite && place.column.scale < scale {
            sql.text(" * ").text(&10_i64.saturating_pow(scale - place.column.scale).to_string());
        }
    }

    fn within(&self, sql: &mut Sql, place: &Place, values: &[Value]) -> Result<(), Error> {
        let mut binds = Vec::with_capacity(values.len());
        for value in values {
            let bind = match (place.column.storage, value) {
                (_, Value::Null) => None,
                (Storage::Text, Value::Text(text)) => Some(Bind::Text(text::key(text))),
                (Storage::Integer | Storage::Decimal, _) => {
                    let stored = value.as_decimal().filter(|d| *d == d.round_dp(place.column.scale));
                    stored.and_then(|_| self.reading.dialect.encode(&place.column, value))
                }
                (Storage::List | Storage::Ids | Storage::Parts, _) => {
                    return Err(Error::Condition(format!("{} holds several values", place.column.field)));
                }
                _ => Some(self.reading.dialect.encode(&place.column, value).ok_or_else(|| self.misfit(place, value))?),
            };
            binds.extend(bind);
        }
        let Some(last) = binds.last().cloned() else {
            literal(sql, false);
            return Ok(());
        };
        // The last is repeated up to a power of two, so that few different statements are prepared.
        binds.resize(binds.len().next_power_of_two(), last);
        place.write_key(sql);
        sql.text(" in (");
        sql.list(binds, ", ", |sql, bind| {
            sql.value(bind);
        });
        sql.text(")");
        Ok(())
    }

    fn contains(&mut self, sql: &mut Sql, path: &[kernel::Name], text: &str, found: &str) -> Result<(), Error> {
        let place = self.place(path)?;
        if place.column.storage != Storage::Text {
            return Err(Error::Condition(format!("{} holds no text", place.column.field)));
        }
        self.reading.dialect.position(sql, |sql| place.write_key(sql), text);
        sql.text(found);
        Ok(())
    }

    fn misfit(&self, place: &Place, value: &Value) -> Error {
        let column = &place.column;
        Error::value(&self.layout.entity, &column.field, column.storage.as_str(), value)
    }
}

fn literal(sql: &mut Sql, value: bool) {
    sql.text(if value { "true" } else { "false" });
}

fn sign(operator: Comparison) -> &'static str {
    match operator {
        Comparison::Equal => " = ",
        Comparison::NotEqual => " <> ",
        Comparison::Less => " < ",
        Comparison::LessOrEqual => " <= ",
        Comparison::Greater => " > ",
        Comparison::GreaterOrEqual => " >= ",
    }
}

fn turned(operator: Comparison) -> Comparison {
    match operator {
        Comparison::Equal | Comparison::NotEqual => operator,
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
    }
}

/// Two values that stand in the condition themselves.
fn compare_values(left: &Value, operator: Comparison, right: &Value) -> bool {
    use std::cmp::Ordering;
    let order = match (left, right) {
        (Value::Text(left), Value::Text(right)) => Some(text::key(left).cmp(&text::key(right))),
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
        (Value::Datetime(left), Value::Datetime(right)) => Some(left.cmp(right)),
        (Value::Id(left), Value::Id(right)) => Some(left.cmp(right)),
        _ => match (left.as_decimal(), right.as_decimal()) {
            (Some(left), Some(right)) => Some(left.cmp(&right)),
            _ => None,
        },
    };
    order.is_some_and(|order| match operator {
        Comparison::Equal => order == Ordering::Equal,
        Comparison::NotEqual => order != Ordering::Equal,
        Comparison::Less => order == Ordering::Less,
        Comparison::LessOrEqual => order != Ordering::Greater,
        Comparison::Greater => order == Ordering::Greater,
        Comparison::GreaterOrEqual => order != Ordering::Less,
    })
}

//! Rows and records: whose field is read, lists gone through, data asked for.

use rust_decimal::Decimal;

use super::{Evaluator, Got, Item, Stop, operators};
use crate::{
    Name, Value,
    context::Org,
    expression::{
        ast::BinaryOp,
        env::{Fault, Fields},
        lower,
        node::{Aggregate, Base, Node},
    },
    query::{Predicate, Query},
};

/// So many records of an entity are gone through at most.
const MOST_RECORDS: u32 = 1_000;

impl<'e> Evaluator<'e> {
    pub(super) fn field(&mut self, base: &Base, name: &Name) -> Got<Value> {
        if let Base::Through { of, entity } = base
            && matches!(entity.as_str(), "user" | "department")
            && !matches!(**of, Node::At { .. } | Node::Find { .. })
        {
            // People and departments are at hand; only what the snapshot does not hold is asked for.
            let id = self.value(of)?;
            if let Some(value) = of_org(self.env.ctx.org, entity, &id, name) {
                return Ok(value);
            }
            return Ok(self.referred(entity, &id)?.map_or(Value::Null, |row| row.get(name)));
        }
        Ok(self.row(base)?.map_or(Value::Null, |row| row.get(name)))
    }

    /// The row whose field is read; none if there is no such row.
    fn row(&mut self, base: &Base) -> Got<Option<&'e dyn Fields>> {
        Ok(match base {
            Base::Bare => self.env.bare,
            Base::Doc => self.env.doc.or(self.env.bare),
            Base::Row => self.env.row,
            Base::Old => self.env.old,
            Base::New => self.env.new,
            Base::Vars => self.env.vars,
            Base::Named => self.env.named,
            Base::Slot(index) => match self.slots.get(*index) {
                Some(Item::Row(row)) => Some(*row),
                _ => None,
            },
            Base::Through { of, entity } => match &**of {
                Node::At { .. } | Node::Find { .. } => self.record(of)?,
                Node::First(over) => match self.items(over)?.into_iter().next() {
                    Some(Item::Row(row)) => Some(row),
                    Some(Item::Value(id)) => self.referred(entity, &id)?,
                    None => None,
                },
                of => {
                    let id = self.value(of)?;
                    self.referred(entity, &id)?
                }
            },
        })
    }

    /// The record that an id refers to.
    fn referred(&mut self, entity: &Name, id: &Value) -> Got<Option<&'e dyn Fields>> {
        match id {
            Value::Id(id) => self.answer(Query::Record { entity: entity.clone(), id: *id }),
            _ => Ok(None),
        }
    }

    /// The first record of an answer.
    fn answer(&mut self, query: Query) -> Got<Option<&'e dyn Fields>> {
        match self.env.facts.answer(&query) {
            Some(records) => Ok(records.first().map(|record| &**record as &dyn Fields)),
            None => self.need(query),
        }
    }

    /// The record that `at` or `find` gives.
    pub(super) fn record(&mut self, node: &Node) -> Got<Option<&'e dyn Fields>> {
        match node {
            Node::At { entity, key, on } => {
                let on = self.value(on);
                if let Err(Stop::Fault(_)) = on {
                    return on.map(|_| None);
                }
                let values = self.values_of(key)?;
                let Value::Date(on) = on? else { return Ok(None) };
                if values.iter().any(Value::is_null) {
                    return Ok(None);
                }
                let key = key.iter().map(|(name, _)| name.clone()).zip(values).collect();
                self.answer(Query::Effective { entity: entity.clone(), key, on })
            }
            Node::Find { entity, condition } => {
                let filter = self.filter_of(condition)?;
                self.answer(Query::Find { entity: entity.clone(), filter, limit: 1 })
            }
            _ => Ok(None),
        }
    }

    /// The condition of `find` or `filter` over an entity's records, for the store.
    fn filter_of(&mut self, condition: &Node) -> Got<Predicate> {
        let subject = Base::Slot(self.slots.len());
        match lower::lower_node(condition, &subject, &mut |node, slots| self.constant(node, slots)) {
            Ok(filter) => Ok(filter),
            Err(lower::Failure::Eval(stop)) => Err(stop),
            Err(lower::Failure::NotLowerable(message)) => Err(Fault::Missing(message).into()),
        }
    }

    /// All records that fit. So many that a save would take long are a fault, never a wrong figure.
    fn records(&mut self, entity: &Name, condition: &Node) -> Got<Vec<Item<'e>>> {
        let filter = self.filter_of(condition)?;
        let query = Query::Find { entity: entity.clone(), filter, limit: MOST_RECORDS + 1 };
        let Some(found) = self.env.facts.answer(&query) else { return self.need(query) };
        if found.len() > MOST_RECORDS as usize {
            return Err(Fault::TooMuchWork.into());
        }
        self.work(found.len())?;
        Ok(found.iter().map(|record| Item::Row(&**record)).collect())
    }

    fn values_of(&mut self, entries: &[(Name, Node)]) -> Got<Vec<Value>> {
        let mut values = Vec::with_capacity(entries.len());
        let mut unknown = false;
        for (_, node) in entries {
            match self.value(node) {
                Ok(value) => values.push(value),
                Err(Stop::Unknown) => unknown = true,
                Err(fault) => return Err(fault),
            }
        }
        if unknown { Err(Stop::Unknown) } else { Ok(values) }
    }

    /// The elements of a list.
    pub(super) fn items(&mut self, over: &Node) -> Got<Vec<Item<'e>>> {
        match over {
            Node::Lines { base, name } => {
                let rows = self.row(base)?.map_or_else(Vec::new, |row| row.lines(name));
                self.work(rows.len())?;
                Ok(rows.into_iter().map(Item::Row).collect())
            }
            Node::Records { entity, condition } => self.records(entity, condition),
            Node::Filter { over, condition } => {
                let items = self.items(over)?;
                let mut kept = Vec::new();
                self.go_through(items, |evaluator, item| {
                    if evaluator.truth(condition)? {
                        kept.push(item);
                    }
                    Ok(())
                })?;
                Ok(kept)
            }
            Node::Each { over, body } => {
                let items = self.items(over)?;
                let mut values = Vec::with_capacity(items.len());
                self.go_through(items, |evaluator, _| {
                    values.push(Item::Value(evaluator.value(body)?));
                    Ok(())
                })?;
                Ok(values)
            }
            node => match self.value(node)? {
                Value::List(values) => {
                    self.work(values.len())?;
                    Ok(values.into_iter().map(Item::Value).collect())
                }
                Value::Null => Ok(Vec::new()),
                other => Err(operators::mistyped("a list", &other)),
            },
        }
    }

    /// Does something with every element in its slot; the rest is gone through too when one is unknown, so that what
    /// all rows need is asked for at once.
    fn go_through(&mut self, items: Vec<Item<'e>>, mut work: impl FnMut(&mut Self, Item<'e>) -> Got<()>) -> Got<()> {
        let mut unknown = false;
        for item in items {
            self.slots.push(item.clone());
            let got = work(self, item);
            self.slots.pop();
            match got {
                Ok(()) => {}
                Err(Stop::Unknown) => unknown = true,
                Err(fault) => return Err(fault),
            }
        }
        if unknown { Err(Stop::Unknown) } else { Ok(()) }
    }

    /// A list as a value; rows by their ids.
    pub(super) fn list(&mut self, node: &Node) -> Got<Value> {
        let items = self.items(node)?;
        Ok(Value::List(items.iter().map(Item::value).collect()))
    }

    pub(super) fn aggregate(&mut self, how: Aggregate, over: &Node, body: Option<&Node>) -> Got<Value> {
        let items = self.items(over)?;
        if body.is_none() && how == Aggregate::Count {
            return Ok(Value::Integer(i64::try_from(items.len()).unwrap_or(i64::MAX)));
        }
        if let Aggregate::Any | Aggregate::All = how {
            return self.quantify(how == Aggregate::Any, items, body);
        }
        let mut total = Total::new(how);
        self.go_through(items, |evaluator, item| {
            total.add(match body {
                Some(body) => evaluator.value(body)?,
                None => item.value(),
            })
        })?;
        total.finish()
    }

    /// `any` and `all`: the first element that decides ends it.
    fn quantify(&mut self, wanted: bool, items: Vec<Item<'e>>, body: Option<&Node>) -> Got<Value> {
        let mut unknown = false;
        for item in items {
            let got = match (body, &item) {
                (Some(body), _) => {
                    self.slots.push(item);
                    let got = self.truth(body);
                    self.slots.pop();
                    got
                }
                (None, Item::Value(Value::Bool(b))) => Ok(*b),
                (None, _) => Ok(false),
            };
            match got {
                Ok(truth) if truth == wanted => return Ok(Value::Bool(wanted)),
                Ok(_) => {}
                Err(Stop::Unknown) => unknown = true,
                Err(Stop::Fault(_)) if unknown => return Err(Stop::Unknown),
                Err(fault) => return Err(fault),
            }
        }
        if unknown { Err(Stop::Unknown) } else { Ok(Value::Bool(!wanted)) }
    }
}

/// A running aggregate. Nulls are left out.
struct Total {
    how: Aggregate,
    value: Value,
    count: i64,
}

impl Total {
    fn new(how: Aggregate) -> Self {
        let value = match how {
            Aggregate::Sum => Value::Decimal(Decimal::ZERO),
            Aggregate::SumWhole => Value::Integer(0),
            _ => Value::Null,
        };
        Self { how, value, count: 0 }
    }

    fn add(&mut self, value: Value) -> Got<()> {
        if value.is_null() {
            return Ok(());
        }
        if self.how == Aggregate::Count {
            self.count += i64::from(value != Value::Bool(false));
            return Ok(());
        }
        self.count += 1;
        let before = std::mem::take(&mut self.value);
        self.value = match self.how {
            _ if before.is_null() => value,
            Aggregate::Min if operators::compare(BinaryOp::Less, &value, &before) => value,
            Aggregate::Max if operators::compare(BinaryOp::Greater, &value, &before) => value,
            Aggregate::Min | Aggregate::Max => before,
            _ => operators::arithmetic(BinaryOp::Add, before, value)?,
        };
        Ok(())
    }

    fn finish(self) -> Got<Value> {
        match self.how {
            Aggregate::Count => Ok(Value::Integer(self.count)),
            Aggregate::Avg => operators::arithmetic(BinaryOp::Divide, self.value, Value::Integer(self.count.max(1))),
            _ => Ok(self.value),
        }
    }
}

/// A field of a person or department as the snapshot holds it; none if it does not know.
pub(in crate::expression) fn of_org(org: &Org, entity: &str, id: &Value, name: &str) -> Option<Value> {
    let Value::Id(id) = id else { return id.is_null().then_some(Value::Null) };
    let reference = |id: Option<uuid::Uuid>| id.map_or(Value::Null, Value::Id);
    if entity == "department" {
        let department = org.departments.get(id)?;
        return Some(match name {
            "name" | "title" => Value::text(&department.name),
            "parent" => reference(department.parent),
            "head" => reference(department.head),
            _ => return None,
        });
    }
    let person = org.people.get(id)?;
    Some(match name {
        "name" | "title" => Value::text(&person.name),
        "email" => Value::text(&person.email),
        "department" => reference(person.department),
        "manager" => reference(person.manager),
        "roles" => Value::List(person.roles.iter().map(Value::text).collect()),
        "active" => Value::Bool(person.active),
        "language" => person.language.as_ref().map_or(Value::Null, Value::text),
        _ => return None,
    })
}

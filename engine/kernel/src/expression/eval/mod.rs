//! The evaluator: the typed tree over rows to a value, or to the queries that must be answered first.

mod functions;
mod operators;
mod rows;
mod worktime;

use std::{collections::HashMap, sync::Arc};

pub(super) use operators::{entry, order, same, text_of};
pub(super) use rows::of_org;
use rust_decimal::Decimal;

use super::{
    Expr,
    env::{Env, EvalError, Fault, Fields},
    functions::Function,
    node::Node,
    types::Type,
};
use crate::{Name, Value, query::Query};

/// More steps than a person's formula ever needs, few enough that a hostile one ends at once.
const MAX_STEPS: usize = 2_000_000;

/// Lets stand on lets, so evaluation can go deeper than one tree.
const MAX_DEPTH: usize = 250;

/// No text grows longer, in bytes.
const MAX_TEXT: usize = 200_000;

/// Why there is no value here (yet).
#[derive(Debug)]
pub(super) enum Stop {
    /// Something must be asked first; it is noted already.
    Unknown,
    Fault(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

pub(super) type Got<T> = Result<T, Stop>;

/// An element of a list that is gone through.
#[derive(Clone)]
enum Item<'e> {
    Value(Value),
    Row(&'e dyn Fields),
}

impl Item<'_> {
    /// A row is its id where a value is wanted.
    fn value(&self) -> Value {
        match self {
            Self::Value(value) => value.clone(),
            Self::Row(row) => row.get("id"),
        }
    }
}

/// One evaluation.
pub(super) struct Evaluator<'e> {
    env: Env<'e>,
    slots: Vec<Item<'e>>,
    needs: Vec<Query>,
    steps: usize,
    depth: usize,
    lets: HashMap<Name, Value>,
}

/// Works out a value; see [`super::eval`].
pub(super) fn eval(expr: &Expr, env: &Env<'_>) -> Result<Value, EvalError> {
    let mut evaluator = Evaluator::new(*env);
    let got = evaluator.expr(expr);
    evaluator.finish(got)
}

impl<'e> Evaluator<'e> {
    pub(super) fn new(env: Env<'e>) -> Self {
        Self { env, slots: Vec::new(), needs: Vec::new(), steps: 0, depth: 0, lets: HashMap::new() }
    }

    pub(super) fn finish<T>(self, got: Got<T>) -> Result<T, EvalError> {
        match got {
            Ok(value) => Ok(value),
            Err(Stop::Unknown) => Err(EvalError::Needs(self.needs)),
            Err(Stop::Fault(fault)) => Err(fault.into()),
        }
    }

    /// A whole expression: what is typed as a decimal is one, though a part gave a whole number.
    fn expr(&mut self, expr: &Expr) -> Got<Value> {
        let value = self.value(&expr.node)?;
        Ok(match (value, &expr.ty) {
            (Value::Integer(i), Type::Decimal | Type::Money(_) | Type::Percent) => Value::Decimal(Decimal::from(i)),
            (value, _) => value,
        })
    }

    fn work(&mut self, steps: usize) -> Got<()> {
        self.steps += steps;
        if self.steps > MAX_STEPS { Err(Fault::TooMuchWork.into()) } else { Ok(()) }
    }

    /// Notes a query that must be answered.
    fn need<T>(&mut self, query: Query) -> Got<T> {
        if !self.needs.contains(&query) {
            self.needs.push(query);
        }
        Err(Stop::Unknown)
    }

    pub(super) fn value(&mut self, node: &Node) -> Got<Value> {
        self.work(1)?;
        self.depth += 1;
        let got = if self.depth > MAX_DEPTH { Err(Fault::TooMuchWork.into()) } else { self.node(node) };
        self.depth -= 1;
        got
    }

    /// A part of a predicate: rows that are not at hand take the first slots, as closures inside it count from there.
    pub(super) fn constant(&mut self, node: &Node, slots: usize) -> Got<Value> {
        let before = self.slots.len();
        while self.slots.len() < slots {
            self.slots.push(Item::Value(Value::Null));
        }
        let got = self.value(node);
        self.slots.truncate(before);
        got
    }

    /// Every arm that goes deeper is a call: what an arm held here would be held at every level of a deep tree.
    fn node(&mut self, node: &Node) -> Got<Value> {
        match node {
            Node::Literal(value) => Ok(value.clone()),
            Node::Today | Node::Now | Node::User | Node::Initiator | Node::Setting(..) | Node::Slot(_) => {
                Ok(self.leaf(node))
            }
            Node::Let(name, expr) => self.let_step(name, expr),
            Node::Field { base, name, .. } => self.field(base, name),
            Node::Not(_) | Node::Negate(_) | Node::IsNull(_) | Node::Entry(..) => self.unary(node),
            Node::All(parts) => self.all(parts).map(Value::Bool),
            Node::Any(parts) => self.any(parts).map(Value::Bool),
            Node::Compare(operator, left, right) => {
                self.both(left, right, |left, right| Ok(Value::Bool(operators::compare(*operator, &left, &right))))
            }
            Node::In(value, list) => {
                self.both(value, list, |value, list| Ok(Value::Bool(operators::is_in(&value, &list))))
            }
            Node::Arithmetic(operator, left, right) => {
                self.both(left, right, |left, right| operators::arithmetic(*operator, left, right))
            }
            Node::Coalesce(value, default) => self.coalesce(value, default),
            Node::If(condition, yes, no) => {
                let holds = self.truth(condition)?;
                self.value(if holds { yes } else { no })
            }
            Node::List(items) => self.values(items).map(Value::List),
            Node::Map(entries) => self.map(entries),
            Node::Call(function, arguments) => self.call(*function, arguments),
            Node::Aggregate { how, over, body } => self.aggregate(*how, over, body.as_deref()),
            Node::Lines { .. } | Node::Filter { .. } | Node::Each { .. } | Node::Records { .. } => self.list(node),
            Node::First(over) => self.first(over),
            Node::At { .. } | Node::Find { .. } => self.record_id(node),
            Node::Decide(name) => self.decide(name),
        }
    }

    /// What is at hand.
    fn leaf(&self, node: &Node) -> Value {
        let id = |id: Option<uuid::Uuid>| id.map_or(Value::Null, Value::Id);
        match node {
            Node::Today => Value::Date(self.env.ctx.today()),
            Node::Now => Value::Datetime(self.env.ctx.now),
            Node::User => id(self.env.ctx.user),
            Node::Initiator => id(self.env.initiator),
            Node::Setting(name, _) => self.env.ctx.settings.get(name).cloned().unwrap_or_default(),
            Node::Slot(index) => self.slots.get(*index).map_or(Value::Null, Item::value),
            _ => Value::Null,
        }
    }

    fn unary(&mut self, node: &Node) -> Got<Value> {
        match node {
            Node::Not(operand) => Ok(Value::Bool(!self.truth(operand)?)),
            Node::Negate(operand) => operators::negate(self.value(operand)?),
            Node::IsNull(operand) => Ok(Value::Bool(self.value(operand)?.is_null())),
            Node::Entry(map, key, _) => Ok(operators::entry(&self.value(map)?, key)),
            _ => Ok(Value::Null),
        }
    }

    fn coalesce(&mut self, value: &Node, default: &Node) -> Got<Value> {
        let value = self.value(value)?;
        if value.is_null() { self.value(default) } else { Ok(value) }
    }

    fn call(&mut self, function: Function, arguments: &[Node]) -> Got<Value> {
        let arguments = self.values(arguments)?;
        functions::call(function, &arguments, &self.env)
    }

    fn first(&mut self, over: &Node) -> Got<Value> {
        Ok(self.items(over)?.first().map_or(Value::Null, Item::value))
    }

    fn record_id(&mut self, node: &Node) -> Got<Value> {
        Ok(self.record(node)?.map_or(Value::Null, |record| record.get("id")))
    }

    /// Whether a condition holds; null does not.
    pub(super) fn truth(&mut self, node: &Node) -> Got<bool> {
        match self.value(node)? {
            Value::Bool(b) => Ok(b),
            Value::Null => Ok(false),
            other => Err(operators::mistyped("a condition", &other)),
        }
    }

    /// Does something with both sides, which are both worked out, so that what both need is asked at once.
    fn both(&mut self, left: &Node, right: &Node, work: impl FnOnce(Value, Value) -> Got<Value>) -> Got<Value> {
        let left = self.value(left);
        if matches!(left, Err(Stop::Fault(_))) {
            return left;
        }
        let right = self.value(right);
        work(left?, right?)
    }

    fn values(&mut self, nodes: &[Node]) -> Got<Vec<Value>> {
        let mut values = Vec::with_capacity(nodes.len());
        let mut unknown = false;
        for node in nodes {
            match self.value(node) {
                Ok(value) => values.push(value),
                Err(Stop::Unknown) => unknown = true,
                Err(fault) => return Err(fault),
            }
        }
        if unknown { Err(Stop::Unknown) } else { Ok(values) }
    }

    fn map(&mut self, entries: &[(Name, Node)]) -> Got<Value> {
        let mut map: Vec<(Arc<str>, Value)> = Vec::with_capacity(entries.len());
        let mut unknown = false;
        for (key, node) in entries {
            match self.value(node) {
                Ok(value) => map.push((key.as_str().into(), value)),
                Err(Stop::Unknown) => unknown = true,
                Err(fault) => return Err(fault),
            }
        }
        if unknown { Err(Stop::Unknown) } else { Ok(Value::Map(map)) }
    }

    /// `&&`: what is not known yet does not matter if another part is false.
    fn all(&mut self, parts: &[Node]) -> Got<bool> {
        self.until(parts, false).map(|found| !found)
    }

    fn any(&mut self, parts: &[Node]) -> Got<bool> {
        self.until(parts, true)
    }

    /// Whether a part comes to `wanted`; parts after an unknown one are looked at to ask for all at once.
    fn until(&mut self, parts: &[Node], wanted: bool) -> Got<bool> {
        let mut unknown = false;
        for part in parts {
            match self.truth(part) {
                Ok(truth) if truth == wanted => return Ok(true),
                Ok(_) => {}
                Err(Stop::Unknown) => unknown = true,
                // Perhaps it would never have been reached.
                Err(Stop::Fault(_)) if unknown => return Err(Stop::Unknown),
                Err(fault) => return Err(fault),
            }
        }
        if unknown { Err(Stop::Unknown) } else { Ok(false) }
    }

    /// A step of the record's formulas: worked out before, or now, over the record.
    fn let_step(&mut self, name: &Name, expr: &Expr) -> Got<Value> {
        if let Some(value) = self.env.lets.and_then(|lets| lets.get(name)).or_else(|| self.lets.get(name)) {
            return Ok(value.clone());
        }
        let slots = std::mem::take(&mut self.slots);
        let env = self.env;
        self.env = Env { bare: env.doc.or(env.bare), ..env };
        let got = self.expr(expr);
        self.env = env;
        self.slots = slots;
        let value = got?;
        self.lets.insert(name.clone(), value.clone());
        Ok(value)
    }

    fn decide(&mut self, name: &Name) -> Got<Value> {
        let env = Env { bare: self.env.doc.or(self.env.bare), ..self.env };
        match env.library.decide(name, &env) {
            Ok(value) => Ok(value),
            Err(EvalError::Fault(fault)) => Err(fault.into()),
            Err(EvalError::Needs(queries)) => {
                for query in queries {
                    let _: Got<()> = self.need(query);
                }
                Err(Stop::Unknown)
            }
        }
    }
}

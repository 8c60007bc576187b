//! Conditions to predicates: what the store can compute, with everything else worked out to constants.

use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::{
    Expr, LowerError, Reference,
    ast::BinaryOp,
    env::{Env, EvalError},
    eval::{Evaluator, Got, Stop},
    functions::Function,
    node::{Aggregate, Base, Node, Wire},
};
use crate::{
    Value,
    query::{Comparison, FieldPath, Operand, Predicate},
    text::fold,
};

/// Why there is no predicate.
#[derive(Debug)]
pub(super) enum Failure {
    NotLowerable(String),
    Eval(Stop),
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        Self::Eval(stop)
    }
}

/// Works out a part that reads no row; so many slots are taken by the rows around it.
type Constants<'c> = &'c mut dyn FnMut(&Node, usize) -> Got<Value>;

type Lowered<T> = Result<T, Failure>;

fn refuse<T>(message: impl Into<String>) -> Lowered<T> {
    Err(Failure::NotLowerable(message.into()))
}

/// Lowers a condition over the bare row.
pub(super) fn lower(expr: &Expr, env: &Env<'_>) -> Result<Predicate, LowerError> {
    let mut evaluator = Evaluator::new(Env { bare: None, ..*env });
    let lowered = lower_node(&expr.node, &Base::Bare, &mut |node, slots| evaluator.constant(node, slots));
    lowered.map_err(|failure| match failure {
        Failure::NotLowerable(message) => LowerError::NotLowerable(message),
        Failure::Eval(stop) => LowerError::Eval(match evaluator.finish::<()>(Err(stop)) {
            Err(error) => error,
            Ok(()) => EvalError::Needs(Vec::new()),
        }),
    })
}

/// Whether a condition over this row can be lowered, whatever its constants are.
pub(super) fn check(node: &Node, subject: &Base) -> Result<(), String> {
    match lower_node(node, subject, &mut |_, _| Ok(Value::Null)) {
        Err(Failure::NotLowerable(message)) => Err(message),
        Ok(_) | Err(Failure::Eval(_)) => Ok(()),
    }
}

/// Lowers a condition over a row; `constants` works out what does not read it.
pub(super) fn lower_node(node: &Node, subject: &Base, constants: Constants<'_>) -> Lowered<Predicate> {
    Lowering { subjects: vec![subject.clone()], constants, size: 0 }.condition(node)
}

struct Lowering<'c> {
    /// The rows that the predicate is about: the record, and inside `Some` the line.
    subjects: Vec<Base>,
    constants: Constants<'c>,
    /// How large the predicate has become: lets that stand on lets could make it explode.
    size: usize,
}

/// No predicate has more parts.
const MAX_SIZE: usize = 5000;

/// A side of a comparison.
enum Side {
    Path(FieldPath, Wire),
    Constant(Value),
}

impl Lowering<'_> {
    fn subject(&self) -> Option<&Base> {
        self.subjects.last()
    }

    /// Whether a node reads one of the rows.
    fn reads(&self, node: &Node) -> bool {
        self.subjects.iter().any(|subject| reads(node, subject))
    }

    fn constant(&mut self, node: &Node) -> Lowered<Value> {
        let slots = match self.subject() {
            Some(Base::Slot(index)) => index + 1,
            _ => 0,
        };
        Ok((self.constants)(node, slots)?)
    }

    /// Counts parts of the predicate.
    fn grow(&mut self, by: usize) -> Lowered<()> {
        self.size += by;
        if self.size > MAX_SIZE { refuse("the condition is too large for a list") } else { Ok(()) }
    }

    fn condition(&mut self, node: &Node) -> Lowered<Predicate> {
        self.grow(1)?;
        if !self.reads(node) {
            return Ok(truth(self.constant(node)? == Value::Bool(true)));
        }
        match node {
            Node::All(parts) => self.all(parts),
            Node::Any(parts) => {
                let parts = parts.iter().map(|part| self.condition(part)).collect::<Lowered<Vec<_>>>()?;
                Ok(any(parts))
            }
            Node::Not(inner) => Ok(not(self.condition(inner)?)),
            Node::Compare(operator, left, right) => self.compare(*operator, left, right),
            Node::IsNull(operand) => self.is_null(operand),
            Node::In(value, list) => self.is_in(value, list),
            Node::Call(function, arguments) => self.call(*function, arguments),
            Node::If(condition, yes, no) => {
                let condition = self.condition(condition)?;
                self.grow(size_of(&condition))?;
                let (yes, no) = (self.condition(yes)?, self.condition(no)?);
                Ok(any(vec![all(vec![condition.clone(), yes]), all(vec![not(condition), no])]))
            }
            Node::Coalesce(value, default) => {
                let (holds, missing) = (self.condition(value)?, self.is_null(value)?);
                Ok(any(vec![holds, all(vec![missing, self.condition(default)?])]))
            }
            Node::Aggregate { how: how @ (Aggregate::Any | Aggregate::All), over, body: Some(body) } => {
                self.quantify(*how, over, body)
            }
            Node::Let(_, expr) if self.subjects.len() == 1 => self.condition(&expr.node),
            Node::Field { .. } => match self.path(node) {
                Some((operand, _)) => {
                    Ok(compare(Comparison::Equal, Operand::Path(operand), Operand::Value(Value::Bool(true))))
                }
                None => refuse(Self::outside(node)),
            },
            node => refuse(Self::outside(node)),
        }
    }

    fn all(&mut self, parts: &[Node]) -> Lowered<Predicate> {
        let parts = parts.iter().map(|part| self.condition(part)).collect::<Lowered<Vec<_>>>()?;
        Ok(all(parts))
    }

    /// What cannot be computed by the store, in words.
    fn outside(node: &Node) -> String {
        match node {
            Node::Arithmetic(..) | Node::Negate(_) => {
                "a list cannot calculate with fields: compare the field itself, calculate with the value beside it, or \
                 store the result in a formula"
                    .into()
            }
            Node::Aggregate { .. } | Node::First(_) => {
                "a list cannot calculate over lines, but for any and all: store the result in a formula".into()
            }
            Node::Call(function, _) => {
                format!("a list cannot compute `{}` of a field: store the result in a formula", function.name())
            }
            node if node.needs_server() => {
                "a list cannot read other data for each record: store the result in a formula".into()
            }
            _ => "a list cannot compute this: compare fields with values, or store the result in a formula".into(),
        }
    }

    /// The path from the row to a field.
    fn path(&self, node: &Node) -> Option<(FieldPath, Wire)> {
        match node {
            Node::Field { base, name, wire } => {
                let mut path = match base {
                    base if Some(base) == self.subject() => Vec::new(),
                    Base::Through { of, .. } => self.path(of)?.0,
                    _ => return None,
                };
                path.push(name.clone());
                Some((path, *wire))
            }
            // A part of a value: `address.city`.
            Node::Entry(of, name, wire) => {
                let mut path = self.path(of)?.0;
                path.push(name.clone());
                Some((path, *wire))
            }
            Node::Slot(index) if self.subject() == Some(&Base::Slot(*index)) => Some((vec!["id".into()], Wire::Plain)),
            Node::Let(_, expr) if self.subjects.len() == 1 => self.path(&expr.node),
            _ => None,
        }
    }

    fn side(&mut self, node: &Node) -> Lowered<Side> {
        if !self.reads(node) {
            return Ok(Side::Constant(self.constant(node)?));
        }
        match self.path(node) {
            Some((path, wire)) => Ok(Side::Path(path, wire)),
            None if self.subjects.len() > 1 && !self.subject().is_some_and(|s| reads(node, s)) => {
                refuse("a list can compare a line's field with values only, not with fields of the record")
            }
            None => refuse(Self::outside(node)),
        }
    }

    fn compare(&mut self, operator: BinaryOp, left: &Node, right: &Node) -> Lowered<Predicate> {
        self.grow(1)?;
        // `(a ?? b) > c` is `a > c`, or without an `a`, `b > c`.
        if let Node::Coalesce(value, default) = left {
            let holds = self.compare(operator, value, right)?;
            let instead = all(vec![self.is_null(value)?, self.compare(operator, default, right)?]);
            return Ok(any(vec![holds, instead]));
        }
        if let Node::Coalesce(..) = right {
            return self.compare(flipped(operator), right, left);
        }
        if !self.reads(left) && !self.reads(right) {
            let node = Node::Compare(operator, Box::new(left.clone()), Box::new(right.clone()));
            return Ok(truth(self.constant(&node)? == Value::Bool(true)));
        }
        Ok(match (self.side(left)?, self.side(right)?) {
            (Side::Path(a, _), Side::Path(b, _)) => compare(comparison(operator), Operand::Path(a), Operand::Path(b)),
            (Side::Path(path, wire), Side::Constant(value)) => against(operator, path, wire, value),
            (Side::Constant(value), Side::Path(path, wire)) => against(flipped(operator), path, wire, value),
            (Side::Constant(_), Side::Constant(_)) => Predicate::False,
        })
    }

    fn is_null(&mut self, operand: &Node) -> Lowered<Predicate> {
        self.grow(1)?;
        if !self.reads(operand) {
            return Ok(truth(self.constant(operand)?.is_null()));
        }
        if let Node::Coalesce(value, default) = operand {
            return Ok(all(vec![self.is_null(value)?, self.is_null(default)?]));
        }
        match self.path(operand) {
            Some((path, _)) => Ok(Predicate::IsNull(path)),
            None => refuse(Self::outside(operand)),
        }
    }

    fn is_in(&mut self, value: &Node, list: &Node) -> Lowered<Predicate> {
        match (self.reads(value), self.reads(list)) {
            (true, false) => {
                let Some((operand, wire)) = self.path(value) else { return refuse(Self::outside(value)) };
                let Value::List(values) = self.constant(list)? else { return Ok(Predicate::False) };
                Ok(among(operand, wire, values))
            }
            (false, true) => {
                let Some((operand, _)) = self.path(list) else { return refuse(Self::outside(list)) };
                let value = self.constant(value)?;
                Ok(if value.is_null() { Predicate::False } else { Predicate::Has { operand, value } })
            }
            _ => match list {
                Node::List(items) => {
                    let equal = |item| self.compare(BinaryOp::Equal, value, item);
                    Ok(any(items.iter().map(equal).collect::<Lowered<Vec<_>>>()?))
                }
                list => refuse(Self::outside(list)),
            },
        }
    }

    fn call(&mut self, function: Function, arguments: &[Node]) -> Lowered<Predicate> {
        let (Function::Contains | Function::StartsWith, [field, text]) = (function, arguments) else {
            return refuse(Self::outside(&Node::Call(function, Vec::new())));
        };
        let Some((operand, _)) = self.path(field) else { return refuse(Self::outside(field)) };
        if self.reads(text) {
            return refuse("a list can search a field for a fixed text only");
        }
        Ok(match (function, self.constant(text)?) {
            (Function::Contains, Value::Text(text)) => Predicate::Contains { operand, text: fold(&text) },
            (_, Value::Text(text)) => Predicate::StartsWith { operand, text: fold(&text) },
            _ => Predicate::False,
        })
    }

    /// `any` and `all` over lines of the record.
    fn quantify(&mut self, how: Aggregate, over: &Node, body: &Node) -> Lowered<Predicate> {
        match over {
            Node::Filter { over, condition } => {
                let body = if how == Aggregate::Any {
                    Node::All(vec![(**condition).clone(), body.clone()])
                } else {
                    Node::Any(vec![Node::Not(condition.clone()), body.clone()])
                };
                self.quantify(how, over, &body)
            }
            Node::Lines { base, name } if self.subjects.len() == 1 && Some(base) == self.subject() => {
                // The first slot that is free: one more than the record, if that is a slot itself.
                let slot = match base {
                    Base::Slot(index) => index + 1,
                    _ => 0,
                };
                self.subjects.push(Base::Slot(slot));
                let filter = self.condition(body);
                self.subjects.pop();
                let filter = filter?;
                let some = |filter| Predicate::Some { lines: name.clone(), filter: Box::new(filter) };
                Ok(if how == Aggregate::Any { some(filter) } else { not(some(not(filter))) })
            }
            over => refuse(Self::outside(over)),
        }
    }
}

/// Whether a node reads a row.
fn reads(node: &Node, subject: &Base) -> bool {
    let here = match node {
        Node::Field { base, .. } | Node::Lines { base, .. } => base == subject,
        Node::Slot(index) => *subject == Base::Slot(*index),
        // A let counts its slots anew, but its bare row is the record.
        Node::Let(_, expr) => {
            *subject == Base::Bare && expr.references.iter().any(|r| matches!(r, Reference::Field { own: true, .. }))
        }
        _ => false,
    };
    let mut found = here;
    node.children(&mut |child| found = found || reads(child, subject));
    found
}

/// How many parts a predicate has.
fn size_of(predicate: &Predicate) -> usize {
    1 + match predicate {
        Predicate::All(parts) | Predicate::Any(parts) => parts.iter().map(size_of).sum(),
        Predicate::Not(inner) | Predicate::Some { filter: inner, .. } => size_of(inner),
        _ => 0,
    }
}

fn truth(holds: bool) -> Predicate {
    if holds { Predicate::True } else { Predicate::False }
}

fn all(parts: Vec<Predicate>) -> Predicate {
    let mut kept = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Predicate::True => {}
            Predicate::False => return Predicate::False,
            Predicate::All(inner) => kept.extend(inner),
            part => kept.push(part),
        }
    }
    match kept.len() {
        0 => Predicate::True,
        1 => kept.pop().unwrap_or(Predicate::True),
        _ => Predicate::All(kept),
    }
}

fn any(parts: Vec<Predicate>) -> Predicate {
    let mut kept = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Predicate::False => {}
            Predicate::True => return Predicate::True,
            Predicate::Any(inner) => kept.extend(inner),
            part => kept.push(part),
        }
    }
    match kept.len() {
        0 => Predicate::False,
        1 => kept.pop().unwrap_or(Predicate::False),
        _ => Predicate::Any(kept),
    }
}

fn not(inner: Predicate) -> Predicate {
    match inner {
        Predicate::True => Predicate::False,
        Predicate::False => Predicate::True,
        Predicate::Not(inner) => *inner,
        inner => Predicate::Not(Box::new(inner)),
    }
}

fn compare(operator: Comparison, left: Operand, right: Operand) -> Predicate {
    Predicate::Compare { left, operator, right }
}

fn comparison(operator: BinaryOp) -> Comparison {
    match operator {
        BinaryOp::Equal => Comparison::Equal,
        BinaryOp::NotEqual => Comparison::NotEqual,
        BinaryOp::Less => Comparison::Less,
        BinaryOp::LessOrEqual => Comparison::LessOrEqual,
        BinaryOp::Greater => Comparison::Greater,
        _ => Comparison::GreaterOrEqual,
    }
}

/// The operator with its sides exchanged.
fn flipped(operator: BinaryOp) -> BinaryOp {
    match operator {
        BinaryOp::Less => BinaryOp::Greater,
        BinaryOp::LessOrEqual => BinaryOp::GreaterOrEqual,
        BinaryOp::Greater => BinaryOp::Less,
        BinaryOp::GreaterOrEqual => BinaryOp::LessOrEqual,
        other => other,
    }
}

/// A field against a value, which takes the form in which the column is kept.
fn against(operator: BinaryOp, path: FieldPath, wire: Wire, value: Value) -> Predicate {
    let (operator, value) = match (wire, value) {
        (_, Value::Null) => return Predicate::False,
        (Wire::Decimal, Value::Integer(i)) => (operator, Value::Decimal(Decimal::from(i))),
        (Wire::Integer, Value::Decimal(d)) => match (d.is_integer(), operator) {
            (true, _) => (operator, d.to_i64().map_or(Value::Decimal(d), Value::Integer)),
            // No whole number equals a broken one.
            (false, BinaryOp::Equal) => return Predicate::False,
            (false, BinaryOp::NotEqual) => return not(Predicate::IsNull(path)),
            (false, BinaryOp::Less | BinaryOp::LessOrEqual) => {
                return against(BinaryOp::LessOrEqual, path, wire, d.floor().into());
            }
            (false, _) => return against(BinaryOp::GreaterOrEqual, path, wire, d.ceil().into()),
        },
        (_, value) => (operator, value),
    };
    compare(comparison(operator), Operand::Path(path), Operand::Value(value))
}

/// A field among values, in the form in which the column is kept.
fn among(operand: FieldPath, wire: Wire, values: Vec<Value>) -> Predicate {
    let kept: Vec<Value> = values
        .into_iter()
        .filter_map(|value| match (wire, value) {
            (_, Value::Null) => None,
            (Wire::Decimal, Value::Integer(i)) => Some(Value::Decimal(Decimal::from(i))),
            (Wire::Integer, Value::Decimal(d)) if d.is_integer() => d.to_i64().map(Value::Integer),
            (Wire::Integer, Value::Decimal(_)) => None,
            (_, value) => Some(value),
        })
        .collect();
    if kept.is_empty() { Predicate::False } else { Predicate::In { operand, values: kept } }
}

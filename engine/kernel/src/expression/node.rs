//! The typed tree: what [`Expr`](super::Expr) holds, with every name looked up.

use super::{Expr, ast::BinaryOp, functions::Function};
use crate::{Name, Value};

/// A node of the typed tree.
///
/// Closures bind *slots*: the elements of the lists being gone through, counted from the outermost.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Literal(Value),
    Today,
    Now,
    /// The id of the reader.
    User,
    /// The id of who started the workflow.
    Initiator,
    Setting(Name, Wire),
    /// A step of the record's formulas, with its own expression for where it has not been worked out before.
    Let(Name, Expr),
    Field {
        base: Base,
        name: Name,
        wire: Wire,
    },
    Lines {
        base: Base,
        name: Name,
    },
    /// An element: a value, or a row (its id, where a value is wanted).
    Slot(usize),
    Not(Box<Node>),
    Negate(Box<Node>),
    All(Vec<Node>),
    Any(Vec<Node>),
    Compare(BinaryOp, Box<Node>, Box<Node>),
    IsNull(Box<Node>),
    /// Whether a value is in a list.
    In(Box<Node>, Box<Node>),
    Arithmetic(BinaryOp, Box<Node>, Box<Node>),
    Coalesce(Box<Node>, Box<Node>),
    If(Box<Node>, Box<Node>, Box<Node>),
    List(Vec<Node>),
    Map(Vec<(Name, Node)>),
    Entry(Box<Node>, Name, Wire),
    Aggregate {
        how: Aggregate,
        over: Box<Node>,
        /// What is aggregated; the elements themselves where there is none.
        body: Option<Box<Node>>,
    },
    Filter {
        over: Box<Node>,
        condition: Box<Node>,
    },
    /// A value of each element.
    Each {
        over: Box<Node>,
        body: Box<Node>,
    },
    First(Box<Node>),
    Call(Function, Vec<Node>),
    /// The effective-dated record of these keys on a day.
    At {
        entity: Name,
        key: Vec<(Name, Node)>,
        on: Box<Node>,
    },
    /// The first record that fits; the candidate is a slot.
    Find {
        entity: Name,
        condition: Box<Node>,
    },
    /// The records that fit, in the order of their ids; the candidate is a slot.
    Records {
        entity: Name,
        condition: Box<Node>,
    },
    Decide(Name),
}

/// Whose field is read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Base {
    Bare,
    Doc,
    Row,
    Old,
    New,
    Vars,
    Named,
    Slot(usize),
    /// Of the record that this refers to.
    Through {
        of: Box<Node>,
        entity: Name,
    },
}

/// How rows become one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aggregate {
    /// Begins with a decimal zero.
    Sum,
    /// Begins with a whole zero.
    SumWhole,
    Count,
    Avg,
    Min,
    Max,
    Any,
    All,
}

/// How a value is written on the wire, where its JSON does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    /// As its JSON is: text, booleans, ids.
    Plain,
    Integer,
    Decimal,
    Date,
    Datetime,
    List,
    /// Named values; those in them are told apart where one is taken.
    Map,
}

impl Wire {
    pub(crate) fn of(ty: &super::Type) -> Self {
        use super::Type;
        match ty {
            Type::Decimal | Type::Money(_) | Type::Percent => Self::Decimal,
            Type::Integer | Type::Duration => Self::Integer,
            Type::List(_) => Self::List,
            Type::Map(_) => Self::Map,
            Type::Date => Self::Date,
            Type::Datetime => Self::Datetime,
            _ => Self::Plain,
        }
    }
}

impl Node {
    /// A null.
    pub(crate) fn null() -> Self {
        Self::Literal(Value::Null)
    }

    /// Calls `visit` with every node below, not with this one. Lets are not entered.
    pub(crate) fn children<'n>(&'n self, visit: &mut dyn FnMut(&'n Node)) {
        match self {
            Self::Literal(_)
            | Self::Today
            | Self::Now
            | Self::User
            | Self::Initiator
            | Self::Setting(..)
            | Self::Let(..)
            | Self::Slot(_)
            | Self::Decide(_) => {}
            Self::Field { base, .. } | Self::Lines { base, .. } => {
                if let Base::Through { of, .. } = base {
                    visit(of);
                }
            }
            Self::Not(a) | Self::Negate(a) | Self::IsNull(a) | Self::Entry(a, _, _) | Self::First(a) => visit(a),
            Self::Compare(_, a, b) | Self::Arithmetic(_, a, b) | Self::In(a, b) | Self::Coalesce(a, b) => {
                visit(a);
                visit(b);
            }
            Self::If(a, b, c) => {
                visit(a);
                visit(b);
                visit(c);
            }
            Self::All(list) | Self::Any(list) | Self::List(list) | Self::Call(_, list) => list.iter().for_each(visit),
            Self::Map(map) => map.iter().for_each(|(_, node)| visit(node)),
            Self::Aggregate { over, body, .. } => {
                visit(over);
                body.iter().for_each(|body| visit(body));
            }
            Self::Filter { over, condition: body } | Self::Each { over, body } => {
                visit(over);
                visit(body);
            }
            Self::At { key, on, .. } => {
                key.iter().for_each(|(_, node)| visit(node));
                visit(on);
            }
            Self::Find { condition, .. } | Self::Records { condition, .. } => visit(condition),
        }
    }

    /// Whether it reads data that only the server has at hand.
    pub(crate) fn needs_server(&self) -> bool {
        let mut found = match self {
            Self::At { .. } | Self::Find { .. } | Self::Records { .. } | Self::Decide(_) => true,
            // Moments on a calendar need rules of zones that the browser has only for showing.
            Self::Call(Function::WorkhoursAfter | Function::WorkhoursBetween, _) => true,
            Self::Let(_, value) => value.server,
            _ => false,
        };
        self.children(&mut |child| found = found || child.needs_server());
        found
    }
}

//! The syntax tree: what the author wrote, before names and types are known.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::Name;

/// No expression is nested deeper: recursion over a tree must not exhaust the stack, whoever wrote it.
pub(crate) const MAX_DEPTH: usize = 100;

/// No source text is longer, in characters.
pub(crate) const MAX_LENGTH: usize = 20_000;

/// A parsed expression, not yet checked. Displays as source text.
#[derive(Clone, Debug, PartialEq)]
pub struct Ast {
    pub(crate) kind: Kind,
    /// The character at which it begins.
    pub(crate) at: usize,
    /// How many levels it has.
    pub(crate) depth: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    Integer(i64),
    Decimal(Decimal),
    Text(Arc<str>),
    Name(Name),
    /// `base.name`.
    Member(Box<Ast>, Name),
    Unary(UnaryOp, Box<Ast>),
    Binary(BinaryOp, Box<Ast>, Box<Ast>),
    If(Box<Ast>, Box<Ast>, Box<Ast>),
    List(Vec<Ast>),
    /// Keys, the character at which each begins, and values.
    Map(Vec<(Name, usize, Ast)>),
    Call(Name, Vec<Ast>),
    Closure(Name, Box<Ast>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnaryOp {
    Negate,
    Not,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum BinaryOp {
    Or,
    And,
    Equal,
    NotEqual,
    In,
    NotIn,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Coalesce,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl BinaryOp {
    /// How tightly it binds; the order is Rhai's, so that one learns one language.
    pub(crate) fn precedence(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Equal | Self::NotEqual => 3,
            Self::In | Self::NotIn => 4,
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => 5,
            Self::Coalesce => 6,
            Self::Add | Self::Subtract => 7,
            Self::Multiply | Self::Divide | Self::Remainder => 8,
        }
    }

    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Or => "||",
            Self::And => "&&",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::In => "in",
            Self::NotIn => "!in",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Coalesce => "??",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }
}

impl Ast {
    pub(crate) fn new(kind: Kind, at: usize) -> Self {
        let deepest = |list: &[Self]| list.iter().map(|a| a.depth).max().unwrap_or(0);
        let below = match &kind {
            Kind::Null | Kind::Bool(_) | Kind::Integer(_) | Kind::Decimal(_) | Kind::Text(_) | Kind::Name(_) => 0,
            Kind::Member(a, _) | Kind::Unary(_, a) | Kind::Closure(_, a) => a.depth,
            Kind::Binary(_, a, b) => a.depth.max(b.depth),
            Kind::If(a, b, c) => a.depth.max(b.depth).max(c.depth),
            Kind::List(list) | Kind::Call(_, list) => deepest(list),
            Kind::Map(map) => map.iter().map(|(_, _, a)| a.depth).max().unwrap_or(0),
        };
        Self { kind, at, depth: below + 1 }
    }
}

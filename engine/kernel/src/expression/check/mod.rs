//! Names and types: the syntax tree to the typed tree, with all problems told.

mod calls;
mod filter;
mod names;
mod operators;

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use chrono::{DateTime, NaiveDate, Utc};
use indexmap::IndexSet;
use uuid::Uuid;

use super::{
    Expr, Reference, Scope,
    ast::{Ast, BinaryOp, Kind, UnaryOp},
    node::Node,
    parser::did_you_mean,
    types::{Currency, Type},
};
use crate::{Diagnostic, Name, Value};

pub(super) use filter::check_filter;

/// A checked part of an expression.
#[derive(Clone, Debug)]
struct Typed {
    node: Node,
    ty: Type,
    /// Where the row or record stands, so that its currencies can be told apart.
    place: Place,
    /// Whether the row belongs to the record at hand.
    own: bool,
}

/// Where a row stands: itself, and the record it belongs to. Empty if that is not known.
#[derive(Clone, Debug, Default)]
struct Place {
    own: String,
    doc: String,
}

impl Place {
    fn at(place: impl Into<String>) -> Self {
        let own = place.into();
        Self { doc: own.clone(), own }
    }
}

impl Typed {
    fn new(node: Node, ty: Type) -> Self {
        Self { node, ty, place: Place::default(), own: false }
    }

    fn unknown() -> Self {
        Self::new(Node::null(), Type::Unknown)
    }
}

/// A closure's parameter.
#[derive(Clone, Debug)]
struct Slot {
    /// The empty name cannot be written: rows of a path.
    name: Name,
    ty: Type,
    place: Place,
    own: bool,
}

/// What checkers of one compilation share: lets that have been typed, and those being typed now.
#[derive(Clone, Debug, Default)]
struct Shared {
    lets: Rc<RefCell<HashMap<Name, Option<Expr>>>>,
    open: Rc<RefCell<Vec<String>>>,
    /// How deep the checkers stand on each other.
    depth: Rc<Cell<usize>>,
}

/// An expression and the lets that it stands on are not deeper together.
const MAX_TOTAL_DEPTH: usize = 200;

/// No let stands on more lets than this, one on the other.
const MAX_LETS: usize = 32;

struct Checker<'a> {
    scope: &'a Scope<'a>,
    slots: Vec<Slot>,
    /// The slot whose fields bare names are, inside a filter over lines.
    bare_slot: Option<usize>,
    diagnostics: Vec<Diagnostic>,
    references: IndexSet<Reference>,
    shared: Shared,
    /// How deep the filter is nested.
    nesting: usize,
    /// Whether what is read now is only asked whether it has a value.
    asks_whether_empty: bool,
    /// Where names of fields and entities stand in the source.
    sites: Vec<Site>,
}

/// A place in an expression's source where a field or an entity is named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Site {
    /// The character at which the name begins.
    pub(crate) at: usize,
    /// The entity that is named, or whose field is.
    pub(crate) entity: Name,
    /// The line table whose field it is.
    pub(crate) lines: Option<Name>,
    /// The field; none where the entity itself is named.
    pub(crate) field: Option<Name>,
}

/// Where an expression names fields and entities, in order. What is wrong with it is not told.
pub(super) fn sites(ast: &Ast, scope: &Scope<'_>) -> Vec<Site> {
    let mut checker = Checker::new(scope, Shared::default());
    checker.check(ast);
    let mut sites = checker.sites;
    sites.sort_unstable();
    sites.dedup();
    sites
}

/// Checks an expression for a place that wants a type.
pub(super) fn check(
    ast: &Ast,
    source: &str,
    scope: &Scope<'_>,
    wanted: Option<&Type>,
) -> Result<Expr, Vec<Diagnostic>> {
    check_shared(ast, source, scope, wanted, Shared::default())
}

fn check_shared(
    ast: &Ast,
    source: &str,
    scope: &Scope<'_>,
    wanted: Option<&Type>,
    shared: Shared,
) -> Result<Expr, Vec<Diagnostic>> {
    let mut checker = Checker::new(scope, shared);
    let typed = checker.check(ast);
    let typed = match wanted {
        Some(wanted) => checker.want(typed, wanted, ast.at),
        None => typed,
    };
    checker.finish(typed, source)
}

fn literal(kind: &Kind) -> Typed {
    match kind {
        Kind::Bool(b) => Typed::new(Node::Literal(Value::Bool(*b)), Type::Bool),
        Kind::Integer(i) => Typed::new(Node::Literal(Value::Integer(*i)), Type::Integer),
        Kind::Decimal(d) => Typed::new(Node::Literal(Value::Decimal(*d)), Type::Decimal),
        Kind::Text(text) => Typed::new(Node::Literal(Value::Text(text.clone())), Type::Text),
        _ => Typed::new(Node::null(), Type::Null),
    }
}

/// A mark for positions that are not those of a source text: inside a filter, whose paths say where.
const NOWHERE: usize = usize::MAX;

impl<'a> Checker<'a> {
    fn new(scope: &'a Scope<'a>, shared: Shared) -> Self {
        Self {
            scope,
            slots: Vec::new(),
            bare_slot: None,
            diagnostics: Vec::new(),
            references: IndexSet::new(),
            shared,
            nesting: 0,
            asks_whether_empty: false,
            sites: Vec::new(),
        }
    }

    fn finish(self, typed: Typed, source: &str) -> Result<Expr, Vec<Diagnostic>> {
        if self.diagnostics.is_empty() {
            Ok(Expr {
                source: source.into(),
                ty: typed.ty,
                server: typed.node.needs_server(),
                node: typed.node.into(),
                references: self.references.into_iter().collect(),
            })
        } else {
            Err(self.diagnostics)
        }
    }

    fn report(&mut self, code: &str, at: usize, message: impl std::fmt::Display, hint: Option<String>) {
        let message = if at == NOWHERE { message.to_string() } else { format!("{message}, at character {}", at + 1) };
        let mut diagnostic = Diagnostic::error(code, "", message);
        diagnostic.hint = hint;
        self.diagnostics.push(diagnostic);
    }

    /// Reports a problem and goes on with something unknown.
    fn fail(&mut self, code: &str, at: usize, message: impl std::fmt::Display, hint: Option<String>) -> Typed {
        self.report(code, at, message, hint);
        Typed::unknown()
    }

    fn check(&mut self, ast: &Ast) -> Typed {
        let depth = self.shared.depth.get();
        if depth >= MAX_TOTAL_DEPTH {
            let hint = Some("store a part of it in a field".to_owned());
            return self.fail("E0302", ast.at, "the expression and its lets are nested too deeply", hint);
        }
        self.shared.depth.set(depth + 1);
        let typed = self.check_kind(ast);
        self.shared.depth.set(depth);
        typed
    }

    /// Every arm is a call: what an arm held here would be held at every level of a deep tree.
    fn check_kind(&mut self, ast: &Ast) -> Typed {
        match &ast.kind {
            Kind::Null | Kind::Bool(_) | Kind::Integer(_) | Kind::Decimal(_) | Kind::Text(_) => literal(&ast.kind),
            Kind::Name(name) => self.name(name, ast.at),
            Kind::Member(base, name) => self.member(base, name, ast.at),
            Kind::Unary(UnaryOp::Not, operand) => self.not(operand),
            Kind::Unary(UnaryOp::Negate, operand) => self.negate(operand),
            Kind::Binary(operator, left, right) => self.binary(*operator, left, right, ast.at),
            Kind::If(condition, yes, no) => self.conditional(condition, yes, no),
            Kind::List(items) => self.list(items),
            Kind::Map(entries) => self.map(entries),
            Kind::Call(name, arguments) => self.call(name, arguments, ast.at),
            Kind::Closure(..) => self.lonely_closure(ast.at),
        }
    }

    fn lonely_closure(&mut self, at: usize) -> Typed {
        let hint = "closures are arguments: any(lines, |l| l.quantity > 0)".to_owned();
        self.fail("E0304", at, "a closure stands alone", Some(hint))
    }

    fn not(&mut self, operand: &Ast) -> Typed {
        let operand = self.condition(operand);
        Typed::new(Node::Not(Box::new(operand)), Type::Bool)
    }

    fn negate(&mut self, operand: &Ast) -> Typed {
        let at = operand.at;
        let operand = self.check(operand);
        if !operand.ty.is_number() && operand.ty != Type::Duration {
            return self.fail("E0304", at, format_args!("expected a number, but found {}", operand.ty), None);
        }
        let node = match operand.node {
            Node::Literal(Value::Integer(i)) if i != i64::MIN => Node::Literal(Value::Integer(-i)),
            Node::Literal(Value::Decimal(d)) => Node::Literal(Value::Decimal(-d)),
            node => Node::Negate(Box::new(node)),
        };
        Typed::new(node, operand.ty)
    }

    /// A part that must be a condition.
    fn condition(&mut self, ast: &Ast) -> Node {
        let typed = self.check(ast);
        self.want(typed, &Type::Bool, ast.at).node
    }

    fn conditional(&mut self, condition: &Ast, yes: &Ast, no: &Ast) -> Typed {
        let condition = self.condition(condition);
        let at = yes.at;
        let yes = self.check(yes);
        let no = self.check(no);
        let (yes, no, ty) = self.unify(yes, no, at);
        Typed::new(Node::If(Box::new(condition), Box::new(yes), Box::new(no)), ty)
    }

    fn list(&mut self, items: &[Ast]) -> Typed {
        let mut nodes: Vec<Node> = Vec::with_capacity(items.len());
        let mut ty = Type::Null;
        for item in items {
            let typed = self.check(item);
            let (_, node, both) = self.unify(Typed::new(Node::null(), ty), typed, item.at);
            nodes.push(node);
            ty = both;
        }
        Typed::new(Node::List(nodes), Type::List(Box::new(ty)))
    }

    fn map(&mut self, entries: &[(Name, usize, Ast)]) -> Typed {
        let mut nodes = Vec::with_capacity(entries.len());
        let mut types = Vec::with_capacity(entries.len());
        for (key, _, value) in entries {
            let typed = self.check(value);
            nodes.push((key.clone(), typed.node));
            types.push((key.clone(), typed.ty));
        }
        Typed::new(Node::Map(nodes), Type::Map(types))
    }

    /// Brings two alternatives to one type.
    fn unify(&mut self, a: Typed, b: Typed, at: usize) -> (Node, Node, Type) {
        if let (Type::Money(x), Type::Money(y)) = (&a.ty, &b.ty)
            && !x.fits(y)
        {
            self.mixed(&a.ty, &b.ty, at);
            return (a.node, b.node, Type::Unknown);
        }
        let ty = match (&a.ty, &b.ty) {
            (Type::Unknown, _) | (_, Type::Unknown) => Type::Unknown,
            (Type::Null, other) | (other, Type::Null) => other.clone(),
            (x, y) if x == y => x.clone(),
            (Type::Money(x), Type::Money(Currency::Unknown)) => Type::Money(x.clone()),
            (Type::Money(_), Type::Money(y)) => Type::Money(y.clone()),
            (Type::Money(c), n) | (n, Type::Money(c)) if n.is_number() => Type::Money(c.clone()),
            (x, y) if x.is_number() && y.is_number() => {
                if Type::Percent == *x || Type::Percent == *y {
                    Type::Percent
                } else {
                    Type::Decimal
                }
            }
            (Type::Choice(_), Type::Choice(_)) => Type::Text,
            (Type::Text, special) => {
                let a = self.coerce(a, &special.clone(), at);
                return (a.node, b.node, if a.ty == b.ty { a.ty } else { self.differ(&a.ty, &b.ty, at) });
            }
            (special, Type::Text) => {
                let b = self.coerce(b, &special.clone(), at);
                return (a.node, b.node, if a.ty == b.ty { a.ty } else { self.differ(&a.ty, &b.ty, at) });
            }
            (x, y) => self.differ(&x.clone(), &y.clone(), at),
        };
        (a.node, b.node, ty)
    }

    fn differ(&mut self, a: &Type, b: &Type, at: usize) -> Type {
        if matches!((a, b), (Type::Text, Type::Choice(_)) | (Type::Choice(_), Type::Text)) {
            return Type::Text;
        }
        if *a != Type::Unknown && *b != Type::Unknown {
            self.report("E0304", at, format_args!("the values are of different types: {a} and {b}"), None);
        }
        Type::Unknown
    }

    fn mixed(&mut self, a: &Type, b: &Type, at: usize) {
        self.report(
            "E0306",
            at,
            format_args!("two currencies are mixed: {a} and {b}"),
            Some("convert one by a rate first; decimal(x) takes the currency away".into()),
        );
    }

    /// Makes a literal text what its place wants: a date, an id, an option of a choice.
    fn coerce(&mut self, typed: Typed, wanted: &Type, at: usize) -> Typed {
        let is_text = match (&typed.ty, wanted) {
            (Type::Text, _) => true,
            (Type::List(item), Type::List(_)) => **item == Type::Text,
            _ => false,
        };
        if !is_text {
            return typed;
        }
        let mut ty = typed.ty.clone();
        let node = self.coerce_node(typed.node, &mut ty, wanted, at);
        Typed { node, ty, ..typed }
    }

    fn coerce_node(&mut self, node: Node, ty: &mut Type, wanted: &Type, at: usize) -> Node {
        match (node, wanted) {
            (Node::Literal(Value::Text(text)), wanted) => match self.literal(&text, wanted, at) {
                Some(value) => {
                    *ty = wanted.clone();
                    Node::Literal(value)
                }
                None => Node::Literal(Value::Text(text)),
            },
            (Node::If(condition, yes, no), _) => {
                let yes = self.coerce_node(*yes, ty, wanted, at);
                let no = self.coerce_node(*no, ty, wanted, at);
                Node::If(condition, Box::new(yes), Box::new(no))
            }
            (Node::Coalesce(value, default), _) => {
                let default = self.coerce_node(*default, ty, wanted, at);
                Node::Coalesce(value, Box::new(default))
            }
            (Node::List(items), Type::List(wanted)) => {
                let mut item_type = Type::Text;
                let items = items.into_iter().map(|n| self.coerce_node(n, &mut item_type, wanted, at)).collect();
                if item_type != Type::Text {
                    *ty = Type::List(Box::new(item_type));
                }
                Node::List(items)
            }
            (node, _) => node,
        }
    }

    /// What a literal text is as a value of this type; none if it stays text.
    fn literal(&mut self, text: &str, wanted: &Type, at: usize) -> Option<Value> {
        let (value, form) = match wanted {
            Type::Date => (text.parse::<NaiveDate>().ok().map(Value::Date), "a date such as \"2026-01-31\""),
            Type::Datetime => (
                DateTime::parse_from_rfc3339(text).ok().map(|t| Value::Datetime(t.with_timezone(&Utc))),
                "a moment such as \"2026-01-31T08:00:00Z\"",
            ),
            Type::Reference(_) => (Uuid::parse_str(text).ok().map(Value::Id), "the id of a record"),
            Type::Choice(Some(options)) => {
                if !options.iter().any(|o| o == text) {
                    let hint = did_you_mean(text, options.iter().map(Name::as_str)).unwrap_or_else(|| {
                        let all: Vec<&str> = options.iter().map(Name::as_str).take(12).collect();
                        format!("the options are {}", all.join(", "))
                    });
                    self.report("E0305", at, format_args!("there is no option `{text}`"), Some(hint));
                }
                return Some(Value::text(text));
            }
            _ => return None,
        };
        if value.is_none() {
            self.report("E0304", at, format_args!("expected {form}, but found \"{text}\""), None);
        }
        Some(value.unwrap_or_default())
    }

    /// Checks that a part fits a place that wants this type.
    fn want(&mut self, typed: Typed, wanted: &Type, at: usize) -> Typed {
        let typed = self.coerce(typed, wanted, at);
        if wanted.takes(&typed.ty) {
            return typed;
        }
        if let (Type::Money(_), Type::Money(_)) = (wanted, &typed.ty) {
            self.mixed(wanted, &typed.ty, at);
            return Typed::unknown();
        }
        let hint = match (wanted, &typed.ty) {
            (Type::Bool, Type::Null) => None,
            (Type::Bool, _) => Some("compare it with something, or write !is_null(…)".to_owned()),
            (Type::Integer, ty) if ty.is_number() => Some("write floor(…), ceil(…) or integer(…)".to_owned()),
            (Type::Text, _) => Some("write text(…)".to_owned()),
            (Type::Date, Type::Datetime) => Some("write date(…)".to_owned()),
            _ => None,
        };
        self.fail("E0304", at, format_args!("expected {wanted}, but found {}", typed.ty), hint)
    }

    /// Whether it is one of the comparisons.
    fn is_comparison(operator: BinaryOp) -> bool {
        matches!(
            operator,
            BinaryOp::Equal
                | BinaryOp::NotEqual
                | BinaryOp::Less
                | BinaryOp::LessOrEqual
                | BinaryOp::Greater
                | BinaryOp::GreaterOrEqual
        )
    }
}

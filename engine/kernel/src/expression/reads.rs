//! What an expression looks at, as parts that can be worked out and told by themselves: why it came to what it came to.

use std::sync::Arc;

use super::{
    Expr, Type,
    node::{Aggregate, Base, Node},
};
use crate::Name;

/// Something that an expression looks at.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// What.
    pub what: Looked,
    /// How it is worked out.
    pub expr: Expr,
}

/// What an expression looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// A field of the record, perhaps across references: `customer.level`.
    Path(Vec<Name>),
    /// Lines of the record as one value: the table, the field of them if it is just one, and how.
    Lines {
        /// The line table.
        table: Name,
        /// What of each line.
        field: Option<Name>,
        /// `sum`, `count`, `avg`, `min`, `max`, `any`, `all`.
        how: &'static str,
    },
    /// A variable of the workflow.
    Variable(Name),
    /// A setting of the firm.
    Setting(Name),
    /// A decision table.
    Decision(Name),
    /// Other records, wherever they are.
    Records(Name),
}

/// What the expression looks at, each once, in the order in which it stands there. Steps of formulas (`let.`) are entered.
pub(super) fn of(expr: &Expr) -> Vec<Read> {
    let mut found = Vec::new();
    walk(expr, &expr.node, &mut found);
    found
}

fn walk(whole: &Expr, node: &Node, found: &mut Vec<Read>) {
    let looked = match node {
        Node::Let(_, value) => return walk(value, &value.node, found),
        Node::Field { base: Base::Vars, name, .. } => Some(Looked::Variable(name.clone())),
        Node::Field { .. } => path(node).map(Looked::Path),
        Node::Setting(name, _) => Some(Looked::Setting(name.clone())),
        Node::Decide(name) => Some(Looked::Decision(name.clone())),
        Node::At { entity, .. } | Node::Find { entity, .. } => Some(Looked::Records(entity.clone())),
        Node::Aggregate { how, over, body } => lines(*how, over, body.as_deref()),
        _ => None,
    };
    let Some(what) = looked else { return node.children(&mut |child| walk(whole, child, found)) };
    if found.iter().any(|read| read.what == what) {
        return;
    }
    let node = Arc::new(node.clone());
    // What it reads is part of what the whole reads; that of the whole is asked for, so nothing is missed.
    let expr = Expr { source: Arc::clone(&whole.source), ty: Type::Unknown, node, ..whole.clone() };
    found.push(Read { what, expr });
}

/// A path from the record itself.
fn path(node: &Node) -> Option<Vec<Name>> {
    let (mut path, name) = match node {
        Node::Field { base: Base::Bare | Base::Doc | Base::New, name, .. } => (Vec::new(), name),
        Node::Field { base: Base::Through { of, .. }, name, .. } => (path(of)?, name),
        _ => return None,
    };
    path.push(name.clone());
    Some(path)
}

fn lines(how: Aggregate, over: &Node, body: Option<&Node>) -> Option<Looked> {
    let how = match how {
        Aggregate::Sum | Aggregate::SumWhole => "sum",
        Aggregate::Count => "count",
        Aggregate::Avg => "avg",
        Aggregate::Min => "min",
        Aggregate::Max => "max",
        Aggregate::Any => "any",
        Aggregate::All => "all",
    };
    let (table, each) = match over {
        Node::Lines { base: Base::Bare | Base::Doc | Base::New, name } => (name, None),
        Node::Each { over, body } => match &**over {
            Node::Lines { base: Base::Bare | Base::Doc | Base::New, name } => (name, Some(&**body)),
            _ => return None,
        },
        _ => return None,
    };
    let field = match body.or(each) {
        Some(Node::Field { base: Base::Slot(_), name, .. }) => Some(name.clone()),
        _ => None,
    };
    Some(Looked::Lines { table: table.clone(), field, how })
}

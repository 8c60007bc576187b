//! Expressions as JSON for the interpreter in the browser (`builder-ui/src/model/expression/`).
//!
//! A node is an array, its first element the operation. What reads other data than the form has at hand is `["server"]`.

use serde_json::{Value as Json, json};

use super::{
    Expr, Type,
    node::{Aggregate, Base, Node, Wire},
};
use crate::Value;

/// The JSON of an expression. What is typed as a decimal is one, though a branch of it gives a whole number.
pub(super) fn wire_of(expr: &Expr) -> Json {
    let is_decimal = matches!(expr.ty, Type::Decimal | Type::Money(_) | Type::Percent);
    match &*expr.node {
        node @ (Node::If(..) | Node::Coalesce(..) | Node::Call(..) | Node::Literal(_)) if is_decimal => {
            json!(["as_decimal", wire(node)])
        }
        node => wire(node),
    }
}

/// The JSON of a node.
fn wire(node: &Node) -> Json {
    let list = |nodes: &[Node]| Json::Array(nodes.iter().map(wire).collect());
    match node {
        Node::Literal(value) => literal(value),
        Node::Today => json!(["today"]),
        Node::Now => json!(["now"]),
        Node::User => json!(["user"]),
        Node::Initiator => json!(["initiator"]),
        Node::Setting(name, kind) => json!(["setting", name, kind_name(*kind)]),
        Node::Let(name, _) => json!(["let", name]),
        Node::Field { base: of, name, wire: kind } => json!(["field", base(of), name, kind_name(*kind)]),
        Node::Lines { base: of, name } => json!(["lines", base(of), name]),
        Node::Slot(index) => json!(["slot", index]),
        Node::Not(a) => json!(["not", wire(a)]),
        Node::Negate(a) => json!(["neg", wire(a)]),
        Node::All(parts) => json!(["all", list(parts)]),
        Node::Any(parts) => json!(["any", list(parts)]),
        Node::Compare(operator, a, b) | Node::Arithmetic(operator, a, b) => {
            json!([operator.symbol(), wire(a), wire(b)])
        }
        Node::IsNull(a) => json!(["is_null", wire(a)]),
        Node::In(a, b) => json!(["in", wire(a), wire(b)]),
        Node::Coalesce(a, b) => json!(["??", wire(a), wire(b)]),
        Node::If(a, b, c) => json!(["if", wire(a), wire(b), wire(c)]),
        Node::List(items) => json!(["list", list(items)]),
        Node::Map(entries) => {
            let entries: Vec<Json> = entries.iter().map(|(key, value)| json!([key, wire(value)])).collect();
            json!(["map", entries])
        }
        Node::Entry(map, key, Wire::Plain | Wire::Integer) => json!(["entry", wire(map), key]),
        Node::Entry(map, key, kind) => json!(["entry", wire(map), key, kind_name(*kind)]),
        Node::Aggregate { how, over, body } => {
            json!(["aggregate", aggregate(*how), wire(over), body.as_deref().map(wire)])
        }
        Node::Filter { over, condition } => json!(["filter", wire(over), wire(condition)]),
        Node::Each { over, body } => json!(["each", wire(over), wire(body)]),
        Node::First(over) => json!(["first", wire(over)]),
        Node::Call(function, arguments) => json!(["call", function.name(), list(arguments)]),
        Node::At { .. } | Node::Find { .. } | Node::Records { .. } | Node::Decide(_) => json!(["server"]),
    }
}

/// A literal with its type, where JSON does not tell it.
fn literal(value: &Value) -> Json {
    let kind = match value {
        Value::Integer(_) => "integer",
        Value::Decimal(_) => "decimal",
        Value::Date(_) => "date",
        Value::Datetime(_) => "datetime",
        Value::List(items) => return json!(["list", items.iter().map(literal).collect::<Vec<_>>()]),
        Value::Map(_) | Value::Null | Value::Bool(_) | Value::Text(_) | Value::Id(_) => "plain",
    };
    json!(["literal", value.to_json(), kind])
}

fn kind_name(kind: Wire) -> &'static str {
    match kind {
        Wire::Plain => "plain",
        Wire::Integer => "integer",
        Wire::Decimal => "decimal",
        Wire::Date => "date",
        Wire::Datetime => "datetime",
        Wire::List => "list",
        Wire::Map => "map",
    }
}

fn base(base: &Base) -> Json {
    match base {
        Base::Bare => json!("bare"),
        Base::Doc => json!("doc"),
        Base::Row => json!("row"),
        Base::Old => json!("old"),
        Base::New => json!("new"),
        Base::Vars => json!("vars"),
        Base::Named => json!("named"),
        Base::Slot(index) => json!(["slot", index]),
        Base::Through { of, entity } => json!(["through", wire(of), entity]),
    }
}

fn aggregate(how: Aggregate) -> &'static str {
    match how {
        Aggregate::Sum => "sum",
        Aggregate::SumWhole => "sum_whole",
        Aggregate::Count => "count",
        Aggregate::Avg => "avg",
        Aggregate::Min => "min",
        Aggregate::Max => "max",
        Aggregate::Any => "any",
        Aggregate::All => "all",
    }
}

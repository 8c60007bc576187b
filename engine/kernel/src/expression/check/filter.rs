//! Filters: JSON that a builder edits and a person reads, to the same typed tree.

use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::{Checker, NOWHERE, Shared, Slot, Typed};
use crate::{
    Diagnostic, Name, Value,
    definition::FieldKind,
    expression::{
        Expr, Scope,
        ast::{Ast, BinaryOp, Kind, MAX_DEPTH},
        functions::Function,
        node::{Aggregate, Node},
        parser::{did_you_mean, parse},
        types::Type,
    },
    field::parse as parse_field,
    schema::Field,
};

/// The operators of a leaf.
const OPERATORS: [&str; 12] =
    ["=", "!=", "<", "<=", ">", ">=", "in", "not in", "contains", "starts", "is null", "is not null"];

/// The forms of an object.
const FORMS: &str =
    "write {\"all\": […]}, {\"any\": […]}, {\"not\": …} or {\"some\": \"lines\", \"where\": …} (also every, none)";

/// Checks a filter; paths of the problems lead into its JSON.
pub(in crate::expression) fn check_filter(filter: &Json, scope: &Scope<'_>) -> Result<Expr, Vec<Diagnostic>> {
    let mut checker = Checker::new(scope, Shared::default());
    let node = checker.filter(filter);
    checker.finish(Typed::new(node, Type::Bool), &filter.to_string())
}

impl Checker<'_> {
    /// Does something whose problems lie under this key.
    fn under<T>(&mut self, key: impl std::fmt::Display, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.diagnostics.len();
        let result = work(self);
        let key = key.to_string();
        for diagnostic in self.diagnostics.iter_mut().skip(before) {
            *diagnostic = diagnostic.clone().under(&key);
        }
        result
    }

    fn filter(&mut self, filter: &Json) -> Node {
        self.nesting += 1;
        let node = if self.nesting > MAX_DEPTH {
            self.report("E0302", NOWHERE, format_args!("the filter is nested deeper than {MAX_DEPTH} levels"), None);
            Node::null()
        } else {
            match filter {
                Json::Array(parts) => match parts.first() {
                    Some(Json::String(_)) => self.leaf(parts),
                    _ => Node::All(self.parts(parts)),
                },
                Json::Object(object) => self.object(object),
                Json::String(source) => self.source(source, Some(&Type::Bool)).node,
                Json::Null | Json::Bool(_) | Json::Number(_) => {
                    self.malformed(format_args!("expected a filter, but found {filter}"));
                    Node::null()
                }
            }
        };
        self.nesting -= 1;
        node
    }

    fn malformed(&mut self, message: impl std::fmt::Display) {
        self.report("E0309", NOWHERE, message, Some(format!("write [\"field\", \"=\", value]; {FORMS}")));
    }

    fn parts(&mut self, parts: &[Json]) -> Vec<Node> {
        parts.iter().enumerate().map(|(i, part)| self.under(i, |c| c.filter(part))).collect()
    }

    /// An expression inside a filter.
    fn source(&mut self, source: &str, wanted: Option<&Type>) -> Typed {
        match parse(source) {
            Ok(ast) => {
                let typed = self.check(&ast);
                match wanted {
                    Some(wanted) => self.want(typed, wanted, ast.at),
                    None => typed,
                }
            }
            Err(diagnostic) => {
                self.diagnostics.push(diagnostic);
                Typed::unknown()
            }
        }
    }

    fn object(&mut self, object: &serde_json::Map<String, Json>) -> Node {
        let keys: Vec<&str> = object.keys().map(String::as_str).collect();
        match keys[..] {
            ["all"] | ["any"] => {
                let key = keys.concat();
                let Some(Json::Array(parts)) = object.get(&key) else {
                    self.malformed(format_args!("expected a list of filters in `{key}`"));
                    return Node::null();
                };
                let parts = self.under(&key, |c| c.parts(parts));
                if key == "all" { Node::All(parts) } else { Node::Any(parts) }
            }
            ["not"] => {
                let inner = object.get("not").unwrap_or(&Json::Null);
                Node::Not(Box::new(self.under("not", |c| c.filter(inner))))
            }
            ["some" | "every" | "none", "where"] | ["where", "some" | "every" | "none"] => self.quantifier(object),
            _ => {
                let found = if keys.is_empty() { "an empty object".to_owned() } else { keys.join(", ") };
                self.malformed(format_args!("expected a filter, but found {found}"));
                Node::null()
            }
        }
    }

    /// `{"some": "lines", "where": …}`.
    fn quantifier(&mut self, object: &serde_json::Map<String, Json>) -> Node {
        let key = ["some", "every", "none"].into_iter().find(|k| object.contains_key(*k)).unwrap_or("some");
        let (lines, condition) = (object.get(key).unwrap_or(&Json::Null), object.get("where").unwrap_or(&Json::Null));
        let rows = self.under(key, |c| {
            let rows = c.path(lines);
            if !matches!(rows.ty, Type::Rows(_) | Type::Unknown) {
                c.report("E0304", NOWHERE, format_args!("expected lines, but found {}", rows.ty), None);
                return Typed::unknown();
            }
            rows
        });
        let Type::Rows(row) = rows.ty else { return Node::null() };
        let outer = self.bare_slot.replace(self.slots.len());
        self.slots.push(Slot { name: Name::new(""), ty: Type::Row(row), place: rows.place, own: rows.own });
        let body = self.under("where", |c| c.filter(condition));
        self.slots.pop();
        self.bare_slot = outer;
        let how = if key == "every" { Aggregate::All } else { Aggregate::Any };
        let node = Node::Aggregate { how, over: Box::new(rows.node), body: Some(Box::new(body)) };
        if key == "none" { Node::Not(Box::new(node)) } else { node }
    }

    /// A field's path.
    fn path(&mut self, path: &Json) -> Typed {
        let Json::String(source) = path else {
            self.malformed(format_args!("expected a field, but found {path}"));
            return Typed::unknown();
        };
        match parse(source) {
            Ok(ast) if is_path(&ast) => self.check(&ast),
            Ok(_) => {
                self.malformed(format_args!("expected a field, but found `{source}`"));
                Typed::unknown()
            }
            Err(diagnostic) => {
                self.diagnostics.push(diagnostic);
                Typed::unknown()
            }
        }
    }

    /// `["field", "=", value]`.
    fn leaf(&mut self, parts: &[Json]) -> Node {
        let operator = parts.get(1).and_then(Json::as_str).unwrap_or_default();
        let is_test = matches!(operator, "is null" | "is not null");
        self.asks_whether_empty = is_test;
        let field = self.under(0, |c| c.path(parts.first().unwrap_or(&Json::Null)));
        self.asks_whether_empty = false;
        if !OPERATORS.contains(&operator) {
            let hint = match operator {
                "==" => Some("write =".to_owned()),
                "<>" => Some("write !=".to_owned()),
                _ => did_you_mean(operator, OPERATORS)
                    .or_else(|| Some(format!("the operators are {}", OPERATORS.join(", ")))),
            };
            self.under(1, |c| {
                c.report("E0309", NOWHERE, format_args!("there is no operator `{operator}`"), hint);
            });
            return Node::null();
        }
        if let Type::Rows(_) = field.ty {
            self.under(0, |c| {
                let hint = "write {\"some\": \"lines\", \"where\": …}, or every, or none".to_owned();
                c.report("E0304", NOWHERE, "lines are not compared", Some(hint));
            });
            return Node::null();
        }
        if matches!(field.node, Node::Each { .. }) {
            self.under(0, |c| {
                let hint = "write {\"some\": \"lines\", \"where\": …}, or every, or none".to_owned();
                c.report("E0304", NOWHERE, "the path leads to many values", Some(hint));
            });
            return Node::null();
        }
        if parts.len() != if is_test { 2 } else { 3 } {
            self.malformed(format_args!("`{operator}` takes {}", if is_test { "no value" } else { "one value" }));
            return Node::null();
        }
        if is_test {
            return Self::null_test(field, operator == "is not null").node;
        }
        let value = parts.get(2).unwrap_or(&Json::Null);
        self.under(2, |c| c.compare_leaf(field, operator, value))
    }

    fn compare_leaf(&mut self, field: Typed, operator: &str, value: &Json) -> Node {
        let item = match &field.ty {
            Type::List(item) => (**item).clone(),
            ty => ty.clone(),
        };
        let value = self.value(value, &item);
        match operator {
            "in" => self.membership(field, value, false, NOWHERE).node,
            "not in" => self.membership(field, value, true, NOWHERE).node,
            "contains" | "starts" => {
                if matches!(field.ty, Type::List(_)) && operator == "contains" {
                    return self.membership(value, field, false, NOWHERE).node;
                }
                if !matches!(field.ty, Type::Text | Type::Unknown) {
                    self.report(
                        "E0304",
                        NOWHERE,
                        format_args!("`{operator}` takes text, but found {}", field.ty),
                        None,
                    );
                }
                let function = if operator == "starts" { Function::StartsWith } else { Function::Contains };
                Node::Call(function, vec![field.node, value.node])
            }
            _ => {
                let operator = match operator {
                    "=" => BinaryOp::Equal,
                    "!=" => BinaryOp::NotEqual,
                    "<" => BinaryOp::Less,
                    "<=" => BinaryOp::LessOrEqual,
                    ">" => BinaryOp::Greater,
                    _ => BinaryOp::GreaterOrEqual,
                };
                self.comparison(operator, field, value, NOWHERE).node
            }
        }
    }

    /// A literal, `{"expr": …}`, `{"setting": …}`, or a list of them.
    fn value(&mut self, value: &Json, field: &Type) -> Typed {
        match value {
            Json::Null => {
                self.report("E0309", NOWHERE, "nothing equals null", Some("write [\"field\", \"is null\"]".into()));
                Typed::unknown()
            }
            Json::Bool(b) => Typed::new(Node::Literal(Value::Bool(*b)), Type::Bool),
            // Spans of time are written as in a form, or in milliseconds.
            Json::Number(_) | Json::String(_) if *field == Type::Duration => {
                match parse_field(&Field::plain(FieldKind::Duration), value) {
                    Ok(span) => Typed::new(Node::Literal(span), Type::Duration),
                    Err(wrong) => {
                        self.report("E0309", NOWHERE, wrong.message, None);
                        Typed::unknown()
                    }
                }
            }
            Json::Number(number) => match (number.as_i64(), number.to_string().parse::<Decimal>()) {
                (Some(i), _) => Typed::new(Node::Literal(Value::Integer(i)), Type::Integer),
                (None, Ok(d)) => Typed::new(Node::Literal(Value::Decimal(d)), Type::Decimal),
                (None, Err(_)) => {
                    self.report("E0309", NOWHERE, format_args!("the number {number} has too many digits"), None);
                    Typed::unknown()
                }
            },
            // Decimals are strings on the wire.
            Json::String(text) if field.is_number() && *field != Type::Unknown => match text.parse::<Decimal>() {
                Ok(d) => Typed::new(Node::Literal(Value::Decimal(d)), Type::Decimal),
                Err(_) => Typed::new(Node::Literal(Value::text(text)), Type::Text),
            },
            Json::String(text) => Typed::new(Node::Literal(Value::text(text)), Type::Text),
            Json::Array(items) => {
                let mut nodes = Vec::with_capacity(items.len());
                let mut ty = Type::Null;
                for (i, item) in items.iter().enumerate() {
                    let typed = self.under(i, |c| {
                        let typed = c.value(item, field);
                        c.coerce(typed, field, NOWHERE)
                    });
                    let (_, node, both) = self.unify(Typed::new(Node::null(), ty), typed, NOWHERE);
                    nodes.push(node);
                    ty = both;
                }
                Typed::new(Node::List(nodes), Type::List(Box::new(ty)))
            }
            Json::Object(object) => match (object.len(), object.get("expr"), object.get("setting")) {
                (1, Some(Json::String(source)), None) => self.under("expr", |c| c.source(source, None)),
                (1, None, Some(Json::String(name))) => {
                    self.under("setting", |c| c.source(&format!("setting.{name}"), None))
                }
                _ => {
                    let hint = "write {\"expr\": \"today - 30\"} or {\"setting\": \"name\"}".to_owned();
                    self.report("E0309", NOWHERE, "expected a value", Some(hint));
                    Typed::unknown()
                }
            },
        }
    }
}

fn is_path(ast: &Ast) -> bool {
    match &ast.kind {
        Kind::Name(_) => true,
        Kind::Member(base, _) => is_path(base),
        _ => false,
    }
}

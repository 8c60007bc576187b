//! The syntax tree back to source text.

use std::fmt::{self, Display, Formatter};

use super::ast::{Ast, BinaryOp, Kind, UnaryOp};

impl Display for Ast {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Null => f.write_str("null"),
            Kind::Bool(b) => write!(f, "{b}"),
            Kind::Integer(i) => write!(f, "{i}"),
            // The point keeps it a decimal.
            Kind::Decimal(d) if d.scale() == 0 => write!(f, "{d}.0"),
            Kind::Decimal(d) => write!(f, "{d}"),
            Kind::Text(text) => print_text(text, f),
            Kind::Name(name) => write!(f, "{name}"),
            Kind::Member(base, name) => {
                print_operand(base, 10, f)?;
                write!(f, ".{name}")
            }
            Kind::Unary(operator, operand) => {
                f.write_str(if *operator == UnaryOp::Not { "!" } else { "-" })?;
                print_operand(operand, 9, f)
            }
            Kind::Binary(operator, left, right) => {
                print_operand(left, operator.precedence(), f)?;
                write!(f, " {} ", operator.symbol())?;
                print_operand(right, operator.precedence() + 1, f)
            }
            Kind::If(condition, yes, no) => {
                write!(f, "if {condition} {{ {yes} }}")?;
                match no.kind {
                    Kind::Null => Ok(()),
                    Kind::If(..) => write!(f, " else {no}"),
                    _ => write!(f, " else {{ {no} }}"),
                }
            }
            Kind::List(list) => print_items("[", list, "]", f),
            Kind::Map(map) => {
                f.write_str("#{")?;
                for (i, (key, _, value)) in map.iter().enumerate() {
                    f.write_str(if i > 0 { ", " } else { "" })?;
                    print_text(key, f)?;
                    write!(f, ": {value}")?;
                }
                f.write_str("}")
            }
            Kind::Call(name, arguments) => {
                write!(f, "{name}")?;
                print_items("(", arguments, ")", f)
            }
            Kind::Closure(parameter, body) => write!(f, "|{parameter}| {body}"),
        }
    }
}

/// Parentheses where the operand binds less tightly than its place asks for.
fn print_operand(operand: &Ast, least: u8, f: &mut Formatter<'_>) -> fmt::Result {
    let binds = match &operand.kind {
        Kind::Binary(operator, ..) => BinaryOp::precedence(*operator),
        Kind::Unary(..) => 9,
        // What runs on to the right as far as it can.
        Kind::Closure(..) | Kind::If(..) => 0,
        // A number before a point would read as a fraction.
        Kind::Integer(_) | Kind::Decimal(_) => 9,
        Kind::Null
        | Kind::Bool(_)
        | Kind::Text(_)
        | Kind::Name(_)
        | Kind::Member(..)
        | Kind::List(_)
        | Kind::Map(_)
        | Kind::Call(..) => 10,
    };
    if binds < least { write!(f, "({operand})") } else { write!(f, "{operand}") }
}

fn print_items(open: &str, items: &[Ast], close: &str, f: &mut Formatter<'_>) -> fmt::Result {
    f.write_str(open)?;
    for (i, item) in items.iter().enumerate() {
        write!(f, "{}{item}", if i > 0 { ", " } else { "" })?;
    }
    f.write_str(close)
}

fn print_text(text: &str, f: &mut Formatter<'_>) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            c => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}

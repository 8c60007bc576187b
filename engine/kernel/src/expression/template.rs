//! Patterns of titles and messages: `{number} {partner.title}`.
//!
//! A part in braces is an expression; it is shown as people read it: a reference by its title, a choice by its label,
//! a percentage as `12.5 %`, money with the digits of its field.

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value as Json, json};

use super::{Env, EvalError, Expr, Reference, Scope, Type, check, eval, node::Node, parser};
use crate::{
    Diagnostic, Name, Value,
    change::NUMBER_MARK,
    definition::{FieldDefinition, FieldKind, OptionDefinition},
};

/// A compiled pattern.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Text(String),
    Value(Expr, Format),
}

/// How a value is shown.
#[derive(Clone, Debug, PartialEq)]
enum Format {
    /// As it is; decimals without trailing zeros.
    Plain,
    /// With so many digits.
    Fixed(u32),
    /// As a percentage with so many digits.
    Percent(u32),
    /// By the labels of the options.
    Choice(Vec<(Name, String)>),
    /// The document number, which may not be given yet.
    Number,
}

impl Template {
    /// Compiles a pattern. `{{` and `}}` stand for braces.
    ///
    /// # Errors
    ///
    /// All problems found; paths are empty.
    pub fn compile(pattern: &str, scope: &Scope<'_>) -> Result<Self, Vec<Diagnostic>> {
        let mut parts = Vec::new();
        let mut problems = Vec::new();
        for piece in pieces(pattern).map_err(|d| vec![d])? {
            match piece {
                Piece::Text(text) => parts.push(Part::Text(text)),
                Piece::Source(source) => match value(&source, scope) {
                    Ok(part) => parts.push(part),
                    Err(found) => problems.extend(found),
                },
            }
        }
        if problems.is_empty() { Ok(Self { parts }) } else { Err(problems) }
    }

    /// The expressions in it.
    pub fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.parts.iter().filter_map(|part| match part {
            Part::Value(expr, _) => Some(expr),
            Part::Text(_) => None,
        })
    }

    /// Fills the pattern in. A value that is null leaves nothing; a document number that is not given yet leaves
    /// [`NUMBER_MARK`].
    ///
    /// # Errors
    ///
    /// As [`super::eval`]; what all parts need is asked for at once.
    pub fn render(&self, env: &Env<'_>) -> Result<String, EvalError> {
        let mut text = String::new();
        let mut needs = Vec::new();
        for part in &self.parts {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Value(expr, format) => match eval(expr, env) {
                    Ok(value) => text.push_str(&format.show(&value)),
                    Err(EvalError::Needs(queries)) => needs.extend(queries),
                    Err(fault) => return Err(fault),
                },
            }
        }
        if needs.is_empty() { Ok(text.trim().to_owned()) } else { Err(EvalError::Needs(needs)) }
    }

    /// The parts as JSON for the interpreter in the browser: texts as strings, expressions as
    /// `{"expr": …, "format": …}`.
    #[must_use]
    pub fn to_wire(&self) -> Json {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => json!(text),
            Part::Value(expr, format) => json!({"expr": super::to_wire(expr), "format": format.to_wire()}),
        });
        Json::Array(parts.collect())
    }
}

enum Piece {
    Text(String),
    Source(String),
}

/// Cuts a pattern at its braces.
fn pieces(pattern: &str) -> Result<Vec<Piece>, Diagnostic> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        if from.starts_with("{{") || from.starts_with("}}") {
            text.extend(from.chars().next());
            rest = from.get(2..).unwrap_or_default();
            continue;
        }
        let Some((source, after)) = from.strip_prefix('{').and_then(|inner| inner.split_once('}')) else {
            let message = format!("the braces of the pattern \"{pattern}\" do not match");
            return Err(Diagnostic::error("E0301", "", message).hint("write {{ and }} for braces"));
        };
        if !text.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut text)));
        }
        pieces.push(Piece::Source(source.to_owned()));
        rest = after;
    }
    text.push_str(rest);
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Ok(pieces)
}

/// An expression in braces, a reference by its title.
fn value(source: &str, scope: &Scope<'_>) -> Result<Part, Vec<Diagnostic>> {
    let in_pattern = |all: Vec<Diagnostic>| -> Vec<Diagnostic> {
        all.into_iter().map(|d| Diagnostic { message: format!("{} of {{{source}}}", d.message), ..d }).collect()
    };
    let ast = parser::parse(source).map_err(|d| in_pattern(vec![d]))?;
    let expr = check::check(&ast, source, scope, None).map_err(in_pattern)?;
    let expr = match expr.ty() {
        Type::Reference(_) => super::compile(&format!("({source}).title"), scope).map_err(in_pattern)?,
        Type::Rows(_) | Type::Map(_) => {
            let message = format!("{} cannot be shown in a pattern: {{{source}}}", expr.ty());
            return Err(vec![Diagnostic::error("E0304", "", message)]);
        }
        _ => expr,
    };
    let format = format_of(&expr, scope);
    Ok(Part::Value(expr, format))
}

fn format_of(expr: &Expr, scope: &Scope<'_>) -> Format {
    let field = field_of(expr, scope);
    let is_number = expr.as_path().is_some_and(|path| matches!(path.as_slice(), [name] if name == "number"));
    match (expr.ty(), field) {
        (Type::Text, None) if is_number => Format::Number,
        (Type::Percent, field) => Format::Percent(field.and_then(|f| f.display).unwrap_or(2)),
        (Type::Money(_), field) => Format::Fixed(field.and_then(|f| f.display.or(f.scale)).unwrap_or(2)),
        (Type::Decimal, Some(FieldDefinition { display: Some(digits), .. })) => Format::Fixed(*digits),
        (Type::Choice(_), Some(field)) => Format::Choice(labels(field)),
        (Type::List(_), Some(field)) if field.field_type == FieldKind::MultiChoice => Format::Choice(labels(field)),
        _ => Format::Plain,
    }
}

/// The definition of the field that an expression is.
fn field_of<'a>(expr: &Expr, scope: &Scope<'a>) -> Option<&'a FieldDefinition> {
    let Node::Field { name, .. } = &*expr.node else { return None };
    // The last one of its name: those before it are the way there.
    let (entity, lines) = expr.references.iter().rev().find_map(|reference| match reference {
        Reference::Field { entity, lines, field, .. } if field == name => Some((entity, lines)),
        _ => None,
    })?;
    let fields = &scope.types.entities.get(entity)?.fields;
    match lines {
        Some(lines) => fields.get(lines)?.fields.get(name),
        None => fields.get(name),
    }
}

fn labels(field: &FieldDefinition) -> Vec<(Name, String)> {
    let label = |option: &OptionDefinition| match option {
        OptionDefinition::Label(label) => label.clone(),
        OptionDefinition::Full(full) => full.label.clone(),
    };
    field.options.iter().map(|(key, option)| (key.clone(), label(option))).collect()
}

fn fixed(value: Decimal, digits: u32) -> String {
    let digits = digits.min(12);
    let rounded = value.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
    format!("{rounded:.*}", usize::try_from(digits).unwrap_or(0))
}

impl Format {
    fn show(&self, value: &Value) -> String {
        match (self, value) {
            (Self::Number, Value::Null) => NUMBER_MARK.to_string(),
            (_, Value::List(items)) => items.iter().map(|item| self.show(item)).collect::<Vec<_>>().join(", "),
            (Self::Choice(labels), Value::Text(key)) => {
                labels.iter().find(|(k, _)| **k == **key).map_or_else(|| key.to_string(), |(_, label)| label.clone())
            }
            (Self::Fixed(digits), number) if number.as_decimal().is_some() => {
                fixed(number.as_decimal().unwrap_or_default(), *digits)
            }
            (Self::Percent(digits), number) if number.as_decimal().is_some() => {
                let hundred = number.as_decimal().and_then(|d| d.checked_mul(Decimal::ONE_HUNDRED)).unwrap_or_default();
                format!(
                    "{} %",
                    super::eval::text_of(&fixed(hundred, *digits).parse::<Decimal>().unwrap_or_default().into())
                )
            }
            (_, value) => super::eval::text_of(value).to_string(),
        }
    }

    fn to_wire(&self) -> Json {
        match self {
            Self::Plain | Self::Number => Json::Null,
            Self::Fixed(digits) => json!(["fixed", digits]),
            Self::Percent(digits) => json!(["percent", digits]),
            Self::Choice(labels) => {
                let labels: serde_json::Map<String, Json> =
                    labels.iter().map(|(key, label)| (key.to_string(), json!(label))).collect();
                json!(["choice", labels])
            }
        }
    }
}

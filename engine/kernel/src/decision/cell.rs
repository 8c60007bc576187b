//! One cell of a decision table: a test of one input.
//!
//! `> 200000`, `<= 0.1`, `< 10%`, `= 5`, `!= 5`, `5`, `[1..10)`, `in [a, b]`, `not in [a]`, `is null`, `is not null`,
//! `-` (anything). Text may stand in quotes.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use crate::{Diagnostic, Value, expression::Type, nearest, text};

/// A test of one input.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    Anything,
    IsNull(bool),
    Compare(Compare, Value),
    Between { low: Value, low_in: bool, high: Value, high_in: bool },
    In { values: Vec<Value>, inside: bool },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compare {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

const OPERATORS: [(&str, Compare); 7] = [
    ("<=", Compare::LessOrEqual),
    (">=", Compare::GreaterOrEqual),
    ("!=", Compare::NotEqual),
    ("==", Compare::Equal),
    ("<", Compare::Less),
    (">", Compare::Greater),
    ("=", Compare::Equal),
];

const FORMS: &str =
    "write `> 5`, `= 5`, `[1..10)`, `in [a, b]`, `not in [a]`, `is null`, `is not null`, or leave the input out";

impl Test {
    /// Reads a cell for an input of this type; the problem's path is empty.
    pub(super) fn parse(cell: &str, ty: &Type) -> Result<Self, Box<Diagnostic>> {
        let cell = cell.trim();
        match cell {
            "-" => return Ok(Self::Anything),
            "is null" => return Ok(Self::IsNull(true)),
            "is not null" => return Ok(Self::IsNull(false)),
            "" => return Err(Box::new(Diagnostic::error("E0543", "", "the test is empty").hint(FORMS))),
            _ => {}
        }
        let inside = cell.strip_prefix("in ").map(|list| (list, true));
        if let Some((list, inside)) = inside.or_else(|| cell.strip_prefix("not in ").map(|list| (list, false))) {
            let list = list.trim().strip_prefix('[').and_then(|l| l.strip_suffix(']'));
            let list = list.ok_or_else(|| unreadable(cell))?;
            let values = list.split(',').map(|value| literal(value, ty)).collect::<Result<Vec<Value>, _>>()?;
            return Ok(Self::In { values, inside });
        }
        if cell.starts_with(['[', '('])
            && let Some((low, high)) = cell.split_once("..")
        {
            let (low_in, low) = bracket(low, cell, '[', '(')?;
            let (high_in, high) = match (high.strip_suffix(']'), high.strip_suffix(')')) {
                (Some(high), _) => (true, high),
                (_, Some(high)) => (false, high),
                _ => return Err(unreadable(cell)),
            };
            let (low, high) = (ordered(low, ty)?, ordered(high, ty)?);
            if matches!(compare(&low, &high), Some(Ordering::Greater)) {
                let problem = Diagnostic::error("E0543", "", format!("`{cell}` holds for nothing"));
                return Err(Box::new(problem.hint("the smaller value goes first")));
            }
            return Ok(Self::Between { low, low_in, high, high_in });
        }
        for (sign, operator) in OPERATORS {
            if let Some(value) = cell.strip_prefix(sign) {
                let equal = matches!(operator, Compare::Equal | Compare::NotEqual);
                let value = if equal { literal(value, ty)? } else { ordered(value, ty)? };
                return Ok(Self::Compare(operator, value));
            }
        }
        Ok(Self::Compare(Compare::Equal, literal(cell, ty)?))
    }

    /// The values that it names.
    pub(super) fn values(&self) -> Vec<&Value> {
        match self {
            Self::Anything | Self::IsNull(_) => Vec::new(),
            Self::Compare(_, value) => vec![value],
            Self::Between { low, high, .. } => vec![low, high],
            Self::In { values, .. } => values.iter().collect(),
        }
    }

    /// Whether the value passes. A null passes only where null is asked for.
    pub(super) fn holds(&self, value: &Value) -> bool {
        if let Self::IsNull(wanted) = self {
            return value.is_null() == *wanted;
        }
        if matches!(self, Self::Anything) {
            return true;
        }
        if value.is_null() {
            return false;
        }
        match self {
            Self::Anything | Self::IsNull(_) => true,
            Self::Compare(Compare::NotEqual, with) => !equal(value, with),
            Self::Compare(Compare::Equal, with) => equal(value, with),
            Self::Compare(operator, with) => compare(value, with).is_some_and(|order| match operator {
                Compare::Less => order.is_lt(),
                Compare::LessOrEqual => order.is_le(),
                Compare::Greater => order.is_gt(),
                Compare::GreaterOrEqual => order.is_ge(),
                Compare::Equal => order.is_eq(),
                Compare::NotEqual => order.is_ne(),
            }),
            Self::Between { low, low_in, high, high_in } => {
                let above = compare(value, low).is_some_and(|o| o.is_gt() || (*low_in && o.is_eq()));
                let below = compare(value, high).is_some_and(|o| o.is_lt() || (*high_in && o.is_eq()));
                above && below
            }
            Self::In { values, inside } => values.iter().any(|one| equal(value, one)) == *inside,
        }
    }
}

fn unreadable(cell: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("E0543", "", format!("the test `{cell}` cannot be read")).hint(FORMS))
}

fn bracket<'c>(text: &'c str, cell: &str, closed: char, open: char) -> Result<(bool, &'c str), Box<Diagnostic>> {
    match (text.strip_prefix(closed), text.strip_prefix(open)) {
        (Some(rest), _) => Ok((true, rest)),
        (_, Some(rest)) => Ok((false, rest)),
        _ => Err(unreadable(cell)),
    }
}

fn wrong_type(text: &str, ty: &Type) -> Diagnostic {
    Diagnostic::error("E0544", "", format!("`{text}` is compared with the input, which is {ty}"))
}

/// A literal that has an order.
fn ordered(source: &str, ty: &Type) -> Result<Value, Box<Diagnostic>> {
    let value = literal(source, ty)?;
    match value {
        Value::Decimal(_) | Value::Integer(_) | Value::Date(_) => Ok(value),
        _ => Err(Box::new(wrong_type(source.trim(), ty).hint("only numbers and dates can be greater or smaller"))),
    }
}

fn literal(source: &str, ty: &Type) -> Result<Value, Box<Diagnostic>> {
    let source = source.trim();
    let bare = unquote(source);
    if bare.is_empty() {
        return Err(Box::new(Diagnostic::error("E0543", "", "a value is missing").hint(FORMS)));
    }
    let value = match ty {
        Type::Integer | Type::Decimal | Type::Money(_) | Type::Percent => number(bare).map(Value::Decimal),
        Type::Bool => bare.parse().ok().map(Value::Bool),
        Type::Date => bare.parse().ok().map(Value::Date),
        Type::Text => Some(Value::text(bare)),
        Type::Choice(Some(options)) if !options.iter().any(|option| *option == bare) => {
            let problem = Diagnostic::error("E0544", "", format!("no option `{bare}`"));
            let near = nearest(bare, options.iter().map(crate::Name::as_str));
            return Err(Box::new(match near {
                Some(near) => problem.hint(format!("did you mean `{near}`?")),
                None => problem,
            }));
        }
        Type::Choice(_) => Some(Value::text(bare)),
        // The input's own problem is told elsewhere.
        Type::Unknown | Type::Null => Some(number(bare).map_or_else(|| Value::text(bare), Value::Decimal)),
        Type::Reference(_) => {
            let hint = "make a field of the referred record the input, such as its code";
            return Err(Box::new(wrong_type(source, ty).hint(hint)));
        }
        Type::Datetime | Type::Duration | Type::List(_) | Type::Rows(_) | Type::Row(_) | Type::Map(_) => None,
    };
    value.ok_or_else(|| Box::new(wrong_type(source, ty)))
}

fn unquote(text: &str) -> &str {
    let quoted = |mark: char| text.strip_prefix(mark).and_then(|t| t.strip_suffix(mark));
    quoted('"').or_else(|| quoted('\'')).unwrap_or(text)
}

fn number(text: &str) -> Option<Decimal> {
    match text.strip_suffix('%') {
        Some(share) => share.trim().parse::<Decimal>().ok()?.checked_div(Decimal::ONE_HUNDRED),
        None => text.parse().ok(),
    }
}

fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        _ => Some(a.as_decimal()?.cmp(&b.as_decimal()?)),
    }
}

fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => text::fold(a) == text::fold(b),
        (Value::Bool(a), Value::Bool(b)) => a == b,
        _ => compare(a, b) == Some(Ordering::Equal),
    }
}

//! Operators: which types they take and give.

use super::{Checker, Typed};
use crate::{
    Value,
    expression::{
        ast::{Ast, BinaryOp, Kind},
        node::Node,
        types::{Currency, Type},
    },
};

impl Checker<'_> {
    pub(super) fn binary(&mut self, operator: BinaryOp, left: &Ast, right: &Ast, at: usize) -> Typed {
        match operator {
            BinaryOp::And | BinaryOp::Or => self.logic(operator, left, right),
            BinaryOp::Equal | BinaryOp::NotEqual if left.kind == Kind::Null => self.against_null(operator, right),
            BinaryOp::Equal | BinaryOp::NotEqual if right.kind == Kind::Null => self.against_null(operator, left),
            _ => {
                let left = Box::new(self.check(left));
                let right = Box::new(self.check(right));
                self.of_both(operator, *left, *right, at)
            }
        }
    }

    fn of_both(&mut self, operator: BinaryOp, left: Typed, right: Typed, at: usize) -> Typed {
        match operator {
            BinaryOp::In | BinaryOp::NotIn => self.membership(left, right, operator == BinaryOp::NotIn, at),
            BinaryOp::Coalesce => {
                let (value, default, ty) = self.unify(left, right, at);
                Typed::new(Node::Coalesce(Box::new(value), Box::new(default)), ty)
            }
            operator if Self::is_comparison(operator) => self.comparison(operator, left, right, at),
            operator => self.arithmetic(operator, left, right, at),
        }
    }

    /// `x == null` asks whether there is a value.
    fn against_null(&mut self, operator: BinaryOp, value: &Ast) -> Typed {
        let value = self.check(value);
        Self::null_test(value, operator == BinaryOp::NotEqual)
    }

    pub(super) fn null_test(value: Typed, negated: bool) -> Typed {
        let test = Node::IsNull(Box::new(value.node));
        Typed::new(if negated { Node::Not(Box::new(test)) } else { test }, Type::Bool)
    }

    /// `&&` and `||`; chains become one node, so that long ones stay flat.
    fn logic(&mut self, operator: BinaryOp, left: &Ast, right: &Ast) -> Typed {
        let mut parts = Vec::new();
        for side in [left, right] {
            let node = self.condition(side);
            match (operator, node) {
                (BinaryOp::And, Node::All(inner)) | (BinaryOp::Or, Node::Any(inner)) => parts.extend(inner),
                (_, node) => parts.push(node),
            }
        }
        Typed::new(if operator == BinaryOp::And { Node::All(parts) } else { Node::Any(parts) }, Type::Bool)
    }

    /// `value in list`.
    pub(super) fn membership(&mut self, value: Typed, list: Typed, negated: bool, at: usize) -> Typed {
        let list = self.coerce(list, &Type::List(Box::new(value.ty.clone())), at);
        let item = match &list.ty {
            Type::List(item) => (**item).clone(),
            Type::Unknown => Type::Unknown,
            ty => {
                let hint = "write [a, b], or contains(text, part)".to_owned();
                return self.fail("E0304", at, format_args!("expected a list, but found {ty}"), Some(hint));
            }
        };
        let value = self.coerce(value, &item, at);
        if item != Type::Null {
            self.comparable(BinaryOp::Equal, &value.ty, &item, at);
        }
        let test = Node::In(Box::new(value.node), Box::new(list.node));
        Typed::new(if negated { Node::Not(Box::new(test)) } else { test }, Type::Bool)
    }

    pub(super) fn comparison(&mut self, operator: BinaryOp, left: Typed, right: Typed, at: usize) -> Typed {
        let left = self.coerce(left, &right.ty, at);
        let right = self.coerce(right, &left.ty, at);
        self.comparable(operator, &left.ty, &right.ty, at);
        Typed::new(Node::Compare(operator, Box::new(left.node), Box::new(right.node)), Type::Bool)
    }

    /// Reports what cannot be compared.
    fn comparable(&mut self, operator: BinaryOp, left: &Type, right: &Type, at: usize) {
        let has_order = !matches!(operator, BinaryOp::Equal | BinaryOp::NotEqual);
        let hint = match (left, right) {
            (Type::Unknown | Type::Null, _) | (_, Type::Unknown | Type::Null) => return,
            (Type::Money(a), Type::Money(b)) if !a.fits(b) => return self.mixed(left, right, at),
            (a, b) if a.is_number() && b.is_number() => return,
            (Type::Text, Type::Text)
            | (Type::Date, Type::Date)
            | (Type::Datetime, Type::Datetime)
            | (Type::Duration, Type::Duration) => return,
            (Type::Bool, Type::Bool) | (Type::Text | Type::Choice(_), Type::Text | Type::Choice(_)) if !has_order => {
                return;
            }
            (Type::Reference(a), Type::Reference(b)) if a == b && !has_order => return,
            (Type::Date, Type::Datetime) | (Type::Datetime, Type::Date) => {
                Some("date(…) gives the day of a moment".to_owned())
            }
            (Type::Reference(_), Type::Text) | (Type::Text, Type::Reference(_)) => {
                Some("compare one of its fields, such as its title".to_owned())
            }
            (Type::List(_), _) | (_, Type::List(_)) => Some("write `value in list`".to_owned()),
            (Type::Rows(_), _) | (_, Type::Rows(_)) => Some("write count(…), sum(…) or any(…)".to_owned()),
            (Type::Choice(_), _) if has_order => Some("options have no order: write `in [a, b]`".to_owned()),
            _ => None,
        };
        self.report("E0304", at, format_args!("{left} cannot be compared with {right} by {}", operator.symbol()), hint);
    }

    fn arithmetic(&mut self, operator: BinaryOp, left: Typed, right: Typed, at: usize) -> Typed {
        // An amount divided by one of another currency is a rate.
        if let (Type::Money(a), Type::Money(b)) = (&left.ty, &right.ty)
            && !matches!(operator, BinaryOp::Multiply | BinaryOp::Divide)
            && !a.fits(b)
        {
            self.mixed(&left.ty, &right.ty, at);
            return Typed::unknown();
        }
        let Some(ty) = gives(operator, &left, &right) else {
            let hint = match (operator, &left.ty, &right.ty) {
                (_, Type::Datetime, ty) | (_, ty, Type::Datetime) if ty.is_number() => {
                    Some("write days(n), hours(n) or minutes(n)")
                }
                (_, Type::Date, Type::Decimal) => Some("write floor(…) for whole days"),
                (BinaryOp::Add, Type::Rows(_), _) | (BinaryOp::Add, _, Type::Rows(_)) => Some("write sum(…)"),
                (BinaryOp::Multiply, Type::Money(_), Type::Money(_)) => Some("decimal(x) takes the currency away"),
                _ => None,
            };
            let message = format_args!("{} {} {} makes no sense", left.ty, operator.symbol(), right.ty);
            return self.fail("E0304", at, message, hint.map(str::to_owned));
        };
        Typed::new(Node::Arithmetic(operator, Box::new(left.node), Box::new(right.node)), ty)
    }
}

/// What an operator gives; none if it makes no sense.
fn gives(operator: BinaryOp, left: &Typed, right: &Typed) -> Option<Type> {
    use BinaryOp::{Add, Divide, Multiply, Remainder, Subtract};
    Some(match (operator, &left.ty, &right.ty) {
        (_, Type::Unknown, _) | (_, _, Type::Unknown) => Type::Unknown,
        (_, Type::Null, other) | (_, other, Type::Null) => other.clone(),
        (Add, Type::Text | Type::Choice(_), _) if is_printable(&right.ty) => Type::Text,
        (Add, _, Type::Text) if is_printable(&left.ty) => Type::Text,
        (Add | Subtract, Type::Date, Type::Integer) | (Add, Type::Integer, Type::Date) => Type::Date,
        (Subtract, Type::Date, Type::Date) => Type::Integer,
        (Subtract, Type::Datetime, Type::Datetime) => Type::Duration,
        (Add | Subtract, Type::Datetime, Type::Duration) | (Add, Type::Duration, Type::Datetime) => Type::Datetime,
        (Add | Subtract, Type::Duration, Type::Duration) => Type::Duration,
        (Multiply, Type::Duration, Type::Integer) | (Multiply, Type::Integer, Type::Duration) => Type::Duration,
        (Multiply, Type::Money(_), Type::Money(_)) => return None,
        (Divide, Type::Money(_), Type::Money(_)) => Type::Decimal,
        (_, Type::Money(a), Type::Money(b)) => Type::Money(if *a == Currency::Unknown { b.clone() } else { a.clone() }),
        (Multiply | Divide | Remainder, Type::Money(currency), by) if by.is_number() => {
            Type::Money(scaled(currency, right))
        }
        (Multiply, by, Type::Money(currency)) if by.is_number() => Type::Money(scaled(currency, left)),
        (Divide | Remainder, by, Type::Money(_)) if by.is_number() => Type::Decimal,
        (_, Type::Money(currency), other) | (_, other, Type::Money(currency)) if other.is_number() => {
            Type::Money(currency.clone())
        }
        (Divide, Type::Integer, Type::Integer) => Type::Decimal,
        (_, Type::Integer, Type::Integer) => Type::Integer,
        (_, Type::Percent, Type::Percent) => Type::Percent,
        // `1 - discount` is still a share.
        (Add | Subtract | Multiply, Type::Percent, Type::Integer) => Type::Percent,
        (Add | Subtract | Multiply, Type::Integer, Type::Percent) => Type::Percent,
        (_, a, b) if a.is_number() && b.is_number() => Type::Decimal,
        _ => return None,
    })
}

/// The currency after a product: a share, a whole number or a literal keep it; any other number may be a rate.
fn scaled(currency: &Currency, by: &Typed) -> Currency {
    let keeps = matches!(by.ty, Type::Percent | Type::Integer)
        || matches!(by.node, Node::Literal(Value::Decimal(_) | Value::Integer(_)));
    if keeps { currency.clone() } else { Currency::Unknown }
}

fn is_printable(ty: &Type) -> bool {
    ty.is_number() || matches!(ty, Type::Text | Type::Choice(_) | Type::Date | Type::Bool)
}

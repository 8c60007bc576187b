//! Expressions: parsed once into a typed tree that is evaluated here, lowered to predicates, and sent to forms.

/// A typed expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {}

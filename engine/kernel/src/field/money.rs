//! `money`: an amount of a currency.

use super::{Behaviour, Column, ORDERED, decimal};
use crate::expression::{Currency, Type};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Decimal,
    scale: 2,
    operators: ORDERED,
    properties: &["currency", "scale", "display", "min", "max", "above"],
    value_type: |_| Type::Money(Currency::Unknown),
    parse: decimal::number,
    schema: decimal::BEHAVIOUR.schema,
    example: |_| "12.50".into(),
    cell: None,
    show: None,
};

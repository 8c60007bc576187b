//! `money`: an amount of a currency.

use super::{Behaviour, Column, ORDERED, decimal};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Decimal,
    scale: 2,
    operators: ORDERED,
    properties: &["currency", "scale", "display", "min", "max", "above"],
    parse: decimal::number,
    schema: decimal::BEHAVIOUR.schema,
};

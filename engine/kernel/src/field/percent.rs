//! `percent`: a share; 0.15 is 15 %.

use super::{Behaviour, Column, ORDERED, decimal};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Decimal,
    scale: 4,
    operators: ORDERED,
    properties: &["scale", "display", "min", "max", "above"],
    parse: decimal::number,
    schema: decimal::BEHAVIOUR.schema,
};

//! `percent`: a share; 0.15 is 15 %.

use super::{Behaviour, Column, ORDERED, decimal};
use crate::{expression::Type, import};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Decimal,
    scale: 4,
    operators: ORDERED,
    properties: &["scale", "display", "min", "max", "above"],
    value_type: |_| Type::Percent,
    parse: decimal::number,
    schema: decimal::BEHAVIOUR.schema,
    example: |_| "0.15".into(),
    cell: Some(import::number),
    show: None,
};

//! `position`: a position that people of the firm hold.

use super::{
    Behaviour, Column, SAME,
    reference::{self, id},
};
use crate::{Name, expression::Type};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Id,
    operators: SAME,
    properties: &["choose", "fills"],
    value_type: |_| Type::Reference(Name::new("position")),
    parse: |_, json| id(json),
    ..reference::BEHAVIOUR
};

//! `user`: a person who signs in.

use super::{
    Behaviour, Column, SAME,
    reference::{self, id},
};
use crate::{Name, expression::Type};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Id,
    scale: 0,
    operators: SAME,
    properties: &["choose", "fills"],
    value_type: |_| Type::Reference(Name::new("user")),
    parse: |_, json| id(json),
    schema: reference::BEHAVIOUR.schema,
    example: |_| super::EXAMPLE_ID.into(),
    cell: None,
    show: None,
};

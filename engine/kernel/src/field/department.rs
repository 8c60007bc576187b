//! `department`: a department of the firm.

use super::{
    Behaviour, Column, SAME,
    reference::{self, id},
};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Id,
    scale: 0,
    operators: SAME,
    properties: &["choose", "fills"],
    parse: |_, json| id(json),
    schema: reference::BEHAVIOUR.schema,
};

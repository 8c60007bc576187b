//! Entities as the engine works with them: compiled from [`EntityDefinition`], with everything looked up and typed.

use std::sync::Arc;

use indexmap::IndexMap;
use rust_decimal::Decimal;

use crate::{
    Name,
    definition::{EntityDefinition, FieldKind, Keyed, OptionDefinition},
    expression::Expr,
};

/// An entity, compiled.
#[derive(Clone, Debug)]
pub struct Entity {
    /// Its name.
    pub name: Name,
    /// What its author wrote.
    pub definition: Arc<EntityDefinition>,
    /// The pack it belongs to.
    pub pack: Name,
    /// Fields by name, line tables among them.
    pub fields: IndexMap<Name, Field>,
    /// Lets and formulas, header and lines, in an order in which each finds its inputs ready.
    pub computations: Vec<Computation>,
}

impl Entity {
    /// Stored fields of the header: all but line tables.
    pub fn columns(&self) -> impl Iterator<Item = &Field> {
        self.fields.values().filter(|f| f.kind != FieldKind::Lines)
    }

    /// Line tables.
    pub fn line_tables(&self) -> impl Iterator<Item = &Field> {
        self.fields.values().filter(|f| f.kind == FieldKind::Lines)
    }
}

/// A field, compiled.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub kind: FieldKind,
    /// What it is called in the base language.
    pub label: String,
    /// Whether a value must be there.
    pub required: bool,
    /// Whether no two records may share its value.
    pub unique: bool,
    /// Digits after the point that are stored; 0 for what is no decimal.
    pub scale: u32,
    /// The other entity of a reference; `user` and `department` for these types.
    pub to: Option<Name>,
    /// Options of a choice.
    pub options: Keyed<OptionDefinition>,
    /// `options_from`.
    pub options_from: Option<Name>,
    /// Roles that may read it; none: all that may read the record.
    pub read: Option<Vec<Name>>,
    /// Roles that may write it.
    pub write: Option<Vec<Name>>,
    /// The fields of a line.
    pub fields: IndexMap<Name, Field>,
    /// Smallest and greatest value, length or number of lines.
    pub min: Option<Decimal>,
    /// See `min`.
    pub max: Option<Decimal>,
    /// Must be greater than this.
    pub above: Option<Decimal>,
    /// Value of a new record.
    pub default: Option<Expr>,
    /// Whether it is computed by the engine alone (a formula, or compute without override).
    pub computed: bool,
    /// Computed, but people may write their own.
    pub may_override: bool,
    /// When it is shown.
    pub visible: Option<Expr>,
    /// When it cannot be written.
    pub read_only: Option<Expr>,
    /// Fields of this row taken over from the referred record, with the expression over that record.
    pub fills: Keyed<Expr>,
    /// Which records can be chosen: over the other record, with `doc` for this one.
    pub choose: Option<Expr>,
    /// The path or expression that gives a money's currency.
    pub currency: Option<Expr>,
}

/// A let or formula, in the order of computation.
#[derive(Clone, Debug)]
pub struct Computation {
    /// What it gives.
    pub target: Target,
    /// The expression.
    pub value: Expr,
    /// Only computed in this state (of `compute`).
    pub while_state: Option<Name>,
    /// A value written by a person stays.
    pub may_override: bool,
}

/// What a computation gives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// `let.<name>`.
    Let(Name),
    /// A field of the header.
    Field(Name),
    /// A field of every line of a table.
    LineField {
        /// The line table.
        lines: Name,
        /// The field.
        field: Name,
    },
}

//! Scopes: which names an expression may use, and what each of them is, when it is checked.

use std::sync::Arc;

use indexmap::IndexMap;

use super::types::{RowType, Type};
use crate::{
    Name,
    calendar::Calendar,
    definition::{DecisionDefinition, EntityDefinition, FieldKind, Keyed, SettingDefinition, VariableDefinition},
};

/// The definitions that expressions can refer to.
#[derive(Clone, Copy, Debug)]
pub struct Types<'a> {
    /// Entities of all packs.
    pub entities: &'a IndexMap<Name, Arc<EntityDefinition>>,
    /// Settings of all packs.
    pub settings: &'a Keyed<SettingDefinition>,
    /// Decisions of all packs.
    pub decisions: &'a Keyed<DecisionDefinition>,
    /// Calendars of all packs.
    pub calendars: &'a IndexMap<Name, Arc<Calendar>>,
}

/// What bare names are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Bare {
    /// There are none.
    None,
    /// Fields of a row.
    Row(RowType),
    /// These.
    Columns(Keyed<Type>),
}

/// The names that an expression may use.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    pub(crate) types: Types<'a>,
    pub(crate) bare: Bare,
    pub(crate) doc: Option<RowType>,
    pub(crate) row: Option<RowType>,
    pub(crate) old: Option<RowType>,
    pub(crate) new: Option<RowType>,
    /// The entity whose `lets` can be read.
    pub(crate) lets: Option<Name>,
    pub(crate) vars: Keyed<Type>,
    /// Bare names that go before all others.
    pub(crate) named: Keyed<Type>,
    pub(crate) initiator: bool,
    /// Whether fields are also known by the names that they had.
    pub(crate) former: bool,
    /// Whether what is named is shown as it is, so that sensitive fields can be named too.
    pub(crate) shows: bool,
}

impl<'a> Scope<'a> {
    /// `setting.`, `user.`, `today` and `now` alone.
    #[must_use]
    pub fn constants(types: Types<'a>) -> Self {
        Self {
            types,
            bare: Bare::None,
            doc: None,
            row: None,
            old: None,
            new: None,
            lets: None,
            vars: Keyed::new(),
            named: Keyed::new(),
            initiator: false,
            former: false,
            shows: false,
        }
    }

    /// A record: its fields, its lines, `let.`; `doc.` is the record too.
    #[must_use]
    pub fn record(types: Types<'a>, entity: &Name) -> Self {
        let row = RowType::record(entity.clone());
        Self { bare: Bare::Row(row.clone()), doc: Some(row), lets: Some(entity.clone()), ..Self::constants(types) }
    }

    /// A line: its fields; `doc.` is the record it belongs to.
    #[must_use]
    pub fn line(types: Types<'a>, entity: &Name, lines: &Name) -> Self {
        let line = RowType::line(entity.clone(), lines.clone());
        Self { bare: Bare::Row(line), ..Self::record(types, entity) }
    }

    /// A record in a workflow: also `vars.` and `initiator` (a user).
    #[must_use]
    pub fn workflow(types: Types<'a>, entity: &Name, variables: &Keyed<VariableDefinition>) -> Self {
        let vars = variables.iter().map(|(name, v)| (name.clone(), Type::of_kind(v.variable_type))).collect();
        Self { vars, initiator: true, ..Self::record(types, entity) }
    }

    /// The inputs of a decision: the record.
    #[must_use]
    pub fn decision(types: Types<'a>, decision: &DecisionDefinition) -> Self {
        Self::record(types, &decision.entity)
    }

    /// The `result` of a decision: its inputs and outputs by their names, then the record.
    #[must_use]
    pub fn decision_result(types: Types<'a>, decision: &DecisionDefinition) -> Self {
        let scope = Self::record(types, &decision.entity);
        let inputs = decision.inputs.iter().map(|(name, source)| {
            (name.clone(), super::compile(source, &scope).map(|e| e.ty().clone()).unwrap_or_default())
        });
        let outputs =
            decision.outputs.iter().map(|(name, o)| (name.clone(), Type::of_output(decision.hit, o.output_type)));
        let named = inputs.chain(outputs).collect();
        Self { named, ..scope }
    }

    /// Which records of `other` a reference of `doc` may choose: bare names are the other record's, `doc.` is this one.
    #[must_use]
    pub fn choose(types: Types<'a>, other: &Name, doc: &Name) -> Self {
        Self {
            bare: Bare::Row(RowType::record(other.clone())),
            doc: Some(RowType::record(doc.clone())),
            ..Self::constants(types)
        }
    }

    /// The same for a reference within a line: `row.` is the line.
    #[must_use]
    pub fn choose_in_line(types: Types<'a>, other: &Name, doc: &Name, lines: &Name) -> Self {
        Self { row: Some(RowType::line(doc.clone(), lines.clone())), ..Self::choose(types, other, doc) }
    }

    /// A line of a mapping: `row.` is the source's line, bare names and `doc.` the source.
    #[must_use]
    pub fn mapping_line(types: Types<'a>, entity: &Name, lines: &Name) -> Self {
        Self { row: Some(RowType::line(entity.clone(), lines.clone())), ..Self::record(types, entity) }
    }

    /// A row of a file: its columns.
    #[must_use]
    pub fn columns(types: Types<'a>, columns: &Keyed<FieldKind>) -> Self {
        let columns = columns.iter().map(|(name, kind)| (name.clone(), Type::of_kind(*kind))).collect();
        Self { bare: Bare::Columns(columns), ..Self::constants(types) }
    }

    /// The type of a bare name, the currency of an amount in its place: what a formula of this field must give.
    #[must_use]
    pub fn type_of(&self, name: &Name) -> Option<Type> {
        super::compile(name, self).ok().map(|expr| expr.ty().clone())
    }

    /// The type of what a path leads to.
    pub(crate) fn type_of_path(&self, path: &str) -> Option<Type> {
        super::compile(path, self).ok().map(|expr| expr.ty().clone())
    }

    /// The same where bare names are fields of another row.
    pub(crate) fn over(self, row: RowType) -> Self {
        Self { bare: Bare::Row(row), ..self }
    }

    /// The same with `old.` and `new.`, two versions of the record.
    #[must_use]
    pub fn with_versions(mut self, entity: &Name) -> Self {
        self.old = Some(RowType::record(entity.clone()));
        self.new = self.old.clone();
        self
    }

    /// The same where fields are also known by the names that they had: for what was written before they were renamed
    /// and is kept outside of definitions, such as the filter of a saved list.
    #[must_use]
    pub fn with_former_names(self) -> Self {
        Self { former: true, ..self }
    }

    /// The same for paths whose values are shown as they are, sealed ones masked.
    #[must_use]
    pub fn showing(self) -> Self {
        Self { shows: true, ..self }
    }

    /// The same with further bare names, which go before fields.
    #[must_use]
    pub fn with_named(mut self, named: impl IntoIterator<Item = (Name, Type)>) -> Self {
        self.named.extend(named);
        self
    }
}

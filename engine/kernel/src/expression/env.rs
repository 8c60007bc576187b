//! What an expression is evaluated over: rows, the context, the facts known so far; and how evaluation can fail.

use indexmap::IndexMap;
use uuid::Uuid;

use crate::{
    Line, Name, Record, Value,
    calendar::Calendar,
    context::Context,
    definition::EntityDefinition,
    query::{Facts, Query},
};

/// Something with named values: a record, a line, variables, columns of a file.
pub trait Fields {
    /// The value; null if there is none.
    fn get(&self, name: &str) -> Value;

    /// The lines of a line table, in their order.
    fn lines(&self, name: &str) -> Vec<&dyn Fields>;
}

impl Fields for Record {
    fn get(&self, name: &str) -> Value {
        Self::get(self, name)
    }

    fn lines(&self, name: &str) -> Vec<&dyn Fields> {
        self.lines.get(name).map_or_else(Vec::new, |lines| lines.iter().map(|l| l as &dyn Fields).collect())
    }
}

impl Fields for Line {
    fn get(&self, name: &str) -> Value {
        if name == "id" { Value::Id(self.id) } else { self.fields.get(name).cloned().unwrap_or_default() }
    }

    fn lines(&self, _: &str) -> Vec<&dyn Fields> {
        Vec::new()
    }
}

impl Fields for IndexMap<Name, Value> {
    fn get(&self, name: &str) -> Value {
        IndexMap::get(self, name).cloned().unwrap_or_default()
    }

    fn lines(&self, _: &str) -> Vec<&dyn Fields> {
        Vec::new()
    }
}

/// What evaluation asks of the catalog.
pub trait Library {
    /// The definition of an entity.
    fn entity(&self, name: &str) -> Option<&EntityDefinition>;

    /// The outputs of a decision over the record of `env` (its bare row), as a [`Value::Map`].
    ///
    /// # Errors
    ///
    /// If a query must be answered first, or an input cannot be worked out.
    fn decide(&self, name: &str, env: &Env<'_>) -> Result<Value, EvalError>;

    /// A calendar; without a name the only one there is.
    fn calendar(&self, name: Option<&str>) -> Option<&Calendar>;
}

/// What an expression is evaluated over. Only what its [`Scope`](super::Scope) allows need be there; what is missing
/// counts as null.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    /// The time, the reader, the firm's people, the settings.
    pub ctx: &'a Context<'a>,
    /// Answers to queries.
    pub facts: &'a Facts,
    /// Entities and decisions.
    pub library: &'a dyn Library,
    /// The row whose fields are bare names.
    pub bare: Option<&'a dyn Fields>,
    /// `doc.`; the bare row where there is none.
    pub doc: Option<&'a dyn Fields>,
    /// `row.`.
    pub row: Option<&'a dyn Fields>,
    /// `old.`.
    pub old: Option<&'a dyn Fields>,
    /// `new.`.
    pub new: Option<&'a dyn Fields>,
    /// `vars.`.
    pub vars: Option<&'a dyn Fields>,
    /// Bare names that go before fields: inputs and outputs of a decision.
    pub named: Option<&'a dyn Fields>,
    /// Lets worked out already; others are worked out on the way.
    pub lets: Option<&'a IndexMap<Name, Value>>,
    /// `initiator`.
    pub initiator: Option<Uuid>,
}

impl std::fmt::Debug for Env<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Env").field("now", &self.ctx.now).field("user", &self.ctx.user).finish_non_exhaustive()
    }
}

impl<'a> Env<'a> {
    /// Constants alone: settings, the reader, the time.
    #[must_use]
    pub fn new(ctx: &'a Context<'a>, facts: &'a Facts, library: &'a dyn Library) -> Self {
        Self {
            ctx,
            facts,
            library,
            bare: None,
            doc: None,
            row: None,
            old: None,
            new: None,
            vars: None,
            named: None,
            lets: None,
            initiator: None,
        }
    }

    /// Over a record: its fields are the bare names.
    #[must_use]
    pub fn over(self, record: &'a dyn Fields) -> Self {
        Self { bare: Some(record), doc: Some(record), ..self }
    }

    /// Over a line of the record that is there already: its fields are the bare names, the record is `doc.`.
    #[must_use]
    pub fn line(self, line: &'a dyn Fields) -> Self {
        Self { bare: Some(line), doc: self.doc.or(self.bare), ..self }
    }

    /// With `row.`.
    #[must_use]
    pub fn with_row(self, row: &'a dyn Fields) -> Self {
        Self { row: Some(row), ..self }
    }

    /// With `doc.`.
    #[must_use]
    pub fn with_doc(self, doc: &'a dyn Fields) -> Self {
        Self { doc: Some(doc), ..self }
    }

    /// With `vars.` and `initiator`.
    #[must_use]
    pub fn with_workflow(self, vars: &'a dyn Fields, initiator: Uuid) -> Self {
        Self { vars: Some(vars), initiator: Some(initiator), ..self }
    }

    /// With lets worked out already.
    #[must_use]
    pub fn with_lets(self, lets: &'a IndexMap<Name, Value>) -> Self {
        Self { lets: Some(lets), ..self }
    }

    /// With bare names that go before fields.
    #[must_use]
    pub fn with_named(self, named: &'a dyn Fields) -> Self {
        Self { named: Some(named), ..self }
    }
}

/// Why there is no value.
#[derive(Clone, Debug, PartialEq)]
pub enum EvalError {
    /// These must be answered first.
    Needs(Vec<Query>),
    /// It cannot be worked out.
    Fault(Fault),
}

/// Why an expression cannot be worked out with these values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Something is divided by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// A number has more digits than fit, or a date lies outside the calendar.
    #[error("the result is too large")]
    Overflow,
    /// It takes too many steps.
    #[error("the formula needs too many steps")]
    TooMuchWork,
    /// A value is not of the type that was promised.
    #[error("expected {expected}, but found `{found}`")]
    Type {
        /// What was expected.
        expected: &'static str,
        /// What was there.
        found: String,
    },
    /// Something that the definitions promised is not there.
    #[error("{0}")]
    Missing(String),
}

impl Fault {
    /// A stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::DivisionByZero => "division_by_zero",
            Self::Overflow => "overflow",
            Self::TooMuchWork => "too_much_work",
            Self::Type { .. } => "type",
            Self::Missing(_) => "missing",
        }
    }
}

impl From<Fault> for EvalError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

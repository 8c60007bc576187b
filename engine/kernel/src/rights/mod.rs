//! The one compiler of rights: from roles to predicates on rows and masks on fields. Every read path goes through it.
//!
//! Several roles: row ∧ field is worked out per role, then united, so that nobody sees a cell that none of their roles
//! shows. Default is no.

mod explain;
mod reach;
mod rows;

pub use explain::{Because, FieldReason, RoleExplained, Scope};
pub use reach::Reach;
pub use rows::{all, any};

use std::collections::HashSet;

use crate::{
    Catalog, Name, Record, Rejection,
    catalog::{Rights, Role, Rows},
    context::Context,
    expression::{Env, EvalError, LowerError, matches},
    query::{Facts, Predicate},
    schema::{Entity, Field},
};

/// What a person may do with records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// See it.
    Read,
    /// Change it.
    Update,
    /// Put it into the trash, and take it out.
    Delete,
}

/// The rights of whoever acts.
#[derive(Clone, Debug)]
pub struct Access<'a> {
    catalog: &'a Catalog,
    ctx: &'a Context<'a>,
    roles: Vec<&'a Role>,
    engine: bool,
}

/// Which fields of a record are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mask {
    /// All: the engine itself.
    All,
    /// These: `partner`, `lines.cost`.
    Only(HashSet<String>),
}

impl Mask {
    /// What this one or the other shows.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Only(own), Self::Only(more)) => Self::Only(own.into_iter().chain(more).collect()),
            _ => Self::All,
        }
    }

    /// Whether a field is shown; system fields always are.
    #[must_use]
    pub fn shows(&self, path: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(paths) => crate::SYSTEM_FIELDS.contains(&path) || paths.contains(path),
        }
    }
}

impl<'a> Access<'a> {
    /// The rights of the context's user; of the engine itself where there is none.
    #[must_use]
    pub fn new(catalog: &'a Catalog, ctx: &'a Context<'a>) -> Self {
        let person = ctx.user.and_then(|id| ctx.org.people.get(&id)).filter(|p| p.active);
        let roles = person.map_or_else(Vec::new, |p| p.roles.iter().filter_map(|r| catalog.roles.get(r)).collect());
        Self { catalog, ctx, roles, engine: ctx.user.is_none() }
    }

    /// The rights of the engine, which acts for the context's user: formulas and defaults see who that is.
    #[must_use]
    pub fn engine(catalog: &'a Catalog, ctx: &'a Context<'a>) -> Self {
        Self { catalog, ctx, roles: Vec::new(), engine: true }
    }

    /// Whether the engine itself acts, which may everything.
    #[must_use]
    pub fn is_engine(&self) -> bool {
        self.engine
    }

    /// Whether the person looks after the system.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.is_engine() || self.roles.iter().any(|r| r.definition.admin)
    }

    /// Whether the person may send a message of this name to workflows.
    #[must_use]
    pub fn may_send(&self, message: &str) -> bool {
        self.is_admin() || self.roles.iter().any(|role| role.definition.messages.iter().any(|name| **name == *message))
    }

    /// The person's roles.
    pub fn roles(&self) -> impl Iterator<Item = &'a Role> {
        self.roles.iter().copied()
    }

    fn rights(&self, entity: &str) -> impl Iterator<Item = (&'a Role, &'a Rights)> {
        self.roles.iter().filter_map(move |r| Some((*r, r.can.get(entity)?)))
    }

    /// Roles that can read some records of the entity, in the order in which flags stand for them.
    #[must_use]
    pub fn readers(&self, entity: &str) -> Vec<&'a Role> {
        self.rights(entity).filter(|(_, k)| k.read.is_some()).map(|(r, _)| r).collect()
    }

    /// Whether the person can read any record of the entity.
    #[must_use]
    pub fn may_read(&self, entity: &str) -> bool {
        self.is_engine() || self.rights(entity).any(|(_, k)| k.read.is_some())
    }

    /// The rights that the person has by some of their roles alone.
    #[must_use]
    pub fn among(mut self, counts: impl Fn(&Role) -> bool) -> Self {
        self.roles.retain(|role| counts(role));
        self
    }

    /// Whether the person can make new records.
    #[must_use]
    pub fn may_create(&self, entity: &str) -> bool {
        self.is_engine() || self.rights(entity).any(|(_, k)| k.definition.create)
    }

    /// Whether the person can export lists.
    #[must_use]
    pub fn may_export(&self, entity: &str) -> bool {
        self.is_engine() || self.rights(entity).any(|(_, k)| k.definition.export && k.read.is_some())
    }

    /// Whether the person can import files.
    #[must_use]
    pub fn may_import(&self, entity: &str) -> bool {
        self.is_engine() || self.rights(entity).any(|(_, k)| k.definition.import)
    }

    /// Whether the person can change or delete any record of the entity.
    #[must_use]
    pub fn may(&self, action: Action, entity: &str) -> bool {
        self.is_engine() || self.rights(entity).any(|(_, k)| rows(k, action).is_some())
    }

    /// Which records can be read.
    ///
    /// # Errors
    ///
    /// If a filter of a role cannot be worked out for this person.
    pub fn read_predicate(&self, entity: &Entity) -> Result<Predicate, LowerError> {
        self.predicate(entity, Action::Read)
    }

    /// On which records the action can be done.
    ///
    /// # Errors
    ///
    /// As [`Access::read_predicate`].
    pub fn predicate(&self, entity: &Entity, action: Action) -> Result<Predicate, LowerError> {
        if self.is_engine() {
            return Ok(Predicate::True);
        }
        let each = self.rights(&entity.name).map(|(_, k)| self.allowed(entity, k, action));
        Ok(any(each.collect::<Result<_, _>>()?))
    }

    /// One predicate for each of [`Access::readers`]: which of the roles show a row.
    ///
    /// # Errors
    ///
    /// As [`Access::read_predicate`].
    pub fn flags(&self, entity: &Entity) -> Result<Vec<Predicate>, LowerError> {
        self.rights(&entity.name)
            .filter(|(_, k)| k.read.is_some())
            .map(|(_, k)| self.allowed(entity, k, Action::Read))
            .collect()
    }

    /// The fields shown of a row that these roles show (see [`Access::flags`]).
    #[must_use]
    pub fn mask(&self, entity: &Entity, flags: &[bool]) -> Mask {
        if self.is_engine() {
            return Mask::All;
        }
        let shown = self.rights(&entity.name).filter(|(_, k)| k.read.is_some()).zip(flags).filter(|(_, flag)| **flag);
        Mask::Only(shown.flat_map(|((_, k), _)| k.readable.iter().cloned()).collect())
    }

    /// The fields shown of any row.
    #[must_use]
    pub fn widest_mask(&self, entity: &Entity) -> Mask {
        self.mask(entity, &vec![true; self.readers(&entity.name).len()])
    }

    /// Which of the readers' roles show this record; empty for the engine.
    ///
    /// # Errors
    ///
    /// [`EvalError::Needs`] where a role's filter crosses a reference that is not known yet.
    pub fn flags_of(&self, entity: &Entity, record: &Record, facts: &Facts) -> Result<Vec<bool>, EvalError> {
        let env = Env::new(self.ctx, facts, self.catalog);
        self.flags(entity).map_err(eval_error)?.iter().map(|predicate| matches(predicate, record, &env)).collect()
    }

    /// Whether the action can be done on this record.
    ///
    /// # Errors
    ///
    /// As [`Access::flags_of`].
    pub fn allows(&self, action: Action, entity: &Entity, record: &Record, facts: &Facts) -> Result<bool, EvalError> {
        let env = Env::new(self.ctx, facts, self.catalog);
        matches(&self.predicate(entity, action).map_err(eval_error)?, record, &env)
    }

    /// Whether the transition can be made on this record, as far as rights go.
    ///
    /// # Errors
    ///
    /// As [`Access::flags_of`].
    pub fn allows_transition(
        &self,
        name: &str,
        entity: &Entity,
        record: &Record,
        facts: &Facts,
    ) -> Result<bool, EvalError> {
        if self.is_engine() {
            return Ok(true);
        }
        for (_, rights) in self.rights(&entity.name).filter(|(_, k)| k.definition.transitions.iter().any(|t| t == name))
        {
            if self.role_allows(rights, Action::Read, entity, record, facts)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn role_allows(
        &self,
        rights: &Rights,
        action: Action,
        entity: &Entity,
        record: &Record,
        facts: &Facts,
    ) -> Result<bool, EvalError> {
        let env = Env::new(self.ctx, facts, self.catalog);
        matches(&self.allowed(entity, rights, action).map_err(eval_error)?, record, &env)
    }
}

/// Whether a role may write a field, as far as the field's own list goes.
fn may_write(field: &Field, role: &Role) -> bool {
    !field.computed && field.write.as_ref().is_none_or(|w| w.contains(&role.definition.name))
}

fn rows(rights: &Rights, action: Action) -> Option<&Rows> {
    match action {
        Action::Read => rights.read.as_ref(),
        Action::Update => rights.update.as_ref(),
        Action::Delete => rights.delete.as_ref(),
    }
}

fn forbidden(entity: &Name) -> Rejection {
    Rejection::Forbidden { message: format!("records of `{entity}` cannot be read") }
}

fn eval_error(error: LowerError) -> EvalError {
    match error {
        LowerError::Eval(error) => error,
        LowerError::NotLowerable(told) => EvalError::Fault(crate::expression::Fault::Missing(told)),
    }
}

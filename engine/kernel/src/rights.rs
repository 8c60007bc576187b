//! The one compiler of rights: from roles to predicates on rows and masks on fields. Every read path goes through it.
//!
//! Several roles: row ∧ field is worked out per role, then united, so that nobody sees a cell that none of their roles
//! shows. Default is no.

use std::collections::HashSet;

use uuid::Uuid;

use crate::{
    Catalog, Name, Record, Rejection, Value,
    catalog::{Rights, Role, Rows, field_at},
    context::Context,
    definition::ScopeWord,
    expression::{Env, EvalError, LowerError, lower, matches},
    query::{Comparison, Facts, Operand, Predicate},
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

    /// Which records a list shows that is filtered, sorted or searched by these fields: only those shown by a role that
    /// may read all of them, so that a list is no oracle for hidden values.
    ///
    /// # Errors
    ///
    /// [`Rejection::Forbidden`] if no role may read them all.
    pub fn list_predicate(&self, entity: &Entity, used: &[String]) -> Result<Predicate, Rejection> {
        if self.is_engine() {
            return Ok(Predicate::True);
        }
        let mut each = Vec::new();
        let mut refused = None;
        for (role, rights) in self.rights(&entity.name).filter(|(_, k)| k.read.is_some()) {
            if let Some(path) = used.iter().find(|path| !self.role_reads(role, entity, path)) {
                refused = Some(path);
                continue;
            }
            each.push(self.allowed(entity, rights, Action::Read).map_err(|_| forbidden(&entity.name))?);
        }
        match (each.is_empty(), refused) {
            (true, Some(path)) => Err(Rejection::Forbidden { message: format!("`{path}` cannot be used here") }),
            (true, None) => Err(forbidden(&entity.name)),
            _ => Ok(any(each)),
        }
    }

    /// Whether a role may read a path: a field, a field of lines, or one across references.
    fn role_reads(&self, role: &Role, entity: &Entity, path: &str) -> bool {
        let (first, rest) = path.split_once('.').map_or((path, None), |(f, r)| (f, Some(r)));
        if crate::SYSTEM_FIELDS.contains(&first) && rest.is_none() {
            return true;
        }
        let rights = role.can.get(&entity.name);
        let open = matches!(&*entity.name, "user" | "department" | "position");
        let Some(field) = entity.fields.get(first) else { return false };
        let shown = |p: &str| rights.is_some_and(|k| k.read.is_some() && k.readable.contains(p));
        match rest {
            None => shown(first) || (rights.is_none() && open && first == "name"),
            Some(rest) if !field.fields.is_empty() => match rest.split_once('.') {
                None => shown(&format!("{first}.{rest}")),
                Some((inner, deeper)) => {
                    let to = field.fields.get(inner).and_then(|f| f.to.as_ref());
                    let other = to.and_then(|to| self.catalog.entities.get(to));
                    shown(&format!("{first}.{inner}")) && other.is_some_and(|o| self.role_reads(role, o, deeper))
                }
            },
            Some(rest) => {
                let other = field.to.as_ref().and_then(|to| self.catalog.entities.get(to));
                shown(first) && other.is_some_and(|o| self.role_reads(role, o, rest))
            }
        }
    }

    /// Whether some role of the person may read a path.
    #[must_use]
    pub fn reads(&self, entity: &Entity, path: &str) -> bool {
        self.is_engine() || self.roles.iter().any(|r| self.role_reads(r, entity, path))
    }

    /// Whether some role may write a field when it may write the record.
    #[must_use]
    pub fn writes(&self, entity: &Entity, path: &str) -> bool {
        if self.is_engine() {
            return true;
        }
        let Some(field) = field_at(entity, path) else { return false };
        self.rights(&entity.name)
            .filter(|(_, k)| k.definition.create || k.update.is_some())
            .any(|(role, _)| self.role_reads(role, entity, path) && may_write(field, role))
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
        let env = Env::new(self.ctx, facts, self.catalog);
        for (_, rights) in self.rights(&entity.name).filter(|(_, k)| k.definition.transitions.iter().any(|t| t == name))
        {
            if matches(&self.allowed(entity, rights, Action::Read).map_err(eval_error)?, record, &env)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What one role's rights allow: whatever is done, the record must be one that the same role can read.
    fn allowed(&self, entity: &Entity, rights: &Rights, action: Action) -> Result<Predicate, LowerError> {
        let Some(read) = &rights.read else { return Ok(Predicate::False) };
        let read = self.rows(entity, read)?;
        if action == Action::Read {
            return Ok(read);
        }
        match rows(rights, action) {
            None => Ok(Predicate::False),
            Some(scope) => Ok(all(vec![read, self.rows(entity, scope)?])),
        }
    }

    fn rows(&self, entity: &Entity, scope: &Rows) -> Result<Predicate, LowerError> {
        let word = match scope {
            Rows::Filter(filter) => {
                return lower(filter, &Env::new(self.ctx, &Facts::new(), self.catalog));
            }
            Rows::Word(word) => *word,
        };
        let own = || match (&entity.owner, self.ctx.user) {
            (Some(owner), Some(user)) => equals(owner, user),
            _ => Predicate::False,
        };
        let person = self.ctx.user.and_then(|id| self.ctx.org.people.get(&id));
        let department = person.and_then(|p| p.department);
        Ok(match (word, &entity.department, department) {
            (ScopeWord::All, _, _) => Predicate::True,
            (ScopeWord::Department, Some(field), Some(mine)) => any(vec![own(), equals(field, mine)]),
            (ScopeWord::Subtree, Some(field), Some(mine)) => {
                let below = self.ctx.org.subtree(mine).into_iter().map(Value::Id).collect();
                any(vec![own(), Predicate::In { operand: vec![field.clone()], values: below }])
            }
            _ => own(),
        })
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

fn equals(field: &Name, id: Uuid) -> Predicate {
    Predicate::Compare {
        left: Operand::Path(vec![field.clone()]),
        operator: Comparison::Equal,
        right: Operand::Value(Value::Id(id)),
    }
}

/// One of these holds.
#[must_use]
pub fn any(mut each: Vec<Predicate>) -> Predicate {
    each.retain(|p| *p != Predicate::False);
    if each.contains(&Predicate::True) {
        return Predicate::True;
    }
    each.dedup();
    match each.len() {
        0 => Predicate::False,
        1 => each.swap_remove(0),
        _ => Predicate::Any(each),
    }
}

/// All of these hold.
#[must_use]
pub fn all(mut each: Vec<Predicate>) -> Predicate {
    each.retain(|p| *p != Predicate::True);
    if each.contains(&Predicate::False) {
        return Predicate::False;
    }
    each.dedup();
    match each.len() {
        0 => Predicate::True,
        1 => each.swap_remove(0),
        _ => Predicate::All(each),
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

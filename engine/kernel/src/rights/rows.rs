//! Which rows: scopes and filters of roles as predicates, and which rows show a field.
//!
//! A cell is readable where one and the same role shows its row and its field. Across a reference the same holds again
//! for the cell at its end, perhaps by another role.

use uuid::Uuid;

use super::{Access, Action, forbidden, rows};
use crate::{
    Name, Rejection, SYSTEM_FIELDS, Value,
    catalog::{Rights, Role, Rows},
    definition::ScopeWord,
    expression::{Env, LowerError, lower},
    field::parts,
    query::{Comparison, Facts, Operand, Predicate},
    schema::Entity,
};

impl<'a> Access<'a> {
    /// Which records a list shows that is filtered, sorted or searched by these fields: only those whose cells of these
    /// fields may be read, so that a list is no oracle for hidden values. What lies across references is seen to by
    /// [`Access::rows_showing`] for each record on the way.
    ///
    /// # Errors
    ///
    /// [`Rejection::Forbidden`] if no role may read one of them.
    pub fn list_predicate(&self, entity: &Entity, used: &[String]) -> Result<Predicate, Rejection> {
        if self.is_engine() {
            return Ok(Predicate::True);
        }
        let lowered = |rows: Result<Predicate, LowerError>| rows.map_err(|_| forbidden(&entity.name));
        if !self.may_read(&entity.name) {
            return Err(forbidden(&entity.name));
        }
        let mut each = vec![lowered(self.read_predicate(entity))?];
        for path in used {
            if !self.reads(entity, path) {
                return Err(Rejection::Forbidden { message: format!("`{path}` cannot be used here") });
            }
            let rows = lowered(self.rows_showing(entity, first(entity, path)))?;
            if !each.contains(&rows) {
                each.push(rows);
            }
        }
        Ok(all(each))
    }

    /// The rows of which a field (`partner`, `lines.cost`, a system field) may be read: those shown by a role that shows
    /// the field.
    ///
    /// # Errors
    ///
    /// As [`Access::read_predicate`].
    pub fn rows_showing(&self, entity: &Entity, path: &str) -> Result<Predicate, LowerError> {
        if self.is_engine() || is_public(entity, path) {
            return Ok(Predicate::True);
        }
        let showing = self.rights(&entity.name).filter(|(role, _)| shows(role, entity, path));
        let each = showing.map(|(_, rights)| self.allowed(entity, rights, Action::Read));
        Ok(any(each.collect::<Result<_, _>>()?))
    }

    /// Whether some role of the person may read a path in some row: a field, a field of lines, and each further one
    /// across references.
    #[must_use]
    pub fn reads(&self, entity: &Entity, path: &str) -> bool {
        if self.is_engine() {
            return true;
        }
        let own = first(entity, path);
        let shown = is_public(entity, own) || self.roles.iter().any(|role| shows(role, entity, own));
        let Some(rest) = path.get(own.len()..).and_then(|rest| rest.strip_prefix('.')) else { return shown };
        let field = crate::catalog::field_at(entity, own);
        // A part belongs to its field.
        if field.is_some_and(|field| parts(field.kind).iter().any(|part| part.name == rest)) {
            return shown;
        }
        let to = field.and_then(|field| field.to.as_ref());
        let other = to.and_then(|to| self.catalog.entities.get(to));
        shown && other.is_some_and(|other| self.reads(other, rest))
    }

    /// Whether the person sees every record of an entity, so that looking for one tells them nothing new.
    #[must_use]
    pub fn sees_all(&self, entity: &Entity) -> bool {
        self.is_engine() || self.read_predicate(entity) == Ok(Predicate::True)
    }

    /// What one role's rights allow: whatever is done, the record must be one that the same role can read.
    pub(super) fn allowed(&self, entity: &Entity, rights: &Rights, action: Action) -> Result<Predicate, LowerError> {
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

    pub(super) fn rows(&self, entity: &Entity, scope: &Rows) -> Result<Predicate, LowerError> {
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

/// Whether a role shows a field of the rows that it shows.
pub(super) fn shows(role: &Role, entity: &Entity, path: &str) -> bool {
    let rights = role.can.get(&entity.name).filter(|rights| rights.read.is_some());
    rights.is_some_and(|rights| SYSTEM_FIELDS.contains(&path) || rights.readable.contains(path))
}

/// What people and departments are called is known to everybody within the firm.
fn is_public(entity: &Entity, path: &str) -> bool {
    let open = matches!(&*entity.name, "user" | "department" | "position");
    open && (path == "name" || SYSTEM_FIELDS.contains(&path))
}

/// The part of a path that lies in the entity itself: `partner`, `lines.cost`.
fn first<'p>(entity: &Entity, path: &'p str) -> &'p str {
    let mut ends = path.match_indices('.').map(|(at, _)| at);
    let head = ends.next();
    let lines = head.and_then(|at| path.get(..at)).and_then(|name| entity.fields.get(name));
    let end = if lines.is_some_and(|field| !field.fields.is_empty()) { ends.next() } else { head };
    end.and_then(|end| path.get(..end)).unwrap_or(path)
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

//! What one writer may do with the fields of one record: row and field by one and the same role.

use super::{Access, Action, Mask, may_write, rows::shows};
use crate::{
    Record,
    catalog::{Role, field_at},
    expression::EvalError,
    query::Facts,
    schema::Entity,
};

/// The roles by which somebody reads and writes one record.
#[derive(Clone, Debug)]
pub struct Reach<'a> {
    engine: bool,
    readers: Vec<&'a Role>,
    writers: Vec<&'a Role>,
}

impl<'a> Access<'a> {
    /// By which roles the person reads and writes a record; a new one where there is none yet.
    ///
    /// # Errors
    ///
    /// [`EvalError::Needs`] where a role's filter crosses a reference that is not known yet.
    pub fn reach(&self, entity: &Entity, base: Option<&Record>, facts: &Facts) -> Result<Reach<'a>, EvalError> {
        let mut reach = Reach { engine: self.is_engine(), readers: Vec::new(), writers: Vec::new() };
        if reach.engine {
            return Ok(reach);
        }
        for (role, rights) in self.rights(&entity.name) {
            let (reads, writes) = match base {
                None => (rights.definition.create, rights.definition.create),
                Some(base) => (
                    self.role_allows(rights, Action::Read, entity, base, facts)?,
                    self.role_allows(rights, Action::Update, entity, base, facts)?,
                ),
            };
            reach.readers.extend(reads.then_some(role));
            reach.writers.extend(writes.then_some(role));
        }
        Ok(reach)
    }
}

impl Access<'_> {
    /// Whether some role of the person may write a field when it may write the record.
    #[must_use]
    pub fn writes(&self, entity: &Entity, path: &str) -> bool {
        if self.is_engine() {
            return true;
        }
        let writing = self.rights(&entity.name).filter(|(_, k)| k.definition.create || k.update.is_some());
        writes(writing.map(|(role, _)| role), entity, path)
    }
}

impl Reach<'_> {
    /// The fields of the record that may be read.
    #[must_use]
    pub fn mask(&self, entity: &Entity) -> Mask {
        if self.engine {
            return Mask::All;
        }
        let rights = self.readers.iter().filter_map(|role| role.can.get(&entity.name));
        Mask::Only(rights.flat_map(|rights| rights.readable.iter().cloned()).collect())
    }

    /// Whether the record may be seen at all.
    #[must_use]
    pub fn shows_row(&self) -> bool {
        self.engine || !self.readers.is_empty()
    }

    /// Whether a field of the record may be read.
    #[must_use]
    pub fn reads(&self, entity: &Entity, path: &str) -> bool {
        self.engine || self.readers.iter().any(|role| shows(role, entity, path))
    }

    /// Whether a field of the record may be written.
    #[must_use]
    pub fn writes(&self, entity: &Entity, path: &str) -> bool {
        self.engine || writes(self.writers.iter().copied(), entity, path)
    }
}

fn writes<'r>(roles: impl IntoIterator<Item = &'r Role>, entity: &Entity, path: &str) -> bool {
    let Some(field) = field_at(entity, path) else { return false };
    roles.into_iter().any(|role| shows(role, entity, path) && may_write(field, role))
}

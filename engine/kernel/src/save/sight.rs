//! What the writer may know of this record and of those that it refers to.

use super::Work;
use crate::{
    Record,
    expression::{Expr, Reference},
    rights::Reach,
    schema::Entity,
};

/// A record that a reference leads to, as far as the writer may know of it.
pub(super) struct Source<'a> {
    pub(super) record: std::sync::Arc<Record>,
    entity: &'a Entity,
    /// By which roles they read it; none where everybody may.
    reach: Option<Reach<'a>>,
}

impl<'a> Work<'a> {
    /// Works out by which roles the writer reads and writes this record. Whether that is known now.
    pub(crate) fn know_reach(&mut self) -> bool {
        if self.reach.is_none() {
            let found = self.s.access.reach(self.entity, self.base, self.s.facts);
            self.reach = self.note("", found);
        }
        self.reach.is_some()
    }

    /// Whether the writer may read a field of this record.
    pub(crate) fn reads(&self, path: &str) -> bool {
        self.reach.as_ref().is_some_and(|reach| reach.reads(self.entity, path))
    }

    /// Whether the writer may write a field of this record.
    pub(crate) fn writes(&self, path: &str) -> bool {
        self.reach.as_ref().is_some_and(|reach| reach.writes(self.entity, path))
    }

    /// What the writer may know of a record that is referred to; none if nothing, so that it fills nothing, also where the
    /// reference has long been there.
    pub(super) fn source(&mut self, path: &str, record: std::sync::Arc<Record>) -> Option<Source<'a>> {
        let entity = self.s.catalog.entity(&record.entity)?;
        let open = matches!(&*entity.name, "user" | "department" | "position");
        if open || self.s.access.is_engine() {
            return Some(Source { record, entity, reach: None });
        }
        let reach = self.s.access.reach(entity, Some(&record), self.s.facts);
        let reach = self.note(path, reach)?;
        reach.shows_row().then_some(Source { record, entity, reach: Some(reach) })
    }

    /// Whether what an expression reads of the other record may come over into a field: where the writer may read the
    /// field, they must be able to read it there too.
    pub(super) fn may_bring(&self, source: &Source<'_>, expr: &Expr, into: &str) -> bool {
        let Some(reach) = &source.reach else { return true };
        if !self.s.access.reads(self.entity, into) {
            return true;
        }
        expr.references().iter().all(|read| match read {
            Reference::Field { entity, lines, field, own } => {
                let path = lines.as_ref().map_or_else(|| field.to_string(), |lines| format!("{lines}.{field}"));
                if *own && *entity == source.entity.name {
                    reach.reads(source.entity, &path)
                } else {
                    self.s.catalog.entity(entity).is_some_and(|of| self.s.access.reads(of, &path))
                }
            }
            Reference::Rows(entity) => self.s.catalog.entity(entity).is_some_and(|of| self.s.access.sees_all(of)),
            Reference::Let(_)
            | Reference::Setting(_)
            | Reference::Variable(_)
            | Reference::Decision(_)
            | Reference::User
            | Reference::Clock => true,
        })
    }
}

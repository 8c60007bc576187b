//! Where people come from: the sources of approvals and of notices, in workflows and in steps of transitions.

use uuid::Uuid;

use super::{Of, Source, Via, people};
use crate::{
    Value,
    context::Org,
    definition::ChainUntil,
    expression::{EvalError, Expr},
};

/// A search for people.
pub(crate) struct Search<'a> {
    /// The firm's people.
    pub(crate) org: &'a Org,
    /// Who began what is going on; none if the engine did.
    pub(crate) initiator: Option<Uuid>,
    /// The initiator's department.
    pub(crate) department: Option<Uuid>,
    /// Works out a path from the record.
    pub(crate) eval: &'a dyn Fn(&Expr) -> Result<Value, EvalError>,
}

impl Search<'_> {
    /// Everybody whom the sources lead to, those who left too, in order, perhaps several times.
    pub(crate) fn find(&self, sources: &[Source]) -> Result<Vec<(Uuid, Via)>, EvalError> {
        let mut found = Vec::new();
        let mut needs = Vec::new();
        for source in sources {
            match self.one(source) {
                Ok(people) => found.extend(people),
                Err(EvalError::Needs(queries)) => needs.extend(queries),
                Err(fault @ EvalError::Fault(_)) => return Err(fault),
            }
        }
        if needs.is_empty() { Ok(found) } else { Err(EvalError::Needs(needs)) }
    }

    fn one(&self, source: &Source) -> Result<Vec<(Uuid, Via)>, EvalError> {
        let org = self.org;
        Ok(match source {
            Source::Initiator => self.initiator.map(|id| (id, Via::Initiator)).into_iter().collect(),
            Source::User(email) => people::by_email(org, email).map(|id| (id, Via::User)).into_iter().collect(),
            Source::Role { role, initiator_department: false } => {
                let via = Via::Role { role: role.clone(), department: None };
                org.with_role(role).into_iter().map(|id| (id, via.clone())).collect()
            }
            Source::Role { role, initiator_department: true } => {
                self.department.map(|department| people::with_role_near(org, role, department)).unwrap_or_default()
            }
            Source::Manager { of, level } => {
                let mut found = Vec::new();
                for person in self.whose(of)? {
                    let above = people::managers(org, person);
                    let index = usize::try_from(*level).unwrap_or(usize::MAX).saturating_sub(1);
                    let via = Via::Manager { of: people::person(org, person), level: *level };
                    found.extend(above.get(index).map(|id| (*id, via)));
                }
                found
            }
            Source::ManagerChain { of, until } => {
                let mut found = Vec::new();
                for person in self.whose(of)? {
                    found.extend(self.chain(person, until.as_ref()));
                }
                found
            }
            Source::DepartmentHead { of, up } => {
                let departments = match of {
                    Of::Initiator => self.department.into_iter().collect(),
                    Of::Path(path) => self.ids(path)?,
                };
                let up = usize::try_from(*up).unwrap_or(usize::MAX);
                let heads = departments.into_iter().filter_map(|id| {
                    let at = people::departments(org, id).get(up).copied()?;
                    let head = org.departments.get(&at)?.head?;
                    Some((head, Via::DepartmentHead { department: people::department(org, at) }))
                });
                heads.collect()
            }
            Source::Field(path) => {
                let via = Via::Field { path: path.source().to_owned() };
                self.ids(path)?.into_iter().map(|id| (id, via.clone())).collect()
            }
        })
    }

    fn whose(&self, of: &Of) -> Result<Vec<Uuid>, EvalError> {
        match of {
            Of::Initiator => Ok(self.initiator.into_iter().collect()),
            Of::Path(path) => self.ids(path),
        }
    }

    fn ids(&self, path: &Expr) -> Result<Vec<Uuid>, EvalError> {
        Ok(match (self.eval)(path)? {
            Value::Id(id) => vec![id],
            Value::List(list) => list.iter().filter_map(Value::as_id).collect(),
            _ => Vec::new(),
        })
    }

    /// Managers upwards. Who left takes a level but neither decides nor ends the chain.
    fn chain(&self, of: Uuid, until: Option<&ChainUntil>) -> Vec<(Uuid, Via)> {
        let org = self.org;
        let mut found = Vec::new();
        for (index, id) in people::managers(org, of).into_iter().enumerate() {
            let level = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
            found.push((id, Via::Manager { of: people::person(org, of), level }));
            let last = match until {
                None => false,
                Some(ChainUntil::Level(levels)) => level >= *levels,
                Some(ChainUntil::Role(role)) => {
                    org.people.get(&id).is_some_and(|p| p.active && p.roles.iter().any(|r| r == role))
                }
            };
            if last {
                break;
            }
        }
        found
    }
}

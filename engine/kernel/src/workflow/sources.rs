//! Where people come from: the sources of approvals and of notices, in workflows and in steps of transitions.

use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Named, Of, Pool, Source, Until, Via, people};
use crate::{
    Name, Value,
    context::Org,
    expression::{EvalError, Expr},
};

/// Works an expression out over each line of a table: the lines and the values.
pub(crate) type EachLine<'a> = dyn Fn(&Name, &Expr) -> Result<Vec<(Uuid, Value)>, EvalError> + 'a;

/// A search for people.
pub(crate) struct Search<'a> {
    /// The firm's people.
    pub(crate) org: &'a Org,
    /// Who began what is going on; none if the engine did.
    pub(crate) initiator: Option<Uuid>,
    /// The initiator's department.
    pub(crate) department: Option<Uuid>,
    /// Works out an expression over the record.
    pub(crate) eval: &'a dyn Fn(&Expr) -> Result<Value, EvalError>,
    /// Works out an expression over each line of a table.
    pub(crate) lines: &'a EachLine<'a>,
    /// Whom somebody chose here, and who.
    pub(crate) picked: Option<(&'a [Uuid], Option<&'a Named>)>,
}

impl Search<'_> {
    /// Everybody whom the sources lead to, those who left too, in order, perhaps several times.
    pub(crate) fn find(&self, sources: &[Source]) -> Result<Vec<(Uuid, Via)>, EvalError> {
        Ok(self.find_each(sources)?.into_iter().map(|(_, id, via)| (id, via)).collect())
    }

    /// The same, with the number of the source that led to them.
    pub(super) fn find_each(&self, sources: &[Source]) -> Result<Vec<(usize, Uuid, Via)>, EvalError> {
        let mut found = Vec::new();
        let mut needs = Vec::new();
        for (number, source) in sources.iter().enumerate() {
            match self.one(source) {
                Ok(people) => found.extend(people.into_iter().map(|(id, via)| (number, id, via))),
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
            Source::Role { role, within } => {
                let via = |department| Via::Role { role: role.clone(), department };
                self.members(&org.with_role(role), within.as_ref(), via)?
            }
            Source::Position { position, within } => {
                let via = |department| Via::Position { position: position.clone(), department };
                let all = people::position(org, position).map(|id| people::in_position(org, id)).unwrap_or_default();
                self.members(&all, within.as_ref(), via)?
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
                let amount = match until {
                    Some(Until::Amount(amount)) => (self.eval)(amount)?.as_decimal(),
                    _ => None,
                };
                let mut found = Vec::new();
                for person in self.whose(of)? {
                    found.extend(self.chain(person, until.as_ref(), amount));
                }
                found
            }
            Source::DepartmentHead { of, up } => {
                let up = usize::try_from(*up).unwrap_or(usize::MAX);
                let heads = self.departments(of)?.into_iter().filter_map(|id| {
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
            Source::Expr(expr) => self.ids(expr)?.into_iter().map(|id| (id, Via::Expr)).collect(),
            Source::Lines { of, path } => {
                let each = (self.lines)(of, path)?.into_iter();
                each.flat_map(|(line, value)| ids(&value).into_iter().map(move |id| (id, Via::Line { line }))).collect()
            }
            Source::Picks { from, most, .. } => {
                let candidates = self.find(from)?;
                match self.picked {
                    Some((chosen, by)) => {
                        let via = Via::Picked { by: by.cloned() };
                        let allowed = chosen.iter().filter(|id| candidates.iter().any(|(one, _)| one == *id));
                        let most = usize::try_from(*most).unwrap_or(usize::MAX);
                        allowed.take(most).map(|id| (*id, via.clone())).collect()
                    }
                    None => candidates.into_iter().map(|(id, _)| (id, Via::Picked { by: None })).collect(),
                }
            }
        })
    }

    /// The pool that a source stands for; none for one that names people.
    pub(super) fn pool(&self, source: &Source) -> Result<Option<Pool>, EvalError> {
        let org = self.org;
        let (role, position, within, all, name) = match source {
            Source::Role { role, within } => (Some(role.clone()), None, within, org.with_role(role), role.to_string()),
            Source::Position { position, within } => {
                let Some(id) = people::position(org, position) else { return Ok(None) };
                (None, Some(id), within, people::in_position(org, id), position.clone())
            }
            _ => return Ok(None),
        };
        let department = match within {
            None => None,
            Some(of) => {
                let departments = self.departments(of)?;
                match departments.into_iter().find_map(|from| people::near(org, &all, from)) {
                    Some((_, at)) => Some(at),
                    None => return Ok(None),
                }
            }
        };
        Ok(Some(Pool { name, role, position, department }))
    }

    fn members(
        &self,
        all: &[Uuid],
        within: Option<&Of>,
        via: impl Fn(Option<Named>) -> Via,
    ) -> Result<Vec<(Uuid, Via)>, EvalError> {
        let Some(of) = within else { return Ok(all.iter().map(|id| (*id, via(None))).collect()) };
        let mut found = Vec::new();
        for from in self.departments(of)? {
            let Some((here, at)) = people::near(self.org, all, from) else { continue };
            let department = people::department(self.org, at);
            found.extend(here.into_iter().map(|id| (id, via(Some(department.clone())))));
        }
        Ok(found)
    }

    fn departments(&self, of: &Of) -> Result<Vec<Uuid>, EvalError> {
        match of {
            Of::Initiator => Ok(self.department.into_iter().collect()),
            Of::Path(path) => self.ids(path),
        }
    }

    fn whose(&self, of: &Of) -> Result<Vec<Uuid>, EvalError> {
        match of {
            Of::Initiator => Ok(self.initiator.into_iter().collect()),
            Of::Path(path) => self.ids(path),
        }
    }

    fn ids(&self, path: &Expr) -> Result<Vec<Uuid>, EvalError> {
        Ok(ids(&(self.eval)(path)?))
    }

    /// Managers upwards. Who left takes a level but neither decides nor ends the chain.
    fn chain(&self, of: Uuid, until: Option<&Until>, amount: Option<Decimal>) -> Vec<(Uuid, Via)> {
        let org = self.org;
        let mut found = Vec::new();
        for (index, id) in people::managers(org, of).into_iter().enumerate() {
            let level = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
            found.push((id, Via::Manager { of: people::person(org, of), level }));
            let active = org.people.get(&id).filter(|p| p.active);
            let last = match until {
                None => false,
                Some(Until::Level(levels)) => level >= *levels,
                Some(Until::Role(role)) => active.is_some_and(|p| p.roles.iter().any(|r| r == role)),
                Some(Until::Amount(_)) => active.is_some_and(|p| {
                    let position = p.position.and_then(|position| org.positions.get(&position));
                    let limit = position.and_then(|position| position.approval_limit);
                    limit.is_some_and(|limit| amount.is_none_or(|amount| amount <= limit))
                }),
            };
            if last {
                break;
            }
        }
        found
    }
}

fn ids(value: &Value) -> Vec<Uuid> {
    match value {
        Value::Id(id) => vec![*id],
        Value::List(list) => list.iter().filter_map(Value::as_id).collect(),
        _ => Vec::new(),
    }
}

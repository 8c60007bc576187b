//! Who manages whom, who heads what: walks over the firm's people that end even where careless data makes a ring.

use std::collections::HashSet;

use uuid::Uuid;

use super::{Named, Via};
use crate::context::Org;

/// A person by id with the name as it is now.
pub(super) fn person(org: &Org, id: Uuid) -> Named {
    Named { id, name: org.people.get(&id).map(|p| p.name.clone()).unwrap_or_default() }
}

/// A department by id with the name as it is now.
pub(super) fn department(org: &Org, id: Uuid) -> Named {
    Named { id, name: org.departments.get(&id).map(|d| d.name.clone()).unwrap_or_default() }
}

/// Whether they can act.
pub(super) fn is_active(org: &Org, id: Uuid) -> bool {
    org.people.get(&id).is_some_and(|p| p.active)
}

/// Everybody above, the nearest first, those who left too: a level stays a level. A ring ends where it closes.
pub(super) fn managers(org: &Org, of: Uuid) -> Vec<Uuid> {
    upwards(of, |id| org.people.get(&id).and_then(|p| p.manager))
}

/// The department and those above it, the nearest first.
pub(super) fn departments(org: &Org, from: Uuid) -> Vec<Uuid> {
    let mut found = vec![from];
    found.extend(upwards(from, |id| org.departments.get(&id).and_then(|d| d.parent)));
    found
}

fn upwards(from: Uuid, above: impl Fn(Uuid) -> Option<Uuid>) -> Vec<Uuid> {
    let mut seen = HashSet::from([from]);
    let mut found = Vec::new();
    let mut at = from;
    while let Some(next) = above(at)
        && seen.insert(next)
    {
        found.push(next);
        at = next;
    }
    found
}

/// Active people with a role in the department, or in the nearest one above it where somebody has it.
pub(super) fn with_role_near(org: &Org, role: &str, from: Uuid) -> Vec<(Uuid, Via)> {
    let everybody = org.with_role(role);
    let of = |id: Uuid| org.people.get(&id).and_then(|p| p.department);
    for at in departments(org, from) {
        let here: Vec<Uuid> = everybody.iter().copied().filter(|id| of(*id) == Some(at)).collect();
        if !here.is_empty() {
            let via = Via::Role { role: role.into(), department: Some(department(org, at)) };
            return here.into_iter().map(|id| (id, via.clone())).collect();
        }
    }
    Vec::new()
}

/// A user by mail address.
pub(super) fn by_email(org: &Org, email: &str) -> Option<Uuid> {
    let same = |other: &str| other.eq_ignore_ascii_case(email.trim());
    let found = org.people.iter().filter(|(_, p)| same(p.email.trim()));
    // Two people with one address cannot both sign in; should data be that careless, the same one is always taken.
    found.map(|(id, p)| (!p.active, *id)).min().map(|(_, id)| id)
}

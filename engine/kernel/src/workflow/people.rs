//! Who manages whom, who heads what: walks over the firm's people that end even where careless data makes a ring.

use std::collections::HashSet;

use uuid::Uuid;

use super::{Named, Pool};
use crate::{Name, context::Org, text};

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

/// Those of some people who are of the department, or of the nearest one above it of which somebody is; and which.
pub(super) fn near(org: &Org, people: &[Uuid], from: Uuid) -> Option<(Vec<Uuid>, Uuid)> {
    let of = |id: Uuid| org.people.get(&id).and_then(|p| p.department);
    departments(org, from).into_iter().find_map(|at| {
        let here: Vec<Uuid> = people.iter().copied().filter(|id| of(*id) == Some(at)).collect();
        (!here.is_empty()).then_some((here, at))
    })
}

/// A position by its name.
pub(super) fn position(org: &Org, name: &str) -> Option<Uuid> {
    let wanted = text::fold(name.trim());
    let found = org.positions.iter().filter(|(_, position)| text::fold(position.name.trim()) == wanted);
    found.map(|(id, _)| *id).min()
}

/// Active people in a position, by name and id.
pub(super) fn in_position(org: &Org, position: Uuid) -> Vec<Uuid> {
    let here = org.people.iter().filter(|(_, p)| p.active && p.position == Some(position));
    let mut found: Vec<(&str, Uuid)> = here.map(|(id, p)| (p.name.as_str(), *id)).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, id)| id).collect()
}

/// The pools that somebody belongs to, by their keys: none of somebody who is not active.
#[must_use]
pub fn pools_of(org: &Org, id: Uuid) -> Vec<String> {
    let Some(person) = org.people.get(&id).filter(|person| person.active) else { return Vec::new() };
    let pool = |role: Option<&Name>, position: Option<Uuid>, department: Option<Uuid>| {
        Pool { name: String::new(), role: role.cloned(), position, department }.key()
    };
    let mut keys: Vec<String> = Vec::new();
    for department in [None, person.department] {
        keys.extend(person.roles.iter().map(|role| pool(Some(role), None, department)));
        keys.extend(person.position.map(|position| pool(None, Some(position), department)));
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The active members of a pool.
pub(super) fn members(org: &Org, pool: &Pool) -> Vec<Uuid> {
    let all = match (&pool.role, pool.position) {
        (Some(role), _) => org.with_role(role),
        (None, Some(position)) => in_position(org, position),
        (None, None) => Vec::new(),
    };
    let here = |id: &Uuid| pool.department.is_none_or(|at| org.people.get(id).and_then(|p| p.department) == Some(at));
    all.into_iter().filter(here).collect()
}

/// Who decides in somebody's absence: their deputy, or the deputy of that one. Nobody if nobody of them is there.
pub(super) fn deputy(org: &Org, workflow: &Name, of: Uuid, now: chrono::DateTime<chrono::Utc>) -> Option<Uuid> {
    let mut seen = HashSet::from([of]);
    let mut at = of;
    while let Some(next) = org.deputy_of(at, workflow, now) {
        if !seen.insert(next) {
            return None;
        }
        at = next;
    }
    (at != of && is_active(org, at)).then_some(at)
}

/// A user by mail address.
pub(super) fn by_email(org: &Org, email: &str) -> Option<Uuid> {
    let same = |other: &str| other.eq_ignore_ascii_case(email.trim());
    let found = org.people.iter().filter(|(_, p)| same(p.email.trim()));
    // Two people with one address cannot both sign in; should data be that careless, the same one is always taken.
    found.map(|(id, p)| (!p.active, *id)).min().map(|(_, id)| id)
}

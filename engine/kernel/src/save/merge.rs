//! Two people changed the same record: whether both changes can stand.

use std::collections::{HashMap, HashSet};

use super::Work;
use crate::{
    Name,
    expression::{Expr, Reference},
    schema::{Entity, Target},
};

/// What the writer changed that cannot be merged with `theirs`, which others changed meanwhile: changed by both, or read
/// together with one of theirs by a formula or a rule. What a changed reference fills counts as changed with it, except
/// what was given beside it. Line tables count as a whole.
pub(super) fn conflicts(work: &Work<'_>, theirs: &[String]) -> Vec<String> {
    let entity = work.entity;
    let mine = filled(entity, heads(&work.changed), |by, name| {
        !work.given.contains(name) && (!work.changed.contains(by) || !work.record.get(by).is_null())
    });
    let theirs = filled(entity, heads(theirs), |_, _| true);
    // A transition changes the state, and with it what is locked.
    let all = theirs.contains_key("state");
    let linked = linked(entity);
    let touches = |field: &str| {
        let read_with = |reads: &HashSet<Name>| reads.contains(field) && theirs.keys().any(|t| reads.contains(*t));
        all || theirs.contains_key(field) || linked.iter().any(read_with)
    };
    let mut touching: Vec<&str> = mine.iter().filter(|(field, _)| touches(field)).map(|(_, by)| *by).collect();
    touching.sort_unstable();
    touching.dedup();
    touching.into_iter().map(str::to_owned).collect()
}

fn heads<'p>(paths: impl IntoIterator<Item = &'p String>) -> Vec<&'p str> {
    paths.into_iter().filter_map(|p| p.split('.').next()).collect()
}

/// The changed fields and those that are filled from them, each with the field that the writer changed.
fn filled<'e>(
    entity: &'e Entity,
    changed: Vec<&'e str>,
    fills: impl Fn(&str, &str) -> bool,
) -> HashMap<&'e str, &'e str> {
    let mut found: HashMap<&str, &str> = changed.iter().map(|name| (*name, *name)).collect();
    let mut next: Vec<(&str, &str)> = changed.into_iter().map(|name| (name, name)).collect();
    while let Some((name, by)) = next.pop() {
        for target in entity.fields.get(name).into_iter().flat_map(|f| f.fills.keys()) {
            if fills(name, target) && !found.contains_key(&**target) {
                found.insert(target, by);
                next.push((target, by));
            }
        }
    }
    found
}

/// Sets of fields that a formula or a rule reads together, through other formulas as well; a value that may be
/// overridden belongs to what it is computed from.
fn linked(entity: &Entity) -> Vec<HashSet<Name>> {
    let mut behind: HashMap<Name, HashSet<Name>> = HashMap::new();
    let mut sets = Vec::new();
    // Formulas stand in the order of their dependence, so what one reads is known before it.
    for step in &entity.computations {
        let mut reads = inputs(entity, &step.value, &behind);
        if let Target::Field(head) | Target::LineField { lines: head, .. } = &step.target {
            // What a person writes over it hangs on the same inputs, whose change takes it back.
            if step.may_override {
                reads.insert(head.clone());
            }
            behind.entry(head.clone()).or_default().extend(reads.iter().cloned());
        }
        sets.push(reads);
    }
    sets.extend(entity.rules.values().map(|rule| inputs(entity, &rule.unless, &behind)));
    sets
}

fn inputs(entity: &Entity, expr: &Expr, behind: &HashMap<Name, HashSet<Name>>) -> HashSet<Name> {
    let mut found = HashSet::new();
    for reference in expr.references() {
        if let Reference::Field { entity: of, lines, field, own: true } = reference
            && of == entity.name
        {
            let head = lines.unwrap_or(field);
            found.extend(behind.get(&head).into_iter().flatten().cloned());
            found.insert(head);
        }
    }
    found
}

//! Two people changed the same record: whether both changes can stand.

use std::collections::{HashMap, HashSet};

use crate::{
    Name,
    expression::{Expr, Reference},
    schema::{Entity, Target},
};

/// The fields of `mine` that cannot be merged with `theirs`: changed by both, or read together with one of theirs by a
/// formula or a rule. Line tables count as a whole.
#[must_use]
pub fn conflicts(entity: &Entity, mine: &[String], theirs: &[String]) -> Vec<String> {
    let mine = heads(mine);
    let theirs = heads(theirs);
    // A transition changes the state, and with it what is locked.
    if theirs.contains(&"state") {
        return mine.into_iter().map(str::to_owned).collect();
    }
    let mut touching: Vec<&str> = mine.iter().copied().filter(|f| theirs.contains(f)).collect();
    for reads in linked(entity) {
        if theirs.iter().any(|t| reads.contains(*t)) {
            touching.extend(mine.iter().copied().filter(|m| reads.contains(*m)));
        }
    }
    touching.sort_unstable();
    touching.dedup();
    touching.into_iter().map(str::to_owned).collect()
}

fn heads(paths: &[String]) -> Vec<&str> {
    let mut heads: Vec<&str> = paths.iter().filter_map(|p| p.split('.').next()).collect();
    heads.sort_unstable();
    heads.dedup();
    heads
}

/// Sets of fields that a formula or a rule reads together, through other formulas as well.
fn linked(entity: &Entity) -> Vec<HashSet<Name>> {
    let mut behind: HashMap<Name, HashSet<Name>> = HashMap::new();
    let mut sets = Vec::new();
    // Formulas stand in the order of their dependence, so what one reads is known before it.
    for step in &entity.computations {
        let reads = inputs(entity, &step.value, &behind);
        if let Target::Field(head) | Target::LineField { lines: head, .. } = &step.target {
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

//! Two people changed the same record: whether both changes can stand.

use crate::{
    Name,
    expression::{Expr, Reference},
    schema::Entity,
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
    let formulas = entity.computations.iter().map(|k| vec![&k.value]);
    let rules = entity.rules.values().map(|r| vec![&r.unless]);
    for exprs in formulas.chain(rules) {
        let reads = own_fields(entity, &exprs);
        if theirs.iter().any(|t| reads.iter().any(|r| r == t)) {
            let linked = mine.iter().copied().filter(|m| reads.iter().any(|r| r == m));
            touching.extend(linked);
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

fn own_fields(entity: &Entity, exprs: &[&Expr]) -> Vec<Name> {
    exprs
        .iter()
        .flat_map(|e| e.references())
        .filter_map(|r| match r {
            Reference::Field { entity: of, lines, field, own: true } if of == entity.name => {
                Some(lines.unwrap_or(field))
            }
            _ => None,
        })
        .collect()
}

//! Paths across references: what a reader may know of the record at their end.

use kernel::{
    Catalog, Name,
    expression::LowerError,
    field::parts,
    query::{FieldPath, Operand, Predicate},
    rights::{Access, any},
    schema::Entity,
};

use crate::app::Scene;

/// A reference on the way of a path: how it is reached, where it leads, and which field is looked at there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Crossing {
    pub(super) prefix: FieldPath,
    pub(super) entity: Name,
    pub(super) field: String,
}

/// All paths that a predicate reads; those within lines begin with the line table.
pub(super) fn paths(predicate: &Predicate, found: &mut Vec<String>) {
    fn walk(predicate: &Predicate, within: &str, found: &mut Vec<String>) {
        let mut note = |path: &FieldPath| {
            let path = path.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(".");
            found.push(format!("{within}{path}"));
        };
        match predicate {
            Predicate::True | Predicate::False => {}
            Predicate::All(each) | Predicate::Any(each) => each.iter().for_each(|p| walk(p, within, found)),
            Predicate::Not(inner) => walk(inner, within, found),
            Predicate::Compare { left, right, .. } => {
                for side in [left, right] {
                    if let Operand::Path(path) = side {
                        note(path);
                    }
                }
            }
            Predicate::In { operand, .. }
            | Predicate::IsNull(operand)
            | Predicate::Contains { operand, .. }
            | Predicate::StartsWith { operand, .. }
            | Predicate::Has { operand, .. } => note(operand),
            Predicate::Some { lines, filter } => {
                found.push(format!("{within}{lines}"));
                walk(filter, &format!("{within}{lines}."), found);
            }
        }
    }
    walk(predicate, "", found);
}

/// Whether a path that crosses references from within lines leads only to fields that the reader sees in all records:
/// which of them a line leads to cannot be asked beside the line's own condition.
pub(super) fn whole_from_lines(
    scene: &Scene,
    access: &Access<'_>,
    entity: &Entity,
    path: &str,
) -> Result<bool, LowerError> {
    let Some((table, rest)) = path.split_once('.') else { return Ok(true) };
    let Some(lines) = entity.fields.get(table).filter(|field| !field.fields.is_empty()) else { return Ok(true) };
    let Some((first, rest)) = rest.split_once('.') else { return Ok(true) };
    if lines.fields.get(first).is_some_and(|field| !parts(field.kind).is_empty()) {
        return Ok(true);
    }
    let Some(next) = lines.fields.get(first).and_then(|f| f.to.as_ref()).and_then(|to| scene.catalog.entity(to)) else {
        return Ok(false);
    };
    let there = rest.split('.').next().unwrap_or(rest).to_owned();
    let further = crossings(&scene.catalog, next, rest).into_iter().map(|crossing| (crossing.entity, crossing.field));
    for (name, field) in std::iter::once((next.name.clone(), there)).chain(further) {
        let Some(other) = scene.catalog.entity(&name) else { return Ok(false) };
        if access.rows_showing(other, &field)? != Predicate::True {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The references that a path crosses from the header; for those within lines see [`whole_from_lines`].
pub(super) fn crossings(catalog: &Catalog, entity: &Entity, path: &str) -> Vec<Crossing> {
    let mut found = Vec::new();
    let mut at = entity;
    let mut prefix: FieldPath = Vec::new();
    let mut segments = path.split('.').peekable();
    while let Some(segment) = segments.next() {
        let Some(further) = segments.peek() else { break };
        let Some(field) = at.fields.get(segment) else { break };
        let Some(next) = field.to.as_ref().and_then(|to| catalog.entity(to)) else { break };
        prefix.push(field.name.clone());
        found.push(Crossing { prefix: prefix.clone(), entity: next.name.clone(), field: (*further).to_owned() });
        at = next;
    }
    found
}

/// Whether the field that a crossing leads to may be read: its record and itself by the same role.
pub(super) fn visible(scene: &Scene, access: &Access<'_>, crossing: &Crossing) -> Result<Predicate, LowerError> {
    let Some(entity) = scene.catalog.entity(&crossing.entity) else { return Ok(Predicate::False) };
    Ok(prefixed(&crossing.prefix, access.rows_showing(entity, &crossing.field)?))
}

/// The same, or there is nothing to be seen.
pub(super) fn visible_or_empty(
    scene: &Scene,
    access: &Access<'_>,
    crossing: &Crossing,
) -> Result<Predicate, LowerError> {
    Ok(any(vec![visible(scene, access, crossing)?, Predicate::IsNull(crossing.prefix.clone())]))
}

/// Entities whose titles everybody knows.
pub(super) fn is_open(entity: &str) -> bool {
    matches!(entity, "user" | "department" | "position")
}

/// A predicate over a referred record as one over the record that refers to it.
fn prefixed(prefix: &[Name], predicate: Predicate) -> Predicate {
    let path = |own: FieldPath| -> FieldPath { prefix.iter().cloned().chain(own).collect() };
    let operand = |own: Operand| match own {
        Operand::Path(own) => Operand::Path(path(own)),
        value @ Operand::Value(_) => value,
    };
    match predicate {
        Predicate::True => Predicate::True,
        // Lines of another record cannot be looked at from here; to be safe, it counts as hidden.
        Predicate::False | Predicate::Some { .. } => Predicate::False,
        Predicate::All(each) => Predicate::All(each.into_iter().map(|p| prefixed(prefix, p)).collect()),
        Predicate::Any(each) => Predicate::Any(each.into_iter().map(|p| prefixed(prefix, p)).collect()),
        // The opposite of what is hidden to be safe would be shown: hide the whole.
        Predicate::Not(inner) if has_lines(&inner) => Predicate::False,
        Predicate::Not(inner) => Predicate::Not(Box::new(prefixed(prefix, *inner))),
        Predicate::Compare { left, operator, right } => {
            Predicate::Compare { left: operand(left), operator, right: operand(right) }
        }
        Predicate::In { operand, values } => Predicate::In { operand: path(operand), values },
        Predicate::IsNull(operand) => Predicate::IsNull(path(operand)),
        Predicate::Contains { operand, text } => Predicate::Contains { operand: path(operand), text },
        Predicate::StartsWith { operand, text } => Predicate::StartsWith { operand: path(operand), text },
        Predicate::Has { operand, value } => Predicate::Has { operand: path(operand), value },
    }
}

fn has_lines(predicate: &Predicate) -> bool {
    match predicate {
        Predicate::Some { .. } => true,
        Predicate::All(each) | Predicate::Any(each) => each.iter().any(has_lines),
        Predicate::Not(inner) => has_lines(inner),
        Predicate::True
        | Predicate::False
        | Predicate::Compare { .. }
        | Predicate::In { .. }
        | Predicate::IsNull(_)
        | Predicate::Contains { .. }
        | Predicate::StartsWith { .. }
        | Predicate::Has { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_on_the_other_record_is_reached_over_the_reference() {
        let own = Predicate::IsNull(vec![Name::new("owner")]);
        let seen = prefixed(&[Name::new("partner")], own);
        assert_eq!(seen, Predicate::IsNull(vec![Name::new("partner"), Name::new("owner")]));
    }

    #[test]
    fn what_cannot_be_looked_at_counts_as_hidden_even_when_negated() {
        let lines = Predicate::Some { lines: Name::new("lines"), filter: Box::new(Predicate::True) };
        assert_eq!(prefixed(&[], lines.clone()), Predicate::False);
        assert_eq!(prefixed(&[], Predicate::Not(Box::new(lines))), Predicate::False);
    }
}

//! What a running workflow still reads, and newer definitions no longer have.

use std::collections::BTreeSet;

use super::{ActionStep, NodeKind, Source, Workflow};
use crate::{
    Catalog, Diagnostic, Name, SYSTEM_FIELDS,
    expression::{Expr, Reference},
    schema::{Entity, Field},
};

/// A field that is read and is gone, or is of another type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lost {
    /// The entity.
    pub entity: Name,
    /// The field: `amount`, `lines.price`.
    pub field: String,
    /// Whether it is there with another type.
    pub changed: bool,
}

impl Lost {
    /// The problem (`E0523`), for so many instances that keep the version.
    #[must_use]
    pub fn problem(&self, workflow: &str, version: i64, instances: i64) -> Diagnostic {
        let what = if self.changed { "has another type" } else { "is gone" };
        let many = if instances == 1 { "instance" } else { "instances" };
        let told = format!(
            "`{}` {what}, but {instances} running {many} of the workflow `{workflow}` still read it by version {version}",
            self.field
        );
        Diagnostic::error("E0523", format!("fields.{}", self.field.replace('.', ".fields.")), told)
            .in_file(format!("entities/{}.json", self.entity))
            .hint("keep the field until these have ended; hide it from forms and lists meanwhile")
    }
}

impl Workflow {
    /// The fields that nodes of this workflow read or write in the definitions that it was compiled with (`then`), and
    /// that cannot be read so any more in those of `now`. What was only renamed is not lost: `then` is given by the names
    /// of now ([`crate::rename::follow`]). Variables and the condition to serve are worked out at the
    /// start, so they do not count.
    #[must_use]
    pub fn lost(&self, then: &Catalog, now: &Catalog) -> Vec<Lost> {
        let mut read = BTreeSet::new();
        for expr in self.nodes.values().flat_map(|node| exprs(&node.kind)) {
            for reference in expr.references() {
                if let Reference::Field { entity, lines, field, .. } = reference
                    && !SYSTEM_FIELDS.contains(&&*field)
                {
                    read.insert((entity, lines, field));
                }
            }
        }
        let named = self.nodes.values().flat_map(|node| fields(&node.kind));
        read.extend(named.map(|field| (self.entity.clone(), None, field.clone())));
        let lost = read.into_iter().filter_map(|(entity, lines, field)| {
            let before = find(then.entity(&entity)?, lines.as_ref(), &field)?;
            let after = now.entity(&entity).and_then(|e| find(e, lines.as_ref(), &field));
            let changed = after.is_some_and(|after| after.kind != before.kind || after.to != before.to);
            let path = lines.map_or_else(|| field.to_string(), |lines| format!("{lines}.{field}"));
            (after.is_none() || changed).then_some(Lost { entity, field: path, changed })
        });
        lost.collect()
    }
}

fn find<'e>(entity: &'e Entity, lines: Option<&Name>, field: &Name) -> Option<&'e Field> {
    match lines {
        None => entity.fields.get(field),
        Some(lines) => entity.fields.get(lines)?.fields.get(field),
    }
}

/// The expressions of a node.
fn exprs(kind: &NodeKind) -> Vec<&Expr> {
    match kind {
        NodeKind::Approval(approval) => {
            let then = approval.due.iter().filter_map(|due| due.then.as_ref());
            of_sources(&approval.approvers).into_iter().chain(then.flat_map(|then| of_sources(&then.to))).collect()
        }
        NodeKind::Wait(wait) => wait.awaited.exprs(),
        NodeKind::Switch { cases, .. } => cases.values().map(|case| &case.when).collect(),
        NodeKind::Notify { to, message, .. } => of_sources(to).into_iter().chain(message.exprs()).collect(),
        NodeKind::Action { steps, .. } => {
            let mut found = Vec::new();
            for step in steps.values() {
                let when = match step {
                    ActionStep::Update { set, when } => {
                        found.extend(set.values());
                        when
                    }
                    ActionStep::Transition { when, .. } => when,
                };
                found.extend(when);
            }
            found
        }
        NodeKind::Fork { branches, .. } => branches.values().filter_map(|branch| branch.when.as_ref()).collect(),
        NodeKind::Call(call) => call.exprs(),
        NodeKind::Start { .. }
        | NodeKind::Join { .. }
        | NodeKind::Merge { .. }
        | NodeKind::Race { .. }
        | NodeKind::End { .. } => Vec::new(),
    }
}

fn of_sources(sources: &[Source]) -> Vec<&Expr> {
    sources.iter().flat_map(Source::exprs).collect()
}

/// Fields of the record that a node writes.
fn fields(kind: &NodeKind) -> Vec<&Name> {
    match kind {
        NodeKind::Approval(approval) => {
            let own = approval.outcomes.values().flat_map(|outcome| &outcome.write);
            let due = approval.due.iter().filter_map(|due| due.when.date());
            approval.write.iter().chain(&approval.read).chain(own).chain(due).collect()
        }
        NodeKind::Action { steps, .. } => {
            let mut found = Vec::new();
            for step in steps.values() {
                if let ActionStep::Update { set, .. } = step {
                    found.extend(set.keys());
                }
            }
            found
        }
        NodeKind::Wait(wait) => wait.awaited.date().into_iter().collect(),
        _ => Vec::new(),
    }
}

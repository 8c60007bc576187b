//! Branches that cross each other: forks without a join, and merges, which wait until nothing that is under way can come
//! to them any more.
//!
//! Whether something can still come is read from a matrix of what reaches what, worked out when the workflow is compiled.

use std::collections::{BTreeSet, HashMap};

use super::{
    Branch, NodeKind, ScopeKind, Wait, What,
    graph::edges,
    run::{Run, Stop},
};
use crate::{
    Name,
    definition::{Keyed, NodeDefinition},
};

/// Which nodes can be reached from which, over one edge or more.
pub(super) struct Reach {
    index: HashMap<Name, usize>,
    /// A row of bits a node: bit `to` of row `from`.
    rows: Vec<Vec<u64>>,
}

impl Reach {
    /// The matrix of a graph (Warshall's closure).
    pub(super) fn new(nodes: &Keyed<NodeDefinition>) -> Self {
        let index: HashMap<Name, usize> = nodes.keys().enumerate().map(|(at, name)| (name.clone(), at)).collect();
        let words = nodes.len().div_ceil(64);
        let mut rows = vec![vec![0_u64; words]; nodes.len()];
        for (row, (name, node)) in rows.iter_mut().zip(nodes) {
            for at in edges(name, node).iter().filter_map(|edge| index.get(edge.to)) {
                set(row, *at);
            }
        }
        for through in 0..rows.len() {
            let Some(onward) = rows.get(through).cloned() else { continue };
            for row in rows.iter_mut().filter(|row| is_set(row, through)) {
                row.iter_mut().zip(&onward).for_each(|(word, more)| *word |= more);
            }
        }
        Self { index, rows }
    }

    /// The nodes from which another can be reached, without that one itself.
    pub(super) fn to(&self, node: &Name) -> BTreeSet<Name> {
        let Some(to) = self.index.get(node) else { return BTreeSet::new() };
        let reaches = |at: usize| self.rows.get(at).is_some_and(|row| is_set(row, *to));
        let from = self.index.iter().filter(|(name, at)| *name != node && reaches(**at));
        from.map(|(name, _)| name.clone()).collect()
    }
}

fn set(row: &mut [u64], at: usize) {
    if let Some(word) = row.get_mut(at / 64) {
        *word |= 1 << (at % 64);
    }
}

fn is_set(row: &[u64], at: usize) -> bool {
    row.get(at / 64).is_some_and(|word| word & (1 << (at % 64)) != 0)
}

/// A token becomes one for each of these branches, in its own scope.
pub(super) fn split(run: &mut Run<'_>, token: u32, name: &Name, taken: &[(&Name, &Name)]) {
    let mut number = run.instance.last_number;
    let branches = taken.iter().map(|(branch, next)| {
        number += 1;
        Branch { branch: (*branch).clone(), to: run.at(number, next) }
    });
    let branches = branches.collect();
    let at = run.at(token, name);
    run.emit_engine(What::Split { at, branches });
}

/// Lets the first merge go on that has to wait no longer; false where there is none.
///
/// Where merges wait for each other in a circle and nothing else is under way, the one that was reached first goes on:
/// nothing must hang.
pub(super) fn merge(run: &mut Run<'_>) -> Result<bool, Stop> {
    let workflow = run.workflow;
    let instance = &run.instance;
    let mut waiting: Vec<(u32, Name, Name, Vec<u32>)> = Vec::new();
    for (number, token) in instance.tokens.iter().filter(|(_, t)| t.wait == Wait::Join) {
        let Some(NodeKind::Merge { next, .. }) = workflow.nodes.get(&token.node).map(|n| &n.kind) else { continue };
        match waiting.iter_mut().find(|(scope, node, ..)| *scope == token.scope && *node == token.node) {
            Some((.., tokens)) => tokens.push(*number),
            None => waiting.push((token.scope, token.node.clone(), next.clone(), vec![*number])),
        }
    }
    let free = waiting.iter().find(|(scope, node, ..)| {
        let Some(NodeKind::Merge { from, .. }) = workflow.nodes.get(node).map(|n| &n.kind) else { return false };
        let comes = |token: &super::Token| {
            let here = token.scope == *scope && token.node == *node;
            !here && from.contains(&token.node) && level(run, token.scope) == level(run, *scope)
        };
        !instance.tokens.values().any(comes)
    });
    let stands = |wait: &Wait| matches!(wait, Wait::Join | Wait::Call(_));
    let stuck = || instance.tokens.values().all(|token| stands(&token.wait));
    let Some((_, node, next, tokens)) = free.or_else(|| waiting.first().filter(|_| stuck())).cloned() else {
        return Ok(false);
    };
    run.focus = tokens.first().copied();
    let to = run.at(run.instance.last_number + 1, &next);
    run.emit_engine(What::Merged { to, node, tokens });
    Ok(true)
}

/// The scope of the workflow or call around a scope: forks and races are passed over.
fn level(run: &Run<'_>, mut scope: u32) -> u32 {
    while let Some(found) = run.instance.scopes.get(&scope)
        && matches!(found.kind, ScopeKind::Fork { .. } | ScopeKind::Race { .. })
    {
        scope = found.parent.unwrap_or_default();
    }
    scope
}

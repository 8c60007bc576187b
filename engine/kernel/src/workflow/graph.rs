//! Whether the nodes of a workflow make sense as a graph: everything is reached, everything can end, forks and joins
//! are nested, and no loop runs without a person in it.
//!
//! Works on the definition alone, so that it tells its problems beside those of broken expressions.

use std::collections::HashSet;

use indexmap::IndexMap;

use crate::{
    Diagnostic, Name,
    definition::{Keyed, NodeDefinition, WorkflowDefinition},
    nearest,
};

/// An edge of the graph.
pub(super) struct Edge<'a> {
    /// Where it stands in the definition: `nodes.manager.next`.
    path: String,
    pub(super) to: &'a Name,
    /// Taken only when people do not approve.
    rejected: bool,
}

/// The edges that leave a node.
pub(super) fn edges<'a>(name: &Name, node: &'a NodeDefinition) -> Vec<Edge<'a>> {
    let edge = |tail: &str, to: &'a Name| Edge { path: format!("nodes.{name}.{tail}"), to, rejected: false };
    match node {
        NodeDefinition::Start(n) => vec![edge("next", &n.next)],
        NodeDefinition::Approval(n) => {
            let own = n
                .outcomes
                .iter()
                .map(|(outcome, o)| Edge { rejected: true, ..edge(&format!("outcomes.{outcome}.next"), &o.next) });
            let mut edges = vec![edge("next", &n.next), Edge { rejected: true, ..edge("rejected", &n.rejected) }];
            edges.extend(own);
            edges
        }
        NodeDefinition::Form(n) => vec![edge("next", &n.next)],
        NodeDefinition::Switch(n) => {
            let cases = n.cases.iter().map(|(case, c)| edge(&format!("cases.{case}.next"), &c.next));
            cases.chain([edge("default", &n.default)]).collect()
        }
        NodeDefinition::Fork(n) => {
            n.branches.iter().map(|(branch, b)| edge(&format!("branches.{branch}.next"), &b.next)).collect()
        }
        NodeDefinition::Join(n) => vec![edge("next", &n.next)],
        NodeDefinition::Merge(n) => vec![edge("next", &n.next)],
        NodeDefinition::Call(n) => {
            let own = n.outcomes.iter().map(|(outcome, to)| edge(&format!("outcomes.{outcome}"), to));
            let own = own.map(|e| Edge { rejected: true, ..e });
            let rejected = n.rejected.iter().map(|to| Edge { rejected: true, ..edge("rejected", to) });
            std::iter::once(edge("next", &n.next)).chain(rejected).chain(own).collect()
        }
        NodeDefinition::Notify(n) => vec![edge("next", &n.next)],
        NodeDefinition::Action(n) => vec![edge("next", &n.next)],
        NodeDefinition::Wait(n) => vec![edge("next", &n.next)],
        NodeDefinition::Race(n) => {
            n.branches.iter().map(|(branch, b)| edge(&format!("branches.{branch}.next"), &b.next)).collect()
        }
        NodeDefinition::End(_) => Vec::new(),
    }
}

/// All edges, as whoever draws the workflow needs them.
pub(super) fn way_marks(nodes: &Keyed<NodeDefinition>) -> Vec<super::Edge> {
    let of_node = |(name, node): (&Name, &NodeDefinition)| -> Vec<super::Edge> {
        let slot = |path: &str| {
            let slot = path.strip_prefix(&format!("nodes.{name}.")).unwrap_or(path);
            slot.strip_suffix(".next").unwrap_or(slot).to_owned()
        };
        let edges = edges(name, node).into_iter();
        edges.map(|e| super::Edge { from: name.clone(), slot: slot(&e.path), to: e.to.clone() }).collect()
    };
    nodes.iter().flat_map(of_node).collect()
}

struct Graph<'a> {
    nodes: &'a Keyed<NodeDefinition>,
    others: Option<&'a IndexMap<Name, WorkflowDefinition>>,
    /// How deep in calls it is.
    depth: usize,
}

impl<'a> Graph<'a> {
    fn node(&self, name: &str) -> Option<&'a NodeDefinition> {
        self.nodes.get(name)
    }

    fn next(&self, name: &Name) -> Vec<Edge<'a>> {
        self.node(name).map(|node| edges(name, node)).unwrap_or_default()
    }

    /// Nodes reached from `from` (those included) over the edges that `follow` lets pass, without leaving a node of `stop`.
    fn reach(
        &self,
        from: impl IntoIterator<Item = Name>,
        stop: &[&Name],
        follow: impl Fn(&Edge<'_>) -> bool,
    ) -> HashSet<Name> {
        let mut found: HashSet<Name> = HashSet::new();
        let mut open: Vec<Name> = from.into_iter().filter(|name| self.nodes.contains_key(name)).collect();
        while let Some(name) = open.pop() {
            if !found.insert(name.clone()) || stop.contains(&&name) {
                continue;
            }
            open.extend(
                self.next(&name)
                    .into_iter()
                    .filter(|e| follow(e) && self.nodes.contains_key(e.to))
                    .map(|e| e.to.clone()),
            );
        }
        found
    }

    /// Whether somebody is asked before it goes on.
    fn asks(&self, name: &str) -> bool {
        match self.node(name) {
            Some(NodeDefinition::Approval(_) | NodeDefinition::Form(_) | NodeDefinition::Wait(_)) => true,
            Some(NodeDefinition::Call(call)) if call.wait => self.others.is_some_and(|others| {
                others.get(&call.workflow).is_some_and(|callee| always_asks(callee, others, self.depth + 1))
            }),
            _ => false,
        }
    }

    fn is_end(&self, name: &str) -> bool {
        matches!(self.node(name), Some(NodeDefinition::End(_)))
    }
}

/// All problems of the graph.
///
/// * `E0501` there must be exactly one start
/// * `E0502` an edge leads to no node
/// * `E0503` a node is never reached
/// * `E0504` no end can be reached from a node
/// * `E0505` there is no end
/// * `E0506` a loop has no approval and no wait in it
/// * `E0507` a join is of no fork; `E0508` a fork has no join and leads to no merge, several joins, or no branches
/// * `E0509` a branch can go past its join; `E0510` a join or branch is reached without its fork; `E0511` forks overlap
/// * `E0512` an edge leads back to the start
/// * `E0537` a fork without a join lies in a branch of another
/// * `W0501` two branches of a fork meet before the join
pub(super) fn check(definition: &WorkflowDefinition, others: &IndexMap<Name, WorkflowDefinition>) -> Vec<Diagnostic> {
    let graph = Graph { nodes: &definition.nodes, others: Some(others), depth: 0 };
    let mut problems = targets(&graph);
    let starts: Vec<&Name> =
        definition.nodes.iter().filter(|(_, n)| matches!(n, NodeDefinition::Start(_))).map(|(name, _)| name).collect();
    match starts.as_slice() {
        [] => problems.push(
            Diagnostic::error("E0501", "nodes", "the workflow has no start")
                .hint("add a node of type `start` whose `next` is the first node"),
        ),
        [_] => {}
        [_, more @ ..] => problems.extend(more.iter().map(|name| {
            Diagnostic::error("E0501", format!("nodes.{name}"), "the workflow has a second start").hint("keep one")
        })),
    }
    if !definition.nodes.values().any(|n| matches!(n, NodeDefinition::End(_))) {
        problems.push(
            Diagnostic::error("E0505", "nodes", "the workflow has no end")
                .hint("add a node of type `end` with an `outcome`, such as `approved`"),
        );
    }
    // Further findings would only be echoes of a broken edge or a missing start.
    let [start] = starts.as_slice() else { return problems };
    if !problems.is_empty() {
        return problems;
    }
    problems.extend(reached(&graph, start));
    problems.extend(loops(&graph));
    problems.extend(forks(&graph, start));
    problems
}

/// How deep calls are looked into: as deep as they can be without a circle, which another check tells.
const DEEPEST: usize = 20;

/// Whether a workflow cannot end without somebody being asked.
fn always_asks(workflow: &WorkflowDefinition, others: &IndexMap<Name, WorkflowDefinition>, depth: usize) -> bool {
    let graph = Graph { nodes: &workflow.nodes, others: (depth < DEEPEST).then_some(others), depth };
    let asking: Vec<&Name> = workflow.nodes.keys().filter(|name| graph.asks(name)).collect();
    let starts = workflow.nodes.iter().filter(|(_, n)| matches!(n, NodeDefinition::Start(_))).map(|(n, _)| n.clone());
    !graph.reach(starts, &asking, |_| true).iter().any(|name| graph.is_end(name))
}

/// The forks in whose branches each node lies, the outermost first.
pub(super) fn within(nodes: &Keyed<NodeDefinition>) -> Keyed<Vec<Name>> {
    let graph = Graph { nodes, others: None, depth: 0 };
    let mut around: Vec<(usize, Name, HashSet<Name>)> = Vec::new();
    for (name, node) in nodes {
        let (NodeDefinition::Fork(_), Some(join)) = (node, join_of(nodes, name).first().copied()) else { continue };
        let branches = graph.next(name).into_iter().map(|edge| edge.to.clone());
        let mut region = graph.reach(branches, &[join], |_| true);
        region.retain(|inside| inside != join && graph.reach([inside.clone()], &[], |_| true).contains(join));
        around.push((region.len(), name.clone(), region));
    }
    // Whatever holds another fork is larger than it.
    around.sort_by_key(|(size, _, _)| std::cmp::Reverse(*size));
    let forks = |name: &Name| {
        around.iter().filter(|(_, _, region)| region.contains(name)).map(|(_, fork, _)| fork.clone()).collect()
    };
    nodes.keys().map(|name| (name.clone(), forks(name))).collect()
}

/// The node that a fork's branches meet in.
pub(super) fn join_of<'a>(nodes: &'a Keyed<NodeDefinition>, fork: &Name) -> Vec<&'a Name> {
    nodes
        .iter()
        .filter(|(_, n)| matches!(n, NodeDefinition::Join(join) if join.of == *fork))
        .map(|(name, _)| name)
        .collect()
}

fn targets(graph: &Graph<'_>) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for edge in graph.nodes.iter().flat_map(|(name, node)| edges(name, node)) {
        match graph.node(edge.to) {
            None => {
                let problem = Diagnostic::error("E0502", edge.path, format!("no node `{}`", edge.to));
                problems.push(match nearest(edge.to, graph.nodes.keys().map(Name::as_str)) {
                    Some(near) => problem.hint(format!("did you mean `{near}`?")),
                    None => problem,
                });
            }
            Some(NodeDefinition::Start(_)) => problems.push(
                Diagnostic::error("E0512", edge.path, "nothing may lead back to the start")
                    .hint("lead to the node after it"),
            ),
            Some(_) => {}
        }
    }
    for (name, node) in graph.nodes {
        let NodeDefinition::Join(join) = node else { continue };
        if matches!(graph.node(&join.of), Some(NodeDefinition::Fork(_))) {
            continue;
        }
        let forks = graph.nodes.iter().filter(|(_, n)| matches!(n, NodeDefinition::Fork(_))).map(|(n, _)| n.as_str());
        let problem = Diagnostic::error("E0507", format!("nodes.{name}.of"), format!("no fork `{}`", join.of));
        problems.push(match nearest(&join.of, forks) {
            Some(near) => problem.hint(format!("did you mean `{near}`?")),
            None => problem.hint("a join names the fork whose branches it waits for"),
        });
    }
    problems
}

fn reached(graph: &Graph<'_>, start: &Name) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let reached = graph.reach([start.clone()], &[], |_| true);
    for name in graph.nodes.keys().filter(|name| !reached.contains(*name)) {
        let what = if graph.is_end(name) { "end" } else { "node" };
        problems.push(
            Diagnostic::error("E0503", format!("nodes.{name}"), format!("the {what} `{name}` is never reached"))
                .hint("lead an edge to it or take it out"),
        );
    }
    for name in graph.nodes.keys().filter(|name| reached.contains(*name)) {
        if !graph.reach([name.clone()], &[], |_| true).iter().any(|n| graph.is_end(n)) {
            problems.push(
                Diagnostic::error("E0504", format!("nodes.{name}"), format!("no end can be reached from `{name}`"))
                    .hint("lead one of the nodes after it to an end"),
            );
        }
    }
    problems
}

/// A loop without an approval or a wait would run for ever.
fn loops(graph: &Graph<'_>) -> Vec<Diagnostic> {
    let is_approval = |name: &str| graph.asks(name);
    let mut told: HashSet<Name> = HashSet::new();
    let mut problems = Vec::new();
    for name in graph.nodes.keys().filter(|name| !is_approval(name)) {
        let behind = graph.next(name).into_iter().map(|e| e.to.clone()).filter(|to| !is_approval(to));
        let approvals: Vec<&Name> = graph.nodes.keys().filter(|n| is_approval(n)).collect();
        let round = graph.reach(behind, &approvals, |_| true);
        if round.contains(name) && !told.contains(name) {
            let members = round.iter().filter(|n| !is_approval(n));
            told.extend(
                members
                    .filter(|n| {
                        let next = graph.next(n).into_iter().map(|e| e.to.clone());
                        graph.reach(next, &approvals, |_| true).contains(name)
                    })
                    .cloned(),
            );
            problems.push(
                Diagnostic::error(
                    "E0506",
                    format!("nodes.{name}"),
                    format!("the loop through `{name}` has no approval and no wait in it, so it would never stop"),
                )
                .hint("put an approval or a wait into the loop, or lead it out"),
            );
        }
    }
    problems
}

fn forks(graph: &Graph<'_>, start: &Name) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (name, node) in graph.nodes {
        let NodeDefinition::Fork(fork) = node else { continue };
        let at = |tail: &str| format!("nodes.{name}{tail}");
        if fork.branches.is_empty() {
            problems.push(Diagnostic::error("E0508", at(".branches"), format!("the fork `{name}` has no branches")));
            continue;
        }
        let join = match join_of(graph.nodes, name).as_slice() {
            [join] => (*join).clone(),
            [] => {
                problems.extend(free_fork(graph, name));
                continue;
            }
            [_, second, ..] => {
                problems.push(Diagnostic::error(
                    "E0508",
                    format!("nodes.{second}.of"),
                    format!("the fork `{name}` has a second join"),
                ));
                continue;
            }
        };
        problems.extend(fork_region(graph, start, name, &join));
    }
    problems
}

/// A fork whose branches meet in merges.
fn free_fork(graph: &Graph<'_>, name: &Name) -> Option<Diagnostic> {
    let merges = |from: &Name| {
        let reached = graph.reach([from.clone()], &[], |_| true);
        reached.iter().any(|n| matches!(graph.node(n), Some(NodeDefinition::Merge(_))))
    };
    let at = format!("nodes.{name}");
    if !graph.next(name).iter().all(|edge| merges(edge.to)) {
        return Some(
            Diagnostic::error("E0508", at, format!("the fork `{name}` has no join"))
                .hint(format!("add a node {{\"type\": \"join\", \"of\": \"{name}\", \"next\": …}}, or lead every branch to a node of type `merge`")),
        );
    }
    let within = within(graph.nodes).get(name).is_some_and(|around| !around.is_empty());
    within.then(|| {
        Diagnostic::error("E0537", at, format!("the fork `{name}` has no join, but lies in a branch of another"))
            .hint("give it a join of its own, or take the other fork's join away and use merges alone")
    })
}

fn fork_region(graph: &Graph<'_>, start: &Name, fork: &Name, join: &Name) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut seen: HashSet<Name> = HashSet::new();
    let mut met: HashSet<Name> = HashSet::new();
    let mut region: HashSet<Name> = HashSet::new();
    let outside = graph.reach([start.clone()], &[fork], |_| true);
    for edge in graph.next(fork) {
        let all = graph.reach([edge.to.clone()], &[join], |_| true);
        let agreed = graph.reach([edge.to.clone()], &[join], |e| !e.rejected);
        if let Some(end) = graph.nodes.keys().find(|n| agreed.contains(*n) && graph.is_end(n)) {
            problems.push(
                Diagnostic::error(
                    "E0509",
                    edge.path.clone(),
                    format!("this branch can reach the end `{end}` without the join `{join}`, which would wait for it"),
                )
                .hint(format!(
                    "lead the branch to `{join}`; only a rejection may end the whole workflow from a branch"
                )),
            );
        } else if !agreed.contains(join) {
            problems.push(
                Diagnostic::error("E0509", edge.path.clone(), format!("this branch never reaches the join `{join}`"))
                    .hint(format!("lead the branch to `{join}`")),
            );
        }
        region.extend(all.into_iter().filter(|n| n != join && !graph.is_end(n)));
        for name in agreed.iter().filter(|n| *n != join && !graph.is_end(n)) {
            if !seen.insert(name.clone()) && met.insert(name.clone()) {
                problems.push(
                    Diagnostic::warning(
                        "W0501",
                        format!("nodes.{name}"),
                        format!("two branches of `{fork}` meet in `{name}` before the join, so it happens twice"),
                    )
                    .hint(format!("put it after the join `{join}`")),
                );
            }
        }
    }
    if region.contains(fork) {
        problems.push(
            Diagnostic::error(
                "E0510",
                format!("nodes.{fork}"),
                format!("a branch of the fork `{fork}` leads back to it"),
            )
            .hint("loops must stay within a branch or go around fork and join together"),
        );
        return problems;
    }
    // What only leads to ends may be shared with the rest: an end ends the whole instance, in a branch as well.
    let joins = |name: &Name| graph.reach([name.clone()], &[], |_| true).contains(join);
    let belongs = |name: &Name| name == join || (region.contains(name) && joins(name));
    for name in graph.nodes.keys().filter(|n| belongs(n) && outside.contains(*n)) {
        let what = if name == join { "join" } else { "node" };
        problems.push(
            Diagnostic::error(
                "E0510",
                format!("nodes.{name}"),
                format!("the {what} `{name}` belongs to the fork `{fork}`, but can be reached without it"),
            )
            .hint(format!("every way to it must go through `{fork}`, and every way out of a branch through `{join}`")),
        );
    }
    for name in graph.nodes.keys().filter(|n| region.contains(*n)) {
        if let Some(NodeDefinition::Join(inner)) = graph.node(name)
            && !region.contains(&inner.of)
        {
            problems.push(Diagnostic::error(
                "E0511",
                format!("nodes.{name}"),
                format!("the forks `{fork}` and `{}` overlap: a join of the one lies inside the other", inner.of),
            ));
        }
    }
    problems
}

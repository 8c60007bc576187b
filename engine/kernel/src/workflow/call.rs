//! Calls of other workflows: how they are compiled, and how the nodes of the called one come to lie within the caller.
//!
//! What is called and waited for runs inside the same instance: its nodes are taken over under the name of the call
//! (`check.manager`), so that tasks, returns, previews and rights know one set of nodes and one state.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use indexmap::IndexMap;

use super::{
    Edge, Source, Variable, Workflow,
    compile::{Compiler, did_you_mean},
    node::{Node, NodeKind},
};
use crate::{
    Diagnostic, Name,
    definition::{
        CallNode, CallOrder, CallOver, CallUntil, FieldKind, Keyed, NodeDefinition, ReturnTo, WorkflowDefinition,
    },
    expression::{self, Expr, Scope, Type},
};

/// A call of another workflow.
#[derive(Clone, Debug)]
pub struct Call {
    /// The workflow.
    pub workflow: Name,
    /// What that is called.
    pub title: String,
    /// Its first node, as it lies here; empty where it is not waited for.
    pub start: Name,
    /// For each of these; once if none.
    pub over: Option<Over>,
    /// Whether one after the other.
    pub order: CallOrder,
    /// Whether it waits for them.
    pub wait: bool,
    /// The variables of the called workflow.
    pub variables: Keyed<Variable>,
    /// With what some of them begin instead.
    pub with: Keyed<Expr>,
    /// When it is done.
    pub until: DoneWhen,
    /// Variables of the caller that are set when one has ended.
    pub sets: Keyed<Expr>,
    /// Where it goes after an outcome of a single call.
    pub outcomes: Keyed<Name>,
    /// Whether the initiator may add further ones.
    pub more: bool,
    /// The next node.
    pub next: Name,
    /// The next node when they do not agree.
    pub rejected: Name,
}

/// For each of what it is called.
#[derive(Clone, Debug)]
pub enum Over {
    /// Each line of this table.
    Lines(Name),
    /// Each of these people.
    People(Vec<Source>),
    /// Each department that this gives.
    Departments(Expr),
}

/// When it is done.
#[derive(Clone, Debug)]
pub enum DoneWhen {
    /// All agree.
    All,
    /// So many agree, or all if there are fewer.
    AtLeast(u32),
    /// This holds.
    When(Expr),
}

/// The counts that conditions and `sets` know as `children`.
pub(super) const COUNTS: [&str; 4] = ["total", "ended", "agreed", "rejected"];

impl Call {
    /// The expressions that it reads.
    pub(super) fn exprs(&self) -> Vec<&Expr> {
        let over = match &self.over {
            Some(Over::People(sources)) => sources.iter().flat_map(Source::exprs).collect(),
            Some(Over::Departments(expr)) => vec![expr],
            Some(Over::Lines(_)) | None => Vec::new(),
        };
        let until = if let DoneWhen::When(when) = &self.until { Some(when) } else { None };
        let variables = self.variables.values().map(|variable| &variable.value);
        over.into_iter().chain(until).chain(self.with.values()).chain(self.sets.values()).chain(variables).collect()
    }

    /// The nodes that it leads to.
    pub(super) fn targets_mut(&mut self) -> impl Iterator<Item = &mut Name> {
        let own = [&mut self.next, &mut self.rejected, &mut self.start].into_iter();
        own.chain(self.outcomes.values_mut())
    }
}

impl Compiler<'_> {
    /// Codes:
    ///
    /// * `E0531` no such workflow; `E0532` it is of another entity; `E0533` workflows call each other in a circle
    /// * `E0534` no such variable; `E0535` no such outcome, or one of many calls
    /// * `E0536` something is to come back from a call that is not waited for
    /// * `W0505` a part that means nothing without `over`
    pub(super) fn call(&mut self, at: &str, node: &CallNode) -> Option<NodeKind> {
        let Some(callee) = self.others.get(&node.workflow) else {
            let problem =
                Diagnostic::error("E0531", format!("{at}.workflow"), format!("no workflow `{}`", node.workflow));
            self.problem(did_you_mean(problem, &node.workflow, self.others.keys()));
            return None;
        };
        if callee.entity != self.entity.name {
            let told = format!("`{}` serves `{}`, not `{}`", callee.name, callee.entity, self.entity.name);
            let hint = "a workflow of another entity begins with a transition of a record of that entity";
            self.problem(Diagnostic::error("E0532", format!("{at}.workflow"), told).hint(hint));
            return None;
        }
        if in_a_circle(callee, self.others) {
            let told = format!("`{}` calls itself, perhaps through others: that would never end", callee.name);
            self.problem(
                Diagnostic::error("E0533", format!("{at}.workflow"), told).hint("lead back by an edge instead"),
            );
            return None;
        }
        self.call_makes_sense(at, node, callee);
        let over = self.call_over(at, node)?;
        let with = self.call_with(at, node, callee)?;
        let counts = Type::Map(COUNTS.iter().map(|name| (Name::new(name), Type::Integer)).collect());
        let counted = self.scope.clone().with_named([("children".into(), counts)]);
        let until = match &node.until {
            CallUntil::All => DoneWhen::All,
            CallUntil::First => DoneWhen::AtLeast(1),
            CallUntil::AtLeast(count) => DoneWhen::AtLeast(*count),
            CallUntil::When(when) => {
                let when = expression::compile_condition(when, &counted);
                DoneWhen::When(self.keep(&format!("{at}.until.when"), when)?)
            }
        };
        let own =
            |(name, v): (&Name, &crate::definition::VariableDefinition)| (name.clone(), Type::of_kind(v.variable_type));
        let child = std::iter::once(("outcome".into(), Type::Text)).chain(callee.variables.iter().map(own));
        let ended = counted.with_named([("child".into(), Type::Map(child.collect()))]);
        let mut sets = Keyed::new();
        for (name, source) in &node.sets {
            let path = format!("{at}.sets.{name}");
            let Some(wanted) = self.scope.vars.get(name).cloned() else {
                let problem = Diagnostic::error("E0534", path, format!("no variable `{name}`"));
                self.problem(did_you_mean(problem, name, &self.scope.vars.keys().cloned().collect::<Vec<_>>()));
                continue;
            };
            let value = expression::compile_as(source, &ended, &wanted);
            if let Some(value) = self.keep(&path, value) {
                sets.insert(name.clone(), value);
            }
        }
        Some(NodeKind::Call(Box::new(Call {
            workflow: node.workflow.clone(),
            title: String::new(),
            start: Name::default(),
            over,
            order: node.order,
            wait: node.wait,
            variables: Keyed::new(),
            with,
            until,
            sets,
            outcomes: node.outcomes.clone(),
            more: node.more,
            next: node.next.clone(),
            rejected: node.rejected.clone().unwrap_or_else(|| node.next.clone()),
        })))
    }

    fn call_makes_sense(&mut self, at: &str, node: &CallNode, callee: &WorkflowDefinition) {
        let given = [
            ("until", node.until != CallUntil::All),
            ("sets", !node.sets.is_empty()),
            ("outcomes", !node.outcomes.is_empty()),
            ("more", node.more),
            ("rejected", node.rejected.is_some()),
            ("order", node.order != CallOrder::Parallel),
        ];
        for (part, there) in given.into_iter().filter(|(_, there)| *there) {
            let path = format!("{at}.{part}");
            if !node.wait {
                let told = format!("`{part}` needs what comes back, but `wait` is false");
                self.problem(Diagnostic::error("E0536", path, told).hint(format!("take `{part}` or `wait` away")));
            } else if node.over.is_none() && there && matches!(part, "until" | "more" | "order") {
                let told = format!("`{part}` means nothing: without `over` it is called once");
                self.problem(Diagnostic::warning("W0505", path, told));
            }
        }
        if node.until == CallUntil::AtLeast(0) {
            let path = format!("{at}.until.at_least");
            self.problem(Diagnostic::error("E0522", path, "at least one must agree"));
        }
        let ends: Vec<Name> = callee.nodes.values().filter_map(|n| ends(n).cloned()).collect();
        for outcome in node.outcomes.keys() {
            let path = format!("{at}.outcomes.{outcome}");
            if node.over.is_some() {
                let told = "many calls have many outcomes: only a single one leads by its own";
                self.problem(Diagnostic::error("E0535", path, told).hint("use `until` with a condition, and `sets`"));
            } else if !ends.contains(outcome) {
                let problem =
                    Diagnostic::error("E0535", path, format!("`{}` does not end as `{outcome}`", callee.name));
                self.problem(did_you_mean(problem, outcome, &ends));
            }
        }
    }

    /// The outer none: it cannot be compiled.
    fn call_over(&mut self, at: &str, node: &CallNode) -> Option<Option<Over>> {
        let Some(over) = &node.over else { return Some(None) };
        Some(Some(match over {
            CallOver::Lines(table) => {
                let field = self.entity.fields.get(table);
                if field.is_none_or(|field| field.field_type != FieldKind::Lines) {
                    let told = format!("`{}` has no line table `{table}`", self.entity.name);
                    let problem = Diagnostic::error("E0514", format!("{at}.over.lines"), told);
                    let tables = self.entity.fields.iter().filter(|(_, f)| f.field_type == FieldKind::Lines);
                    self.problem(did_you_mean(problem, table, tables.map(|(name, _)| name)));
                    return None;
                }
                Over::Lines(table.clone())
            }
            CallOver::People(people) => Over::People(self.sources(&format!("{at}.over.people"), people)?),
            CallOver::Departments(source) => {
                let path = format!("{at}.over.departments");
                let expr = expression::compile(source, &self.scope);
                let expr = self.keep(&path, expr)?;
                let department = |ty: &Type| *ty == Type::Reference("department".into()) || *ty == Type::Unknown;
                let fits = match expr.ty() {
                    Type::List(of) => department(of),
                    ty => department(ty),
                };
                if !fits {
                    let told = format!("expected departments, but `{source}` is {}", expr.ty());
                    self.problem(Diagnostic::error("E0518", path, told));
                }
                Over::Departments(expr)
            }
        }))
    }

    fn call_with(&mut self, at: &str, node: &CallNode, callee: &WorkflowDefinition) -> Option<Keyed<Expr>> {
        let scope = match &node.over {
            Some(CallOver::Lines(table)) => Scope {
                vars: self.scope.vars.clone(),
                initiator: true,
                ..Scope::line(self.types, &self.entity.name, table)
            },
            Some(CallOver::People(_)) => {
                self.scope.clone().with_named([("item".into(), Type::Reference("user".into()))])
            }
            Some(CallOver::Departments(_)) => {
                self.scope.clone().with_named([("item".into(), Type::Reference("department".into()))])
            }
            None => self.scope.clone(),
        };
        let mut with = Some(Keyed::new());
        for (name, source) in &node.with {
            let path = format!("{at}.with.{name}");
            let Some(variable) = callee.variables.get(name) else {
                let problem = Diagnostic::error("E0534", path, format!("`{}` has no variable `{name}`", callee.name));
                self.problem(did_you_mean(problem, name, callee.variables.keys()));
                continue;
            };
            let value = expression::compile_as(source, &scope, &Type::of_kind(variable.variable_type));
            match (self.keep(&path, value), &mut with) {
                (Some(value), Some(all)) => {
                    all.insert(name.clone(), value);
                }
                (_, all) => *all = None,
            }
        }
        with
    }
}

fn ends(node: &NodeDefinition) -> Option<&Name> {
    if let NodeDefinition::End(end) = node { Some(&end.outcome) } else { None }
}

/// The workflows that one calls.
fn calls(definition: &WorkflowDefinition) -> impl Iterator<Item = &Name> {
    definition.nodes.values().filter_map(|n| if let NodeDefinition::Call(c) = n { Some(&c.workflow) } else { None })
}

fn in_a_circle(from: &WorkflowDefinition, all: &IndexMap<Name, WorkflowDefinition>) -> bool {
    let mut seen: HashSet<&Name> = HashSet::new();
    let mut open: Vec<&Name> = calls(from).collect();
    while let Some(name) = open.pop() {
        if *name == from.name {
            return true;
        }
        if seen.insert(name) {
            open.extend(all.get(name).into_iter().flat_map(calls));
        }
    }
    false
}

/// The outcomes with which a workflow can end: its own, and those with which something that it calls ends it.
pub(crate) fn outcomes<'d>(
    definition: &'d WorkflowDefinition,
    all: &dyn Fn(&str) -> Option<&'d WorkflowDefinition>,
) -> BTreeSet<&'d Name> {
    let mut found: BTreeSet<&Name> = definition.nodes.values().filter_map(ends).collect();
    let mut seen: HashSet<&Name> = HashSet::from([&definition.name]);
    let waited = |definition: &'d WorkflowDefinition| {
        let node = |node: &'d NodeDefinition| match node {
            NodeDefinition::Call(call) if call.wait => Some(&call.workflow),
            _ => None,
        };
        definition.nodes.values().filter_map(node)
    };
    let mut open: Vec<&Name> = waited(definition).collect();
    while let Some(name) = open.pop() {
        let Some(callee) = all(name).filter(|_| seen.insert(name)) else { continue };
        let terminates = |node: &'d NodeDefinition| match node {
            NodeDefinition::End(end) if end.terminate => Some(&end.outcome),
            _ => None,
        };
        found.extend(callee.nodes.values().filter_map(terminates));
        open.extend(waited(callee));
    }
    found
}

/// The name of a node of a called workflow within its caller: `check.manager`.
fn inside(call: &Name, node: &Name) -> Name {
    format!("{call}.{node}").into()
}

impl Workflow {
    /// The workflow with the nodes of those that it calls. `all` are compiled and do not call each other in a circle.
    #[must_use]
    pub fn linked(&self, all: &IndexMap<Name, Arc<Self>>) -> Self {
        let mut settings: BTreeSet<Name> = self.settings.iter().cloned().collect();
        let mut nodes: Keyed<Node> = Keyed::new();
        let mut edges = self.edges.clone();
        for (name, node) in &self.nodes {
            let mut node = node.clone();
            let around: Vec<Name> = node.within.iter().chain([name]).cloned().collect();
            let mut taken: Option<Self> = None;
            if let NodeKind::Call(call) = &mut node.kind
                && let Some(callee) = all.get(&call.workflow)
            {
                call.variables = callee.variables.clone();
                call.title = callee.label.clone();
                settings.extend(callee.settings.iter().cloned());
                if call.wait {
                    let callee = callee.linked(all);
                    call.start = inside(name, &callee.start);
                    taken = Some(callee);
                }
            }
            nodes.insert(name.clone(), node);
            if let Some(callee) = taken {
                settings.extend(callee.settings);
                edges.push(Edge { from: name.clone(), slot: "calls".to_owned(), to: inside(name, &callee.start) });
                edges.extend(callee.edges.into_iter().map(|edge| Edge {
                    from: inside(name, &edge.from),
                    to: inside(name, &edge.to),
                    ..edge
                }));
                nodes.extend(callee.nodes.into_iter().map(|(n, node)| (inside(name, &n), node.within(name, &around))));
            }
        }
        let watches: BTreeSet<Name> = nodes.values().flat_map(|node| node.kind.watches()).collect();
        let (settings, watches) = (settings.into_iter().collect(), watches.into_iter().collect());
        Self { nodes, edges, settings, watches, ..self.clone() }
    }
}

impl Node {
    /// The node as it lies within a call.
    fn within(mut self, call: &Name, around: &[Name]) -> Self {
        let own = self.within.iter().map(|name| inside(call, name));
        self.within = around.iter().cloned().chain(own).collect();
        for name in self.kind.names_mut() {
            if !name.is_empty() {
                *name = inside(call, name);
            }
        }
        if let NodeKind::Merge { from, .. } = &mut self.kind {
            *from = from.iter().map(|name| inside(call, name)).collect();
        }
        self
    }
}

impl NodeKind {
    /// Every name of another node that it holds.
    fn names_mut(&mut self) -> Vec<&mut Name> {
        match self {
            Self::Start { next } | Self::Merge { next, .. } | Self::Notify { next, .. } | Self::Action { next, .. } => {
                vec![next]
            }
            Self::Approval(approval) => {
                let mut names = vec![&mut approval.next, &mut approval.rejected];
                names.extend(approval.outcomes.values_mut().map(|own| &mut own.next));
                if let Some(ReturnTo::Nodes(nodes)) = approval.verbs.give_back.as_mut().map(|back| &mut back.to) {
                    names.extend(nodes);
                }
                names
            }
            Self::Switch { cases, default } => cases.values_mut().map(|case| &mut case.next).chain([default]).collect(),
            Self::Fork { branches, .. } => branches.values_mut().map(|branch| &mut branch.next).collect(),
            Self::Join { of, next, .. } => vec![of, next],
            Self::Call(call) => call.targets_mut().collect(),
            Self::Wait(wait) => vec![&mut wait.next],
            Self::Race { branches } => branches.values_mut().map(|branch| &mut branch.next).collect(),
            Self::End { .. } => Vec::new(),
        }
    }
}

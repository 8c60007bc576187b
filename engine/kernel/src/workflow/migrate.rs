//! Taking a running instance over to another version of its workflow: its nodes are mapped by name, everything that
//! stands at them stays as it is. Or it begins again with the newer version.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde::Serialize;
use uuid::Uuid;

use super::{
    Back, Call, CloseCause, Instance, ItemKind, Named, NodeKind, Over, Resubmitted, Scope, ScopeKind, Status, Token,
    Wait, What, Workflow,
    decide::{begin, work_out},
    run::{Run, Stop},
};
use crate::{Name, Rejection, Value, definition::Keyed};

/// What becomes of a place where an instance stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Move {
    /// The token.
    pub token: u32,
    /// The node that it is at.
    pub node: Name,
    /// What it is for, where it is called for one of a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The node that it will be at; none if that cannot be.
    pub to: Option<Name>,
    /// Its open tasks, and who has them.
    pub tasks: Vec<MovedTask>,
    /// Why it cannot be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hindrance: Option<Hindrance>,
}

/// A task of a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MovedTask {
    /// Its id.
    pub id: Uuid,
    /// Who has it.
    pub assignee: Named,
}

/// Why a place cannot be taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Hindrance {
    /// The newer version has no such node.
    NodeGone,
    /// The node is there, but does something else.
    OtherKind,
    /// The node is there, but within other forks or calls.
    OtherPlace,
    /// The call there is of another workflow, or for another list.
    OtherCall,
}

impl Hindrance {
    /// As messages say it.
    fn told(self) -> &'static str {
        match self {
            Self::NodeGone => "is not in the newer version",
            Self::OtherKind => "does something else in the newer version",
            Self::OtherPlace => "lies within other forks or calls in the newer version",
            Self::OtherCall => "calls another workflow, or for another list, in the newer version",
        }
    }
}

/// What becomes of each place of an instance in this version of its workflow: nodes keep their names unless `nodes` says
/// otherwise.
#[must_use]
pub fn migration(workflow: &Workflow, instance: &Instance, nodes: &Keyed<Name>) -> Vec<Move> {
    let map = Mapping { workflow, nodes };
    let places = instance.tokens.iter().map(|(number, token)| {
        let found = map.place(&instance.scopes, token);
        let tasks = instance.tasks.iter().filter(|(_, task)| task.token == *number);
        Move {
            token: *number,
            node: token.node.clone(),
            item: instance.item_of(*number).map(|item| item.name.clone()),
            to: found.as_ref().ok().cloned(),
            tasks: tasks.map(|(id, task)| MovedTask { id: *id, assignee: task.assignee.clone() }).collect(),
            hindrance: found.err(),
        }
    });
    places.collect()
}

struct Mapping<'a> {
    workflow: &'a Workflow,
    nodes: &'a Keyed<Name>,
}

impl Mapping<'_> {
    /// The name of a node in the newer version. What lies within a call that has another name goes with it.
    fn name(&self, node: &Name) -> Name {
        if let Some(to) = self.nodes.get(node) {
            return to.clone();
        }
        match node.rsplit_once('.') {
            Some((call, own)) => format!("{}.{own}", self.name(&call.into())).into(),
            None => node.clone(),
        }
    }

    fn kind(&self, node: &Name) -> Option<&NodeKind> {
        self.workflow.nodes.get(node).map(|node| &node.kind)
    }

    fn place(&self, scopes: &std::collections::BTreeMap<u32, Scope>, token: &Token) -> Result<Name, Hindrance> {
        let to = self.name(&token.node);
        let node = self.workflow.nodes.get(&to).ok_or(Hindrance::NodeGone)?;
        let fits = match (&token.wait, &node.kind) {
            (Wait::Approval(_), NodeKind::Approval(_)) | (Wait::Join, NodeKind::Merge { .. }) => true,
            (Wait::Join, NodeKind::Join { .. }) | (Wait::For(_), NodeKind::Wait(_)) => true,
            (Wait::Call(calling), NodeKind::Call(call)) => {
                if !same_list(call, calling.children.iter().filter_map(|child| child.item.as_ref()).map(|i| i.kind)) {
                    return Err(Hindrance::OtherCall);
                }
                true
            }
            (Wait::Nothing | Wait::Incident(_), _) => true,
            _ => false,
        };
        if !fits {
            return Err(Hindrance::OtherKind);
        }
        let mut around: Vec<Name> = Vec::new();
        let mut at = Some(token.scope);
        while let Some(scope) = at.and_then(|number| scopes.get(&number)) {
            match &scope.kind {
                ScopeKind::Fork { node, .. } => around.insert(0, self.name(node)),
                ScopeKind::Child(child) => around.insert(0, self.name(&child.node)),
                ScopeKind::Instance | ScopeKind::Race { .. } => {}
            }
            at = scope.parent;
        }
        // A join lies outside its fork, while whatever waits at it is still within.
        if let (Wait::Join, NodeKind::Join { of, .. }) = (&token.wait, &node.kind)
            && around.last() == Some(of)
        {
            around.pop();
        }
        if around == node.within { Ok(to) } else { Err(Hindrance::OtherPlace) }
    }

    /// Saved places, if all of them can be taken over.
    fn back(&self, back: &Back, scopes: &std::collections::BTreeMap<u32, Scope>) -> bool {
        let mut all = scopes.clone();
        all.extend(back.scopes.clone());
        back.tokens.values().all(|token| self.place(&all, token).is_ok())
    }
}

fn same_list(call: &Call, mut items: impl Iterator<Item = ItemKind>) -> bool {
    let wanted = match &call.over {
        None => None,
        Some(Over::Lines(_)) => Some(ItemKind::Line),
        Some(Over::People(_)) => Some(ItemKind::Person),
        Some(Over::Departments(_)) => Some(ItemKind::Department),
    };
    items.all(|kind| Some(kind) == wanted)
}

/// Takes it over; refused where a place cannot be.
pub(super) fn migrate(run: &mut Run<'_>, version: i64, nodes: &Keyed<Name>, reason: String) -> Result<(), Stop> {
    let workflow = run.workflow;
    check(workflow, nodes)?;
    let hindered = migration(workflow, &run.instance, nodes).into_iter().find_map(|m| Some((m.node, m.hindrance?)));
    if let Some((node, hindrance)) = hindered {
        let told = format!("Expected every node where it stands to be there, but `{node}` {}", hindrance.told());
        return Err(Rejection::state("cannot_migrate", told).into());
    }
    let map = Mapping { workflow, nodes };
    let instance = &run.instance.clone();
    let keep = |back: Option<&Back>| back.is_none_or(|back| map.back(back, &instance.scopes));
    let straight = keep(instance.returned.as_ref().and_then(|returned| returned.back.as_deref()))
        && instance.tokens.values().all(|token| keep(token.back.as_deref()));
    let named = named(instance);
    let renamed: Keyed<Option<Name>> = named
        .into_iter()
        .map(|name| {
            let to = map.name(&name);
            let there = workflow.nodes.contains_key(&to);
            (name, there.then_some(to))
        })
        .collect();
    run.forget_settings();
    let (variables, fired) = work_out(run, &workflow.variables, &instance.variables, &workflow.name)?;
    let mut calls: IndexMap<u32, IndexMap<Name, Value>> = IndexMap::new();
    for (number, scope) in &instance.scopes {
        let ScopeKind::Child(child) = &scope.kind else { continue };
        let Some(NodeKind::Call(call)) = map.kind(&map.name(&child.node)) else { continue };
        let (variables, _) = work_out(run, &call.variables, &child.variables, &child.node)?;
        calls.insert(*number, variables);
    }
    let now = run.env.ctx.settings;
    let setting = |name: &Name| instance.settings.get(name).or_else(|| now.get(name)).cloned().unwrap_or_default();
    let settings = workflow.settings.iter().map(|name| (name.clone(), setting(name))).collect();
    let from = instance.catalog_version;
    run.emit(What::Migrated(Box::new(super::Migrated {
        from,
        catalog_version: version,
        nodes: renamed,
        variables,
        settings,
        fired,
        calls: calls.into_iter().map(|(scope, variables)| super::MigratedCall { scope, variables }).collect(),
        straight,
        reason,
    })));
    Ok(())
}

/// Whether the nodes that a map leads to are there.
fn check(workflow: &Workflow, nodes: &Keyed<Name>) -> Result<(), Stop> {
    match nodes.iter().find(|(_, to)| !workflow.nodes.contains_key(*to)) {
        Some((from, to)) => {
            let told = format!("Expected a node of the newer version, but it has no `{to}`");
            Err(Rejection::invalid(format!("nodes.{from}"), "no_node", told).into())
        }
        None => Ok(()),
    }
}

/// Every node that the state names.
fn named(instance: &Instance) -> BTreeSet<Name> {
    let mut found: BTreeSet<Name> = BTreeSet::new();
    let saved = instance.returned.iter().filter_map(|returned| returned.back.as_deref());
    let backs: Vec<&Back> = saved.chain(instance.tokens.values().filter_map(|token| token.back.as_deref())).collect();
    let tokens = instance.tokens.values().chain(backs.iter().flat_map(|back| back.tokens.values()));
    for token in tokens {
        found.insert(token.node.clone());
        found.extend(token.passed.iter().cloned());
    }
    let scopes = instance.scopes.values().chain(backs.iter().flat_map(|back| back.scopes.values()));
    found.extend(scopes.filter_map(|scope| match &scope.kind {
        ScopeKind::Fork { node, .. } => Some(node.clone()),
        ScopeKind::Child(child) => Some(child.node.clone()),
        ScopeKind::Race { node, .. } => Some(node.clone()),
        ScopeKind::Instance => None,
    }));
    found.extend(instance.picks.keys().cloned());
    found.extend(instance.approvals.iter().map(|given| given.node.clone()));
    found.extend(instance.returned.iter().map(|returned| returned.node.clone()));
    found
}

/// Begins again from the start node, with this version.
pub(super) fn restart(run: &mut Run<'_>, version: i64, reason: String) -> Result<(), Stop> {
    if run.instance.status != Status::Running {
        return Err(Rejection::state("wrong_state", "Expected a running workflow, but it is not").into());
    }
    run.close_tasks(CloseCause::Moved, |_| true);
    run.forget_settings();
    let mut picks = run.instance.picks.clone();
    picks.retain(|node, _| run.approval(node).is_some());
    run.focus = None;
    let begin = begin(run, run.instance.initiator.id, &Keyed::new(), &IndexMap::new())?;
    let begin = super::Begin { picks, ..begin };
    run.emit(What::Restarted { again: Box::new(Resubmitted { catalog_version: version, begin }), reason });
    Ok(())
}

/// Applies a migration to the state.
pub(super) fn apply(instance: &mut Instance, migrated: &super::Migrated) {
    let to = |name: &Name| migrated.nodes.get(name).cloned().flatten();
    let rename = |name: &mut Name| {
        if let Some(new) = to(name) {
            *name = new;
        }
    };
    instance.catalog_version = migrated.catalog_version;
    instance.variables = migrated.variables.clone();
    instance.settings = migrated.settings.clone();
    instance.fired = migrated.fired.clone();
    instance.undo = None;
    for call in &migrated.calls {
        if let Some(ScopeKind::Child(child)) = instance.scopes.get_mut(&call.scope).map(|scope| &mut scope.kind) {
            child.variables = call.variables.clone();
        }
    }
    let scope = |scope: &mut Scope| match &mut scope.kind {
        ScopeKind::Fork { node, .. } | ScopeKind::Race { node, .. } => rename(node),
        ScopeKind::Child(child) => rename(&mut child.node),
        ScopeKind::Instance => {}
    };
    let passed = |passed: &mut Vec<Name>| *passed = passed.iter().filter_map(to).collect();
    let back = |back: &mut Option<Box<Back>>| {
        if !migrated.straight {
            *back = None;
        }
        for saved in back.iter_mut() {
            saved.scopes.values_mut().for_each(scope);
            for token in saved.tokens.values_mut() {
                rename(&mut token.node);
                passed(&mut token.passed);
            }
        }
    };
    instance.scopes.values_mut().for_each(scope);
    for token in instance.tokens.values_mut() {
        rename(&mut token.node);
        passed(&mut token.passed);
        back(&mut token.back);
    }
    instance.tasks.values_mut().for_each(|task| rename(&mut task.node));
    instance.consults.values_mut().for_each(|asked| rename(&mut asked.node));
    instance.approvals.iter_mut().for_each(|given| rename(&mut given.node));
    instance.picks = instance.picks.drain(..).filter_map(|(node, people)| Some((to(&node)?, people))).collect();
    if let Some(returned) = &mut instance.returned {
        rename(&mut returned.node);
        back(&mut returned.back);
    }
}

//! Going back: returns to the initiator or to a node that was passed, the way straight back from there, and taking back
//! one's own decision.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{
    At, CloseCause, GiveBack, Instance, NodeKind, PartState, RecordEffect, Said, ScopeKind, Status, Task, Token,
    Verdict, Via, Wait, What,
    run::{Run, Stop},
    verb,
};
use crate::{
    Name, Rejection,
    definition::{ReturnThen, ReturnTo},
    expression::{EvalError, Library, Reference},
};

/// How somebody wants to give something back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Return {
    /// To which node; to the initiator if none.
    pub to: Option<Name>,
    /// Whether it is then run again or comes straight back, where the node lets them choose.
    pub then: Option<ReturnThen>,
    /// The fields that are to be changed.
    pub fields: Vec<Name>,
}

/// Gives back: one person's act, whatever the node's mode.
pub(super) fn give_back(
    run: &mut Run<'_>,
    id: Uuid,
    task: &Task,
    allowed: &GiveBack,
    how: &Return,
    said: &Said,
) -> Result<(), Stop> {
    if let Some(most) = run.workflow.most_returns.filter(|most| run.instance.returns >= *most) {
        let told =
            format!("Expected at most {most} returns, but it was given back so often already: approve or reject it");
        return Err(Rejection::state("returns_exhausted", told).into());
    }
    let straight = match (allowed.then, how.then) {
        (ReturnThen::Choose, Some(then)) => then == ReturnThen::StraightBack,
        (ReturnThen::StraightBack, None | Some(ReturnThen::StraightBack)) => true,
        (ReturnThen::Again | ReturnThen::Choose, None) | (ReturnThen::Again, Some(ReturnThen::Again)) => false,
        (ReturnThen::Again | ReturnThen::StraightBack, Some(_)) => {
            let told = "Expected how it goes on to be left to the workflow, but it is chosen";
            return Err(Rejection::invalid("then", "fixed", told).into());
        }
    };
    check_fields(run, &how.fields)?;
    if let Some(node) = &how.to {
        check_target(run, task, allowed, node)?;
    }
    let back = if straight { Some(routing(run)?) } else { None };
    let at = run.at(task.token, &task.node);
    verb::emit_decided(run, id, at.clone(), Verdict::Returned, None, said);
    let (reason, fields) = (said.reason.clone(), how.fields.clone());
    match &how.to {
        None => {
            run.close_tasks(CloseCause::Returned, |_| true);
            run.emit(What::Returned { at, reason, fields, back });
            run.affect(RecordEffect::Outcome("returned".into()))
        }
        Some(node) => {
            let way = Way::to(run, task.token, node);
            run.close_tasks(CloseCause::Returned, |token| way.tokens.contains(&token));
            let forget = way.forgotten(run, node, straight);
            let to = run.at(way.token, node);
            run.emit(What::SentBack {
                at,
                to,
                scope: way.scope,
                forks: way.forks,
                tokens: way.tokens,
                scopes: way.scopes,
                forget,
                reason,
                fields,
                back,
            });
            Ok(())
        }
    }
}

fn check_fields(run: &Run<'_>, fields: &[Name]) -> Result<(), Stop> {
    let entity = Library::entity(run.env.catalog, &run.workflow.entity);
    match fields.iter().find(|field| !entity.is_some_and(|e| e.fields.contains_key(*field))) {
        Some(field) => Err(Rejection::invalid(
            "change",
            "unknown",
            format!("Expected fields of the record, but there is no `{field}`"),
        )
        .into()),
        None => Ok(()),
    }
}

fn check_target(run: &Run<'_>, task: &Task, allowed: &GiveBack, node: &Name) -> Result<(), Stop> {
    let open = match &allowed.to {
        ReturnTo::Initiator => false,
        ReturnTo::Passed => true,
        ReturnTo::Nodes(nodes) => nodes.contains(node),
    };
    let passed = run.instance.tokens.get(&task.token).is_some_and(|token| token.passed.contains(node));
    if open && passed && *node != task.node && run.approval(node).is_some() {
        return Ok(());
    }
    let told = format!("Expected a node that was passed and to which this one may return, but it is `{node}`");
    Err(Rejection::invalid("to", "not_passed", told).into())
}

/// Where a token can be returned to: the nodes that it passed and that its node lets it return to.
#[must_use]
pub fn return_targets<'i>(allowed: &GiveBack, token: &'i super::Token) -> Vec<&'i Name> {
    let open = |node: &Name| match &allowed.to {
        ReturnTo::Initiator => false,
        ReturnTo::Passed => true,
        ReturnTo::Nodes(nodes) => nodes.contains(node),
    };
    token.passed.iter().filter(|node| **node != token.node && open(node)).collect()
}

/// What is taken away, and where the new token stands, when a token goes to another node.
pub(super) struct Way {
    pub(super) token: u32,
    pub(super) scope: u32,
    pub(super) forks: Vec<(u32, Name)>,
    pub(super) tokens: Vec<u32>,
    pub(super) scopes: Vec<u32>,
}

impl Way {
    /// Everything that came of the node's own scope on the token's way is taken away; branches beside stay.
    pub(super) fn to(run: &Run<'_>, token: u32, node: &Name) -> Self {
        let instance = &run.instance;
        let mut chain = Vec::new();
        let mut at = instance.tokens.get(&token).map(|t| t.scope);
        while let Some(scope) = at {
            chain.insert(0, scope);
            at = instance.scopes.get(&scope).and_then(|s| s.parent);
        }
        let around = run.workflow.nodes.get(node).map(|n| n.within.as_slice()).unwrap_or_default();
        let fork = |scope: &u32| match instance.scopes.get(scope).map(|s| &s.kind) {
            Some(ScopeKind::Fork { node, .. }) => Some(node),
            Some(ScopeKind::Child(child)) => Some(&child.node),
            Some(ScopeKind::Instance | ScopeKind::Race { .. }) | None => None,
        };
        let shared = chain.iter().skip(1).zip(around).take_while(|(scope, name)| fork(scope) == Some(name)).count();
        let scope = chain.get(shared).copied().unwrap_or_default();
        let child = chain.get(shared + 1).copied();
        let caller = child.and_then(|child| match instance.scopes.get(&child).map(|s| &s.kind) {
            Some(ScopeKind::Child(child)) => Some(child.caller),
            _ => None,
        });
        let own = if child.is_none() { Some(token) } else { caller };
        // Branches without a join lie beside it in the same scope: those that came of the node go too.
        let of_it = |t: &Token| t.passed.contains(node);
        let level = !matches!(instance.scopes.get(&scope).map(|s| &s.kind), Some(ScopeKind::Fork { .. }));
        let beside = instance.tokens.iter().filter(|(_, t)| level && t.scope == scope && of_it(t));
        let roots: Vec<u32> = own.into_iter().chain(beside.map(|(number, _)| *number)).collect();
        let split = instance.scopes.iter().filter(|(number, s)| {
            level
                && s.parent == Some(scope)
                && matches!(s.kind, ScopeKind::Fork { .. })
                && instance.tokens.values().any(|t| t.scope == **number && of_it(t))
        });
        let within = child.filter(|_| caller.is_none()).into_iter().chain(split.map(|(number, _)| *number));
        let within: Vec<u32> = within.collect();
        let (mut tokens, scopes) = beneath(instance, roots, within);
        // The one that goes first, so that what it passed is known.
        tokens.sort_by_key(|number| (*number != token, *number));
        let mut number = instance.last_number;
        let forks = around.iter().skip(shared).map(|fork| {
            number += 1;
            (number, fork.clone())
        });
        let forks: Vec<(u32, Name)> = forks.collect();
        let token = forks.last().map_or(instance.last_number, |(last, _)| *last) + 1;
        Self { token, scope, forks, tokens, scopes }
    }

    /// The nodes whose approvals do not count any more: those from the node on, or where it comes straight back, that
    /// node alone.
    fn forgotten(&self, run: &Run<'_>, node: &Name, straight: bool) -> Vec<Name> {
        if straight {
            return vec![node.clone()];
        }
        let mut forgotten = vec![node.clone()];
        for token in self.tokens.iter().filter_map(|number| run.instance.tokens.get(number)) {
            for passed in token.passed.iter().skip_while(|passed| *passed != node).chain([&token.node]) {
                if !forgotten.contains(passed) {
                    forgotten.push(passed.clone());
                }
            }
        }
        forgotten
    }
}

/// These tokens and scopes, and everything within: what was called from the tokens, what lies in the scopes.
pub(super) fn beneath(
    instance: &Instance,
    tokens: impl IntoIterator<Item = u32>,
    scopes: impl IntoIterator<Item = u32>,
) -> (Vec<u32>, Vec<u32>) {
    let mut tokens: BTreeSet<u32> = tokens.into_iter().collect();
    let mut scopes: BTreeSet<u32> = scopes.into_iter().collect();
    // Tokens and scopes share their numbers, given in the order in which they come to be: what holds another is smaller.
    for number in 0..=instance.last_number {
        if let Some(scope) = instance.scopes.get(&number) {
            let called = matches!(&scope.kind, ScopeKind::Child(child) if tokens.contains(&child.caller));
            if called || scope.parent.is_some_and(|parent| scopes.contains(&parent)) {
                scopes.insert(number);
            }
        } else if let Some(token) = instance.tokens.get(&number)
            && scopes.contains(&token.scope)
        {
            tokens.insert(number);
        }
    }
    (tokens.into_iter().collect(), scopes.into_iter().collect())
}

/// A digest of what decides about the way: variables as they would be now, and the fields that switches, branches and
/// sources of approvers read.
pub(super) fn routing(run: &Run<'_>) -> Result<String, Stop> {
    let mut text = String::new();
    let mut needs = Vec::new();
    for (name, variable) in &run.workflow.variables {
        let variables = &run.instance.variables;
        match run.with_variables(variables, |env| crate::expression::eval(&variable.value, env)) {
            Ok((value, _)) => text.push_str(&format!("{name}={}\n", value.to_json())),
            Err(EvalError::Needs(queries)) => needs.extend(queries),
            Err(EvalError::Fault(fault)) => text.push_str(&format!("{name}!{fault}\n")),
        }
    }
    if !needs.is_empty() {
        return Err(Stop::Needs(needs));
    }
    let mut fields: BTreeSet<(Option<Name>, Name)> = BTreeSet::new();
    for expr in run.workflow.nodes.values().flat_map(|node| node.kind.routing()) {
        for reference in expr.references() {
            if let Reference::Field { own: true, lines, field, .. } = reference {
                fields.insert((lines, field));
            }
        }
    }
    for (lines, field) in fields {
        match lines {
            None => text.push_str(&format!("{field}:{}\n", run.record.get(&field).to_json())),
            Some(table) => {
                for line in run.record.lines.get(&table).into_iter().flatten() {
                    let value = line.fields.get(&field).map(crate::Value::to_json).unwrap_or_default();
                    text.push_str(&format!("{table}.{field}:{value}\n"));
                }
            }
        }
    }
    // FNV-1a: it tells a change, and guards nothing.
    let digest = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    Ok(format!("{digest:016x}"))
}

/// Whether a token that was returned goes straight back now.
pub(super) fn goes_back(run: &Run<'_>, token: u32) -> Result<bool, Stop> {
    let back = run.instance.tokens.get(&token).and_then(|token| token.back.as_ref());
    match back {
        Some(back) => Ok(back.routing == routing(run)?),
        None => Ok(false),
    }
}

/// Whether what was given back to the initiator goes straight back to where it came from when it is submitted now.
pub(super) fn comes_back(run: &Run<'_>) -> Result<bool, Stop> {
    let back = run.instance.returned.as_ref().and_then(|returned| returned.back.as_ref());
    match back {
        Some(back) => Ok(back.routing == routing(run)?),
        None => Ok(false),
    }
}

/// Puts back what the return had taken away, and asks its people again.
pub(super) fn go_back(run: &mut Run<'_>, token: u32, node: &Name) -> Result<(), Stop> {
    let back = run.instance.tokens.get(&token).and_then(|token| token.back.as_ref());
    let numbers: Vec<u32> = back.map(|back| back.tokens.keys().copied().collect()).unwrap_or_default();
    let at = run.at(token, node);
    run.emit_engine(What::WentBack(at));
    ask_again(run, &numbers)
}

/// Puts back what a return to the initiator had taken away.
pub(super) fn come_back(run: &mut Run<'_>) -> Result<(), Stop> {
    run.emit(What::CameBack);
    let numbers: Vec<u32> = run.instance.tokens.keys().copied().collect();
    ask_again(run, &numbers)
}

fn ask_again(run: &mut Run<'_>, tokens: &[u32]) -> Result<(), Stop> {
    for token in tokens {
        run.settle(*token)?;
    }
    Ok(())
}

/// Takes back one's own decision, or what one has delegated.
pub(super) fn take_back(run: &mut Run<'_>, id: Uuid, by: Uuid, said: &Said) -> Result<(), Stop> {
    let Some(closed) = run.instance.closed.get(&id).cloned() else {
        return Err(Rejection::NotFound { kind: "task".into(), id: id.to_string() }.into());
    };
    if closed.by.as_ref().map(|who| who.id) != Some(by) {
        let message = "Expected a decision of your own, but somebody else took it".to_owned();
        return Err(Rejection::Forbidden { message }.into());
    }
    if closed.how.as_str() == "delegated" {
        return get_back(run, &closed.node, by, said);
    }
    let asked = run.approval(&closed.node).and_then(|approval| approval.verbs.take_back);
    verb::check_asks("take_back", asked, run, said)?;
    let undo = run.instance.undo.clone().filter(|undo| undo.task == id && run.instance.status == Status::Running);
    let Some(undo) = undo else {
        let told = "Expected a decision that nothing has followed, but it has gone on meanwhile";
        return Err(Rejection::state("cannot_take_back", told).into());
    };
    let stays = |id: &Uuid, task: &Task| {
        let token = undo.tokens.get(&task.token);
        token.is_some_and(|token| match &token.wait {
            Wait::Approval(visit) => visit.parts.get(task.part).is_some_and(|p| p.state == PartState::Open(*id)),
            _ => false,
        })
    };
    let gone: Vec<(Uuid, Task)> =
        run.instance.tasks.iter().filter(|(id, task)| !stays(id, task)).map(|(id, t)| (*id, t.clone())).collect();
    for (task, open) in gone {
        let at = run.at(open.token, &open.node);
        run.emit(What::TaskClosed { at, task, assignee: open.assignee, cause: CloseCause::TakenBack });
    }
    let opened: Vec<(Uuid, At)> = run
        .instance
        .consults
        .iter()
        .filter(|(_, asked)| !undo.tokens.contains_key(&asked.token))
        .map(|(id, asked)| (*id, run.at(asked.token, &asked.node)))
        .collect();
    for (task, at) in opened {
        let Some(who) = run.instance.consults.get(&task).map(|asked| asked.who.clone()) else { continue };
        run.emit(What::TaskClosed { at, task, assignee: who, cause: CloseCause::TakenBack });
    }
    let token = undo.tokens.iter().find(|(_, token)| match &token.wait {
        Wait::Approval(visit) => visit.parts.iter().any(|part| part.state == PartState::Open(id)),
        _ => false,
    });
    let at = run.at(token.map(|(number, _)| *number).unwrap_or_default(), &closed.node);
    run.emit(What::TakenBack { at, task: id, reason: said.reason.clone() });
    let numbers: Vec<u32> = run.instance.tokens.keys().copied().collect();
    ask_again(run, &numbers)
}

/// What one has delegated comes back without advice.
fn get_back(run: &mut Run<'_>, node: &Name, by: Uuid, said: &Said) -> Result<(), Stop> {
    let found = run.instance.tasks.iter().find(|(_, task)| {
        let part = run.visit(task.token).and_then(|(_, visit)| visit.parts.get(task.part));
        task.node == *node && part.is_some_and(|part| part.owner.as_ref().is_some_and(|owner| owner.id == by))
    });
    let Some((id, task)) = found.map(|(id, task)| (*id, task.clone())) else {
        let told = "Expected a task that is still delegated, but it is not any more";
        return Err(Rejection::state("cannot_take_back", told).into());
    };
    let at = run.at(task.token, &task.node);
    let owner = super::people::person(run.env.ctx.org, by);
    verb::hand_over(run, id, &task, at, owner, Via::TakenBack, said.reason.clone());
    Ok(())
}

impl NodeKind {
    /// The expressions that decide about the way.
    fn routing(&self) -> Vec<&crate::expression::Expr> {
        match self {
            Self::Switch { cases, .. } => cases.values().map(|case| &case.when).collect(),
            Self::Fork { branches, .. } => branches.values().filter_map(|branch| branch.when.as_ref()).collect(),
            Self::Approval(approval) => approval.approvers.iter().flat_map(super::Source::exprs).collect(),
            Self::Call(call) => call.exprs(),
            _ => Vec::new(),
        }
    }
}

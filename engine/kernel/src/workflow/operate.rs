//! What administrators do with a running instance: hand a task to somebody, decide it for them, stop for a while, go to
//! another node. Always with a reason, which the audit keeps.

use indexmap::IndexMap;
use uuid::Uuid;

use super::{
    At, CloseCause, NodeKind, RecordEffect, Said, Status, Verdict, Via, Wait, What,
    back::Way,
    calling,
    run::{Run, Stop},
    timer, verb, wait,
};
use crate::{Name, Rejection, Value};

/// What an administrator does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Gives a task to somebody.
    Reassign {
        /// The task.
        task: Uuid,
        /// To whom.
        to: Uuid,
    },
    /// Decides a task in the place of whoever has it.
    Force {
        /// The task.
        task: Uuid,
        /// Whether it is approved.
        approve: bool,
    },
    /// Nobody can do anything until it goes on.
    Suspend,
    /// It goes on; deadlines are later by as long as it stood still.
    Resume,
    /// Adds one to calls that are under way.
    AddCall {
        /// The node that calls.
        node: Name,
        /// The line, person or department.
        item: Uuid,
    },
    /// Has a wait go on without what it waits for.
    SkipWait {
        /// The token that waits.
        token: u32,
    },
    /// Goes on from another node: what stands at this task's node is taken away.
    Jump {
        /// The task.
        task: Uuid,
        /// To which node.
        to: Name,
    },
    /// Tries again what could not be done, perhaps with fields of the record changed before.
    Retry {
        /// The token that waits.
        token: u32,
        /// The fields, already checked against their types.
        set: IndexMap<Name, Value>,
    },
    /// Goes on without what could not be done.
    Skip {
        /// The token that waits.
        token: u32,
    },
}

/// Does it; the shell has checked that somebody may.
pub(super) fn operate(run: &mut Run<'_>, operation: &Operation, reason: Option<&String>) -> Result<(), Stop> {
    let reason = said(reason)?;
    if run.instance.status != Status::Running {
        return Err(Rejection::state("wrong_state", "Expected a running workflow, but it is not").into());
    }
    match operation {
        Operation::Reassign { task, to } => reassign(run, *task, *to, reason),
        Operation::Force { task, approve } => force(run, *task, *approve, reason),
        Operation::Suspend => {
            require_going(run)?;
            run.emit(What::Suspended { reason });
            Ok(())
        }
        Operation::Resume if run.instance.suspended.is_some() => {
            let since = run.instance.suspended_at;
            run.emit(What::Resumed { reason });
            timer::resume(run, since)
        }
        Operation::Resume => {
            Err(Rejection::state("wrong_state", "Expected a workflow that was suspended, but it runs").into())
        }
        Operation::AddCall { node, item } => {
            require_going(run)?;
            calling::add(run, node, *item, Some(reason))
        }
        Operation::SkipWait { token } => {
            require_going(run)?;
            wait::skip(run, *token, reason)
        }
        Operation::Jump { task, to } => jump(run, *task, to, reason),
        Operation::Retry { token, set } => {
            let at = incident(run, *token)?;
            let fields = set.keys().cloned().collect();
            if !set.is_empty() {
                run.affect(RecordEffect::Update(set.clone()))?;
            }
            run.emit(What::IncidentSolved { at, skipped: false, fields, reason });
            Ok(())
        }
        Operation::Skip { token } => {
            let at = incident(run, *token)?;
            let leads = |slot: &str| run.workflow.edges.iter().find(|e| e.from == at.node && e.slot == slot);
            let Some(next) = leads("next").or_else(|| leads("default")).map(|edge| edge.to.clone()) else {
                let told = format!("Expected a node that can be passed without being done, but `{}` cannot", at.label);
                return Err(Rejection::state("cannot_skip", told).into());
            };
            if run.approval(&at.node).is_some() {
                let told = format!("Expected a node without people, but they decide at `{}`", at.label);
                return Err(Rejection::state("cannot_skip", told).into());
            }
            run.emit(What::IncidentSolved { at, skipped: true, fields: Vec::new(), reason });
            let entered = run.at(*token, &next);
            run.emit_engine(What::Entered(entered));
            Ok(())
        }
    }
}

/// Where a token waits for an administrator.
fn incident(run: &Run<'_>, token: u32) -> Result<At, Stop> {
    match run.instance.tokens.get(&token) {
        Some(found) if matches!(found.wait, Wait::Incident(_)) => Ok(run.at(token, &found.node)),
        _ => Err(Rejection::state("incident_changed", "somebody else has looked after it meanwhile").into()),
    }
}

/// The reason, which must be said.
pub(super) fn said(reason: Option<&String>) -> Result<String, Stop> {
    let reason = reason.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    reason.ok_or_else(|| Rejection::invalid("reason", "required", "A reason is required").into())
}

/// Refuses while it is suspended, and says by whom.
pub(super) fn require_going(run: &Run<'_>) -> Result<(), Stop> {
    match &run.instance.suspended {
        Some(by) if run.foretelling.is_none() => {
            let told = format!("Expected a workflow that runs, but {} suspended it", by.name);
            Err(Rejection::state("suspended", told).into())
        }
        _ => Ok(()),
    }
}

fn reassign(run: &mut Run<'_>, id: Uuid, to: Uuid, reason: String) -> Result<(), Stop> {
    let Some(task) = run.instance.tasks.get(&id).cloned() else { return Err(verb::task_gone(run, id)) };
    run.focus = Some(task.token);
    let Some(approval) = run.approval(&task.node) else { return Err(verb::task_gone(run, id)) };
    let person = verb::free(run, &task, approval, to, "to")?;
    let at = run.at(task.token, &task.node);
    let via = Via::Assigned { by: run.actor.clone().unwrap_or_default() };
    verb::hand_over(run, id, &task, at, person, via, Some(reason));
    Ok(())
}

fn force(run: &mut Run<'_>, id: Uuid, approve: bool, reason: String) -> Result<(), Stop> {
    let Some(task) = run.instance.tasks.get(&id).cloned() else { return Err(verb::task_gone(run, id)) };
    let at = run.at(task.token, &task.node);
    let verdict = if approve { Verdict::Approved } else { Verdict::Rejected };
    let said = Said { reason: Some(reason), ..Said::default() };
    verb::emit_decided(run, id, at, verdict, None, &said);
    run.settle(task.token)
}

fn jump(run: &mut Run<'_>, id: Uuid, to: &Name, reason: String) -> Result<(), Stop> {
    let Some(task) = run.instance.tasks.get(&id).cloned() else { return Err(verb::task_gone(run, id)) };
    let kind = run.workflow.nodes.get(to).map(|node| &node.kind);
    if !matches!(
        kind,
        Some(
            NodeKind::Approval(_)
                | NodeKind::Switch { .. }
                | NodeKind::Notify { .. }
                | NodeKind::Action { .. }
                | NodeKind::Call(_)
                | NodeKind::Wait(_)
                | NodeKind::Race { .. }
        )
    ) {
        let told = format!("Expected an approval, a switch, a notice, an action, a call or a wait, but `{to}` is none");
        return Err(Rejection::invalid("to", "no_node", told).into());
    }
    let way = Way::to(run, task.token, to);
    let calls = |node: &Name| matches!(run.workflow.nodes.get(node).map(|n| &n.kind), Some(NodeKind::Call(_)));
    if way.forks.iter().any(|(_, node)| calls(node)) {
        let told = format!("Expected a node of what the task runs in, but `{to}` lies within another call");
        return Err(Rejection::invalid("to", "within_call", told).into());
    }
    run.focus = Some(task.token);
    run.close_tasks(CloseCause::Moved, |token| way.tokens.contains(&token));
    let at = run.at(task.token, &task.node);
    let target = run.at(way.token, to);
    let (scope, forks, tokens, scopes) = (way.scope, way.forks, way.tokens, way.scopes);
    run.emit(What::Jumped { at, to: target, scope, forks, tokens, scopes, reason });
    Ok(())
}

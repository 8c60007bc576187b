//! What administrators do with a running instance: hand a task to somebody, decide it for them, stop for a while, go to
//! another node. Always with a reason, which the audit keeps.

use uuid::Uuid;

use super::{
    CloseCause, NodeKind, Said, Status, Verdict, Via, What,
    back::Way,
    run::{Run, Stop},
    verb,
};
use crate::{Name, Rejection};

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
    /// It goes on.
    Resume,
    /// Goes on from another node: what stands at this task's node is taken away.
    Jump {
        /// The task.
        task: Uuid,
        /// To which node.
        to: Name,
    },
}

/// Does it; the shell has checked that somebody may.
pub(super) fn operate(run: &mut Run<'_>, operation: &Operation, reason: Option<&String>) -> Result<(), Stop> {
    let reason = reason.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let Some(reason) = reason else {
        return Err(Rejection::invalid("reason", "required", "A reason is required").into());
    };
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
            run.emit(What::Resumed { reason });
            Ok(())
        }
        Operation::Resume => {
            Err(Rejection::state("wrong_state", "Expected a workflow that was suspended, but it runs").into())
        }
        Operation::Jump { task, to } => jump(run, *task, to, reason),
    }
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
        Some(NodeKind::Approval(_) | NodeKind::Switch { .. } | NodeKind::Notify { .. } | NodeKind::Action { .. })
    ) {
        let told = format!("Expected an approval, a switch, a notice or an action, but `{to}` is none");
        return Err(Rejection::invalid("to", "no_node", told).into());
    }
    let way = Way::to(run, task.token, to);
    run.close_tasks(CloseCause::Moved, |token| way.tokens.contains(&token));
    let at = run.at(task.token, &task.node);
    let target = run.at(way.token, to);
    let (scope, forks, tokens, scopes) = (way.scope, way.forks, way.tokens, way.scopes);
    run.emit(What::Jumped { at, to: target, scope, forks, tokens, scopes, reason });
    Ok(())
}

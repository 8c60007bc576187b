//! What people do with their tasks, and what keeps them from it.

use chrono::{DateTime, SecondsFormat, Utc};
use indexmap::IndexMap;
use uuid::Uuid;

use super::{
    Allowed, Approval, At, CloseCause, Named, NodeKind, PartState, RecordEffect, Task, Verb, Verdict, Via, What,
    approvers, people,
    run::{Run, Stop},
};
use crate::{Name, Problem, Rejection, Value, definition::Reason};

/// Decides an open task.
pub(super) fn decide_task(
    run: &mut Run<'_>,
    id: Uuid,
    by: Uuid,
    verb: &Verb,
    reason: &Option<String>,
    fields: &IndexMap<Name, Value>,
) -> Result<(), Stop> {
    let Some(task) = run.instance.tasks.get(&id).cloned() else { return Err(task_gone(run, id)) };
    if task.assignee.id != by || !people::is_active(run.env.ctx.org, by) {
        let message = format!("Expected a decision by {}, but somebody else sent it", task.assignee.name);
        return Err(Rejection::Forbidden { message }.into());
    }
    let workflow = run.workflow;
    let Some(NodeKind::Approval(approval)) = workflow.nodes.get(&task.node).map(|n| &n.kind) else {
        return Err(Rejection::state(
            "workflow_fault",
            format!("Expected an approval `{}`, but it is gone", task.node),
        )
        .into());
    };
    let reason = reason.as_ref().map(|r| r.trim().to_owned()).filter(|r| !r.is_empty());
    check_verb(&approval.verbs, verb, reason.as_deref())?;
    check_fields(approval, verb, fields)?;
    if !fields.is_empty() {
        run.affect(RecordEffect::Update(fields.clone()))?;
    }
    let at = run.at(task.token, &task.node);
    let changed: Vec<Name> = fields.keys().cloned().collect();
    match verb {
        Verb::Approve => {
            run.emit(What::TaskDecided { at, task: id, verdict: Verdict::Approved, reason, fields: changed });
            run.settle(task.token)
        }
        Verb::Reject => {
            run.emit(What::TaskDecided { at, task: id, verdict: Verdict::Rejected, reason, fields: changed });
            run.settle(task.token)
        }
        Verb::Return => {
            let (verdict, again) = (Verdict::Returned, reason.clone());
            run.emit(What::TaskDecided { at: at.clone(), task: id, verdict, reason: again, fields: changed });
            run.close_tasks(CloseCause::Returned, |_| true);
            run.emit(What::Returned { at, reason });
            run.affect(RecordEffect::Outcome("returned".into()))
        }
        Verb::Transfer { to } => transfer(run, id, &task, at, approval, *to, reason),
    }
}

/// *Expected an open task, but Wang Fang approved it at …*: the click came late, or was never for a task of this instance.
fn task_gone(run: &Run<'_>, id: Uuid) -> Stop {
    let Some(closed) = run.instance.closed.get(&id) else {
        return Rejection::NotFound { kind: "task".into(), id: id.to_string() }.into();
    };
    let who = closed.by.as_ref().map_or("the workflow", |by| by.name.as_str());
    let did = match closed.how.as_str() {
        "approved" => "approved it",
        "rejected" => "rejected it",
        "returned" => "gave it back",
        "transferred" => "handed it over",
        "withdrawn" => "withdrew it",
        "cancelled" => "cancelled it",
        _ => "closed it",
    };
    let message = format!("Expected an open task, but {who} {did} at {}", time(closed.at));
    Rejection::state("task_done", message).into()
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn check_verb(allowed: &Allowed, verb: &Verb, reason: Option<&str>) -> Result<(), Stop> {
    let asked = match verb {
        Verb::Approve => Some(allowed.approve),
        Verb::Reject => allowed.reject,
        Verb::Return => allowed.give_back,
        Verb::Transfer { .. } => allowed.transfer,
    };
    match asked {
        None => {
            let name = match verb {
                Verb::Approve => "approve",
                Verb::Reject => "reject",
                Verb::Return => "return",
                Verb::Transfer { .. } => "transfer",
            };
            Err(Rejection::Forbidden { message: format!("Expected a verb that this node allows, but it is `{name}`") }
                .into())
        }
        Some(Reason::Required) if reason.is_none() => {
            Err(Rejection::invalid("reason", "required", "A reason is required").into())
        }
        Some(Reason::Required | Reason::Optional) => Ok(()),
    }
}

fn check_fields(approval: &Approval, verb: &Verb, fields: &IndexMap<Name, Value>) -> Result<(), Stop> {
    let may_write = |field: &Name| approval.write.contains(field) && !matches!(verb, Verb::Transfer { .. });
    let problems: Vec<Problem> = fields
        .keys()
        .filter(|field| !may_write(field))
        .map(|field| Problem::new(field.as_str(), "read_only", format!("`{field}` cannot be changed here")))
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(Rejection::Invalid(problems).into()) }
}

fn transfer(
    run: &mut Run<'_>,
    id: Uuid,
    task: &Task,
    at: At,
    approval: &Approval,
    to: Uuid,
    reason: Option<String>,
) -> Result<(), Stop> {
    let org = run.env.ctx.org;
    let refuse = |code: &str, message: String| Err(Rejection::invalid("to", code, message).into());
    let person = people::person(org, to);
    if !people::is_active(org, to) {
        return refuse("inactive", "Expected somebody who works here, but they do not".to_owned());
    }
    let has_part = run
        .visit(task.token)
        .is_some_and(|(_, v)| v.parts.iter().any(|p| p.who.id == to && p.state != PartState::Dropped));
    if has_part {
        return refuse("already_approver", format!("Expected somebody else, but {} decides here already", person.name));
    }
    if approvers::may_stand_in(run, approval, to).is_err() {
        return refuse("may_not_decide", format!("Expected somebody who may decide here, but {} may not", person.name));
    }
    let via = Via::Transfer { from: task.assignee.clone() };
    hand_over(run, id, task, at, person, via, reason);
    Ok(())
}

pub(super) fn hand_over(run: &mut Run<'_>, id: Uuid, task: &Task, at: At, to: Named, via: Via, reason: Option<String>) {
    let new_task = run.ids.next();
    let from = task.assignee.clone();
    run.emit(What::TaskHandedOver { at, task: id, new_task, from, to, via, reason });
}

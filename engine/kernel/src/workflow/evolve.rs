//! The only writer of an instance's state. It decides nothing: what an event means does not depend on definitions,
//! people or the time, so that a stored list of events always gives the same state.

use super::{
    Branch, ClosedTask, GivenApproval, Instance, Part, PartState, ReturnedBy, Scope, ScopeKind, SkipReason, Status,
    Task, Token, Visit, Wait,
    event::{At, Begin, Event, PartFound, Resubmitted, Started, Verdict, What},
};
use crate::{Name, definition::Mode};
use uuid::Uuid;

/// Applies an event.
pub fn evolve(instance: &mut Instance, event: &Event) {
    instance.seq = event.seq;
    match &event.what {
        What::Started(started) => start(instance, event, started),
        What::Resubmitted(again) => resubmit(instance, again),
        What::Entered(at) => move_token(instance, at),
        What::Chose { .. } | What::Notified { .. } | What::Acted { .. } | What::Commented { .. } => {}
        What::ApproversFound { at, mode, parts, .. } => wait_for_people(instance, at, *mode, parts),
        What::TaskOpened { at, task, part, assignee, via } => {
            let task_state = Task {
                token: at.token,
                part: *part,
                node: at.node.clone(),
                assignee: assignee.clone(),
                opened_at: event.at,
            };
            instance.tasks.insert(*task, task_state);
            if let Some(open) = part_mut(instance, at.token, *part) {
                open.state = PartState::Open(*task);
                open.who = assignee.clone();
                open.via = via.clone();
            }
        }
        What::TaskDecided { at, task, verdict, .. } => decide_task(instance, event, at, *task, *verdict),
        What::TaskHandedOver { at, task, new_task, to, via, .. } => {
            let Some(old) = instance.tasks.get(task).cloned() else { return };
            close(instance, event, *task, "transferred");
            let part = old.part;
            let opened = Task { assignee: to.clone(), opened_at: event.at, ..old };
            instance.tasks.insert(*new_task, opened);
            if let Some(part) = part_mut(instance, at.token, part) {
                part.who = to.clone();
                part.via = via.clone();
                part.state = PartState::Open(*new_task);
            }
        }
        What::PartSettled { at, part, approved, .. } => {
            if let Some(part) = part_mut(instance, at.token, *part) {
                part.state = approved.clone().map_or(PartState::Dropped, PartState::Skipped);
            }
        }
        What::TaskClosed { task, cause, .. } => close(instance, event, *task, cause.as_str()),
        What::NodeDecided { at, approved, .. } => settle(instance, at, *approved),
        What::Forked { at, scope, branches } => fork(instance, at, *scope, branches),
        What::Arrived(at) => {
            if let Some(token) = instance.tokens.get_mut(&at.token) {
                token.wait = Wait::Join;
            }
        }
        What::Joined { to, scope, tokens, .. } => join(instance, to, *scope, tokens),
        What::Returned { at, reason } => {
            clear(instance);
            instance.status = Status::Returned;
            instance.returned =
                event.by.clone().map(|by| ReturnedBy { node: at.node.clone(), by, reason: reason.clone() });
        }
        What::Withdrawn { .. } | What::Cancelled { .. } => clear(instance),
        What::Ended { outcome, .. } => {
            clear(instance);
            instance.status = Status::Ended;
            instance.outcome = Some(outcome.clone());
            instance.returned = None;
            instance.ended_at = Some(event.at);
        }
    }
}

fn start(instance: &mut Instance, event: &Event, started: &Started) {
    instance.id = started.id;
    instance.workflow = started.workflow.clone();
    instance.catalog_version = started.catalog_version;
    instance.entity = started.entity.clone();
    instance.record = started.record;
    instance.transition = started.transition.clone();
    instance.initiator = started.initiator.clone();
    instance.started_at = event.at;
    begin(instance, &started.begin);
}

fn resubmit(instance: &mut Instance, again: &Resubmitted) {
    instance.catalog_version = again.catalog_version;
    begin(instance, &again.begin);
}

fn begin(instance: &mut Instance, begin: &Begin) {
    instance.status = Status::Running;
    instance.returned = None;
    instance.round += 1;
    instance.decisions = 0;
    instance.approvals.clear();
    instance.department = begin.department.clone();
    instance.variables = begin.variables.clone();
    instance.settings = begin.settings.clone();
    instance.fired = begin.fired.clone();
    instance.scopes.insert(0, Scope { parent: None, kind: ScopeKind::Instance });
    add_token(instance, begin.token, 0, &begin.node, Vec::new());
}

fn add_token(instance: &mut Instance, number: u32, scope: u32, node: &Name, previous: Vec<Uuid>) {
    instance.last_number = instance.last_number.max(number);
    instance.tokens.insert(number, Token { scope, node: node.clone(), wait: Wait::Nothing, previous });
}

fn move_token(instance: &mut Instance, at: &At) {
    if let Some(token) = instance.tokens.get_mut(&at.token) {
        token.node = at.node.clone();
        token.wait = Wait::Nothing;
    }
}

fn wait_for_people(instance: &mut Instance, at: &At, mode: Mode, found: &[PartFound]) {
    let parts = found
        .iter()
        .map(|part| Part {
            who: part.who.clone(),
            via: part.via.clone(),
            state: part.skipped.clone().map_or(PartState::Pending, PartState::Skipped),
        })
        .collect();
    if let Some(token) = instance.tokens.get_mut(&at.token) {
        token.wait = Wait::Approval(Visit { mode, parts });
    }
}

fn decide_task(instance: &mut Instance, event: &Event, at: &At, task: Uuid, verdict: Verdict) {
    let Some(decided) = instance.tasks.get(&task).cloned() else { return };
    close(instance, event, task, verdict.as_str());
    instance.decisions += 1;
    let state = match verdict {
        Verdict::Approved => PartState::Approved,
        Verdict::Rejected => PartState::Rejected,
        Verdict::Returned => PartState::Dropped,
    };
    if let Some(part) = part_mut(instance, decided.token, decided.part) {
        part.state = state;
    }
    if verdict == Verdict::Approved {
        instance.approvals.push(GivenApproval {
            node: at.node.clone(),
            label: at.label.clone(),
            who: decided.assignee,
        });
    }
}

fn settle(instance: &mut Instance, at: &At, approved: bool) {
    let Some(token) = instance.tokens.get_mut(&at.token) else { return };
    let Wait::Approval(visit) = std::mem::replace(&mut token.wait, Wait::Nothing) else { return };
    token.previous.clear();
    if approved {
        let approvers = visit.parts.into_iter().filter(|part| {
            matches!(part.state, PartState::Approved | PartState::Skipped(SkipReason::AlreadyApproved { .. }))
        });
        token.previous.extend(approvers.map(|part| part.who.id));
    }
}

fn fork(instance: &mut Instance, at: &At, scope: u32, branches: &[Branch]) {
    let Some(parent) = instance.tokens.remove(&at.token) else { return };
    let kind = ScopeKind::Fork { node: at.node.clone(), branches: u32::try_from(branches.len()).unwrap_or(u32::MAX) };
    instance.last_number = instance.last_number.max(scope);
    instance.scopes.insert(scope, Scope { parent: Some(parent.scope), kind });
    for branch in branches {
        add_token(instance, branch.to.token, scope, &branch.to.node, parent.previous.clone());
    }
}

fn join(instance: &mut Instance, to: &At, scope: u32, tokens: &[u32]) {
    let mut previous = Vec::new();
    for number in tokens {
        for person in instance.tokens.remove(number).map(|t| t.previous).unwrap_or_default() {
            if !previous.contains(&person) {
                previous.push(person);
            }
        }
    }
    let parent = instance.scopes.remove(&scope).and_then(|s| s.parent).unwrap_or_default();
    add_token(instance, to.token, parent, &to.node, previous);
}

fn close(instance: &mut Instance, event: &Event, task: Uuid, how: &str) {
    if let Some(open) = instance.tasks.remove(&task) {
        let closed = ClosedTask { node: open.node, how: how.into(), by: event.by.clone(), at: event.at };
        instance.closed.insert(task, closed);
    }
}

/// Takes away every token and scope. Tasks are closed by events of their own before.
fn clear(instance: &mut Instance) {
    instance.tokens.clear();
    instance.scopes.clear();
}

fn part_mut(instance: &mut Instance, token: u32, part: usize) -> Option<&mut Part> {
    match instance.tokens.get_mut(&token).map(|t| &mut t.wait) {
        Some(Wait::Approval(visit)) => visit.parts.get_mut(part),
        _ => None,
    }
}

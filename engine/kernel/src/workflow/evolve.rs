//! The only writer of an instance's state. It decides nothing: what an event means does not depend on definitions,
//! people or the time, so that a stored list of events always gives the same state.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use uuid::Uuid;

use super::{
    Added, Back, Branch, Calling, Child, ChildScope, ChildState, ClosedTask, Consult, GivenApproval, Incident,
    Instance, Named, Part, PartState, ReturnedBy, Scope, ScopeKind, SkipReason, Status, Task, TaskDue, Timer,
    TimerWhat, Token, Undo, Via, Visit, Wait,
    event::{At, Begin, CloseCause, Event, PartFound, Resubmitted, Started, TimerSet, Verdict, What},
    migrate,
};
use crate::{
    Name, Value,
    definition::{DueAct, Mode},
};

/// Applies an event.
pub fn evolve(instance: &mut Instance, event: &Event) {
    apply(instance, event);
    // A timer ends with what it belongs to.
    let Instance { timers, tasks, tokens, .. } = instance;
    timers.retain(|_, timer| match timer.task {
        Some(task) => tasks.contains_key(&task),
        None => tokens.get(&timer.token).is_some_and(|token| matches!(token.wait, Wait::For(_))),
    });
}

fn apply(instance: &mut Instance, event: &Event) {
    instance.seq = event.seq;
    if ends_undoing(&event.what) {
        instance.undo = None;
    }
    match &event.what {
        What::Started(started) => start(instance, event, started),
        What::Resubmitted(again) => resubmit(instance, again),
        What::Migrated(migrated) => migrate::apply(instance, migrated),
        What::Restarted { again, .. } => {
            clear(instance);
            resubmit(instance, again);
        }
        What::Entered(at) => move_token(instance, at),
        What::Split { at, branches } => split(instance, at, branches),
        What::Merged { to, tokens, .. } => merge(instance, to, tokens),
        What::Called { at, items, .. } => {
            let child = |item: &Option<_>| Child { item: item.clone(), state: ChildState::Pending };
            if let Some(token) = instance.tokens.get_mut(&at.token) {
                token.wait = Wait::Call(Calling { children: items.iter().map(child).collect() });
            }
        }
        What::ChildStarted { at, child, scope, to, variables, fired } => {
            let Some(token) = instance.tokens.get(&at.token).cloned() else { return };
            let Some(started) = child_mut(instance, at.token, *child) else { return };
            started.state = ChildState::Running(*scope);
            let item = started.item.clone();
            let (caller, child, node) = (at.token, *child, at.node.clone());
            let kind = ChildScope { node, caller, child, item, variables: variables.clone(), fired: fired.clone() };
            instance.last_number = instance.last_number.max(*scope);
            let kind = ScopeKind::Child(Box::new(kind));
            instance.scopes.insert(*scope, Scope { parent: Some(token.scope), kind });
            add_token(instance, to.token, *scope, &to.node, Token { back: None, ..token });
        }
        What::ChildEnded { at, child, outcome, set, tokens, scopes, .. } => {
            remove(instance, tokens, scopes);
            if let Some(child) = child_mut(instance, at.token, *child) {
                child.state = ChildState::Ended(outcome.clone());
            }
            set_variables(instance, at.token, set);
        }
        What::ChildAdded { at, item, .. } => {
            if let Some(Wait::Call(calling)) = instance.tokens.get_mut(&at.token).map(|token| &mut token.wait) {
                calling.children.push(Child { item: Some(item.clone()), state: ChildState::Pending });
            }
        }
        What::CallDone { at, tokens, scopes, .. } => {
            remove(instance, tokens, scopes);
            if let Some(token) = instance.tokens.get_mut(&at.token) {
                token.wait = Wait::Nothing;
            }
        }
        What::Launched { .. }
        | What::Chose { .. }
        | What::Notified { .. }
        | What::Acted { .. }
        | What::Commented { .. }
        | What::Copied { .. } => {}
        What::IncidentRaised { at, code, message } => {
            if let Some(token) = instance.tokens.get_mut(&at.token) {
                let (code, message) = (code.clone(), message.clone());
                token.wait = Wait::Incident(Incident { code, message, at: event.at });
            }
        }
        What::IncidentSolved { at, .. } => {
            if let Some(token) = instance.tokens.get_mut(&at.token) {
                token.wait = Wait::Nothing;
            }
        }
        What::Urged => instance.urged_at = Some(event.at),
        What::Suspended { .. } => {
            instance.suspended = event.by.clone();
            instance.suspended_at = Some(event.at);
        }
        What::Resumed { .. } => {
            instance.suspended = None;
            instance.suspended_at = None;
        }
        What::DueSet { at, task, from, due_at, timers } => {
            if let Some(open) = instance.tasks.get_mut(task) {
                open.due = Some(TaskDue { from: *from, at: *due_at });
            }
            instance.timers.retain(|_, timer| timer.task != Some(*task));
            for timer in timers {
                set_timer(instance, at.token, Some(*task), timer);
            }
        }
        What::Reminded { timer, .. } => drop(instance.timers.remove(timer)),
        What::Overdue { at, task, act, .. } => overdue(instance, event, at, *task, *act),
        What::WaitBegan { at, waiting, timer } | What::WaitMoved { at, waiting, timer } => {
            if let Some(token) = instance.tokens.get_mut(&at.token) {
                token.wait = Wait::For(waiting.clone());
            }
            instance.timers.retain(|_, timer| timer.task.is_some() || timer.token != at.token);
            if let Some(timer) = timer {
                set_timer(instance, at.token, None, timer);
            }
        }
        What::WaitEnded { at, set, .. } => {
            if let Some(token) = instance.tokens.get_mut(&at.token) {
                token.wait = Wait::Nothing;
            }
            set_variables(instance, at.token, set);
        }
        What::RaceBegan { at, scope, branches } => {
            let count = u32::try_from(branches.len()).unwrap_or(u32::MAX);
            fork(instance, at, *scope, branches, ScopeKind::Race { node: at.node.clone(), branches: count });
        }
        What::RaceWon { at, to, scope, others, .. } => {
            for number in others {
                instance.tokens.remove(number);
            }
            let around = instance.scopes.remove(scope).and_then(|s| s.parent).unwrap_or_default();
            if let Some(token) = instance.tokens.get_mut(&at.token) {
                token.scope = around;
            }
            move_token(instance, to);
        }
        What::Jumped { to, scope, forks, tokens, scopes, .. } => {
            let passed = tokens.first().and_then(|token| instance.tokens.get(token)).map(|token| token.passed.clone());
            remove(instance, tokens, scopes);
            let within = open_forks(instance, *scope, forks);
            let like = Token { passed: passed.unwrap_or_default(), ..Token::default() };
            add_token(instance, to.token, within, &to.node, like);
        }
        What::Picked { node, people } => {
            instance.picks.insert(node.clone(), people.clone());
        }
        What::ApproversFound { at, mode, parts, .. } => wait_for_people(instance, at, *mode, parts),
        What::TaskOpened { at, task, part, assignee, via, pool } => {
            let task_state = Task {
                token: at.token,
                part: *part,
                node: at.node.clone(),
                assignee: assignee.clone(),
                opened_at: event.at,
                pool: pool.clone(),
                due: None,
                acted: false,
            };
            instance.tasks.insert(*task, task_state);
            if let Some(open) = part_mut(instance, at.token, *part) {
                open.state = PartState::Open(*task);
                open.who = assignee.clone();
                open.via = via.clone();
            }
        }
        What::TaskClaimed { at, task, who } => {
            if let Some(claimed) = instance.tasks.get_mut(task) {
                claimed.pool = None;
                claimed.assignee = who.clone();
                let part = claimed.part;
                set_person(instance, at.token, part, who, Via::Claimed);
            }
        }
        What::TaskReleased { at, task, .. } => release(instance, at, *task),
        What::SignersAdded { at, part, place, mode, people, .. } => {
            let by = event.by.clone().unwrap_or_default();
            add_signers(instance, at, Added { by: *part, place: *place, mode: *mode }, people, &by);
        }
        What::Consulted { at, task, who, question } => {
            let consult = Consult {
                token: at.token,
                node: at.node.clone(),
                by: event.by.clone().unwrap_or_default(),
                who: who.clone(),
                question: question.clone(),
                opened_at: event.at,
            };
            instance.consults.insert(*task, consult);
        }
        What::Answered { task, .. } => close(instance, event, *task, "answered"),
        What::Attached { .. } => {}
        What::TakenBack { .. } => take_back(instance),
        What::TaskDecided { at, task, verdict, outcome, fields, .. } => {
            let by = event.by.as_ref().map(|by| by.id);
            note_undo(instance, *task, by, *verdict, fields);
            decide_task(instance, event, at, *task, *verdict, outcome.as_ref());
        }
        What::TaskHandedOver { at, task, new_task, to, via, .. } => {
            let Some(old) = instance.tasks.get(task).cloned() else { return };
            let how = match via {
                Via::Delegated { .. } => "delegated",
                Via::Advised { .. } => "advised",
                Via::TakenBack => "taken_back",
                _ => "transferred",
            };
            close(instance, event, *task, how);
            let part = old.part;
            // Whoever decides in the place of somebody who was late gets time of their own.
            let due = old.due.clone().filter(|_| !matches!(via, Via::Escalated { .. }));
            let opened = Task { assignee: to.clone(), opened_at: event.at, pool: None, due, ..old };
            instance.tasks.insert(*new_task, opened);
            for timer in instance.timers.values_mut().filter(|timer| timer.task == Some(*task)) {
                timer.task = Some(*new_task);
            }
            if let Some(part) = part_mut(instance, at.token, part) {
                match via {
                    Via::Delegated { from } => part.owner = Some(from.clone()),
                    Via::Advised { .. } | Via::TakenBack | Via::Escalated { .. } => part.owner = None,
                    _ => {}
                }
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
        What::TaskClosed { task, cause, .. } => close_task(instance, event, *task, *cause),
        What::NodeDecided { at, approved, .. } => settle(instance, at, *approved),
        What::Forked { at, scope, branches } => {
            let count = u32::try_from(branches.len()).unwrap_or(u32::MAX);
            fork(instance, at, *scope, branches, ScopeKind::Fork { node: at.node.clone(), branches: count });
        }
        What::Arrived(at) => {
            if let Some(token) = instance.tokens.get_mut(&at.token) {
                token.wait = Wait::Join;
            }
        }
        What::Joined { to, scope, tokens, others, scopes, .. } => {
            remove(instance, others, scopes);
            join(instance, to, *scope, tokens);
        }
        What::Returned { at, reason, fields, back } => {
            let back = back.clone().map(|routing| {
                let (tokens, scopes) = (instance.tokens.clone(), instance.scopes.clone());
                Box::new(Back { tokens: put_down(tokens), scopes, routing })
            });
            clear(instance);
            instance.status = Status::Returned;
            instance.returns += 1;
            let (node, reason, fields) = (at.node.clone(), reason.clone(), fields.clone());
            let by = event.by.clone().unwrap_or_default();
            instance.returned = Some(ReturnedBy { node, by, reason, fields, back });
        }
        What::SentBack { to, scope, forks, tokens, scopes, forget, back, .. } => {
            send_back(instance, to, *scope, forks, [tokens, scopes], forget, back.as_ref());
        }
        What::WentBack(at) => {
            go_back(instance, at.token);
        }
        What::CameBack => {
            if let Some(back) = instance.returned.take().and_then(|returned| returned.back) {
                instance.tokens = back.tokens;
                instance.scopes = back.scopes;
            }
            instance.status = Status::Running;
        }
        What::Withdrawn { .. } | What::Cancelled { .. } => clear(instance),
        What::Ended { outcome, .. } => {
            clear(instance);
            instance.status = Status::Ended;
            instance.outcome = Some(outcome.clone());
            instance.returned = None;
            instance.suspended = None;
            instance.suspended_at = None;
            instance.ended_at = Some(event.at);
        }
    }
}

/// Whether the decision before cannot be taken back any more: somebody else acted, or the record was changed by it.
fn ends_undoing(what: &What) -> bool {
    use super::Act;
    match what {
        What::Acted { act, .. } => *act != Act::Nothing,
        What::ChildEnded { set, .. } => !set.is_empty(),
        What::Overdue { act, .. } => *act != DueAct::Notify,
        What::Started(_)
        | What::Resubmitted(_)
        | What::Migrated(_)
        | What::Restarted { .. }
        | What::Launched { .. }
        | What::ChildAdded { .. }
        | What::TaskHandedOver { .. }
        | What::TaskClaimed { .. }
        | What::TaskReleased { .. }
        | What::SignersAdded { .. }
        | What::TaskDecided { .. }
        | What::Returned { .. }
        | What::SentBack { .. }
        | What::WentBack(_)
        | What::CameBack
        | What::WaitEnded { .. }
        | What::Jumped { .. }
        | What::Suspended { .. }
        | What::IncidentSolved { .. }
        | What::Withdrawn { .. }
        | What::Cancelled { .. }
        | What::Ended { .. } => true,
        _ => false,
    }
}

fn note_undo(instance: &mut Instance, task: Uuid, by: Option<Uuid>, verdict: Verdict, fields: &[Name]) {
    let Some(by) = by.filter(|_| verdict != Verdict::Returned && fields.is_empty()) else { return };
    let (tokens, scopes) = (instance.tokens.clone(), instance.scopes.clone());
    instance.undo = Some(Box::new(Undo { task, by, tokens, scopes, approvals: instance.approvals.clone() }));
}

/// Puts what was taken away by a return in the place of the token that it was returned with.
fn go_back(instance: &mut Instance, number: u32) {
    let Some(token) = instance.tokens.remove(&number) else { return };
    let Some(back) = token.back else { return };
    instance.tokens.extend(back.tokens);
    instance.scopes.extend(back.scopes);
    // Scopes that the return opened for its one branch have nothing in them any more.
    let mut at = token.scope;
    while at != 0
        && !instance.tokens.values().any(|t| t.scope == at)
        && !instance.scopes.values().any(|s| s.parent == Some(at))
        && let Some(scope) = instance.scopes.remove(&at)
    {
        at = scope.parent.unwrap_or_default();
    }
}

/// Where it stood before the last decision. Tasks that are still open stay so; the others are pending.
fn take_back(instance: &mut Instance) {
    let Some(undo) = instance.undo.take() else { return };
    let before = std::mem::replace(&mut instance.tokens, undo.tokens);
    for (number, token) in &mut instance.tokens {
        // A wait that was given up meanwhile begins anew.
        if matches!(token.wait, Wait::For(_)) && before.get(number) != Some(token) {
            token.wait = Wait::Nothing;
        }
    }
    instance.scopes = undo.scopes;
    instance.approvals = undo.approvals;
    instance.decisions = instance.decisions.saturating_sub(1);
    let open = &instance.tasks;
    for token in instance.tokens.values_mut() {
        let Wait::Approval(visit) = &mut token.wait else { continue };
        for part in &mut visit.parts {
            if matches!(part.state, PartState::Open(task) if !open.contains_key(&task)) {
                part.state = PartState::Pending;
            }
        }
    }
}

/// The tokens with nobody's task open; waits begin anew when they come back.
fn put_down(mut tokens: BTreeMap<u32, Token>) -> BTreeMap<u32, Token> {
    for token in tokens.values_mut() {
        if matches!(token.wait, Wait::For(_)) {
            token.wait = Wait::Nothing;
        }
        let Wait::Approval(visit) = &mut token.wait else { continue };
        for part in &mut visit.parts {
            if matches!(part.state, PartState::Open(_)) {
                part.state = PartState::Pending;
            }
        }
    }
    tokens
}

fn send_back(
    instance: &mut Instance,
    to: &At,
    scope: u32,
    forks: &[(u32, Name)],
    [tokens, scopes]: [&Vec<u32>; 2],
    forget: &[Name],
    back: Option<&String>,
) {
    instance.returns += 1;
    let mut gone: BTreeMap<u32, Token> = BTreeMap::new();
    for number in tokens {
        gone.extend(instance.tokens.remove(number).map(|token| (*number, token)));
    }
    let mut closed: BTreeMap<u32, Scope> = BTreeMap::new();
    for number in scopes {
        closed.extend(instance.scopes.remove(number).map(|scope| (*number, scope)));
    }
    instance.approvals.retain(|given| !forget.contains(&given.node));
    let passed = gone.values().next().map(|token| token.passed.clone()).unwrap_or_default();
    let passed = passed.into_iter().take_while(|node| *node != to.node).collect();
    let within = open_forks(instance, scope, forks);
    let back = back.map(|routing| Box::new(Back { tokens: put_down(gone), scopes: closed, routing: routing.clone() }));
    add_token(instance, to.token, within, &to.node, Token { passed, back, ..Token::default() });
}

/// Opens the scopes of forks with one branch each; gives the innermost.
fn open_forks(instance: &mut Instance, scope: u32, forks: &[(u32, Name)]) -> u32 {
    let mut within = scope;
    for (number, fork) in forks {
        let kind = ScopeKind::Fork { node: fork.clone(), branches: 1 };
        instance.scopes.insert(*number, Scope { parent: Some(within), kind });
        instance.last_number = instance.last_number.max(*number);
        within = *number;
    }
    within
}

fn add_signers(instance: &mut Instance, at: &At, added: Added, people: &[PartFound], by: &Named) {
    let Some(token) = instance.tokens.get_mut(&at.token) else { return };
    let Wait::Approval(visit) = &mut token.wait else { return };
    let group = visit.added.len();
    visit.parts.extend(people.iter().map(|person| Part {
        who: person.who.clone(),
        via: Via::Added { by: by.clone(), place: added.place },
        state: PartState::Pending,
        group: Some(group),
        of: None,
        owner: None,
        pool: None,
    }));
    visit.added.push(added);
}

fn release(instance: &mut Instance, at: &At, task: Uuid) {
    let Some(part) = instance.tasks.get(&task).map(|task| task.part) else { return };
    let Some(found) = part_mut(instance, at.token, part) else { return };
    let Some(pool) = found.pool.clone() else { return };
    let nobody = pool.nobody();
    found.who = nobody.clone();
    found.via = Via::of_pool(&pool);
    if let Some(released) = instance.tasks.get_mut(&task) {
        released.assignee = nobody;
        released.pool = Some(pool);
    }
}

fn set_person(instance: &mut Instance, token: u32, part: usize, who: &Named, via: Via) {
    if let Some(part) = part_mut(instance, token, part) {
        part.who = who.clone();
        part.via = via;
    }
}

fn close_task(instance: &mut Instance, event: &Event, task: Uuid, cause: CloseCause) {
    let place = instance.tasks.get(&task).map(|open| (open.token, open.part));
    close(instance, event, task, cause.as_str());
    let state = match cause {
        CloseCause::Waiting | CloseCause::Returned | CloseCause::TakenBack => PartState::Pending,
        _ => PartState::Closed,
    };
    if let Some((token, part)) = place
        && let Some(part) = part_mut(instance, token, part)
    {
        part.state = state;
    }
}

fn start(instance: &mut Instance, event: &Event, started: &Started) {
    instance.id = started.id;
    instance.workflow = started.workflow.clone();
    instance.catalog_version = started.catalog_version;
    instance.entity = started.entity.clone();
    instance.record = started.record;
    instance.transition = started.transition.clone();
    instance.launched_by = started.launched_by;
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
    instance.picks = begin.picks.clone();
    instance.scopes.insert(0, Scope { parent: None, kind: ScopeKind::Instance });
    add_token(instance, begin.token, 0, &begin.node, Token::default());
}

/// A token at a node, in a scope, with what `like` brings along.
fn add_token(instance: &mut Instance, number: u32, scope: u32, node: &Name, like: Token) {
    instance.last_number = instance.last_number.max(number);
    instance.tokens.insert(number, Token { scope, node: node.clone(), wait: Wait::Nothing, ..like });
}

fn move_token(instance: &mut Instance, at: &At) {
    if let Some(token) = instance.tokens.get_mut(&at.token) {
        token.node = at.node.clone();
        token.wait = Wait::Nothing;
        token.back = None;
    }
}

fn wait_for_people(instance: &mut Instance, at: &At, mode: Mode, found: &[PartFound]) {
    let parts = found
        .iter()
        .map(|part| Part {
            who: part.who.clone(),
            via: part.via.clone(),
            state: part.skipped.clone().map_or(PartState::Pending, PartState::Skipped),
            group: None,
            of: part.of.clone(),
            owner: None,
            pool: part.pool.clone(),
        })
        .collect();
    if let Some(token) = instance.tokens.get_mut(&at.token) {
        token.wait = Wait::Approval(Visit { mode, parts, added: Vec::new() });
    }
}

fn decide_task(instance: &mut Instance, event: &Event, at: &At, task: Uuid, verdict: Verdict, outcome: Option<&Name>) {
    let Some(decided) = instance.tasks.get(&task).cloned() else { return };
    close(instance, event, task, outcome.map_or(verdict.as_str(), |outcome| outcome.as_str()));
    instance.decisions += 1;
    let state = match (verdict, outcome) {
        (Verdict::Approved, _) => PartState::Approved,
        (Verdict::Rejected, _) => PartState::Rejected,
        // Should it come straight back, they decide again.
        (Verdict::Returned, _) => PartState::Pending,
        (Verdict::Chose, outcome) => PartState::Chose(outcome.cloned().unwrap_or_default()),
    };
    if let Some(part) = part_mut(instance, decided.token, decided.part) {
        part.state = state;
    }
    if matches!(verdict, Verdict::Approved | Verdict::Chose) {
        instance.approvals.push(GivenApproval {
            node: at.node.clone(),
            label: at.label.clone(),
            // An administrator may have decided it for somebody.
            who: event.by.clone().unwrap_or(decided.assignee),
        });
    }
}

fn settle(instance: &mut Instance, at: &At, approved: bool) {
    let Some(token) = instance.tokens.get_mut(&at.token) else { return };
    let Wait::Approval(visit) = std::mem::replace(&mut token.wait, Wait::Nothing) else { return };
    token.previous.clear();
    if approved {
        if !token.passed.contains(&at.node) {
            token.passed.push(at.node.clone());
        }
        let approvers = visit.parts.into_iter().filter(|part| {
            matches!(
                part.state,
                PartState::Approved | PartState::Chose(_) | PartState::Skipped(SkipReason::AlreadyApproved { .. })
            )
        });
        token.previous.extend(approvers.map(|part| part.who.id));
    }
}

fn fork(instance: &mut Instance, at: &At, scope: u32, branches: &[Branch], kind: ScopeKind) {
    let Some(parent) = instance.tokens.remove(&at.token) else { return };
    instance.last_number = instance.last_number.max(scope);
    instance.scopes.insert(scope, Scope { parent: Some(parent.scope), kind });
    for branch in branches {
        add_token(instance, branch.to.token, scope, &branch.to.node, parent.clone());
    }
}

fn split(instance: &mut Instance, at: &At, branches: &[Branch]) {
    let Some(parent) = instance.tokens.remove(&at.token) else { return };
    for branch in branches {
        add_token(instance, branch.to.token, parent.scope, &branch.to.node, parent.clone());
    }
}

fn merge(instance: &mut Instance, to: &At, tokens: &[u32]) {
    let scope = tokens.first().and_then(|number| instance.tokens.get(number)).map(|token| token.scope);
    let merged = together(instance, tokens);
    add_token(instance, to.token, scope.unwrap_or_default(), &to.node, merged);
}

fn set_timer(instance: &mut Instance, token: u32, task: Option<Uuid>, set: &TimerSet) {
    instance.last_timer = instance.last_timer.max(set.number);
    instance.timers.insert(set.number, Timer { token, task, what: set.what, at: set.at });
}

/// The engine acts in the place of somebody who was late. A hand-over has an event of its own.
fn overdue(instance: &mut Instance, event: &Event, at: &At, task: Uuid, act: DueAct) {
    let Some(late) = instance.tasks.get_mut(&task) else { return };
    late.acted = true;
    let part = late.part;
    instance.timers.retain(|_, timer| timer.task != Some(task) || timer.what != TimerWhat::Act);
    let (how, state) = match act {
        DueAct::Approve => ("approved", PartState::Skipped(SkipReason::Overdue)),
        DueAct::Reject => ("rejected", PartState::Rejected),
        // Should it be submitted again, they are asked again.
        DueAct::Return => ("returned", PartState::Pending),
        DueAct::Notify | DueAct::ReassignUp => return,
    };
    close(instance, event, task, how);
    instance.decisions += 1;
    if let Some(part) = part_mut(instance, at.token, part) {
        part.state = state;
    }
}

fn join(instance: &mut Instance, to: &At, scope: u32, tokens: &[u32]) {
    let joined = together(instance, tokens);
    let parent = instance.scopes.remove(&scope).and_then(|s| s.parent).unwrap_or_default();
    add_token(instance, to.token, parent, &to.node, joined);
}

/// Takes tokens away; gives what they bring along together.
fn together(instance: &mut Instance, tokens: &[u32]) -> Token {
    let mut joined = Token::default();
    for number in tokens {
        let Some(token) = instance.tokens.remove(number) else { continue };
        let new: Vec<Uuid> = token.previous.into_iter().filter(|id| !joined.previous.contains(id)).collect();
        joined.previous.extend(new);
        let new: Vec<Name> = token.passed.into_iter().filter(|node| !joined.passed.contains(node)).collect();
        joined.passed.extend(new);
        joined.back = joined.back.or(token.back);
    }
    joined
}

fn remove(instance: &mut Instance, tokens: &[u32], scopes: &[u32]) {
    for number in tokens {
        instance.tokens.remove(number);
    }
    for number in scopes {
        instance.scopes.remove(number);
    }
}

fn child_mut(instance: &mut Instance, token: u32, child: usize) -> Option<&mut Child> {
    match instance.tokens.get_mut(&token).map(|token| &mut token.wait) {
        Some(Wait::Call(calling)) => calling.children.get_mut(child),
        _ => None,
    }
}

/// Sets variables of the call that a token runs in, or of the instance.
fn set_variables(instance: &mut Instance, token: u32, set: &IndexMap<Name, Value>) {
    let mut at = instance.tokens.get(&token).map(|token| token.scope);
    while let Some(scope) = at.and_then(|number| instance.scopes.get(&number)) {
        if matches!(scope.kind, ScopeKind::Child(_)) {
            break;
        }
        at = scope.parent;
    }
    let child = at.and_then(|number| instance.scopes.get_mut(&number)).map(|scope| &mut scope.kind);
    let variables = match child {
        Some(ScopeKind::Child(child)) => &mut child.variables,
        _ => &mut instance.variables,
    };
    variables.extend(set.iter().map(|(name, value)| (name.clone(), value.clone())));
}

fn close(instance: &mut Instance, event: &Event, task: Uuid, how: &str) {
    let open = instance.tasks.remove(&task).map(|open| open.node);
    if let Some(node) = open.or_else(|| instance.consults.remove(&task).map(|asked| asked.node)) {
        let closed = ClosedTask { node, how: how.into(), by: event.by.clone(), at: event.at };
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

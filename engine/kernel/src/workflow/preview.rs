//! Who will decide, in which order and why: the same `decide` and `evolve`, with everybody approving.

use std::collections::HashMap;

use chrono::{DateTime, NaiveTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::{
    At, Awaited, Branch, Command, Env, Event, Fired, Instance, Item, LeftOut, Moment, Named, NodeKind, PartState,
    Picker, Said, ScopeKind, SkipReason, Source, Status, Task, Verb, Via, Wait, What, Workflow, approvers, back,
    calling,
    decide::command_of,
    people,
    run::{Foretelling, Run, Stop},
    time, timer, wait,
};
use crate::{
    Name, Rejection,
    context::Ids,
    definition::{DueAct, Mode, Period},
    expression::{Expr, Library, Reference},
    query::Outcome,
};

/// What will happen if everybody approves and nothing changes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Preview {
    /// The nodes that people notice, in order: approvals, notices, actions, the end.
    pub nodes: Vec<PreviewNode>,
    /// How it ends; none if that cannot be said.
    pub outcome: Option<Name>,
    /// Why it cannot be said how it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

/// A node that will be passed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PreviewNode {
    /// The node.
    pub node: Name,
    /// What it is called.
    pub label: String,
    /// `approval`, `notify`, `action`, `call`, `wait`, `end`.
    pub kind: &'static str,
    /// How its people decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Its people.
    pub people: Vec<PreviewPerson>,
    /// Who was found and left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// The policy that answered because nobody was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nobody: Option<Name>,
    /// The switches on the way here since the node before.
    pub why: Vec<Why>,
    /// The fork and branch it lies in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<InBranch>,
    /// What it calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls: Option<Calls>,
    /// The call of which it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<InCall>,
    /// Whose people somebody is still to choose, and of whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pick: Option<Pick>,
    /// Until when its people are to decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<PreviewDue>,
    /// For what a wait waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits: Option<PreviewWait>,
    /// Whether it waits there now.
    pub current: bool,
    /// Whether it goes straight back there after a return: who has approved already is not asked again.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub back: bool,
    /// Whether it may come otherwise: the way here, or its people, depend on these fields, which somebody may change
    /// before.
    pub unknown: bool,
    /// Those fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<Name>,
}

/// What a node calls.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Calls {
    /// The workflow.
    pub workflow: Name,
    /// What that is called.
    pub title: String,
    /// For each of these; empty for a single call.
    pub items: Vec<Item>,
    /// Whether it waits for them.
    pub waits: bool,
}

/// The call of which a node is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InCall {
    /// The node that calls.
    pub node: Name,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
}

/// Until when people are to decide, and what happens then.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PreviewDue {
    /// When; none where it is counted from when they get it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
    /// How much time they have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<Period>,
    /// What happens by itself where nobody decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub then: Option<DueAct>,
}

/// For what a wait waits.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PreviewWait {
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// For how long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<Period>,
    /// For a message of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Name>,
    /// Whether for a condition.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub condition: bool,
}

/// People whom somebody is to choose.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pick {
    /// `initiator`, when submitting, or `previous`, the approver just before.
    pub by: &'static str,
    /// Of whom.
    pub from: Vec<Named>,
    /// How many at most.
    pub most: u32,
}

/// A person of a node.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PreviewPerson {
    /// Who.
    #[serde(flatten)]
    pub who: Named,
    /// Why they.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub via: Option<Via>,
    /// Will not be asked, for this reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<SkipReason>,
    /// Has decided already.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub done: bool,
}

/// Which way a switch goes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Why {
    /// The switch.
    pub node: Name,
    /// What it is called.
    pub label: String,
    /// The case that holds; none for the default.
    pub case: Option<Name>,
    /// What the case is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_label: Option<String>,
    /// The decision rows behind it.
    pub fired: Vec<Fired>,
}

/// A branch of a fork.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InBranch {
    /// The fork.
    pub fork: Name,
    /// The branch.
    pub branch: Name,
}

/// More decisions than this are not foretold: it goes round and round as long as everybody approves.
const MOST_DECISIONS: usize = 1_500;

/// What will happen from here on. For a new instance, when `by` submits; for one given back, when it is submitted again.
///
/// Refused where the submission itself would be refused.
pub fn preview(env: &Env<'_>, workflow: &Workflow, instance: &Instance, by: Uuid, ids: &Ids) -> Outcome<Preview> {
    let mut run = Run::new(*env, workflow, instance, ids.clone());
    run.foretelling = Some(Foretelling::Preview);
    let mut telling = Telling::new(workflow);
    telling.now(instance);
    let first = match instance.status {
        Status::New => {
            Some(Command::Start { by, catalog_version: 0, transition: None, picks: indexmap::IndexMap::new() })
        }
        Status::Returned => match back::comes_back(&run) {
            Ok(true) => Some(Command::ComeBack { by }),
            Ok(false) => {
                let (catalog_version, picks) = (instance.catalog_version, instance.picks.clone());
                Some(Command::Resubmit { by, catalog_version, picks })
            }
            Err(stop) => return stop.outcome(),
        },
        Status::Running => None,
        Status::Ended => return Outcome::Decided(Preview { outcome: instance.outcome.clone(), ..Preview::default() }),
    };
    if let Some(command) = first
        && let Err(stop) = command_of(&mut run, &command)
    {
        return stop.outcome();
    }
    if instance.status == Status::Returned && run.instance.round == instance.round {
        telling.read = run.events.len();
        let standing = run.instance.clone();
        telling.back(&standing);
    }
    match go_on(&mut run, &mut telling) {
        Ok(()) => {}
        Err(Stop::Needs(queries)) => return Outcome::Needs(queries),
        Err(Stop::Rejected(rejection)) => telling.preview.stopped = Some(rejection.to_string()),
    }
    telling.preview.outcome = run.instance.outcome.clone();
    Outcome::Decided(telling.preview)
}

/// Whether a submission would come to a node that refuses because nobody is found there.
pub(super) fn refusal(env: &Env<'_>, workflow: &Workflow, instance: &Instance, ids: &Ids) -> Result<(), Stop> {
    let mut run = Run::new(*env, workflow, instance, ids.clone());
    run.submission = true;
    run.foretelling = Some(Foretelling::Submission);
    match go_on(&mut run, &mut Telling::new(workflow)) {
        Err(Stop::Rejected(Rejection::State { code, .. })) if code != "nobody_found" => Ok(()),
        other => other,
    }
}

/// Everybody approves until it ends.
fn go_on(run: &mut Run<'_>, telling: &mut Telling<'_>) -> Result<(), Stop> {
    telling.read(run);
    for _ in 0..MOST_DECISIONS {
        let mut open: Vec<(u32, usize, Uuid)> =
            run.instance.tasks.iter().map(|(id, task)| (task.token, task.part, *id)).collect();
        open.sort_unstable();
        let Some((_, _, task)) = open.first().copied() else {
            // What is waited for will come.
            if !wait::foretell(run) {
                return Ok(());
            }
            let done = run.advance();
            telling.read(run);
            done?;
            continue;
        };
        let Some(assignee) = run.instance.tasks.get(&task).map(|open| decider(run, open)) else { return Ok(()) };
        let command = if people::is_active(run.env.ctx.org, assignee) {
            Command::Decide { task, by: assignee, verb: Verb::Approve, said: Said::default() }
        } else if assignee.is_nil() {
            return Err(Rejection::state("nobody_found", "Nobody is left who could take the task").into());
        } else {
            Command::Left { person: assignee, by: None }
        };
        let done = command_of(run, &command);
        telling.read(run);
        done?;
    }
    Err(Rejection::state("endless", "It goes round as long as everybody approves").into())
}

/// Whom somebody is to choose for a node.
fn pick(run: &Run<'_>, node: &Name) -> Option<Pick> {
    let (by, from, most) = approvers::to_pick(run, node, run.approval(node)?).ok()??;
    let by = match by {
        Picker::Initiator => "initiator",
        Picker::Previous => "previous",
    };
    Some(Pick { by, from, most })
}

/// Who decides a task: the one who has it, or the first of its pool.
fn decider(run: &Run<'_>, task: &Task) -> Uuid {
    let takers = || match (&task.pool, run.approval(&task.node)) {
        (Some(pool), Some(approval)) => approvers::takers(run, approval, pool),
        _ => vec![task.assignee.id],
    };
    takers().first().copied().unwrap_or_default()
}

/// Reads events into a preview.
struct Telling<'w> {
    workflow: &'w Workflow,
    preview: Preview,
    read: usize,
    /// Switches passed since the last node that was told, by token.
    why: HashMap<u32, Vec<Why>>,
    branches: HashMap<u32, InBranch>,
    /// For what the calls of a token are, in order.
    items: HashMap<u32, Vec<Option<Item>>>,
    /// The call of which a token is.
    called: HashMap<u32, InCall>,
    /// Which token entered a node last.
    entered: HashMap<Name, u32>,
    around: HashMap<u32, Option<InBranch>>,
    /// Fields that somebody may have changed by then.
    writable: Vec<Name>,
    /// Variables that messages may set which are waited for before.
    brought: Vec<Name>,
    /// Fields on which the way taken depends, and which may have changed.
    doubtful: Vec<Name>,
    /// Whether another may have been first in a race on the way.
    raced: bool,
}

impl<'w> Telling<'w> {
    fn new(workflow: &'w Workflow) -> Self {
        Self {
            workflow,
            preview: Preview::default(),
            read: 0,
            why: HashMap::new(),
            branches: HashMap::new(),
            items: HashMap::new(),
            called: HashMap::new(),
            entered: HashMap::new(),
            around: HashMap::new(),
            writable: Vec::new(),
            brought: Vec::new(),
            doubtful: Vec::new(),
            raced: false,
        }
    }

    /// The approvals that a running instance waits at.
    fn now(&mut self, instance: &Instance) {
        self.stand(instance, true);
    }

    /// The approvals that it comes straight back to.
    fn back(&mut self, instance: &Instance) {
        self.stand(instance, false);
    }

    fn stand(&mut self, instance: &Instance, current: bool) {
        for (number, token) in &instance.tokens {
            if let Wait::Call(calling) = &token.wait {
                self.items.insert(*number, calling.children.iter().map(|child| child.item.clone()).collect());
            }
            if let Some(ScopeKind::Child(child)) = calling::child_of(instance, *number)
                .and_then(|scope| instance.scopes.get(&scope))
                .map(|scope| &scope.kind)
            {
                self.called.insert(*number, InCall { node: child.node.clone(), item: child.item.clone() });
            }
            if let (Wait::For(waiting), true) = (&token.wait, current) {
                self.tell(*number, &token.node, "wait");
                let waits = self.waits(&token.node).map(|waits| PreviewWait { until: waiting.until, ..waits });
                if let Some(node) = self.preview.nodes.last_mut() {
                    node.current = true;
                    node.waits = waits;
                }
            }
            let Wait::Approval(visit) = &token.wait else { continue };
            // What it stands at already has been told.
            if !current && self.preview.nodes.iter().any(|n| n.current && n.node == token.node) {
                continue;
            }
            let counts = |state: &PartState| !matches!(state, PartState::Dropped | PartState::Closed);
            let people = visit.parts.iter().filter(|p| counts(&p.state)).map(|part| PreviewPerson {
                who: part.who.clone(),
                via: Some(part.via.clone()),
                skipped: if let PartState::Skipped(reason) = &part.state { Some(reason.clone()) } else { None },
                done: matches!(part.state, PartState::Approved | PartState::Chose(_)),
            });
            let people = people.collect();
            self.tell(*number, &token.node, "approval");
            let first = instance.tasks.values().filter(|task| task.token == *number && current);
            let first = first.filter_map(|task| task.due.as_ref()?.at).min();
            let due = self.due(&token.node).map(|due| PreviewDue { at: first, ..due });
            if let Some(node) = self.preview.nodes.last_mut() {
                node.due = due;
                node.mode = Some(visit.mode);
                node.people = people;
                node.current = current;
                node.back = !current;
            }
            self.note_written(&token.node);
        }
    }

    fn read(&mut self, run: &Run<'_>) {
        let new: Vec<Event> = run.events.get(self.read..).unwrap_or_default().to_vec();
        self.read = run.events.len();
        for event in &new {
            self.event(run, &event.what);
        }
    }

    fn event(&mut self, run: &Run<'_>, what: &What) {
        match what {
            What::Chose { at, case, case_label, fired } => {
                self.doubt_switch(run, &at.node);
                self.why.entry(at.token).or_default().push(Why {
                    node: at.node.clone(),
                    label: at.label.clone(),
                    case: case.clone(),
                    case_label: case_label.clone(),
                    fired: fired.clone(),
                });
            }
            What::ApproversFound { at, mode, parts, left_out, nobody } => {
                let people = parts.iter().map(|part| PreviewPerson {
                    who: part.who.clone(),
                    via: Some(part.via.clone()),
                    skipped: part.skipped.clone(),
                    done: false,
                });
                let depends_on = self.doubtful_sources(run, &at.node);
                let pick = pick(run, &at.node);
                self.tell(at.token, &at.node, "approval");
                let by_date = self.by_date(run, &at.node);
                let due = self.due(&at.node).map(|due| PreviewDue { at: by_date, ..due });
                if let Some(node) = self.preview.nodes.last_mut() {
                    node.due = due;
                    node.mode = Some(*mode);
                    node.people = people.collect();
                    node.left_out = left_out.clone();
                    node.nobody = nobody.clone();
                    node.unknown |= !depends_on.is_empty() || pick.is_some();
                    node.pick = pick;
                    node.depends_on.extend(depends_on);
                }
                self.note_written(&at.node);
            }
            What::TaskOpened { at, part, assignee, via, .. } => {
                let node = self.preview.nodes.iter_mut().rev().find(|n| n.node == at.node);
                if let Some(person) = node.and_then(|n| n.people.get_mut(*part))
                    && person.who.id != assignee.id
                {
                    person.who = assignee.clone();
                    person.via = Some(via.clone());
                }
            }
            What::Notified { at, people, .. } => {
                self.tell(at.token, &at.node, "notify");
                if let Some(node) = self.preview.nodes.last_mut() {
                    let person =
                        |who: &Named| PreviewPerson { who: who.clone(), via: None, skipped: None, done: false };
                    node.people = people.iter().map(person).collect();
                }
            }
            What::Acted { at, .. } => {
                if self.preview.nodes.last().is_none_or(|n| n.node != at.node) {
                    self.tell(at.token, &at.node, "action");
                }
            }
            What::WaitBegan { at, waiting, .. } => {
                self.tell(at.token, &at.node, "wait");
                let by_date = self.by_date(run, &at.node).is_some();
                let waits =
                    self.waits(&at.node).map(|waits| PreviewWait { until: waiting.until.filter(|_| by_date), ..waits });
                if let Some(node) = self.preview.nodes.last_mut() {
                    node.waits = waits;
                }
                if let Some(NodeKind::Wait(wait)) = self.workflow.nodes.get(&at.node).map(|n| &n.kind)
                    && let Awaited::Message { values, .. } = &wait.awaited
                {
                    self.brought.extend(values.values().map(|input| input.variable.clone()));
                }
            }
            What::RaceWon { to, scope, .. } => {
                self.raced = true;
                self.entered.insert(to.node.clone(), to.token);
                match self.around.remove(scope) {
                    Some(Some(around)) => drop(self.branches.insert(to.token, around)),
                    _ => drop(self.branches.remove(&to.token)),
                }
            }
            What::Forked { at, scope, branches } | What::RaceBegan { at, scope, branches } => {
                self.around.insert(*scope, self.branches.get(&at.token).cloned());
                self.branch_off(at, branches);
            }
            What::Split { at, branches } => self.branch_off(at, branches),
            What::Merged { to, tokens, .. } => {
                let why = tokens.iter().filter_map(|token| self.why.remove(token)).flatten().collect();
                self.why.insert(to.token, why);
                self.entered.insert(to.node.clone(), to.token);
                self.follow(tokens, to.token);
            }
            What::Called { at, workflow, title, items } => {
                self.items.insert(at.token, items.clone());
                let items = items.iter().flatten().cloned().collect();
                self.tell_call(run, at, Calls { workflow: workflow.clone(), title: title.clone(), items, waits: true });
            }
            What::Launched { at, workflow, title, item, .. } => {
                let last = self.preview.nodes.last_mut().filter(|node| node.node == at.node);
                match (last.and_then(|node| node.calls.as_mut()), item) {
                    (Some(calls), Some(item)) => calls.items.push(item.clone()),
                    _ => {
                        let (workflow, title) = (workflow.clone(), title.clone());
                        let items = item.iter().cloned().collect();
                        self.tell_call(run, at, Calls { workflow, title, items, waits: false });
                    }
                }
            }
            What::ChildStarted { at, child, to, .. } => {
                let item = self.items.get(&at.token).and_then(|items| items.get(*child)).cloned().flatten();
                self.called.insert(to.token, InCall { node: at.node.clone(), item });
                self.entered.insert(to.node.clone(), to.token);
            }
            What::Joined { to, scope, tokens, .. } => {
                let why = tokens.iter().filter_map(|token| self.why.remove(token)).flatten().collect();
                self.why.insert(to.token, why);
                self.entered.insert(to.node.clone(), to.token);
                self.follow(tokens, to.token);
                if let Some(Some(around)) = self.around.remove(scope) {
                    self.branches.insert(to.token, around);
                }
            }
            What::Ended { node: Some(node), .. } => {
                let token = self.entered.get(node).copied().unwrap_or_default();
                self.tell(token, node, "end");
            }
            // It stands again at nodes that were told where it was returned from, or before.
            What::WentBack(at) => {
                let standing = run.instance.clone();
                self.entered.insert(at.node.clone(), at.token);
                self.back(&standing);
            }
            What::Entered(at) => {
                self.entered.insert(at.node.clone(), at.token);
            }
            What::Started(_)
            | What::Resubmitted(_)
            | What::DueSet { .. }
            | What::Reminded { .. }
            | What::Overdue { .. }
            | What::WaitMoved { .. }
            | What::WaitEnded { .. }
            | What::TaskDecided { .. }
            | What::TaskHandedOver { .. }
            | What::PartSettled { .. }
            | What::TaskClosed { .. }
            | What::NodeDecided { .. }
            | What::TaskClaimed { .. }
            | What::TaskReleased { .. }
            | What::SignersAdded { .. }
            | What::Consulted { .. }
            | What::Answered { .. }
            | What::Copied { .. }
            | What::Urged
            | What::Migrated(_)
            | What::Restarted { .. }
            | What::Suspended { .. }
            | What::Resumed { .. }
            | What::Jumped { .. }
            | What::IncidentRaised { .. }
            | What::IncidentSolved { .. }
            | What::Picked { .. }
            | What::TakenBack { .. }
            | What::Attached { .. }
            | What::SentBack { .. }
            | What::CameBack
            | What::Arrived(_)
            | What::ChildEnded { .. }
            | What::ChildAdded { .. }
            | What::CallDone { .. }
            | What::Commented { .. }
            | What::Returned { .. }
            | What::Withdrawn { .. }
            | What::Cancelled { .. }
            | What::Ended { node: None, .. } => {}
        }
    }

    fn branch_off(&mut self, at: &At, branches: &[Branch]) {
        let why = self.why.remove(&at.token).unwrap_or_default();
        for branch in branches {
            self.why.insert(branch.to.token, why.clone());
            let within = InBranch { fork: at.node.clone(), branch: branch.branch.clone() };
            self.branches.insert(branch.to.token, within);
            self.follow(&[at.token], branch.to.token);
        }
    }

    /// A token is of the same call as those that it came of.
    fn follow(&mut self, tokens: &[u32], to: u32) {
        if let Some(call) = tokens.first().and_then(|token| self.called.get(token)).cloned() {
            self.called.insert(to, call);
        }
    }

    fn tell_call(&mut self, run: &Run<'_>, at: &At, calls: Calls) {
        if let Some(NodeKind::Call(call)) = self.workflow.nodes.get(&at.node).map(|n| &n.kind) {
            let changing: Vec<Name> = call.exprs().into_iter().flat_map(|expr| self.may_change(run, expr)).collect();
            for field in changing {
                if !self.doubtful.contains(&field) {
                    self.doubtful.push(field);
                }
            }
        }
        self.tell(at.token, &at.node, "call");
        if let Some(node) = self.preview.nodes.last_mut() {
            node.calls = Some(calls);
        }
    }

    fn tell(&mut self, token: u32, node: &Name, kind: &'static str) {
        self.preview.nodes.push(PreviewNode {
            node: node.clone(),
            label: self.workflow.nodes.get(node).map(|n| n.label.clone()).unwrap_or_default(),
            kind,
            mode: None,
            people: Vec::new(),
            left_out: Vec::new(),
            nobody: None,
            why: self.why.remove(&token).unwrap_or_default(),
            branch: self.branches.get(&token).cloned(),
            calls: None,
            call: self.called.get(&token).cloned(),
            pick: None,
            current: false,
            back: false,
            due: None,
            waits: None,
            unknown: self.raced || !self.doubtful.is_empty(),
            depends_on: self.doubtful.clone(),
        });
    }

    /// Until when people at a node are to decide.
    fn due(&self, node: &Name) -> Option<PreviewDue> {
        let Some(NodeKind::Approval(approval)) = self.workflow.nodes.get(node).map(|n| &n.kind) else { return None };
        let due = approval.due.as_ref()?;
        let within = if let Moment::After(period) = due.when { Some(period) } else { None };
        Some(PreviewDue { at: None, within, then: due.then.as_ref().map(|then| then.act) })
    }

    /// When a node is due, or its wait over, by a date of the record.
    fn by_date(&self, run: &Run<'_>, node: &Name) -> Option<DateTime<Utc>> {
        let (moment, calendar, time) = match self.workflow.nodes.get(node).map(|n| &n.kind)? {
            NodeKind::Approval(approval) => {
                let due = approval.due.as_ref()?;
                (&due.when, due.calendar.as_ref(), timer::end_of_day())
            }
            NodeKind::Wait(wait) => match &wait.awaited {
                Awaited::Time(moment) => (moment, wait.calendar.as_ref(), NaiveTime::MIN),
                Awaited::Message { .. } | Awaited::Until { .. } => return None,
            },
            _ => return None,
        };
        moment.date()?;
        time::moment(run, moment, run.env.ctx.now, calendar, time).ok().flatten()
    }

    /// For what a wait waits.
    fn waits(&self, node: &Name) -> Option<PreviewWait> {
        let Some(NodeKind::Wait(wait)) = self.workflow.nodes.get(node).map(|n| &n.kind) else { return None };
        Some(match &wait.awaited {
            Awaited::Time(Moment::After(period)) => PreviewWait { within: Some(*period), ..PreviewWait::default() },
            Awaited::Time(Moment::Date(_)) => PreviewWait::default(),
            Awaited::Message { name, .. } => PreviewWait { message: Some(name.clone()), ..PreviewWait::default() },
            Awaited::Until { .. } => PreviewWait { condition: true, ..PreviewWait::default() },
        })
    }

    fn note_written(&mut self, node: &Name) {
        if let Some(NodeKind::Approval(approval)) = self.workflow.nodes.get(node).map(|n| &n.kind) {
            let own = approval.outcomes.values().flat_map(|outcome| &outcome.write);
            let new: Vec<Name> =
                approval.write.iter().chain(own).filter(|f| !self.writable.contains(f)).cloned().collect();
            self.writable.extend(new);
        }
    }

    fn doubt_switch(&mut self, run: &Run<'_>, node: &Name) {
        let Some(NodeKind::Switch { cases, .. }) = self.workflow.nodes.get(node).map(|n| &n.kind) else { return };
        for field in cases.values().flat_map(|case| self.may_change(run, &case.when)).collect::<Vec<_>>() {
            if !self.doubtful.contains(&field) {
                self.doubtful.push(field);
            }
        }
    }

    fn doubtful_sources(&self, run: &Run<'_>, node: &Name) -> Vec<Name> {
        let Some(NodeKind::Approval(approval)) = self.workflow.nodes.get(node).map(|n| &n.kind) else {
            return Vec::new();
        };
        approval.approvers.iter().flat_map(Source::exprs).flat_map(|expr| self.may_change(run, expr)).collect()
    }

    /// Fields of the record that the expression reads and somebody may change before. What is computed may change with
    /// any of them.
    fn may_change(&self, run: &Run<'_>, expr: &Expr) -> Vec<Name> {
        if self.writable.is_empty() && self.brought.is_empty() {
            return Vec::new();
        }
        let entity = Library::entity(run.env.catalog, &self.workflow.entity);
        let computed = |field: &Name| {
            entity.and_then(|e| e.fields.get(field)).is_some_and(|f| f.is_derived() || f.compute.is_some())
        };
        let changes = |field: &Name| self.writable.contains(field) || !self.writable.is_empty() && computed(field);
        let reads = expr.references().into_iter().filter_map(|reference| match reference {
            Reference::Field { own: true, field, .. } => Some(field).filter(changes),
            Reference::Variable(name) => Some(name).filter(|name| self.brought.contains(name)),
            _ => None,
        });
        reads.collect()
    }
}

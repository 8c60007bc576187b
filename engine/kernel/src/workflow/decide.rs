//! Commands, and what each comes to.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::{
    Awaits, Begin, Channel, CloseCause, Env, Event, Fired, Instance, NodeKind, Operation, Picker, Resubmitted, Return,
    Started, Status, Task, Variable, Via, What, Workflow,
    approvers::{self, StandIn},
    back, calling, effects, migrate, operate, people, preview,
    run::{Run, Stop},
    time, timer, verb, wait,
};
use crate::{
    Name, Rejection, Value,
    change::Change,
    context::Ids,
    definition::{Keyed, Mode, Period, SignerPlace, WithdrawWindow},
    expression::{self, EvalError},
    query::{Outcome, Query},
};

/// What is asked of an instance.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Begins an instance; the only command of a new one.
    Start {
        /// Who submits.
        by: Uuid,
        /// The published version of the definitions.
        catalog_version: i64,
        /// The transition that starts it.
        transition: Option<Name>,
        /// Whom the submitter chose for nodes.
        picks: Keyed<Vec<Uuid>>,
    },
    /// Submits again after a return: a new round, from the start node, with variables and settings as they are now.
    Resubmit {
        /// Who submits. Anybody who may make the transition; the initiator stays who it was.
        by: Uuid,
        /// The version of the definitions that the round keeps.
        catalog_version: i64,
        /// Whom the submitter chose for nodes.
        picks: Keyed<Vec<Uuid>>,
    },
    /// Submits again after a return that is to come straight back, where [`comes_back`] says so: no new round begins,
    /// and version and variables stay.
    ComeBack {
        /// Who submits.
        by: Uuid,
    },
    /// Decides an open task.
    Decide {
        /// The task.
        task: Uuid,
        /// Who decides.
        by: Uuid,
        /// What.
        verb: Verb,
        /// What is said with it.
        said: Said,
    },
    /// An administrator steps in; the shell has checked that they are one.
    Operate {
        /// Who.
        by: Uuid,
        /// What they do.
        operation: Operation,
        /// Why; it must be said.
        reason: Option<String>,
    },
    /// The initiator adds one to calls that are under way, where the node lets them.
    AddCall {
        /// Who.
        by: Uuid,
        /// The node that calls.
        node: Name,
        /// The line, person or department.
        item: Uuid,
    },
    /// An administrator takes it over to another version; the shell has checked that they are one. `workflow` and `env`
    /// are of that version.
    Migrate {
        /// Who.
        by: Uuid,
        /// The version of the definitions.
        catalog_version: i64,
        /// The new names of nodes that have another.
        nodes: Keyed<Name>,
        /// Why; it must be said.
        reason: Option<String>,
    },
    /// An administrator has it begin again, with another version; as for [`Command::Migrate`].
    Restart {
        /// Who.
        by: Uuid,
        /// The version of the definitions.
        catalog_version: i64,
        /// Why; it must be said.
        reason: Option<String>,
    },
    /// The initiator urges whoever has it.
    Urge {
        /// Who.
        by: Uuid,
    },
    /// Somebody's absence begins: their open tasks go to their deputy.
    Absent {
        /// Who.
        person: Uuid,
        /// Who says so; none for the engine itself.
        by: Option<Uuid>,
    },
    /// The initiator takes it back.
    Withdraw {
        /// Who.
        by: Uuid,
        /// Why.
        reason: Option<String>,
    },
    /// A comment.
    Comment {
        /// Who.
        by: Uuid,
        /// The text.
        text: String,
    },
    /// An administrator stops it; the shell has checked that they are one.
    Cancel {
        /// Who.
        by: Uuid,
        /// Why.
        reason: Option<String>,
    },
    /// A timer has come to its time. Nothing happens where it is not there any more, or its time is another one.
    Fire {
        /// Its number.
        timer: u32,
    },
    /// Looks whether what is waited for has come, and whether dates have moved.
    Look,
    /// A message came. Nothing happens where nobody waits for it any more.
    Receive {
        /// The token that waits for it.
        token: u32,
        /// The message.
        message: Awaits,
        /// Its id.
        id: Uuid,
        /// Values that came with it, in wire form.
        values: Map<String, Json>,
        /// Who sent it.
        by: Option<Uuid>,
    },
    /// Somebody left the firm: their open tasks go to others. To be given for every instance where they have one,
    /// after they are not active any more.
    Left {
        /// Who left.
        person: Uuid,
        /// Who says so; none for the engine itself.
        by: Option<Uuid>,
    },
}

/// What is said with a verb.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    /// Why; of a consultation the question, of an answer or a comment the text.
    pub reason: Option<String>,
    /// Fields changed with it; only those that the node may write, already checked against their types.
    pub fields: IndexMap<Name, Value>,
    /// Files that are attached.
    pub attachments: Vec<Uuid>,
    /// A signature, a picture.
    pub signature: Option<Uuid>,
    /// Whom an approver chose for the nodes that follow.
    pub picks: Keyed<Vec<Uuid>>,
    /// By what way it came, where it did not come from the app.
    pub channel: Option<Channel>,
}

/// What is done with a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    /// 同意.
    Approve,
    /// 拒绝.
    Reject,
    /// An outcome of the node's own.
    Outcome {
        /// Which.
        name: Name,
    },
    /// Give it back, 退回.
    Return(Return),
    /// Hand it over, 转交.
    Transfer {
        /// To whom.
        to: Uuid,
    },
    /// Let somebody work on it and get it back with their advice, 委派.
    Delegate {
        /// Whom.
        to: Uuid,
    },
    /// Ask further people to decide, 加签.
    AddSigner {
        /// Whom.
        people: Vec<Uuid>,
        /// Where.
        place: SignerPlace,
        /// How they decide among themselves.
        mode: Mode,
    },
    /// Take somebody away who has not decided yet, 减签.
    RemoveSigner {
        /// Whom.
        person: Uuid,
    },
    /// Take it out of its pool, 签收.
    Claim,
    /// Put it back into its pool.
    Release,
    /// Take back one's own decision, or what one has delegated, 拿回. The task is the one that was decided.
    TakeBack,
    /// Send a copy, 抄送.
    Copy {
        /// To whom.
        people: Vec<Uuid>,
    },
    /// Ask somebody for their opinion, 征询.
    Consult {
        /// Whom.
        to: Uuid,
    },
    /// Give the opinion that one was asked for.
    Answer,
    /// Write a comment without deciding, 评论.
    Comment,
}

impl Verb {
    /// As the API names it.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Outcome { .. } => "outcome",
            Self::Return(_) => "return",
            Self::Transfer { .. } => "transfer",
            Self::Delegate { .. } => "delegate",
            Self::AddSigner { .. } => "add_signer",
            Self::RemoveSigner { .. } => "remove_signer",
            Self::Claim => "claim",
            Self::Release => "release",
            Self::TakeBack => "take_back",
            Self::Copy { .. } => "cc",
            Self::Consult { .. } => "consult",
            Self::Answer => "answer",
            Self::Comment => "comment",
        }
    }
}

/// What the record is to undergo, in the same commit and in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum RecordEffect {
    /// The instance came to this outcome: the record goes where its transition's `outcomes` say. For `returned`, where
    /// that is not named: where `rejected`, else `withdrawn` says.
    Outcome(Name),
    /// Fields are set, past the locks of its state.
    Update(IndexMap<Name, Value>),
    /// A transition is made.
    Transition(Name),
}

/// What a command comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The instance after it.
    pub instance: Instance,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// What happens to the record, in order; the caller turns it into changes of the record.
    pub effects: Vec<RecordEffect>,
    /// Instance, events, tasks and notices, ready for the commit.
    pub changes: Vec<Change>,
}

/// Decides a command. The caller takes fresh ids from `ids` afterwards, so that none is given twice.
///
/// A new instance is `Instance::default()` and [`Command::Start`]. For commands of an instance that is there, `workflow`
/// and `env` are of the version that it keeps; for [`Command::Resubmit`], of the version that it is to keep from now on.
pub fn decide(
    env: &Env<'_>,
    workflow: &Workflow,
    instance: &Instance,
    command: &Command,
    ids: &mut Ids,
) -> Outcome<Decision> {
    let mut run = Run::new(*env, workflow, instance, ids.clone());
    match command_of(&mut run, command).and_then(|()| look_ahead(&mut run, command)) {
        Ok(()) => {
            let mut changes = effects::changes(instance, &run.instance, &run.events, env, &mut run.ids);
            changes.append(&mut run.beside);
            *ids = run.ids;
            Outcome::Decided(Decision { instance: run.instance, events: run.events, effects: run.effects, changes })
        }
        Err(stop) => stop.outcome(),
    }
}

/// Whether what was given back to the initiator goes straight back to where it came from when it is submitted now:
/// [`Command::ComeBack`] then, else [`Command::Resubmit`]. `workflow` and `env` are of the version that it keeps.
#[must_use]
pub fn comes_back(env: &Env<'_>, workflow: &Workflow, instance: &Instance, ids: &Ids) -> Outcome<bool> {
    if instance.status != Status::Returned {
        return Outcome::Decided(false);
    }
    match back::comes_back(&Run::new(*env, workflow, instance, ids.clone())) {
        Ok(straight) => Outcome::Decided(straight),
        Err(stop) => stop.outcome(),
    }
}

/// Applies a command to a run, up to the next wait states.
pub(super) fn command_of(run: &mut Run<'_>, command: &Command) -> Result<(), Stop> {
    let org = run.env.ctx.org;
    let by = match command {
        Command::Start { by, .. }
        | Command::Resubmit { by, .. }
        | Command::ComeBack { by }
        | Command::Decide { by, .. }
        | Command::Urge { by }
        | Command::AddCall { by, .. }
        | Command::Migrate { by, .. }
        | Command::Restart { by, .. }
        | Command::Operate { by, .. }
        | Command::Withdraw { by, .. }
        | Command::Comment { by, .. }
        | Command::Cancel { by, .. } => Some(*by),
        Command::Left { by, .. } | Command::Absent { by, .. } | Command::Receive { by, .. } => *by,
        Command::Fire { .. } | Command::Look => None,
    };
    run.actor = by.map(|id| people::person(org, id));
    match command {
        Command::Start { by, catalog_version, transition, picks } => {
            start(run, *by, *catalog_version, transition.as_ref(), picks)?;
        }
        Command::Resubmit { catalog_version, picks, .. } => resubmit(run, *catalog_version, picks)?,
        Command::ComeBack { .. } => {
            require_returned(run)?;
            back::come_back(run)?;
        }
        Command::Decide { task, by, verb, said } => {
            run.deciding = true;
            run.channel = said.channel;
            operate::require_going(run)?;
            verb::decide_task(run, *task, *by, verb, said)?;
        }
        Command::Operate { operation, reason, .. } => operate::operate(run, operation, reason.as_ref())?,
        Command::Urge { by } => urge(run, *by)?,
        Command::Migrate { catalog_version, nodes, reason, .. } => {
            require_open(run)?;
            migrate::migrate(run, *catalog_version, nodes, operate::said(reason.as_ref())?)?;
        }
        Command::Restart { catalog_version, reason, .. } => {
            require_open(run)?;
            migrate::restart(run, *catalog_version, operate::said(reason.as_ref())?)?;
        }
        Command::AddCall { by, node, item } => add_call(run, *by, node, *item)?,
        Command::Absent { person, .. } => absent(run, *person)?,
        Command::Withdraw { by, reason } => withdraw(run, *by, reason.as_ref())?,
        Command::Comment { text, .. } => {
            if run.instance.status == Status::New {
                return Err(not_begun());
            }
            run.emit(What::Commented { text: text.clone() });
        }
        Command::Cancel { reason, .. } => {
            require_open(run)?;
            run.close_tasks(CloseCause::Cancelled, |_| true);
            run.emit(What::Cancelled { reason: reason.clone() });
            run.end(&"cancelled".into(), None, CloseCause::Cancelled)?;
        }
        Command::Left { person, .. } => left(run, *person)?,
        Command::Fire { timer } => timer::fire(run, *timer)?,
        Command::Look => look(run)?,
        Command::Receive { token, message, id, values, .. } => wait::receive(run, *token, message, *id, values),
    }
    run.advance()?;
    // What was written may be what is waited for.
    if !run.effects.is_empty() && run.foretelling.is_none() {
        look(run)?;
        run.advance()?;
    }
    timer::keep(run)
}

fn look(run: &mut Run<'_>) -> Result<(), Stop> {
    if run.instance.status != Status::Running || run.instance.suspended.is_some() {
        return Ok(());
    }
    timer::look(run)?;
    wait::look(run)
}

/// A submission is refused if, as things are, it would come to a node where nobody may decide: better told to the
/// initiator now than to the approver before that node later.
fn look_ahead(run: &mut Run<'_>, command: &Command) -> Result<(), Stop> {
    match command {
        Command::Start { .. } | Command::Resubmit { .. } => {
            let env = Env { record: &run.record, ..run.env };
            preview::refusal(&env, run.workflow, &run.instance, &run.ids)
        }
        Command::Decide { .. }
        | Command::ComeBack { .. }
        | Command::Urge { .. }
        | Command::AddCall { .. }
        | Command::Migrate { .. }
        | Command::Restart { .. }
        | Command::Operate { .. }
        | Command::Absent { .. }
        | Command::Withdraw { .. }
        | Command::Comment { .. }
        | Command::Cancel { .. }
        | Command::Fire { .. }
        | Command::Look
        | Command::Receive { .. }
        | Command::Left { .. } => Ok(()),
    }
}

fn not_begun() -> Stop {
    Rejection::state("wrong_state", "Expected a workflow that has begun, but it has not").into()
}

fn require_open(run: &Run<'_>) -> Result<(), Stop> {
    match run.instance.status {
        Status::Running | Status::Returned => Ok(()),
        Status::New => Err(not_begun()),
        Status::Ended => {
            let outcome = run.instance.outcome.clone().unwrap_or_default();
            let message = format!("Expected a running workflow, but it has ended with `{outcome}`");
            Err(Rejection::state("wrong_state", message).into())
        }
    }
}

fn start(
    run: &mut Run<'_>,
    by: Uuid,
    catalog_version: i64,
    transition: Option<&Name>,
    picks: &Keyed<Vec<Uuid>>,
) -> Result<(), Stop> {
    if run.instance.status != Status::New {
        return Err(Rejection::state("wrong_state", "Expected a new workflow, but it has begun already").into());
    }
    run.submission = true;
    run.instance.initiator = people::person(run.env.ctx.org, by);
    let begin = begin(run, by, picks, &IndexMap::new())?;
    let started = Started {
        id: run.ids.next(),
        workflow: run.workflow.name.clone(),
        label: run.workflow.label.clone(),
        catalog_version,
        entity: run.env.record.entity.clone(),
        record: run.env.record.id,
        transition: transition.cloned(),
        initiator: run.instance.initiator.clone(),
        launched_by: None,
        begin,
    };
    run.emit(What::Started(Box::new(started)));
    Ok(())
}

fn require_returned(run: &Run<'_>) -> Result<(), Stop> {
    if run.instance.status == Status::Returned {
        return Ok(());
    }
    require_open(run)?;
    let message = "Expected a workflow that was given back, but it is running";
    Err(Rejection::state("wrong_state", message).into())
}

fn resubmit(run: &mut Run<'_>, catalog_version: i64, picks: &Keyed<Vec<Uuid>>) -> Result<(), Stop> {
    require_returned(run)?;
    run.submission = true;
    run.forget_settings();
    let begin = begin(run, run.instance.initiator.id, picks, &IndexMap::new())?;
    run.emit(What::Resubmitted(Box::new(Resubmitted { catalog_version, begin })));
    Ok(())
}

/// Variables, some of which may be given, and copied settings.
pub(super) fn begin(
    run: &mut Run<'_>,
    initiator: Uuid,
    picks: &Keyed<Vec<Uuid>>,
    given: &IndexMap<Name, Value>,
) -> Result<Begin, Stop> {
    let org = run.env.ctx.org;
    let department = org.people.get(&initiator).and_then(|p| p.department).map(|id| people::department(org, id));
    run.instance.department = department.clone();
    for (node, people) in picks {
        verb::check_pick(run, node, people, Picker::Initiator)?;
    }
    let (variables, fired) = work_out(run, &run.workflow.variables, given, &run.workflow.name)?;
    let settings = run.env.ctx.settings;
    let copied =
        run.workflow.settings.iter().map(|name| (name.clone(), settings.get(name).cloned().unwrap_or_default()));
    Ok(Begin {
        token: run.instance.last_number + 1,
        node: run.workflow.start.clone(),
        department,
        variables,
        settings: copied.collect(),
        fired,
        picks: picks.clone(),
    })
}

/// Values of variables, and the decision rows behind them.
pub(super) type Known = (IndexMap<Name, Value>, Keyed<Vec<Fired>>);

/// Variables of a workflow, each worked out with those before it, and the decision rows behind them.
pub(super) fn work_out(
    run: &Run<'_>,
    variables: &Keyed<Variable>,
    given: &IndexMap<Name, Value>,
    place: &str,
) -> Result<Known, Stop> {
    let mut needs: Vec<Query> = Vec::new();
    let mut fired: Keyed<Vec<Fired>> = Keyed::new();
    let mut known: IndexMap<Name, Value> = IndexMap::new();
    for (name, variable) in variables {
        if let Some(value) = given.get(name) {
            known.insert(name.clone(), value.clone());
            continue;
        }
        match run.with_variables(&known, |env| expression::eval(&variable.value, env)) {
            Ok((value, behind)) => {
                known.insert(name.clone(), value);
                if !behind.is_empty() {
                    fired.insert(name.clone(), behind);
                }
            }
            Err(EvalError::Needs(queries)) => needs.extend(queries),
            // It may only fail because a variable before it is not known yet.
            Err(EvalError::Fault(_)) if !needs.is_empty() => {}
            Err(fault @ EvalError::Fault(_)) => {
                return Err(run.stop(fault, &format!("{place}.variables.{name}")));
            }
        }
    }
    if needs.is_empty() { Ok((known, fired)) } else { Err(Stop::Needs(needs)) }
}

fn add_call(run: &mut Run<'_>, by: Uuid, node: &Name, item: Uuid) -> Result<(), Stop> {
    require_open(run)?;
    operate::require_going(run)?;
    let more = matches!(run.workflow.nodes.get(node).map(|n| &n.kind), Some(NodeKind::Call(call)) if call.more);
    if by != run.instance.initiator.id || !more {
        return Err(verb::forbidden("Expected the initiator, and a call to which they may add, but it is not so"));
    }
    calling::add(run, node, item, None)
}

/// How long it takes until somebody can be urged again, where the workflow says nothing.
pub(super) const URGE_EVERY: Period = Period { count: 30, unit: crate::definition::PeriodUnit::Minutes };

fn urge(run: &mut Run<'_>, by: Uuid) -> Result<(), Stop> {
    require_open(run)?;
    if by != run.instance.initiator.id {
        let message = format!("Expected {} to urge, but it was somebody else", run.instance.initiator.name);
        return Err(Rejection::Forbidden { message }.into());
    }
    let may = |task: &Task| run.approval(&task.node).is_none_or(|approval| approval.verbs.urge);
    if !run.instance.tasks.values().any(may) {
        return Err(verb::forbidden("Expected somebody who can be urged, but nobody can"));
    }
    if let Some(last) = run.instance.urged_at {
        let next = time::after(last, run.workflow.urge_every, run.env.ctx.zone);
        if run.env.ctx.now < next {
            let told = format!(
                "Expected no urging before {}, but it was urged a moment ago",
                next.format("%Y-%m-%dT%H:%M:%SZ")
            );
            return Err(Rejection::state("urged_already", told).into());
        }
    }
    run.emit(What::Urged);
    Ok(())
}

/// The open tasks of somebody who is away go to their deputy.
fn absent(run: &mut Run<'_>, person: Uuid) -> Result<(), Stop> {
    let theirs = run.instance.tasks.iter().filter(|(_, t)| t.assignee.id == person);
    let theirs: Vec<(Uuid, Task)> = theirs.map(|(id, task)| (*id, task.clone())).collect();
    for (id, task) in theirs {
        let Some(to) = approvers::deputy(run, &task.node, &task.assignee) else { continue };
        let at = run.at(task.token, &task.node);
        let via = Via::Deputy { of: task.assignee.clone() };
        verb::hand_over(run, id, &task, at, to, via, None);
    }
    Ok(())
}

fn withdraw(run: &mut Run<'_>, by: Uuid, reason: Option<&String>) -> Result<(), Stop> {
    let after_end = match (run.instance.status, run.workflow.withdraw) {
        (Status::Ended, WithdrawWindow::AfterEnd(period)) => Some(period),
        _ => None,
    };
    if after_end.is_none() {
        require_open(run)?;
    }
    if by != run.instance.initiator.id {
        let message = format!("Expected {} to withdraw it, but it was somebody else", run.instance.initiator.name);
        return Err(Rejection::Forbidden { message }.into());
    }
    // What was given back is with its initiator: it can always be dropped.
    let returned = run.instance.status == Status::Returned;
    match run.workflow.withdraw {
        WithdrawWindow::Running => {}
        WithdrawWindow::AfterEnd(_) if after_end.is_none() => {}
        WithdrawWindow::AfterEnd(period) => within(run, period)?,
        WithdrawWindow::Undecided if run.instance.decisions == 0 || returned => {}
        WithdrawWindow::Undecided => {
            let message = "Expected nobody to have decided yet, but somebody has";
            return Err(Rejection::state("withdraw_closed", message).into());
        }
        WithdrawWindow::Never if returned => {}
        WithdrawWindow::Never => {
            let message = "Expected a workflow that can be withdrawn, but this one cannot";
            return Err(Rejection::state("withdraw_closed", message).into());
        }
    }
    run.close_tasks(CloseCause::Withdrawn, |_| true);
    run.emit(What::Withdrawn { reason: reason.cloned() });
    run.end(&"withdrawn".into(), None, CloseCause::Withdrawn)
}

/// Whether what was approved can still be withdrawn.
fn within(run: &Run<'_>, period: Period) -> Result<(), Stop> {
    let outcome = run.instance.outcome.clone().unwrap_or_default();
    if super::ENGINE_OUTCOMES.contains(&outcome.as_str()) || outcome.as_str() == "rejected" {
        let message = format!("Expected a workflow that came to something, but it has ended with `{outcome}`");
        return Err(Rejection::state("wrong_state", message).into());
    }
    let ended = run.instance.ended_at.unwrap_or(run.instance.started_at);
    if run.env.ctx.now <= time::after(ended, period, run.env.ctx.zone) {
        return Ok(());
    }
    let message = format!("Expected it to have ended within {period}, but it ended on {}", ended.format("%Y-%m-%d"));
    Err(Rejection::state("withdraw_closed", message).into())
}

/// The open tasks of somebody who left, one after the other; each settlement may close others of them.
fn left(run: &mut Run<'_>, person: Uuid) -> Result<(), Stop> {
    if people::is_active(run.env.ctx.org, person) {
        return Err(Rejection::state("wrong_state", "Expected somebody who left, but they are active").into());
    }
    let theirs: Vec<Uuid> =
        run.instance.tasks.iter().filter(|(_, t)| t.assignee.id == person).map(|(id, _)| *id).collect();
    let asked = run.instance.consults.iter().filter(|(_, asked)| asked.who.id == person);
    let asked: Vec<(Uuid, super::Consult)> = asked.map(|(id, asked)| (*id, asked.clone())).collect();
    for (task, consult) in asked {
        let at = run.at(consult.token, &consult.node);
        run.emit_engine(What::TaskClosed { at, task, assignee: consult.who, cause: CloseCause::Left });
    }
    for id in theirs {
        let Some(task) = run.instance.tasks.get(&id).cloned() else { continue };
        let before = run.checkpoint();
        match pass_on(run, id, &task) {
            // Whatever cannot go on (a loop, nobody further on) must not keep people from leaving.
            Err(Stop::Rejected(refused)) => {
                run.go_back(before);
                let Some(admin) = approvers::administrator(run, task.token) else { return Err(refused.into()) };
                let at = run.at(task.token, &task.node);
                let via = Via::Left { from: task.assignee.clone() };
                verb::hand_over(run, id, &task, at, admin, via, None);
            }
            done => done?,
        }
    }
    Ok(())
}

fn pass_on(run: &mut Run<'_>, id: Uuid, task: &Task) -> Result<(), Stop> {
    run.focus = Some(task.token);
    let at = run.at(task.token, &task.node);
    let part = run.visit(task.token).and_then(|(_, visit)| visit.parts.get(task.part)).cloned();
    if part.as_ref().is_some_and(|part| part.pool.is_some()) {
        run.emit_engine(What::TaskReleased { at, task: id, from: task.assignee.clone() });
        return Ok(());
    }
    let owner = part.and_then(|part| part.owner).filter(|owner| people::is_active(run.env.ctx.org, owner.id));
    if let Some(owner) = owner {
        verb::hand_over(run, id, task, at, owner, Via::TakenBack, None);
        return Ok(());
    }
    match approvers::stand_in(run, task.token, &task.node, &task.assignee)? {
        StandIn::Person(to, via) => verb::hand_over(run, id, task, at, to, via, None),
        StandIn::Settled(approved) => {
            let (who, cause) = (task.assignee.clone(), CloseCause::Left);
            run.emit_engine(What::TaskClosed { at: at.clone(), task: id, assignee: who.clone(), cause });
            run.emit_engine(What::PartSettled { at, part: task.part, who, approved });
            run.settle(task.token)?;
        }
        StandIn::Rejected => run.settle_as(task.token, false, None, true)?,
    }
    run.advance()
}

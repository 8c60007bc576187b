//! What people do with their tasks, and what keeps them from it.

use chrono::{DateTime, SecondsFormat, Utc};
use indexmap::IndexMap;
use uuid::Uuid;

use super::{
    Approval, Asks, At, Channel, CloseCause, Event, Named, Part, PartState, Picker, RecordEffect, Said, Source, Task,
    Verb, Verdict, Via, What, approvers, back, people,
    run::{Run, Stop},
    signers,
};
use crate::{Name, Problem, Rejection, Value, definition::Reason};

/// Decides an open task.
pub(super) fn decide_task(run: &mut Run<'_>, id: Uuid, by: Uuid, verb: &Verb, said: &Said) -> Result<(), Stop> {
    let before = run.events.len();
    act_on(run, id, by, verb, said)?;
    let decided = |event: &Event| matches!(&event.what, What::TaskDecided { task, .. } if *task == id);
    let has_files = !said.attachments.is_empty() || said.signature.is_some();
    if has_files && !run.events.iter().skip(before).any(decided) {
        run.emit(What::Attached { task: id, attachments: said.attachments.clone(), signature: said.signature });
    }
    Ok(())
}

fn act_on(run: &mut Run<'_>, id: Uuid, by: Uuid, verb: &Verb, said: &Said) -> Result<(), Stop> {
    let reason = said.reason.as_ref().map(|r| r.trim().to_owned()).filter(|r| !r.is_empty());
    let said = &Said { reason, ..said.clone() };
    if !people::is_active(run.env.ctx.org, by) {
        return Err(forbidden("Expected somebody who works here, but they do not"));
    }
    if *verb == Verb::TakeBack {
        return back::take_back(run, id, by, said);
    }
    if let Some(asked) = run.instance.consults.get(&id).cloned() {
        return signers::answer(run, id, &asked, by, verb, said);
    }
    let Some(task) = run.instance.tasks.get(&id).cloned() else { return Err(task_gone(run, id)) };
    run.focus = Some(task.token);
    let Some(approval) = run.approval(&task.node) else {
        let told = format!("Expected an approval `{}`, but it is gone", task.node);
        return Err(Rejection::state("workflow_fault", told).into());
    };
    let task = take(run, id, task, approval, by, verb)?;
    if said.channel == Some(Channel::MailLink) && !approval.by_mail(verb) {
        return Err(forbidden("Expected what can be decided by mail, but this is only done in the app"));
    }
    check_verb(run, approval, verb, said)?;
    check_fields(approval, verb, &said.fields)?;
    let at = run.at(task.token, &task.node);
    let part = run.visit(task.token).and_then(|(_, visit)| visit.parts.get(task.part)).cloned();
    if let Some(owner) = part.as_ref().and_then(|part| part.owner.clone())
        && people::is_active(run.env.ctx.org, owner.id)
    {
        return advise(run, id, &task, at, owner, verb, said);
    }
    match verb {
        Verb::Approve => {
            write(run, &said.fields, &approval.required)?;
            pick(run, &said.picks)?;
            emit_decided(run, id, at, Verdict::Approved, None, said);
            run.settle(task.token)
        }
        Verb::Reject => {
            write(run, &said.fields, &[])?;
            emit_decided(run, id, at, Verdict::Rejected, None, said);
            run.settle(task.token)
        }
        Verb::Outcome { name } => {
            let required = approval.outcomes.get(name).map(|own| own.required.as_slice()).unwrap_or_default();
            write(run, &said.fields, required)?;
            pick(run, &said.picks)?;
            emit_decided(run, id, at, Verdict::Chose, Some(name.clone()), said);
            run.settle(task.token)
        }
        Verb::Return(how) => {
            let Some(allowed) = &approval.verbs.give_back else { return Ok(()) };
            write(run, &said.fields, &[])?;
            back::give_back(run, id, &task, allowed, how, said)
        }
        Verb::Transfer { to } => {
            let person = other(run, &task, approval, *to)?;
            let via = Via::Transfer { from: task.assignee.clone() };
            hand_over(run, id, &task, at, person, via, said.reason.clone());
            Ok(())
        }
        Verb::Delegate { to } => {
            let person = other(run, &task, approval, *to)?;
            let via = Via::Delegated { from: task.assignee.clone() };
            hand_over(run, id, &task, at, person, via, said.reason.clone());
            Ok(())
        }
        Verb::AddSigner { people, place, mode } => signers::add(run, id, &task, approval, people, *place, *mode, said),
        Verb::RemoveSigner { person } => signers::remove(run, &task, approval, by, *person, said),
        Verb::Claim => Ok(()),
        Verb::Release => {
            if part.as_ref().is_none_or(|part| part.pool.is_none()) {
                return Err(Rejection::state("not_pooled", "Expected a task of a role, but it is yours alone").into());
            }
            run.emit(What::TaskReleased { at, task: id, from: task.assignee });
            Ok(())
        }
        Verb::Copy { people } => signers::copy(run, at, people, said),
        Verb::Consult { to } => signers::consult(run, at, *to, by, said),
        Verb::Comment => {
            let text = said.reason.clone();
            let text = text.ok_or_else(|| Rejection::invalid("reason", "required", "A comment has a text"))?;
            run.emit(What::Commented { text });
            Ok(())
        }
        Verb::TakeBack | Verb::Answer => Err(forbidden("Expected another verb, but this one does nothing here")),
    }
}

pub(super) fn forbidden(message: &str) -> Stop {
    Rejection::Forbidden { message: message.to_owned() }.into()
}

/// The task as somebody may act on it: theirs, or of a pool of which they are, which they claim by acting.
fn take(run: &mut Run<'_>, id: Uuid, task: Task, approval: &Approval, by: Uuid, verb: &Verb) -> Result<Task, Stop> {
    let Some(pool) = &task.pool else {
        if task.assignee.id == by {
            return match verb {
                Verb::Claim => {
                    Err(Rejection::state("not_pooled", "Expected a task that nobody has, but it is yours").into())
                }
                _ => Ok(task),
            };
        }
        let pool = run.visit(task.token).and_then(|(_, v)| v.parts.get(task.part)).and_then(|part| part.pool.as_ref());
        if pool.is_some_and(|pool| approvers::takers(run, approval, pool).contains(&by)) {
            let told = format!("Expected a task that nobody has claimed, but {} has it", task.assignee.name);
            return Err(Rejection::state("task_claimed", told).into());
        }
        let message = format!("Expected a decision by {}, but somebody else sent it", task.assignee.name);
        return Err(Rejection::Forbidden { message }.into());
    };
    if !approvers::takers(run, approval, pool).contains(&by) {
        let message = format!("Expected somebody of {}, but somebody else sent it", pool.name);
        return Err(Rejection::Forbidden { message }.into());
    }
    // Somebody who only writes a comment has not taken it on.
    if matches!(verb, Verb::Comment | Verb::Release) {
        return if *verb == Verb::Release {
            Err(Rejection::state("not_claimed", "Expected a task that somebody has claimed, but nobody has").into())
        } else {
            Ok(task)
        };
    }
    let at = run.at(task.token, &task.node);
    let who = people::person(run.env.ctx.org, by);
    run.emit(What::TaskClaimed { at, task: id, who: who.clone() });
    Ok(Task { assignee: who, pool: None, ..task })
}

/// *Expected an open task, but Wang Fang approved it at …*: the click came late, or was never for a task of this instance.
pub(super) fn task_gone(run: &Run<'_>, id: Uuid) -> Stop {
    let Some(closed) = run.instance.closed.get(&id) else {
        return Rejection::NotFound { kind: "task".into(), id: id.to_string() }.into();
    };
    let who = closed.by.as_ref().map_or("the workflow", |by| by.name.as_str());
    let did = match closed.how.as_str() {
        "approved" => "approved it",
        "rejected" => "rejected it",
        "returned" => "gave it back",
        "transferred" => "handed it over",
        "delegated" => "delegated it",
        "advised" => "gave advice on it",
        "answered" => "answered it",
        "waiting" => "added people before",
        "removed" => "took its person away",
        "taken_back" => "took it back",
        "moved" => "went on elsewhere",
        "withdrawn" => "withdrew it",
        "cancelled" => "cancelled it",
        "ended" | "left" => "closed it",
        own => return done(format!("Expected an open task, but {who} decided `{own}` at {}", time(closed.at))),
    };
    done(format!("Expected an open task, but {who} {did} at {}", time(closed.at)))
}

fn done(message: String) -> Stop {
    Rejection::state("task_done", message).into()
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn check_verb(run: &Run<'_>, approval: &Approval, verb: &Verb, said: &Said) -> Result<(), Stop> {
    let verbs = &approval.verbs;
    let asked = match verb {
        Verb::Approve => Some(verbs.approve),
        Verb::Reject => verbs.reject,
        Verb::Outcome { name } => approval.outcomes.get(name).map(|own| own.asks),
        Verb::Return(_) => verbs.give_back.as_ref().map(|allowed| allowed.asks),
        Verb::Transfer { .. } => verbs.transfer,
        Verb::Delegate { .. } => verbs.delegate,
        Verb::AddSigner { .. } => verbs.add_signer.as_ref().map(|allowed| allowed.asks),
        // Whom one has added oneself, one can always take away.
        Verb::RemoveSigner { .. } => Some(verbs.remove_signer.unwrap_or_default()),
        Verb::Claim | Verb::Release => Some(Asks::default()),
        Verb::TakeBack | Verb::Answer => None,
        Verb::Copy { .. } => verbs.cc,
        Verb::Consult { .. } => verbs.consult,
        Verb::Comment => verbs.comment,
    };
    check_asks(verb.as_str(), asked, run, said)
}

/// Whether a verb is allowed, and what it asks for is there. Nobody is asked where it is only foretold.
pub(super) fn check_asks(verb: &str, asked: Option<Asks>, run: &Run<'_>, said: &Said) -> Result<(), Stop> {
    let Some(asked) = asked else {
        return Err(forbidden(&format!("Expected a verb that this node allows, but it is `{verb}`")));
    };
    if run.foretelling.is_some() {
        return Ok(());
    }
    let mut problems = Vec::new();
    let mut miss = |what: Reason, there: bool, path: &str, told: &str| {
        if what == Reason::Required && !there {
            problems.push(Problem::new(path, "required", told));
        }
    };
    miss(asked.reason, said.reason.is_some(), "reason", "A reason is required");
    miss(asked.attachment, !said.attachments.is_empty(), "attachments", "A file must be attached");
    miss(asked.signature, said.signature.is_some(), "signature", "It must be signed");
    if problems.is_empty() { Ok(()) } else { Err(Rejection::Invalid(problems).into()) }
}

impl Approval {
    /// Whether a verb can be used by a link in a letter: nothing is filled in, attached or signed there, and nobody is
    /// chosen.
    #[must_use]
    pub fn by_mail(&self, verb: &Verb) -> bool {
        let asks = match verb {
            Verb::Approve => Some(self.verbs.approve),
            Verb::Reject => self.verbs.reject,
            Verb::Return(how) => self.verbs.give_back.as_ref().filter(|_| how.to.is_none()).map(|allowed| allowed.asks),
            Verb::Outcome { name } => self.outcomes.get(name).filter(|own| own.write.is_empty()).map(|own| own.asks),
            _ => None,
        };
        self.by_mail
            && asks.is_some_and(|asks| asks.attachment == Reason::Optional && asks.signature == Reason::Optional)
    }

    /// The fields that somebody may write with a verb.
    #[must_use]
    pub fn opens(&self, verb: &Verb) -> Vec<&Name> {
        let own = match verb {
            Verb::Approve | Verb::Reject | Verb::Return(_) => None,
            Verb::Outcome { name } => self.outcomes.get(name),
            _ => return Vec::new(),
        };
        self.write.iter().chain(own.into_iter().flat_map(|own| &own.write)).collect()
    }
}

fn check_fields(approval: &Approval, verb: &Verb, fields: &IndexMap<Name, Value>) -> Result<(), Stop> {
    let open = approval.opens(verb);
    let problems: Vec<Problem> = fields
        .keys()
        .filter(|field| !open.contains(field))
        .map(|field| Problem::new(field.as_str(), "read_only", format!("`{field}` cannot be changed here")))
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(Rejection::Invalid(problems).into()) }
}

/// Writes fields, after which some must have a value.
fn write(run: &mut Run<'_>, fields: &IndexMap<Name, Value>, required: &[Name]) -> Result<(), Stop> {
    if !fields.is_empty() {
        run.affect(RecordEffect::Update(fields.clone()))?;
    }
    if run.foretelling.is_some() {
        return Ok(());
    }
    let empty = |field: &&Name| match run.record.lines.get(*field) {
        Some(lines) => lines.is_empty(),
        None => run.record.get(field).is_null(),
    };
    let missing = required.iter().filter(empty);
    let problems: Vec<Problem> =
        missing.map(|field| Problem::new(field.as_str(), "required", format!("`{field}` is missing"))).collect();
    if problems.is_empty() { Ok(()) } else { Err(Rejection::Invalid(problems).into()) }
}

/// Notes whom an approver chose for the nodes that follow.
fn pick(run: &mut Run<'_>, picks: &IndexMap<Name, Vec<Uuid>>) -> Result<(), Stop> {
    for (node, people) in picks {
        check_pick(run, node, people, Picker::Previous)?;
        run.emit(What::Picked { node: node.clone(), people: people.clone() });
    }
    Ok(())
}

/// Whether somebody may choose the people of a node, and these.
pub(super) fn check_pick(run: &Run<'_>, node: &Name, people: &[Uuid], picker: Picker) -> Result<(), Stop> {
    let refuse = |code: &str, told: String| Err(Rejection::invalid(format!("picks.{node}"), code, told).into());
    let sources = run.approval(node).map(|approval| approval.approvers.as_slice()).unwrap_or_default();
    let source = sources.iter().find_map(|source| match source {
        Source::Picks { by, from, most } if *by == picker => Some((from, *most)),
        _ => None,
    });
    let Some((from, most)) = source else {
        return refuse("not_chosen", format!("Expected a node whose people you choose, but it is `{node}`"));
    };
    if people.is_empty() || people.len() > usize::try_from(most).unwrap_or(usize::MAX) {
        return refuse("count", format!("Expected 1 to {most} people, but there are {}", people.len()));
    }
    let candidates = approvers::find(run, node, from)?;
    match people.iter().find(|id| !candidates.iter().any(|(one, _)| one == *id)) {
        Some(_) => {
            refuse("choose", "Expected people of whom one can choose here, but somebody else is among them".into())
        }
        None => Ok(()),
    }
}

pub(super) fn emit_decided(
    run: &mut Run<'_>,
    task: Uuid,
    at: At,
    verdict: Verdict,
    outcome: Option<Name>,
    said: &Said,
) {
    run.emit(What::TaskDecided {
        at,
        task,
        verdict,
        reason: said.reason.clone(),
        fields: said.fields.keys().cloned().collect(),
        outcome,
        attachments: said.attachments.clone(),
        signature: said.signature,
    });
}

/// What whoever works on it for somebody else would do; that one gets it back and decides.
fn advise(
    run: &mut Run<'_>,
    id: Uuid,
    task: &Task,
    at: At,
    owner: Named,
    verb: &Verb,
    said: &Said,
) -> Result<(), Stop> {
    let verdict: Name = match verb {
        Verb::Approve => "approved".into(),
        Verb::Reject => "rejected".into(),
        Verb::Outcome { name } => name.clone(),
        Verb::Comment => {
            let text = said.reason.clone();
            let text = text.ok_or_else(|| Rejection::invalid("reason", "required", "A comment has a text"))?;
            run.emit(What::Commented { text });
            return Ok(());
        }
        _ => {
            let told =
                format!("Expected advice to {}, but it is `{}`: only they can do that", owner.name, verb.as_str());
            return Err(forbidden(&told));
        }
    };
    write(run, &said.fields, &[])?;
    let via = Via::Advised { by: task.assignee.clone(), verdict };
    hand_over(run, id, task, at, owner, via, said.reason.clone());
    Ok(())
}

/// Somebody who can take over a part: active, allowed here, and without a part of their own.
fn other(run: &Run<'_>, task: &Task, approval: &Approval, to: Uuid) -> Result<Named, Stop> {
    free(run, task, approval, to, "to")
}

/// The same, for the input at `path`.
pub(super) fn free(run: &Run<'_>, task: &Task, approval: &Approval, to: Uuid, path: &str) -> Result<Named, Stop> {
    let org = run.env.ctx.org;
    let refuse = |code: &str, message: String| Err(Rejection::invalid(path, code, message).into());
    let person = people::person(org, to);
    if !people::is_active(org, to) {
        return refuse("inactive", "Expected somebody who works here, but they do not".to_owned());
    }
    let counts = |part: &Part| !matches!(part.state, PartState::Dropped | PartState::Closed);
    let has_part = run.visit(task.token).is_some_and(|(_, v)| v.parts.iter().any(|p| p.who.id == to && counts(p)));
    if has_part {
        return refuse("already_approver", format!("Expected somebody else, but {} decides here already", person.name));
    }
    if approvers::may_stand_in(run, approval, to).is_err() {
        return refuse("may_not_decide", format!("Expected somebody who may decide here, but {} may not", person.name));
    }
    Ok(person)
}

pub(super) fn hand_over(run: &mut Run<'_>, id: Uuid, task: &Task, at: At, to: Named, via: Via, reason: Option<String>) {
    let new_task = run.ids.next();
    let from = task.assignee.clone();
    run.emit(What::TaskHandedOver { at, task: id, new_task, from, to, via, reason });
}

/// Closes a task whose person waits for others.
pub(super) fn put_off(run: &mut Run<'_>, id: Uuid, task: &Task) {
    let at = run.at(task.token, &task.node);
    let (assignee, cause) = (task.assignee.clone(), CloseCause::Waiting);
    run.emit(What::TaskClosed { at, task: id, assignee, cause });
}

//! Waits for a time, a message or a condition; and races, of which the first that is done goes on.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use indexmap::IndexMap;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::{
    Awaited, Awaits, Branch, CloseCause, NodeKind, RaceBranch, ScopeKind, Status, TimerSet, TimerWhat, Wait, WaitCause,
    WaitSpec, Waiting, What, read_message,
    run::{Run, Stop},
    time, timer,
};
use crate::{Name, Rejection, Value, definition::Keyed};

/// A key that is longer is none that people or programs would send.
const LONGEST_KEY: usize = 200;

/// A token came to a wait.
pub(super) fn begin(run: &mut Run<'_>, token: u32, name: &Name, wait: &WaitSpec) -> Result<(), Stop> {
    let now = run.env.ctx.now;
    let mut waiting = Waiting { since: now, until: None, message: None, look: false };
    let mut over = None;
    match &wait.awaited {
        Awaited::Time(_) => {
            waiting.until = until(run, wait, now)?;
            over = waiting.until.filter(|at| *at <= now).map(|_| WaitCause::Time);
        }
        Awaited::Message { name: message, key, .. } => {
            let place = format!("{name}.for.message.key");
            let value = run.eval(key).map_err(|e| run.stop(e, &place))?.0;
            waiting.message = Some(Awaits { name: message.clone(), key: text(run, name, &value)? });
        }
        Awaited::Until { look, .. } => {
            waiting.look = *look;
            over = holds(run, name, wait)?.then_some(WaitCause::Condition);
        }
    }
    let at = run.at(token, name);
    let timer = waiting.until.filter(|_| over.is_none()).map(|at| set(run, at));
    run.emit_engine(What::WaitBegan { at, waiting, timer });
    if let Some(cause) = over {
        end(run, token, Ends::by(cause));
    }
    Ok(())
}

fn set(run: &Run<'_>, at: DateTime<Utc>) -> TimerSet {
    TimerSet { number: timer::number(run, 0), what: TimerWhat::Wait, at }
}

fn until(run: &Run<'_>, wait: &WaitSpec, since: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Stop> {
    match &wait.awaited {
        Awaited::Time(moment) => time::moment(run, moment, since, wait.calendar.as_ref(), NaiveTime::MIN),
        Awaited::Message { .. } | Awaited::Until { .. } => Ok(None),
    }
}

fn text(run: &Run<'_>, node: &Name, value: &Value) -> Result<String, Stop> {
    let text = match value.to_json() {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    if text.is_empty() || text.chars().count() > LONGEST_KEY {
        let told = format!(
            "Expected a key of at most {LONGEST_KEY} signs for the message that `{node}` of the workflow `{}` waits for",
            run.workflow.label
        );
        return Err(Rejection::state("workflow_fault", told).into());
    }
    Ok(text)
}

fn holds(run: &Run<'_>, name: &Name, wait: &WaitSpec) -> Result<bool, Stop> {
    let Awaited::Until { when, .. } = &wait.awaited else { return Ok(false) };
    let value = run.eval(when).map_err(|e| run.stop(e, &format!("{name}.for.until")))?.0;
    Ok(value == Value::Bool(true))
}

fn spec<'w>(run: &Run<'w>, node: &Name) -> Option<&'w WaitSpec> {
    match run.workflow.nodes.get(node).map(|n| &n.kind) {
        Some(NodeKind::Wait(wait)) => Some(wait),
        _ => None,
    }
}

/// What a token waits for, with its node.
fn waiting(run: &Run<'_>, token: u32) -> Option<(Name, Waiting)> {
    let token = run.instance.tokens.get(&token)?;
    if let Wait::For(waiting) = &token.wait { Some((token.node.clone(), waiting.clone())) } else { None }
}

/// Tokens that wait for something other than people, in order.
fn standing(run: &Run<'_>) -> Vec<u32> {
    let waits = run.instance.tokens.iter().filter(|(_, token)| matches!(token.wait, Wait::For(_)));
    waits.map(|(number, _)| *number).collect()
}

/// How a wait ends.
struct Ends {
    cause: WaitCause,
    message: Option<Uuid>,
    reason: Option<String>,
    set: IndexMap<Name, Value>,
}

impl Ends {
    fn by(cause: WaitCause) -> Self {
        Self { cause, message: None, reason: None, set: IndexMap::new() }
    }
}

fn end(run: &mut Run<'_>, token: u32, ends: Ends) {
    let Some(next) = over(run, token, ends) else { return };
    run.enter(token, &next);
}

/// The wait is over; where it would go on.
fn over(run: &mut Run<'_>, token: u32, ends: Ends) -> Option<Name> {
    run.focus = Some(token);
    let node = run.instance.tokens.get(&token).map(|t| t.node.clone())?;
    let next = spec(run, &node)?.next.clone();
    let at = run.at(token, &node);
    let Ends { cause, message, reason, set } = ends;
    run.emit(What::WaitEnded { at, cause, message, reason, set });
    Some(next)
}

/// The time of a wait has come, unless its date is another one by now.
pub(super) fn time_is_up(run: &mut Run<'_>, token: u32) -> Result<(), Stop> {
    if !moved(run, token)? {
        end(run, token, Ends::by(WaitCause::Time));
    }
    Ok(())
}

fn moved(run: &mut Run<'_>, token: u32) -> Result<bool, Stop> {
    let Some((node, kept)) = waiting(run, token) else { return Ok(false) };
    let Some(wait) = spec(run, &node).filter(|wait| wait.awaited.date().is_some()) else { return Ok(false) };
    let now = until(run, wait, kept.since)?;
    if now == kept.until {
        return Ok(false);
    }
    shift(run, token, &node, Waiting { until: now, ..kept });
    Ok(true)
}

fn shift(run: &mut Run<'_>, token: u32, node: &Name, waiting: Waiting) {
    let at = run.at(token, node);
    let timer = waiting.until.map(|at| set(run, at));
    run.emit_engine(What::WaitMoved { at, waiting, timer });
}

/// Looks whether what is waited for is there by now, and moves what goes by dates.
pub(super) fn look(run: &mut Run<'_>) -> Result<(), Stop> {
    for token in standing(run) {
        // One that ended before may have taken it away.
        let Some((node, _)) = waiting(run, token) else { continue };
        run.focus = Some(token);
        moved(run, token)?;
        if let Some(wait) = spec(run, &node)
            && holds(run, &node, wait)?
        {
            end(run, token, Ends::by(WaitCause::Condition));
        }
    }
    Ok(())
}

/// A message came. Whoever does not wait for it (any more) leaves it for others.
///
/// It was read when it was sent, by the definitions of then. Where those of the instance ask for something else it is taken
/// nevertheless, since nobody could take it later, and an administrator sees to the rest: trying again waits for the next.
pub(super) fn receive(run: &mut Run<'_>, token: u32, message: &Awaits, id: Uuid, given: &Map<String, Json>) {
    if run.instance.status != Status::Running || run.instance.suspended.is_some() {
        return;
    }
    let Some((node, _)) = waiting(run, token).filter(|(_, waiting)| waiting.message.as_ref() == Some(message)) else {
        return;
    };
    let Some(Awaited::Message { values: inputs, .. }) = spec(run, &node).map(|wait| &wait.awaited) else { return };
    let own = given.iter().filter(|(name, _)| inputs.contains_key(name.as_str()));
    let own: Map<String, Json> = own.map(|(name, value)| (name.clone(), value.clone())).collect();
    let ends = Ends { message: Some(id), ..Ends::by(WaitCause::Message) };
    match read_message(inputs, &own) {
        Ok(values) => {
            let to = |name: &Name| inputs.get(name).map_or_else(|| name.clone(), |input| input.variable.clone());
            let set = values.into_iter().map(|(name, value)| (to(&name), value)).collect();
            end(run, token, Ends { set, ..ends });
        }
        Err(problems) => {
            over(run, token, ends);
            let told: Vec<String> = problems.iter().map(|p| format!("`{}`: {}", p.path, p.message)).collect();
            let at = run.at(token, &node);
            let code = "message_does_not_fit".to_owned();
            run.emit_engine(What::IncidentRaised { at, code, message: told.join("; ") });
        }
    }
}

/// An administrator has it go on without what it waits for.
pub(super) fn skip(run: &mut Run<'_>, token: u32, reason: String) -> Result<(), Stop> {
    if waiting(run, token).is_none() {
        return Err(Rejection::state("wrong_state", "Expected a wait at this place, but there is none").into());
    }
    end(run, token, Ends { reason: Some(reason), ..Ends::by(WaitCause::Skipped) });
    Ok(())
}

/// What is counted from a moment lasts as much longer as it was suspended.
pub(super) fn resume(run: &mut Run<'_>, pause: TimeDelta) -> Result<(), Stop> {
    for token in standing(run) {
        let Some((node, kept)) = waiting(run, token) else { continue };
        let Some(wait) = spec(run, &node) else { continue };
        if kept.until.is_some() {
            let since = kept.since + pause;
            let until = until(run, wait, since)?;
            shift(run, token, &node, Waiting { since, until, ..kept });
        }
    }
    look(run)
}

/// Foretells: what ends first is over. Whether there was something.
pub(super) fn foretell(run: &mut Run<'_>) -> bool {
    let mut found: Vec<(Option<DateTime<Utc>>, u32, bool)> = Vec::new();
    for token in standing(run) {
        let Some((_, waiting)) = waiting(run, token) else { continue };
        // What has no time comes after what has one.
        let at = waiting.until.or(Some(DateTime::<Utc>::MAX_UTC));
        found.push((at, token, waiting.message.is_some()));
    }
    let Some((_, token, by_message)) = found.into_iter().min() else { return false };
    end(run, token, Ends::by(if by_message { WaitCause::Message } else { WaitCause::Time }));
    true
}

/// A token came to a race: one for each branch, the first of which goes on.
pub(super) fn race(run: &mut Run<'_>, token: u32, name: &Name, branches: &Keyed<RaceBranch>) {
    let scope = run.instance.last_number + 1;
    let mut number = scope;
    let branches = branches.iter().map(|(branch, definition)| {
        number += 1;
        Branch { branch: branch.clone(), to: run.at(number, &definition.next) }
    });
    let branches = branches.collect();
    let at = run.at(token, name);
    run.emit_engine(What::RaceBegan { at, scope, branches });
}

/// Where a token is done with the first node of a race, the others are given up, and it goes on alone.
pub(super) fn wins(run: &mut Run<'_>, token: u32, next: &Name) -> bool {
    let Some((scope, from)) = run.instance.tokens.get(&token).map(|t| (t.scope, t.node.clone())) else { return false };
    let Some(ScopeKind::Race { node, .. }) = run.instance.scopes.get(&scope).map(|s| &s.kind) else { return false };
    let node = node.clone();
    let rest = run.instance.tokens.iter().filter(|(number, t)| t.scope == scope && **number != token);
    let others: Vec<u32> = rest.map(|(number, _)| *number).collect();
    run.close_tasks(CloseCause::Ended, |other| others.contains(&other));
    let (at, to) = (run.at(token, &from), run.at(token, next));
    run.emit_engine(What::RaceWon { at, to, race: node, scope, others });
    true
}

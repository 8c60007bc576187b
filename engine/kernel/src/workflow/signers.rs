//! People whom an approver brings in: added to decide, asked for an opinion, sent a copy.

use uuid::Uuid;

use super::{
    Approval, At, CloseCause, Consult, Named, PartFound, PartState, Said, Task, Verb, Via, What, people,
    run::{Run, Stop},
    verb,
};
use crate::{
    Rejection,
    definition::{Mode, SignerPlace},
};

/// So many can be added or told at once.
const MOST: usize = 50;

/// Adds people before, after or beside the one who has the task (加签).
#[expect(clippy::too_many_arguments, reason = "what somebody says of the people whom they add")]
pub(super) fn add(
    run: &mut Run<'_>,
    id: Uuid,
    task: &Task,
    approval: &Approval,
    people: &[Uuid],
    place: SignerPlace,
    mode: Mode,
    said: &Said,
) -> Result<(), Stop> {
    let allowed = approval.verbs.add_signer.as_ref().is_some_and(|allowed| allowed.places.contains(&place));
    if !allowed {
        return Err(Rejection::invalid("place", "forbidden", "Expected a place that this node allows").into());
    }
    if matches!(mode, Mode::OneOfEach(_)) {
        return Err(
            Rejection::invalid("mode", "forbidden", "Expected `any`, `all`, `sequence`, a number or a share").into()
        );
    }
    check_count(people)?;
    let mut found: Vec<PartFound> = Vec::new();
    for id in people {
        let who = verb::free(run, task, approval, *id, "people")?;
        if !found.iter().any(|one| one.who.id == who.id) {
            let via = Via::Added { by: task.assignee.clone(), place };
            found.push(PartFound { who, via, skipped: None, of: None, pool: None });
        }
    }
    if place == SignerPlace::Before {
        verb::put_off(run, id, task);
    }
    let at = run.at(task.token, &task.node);
    let reason = said.reason.clone();
    run.emit(What::SignersAdded { at, part: task.part, place, mode, people: found, reason });
    run.settle(task.token)
}

fn check_count(people: &[Uuid]) -> Result<(), Stop> {
    if people.is_empty() || people.len() > MOST {
        let told = format!("Expected 1 to {MOST} people, but there are {}", people.len());
        return Err(Rejection::invalid("people", "count", told).into());
    }
    Ok(())
}

/// Takes somebody away who has not decided yet (减签).
pub(super) fn remove(
    run: &mut Run<'_>,
    task: &Task,
    approval: &Approval,
    by: Uuid,
    person: Uuid,
    said: &Said,
) -> Result<(), Stop> {
    let refuse = |code: &str, told: String| Err(Rejection::invalid("person", code, told).into());
    let Some((_, visit)) = run.visit(task.token) else { return Ok(()) };
    let undecided = |state: &PartState| matches!(state, PartState::Open(_) | PartState::Pending);
    let found = visit
        .parts
        .iter()
        .enumerate()
        .find(|(index, part)| part.who.id == person && undecided(&part.state) && *index != task.part);
    let Some((index, part)) = found else {
        return refuse("not_open", "Expected somebody else who has not decided yet, but it is not so".into());
    };
    let adder = part.group.and_then(|group| visit.added.get(group)).and_then(|added| visit.parts.get(added.by));
    if approval.verbs.remove_signer.is_none() && adder.is_none_or(|adder| adder.who.id != by) {
        let told = format!("Expected somebody whom you have added, but {} was not", part.who.name);
        return Err(Rejection::Forbidden { message: told }.into());
    }
    let left = visit.parts.iter().enumerate().filter(|(other, p)| {
        *other != index && p.group == part.group && !matches!(p.state, PartState::Dropped | PartState::Closed)
    });
    if part.group.is_none() && left.count() == 0 {
        return refuse("last", "Expected somebody else to decide here too, but nobody would".into());
    }
    let node = task.node.clone();
    run.close_parts(task.token, &node, &[index], CloseCause::Removed);
    if let Some(text) = &said.reason {
        run.emit(What::Commented { text: text.clone() });
    }
    run.settle(task.token)
}

/// Sends a copy to people (抄送).
pub(super) fn copy(run: &mut Run<'_>, at: At, to: &[Uuid], said: &Said) -> Result<(), Stop> {
    check_count(to)?;
    let org = run.env.ctx.org;
    let mut told: Vec<Named> = Vec::new();
    for id in to {
        if !people::is_active(org, *id) {
            return Err(Rejection::invalid("people", "inactive", "Expected people who work here").into());
        }
        if !told.iter().any(|one| one.id == *id) {
            told.push(people::person(org, *id));
        }
    }
    run.emit(What::Copied { at, people: told, message: said.reason.clone() });
    Ok(())
}

/// Asks somebody for their opinion; the task stays where it is (征询).
pub(super) fn consult(run: &mut Run<'_>, at: At, to: Uuid, by: Uuid, said: &Said) -> Result<(), Stop> {
    let org = run.env.ctx.org;
    if !people::is_active(org, to) || to == by {
        return Err(Rejection::invalid("to", "inactive", "Expected somebody else who works here").into());
    }
    if run.instance.consults.values().any(|asked| asked.who.id == to && asked.token == at.token) {
        return Err(Rejection::invalid("to", "already_asked", "Expected somebody who has not been asked yet").into());
    }
    let task = run.ids.next();
    let who = people::person(org, to);
    run.emit(What::Consulted { at, task, who, question: said.reason.clone() });
    Ok(())
}

/// Gives the opinion that one was asked for.
pub(super) fn answer(
    run: &mut Run<'_>,
    id: Uuid,
    asked: &Consult,
    by: Uuid,
    verb: &Verb,
    said: &Said,
) -> Result<(), Stop> {
    if asked.who.id != by {
        let message = format!("Expected an answer by {}, but somebody else sent it", asked.who.name);
        return Err(Rejection::Forbidden { message }.into());
    }
    if *verb != Verb::Answer {
        return Err(verb::forbidden(&format!("Expected an answer, but it is `{}`", verb.as_str())));
    }
    let text = said.reason.clone().ok_or_else(|| Rejection::invalid("reason", "required", "An answer has a text"))?;
    let at = run.at(asked.token, &asked.node);
    run.emit(What::Answered { at, task: id, text, to: asked.by.clone() });
    Ok(())
}

//! Deadlines of open tasks: set when a task is opened, moved with its date, held while suspended; and what happens by
//! itself when they pass. A timer is a number in the instance; whatever does not find it there does nothing.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    CloseCause, Due, Named, RecordEffect, Status, Task, Then, TimerSet, TimerWhat, Via, What, approvers, people,
    run::{Run, Stop},
    time::{self, Way},
    verb, wait,
};
use crate::{
    Name,
    definition::{DueAct, Reminder},
};

/// What is due on a date is due until its last minute.
pub(super) fn end_of_day() -> NaiveTime {
    NaiveTime::from_hms_opt(23, 59, 0).unwrap_or_default()
}

/// Sets the deadlines of tasks that were opened by what went before.
pub(super) fn keep(run: &mut Run<'_>) -> Result<(), Stop> {
    if run.foretelling.is_some() {
        return Ok(());
    }
    for id in fresh(run) {
        set(run, id, run.env.ctx.now)?;
    }
    Ok(())
}

fn fresh(run: &Run<'_>) -> Vec<Uuid> {
    let has_due = |task: &Task| run.approval(&task.node).is_some_and(|approval| approval.due.is_some());
    run.instance.tasks.iter().filter(|(_, t)| t.due.is_none() && has_due(t)).map(|(id, _)| *id).collect()
}

fn due_of<'w>(run: &Run<'w>, node: &Name) -> Option<&'w Due> {
    run.approval(node)?.due.as_ref()
}

/// Sets or moves a task's deadline, counted from a moment.
fn set(run: &mut Run<'_>, id: Uuid, from: DateTime<Utc>) -> Result<(), Stop> {
    let Some(task) = run.instance.tasks.get(&id).cloned() else { return Ok(()) };
    let Some(due) = due_of(run, &task.node) else { return Ok(()) };
    let due_at = time::moment(run, &due.when, from, due.calendar.as_ref(), end_of_day())?;
    let mut timers = Vec::new();
    if let Some(due_at) = due_at {
        for (what, at) in planned(run, due, due_at)? {
            let pending = run.instance.timers.values().any(|t| t.task == Some(id) && t.what == what);
            let counts = match what {
                TimerWhat::Remind { .. } => pending || at > run.env.ctx.now,
                TimerWhat::Act => !task.acted,
                TimerWhat::Wait => false,
            };
            if counts {
                timers.push(TimerSet { number: number(run, timers.len()), what, at });
            }
        }
    }
    let at = run.at(task.token, &task.node);
    run.emit_engine(What::DueSet { at, task: id, from, due_at, timers });
    Ok(())
}

/// The number of the timer after so many others.
pub(super) fn number(run: &Run<'_>, others: usize) -> u32 {
    run.instance.last_timer + 1 + u32::try_from(others).unwrap_or(u32::MAX / 2)
}

fn planned(run: &Run<'_>, due: &Due, due_at: DateTime<Utc>) -> Result<Vec<(TimerWhat, DateTime<Utc>)>, Stop> {
    let calendar = due.calendar.as_ref();
    let mut planned = Vec::new();
    for (index, reminder) in (0..).zip(&due.remind) {
        let at = match reminder {
            Reminder::Before(span) => time::shift(run, due_at, *span, Way::Earlier, calendar)?,
            Reminder::AtDue => due_at,
            Reminder::After(span) => time::shift(run, due_at, *span, Way::Later, calendar)?,
        };
        planned.push((TimerWhat::Remind { index }, at));
    }
    if let Some(then) = &due.then {
        let at = match then.after {
            Some(span) => time::shift(run, due_at, span, Way::Later, calendar)?,
            None => due_at,
        };
        planned.push((TimerWhat::Act, at));
    }
    Ok(planned)
}

/// A timer has come to its time: late, twice, or after the decision perhaps.
pub(super) fn fire(run: &mut Run<'_>, number: u32) -> Result<(), Stop> {
    let Some(timer) = run.instance.timers.get(&number).cloned() else { return Ok(()) };
    let runs = run.instance.status == Status::Running && run.instance.suspended.is_none();
    if !runs || timer.at > run.env.ctx.now {
        return Ok(());
    }
    let Some(task) = timer.task else { return wait::time_is_up(run, timer.token) };
    if moved(run, task)? {
        return Ok(());
    }
    match timer.what {
        TimerWhat::Remind { .. } => {
            let Some(open) = run.instance.tasks.get(&task) else { return Ok(()) };
            let Some(due_at) = open.due.as_ref().and_then(|due| due.at) else { return Ok(()) };
            let at = run.at(open.token, &open.node);
            run.emit_engine(What::Reminded { at, task, timer: number, due_at });
            Ok(())
        }
        TimerWhat::Act => act(run, task),
        TimerWhat::Wait => Ok(()),
    }
}

/// Sets a deadline anew whose date is another one by now; whether it did.
fn moved(run: &mut Run<'_>, id: Uuid) -> Result<bool, Stop> {
    let Some(task) = run.instance.tasks.get(&id).cloned() else { return Ok(false) };
    let (Some(due), Some(kept)) = (due_of(run, &task.node), &task.due) else { return Ok(false) };
    if due.when.date().is_none() {
        return Ok(false);
    }
    let now = time::moment(run, &due.when, kept.from, due.calendar.as_ref(), end_of_day())?;
    if now == kept.at {
        return Ok(false);
    }
    set(run, id, kept.from)?;
    Ok(true)
}

/// Moves deadlines with the dates of the record.
pub(super) fn look(run: &mut Run<'_>) -> Result<(), Stop> {
    let tasks: Vec<Uuid> = run.instance.tasks.keys().copied().collect();
    for task in tasks {
        moved(run, task)?;
    }
    Ok(())
}

/// It goes on after it was suspended: what is counted from a moment is due so much later.
pub(super) fn resume(run: &mut Run<'_>, since: Option<DateTime<Utc>>) -> Result<(), Stop> {
    let pause = since.map_or(TimeDelta::zero(), |since| run.env.ctx.now - since);
    let tasks: Vec<(Uuid, DateTime<Utc>)> =
        run.instance.tasks.iter().filter_map(|(id, task)| Some((*id, task.due.as_ref()?.from))).collect();
    for (task, from) in tasks {
        set(run, task, from + pause)?;
    }
    wait::resume(run, pause)
}

/// What happens by itself, once for each task.
fn act(run: &mut Run<'_>, id: Uuid) -> Result<(), Stop> {
    let Some(task) = run.instance.tasks.get(&id).cloned() else { return Ok(()) };
    let Some(due) = due_of(run, &task.node) else { return Ok(()) };
    let Some(then) = &due.then else { return Ok(()) };
    run.focus = Some(task.token);
    match then.act {
        DueAct::Notify => tell(run, id, &task, due, then),
        DueAct::Approve | DueAct::Reject => {
            let people = holders(run, &task);
            note(run, id, &task, due, then.act, people);
            run.timed_out = true;
            run.settle(task.token)
        }
        DueAct::Return => {
            // Where it may not be given back once more, people must look after it.
            if run.workflow.most_returns.is_some_and(|most| run.instance.returns >= most) {
                return tell(run, id, &task, due, then);
            }
            let people = holders(run, &task);
            note(run, id, &task, due, then.act, people);
            let at = run.at(task.token, &task.node);
            run.close_tasks(CloseCause::Returned, |_| true);
            run.emit_engine(What::Returned { at, reason: None, fields: Vec::new(), back: None });
            run.affect(RecordEffect::Outcome("returned".into()))
        }
        DueAct::ReassignUp => match above(run, &task) {
            Some((to, from)) => {
                let people = holders(run, &task);
                note(run, id, &task, due, then.act, people);
                let at = run.at(task.token, &task.node);
                verb::hand_over(run, id, &task, at, to, Via::Escalated { from }, None);
                Ok(())
            }
            None => tell(run, id, &task, due, then),
        },
    }
}

fn note(run: &mut Run<'_>, id: Uuid, task: &Task, due: &Due, act: DueAct, people: Vec<Named>) {
    let at = run.at(task.token, &task.node);
    let due_at = task.due.as_ref().and_then(|due| due.at);
    let within = if let super::Moment::After(period) = &due.when { Some(*period) } else { None };
    run.emit_engine(What::Overdue { at, task: id, assignee: task.assignee.clone(), act, due_at, within, people });
}

/// Whoever can act on a task.
fn holders(run: &Run<'_>, task: &Task) -> Vec<Named> {
    match (&task.pool, run.approval(&task.node)) {
        (Some(pool), Some(approval)) => {
            let takers = approvers::takers(run, approval, pool);
            takers.into_iter().map(|id| people::person(run.env.ctx.org, id)).collect()
        }
        _ => vec![task.assignee.clone()],
    }
}

/// Tells whom the definition names; else the manager of whoever has it; else administrators.
fn tell(run: &mut Run<'_>, id: Uuid, task: &Task, due: &Due, then: &Then) -> Result<(), Stop> {
    let org = run.env.ctx.org;
    let mut told: Vec<Uuid> = Vec::new();
    for (id, _) in approvers::find(run, &task.node, &then.to)? {
        if people::is_active(org, id) && !told.contains(&id) {
            told.push(id);
        }
    }
    if told.is_empty() {
        let managers = people::managers(org, task.assignee.id);
        told.extend(managers.into_iter().find(|id| people::is_active(org, *id)));
    }
    if told.is_empty() {
        told = approvers::admins(run);
    }
    let people = told.into_iter().map(|id| people::person(org, id)).collect();
    note(run, id, task, due, DueAct::Notify, people);
    Ok(())
}

/// Who gets a task in the place of whoever has it, and of whom that one is the manager: the nearest above who may
/// decide here and has no part yet, or their deputy. Nobody for a pool.
fn above(run: &Run<'_>, task: &Task) -> Option<(Named, Named)> {
    let approval = run.approval(&task.node)?;
    let (_, visit) = run.visit(task.token)?;
    let owner = visit.parts.get(task.part).and_then(|part| part.owner.clone());
    let from = owner.unwrap_or_else(|| task.assignee.clone());
    let free = |id: &Uuid| {
        approvers::may_stand_in(run, approval, *id).is_ok() && !visit.parts.iter().any(|part| part.who.id == *id)
    };
    let managers = people::managers(run.env.ctx.org, from.id);
    let manager = managers.into_iter().find(free).map(|id| people::person(run.env.ctx.org, id))?;
    let to = approvers::deputy(run, &task.node, &manager).filter(|deputy| free(&deputy.id)).unwrap_or(manager);
    Some((to, from))
}

//! What transitions and workflows do to the record itself: past locks and rights, formulas worked out again.

use std::sync::Arc;

use super::{
    Stop,
    steps::{self, Beside},
};
use crate::{
    Name, Record, Rejection, Value,
    expression::eval,
    query::Outcome,
    save::{Saving, Work},
    schema::{Entity, Transition},
    workflow::RecordEffect,
};

/// Transitions that effects make may not lead on for ever.
const DEEPEST: usize = 4;

/// Moves the record into the transition's state and sets its fields.
pub(super) fn enter(work: &mut Work<'_>, transition: &Transition) {
    work.record_mut().state = Some(transition.to.clone());
    let mut values: Vec<(Name, Value)> = Vec::new();
    for (name, expr) in &transition.set {
        let result = eval(expr, &work.env(&work.record));
        if let Some(value) = work.note(name, result) {
            values.push((name.clone(), value));
        }
    }
    for (name, value) in values {
        work.put(&name, value);
    }
}

/// Applies an effect of a workflow; `beside` takes what transitions do beside.
pub(super) fn apply(
    work: &mut Work<'_>,
    beside: &mut Beside<'_>,
    transition: Option<&Transition>,
    effect: &RecordEffect,
) -> Result<(), Stop> {
    apply_at(work, Some(beside), transition, effect, 0)
}

pub(super) fn apply_at(
    work: &mut Work<'_>,
    beside: Option<&mut Beside<'_>>,
    transition: Option<&Transition>,
    effect: &RecordEffect,
    depth: usize,
) -> Result<(), Stop> {
    match effect {
        RecordEffect::Outcome(outcome) => {
            let states = work.entity.lifecycle.as_ref().map(|l| &l.states);
            let found = state_after(transition, outcome).filter(|s| states.is_some_and(|all| all.contains_key(*s)));
            let state = found.ok_or_else(|| {
                let told = format!("Expected a state for the outcome `{outcome}`, but the definition gives none");
                Rejection::state("workflow_fault", told)
            })?;
            work.record_mut().state = Some(state.clone());
        }
        RecordEffect::Update(fields) => {
            for (name, value) in fields {
                work.put(name, value.clone());
            }
        }
        RecordEffect::Transition(name) => {
            let found = work.entity.lifecycle.as_ref().and_then(|l| l.transitions.get(name));
            let next = found.ok_or_else(|| Rejection::NotFound { kind: "transition".into(), id: name.to_string() })?;
            let here = work.record.state.as_ref().is_some_and(|s| next.from.contains(s));
            if !here || depth >= DEEPEST {
                let told = format!(
                    "Expected a record on which `{name}` can be made, but it is `{}`",
                    work.record.get("state")
                );
                return Err(Rejection::state("wrong_state", told).into());
            }
            enter(work, next);
            work.compute();
            work.stop()?;
            steps::run(work, beside, &next.steps, depth + 1)?;
        }
    }
    work.compute();
    work.title();
    work.stop()
}

/// Where an outcome leads. A return that the definition does not name goes where a rejection or a withdrawal goes.
pub(super) fn state_after<'t>(transition: Option<&'t Transition>, outcome: &str) -> Option<&'t Name> {
    let outcomes = &transition?.outcomes;
    let fallback =
        || if outcome == "returned" { outcomes.get("rejected").or_else(|| outcomes.get("withdrawn")) } else { None };
    outcomes.get(outcome).or_else(fallback)
}

/// The record after an effect.
pub(super) fn applied(
    saving: &Saving<'_>,
    entity: &Entity,
    record: &Record,
    transition: Option<&Transition>,
    effect: &RecordEffect,
) -> Outcome<Record> {
    let mut work = Work::new(saving, entity, Some(record), record.clone());
    match apply_at(&mut work, None, transition, effect, 0) {
        Ok(()) => Outcome::Decided(Arc::unwrap_or_clone(work.record)),
        Err(stop) => stop.outcome(),
    }
}

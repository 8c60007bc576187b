//! Compiles lifecycles and the steps that transitions and action nodes share.

use super::{compiler::Compiler, rows::label_of};
use crate::{
    Name,
    definition::{self, EntityDefinition, Keyed, TransitionDefinition},
    expression::{Expr, Scope, Type},
    nearest,
    schema::{Lifecycle, State, Step, Transition},
    workflow,
};

pub(super) fn compile(c: &mut Compiler<'_>, definition: &EntityDefinition, scope: &Scope<'_>) -> Option<Lifecycle> {
    let lifecycle = definition.lifecycle.as_ref()?;
    state_exists(c, "lifecycle.start", definition, &lifecycle.start);
    let states = lifecycle
        .states
        .iter()
        .map(|(name, state)| {
            let label = state.label.clone().unwrap_or_else(|| label_of(name));
            let compiled = State { label, color: state.color, locked: state.locked.clone(), is_final: state.is_final };
            (name.clone(), compiled)
        })
        .collect();
    let mut transitions = Keyed::new();
    for (name, transition) in &lifecycle.transitions {
        let compiled = compile_transition(c, definition, name, transition, scope);
        transitions.insert(name.clone(), compiled);
    }
    for (name, state) in &lifecycle.states {
        if let definition::Locked::Except(but) = &state.locked {
            for field in &but.except {
                c.field_exists(format!("lifecycle.states.{name}.locked.except"), &definition.name, field);
            }
        }
        let reached = *name == lifecycle.start
            || lifecycle.transitions.values().any(|t| t.to == *name || t.outcomes.values().any(|o| o == name));
        if !reached {
            c.warning("W0213", format!("lifecycle.states.{name}"), format!("no transition leads to `{name}`"));
        }
    }
    Some(Lifecycle { start: lifecycle.start.clone(), states, transitions })
}

fn compile_transition(
    c: &mut Compiler<'_>,
    entity: &EntityDefinition,
    name: &Name,
    transition: &TransitionDefinition,
    scope: &Scope<'_>,
) -> Transition {
    let path = format!("lifecycle.transitions.{name}");
    for from in &transition.from {
        state_exists(c, format!("{path}.from"), entity, from);
    }
    state_exists(c, format!("{path}.to"), entity, &transition.to);
    for field in &transition.requires {
        c.field_exists(format!("{path}.requires"), &entity.name, field);
    }
    for (outcome, state) in &transition.outcomes {
        state_exists(c, format!("{path}.outcomes.{outcome}"), entity, state);
    }
    if transition.workflow.is_none() && !transition.outcomes.is_empty() {
        c.error("E0214", format!("{path}.outcomes"), "there are outcomes, but no `workflow`");
    }
    Transition {
        label: transition.label.clone().unwrap_or_else(|| label_of(name)),
        from: transition.from.clone(),
        to: transition.to.clone(),
        requires: transition.requires.clone(),
        when: transition.when.as_ref().and_then(|k| c.condition(&format!("{path}.when"), k, scope)),
        set: c.assignments(&format!("{path}.set"), &transition.set, &entity.name, None, scope),
        workflow: transition.workflow.clone(),
        outcomes: transition.outcomes.clone(),
        steps: compile_steps(c, &format!("{path}.do"), &entity.name, &transition.steps, scope),
        confirm: transition.confirm.clone(),
    }
}

pub(super) fn state_exists(c: &mut Compiler<'_>, path: impl Into<String>, entity: &EntityDefinition, state: &str) {
    let states = entity.lifecycle.as_ref().map(|l| &l.states);
    if states.is_none_or(|s| !s.contains_key(state)) {
        let known = states.into_iter().flat_map(|s| s.keys()).map(|k| &**k);
        let hint = nearest(state, known).map(|k| format!("did you mean `{k}`?"));
        c.error("E0215", path, format!("no state `{state}`")).hint = hint;
    }
}

pub(super) fn compile_steps(
    c: &mut Compiler<'_>,
    path: &str,
    entity: &Name,
    steps: &Keyed<definition::Step>,
    scope: &Scope<'_>,
) -> Keyed<Step> {
    let mut compiled = Keyed::new();
    for (name, step) in steps {
        let at = format!("{path}.{name}");
        if let Some(step) = compile_step(c, &at, entity, step, scope) {
            compiled.insert(name.clone(), step);
        }
    }
    compiled
}

fn compile_step(
    c: &mut Compiler<'_>,
    path: &str,
    entity: &Name,
    step: &definition::Step,
    scope: &Scope<'_>,
) -> Option<Step> {
    Some(match step {
        definition::Step::Create(create) => {
            if !c.entity_exists(format!("{path}.create.entity"), &create.entity) {
                return None;
            }
            let set = c.assignments(&format!("{path}.create.set"), &create.set, &create.entity, None, scope);
            Step::Create { entity: create.entity.clone(), mapping: create.from.clone(), set }
        }
        definition::Step::Update(update) => {
            let when = update.when.as_ref().and_then(|k| c.condition(&format!("{path}.update.when"), k, scope));
            match &update.record {
                Some(record) => update_other(c, path, entity, update, (record, when), scope)?,
                None => {
                    if update.from.is_some() {
                        let at = format!("{path}.update.from");
                        c.error("E0208", at, "a mapping fills another record").hint =
                            Some("name it in `record`".into());
                    }
                    let set = c.assignments(&format!("{path}.update.set"), &update.set, entity, None, scope);
                    Step::Update { set, when }
                }
            }
        }
        definition::Step::Transition(transition) => {
            let lifecycle = c.types.entities.get(entity).and_then(|e| e.lifecycle.as_ref());
            if lifecycle.is_none_or(|l| !l.transitions.contains_key(&transition.name)) {
                c.error("E0211", format!("{path}.transition.name"), format!("no transition `{}`", transition.name));
            }
            let when = transition.when.as_ref().and_then(|k| c.condition(&format!("{path}.transition.when"), k, scope));
            Step::Transition { name: transition.name.clone(), when }
        }
        definition::Step::Copy(copy) => Step::Copy {
            as_revision: copy.as_revision,
            set: c.assignments(&format!("{path}.copy.set"), &copy.set, entity, None, scope),
        },
        definition::Step::Notify(notify) => Step::Notify {
            to: receivers(c, &format!("{path}.notify.to"), entity, &notify.to)?,
            message: c.template(&format!("{path}.notify.message"), &notify.message, scope)?,
        },
    })
}

fn update_other(
    c: &mut Compiler<'_>,
    path: &str,
    entity: &Name,
    update: &definition::UpdateStep,
    (record, when): (&str, Option<Expr>),
    scope: &Scope<'_>,
) -> Option<Step> {
    let at = format!("{path}.update.record");
    let record = c.expr(&at, record, scope)?;
    let Type::Reference(other) = record.ty() else {
        c.error("E0212", at, format!("expected a reference, but found {}", record.ty()));
        return None;
    };
    let other = other.clone();
    let over = Scope::choose(c.types, &other, entity);
    let set = c.assignments(&format!("{path}.update.set"), &update.set, &other, None, &over);
    Some(Step::UpdateOther { record, entity: other, mapping: update.from.clone(), set, when })
}

fn receivers(
    c: &mut Compiler<'_>,
    path: &str,
    entity: &Name,
    to: &[definition::ApproverSource],
) -> Option<Vec<workflow::Source>> {
    let (sources, problems) = workflow::sources(path, to, c.types, c.types.entities.get(entity)?, c.roles);
    c.problems.extend(problems);
    sources
}

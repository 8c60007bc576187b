//! What people do with records beside saving them: transitions, decisions on tasks, withdrawal, previews.
//!
//! Each command joins the parts that are pure already (saving, lifecycle, workflow) into one decision, whose changes are
//! committed together or not at all.

mod effect;
mod other;
mod steps;

use std::sync::Arc;

use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::{
    Catalog, Name, Problem, Record, Rejection,
    change::Change,
    context::Ids,
    definition::{Keyed, Kind},
    expression::{self, EvalError, Reference},
    field::is_picture,
    query::Outcome,
    rights::Access,
    save::{Saving, Work},
    schema::{Entity, Transition},
    workflow::{self, Awaits, Channel, Instance, Operation, Preview, Said, Status, Verb, Workflow},
};

use effect::{applied, apply};

/// What a command comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// The record as it will be.
    pub record: Record,
    /// The workflow instance as it will be, if one is concerned.
    pub instance: Option<Instance>,
    /// What is written.
    pub changes: Vec<Change>,
    /// Rules that only warn.
    pub warnings: Vec<Problem>,
    /// Records that were made beside: entity and id.
    pub made: Vec<(Name, Uuid)>,
}

/// What is done with a running instance.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Decides a task.
    Decide {
        /// The task.
        task: Uuid,
        /// How.
        verb: Verb,
        /// What is sent with it.
        sent: Box<Sent>,
    },
    /// Steps in, as an administrator.
    Operate {
        /// What is done.
        operation: Operation,
        /// Why; it must be said.
        reason: Option<String>,
    },
    /// Takes it over to the latest version of its workflow, or has it begin again with that, as an administrator.
    Migrate {
        /// The new names of nodes that have another.
        nodes: Keyed<Name>,
        /// Whether it begins again instead.
        restart: bool,
        /// Why; it must be said.
        reason: Option<String>,
    },
    /// Adds one to calls that are under way, as the initiator.
    AddCall {
        /// The node that calls.
        node: Name,
        /// The line, person or department.
        item: Uuid,
    },
    /// Tries again what could not be done, as an administrator.
    Mend {
        /// The token that waits.
        token: u32,
        /// Fields that are changed before, in wire form: those that the administrator may write, whatever the state of
        /// the record locks.
        fields: Map<String, Json>,
        /// Why; it must be said.
        reason: Option<String>,
    },
    /// Urges whoever has it, as the initiator.
    Urge,
    /// Somebody's absence begins: their tasks go to their deputy.
    Absent {
        /// Who.
        person: Uuid,
    },
    /// Takes it back.
    Withdraw {
        /// Why.
        reason: Option<String>,
    },
    /// Stops it, as an administrator.
    Cancel {
        /// Why.
        reason: Option<String>,
    },
    /// Somebody left: their tasks go to others.
    Left {
        /// Who.
        person: Uuid,
    },
    /// A timer has come to its time.
    Fire {
        /// Its number.
        timer: u32,
    },
    /// Looks whether what is waited for has come, and whether dates have moved.
    Look,
    /// A message came for one of its waits.
    Receive {
        /// The token that waits.
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
}

/// What somebody sends with a verb.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sent {
    /// Why; of a consultation the question, of an answer or a comment the text.
    pub reason: Option<String>,
    /// Fields written with it, in wire form.
    pub fields: Map<String, Json>,
    /// Files that are attached; they must be the sender's own.
    pub attachments: Vec<Uuid>,
    /// A signature, a picture of the sender's own.
    pub signature: Option<Uuid>,
    /// Whom they chose for nodes that follow.
    pub picks: Keyed<Vec<Uuid>>,
    /// By what way it came, where it did not come from the app.
    pub channel: Option<Channel>,
}

/// A transition that somebody wants to make.
#[derive(Clone, Copy, Debug)]
pub struct Transit<'a> {
    /// Its name.
    pub name: &'a str,
    /// The version of the record that they saw.
    pub expected: i64,
    /// Why, where they say so.
    pub reason: Option<&'a str>,
    /// Whom they chose for nodes of the workflow that it starts.
    pub picks: Option<&'a Keyed<Vec<Uuid>>>,
    /// The version of the definitions that the record's open workflow keeps; the latest if none.
    pub pinned: Option<&'a Catalog>,
}

/// Makes a transition. `open` is the record's workflow instance that has not ended, if there is one.
#[must_use]
pub fn transition(
    s: &Saving<'_>,
    entity: &Entity,
    base: &Record,
    transit: Transit<'_>,
    open: Option<&Instance>,
) -> Outcome<Done> {
    let expected = transit.expected;
    let transition = match permitted(s, entity, base, transit.name) {
        Ok(transition) => transition,
        Err(stop) => return stop.outcome(),
    };
    if expected != base.version {
        return Outcome::Rejected(Rejection::Stale {
            entity: entity.name.clone(),
            id: base.id,
            expected,
            actual: base.version,
            conflicts: Vec::new(),
        });
    }
    match moved(s, entity, base, transit, transition, open) {
        Ok(done) => Outcome::Decided(done),
        Err(stop) => stop.outcome(),
    }
}

/// Transitions that the person can make on the record now, in the order of the definition.
///
/// # Errors
///
/// [`EvalError::Needs`] where a right or a condition reads what is not known yet.
pub fn possible<'e>(s: &Saving<'_>, entity: &'e Entity, base: &Record) -> Result<Vec<&'e Name>, EvalError> {
    let mut found = Vec::new();
    for (name, transition) in entity.lifecycle.iter().flat_map(|l| &l.transitions) {
        if stands(entity, base, transition)
            && s.access.allows_transition(name, entity, base, s.facts)?
            && fits(s, base, transition)?
        {
            found.push(name);
        }
    }
    Ok(found)
}

/// Acts on a running instance. `pinned` is the version of the definitions that it keeps; for [`Act::Migrate`] that which
/// it is to keep.
#[must_use]
pub fn act(
    s: &Saving<'_>,
    pinned: &Catalog,
    entity: &Entity,
    base: &Record,
    instance: &Instance,
    act: &Act,
) -> Outcome<Done> {
    match acted(s, pinned, entity, base, instance, act) {
        Ok(done) => Outcome::Decided(done),
        Err(stop) => stop.outcome(),
    }
}

/// Who will decide: before `transition` is made, or from where the instance stands.
#[must_use]
pub fn preview(
    s: &Saving<'_>,
    pinned: &Catalog,
    entity: &Entity,
    base: &Record,
    name: Option<&str>,
    open: Option<&Instance>,
) -> Outcome<Preview> {
    let result = (|| {
        let by = s.ctx.user.unwrap_or_default();
        let ids = s.ctx.ids.clone();
        if let (None, Some(instance)) = (name, open) {
            let workflow = flow_of(pinned, instance)?;
            let transition = transition_of(pinned, entity, instance);
            return with_env(s, pinned, entity, base, transition, |env| {
                taken(workflow::preview(env, workflow, instance, instance.initiator.id, &ids))
            });
        }
        let name =
            name.ok_or_else(|| Rejection::state("wrong_state", "Expected a running workflow, but there is none"))?;
        let transition = permitted(s, entity, base, name)?;
        let Some(workflow) = chosen(s, entity, base, transition)? else { return Ok(Preview::default()) };
        let mut work = Work::new(s, entity, Some(base), base.clone());
        effect::enter(&mut work, transition);
        work.compute();
        steps::run(&mut work, None, &transition.steps, 0)?;
        work.stop()?;
        let record = Arc::unwrap_or_clone(work.record);
        let fresh = Instance::default();
        let instance = open.filter(|i| i.status == Status::Returned).unwrap_or(&fresh);
        with_env(s, s.catalog, entity, &record, Some(transition), |env| {
            taken(workflow::preview(env, workflow, instance, by, &ids))
        })
    })();
    match result.and_then(|preview| without_hidden(s, pinned, entity, base, preview)) {
        Ok(preview) => Outcome::Decided(preview),
        Err(stop) => Stop::outcome(stop),
    }
}

/// Leaves out what would tell a reader of fields that they may not read: decision rows over them, and their names.
fn without_hidden(
    s: &Saving<'_>,
    pinned: &Catalog,
    entity: &Entity,
    base: &Record,
    mut preview: Preview,
) -> Result<Preview, Stop> {
    let reach = s.access.reach(entity, Some(base), s.facts)?;
    let reads = |expr: &expression::Expr| {
        expr.references().iter().all(|r| match r {
            Reference::Field { entity: of, lines, field, own } => {
                let path = lines.as_ref().map_or_else(|| field.to_string(), |l| format!("{l}.{field}"));
                let of_this = *own && *of == entity.name;
                s.catalog
                    .entity(of)
                    .is_none_or(|e| if of_this { reach.reads(e, &path) } else { s.access.reads(e, &path) })
            }
            Reference::Rows(of) => s.catalog.entity(of).is_none_or(|e| s.access.sees_all(e)),
            _ => true,
        })
    };
    for node in &mut preview.nodes {
        for fired in node.why.iter_mut().flat_map(|why| &mut why.fired) {
            let table = pinned.decisions.get(&fired.decision);
            fired.rules.retain(|rule| table.is_some_and(|table| table.looked_at_by(rule).into_iter().all(reads)));
        }
        node.depends_on.retain(|field| reach.reads(entity, field));
    }
    Ok(preview)
}

/// Why a command stops here.
pub(crate) enum Stop {
    Needs(Vec<crate::query::Query>),
    Rejected(Rejection),
}

impl Stop {
    fn outcome<T>(self) -> Outcome<T> {
        match self {
            Self::Needs(queries) => Outcome::Needs(queries),
            Self::Rejected(rejection) => Outcome::Rejected(rejection),
        }
    }
}

impl From<Rejection> for Stop {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<EvalError> for Stop {
    fn from(error: EvalError) -> Self {
        match error {
            EvalError::Needs(queries) => Self::Needs(queries),
            EvalError::Fault(fault) => Self::Rejected(Rejection::invalid("", "formula", fault.to_string())),
        }
    }
}

pub(crate) fn taken<T>(outcome: Outcome<T>) -> Result<T, Stop> {
    match outcome {
        Outcome::Decided(value) => Ok(value),
        Outcome::Needs(queries) => Err(Stop::Needs(queries)),
        Outcome::Rejected(rejection) => Err(Stop::Rejected(rejection)),
    }
}

/// The transition that started an instance, as it is now; as it was then, where a later definition has lost it.
fn transition_of<'e>(pinned: &'e Catalog, entity: &'e Entity, instance: &Instance) -> Option<&'e Transition> {
    let name = instance.transition.as_ref()?;
    let of = |e: &'e Entity| e.lifecycle.as_ref()?.transitions.get(name);
    of(entity).or_else(|| of(pinned.entity(&entity.name)?))
}

/// The transition, if the person may make it and the record stands where it begins.
fn permitted<'e>(s: &Saving<'_>, entity: &'e Entity, base: &Record, name: &str) -> Result<&'e Transition, Stop> {
    let found = entity.lifecycle.as_ref().and_then(|l| l.transitions.get(name));
    let transition = found.ok_or_else(|| Rejection::NotFound { kind: "transition".into(), id: name.to_owned() })?;
    if !s.access.allows_transition(name, entity, base, s.facts)? {
        return Err(Rejection::Forbidden { message: format!("`{name}` cannot be done by you") }.into());
    }
    if !stands(entity, base, transition) {
        let from = transition.from.iter().map(|f| format!("`{f}`")).collect::<Vec<_>>().join(" or ");
        let told = format!("Expected a record in {from}, but it is `{}`", base.get("state"));
        return Err(Rejection::state("wrong_state", told).into());
    }
    Ok(transition)
}

/// Whether the record is where the transition begins; one from before its entity had a lifecycle stands at its start.
fn stands(entity: &Entity, base: &Record, transition: &Transition) -> bool {
    let state = base.state.as_ref().or(entity.lifecycle.as_ref().map(|l| &l.start));
    state.is_some_and(|state| transition.from.contains(state))
}

fn fits(s: &Saving<'_>, base: &Record, transition: &Transition) -> Result<bool, EvalError> {
    let env = expression::Env::new(s.ctx, s.facts, s.catalog).over(base);
    transition.when.as_ref().map_or(Ok(true), |when| expression::holds(when, &env))
}

fn moved(
    s: &Saving<'_>,
    entity: &Entity,
    base: &Record,
    transit: Transit<'_>,
    transition: &Transition,
    open: Option<&Instance>,
) -> Result<Done, Stop> {
    let name = transit.name;
    if !fits(s, base, transition)? {
        let told = format!("Expected a record that fits the condition of `{name}`, but this one does not");
        return Err(Rejection::state("condition", told).into());
    }
    // What is under way decides where the record goes; anything else would leave its tasks behind.
    if let Some(running) = open.filter(|i| i.status == Status::Running) {
        let told = format!("Expected a record without a running workflow, but `{}` runs", running.workflow);
        return Err(Rejection::state("wrong_state", told).into());
    }
    let mut work = Work::new(s, entity, Some(base), base.clone());
    work.action = name;
    work.reason = transit.reason;
    work.moves = true;
    effect::enter(&mut work, transition);
    require(&mut work, transition);
    work.complete(Some(name));
    work.stop()?;
    let mut beside = steps::Beside::new(s, work.ids.clone());
    steps::run(&mut work, Some(&mut beside), &transition.steps, 0)?;
    let mut decided = None;
    if transition.workflow.is_some() {
        let workflow = chosen(s, entity, base, transition)?.ok_or_else(|| {
            Rejection::state("no_workflow", "Expected a workflow whose condition this record fits, but none does")
        })?;
        decided = Some(submit(s, entity, &work.record, transit, transition, workflow, open, &mut beside.ids)?);
    }
    let mut instance = None;
    let mut changes = Vec::new();
    if let Some(decision) = decided {
        for effect in &decision.effects {
            apply(&mut work, &mut beside, Some(transition), effect)?;
        }
        changes = decision.changes;
        instance = Some(decision.instance);
    }
    other::settle(&work, &mut beside)?;
    let saved = taken(work.finish())?;
    let mut all = saved.changes;
    all.extend(beside.changes);
    all.extend(changes);
    Ok(Done { record: saved.record, instance, changes: all, warnings: saved.warnings, made: beside.made })
}

#[expect(clippy::too_many_arguments, reason = "the parts of one submission; a struct would be used here alone")]
fn submit(
    s: &Saving<'_>,
    entity: &Entity,
    record: &Record,
    transit: Transit<'_>,
    transition: &Transition,
    workflow: &Workflow,
    open: Option<&Instance>,
    ids: &mut Ids,
) -> Result<workflow::Decision, Stop> {
    let by = s
        .ctx
        .user
        .ok_or_else(|| Rejection::Forbidden { message: "Expected a person, but the engine submits".into() })?;
    let returned = open.filter(|i| i.status == Status::Returned);
    if let Some(instance) = returned {
        // Whether it goes straight back is up to the definitions with which it was given back.
        let pinned = transit.pinned.unwrap_or(s.catalog);
        if let Some(kept) = pinned.workflows.get(&instance.workflow) {
            let straight = with_env(s, pinned, entity, record, Some(transition), |env| {
                taken(workflow::comes_back(env, kept, instance, ids))
            })?;
            if straight {
                return with_env(s, pinned, entity, record, Some(transition), |env| {
                    taken(workflow::decide(env, kept, instance, &workflow::Command::ComeBack { by }, ids))
                });
            }
        }
    }
    let fresh = Instance::default();
    let catalog_version = s.catalog.version;
    let picks = transit.picks.cloned().unwrap_or_default();
    let command = match returned {
        Some(_) => workflow::Command::Resubmit { by, catalog_version, picks },
        None => workflow::Command::Start { by, catalog_version, transition: Some(Name::new(transit.name)), picks },
    };
    // A record that was given back goes on with the workflow it began, as far as that is still there.
    let workflow = returned.and_then(|i| s.catalog.workflows.get(&i.workflow)).map_or(workflow, |w| w);
    with_env(s, s.catalog, entity, record, Some(transition), |env| {
        taken(workflow::decide(env, workflow, returned.unwrap_or(&fresh), &command, ids))
    })
}

/// The workflow that serves the record: of those whose condition holds the one with the highest priority, the one that
/// the transition names before others of the same.
fn chosen<'c>(
    s: &Saving<'c>,
    entity: &Entity,
    base: &Record,
    transition: &Transition,
) -> Result<Option<&'c Workflow>, Stop> {
    let Some(named) = &transition.workflow else { return Ok(None) };
    let mut candidates = s.catalog.workflows_of(&entity.name);
    candidates.sort_by_key(|w| (std::cmp::Reverse(w.priority), w.name != *named));
    let env = expression::Env::new(s.ctx, s.facts, s.catalog).over(base);
    for workflow in candidates {
        if workflow.when.as_ref().map_or(Ok(true), |when| expression::holds(when, &env))? {
            return Ok(Some(workflow));
        }
    }
    Ok(None)
}

fn require(work: &mut Work<'_>, transition: &Transition) {
    for field in &transition.requires {
        let empty = match work.entity.fields.get(field) {
            Some(f) if !f.fields.is_empty() => work.record.lines.get(field).is_none_or(Vec::is_empty),
            _ => work.record.get(field).is_null(),
        };
        if empty {
            let label = work.entity.fields.get(field).map_or(&**field, |f| &f.label).to_owned();
            work.problems.push(Problem::new(&**field, "required", format!("`{label}` is missing")));
        }
    }
}

fn acted(
    s: &Saving<'_>,
    pinned: &Catalog,
    entity: &Entity,
    base: &Record,
    instance: &Instance,
    act: &Act,
) -> Result<Done, Stop> {
    let workflow = flow_of(pinned, instance)?;
    let by = s.ctx.user;
    let person = || by.ok_or_else(|| Rejection::Forbidden { message: "Expected a person, but the engine acts".into() });
    let transition = transition_of(pinned, entity, instance);
    let command = match act {
        Act::Decide { task, verb, sent } => {
            let fields = written(s, entity, base, workflow, instance, *task, verb, &sent.fields)?;
            own_files(s, sent)?;
            let said = Said {
                reason: sent.reason.clone(),
                fields,
                attachments: sent.attachments.clone(),
                signature: sent.signature,
                picks: sent.picks.clone(),
                channel: sent.channel,
            };
            workflow::Command::Decide { task: *task, by: person()?, verb: verb.clone(), said }
        }
        Act::Operate { operation, reason } => {
            if !s.access.is_admin() {
                return Err(Rejection::Forbidden { message: "only an administrator can step in".into() }.into());
            }
            let (operation, reason) = (operation.clone(), reason.clone());
            workflow::Command::Operate { by: person()?, operation, reason }
        }
        Act::Migrate { nodes, restart, reason } => {
            if !s.access.is_admin() {
                return Err(Rejection::Forbidden { message: "only an administrator can migrate".into() }.into());
            }
            let (by, catalog_version, reason) = (person()?, pinned.version, reason.clone());
            match restart {
                true => workflow::Command::Restart { by, catalog_version, reason },
                false => workflow::Command::Migrate { by, catalog_version, nodes: nodes.clone(), reason },
            }
        }
        Act::AddCall { node, item } => workflow::Command::AddCall { by: person()?, node: node.clone(), item: *item },
        Act::Mend { token, fields, reason } => {
            if !s.access.is_admin() {
                return Err(Rejection::Forbidden { message: "only an administrator can step in".into() }.into());
            }
            let set = mended(s, entity, base, fields)?;
            let operation = Operation::Retry { token: *token, set };
            workflow::Command::Operate { by: person()?, operation, reason: reason.clone() }
        }
        Act::Urge => workflow::Command::Urge { by: person()? },
        Act::Absent { person } => workflow::Command::Absent { person: *person, by },
        Act::Withdraw { reason } => workflow::Command::Withdraw { by: person()?, reason: reason.clone() },
        Act::Cancel { reason } => {
            if !s.access.is_admin() {
                return Err(Rejection::Forbidden { message: "only an administrator can stop a workflow".into() }.into());
            }
            workflow::Command::Cancel { by: person()?, reason: reason.clone() }
        }
        Act::Left { person } => workflow::Command::Left { person: *person, by },
        Act::Fire { timer } => workflow::Command::Fire { timer: *timer },
        Act::Look => workflow::Command::Look,
        Act::Receive { token, message, id, values, by } => workflow::Command::Receive {
            token: *token,
            message: message.clone(),
            id: *id,
            values: values.clone(),
            by: *by,
        },
    };
    let mut ids = s.ctx.ids.clone();
    ids.next();
    let decision = with_env(s, pinned, entity, base, transition, |env| {
        taken(workflow::decide(env, workflow, instance, &command, &mut ids))
    })?;
    let engine = Access::engine(s.catalog, s.ctx);
    let saving = Saving { access: &engine, source: "workflow", ..*s };
    let mut work = Work::new(&saving, entity, Some(base), base.clone());
    work.action = match act {
        Act::Decide { verb: Verb::Approve, .. } => "approved",
        Act::Decide { verb: Verb::Reject, .. } => "rejected",
        Act::Decide { verb: Verb::Return(_), .. } => "returned",
        Act::Decide { verb: Verb::Transfer { .. }, .. } => "transferred",
        Act::Decide { .. }
        | Act::Urge
        | Act::Operate { .. }
        | Act::Mend { .. }
        | Act::Absent { .. }
        | Act::AddCall { .. }
        | Act::Migrate { .. } => "updated",
        Act::Withdraw { .. } => "withdrawn",
        Act::Cancel { .. } => "cancelled",
        Act::Left { .. } | Act::Fire { .. } | Act::Look | Act::Receive { .. } => "updated",
    };
    if instance.status == Status::Ended && matches!(act, Act::Withdraw { .. }) {
        let outcome = instance.outcome.clone().unwrap_or_default();
        if base.state.as_ref() != effect::state_after(transition, &outcome) {
            let told = format!(
                "Expected a record that stands where the workflow left it, but it is `{}` by now",
                base.get("state")
            );
            return Err(Rejection::state("moved_on", told).into());
        }
    }
    // A record that was given back and has gone another way since stays where it is.
    let gone =
        instance.status == Status::Returned && base.state.as_ref() != effect::state_after(transition, "returned");
    let mut beside = steps::Beside::new(&saving, ids);
    for effect in decision.effects.iter().filter(|_| !gone) {
        apply(&mut work, &mut beside, transition, effect)?;
    }
    other::settle(&work, &mut beside)?;
    let saved = taken(work.finish())?;
    let mut changes = saved.changes;
    changes.extend(beside.changes);
    changes.extend(decision.changes);
    Ok(Done {
        record: saved.record,
        instance: Some(decision.instance),
        changes,
        warnings: Vec::new(),
        made: beside.made,
    })
}

/// Files that come with a decision are the sender's own, and a signature is a picture.
fn own_files(s: &Saving<'_>, sent: &Sent) -> Result<(), Stop> {
    let mut needs = Vec::new();
    let mut problems = Vec::new();
    let attached = sent.attachments.iter().map(|file| ("attachments", *file));
    for (path, file) in attached.chain(sent.signature.map(|file| ("signature", file))) {
        let query = crate::query::Query::File { id: file };
        let Some(answer) = s.facts.answer(&query) else {
            needs.push(query);
            continue;
        };
        let found = answer.first().filter(|file| s.ctx.user.is_some() && file.created_by == s.ctx.user);
        let media = found.map(|file| file.get("media_type"));
        if media.is_none() {
            problems.push(Problem::new(path, "missing", "Expected a file of your own, but there is none"));
        } else if path == "signature" && !media.as_ref().and_then(crate::Value::as_text).is_some_and(is_picture) {
            problems.push(Problem::new(path, "type", "Expected a picture, but it is another file"));
        }
    }
    if !needs.is_empty() {
        return Err(Stop::Needs(needs));
    }
    if problems.is_empty() { Ok(()) } else { Err(Rejection::Invalid(problems).into()) }
}

/// Reads the fields that an approver sends: only those that the node opens.
#[expect(clippy::too_many_arguments, reason = "what is sent, and what it is sent to")]
fn written(
    s: &Saving<'_>,
    entity: &Entity,
    base: &Record,
    workflow: &Workflow,
    instance: &Instance,
    task: Uuid,
    verb: &Verb,
    fields: &Map<String, Json>,
) -> Result<indexmap::IndexMap<Name, crate::Value>, Stop> {
    // A task that is gone is told as such, whatever came with the click.
    let Some(open_task) = instance.tasks.get(&task).filter(|_| !fields.is_empty()) else {
        return Ok(indexmap::IndexMap::new());
    };
    let node = workflow.nodes.get(&open_task.node);
    let open: Vec<Name> = match node.map(|n| &n.kind) {
        Some(workflow::NodeKind::Approval(approval)) => approval.opens(verb).into_iter().cloned().collect(),
        _ => Vec::new(),
    };
    let open: &[Name] = &open;
    taken_in(s, entity, base, open, fields)
}

/// Reads the fields that an administrator changes so that a workflow can go on.
fn mended(
    s: &Saving<'_>,
    entity: &Entity,
    base: &Record,
    fields: &Map<String, Json>,
) -> Result<indexmap::IndexMap<Name, crate::Value>, Stop> {
    if fields.is_empty() {
        return Ok(indexmap::IndexMap::new());
    }
    let reach = s.access.reach(entity, Some(base), s.facts)?;
    let open: Vec<Name> = entity.fields.keys().filter(|name| reach.writes(entity, name)).cloned().collect();
    taken_in(s, entity, base, &open, fields)
}

/// Reads fields that are written past locks: only those that are open.
fn taken_in(
    s: &Saving<'_>,
    entity: &Entity,
    base: &Record,
    open: &[Name],
    fields: &Map<String, Json>,
) -> Result<indexmap::IndexMap<Name, crate::Value>, Stop> {
    let mut work = Work::new(s, entity, Some(base), base.clone());
    work.opened = open;
    work.take(fields, false);
    for path in &work.changed {
        if !open.iter().any(|f| **f == **path) {
            work.problems.push(Problem::new(path, "forbidden", "this field is not opened here"));
        }
    }
    work.check_references();
    work.compute();
    work.required();
    work.rules(None);
    work.stop()?;
    // What formulas make of it is worked out again when it is applied.
    Ok(work
        .record
        .fields
        .iter()
        .filter(|(name, _)| open.contains(name) && work.changed.contains(&***name))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect())
}

fn flow_of<'c>(pinned: &'c Catalog, instance: &Instance) -> Result<&'c Workflow, Stop> {
    let found = pinned.workflows.get(&instance.workflow).map(|w| &**w);
    Ok(found.ok_or_else(|| Rejection::NotFound {
        kind: Kind::Workflow.as_str().into(),
        id: instance.workflow.to_string(),
    })?)
}

fn with_env<T>(
    s: &Saving<'_>,
    pinned: &Catalog,
    entity: &Entity,
    record: &Record,
    transition: Option<&Transition>,
    run: impl FnOnce(&workflow::Env<'_>) -> Result<T, Stop>,
) -> Result<T, Stop> {
    let engine = Access::engine(s.catalog, s.ctx);
    let saving = Saving { access: &engine, source: "workflow", ..*s };
    let apply = |record: &Record, effect: &workflow::RecordEffect| applied(&saving, entity, record, transition, effect);
    run(&workflow::Env { ctx: s.ctx, facts: s.facts, catalog: pinned, record, apply: &apply })
}

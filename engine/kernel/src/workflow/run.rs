//! A command at work: the working copy of the instance, the events so far, and what expressions are worked out over.

use std::{borrow::Cow, cell::RefCell};

use indexmap::IndexMap;
use uuid::Uuid;

use super::{
    Approval, At, Channel, Event, Fired, Instance, Named, NodeKind, RecordEffect, Visit, Wait, What, Workflow, calling,
    evolve,
};
use crate::{
    Catalog, Name, Record, Rejection, Value,
    calendar::Calendar,
    change::Change,
    context::{Context, Ids},
    definition::EntityDefinition,
    expression::{self, EvalError, Expr, Library},
    query::{Facts, Outcome, Query},
};

/// What a workflow is given beside its instance and command.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    /// The time, the firm's people, the settings.
    pub ctx: &'a Context<'a>,
    /// Answers to queries.
    pub facts: &'a Facts,
    /// The definitions, of the version that the instance keeps; for its decisions, settings aside.
    pub catalog: &'a Catalog,
    /// The record as it is when the command comes.
    pub record: &'a Record,
    /// What the record is after an effect: formulas worked out again, locks and rights passed over.
    pub apply: &'a dyn Fn(&Record, &RecordEffect) -> Outcome<Record>,
}

impl std::fmt::Debug for Env<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Env").field("now", &self.ctx.now).field("record", &self.record.id).finish_non_exhaustive()
    }
}

impl Env<'_> {
    /// An [`Env::apply`] that sets the fields and works nothing out again.
    ///
    /// # Panics
    ///
    /// Never.
    #[must_use]
    pub fn set_fields(record: &Record, effect: &RecordEffect) -> Outcome<Record> {
        let mut record = record.clone();
        if let RecordEffect::Update(fields) = effect {
            record.fields.extend(fields.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        Outcome::Decided(record)
    }
}

/// Why a command stops.
#[derive(Debug)]
pub(super) enum Stop {
    Needs(Vec<Query>),
    Rejected(Rejection),
}

impl Stop {
    pub(super) fn outcome<T>(self) -> Outcome<T> {
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

/// What a run is for that never comes to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Foretelling {
    /// Somebody wants to know who will decide.
    Preview,
    /// Whether something can be submitted at all.
    Submission,
}

/// A command at work.
pub(super) struct Run<'a> {
    pub(super) env: Env<'a>,
    pub(super) workflow: &'a Workflow,
    pub(super) instance: Instance,
    pub(super) events: Vec<Event>,
    pub(super) effects: Vec<RecordEffect>,
    pub(super) ids: Ids,
    /// Whether `nobody: refuse` refuses: at a submission it does, later administrators decide.
    pub(super) submission: bool,
    /// Whether nothing of it will come to be: everybody approves, and nobody is asked for reasons.
    pub(super) foretelling: Option<Foretelling>,
    /// Whether somebody decides a task, so that they can be asked for more.
    pub(super) deciding: bool,
    /// Whether the engine decides, because nobody did in time.
    pub(super) timed_out: bool,
    /// Who acts.
    pub(super) actor: Option<Named>,
    /// The token at work: its variables are those that expressions see.
    pub(super) focus: Option<u32>,
    /// What is written for instances that were started beside.
    pub(super) beside: Vec<Change>,
    /// By what way it came, where it did not come from the app.
    pub(super) channel: Option<Channel>,
    pub(super) record: Cow<'a, Record>,
    settings: Cow<'a, IndexMap<Name, Value>>,
    pub(super) steps: usize,
}

/// What a run can go back to.
pub(super) struct Checkpoint<'a> {
    instance: Instance,
    events: usize,
    effects: usize,
    beside: usize,
    record: Cow<'a, Record>,
    steps: usize,
}

/// The library, noting which decisions were asked.
struct Noting<'a> {
    catalog: &'a Catalog,
    fired: RefCell<Vec<Fired>>,
}

impl Library for Noting<'_> {
    fn entity(&self, name: &str) -> Option<&EntityDefinition> {
        Library::entity(self.catalog, name)
    }

    fn calendar(&self, name: Option<&str>) -> Option<&Calendar> {
        Library::calendar(self.catalog, name)
    }

    fn decide(&self, name: &str, env: &expression::Env<'_>) -> Result<Value, EvalError> {
        let Some(decision) = self.catalog.decisions.get(name) else { return self.catalog.decide(name, env) };
        let evaluation = decision.evaluate(env)?;
        let value = evaluation.to_value();
        let fired = Fired { decision: decision.name.clone(), rules: evaluation.rules };
        let mut noted = self.fired.borrow_mut();
        if !noted.contains(&fired) {
            noted.push(fired);
        }
        Ok(value)
    }
}

impl<'a> Run<'a> {
    pub(super) fn new(env: Env<'a>, workflow: &'a Workflow, instance: &Instance, ids: Ids) -> Self {
        let changed = instance.settings.iter().any(|(name, value)| env.ctx.settings.get(name) != Some(value));
        let settings = if changed {
            let mut settings = env.ctx.settings.clone();
            settings.extend(instance.settings.iter().map(|(name, value)| (name.clone(), value.clone())));
            Cow::Owned(settings)
        } else {
            Cow::Borrowed(env.ctx.settings)
        };
        Self {
            env,
            workflow,
            instance: instance.clone(),
            events: Vec::new(),
            effects: Vec::new(),
            ids,
            submission: false,
            foretelling: None,
            deciding: false,
            timed_out: false,
            actor: None,
            focus: None,
            beside: Vec::new(),
            channel: None,
            record: Cow::Borrowed(env.record),
            settings,
            steps: 0,
        }
    }

    /// Settings are read as they are now: a new round begins.
    pub(super) fn forget_settings(&mut self) {
        self.settings = Cow::Borrowed(self.env.ctx.settings);
    }

    pub(super) fn checkpoint(&self) -> Checkpoint<'a> {
        Checkpoint {
            instance: self.instance.clone(),
            events: self.events.len(),
            effects: self.effects.len(),
            beside: self.beside.len(),
            record: self.record.clone(),
            steps: self.steps,
        }
    }

    pub(super) fn go_back(&mut self, to: Checkpoint<'a>) {
        self.instance = to.instance;
        self.events.truncate(to.events);
        self.effects.truncate(to.effects);
        self.beside.truncate(to.beside);
        self.record = to.record;
        self.steps = to.steps;
    }

    /// Notes an event by the one who acts.
    pub(super) fn emit(&mut self, what: What) {
        let by = self.actor.clone();
        self.emit_as(by, what);
    }

    /// Notes an event of the engine itself.
    pub(super) fn emit_engine(&mut self, what: What) {
        self.emit_as(None, what);
    }

    fn emit_as(&mut self, by: Option<Named>, what: What) {
        let channel = self.channel.filter(|_| by.is_some());
        let event = Event { seq: self.instance.seq + 1, at: self.env.ctx.now, by, channel, what };
        evolve(&mut self.instance, &event);
        self.events.push(event);
    }

    /// Notes an effect, so that what follows sees the record after it. What another workflow started without waiting for
    /// it moves the record nowhere, however it ends.
    pub(super) fn affect(&mut self, effect: RecordEffect) -> Result<(), Stop> {
        if self.instance.launched_by.is_some() && matches!(effect, RecordEffect::Outcome(_)) {
            return Ok(());
        }
        match (self.env.apply)(&self.record, &effect) {
            Outcome::Decided(record) => self.record = Cow::Owned(record),
            Outcome::Needs(queries) => return Err(Stop::Needs(queries)),
            Outcome::Rejected(rejection) => return Err(Stop::Rejected(rejection)),
        }
        self.effects.push(effect);
        Ok(())
    }

    /// Works an expression out over the record as it is now; tells which decision rows were behind it.
    pub(super) fn eval(&self, expr: &Expr) -> Result<(Value, Vec<Fired>), EvalError> {
        self.with_env(|env| expression::eval(expr, env))
    }

    pub(super) fn with_env<T>(
        &self,
        work: impl FnOnce(&expression::Env<'_>) -> Result<T, EvalError>,
    ) -> Result<(T, Vec<Fired>), EvalError> {
        let (variables, _) = calling::variables(&self.instance, self.focus);
        self.with_variables(variables, work)
    }

    /// The same over these variables.
    pub(super) fn with_variables<T>(
        &self,
        variables: &IndexMap<Name, Value>,
        work: impl FnOnce(&expression::Env<'_>) -> Result<T, EvalError>,
    ) -> Result<(T, Vec<Fired>), EvalError> {
        let noting = Noting { catalog: self.env.catalog, fired: RefCell::new(Vec::new()) };
        let ctx = Context { settings: &self.settings, ..self.env.ctx.clone() };
        let env = expression::Env::new(&ctx, self.env.facts, &noting)
            .over(self.record.as_ref())
            .with_workflow(variables, self.instance.initiator.id);
        let result = work(&env)?;
        Ok((result, noting.fired.into_inner()))
    }

    /// Why an expression of a node cannot be worked out.
    pub(super) fn stop(&self, error: EvalError, place: &str) -> Stop {
        match error {
            EvalError::Needs(queries) => Stop::Needs(queries),
            EvalError::Fault(fault) => Stop::Rejected(Rejection::state(
                "workflow_fault",
                format!("Expected `{place}` of the workflow `{}` to have a value, but: {fault}", self.workflow.label),
            )),
        }
    }

    /// Works an expression out over each line of a table.
    pub(super) fn eval_lines(&self, table: &Name, expr: &Expr) -> Result<Vec<(Uuid, Value)>, EvalError> {
        let record = &self.record;
        let mut values = Vec::new();
        for line in record.lines.get(table).into_iter().flatten() {
            let value = self.with_env(|env| expression::eval(expr, &env.line(line)))?;
            values.push((line.id, value.0));
        }
        Ok(values)
    }

    /// The approval of that name.
    pub(super) fn approval(&self, node: &Name) -> Option<&'a Approval> {
        match self.workflow.nodes.get(node).map(|n| &n.kind) {
            Some(NodeKind::Approval(approval)) => Some(approval),
            _ => None,
        }
    }

    pub(super) fn at(&self, token: u32, node: &Name) -> At {
        let label = self.workflow.nodes.get(node).map(|n| n.label.clone()).unwrap_or_default();
        // A token that is only just to be lies where the one at work does.
        let found = self.instance.tokens.get(&token).or_else(|| self.instance.tokens.get(&self.focus?));
        let label = calling::label(&self.instance, found.map(|token| token.scope), label);
        At { token, node: node.clone(), label }
    }

    pub(super) fn visit(&self, token: u32) -> Option<(&Name, &Visit)> {
        let token = self.instance.tokens.get(&token)?;
        if let Wait::Approval(visit) = &token.wait { Some((&token.node, visit)) } else { None }
    }
}

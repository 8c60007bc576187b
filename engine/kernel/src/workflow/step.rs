//! One node after the other: what each type of node does when a token comes to it.

use indexmap::IndexMap;
use uuid::Uuid;

use super::{
    Act, ActionStep, Branch, CloseCause, Fired, Named, NodeKind, PartState, Pool, RecordEffect, ScopeKind, Via, Wait,
    What, approvers, back, calling, merge, people,
    run::{Run, Stop},
    visit::Stand,
    wait,
};
use crate::{
    Name, Rejection, Value,
    definition::{JoinWait, Keyed},
    expression::{self, Expr},
};

/// More nodes than this in one command is a loop in which nobody is ever asked.
const MOST_STEPS: usize = 2_000;

impl Run<'_> {
    /// Moves every token that can move until all wait, or none is left.
    pub(super) fn advance(&mut self) -> Result<(), Stop> {
        loop {
            let Some(token) = self.movable() else {
                if merge::merge(self)? {
                    continue;
                }
                break;
            };
            self.steps += 1;
            if self.steps > MOST_STEPS {
                return Err(Stop::Rejected(Rejection::state(
                    "endless",
                    format!(
                        "Expected the workflow `{}` to come to somebody, but it runs in a circle through `{}`",
                        self.workflow.label,
                        self.instance.tokens.get(&token).map(|t| t.node.to_string()).unwrap_or_default()
                    ),
                )));
            }
            self.try_step(token)?;
        }
        Ok(())
    }

    /// One step. Where a node of what is under way cannot be passed (an action that the record refuses, a condition that
    /// cannot be worked out) it stays there as an incident: what somebody decided is done, and an administrator sees to
    /// the rest. A submission is refused instead, since whoever submits can still change it.
    fn try_step(&mut self, token: u32) -> Result<(), Stop> {
        let node = self.instance.tokens.get(&token).and_then(|t| self.workflow.nodes.get(&t.node));
        let acts = matches!(node.map(|node| &node.kind), Some(NodeKind::Action { .. }));
        let before = acts.then(|| self.checkpoint());
        let events = self.events.len();
        let refused = match self.step(token) {
            Err(Stop::Rejected(refused)) if !self.submission && self.foretelling.is_none() => refused,
            done => return done,
        };
        let code = match &refused {
            Rejection::State { code, .. } => code.to_string(),
            _ => "invalid".to_owned(),
        };
        // Only an action does things before it can fail; it is undone. Else people are asked for more (whom they
        // choose), which is no incident.
        match before {
            Some(before) => self.go_back(before),
            None if code == "workflow_fault" && self.events.len() == events => {}
            None => return Err(refused.into()),
        }
        let Some(name) = self.instance.tokens.get(&token).map(|t| t.node.clone()) else { return Err(refused.into()) };
        let at = self.at(token, &name);
        self.emit_engine(What::IncidentRaised { at, code, message: told(&refused) });
        Ok(())
    }

    fn movable(&self) -> Option<u32> {
        self.instance.tokens.iter().find(|(_, t)| t.wait == Wait::Nothing).map(|(number, _)| *number)
    }

    fn step(&mut self, token: u32) -> Result<(), Stop> {
        let workflow = self.workflow;
        self.focus = Some(token);
        let Some(name) = self.instance.tokens.get(&token).map(|t| t.node.clone()) else { return Ok(()) };
        let Some(node) = workflow.nodes.get(&name) else {
            return Err(Stop::Rejected(Rejection::state(
                "workflow_fault",
                format!("Expected the workflow `{}` to have the node `{name}`, but it has none", workflow.label),
            )));
        };
        match &node.kind {
            NodeKind::Start { next } => self.enter(token, next),
            NodeKind::Approval(approval) => return approvers::ask(self, token, &name, approval),
            NodeKind::Switch { cases, default } => return self.switch(token, &name, cases, default),
            NodeKind::Fork { branches, otherwise, free } => {
                return self.fork(token, &name, branches, otherwise.as_ref(), *free);
            }
            NodeKind::Merge { .. } => {
                let at = self.at(token, &name);
                self.emit_engine(What::Arrived(at));
            }
            NodeKind::Call(call) => return calling::call(self, token, &name, call),
            NodeKind::Join { next, wait_for, .. } => self.arrive(token, &name, *wait_for, next),
            NodeKind::Notify { to, message, next } => {
                let found = approvers::find(self, &name, to)?;
                let mut told: Vec<Named> = Vec::new();
                for (id, _) in found {
                    if people::is_active(self.env.ctx.org, id) && !told.iter().any(|p| p.id == id) {
                        told.push(people::person(self.env.ctx.org, id));
                    }
                }
                let text =
                    self.with_env(|env| message.render(env)).map_err(|e| self.stop(e, &format!("{name}.message")))?;
                let at = self.at(token, &name);
                self.emit_engine(What::Notified { at, people: told, message: text.0 });
                self.enter(token, next);
            }
            NodeKind::Action { steps, next } => {
                self.act(token, &name, steps)?;
                self.enter(token, next);
            }
            NodeKind::Wait(spec) => wait::begin(self, token, &name, spec)?,
            NodeKind::Race { branches } => wait::race(self, token, &name, branches),
            NodeKind::End { outcome, terminate } => match calling::child_of(&self.instance, token) {
                Some(scope) if !terminate => return calling::ended(self, scope, outcome),
                _ => self.end(outcome, Some(&name), CloseCause::Ended)?,
            },
        }
        Ok(())
    }

    pub(super) fn enter(&mut self, token: u32, node: &Name) {
        if wait::wins(self, token, node) {
            return;
        }
        let at = self.at(token, node);
        self.emit_engine(What::Entered(at));
    }

    fn switch(&mut self, token: u32, name: &Name, cases: &Keyed<super::Case>, default: &Name) -> Result<(), Stop> {
        let at = self.at(token, name);
        let mut behind: Vec<Fired> = Vec::new();
        for (case, definition) in cases {
            let (value, fired) =
                self.eval(&definition.when).map_err(|e| self.stop(e, &format!("{name}.cases.{case}")))?;
            behind.extend(self.behind(&definition.when, fired));
            if value == Value::Bool(true) {
                let fired = once(behind);
                let case = Some(case.clone());
                self.emit_engine(What::Chose { at, case, case_label: definition.label.clone(), fired });
                self.enter(token, &definition.next);
                return Ok(());
            }
        }
        self.emit_engine(What::Chose { at, case: None, case_label: None, fired: once(behind) });
        self.enter(token, default);
        Ok(())
    }

    /// The decision rows behind a condition: those it asked itself, and those that its variables came from.
    fn behind(&self, expr: &Expr, fired: Vec<Fired>) -> Vec<Fired> {
        let mut behind = fired;
        let (_, known) = calling::variables(&self.instance, self.focus);
        for reference in expr.references() {
            if let expression::Reference::Variable(variable) = reference {
                behind.extend(known.get(&variable).into_iter().flatten().cloned());
            }
        }
        behind
    }

    /// Every branch whose condition holds; its scope remembers how many, so that its join waits for no others.
    fn fork(
        &mut self,
        token: u32,
        name: &Name,
        branches: &Keyed<super::ForkBranch>,
        otherwise: Option<&Name>,
        free: bool,
    ) -> Result<(), Stop> {
        let mut taken: Vec<(&Name, &super::ForkBranch)> = Vec::new();
        for (branch, definition) in branches {
            let place = || format!("{name}.branches.{branch}");
            let holds = match &definition.when {
                Some(when) => self.eval(when).map_err(|e| self.stop(e, &place()))?.0 == Value::Bool(true),
                None => Some(branch) != otherwise,
            };
            if holds {
                taken.push((branch, definition));
            }
        }
        if taken.is_empty() {
            taken.extend(otherwise.and_then(|branch| branches.get_key_value(branch)));
        }
        if taken.is_empty() {
            let told = format!("Expected a branch of `{name}` whose condition holds, but there is none");
            return Err(Rejection::state("workflow_fault", told).into());
        }
        if free {
            let taken: Vec<(&Name, &Name)> = taken.iter().map(|(name, branch)| (*name, &branch.next)).collect();
            merge::split(self, token, name, &taken);
            return Ok(());
        }
        let scope = self.instance.last_number + 1;
        let mut number = scope;
        let branches = taken.into_iter().map(|(branch, definition)| {
            number += 1;
            Branch { branch: branch.clone(), to: self.at(number, &definition.next) }
        });
        let branches = branches.collect();
        let at = self.at(token, name);
        self.emit_engine(What::Forked { at, scope, branches });
        Ok(())
    }

    fn arrive(&mut self, token: u32, name: &Name, wait_for: JoinWait, next: &Name) {
        let at = self.at(token, name);
        self.emit_engine(What::Arrived(at));
        let Some(scope) = self.instance.tokens.get(&token).map(|t| t.scope) else { return };
        let arrived: Vec<u32> = self
            .instance
            .tokens
            .iter()
            .filter(|(_, t)| t.scope == scope && t.wait == Wait::Join && t.node == *name)
            .map(|(number, _)| *number)
            .collect();
        let expected = match self.instance.scopes.get(&scope).map(|s| &s.kind) {
            Some(ScopeKind::Fork { branches, .. }) => usize::try_from(*branches).unwrap_or(usize::MAX),
            // A compiled workflow has no join without its fork; such a token would wait for itself alone.
            Some(ScopeKind::Instance | ScopeKind::Race { .. } | ScopeKind::Child(_)) | None => 1,
        };
        let needed = match wait_for {
            JoinWait::All => expected,
            JoinWait::First => 1,
            JoinWait::AtLeast(count) => usize::try_from(count).unwrap_or(usize::MAX).clamp(1, expected),
        };
        if arrived.len() < needed {
            return;
        }
        let (mut others, mut scopes) = back::beneath(&self.instance, [], [scope]);
        others.retain(|number| !arrived.contains(number));
        self.close_tasks(CloseCause::Ended, |token| others.contains(&token));
        scopes.retain(|within| *within != scope);
        let to = self.at(self.instance.last_number + 1, next);
        self.emit_engine(What::Joined { to, node: name.clone(), scope, tokens: arrived, others, scopes });
    }

    fn act(&mut self, token: u32, name: &Name, steps: &Keyed<ActionStep>) -> Result<(), Stop> {
        for (step, definition) in steps {
            let place = format!("{name}.do.{step}");
            let when = match definition {
                ActionStep::Update { when, .. } | ActionStep::Transition { when, .. } => when,
            };
            let at = self.at(token, name);
            if let Some(when) = when
                && self.eval(when).map_err(|e| self.stop(e, &place))?.0 != Value::Bool(true)
            {
                self.emit_engine(What::Acted { at, step: step.clone(), act: Act::Nothing });
                continue;
            }
            match definition {
                ActionStep::Update { set, .. } => {
                    let mut values = IndexMap::new();
                    for (field, expr) in set {
                        values.insert(field.clone(), self.eval(expr).map_err(|e| self.stop(e, &place))?.0);
                    }
                    let fields = values.keys().cloned().collect();
                    self.affect(RecordEffect::Update(values))?;
                    self.emit_engine(What::Acted { at, step: step.clone(), act: Act::Update { fields } });
                }
                ActionStep::Transition { name: transition, .. } => {
                    self.affect(RecordEffect::Transition(transition.clone()))?;
                    let act = Act::Transition { name: transition.clone() };
                    self.emit_engine(What::Acted { at, step: step.clone(), act });
                }
            }
        }
        Ok(())
    }

    /// Ends the instance: what is still open in other branches is closed.
    pub(super) fn end(&mut self, outcome: &Name, node: Option<&Name>, cause: CloseCause) -> Result<(), Stop> {
        self.close_tasks(cause, |_| true);
        self.emit(What::Ended { outcome: outcome.clone(), node: node.cloned() });
        self.affect(RecordEffect::Outcome(outcome.clone()))
    }

    /// Closes open tasks, of the tokens that `which` lets pass.
    pub(super) fn close_tasks(&mut self, cause: CloseCause, which: impl Fn(u32) -> bool) {
        let open: Vec<(Uuid, super::Task)> =
            self.instance.tasks.iter().filter(|(_, t)| which(t.token)).map(|(id, t)| (*id, t.clone())).collect();
        for (task, open) in open {
            let at = self.at(open.token, &open.node);
            self.emit(What::TaskClosed { at, task, assignee: open.assignee, cause });
        }
        let asked = self.instance.consults.iter().filter(|(_, asked)| which(asked.token));
        let asked: Vec<(Uuid, super::Consult)> = asked.map(|(id, asked)| (*id, asked.clone())).collect();
        for (task, asked) in asked {
            let at = self.at(asked.token, &asked.node);
            self.emit(What::TaskClosed { at, task, assignee: asked.who, cause });
        }
    }

    /// Gives a person their task.
    pub(super) fn open_task(
        &mut self,
        token: u32,
        node: &Name,
        part: usize,
        assignee: Named,
        via: Via,
        pool: Option<Pool>,
    ) {
        let task = self.ids.next();
        let at = self.at(token, node);
        self.emit_engine(What::TaskOpened { at, task, part, assignee, via, pool });
    }

    /// Settles an approval if its parts say so; else closes what needs no decision any more and opens what is due next.
    pub(super) fn settle(&mut self, token: u32) -> Result<(), Stop> {
        self.focus = Some(token);
        let Some((name, visit)) = self.visit(token) else { return Ok(()) };
        let name = name.clone();
        let Some(verdict) = visit.verdict() else {
            let needless = visit.needless();
            self.close_parts(token, &name, &needless, CloseCause::Approved);
            return approvers::open_due(self, token, &name);
        };
        let by_people =
            |state: &PartState| matches!(state, PartState::Approved | PartState::Rejected | PartState::Chose(_));
        let automatic = !visit.parts.iter().any(|p| by_people(&p.state));
        let (approved, outcome) = match verdict {
            Stand::For(outcome) => (true, outcome),
            Stand::Against | Stand::Open | Stand::Out => (false, None),
        };
        let automatic = automatic || (self.timed_out && !approved);
        self.settle_as(token, approved, outcome, automatic)
    }

    /// Takes parts out that nobody has decided: their tasks are closed.
    pub(super) fn close_parts(&mut self, token: u32, name: &Name, parts: &[usize], cause: CloseCause) {
        for index in parts {
            let Some(part) = self.visit(token).and_then(|(_, visit)| visit.parts.get(*index)).cloned() else {
                continue;
            };
            let at = self.at(token, name);
            if let PartState::Open(task) = part.state {
                self.emit(What::TaskClosed { at: at.clone(), task, assignee: part.who.clone(), cause });
            }
            self.emit(What::PartSettled { at, part: *index, who: part.who, approved: None });
        }
    }

    /// Settles an approval: the others' tasks are closed, the token moves on.
    pub(super) fn settle_as(
        &mut self,
        token: u32,
        approved: bool,
        outcome: Option<Name>,
        automatic: bool,
    ) -> Result<(), Stop> {
        self.focus = Some(token);
        let Some(name) = self.instance.tokens.get(&token).map(|t| t.node.clone()) else { return Ok(()) };
        let Some(approval) = self.approval(&name) else { return Ok(()) };
        let cause = if approved { CloseCause::Approved } else { CloseCause::Rejected };
        self.close_tasks(cause, |other| other == token);
        let at = self.at(token, &name);
        let own = outcome.as_ref().and_then(|outcome| approval.outcomes.get(outcome));
        let next = match own {
            Some(own) => &own.next,
            None if approved => &approval.next,
            None => &approval.rejected,
        };
        let goes_back = approved && own.is_none() && back::goes_back(self, token)?;
        self.emit(What::NodeDecided { at, approved, outcome, automatic });
        if goes_back {
            return back::go_back(self, token, &name);
        }
        self.enter(token, next);
        Ok(())
    }
}

/// What a refusal says; of several problems, each with its field.
fn told(refused: &Rejection) -> String {
    match refused {
        Rejection::Invalid(problems) => {
            problems.iter().map(|p| format!("{}: {}", p.path, p.message)).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

fn once(fired: Vec<Fired>) -> Vec<Fired> {
    let mut unique: Vec<Fired> = Vec::new();
    for one in fired {
        if !unique.contains(&one) {
            unique.push(one);
        }
    }
    unique
}

//! Calls at work: the token of the caller waits, each call runs in a scope of its own with variables of its own, until it
//! is certain what they come to together.

use indexmap::IndexMap;
use uuid::Uuid;

use super::{
    Call, CloseCause, DoneWhen, Instance, Item, ItemKind, NodeKind, Over, ScopeKind, Started, Wait, What, approvers,
    back::beneath,
    call::COUNTS,
    decide::{begin, work_out},
    effects,
    instance::{Calling, ChildState},
    people,
    run::{Run, Stop},
};
use crate::{
    Name, Rejection, Value,
    definition::CallOrder,
    expression::{self, EvalError},
};

/// More calls than this from one node are a mistake.
const MOST_CHILDREN: usize = 500;

/// A token came to a call.
pub(super) fn call(run: &mut Run<'_>, token: u32, node: &Name, call: &Call) -> Result<(), Stop> {
    let items = items(run, node, call)?;
    if items.len() > MOST_CHILDREN {
        let told = format!("Expected at most {MOST_CHILDREN} calls at `{node}`, but there would be {}", items.len());
        return Err(Rejection::state("too_many", told).into());
    }
    if !call.wait {
        for item in items {
            launch(run, token, node, call, item)?;
        }
        run.enter(token, &call.next);
        return Ok(());
    }
    let at = run.at(token, node);
    run.emit_engine(What::Called { at, workflow: call.workflow.clone(), title: call.title.clone(), items });
    go_on(run, token)
}

/// The list, as it is now; one without an item where there is no list.
fn items(run: &Run<'_>, node: &Name, call: &Call) -> Result<Vec<Option<Item>>, Stop> {
    let org = run.env.ctx.org;
    Ok(match &call.over {
        None => vec![None],
        Some(Over::Lines(table)) => {
            let lines = run.record.lines.get(table).into_iter().flatten().enumerate();
            lines.map(|(at, line)| Some(line_item(at, line.id))).collect()
        }
        Some(Over::People(sources)) => {
            let mut people: Vec<Uuid> = Vec::new();
            for (id, _) in approvers::find(run, node, sources)? {
                if people::is_active(org, id) && !people.contains(&id) {
                    people.push(id);
                }
            }
            people.into_iter().map(|id| Some(person_item(run, id))).collect()
        }
        Some(Over::Departments(expr)) => {
            let (value, _) = run.eval(expr).map_err(|e| run.stop(e, &format!("{node}.over.departments")))?;
            let mut found: Vec<Uuid> = Vec::new();
            let values = if let Value::List(list) = &value { list.as_slice() } else { std::slice::from_ref(&value) };
            for id in values.iter().filter_map(Value::as_id) {
                if !found.contains(&id) {
                    found.push(id);
                }
            }
            found.into_iter().map(|id| Some(department_item(run, id))).collect()
        }
    })
}

/// A line is known by its place: its fields have fewer readers than the timeline.
fn line_item(at: usize, id: Uuid) -> Item {
    Item { kind: ItemKind::Line, id, name: (at + 1).to_string() }
}

fn person_item(run: &Run<'_>, id: Uuid) -> Item {
    Item { kind: ItemKind::Person, id, name: people::person(run.env.ctx.org, id).name }
}

fn department_item(run: &Run<'_>, id: Uuid) -> Item {
    Item { kind: ItemKind::Department, id, name: people::department(run.env.ctx.org, id).name }
}

/// Closes the call if it is certain what it comes to; else begins what is due.
fn go_on(run: &mut Run<'_>, token: u32) -> Result<(), Stop> {
    run.focus = Some(token);
    let Some((node, call, calling)) = calling(run, token) else { return Ok(()) };
    if let Some(agreed) = verdict(run, &node, call, &calling)? {
        return done(run, token, &node, call, &calling, agreed);
    }
    let due = |state: &ChildState| *state == ChildState::Pending;
    let pending = calling.children.iter().enumerate().filter(|(_, child)| due(&child.state));
    let mut pending: Vec<(usize, Option<Item>)> = pending.map(|(at, child)| (at, child.item.clone())).collect();
    if call.order == CallOrder::Sequence {
        let runs = calling.children.iter().any(|child| matches!(child.state, ChildState::Running(_)));
        pending.truncate(usize::from(!runs));
    }
    for (child, item) in pending {
        let given = given(run, &node, call, item.as_ref())?;
        let (variables, fired) = work_out(run, &call.variables, &given, &node)?;
        let scope = run.instance.last_number + 1;
        let mut to = run.at(scope + 1, &call.start);
        to.label = with_item(to.label, item.as_ref());
        let at = run.at(token, &node);
        run.emit_engine(What::ChildStarted { at, child, scope, to, variables, fired });
    }
    Ok(())
}

fn with_item(label: String, item: Option<&Item>) -> String {
    match item {
        Some(item) => format!("{label} · {}", item.name),
        None => label,
    }
}

/// The label of a node where it is called for one of a list: `Manager · 3`.
pub(super) fn label(instance: &Instance, scope: Option<u32>, label: String) -> String {
    with_item(label, scope.and_then(|scope| item_of(instance, scope)))
}

fn item_of(instance: &Instance, scope: u32) -> Option<&Item> {
    let mut at = Some(scope);
    while let Some(scope) = at.and_then(|number| instance.scopes.get(&number)) {
        if let ScopeKind::Child(child) = &scope.kind {
            return child.item.as_ref();
        }
        at = scope.parent;
    }
    None
}

impl Instance {
    /// For which of a list the call is that a token runs in.
    #[must_use]
    pub fn item_of(&self, token: u32) -> Option<&Item> {
        item_of(self, self.tokens.get(&token)?.scope)
    }
}

fn calling<'w>(run: &Run<'w>, token: u32) -> Option<(Name, &'w Call, Calling)> {
    let found = run.instance.tokens.get(&token)?;
    let Wait::Call(calling) = &found.wait else { return None };
    match run.workflow.nodes.get(&found.node).map(|n| &n.kind) {
        Some(NodeKind::Call(call)) => Some((found.node.clone(), call, calling.clone())),
        _ => None,
    }
}

/// With what variables of the called workflow begin.
fn given(run: &Run<'_>, node: &Name, call: &Call, item: Option<&Item>) -> Result<IndexMap<Name, Value>, Stop> {
    let gone = IndexMap::new();
    let line = item.filter(|item| item.kind == ItemKind::Line).map(|item| {
        let table = if let Some(Over::Lines(table)) = &call.over { run.record.lines.get(table) } else { None };
        table.into_iter().flatten().find(|line| line.id == item.id)
    });
    let named = item.map(|item| IndexMap::from([(Name::new("item"), Value::Id(item.id))])).unwrap_or_default();
    let mut given = IndexMap::new();
    let mut needs = Vec::new();
    for (name, expr) in &call.with {
        let value = run.with_env(|env| match line {
            Some(Some(line)) => expression::eval(expr, &env.line(line)),
            // A line that was taken away meanwhile has no values.
            Some(None) => expression::eval(expr, &env.line(&gone)),
            None => expression::eval(expr, &env.with_named(&named)),
        });
        match value {
            Ok((value, _)) => drop(given.insert(name.clone(), value)),
            Err(EvalError::Needs(queries)) => needs.extend(queries),
            Err(fault @ EvalError::Fault(_)) => return Err(run.stop(fault, &format!("{node}.with.{name}"))),
        }
    }
    if needs.is_empty() { Ok(given) } else { Err(Stop::Needs(needs)) }
}

struct Counts {
    total: usize,
    ended: usize,
    rejected: usize,
}

impl Counts {
    fn of(calling: &Calling) -> Self {
        let count = |which: &dyn Fn(&ChildState) -> bool| calling.children.iter().filter(|c| which(&c.state)).count();
        Self {
            total: count(&|state| *state != ChildState::Dropped),
            ended: count(&|state| matches!(state, ChildState::Ended(_))),
            rejected: count(&|state| matches!(state, ChildState::Ended(outcome) if outcome.as_str() == "rejected")),
        }
    }

    fn agreed(&self) -> usize {
        self.ended - self.rejected
    }

    /// As expressions know them.
    fn to_value(&self) -> Value {
        let counts = [self.total, self.ended, self.agreed(), self.rejected];
        let number = |count: usize| Value::Integer(i64::try_from(count).unwrap_or(i64::MAX));
        Value::Map(COUNTS.iter().zip(counts).map(|(name, count)| ((*name).into(), number(count))).collect())
    }
}

/// What the calls come to, once that is certain.
fn verdict(run: &Run<'_>, node: &Name, call: &Call, calling: &Calling) -> Result<Option<bool>, Stop> {
    let counts = Counts::of(calling);
    let open = counts.total - counts.ended;
    Ok(match &call.until {
        DoneWhen::All if counts.rejected > 0 => Some(false),
        DoneWhen::All => (open == 0).then_some(true),
        DoneWhen::AtLeast(needed) => {
            let needed = usize::try_from(*needed).unwrap_or(usize::MAX).min(counts.total);
            match counts.agreed() {
                agreed if agreed >= needed => Some(true),
                agreed if agreed + open < needed => Some(false),
                _ => None,
            }
        }
        DoneWhen::When(_) if counts.ended == 0 && open > 0 => None,
        DoneWhen::When(when) => {
            let named = IndexMap::from([(Name::new("children"), counts.to_value())]);
            let holds = run.with_env(|env| expression::eval(when, &env.with_named(&named)));
            let (holds, _) = holds.map_err(|e| run.stop(e, &format!("{node}.until.when")))?;
            if holds == Value::Bool(true) { Some(true) } else { (open == 0).then_some(false) }
        }
    })
}

/// What still runs is cancelled, and the caller goes on.
fn done(run: &mut Run<'_>, token: u32, node: &Name, call: &Call, calling: &Calling, agreed: bool) -> Result<(), Stop> {
    let running = calling.children.iter().filter_map(|child| match child.state {
        ChildState::Running(scope) => Some(scope),
        ChildState::Pending | ChildState::Ended(_) | ChildState::Dropped => None,
    });
    let (tokens, scopes) = beneath(&run.instance, [], running);
    run.close_tasks(CloseCause::Ended, |other| tokens.contains(&other));
    let single = calling.children.first().filter(|_| call.over.is_none() && calling.children.len() == 1);
    let own = single.and_then(|child| match &child.state {
        ChildState::Ended(outcome) => call.outcomes.get(outcome),
        ChildState::Pending | ChildState::Running(_) | ChildState::Dropped => None,
    });
    let at = run.at(token, node);
    run.emit_engine(What::CallDone { at, agreed, tokens, scopes });
    let next = own.unwrap_or(if agreed { &call.next } else { &call.rejected });
    run.enter(token, next);
    Ok(())
}

/// The scope of the call that a token runs in; none where it runs in the instance itself.
pub(super) fn child_of(instance: &Instance, token: u32) -> Option<u32> {
    let mut at = instance.tokens.get(&token)?.scope;
    loop {
        let scope = instance.scopes.get(&at)?;
        if matches!(scope.kind, ScopeKind::Child(_)) {
            return Some(at);
        }
        at = scope.parent?;
    }
}

/// What was called came to an end.
pub(super) fn ended(run: &mut Run<'_>, scope: u32, outcome: &Name) -> Result<(), Stop> {
    let Some(ScopeKind::Child(child)) = run.instance.scopes.get(&scope).map(|s| s.kind.clone()) else { return Ok(()) };
    let token = child.caller;
    let Some((node, call, mut calling)) = calling(run, token) else { return Ok(()) };
    let (tokens, scopes) = beneath(&run.instance, [], [scope]);
    run.close_tasks(CloseCause::Ended, |other| tokens.contains(&other));
    if let Some(ended) = calling.children.get_mut(child.child) {
        ended.state = ChildState::Ended(outcome.clone());
    }
    run.focus = Some(token);
    let own = child.variables.iter().map(|(name, value)| (name.as_str().into(), value.clone()));
    let known = std::iter::once(("outcome".into(), Value::text(outcome.as_str()))).chain(own);
    let named = IndexMap::from([
        (Name::new("children"), Counts::of(&calling).to_value()),
        (Name::new("child"), Value::Map(known.collect())),
    ]);
    let mut set = IndexMap::new();
    for (name, expr) in &call.sets {
        let value = run.with_env(|env| expression::eval(expr, &env.with_named(&named)));
        let (value, _) = value.map_err(|e| run.stop(e, &format!("{node}.sets.{name}")))?;
        set.insert(name.clone(), value);
    }
    let at = run.at(token, &node);
    let outcome = outcome.clone();
    run.emit_engine(What::ChildEnded { at, child: child.child, item: child.item, outcome, set, tokens, scopes });
    go_on(run, token)
}

/// Another one of a list that runs already.
pub(super) fn add(run: &mut Run<'_>, node: &Name, id: Uuid, reason: Option<String>) -> Result<(), Stop> {
    let refuse = |path: &str, code: &str, told: &str| Err(Rejection::invalid(path, code, told).into());
    let waits = |token: &super::Token| token.node == *node && matches!(token.wait, Wait::Call(_));
    let token = run.instance.tokens.iter().find(|(_, token)| waits(token)).map(|(number, _)| *number);
    let Some((token, (_, call, calling))) = token.and_then(|token| Some((token, calling(run, token)?))) else {
        return refuse("node", "not_calling", "Expected a call that is under way, but there is none of that name");
    };
    let org = run.env.ctx.org;
    let item = match &call.over {
        None => None,
        Some(Over::Lines(table)) => {
            let mut lines = run.record.lines.get(table).into_iter().flatten().enumerate();
            lines.find(|(_, line)| line.id == id).map(|(at, line)| line_item(at, line.id))
        }
        Some(Over::People(_)) => people::is_active(org, id).then(|| person_item(run, id)),
        Some(Over::Departments(_)) => org.departments.contains_key(&id).then(|| department_item(run, id)),
    };
    let Some(item) = item else {
        return refuse(
            "item",
            "no_item",
            "Expected a line, person or department for which it is called, but it is none",
        );
    };
    let open = |state: &ChildState| matches!(state, ChildState::Pending | ChildState::Running(_));
    if calling.children.iter().any(|c| open(&c.state) && c.item.as_ref().is_some_and(|i| i.id == id)) {
        return refuse("item", "already_there", "Expected one for which it does not run yet, but it does");
    }
    if calling.children.len() >= MOST_CHILDREN {
        return refuse("item", "too_many", "Expected fewer calls, but there are too many already");
    }
    let at = run.at(token, node);
    run.emit(What::ChildAdded { at, item, reason });
    go_on(run, token)
}

/// Starts an instance of its own, whatever becomes of this one. It moves the record nowhere when it ends.
fn launch(run: &mut Run<'_>, token: u32, node: &Name, call: &Call, item: Option<Item>) -> Result<(), Stop> {
    let given = given(run, node, call, item.as_ref())?;
    let at = run.at(token, node);
    let (workflow, title) = (call.workflow.clone(), call.title.clone());
    if run.foretelling.is_some() {
        run.emit_engine(What::Launched { at, workflow, title, instance: Uuid::nil(), item });
        return Ok(());
    }
    let Some(callee) = run.env.catalog.workflows.get(&call.workflow) else {
        let told = format!("Expected the workflow `{}`, but it is gone", call.workflow);
        return Err(Rejection::state("workflow_fault", told).into());
    };
    let record = run.record.clone().into_owned();
    let env = super::Env { record: &record, ..run.env };
    let fresh = Instance::default();
    let mut inner = Run::new(env, callee, &fresh, run.ids.clone());
    inner.actor.clone_from(&run.actor);
    inner.steps = run.steps;
    inner.instance.initiator = run.instance.initiator.clone();
    let begin = begin(&mut inner, run.instance.initiator.id, &IndexMap::new(), &given)?;
    let started = Started {
        id: inner.ids.next(),
        workflow: callee.name.clone(),
        label: callee.label.clone(),
        catalog_version: run.instance.catalog_version,
        entity: run.instance.entity.clone(),
        record: run.instance.record,
        transition: None,
        initiator: run.instance.initiator.clone(),
        launched_by: Some(run.instance.id),
        begin,
    };
    let instance = started.id;
    inner.emit(What::Started(Box::new(started)));
    inner.advance()?;
    let changes = effects::changes(&fresh, &inner.instance, &inner.events, &run.env, &mut inner.ids);
    let Run { ids, effects, beside, record: after, steps, .. } = inner;
    let after = after.into_owned();
    run.ids = ids;
    run.steps = steps;
    run.record = std::borrow::Cow::Owned(after);
    run.effects.extend(effects);
    run.beside.extend(changes);
    run.beside.extend(beside);
    run.emit_engine(What::Launched { at, workflow, title, instance, item });
    Ok(())
}

/// The variables that a token sees: of the call that it runs in, or of the instance.
pub(super) fn variables(
    instance: &Instance,
    token: Option<u32>,
) -> (&IndexMap<Name, Value>, &IndexMap<Name, Vec<super::Fired>>) {
    let mut at = token.and_then(|token| instance.tokens.get(&token)).map(|token| token.scope);
    while let Some(scope) = at.and_then(|number| instance.scopes.get(&number)) {
        if let ScopeKind::Child(child) = &scope.kind {
            return (&child.variables, &child.fired);
        }
        at = scope.parent;
    }
    (&instance.variables, &instance.fired)
}

//! The way of an instance so far, from its events: nodes with their people, decisions and times.

use std::collections::HashMap;

use kernel::{
    Catalog, Name,
    definition::DueAct,
    workflow::{At, Event, Instance, Item, Via, What},
};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::{Reader, words};
use crate::{app_model::Texts, read::time};

/// A visit of a node.
#[derive(Debug)]
struct Visit {
    token: u32,
    node: Name,
    entered_at: Json,
    left_at: Json,
    status: &'static str,
    mode: Json,
    people: Vec<Person>,
    copied: Vec<Json>,
    round: u32,
    /// For which of a list it was called.
    item: Option<Item>,
    /// For what it waits, and what ended that.
    waits: Json,
}

#[derive(Debug)]
struct Person {
    id: Uuid,
    name: String,
    task: Option<Uuid>,
    about: Map<String, Json>,
}

/// The nodes that were passed and those where it stands, in the order in which they were entered. Switches, forks and
/// joins are left out: nobody decides there.
pub(super) fn nodes(reader: &Reader, pinned: &Catalog, instance: &Instance, events: &[Event]) -> Vec<Json> {
    let mut visits = visits(reader, pinned, instance, events);
    visits.retain(|visit| match visit["kind"].as_str() {
        Some("switch" | "fork" | "join" | "merge" | "race") => false,
        // Where what is called begins and ends is told by the call.
        Some("start" | "end") => {
            !visit["node"].as_str().is_some_and(|node| node.contains('.')) || visit["status"] != "passed"
        }
        _ => true,
    });
    visits
}

/// The same with every node.
pub(super) fn visits(reader: &Reader, pinned: &Catalog, instance: &Instance, events: &[Event]) -> Vec<Json> {
    let mut way = Way { visits: Vec::new(), round: 1, items: HashMap::new() };
    for event in events {
        way.take(event);
    }
    let texts = Texts::new(pinned, reader.language);
    let workflow = pinned.workflows.get(&instance.workflow);
    let kind = |node: &Name| workflow.and_then(|w| w.nodes.get(node)).map_or("approval", |n| n.kind.as_str());
    way.visits
        .into_iter()
        .map(|visit| {
            let people: Vec<Json> = visit.people.into_iter().map(Person::told).collect();
            json!({
                "node": visit.node, "label": words::node_label(texts, pinned, &instance.workflow, &visit.node),
                "kind": kind(&visit.node), "mode": visit.mode, "status": visit.status, "entered_at": visit.entered_at,
                "left_at": visit.left_at, "round": visit.round, "people": people,
                "copied": visit.copied, "item": visit.item, "waits": visit.waits,
            })
        })
        .collect()
}

impl Person {
    fn new(id: Uuid, name: &str) -> Self {
        Self { id, name: name.to_owned(), task: None, about: Map::new() }
    }

    fn told(self) -> Json {
        let mut out = Map::new();
        out.insert("id".into(), json!(self.id));
        out.insert("name".into(), self.name.into());
        out.extend(self.about);
        Json::Object(out)
    }
}

/// What came with what somebody did; with several acts, of all of them.
fn attach(person: &mut Person, attachments: &[Uuid], signature: Option<Uuid>) {
    if !attachments.is_empty() {
        let held = person.about.entry("attachments").or_insert_with(|| json!([]));
        if let Some(held) = held.as_array_mut() {
            held.extend(attachments.iter().map(|id| json!(id)));
        }
    }
    if let Some(signature) = signature {
        person.about.insert("signature".into(), json!(signature));
    }
}

struct Way {
    visits: Vec<Visit>,
    round: u32,
    /// For what the calls of a token are, and for what a token runs.
    items: HashMap<u32, Items>,
}

#[derive(Clone, Debug, Default)]
struct Items {
    calls: Vec<Option<Item>>,
    own: Option<Item>,
}

impl Way {
    fn enter(&mut self, token: u32, node: &Name, at: &Json) {
        self.leave(token, at);
        self.visits.push(Visit {
            token,
            node: node.clone(),
            entered_at: at.clone(),
            left_at: Json::Null,
            status: "open",
            mode: Json::Null,
            people: Vec::new(),
            copied: Vec::new(),
            round: self.round,
            item: self.items.get(&token).and_then(|items| items.own.clone()),
            waits: Json::Null,
        });
    }

    /// A token runs for what the one ran for that it came of.
    fn follow(&mut self, from: u32, to: u32) {
        if let Some(items) = self.items.get(&from).cloned() {
            self.items.insert(to, items);
        }
    }

    fn leave(&mut self, token: u32, at: &Json) {
        if let Some(visit) = self.visits.iter_mut().rev().find(|visit| visit.token == token && visit.left_at.is_null())
        {
            visit.left_at = at.clone();
            if visit.status == "open" {
                visit.status = "passed";
            }
        }
    }

    fn leave_all(&mut self, at: &Json, status: &'static str) {
        for visit in self.visits.iter_mut().filter(|visit| visit.left_at.is_null()) {
            visit.left_at = at.clone();
            if visit.status == "open" {
                visit.status = status;
            }
        }
    }

    /// What these tokens stand at is over without having been decided.
    fn take_away(&mut self, tokens: &[u32], at: &Json) {
        for visit in self.visits.iter_mut().filter(|v| v.left_at.is_null() && tokens.contains(&v.token)) {
            visit.left_at = at.clone();
            if visit.status == "open" {
                visit.status = "cancelled";
            }
        }
    }

    /// It stands again where it was given back from.
    fn again(&mut self, at: &Json) {
        let Some(last) = self.visits.iter().rposition(|visit| visit.status == "returned") else { return };
        let (left, round) = (self.visits.get(last).map(|v| v.left_at.clone()), self.round);
        let again: Vec<(u32, Name)> = self
            .visits
            .iter()
            .filter(|v| {
                v.round == round && Some(&v.left_at) == left.as_ref() && matches!(v.status, "returned" | "cancelled")
            })
            .map(|v| (v.token, v.node.clone()))
            .collect();
        for (token, node) in again {
            self.enter(token, &node, at);
        }
    }

    fn visit(&mut self, at: &At) -> Option<&mut Visit> {
        self.visits.iter_mut().rev().find(|visit| visit.token == at.token && visit.node == at.node)
    }

    fn person(&mut self, at: &At, task: Uuid) -> Option<&mut Person> {
        self.visit(at)?.people.iter_mut().find(|person| person.task == Some(task))
    }

    fn take(&mut self, event: &Event) {
        let when = time(event.at);
        match &event.what {
            What::Started(started) => self.enter(started.begin.token, &started.begin.node, &when),
            What::Resubmitted(again) => {
                self.round += 1;
                self.enter(again.begin.token, &again.begin.node, &when);
            }
            What::Entered(at) => self.enter(at.token, &at.node, &when),
            What::ApproversFound { at, mode, parts, .. } => {
                if let Some(visit) = self.visit(at) {
                    visit.mode = json!(mode);
                    visit.people = parts
                        .iter()
                        .map(|part| {
                            let mut person = Person::new(part.who.id, &part.who.name);
                            person.about.insert("via".into(), json!(part.via));
                            if let Some(skipped) = &part.skipped {
                                person.about.insert("decision".into(), "skipped".into());
                                person.about.insert("skipped".into(), json!(skipped));
                            }
                            person
                        })
                        .collect();
                }
            }
            What::TaskOpened { at, task, assignee, via, .. } => {
                if let Some(visit) = self.visit(at) {
                    let waiting = visit.people.iter_mut().find(|p| p.id == assignee.id && p.task.is_none());
                    if let Some(person) = waiting {
                        person.task = Some(*task);
                        person.about.insert("since".into(), when);
                    } else {
                        // A deputy, or somebody who is asked again.
                        let mut person = Person::new(assignee.id, &assignee.name);
                        person.task = Some(*task);
                        person.about.insert("via".into(), json!(via));
                        person.about.insert("since".into(), when);
                        if let Via::Deputy { of } = via {
                            visit.people.retain(|p| p.id != of.id || p.task.is_some());
                        }
                        visit.people.push(person);
                    }
                }
            }
            What::TaskDecided { at, task, verdict, outcome, reason, attachments, signature, .. } => {
                let by = event.by.as_ref().map(|by| by.id);
                if let Some(person) = self.person(at, *task) {
                    let decision = outcome.as_ref().map_or(verdict.as_str(), |outcome| outcome.as_str());
                    person.about.insert("decision".into(), decision.into());
                    person.about.insert("at".into(), when);
                    person.about.insert("reason".into(), json!(reason));
                    attach(person, attachments, *signature);
                    if let Some(channel) = event.channel {
                        person.about.insert("channel".into(), json!(channel));
                    }
                    if by.is_some_and(|by| by != person.id) {
                        person.about.insert("by".into(), json!(by));
                    }
                }
            }
            What::Attached { task, attachments, signature } => {
                let mut people = self.visits.iter_mut().rev().flat_map(|visit| &mut visit.people);
                if let Some(person) = people.find(|person| person.task == Some(*task)) {
                    attach(person, attachments, *signature);
                }
            }
            What::TaskHandedOver { at, task, new_task, to, via, reason, .. } => {
                let how = match via {
                    Via::Delegated { .. } => "delegated",
                    Via::Advised { .. } => "advised",
                    Via::TakenBack => "taken_back",
                    _ => "transferred",
                };
                if let Some(person) = self.person(at, *task) {
                    person.about.insert("decision".into(), how.into());
                    person.about.insert("at".into(), when.clone());
                    person.about.insert("reason".into(), json!(reason));
                    person.about.insert("to".into(), json!(to));
                }
                if let Some(visit) = self.visit(at) {
                    let mut next = Person::new(to.id, &to.name);
                    next.task = Some(*new_task);
                    next.about.insert("via".into(), json!(via));
                    next.about.insert("since".into(), when);
                    visit.people.push(next);
                }
            }
            What::TaskClosed { at, task, cause, .. } => {
                if let Some(person) = self.person(at, *task) {
                    person.about.insert("decision".into(), cause.as_str().into());
                    person.about.insert("at".into(), when);
                }
            }
            What::PartSettled { at, who, .. } => {
                if let Some(visit) = self.visit(at)
                    && let Some(person) = visit.people.iter_mut().find(|person| person.id == who.id)
                {
                    person.about.entry("decision").or_insert_with(|| "closed".into());
                }
            }
            What::TaskClaimed { at, task, who } => {
                if let Some(visit) = self.visit(at) {
                    let pooled = visit.people.iter_mut().find(|p| p.task == Some(*task));
                    if let Some(person) = pooled {
                        person.about.insert("pool".into(), person.name.clone().into());
                        person.id = who.id;
                        person.name.clone_from(&who.name);
                        person.about.insert("claimed_at".into(), when);
                    }
                }
            }
            What::TaskReleased { at, task, .. } => {
                if let Some(person) = self.person(at, *task)
                    && let Some(Json::String(pool)) = person.about.remove("pool")
                {
                    person.id = Uuid::nil();
                    person.name = pool;
                    person.about.remove("claimed_at");
                }
            }
            What::SignersAdded { at, place, people, .. } => {
                if let Some(visit) = self.visit(at) {
                    visit.people.extend(people.iter().map(|part| {
                        let mut person = Person::new(part.who.id, &part.who.name);
                        person.about.insert("via".into(), json!(part.via));
                        person.about.insert("added".into(), json!(place));
                        person
                    }));
                }
            }
            What::Consulted { at, task, who, question } => {
                if let Some(visit) = self.visit(at) {
                    let mut person = Person::new(who.id, &who.name);
                    person.task = Some(*task);
                    person.about.insert("consulted".into(), true.into());
                    person.about.insert("question".into(), json!(question));
                    person.about.insert("since".into(), when);
                    visit.people.push(person);
                }
            }
            What::Answered { at, task, text, .. } => {
                if let Some(person) = self.person(at, *task) {
                    person.about.insert("decision".into(), "answered".into());
                    person.about.insert("reason".into(), text.clone().into());
                    person.about.insert("at".into(), when);
                }
            }
            What::Copied { at, people, .. } => {
                if let Some(visit) = self.visit(at) {
                    visit.copied.extend(people.iter().map(|who| json!({"id": who.id, "name": who.name, "at": when})));
                }
            }
            What::TakenBack { at, task, .. } => {
                if let Some(visit) =
                    self.visits.iter_mut().rev().find(|v| v.people.iter().any(|p| p.task == Some(*task)))
                {
                    visit.status = "open";
                    visit.left_at = Json::Null;
                    if let Some(person) = visit.people.iter_mut().find(|p| p.task == Some(*task)) {
                        person.about.insert("decision".into(), "taken_back".into());
                    }
                }
                // What had been entered since is as if it had never been.
                let (token, node) = (at.token, at.node.clone());
                let last = self.visits.iter().rposition(|v| v.token == token && v.node == node);
                for visit in self.visits.iter_mut().skip(last.map_or(0, |last| last + 1)) {
                    if visit.left_at.is_null() && visit.status == "open" && visit.token >= token {
                        visit.status = "cancelled";
                        visit.left_at = when.clone();
                    }
                }
            }
            What::SentBack { at, to, tokens, .. } => {
                for visit in self.visits.iter_mut().filter(|v| v.left_at.is_null() && tokens.contains(&v.token)) {
                    visit.left_at = when.clone();
                    if visit.status == "open" {
                        visit.status = if visit.token == at.token { "returned" } else { "cancelled" };
                    }
                }
                self.enter(to.token, &to.node, &when);
            }
            What::Jumped { to, tokens, .. } => {
                self.take_away(tokens, &when);
                self.enter(to.token, &to.node, &when);
            }
            What::WentBack(at) => self.leave(at.token, &when),
            What::CameBack => self.again(&when),
            What::NodeDecided { at, approved, .. } => {
                if let Some(visit) = self.visit(at) {
                    visit.status = if *approved { "approved" } else { "rejected" };
                    visit.left_at = when;
                }
            }
            What::Notified { at, people, .. } => {
                if let Some(visit) = self.visit(at) {
                    visit.people = people.iter().map(|who| Person::new(who.id, &who.name)).collect();
                }
            }
            What::DueSet { at, task, due_at, .. } => {
                if let Some(person) = self.person(at, *task) {
                    person.about.insert("due_at".into(), json!(due_at.map(time)));
                }
            }
            What::Reminded { at, task, .. } => {
                if let Some(person) = self.person(at, *task) {
                    person.about.insert("reminded_at".into(), when);
                }
            }
            What::Overdue { at, task, act, due_at, within, people, .. } => {
                if let Some(person) = self.person(at, *task) {
                    let automatic = json!({
                        "act": act, "due_at": due_at.map(time), "within": within, "at": when, "people": people,
                    });
                    person.about.insert("automatic".into(), automatic);
                    let decision = match act {
                        DueAct::Approve => "approved",
                        DueAct::Reject => "rejected",
                        DueAct::Return => "returned",
                        DueAct::Notify | DueAct::ReassignUp => return,
                    };
                    person.about.insert("decision".into(), decision.into());
                    person.about.insert("at".into(), when);
                }
            }
            What::WaitBegan { at, waiting, .. } | What::WaitMoved { at, waiting, .. } => {
                if let Some(visit) = self.visit(at) {
                    visit.waits = json!({
                        "until": waiting.until.map(time), "message": waiting.message.as_ref().map(|m| &m.name),
                    });
                }
            }
            What::WaitEnded { at, cause, reason, .. } => {
                let by = event.by.as_ref().map(|by| by.name.clone());
                if let Some(waits) = self.visit(at).map(|visit| &mut visit.waits).and_then(Json::as_object_mut) {
                    waits.insert("ended_by".into(), json!(cause));
                    waits.insert("by_name".into(), json!(by));
                    waits.insert("reason".into(), json!(reason));
                }
            }
            What::RaceWon { to, others, .. } => {
                self.take_away(others, &when);
                self.enter(to.token, &to.node, &when);
            }
            What::Forked { at, branches, .. } | What::RaceBegan { at, branches, .. } => {
                self.leave(at.token, &when);
                for branch in branches {
                    self.follow(at.token, branch.to.token);
                    self.enter(branch.to.token, &branch.to.node, &when);
                }
            }
            What::Split { at, branches } => {
                self.leave(at.token, &when);
                for branch in branches {
                    self.follow(at.token, branch.to.token);
                    self.enter(branch.to.token, &branch.to.node, &when);
                }
            }
            What::Arrived(at) => self.leave(at.token, &when),
            What::Merged { to, tokens, .. } => {
                tokens.first().iter().for_each(|from| self.follow(**from, to.token));
                self.enter(to.token, &to.node, &when);
            }
            What::Called { at, items, .. } => self.items.entry(at.token).or_default().calls.clone_from(items),
            What::ChildAdded { at, item, .. } => {
                self.items.entry(at.token).or_default().calls.push(Some(item.clone()));
            }
            What::ChildStarted { at, child, to, .. } => {
                let own = self.items.get(&at.token).and_then(|items| items.calls.get(*child)).cloned().flatten();
                self.items.entry(to.token).or_default().own = own;
                self.enter(to.token, &to.node, &when);
            }
            What::ChildEnded { tokens, .. } | What::CallDone { tokens, .. } => self.take_away(tokens, &when),
            What::Migrated(migrated) => {
                for visit in &mut self.visits {
                    if let Some(Some(to)) = migrated.nodes.get(&visit.node) {
                        visit.node = to.clone();
                    }
                }
            }
            What::Restarted { again, .. } => {
                self.leave_all(&when, "cancelled");
                self.round += 1;
                self.enter(again.begin.token, &again.begin.node, &when);
            }
            What::Joined { to, others, tokens, .. } => {
                tokens.first().iter().for_each(|from| self.follow(**from, to.token));
                self.take_away(others, &when);
                self.enter(to.token, &to.node, &when);
            }
            What::Returned { at, .. } => {
                if let Some(visit) = self.visit(at) {
                    visit.status = "returned";
                }
                self.leave_all(&when, "cancelled");
            }
            What::Withdrawn { .. } => self.leave_all(&when, "withdrawn"),
            What::Cancelled { .. } => self.leave_all(&when, "cancelled"),
            What::Ended { node, .. } => {
                if let Some(node) = node
                    && let Some(visit) = self.visits.iter_mut().rev().find(|visit| visit.node == *node)
                {
                    visit.status = "passed";
                    visit.left_at = when.clone();
                }
                self.leave_all(&when, "cancelled");
            }
            What::Chose { .. }
            | What::Acted { .. }
            | What::Launched { .. }
            | What::Commented { .. }
            | What::Urged
            | What::Suspended { .. }
            | What::Resumed { .. }
            | What::IncidentRaised { .. }
            | What::IncidentSolved { .. }
            | What::Picked { .. } => {}
        }
    }
}

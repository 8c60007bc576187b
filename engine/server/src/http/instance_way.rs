//! The way of an instance so far, from its events: nodes with their people, decisions and times.

use kernel::{
    Catalog, Name,
    workflow::{At, Event, Instance, What},
};
use serde_json::{Map, Value as Json, json};
use store::EventRow;
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
    round: u32,
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
pub(super) fn nodes(reader: &Reader, pinned: &Catalog, instance: &Instance, events: Vec<EventRow>) -> Vec<Json> {
    let mut way = Way { visits: Vec::new(), round: 1 };
    for row in events {
        // An event of a later version that this one cannot read is left out of the picture, no more.
        if let Ok(event) = serde_json::from_value::<Event>(row.event) {
            way.take(&event);
        }
    }
    let texts = Texts::new(pinned, reader.language);
    let workflow = pinned.workflows.get(&instance.workflow);
    let kind = |node: &Name| workflow.and_then(|w| w.nodes.get(node)).map_or("approval", |n| n.kind.as_str());
    way.visits
        .into_iter()
        .filter(|visit| !matches!(kind(&visit.node), "switch" | "fork" | "join"))
        .map(|visit| {
            let people: Vec<Json> = visit.people.into_iter().map(Person::told).collect();
            json!({
                "node": visit.node, "label": words::node_label(texts, pinned, &instance.workflow, &visit.node),
                "kind": kind(&visit.node), "mode": visit.mode, "status": visit.status, "entered_at": visit.entered_at,
                "left_at": visit.left_at, "round": visit.round, "people": people,
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

struct Way {
    visits: Vec<Visit>,
    round: u32,
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
            round: self.round,
        });
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
            What::TaskOpened { at, task, assignee, .. } => {
                if let Some(visit) = self.visit(at) {
                    let waiting = visit.people.iter_mut().find(|p| p.id == assignee.id && p.task.is_none());
                    if let Some(person) = waiting {
                        person.task = Some(*task);
                        person.about.insert("since".into(), when);
                    }
                }
            }
            What::TaskDecided { at, task, verdict, reason, .. } => {
                let by = event.by.as_ref().map(|by| by.id);
                if let Some(person) = self.person(at, *task) {
                    person.about.insert("decision".into(), verdict.as_str().into());
                    person.about.insert("at".into(), when);
                    person.about.insert("reason".into(), json!(reason));
                    if by.is_some_and(|by| by != person.id) {
                        person.about.insert("by".into(), json!(by));
                    }
                }
            }
            What::TaskHandedOver { at, task, new_task, to, reason, .. } => {
                if let Some(person) = self.person(at, *task) {
                    person.about.insert("decision".into(), "transferred".into());
                    person.about.insert("at".into(), when.clone());
                    person.about.insert("reason".into(), json!(reason));
                    person.about.insert("to".into(), json!(to));
                }
                if let Some(visit) = self.visit(at) {
                    let mut next = Person::new(to.id, &to.name);
                    next.task = Some(*new_task);
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
                    person.about.insert("decision".into(), "left".into());
                }
            }
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
            What::Forked { at, branches, .. } => {
                self.leave(at.token, &when);
                for branch in branches {
                    self.enter(branch.to.token, &branch.to.node, &when);
                }
            }
            What::Arrived(at) => self.leave(at.token, &when),
            What::Joined { to, .. } => self.enter(to.token, &to.node, &when),
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
            What::Chose { .. } | What::Acted { .. } | What::Commented { .. } => {}
        }
    }
}

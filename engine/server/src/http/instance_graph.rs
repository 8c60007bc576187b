//! `/api/instances/{id}/graph`: the workflow as a picture with the way taken: nodes with who was there and when, edges,
//! what was passed by and why, who comes next, and what happened in order.

use std::collections::HashSet;

use axum::{
    Json,
    extract::{Path, State},
};
use kernel::{
    Catalog, Name,
    definition::Kind,
    workflow::{Edge, Event, Instance, Node, NodeKind, Status, Workflow},
};
use serde_json::{Map, Value as Json_, json};

use super::{
    Error, Reader,
    instance_trail::Trail,
    instances::{self, Sight},
    words,
};
use crate::{App, Failure, app_model::Texts, read::time};

pub(super) async fn show(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Json<Json_>, Error> {
    let id = instances::parse(&id)?;
    let Sight { seen, instance, blind } = instances::sight(&app, &reader, id).await?;
    let scene = reader.scene();
    let pinned = app.catalog_at(instance.catalog_version, &scene.catalog).await.map_err(Failure::from)?;
    let title = if blind { Json_::Null } else { seen.record.title.clone().into() };
    let mut out = instances::head(&reader, &pinned, &instance, &title);
    let events = instances::events(&app, id).await?;
    let ahead = instances::ahead(&app, &scene, &reader, &pinned, &seen, &instance).await?;
    let visits = super::instance_way::visits(&reader, &pinned, &instance, &events);
    let texts = Texts::new(&pinned, reader.language);
    let drawing = Drawing {
        texts,
        pinned: &pinned,
        instance: &instance,
        trail: Trail::follow(pinned.workflows.get(&instance.workflow).map(AsRef::as_ref), &events),
        visits,
        ahead: &ahead,
    };
    if let Some(workflow) = pinned.workflows.get(&instance.workflow) {
        out.insert("nodes".into(), drawing.nodes(workflow));
        out.insert("edges".into(), drawing.edges(workflow));
    }
    out.insert("leaps".into(), drawing.leaps());
    out.insert("events".into(), Json_::Array(events.iter().map(|event| drawing.event(event)).collect()));
    out.insert("next".into(), ahead);
    out.insert("version".into(), json!(instance.catalog_version));
    let admin = reader.is_admin() && reader.viewer.is_none();
    out.insert("can_operate".into(), json!(admin && instance.status != Status::Ended));
    out.insert("can_build".into(), json!(reader.is_builder()));
    let mut out = Json_::Object(out);
    if blind {
        without_words(&mut out);
    }
    Ok(Json(out))
}

/// Takes away what people said and attached: it may tell of a record that the reader may know nothing of.
fn without_words(told: &mut Json_) {
    match told {
        Json_::Object(map) => {
            map.retain(|key, _| !matches!(key.as_str(), "reason" | "question" | "attachments" | "signature"));
            map.values_mut().for_each(without_words);
        }
        Json_::Array(list) => list.iter_mut().for_each(without_words),
        _ => {}
    }
}

struct Drawing<'a> {
    texts: Texts<'a>,
    pinned: &'a Catalog,
    instance: &'a Instance,
    trail: Trail,
    visits: Vec<Json_>,
    ahead: &'a Json_,
}

impl Drawing<'_> {
    fn label(&self, node: &str) -> String {
        words::node_label(self.texts, self.pinned, &self.instance.workflow, node)
    }

    /// Every node, with its visits, who has it now, and what is foretold of it.
    fn nodes(&self, workflow: &Workflow) -> Json_ {
        let possible = self.possible(workflow);
        let told = workflow.nodes.iter().map(|(name, node)| {
            let visits: Vec<&Json_> = self.visits.iter().filter(|visit| visit["node"] == **name).collect();
            let standing = self.instance.tokens.values().filter(|token| token.node == *name).count();
            let mut ahead = self.ahead["nodes"].as_array().into_iter().flatten();
            let ahead = ahead.rfind(|found| found["node"] == **name && found["current"] != true);
            let status = match visits.last() {
                _ if standing > 0 => "open".into(),
                Some(visit) => visit["status"].clone(),
                None if ahead.is_some() => "next".into(),
                None if possible.contains(name) => "possible".into(),
                None => "skipped".into(),
            };
            let tasks = self.instance.tasks.iter().filter(|(_, task)| task.node == *name);
            let tasks: Vec<Json_> = tasks
                .map(|(id, task)| {
                    json!({
                        "id": id, "person": task.assignee.id, "name": task.assignee.name,
                        "since": time(task.opened_at), "pool": task.pool.is_some(),
                    })
                })
                .collect();
            json!({
                "node": name, "label": self.label(name), "kind": node.kind.as_str(), "status": status,
                "tokens": standing, "tasks": tasks, "visits": visits, "ahead": ahead,
                "outcome": if let NodeKind::End { outcome, .. } = &node.kind { json!(outcome) } else { Json_::Null },
            })
        });
        Json_::Array(told.collect())
    }

    /// Nodes that can still be reached from where it stands.
    fn possible(&self, workflow: &Workflow) -> HashSet<Name> {
        let mut open: Vec<Name> = match self.instance.status {
            Status::Ended => Vec::new(),
            Status::Returned | Status::New => vec![workflow.start.clone()],
            Status::Running => self.instance.tokens.values().map(|token| token.node.clone()).collect(),
        };
        let mut found = HashSet::new();
        while let Some(node) = open.pop() {
            if found.insert(node.clone()) {
                open.extend(workflow.edges.iter().filter(|edge| edge.from == node).map(|edge| edge.to.clone()));
            }
        }
        found
    }

    /// Every edge: how often and when it was taken, and why it was not, where its node chose another.
    fn edges(&self, workflow: &Workflow) -> Json_ {
        let told = workflow.edges.iter().map(|edge| {
            let same = |other: &&super::instance_trail::Taken| other.from == edge.from && other.slot == edge.slot;
            let taken: Vec<Json_> = self
                .trail
                .taken
                .iter()
                .filter(same)
                .map(|taken| json!({"at": time(taken.at), "round": taken.round}))
                .collect();
            let here = self.trail.taken.iter().filter(same).any(|taken| taken.round == self.trail.round);
            json!({
                "from": edge.from, "slot": edge.slot, "to": edge.to, "label": self.edge_label(workflow, edge),
                "taken": taken, "passed_by": if here { None } else { self.passed_by(workflow, edge) },
            })
        });
        Json_::Array(told.collect())
    }

    /// Why the way was not taken: `did_not_hold`, `another_held` before it, or `something_held` where it is for the rest.
    fn passed_by(&self, workflow: &Workflow, edge: &Edge) -> Option<&'static str> {
        let node = workflow.nodes.get(&edge.from)?;
        let now = |taken: &&super::instance_trail::Taken| taken.from == edge.from && taken.round == self.trail.round;
        let chosen = self.trail.taken.iter().rev().find(now)?;
        match &node.kind {
            NodeKind::Switch { .. } if edge.slot == "default" => Some("something_held"),
            NodeKind::Switch { cases, .. } => {
                let place = |slot: &str| slot.strip_prefix("cases.").and_then(|case| cases.get_index_of(case));
                let before = place(&chosen.slot).is_none_or(|held| place(&edge.slot).is_some_and(|own| own < held));
                Some(if before { "did_not_hold" } else { "another_held" })
            }
            NodeKind::Fork { otherwise, .. } => {
                let rest = otherwise.as_ref().is_some_and(|branch| edge.slot == format!("branches.{branch}"));
                Some(if rest { "something_held" } else { "did_not_hold" })
            }
            _ => None,
        }
    }

    fn edge_label(&self, workflow: &Workflow, edge: &Edge) -> Option<String> {
        slot_label(self.texts, workflow, workflow.nodes.get(&edge.from)?, &edge.from, &edge.slot)
    }

    fn leaps(&self) -> Json_ {
        let told = self.trail.leaps.iter().map(|leap| {
            json!({
                "from": leap.from, "to": leap.to, "how": leap.how, "at": time(leap.at), "by": leap.by,
                "reason": leap.reason, "round": leap.round,
            })
        });
        Json_::Array(told.collect())
    }

    /// What is told of an event: what stands here and no more, since some hold values of the record.
    fn event(&self, event: &Event) -> Json_ {
        const TOLD: &[&str] = &[
            "kind",
            "node",
            "task",
            "verdict",
            "outcome",
            "reason",
            "assignee",
            "who",
            "from",
            "to",
            "people",
            "place",
            "cause",
            "case",
            "question",
            "approved",
            "automatic",
            "act",
            "step",
            "code",
            "nobody",
        ];
        let whole = serde_json::to_value(event).unwrap_or_default();
        let mut out = Map::new();
        out.insert("seq".into(), json!(event.seq));
        out.insert("at".into(), time(event.at));
        out.insert("by".into(), json!(event.by));
        for key in TOLD {
            if let Some(value) = whole.get(*key).filter(|value| !value.is_null()) {
                out.insert((*key).to_owned(), value.clone());
            }
        }
        if let Some(node) = whole["node"].as_str() {
            out.insert("label".into(), self.label(node).into());
        }
        Json_::Object(out)
    }
}

/// A workflow as it is defined, without any instance.
pub(super) fn plain(texts: Texts<'_>, catalog: &Catalog, workflow: &Workflow) -> Json_ {
    let nodes = workflow.nodes.iter().map(|(name, node)| {
        let label = words::node_label(texts, catalog, &workflow.name, name);
        json!({"node": name, "label": label, "kind": node.kind.as_str()})
    });
    let edges = workflow.edges.iter().map(|edge| {
        let label = workflow.nodes.get(&edge.from);
        let label = label.and_then(|node| slot_label(texts, workflow, node, &edge.from, &edge.slot));
        json!({"from": edge.from, "slot": edge.slot, "to": edge.to, "label": label})
    });
    json!({"nodes": nodes.collect::<Vec<_>>(), "edges": edges.collect::<Vec<_>>()})
}

/// What a way from a node is called, where its author has named it.
pub(super) fn slot_label(texts: Texts<'_>, workflow: &Workflow, node: &Node, name: &str, slot: &str) -> Option<String> {
    let (group, own) = slot.split_once('.')?;
    let base = match &node.kind {
        NodeKind::Switch { cases, .. } => cases.get(own)?.label.as_deref(),
        NodeKind::Fork { branches, .. } => branches.get(own)?.label.as_deref(),
        NodeKind::Approval(approval) => approval.outcomes.get(own).map(|outcome| outcome.label.as_str()),
        _ => None,
    }?;
    let path = format!("nodes.{name}.{group}.{own}.label");
    Some(texts.text(Kind::Workflow, &workflow.name, &path, base))
}

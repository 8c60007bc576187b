//! `/api/instances/{id}/why?node=` and `/api/tasks/{id}/why`: why it came to a node, and why these people decide there.
//!
//! Each step of the way tells which case, branch or row of a table held and what it looked at, with the values as they
//! were then. A value is told to whoever may read it; of the others it is told that there are some. What lies across a
//! reference is told as it is now.

use std::collections::HashMap;

use axum::{
    Json,
    extract::{Path, State},
};
use chrono::{DateTime, Utc};
use kernel::{
    Catalog, Name,
    catalog::label_of,
    definition::Kind,
    expression::Expr,
    workflow::{Begin, Event, Fired, Instance, Node, NodeKind, What, Workflow},
};
use serde::Deserialize;
use serde_json::{Map, Value as Json_, json};
use uuid::Uuid;

use super::{
    Error, Query, Reader,
    instance_graph::slot_label,
    instance_trail::{Step, Trail},
    instance_way,
    instances::{self, Sight},
    words,
};
use crate::{
    App, Failure, Scene,
    app_model::Texts,
    read::{Seen, Titles, time},
};

#[derive(Deserialize)]
pub(super) struct Asked {
    node: String,
}

pub(super) async fn of_node(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<Json_>, Error> {
    Ok(Json(answer(&app, &reader, instances::parse(&id)?, &asked.node).await?))
}

/// The same of a task's node.
pub(super) async fn of_task(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
) -> Result<Json<Json_>, Error> {
    let task = Uuid::parse_str(&id).map_err(|_| Error::not_found("task", &id))?;
    let found = app.store().task(task).await?.ok_or_else(|| Error::not_found("task", task))?;
    Ok(Json(answer(&app, &reader, found.row.instance, &found.row.node).await?))
}

async fn answer(app: &App, reader: &Reader, id: Uuid, node: &str) -> Result<Json_, Error> {
    let Sight { seen, instance, blind } = instances::sight(app, reader, id).await?;
    let scene = reader.scene();
    let pinned = app.catalog_at(instance.catalog_version, &scene.catalog).await.map_err(Failure::from)?;
    let gone = || Error::not_found("node", node);
    let workflow = pinned.workflows.get(&instance.workflow).ok_or_else(gone)?;
    let asked = workflow.nodes.get(node).ok_or_else(gone)?;
    let events = instances::events(app, id).await?;
    let trail = Trail::follow(Some(workflow), &events);
    let texts = Texts::new(&pinned, reader.language);
    let mut teller = Teller {
        app,
        scene: &scene,
        seen: &seen,
        blind,
        pinned: &pinned,
        workflow,
        instance: &instance,
        trail: &trail,
        texts,
        then: HashMap::new(),
        versions: None,
        titles: Titles::default(),
    };
    let mut way = Vec::new();
    for step in trail.way_to(node).unwrap_or_default() {
        way.push(teller.step(step).await?);
    }
    let mut out = Map::new();
    out.insert("node".into(), json!(node));
    out.insert("label".into(), teller.label(node).into());
    out.insert("kind".into(), json!(asked.kind.as_str()));
    out.insert("visited".into(), json!(trail.way_to(node).is_some()));
    out.insert("way".into(), Json_::Array(way));
    out.insert("passed_by".into(), teller.passed_by(node));
    let visits = instance_way::visits(reader, &pinned, &instance, &events);
    let visit = visits.into_iter().rev().find(|visit| visit["node"] == *node);
    out.insert("people".into(), teller.people(visit.as_ref()));
    out.extend(teller.found(&events, node));
    out.insert("titles".into(), Json_::Object(std::mem::take(&mut teller.titles).look_up(app, &scene).await?));
    out.insert("workflow".into(), json!(instance.workflow));
    out.insert("version".into(), json!(instance.catalog_version));
    out.insert("can_build".into(), json!(reader.is_builder()));
    Ok(Json_::Object(out))
}

/// Tells it to one reader.
pub(super) struct Teller<'a> {
    pub(super) app: &'a App,
    pub(super) scene: &'a Scene,
    pub(super) seen: &'a Seen,
    /// Whether the reader may know nothing of the record.
    pub(super) blind: bool,
    pub(super) pinned: &'a Catalog,
    pub(super) workflow: &'a Workflow,
    pub(super) instance: &'a Instance,
    pub(super) trail: &'a Trail,
    pub(super) texts: Texts<'a>,
    /// The record as it was, by version, as the reader may see it.
    pub(super) then: HashMap<i64, Map<String, Json_>>,
    /// When each version of the record was written, oldest first.
    pub(super) versions: Option<Vec<(DateTime<Utc>, i64)>>,
    pub(super) titles: Titles,
}

/// The moment that is told of.
#[derive(Clone, Copy)]
pub(super) struct Moment<'m> {
    pub(super) version: i64,
    pub(super) at: DateTime<Utc>,
    pub(super) round: u32,
    pub(super) begin: Option<&'m Begin>,
}

impl<'a> Teller<'a> {
    fn label(&self, node: &str) -> String {
        words::node_label(self.texts, self.pinned, &self.instance.workflow, node)
    }

    fn node(&self, name: &str) -> Option<&'a Node> {
        self.workflow.nodes.get(name)
    }

    async fn step(&mut self, step: &Step) -> Result<Json_, Error> {
        Ok(match step {
            Step::Started { at, by } => json!({"kind": "started", "at": time(*at), "by": by}),
            Step::Leapt(leap) => json!({
                "kind": leap.how, "at": time(leap.at), "by": leap.by, "node": leap.from,
                "reason": leap.reason.as_ref().filter(|_| !self.blind),
                "label": self.label(&leap.from),
            }),
            Step::Decided { at, node, approved, outcome, automatic } => {
                let named = outcome.as_ref().map(|outcome| format!("outcomes.{outcome}"));
                let named = named.zip(self.node(node));
                let outcome = named.and_then(|(slot, found)| slot_label(self.texts, self.workflow, found, node, &slot));
                json!({
                    "kind": "decided", "at": time(*at), "node": node, "label": self.label(node), "approved": approved,
                    "outcome_label": outcome, "automatic": automatic,
                })
            }
            Step::Chose { at, node, case, fired, round } => {
                let moment = self.moment(*at, *round).await?;
                self.chose(*at, node, case.as_ref(), fired, moment).await?
            }
            Step::Branched { at, node, branch, round } => {
                let moment = self.moment(*at, *round).await?;
                let found = self.node(node);
                let slot = format!("branches.{branch}");
                let label = found.and_then(|found| slot_label(self.texts, self.workflow, found, node, &slot));
                let when = match found.map(|found| &found.kind) {
                    Some(NodeKind::Fork { branches, .. }) => branches.get(branch).and_then(|b| b.when.as_ref()),
                    _ => None,
                };
                let condition = match when {
                    Some(when) => self.condition(when, moment, &[]).await?,
                    None => Json_::Null,
                };
                json!({
                    "kind": "branched", "at": time(*at), "node": node, "label": self.label(node), "branch": branch,
                    "branch_label": label, "condition": condition,
                })
            }
        })
    }

    /// What a switch chose: the case with what it looked at, and the cases before it that did not hold.
    async fn chose(
        &mut self,
        at: DateTime<Utc>,
        node: &Name,
        case: Option<&Name>,
        fired: &[Fired],
        moment: Moment<'a>,
    ) -> Result<Json_, Error> {
        let found = self.node(node);
        let cases = match found.map(|found| &found.kind) {
            Some(NodeKind::Switch { cases, .. }) => cases.iter().collect(),
            _ => Vec::new(),
        };
        let mut tried = Vec::new();
        for (name, definition) in cases {
            let held = Some(name) == case;
            let slot = format!("cases.{name}");
            let label = found.and_then(|found| slot_label(self.texts, self.workflow, found, node, &slot));
            tried.push(json!({
                "case": name, "label": label.unwrap_or_else(|| label_of(name)), "held": held,
                "condition": self.condition(&definition.when, moment, fired).await?,
            }));
            if held {
                break;
            }
        }
        Ok(json!({
            "kind": "chose", "at": time(at), "node": node, "label": self.label(node),
            "named": found.is_some_and(|found| found.named), "case": case, "tried": tried,
        }))
    }

    /// A condition: as it is written, where all that it reads may be read; and what it looked at.
    async fn condition(&mut self, when: &Expr, moment: Moment<'a>, fired: &[Fired]) -> Result<Json_, Error> {
        let mut looked = Vec::new();
        let mut hidden = false;
        self.look(when, moment, fired, 0, &mut looked, &mut hidden).await?;
        let readable = !hidden && self.readable(when, 0);
        Ok(json!({
            "text": if readable { json!(when.source()) } else { Json_::Null }, "looked": looked,
            "hidden": !readable,
        }))
    }

    /// Where the way to a node that it never came to was left: the switches and forks that went another way.
    fn passed_by(&self, node: &str) -> Json_ {
        if self.trail.way_to(node).is_some() {
            return json!([]);
        }
        let leads = |from: &Name| {
            let (mut open, mut found) = (vec![from.clone()], Vec::new());
            while let Some(at) = open.pop() {
                if found.contains(&at) {
                    continue;
                }
                let next = self.workflow.edges.iter().filter(|edge| edge.from == at);
                open.extend(next.map(|edge| edge.to.clone()));
                found.push(at);
            }
            found.iter().any(|at| **at == *node)
        };
        let taken: Vec<_> = self.trail.taken.iter().filter(|taken| taken.round == self.trail.round).collect();
        let chosen = taken.iter().filter(|taken| {
            let branches = self.workflow.edges.iter().filter(|edge| edge.from == taken.from).count() > 1;
            branches && leads(&taken.from) && !leads(&taken.to)
        });
        let told = chosen.map(|taken| {
            let found = self.node(&taken.from);
            json!({
                "node": taken.from, "label": self.label(&taken.from), "slot": taken.slot,
                "slot_label": found.and_then(|found| {
                    slot_label(self.texts, self.workflow, found, &taken.from, &taken.slot)
                }),
                "at": time(taken.at),
            })
        });
        Json_::Array(told.collect())
    }

    /// Who decides there and why they; roles and fields by what they are called.
    fn people(&self, visit: Option<&Json_>) -> Json_ {
        let people = visit.and_then(|visit| visit["people"].as_array()).cloned().unwrap_or_default();
        let told = people.into_iter().map(|mut person| {
            let named = match person["via"]["kind"].as_str() {
                Some("role") => person["via"]["role"].as_str().map(|role| self.role(role)),
                Some("field") => person["via"]["path"].as_str().map(|path| self.own_path(path)),
                _ => None,
            };
            if let Some(person) = person.as_object_mut() {
                if let Some(named) = named {
                    person.insert("via_label".into(), named.into());
                }
                person.retain(|key, _| !self.blind || !matches!(key.as_str(), "reason" | "question"));
            }
            person
        });
        Json_::Array(told.collect())
    }

    fn role(&self, role: &str) -> String {
        let found = self.pinned.roles.get(role).map(|found| found.definition.label.clone());
        found.map_or_else(|| label_of(&Name::new(role)), |label| self.texts.text(Kind::Role, role, "label", &label))
    }

    fn own_path(&self, path: &str) -> String {
        let first = path.split('.').next().unwrap_or(path);
        let name = self.seen.entity.path_now(first).into_owned();
        let field = self.seen.entity.fields.get(&*name);
        field.map_or_else(|| self.texts.system_field(&name), |field| self.field_label(&self.seen.entity, field, None))
    }

    /// How people were looked for the last time: how they decide, who was left out, what happened if nobody was found.
    fn found(&self, events: &[Event], node: &str) -> Map<String, Json_> {
        let mut out = Map::new();
        let last = events.iter().rev().find_map(|event| match &event.what {
            What::ApproversFound { at, mode, left_out, nobody, .. } if *at.node == *node => {
                Some((mode, left_out, nobody))
            }
            _ => None,
        });
        if let Some((mode, left_out, nobody)) = last {
            out.insert("mode".into(), json!(mode));
            out.insert("left_out".into(), json!(left_out));
            out.insert("nobody".into(), json!(nobody));
        }
        out
    }
}

//! `/api/instances`: what the reader started, and the way of one: behind and ahead.

use axum::{
    Json,
    extract::{Path, State},
};
use kernel::{
    Catalog, Rejection, command,
    command::Act,
    rights::Mask,
    workflow::{Event, Instance, Operation, Status, Wait},
};
use serde::Deserialize;
use serde_json::{Map, Value as Json_, json};
use store::{Before, InstanceFilter, Waiting};
use uuid::Uuid;

use super::{
    Body, Error, Query, Reader,
    body::reason,
    instance_way, preview_answer,
    query::{Paging, cursor_from_text, cursor_to_text},
    record_answer, task_answer, words,
};
use crate::{
    App, Failure, Scene,
    app_model::Texts,
    command::{ActOnInstance, Acted, instance_of, saving},
    read::{Seen, Titles, time},
};

const PAGE: u32 = 50;

pub(super) async fn list(
    State(app): State<App>,
    reader: Reader,
    Query(paging): Query<Paging>,
) -> Result<Json<Json_>, Error> {
    let (before, limit) = paging.read(PAGE)?;
    let mut rows = app.store().instances_started_by(reader.user, before, limit).await?;
    let next = paging.next(PAGE, &mut rows, |row| Before { at: row.started_at, id: row.id });
    let mut titles = Titles::default();
    for row in &rows {
        titles.want(&row.entity, row.record);
    }
    let scene = reader.scene();
    let titles = titles.look_up(&app, &scene).await?;
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        let instance = instance_of(row)?;
        let pinned = app.catalog_at(instance.catalog_version, &scene.catalog).await.map_err(Failure::from)?;
        let title = titles.get(&instance.record.to_string()).cloned().unwrap_or_default();
        out.push(Json_::Object(head(&reader, &pinned, &instance, &title)));
    }
    Ok(Json(json!({"rows": out, "next": next})))
}

pub(super) fn head(reader: &Reader, pinned: &Catalog, instance: &Instance, title: &Json_) -> Map<String, Json_> {
    let texts = Texts::new(pinned, reader.language);
    let waiting: Vec<Json_> = instance
        .waiting_for()
        .map(|(_, task)| {
            json!({
                "id": task.assignee.id, "name": task.assignee.name, "since": time(task.opened_at), "node": task.node,
                "label": words::node_label(texts, pinned, &instance.workflow, &task.node),
            })
        })
        .collect();
    let waits: Vec<Json_> = instance
        .tokens
        .iter()
        .filter_map(
            |(number, token)| if let Wait::For(waiting) = &token.wait { Some((number, token, waiting)) } else { None },
        )
        .map(|(number, token, waiting)| {
            json!({
                "token": number, "node": token.node, "since": time(waiting.since), "until": waiting.until.map(time),
                "label": words::node_label(texts, pinned, &instance.workflow, &token.node),
                "message": waiting.message.as_ref().map(|message| &message.name),
            })
        })
        .collect();
    let fields = json!({
        "id": instance.id, "waits": waits, "workflow": instance.workflow,
        "label": words::workflow_label(texts, pinned, &instance.workflow),
        "entity": instance.entity, "record": instance.record, "title": title, "status": instance.status,
        "outcome": instance.outcome,
        "outcome_label": instance.outcome.as_ref().and_then(|outcome| words::outcome_label(texts, pinned, &instance.workflow, outcome)),
        "round": instance.round, "started_at": time(instance.started_at),
        "ended_at": instance.ended_at.map(time), "waiting_for": waiting, "initiator": instance.initiator.id,
        "initiator_name": instance.initiator.name,
        "can_withdraw": record_answer::can_withdraw(pinned, instance, reader),
        "can_take_back": task_answer::can_take_back(pinned, instance, reader.user),
        "can_urge": task_answer::can_urge(pinned, instance, reader.user),
        "returns": instance.returns, "suspended_by": instance.suspended,
        "incidents": if reader.is_admin() { json!(incidents(texts, pinned, instance)) } else { Json_::Null },
    });
    if let Json_::Object(map) = fields { map } else { Map::new() }
}

/// What waits for an administrator.
fn incidents(texts: Texts<'_>, pinned: &Catalog, instance: &Instance) -> Vec<Json_> {
    let told = instance.incidents().map(|(number, token, incident)| {
        json!({
            "token": number, "node": token.node, "code": incident.code, "message": incident.message,
            "label": words::node_label(texts, pinned, &instance.workflow, &token.node), "at": time(incident.at),
        })
    });
    told.collect()
}

pub(super) async fn show(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Json<Json_>, Error> {
    let id = parse(&id)?;
    Ok(Json(answer(&app, &reader, id).await?))
}

pub(super) fn parse(id: &str) -> Result<Uuid, Error> {
    Uuid::parse_str(id).map_err(|_| Error::not_found("instance", id))
}

/// An instance with its record.
pub(super) struct Sight {
    pub(super) seen: Seen,
    pub(super) instance: Instance,
    /// Whether the reader may know nothing of the record: an administrator looks after the workflow alone.
    pub(super) blind: bool,
}

/// The instance with its record, for those who may see that, and for administrators.
pub(super) async fn sight(app: &App, reader: &Reader, id: Uuid) -> Result<Sight, Error> {
    let gone = || Error::not_found("instance", id);
    let row = app.store().instance(id).await?.ok_or_else(gone)?;
    let instance = instance_of(row)?;
    let scene = reader.scene();
    match app.see(&scene, &instance.entity, instance.record).await {
        Ok(seen) => Ok(Sight { seen, instance, blind: false }),
        Err(Failure::Rejected(Rejection::NotFound { .. })) if reader.is_admin() => {
            let entity = scene.catalog.entity(&instance.entity).cloned().ok_or_else(gone)?;
            let record = app.store().record(&*scene.catalog, &entity.name, instance.record).await?.ok_or_else(gone)?;
            let seen = Seen { entity, record, mask: Mask::Only(std::collections::HashSet::new()) };
            Ok(Sight { seen, instance, blind: true })
        }
        Err(Failure::Rejected(Rejection::NotFound { .. })) => Err(gone()),
        Err(other) => Err(other.into()),
    }
}

async fn answer(app: &App, reader: &Reader, id: Uuid) -> Result<Json_, Error> {
    let Sight { seen, instance, blind } = sight(app, reader, id).await?;
    if blind {
        return Err(Error::not_found("instance", id));
    }
    tell(app, reader, &reader.scene(), &seen, &instance).await
}

/// What happened to it. An event of a later version of the engine that this one cannot read is left out, no more.
pub(super) async fn events(app: &App, id: Uuid) -> Result<Vec<Event>, Error> {
    let rows = app.store().events(id).await?;
    Ok(rows.into_iter().filter_map(|row| serde_json::from_value(row.event).ok()).collect())
}

async fn tell(app: &App, reader: &Reader, scene: &Scene, seen: &Seen, instance: &Instance) -> Result<Json_, Error> {
    let pinned = app.catalog_at(instance.catalog_version, &scene.catalog).await.map_err(Failure::from)?;
    let mut out = head(reader, &pinned, instance, &seen.record.title.clone().into());
    let events = events(app, instance.id).await?;
    let mut nodes = instance_way::nodes(reader, &pinned, instance, &events);
    tell_read(app, instance.id, &mut nodes).await?;
    out.insert("nodes".into(), Json_::Array(nodes));
    out.insert("next".into(), ahead(app, scene, reader, &pinned, seen, instance).await?);
    Ok(Json_::Object(out))
}

/// Says of those who got a copy when they read it.
async fn tell_read(app: &App, id: Uuid, nodes: &mut [Json_]) -> Result<(), Error> {
    let mut copied: Vec<&mut Json_> =
        nodes.iter_mut().filter_map(|node| node["copied"].as_array_mut()).flatten().collect();
    if copied.is_empty() {
        return Ok(());
    }
    for copy in app.store().copies_of(id).await? {
        let of = json!(copy.user);
        for told in copied.iter_mut().filter(|told| told["id"] == of) {
            told["read_at"] = json!(copy.read_at.map(time));
        }
    }
    Ok(())
}

/// What comes next, if everybody approves and nothing changes.
pub(super) async fn ahead(
    app: &App,
    scene: &Scene,
    reader: &Reader,
    pinned: &Catalog,
    seen: &Seen,
    instance: &Instance,
) -> Result<Json_, Error> {
    if instance.status == Status::Ended {
        return Ok(json!({"nodes": [], "outcome": instance.outcome}));
    }
    let found = app
        .settle(scene, |facts| {
            saving(scene, facts, "app", None, |s| {
                command::preview(s, pinned, &seen.entity, &seen.record, None, Some(instance))
            })
        })
        .await;
    match found {
        Ok(preview) => Ok(preview_answer::of(reader, pinned, &seen.entity, &preview)),
        Err(Failure::Rejected(why)) => Ok(json!({"nodes": [], "outcome": null, "stopped": why.to_string()})),
        Err(other) => Err(other.into()),
    }
}

/// The same of what was decided just now.
pub(super) async fn acted(app: &App, reader: &Reader, id: Uuid, acted: Acted) -> Result<Json_, Error> {
    let Acted { record, instance: Some(instance), .. } = acted else { return after(app, reader, id).await };
    let scene = reader.scene();
    let Some(entity) = scene.catalog.entity(&record.entity).cloned() else { return after(app, reader, id).await };
    match app.mask_of(&scene, &entity, &record).await? {
        Some(mask) => tell(app, reader, &scene, &Seen { entity, record, mask }, &instance).await,
        None => Ok(json!({"id": id, "status": instance.status, "outcome": instance.outcome})),
    }
}

/// The same after a decision; those who may not see the record are told only how it stands.
pub(super) async fn after(app: &App, reader: &Reader, id: Uuid) -> Result<Json_, Error> {
    match answer(app, reader, id).await {
        Err(Error::Rejected(Rejection::NotFound { .. })) => {
            let row = app.store().instance(id).await?.ok_or_else(|| Error::not_found("instance", id))?;
            Ok(json!({"id": id, "status": row.status, "outcome": row.outcome}))
        }
        other => other,
    }
}

#[derive(Deserialize)]
pub(super) struct Why {
    reason: Option<String>,
}

pub(super) async fn withdraw(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Body(body): Body<Why>,
) -> Result<Json<Json_>, Error> {
    let id = parse(&id)?;
    let command = ActOnInstance { instance: id, act: Act::Withdraw { reason: reason(body.reason)? }, version: None };
    let done = app.perform(Some(reader.user), &command).await?;
    Ok(Json(acted(&app, &reader, id, done).await?))
}

pub(super) async fn cancel(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Body(body): Body<Why>,
) -> Result<Json<Json_>, Error> {
    let id = parse(&id)?;
    let command = ActOnInstance { instance: id, act: Act::Cancel { reason: reason(body.reason)? }, version: None };
    let done = app.perform(Some(reader.user), &command).await?;
    Ok(Json(acted(&app, &reader, id, done).await?))
}

/// The initiator urges whoever has it; refused with `urged_already` if they did so a moment ago.
pub(super) async fn urge(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Json<Json_>, Error> {
    let id = parse(&id)?;
    let command = ActOnInstance { instance: id, act: Act::Urge, version: None };
    let done = app.perform(Some(reader.user), &command).await?;
    Ok(Json(acted(&app, &reader, id, done).await?))
}

/// An administrator stops it for a while: `{"reason"}`. Whoever then wants to decide is told who did.
pub(super) async fn suspend(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Body(body): Body<Why>,
) -> Result<Json<Json_>, Error> {
    operate(&app, &reader, &id, Operation::Suspend, body).await
}

/// It goes on: `{"reason"}`.
pub(super) async fn resume(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Body(body): Body<Why>,
) -> Result<Json<Json_>, Error> {
    operate(&app, &reader, &id, Operation::Resume, body).await
}

#[derive(Deserialize)]
pub(super) struct Skipped {
    token: u32,
    reason: Option<String>,
}

/// An administrator has it go on without what it waits for: `{"token", "reason"}`, a token of `waits`.
pub(super) async fn skip_wait(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Body(body): Body<Skipped>,
) -> Result<Json<Json_>, Error> {
    let why = Why { reason: body.reason };
    operate(&app, &reader, &id, Operation::SkipWait { token: body.token }, why).await
}

async fn operate(app: &App, reader: &Reader, id: &str, operation: Operation, why: Why) -> Result<Json<Json_>, Error> {
    let id = parse(id)?;
    let act = Act::Operate { operation, reason: reason(why.reason)? };
    let done = app.perform(Some(reader.user), &ActOnInstance { instance: id, act, version: None }).await?;
    Ok(Json(acted(app, reader, id, done).await?))
}

#[derive(Deserialize)]
pub(super) struct Mending {
    reason: Option<String>,
    /// Of a retry: fields of the record that are changed before.
    #[serde(default)]
    fields: Map<String, Json_>,
}

/// An administrator looks after what could not be done: `retry`, perhaps with `fields` of the record changed before, or
/// `skip`; always with a `reason`.
pub(super) async fn incident(
    State(app): State<App>,
    reader: Reader,
    Path((id, token, verb)): Path<(String, u32, String)>,
    Body(body): Body<Mending>,
) -> Result<Json<Json_>, Error> {
    let id = parse(&id)?;
    let why = reason(body.reason)?;
    let act = match verb.as_str() {
        "retry" => Act::Mend { token, fields: body.fields, reason: why },
        "skip" => Act::Operate { operation: Operation::Skip { token }, reason: why },
        _ => return Err(Error::NoSuchPath),
    };
    let done = app.perform(Some(reader.user), &ActOnInstance { instance: id, act, version: None }).await?;
    Ok(Json(acted(&app, &reader, id, done).await?))
}

#[derive(Deserialize)]
pub(super) struct Filter {
    workflow: Option<String>,
    entity: Option<String>,
    status: Option<String>,
    initiator: Option<Uuid>,
    waiting_for: Option<Uuid>,
    /// Only those that began before so many days.
    older_than_days: Option<u32>,
    /// `running`, `returned`, `ended`, `suspended` or `incident`.
    state: Option<String>,
    /// Those with an open task at this node.
    node: Option<String>,
    /// Those with a task that somebody has had for so many days.
    waiting_days: Option<u32>,
    /// Those with a task that is overdue.
    #[serde(default)]
    overdue: bool,
    /// `waiting`: only what waits for somebody, longest first; else the newest first.
    order: Option<String>,
    after: Option<String>,
    limit: Option<u32>,
}

/// All instances about records that the reader sees (for administrators all there are), newest first, or with `order=waiting` those that wait for somebody,
/// longest first: `?workflow=&entity=&state=&initiator=&waiting_for=&node=&older_than_days=&waiting_days=&overdue=`.
/// Rows are as in `GET /api/instances`; a page may hold fewer than were asked for.
pub(super) async fn search(
    State(app): State<App>,
    reader: Reader,
    Query(filter): Query<Filter>,
) -> Result<Json<Json_>, Error> {
    let now = app.clock().now();
    let before = |days: Option<u32>| days.map(|days| now - chrono::Duration::days(i64::from(days)));
    let (mut status, mut suspended, mut incidents) = (filter.status, false, false);
    match filter.state.as_deref() {
        None => {}
        Some("suspended") => suspended = true,
        Some("incident") => incidents = true,
        Some(state @ ("running" | "returned" | "ended")) => status = Some(state.to_owned()),
        Some(_) => return Err(Error::invalid("state", "option", "expected the state of a workflow")),
    }
    let wanted = InstanceFilter {
        workflow: filter.workflow,
        entity: filter.entity,
        status,
        initiator: filter.initiator,
        waiting_for: filter.waiting_for,
        started_before: before(filter.older_than_days),
        suspended,
        incidents,
        node: filter.node,
        waiting_since_before: before(filter.waiting_days),
        due_before: filter.overdue.then_some(now),
        ..InstanceFilter::default()
    };
    let (rows, next) = if filter.order.as_deref() == Some("waiting") {
        let limit = filter.limit.unwrap_or(PAGE).clamp(1, 100);
        let after: Option<Waiting> = filter.after.as_deref().map(cursor_from_text).transpose()?;
        let mut found = app.store().search_waiting(&wanted, after, limit + 1).await?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let next = found.last().filter(|_| more).map(|(_, last)| cursor_to_text(last));
        (found.into_iter().map(|(row, _)| row).collect(), next)
    } else {
        let paging = Paging::of(filter.after, filter.limit);
        let (before, limit) = paging.read(PAGE)?;
        let mut rows = app.store().search_instances(&wanted, before, limit).await?;
        let next = paging.next(PAGE, &mut rows, |row| Before { at: row.started_at, id: row.id });
        (rows, next)
    };
    let scene = reader.scene();
    let records: Vec<_> = rows.iter().map(|row| (row.entity.clone(), row.record)).collect();
    let seen = app.see_all(&scene, &records).await?;
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        let title = seen.get(&row.record).map(|seen| seen.record.title.clone());
        // Administrators look after all; what it is about they learn only where a role shows it.
        if title.is_none() && !reader.is_admin() {
            continue;
        }
        let instance = instance_of(row)?;
        let pinned = app.catalog_at(instance.catalog_version, &scene.catalog).await.map_err(Failure::from)?;
        out.push(Json_::Object(head(&reader, &pinned, &instance, &json!(title))));
    }
    Ok(Json(json!({"rows": out, "next": next})))
}

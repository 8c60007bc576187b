//! `/api/instances`: what the reader started, and the way of one: behind and ahead.

use axum::{
    Json,
    extract::{Path, State},
};
use kernel::{
    Catalog, Rejection, command,
    command::Act,
    workflow::{Instance, Operation, Status},
};
use serde::Deserialize;
use serde_json::{Map, Value as Json_, json};
use store::{Before, InstanceFilter};
use uuid::Uuid;

use super::{
    Body, Error, Query, Reader, body::reason, instance_way, preview_answer, query::Paging, record_answer, task_answer,
    words,
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

fn head(reader: &Reader, pinned: &Catalog, instance: &Instance, title: &Json_) -> Map<String, Json_> {
    let texts = Texts::new(pinned, reader.language);
    let waiting: Vec<Json_> = instance
        .waiting_for()
        .map(|(_, task)| {
            json!({"id": task.assignee.id, "name": task.assignee.name, "since": time(task.opened_at), "node": task.node})
        })
        .collect();
    let fields = json!({
        "id": instance.id, "workflow": instance.workflow,
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
    });
    if let Json_::Object(map) = fields { map } else { Map::new() }
}

pub(super) async fn show(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Json<Json_>, Error> {
    let id = parse(&id)?;
    Ok(Json(answer(&app, &reader, id).await?))
}

pub(super) fn parse(id: &str) -> Result<Uuid, Error> {
    Uuid::parse_str(id).map_err(|_| Error::not_found("instance", id))
}

/// The instance, for those who may see its record, started it, or have decided in it.
async fn answer(app: &App, reader: &Reader, id: Uuid) -> Result<Json_, Error> {
    let row = app.store().instance(id).await?.ok_or_else(|| Error::not_found("instance", id))?;
    let instance = instance_of(row)?;
    let scene = reader.scene();
    let seen = app.see(&scene, &instance.entity, instance.record).await;
    let seen = seen.map_err(|_| Error::not_found("instance", id))?;
    tell(app, reader, &scene, &seen, &instance).await
}

async fn tell(app: &App, reader: &Reader, scene: &Scene, seen: &Seen, instance: &Instance) -> Result<Json_, Error> {
    let pinned = app.catalog_at(instance.catalog_version, &scene.catalog).await.map_err(Failure::from)?;
    let mut out = head(reader, &pinned, instance, &seen.record.title.clone().into());
    let events = app.store().events(instance.id).await?;
    out.insert("nodes".into(), Json_::Array(instance_way::nodes(reader, &pinned, instance, events)));
    let ahead = if instance.status == Status::Ended {
        json!({"nodes": [], "outcome": instance.outcome})
    } else {
        let found = app
            .settle(scene, |facts| {
                saving(scene, facts, "app", None, |s| {
                    command::preview(s, &pinned, &seen.entity, &seen.record, None, Some(instance))
                })
            })
            .await;
        match found {
            Ok(preview) => preview_answer::of(reader, &pinned, &seen.entity, &preview),
            Err(Failure::Rejected(why)) => json!({"nodes": [], "outcome": null, "stopped": why.to_string()}),
            Err(other) => return Err(other.into()),
        }
    };
    out.insert("next".into(), ahead);
    Ok(Json_::Object(out))
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

async fn operate(app: &App, reader: &Reader, id: &str, operation: Operation, why: Why) -> Result<Json<Json_>, Error> {
    let id = parse(id)?;
    let act = Act::Operate { operation, reason: reason(why.reason)? };
    let done = app.perform(Some(reader.user), &ActOnInstance { instance: id, act, version: None }).await?;
    Ok(Json(acted(app, reader, id, done).await?))
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
    after: Option<String>,
    limit: Option<u32>,
}

/// All instances about records that the reader sees, newest first: `?workflow=&entity=&status=&initiator=&waiting_for=
/// &older_than_days=`. Rows are as in `GET /api/instances`; a page may hold fewer than were asked for.
pub(super) async fn search(
    State(app): State<App>,
    reader: Reader,
    Query(filter): Query<Filter>,
) -> Result<Json<Json_>, Error> {
    let paging = Paging::of(filter.after, filter.limit);
    let (before, limit) = paging.read(PAGE)?;
    let began = filter.older_than_days.map(|days| app.clock().now() - chrono::Duration::days(i64::from(days)));
    let wanted = InstanceFilter {
        workflow: filter.workflow,
        entity: filter.entity,
        status: filter.status,
        initiator: filter.initiator,
        waiting_for: filter.waiting_for,
        started_before: began,
        ..InstanceFilter::default()
    };
    let mut rows = app.store().search_instances(&wanted, before, limit).await?;
    let next = paging.next(PAGE, &mut rows, |row| Before { at: row.started_at, id: row.id });
    let scene = reader.scene();
    let records: Vec<_> = rows.iter().map(|row| (row.entity.clone(), row.record)).collect();
    let seen = app.see_all(&scene, &records).await?;
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(seen) = seen.get(&row.record) else { continue };
        let instance = instance_of(row)?;
        let pinned = app.catalog_at(instance.catalog_version, &scene.catalog).await.map_err(Failure::from)?;
        out.push(Json_::Object(head(&reader, &pinned, &instance, &seen.record.title.clone().into())));
    }
    Ok(Json(json!({"rows": out, "next": next})))
}

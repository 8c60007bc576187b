//! `/api/tasks`: what waits for the reader, and deciding it.

use std::collections::{HashMap, HashSet};

use axum::{
    Json,
    extract::{Path, State},
};
use kernel::{
    Rejection, Value,
    change::TaskRow,
    command::{Act, Sent},
    definition::FieldKind,
    expression::{Env, eval},
    query::Facts,
    rights::Mask,
    schema::Entity,
    sealed::seen,
    workflow::Verb,
};
use serde::Deserialize;
use serde_json::{Value as Json_, json};
use store::{Before, DueCursor};
use uuid::Uuid;

use super::{
    Body, Error, Query, Reader, body,
    idempotency::Keyed,
    if_match::base,
    instances,
    query::{Paging, cursor_from_text, cursor_to_text},
    records::{Place, stale_with_current},
    task_verb::Asked,
    words,
};
use crate::{
    App,
    app_model::Texts,
    command::{ActOnInstance, instance_of},
    engine::Performed,
    read::time,
};

const PAGE: u32 = 50;
/// A task's summary shows so many fields.
const SUMMARY: usize = 4;

#[derive(Deserialize)]
pub(super) struct Listed {
    after: Option<String>,
    limit: Option<u32>,
    /// `newest`, or `due`: what is due first, then what never is.
    order: Option<String>,
}

pub(super) async fn list(
    State(app): State<App>,
    reader: Reader,
    Query(asked): Query<Listed>,
) -> Result<Json<Json_>, Error> {
    let by_due = match asked.order.as_deref() {
        None | Some("newest") => false,
        Some("due") => true,
        Some(_) => return Err(Error::invalid("order", "unknown", "expected `newest` or `due`")),
    };
    let pools = app.pools_of(reader.user);
    let after: Option<DueCursor> = asked.after.as_deref().filter(|_| by_due).map(cursor_from_text).transpose()?;
    let paging = Paging::of(asked.after, asked.limit);
    let (before, limit) = paging.read(PAGE)?;
    let mut tasks = if by_due {
        app.store().open_tasks_by_due(reader.user, &pools, after, limit).await?
    } else {
        app.store().open_tasks(reader.user, &pools, before, limit).await?
    };
    let next = paging.next_by(PAGE, &mut tasks, |task| {
        let (due_at, at, id) = (task.due_at, task.created_at, task.id);
        if by_due { cursor_to_text(&DueCursor { due_at, at, id }) } else { cursor_to_text(&Before { at, id }) }
    });
    Ok(Json(json!({"rows": told(&app, &reader, tasks).await?, "next": next})))
}

/// Open tasks that nobody can act on, oldest first, for administrators: whoever has them is not active any more, or
/// nobody is of their pool. `POST /api/tasks/{id}/reassign` gives them to somebody.
pub(super) async fn stranded(State(app): State<App>, reader: Reader) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let org = app.org();
    let mut gone = app.store().open_task_assignees().await?;
    gone.retain(|id| !id.is_nil() && !org.people.get(id).is_some_and(|person| person.active));
    let mut pools = app.store().open_pools().await?;
    let manned: HashSet<String> = org.people.keys().flat_map(|id| app.pools_of(*id)).collect();
    pools.retain(|pool| !manned.contains(pool));
    let tasks = app.store().open_tasks_of_any(&gone, &pools, PAGE).await?;
    Ok(Json(json!({"rows": told(&app, &reader, tasks).await?})))
}

/// Tasks as lists show them.
async fn told(app: &App, reader: &Reader, tasks: Vec<TaskRow>) -> Result<Vec<Json_>, Error> {
    let scene = reader.scene();
    let instances: Vec<Uuid> = tasks.iter().map(|task| task.instance).collect();
    let instances = app.store().instances_by_id(&instances).await?;
    let instances: HashMap<Uuid, _> = instances.into_iter().map(|row| (row.id, row)).collect();
    let records: Vec<_> = tasks.iter().map(|task| (task.entity.clone(), task.record)).collect();
    let seen = app.see_all(&scene, &records).await?;
    let mut rows = Vec::with_capacity(tasks.len());
    for task in tasks {
        let instance = instances.get(&task.instance);
        let workflow = instance.map(|row| &row.workflow);
        let pinned = match instance {
            None => scene.catalog.clone(),
            Some(row) => app.catalog_at(row.catalog_version, &scene.catalog).await.map_err(crate::Failure::from)?,
        };
        let texts = Texts::new(&pinned, reader.language);
        // For which of a list it is called stands in the instance's state, which is only read where that can be.
        let state = instance.filter(|_| task.node.contains('.')).map(|row| instance_of(row.clone())).transpose()?;
        let label = match state.as_ref().and_then(|state| Some((state, state.tasks.get(&task.id)?))) {
            Some((state, open)) => Some(words::place_label(texts, &pinned, state, open.token, &open.node)),
            None => workflow.map(|w| words::node_label(texts, &pinned, w, &task.node)),
        };
        let seen = seen.get(&task.record);
        let title = seen.map(|seen| seen.record.title.clone()).unwrap_or_default();
        let summary = seen.map(|seen| summary(reader, &seen.entity, &seen.record, &seen.mask));
        rows.push(json!({
            "id": task.id, "instance": task.instance, "node": task.node, "label": label, "entity": task.entity,
            "record": task.record, "title": title, "initiator": task.initiator,
            "initiator_name": scene.org.people.get(&task.initiator).map(|person| &person.name),
            "created_at": time(task.created_at), "workflow": workflow, "summary": summary,
            "kind": task.kind.as_str(), "claimable": task.pool.is_some(), "due_at": task.due_at.map(time),
        }));
    }
    Ok(rows)
}

/// The figures by which an approver knows what it is about: amounts first.
fn summary(reader: &Reader, entity: &Entity, record: &kernel::Record, mask: &Mask) -> Vec<Json_> {
    let published = reader.app.published();
    let texts = Texts::new(&published.catalog, reader.language);
    let scene = reader.scene();
    let (ctx, facts) = (scene.ctx(), Facts::new());
    let mut readable = record.clone();
    readable.fields.retain(|name, _| mask.shows(name));
    let env = Env::new(&ctx, &facts, scene.catalog.as_ref()).over(&readable);
    let rank = |kind: FieldKind| -> Option<usize> {
        match kind {
            FieldKind::Money => Some(0),
            FieldKind::Percent => Some(1),
            FieldKind::Date => Some(2),
            FieldKind::Decimal | FieldKind::Integer => Some(3),
            _ => None,
        }
    };
    let mut shown: Vec<_> = entity
        .columns()
        .filter(|field| mask.shows(&field.name) && says_something(&record.get(&field.name)))
        .filter_map(|field| Some((rank(field.kind)?, field)))
        .collect();
    shown.sort_by_key(|(rank, _)| *rank);
    // Two of a kind, so that amounts in several shapes do not push out the percentage and the day.
    let mut seen_of = [0_usize; 4];
    shown.retain(|(rank, _)| {
        seen_of.get_mut(*rank).is_some_and(|count| {
            *count += 1;
            *count <= 2
        })
    });
    shown
        .into_iter()
        .take(SUMMARY)
        .map(|(_, field)| {
            let path = format!("fields.{}.label", field.name);
            let label = texts.text(kernel::definition::Kind::Entity, &entity.name, &path, &field.label);
            let value = seen(&record.get(&field.name)).to_json();
            let mut row = json!({
                "label": label, "field": field.name, "type": field.kind, "value": value,
            });
            // A currency that lies across a reference is not worth a question to the store here.
            if let Some(Ok(Value::Text(code))) = field.currency.as_ref().map(|expr| eval(expr, &env)) {
                row["currency"] = (*code).into();
            }
            row
        })
        .collect()
}

/// A charge of nothing and a percentage of nothing tell an approver nothing.
fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Decimal(number) => !number.is_zero(),
        Value::Integer(number) => *number != 0,
        _ => true,
    }
}

pub(super) async fn count(State(app): State<App>, reader: Reader) -> Result<Json<Json_>, Error> {
    Ok(Json(json!({"count": app.store().count_open_tasks(reader.user, &app.pools_of(reader.user)).await?})))
}

/// Does something with a task; see [`task_verb`](super::task_verb) for what each verb takes.
pub(super) async fn decide(
    State(app): State<App>,
    reader: Reader,
    Path((id, verb)): Path<(String, String)>,
    keyed: Keyed<Asked>,
) -> Result<Json<Json_>, Error> {
    let key = keyed.key(reader.user);
    let version = base(keyed.if_match, keyed.body.version)?.flatten();
    let task = Uuid::parse_str(&id).map_err(|_| Error::not_found("task", &id))?;
    let act = keyed.body.read(task, &verb)?;
    let found = app.store().task(task).await?.ok_or_else(|| Error::not_found("task", task))?;
    let command = ActOnInstance { instance: found.row.instance, act, version };
    let id = found.row.instance;
    let instance = match app.perform_once(Some(reader.user), &command, key).await {
        Ok(Performed::Now(acted)) => instances::acted(&app, &reader, id, acted).await?,
        Ok(Performed::Before(_)) => instances::after(&app, &reader, id).await?,
        Err(failure) => {
            let place = Place { entity: found.row.entity.to_string(), id: found.row.record };
            return Err(stale_with_current(&app, &reader, &place, failure).await);
        }
    };
    Ok(Json(json!({"instance": instance})))
}

/// So many tasks can be decided at once.
const MOST: usize = 100;

#[derive(Deserialize)]
pub(super) struct Several {
    verb: String,
    reason: Option<String>,
    tasks: Vec<OneOfSeveral>,
}

#[derive(Deserialize)]
struct OneOfSeveral {
    id: Uuid,
    version: Option<i64>,
}

/// Approves or rejects several tasks: `{"verb": "approve", "reason"?, "tasks": [{"id", "version"?}]}`. Each is decided
/// on its own, and told of on its own: `{"rows": [{"id", "ok": true, "status"} | {"id", "ok": false, "error": {"code",
/// "message"}}]}`.
pub(super) async fn batch(
    State(app): State<App>,
    reader: Reader,
    Body(several): Body<Several>,
) -> Result<Json<Json_>, Error> {
    if !matches!(several.verb.as_str(), "approve" | "reject") {
        return Err(Error::invalid("verb", "unknown", "expected `approve` or `reject`"));
    }
    if several.tasks.is_empty() || several.tasks.len() > MOST {
        return Err(Error::invalid("tasks", "count", format!("expected 1 to {MOST} tasks")));
    }
    let reason = body::reason(several.reason)?;
    let mut rows = Vec::with_capacity(several.tasks.len());
    for one in several.tasks {
        let verb = if several.verb == "approve" { Verb::Approve } else { Verb::Reject };
        rows.push(match decide_one(&app, &reader, &one, verb, reason.clone()).await {
            Ok(status) => json!({"id": one.id, "ok": true, "status": status}),
            Err(error) => json!({"id": one.id, "ok": false, "error": error.told()}),
        });
    }
    Ok(Json(json!({ "rows": rows })))
}

async fn decide_one(
    app: &App,
    reader: &Reader,
    one: &OneOfSeveral,
    verb: Verb,
    reason: Option<String>,
) -> Result<Json_, Error> {
    let found = app.store().task(one.id).await?.ok_or_else(|| Error::not_found("task", one.id))?;
    let row = app.store().instance(found.row.instance).await?;
    let row = row.ok_or_else(|| Error::not_found("instance", found.row.instance))?;
    let pinned = app.catalog_at(row.catalog_version, &reader.scene().catalog).await.map_err(crate::Failure::from)?;
    if pinned.workflows.get(&row.workflow).is_some_and(|workflow| !workflow.batch) {
        return Err(Rejection::state(
            "not_batched",
            "Expected a workflow whose tasks are decided together, but this one's are not",
        )
        .into());
    }
    let sent = Box::new(Sent { reason, ..Sent::default() });
    let act = Act::Decide { task: one.id, verb, sent };
    let command = ActOnInstance { instance: row.id, act, version: one.version };
    let acted = app.perform(Some(reader.user), &command).await?;
    Ok(json!(acted.instance.map(|instance| instance.status)))
}

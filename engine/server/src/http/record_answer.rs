//! What is told of one record: the record, titles of what it refers to, what its reader can do with it now.

use std::sync::Arc;

use kernel::{
    Catalog, Problem, Record, Rejection, command,
    definition::{EntityType, WithdrawWindow},
    expression::EvalError,
    query::{Facts, Outcome},
    rights::{Access, Action},
    schema::Entity,
    workflow::{Instance, Status},
};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::{Error, Reader, records::Place, task_answer, words};
use crate::{
    App, Failure, Scene,
    app_model::Texts,
    command::{Written, instance_of, saving},
    read::{Seen, Titles, known_entity, outcome, record_to_json, time},
};

/// The answer, or that there is no such record for this reader.
pub(super) async fn of(app: &App, reader: &Reader, place: &Place, warnings: &[Problem]) -> Result<Json, Error> {
    let scene = reader.scene();
    let seen = app.see(&scene, &place.entity, place.id).await?;
    let (instance, beside) = instances(app, place.id).await?;
    tell(app, reader, &scene, &seen, (instance.as_ref(), &beside), warnings).await
}

/// The same of a record that was made just now.
pub(super) async fn made(app: &App, reader: &Reader, written: Written) -> Result<Json, Error> {
    let scene = reader.scene();
    let Written { record, warnings } = written;
    let entity = Arc::clone(known_entity(&scene, &record.entity)?);
    match app.mask_of(&scene, &entity, &record).await? {
        Some(mask) => tell(app, reader, &scene, &Seen { entity, record, mask }, (None, &[]), &warnings).await,
        None => Ok(hidden(record.id)),
    }
}

async fn tell(
    app: &App,
    reader: &Reader,
    scene: &Scene,
    seen: &Seen,
    (instance, beside): (Option<&Instance>, &[Instance]),
    warnings: &[Problem],
) -> Result<Json, Error> {
    let mut tasks = Vec::new();
    for running in instance.into_iter().chain(beside) {
        tasks.extend(task_answer::own(app, reader, running).await?);
    }
    let mut titles = Titles::default();
    titles.want_record(&seen.entity, &seen.record, &seen.mask);
    let files = titles.look_up_files(app).await?;
    let titles = titles.look_up(app, scene).await?;
    let mut out = Map::new();
    if !files.is_empty() {
        out.insert("files".into(), Json::Object(files));
    }
    out.insert("record".into(), Json::Object(record_to_json(&seen.entity, &seen.record, &seen.mask)));
    out.insert("titles".into(), Json::Object(titles));
    out.insert("can".into(), can(app, scene, seen).await?);
    if let Some(instance) = instance {
        out.insert("instance".into(), about_instance(app, reader, instance).await?);
    }
    if let Some(task) = tasks.first() {
        out.insert("task".into(), task.clone());
    }
    // Several branches may ask the same person.
    if tasks.len() > 1 {
        out.insert("tasks".into(), Json::Array(tasks));
    }
    let (id, name) = (seen.record.id, &seen.entity.name);
    if seen.record.deleted_at.is_some()
        && let Some(winner) = app.store().merged_into(id).await?
    {
        // Only to who may know of it.
        let mut titles = Titles::default();
        titles.want(name, winner);
        if let Some(title) = titles.look_up(app, scene).await?.get(&winner.to_string()) {
            out.insert("merged_into".into(), json!({"id": winner, "title": title}));
        }
    }
    if seen.entity.definition.entity_type == EntityType::Master
        && let Some(merge) = app.store().latest_merge(id).await?
    {
        let until = merge.at + crate::merging::UNDO_WITHIN;
        out.insert("merged".into(), json!({"id": merge.id, "status": merge.status, "undo_until": time(until)}));
    }
    if !warnings.is_empty() {
        out.insert("warnings".into(), json!(warnings));
    }
    Ok(Json::Object(out))
}

/// The answer to a change. Whoever made a record that they may not read is told its id and no more.
pub(super) async fn after(app: &App, reader: &Reader, place: &Place, warnings: &[Problem]) -> Result<Json, Error> {
    match of(app, reader, place, warnings).await {
        Err(Error::Rejected(Rejection::NotFound { .. })) => Ok(hidden(place.id)),
        other => other,
    }
}

fn hidden(id: Uuid) -> Json {
    let can = json!({"update": false, "delete": false, "transitions": [], "fields": []});
    json!({"record": {"id": id}, "titles": {}, "can": can})
}

/// What the reader can do with the record now.
async fn can(app: &App, scene: &Scene, seen: &Seen) -> Result<Json, Failure> {
    app.settle(scene, |facts| outcome_of_can(scene, seen, facts)).await
}

fn outcome_of_can(scene: &Scene, seen: &Seen, facts: &Facts) -> Outcome<Json> {
    let (entity, record) = (&seen.entity, &seen.record);
    saving(scene, facts, "app", None, |s| {
        outcome((|| {
            let here = record.deleted_at.is_none();
            let update = here && s.access.allows(Action::Update, entity, record, facts)?;
            // Only what has not gone on its way can be put into the trash.
            let begun = entity.lifecycle.as_ref().is_some_and(|l| record.state.as_ref() != Some(&l.start));
            let delete = !begun && s.access.allows(Action::Delete, entity, record, facts)?;
            let transitions = if here { command::possible(s, entity, record)? } else { Vec::new() };
            let fields = if update { writable(s.access, entity, record, facts)? } else { json!([]) };
            Ok(json!({"update": update, "delete": delete, "transitions": transitions, "fields": fields}))
        })())
    })
}

/// `"all"` where neither the state nor the roles for this very record close a field that the reader writes elsewhere;
/// else the fields that are open.
fn writable(access: &Access<'_>, entity: &Entity, record: &Record, facts: &Facts) -> Result<Json, EvalError> {
    let reach = access.reach(entity, Some(record), facts)?;
    let state = record.state.as_deref().and_then(|state| entity.lifecycle.as_ref()?.states.get(state));
    let locked = |path: &str| path.split('.').next().is_some_and(|first| state.is_some_and(|s| s.locks(first)));
    let paths = entity.fields.values().flat_map(|field| {
        let inner = field.fields.keys().map(|name| format!("{}.{name}", field.name));
        std::iter::once(field.name.to_string()).chain(inner)
    });
    let elsewhere: Vec<String> = paths.filter(|path| access.writes(entity, path)).collect();
    let here: Vec<&String> = elsewhere.iter().filter(|p| !locked(p) && reach.writes(entity, p)).collect();
    Ok(if here.len() == elsewhere.len() { "all".into() } else { json!(here) })
}

/// The latest workflow of a record, and those that run beside it, started by one that does not wait for them.
async fn instances(app: &App, record: Uuid) -> Result<(Option<Instance>, Vec<Instance>), Failure> {
    let (mut latest, mut beside) = (None, Vec::new());
    for row in app.store().instances_of_record(record).await? {
        let instance = instance_of(row)?;
        if instance.launched_by.is_none() {
            latest = Some(instance);
        } else if instance.is_open() {
            beside.push(instance);
        }
    }
    Ok((latest, beside))
}

/// The workflow as it stands.
async fn about_instance(app: &App, reader: &Reader, instance: &Instance) -> Result<Json, Failure> {
    let pinned = app.catalog_at(instance.catalog_version, &reader.scene().catalog).await?;
    let texts = Texts::new(&pinned, reader.language);
    let waiting: Vec<Json> = instance
        .waiting_for()
        .map(|(_, task)| {
            json!({"id": task.assignee.id, "name": task.assignee.name, "node": task.node,
            "since": crate::read::time(task.opened_at)})
        })
        .collect();
    Ok(json!({
        "id": instance.id,
        "workflow": instance.workflow,
        "label": words::workflow_label(texts, &pinned, &instance.workflow),
        "status": instance.status,
        "outcome": instance.outcome,
        "round": instance.round,
        "initiator": instance.initiator.id,
        "initiator_name": instance.initiator.name,
        "started_at": crate::read::time(instance.started_at),
        "ended_at": instance.ended_at.map(crate::read::time),
        "waiting_for": waiting,
        "can_withdraw": can_withdraw(&pinned, instance, reader),
        "can_take_back": task_answer::can_take_back(&pinned, instance, reader.user),
        "can_urge": task_answer::can_urge(&pinned, instance, reader.user),
        "returned": instance.returned.as_ref().map(|returned| json!({
            "node": returned.node, "by": returned.by, "reason": returned.reason, "fields": returned.fields,
            "then": if returned.back.is_some() { "straight_back" } else { "again" },
        })),
    }))
}

/// Whether the reader's withdrawal could succeed, as far as can be told without trying.
pub(super) fn can_withdraw(pinned: &Catalog, instance: &Instance, reader: &Reader) -> bool {
    let window = pinned.workflows.get(&instance.workflow).map(|workflow| workflow.withdraw);
    let open = match (instance.status, window) {
        (Status::Ended, Some(WithdrawWindow::AfterEnd(_))) => {
            !instance.outcome.as_deref().is_some_and(|o| matches!(o, "rejected" | "withdrawn" | "cancelled"))
        }
        (Status::Ended, _) => false,
        _ => true,
    };
    open && instance.initiator.id == reader.user
}

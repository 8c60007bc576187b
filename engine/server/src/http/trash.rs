//! `/api/trash`: what was deleted, by entity, for who may delete it; emptying it, for administrators.

use axum::{Json, extract::State, http::StatusCode};
use kernel::rights::{Access, Action};
use serde::Deserialize;
use serde_json::{Map, Value as Json_, json};

use super::{Error, Query, Reader, records::Place};
use crate::{
    App,
    app_model::{Texts, entity_label},
    read::{ListRequest, Plan, Titles, time},
};

/// Deleted records are counted so far.
const COUNT_CAP: u32 = 1000;

/// Of which entities something lies in the trash that the reader may delete, and how much. The rows themselves are a
/// list of the entity with `deleted=1`.
pub(super) async fn show(State(app): State<App>, reader: Reader) -> Result<Json<Json_>, Error> {
    let scene = reader.scene();
    let texts = Texts::new(&scene.catalog, reader.language);
    let mut entities = Vec::new();
    for name in scene.catalog.entities.keys() {
        let may = {
            let ctx = scene.ctx();
            Access::new(&scene.catalog, &ctx).may(Action::Delete, name)
        };
        if !may {
            continue;
        }
        let plan = Plan::new(&scene, name, &ListRequest { deleted: true, ..ListRequest::default() })?;
        let found = app.store().count(&*scene.catalog, &plan.select, COUNT_CAP).await?;
        if found.count > 0 {
            let label = entity_label(texts, &scene.catalog, name);
            entities.push(json!({"entity": name, "label": label, "count": found.count, "exact": found.exact}));
        }
    }
    Ok(Json(json!({"entities": entities, "days": app.trash_days(), "may_empty": reader.is_admin()})))
}

/// What destroying a record would mean.
pub(super) async fn one(State(app): State<App>, reader: Reader, place: Place) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let purging = app.purging(&place.entity, place.id).await?;
    let scene = reader.scene();
    let mut titles = Titles::default();
    for (entity, id) in &purging.referring {
        titles.want(entity, *id);
    }
    let titles: Map<String, Json_> = titles.look_up(&app, &scene).await?;
    let texts = Texts::new(&scene.catalog, reader.language);
    let referring: Vec<Json_> = purging
        .referring
        .iter()
        .map(|(entity, id)| {
            let label = entity_label(texts, &scene.catalog, entity);
            json!({"entity": entity, "label": label, "id": id, "title": titles.get(&id.to_string())})
        })
        .collect();
    let goes = purging.goes_with;
    Ok(Json(json!({
        "deleted_at": purging.record.deleted_at.map(time), "lines": goes.lines, "comments": goes.comments,
        "files": goes.files, "history": goes.history, "referring": referring, "is_person": purging.is_person,
    })))
}

pub(super) async fn purge(State(app): State<App>, reader: Reader, place: Place) -> Result<StatusCode, Error> {
    reader.must_be_admin()?;
    app.purge(Some(reader.user), &place.entity, place.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
pub(super) struct Which {
    /// Only of this entity.
    entity: Option<String>,
}

pub(super) async fn empty(
    State(app): State<App>,
    reader: Reader,
    Query(which): Query<Which>,
) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    // What is deleted while it is emptied stays.
    let now = app.clock().now();
    let emptied = app.empty_trash(Some(reader.user), which.entity.as_deref(), now).await?;
    Ok(Json(json!({"purged": emptied.purged, "kept": emptied.kept})))
}

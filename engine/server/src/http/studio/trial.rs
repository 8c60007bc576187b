//! A draft's flow tried on real records. For administrators, and noted in the audit: whoever writes the conditions could
//! otherwise ask by them for values that no role shows them. An administrator who sees no such records tries it with
//! those of somebody else, where the firm lets administrators look at the app as others (`view_as`).

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use chrono::{DateTime, Utc};
use kernel::Catalog;
use serde::Deserialize;
use serde_json::{Value as Json_, json};
use uuid::Uuid;

use super::draft_id;
use crate::{
    App, Scene,
    http::{Body, Error, Reader, lookup, preview_answer, view_as},
    studio::{Trial, Tried, Way},
};

/// So many approvals are gone through again if it is not said.
const USUAL: u32 = 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Asked {
    entity: String,
    record: Uuid,
    transition: String,
    /// Who submits it; oneself if left out.
    by: Option<Uuid>,
    /// Whose records; one's own if left out.
    #[serde(rename = "as")]
    eyes: Option<Uuid>,
    at: Option<DateTime<Utc>>,
}

/// Who would decide on a record, now and by the draft.
pub(in crate::http) async fn try_out(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Body(asked): Body<Asked>,
) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let id = draft_id(&id)?;
    let next = app.draft_catalog(id).await?;
    let Asked { entity, record, transition, by, at, eyes } = asked;
    let scene = scene_of(&app, &reader, eyes)?;
    app.note(Some(reader.user), "test_run", json!({"draft": id, "entity": entity, "id": record, "as": eyes})).await?;
    let trial = Trial { entity, record, transition, by: by.or(eyes).unwrap_or(reader.user), at };
    let tried = app.try_draft(&next, &scene, &trial).await?;
    Ok(Json(told(&reader, &next, &tried)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Past {
    entity: String,
    transition: String,
    limit: Option<u32>,
    /// Whose records; one's own if left out.
    #[serde(rename = "as")]
    eyes: Option<Uuid>,
}

/// Which of the latest approvals would have gone another way.
pub(in crate::http) async fn what_if(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Body(asked): Body<Past>,
) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let id = draft_id(&id)?;
    let next = app.draft_catalog(id).await?;
    let scene = scene_of(&app, &reader, asked.eyes)?;
    app.note(Some(reader.user), "test_run", json!({"draft": id, "entity": asked.entity, "as": asked.eyes})).await?;
    let limit = asked.limit.unwrap_or(USUAL);
    let found = app.what_if(&next, &scene, &asked.entity, &asked.transition, limit).await?;
    let differ: Vec<Json_> = found.differ.iter().map(|tried| told(&reader, &next, tried)).collect();
    Ok(Json(json!({"seen": found.seen, "differ": differ})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Sought {
    entity: String,
    q: Option<String>,
    /// Whose records; one's own if left out.
    #[serde(rename = "as")]
    eyes: Option<Uuid>,
}

/// Records that it can be tried on.
pub(in crate::http) async fn records(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Body(asked): Body<Sought>,
) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let id = draft_id(&id)?;
    let scene = scene_of(&app, &reader, asked.eyes)?;
    if let Some(eyes) = asked.eyes {
        app.note(Some(reader.user), "test_run", json!({"draft": id, "entity": asked.entity, "as": eyes})).await?;
    }
    lookup::by_title(&app, &scene, &asked.entity, asked.q).await
}

/// The scene of whoever's records are used.
fn scene_of(app: &App, reader: &Reader, eyes: Option<Uuid>) -> Result<Scene, Error> {
    let mut scene = reader.scene();
    if let Some(user) = eyes {
        view_as::looked_at(app, reader, user)?;
        scene.user = Some(user);
    }
    Ok(scene)
}

fn told(reader: &Reader, next: &Arc<Catalog>, tried: &Tried) -> Json_ {
    let scene = reader.scene();
    json!({
        "id": tried.record.id, "title": tried.record.title, "entity": tried.record.entity,
        "now": way(reader, &scene.catalog, tried, &tried.now), "then": way(reader, next, tried, &tried.then),
    })
}

fn way(reader: &Reader, catalog: &Catalog, tried: &Tried, way: &Way) -> Json_ {
    match (way, catalog.entity(&tried.record.entity)) {
        (Ok(preview), Some(entity)) => preview_answer::of(reader, catalog, entity, preview),
        (Ok(_), None) => json!({"nodes": []}),
        (Err(failure), _) => json!({"nodes": [], "refused": failure.to_string()}),
    }
}

//! `…/transitions/{name}` and `…/preview`: moving a record on, and who will decide if one does.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use kernel::{command, definition::Keyed as Keyed_};
use serde::Deserialize;
use serde_json::{Value as Json_, json};
use uuid::Uuid;

use super::{
    Error, Query, Reader, body,
    idempotency::Keyed,
    if_match::base,
    preview_answer, record_answer,
    records::{Place, stale_with_current, with_etag},
};
use crate::{
    App,
    command::{MakeTransition, open_instance, saving},
    engine::Performed,
};

#[derive(Deserialize)]
pub(super) struct Asked {
    version: Option<i64>,
    reason: Option<String>,
    /// Whom the submitter chose for nodes of the workflow that begins: `{"node": ["user id"]}`.
    #[serde(default)]
    picks: Keyed_<Vec<Uuid>>,
}

#[derive(Deserialize)]
pub(super) struct Named {
    name: String,
}

pub(super) async fn make(
    State(app): State<App>,
    reader: Reader,
    place: Place,
    Path(named): Path<Named>,
    keyed: Keyed<Asked>,
) -> Result<Response, Error> {
    let key = keyed.key(reader.user);
    let command = MakeTransition {
        entity: place.entity.clone(),
        id: place.id,
        name: named.name,
        version: base(keyed.if_match, keyed.body.version)?.flatten(),
        reason: body::reason(keyed.body.reason)?,
        picks: keyed.body.picks,
    };
    let (warnings, made) = match app.perform_once(Some(reader.user), &command, key).await {
        Ok(Performed::Now(acted)) => (acted.warnings, acted.made),
        Ok(Performed::Before(_)) => (Vec::new(), Vec::new()),
        Err(failure) => return Err(stale_with_current(&app, &reader, &place, failure).await),
    };
    let mut answer = record_answer::after(&app, &reader, &place, &warnings).await?;
    if let Some(out) = answer.as_object_mut().filter(|_| !made.is_empty()) {
        let made: Vec<Json_> = made.iter().map(|(entity, id)| json!({"entity": entity, "id": id})).collect();
        out.insert("made".into(), json!(made));
    }
    Ok(with_etag(StatusCode::OK, answer))
}

#[derive(Deserialize)]
pub(super) struct Ahead {
    transition: Option<String>,
}

/// Who will decide: if the transition is made, or from where the workflow stands.
pub(super) async fn preview(
    State(app): State<App>,
    reader: Reader,
    place: Place,
    Query(asked): Query<Ahead>,
) -> Result<Json<Json_>, Error> {
    let scene = reader.scene();
    let seen = app.see(&scene, &place.entity, place.id).await?;
    let open = open_instance(&app, place.id).await?;
    let pinned = match (&open, &asked.transition) {
        (Some(instance), None) => app.catalog_at(instance.catalog_version, &scene.catalog).await?,
        _ => scene.catalog.clone(),
    };
    let found = app
        .settle(&scene, |facts| {
            saving(&scene, facts, "app", None, |s| {
                command::preview(s, &pinned, &seen.entity, &seen.record, asked.transition.as_deref(), open.as_ref())
            })
        })
        .await?;
    Ok(Json(preview_answer::of(&reader, &pinned, &seen.entity, &found)))
}

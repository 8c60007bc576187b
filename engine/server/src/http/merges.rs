//! `…/merge` and `/api/merges/{id}/undo`: records that are the same become one, and are parted again.

use std::time::Duration;

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;
use serde_json::{Map, Value as Json_, json};
use uuid::Uuid;

use super::{
    Body, Error, Reader, record_answer,
    records::{Place, flat},
};
use crate::{
    App,
    command::{MergeRecords, UndoMerge},
};

/// So long an answer waits for what refers to the records; what takes longer follows after it.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Deserialize)]
pub(super) struct Asked {
    /// The version of the record that stays.
    version: Option<i64>,
    /// Those that go.
    losers: Vec<Loser>,
    /// Fields that are chosen otherwise than the record has them.
    #[serde(default)]
    fields: Map<String, Json_>,
}

#[derive(Deserialize)]
struct Loser {
    id: Uuid,
    version: Option<i64>,
}

pub(super) async fn merge(
    State(app): State<App>,
    reader: Reader,
    place: Place,
    Body(asked): Body<Asked>,
) -> Result<Json<Json_>, Error> {
    let id = Uuid::now_v7();
    let command = MergeRecords {
        id,
        entity: place.entity.clone(),
        winner: (place.id, asked.version),
        losers: asked.losers.into_iter().map(|loser| (loser.id, loser.version)).collect(),
        fields: flat(asked.fields),
    };
    let written = app.perform(Some(reader.user), &command).await?;
    follow(&app, id).await;
    let mut answer = record_answer::after(&app, &reader, &place, &written.warnings).await?;
    if let Some(answer) = answer.as_object_mut() {
        answer.insert("merge".into(), json!(id));
    }
    Ok(Json(answer))
}

pub(super) async fn undo(State(app): State<App>, reader: Reader, Path(id): Path<Uuid>) -> Result<Json<Json_>, Error> {
    let written = app.perform(Some(reader.user), &UndoMerge { id }).await?;
    follow(&app, id).await;
    let place = Place { entity: written.record.entity.to_string(), id: written.record.id };
    Ok(Json(record_answer::after(&app, &reader, &place, &written.warnings).await?))
}

/// Leads what refers to the records elsewhere; goes on when the answer is given.
async fn follow(app: &App, id: Uuid) {
    let app = app.clone();
    let work = tokio::spawn(async move {
        if let Err(error) = app.follow_merge(id).await {
            tracing::error!(merge = %id, %error, "what refers to merged records could not be led on; it is tried again");
        }
    });
    // A process that ends meanwhile leaves it to be found.
    let _ = tokio::time::timeout(PATIENCE, work).await;
}

//! What publishing a draft would do, and doing it.

use axum::{
    Json,
    extract::{Path, State},
    response::Response,
};
use kernel::rebuild::Choices;
use serde::Deserialize;
use serde_json::{Value as Json_, json};

use super::draft_id;
use crate::{
    App,
    http::{Body, Error, Reader, body::reason, publish},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Planned {
    /// What becomes of stored values, by field: `request.amount`.
    #[serde(default)]
    choices: Choices,
}

/// What publishing a draft would do. What becomes of stored values is told to whoever may publish: counts tell of
/// records that others may not see.
pub(in crate::http) async fn plan(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Body(asked): Body<Planned>,
) -> Result<Json<Json_>, Error> {
    reader.must_build()?;
    let (draft, mut plan) = app.plan_draft(draft_id(&id)?, &asked.choices, reader.language).await?;
    if reader.is_admin() {
        publish::keep_seen(&app, &reader, &mut plan).await?;
    } else {
        plan.effects.clear();
    }
    let mut told = json!(plan);
    told["draft_version"] = json!(draft.version);
    Ok(Json(told))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Published {
    version: i64,
    note: Option<String>,
    #[serde(default)]
    choices: Choices,
}

/// Publishes a draft at once (200), or begins to where stored values are converted first (202).
pub(in crate::http) async fn publish(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Body(asked): Body<Published>,
) -> Result<Response, Error> {
    reader.must_be_admin()?;
    let note = reason(asked.note)?.unwrap_or_default();
    let begun = app.publish_draft(draft_id(&id)?, asked.version, note, asked.choices, reader.user).await?;
    Ok(publish::answer(&app, begun))
}

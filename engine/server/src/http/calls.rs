//! `POST /api/instances/{id}/calls`: one more call of a list that is under way.

use axum::{
    Json,
    extract::{Path, State},
};
use kernel::{Name, command::Act, workflow::Operation};
use serde::Deserialize;
use serde_json::Value as Json_;
use uuid::Uuid;

use super::{Body, Error, Reader, instances};
use crate::{App, command::ActOnInstance};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Added {
    /// The node that calls.
    node: Name,
    /// The line, person or department.
    item: Uuid,
    /// Why; an administrator must say it.
    reason: Option<String>,
}

/// Adds one: `{"node", "item"}` by the initiator where the node lets them, with `"reason"` by an administrator.
pub(super) async fn add(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Body(Added { node, item, reason }): Body<Added>,
) -> Result<Json<Json_>, Error> {
    let id = instances::parse(&id)?;
    let act = match reason {
        Some(reason) => Act::Operate { operation: Operation::AddCall { node, item }, reason: Some(reason) },
        None => Act::AddCall { node, item },
    };
    let done = app.perform(Some(reader.user), &ActOnInstance { instance: id, act, version: None }).await?;
    Ok(Json(instances::acted(&app, &reader, id, done).await?))
}

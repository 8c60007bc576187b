//! `…/comments`: writing a comment.

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use serde_json::{Value as Json_, json};

use super::{Body, Error, Reader, records::Place};
use crate::{App, command::WriteComment, read::time};

#[derive(Deserialize)]
pub(super) struct Written {
    #[serde(default)]
    text: String,
}

pub(super) async fn write(
    State(app): State<App>,
    reader: Reader,
    place: Place,
    Body(body): Body<Written>,
) -> Result<(StatusCode, Json<Json_>), Error> {
    let command = WriteComment { entity: place.entity, id: place.id, text: body.text.clone() };
    let id = app.perform(Some(reader.user), &command).await?;
    let item = json!({
        "kind": "comment", "id": id, "at": time(app.clock().now()), "by": reader.user, "by_name": reader.person.name,
        "text": body.text.trim(),
    });
    Ok((StatusCode::CREATED, Json(item)))
}

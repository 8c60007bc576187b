//! `/api/messages`: what other programs tell workflows that wait for it.

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value as Json_, json};

use super::{Error, Reader, idempotency::Keyed};
use crate::{App, command::SendMessage, engine::Performed};

#[derive(Deserialize)]
pub(super) struct Sent {
    #[serde(default)]
    name: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    values: Map<String, Json_>,
}

/// Sends a message: `{"name", "key", "values"}`. It is kept until a workflow that waits for it takes it; the answer does not tell
/// whether one does. With an `Idempotency-Key` it can be sent again without coming twice.
pub(super) async fn send(
    State(app): State<App>,
    reader: Reader,
    keyed: Keyed<Sent>,
) -> Result<(StatusCode, Json<Json_>), Error> {
    let key = keyed.key(reader.user);
    let command = SendMessage { name: keyed.body.name, key: keyed.body.key, values: keyed.body.values };
    let id = match app.perform_once(Some(reader.user), &command, key).await? {
        Performed::Now(id) => json!(id),
        Performed::Before(_) => Json_::Null,
    };
    Ok((StatusCode::ACCEPTED, Json(json!({"id": id}))))
}

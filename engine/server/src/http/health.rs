//! `/health`: whether this node can serve.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::App;

pub(super) async fn show(State(app): State<App>) -> Response {
    let database = app.store().ping().await;
    let status = if database.is_ok() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "status": if database.is_ok() { "ok" } else { "database_unreachable" },
        "version": env!("CARGO_PKG_VERSION"),
        "definitions": app.published().catalog.version,
    });
    (status, Json(body)).into_response()
}

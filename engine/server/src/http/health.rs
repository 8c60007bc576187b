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
    let told = match (database.is_ok(), app.is_damaged()) {
        (true, false) => "ok",
        (true, true) => "database_damaged",
        (false, _) => "database_unreachable",
    };
    let status = if told == "ok" { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "status": told,
        "version": env!("CARGO_PKG_VERSION"),
        "definitions": app.published().catalog.version,
    });
    (status, Json(body)).into_response()
}

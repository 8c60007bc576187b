//! `/api/openapi.json`: the API as the reader may use it.

use axum::Json;
use kernel::rights::Access;
use serde_json::Value;

use super::Reader;
use crate::{app_model::Sight, openapi};

pub(super) async fn show(reader: Reader) -> Json<Value> {
    let scene = reader.scene();
    let ctx = scene.ctx();
    let access = Access::new(&scene.catalog, &ctx);
    Json(openapi::document(&scene.catalog, &Sight::new(&scene.catalog, &access), reader.language))
}

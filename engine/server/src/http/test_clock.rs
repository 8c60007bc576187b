//! `/api/test_clock`: sets the clock of a server that was started for it.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Body, Error};
use crate::App;

#[derive(Deserialize)]
pub(super) struct Asked {
    now: DateTime<Utc>,
}

pub(super) async fn set(State(app): State<App>, Body(asked): Body<Asked>) -> Result<Json<Value>, Error> {
    if !app.options().test_clock || !app.clock().set(asked.now) {
        return Err(Error::NoSuchPath);
    }
    // What became due by it has been done when this is answered.
    app.quiet().await;
    Ok(Json(json!({"now": crate::read::time(app.clock().now())})))
}

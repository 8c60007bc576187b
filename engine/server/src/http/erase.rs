//! `…/erase`: what is personal in a record goes, for good; and what retention rules concern. For administrators.

use axum::{Json, extract::State};
use serde::Deserialize;
use serde_json::{Value as Json_, json};

use super::{Body, Error, Reader, records::Place};
use crate::App;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// Why, for the history and the audit.
    reason: String,
}

/// Erases; the answer says what.
pub(super) async fn erase(
    State(app): State<App>,
    reader: Reader,
    place: Place,
    Body(asked): Body<Asked>,
) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let erased = app.erase(Some(reader.user), &place.entity, place.id, &asked.reason).await?;
    Ok(Json(json!({ "erased": erased })))
}

/// Records whose time is over, before anything is done with them.
pub(super) async fn retained(State(app): State<App>, reader: Reader) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let own = reader.scene();
    let ctx = own.ctx();
    let access = own.access(&ctx);
    let retained = app.retained().await?;
    let told = retained.into_iter().map(|rule| {
        // How many there are is the system's business; what they are called only its readers'.
        let shows = own.catalog.entity(&rule.entity).is_some_and(|entity| access.sees_all(entity));
        let first = if shows { rule.first } else { Vec::new() };
        json!({"entity": rule.entity, "records": rule.records, "first": first})
    });
    Ok(Json(json!({"retained": told.collect::<Vec<_>>()})))
}

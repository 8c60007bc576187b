//! `/api/definitions`: what is published, to be read by administrators.

use axum::{
    Json,
    extract::{Path, State},
};
use kernel::PackSource;
use serde_json::{Value as Json_, json};

use super::{Error, Reader};
use crate::{App, Failure, read::time};

/// The versions, newest first.
pub(super) async fn versions(State(app): State<App>, reader: Reader) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let org = app.org();
    let versions: Vec<Json_> = app
        .store()
        .definition_versions()
        .await?
        .into_iter()
        .map(|found| {
            let by = found.definitions.published_by;
            json!({
                "version": found.version, "at": time(found.definitions.published_at), "by": by,
                "by_name": by.and_then(|id| org.people.get(&id)).map(|person| &person.name),
                "note": found.definitions.note, "hash": found.definitions.hash,
            })
        })
        .collect();
    Ok(Json(json!({"current": app.published().catalog.version, "versions": versions})))
}

/// The files of a version, by pack.
pub(super) async fn files(
    State(app): State<App>,
    reader: Reader,
    Path(version): Path<String>,
) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let missing = || Error::not_found("version", &version);
    let number: i64 = version.parse().map_err(|_| missing())?;
    let found = app.store().definitions(number).await?.ok_or_else(missing)?;
    let packs: Vec<PackSource> = serde_json::from_value(found.definitions.files)
        .map_err(|error| Failure::Corrupt { what: "definitions", why: error.to_string() })?;
    Ok(Json(json!({"version": number, "packs": packs})))
}

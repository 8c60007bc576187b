//! `/api/definitions`: what is published, to be read by administrators; and what renaming would make of it.

use axum::{
    Json,
    extract::{Path, State},
};
use kernel::{
    PackSource,
    rename::{Rename, rename},
};
use serde::Deserialize;
use serde_json::{Value as Json_, json};

use super::{Body, Error, Reader};
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Renaming {
    /// `request.amount`, `request.lines.price`, or an entity, `request`.
    path: String,
    to: String,
    /// The packs in which it is renamed; those in force if left out.
    packs: Option<Vec<PackSource>>,
}

/// What the packs would be with something renamed. Nothing is published by it.
pub(super) async fn renamed(
    State(app): State<App>,
    reader: Reader,
    Body(asked): Body<Renaming>,
) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let told = "expected an entity, `entity.field` or `entity.lines.field`";
    let what = Rename::of(&asked.path, &asked.to).ok_or_else(|| Error::invalid("path", "format", told))?;
    let packs = match asked.packs {
        Some(packs) => packs,
        None => app.packs_in_force().await?,
    };
    match rename(&packs, &what) {
        Ok(renamed) => Ok(Json(json!({"changed": renamed.changed, "packs": renamed.packs}))),
        Err(problems) => Err(Error::Definitions(problems)),
    }
}

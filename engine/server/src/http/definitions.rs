//! `/api/definitions`: what is published, to be read by administrators; what differs between two versions; the way back
//! to one; and what renaming would make of it.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use kernel::{
    PackSource,
    rebuild::Choices,
    rename::{Rename, Use, rename, uses},
};
use serde::Deserialize;
use serde_json::{Value as Json_, json};

use super::{Body, Error, Query, Reader, body::reason, publish};
use crate::{App, packs, read::time};

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
    let number = known(&version)?;
    let packs = app.packs_of_version(number).await?;
    Ok(Json(json!({"version": number, "packs": packs})))
}

fn known(version: &str) -> Result<i64, Error> {
    version.parse().map_err(|_| Error::not_found("version", version))
}

#[derive(Deserialize)]
pub(super) struct Form {
    /// Whether the firm's changes are laid on what they change.
    #[serde(default)]
    effective: bool,
}

/// The packs of a version in one archive.
pub(super) async fn archive(
    State(app): State<App>,
    reader: Reader,
    Path(version): Path<String>,
    Query(form): Query<Form>,
) -> Result<Response, Error> {
    reader.must_be_admin()?;
    let number = known(&version)?;
    let packs = app.packs_of_version(number).await?;
    app.note(Some(reader.user), "export", json!({"definitions": number})).await?;
    let bytes = packs::to_archive(&packs, form.effective).map_err(Error::internal)?;
    let name = format!("attachment; filename=\"definitions-{number}.zip\"");
    Ok(([(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, name)], bytes)
        .into_response())
}

/// The packs of an archive that somebody brings, to be planned and published as others are.
pub(super) async fn of_archive(reader: Reader, bytes: Bytes) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let unreadable = |error: document::Error| Error::invalid("file", error.code(), error.to_string());
    Ok(Json(json!({"packs": packs::of_archive(&bytes).map_err(unreadable)?})))
}

#[derive(Deserialize)]
pub(super) struct Compared {
    from: i64,
    to: i64,
}

/// What differs between two versions.
pub(super) async fn compare(
    State(app): State<App>,
    reader: Reader,
    Query(asked): Query<Compared>,
) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let differences = app.compare_versions(asked.from, asked.to, reader.language).await?;
    Ok(Json(json!({"from": asked.from, "to": asked.to, "differences": differences})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Returned {
    note: Option<String>,
    /// What becomes of stored values, by field: `request.amount`.
    #[serde(default)]
    choices: Choices,
}

/// What publishing an older version anew would do. Nothing is written.
pub(super) async fn plan_return(
    State(app): State<App>,
    reader: Reader,
    Path(version): Path<String>,
    Body(asked): Body<Returned>,
) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let plan = app.plan_return(known(&version)?, &asked.choices).await?;
    let mut plan = app.plan_in_words(plan, reader.language).await?;
    publish::keep_seen(&app, &reader, &mut plan).await?;
    Ok(Json(json!(plan)))
}

/// Publishes an older version anew: at once (200), or begins to where stored values are converted first (202).
pub(super) async fn return_to(
    State(app): State<App>,
    reader: Reader,
    Path(version): Path<String>,
    Body(asked): Body<Returned>,
) -> Result<Response, Error> {
    reader.must_be_admin()?;
    let note = reason(asked.note)?.unwrap_or_default();
    let begun = app.return_to(known(&version)?, note, Some(reader.user), asked.choices).await?;
    Ok(publish::answer(&app, begun))
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

#[derive(Deserialize)]
pub(super) struct Asked {
    /// `request.amount`, `request.lines.price`, or an entity, `request`.
    pub(super) path: String,
}

/// Where something is used, in the definitions in force.
pub(super) async fn used(
    State(app): State<App>,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let uses = uses_in(&app.packs_in_force().await?, &asked.path)?;
    Ok(Json(json!({ "uses": uses })))
}

/// Where a field or an entity is used in packs.
pub(super) fn uses_in(packs: &[PackSource], path: &str) -> Result<Vec<Use>, Error> {
    let told = "expected an entity, `entity.field` or `entity.lines.field`";
    let what = Rename::of(path, "").ok_or_else(|| Error::invalid("path", "format", told))?;
    uses(packs, &what.entity, what.lines.as_ref(), what.field.as_ref()).map_err(Error::Definitions)
}

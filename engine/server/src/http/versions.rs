//! `…/versions/{version}`: a record as it was, what differs from now, and giving it those values again.

use axum::{
    Json,
    extract::{FromRequestParts, Path, State},
    http::{StatusCode, request::Parts},
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value as Json_, json};

use super::{
    Body, Error, Reader, record_answer,
    records::{Place, stale_with_current, with_etag},
    timeline,
};
use crate::{App, command::RestoreVersion, read::Titles};

/// The version of the path.
#[derive(Clone, Copy, Debug)]
pub(super) struct Which(i64);

impl FromRequestParts<App> for Which {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Path_ {
            version: String,
        }
        let found: Result<Path<Path_>, _> = Path::from_request_parts(parts, app).await;
        let Ok(Path(found)) = found else { return Err(Error::NoSuchPath) };
        let version = found.version.parse().map_err(|_| Error::not_found("version", &found.version))?;
        Ok(Self(version))
    }
}

pub(super) async fn show(
    State(app): State<App>,
    reader: Reader,
    place: Place,
    Which(version): Which,
) -> Result<Json<Json_>, Error> {
    let scene = reader.scene();
    let seen = app.see(&scene, &place.entity, place.id).await?;
    let found = app.version_of(&seen, version).await?.ok_or_else(|| Error::not_found("version", version))?;
    let mut titles = Titles::default();
    titles.want_record(&seen.entity, &seen.record, &seen.mask);
    for change in &found.differences {
        timeline::want(
            &seen,
            change["path"].as_str().unwrap_or_default(),
            [&change["old"], &change["new"]],
            &mut titles,
        );
    }
    for table in seen.entity.line_tables() {
        for (id, line) in found.lines(&table.name) {
            for (field, value) in line {
                timeline::want(&seen, &format!("{}.{id}.{field}", table.name), [value, value], &mut titles);
            }
        }
    }
    let files = titles.look_up_files(&app).await?;
    let titles = titles.look_up(&app, &scene).await?;
    Ok(Json(json!({
        "version": found.version, "now": seen.record.version, "record": found.record, "differences": found.differences,
        "erased": found.erased, "titles": titles, "files": files,
    })))
}

#[derive(Deserialize)]
pub(super) struct Restored {
    /// The version that the writer saw.
    version: Option<i64>,
    /// Which fields and line tables; all that differ, if left out.
    fields: Option<Vec<String>>,
}

pub(super) async fn restore(
    State(app): State<App>,
    reader: Reader,
    place: Place,
    Which(version): Which,
    Body(body): Body<Restored>,
) -> Result<Response, Error> {
    let (entity, id) = (place.entity.clone(), place.id);
    let command = RestoreVersion { entity, id, version, base: body.version, fields: body.fields };
    let written = match app.perform(Some(reader.user), &command).await {
        Ok(written) => written,
        Err(failure) => return Err(stale_with_current(&app, &reader, &place, failure).await),
    };
    let answer = record_answer::after(&app, &reader, &place, &written.warnings).await?;
    Ok(with_etag(StatusCode::OK, answer))
}

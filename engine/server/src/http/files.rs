//! `/api/files`: files that are attached to records.

use axum::{
    Json,
    body::Body,
    extract::{Multipart, Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::Value as Json_;
use store::FileRow;
use uuid::Uuid;

use super::{
    Error, Query, Reader, file_answer, headers,
    upload::{Form, Upload},
};
use crate::{App, Failure, files::Side, read::file_to_json};

/// What a form has around its file.
pub(super) const FORM: u64 = 64 << 10;

pub(super) async fn upload(
    State(app): State<App>,
    reader: Reader,
    headers: HeaderMap,
    Form(form): Form,
) -> Result<(StatusCode, Json<Json_>), Error> {
    let upload = Upload::begin(&app, 1, app.options().limits.file).await?;
    let announced = headers::text(&headers, header::CONTENT_LENGTH.as_str()).and_then(|text| text.parse::<u64>().ok());
    upload.admit(announced.unwrap_or_default().saturating_sub(FORM))?;
    let file = receive(&app, reader.user, &upload, form).await?;
    Ok((StatusCode::CREATED, Json(file_to_json(&file))))
}

async fn receive(app: &App, user: Uuid, upload: &Upload<'_>, mut form: Multipart) -> Result<FileRow, Error> {
    while let Some(mut part) = upload.part(&mut form).await? {
        if part.name() != Some("file") {
            continue;
        }
        let name = part.file_name().unwrap_or_default().to_owned();
        let mut incoming = app.files().begin().await.map_err(Failure::from)?;
        while let Some(bytes) = upload.bytes(&mut part).await? {
            upload.admit(incoming.size().saturating_add(bytes.len() as u64))?;
            incoming.write(&bytes).await.map_err(Failure::from)?;
        }
        let arrived = incoming.finish().await.map_err(Failure::from)?;
        return Ok(app.keep_file(user, &name, arrived).await?);
    }
    Err(Error::invalid("file", "required", "expected a file"))
}

#[derive(Deserialize)]
pub(super) struct Asked {
    download: Option<String>,
    side: Option<String>,
}

pub(super) async fn show(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let file = seen(&app, &reader, &id).await?;
    let store = asked.download.is_some_and(|asked| matches!(asked.as_str(), "1" | "true"));
    file_answer::whole(&app, &file, store, &headers).await
}

/// What is known of a file, for who has only its id.
pub(super) async fn info(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Json<Json_>, Error> {
    Ok(Json(file_to_json(&seen(&app, &reader, &id).await?)))
}

pub(super) async fn thumbnail(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let file = seen(&app, &reader, &id).await?;
    let side = if asked.side.as_deref() == Some("cell") { Side::Cell } else { Side::Form };
    let etag = format!("\"{}-{side:?}\"", file.hash);
    if headers::text(&headers, header::IF_NONE_MATCH.as_str()) == Some(etag.as_str()) {
        return file_answer::guarded(StatusCode::NOT_MODIFIED.into_response(), &etag, false);
    }
    let made = app.files().thumbnail(&file, side).await.map_err(Failure::from)?;
    let made = made.ok_or_else(|| Error::not_found("thumbnail", &id))?;
    let kind = if made.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" };
    let mut response = Body::from(made).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    file_answer::guarded(response, &etag, false)
}

/// The file, if the reader may see it.
async fn seen(app: &App, reader: &Reader, id: &str) -> Result<FileRow, Error> {
    let missing = || Error::not_found("file", id);
    // What is no id is the id of nothing.
    let file = Uuid::parse_str(id).map_err(|_| missing())?;
    app.see_file(&reader.scene(), file).await?.ok_or_else(missing)
}

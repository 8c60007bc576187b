//! `/schemas/<kind>.json`: the JSON Schemas of definitions, for editors.

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use kernel::definition::Kind;

use super::Error;

pub(super) async fn show(Path(file): Path<String>) -> Result<Response, Error> {
    let kind = file.strip_suffix(".json").and_then(|name| Kind::ALL.into_iter().find(|kind| kind.as_str() == name));
    let schema = kernel::json_schema(kind.ok_or(Error::NoSuchPath)?);
    Ok(([(header::CONTENT_TYPE, "application/schema+json")], schema.to_string()).into_response())
}

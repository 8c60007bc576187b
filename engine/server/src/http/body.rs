//! JSON bodies, with refusals in the one envelope.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
};
use serde::de::DeserializeOwned;

use super::Error;
use crate::App;

/// A body of this form.
#[derive(Debug)]
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let bytes = bytes(request, app).await?;
        parse(&bytes).map(Self)
    }
}

/// A reason may have so many characters.
const LONGEST_REASON: usize = 2_000;

/// Why somebody does something, as it is kept; none if they said nothing.
pub(super) fn reason(text: Option<String>) -> Result<Option<String>, Error> {
    let reason = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if reason.as_ref().is_some_and(|text| text.chars().count() > LONGEST_REASON) {
        let told = format!("expected at most {LONGEST_REASON} characters");
        return Err(Error::invalid("reason", "too_long", told));
    }
    Ok(reason)
}

/// The bytes of a body, bounded.
pub(super) async fn bytes(request: Request, app: &App) -> Result<Bytes, Error> {
    Bytes::from_request(request, app).await.map_err(|refused| match refused {
        BytesRejection::FailedToBufferBody(inner) if is_too_large(&inner) => Error::TooLarge,
        other => Error::BadRequest(other.body_text()),
    })
}

fn is_too_large(refused: &axum::extract::rejection::FailedToBufferBody) -> bool {
    matches!(refused, axum::extract::rejection::FailedToBufferBody::LengthLimitError(_))
}

/// Reads JSON. An empty body counts as `{}`, since most commands need nothing more.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let text: &[u8] = if bytes.is_empty() { b"{}" } else { bytes };
    serde_json::from_slice(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => Error::invalid("", "form", error.to_string()),
        serde_json::error::Category::Syntax | serde_json::error::Category::Eof | serde_json::error::Category::Io => {
            Error::BadRequest(format!("expected JSON, but {error}"))
        }
    })
}

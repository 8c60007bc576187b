//! Query strings, with refusals in the one envelope.

use axum::{
    extract::{FromRequestParts, rejection::QueryRejection},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use super::Error;
use crate::App;

/// A query string of this form.
#[derive(Debug)]
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Error> {
        let found: Result<axum::extract::Query<T>, QueryRejection> = axum::extract::Query::try_from_uri(&parts.uri);
        found.map(|query| Self(query.0)).map_err(|wrong| Error::BadRequest(wrong.body_text()))
    }
}

/// A cursor as it travels: JSON in hexadecimal, which nobody is tempted to take apart.
pub(super) fn cursor_to_text<T: serde::Serialize>(cursor: &T) -> String {
    crate::auth::hex(serde_json::to_string(cursor).unwrap_or_default().as_bytes())
}

/// The cursor that a client gives back.
pub(super) fn cursor_from_text<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    let wrong = || Error::invalid("after", "cursor", "expected `next` of the page before");
    let digits: Vec<u32> = text.chars().map(|c| c.to_digit(16)).collect::<Option<_>>().ok_or_else(wrong)?;
    let bytes: Vec<u8> = digits
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from(high * 16 + low).ok(),
            _ => None,
        })
        .collect::<Option<_>>()
        .ok_or_else(wrong)?;
    serde_json::from_slice(&bytes).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        let text = cursor_to_text(&("é", 7));
        assert_eq!(cursor_from_text::<(String, i32)>(&text).unwrap(), ("é".to_owned(), 7));
        assert!(cursor_from_text::<(String, i32)>("abc").is_err());
        assert!(cursor_from_text::<(String, i32)>("zz").is_err());
    }
}

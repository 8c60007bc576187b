//! Query strings, with refusals in the one envelope.

use axum::{
    extract::{FromRequestParts, rejection::QueryRejection},
    http::request::Parts,
};
use serde::{Deserialize, de::DeserializeOwned};
use store::Before;

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

/// Which page of a list is asked for that goes from the newest to the oldest.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Paging {
    after: Option<String>,
    limit: Option<u32>,
}

impl Paging {
    /// As the parts of another query say.
    pub(super) fn of(after: Option<String>, limit: Option<u32>) -> Self {
        Self { after, limit }
    }

    /// Where the page begins, and how many rows are read: one more than it shows, which tells whether there is a next.
    pub(super) fn read(&self, usual: u32) -> Result<(Option<Before>, u32), Error> {
        let before = self.after.as_deref().map(cursor_from_text).transpose()?;
        Ok((before, self.limit(usual) + 1))
    }

    /// Takes the row too many away; where the next page begins.
    pub(super) fn next<T>(&self, usual: u32, rows: &mut Vec<T>, at: impl Fn(&T) -> Before) -> Option<String> {
        self.next_by(usual, rows, |row| cursor_to_text(&at(row)))
    }

    /// The same with a cursor of another form.
    pub(super) fn next_by<T>(&self, usual: u32, rows: &mut Vec<T>, at: impl Fn(&T) -> String) -> Option<String> {
        let limit = self.limit(usual) as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        rows.last().filter(|_| more).map(at)
    }

    fn limit(&self, usual: u32) -> u32 {
        self.limit.unwrap_or(usual).clamp(1, 100)
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

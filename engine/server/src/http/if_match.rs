//! `If-Match`: the version of the record that a change was made for. It says what `version` in the body says.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};

use super::{Error, headers};
use crate::App;

/// What `If-Match` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IfMatch {
    /// `*`: whichever it is now.
    Any,
    /// The entity tag of a version.
    Version(i64),
}

impl std::fmt::Display for IfMatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Version(version) => write!(f, "\"{version}\""),
        }
    }
}

impl IfMatch {
    /// What a request names; none if it names nothing.
    pub(super) fn of(headers: &HeaderMap) -> Result<Option<Self>, Error> {
        let Some(text) = headers::text(headers, "if-match").map(str::trim) else { return Ok(None) };
        if text == "*" {
            return Ok(Some(Self::Any));
        }
        // Proxies that compress make a tag weak; the version is the same.
        let tag = text.strip_prefix("W/").unwrap_or(text);
        let version = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).and_then(|v| v.parse().ok());
        let version = version.ok_or_else(|| {
            Error::BadRequest(format!("expected the entity tag of a record in If-Match, but it is {text}"))
        })?;
        Ok(Some(Self::Version(version)))
    }
}

/// The version that a change was made for: of the header, of the body, of both if they agree. The outer none where
/// neither says anything, the inner one for whichever it is now.
pub(super) fn base(header: Option<IfMatch>, body: Option<i64>) -> Result<Option<Option<i64>>, Error> {
    match (header, body) {
        (Some(IfMatch::Version(tag)), Some(version)) if tag != version => {
            Err(Error::BadRequest(format!("expected one version, but If-Match names {tag} and `version` is {version}")))
        }
        (Some(IfMatch::Version(version)), _) | (_, Some(version)) => Ok(Some(Some(version))),
        (Some(IfMatch::Any), None) => Ok(Some(None)),
        (None, None) => Ok(None),
    }
}

/// `If-Match` of a request without a body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tagged(pub(super) Option<IfMatch>);

impl FromRequestParts<App> for Tagged {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Error> {
        IfMatch::of(&parts.headers).map(Self)
    }
}

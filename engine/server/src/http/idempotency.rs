//! `Idempotency-Key`: a request that is sent again does nothing again and gets the answer of the first.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use store::IdempotencyKey;
use uuid::Uuid;

use super::{Error, body, headers, if_match::IfMatch};
use crate::{App, auth::hex};

/// Longest key.
const LONGEST: usize = 200;

/// A JSON body, and the key that came with it.
#[derive(Debug)]
pub(super) struct Keyed<T> {
    pub(super) body: T,
    /// The version that `If-Match` names.
    pub(super) if_match: Option<IfMatch>,
    key: Option<(String, String)>,
}

impl<T> Keyed<T> {
    /// The key, for whoever sent it.
    pub(super) fn key(&self, user: Uuid) -> Option<IdempotencyKey> {
        let (key, request_hash) = self.key.clone()?;
        Some(IdempotencyKey { key, user, request_hash })
    }
}

impl<T: DeserializeOwned> FromRequest<App> for Keyed<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let key = headers::text(request.headers(), "idempotency-key").map(str::to_owned);
        let if_match = IfMatch::of(request.headers())?;
        let place =
            format!("{} {} {}", request.method(), request.uri(), if_match.map_or(String::new(), |m| m.to_string()));
        let bytes = body::bytes(request, app).await?;
        if key.as_ref().is_some_and(|key| key.is_empty() || key.len() > LONGEST) {
            return Err(Error::BadRequest(format!("expected an Idempotency-Key of 1 to {LONGEST} characters")));
        }
        let key = key.map(|key| (key, digest(&place, &bytes)));
        Ok(Self { body: body::parse(&bytes)?, if_match, key })
    }
}

/// A digest of the request, by which another one with the same key is noticed.
fn digest(place: &str, bytes: &Bytes) -> String {
    let mut hasher = Sha256::new();
    hasher.update(place.as_bytes());
    hasher.update(b"\n");
    hasher.update(bytes);
    hex(&hasher.finalize())
}

//! Answers to requests that cannot be served. The only place that knows status codes of errors: one envelope,
//! `{"error": {"code", "message", "details": [{"path", "code", "message", "values"?}]}}`.

use std::time::Duration;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::{Diagnostic, Problem, Rejection};
use serde_json::{Map, Value as Json_, json};

use crate::{Failure, OpenError};

/// Why a request is not served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in.
    #[error("sign in first")]
    Unauthenticated,
    /// Mail address or password is wrong; which of them is not said.
    #[error("mail address or password is wrong")]
    WrongCredentials,
    /// Nothing is set up yet.
    #[error("nothing is set up yet")]
    FirstRun,
    /// An unsafe request without the session's token, or from another site.
    #[error("expected the session's X-CSRF-Token, but it is missing or wrong")]
    Csrf,
    /// An administrator looks at the app as somebody else, and changes nothing.
    #[error("nothing can be changed or taken out while you look at the app as somebody else")]
    ViewOnly,
    /// The password was given by somebody else, and must be replaced by one of their own first.
    #[error("choose a new password first")]
    MustChange,
    /// The request cannot be read.
    #[error("{0}")]
    BadRequest(String),
    /// There is no such path.
    #[error("there is nothing here")]
    NoSuchPath,
    /// The path knows no such method.
    #[error("this cannot be done here")]
    MethodNotAllowed,
    /// The command was refused.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// Stale, with the record as the reader may see it now.
    #[error("{rejection}")]
    Stale {
        /// The refusal.
        #[source]
        rejection: Rejection,
        /// What is there now.
        current: Box<Current>,
    },
    /// Two records would share what must be unique.
    #[error("there is already a record with the same {}", .fields.join(", "))]
    Unique {
        /// The fields.
        fields: Vec<String>,
    },
    /// A list takes longer than lists may.
    #[error("this takes too long over so many records; narrow it down{}", narrowing(.by))]
    TooBroad {
        /// Fields by which it would be found quickly.
        by: Vec<String>,
    },
    /// The same `Idempotency-Key` came with another request.
    #[error("expected the request that first came with this Idempotency-Key, but it is another")]
    KeyReused,
    /// Too many tries.
    #[error("too many tries")]
    RateLimited {
        /// When the next is possible.
        retry_after: Duration,
    },
    /// The body is too large.
    #[error("the body is too large")]
    TooLarge,
    /// A file is too large.
    #[error("expected a file of at most {} MB, but it is larger", .most >> 20)]
    FileTooLarge {
        /// The most bytes.
        most: u64,
    },
    /// A body comes too slowly.
    #[error("expected the rest of the body, but it did not come in time")]
    TooSlow,
    /// Too many files are coming at once.
    #[error("too many files are being uploaded; try again in a moment")]
    TooManyUploads,
    /// A part of a file was asked for that it does not have.
    #[error("expected a part of the file, but it has {size} bytes")]
    NoSuchPart {
        /// Its size.
        size: u64,
    },
    /// Nothing to do with the caller: logged once, told without detail.
    #[error("something went wrong here")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Definitions are wrong.
    #[error("the definitions have {} problems", .0.len())]
    Definitions(Vec<Diagnostic>),
    /// A draft was begun from an older version, and both changed the same.
    #[error("somebody else published changes of the same meanwhile: choose which hold")]
    DraftConflicts(Json_),
    /// The disk is full: nothing was written.
    #[error("there is no room left to store this; nothing was written, and the administrator must make some")]
    NoRoom,
    /// What is stored is damaged, and is not told.
    #[error("what is stored here is damaged; the administrator must bring back a backup")]
    Damaged(#[source] store::Error),
    /// Everybody changes the same thing; nothing was written.
    #[error("the same thing is being changed by many; try again")]
    Busy,
}

/// What somebody meets whose change is stale.
#[derive(Debug, Default)]
pub struct Current {
    /// The record now.
    pub record: Json_,
    /// Titles of what it refers to.
    pub titles: Json_,
    /// What both changed, a place each: what was read, what was sent, what is there now.
    pub conflicts: Json_,
}

impl Error {
    /// An error that the caller can do nothing about.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }

    /// A problem of the input.
    pub fn invalid(path: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Rejected(Rejection::invalid(path, code, message))
    }

    /// No such thing, or the reader may not know of it.
    pub fn not_found(kind: impl Into<String>, id: impl std::fmt::Display) -> Self {
        Self::Rejected(Rejection::NotFound { kind: kind.into(), id: id.to_string() })
    }

    /// The reader may not do this.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::Rejected(Rejection::Forbidden { message: message.into() })
    }

    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated | Self::WrongCredentials => StatusCode::UNAUTHORIZED,
            Self::Csrf | Self::MustChange | Self::ViewOnly => StatusCode::FORBIDDEN,
            Self::FirstRun | Self::Stale { .. } | Self::Unique { .. } | Self::DraftConflicts(_) => StatusCode::CONFLICT,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::NoSuchPath => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Rejected(rejection) => match rejection {
                Rejection::NotFound { .. } => StatusCode::NOT_FOUND,
                Rejection::Forbidden { .. } => StatusCode::FORBIDDEN,
                Rejection::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
                Rejection::State { .. } | Rejection::Stale { .. } => StatusCode::CONFLICT,
            },
            Self::KeyReused | Self::TooBroad { .. } | Self::Definitions(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::RateLimited { .. } | Self::TooManyUploads => StatusCode::TOO_MANY_REQUESTS,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::NoSuchPart { .. } => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::TooLarge | Self::FileTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Internal(_) | Self::Damaged(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NoRoom => StatusCode::INSUFFICIENT_STORAGE,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn code(&self) -> &str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::WrongCredentials => "wrong_credentials",
            Self::FirstRun => "first_run",
            Self::Csrf => "csrf",
            Self::MustChange => "must_change_password",
            Self::ViewOnly => "view_only",
            Self::BadRequest(_) => "bad_request",
            Self::NoSuchPath => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Rejected(rejection) | Self::Stale { rejection, .. } => match rejection {
                Rejection::NotFound { .. } => "not_found",
                Rejection::Forbidden { .. } => "forbidden",
                Rejection::Invalid(_) => "invalid",
                Rejection::State { code, .. } => code,
                Rejection::Stale { .. } => "stale",
            },
            Self::Unique { .. } => "unique",
            Self::TooBroad { .. } => "too_broad",
            Self::KeyReused => "idempotency_key_reused",
            Self::RateLimited { .. } => "rate_limited",
            Self::TooManyUploads => "too_many_uploads",
            Self::TooSlow => "too_slow",
            Self::NoSuchPart { .. } => "no_such_part",
            Self::TooLarge | Self::FileTooLarge { .. } => "too_large",
            Self::Internal(_) => "internal",
            Self::NoRoom => "no_room",
            Self::Damaged(_) => "damaged",
            Self::Definitions(_) => "definitions",
            Self::DraftConflicts(_) => "draft_conflicts",
            Self::Busy => "busy",
        }
    }

    /// Code and message, where it is part of another answer.
    pub(super) fn told(&self) -> Json_ {
        if let Self::Internal(source) = self {
            tracing::error!(error = %Chain(source.as_ref()), "a part of a request failed");
        }
        json!({"code": self.code(), "message": self.to_string(), "details": self.details()})
    }

    fn details(&self) -> Vec<Problem> {
        match self {
            Self::Rejected(Rejection::Invalid(problems)) => problems.clone(),
            Self::Rejected(Rejection::Stale { conflicts, .. })
            | Self::Stale { rejection: Rejection::Stale { conflicts, .. }, .. } => conflicts
                .iter()
                .map(|conflict| Problem::new(&conflict.path, "stale", "was changed by somebody else meanwhile"))
                .collect(),
            Self::Unique { fields } => {
                fields.iter().map(|field| Problem::new(field, "unique", "is taken by another record")).collect()
            }
            Self::TooBroad { by } => by.iter().map(|field| Problem::new(field, "narrow", "is found quickly")).collect(),
            _ => Vec::new(),
        }
    }
}

fn narrowing(by: &[String]) -> String {
    if by.is_empty() { String::new() } else { format!(", best by {}", by.join(", ")) }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Cursor => Self::invalid("after", "cursor", "expected a cursor of this list"),
            store::Error::TooSlow => Self::TooBroad { by: Vec::new() },
            full if full.is_full() => {
                tracing::error!(error = %Chain(&full), "the disk is full");
                Self::NoRoom
            }
            damage if damage.is_damage() => Self::Damaged(damage),
            other => Self::internal(other),
        }
    }
}

impl From<OpenError> for Error {
    fn from(error: OpenError) -> Self {
        Failure::from(error).into()
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Rejected(rejection) => Self::Rejected(rejection),
            Failure::Unique { fields, .. } => Self::Unique { fields: fields.iter().map(ToString::to_string).collect() },
            Failure::KeyReused => Self::KeyReused,
            Failure::TooBroad { by } => Self::TooBroad { by: by.iter().map(ToString::to_string).collect() },
            // No request holds a job; if one did, it would have to ask again.
            Failure::Busy | Failure::JobGone(_) => Self::Busy,
            Failure::Store(error) => error.into(),
            Failure::Disk(error) if error.kind() == std::io::ErrorKind::StorageFull => Self::NoRoom,
            other @ (Failure::Unsettled(_) | Failure::Definitions(_) | Failure::Corrupt { .. } | Failure::Disk(_)) => {
                Self::internal(other)
            }
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        if let Self::Internal(source) = &self {
            tracing::error!(error = %Chain(source.as_ref()), "a request failed");
        }
        if let Self::Damaged(error) = &self {
            tracing::error!(error = %Chain(error), "the database is damaged: bring back a backup");
        }
        let details = self.details();
        let mut body = Map::new();
        body.insert("code".into(), self.code().into());
        body.insert("message".into(), self.to_string().into());
        body.insert("details".into(), json!(details));
        let mut envelope = Map::new();
        envelope.insert("error".into(), Json_::Object(body));
        if let Self::Stale { current, .. } = &self {
            envelope.insert("current".into(), current.record.clone());
            envelope.insert("titles".into(), current.titles.clone());
            envelope.insert("conflicts".into(), current.conflicts.clone());
        }
        match &self {
            Self::Definitions(problems) => drop(envelope.insert("problems".into(), json!(problems))),
            Self::DraftConflicts(conflicts) => drop(envelope.insert("conflicts".into(), conflicts.clone())),
            _ => {}
        }
        let mut response = (self.status(), Json(envelope)).into_response();
        if matches!(self, Self::Damaged(_)) {
            response.extensions_mut().insert(Damage);
        }
        if let Self::NoSuchPart { size } = self
            && let Ok(whole) = HeaderValue::from_str(&format!("bytes */{size}"))
        {
            response.headers_mut().insert(header::CONTENT_RANGE, whole);
        }
        if let Self::RateLimited { retry_after } = self
            && let Ok(seconds) = HeaderValue::from_str(&retry_after.as_secs().to_string())
        {
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}

/// Goes with an answer that damage was met, so that the server's health tells of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Damage;

/// An error and its causes in one line.
struct Chain<'a>(&'a (dyn std::error::Error + 'static));

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use kernel::Name;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn every_refusal_has_its_status_and_code() {
        let with_current = |rejection| Error::Stale { rejection, current: Box::default() };
        let stale = || Rejection::Stale {
            entity: Name::new("item"),
            id: Uuid::nil(),
            expected: 1,
            actual: 2,
            conflicts: Vec::new(),
        };
        let table: [(Error, u16, &str); 31] = [
            (Error::Unauthenticated, 401, "unauthenticated"),
            (Error::WrongCredentials, 401, "wrong_credentials"),
            (Error::FirstRun, 409, "first_run"),
            (Error::Csrf, 403, "csrf"),
            (Error::MustChange, 403, "must_change_password"),
            (Error::ViewOnly, 403, "view_only"),
            (Error::BadRequest("x".into()), 400, "bad_request"),
            (Error::NoSuchPath, 404, "not_found"),
            (Error::MethodNotAllowed, 405, "method_not_allowed"),
            (Error::not_found("item", 7), 404, "not_found"),
            (Error::forbidden("no"), 403, "forbidden"),
            (Error::invalid("name", "required", "missing"), 422, "invalid"),
            (Error::Rejected(Rejection::state("task_done", "late")), 409, "task_done"),
            (Error::Rejected(Rejection::state("locked", "locked")), 409, "locked"),
            (Error::Rejected(stale()), 409, "stale"),
            (with_current(stale()), 409, "stale"),
            (Error::Unique { fields: vec!["code".into()] }, 409, "unique"),
            (Error::KeyReused, 422, "idempotency_key_reused"),
            (Error::TooBroad { by: vec!["name".into()] }, 422, "too_broad"),
            (Error::RateLimited { retry_after: Duration::from_secs(1) }, 429, "rate_limited"),
            (Error::TooLarge, 413, "too_large"),
            (Error::FileTooLarge { most: 1 }, 413, "too_large"),
            (Error::TooSlow, 408, "too_slow"),
            (Error::TooManyUploads, 429, "too_many_uploads"),
            (Error::NoSuchPart { size: 1 }, 416, "no_such_part"),
            (Error::internal("disk on fire"), 500, "internal"),
            (Error::Definitions(Vec::new()), 422, "definitions"),
            (Error::DraftConflicts(Json_::Null), 409, "draft_conflicts"),
            (Error::NoRoom, 507, "no_room"),
            (Error::Damaged(store::Error::Cursor), 500, "damaged"),
            (Error::Busy, 503, "busy"),
        ];
        for (error, status, code) in table {
            assert_eq!((error.status().as_u16(), error.code()), (status, code), "{error:?}");
        }
    }

    #[tokio::test]
    async fn what_went_wrong_inside_is_not_told() {
        let response = Error::internal("disk on fire").into_response();
        let body = axum::body::to_bytes(response.into_body(), 4096).await.unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("fire"));
    }
}

//! Forms with files: read as they come, with patience for slow senders, but not for ever and not for all at once.

use std::time::Duration;

use axum::{
    body::Bytes,
    extract::{
        FromRequest, Multipart, Request,
        multipart::{Field, MultipartError},
    },
    http::StatusCode,
};
use tokio::{sync::SemaphorePermit, time::Instant};

use super::Error;
use crate::App;

/// A form with files. What is none is refused in the one envelope.
#[derive(Debug)]
pub(super) struct Form(pub(super) Multipart);

impl FromRequest<App> for Form {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let form = Multipart::from_request(request, app).await;
        form.map(Self).map_err(|refused| Error::BadRequest(refused.body_text()))
    }
}

/// An upload under way: a place among those who upload, and how long it may take.
#[derive(Debug)]
pub(super) struct Upload<'a> {
    _place: SemaphorePermit<'a>,
    idle: Duration,
    until: Instant,
    most: u64,
}

impl<'a> Upload<'a> {
    /// Begins when it is its turn. `places` is how much of the server it takes, `most` how many bytes a file may have.
    pub(super) async fn begin(app: &'a App, places: u32, most: u64) -> Result<Self, Error> {
        let limits = &app.options().limits;
        let place = app.files().enter(places.min(limits.uploads)).await.ok_or(Error::TooManyUploads)?;
        Ok(Self { _place: place, idle: limits.upload_idle, until: Instant::now() + limits.upload_whole, most })
    }

    /// The next part of the form.
    pub(super) async fn part<'f>(&self, form: &'f mut Multipart) -> Result<Option<Field<'f>>, Error> {
        self.wait(form.next_field()).await
    }

    /// The next bytes of a part.
    pub(super) async fn bytes(&self, part: &mut Field<'_>) -> Result<Option<Bytes>, Error> {
        self.wait(part.chunk()).await
    }

    /// A short text.
    pub(super) async fn text(&self, mut part: Field<'_>) -> Result<String, Error> {
        let mut text = Vec::new();
        while let Some(bytes) = self.bytes(&mut part).await? {
            text.extend_from_slice(&bytes);
            if text.len() > 1_000 {
                return Err(Error::TooLarge);
            }
        }
        String::from_utf8(text).map_err(|_| Error::BadRequest("expected text".to_owned()))
    }

    /// Refuses a file of so many bytes if that is too much.
    pub(super) fn admit(&self, size: u64) -> Result<(), Error> {
        if size > self.most { Err(Error::FileTooLarge { most: self.most }) } else { Ok(()) }
    }

    async fn wait<T>(&self, next: impl Future<Output = Result<T, MultipartError>>) -> Result<T, Error> {
        let patience = self.until.min(Instant::now() + self.idle);
        let next = tokio::time::timeout_at(patience, next).await.map_err(|_| Error::TooSlow)?;
        next.map_err(|error| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Error::FileTooLarge { most: self.most },
            _ => Error::BadRequest(error.body_text()),
        })
    }
}

//! Who asks: the session's cookie becomes a [`Reader`]. Handlers that take one cannot be reached without signing in, and
//! unsafe ones not without the session's CSRF token. Whoever must choose another password reaches those alone that take a
//! [`Newcomer`].

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, HeaderValue, header, request::Parts},
};
use axum_extra::extract::CookieJar;
use kernel::context::Person;
use store::SignedIn;
use uuid::Uuid;

use super::{Error, headers, secure};
use crate::{
    App, Scene,
    app_model::known_language,
    auth::{SESSION_IDLE, SESSION_MAX, Token, same},
};

/// The name of the cookie.
pub(super) const COOKIE: &str = "portolan_session";
/// A session is marked as used at most so often, so that reading does not write each time.
const TOUCH: chrono::Duration = chrono::Duration::minutes(5);

/// Who asks.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    pub(super) app: App,
    pub(super) user: Uuid,
    pub(super) person: Person,
    pub(super) token: Token,
    /// The language of answers.
    pub(super) language: &'static str,
    /// Whether they must choose another password before anything else.
    pub(super) must_change: bool,
}

/// Who asks, even if they must choose another password first.
#[derive(Clone, Debug)]
pub(super) struct Newcomer(pub(super) Reader);

impl Reader {
    /// A picture of the moment for this reader.
    pub(super) fn scene(&self) -> Scene {
        self.app.scene(Some(self.user))
    }

    /// Whether one of their roles looks after the system.
    pub(super) fn is_admin(&self) -> bool {
        let published = self.app.published();
        self.person.roles.iter().any(|role| published.catalog.roles.get(role).is_some_and(|r| r.definition.admin))
    }
}

impl Reader {
    /// Whether they may change definitions in the studio.
    pub(super) fn is_builder(&self) -> bool {
        let published = self.app.published();
        let may = |role| published.catalog.roles.get(role).is_some_and(|r| r.definition.admin || r.definition.build);
        self.person.roles.iter().any(may)
    }

    /// Refuses everybody who may not build.
    pub(super) fn must_build(&self) -> Result<(), Error> {
        if self.is_builder() { Ok(()) } else { Err(Error::forbidden("only builders and administrators may do this")) }
    }

    /// Refuses everybody else.
    pub(super) fn must_be_admin(&self) -> Result<(), Error> {
        if self.is_admin() { Ok(()) } else { Err(Error::forbidden("only administrators may do this")) }
    }
}

impl FromRequestParts<App> for Reader {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let Newcomer(reader) = <Newcomer as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        if reader.must_change { Err(Error::MustChange) } else { Ok(reader) }
    }
}

impl FromRequestParts<App> for Newcomer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let reader = resolve(&parts.headers, app).await?.ok_or(Error::Unauthenticated)?;
        if secure::is_unsafe(&parts.method) {
            let given = headers::text(&parts.headers, "x-csrf-token").unwrap_or_default();
            if !same(given, &reader.token.csrf()) {
                return Err(Error::Csrf);
            }
        }
        Ok(Self(reader))
    }
}

impl OptionalFromRequestParts<App> for Newcomer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, Error> {
        Ok(resolve(&parts.headers, app).await?.map(Self))
    }
}

async fn resolve(headers: &HeaderMap, app: &App) -> Result<Option<Reader>, Error> {
    let Some(token) = token(headers) else { return Ok(None) };
    let now = app.clock().now();
    let Some(SignedIn { session, must_change }) = app.store().session(&token.hash(), now).await? else {
        return Ok(None);
    };
    // The person is asked for anew at every request, so a leaver's sessions end at once.
    let Some(person) = app.org().people.get(&session.user).filter(|person| person.active).cloned() else {
        app.store().delete_session(&token.hash()).await?;
        return Ok(None);
    };
    if now - session.seen_at >= TOUCH {
        let until = (now + SESSION_IDLE).min(session.created_at + SESSION_MAX);
        app.store().touch_session(&token.hash(), now, until).await?;
    }
    let language = headers::language(headers, &["en", "zh_hans"]);
    let language = known_language(language.as_deref().or(person.language.as_deref()));
    Ok(Some(Reader { app: app.clone(), user: session.user, person, token, language, must_change }))
}

/// The session's token from the cookie.
pub(super) fn token(headers: &HeaderMap) -> Option<Token> {
    Token::parse(CookieJar::from_headers(headers).get(COOKIE)?.value())
}

/// The header that gives the browser its session, or takes it away.
pub(super) fn cookie(token: Option<&Token>, https: bool) -> Result<HeaderValue, Error> {
    let secure = if https { "; Secure" } else { "" };
    let (value, age) = token.map_or(("", 0), |token| (token.secret(), SESSION_MAX.num_seconds()));
    HeaderValue::from_str(&format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}"))
        .map_err(Error::internal)
}

/// Adds the cookie to an answer.
pub(super) fn with_cookie(mut response: axum::response::Response, cookie: HeaderValue) -> axum::response::Response {
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

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
/// The name of the cookie of a view: an administrator looks at the app as somebody else, beside their own session.
pub(super) const VIEW: &str = "portolan_view";
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
    /// The administrator who looks at the app as this person. Nothing is written then.
    pub(super) viewer: Option<Uuid>,
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
        let Looking(reader) = Looking::from_request_parts(parts, app).await?;
        if reader.viewer.is_some() && secure::is_unsafe(&parts.method) {
            return Err(Error::ViewOnly);
        }
        Ok(Self(reader))
    }
}

/// Who asks, also in a view: for what ends one.
#[derive(Clone, Debug)]
pub(super) struct Looking(pub(super) Reader);

impl FromRequestParts<App> for Looking {
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
    let Some(own) = own(headers, app).await? else { return Ok(None) };
    let Some(view) = cookie_token(headers, VIEW) else { return Ok(Some(own)) };
    // A view holds as long as the session beside it, of one who still looks after the system.
    let viewed = resolve_token(headers, app, view).await?;
    let holds = |viewed: &Reader| viewed.viewer == Some(own.user) && own.is_admin() && !own.must_change;
    Ok(Some(viewed.filter(holds).map_or_else(|| own.clone(), |viewed| Reader { must_change: false, ..viewed })))
}

/// Whose session it is, whatever view there is beside it.
pub(super) async fn own(headers: &HeaderMap, app: &App) -> Result<Option<Reader>, Error> {
    let Some(token) = token(headers) else { return Ok(None) };
    Ok(resolve_token(headers, app, token).await?.filter(|own| own.viewer.is_none()))
}

/// Whoever has this token.
async fn resolve_token(headers: &HeaderMap, app: &App, token: Token) -> Result<Option<Reader>, Error> {
    let now = app.clock().now();
    let Some(SignedIn { session, must_change }) = app.store().session(&token.hash(), now).await? else {
        return Ok(None);
    };
    // The person is asked for anew at every request, so a leaver's sessions end at once.
    let Some(person) = app.org().people.get(&session.user).filter(|person| person.active).cloned() else {
        app.store().delete_session(&token.hash()).await?;
        return Ok(None);
    };
    // A view ends when it was said to, however much is looked at.
    if session.viewer.is_none() && now - session.seen_at >= TOUCH {
        let until = (now + SESSION_IDLE).min(session.created_at + SESSION_MAX);
        app.store().touch_session(&token.hash(), now, until).await?;
    }
    let language = headers::language(headers, &["en", "zh_hans"]);
    let language = known_language(language.as_deref().or(person.language.as_deref()));
    Ok(Some(Reader {
        app: app.clone(),
        user: session.user,
        person,
        token,
        language,
        must_change,
        viewer: session.viewer,
    }))
}

/// The session's token from the cookie.
pub(super) fn token(headers: &HeaderMap) -> Option<Token> {
    cookie_token(headers, COOKIE)
}

fn cookie_token(headers: &HeaderMap, cookie: &str) -> Option<Token> {
    Token::parse(CookieJar::from_headers(headers).get(cookie)?.value())
}

/// The header that gives the browser a view for so long, or takes it away.
pub(super) fn view_cookie(token: Option<&Token>, lasts: chrono::Duration, https: bool) -> Result<HeaderValue, Error> {
    let (value, age) = token.map_or(("", 0), |token| (token.secret(), lasts.num_seconds()));
    set_cookie(VIEW, value, age, https)
}

/// The header that gives the browser its session, or takes it away.
pub(super) fn cookie(token: Option<&Token>, https: bool) -> Result<HeaderValue, Error> {
    let (value, age) = token.map_or(("", 0), |token| (token.secret(), SESSION_MAX.num_seconds()));
    set_cookie(COOKIE, value, age, https)
}

fn set_cookie(name: &str, value: &str, age: i64, https: bool) -> Result<HeaderValue, Error> {
    let secure = if https { "; Secure" } else { "" };
    HeaderValue::from_str(&format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}"))
        .map_err(Error::internal)
}

/// Adds the cookie to an answer.
pub(super) fn with_cookie(mut response: axum::response::Response, cookie: HeaderValue) -> axum::response::Response {
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

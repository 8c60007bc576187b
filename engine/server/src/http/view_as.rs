//! `/api/session/view_as`: an administrator looks at the app as somebody else: nothing can be changed or taken out, it ends
//! by itself, and its beginning and end are noted. It shows nothing that administrators could not give themselves, since
//! they give people their roles; a firm that wants it otherwise turns it off by the setting `view_as`.

use axum::{
    Json,
    extract::State,
    http::request::Parts,
    response::{IntoResponse as _, Response},
};
use chrono::{Duration, SecondsFormat};
use kernel::{Value, context::Person};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{
    Body, Error, Reader, headers,
    reader::{self, Looking},
    session::{Begun, about},
};
use crate::{App, auth::Token};

/// How long a view lasts.
const LASTS: Duration = Duration::hours(1);

#[derive(Deserialize)]
pub(super) struct Whom {
    user: Uuid,
}

/// The person as whom an administrator looks, where the firm lets them.
///
/// # Errors
/// If whoever asks is no administrator, the firm lets nobody, or there is no such person.
pub(super) fn looked_at(app: &App, reader: &Reader, user: Uuid) -> Result<Person, Error> {
    reader.must_be_admin()?;
    if app.published().settings.get("view_as") == Some(&Value::Bool(false)) {
        return Err(Error::forbidden("this firm lets nobody look at the app as somebody else"));
    }
    let person = app.org().people.get(&user).filter(|person| person.active).cloned();
    person.ok_or_else(|| Error::not_found("user", user))
}

/// Begins a view.
pub(super) async fn begin(
    State(app): State<App>,
    reader: Reader,
    parts: Parts,
    Body(body): Body<Whom>,
) -> Result<Response, Error> {
    let person = looked_at(&app, &reader, body.user)?;
    if body.user == reader.user {
        return Err(Error::invalid("user", "self", "expected somebody else"));
    }
    let until = app.clock().now() + LASTS;
    let address = headers::address(&parts, app.options().behind_proxy);
    let detail = json!({
        "user": body.user, "name": person.name, "address": address,
        "until": until.to_rfc3339_opts(SecondsFormat::Millis, true),
    });
    app.note(Some(reader.user), "view_as", detail).await?;
    let token = Token::random();
    let begun = Begun { user: body.user, person, token, must_change: false, viewer: Some(reader.user) };
    let stored = store::Session { expires_at: until, ..begun.stored(&app) };
    app.store().create_session(&stored, None).await?;
    let https = headers::is_https(&parts.headers, app.options().behind_proxy);
    let cookie = reader::view_cookie(Some(&begun.token), LASTS, https)?;
    Ok(reader::with_cookie(Json(about(&app, &begun)).into_response(), cookie))
}

/// Ends it; the administrator is themself again.
pub(super) async fn end(State(app): State<App>, Looking(viewed): Looking, parts: Parts) -> Result<Response, Error> {
    let viewer = viewed.viewer.ok_or_else(|| Error::not_found("view", "of this session"))?;
    app.store().delete_session(&viewed.token.hash()).await?;
    app.note(Some(viewer), "view_as_ended", json!({"user": viewed.user, "name": viewed.person.name})).await?;
    let https = headers::is_https(&parts.headers, app.options().behind_proxy);
    let own = reader::own(&parts.headers, &app).await?.ok_or(Error::Unauthenticated)?;
    let cookie = reader::view_cookie(None, LASTS, https)?;
    Ok(reader::with_cookie(Json(about(&app, &own.session())).into_response(), cookie))
}

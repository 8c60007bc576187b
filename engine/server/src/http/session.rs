//! `/api/session`: signing in and out, the reader's language and password.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use kernel::context::Person;
use serde::Deserialize;
use serde_json::{Value as Json_, json};
use store::Credentials;
use uuid::Uuid;

use super::{Body, Error, Newcomer, Reader, headers, reader};
use crate::{
    App,
    app_model::known_language,
    auth::{Passwords, SESSION_IDLE, Token},
    command::UpdateRecord,
};

/// The reader's session, or why there is none.
pub(super) async fn show(State(app): State<App>, reader: Option<Newcomer>) -> Result<Json<Json_>, Error> {
    match reader {
        Some(Newcomer(reader)) => Ok(Json(about(&app, &reader.session()))),
        None if app.is_first_run().await? => Err(Error::FirstRun),
        None => Err(Error::Unauthenticated),
    }
}

#[derive(Deserialize)]
pub(super) struct SignIn {
    email: String,
    password: String,
}

/// Signs in. Whether the account is unknown, left, or the password wrong: the answer and its time are the same.
pub(super) async fn sign_in(State(app): State<App>, parts: Parts, Body(body): Body<SignIn>) -> Result<Response, Error> {
    // No mail address is longer; what is kept of a try must stay small.
    let email: String = body.email.trim().to_lowercase().chars().take(320).collect();
    let address = headers::address(&parts, app.options().behind_proxy);
    let tries = app.sign_in_tries();
    tries.take(address, &email).map_err(|much| Error::RateLimited { retry_after: much.retry_after })?;
    let user = app.person_by_email(&email);
    let stored = match &user {
        Some((id, _)) => app.store().credentials(*id).await?,
        None => None,
    };
    let must_change = stored.as_ref().is_some_and(|found| found.must_change);
    let stored = stored.map(|found| found.password_hash);
    let right = app.passwords().verify(&body.password, stored.as_deref()).await;
    let Some((id, person)) = user.filter(|(_, person)| right && person.active) else {
        tracing::info!(email, address = address.map(tracing::field::display), "sign-in refused");
        // What was typed where an address is expected may have been a password.
        let email = Some(email).filter(|email| email.contains('@'));
        app.note(None, "sign_in_refused", json!({"email": email, "address": address})).await?;
        return Err(Error::WrongCredentials);
    };
    tries.give_back(address, &email);
    tracing::info!(user = %id, address = address.map(tracing::field::display), "signed in");
    app.note(Some(id), "sign_in", json!({"address": address})).await?;
    // A browser that was signed in before gets a new token, never the old one.
    let old = reader::token(&parts.headers);
    let begun = Begun { user: id, person, token: Token::random(), must_change, viewer: None };
    app.store().create_session(&begun.stored(&app), old.map(|old| old.hash()).as_deref()).await?;
    signed_in(&app, &parts, &begun)
}

/// A session, as its person is told of it.
#[derive(Debug)]
pub(super) struct Begun {
    pub(super) user: Uuid,
    pub(super) person: Person,
    pub(super) token: Token,
    pub(super) must_change: bool,
    /// The administrator who looks at the app as this person.
    pub(super) viewer: Option<Uuid>,
}

impl Begun {
    /// As it is stored.
    pub(super) fn stored(&self, app: &App) -> store::Session {
        let now = app.clock().now();
        store::Session {
            token_hash: self.token.hash(),
            user: self.user,
            viewer: self.viewer,
            csrf: self.token.csrf(),
            created_at: now,
            seen_at: now,
            expires_at: now + SESSION_IDLE,
        }
    }
}

impl Reader {
    pub(super) fn session(&self) -> Begun {
        let Self { user, person, token, must_change, viewer, .. } = self.clone();
        Begun { user, person, token, must_change, viewer }
    }
}

/// The answer to a sign-in.
pub(super) fn signed_in(app: &App, parts: &Parts, begun: &Begun) -> Result<Response, Error> {
    let cookie = reader::cookie(Some(&begun.token), headers::is_https(&parts.headers, app.options().behind_proxy))?;
    Ok(reader::with_cookie(Json(about(app, begun)).into_response(), cookie))
}

/// Signs out.
pub(super) async fn sign_out(
    State(app): State<App>,
    Newcomer(reader): Newcomer,
    parts: Parts,
) -> Result<Response, Error> {
    app.store().delete_session(&reader.token.hash()).await?;
    app.sessions_ended(reader.user).await;
    app.note(Some(reader.user), "sign_out", json!({})).await?;
    let cookie = reader::cookie(None, headers::is_https(&parts.headers, app.options().behind_proxy))?;
    Ok(reader::with_cookie(StatusCode::NO_CONTENT.into_response(), cookie))
}

#[derive(Deserialize)]
pub(super) struct Change {
    language: String,
}

/// Changes the reader's language.
pub(super) async fn change(
    State(app): State<App>,
    reader: Reader,
    Body(body): Body<Change>,
) -> Result<Json<Json_>, Error> {
    let language = known_language(Some(&body.language));
    if language != body.language {
        return Err(Error::invalid(
            "language",
            "option",
            format!("expected a language, but found `{}`", body.language),
        ));
    }
    let fields = [("language".to_owned(), language.into())].into_iter().collect();
    // The engine writes it: people may not change their own record otherwise.
    let command =
        UpdateRecord { entity: "user".into(), id: reader.user, version: None, fields, distinct: None, source: "app" };
    app.perform(None, &command).await?;
    let person = app.org().people.get(&reader.user).cloned().unwrap_or_default();
    Ok(Json(about(&app, &Begun { person, ..reader.session() })))
}

#[derive(Deserialize)]
pub(super) struct NewPassword {
    old: String,
    new: String,
}

/// Changes the reader's password; all their other sessions end.
pub(super) async fn password(
    State(app): State<App>,
    Newcomer(reader): Newcomer,
    parts: Parts,
    Body(body): Body<NewPassword>,
) -> Result<Response, Error> {
    let tries = app.sign_in_tries();
    let address = headers::address(&parts, app.options().behind_proxy);
    tries.take(address, &reader.person.email).map_err(|much| Error::RateLimited { retry_after: much.retry_after })?;
    let stored = app.store().credentials(reader.user).await?.map(|found| found.password_hash);
    if !app.passwords().verify(&body.old, stored.as_deref()).await {
        return Err(Error::invalid("old", "wrong", "this is not the present password"));
    }
    tries.give_back(address, &reader.person.email);
    Passwords::acceptable(&body.new).map_err(|weak| Error::invalid("new", "weak", weak.to_string()))?;
    if body.new == body.old {
        return Err(Error::invalid("new", "same", "expected another password than the present one"));
    }
    let password_hash = app.passwords().hash(&body.new).await.map_err(Error::internal)?;
    let begun = Begun { token: Token::random(), must_change: false, ..reader.session() };
    let credentials = Credentials { password_hash, must_change: false };
    app.store().change_password(reader.user, &credentials, Some(&begun.stored(&app))).await?;
    app.sessions_ended(reader.user).await;
    app.note(Some(reader.user), "password_changed", json!({"address": address})).await?;
    signed_in(&app, &parts, &begun)
}

/// What the app must know of the reader.
pub(super) fn about(app: &App, Begun { user, person, token, must_change, viewer }: &Begun) -> Json_ {
    let viewer = viewer.map(|id| (id, app.org().people.get(&id).map(|found| found.name.clone())));
    let published = app.published();
    let firm = app.firm();
    let org = app.org();
    let department = person.department.and_then(|id| org.departments.get(&id));
    let language = known_language(person.language.as_deref());
    json!({
        "user": {
            "id": user,
            "name": person.name,
            "email": person.email,
            "language": language,
            "roles": person.roles,
            "department": person.department,
            "department_title": department.map(|found| &found.name),
            "admin": person.roles.iter().any(|role| published.catalog.roles.get(role).is_some_and(|r| r.definition.admin)),
            "owns_workflows": owns_workflows(&published.catalog, person),
            "builder": person.roles.iter().any(|role| {
                published.catalog.roles.get(role).is_some_and(|r| r.definition.admin || r.definition.build)
            }),
        },
        "viewed_by": viewer.map(|(id, name)| json!({"id": id, "name": name})),
        "csrf": token.csrf(),
        "must_change_password": must_change,
        "demo": firm.demo,
        "company": firm.company,
        "language": language,
        "version": published.catalog.version,
    })
}

/// Whether somebody looks after a workflow, or as an administrator after all.
fn owns_workflows(catalog: &kernel::Catalog, person: &kernel::context::Person) -> bool {
    let roles = &person.roles;
    let admin = roles.iter().any(|role| catalog.roles.get(role).is_some_and(|role| role.definition.admin));
    admin || catalog.workflows.values().any(|workflow| workflow.owners.iter().any(|role| roles.contains(role)))
}

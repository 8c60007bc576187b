//! `/api/roles` and `/api/users/{id}/…`: what administrators do with people beside changing their records.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use kernel::{definition::Kind, rights::Action};
use serde::Deserialize;
use serde_json::{Value as Json_, json};
use store::Credentials;
use uuid::Uuid;

use super::{Body, Error, Reader};
use crate::{App, app_model::Texts, auth::Passwords};

/// All roles with their rights and their people, for administrators.
pub(super) async fn roles(State(app): State<App>, reader: Reader) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let published = app.published();
    let org = app.org();
    let texts = Texts::new(&published.catalog, reader.language);
    let roles = published.catalog.roles.iter().map(|(name, role)| {
        let people = org.with_role(name).into_iter().filter_map(|id| Some((id, org.people.get(&id)?)));
        let people: Vec<Json_> = people.map(|(id, person)| json!({"id": id, "name": person.name})).collect();
        let help = role.definition.help.as_deref().map(|help| texts.text(Kind::Role, name, "help", help));
        json!({
            "name": name, "label": texts.text(Kind::Role, name, "label", &role.definition.label), "help": help,
            "admin": role.definition.admin, "people": people, "can": role.definition.can,
        })
    });
    Ok(Json(json!({"roles": roles.collect::<Vec<_>>()})))
}

#[derive(Deserialize)]
pub(super) struct NewPassword {
    password: String,
    /// Whether they must choose one of their own at the next sign-in.
    #[serde(default = "yes")]
    must_change: bool,
}

fn yes() -> bool {
    true
}

/// Gives somebody a password; their sessions end.
pub(super) async fn password(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Body(body): Body<NewPassword>,
) -> Result<StatusCode, Error> {
    reader.must_be_admin()?;
    let id = person(&app, &id)?;
    may_change(&app, &reader, id).await?;
    Passwords::acceptable(&body.password).map_err(|weak| Error::invalid("password", "weak", weak.to_string()))?;
    let password_hash = app.passwords().hash(&body.password).await.map_err(Error::internal)?;
    app.store().change_password(id, &Credentials { password_hash, must_change: body.must_change }, None).await?;
    app.sessions_ended(id).await;
    tracing::info!(user = %id, by = %reader.user, "password set");
    app.note(Some(reader.user), "password_given", json!({"to": id, "must_change": body.must_change})).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
pub(super) struct Leaving {
    hand_over_to: Uuid,
}

/// Somebody has left the firm.
pub(super) async fn leave(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Body(body): Body<Leaving>,
) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let id = person(&app, &id)?;
    may_change(&app, &reader, id).await?;
    if id == reader.user {
        return Err(Error::invalid("", "self", "expected another administrator to do this for you"));
    }
    let done = app.leave(id, body.hand_over_to).await?;
    Ok(Json(json!({"records": done.records, "tasks": done.tasks})))
}

fn person(app: &App, id: &str) -> Result<Uuid, Error> {
    let known = Uuid::parse_str(id).ok().filter(|id| app.org().people.contains_key(id));
    known.ok_or_else(|| Error::not_found("user", id))
}

/// The engine does it, but only for those who could change the person's record themselves.
async fn may_change(app: &App, reader: &Reader, id: Uuid) -> Result<(), Error> {
    let scene = reader.scene();
    let seen = app.see(&scene, "user", id).await?;
    let allowed = app
        .settle(&scene, |facts| {
            let ctx = scene.ctx();
            let access = kernel::rights::Access::new(&scene.catalog, &ctx);
            crate::read::outcome(access.allows(Action::Update, &seen.entity, &seen.record, facts))
        })
        .await?;
    if allowed { Ok(()) } else { Err(Error::forbidden("this person cannot be changed by you")) }
}

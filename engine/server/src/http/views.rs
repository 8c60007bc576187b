//! `/api/views`: views that people keep, for themselves or for others, and which they see first.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use kernel::{Name, definition::Kind};
use serde::Deserialize;
use serde_json::{Map, Value as Json_, json};
use uuid::Uuid;

use super::{Body, Error, Reader};
use crate::{
    App,
    app_model::Texts,
    views::{Kept, Wanted, is_choice},
};

pub(super) async fn list(State(app): State<App>, reader: Reader) -> Result<Json<Json_>, Error> {
    answer(&app, &reader).await
}

pub(super) async fn keep(
    State(app): State<App>,
    reader: Reader,
    Body(wanted): Body<Wanted>,
) -> Result<(StatusCode, Json<Json_>), Error> {
    let id = app.keep_view(&reader.scene(), reader.user, reader.is_admin(), wanted).await?;
    let Json(mut out) = answer(&app, &reader).await?;
    out["id"] = json!(id);
    Ok((StatusCode::CREATED, Json(out)))
}

#[derive(Deserialize)]
pub(super) struct Changed {
    version: i64,
    #[serde(flatten)]
    rest: Map<String, Json_>,
}

pub(super) async fn change(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Body(changed): Body<Changed>,
) -> Result<Json<Json_>, Error> {
    let id = read(&id)?;
    let wanted: Wanted = serde_json::from_value(Json_::Object(changed.rest))
        .map_err(|error| Error::invalid("", "form", error.to_string()))?;
    app.change_view(&reader.scene(), reader.user, reader.is_admin(), id, changed.version, wanted).await?;
    answer(&app, &reader).await
}

pub(super) async fn forget(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
) -> Result<Json<Json_>, Error> {
    app.forget_view(reader.user, reader.is_admin(), read(&id)?).await?;
    answer(&app, &reader).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Chosen {
    /// The view of a pack whose place it is.
    place: Name,
    /// A view of a pack by its name, or one that is kept by its id; null for the place's own.
    view: Option<String>,
}

pub(super) async fn choose(
    State(app): State<App>,
    reader: Reader,
    Body(chosen): Body<Chosen>,
) -> Result<Json<Json_>, Error> {
    let scene = reader.scene();
    let kept = app.kept_views(&scene, reader.user, reader.is_admin()).await?;
    if let Some(view) = &chosen.view
        && !is_choice(&scene, &kept, &chosen.place, view)
    {
        return Err(Error::invalid("view", "unknown", format!("no view `{view}` for `{}`", chosen.place)));
    }
    app.store().choose_view(reader.user, &chosen.place, chosen.view.as_deref()).await?;
    answer(&app, &reader).await
}

fn read(id: &str) -> Result<Uuid, Error> {
    Uuid::parse_str(id).map_err(|_| Error::not_found("view", id))
}

async fn answer(app: &App, reader: &Reader) -> Result<Json<Json_>, Error> {
    let scene = reader.scene();
    let kept = app.kept_views(&scene, reader.user, reader.is_admin()).await?;
    let choices = app.store().view_choices(reader.user).await?;
    let choices: Map<String, Json_> =
        choices.into_iter().map(|(place, view)| (place.to_string(), view.into())).collect();
    let texts = Texts::new(&scene.catalog, reader.language);
    let admin = reader.is_admin();
    let shareable = scene.catalog.roles.iter().filter(|(name, _)| admin || reader.person.roles.contains(name));
    let roles: Vec<Json_> = shareable
        .map(|(name, role)| {
            json!({"name": name, "label": texts.text(Kind::Role, name, "label", &role.definition.label)})
        })
        .collect();
    let views: Vec<Json_> = kept.iter().map(|kept| shown(reader, &scene, kept)).collect();
    Ok(Json(json!({"views": views, "choices": choices, "roles": roles})))
}

fn shown(reader: &Reader, scene: &crate::Scene, kept: &Kept) -> Json_ {
    let row = &kept.row;
    let owner = scene.org.people.get(&row.owner).map(|person| &person.name);
    let mut out = json!({
        "id": row.id, "label": row.label, "entity": row.entity, "version": row.version,
        "mine": row.owner == reader.user, "owner": owner, "can_change": kept.can_change,
        "shared": kept.shared,
    });
    match &kept.settings {
        Ok(settings) => out["settings"] = json!(settings),
        Err(why) => out["unavailable"] = why.as_str().into(),
    }
    out
}

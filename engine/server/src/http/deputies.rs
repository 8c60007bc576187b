//! `/api/deputies`: who decides in whose absence.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use chrono::{DateTime, Utc};
use kernel::{Name, context::Org};
use serde::Deserialize;
use serde_json::{Value as Json_, json};
use store::DeputyRow;
use uuid::Uuid;

use super::{Body, Error, Query, Reader, body};
use crate::{App, deputies::NewDeputy, read::time};

const MOST: u32 = 100;

#[derive(Deserialize)]
pub(super) struct Whose {
    person: Option<Uuid>,
}

/// Stand-ins of the reader, or for administrators of `?person=`, newest first, those that are over too:
/// `{"rows": [{"id", "person", "deputy", "from", "to", "workflows", "reason", "set_by", "ended_at", "active", "entity",
/// "record", "title"}]}`. With `entity` it follows a record; `record` and `title` where the reader may see it.
pub(super) async fn list(
    State(app): State<App>,
    reader: Reader,
    Query(whose): Query<Whose>,
) -> Result<Json<Json_>, Error> {
    let person = whose.person.unwrap_or(reader.user);
    allow(&reader, person)?;
    let rows = app.store().deputies_of(person, MOST).await?;
    let followed: Vec<(Name, Uuid)> = rows.iter().filter_map(|row| Some((row.entity.clone()?, row.id))).collect();
    let scene = reader.scene();
    let seen = app.see_all(&scene, &followed).await?;
    let rows = rows.iter().map(|row| {
        let mut told = told(row, &scene.org, scene.now);
        if let Some(seen) = seen.get(&row.id).filter(|seen| row.entity.as_ref() == Some(&seen.record.entity)) {
            told["record"] = json!(row.id);
            told["title"] = json!(seen.record.title);
        }
        told
    });
    Ok(Json(json!({"rows": rows.collect::<Vec<_>>()})))
}

fn allow(reader: &Reader, person: Uuid) -> Result<(), Error> {
    if person == reader.user || reader.is_admin() {
        return Ok(());
    }
    Err(Error::forbidden("only administrators set who stands in for somebody else"))
}

fn told(row: &DeputyRow, org: &Org, now: DateTime<Utc>) -> Json_ {
    let name = |id: Uuid| org.people.get(&id).map(|person| person.name.clone());
    json!({
        "id": row.id, "person": row.person, "person_name": name(row.person), "deputy": row.deputy,
        "deputy_name": name(row.deputy), "from": time(row.from), "to": time(row.to), "workflows": row.workflows,
        "reason": row.reason, "set_by": row.set_by, "set_by_name": row.set_by.and_then(name), "set_at": time(row.set_at),
        "ended_at": row.ended_at.map(time), "entity": row.entity,
        "active": row.ended_at.is_none() && row.from <= now && now < row.to,
    })
}

#[derive(Deserialize)]
pub(super) struct Asked {
    person: Option<Uuid>,
    deputy: Uuid,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    #[serde(default)]
    workflows: Vec<Name>,
    reason: Option<String>,
}

/// Sets a stand-in: `{"person"?, "deputy", "from", "to", "workflows"?, "reason"?}`; for somebody else only administrators.
pub(super) async fn create(
    State(app): State<App>,
    reader: Reader,
    Body(asked): Body<Asked>,
) -> Result<(StatusCode, Json<Json_>), Error> {
    let person = asked.person.unwrap_or(reader.user);
    allow(&reader, person)?;
    let Asked { deputy, from, to, workflows, .. } = asked;
    let new = NewDeputy { person, deputy, from, to, workflows, reason: body::reason(asked.reason)? };
    let row = app.set_deputy(reader.user, new).await?;
    Ok((StatusCode::CREATED, Json(told(&row, &app.org(), app.clock().now()))))
}

/// Ends a stand-in before its time; tasks that went over stay. One that follows a record ends by that.
pub(super) async fn end(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<StatusCode, Error> {
    let missing = || Error::not_found("deputy", &id);
    let found = Uuid::parse_str(&id).map_err(|_| missing())?;
    let row = app.store().deputy(found).await?.ok_or_else(missing)?;
    allow(&reader, row.person).map_err(|_| missing())?;
    app.end_deputy(&row).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! `/api/publish`: what publishing would do, publishing, and how far publications are that convert stored values. For
//! administrators.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use kernel::{PackSource, rebuild::Choices};
use serde::Deserialize;
use serde_json::{Value as Json_, json};
use store::PublicationRow;
use uuid::Uuid;

use super::{Body, Error, Reader};
use crate::{
    App, Scene,
    publish::{Begun, Plan, Publication, Row, State as Progress},
    read::time,
};

/// So many publications are told.
const LATEST: u32 = 50;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// The packs; those published before that are not among them stay.
    packs: Vec<PackSource>,
    /// What for.
    #[serde(default)]
    note: String,
    /// What becomes of stored values, by field: `request.amount`.
    #[serde(default)]
    choices: Choices,
}

/// What publishing would do. Nothing is written.
pub(super) async fn plan(
    State(app): State<App>,
    reader: Reader,
    Body(asked): Body<Asked>,
) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let plan = app.plan_publication(asked.packs, &asked.choices).await?;
    let mut plan = app.plan_in_words(plan, reader.language).await?;
    keep_seen(&app, &reader, &mut plan).await?;
    Ok(Json(json!(plan)))
}

/// Of the records that a plan names, those that the reader may see.
pub(super) async fn keep_seen(app: &App, reader: &Reader, plan: &mut Plan) -> Result<(), Error> {
    let scene = reader.scene();
    for effect in &mut plan.effects {
        effect.rows = seen(app, &scene, std::mem::take(&mut effect.rows)).await?;
    }
    Ok(())
}

/// Publishes at once (200, with the version), or begins to (202, with what is to be looked at for its progress).
pub(super) async fn begin(State(app): State<App>, reader: Reader, Body(asked): Body<Asked>) -> Result<Response, Error> {
    reader.must_be_admin()?;
    let Asked { packs, note, choices } = asked;
    let publication = Publication { packs, note, by: Some(reader.user), demo: false };
    Ok(answer(&app, app.begin_publication(publication, choices).await?))
}

/// What became of a publication; one that is under way is worked on from here.
pub(super) fn answer(app: &App, begun: Begun) -> Response {
    match begun {
        Begun::Done(report) => {
            let told = json!({"version": report.version, "is_new": report.is_new, "warnings": report.warnings});
            Json(told).into_response()
        }
        Begun::Running { id, warnings } => {
            let working = app.clone();
            tokio::spawn(async move {
                if let Err(error) = working.work_on_publication(id).await {
                    tracing::error!(%error, publication = %id, "a publication did not come to its end");
                }
            });
            (StatusCode::ACCEPTED, Json(json!({"job": id, "warnings": warnings}))).into_response()
        }
    }
}

/// Publications that convert or converted stored values, newest first.
pub(super) async fn list(State(app): State<App>, reader: Reader) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let mut jobs = Vec::new();
    for row in app.store().publications(LATEST).await? {
        jobs.push(told(&app, &reader, row, false).await?);
    }
    Ok(Json(json!({ "jobs": jobs })))
}

/// One of them, with the records that stand or stood in its way.
pub(super) async fn show(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let row = app.store().publication(known(&id)?).await?.ok_or_else(|| Error::not_found("publication", &id))?;
    Ok(Json(told(&app, &reader, row, true).await?))
}

/// Ends one that is not in force yet; nothing of it remains.
pub(super) async fn cancel(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let number = known(&id)?;
    let cancelled = app.cancel_publication(number).await?;
    let row = app.store().publication(number).await?.ok_or_else(|| Error::not_found("publication", &id))?;
    if !cancelled {
        let told = "Expected a publication that is not in force yet, but it is, or is over";
        return Err(Error::Rejected(kernel::Rejection::state("wrong_state", told)));
    }
    Ok(Json(told(&app, &reader, row, true).await?))
}

fn known(id: &str) -> Result<Uuid, Error> {
    Uuid::parse_str(id).map_err(|_| Error::not_found("publication", id))
}

async fn told(app: &App, reader: &Reader, row: PublicationRow, with_rows: bool) -> Result<Json_, Error> {
    let progress: Progress = serde_json::from_value(row.state.clone()).unwrap_or_default();
    let name = row.created_by.and_then(|id| app.org().people.get(&id).map(|person| person.name.clone()));
    let mut told = json!({
        "id": row.id, "at": time(row.created_at), "by": row.created_by, "by_name": name, "note": row.note,
        "version": row.base + 1, "status": row.status, "percent": progress.percent(), "message": progress.message,
        "failed": progress.failed, "less": progress.less,
        "parts": progress.parts.iter().map(|part| json!({
            "entity": part.entity, "converted": part.converted, "computed": part.computed, "done": part.done,
            "total": part.total, "finished": part.finished,
        })).collect::<Vec<_>>(),
        "indexes": progress.indexes,
    });
    if with_rows {
        told["rows"] = json!(seen(app, &reader.scene(), progress.rows).await?);
    }
    Ok(told)
}

/// Rows with records and values that the reader may see; of the others it is told that they are there by the counts.
async fn seen(app: &App, scene: &Scene, rows: Vec<Row>) -> Result<Vec<Row>, Error> {
    let mut shown = Vec::new();
    for mut row in rows {
        let Ok(found) = app.see(scene, &row.entity, row.id).await else { continue };
        if let Some(failed) = &mut row.failed {
            let known = found.entity.path_now(&failed.field).into_owned();
            if !found.mask.shows(&known) && !found.mask.shows(&failed.field) {
                continue;
            }
        }
        shown.push(row);
    }
    Ok(shown)
}

/// Columns that are kept aside, with how many rows hold a value in them, and when each is emptied by itself.
pub(super) async fn kept(State(app): State<App>, reader: Reader) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let scene = reader.scene();
    let words = &scene.catalog.translations;
    let told = app.kept_aside().await?.into_iter().map(|one| {
        let name = kernel::Name::new(&one.entity);
        let label = scene.catalog.entity(&one.entity).map_or(&*one.entity, |entity| &entity.definition.label);
        let label = words.or(reader.language, kernel::definition::Kind::Entity, &name, "label", label);
        json!({
            "entity": one.entity, "label": label, "lines": Some(&one.lines).filter(|lines| !lines.is_empty()),
            "field": one.field, "column": one.column, "rows": one.rows, "since": one.at.map(time),
            "emptied_on": app.emptied_on(&one).map(|on| app.local_day(on)),
        })
    });
    Ok(Json(json!({"kept": told.collect::<Vec<_>>()})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Purged {
    entity: String,
    /// The line table; none for the header.
    lines: Option<String>,
    column: String,
}

/// Empties one of them for good.
pub(super) async fn purge_kept(
    State(app): State<App>,
    reader: Reader,
    Body(asked): Body<Purged>,
) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let lines = asked.lines.unwrap_or_default();
    let emptied = app.purge_aside(Some(reader.user), &asked.entity, &lines, &asked.column).await?;
    Ok(Json(json!({"emptied": emptied})))
}

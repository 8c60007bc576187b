//! `/api/copies`: what others sent the reader to look at.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde_json::{Value as Json_, json};
use store::Before;
use uuid::Uuid;

use super::{Error, Query, Reader, query::Paging, words};
use crate::{App, app_model::Texts, read::time};

const PAGE: u32 = 50;

/// Copies that the reader got, newest first: `{"rows": [{"instance", "entity", "record", "title", "by", "by_name", "at",
/// "read_at", "workflow", "label", "status"}], "next"}`.
pub(super) async fn list(
    State(app): State<App>,
    reader: Reader,
    Query(paging): Query<Paging>,
) -> Result<Json<Json_>, Error> {
    let (before, limit) = paging.read(PAGE)?;
    let mut rows = app.store().copies_for(reader.user, before, limit).await?;
    let next = paging.next(PAGE, &mut rows, |row| Before { at: row.at, id: row.instance });
    let scene = reader.scene();
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(instance) = app.store().instance(row.instance).await? else { continue };
        let pinned = app.catalog_at(instance.catalog_version, &scene.catalog).await.map_err(crate::Failure::from)?;
        let seen = app.see(&scene, &row.entity, row.record).await.ok();
        let name = row.by.and_then(|id| scene.org.people.get(&id)).map(|person| &person.name);
        out.push(json!({
            "instance": row.instance, "entity": row.entity, "record": row.record,
            "title": seen.map(|seen| seen.record.title).unwrap_or_default(), "by": row.by, "by_name": name,
            "at": time(row.at), "read_at": row.read_at.map(time), "workflow": instance.workflow,
            "label": words::workflow_label(Texts::new(&pinned, reader.language), &pinned, &instance.workflow),
            "status": instance.status, "outcome": instance.outcome,
        }));
    }
    Ok(Json(json!({"rows": out, "next": next})))
}

/// Notes that the reader has read their copy of an instance.
pub(super) async fn read(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<StatusCode, Error> {
    let id = Uuid::parse_str(&id).map_err(|_| Error::not_found("instance", &id))?;
    if app.store().read_copy(id, reader.user, app.clock().now()).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Error::not_found("instance", id))
}

//! `/api/incidents`: what was tried to the last and rests until an administrator has it tried again, mends it or lets it
//! go.

use axum::{
    Json,
    extract::{Path, State},
};
use chrono::{DateTime, Utc};
use kernel::change::JobHeld;
use serde::Deserialize;
use serde_json::{Value as Json_, json};
use store::{AuditRow, JobRow};
use uuid::Uuid;

use super::{
    Body, Error, Query, Reader,
    query::{cursor_from_text, cursor_to_text},
};
use crate::{App, read::time};

const PAGE: u32 = 50;

#[derive(Deserialize)]
pub(super) struct Asked {
    after: Option<String>,
}

pub(super) async fn list(
    State(app): State<App>,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let before: Option<(DateTime<Utc>, i64)> = asked.after.as_deref().map(cursor_from_text).transpose()?;
    let mut rows = app.store().incidents(before, PAGE + 1).await?;
    let more = rows.len() > PAGE as usize;
    rows.truncate(PAGE as usize);
    let last = rows.last().filter(|_| more).and_then(|job| Some((job.rested_at?, job.id)));
    let next = last.map(|cursor| cursor_to_text(&cursor));
    let total = app.store().count_incidents().await?;
    let rows: Vec<Json_> = rows.iter().map(wire).collect();
    Ok(Json(json!({"rows": rows, "total": total, "next": next})))
}

/// What is told of one. `version` is given back with what is done about it, so that nobody acts on what they did not see.
fn wire(job: &JobRow) -> Json_ {
    json!({
        "id": job.id, "version": job.epoch, "kind": job.kind, "key": job.key, "due_at": time(job.due_at),
        "rested_at": job.rested_at.map(time), "attempts": job.attempts, "error": job.last_error,
        "payload": job.payload,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Act {
    version: i64,
    /// Of a retry: what it is to work with instead.
    payload: Option<Json_>,
    /// Why.
    reason: Option<String>,
}

pub(super) async fn act(
    State(app): State<App>,
    reader: Reader,
    Path((id, verb)): Path<(i64, String)>,
    Body(act): Body<Act>,
) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let job = app.store().incident(id).await?.ok_or_else(|| Error::not_found("incident", id))?;
    let seen = JobHeld { id, epoch: act.version };
    let now = app.clock().now();
    let note = |kind: &str| AuditRow {
        id: Uuid::now_v7(),
        at: now,
        user: Some(reader.user),
        kind: kind.to_owned(),
        detail: json!({
            "key": job.key, "job": job.kind, "error": job.last_error, "reason": act.reason, "payload": act.payload,
        }),
    };
    let done = match verb.as_str() {
        "retry" => {
            let done = app.store().retry_incident(seen, now, act.payload.as_ref(), &note("incident_retried")).await?;
            app.bell().ring();
            done
        }
        "skip" => app.store().skip_incident(seen, &note("incident_skipped")).await?,
        _ => return Err(Error::NoSuchPath),
    };
    if !done {
        return Err(kernel::Rejection::state("incident_changed", "somebody else has looked after it meanwhile").into());
    }
    Ok(Json(json!({"total": app.store().count_incidents().await?})))
}

//! `POST /api/records/{entity}/bulk` and `/api/bulk`: changes of many records at once, with what became of each.

use std::{collections::BTreeSet, time::Duration};

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use kernel::Rejection;
use serde::Deserialize;
use serde_json::{Map, Value as Json_, json};
use store::{BulkResult, BulkRow};
use uuid::Uuid;

use super::{Error, Query, Reader, body, idempotency::Keyed};
use crate::{
    App,
    bulk::{Action, Selection},
    read::{Titles, time},
};

/// So long an answer waits for a small change to be done.
const PATIENCE: Duration = Duration::from_secs(2);
/// Rows of an answer.
const PAGE: u32 = 200;
const RESULTS: [&str; 5] = ["done", "refused", "skipped", "undone", "kept"];

/// What is wanted: `{"rows": […]}` or `{"all": {…}}`, and one of `set`, `transition`, `delete`, `restore`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    rows: Option<Json_>,
    all: Option<Json_>,
    set: Option<Map<String, Json_>>,
    transition: Option<String>,
    reason: Option<String>,
    #[serde(default)]
    delete: bool,
    #[serde(default)]
    restore: bool,
}

impl Wanted {
    fn action(&mut self) -> Result<Action, Error> {
        let reason = body::reason(self.reason.take())?;
        let mut actions = Vec::new();
        actions.extend(self.set.take().map(Action::Set));
        actions.extend(self.transition.take().map(|name| Action::Transition { name, reason }));
        actions.extend(self.delete.then_some(Action::Delete));
        actions.extend(self.restore.then_some(Action::Restore));
        match (actions.pop(), actions.is_empty()) {
            (Some(action), true) => Ok(action),
            _ => Err(Error::invalid("", "form", "expected one of `set`, `transition`, `delete` and `restore`")),
        }
    }

    fn selection(&mut self) -> Result<Selection, Error> {
        let (key, value) = match (self.rows.take(), self.all.take()) {
            (Some(rows), None) => ("rows", rows),
            (None, Some(all)) => ("all", all),
            _ => return Err(Error::invalid("", "form", "expected either `rows` or `all`")),
        };
        let form = match key {
            "rows" => "expected ids, or objects with `id` and `version`",
            _ => "expected an object with `view`, `filter`, `q`, `deleted`",
        };
        serde_json::from_value(json!({ key: value })).map_err(|_| Error::invalid(key, "form", form))
    }
}

pub(super) async fn begin(
    State(app): State<App>,
    reader: Reader,
    Path(entity): Path<String>,
    mut keyed: Keyed<Wanted>,
) -> Result<(StatusCode, Json<Json_>), Error> {
    let key = keyed.key(reader.user);
    let action = keyed.body.action()?;
    let selection = keyed.body.selection()?;
    let bulk = app.begin_bulk(reader.user, &entity, action, &selection, key).await?;
    told(&app, &reader, bulk.id, &Asked::default(), PATIENCE).await
}

/// Which rows are told.
#[derive(Default, Deserialize)]
pub(super) struct Asked {
    result: Option<String>,
    after: Option<i64>,
}

pub(super) async fn show(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<Json_>, Error> {
    let bulk = own(&app, &reader, &id).await?;
    Ok(told(&app, &reader, bulk.id, &asked, Duration::ZERO).await?.1)
}

pub(super) async fn undo(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Json_>), Error> {
    let bulk = own(&app, &reader, &id).await?;
    app.undo_bulk(&bulk).await?;
    told(&app, &reader, bulk.id, &Asked::default(), PATIENCE).await
}

/// A change of the reader's own: those of others are nobody's business.
async fn own(app: &App, reader: &Reader, id: &str) -> Result<BulkRow, Error> {
    let not_found = || Error::not_found("bulk", id);
    let id = Uuid::parse_str(id).map_err(|_| not_found())?;
    let found = app.store().bulk(id).await?.filter(|bulk| bulk.created_by == reader.user);
    found.ok_or_else(not_found)
}

async fn told(
    app: &App,
    reader: &Reader,
    id: Uuid,
    asked: &Asked,
    patience: Duration,
) -> Result<(StatusCode, Json<Json_>), Error> {
    let bulk = app.bulk_after(id, patience).await?.ok_or_else(|| Error::not_found("bulk", id))?;
    let counts = app.store().bulk_counts(id).await?;
    let results: Vec<&str> = match asked.result.as_deref() {
        None => RESULTS.to_vec(),
        Some(wanted) if RESULTS.contains(&wanted) => vec![wanted],
        Some(_) => {
            let told = format!("expected one of {}", RESULTS.join(", "));
            return Err(Rejection::invalid("result", "unknown", told).into());
        }
    };
    let mut rows = app.store().bulk_rows(id, Some(&results), asked.after.unwrap_or(-1), PAGE + 1).await?;
    let more = rows.len() > PAGE as usize;
    rows.truncate(PAGE as usize);
    let next = rows.last().filter(|_| more).map(|row| row.position);
    // What records are called only as far as the reader may know it now.
    let mut titles = Titles::default();
    let records: BTreeSet<Uuid> = rows.iter().map(|row| row.record).collect();
    records.iter().for_each(|id| titles.want(&bulk.entity, *id));
    let titles = titles.look_up(app, &reader.scene()).await?;
    let action: Option<Action> = serde_json::from_value(bulk.action.clone()).ok();
    let undoable = bulk.status == "done" && counts.done > 0 && action.is_some_and(|action| action.can_be_undone());
    let status = if matches!(bulk.status.as_str(), "done" | "undone") { StatusCode::OK } else { StatusCode::ACCEPTED };
    let rows: Vec<Json_> = rows.iter().map(|row| shown(row, &titles)).collect();
    Ok((
        status,
        Json(json!({
            "id": bulk.id, "entity": bulk.entity, "status": bulk.status, "created_at": time(bulk.created_at),
            "total": counts.total, "done": counts.done, "refused": counts.refused, "skipped": counts.skipped,
            "undone": counts.undone, "kept": counts.kept, "undoable": undoable, "rows": rows, "next": next,
        })),
    ))
}

fn shown(row: &BulkResult, titles: &Map<String, Json_>) -> Json_ {
    let id = row.record.to_string();
    let mut out = json!({"id": row.record, "result": row.result});
    if let Some(title) = titles.get(&id) {
        out["title"] = title.clone();
    }
    if let Some(code) = &row.code {
        out["code"] = code.as_str().into();
    }
    if let Some(message) = &row.message {
        out["message"] = message.as_str().into();
    }
    if let Some(problems) = &row.problems {
        out["details"] = problems.clone();
    }
    out
}

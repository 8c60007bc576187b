//! `/api/imports`: files that become records. Checking and running go on in the background; who asks is told how far
//! they are.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use futures::stream;
use kernel::import::Inferred;
use serde::Deserialize;
use serde_json::{Map, Value as Json_, json};
use store::ImportRow;
use uuid::Uuid;

use super::{
    Body, Error, Reader,
    upload::{Form, Upload},
};
use crate::{
    App, Failure,
    import::{ImportState, Plan, UNDO_WITHIN, Upload as ImportFile},
    read::{Titles, time},
};

/// An import's file is held in memory as a whole, so it takes the place of several others.
const PLACES: u32 = 4;
/// Imports that the list shows.
const SHOWN: u32 = 50;

/// What is chosen for a file.
#[derive(Deserialize)]
pub(super) struct Chosen {
    sheet: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Json_>,
}

impl Chosen {
    /// The plan; none where what was chosen before holds.
    fn plan(self) -> Result<Option<Plan>, Error> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let form = "expected {import} or {entity, key, existing, columns}";
        serde_json::from_value(Json_::Object(self.rest)).map(Some).map_err(|_| Error::invalid("", "form", form))
    }
}

pub(super) async fn list(State(app): State<App>, reader: Reader) -> Result<Json<Json_>, Error> {
    let rows = app.store().imports(None, SHOWN).await?;
    let admin = reader.is_admin();
    let mine = rows.iter().filter(|row| admin || row.created_by == Some(reader.user));
    let rows: Vec<Json_> = mine
        .map(|row| {
            let mut job = shown(&app, row);
            if let Some(job) = job.as_object_mut() {
                job.remove("problems");
            }
            job
        })
        .collect();
    Ok(Json(json!({"rows": rows})))
}

pub(super) async fn upload(
    State(app): State<App>,
    reader: Reader,
    Form(mut form): Form,
) -> Result<(StatusCode, Json<Json_>), Error> {
    app.may_import_anything(Some(reader.user))?;
    let limits = &app.options().limits;
    let coming = Upload::begin(&app, PLACES, limits.upload as u64).await?;
    let mut file = ImportFile { name: String::new(), content: Vec::new(), sheet: None };
    while let Some(mut part) = coming.part(&mut form).await? {
        match part.name() {
            Some("file") => {
                file.name = part.file_name().unwrap_or("file").to_owned();
                file.content.clear();
                while let Some(bytes) = coming.bytes(&mut part).await? {
                    file.content.extend_from_slice(&bytes);
                }
            }
            Some("sheet") => file.sheet = Some(coming.text(part).await?).filter(|sheet| !sheet.is_empty()),
            _ => {}
        }
    }
    if file.name.is_empty() {
        return Err(Error::invalid("file", "required", "expected a file"));
    }
    let uploaded = app.upload_import(Some(reader.user), file).await?;
    let (state, suggestion) = (&uploaded.state, &uploaded.suggestion);
    let answer = json!({
        "id": uploaded.row.id, "file": uploaded.row.file_name, "sheets": state.sheets, "sheet": state.sheet,
        "headings": state.headings, "sample": state.sample,
        "suggestion": {"entity": suggestion.entity, "columns": suggestion.columns, "key": suggestion.key},
        "remembered": suggestion.remembered, "imports": suggestion.imports,
    });
    Ok((StatusCode::CREATED, Json(answer)))
}

pub(super) async fn read(State(app): State<App>, reader: Reader, Path(id): Path<Uuid>) -> Result<Json<Json_>, Error> {
    let row = app.import_of(Some(reader.user), id).await?;
    let mut job = shown(&app, &row);
    let state: ImportState = serde_json::from_value(row.state).unwrap_or_default();
    // What stands in the file, so that its columns can be chosen after a reload of the page too.
    if let Some(job) = job.as_object_mut() {
        for (key, value) in [
            ("sheets", json!(state.sheets)),
            ("sheet", json!(state.sheet)),
            ("headings", json!(state.headings)),
            ("sample", json!(state.sample)),
            ("kept_records", kept_records(&app, &reader, &state).await?),
        ] {
            job.insert(key.to_owned(), value);
        }
    }
    Ok(Json(job))
}

/// What the columns of the file are likely meant as.
pub(super) async fn columns(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<Uuid>,
) -> Result<Json<Json_>, Error> {
    let columns = app.infer_columns(Some(reader.user), id).await?;
    let told = |(heading, column): (String, Inferred)| {
        json!({
            "heading": heading, "type": column.kind, "options": column.options, "scale": column.scale,
            "filled": column.filled, "empty": column.empty, "unique": column.unique,
        })
    };
    Ok(Json(json!({"columns": columns.into_iter().map(told).collect::<Vec<_>>()})))
}

/// Records that stayed, with their titles where the reader may see them.
async fn kept_records(app: &App, reader: &Reader, state: &ImportState) -> Result<Json_, Error> {
    let mut titles = Titles::default();
    for one in &state.kept_records {
        titles.want(&one.entity, one.id);
    }
    let titles = titles.look_up(app, &reader.scene()).await?;
    let told = state.kept_records.iter().filter_map(|one| {
        let title = titles.get(&one.id.to_string())?;
        Some(json!({"entity": one.entity, "id": one.id, "title": title, "why": one.why}))
    });
    Ok(told.collect())
}

pub(super) async fn dry_run(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<Uuid>,
    Body(chosen): Body<Chosen>,
) -> Result<(StatusCode, Json<Json_>), Error> {
    begin(&app, &reader, id, chosen, false).await
}

pub(super) async fn run(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<Uuid>,
    Body(chosen): Body<Chosen>,
) -> Result<(StatusCode, Json<Json_>), Error> {
    begin(&app, &reader, id, chosen, true).await
}

async fn begin(
    app: &App,
    reader: &Reader,
    id: Uuid,
    chosen: Chosen,
    write: bool,
) -> Result<(StatusCode, Json<Json_>), Error> {
    if let Some(sheet) = chosen.sheet.clone() {
        app.choose_sheet(Some(reader.user), id, sheet).await?;
    }
    let row = app.start_import(Some(reader.user), id, chosen.plan()?, write).await?;
    Ok((StatusCode::ACCEPTED, Json(shown(app, &row))))
}

#[derive(Default, Deserialize)]
pub(super) struct Undo {
    /// Whether what others changed since is taken back too.
    #[serde(default)]
    touched: bool,
}

pub(super) async fn undo(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<Uuid>,
    Body(undo): Body<Undo>,
) -> Result<Json<Json_>, Error> {
    let row = app.undo_import(Some(reader.user), id, undo.touched).await?;
    Ok(Json(shown(&app, &row)))
}

#[derive(Deserialize)]
pub(super) struct Stop {
    /// Whether what is in stays.
    keep: bool,
}

pub(super) async fn stop(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<Uuid>,
    Body(stop): Body<Stop>,
) -> Result<(StatusCode, Json<Json_>), Error> {
    let row = app.stop_import(Some(reader.user), id, stop.keep).await?;
    Ok((StatusCode::ACCEPTED, Json(shown(&app, &row))))
}

/// The refused rows with their reasons, as delimited text.
pub(super) async fn errors(State(app): State<App>, reader: Reader, Path(id): Path<Uuid>) -> Result<Response, Error> {
    let rows = app.import_error_rows(Some(reader.user), id).await?;
    let head = rows.head();
    let pieces = stream::try_unfold((rows, Some(head)), |(mut rows, head)| async move {
        if let Some(head) = head {
            return Ok(Some((Bytes::from(head), (rows, None))));
        }
        let next =
            rows.next().await.inspect_err(|error| tracing::error!(%error, "a file of refused rows broke off"))?;
        Ok::<_, Failure>(next.map(|text| (Bytes::from(text), (rows, None))))
    });
    let mut response = axum::body::Body::from_stream(pieces).into_response();
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    out.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"refused.csv\""));
    Ok(response)
}

fn shown(app: &App, row: &ImportRow) -> Json_ {
    let state: ImportState = serde_json::from_value(row.state.clone()).unwrap_or_default();
    let pace = Pace::of(app, row, &state);
    let org = app.org();
    let by = row.created_by.and_then(|id| org.people.get(&id)).map(|person| person.name.clone());
    let (import, entity) = match &state.plan {
        Some(Plan::Defined { import }) => (Some(import), None),
        Some(Plan::Mapped { entity, .. }) => (None, Some(entity)),
        None => (None, None),
    };
    json!({
        "id": row.id, "file": row.file_name, "status": row.status, "at": time(row.created_at), "by_name": by,
        "import": import, "entity": entity, "done": row.done, "total": row.total, "problems": state.problems,
        "problem_count": state.problem_count, "summary": state.summary, "error": state.failure, "kept": state.kept,
        "stopped": state.stopped, "rate": pace.map(|pace| pace.rows_per_second),
        "remaining": pace.and_then(|pace| pace.seconds_left),
        "undo_until": undo_until(row, &state).map(time),
    })
}

/// How fast an import goes.
#[derive(Clone, Copy)]
struct Pace {
    rows_per_second: f64,
    /// Where it is known how many rows there are.
    seconds_left: Option<f64>,
}

impl Pace {
    fn of(app: &App, row: &ImportRow, state: &ImportState) -> Option<Self> {
        let began = state.began.filter(|_| matches!(row.status.as_str(), "running" | "checking"))?;
        let seconds = (app.clock().now() - began.at).as_seconds_f64();
        let rows = u32::try_from(row.done - began.done).ok().filter(|rows| *rows > 0)?;
        let rows_per_second = f64::from(rows) / seconds.max(0.1);
        let left = u32::try_from(row.total - row.done).ok().filter(|left| *left > 0);
        Some(Self { rows_per_second, seconds_left: left.map(|left| f64::from(left) / rows_per_second) })
    }
}

/// Until when it can be undone, if it can.
fn undo_until(row: &ImportRow, state: &ImportState) -> Option<chrono::DateTime<chrono::Utc>> {
    let can = matches!(row.status.as_str(), "done" | "failed") || (row.status == "undone" && state.kept > 0);
    can.then(|| state.ended_at.unwrap_or(row.created_at) + UNDO_WITHIN)
}

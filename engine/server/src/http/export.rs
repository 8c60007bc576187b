//! `/api/export/{entity}.csv` and `.xlsx`: a whole list as a file. Delimited text is streamed; a spreadsheet is put
//! together on the disk first, and given up when nobody waits for it any more. Who took what, how many rows and why is
//! noted; much is only given for a reason, and not without end.

use axum::{
    Json,
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures::stream;
use kernel::{Problem, Rejection, rights::Access};
use serde::Deserialize;
use serde_json::{Value as Json_, json};
use tokio::io::AsyncReadExt as _;
use uuid::Uuid;

use super::{Error, Query, Reader, records::ListQuery};
use crate::{App, Failure, export::Export, read::ListRequest};

/// Longest reason that is kept, in characters.
const LONGEST: usize = 500;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Why {
    /// Why so much is taken.
    reason: Option<String>,
    /// Only tells how many rows there are and whether a reason is wanted; nothing is taken.
    check: Option<String>,
    /// A line table that is taken along.
    lines: Option<String>,
}

/// Bytes of a spreadsheet that are sent at a time.
const PIECE: usize = 1 << 16;

pub(super) async fn take(
    State(app): State<App>,
    reader: Reader,
    Path(file): Path<String>,
    Query(query): Query<ListQuery>,
    Query(why): Query<Why>,
) -> Result<Response, Error> {
    if reader.viewer.is_some() {
        return Err(Error::ViewOnly);
    }
    let (entity, ending) = file.rsplit_once('.').ok_or(Error::NoSuchPath)?;
    if !["csv", "xlsx"].contains(&ending) {
        return Err(Error::NoSuchPath);
    }
    let entity = entity.to_owned();
    let scene = reader.scene();
    let allowed = {
        let ctx = scene.ctx();
        Access::new(&scene.catalog, &ctx).may_export(&entity)
    };
    if !allowed {
        return Err(Error::Rejected(Rejection::Forbidden { message: format!("`{entity}` cannot be exported by you") }));
    }
    let request = query.request()?;
    let asked = what(&entity, &request);
    let limits = app.options().limits.clone();
    let lines = why.lines.as_deref().filter(|lines| !lines.is_empty());
    let mut export = Export::begin(app.clone(), scene, &entity, request, lines, reader.language).await?;
    let expected = export.count(limits.export_rows.saturating_add(1)).await?;
    let wants_reason = expected > limits.export_unasked;
    if why.check.is_some() {
        let answer = json!({"rows": expected, "most": limits.export_rows, "reason": wants_reason});
        return Ok(Json(answer).into_response());
    }
    if expected > limits.export_rows {
        let told = format!("expected at most {} rows, but there are more: narrow the list", limits.export_rows);
        let mut problem = Problem::new("", "too_many_rows", told);
        problem.values.insert("limit".into(), limits.export_rows.into());
        return Err(Error::Rejected(Rejection::Invalid(vec![problem])));
    }
    let reason: Option<String> = why.reason.map(|why| why.trim().chars().take(LONGEST).collect());
    let reason = reason.filter(|reason: &String| !reason.is_empty());
    if wants_reason && reason.is_none() {
        return Err(Error::invalid("reason", "required", format!("expected a reason to take {expected} rows")));
    }
    let mut detail = asked;
    for (key, value) in [
        ("columns", json!(export.columns())),
        ("lines", json!(lines)),
        ("format", json!(ending)),
        ("reason", json!(reason)),
        ("expected", json!(expected)),
        ("rows", Json_::Null),
    ] {
        detail.insert(key.to_owned(), value);
    }
    let note = app.note(Some(reader.user), "export", Json_::Object(detail.clone())).await?;
    let mut taken = Taken { app, note, detail, rows: 0, whole: false };
    let body = if ending == "csv" {
        let head = export.head();
        // An error breaks the stream off, so that a file that is not whole does not look as if it were.
        let pieces = stream::try_unfold((export, taken, Some(head)), |(mut export, mut taken, head)| async move {
            if let Some(head) = head {
                return Ok(Some((Bytes::from(head), (export, taken, None))));
            }
            let next = export.next().await.inspect_err(|error| tracing::error!(%error, "an export broke off"))?;
            (taken.rows, taken.whole) = (export.rows(), next.is_none());
            Ok::<_, Failure>(next.map(|text| (Bytes::from(text), (export, taken, None))))
        });
        Body::from_stream(pieces)
    } else {
        // Whoever goes away meanwhile drops this, and with it what was written.
        let file = export.workbook(|rows| taken.rows = rows).await?;
        taken.rows = export.rows();
        let file = tokio::fs::File::from_std(file);
        Body::from_stream(stream::try_unfold((file, taken), |(mut file, mut taken)| async move {
            let mut piece = vec![0; PIECE];
            let read =
                file.read(&mut piece).await.inspect_err(|error| tracing::error!(%error, "an export broke off"))?;
            piece.truncate(read);
            taken.whole = read == 0;
            Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(piece), (file, taken))))
        }))
    };
    let mut response = body.into_response();
    let out = response.headers_mut();
    let name = format!("attachment; filename=\"{entity}.{ending}\"");
    let media = match ending {
        "csv" => "text/csv; charset=utf-8",
        _ => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    out.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).map_err(Error::internal)?);
    Ok(response)
}

/// What was asked for, as it is noted.
fn what(entity: &str, request: &ListRequest) -> serde_json::Map<String, Json_> {
    let said = json!({
        "entity": entity, "view": request.view, "filter": request.filter, "q": request.q, "deleted": request.deleted,
    });
    if let Json_::Object(said) = said { said } else { serde_json::Map::new() }
}

/// What has been handed over so far; when it ends, also half-way, that is noted.
#[derive(Debug)]
struct Taken {
    app: App,
    note: Uuid,
    detail: serde_json::Map<String, Json_>,
    rows: u64,
    whole: bool,
}

impl Drop for Taken {
    fn drop(&mut self) {
        let (app, note) = (self.app.clone(), self.note);
        let mut detail = std::mem::take(&mut self.detail);
        detail.insert("rows".into(), self.rows.into());
        detail.insert("whole".into(), self.whole.into());
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            if let Err(error) = app.store().complete_audit(note, &Json_::Object(detail)).await {
                tracing::error!(%error, "the end of an export could not be noted");
            }
        });
    }
}

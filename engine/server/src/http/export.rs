//! `/api/export/{entity}.csv`: a whole list as a file, streamed. Who took what, how many rows and why is noted; much is
//! only given for a reason, and not without end.

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
}

pub(super) async fn csv(
    State(app): State<App>,
    reader: Reader,
    Path(file): Path<String>,
    Query(query): Query<ListQuery>,
    Query(why): Query<Why>,
) -> Result<Response, Error> {
    if reader.viewer.is_some() {
        return Err(Error::ViewOnly);
    }
    let entity = file.strip_suffix(".csv").ok_or(Error::NoSuchPath)?.to_owned();
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
    let export = Export::begin(app.clone(), scene, &entity, request, reader.language).await?;
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
        ("reason", json!(reason)),
        ("expected", json!(expected)),
        ("rows", Json_::Null),
    ] {
        detail.insert(key.to_owned(), value);
    }
    let note = app.note(Some(reader.user), "export", Json_::Object(detail.clone())).await?;
    let taken = Taken { app, note, detail, rows: 0, whole: false };
    // An error breaks the stream off, so that a file that is not whole does not look as if it were.
    let pieces = stream::try_unfold((export, taken), |(mut export, mut taken)| async move {
        let next = export.next().await.inspect_err(|error| tracing::error!(%error, "an export broke off"))?;
        (taken.rows, taken.whole) = (export.rows(), next.is_none());
        Ok::<_, Failure>(next.map(|text| (Bytes::from(text), (export, taken))))
    });
    let mut response = Body::from_stream(pieces).into_response();
    let out = response.headers_mut();
    let name = format!("attachment; filename=\"{entity}.csv\"");
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
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

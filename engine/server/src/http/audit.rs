//! `/api/audit`: who signed in, gave passwords, took what out, looked as somebody else, erased what: for administrators.

use axum::{
    Json,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone as _, Utc};
use futures::stream;
use serde::Deserialize;
use serde_json::{Value as Json_, json};
use store::{AuditFilter, AuditRow, Before};
use uuid::Uuid;

use super::{Error, Query, Reader, query::Paging};
use crate::{App, read::time};

const PAGE: u32 = 50;
/// Rows that are read together for a file.
const TOGETHER: u32 = 500;

/// Which notes are asked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// Kinds, with commas between.
    kind: Option<String>,
    user: Option<Uuid>,
    /// The first day, by the firm's clock.
    from: Option<NaiveDate>,
    /// The last day.
    to: Option<NaiveDate>,
}

impl Asked {
    fn filter(&self, app: &App) -> AuditFilter {
        let kinds = self.kind.as_deref().unwrap_or_default().split(',').map(str::trim).filter(|kind| !kind.is_empty());
        let (from, until) = days(app, self.from, self.to);
        AuditFilter { kinds: kinds.map(str::to_owned).collect(), user: self.user, from, until }
    }
}

/// From the beginning of the first day until the end of the last, by the firm's clock.
pub(super) fn days(
    app: &App,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let zone = app.firm().zone();
    let begins = |day: NaiveDate| {
        let local = zone.from_local_datetime(&day.and_time(NaiveTime::MIN));
        // A day that begins where the clock is put forward begins a little later.
        local.earliest().map_or_else(|| day.and_time(NaiveTime::MIN).and_utc(), |time| time.to_utc())
    };
    (from.map(begins), to.and_then(|day| day.succ_opt()).map(begins))
}

pub(super) async fn list(
    State(app): State<App>,
    reader: Reader,
    Query(asked): Query<Asked>,
    Query(paging): Query<Paging>,
) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let (before, limit) = paging.read(PAGE)?;
    let mut rows = app.store().audit(&asked.filter(&app), before, limit).await?;
    let next = paging.next(PAGE, &mut rows, |row| Before { at: row.at, id: row.id });
    let org = app.org();
    let rows: Vec<Json_> = rows
        .into_iter()
        .map(|row| {
            let name = row.user.and_then(|id| org.people.get(&id)).map(|person| &person.name);
            json!({
                "id": row.id, "at": time(row.at), "kind": row.kind, "user": row.user, "user_name": name,
                "detail": row.detail,
            })
        })
        .collect();
    Ok(Json(json!({"rows": rows, "next": next})))
}

/// The same as a file, which is noted as what was taken out.
pub(super) async fn csv(State(app): State<App>, reader: Reader, Query(asked): Query<Asked>) -> Result<Response, Error> {
    reader.must_be_admin()?;
    if reader.viewer.is_some() {
        return Err(Error::ViewOnly);
    }
    let filter = asked.filter(&app);
    let detail = json!({
        "entity": "audit", "kinds": filter.kinds, "user": filter.user, "from": asked.from, "to": asked.to,
    });
    app.note(Some(reader.user), "export", detail).await?;
    let begin = Bytes::from_static(b"\xEF\xBB\xBFat,kind,user,name,detail\r\n");
    let pieces = stream::try_unfold((app, filter, None::<Before>, Some(begin)), |state| async move {
        let (app, filter, before, begin) = state;
        if let Some(begin) = begin {
            return Ok(Some((begin, (app, filter, before, None))));
        }
        let rows = app.store().audit(&filter, before, TOGETHER).await?;
        let Some(last) = rows.last().map(|row| Before { at: row.at, id: row.id }) else { return Ok(None) };
        let org = app.org();
        let mut text = String::new();
        for row in &rows {
            let name = row.user.and_then(|id| org.people.get(&id)).map(|person| person.name.clone());
            text.push_str(&line(row, name.unwrap_or_default()));
        }
        Ok::<_, store::Error>(Some((Bytes::from(text), (app, filter, Some(last), None))))
    });
    let mut response = Body::from_stream(pieces).into_response();
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    out.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"audit.csv\""));
    Ok(response)
}

fn line(row: &AuditRow, name: String) -> String {
    let at = row.at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let user = row.user.map(|id| id.to_string()).unwrap_or_default();
    let cells = [at, row.kind.clone(), user, name, row.detail.to_string()];
    crate::export::csv_line(cells.into_iter())
}

//! `/api/audit`: who signed in, gave passwords and took what out, for administrators.

use axum::{Json, extract::State};
use serde::Deserialize;
use serde_json::{Value as Json_, json};
use store::Before;

use super::{
    Error, Query, Reader,
    query::{cursor_from_text, cursor_to_text},
};
use crate::{App, read::time};

const PAGE: u32 = 50;

#[derive(Deserialize)]
pub(super) struct Asked {
    after: Option<String>,
    limit: Option<u32>,
}

pub(super) async fn list(
    State(app): State<App>,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let before: Option<Before> = asked.after.as_deref().map(cursor_from_text).transpose()?;
    let limit = asked.limit.unwrap_or(PAGE).clamp(1, 200);
    let mut rows = app.store().audit(before, limit + 1).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|row| cursor_to_text(&Before { at: row.at, id: row.id }));
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

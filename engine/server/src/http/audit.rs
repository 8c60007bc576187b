//! `/api/audit`: who signed in, gave passwords and took what out, for administrators.

use axum::{Json, extract::State};
use serde_json::{Value as Json_, json};
use store::Before;

use super::{Error, Query, Reader, query::Paging};
use crate::{App, read::time};

const PAGE: u32 = 50;

pub(super) async fn list(
    State(app): State<App>,
    reader: Reader,
    Query(paging): Query<Paging>,
) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let (before, limit) = paging.read(PAGE)?;
    let mut rows = app.store().audit(before, limit).await?;
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

//! `/api/notifications`: notices to the reader.

use axum::{Json, extract::State};
use serde::Deserialize;
use serde_json::{Value as Json_, json};
use store::Before;
use uuid::Uuid;

use super::{Body, Error, Query, Reader, query::Paging};
use crate::{
    App,
    nodes::Told,
    notice::about,
    read::{Titles, time},
};

const PAGE: u32 = 30;

pub(super) async fn list(
    State(app): State<App>,
    reader: Reader,
    Query(paging): Query<Paging>,
) -> Result<Json<Json_>, Error> {
    let (before, limit) = paging.read(PAGE)?;
    let mut notices = app.store().notices(reader.user, before, limit).await?;
    let next = paging.next(PAGE, &mut notices, |row| Before { at: row.at, id: row.notice.id });
    // What the record is called is asked now: it may have been renamed, or hidden from the reader, since.
    let mut titles = Titles::default();
    for row in &notices {
        if let (Some(entity), Some(record)) = (&row.notice.entity, row.notice.record) {
            titles.want(entity, record);
        }
    }
    let scene = reader.scene();
    let titles = titles.look_up(&app, &scene).await?;
    let rows: Vec<Json_> = notices
        .into_iter()
        .map(|row| {
            let title = row.notice.record.and_then(|id| titles.get(&id.to_string()).cloned());
            json!({
                "id": row.notice.id, "kind": row.notice.kind, "at": time(row.at), "read_at": row.read_at.map(time),
                "entity": row.notice.entity, "record": row.notice.record, "title": title,
                "about": about(&scene, reader.language, row.notice.body),
            })
        })
        .collect();
    let unread = app.store().count_unread_notices(reader.user).await?;
    Ok(Json(json!({"rows": rows, "unread": unread, "next": next})))
}

#[derive(Deserialize)]
pub(super) struct Read {
    ids: Option<Vec<Uuid>>,
    #[serde(default)]
    all: bool,
}

pub(super) async fn read(State(app): State<App>, reader: Reader, Body(body): Body<Read>) -> Result<Json<Json_>, Error> {
    let ids = match (&body.ids, body.all) {
        (Some(ids), false) => Some(ids.as_slice()),
        (None, true) => None,
        _ => return Err(Error::invalid("ids", "required", "expected either `ids` or `all`")),
    };
    app.store().read_notices(reader.user, ids, app.clock().now()).await?;
    let told = Told { notices: [reader.user].into_iter().collect(), ..Told::default() };
    app.tell_nodes(told.clone());
    app.spread(told).await;
    let unread = app.store().count_unread_notices(reader.user).await?;
    Ok(Json(json!({ "unread": unread })))
}

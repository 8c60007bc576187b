//! `/api/notifications`: notices to the reader.

use axum::{Json, extract::State};
use serde::Deserialize;
use serde_json::{Map, Value as Json_, json};
use store::Before;
use uuid::Uuid;

use super::{Body, Error, Query, Reader, query::Paging, words};
use crate::{
    App,
    app::Scene,
    app_model::Texts,
    nodes::Told,
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
                "about": about(&reader, &scene, row.notice.body),
            })
        })
        .collect();
    let unread = app.store().count_unread_notices(reader.user).await?;
    Ok(Json(json!({"rows": rows, "unread": unread, "next": next})))
}

/// What happened, as it was noted then, with names and labels as they are now and in the reader's language.
fn about(reader: &Reader, scene: &Scene, noted: Json_) -> Json_ {
    let Json_::Object(mut about) = noted else { return json!({}) };
    let text = |about: &Map<String, Json_>, key: &str| about.get(key).and_then(Json_::as_str).map(str::to_owned);
    if let (Some(workflow), Some(node)) = (text(&about, "workflow"), text(&about, "node"))
        && scene.catalog.workflows.get(workflow.as_str()).is_some_and(|found| found.nodes.contains_key(node.as_str()))
    {
        let texts = Texts::new(&scene.catalog, reader.language);
        about.insert("label".into(), words::node_label(texts, &scene.catalog, &workflow, &node).into());
    }
    if let (Some(workflow), Some(outcome)) = (text(&about, "workflow"), text(&about, "outcome")) {
        let texts = Texts::new(&scene.catalog, reader.language);
        about.insert("outcome_label".into(), json!(words::outcome_label(texts, &scene.catalog, &workflow, &outcome)));
    }
    for who in ["by", "initiator"] {
        let person = text(&about, who).and_then(|id| Uuid::parse_str(&id).ok());
        if let Some(person) = person.and_then(|id| scene.org.people.get(&id)) {
            about.insert(format!("{who}_name"), person.name.clone().into());
        }
    }
    Json_::Object(about)
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

//! `/api/presence`: a browser tab says which record it shows and whether it is being changed there. Others who have the
//! record open are told by their events, see `crate::presence`.

use axum::{Json, extract::State};
use kernel::Name;
use serde::Deserialize;
use serde_json::{Value as Json_, json};
use uuid::Uuid;

use super::{Body, Error, Reader};
use crate::{
    App,
    presence::{Open, Which},
    read::time,
};

#[derive(Deserialize)]
pub(super) struct Asked {
    /// The tab's stream, as its `hello` names it.
    stream: Uuid,
    /// The record that it shows; left out, none.
    record: Option<Shown>,
    /// Whether it is being changed.
    #[serde(default)]
    editing: bool,
}

#[derive(Deserialize)]
struct Shown {
    entity: String,
    id: Uuid,
}

pub(super) async fn note(
    State(app): State<App>,
    reader: Reader,
    Body(asked): Body<Asked>,
) -> Result<Json<Json_>, Error> {
    let record: Option<Which> = match &asked.record {
        None => None,
        Some(shown) => {
            // Only of what the reader may see.
            let seen = app.see(&reader.scene(), &shown.entity, shown.id).await?;
            Some((seen.entity.name.clone(), shown.id))
        }
    };
    let since = (asked.editing && record.is_some()).then(|| app.clock().now().timestamp_millis());
    app.note_open(Open { stream: asked.stream, user: reader.user, record: record.clone(), since });
    Ok(Json(match record {
        Some((entity, id)) => editors(&app, reader.user, &entity, id),
        None => json!({"editors": []}),
    }))
}

/// Who else is changing a record.
pub(super) fn editors(app: &App, reader: Uuid, entity: &Name, id: Uuid) -> Json_ {
    let org = app.org();
    let others = app.presence().editors(&(entity.clone(), id)).into_iter().filter(|editor| editor.user != reader);
    let told = others.filter_map(|editor| {
        let person = org.people.get(&editor.user)?;
        Some(json!({"id": editor.user, "name": person.name, "since": time(editor.since)}))
    });
    json!({"entity": entity, "id": id, "editors": told.collect::<Vec<_>>()})
}

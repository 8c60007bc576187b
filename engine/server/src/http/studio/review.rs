//! Proposing a draft, looking at it, giving it back.

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;
use serde_json::{Value as Json_, json};
use uuid::Uuid;

use super::{about, draft_id};
use crate::{
    App,
    http::{Body, Error, Reader, body::reason},
    read::time,
    studio::Said,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Message {
    message: Option<String>,
}

/// Its owner asks for it to be published.
pub(in crate::http) async fn propose(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Body(said): Body<Message>,
) -> Result<Json<Json_>, Error> {
    reader.must_build()?;
    of_owner(&app, &reader, draft_id(&id)?).await?;
    say(&app, &reader, &id, Said::Proposed, said).await
}

/// Its owner takes that back.
pub(in crate::http) async fn take_back(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Body(said): Body<Message>,
) -> Result<Json<Json_>, Error> {
    reader.must_build()?;
    of_owner(&app, &reader, draft_id(&id)?).await?;
    say(&app, &reader, &id, Said::TakenBack, said).await
}

/// An administrator gives it back, and says why.
pub(in crate::http) async fn give_back(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Body(said): Body<Message>,
) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    needed(&said)?;
    say(&app, &reader, &id, Said::GivenBack, said).await
}

/// Somebody who builds says something of it.
pub(in crate::http) async fn comment(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Body(said): Body<Message>,
) -> Result<Json<Json_>, Error> {
    reader.must_build()?;
    needed(&said)?;
    say(&app, &reader, &id, Said::Comment, said).await
}

/// What was said of a draft.
pub(super) async fn told(app: &App, draft: Uuid) -> Result<Json_, Error> {
    let org = app.org();
    let notes = app.store().draft_notes(draft).await?;
    let one = |note: &store::DraftNote| {
        json!({
            "id": note.id, "at": time(note.at), "by": note.user, "kind": note.kind, "message": note.message,
            "by_name": org.people.get(&note.user).map(|person| &person.name),
        })
    };
    Ok(notes.iter().map(one).collect())
}

async fn say(app: &App, reader: &Reader, id: &str, what: Said, said: Message) -> Result<Json<Json_>, Error> {
    let message = reason(said.message)?.unwrap_or_default();
    let draft = app.say_of_draft(draft_id(id)?, what, message, reader.user).await?;
    let mut out = about(app, reader, &draft);
    out["notes"] = told(app, draft.id).await?;
    Ok(Json(out))
}

fn needed(said: &Message) -> Result<(), Error> {
    let is_empty = said.message.as_deref().is_none_or(|text| text.trim().is_empty());
    if is_empty { Err(Error::invalid("message", "required", "expected a message")) } else { Ok(()) }
}

async fn of_owner(app: &App, reader: &Reader, id: Uuid) -> Result<(), Error> {
    let draft = app.store().draft(id).await?.ok_or_else(|| Error::not_found("draft", id))?;
    if draft.owner == reader.user { Ok(()) } else { Err(Error::forbidden("only its owner proposes a draft")) }
}

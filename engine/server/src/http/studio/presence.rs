//! Who else has a draft open.

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;
use serde_json::{Value as Json_, json};

use super::draft_id;
use crate::{
    App,
    http::{Body, Error, Reader},
};

/// The path of a definition may have so many characters.
const LONGEST_FILE: usize = 300;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct There {
    /// The definition that they look at; none at first.
    file: Option<String>,
}

/// Says that the reader has a draft open; answers with who else has, and the draft's version as it is saved.
pub(in crate::http) async fn be_there(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Body(there): Body<There>,
) -> Result<Json<Json_>, Error> {
    reader.must_build()?;
    let file = there.file.unwrap_or_default();
    if file.chars().count() > LONGEST_FILE {
        return Err(Error::invalid("file", "too_long", format!("expected at most {LONGEST_FILE} characters")));
    }
    let draft = app.store().draft(draft_id(&id)?).await?.ok_or_else(|| Error::not_found("draft", &id))?;
    let others = app.be_at_draft(draft.id, reader.user, file).await?;
    let org = app.org();
    let one = |one: &store::AtDraft| json!({"user": one.user, "name": org.people.get(&one.user).map(|p| &p.name), "file": one.file});
    let others: Vec<Json_> = others.iter().map(one).collect();
    Ok(Json(json!({"others": others, "version": draft.version, "status": draft.status})))
}

/// Says that the reader has closed it.
pub(in crate::http) async fn leave(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
) -> Result<Json<Json_>, Error> {
    reader.must_build()?;
    let draft = app.store().draft(draft_id(&id)?).await?.ok_or_else(|| Error::not_found("draft", &id))?;
    app.store().leave_draft(draft.id, reader.user).await?;
    Ok(Json(json!({})))
}

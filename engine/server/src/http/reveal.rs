//! `…/reveal`: a sensitive value in full, for who may read its field. That it was shown is noted before it is.

use axum::{Json, extract::State};
use kernel::sealed::is_sealed;
use serde::Deserialize;
use serde_json::{Value as Json_, json};

use super::{Body, Error, Reader, records::Place};
use crate::{App, Failure};

#[derive(Deserialize)]
pub(super) struct Asked {
    /// `bank_account`, `accounts.<id>.number`.
    path: String,
}

pub(super) async fn show(
    State(app): State<App>,
    reader: Reader,
    place: Place,
    Body(asked): Body<Asked>,
) -> Result<Json<Json_>, Error> {
    let scene = reader.scene();
    let seen = app.see(&scene, &place.entity, place.id).await?;
    let mut parts = asked.path.splitn(3, '.');
    let first = parts.next().unwrap_or_default();
    let (field, right, value) = match (parts.next(), parts.next()) {
        (Some(line), Some(cell)) => {
            let field = seen.entity.fields.get(first).and_then(|table| table.fields.get(cell));
            let mut lines = seen.record.lines.get(first).into_iter().flatten();
            let found = lines.find(|one| one.id.to_string() == line);
            let value = found.and_then(|line| line.fields.get(cell)).cloned().unwrap_or_default();
            (field, format!("{first}.{cell}"), value)
        }
        _ => (seen.entity.fields.get(first), first.to_owned(), seen.record.get(first)),
    };
    // Whether there is such a field is not told to who may not read it.
    if !field.is_some_and(|field| field.sensitive) || !seen.mask.shows(&right) {
        return Err(Error::invalid("path", "unknown", "expected a sensitive field of the record"));
    }
    let ctx = scene.ctx();
    let plain = match value.as_text() {
        Some(sealed) if is_sealed(sealed) => {
            let opened = ctx.vault.and_then(|vault| vault.open(sealed));
            let why = || "the installation's key is not the one that sealed it".into();
            Some(opened.ok_or_else(|| Failure::Corrupt { what: "a sealed value", why: why() })?)
        }
        other => other.map(str::to_owned),
    };
    let detail = json!({"entity": seen.entity.name, "id": place.id, "fields": [right]});
    app.note(Some(reader.user), "revealed", detail).await.map_err(Failure::from)?;
    Ok(Json(json!({ "value": plain })))
}

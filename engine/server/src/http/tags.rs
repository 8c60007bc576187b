//! `…/tags`: what tags the records have that a reader can see, so that people write the same ones.

use axum::{
    Json,
    extract::{Path, State},
};
use indexmap::IndexMap;
use kernel::{Rejection, definition::FieldKind, text::fold};
use serde::Deserialize;
use serde_json::{Value as Json_, json};

use super::{Error, Query, Reader};
use crate::{App, read::ListRequest};

/// So many tags are offered.
const MOST: usize = 20;
/// And so many pages of records are looked through, the latest changed first.
const PAGES: usize = 5;

#[derive(Deserialize)]
pub(super) struct Asked {
    field: String,
    q: Option<String>,
}

pub(super) async fn list(
    State(app): State<App>,
    reader: Reader,
    Path(entity): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<Json_>, Error> {
    let scene = reader.scene();
    let field = scene.catalog.entity(&entity).and_then(|found| found.fields.get(asked.field.as_str()));
    if field.is_some_and(|field| field.kind != FieldKind::Tags) {
        let told = format!("`{}` is no field of tags", asked.field);
        return Err(Rejection::invalid("field", "type", told).into());
    }
    let wanted = fold(asked.q.as_deref().unwrap_or_default());
    // A list that is filtered by the field holds only rows whose cell may be read.
    let mut request = ListRequest {
        columns: Some(vec![asked.field.clone()]),
        filter: Some(json!([asked.field, "is not null"])),
        sort: vec!["-updated_at".into()],
        limit: Some(200),
        ..ListRequest::default()
    };
    let mut used: IndexMap<String, usize> = IndexMap::new();
    for _ in 0..PAGES {
        let page = app.list(&scene, &entity, &request).await?;
        for row in &page.rows {
            let tags = row.get(&asked.field).and_then(Json_::as_array).into_iter().flatten().filter_map(Json_::as_str);
            for tag in tags.filter(|tag| fold(tag).contains(&wanted)) {
                *used.entry(tag.to_owned()).or_default() += 1;
            }
        }
        match page.next {
            Some(next) => request.after = Some(next),
            None => break,
        }
    }
    used.sort_by(|_, a, _, b| b.cmp(a));
    let tags: Vec<String> = used.into_keys().take(MOST).collect();
    Ok(Json(json!({ "tags": tags })))
}

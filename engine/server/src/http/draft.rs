//! `…/draft`: what a form shows while it is filled in. Writes nothing.

use axum::{
    Json,
    extract::{Path, State},
};
use kernel::{Problem, Record, rights::Access, save};
use serde::Deserialize;
use serde_json::{Map, Value as Json_, json};
use uuid::Uuid;

use super::{Body, Error, Query, Reader, records::flat};
use crate::{
    App,
    command::saving,
    read::{Titles, known_entity, record_to_json},
};

#[derive(Deserialize)]
pub(super) struct Asked {
    /// What was changed since the last draft: paths between commas, the latest last.
    changed: Option<String>,
}

pub(super) async fn show(
    State(app): State<App>,
    reader: Reader,
    Path(entity): Path<String>,
    Query(asked): Query<Asked>,
    Body(mut body): Body<Map<String, Json_>>,
) -> Result<Json<Json_>, Error> {
    let scene = reader.scene();
    let entity = known_entity(&scene, &entity)?.clone();
    let id = body.remove("id").and_then(|id| Uuid::parse_str(id.as_str()?).ok());
    let (base, mask): (Option<Record>, _) = match id {
        Some(id) => {
            let seen = app.see(&scene, &entity.name, id).await?;
            (Some(seen.record), seen.mask)
        }
        None => {
            let ctx = scene.ctx();
            (None, Access::new(&scene.catalog, &ctx).widest_mask(&entity))
        }
    };
    let input = flat(body);
    let changed: Vec<String> =
        asked.changed.iter().flat_map(|c| c.split(',')).filter(|c| !c.is_empty()).map(str::to_owned).collect();
    let draft = app
        .settle(&scene, |facts| {
            saving(&scene, facts, "app", None, |s| save::draft(s, &entity, base.as_ref(), &input, &changed))
        })
        .await?;
    let mut titles = Titles::default();
    titles.want_record(&entity, &draft.record, &mask);
    let titles = titles.look_up(&app, &scene).await?;
    let problems: Vec<Json_> =
        draft.problems.iter().map(|p| told(p, "error")).chain(draft.warnings.iter().map(|p| told(p, "warn"))).collect();
    let mut record = record_to_json(&entity, &draft.record, &mask);
    if base.is_none() {
        record.shift_remove("id");
    }
    Ok(Json(json!({"record": record, "titles": titles, "problems": problems})))
}

fn told(problem: &Problem, level: &str) -> Json_ {
    json!({"path": problem.path, "code": problem.code, "message": problem.message, "values": problem.values, "level": level})
}

//! `…/draft`: what a form shows while it is filled in. Writes nothing.

use axum::{
    Json,
    extract::{Path, State},
};
use kernel::{Problem, Record, expression::EvalError, query::Facts, rights::Mask, save, schema::Entity};
use serde::Deserialize;
use serde_json::{Map, Value as Json_, json};
use uuid::Uuid;

use super::{Body, Error, Query, Reader, records::flat};
use crate::{
    App, Scene,
    command::saving_with,
    read::{Titles, known_entity, outcome, record_to_json},
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
    let seen = match id {
        Some(id) => Some(app.see(&scene, &entity.name, id).await?),
        None => None,
    };
    let base = seen.as_ref().map(|seen| &seen.record);
    let opened = match &seen {
        Some(seen) => app.opened_by_tasks(&scene, seen.record.id).await?,
        None => Vec::new(),
    };
    let input = flat(body);
    let changed: Vec<String> =
        asked.changed.iter().flat_map(|c| c.split(',')).filter(|c| !c.is_empty()).map(str::to_owned).collect();
    let draft = app
        .settle(&scene, |facts| {
            let draft = |s: &save::Saving<'_>| save::draft_with(s, &entity, base, &input, &changed, &opened);
            saving_with(&scene, facts, "app", None, save::Suspects::Warn, draft)
        })
        .await?;
    let mask = match &seen {
        Some(seen) => seen.mask.clone(),
        None => app.settle(&scene, |facts| outcome(mask_of_new(&scene, &entity, &draft.record, facts))).await?,
    };
    let mut titles = Titles::default();
    titles.want_record(&entity, &draft.record, &mask);
    let files = titles.look_up_files(&app).await?;
    let titles = titles.look_up(&app, &scene).await?;
    let problems: Vec<Json_> =
        draft.problems.iter().map(|p| told(p, "error")).chain(draft.warnings.iter().map(|p| told(p, "warn"))).collect();
    let mut record = record_to_json(&entity, &draft.record, &mask);
    if base.is_none() {
        record.shift_remove("id");
    }
    Ok(Json(json!({"record": record, "titles": titles, "files": files, "problems": problems})))
}

/// What is shown of a record that is not there yet: what the roles show that may make it, and those that would show it.
fn mask_of_new(scene: &Scene, entity: &Entity, record: &Record, facts: &Facts) -> Result<Mask, EvalError> {
    let ctx = scene.ctx();
    let access = scene.access(&ctx);
    let makes = access.reach(entity, None, facts)?;
    let sees = access.reach(entity, Some(record), facts)?;
    Ok(makes.mask(entity).or(sees.mask(entity)))
}

fn told(problem: &Problem, level: &str) -> Json_ {
    json!({"path": problem.path, "code": problem.code, "message": problem.message, "values": problem.values, "level": level})
}

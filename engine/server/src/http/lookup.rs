//! `…/lookup`: records that a reference can choose, while one types.

use axum::{
    Json,
    extract::{Path, State},
};
use kernel::{
    Name, Record,
    expression::{Env, lower},
    query::{Facts, Predicate},
    rights::{all, any},
    schema::{Entity, Field},
    text::fold,
};
use serde::Deserialize;
use serde_json::{Map, Value as Json_, json};
use uuid::Uuid;

use super::{Body, Error, Query, Reader, records::flat};
use crate::{
    App, Scene,
    command::saving,
    read::{ListRequest, Plan, not_lowerable},
};

const LIMIT: u32 = 20;

#[derive(Deserialize)]
pub(super) struct Asked {
    q: Option<String>,
    /// Who asks: `entity.field` or `entity.lines.field`.
    field: Option<String>,
    /// The form as it stands, for the field's `choose`.
    doc: Option<String>,
    limit: Option<u32>,
}

/// The same with the form beside it, for whose `choose` the address has no room.
#[derive(Deserialize)]
pub(super) struct Sent {
    q: Option<String>,
    field: Option<String>,
    doc: Option<Map<String, Json_>>,
    limit: Option<u32>,
}

pub(super) async fn list(
    State(app): State<App>,
    reader: Reader,
    Path(entity): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<Json_>, Error> {
    let doc = asked.doc.as_deref().map(serde_json::from_str).transpose();
    let doc = doc.map_err(|error| Error::invalid("doc", "form", format!("expected the form as JSON, but {error}")))?;
    let sent = Sent { q: asked.q, field: asked.field, doc, limit: asked.limit };
    find(&app, &reader.scene(), &entity, sent).await
}

/// Records by their titles, as whoever the scene is of sees them.
pub(super) async fn by_title(app: &App, scene: &Scene, entity: &str, q: Option<String>) -> Result<Json<Json_>, Error> {
    find(app, scene, entity, Sent { q, field: None, doc: None, limit: None }).await
}

pub(super) async fn search(
    State(app): State<App>,
    reader: Reader,
    Path(entity): Path<String>,
    Body(sent): Body<Sent>,
) -> Result<Json<Json_>, Error> {
    find(&app, &reader.scene(), &entity, sent).await
}

async fn find(app: &App, scene: &Scene, entity: &str, mut asked: Sent) -> Result<Json<Json_>, Error> {
    let request = ListRequest {
        columns: Some(Vec::new()),
        sort: vec!["title".into()],
        limit: Some(asked.limit.unwrap_or(LIMIT).min(50)),
        ..ListRequest::default()
    };
    let mut plan = Plan::new(scene, entity, &request)?;
    let mut filters = vec![plan.select.filter.clone()];
    if let Some(q) = asked.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
        let contains = |field: &str| Predicate::Contains { operand: vec![Name::new(field)], text: fold(q) };
        filters.push(any(vec![contains("title"), contains("number")]));
    }
    if let Some(choosable) = choose(app, scene, &mut asked, &plan.entity.name).await? {
        filters.push(choosable);
    }
    if plan.entity.fields.contains_key("active") && plan.entity.name == *"user" {
        // Those who left stay in old records, but nobody chooses them anew.
        let active = Predicate::Compare {
            left: kernel::query::Operand::Path(vec![Name::new("active")]),
            operator: kernel::query::Comparison::Equal,
            right: kernel::query::Operand::Value(true.into()),
        };
        filters.push(active);
    }
    plan.select.filter = all(filters);
    let page = app.store().select(&*scene.catalog, &plan.select).await?;
    let rows: Vec<Json_> = page
        .rows
        .iter()
        .map(|row| {
            let mut out = Map::new();
            out.insert("id".into(), json!(row.record.id));
            out.insert("title".into(), json!(row.record.title));
            if let Some(number) = row.record.number.as_ref().filter(|number| !row.record.title.contains(*number)) {
                out.insert("subtitle".into(), json!(number));
            }
            Json_::Object(out)
        })
        .collect();
    Ok(Json(json!({ "rows": rows })))
}

/// The condition of the field that asks, if it leads to this entity: over another it would be a filter on fields that
/// nobody has checked.
async fn choose(app: &App, scene: &Scene, asked: &mut Sent, to: &Name) -> Result<Option<Predicate>, Error> {
    let found = asked.field.as_deref().and_then(|path| field_of(scene, path));
    // A condition reads the form, and with it what a form of this entity is computed from.
    let may_ask = |entity: &Entity| {
        let ctx = scene.ctx();
        let path = asked.field.as_deref().and_then(|path| path.split_once('.')).map_or("", |(_, path)| path);
        scene.access(&ctx).reads(entity, path)
    };
    let found = found.filter(|(entity, field)| field.refers_to(to) && may_ask(entity));
    let Some((entity, field)) = found else { return Ok(None) };
    let Some(condition) = &field.choose else { return Ok(None) };
    let doc = document(app, scene, entity, asked.doc.take()).await?;
    let ctx = scene.ctx();
    let facts = Facts::new();
    let env = Env::new(&ctx, &facts, scene.catalog.as_ref());
    let env = match &doc {
        Some(doc) => env.with_doc(doc),
        None => env,
    };
    Ok(Some(lower(condition, &env).map_err(|error| not_lowerable("doc", error))?))
}

/// The form as a record, everything in it worked out as far as it goes.
async fn document(
    app: &App,
    scene: &Scene,
    entity: &Entity,
    doc: Option<Map<String, Json_>>,
) -> Result<Option<Record>, Error> {
    let Some(mut form) = doc else { return Ok(None) };
    let id = form.remove("id").and_then(|id| Uuid::parse_str(id.as_str()?).ok());
    let base = match id {
        Some(id) => app.see(scene, &entity.name, id).await.ok().map(|seen| seen.record),
        None => None,
    };
    let input = flat(form);
    let draft = app
        .settle(scene, |facts| {
            saving(scene, facts, "app", None, |s| kernel::save::draft(s, entity, base.as_ref(), &input, &[]))
        })
        .await?;
    Ok(Some(draft.record))
}

fn field_of<'s>(scene: &'s Scene, path: &str) -> Option<(&'s Entity, &'s Field)> {
    let mut parts = path.split('.');
    let entity = scene.catalog.entity(parts.next()?)?;
    let field = entity.fields.get(parts.next()?)?;
    match parts.next() {
        Some(inner) => Some((entity, field.fields.get(inner)?)),
        None => Some((entity, field)),
    }
}

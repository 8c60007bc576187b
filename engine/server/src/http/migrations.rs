//! `/api/workflows`: which versions of workflows run, and taking running instances over to the latest. Only for
//! administrators.

use axum::{
    Json,
    extract::{Path, State},
};
use kernel::{Name, definition::Keyed};
use serde::Deserialize;
use serde_json::{Value as Json_, json};
use uuid::Uuid;

use super::{Body, Error, Reader, words};
use crate::{
    App,
    app_model::Texts,
    migrate::{Choice, Plan, Told},
};

/// Which workflows run, in which versions, how many of each: `{"latest", "rows": [{"workflow", "label", "version",
/// "instances", "there"}]}`.
pub(super) async fn running(State(app): State<App>, reader: Reader) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let latest = reader.scene().catalog;
    let mut rows = Vec::new();
    for found in app.store().running_workflows().await.map_err(crate::Failure::from)? {
        let pinned = app.catalog_at(found.version, &latest).await?;
        let texts = Texts::new(&pinned, reader.language);
        rows.push(json!({
            "workflow": found.workflow, "label": words::workflow_label(texts, &pinned, &found.workflow),
            "version": found.version, "instances": found.instances,
            "there": latest.workflows.contains_key(&found.workflow),
        }));
    }
    Ok(Json(json!({"latest": latest.version, "rows": rows})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// The version that they keep; all older ones if left out.
    from: Option<i64>,
    /// Only these.
    instances: Option<Vec<Uuid>>,
    /// The new names of nodes that have another.
    #[serde(default)]
    nodes: Keyed<Name>,
    /// `migrate` or `restart`.
    #[serde(rename = "do", default)]
    choice: Choice,
    /// Why; needed to apply it.
    reason: Option<String>,
}

/// What would become of each instance: `{"from", "instances", "nodes", "do"}` gives `{"latest", "rows": [{"instance",
/// "title", "version", "can", "problem", "places": […]}], "nodes": […], "targets": […], "more"}`. Nothing is changed.
pub(super) async fn plan(
    State(app): State<App>,
    reader: Reader,
    Path(workflow): Path<String>,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Json_>, Error> {
    run(&app, &reader, &workflow, wanted, false).await
}

/// The same, and those that can be taken over are, each by itself: `done` or `problem` in each row.
pub(super) async fn apply(
    State(app): State<App>,
    reader: Reader,
    Path(workflow): Path<String>,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Json_>, Error> {
    run(&app, &reader, &workflow, wanted, true).await
}

async fn run(app: &App, reader: &Reader, workflow: &str, wanted: Wanted, apply: bool) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let scene = reader.scene();
    let plan = Plan {
        workflow: workflow.into(),
        from: wanted.from,
        instances: wanted.instances,
        nodes: wanted.nodes,
        choice: wanted.choice,
        reason: wanted.reason,
    };
    let told = if apply { app.migrate(&scene, &plan).await? } else { app.plan_migration(&scene, &plan).await? };
    let texts = Texts::new(&scene.catalog, reader.language);
    let target = |node: &Name| words::node_label(texts, &scene.catalog, workflow, node);
    let mut rows = Vec::with_capacity(told.rows.len());
    for row in &told.rows {
        let pinned = app.catalog_at(row.version, &scene.catalog).await?;
        let before = Texts::new(&pinned, reader.language);
        let places = row.places.iter().map(|place| {
            let label = words::node_label(before, &pinned, workflow, &place.node);
            json!({
                "node": place.node, "label": label, "item": place.item, "to": place.to,
                "to_label": place.to.as_ref().map(target), "hindrance": place.hindrance,
                "people": place.tasks.iter().map(|task| &task.assignee).collect::<Vec<_>>(),
            })
        });
        rows.push(json!({
            "instance": row.instance, "entity": row.entity, "record": row.record, "title": row.title,
            "version": row.version, "can": row.can, "done": row.done, "problem": row.problem,
            "places": places.collect::<Vec<_>>(),
        }));
    }
    Ok(Json(answer(&told, &rows, &scene.catalog, workflow, target)))
}

fn answer(
    told: &Told,
    rows: &[Json_],
    latest: &kernel::Catalog,
    workflow: &str,
    target: impl Fn(&Name) -> String,
) -> Json_ {
    let nodes = latest.workflows.get(workflow).into_iter().flat_map(|found| &found.nodes);
    let targets: Vec<Json_> =
        nodes.map(|(name, node)| json!({"node": name, "label": target(name), "kind": node.kind.as_str()})).collect();
    json!({"latest": latest.version, "rows": rows, "targets": targets, "more": told.more})
}

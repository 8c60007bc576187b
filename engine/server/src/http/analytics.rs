//! `/api/analytics`: how long tasks take and where they wait, by workflow, node or person, over a period. For
//! administrators, and for the owners of a workflow about that workflow. Nothing of any record is told.

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use chrono::{Days, NaiveDate};
use kernel::{Catalog, Name};
use serde::Deserialize;
use serde_json::{Value as Json_, json};
use store::{Work, WorkBy, WorkFilter};
use uuid::Uuid;

use super::{Error, Query, Reader, audit::days, instance_graph, words};
use crate::{App, app_model::Texts, read::time};

/// So many days are looked at where nothing is said.
const USUAL: u64 = 90;

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    /// `workflow`, `node`, `person` or `node_person`.
    by: Option<String>,
    workflow: Option<String>,
    node: Option<String>,
    person: Option<Uuid>,
    /// The first day, by the firm's clock.
    from: Option<NaiveDate>,
    /// The last day.
    to: Option<NaiveDate>,
}

/// What was found.
struct Found {
    rows: Vec<Work>,
    from: NaiveDate,
    to: NaiveDate,
    /// The workflows that the reader may ask about.
    workflows: Vec<Name>,
}

async fn find(app: &App, reader: &Reader, asked: &Asked) -> Result<Found, Error> {
    let scene = reader.scene();
    let workflows = owned(reader, &scene.catalog);
    if workflows.is_empty() && !reader.is_admin() {
        return Err(Error::forbidden("only administrators and the owners of a workflow may see this"));
    }
    let by = match asked.by.as_deref().unwrap_or("node") {
        "workflow" => WorkBy { node: false, person: false },
        "node" => WorkBy { node: true, person: false },
        "person" => WorkBy { node: false, person: true },
        "node_person" => WorkBy { node: true, person: true },
        _ => return Err(Error::invalid("by", "option", "expected `workflow`, `node`, `person` or `node_person`")),
    };
    let to = asked.to.unwrap_or_else(|| scene.now.with_timezone(&scene.zone).date_naive());
    let from = asked.from.or_else(|| to.checked_sub_days(Days::new(USUAL))).unwrap_or(to);
    let (Some(begin), Some(until)) = days(app, Some(from), Some(to)) else {
        return Err(Error::invalid("to", "range", "expected a day that has another after it"));
    };
    let wanted = match &asked.workflow {
        Some(one) if reader.is_admin() || workflows.iter().any(|own| **own == **one) => Some(vec![Name::new(one)]),
        Some(one) => return Err(Error::not_found("workflow", one)),
        // Administrators see those too that are no more.
        None if reader.is_admin() => None,
        None => Some(workflows.clone()),
    };
    let filter = WorkFilter {
        from: begin,
        until,
        workflows: wanted,
        node: asked.node.clone(),
        person: asked.person,
        now: scene.now,
    };
    let rows = app.store().work(&filter, by).await?;
    Ok(Found { rows, from, to, workflows })
}

/// The workflows that the reader looks after: all for administrators.
fn owned(reader: &Reader, catalog: &Catalog) -> Vec<Name> {
    let admin = reader.is_admin();
    let theirs = |owners: &[Name]| owners.iter().any(|role| reader.person.roles.contains(role));
    let found = catalog.workflows.iter().filter(|(_, workflow)| admin || theirs(&workflow.owners));
    found.map(|(name, _)| name.clone()).collect()
}

pub(super) async fn show(
    State(app): State<App>,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Result<Json<Json_>, Error> {
    let found = find(&app, &reader, &asked).await?;
    let scene = reader.scene();
    let texts = Texts::new(&scene.catalog, reader.language);
    let name = |id: Uuid| scene.org.people.get(&id).map(|person| person.name.clone());
    let rows: Vec<Json_> = found
        .rows
        .iter()
        .map(|work| {
            json!({
                "workflow": work.workflow, "label": words::workflow_label(texts, &scene.catalog, &work.workflow),
                "node": work.node,
                "node_label": work.node.as_ref().map(|node| words::node_label(texts, &scene.catalog, &work.workflow, node)),
                "person": work.person, "person_name": work.person.and_then(name), "done": work.done,
                "median_minutes": work.median.map(minutes), "most_minutes": work.most.map(minutes),
                "median_worked": work.median_worked, "most_worked": work.most_worked, "returned": work.returned,
                "rejected": work.rejected, "late": work.late, "open": work.open, "oldest": work.oldest.map(time),
                "overdue": work.overdue,
            })
        })
        .collect();
    let workflows: Vec<Json_> = found
        .workflows
        .iter()
        .map(|workflow| json!({"name": workflow, "label": words::workflow_label(texts, &scene.catalog, workflow)}))
        .collect();
    let drawn = asked.workflow.as_ref().and_then(|workflow| scene.catalog.workflows.get(workflow.as_str()));
    let graph = drawn.map(|workflow| instance_graph::plain(texts, &scene.catalog, workflow));
    Ok(Json(json!({"rows": rows, "from": found.from, "to": found.to, "workflows": workflows, "graph": graph})))
}

fn minutes(ms: i64) -> i64 {
    ms / 60_000
}

/// The same as a file, which is noted as what was taken out.
pub(super) async fn csv(State(app): State<App>, reader: Reader, Query(asked): Query<Asked>) -> Result<Response, Error> {
    if reader.viewer.is_some() {
        return Err(Error::ViewOnly);
    }
    let found = find(&app, &reader, &asked).await?;
    let detail = json!({
        "entity": "analytics", "by": asked.by, "workflow": asked.workflow, "from": found.from, "to": found.to,
        "rows": found.rows.len(),
    });
    app.note(Some(reader.user), "export", detail).await?;
    let scene = reader.scene();
    let texts = Texts::new(&scene.catalog, reader.language);
    let mut text = String::from("\u{feff}");
    text.push_str(
        "workflow,workflow_label,node,node_label,person,done,median_minutes,p90_minutes,median_working_minutes,\
         p90_working_minutes,returned,rejected,late,open,open_since,overdue\r\n",
    );
    for work in &found.rows {
        let node = work.node.as_ref();
        let person = work.person.and_then(|id| scene.org.people.get(&id)).map(|person| person.name.clone());
        let number = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
        let oldest = work.oldest.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
        let cells = [
            work.workflow.to_string(),
            words::workflow_label(texts, &scene.catalog, &work.workflow),
            node.map(ToString::to_string).unwrap_or_default(),
            node.map(|node| words::node_label(texts, &scene.catalog, &work.workflow, node)).unwrap_or_default(),
            person.unwrap_or_default(),
            work.done.to_string(),
            number(work.median.map(minutes)),
            number(work.most.map(minutes)),
            number(work.median_worked),
            number(work.most_worked),
            work.returned.to_string(),
            work.rejected.to_string(),
            work.late.to_string(),
            work.open.to_string(),
            oldest.unwrap_or_default(),
            work.overdue.to_string(),
        ];
        text.push_str(&crate::export::csv_line(cells.into_iter()));
    }
    let mut response = text.into_response();
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    out.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"analytics.csv\""));
    Ok(response)
}

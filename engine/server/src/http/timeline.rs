//! `…/timeline`: what happened to a record: changes, comments, decisions.

use axum::{Json, extract::State};
use kernel::{field::parse, rights::Mask};
use serde::Deserialize;
use serde_json::{Map, Value as Json_, json};
use store::{TimelineCursor, TimelineItem};
use uuid::Uuid;

use super::{
    Error, Query, Reader,
    query::{cursor_from_text, cursor_to_text},
    records::Place,
    words,
};
use crate::{
    App, Scene,
    app_model::Texts,
    read::{Seen, Titles, time},
};

const PAGE: u32 = 50;

#[derive(Deserialize)]
pub(super) struct Asked {
    after: Option<String>,
}

pub(super) async fn list(
    State(app): State<App>,
    reader: Reader,
    place: Place,
    Query(asked): Query<Asked>,
) -> Result<Json<Json_>, Error> {
    let scene = reader.scene();
    let seen = app.see(&scene, &place.entity, place.id).await?;
    let after: Option<TimelineCursor> = asked.after.as_deref().map(cursor_from_text).transpose()?;
    let (items, next) = app.store().timeline(place.id, after.as_ref(), PAGE).await?;
    let mut titles = Titles::default();
    let items: Vec<Json_> =
        items.into_iter().filter_map(|item| shown(&seen, &scene, reader.language, item, &mut titles)).collect();
    let files = titles.look_up_files(&app).await?;
    let titles = titles.look_up(&app, &scene).await?;
    Ok(Json(json!({"items": items, "titles": titles, "files": files, "next": next.as_ref().map(cursor_to_text)})))
}

/// An item as this reader gets it; none if nothing of it is for them.
fn shown(seen: &Seen, scene: &Scene, language: &str, item: TimelineItem, titles: &mut Titles) -> Option<Json_> {
    let name = |id: Option<Uuid>| id.and_then(|id| scene.org.people.get(&id)).map(|person| person.name.clone());
    let (catalog, texts) = (&scene.catalog, Texts::new(&scene.catalog, language));
    Some(match item {
        TimelineItem::Change { at, by, entry } => {
            let had_changes = !entry.changes.is_empty();
            let changes: Vec<Json_> = entry
                .changes
                .iter()
                .filter(|change| shows(&seen.mask, &change.path))
                .map(|change| {
                    want(seen, &change.path, [&change.old, &change.new], titles);
                    let (old, new) = (masked(seen, &change.path, &change.old), masked(seen, &change.path, &change.new));
                    json!({"path": change.path, "old": old, "new": new})
                })
                .collect();
            let is_transition = !matches!(entry.action.as_str(), "created" | "updated" | "deleted" | "restored");
            if changes.is_empty() && had_changes && entry.action == "updated" {
                return None;
            }
            json!({
                "kind": if is_transition { "transition" } else { "change" }, "at": time(at), "by": by, "by_name": name(by),
                "action": entry.action, "source": entry.source, "version": entry.version, "reason": entry.reason, "changes": changes,
            })
        }
        TimelineItem::Comment(row) => json!({
            "kind": "comment", "id": row.comment.id, "at": time(row.at), "by": row.by, "by_name": name(row.by),
            "text": row.comment.text,
        }),
        TimelineItem::Decision(task) => {
            let done = task.done?;
            // Tasks that were closed because others decided are no news.
            if done.by.is_none() && done.outcome == "closed" {
                return None;
            }
            let workflows = catalog.workflows_of(&seen.entity.name);
            let workflow = workflows.iter().find(|found| found.nodes.contains_key(&task.row.node));
            let label = workflow.map(|found| words::node_label(texts, catalog, &found.name, &task.row.node));
            json!({
                "kind": "decision", "label": label, "at": time(done.at), "by": done.by, "by_name": name(done.by), "outcome": done.outcome,
                "reason": done.reason, "node": task.row.node, "instance": task.row.instance,
                "assignee": task.row.assignee, "assignee_name": name(Some(task.row.assignee)),
            })
        }
        TimelineItem::Started(row) => json!({
            "kind": "start", "at": time(row.started_at), "by": row.initiator, "by_name": name(Some(row.initiator)),
            "workflow": row.workflow, "instance": row.id,
            "label": words::workflow_label(texts, catalog, &row.workflow),
        }),
        TimelineItem::Ended(row) => json!({
            "kind": "end", "at": row.ended_at.map(time), "by": null, "by_name": null, "workflow": row.workflow,
            "instance": row.id, "outcome": row.outcome,
            "outcome_label": row.outcome.and_then(|outcome| words::outcome_label(texts, catalog, &row.workflow, &outcome)),
        }),
    })
}

/// `lines.<id>.quantity` is the field `lines.quantity`; `lines.<id>` is the line as a whole.
fn shows(mask: &Mask, path: &str) -> bool {
    let mut parts = path.split('.');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(table), Some(_), Some(field)) => mask.shows(&format!("{table}.{field}")),
        (Some(first), _, None) => mask.shows(first),
        _ => false,
    }
}

/// A line that came or went holds all its fields: those that are hidden are taken out.
fn masked(seen: &Seen, path: &str, value: &Json_) -> Json_ {
    match (path.split_once('.'), value) {
        (Some((table, rest)), Json_::Object(line)) if !rest.contains('.') => Json_::Object(
            line.iter()
                .filter(|(field, _)| *field == "id" || seen.mask.shows(&format!("{table}.{field}")))
                .map(|(field, value)| (field.clone(), value.clone()))
                .collect::<Map<_, _>>(),
        ),
        (None, Json_::Array(lines)) => {
            Json_::Array(lines.iter().map(|line| masked(seen, &format!("{path}.x"), line)).collect())
        }
        _ => value.clone(),
    }
}

/// Wants the titles of references that changed.
fn want(seen: &Seen, path: &str, values: [&Json_; 2], titles: &mut Titles) {
    let mut parts = path.split('.');
    let field = match (parts.next(), parts.next(), parts.next()) {
        (Some(table), Some(_), Some(field)) => seen.entity.fields.get(table).and_then(|t| t.fields.get(field)),
        (Some(field), None, None) => seen.entity.fields.get(field),
        _ => None,
    };
    if field.is_some_and(|field| field.kind.holds_files()) {
        let ids = values.into_iter().filter_map(Json_::as_array).flatten().filter_map(Json_::as_str);
        ids.filter_map(|id| Uuid::parse_str(id).ok()).for_each(|id| titles.want_file(id));
    } else if let Some(field) = field {
        for value in values.into_iter().filter_map(|json| parse(field, json).ok()) {
            titles.want_value(field, &value);
        }
    }
}

//! `…/timeline`: what happened to a record: changes, comments, decisions.

use axum::{Json, extract::State};
use chrono::NaiveDate;
use kernel::{
    change::{Beside, FieldChange},
    field::parse,
    schema::Entity,
};
use serde::Deserialize;
use serde_json::{Value as Json_, json};
use store::{TimelineCursor, TimelineFilter, TimelineItem};
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
    read::{Seen, Titles, masked, path_shows, time},
};

const PAGE: u32 = 50;

#[derive(Deserialize)]
pub(super) struct Asked {
    after: Option<String>,
    /// `changes`, `comments`, `approvals`, `files`, with commas between; all, if none.
    kind: Option<String>,
    /// What this person did.
    by: Option<Uuid>,
    /// Changes of this field alone: `amount`, `lines`, `lines.price`.
    field: Option<String>,
    /// The first day, by the firm's clock.
    from: Option<NaiveDate>,
    /// The last day.
    to: Option<NaiveDate>,
}

impl Asked {
    /// What is asked of the store; fields that the reader may not see are refused, so that paging tells nothing of them.
    fn filter(&self, app: &App, seen: &Seen) -> Result<TimelineFilter, Error> {
        let kinds: Vec<&str> = self.kind.as_deref().unwrap_or_default().split(',').filter(|k| !k.is_empty()).collect();
        if let Some(wrong) = kinds.iter().find(|kind| !["changes", "comments", "approvals", "files"].contains(kind)) {
            return Err(Error::invalid("kind", "option", format!("no kind `{wrong}`")));
        }
        let has = |kind: &str| kinds.is_empty() || kinds.contains(&kind);
        let mut fields = Vec::new();
        if let Some(field) = self.field.as_deref().filter(|field| !field.is_empty()) {
            let known = field == "state" || kernel::catalog::field_at(&seen.entity, field).is_some();
            if !known || !seen.mask.shows(field) {
                return Err(Error::invalid("field", "unknown", "expected a field that you can see"));
            }
            fields.push(field.to_owned());
        }
        let mut changes = has("changes");
        if !changes && has("files") {
            changes = true;
            fields = files(&seen.entity).into_iter().filter(|path| seen.mask.shows(path)).collect();
            if fields.is_empty() {
                changes = false;
            }
        }
        let (from, until) = super::audit::days(app, self.from, self.to);
        let narrow = self.field.as_deref().is_some_and(|field| !field.is_empty());
        Ok(TimelineFilter {
            changes,
            comments: has("comments") && !narrow,
            approvals: has("approvals") && !narrow,
            by: self.by,
            from,
            until,
            fields,
        })
    }
}

/// The fields that hold files.
fn files(entity: &Entity) -> Vec<String> {
    let own = entity.columns().filter(|field| field.kind.holds_files()).map(|field| field.name.to_string());
    let lines = entity.line_tables().flat_map(|table| {
        let holding = table.fields.values().filter(|field| field.kind.holds_files());
        holding.map(|field| format!("{}.{}", table.name, field.name))
    });
    own.chain(lines).collect()
}

/// Whether a change is of one of these fields; of all, if there are none.
fn is_wanted(fields: &[String], change: &FieldChange) -> bool {
    let mut parts = change.path.split('.');
    let (first, id, within) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let of_line = |field: &str| {
        let Some((table, wanted)) = field.split_once('.') else { return id.is_some() && field == first };
        // A line that came or went whole is news of a field that it holds.
        let whole = |value: &Json_| value.get(wanted).is_some_and(|held| !held.is_null());
        table == first && within.map_or_else(|| whole(&change.old) || whole(&change.new), |within| within == wanted)
    };
    fields.is_empty() || fields.iter().any(|field| *field == change.path || of_line(field))
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
    let filter = asked.filter(&app, &seen)?;
    let records: Vec<_> = [place.id].into_iter().chain(app.store().merged_records(place.id).await?).collect();
    let (items, next) = app.store().timeline(&records, &filter, after.as_ref(), PAGE).await?;
    let fields = &filter.fields;
    let mut titles = Titles::default();
    let items: Vec<Json_> =
        items.into_iter().filter_map(|item| shown(&seen, &scene, reader.language, fields, item, &mut titles)).collect();
    let files = titles.look_up_files(&app).await?;
    let titles = titles.look_up(&app, &scene).await?;
    Ok(Json(json!({"items": items, "titles": titles, "files": files, "next": next.as_ref().map(cursor_to_text)})))
}

/// An item as this reader gets it; none if nothing of it is for them.
fn shown(
    seen: &Seen,
    scene: &Scene,
    language: &str,
    fields: &[String],
    item: TimelineItem,
    titles: &mut Titles,
) -> Option<Json_> {
    let name = |id: Option<Uuid>| id.and_then(|id| scene.org.people.get(&id)).map(|person| person.name.clone());
    let (catalog, texts) = (&scene.catalog, Texts::new(&scene.catalog, language));
    Some(match item {
        TimelineItem::Change { at, by, mut entry } => {
            for change in &mut entry.changes {
                change.path = seen.entity.path_now(&change.path).into_owned();
            }
            let had_changes = !entry.changes.is_empty();
            let changes: Vec<Json_> = entry
                .changes
                .iter()
                .filter(|change| path_shows(&seen.mask, &change.path) && is_wanted(fields, change))
                .map(|change| {
                    want(seen, &change.path, [&change.old, &change.new], titles);
                    let (old, new) =
                        (masked(&seen.mask, &change.path, &change.old), masked(&seen.mask, &change.path, &change.new));
                    json!({"path": change.path, "old": old, "new": new})
                })
                .collect();
            let is_transition =
                !matches!(entry.action.as_str(), "created" | "updated" | "deleted" | "restored" | "erased" | "purged");
            if changes.is_empty() && had_changes && (entry.action == "updated" || !fields.is_empty()) {
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
            // What nobody has decided, the engine did because it was due.
            let automatic = done.by.is_none() && matches!(done.outcome.as_str(), "approved" | "rejected" | "returned");
            let within =
                workflow.filter(|_| automatic).and_then(|found| found.nodes.get(&task.row.node)?.kind.within());
            let Beside { attachments, signature, channel } = done.beside;
            attachments.iter().chain(&signature).for_each(|file| titles.want_file(*file));
            json!({
                "automatic": automatic, "within": within, "due_at": task.row.due_at.map(time),
                "kind": "decision", "label": label, "at": time(done.at), "by": done.by, "by_name": name(done.by), "outcome": done.outcome,
                "reason": done.reason, "node": task.row.node, "instance": task.row.instance,
                "assignee": task.row.assignee, "assignee_name": name(Some(task.row.assignee)),
                "attachments": attachments, "signature": signature, "channel": channel,
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

/// Wants the titles of references that changed.
pub(super) fn want(seen: &Seen, path: &str, values: [&Json_; 2], titles: &mut Titles) {
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

//! From events to what the store writes: the instance's row, its events, tasks opened and closed, notices.

use serde_json::json;
use uuid::Uuid;

use super::{CloseCause, Event, Instance, Status, What};
use crate::{
    Name,
    change::{Change, CloseTask, InstanceRow, Notice, TaskRow},
    context::Ids,
};

/// The changes that the events ask for; `before` is the instance before them.
pub(super) fn changes(before: &Instance, after: &Instance, events: &[Event], ids: &mut Ids) -> Vec<Change> {
    let Some(first) = events.first() else { return Vec::new() };
    let json_events = events.iter().filter_map(|e| serde_json::to_value(e).ok()).collect();
    let mut changes = vec![
        Change::Instance(Box::new(row(before, after))),
        Change::Events { instance: after.id, first: first.seq, events: json_events },
    ];
    // A task that opens and closes within one command was never anybody's.
    let fleeting: Vec<Uuid> = opened(events).filter(|task| !after.tasks.contains_key(task)).collect();
    for event in events {
        changes.extend(tasks(after, event, &fleeting));
        changes.extend(notices(after, event, &fleeting, ids));
    }
    changes
}

fn opened(events: &[Event]) -> impl Iterator<Item = Uuid> {
    events.iter().filter_map(|event| match &event.what {
        What::TaskOpened { task, .. } => Some(*task),
        What::TaskHandedOver { new_task, .. } => Some(*new_task),
        _ => None,
    })
}

fn row(before: &Instance, after: &Instance) -> InstanceRow {
    InstanceRow {
        id: after.id,
        base_seq: (before.status != Status::New).then_some(before.seq),
        seq: after.seq,
        workflow: after.workflow.clone(),
        catalog_version: after.catalog_version,
        entity: after.entity.clone(),
        record: after.record,
        initiator: after.initiator.id,
        status: after.status.as_str().to_owned(),
        outcome: after.outcome.clone(),
        state: serde_json::to_value(after).unwrap_or_default(),
        started_at: after.started_at,
        ended_at: after.ended_at,
    }
}

fn tasks(instance: &Instance, event: &Event, fleeting: &[Uuid]) -> Vec<Change> {
    let open = |task: Uuid, node: &Name, assignee: Uuid| {
        Change::OpenTask(TaskRow {
            id: task,
            instance: instance.id,
            node: node.clone(),
            assignee,
            entity: instance.entity.clone(),
            record: instance.record,
            initiator: instance.initiator.id,
            created_at: event.at,
        })
    };
    let close = |task: Uuid, outcome: &str, by: Option<Uuid>, reason: Option<&String>| {
        let reason = reason.cloned();
        Change::CloseTask(CloseTask { id: task, outcome: outcome.to_owned(), by, reason })
    };
    let by = event.by.as_ref().map(|p| p.id);
    let mut changes = match &event.what {
        What::TaskOpened { at, task, assignee, .. } => vec![open(*task, &at.node, assignee.id)],
        What::TaskDecided { task, verdict, reason, .. } => vec![close(*task, verdict.as_str(), by, reason.as_ref())],
        What::TaskHandedOver { at, task, new_task, to, reason, .. } => {
            vec![close(*task, "transferred", by, reason.as_ref()), open(*new_task, &at.node, to.id)]
        }
        What::TaskClosed { task, cause, .. } => {
            let outcome = if *cause == CloseCause::Withdrawn { "withdrawn" } else { "closed" };
            vec![close(*task, outcome, None, None)]
        }
        _ => Vec::new(),
    };
    changes.retain(|change| match change {
        Change::OpenTask(task) => !fleeting.contains(&task.id),
        Change::CloseTask(task) => !fleeting.contains(&task.id),
        _ => true,
    });
    changes
}

fn notices(instance: &Instance, event: &Event, fleeting: &[Uuid], ids: &mut Ids) -> Vec<Change> {
    let actor = event.by.as_ref().map(|p| p.id);
    let by_name = event.by.as_ref().map(|p| p.name.clone());
    let mut body = json!({
        "workflow": instance.workflow, "instance": instance.id,
        "initiator": instance.initiator.id, "initiator_name": instance.initiator.name,
    });
    let mut put = |key: &str, value: serde_json::Value| {
        if let Some(map) = body.as_object_mut() {
            map.insert(key.to_owned(), value);
        }
    };
    if let (Some(by), Some(name)) = (actor, by_name) {
        put("by", json!(by));
        put("by_name", json!(name));
    }
    let (kind, to): (&str, Vec<Uuid>) = match &event.what {
        What::TaskOpened { at, task, assignee, .. } if !fleeting.contains(task) => {
            put("node", json!(at.node));
            put("label", json!(at.label));
            put("task", json!(task));
            put("message", json!(format!("{} waits for your decision", at.label)));
            ("task", vec![assignee.id])
        }
        What::TaskHandedOver { at, new_task, to, reason, .. } if !fleeting.contains(new_task) => {
            put("node", json!(at.node));
            put("label", json!(at.label));
            put("task", json!(new_task));
            put("reason", json!(reason));
            put("message", json!(format!("{} was handed over to you", at.label)));
            ("task", vec![to.id])
        }
        What::Returned { at, reason } => {
            put("node", json!(at.node));
            put("label", json!(at.label));
            put("reason", json!(reason));
            put("message", json!(format!("{} gave it back to you", at.label)));
            ("returned", vec![instance.initiator.id])
        }
        What::Ended { outcome, .. } => {
            put("outcome", json!(outcome));
            put("message", json!(format!("It ended: {outcome}")));
            ("decided", vec![instance.initiator.id])
        }
        What::Notified { at, people, message } => {
            put("node", json!(at.node));
            put("label", json!(at.label));
            put("message", json!(message));
            ("notify", people.iter().map(|p| p.id).collect())
        }
        _ => return Vec::new(),
    };
    // Nobody is told what they did themselves; but whoever submits and is also asked, is asked.
    let told = to.into_iter().filter(|id| kind == "task" || kind == "notify" || Some(*id) != actor);
    told.map(|user| {
        Change::Notify(Notice {
            id: ids.next(),
            user,
            kind: kind.to_owned(),
            entity: Some(instance.entity.clone()),
            record: Some(instance.record),
            body: body.clone(),
        })
    })
    .collect()
}

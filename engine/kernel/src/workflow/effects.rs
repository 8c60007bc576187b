//! From events to what the store writes: the instance's row, its events, tasks opened and closed, notices.

use std::collections::BTreeSet;

use serde_json::json;
use uuid::Uuid;

use super::{CloseCause, Env, Event, Instance, Named, Pool, Status, Via, What, agenda, people};
use crate::{
    Name,
    change::{
        Beside, Change, CloseTask, Comment, CopyRow, FilesChange, HeldFile, InstanceRow, Notice, TaskKind, TaskRow,
    },
    context::Ids,
    context::Org,
    definition::DueAct,
    expression::Library,
};

/// The changes that the events ask for; `before` is the instance before them.
pub(super) fn changes(
    before: &Instance,
    after: &Instance,
    events: &[Event],
    env: &Env<'_>,
    ids: &mut Ids,
) -> Vec<Change> {
    let org = env.ctx.org;
    let (Some(first), Some(last)) = (events.first(), events.last()) else { return Vec::new() };
    let json_events = events.iter().filter_map(|e| serde_json::to_value(e).ok()).collect();
    let mut changes = vec![
        Change::Instance(Box::new(row(before, after))),
        Change::Events { instance: after.id, first: first.seq, events: json_events },
    ];
    // A task that opens and closes within one command was never anybody's.
    let fleeting: Vec<Uuid> =
        opened(events).filter(|task| !after.tasks.contains_key(task) && !after.consults.contains_key(task)).collect();
    for event in events {
        changes.extend(tasks(after, event, events, &fleeting));
        changes.extend(notices(after, event, &fleeting, org, ids));
        changes.extend(incident(after, event, env, ids));
        changes.extend(beside(after, event, ids));
    }
    for change in &mut changes {
        if let Change::CloseTask(close) = change {
            close.worked = worked(before, close.id, env);
        }
    }
    // A task that is just opened is written with its deadline.
    changes.retain(|change| !matches!(change, Change::TaskDue { id, .. } if !before.tasks.contains_key(id)));
    changes.extend(agenda::changes(before, after, last.at));
    changes
}

/// For how many working minutes somebody had a task that is closed now.
fn worked(before: &Instance, task: Uuid, env: &Env<'_>) -> Option<i64> {
    let consult = || before.consults.get(&task).map(|asked| asked.opened_at);
    let since = before.tasks.get(&task).map(|task| task.opened_at).or_else(consult)?;
    Library::calendar(env.catalog, None)?.work_minutes_between(since, env.ctx.now)
}

/// Administrators are told of what cannot go on by itself.
fn incident(instance: &Instance, event: &Event, env: &Env<'_>, ids: &mut Ids) -> Vec<Change> {
    let What::IncidentRaised { at, .. } = &event.what else { return Vec::new() };
    let roles = env.catalog.roles.iter().filter(|(_, role)| role.definition.admin).map(|(name, _)| name);
    let people: BTreeSet<Uuid> = roles.flat_map(|role| env.ctx.org.with_role(role)).collect();
    let body = json!({
        "kind": "workflow", "workflow": instance.workflow, "instance": instance.id, "node": at.node, "label": at.label,
        "message": format!("{} could not go on", at.label),
    });
    let told = people.into_iter().map(|user| {
        let (kind, body) = ("incident".to_owned(), body.clone());
        Change::Notify(Notice { id: ids.next(), user, kind, entity: None, record: None, body })
    });
    told.collect()
}

fn opened(events: &[Event]) -> impl Iterator<Item = Uuid> {
    events.iter().filter_map(|event| match &event.what {
        What::TaskOpened { task, .. } => Some(*task),
        What::TaskHandedOver { new_task, .. } => Some(*new_task),
        What::Consulted { task, .. } => Some(*task),
        _ => None,
    })
}

/// Comments, copies and files that come with what people do.
fn beside(instance: &Instance, event: &Event, ids: &mut Ids) -> Vec<Change> {
    match &event.what {
        What::Commented { text } => vec![Change::Comment(Comment {
            id: ids.next(),
            entity: instance.entity.clone(),
            record: instance.record,
            text: text.clone(),
            mentions: Vec::new(),
        })],
        What::Copied { people, .. } => people
            .iter()
            .map(|person| {
                Change::Copy(CopyRow {
                    instance: instance.id,
                    user: person.id,
                    entity: instance.entity.clone(),
                    record: instance.record,
                    by: event.by.as_ref().map(|by| by.id),
                    at: event.at,
                })
            })
            .collect(),
        What::TaskDecided { task, attachments, signature, .. } | What::Attached { task, attachments, signature }
            if !attachments.is_empty() || signature.is_some() =>
        {
            let field = format!("{DECISION_FILES}{task}");
            let files = attachments.iter().chain(signature);
            vec![Change::Files(FilesChange {
                entity: instance.entity.clone(),
                record: instance.record,
                hold: files.map(|file| HeldFile { file: *file, field: field.clone() }).collect(),
                release: Vec::new(),
            })]
        }
        _ => Vec::new(),
    }
}

/// How the places of files begin that came with a decision; the task's id follows. Whoever sees the record sees them.
pub const DECISION_FILES: &str = "decision.";

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
        suspended: after.suspended.is_some(),
        incidents: i64::try_from(after.incidents().count()).unwrap_or(i64::MAX),
        state: serde_json::to_value(after).unwrap_or_default(),
        started_at: after.started_at,
        ended_at: after.ended_at,
    }
}

/// What came with an act on a task.
fn came_with(events: &[Event], id: Uuid) -> Beside {
    let of = |event: &Event| match &event.what {
        What::TaskDecided { task, attachments, signature, .. } | What::Attached { task, attachments, signature }
            if *task == id =>
        {
            Some(Beside { attachments: attachments.clone(), signature: *signature, channel: event.channel })
        }
        _ => None,
    };
    events.iter().find_map(of).unwrap_or_default()
}

fn tasks(instance: &Instance, event: &Event, events: &[Event], fleeting: &[Uuid]) -> Vec<Change> {
    let open = |task: Uuid, node: &Name, assignee: Uuid, pool: Option<&Pool>, kind: TaskKind| {
        Change::OpenTask(TaskRow {
            kind,
            pool: pool.map(Pool::key),
            id: task,
            instance: instance.id,
            node: node.clone(),
            assignee,
            entity: instance.entity.clone(),
            record: instance.record,
            initiator: instance.initiator.id,
            created_at: event.at,
            due_at: instance.tasks.get(&task).and_then(|task| task.due.as_ref()).and_then(|due| due.at),
        })
    };
    let close = |task: Uuid, outcome: &str, by: Option<Uuid>, reason: Option<&String>| {
        let reason = reason.cloned();
        let beside = came_with(events, task);
        Change::CloseTask(CloseTask { id: task, outcome: outcome.to_owned(), by, reason, worked: None, beside })
    };
    let by = event.by.as_ref().map(|p| p.id);
    let mut changes = match &event.what {
        What::TaskOpened { at, task, assignee, pool, .. } => {
            vec![open(*task, &at.node, assignee.id, pool.as_ref(), TaskKind::Decide)]
        }
        What::Migrated(migrated) => {
            let moved = |node: &Name| migrated.nodes.iter().any(|(from, to)| to.as_ref() == Some(node) && from != node);
            let tasks = instance.tasks.iter().map(|(id, task)| (id, &task.node));
            let asked = instance.consults.iter().map(|(id, asked)| (id, &asked.node));
            let changed = tasks.chain(asked).filter(|(_, node)| moved(node));
            changed.map(|(id, node)| Change::MoveTask { id: *id, node: node.clone() }).collect()
        }
        What::Consulted { at, task, who, .. } => vec![open(*task, &at.node, who.id, None, TaskKind::Consult)],
        What::Answered { task, text, .. } => vec![close(*task, "answered", by, Some(text))],
        What::TaskClaimed { task, who, .. } => vec![Change::AssignTask { id: *task, assignee: who.id, pool: None }],
        What::TaskReleased { task, .. } => {
            let pool = instance.tasks.get(task).and_then(|task| task.pool.as_ref());
            vec![Change::AssignTask { id: *task, assignee: Uuid::nil(), pool: pool.map(Pool::key) }]
        }
        What::TaskDecided { task, verdict, outcome, reason, .. } => {
            let how = outcome.as_ref().map_or(verdict.as_str(), |outcome| outcome.as_str());
            vec![close(*task, how, by, reason.as_ref())]
        }
        What::TaskHandedOver { at, task, new_task, to, via, reason, .. } => {
            let how = match via {
                Via::Delegated { .. } => "delegated",
                Via::Advised { .. } => "advised",
                Via::TakenBack => "taken_back",
                _ => "transferred",
            };
            vec![close(*task, how, by, reason.as_ref()), open(*new_task, &at.node, to.id, None, TaskKind::Decide)]
        }
        What::DueSet { task, due_at, .. } => vec![Change::TaskDue { id: *task, due_at: *due_at }],
        What::Overdue { task, act: DueAct::Approve, .. } => vec![close(*task, "approved", None, None)],
        What::Overdue { task, act: DueAct::Reject, .. } => vec![close(*task, "rejected", None, None)],
        What::Overdue { task, act: DueAct::Return, .. } => vec![close(*task, "returned", None, None)],
        What::WaitEnded { message: Some(id), .. } => vec![Change::TakeMessage { id: *id }],
        What::TaskClosed { task, cause, .. } => {
            let outcome = match cause {
                CloseCause::Withdrawn => "withdrawn",
                CloseCause::Waiting => "waiting",
                CloseCause::Removed => "removed",
                _ => "closed",
            };
            // Whoever adds people before themselves, or takes somebody away, did that; the rest just closed.
            let by = by.filter(|_| matches!(cause, CloseCause::Waiting | CloseCause::Removed));
            vec![close(*task, outcome, by, None)]
        }
        _ => Vec::new(),
    };
    changes.retain(|change| match change {
        Change::OpenTask(task) => !fleeting.contains(&task.id),
        Change::CloseTask(task) => !fleeting.contains(&task.id),
        Change::TaskDue { id, .. } => instance.tasks.contains_key(id),
        Change::AssignTask { id, .. } => !fleeting.contains(id) && instance.tasks.contains_key(id),
        _ => true,
    });
    changes
}

/// Whoever can act on a task: the one who has it, or everybody of its pool.
fn asked(org: &Org, assignee: &Named, pool: Option<&Pool>) -> Vec<Uuid> {
    pool.map_or_else(|| vec![assignee.id], |pool| people::members(org, pool))
}

#[expect(clippy::too_many_lines, reason = "a notice each for what people are told of")]
fn notices(instance: &Instance, event: &Event, fleeting: &[Uuid], org: &Org, ids: &mut Ids) -> Vec<Change> {
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
        What::TaskOpened { at, task, assignee, pool, .. } if !fleeting.contains(task) => {
            put("node", json!(at.node));
            put("label", json!(at.label));
            put("task", json!(task));
            put("message", json!(format!("{} waits for your decision", at.label)));
            ("task", asked(org, assignee, pool.as_ref()))
        }
        What::Consulted { at, task, who, question } => {
            put("node", json!(at.node));
            put("label", json!(at.label));
            put("task", json!(task));
            put("reason", json!(question));
            put("message", json!(format!("Your opinion is asked for: {}", at.label)));
            ("consult", vec![who.id])
        }
        What::Answered { at, task, text, to } => {
            put("node", json!(at.node));
            put("label", json!(at.label));
            put("task", json!(task));
            put("reason", json!(text));
            put("message", json!(format!("An opinion on {}", at.label)));
            ("answer", vec![to.id])
        }
        What::Copied { at, people, message } => {
            put("node", json!(at.node));
            put("label", json!(at.label));
            put("reason", json!(message));
            put("message", json!(format!("A copy of {} for you", at.label)));
            ("cc", people.iter().map(|p| p.id).collect())
        }
        What::Urged => {
            put("message", json!("You are asked to hurry"));
            let all = instance.tasks.values().flat_map(|task| asked(org, &task.assignee, task.pool.as_ref()));
            let mut people: Vec<Uuid> = all.collect();
            people.sort_unstable();
            people.dedup();
            ("urge", people)
        }
        What::TaskHandedOver { at, new_task, to, reason, .. } if !fleeting.contains(new_task) => {
            put("node", json!(at.node));
            put("label", json!(at.label));
            put("task", json!(new_task));
            put("reason", json!(reason));
            put("message", json!(format!("{} was handed over to you", at.label)));
            ("task", vec![to.id])
        }
        What::Reminded { at, task, due_at, .. } => {
            let late = *due_at <= event.at;
            put("node", json!(at.node));
            put("label", json!(at.label));
            put("task", json!(task));
            put("due_at", json!(due_at));
            put("overdue", json!(late));
            let told = if late { "is overdue" } else { "is due soon" };
            put("message", json!(format!("{} {told}", at.label)));
            let open = instance.tasks.get(task);
            ("reminder", open.map(|open| asked(org, &open.assignee, open.pool.as_ref())).unwrap_or_default())
        }
        What::Overdue { at, task, assignee, act, due_at, people, .. } => {
            put("node", json!(at.node));
            put("label", json!(at.label));
            put("task", json!(task));
            put("due_at", json!(due_at));
            put("act", json!(act));
            put("assignee", json!(assignee.id));
            put("assignee_name", json!(assignee.name));
            put("message", json!(format!("Nobody decided {} in time", at.label)));
            ("overdue", people.iter().map(|p| p.id).collect())
        }
        What::Returned { at, reason, fields, .. } => {
            put("node", json!(at.node));
            put("label", json!(at.label));
            put("reason", json!(reason));
            put("fields", json!(fields));
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

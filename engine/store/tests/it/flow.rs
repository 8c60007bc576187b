//! Instances, tasks, comments, notices and the timeline.

use kernel::change::{
    Beside, Change, CloseTask, Comment, FieldChange, HistoryEntry, InstanceRow, Notice, TaskKind, TaskRow,
};
use serde_json::json;
use store::{Before, CommitError, RunningWorkflow, TimelineFilter, TimelineItem};
use uuid::Uuid;

use crate::support::*;

pub(crate) const ANNA: Uuid = Uuid::from_u128(101);
pub(crate) const BEN: Uuid = Uuid::from_u128(102);

pub(crate) fn instance(record: Uuid) -> InstanceRow {
    InstanceRow {
        id: id(),
        base_seq: None,
        seq: 2,
        workflow: name("approval"),
        catalog_version: 3,
        entity: name("request"),
        record,
        initiator: ANNA,
        status: "running".to_owned(),
        outcome: None,
        suspended: false,
        incidents: 0,
        state: json!({"tokens": [1]}),
        started_at: now(),
        ended_at: None,
    }
}

pub(crate) fn task(instance: &InstanceRow, assignee: Uuid) -> TaskRow {
    TaskRow {
        id: id(),
        instance: instance.id,
        node: name("manager"),
        assignee,
        entity: instance.entity.clone(),
        record: instance.record,
        initiator: instance.initiator,
        created_at: now(),
        kind: TaskKind::Decide,
        pool: None,
        due_at: None,
    }
}

pub(crate) fn close(task: &TaskRow, by: Uuid) -> Change {
    let (outcome, reason) = ("approved".to_owned(), Some("fine".to_owned()));
    Change::CloseTask(CloseTask {
        id: task.id,
        outcome,
        by: Some(by),
        reason,
        worked: Some(30),
        beside: Beside::default(),
    })
}

on_both!(tasks_open_and_close_with_their_instance, |db| {
    let request = id();
    let started = instance(request);
    let (anna, ben, skipped) = (task(&started, ANNA), task(&started, BEN), task(&started, ANNA));
    let events = Change::Events { instance: started.id, first: 1, events: vec![json!({"a": 1}), json!({"b": 2})] };
    let skip = CloseTask {
        id: skipped.id,
        outcome: "skipped".to_owned(),
        by: None,
        reason: None,
        worked: None,
        beside: Beside::default(),
    };
    db.commit(vec![
        Change::Instance(Box::new(started.clone())),
        events,
        Change::OpenTask(anna.clone()),
        Change::OpenTask(ben.clone()),
        Change::OpenTask(skipped.clone()),
        Change::CloseTask(skip),
    ])
    .await;
    assert_eq!(db.store.open_tasks(ANNA, &[], None, 10).await.unwrap(), std::slice::from_ref(&anna));
    assert_eq!(db.store.count_open_tasks(BEN, &[]).await.unwrap(), 1);
    let running = RunningWorkflow { version: 3, workflow: started.workflow.clone(), instances: 1 };
    assert_eq!(db.store.running_workflows().await.unwrap(), [running]);
    assert_eq!(db.store.open_task_assignees().await.unwrap(), [ANNA, BEN]);
    let found = db.store.instance(started.id).await.unwrap().unwrap();
    assert_eq!(found, InstanceRow { base_seq: Some(2), ..started.clone() });
    let waiting = db.store.open_tasks_of_instances(&[started.id, id()]).await.unwrap();
    assert_eq!(waiting, [anna.clone(), ben.clone()]);
    assert!(db.store.open_tasks_of_instances(&[]).await.unwrap().is_empty());

    let ended = InstanceRow {
        base_seq: Some(2),
        seq: 3,
        status: "ended".to_owned(),
        outcome: Some(name("approved")),
        state: json!({}),
        ended_at: Some(at("2026-11-22T00:00:00Z")),
        ..started.clone()
    };
    db.commit(vec![
        close(&anna, ANNA),
        Change::Instance(Box::new(ended.clone())),
        Change::Events { instance: started.id, first: 3, events: vec![json!({"c": 3})] },
    ])
    .await;
    assert!(db.store.open_tasks(ANNA, &[], None, 10).await.unwrap().is_empty());
    let done = db.store.task(anna.id).await.unwrap().unwrap().done.unwrap();
    assert_eq!(
        (done.outcome.as_str(), done.by, done.reason.as_deref(), done.at),
        ("approved", Some(ANNA), Some("fine"), now())
    );
    assert!(db.store.task(ben.id).await.unwrap().unwrap().done.is_none());
    assert!(db.store.task(id()).await.unwrap().is_none());
    let of_instance = db.store.tasks_of_instance(started.id).await.unwrap();
    assert_eq!(of_instance.iter().map(|t| t.row.id).collect::<Vec<_>>(), [anna.id, ben.id, skipped.id]);
    assert_eq!(of_instance, db.store.tasks_of_record(request).await.unwrap());
    let events = db.store.events(started.id).await.unwrap();
    assert_eq!(events.iter().map(|e| e.seq).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(db.store.instances_of_record(request).await.unwrap()[0].outcome, Some(name("approved")));
    assert_eq!(db.store.running_workflows().await.unwrap(), []);
    assert_eq!(db.store.open_task_assignees().await.unwrap(), [BEN]);

    let error = db.store.commit(&db.entities, commit(vec![close(&anna, BEN)])).await.unwrap_err();
    assert!(
        matches!(&error, CommitError::TaskDone { by: Some(ANNA), outcome, .. } if outcome == "approved"),
        "{error:?}"
    );
    let error = db.store.commit(&db.entities, commit(vec![Change::Instance(Box::new(ended))])).await.unwrap_err();
    assert!(matches!(error, CommitError::StaleInstance { id } if id == started.id), "{error:?}");
    let unknown = db.store.commit(&db.entities, commit(vec![close(&task(&started, BEN), BEN)])).await;
    assert!(matches!(unknown, Err(CommitError::Missing { ref kind, .. }) if kind == "task"), "{unknown:?}");
});

on_both!(lists_in_the_order_of_time_continue_where_they_stopped, |db| {
    let mut changes = Vec::new();
    for hour in 0..7 {
        let mut row = instance(id());
        row.started_at = at(&format!("2026-11-21T0{}:00:00Z", hour / 2));
        let mut open = task(&row, BEN);
        open.created_at = row.started_at;
        changes.extend([Change::Instance(Box::new(row)), Change::OpenTask(open)]);
    }
    db.commit(changes).await;
    let all = db.store.open_tasks(BEN, &[], None, 100).await.unwrap();
    let mut paged = Vec::new();
    let mut before = None;
    loop {
        let page = db.store.open_tasks(BEN, &[], before, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(Before { at: last.created_at, id: last.id });
        paged.extend(page);
    }
    assert_eq!(paged, all);
    assert!(all.is_sorted_by_key(|t| std::cmp::Reverse((t.created_at, t.id))));
    let started = db.store.instances_started_by(ANNA, None, 3).await.unwrap();
    let last = started.last().unwrap();
    let rest =
        db.store.instances_started_by(ANNA, Some(Before { at: last.started_at, id: last.id }), 100).await.unwrap();
    assert_eq!((started.len(), rest.len()), (3, 4));
});

on_both!(notices_are_listed_counted_and_read, |db| {
    let notice = |user| {
        let (kind, entity, record) = ("mention".to_owned(), Some(name("request")), Some(Uuid::from_u128(5)));
        Notice { id: id(), user, kind, entity, record, body: json!({"message": "m"}) }
    };
    let notices: Vec<Notice> = (0..4).map(|_| notice(ANNA)).collect();
    db.commit(notices.iter().chain([&notice(BEN)]).cloned().map(Change::Notify).collect()).await;
    assert_eq!(db.store.count_unread_notices(ANNA).await.unwrap(), 4);
    let first = db.store.notices(ANNA, None, 2).await.unwrap();
    assert_eq!(first[0].notice, notices[3]);
    let before = Before { at: first[1].at, id: first[1].notice.id };
    let rest = db.store.notices(ANNA, Some(before), 10).await.unwrap();
    assert_eq!(rest.iter().map(|n| n.notice.id).collect::<Vec<_>>(), [notices[1].id, notices[0].id]);
    // Nobody marks the notices of others.
    assert_eq!(db.store.read_notices(BEN, Some(&[notices[0].id]), now()).await.unwrap(), 0);
    assert_eq!(db.store.read_notices(ANNA, Some(&[notices[0].id, notices[1].id]), now()).await.unwrap(), 2);
    assert_eq!(db.store.count_unread_notices(ANNA).await.unwrap(), 2);
    assert_eq!(db.store.read_notices(ANNA, None, now()).await.unwrap(), 2);
    assert_eq!(db.store.notices(ANNA, None, 1).await.unwrap()[0].read_at, Some(now()));
});

on_both!(the_timeline_tells_everything_once_in_order, |db| {
    let request = id();
    let comment = |text: &str| {
        Change::Comment(Comment {
            id: id(),
            entity: name("request"),
            record: request,
            text: text.to_owned(),
            mentions: vec![BEN],
        })
    };
    let history = |version: i64| {
        Change::History(HistoryEntry {
            entity: name("request"),
            record: request,
            version,
            action: "updated".to_owned(),
            source: "app".to_owned(),
            reason: Some("asked by phone".to_owned()),
            changes: vec![FieldChange { path: "amount".to_owned(), old: json!("1"), new: json!("2") }],
        })
    };
    let mut started = instance(request);
    let opened = task(&started, BEN);
    let start = vec![Change::Instance(Box::new(started.clone())), Change::OpenTask(opened.clone()), history(1)];
    db.commit(start).await;
    // Several things at the same instant, and then at others.
    db.commit(vec![comment("one"), comment("two"), history(2), history(3)]).await;
    started = InstanceRow { base_seq: Some(2), seq: 3, ended_at: Some(now()), status: "ended".to_owned(), ..started };
    db.commit(vec![close(&opened, BEN), Change::Instance(Box::new(started)), history(4)]).await;
    let mut late = commit(vec![comment("late"), history(5)]);
    late.at = at("2026-12-01T00:00:00Z");
    db.store.commit(&db.entities, late).await.unwrap();

    let (all, next) = db.store.timeline(&[request], &TimelineFilter::default(), None, 100).await.unwrap();
    assert_eq!((all.len(), next), (11, None));
    assert!(matches!(&all[0], TimelineItem::Comment(c) if c.comment.text == "late"));
    assert!(matches!(all.last(), Some(TimelineItem::Started(_))));
    for size in [1, 2, 3, 10, 11] {
        let mut paged = Vec::new();
        let mut after = None;
        loop {
            let (page, next) =
                db.store.timeline(&[request], &TimelineFilter::default(), after.as_ref(), size).await.unwrap();
            paged.extend(page);
            after = next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(paged, all, "pages of {size}");
    }
    let comments = db.store.comments(request).await.unwrap();
    assert_eq!(comments.iter().map(|c| c.comment.text.as_str()).collect::<Vec<_>>(), ["one", "two", "late"]);
    assert_eq!((comments[0].comment.mentions.as_slice(), comments[0].by), (&[BEN][..], Some(Uuid::from_u128(7))));
    let since = db.store.history_since(request, 3).await.unwrap();
    assert_eq!(since.iter().map(|e| e.version).collect::<Vec<_>>(), [4, 5]);
});

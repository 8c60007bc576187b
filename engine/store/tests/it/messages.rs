//! Messages that workflows wait for, and deadlines of open tasks.

use chrono::TimeDelta;
use kernel::change::{Change, MessageRow, MessageWait, TaskRow};
use store::{CommitError, DueCursor};
use uuid::Uuid;

use crate::{
    flow::{ANNA, instance, task},
    support::*,
};

fn message(key: &str, minutes: i64) -> MessageRow {
    let sent_at = now() + TimeDelta::minutes(minutes);
    let values = [("minutes".to_owned(), serde_json::json!(minutes))].into_iter().filter(|_| minutes > 0).collect();
    MessageRow { id: id(), name: name("paid"), key: key.to_owned(), values, sent_by: None, sent_at }
}

fn wait(token: u32, key: &str) -> MessageWait {
    MessageWait { instance: Uuid::from_u128(u128::from(token)), token, name: name("paid"), key: key.to_owned() }
}

on_both!(a_message_is_kept_for_whoever_waits_for_it_and_taken_once, |db| {
    let (first, second) = (message("A-1", 0), message("A-1", 5));
    db.commit(vec![Change::Message(second.clone()), Change::Message(first.clone()), Change::Message(message("B", 0))])
        .await;
    assert_eq!(db.store.waiting_message(&name("paid"), "A-1").await.unwrap(), None, "nobody waits");
    db.commit(vec![Change::MessageWait(wait(1, "A-1")), Change::MessageWait(wait(2, "C"))]).await;
    let found = db.store.waiting_message(&name("paid"), "A-1").await.unwrap();
    assert_eq!(found, Some((first.clone(), wait(1, "A-1"))), "the one that came first");
    let take = |id| vec![Change::TakeMessage { id }, Change::EndMessageWait(wait(1, "A-1"))];
    db.commit(take(first.id)).await;
    assert_eq!(db.store.count_messages().await.unwrap(), 2);
    let again = db.store.commit(&db.entities, commit(take(first.id))).await;
    assert!(matches!(again, Err(CommitError::StaleInstance { id }) if id == first.id), "it is taken: {again:?}");
    assert_eq!(db.store.waiting_message(&name("paid"), "A-1").await.unwrap(), None);
    assert_eq!(db.store.waiting_message(&name("sent"), "C").await.unwrap(), None, "another name");
});

on_both!(open_tasks_come_by_when_they_are_due_and_then_the_newest, |db| {
    let started = instance(id());
    let minutes = |count: i64| now() + TimeDelta::minutes(count);
    let open = |due: Option<i64>, opened: i64| {
        let (due_at, created_at) = (due.map(minutes), minutes(opened));
        TaskRow { due_at, created_at, ..task(&started, ANNA) }
    };
    let (later, sooner, old, new) = (open(Some(60), 0), open(Some(30), 1), open(None, 2), open(None, 3));
    let pooled = TaskRow { assignee: Uuid::nil(), pool: Some("role:lead".into()), ..open(Some(45), 0) };
    let tasks = [&later, &sooner, &old, &new, &pooled].map(|task| Change::OpenTask(task.clone()));
    db.commit(std::iter::once(Change::Instance(Box::new(started.clone()))).chain(tasks).collect()).await;
    let pools = ["role:lead".to_owned()];
    let (mut walked, mut after) = (Vec::new(), None);
    loop {
        let page = db.store.open_tasks_by_due(ANNA, &pools, after, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(DueCursor { due_at: last.due_at, at: last.created_at, id: last.id });
        walked.extend(page.into_iter().map(|task| task.id));
    }
    assert_eq!(walked, [sooner.id, pooled.id, later.id, new.id, old.id]);
    db.commit(vec![Change::TaskDue { id: old.id, due_at: Some(minutes(5)) }]).await;
    let first = db.store.open_tasks_by_due(ANNA, &pools, None, 1).await.unwrap();
    assert_eq!(first.iter().map(|task| task.id).collect::<Vec<_>>(), [old.id]);
});

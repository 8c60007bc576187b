//! Jobs: written with the commit that causes them, taken by one, finished once, tried again, laid to rest.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use kernel::{
    Value,
    change::{Change, JobHeld},
};
use serde_json::{Value as Json, json};
use store::{AuditRow, CommitError, JobRow, Options, Store, Taking};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::*;

fn due(key: &str, kind: &str, at: DateTime<Utc>) -> Change {
    let payload = json!({"key": key});
    Change::ScheduleJob { key: key.to_owned(), kind: kind.to_owned(), due_at: at, payload }
}

fn cancel(key_prefix: &str) -> Change {
    Change::CancelJobs { key_prefix: key_prefix.to_owned() }
}

fn taking(kind: &str, limit: u32) -> Taking<'_> {
    Taking { kind, owner: Uuid::from_u128(7), now: now(), until: now() + TimeDelta::minutes(1), limit }
}

async fn take(store: &Store, kind: &str) -> Vec<JobRow> {
    store.take_jobs(taking(kind, 100)).await.unwrap()
}

fn keys(jobs: &[JobRow]) -> Vec<&str> {
    jobs.iter().map(|job| job.key.as_str()).collect()
}

fn note(kind: &str) -> AuditRow {
    AuditRow { id: id(), at: now(), user: None, kind: kind.to_owned(), detail: Json::Null }
}

on_both!(due_jobs_are_taken_in_order_by_kind_and_up_to_a_number, |db| {
    let (now, minute) = (now(), TimeDelta::minutes(1));
    db.commit(vec![
        due("c", "mail", now),
        due("a", "mail", now - minute),
        due("b", "mail", now - minute * 2),
        due("later", "mail", now + minute),
        due("other", "timer", now),
    ])
    .await;
    let first = db.store.next_jobs(&["mail", "timer", "none"]).await.unwrap();
    assert_eq!(first, [Some(now - minute * 2), Some(now), None]);
    let taken = db.store.take_jobs(taking("mail", 2)).await.unwrap();
    assert_eq!(keys(&taken), ["b", "a"]);
    assert_eq!((taken[0].attempts, &taken[0].payload), (1, &json!({"key": "b"})));
    assert_eq!(keys(&take(&db.store, "mail").await), ["c"]);
    assert_eq!(take(&db.store, "mail").await, []);
    assert_eq!(keys(&take(&db.store, "timer").await), ["other"]);
    assert_eq!(db.store.count_jobs().await.unwrap(), (5, 0));
});

on_both!(a_key_that_is_scheduled_again_is_what_was_said_last, |db| {
    db.commit(vec![due("x", "mail", now())]).await;
    let taken = take(&db.store, "mail").await;
    let replaced = Change::ScheduleJob { key: "x".into(), kind: "mail".into(), due_at: now(), payload: json!(2) };
    db.commit(vec![replaced]).await;
    // Whoever was just doing what was to happen before cannot finish it: nothing of its commit is written.
    let made = record("region", "R", &[("name", Value::text("N"))]);
    let finish = vec![insert(made.clone()), Change::FinishJob(taken[0].held())];
    let refused = db.store.commit(&db.entities, commit(finish)).await;
    assert!(matches!(refused, Err(CommitError::JobGone { .. })), "{refused:?}");
    assert_eq!(db.store.record(&db.entities, "region", made.id).await.unwrap(), None);
    let again = take(&db.store, "mail").await;
    assert_eq!((again.len(), again[0].attempts, &again[0].payload), (1, 1, &json!(2)));
});

on_both!(keys_that_begin_alike_are_cancelled_together_and_no_others, |db| {
    let at = now();
    db.commit(["i/1/", "i/1/a", "i/1/\u{10FFFE}", "i/10/a", "i/1", "I/1/a", "i/2/a"].map(|k| due(k, "t", at)).into())
        .await;
    // In the order of the changes: what is scheduled after it stays.
    db.commit(vec![due("i/1/b", "t", at), cancel("i/1/"), due("i/1/c", "t", at), cancel("")]).await;
    let left: HashSet<String> = take(&db.store, "t").await.into_iter().map(|job| job.key).collect();
    assert_eq!(left, ["i/10/a", "i/1", "I/1/a", "i/2/a", "i/1/c"].map(str::to_owned).into());
});

on_both!(a_job_is_finished_with_what_it_does_and_only_once, |db| {
    db.commit(vec![due("x", "timer", now())]).await;
    let held = take(&db.store, "timer").await[0].held();
    let made = record("region", "R", &[("name", Value::text("N"))]);
    // What it does may cancel and schedule under its own key: it is finished before.
    let finish = vec![insert(made), Change::FinishJob(held), cancel("x"), due("x", "timer", now())];
    db.commit(finish).await;
    let again = db.store.commit(&db.entities, commit(vec![Change::FinishJob(held)])).await;
    assert!(matches!(again, Err(CommitError::JobGone { .. })), "{again:?}");
    assert_eq!(db.store.count_jobs().await.unwrap(), (1, 0));
});

on_both!(whoever_is_not_heard_of_loses_the_job_to_somebody_else, |db| {
    db.commit(vec![due("x", "timer", now())]).await;
    let first = take(&db.store, "timer").await;
    assert_eq!(db.store.next_jobs(&["timer"]).await.unwrap(), [Some(now() + TimeDelta::minutes(1))]);
    let longer = now() + TimeDelta::minutes(5);
    assert!(db.store.hold_job(first[0].held(), longer).await.unwrap());
    let after = Taking { now: longer, until: longer + TimeDelta::minutes(1), ..taking("timer", 9) };
    let second = db.store.take_jobs(after).await.unwrap();
    assert_eq!((second.len(), second[0].attempts), (1, 2));
    let held = first[0].held();
    assert!(!db.store.hold_job(held, longer).await.unwrap());
    assert!(!db.store.try_job_again(held, longer, "late").await.unwrap());
    assert!(!db.store.put_job_off(held, longer).await.unwrap());
    assert!(!db.store.rest_job(held, longer, "late").await.unwrap());
    let late = db.store.commit(&db.entities, commit(vec![Change::FinishJob(held)])).await;
    assert!(matches!(late, Err(CommitError::JobGone { .. })), "{late:?}");
    db.commit(vec![Change::FinishJob(second[0].held())]).await;
});

on_both!(a_job_is_tried_again_put_off_and_laid_to_rest, |db| {
    let (now, later) = (now(), now() + TimeDelta::minutes(1));
    let at_later = Taking { now: later, until: later + TimeDelta::minutes(1), ..taking("mail", 9) };
    db.commit(vec![due("x", "mail", now)]).await;
    let held = take(&db.store, "mail").await[0].held();
    assert!(db.store.try_job_again(held, later, "421 busy").await.unwrap());
    assert_eq!(take(&db.store, "mail").await, []);
    let taken = db.store.take_jobs(at_later).await.unwrap();
    assert_eq!((taken[0].attempts, taken[0].last_error.as_deref()), (2, Some("421 busy")));
    assert!(db.store.put_job_off(taken[0].held(), later).await.unwrap());
    let taken = db.store.take_jobs(at_later).await.unwrap();
    assert_eq!(taken[0].attempts, 2);
    assert!(db.store.rest_job(taken[0].held(), later, "550 unknown").await.unwrap());
    assert_eq!(db.store.take_jobs(at_later).await.unwrap(), []);
    assert_eq!(db.store.next_jobs(&["mail"]).await.unwrap(), [None]);

    let rests = db.store.incidents(None, 9).await.unwrap();
    assert_eq!((keys(&rests), rests[0].rested_at), (vec!["x"], Some(later)));
    assert_eq!(db.store.incident(rests[0].id).await.unwrap().as_ref(), rests.first());
    assert_eq!(db.store.incidents(Some((later, rests[0].id)), 9).await.unwrap(), []);
    assert_eq!(db.store.count_incidents().await.unwrap(), 1);
    let seen = rests[0].held();
    let retried = db.store.retry_incident(seen, now, Some(&json!("mended")), &note("retried")).await.unwrap();
    assert!(retried);
    // The second of two who look at it at once changes nothing and notes nothing.
    assert!(!db.store.retry_incident(seen, now, None, &note("retried")).await.unwrap());
    assert!(!db.store.skip_incident(seen, &note("skipped")).await.unwrap());
    let taken = take(&db.store, "mail").await;
    assert_eq!((taken[0].attempts, &taken[0].payload), (1, &json!("mended")));
    assert!(db.store.rest_job(taken[0].held(), later, "again").await.unwrap());
    let seen = db.store.job("x").await.unwrap().unwrap().held();
    assert!(db.store.skip_incident(seen, &note("skipped")).await.unwrap());
    assert_eq!(db.store.job("x").await.unwrap(), None);
    let noted: Vec<String> = db
        .store
        .audit(&store::AuditFilter::default(), None, 9)
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.kind)
        .collect();
    assert_eq!(noted, ["skipped", "retried"]);
});

on_both!(many_who_take_at_once_never_take_the_same, |db| {
    let jobs = (0..200).map(|n| due(&format!("k{n:03}"), "timer", now())).collect();
    db.commit(jobs).await;
    let other = Store::open(&Options::new(&db.url)).await.unwrap();
    let mut set = JoinSet::new();
    for n in 0..8_u128 {
        let store = if n % 2 == 0 { db.store.clone() } else { other.clone() };
        set.spawn(async move {
            let mut mine: Vec<JobHeld> = Vec::new();
            loop {
                let taken = store.take_jobs(Taking { owner: Uuid::from_u128(n), ..taking("timer", 7) }).await.unwrap();
                if taken.is_empty() {
                    return mine;
                }
                mine.extend(taken.iter().map(JobRow::held));
            }
        });
    }
    let all: Vec<JobHeld> = set.join_all().await.into_iter().flatten().collect();
    // Over PostgreSQL somebody may pass over rows that are just being taken, and find nothing left.
    let rest = take(&db.store, "timer").await;
    let distinct: HashSet<i64> = all.iter().map(|held| held.id).chain(rest.iter().map(|job| job.id)).collect();
    assert_eq!((distinct.len(), all.len() + rest.len()), (200, 200));
    other.close().await;
});

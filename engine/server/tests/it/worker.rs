//! The worker: what is due happens once, whoever does it; what fails is tried again and then rests; nobody waits for it.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use chrono::TimeDelta;
use futures::future::BoxFuture;
use kernel::change::{Change, Commit};
use serde_json::{Value as Json, json};
use server::{
    App,
    worker::{self, Handler, Handlers, Policy, Ran, Trouble, Worker},
};
use store::JobRow;
use tokio::sync::Semaphore;

use crate::{
    records::made,
    support::{morning, on_both},
};

/// Does jobs as a test says, and notes which.
#[derive(Clone, Debug)]
struct Noting {
    kind: &'static str,
    ran: Arc<Mutex<Vec<String>>>,
    policy: Policy,
    /// Jobs wait here until the test lets them go on.
    gate: Option<Arc<Semaphore>>,
}

impl Noting {
    fn new(kind: &'static str) -> Self {
        Self { kind, ran: Arc::default(), policy: Policy::default(), gate: None }
    }

    fn ran(&self) -> Vec<String> {
        self.ran.lock().unwrap().clone()
    }
}

impl Handler for Noting {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn policy(&self) -> Policy {
        self.policy
    }

    fn run<'a>(&'a self, app: &'a App, job: &'a JobRow) -> BoxFuture<'a, Result<Ran, Trouble>> {
        Box::pin(async move {
            self.ran.lock().unwrap().push(job.key.clone());
            if let Some(gate) = &self.gate {
                gate.acquire().await.unwrap().forget();
            }
            match job.payload.as_str() {
                Some("panic") => panic!("a mistake"),
                Some("fail") => Err(Trouble::Again("the door is shut".into())),
                Some("never") => Err(Trouble::Never("no such door".into())),
                Some("put off") if app.clock().now() < job.due_at + TimeDelta::hours(1) => {
                    Ok(Ran::NotYet(job.due_at + TimeDelta::hours(1)))
                }
                Some("chain") => {
                    let next = due(&format!("{}+", job.key), self.kind, 0, json!(null));
                    schedule(app, vec![Change::FinishJob(job.held()), next]).await;
                    Ok(Ran::Finished)
                }
                _ => Ok(Ran::Nothing),
            }
        })
    }
}

fn due(key: &str, kind: &str, in_minutes: i64, payload: Json) -> Change {
    let due_at = morning() + TimeDelta::minutes(in_minutes);
    Change::ScheduleJob { key: key.into(), kind: kind.into(), due_at, payload }
}

async fn schedule(app: &App, changes: Vec<Change>) {
    let entities = app.published().catalog.entities.clone();
    app.store().commit(&entities, Commit { at: app.clock().now(), by: None, changes }).await.unwrap();
}

on_both!(what_is_due_happens_once_and_what_follows_from_it_too, |server| {
    let bell = Noting::new("bell");
    let mut worker = Worker::new(&server.app, Handlers::default().with(bell.clone()));
    let later = due("later", "bell", 30, json!(null));
    schedule(&server.app, vec![due("a", "bell", -5, json!("chain")), due("b", "bell", 0, json!(null)), later]).await;
    worker.run_due().await.unwrap();
    worker.run_due().await.unwrap();
    assert_eq!(bell.ran().into_iter().collect::<HashSet<_>>(), ["a", "b", "a+"].map(str::to_owned).into());
    assert_eq!(bell.ran().len(), 3);
    server.app.clock().set(morning() + TimeDelta::minutes(31));
    worker.run_due().await.unwrap();
    assert_eq!(bell.ran().last().map(String::as_str), Some("later"));
    assert_eq!(server.app.store().count_jobs().await.unwrap(), (0, 0));
});

on_both!(a_job_that_it_is_not_the_time_for_is_put_off_without_counting_as_tried, |server| {
    let bell = Noting::new("bell");
    let mut worker = Worker::new(&server.app, Handlers::default().with(bell.clone()));
    schedule(&server.app, vec![due("a", "bell", 0, json!("put off"))]).await;
    worker.run_due().await.unwrap();
    assert_eq!(server.app.store().job("a").await.unwrap().unwrap().attempts, 0);
    server.app.clock().set(morning() + TimeDelta::minutes(61));
    worker.run_due().await.unwrap();
    assert_eq!((bell.ran().len(), server.app.store().job("a").await.unwrap()), (2, None));
});

on_both!(a_job_that_always_fails_is_tried_again_and_then_rests_and_others_go_on, |server| {
    let policy = Policy { tries: 3, at_once: 1, ..Policy::default() };
    let bad = Noting { policy, ..Noting::new("bad") };
    let good = Noting::new("good");
    let mut worker = Worker::new(&server.app, Handlers::default().with(bad.clone()).with(good.clone()));
    let wrong = ["fail", "panic", "never"].map(|how| due(how, "bad", 0, json!(how)));
    schedule(&server.app, wrong.into()).await;
    schedule(&server.app, vec![due("g", "good", 0, json!(null)), due("well", "bad", 0, json!(null))]).await;
    let mut now = morning();
    for _ in 0..6 {
        worker.run_due().await.unwrap();
        now += TimeDelta::hours(1);
        server.app.clock().set(now);
    }
    assert_eq!(good.ran(), ["g"]);
    let times = |key: &str| bad.ran().iter().filter(|ran| *ran == key).count();
    assert_eq!([times("fail"), times("panic"), times("never"), times("well")], [3, 3, 1, 1]);
    assert_eq!(server.app.store().count_jobs().await.unwrap(), (0, 3));

    // Administrators are told once, not for each; others see nothing of it.
    let admin = server.sign_in("it_a").await;
    let notices = admin.get("/api/notifications").await.ok();
    let told = notices["rows"].as_array().unwrap().iter().filter(|row| row["kind"] == "incident").count();
    assert_eq!(told, 1);
    let rep = server.sign_in("rep_a").await;
    rep.get("/api/incidents").await.refused(403, "forbidden");
    let list = admin.get("/api/incidents").await.ok();
    assert_eq!((list["total"].as_i64(), list["rows"].as_array().unwrap().len()), (Some(3), 3));
    let of = |key: &str| list["rows"].as_array().unwrap().iter().find(|row| row["key"] == key).unwrap().clone();
    assert_eq!((of("fail")["error"].as_str(), of("fail")["attempts"].as_i64()), (Some("the door is shut"), Some(3)));

    let path = |row: &Json, verb: &str| format!("/api/incidents/{}/{verb}", row["id"]);
    let (fail, never) = (of("fail"), of("never"));
    rep.post(&path(&fail, "retry"), json!({"version": fail["version"]})).await.refused(403, "forbidden");
    let mended = json!({"version": never["version"], "payload": "mended"});
    admin.post(&path(&never, "retry"), mended).await.ok();
    let skipped = json!({"version": fail["version"], "reason": "the house is gone"});
    assert_eq!(admin.post(&path(&fail, "skip"), skipped.clone()).await.ok()["total"], 1);
    admin.post(&path(&fail, "skip"), skipped).await.refused(404, "not_found");
    admin.post(&path(&of("panic"), "dance"), json!({"version": 1})).await.refused(404, "not_found");
    admin.post(&path(&of("panic"), "retry"), json!({"version": 1})).await.refused(409, "incident_changed");
    worker.run_due().await.unwrap();
    assert_eq!((times("never"), server.app.store().count_jobs().await.unwrap()), (2, (0, 1)));
    let audit = admin.get("/api/audit").await.ok();
    let kinds: Vec<&str> = audit["rows"].as_array().unwrap().iter().filter_map(|row| row["kind"].as_str()).collect();
    assert!(kinds.contains(&"incident_retried") && kinds.contains(&"incident_skipped"), "{kinds:?}");
});

on_both!(two_processes_over_one_database_do_each_job_once, |server| {
    let other = server.reopened().await;
    let bell = Noting::new("bell");
    let jobs = (0..150).map(|n| due(&format!("k{n}"), "bell", 0, json!(null))).collect();
    schedule(&server.app, jobs).await;
    let handlers = Handlers::default().with(bell.clone());
    let (mut first, mut second) = (Worker::new(&server.app, handlers.clone()), Worker::new(&other.app, handlers));
    let (one, two) = tokio::join!(first.run_due(), second.run_due());
    one.and(two).unwrap();
    assert_eq!(bell.ran().iter().collect::<HashSet<_>>().len(), 150);
    assert_eq!(bell.ran().len(), 150);
    assert_eq!(server.app.store().count_jobs().await.unwrap(), (0, 0));
    other.app.close().await;
});

on_both!(what_a_process_that_died_had_taken_is_taken_over_and_its_late_end_refused, |server| {
    let gate = Arc::new(Semaphore::new(0));
    let slow = Noting { gate: Some(gate.clone()), ..Noting::new("bell") };
    schedule(&server.app, vec![due("a", "bell", 0, json!("chain"))]).await;
    // The first takes it and stands still in the middle, as if its machine slept.
    let mut first = Worker::new(&server.app, Handlers::default().with(slow.clone()));
    let standing = tokio::spawn(async move { first.run_due().await });
    tokio::time::timeout(std::time::Duration::from_secs(20), async {
        while slow.ran().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    let other = server.reopened().await;
    let mut second = Worker::new(&other.app, Handlers::default().with(Noting::new("bell")));
    second.run_due().await.unwrap();
    assert_eq!(server.app.store().count_jobs().await.unwrap(), (1, 0));
    other.app.clock().set(morning() + TimeDelta::minutes(2));
    second.run_due().await.unwrap();
    // It and what followed from it are done.
    assert_eq!(server.app.store().count_jobs().await.unwrap(), (0, 0));
    gate.add_permits(9);
    // Its commit is refused, which the handler of this test takes as a fault: it panics, and that changes nothing.
    standing.await.unwrap().unwrap();
    assert_eq!(server.app.store().count_jobs().await.unwrap(), (0, 0));
    other.app.close().await;
});

on_both!(people_do_not_wait_for_jobs_and_kinds_not_for_each_other, |server| {
    let flood = Noting { policy: Policy { at_once: 8, ..Policy::default() }, ..Noting::new("flood") };
    let few = Noting::new("few");
    for part in 0..20 {
        let jobs = (0..100).map(|n| due(&format!("f{part}/{n}"), "flood", -60, json!("chain"))).collect();
        schedule(&server.app, jobs).await;
    }
    schedule(&server.app, (0..5).map(|n| due(&format!("few{n}"), "few", 0, json!(null))).collect()).await;
    let mut worker = Worker::new(&server.app, Handlers::default().with(flood.clone()).with(few.clone()));
    let app = server.app.clone();
    let draining = tokio::spawn(async move { worker.run_due().await });
    let rep = server.sign_in("rep_a").await;
    // People's requests are answered and what the small kind has is done while most of the flood is still to come.
    while few.ran().len() < 5 {
        made(&rep, 10).await;
        assert!(app.store().count_jobs().await.unwrap().0 > 1000, "{:?}", app.store().count_jobs().await);
    }
    draining.await.unwrap().unwrap();
    assert_eq!(flood.ran().len(), 4000);
    assert_eq!(app.store().count_jobs().await.unwrap(), (0, 0));
});

on_both!(what_becomes_due_by_the_clock_that_is_set_is_done_when_that_is_answered, |server| {
    let bell = Noting::new("bell");
    let working = worker::start(&server.app, Handlers::default().with(bell.clone())).await.unwrap();
    schedule(&server.app, vec![due("later", "bell", 60 * 24, json!("chain"))]).await;
    server.app.quiet().await;
    assert_eq!(bell.ran(), Vec::<String>::new());
    let at = morning() + TimeDelta::days(2);
    server.visitor().post("/api/test_clock", json!({"now": at})).await.ok();
    assert_eq!(bell.ran(), ["later", "later+"]);
    // It ends when the server stops, after what it is doing.
    server.app.stop();
    working.await.unwrap();
});

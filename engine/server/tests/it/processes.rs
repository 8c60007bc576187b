//! Two processes over one PostgreSQL database, while people decide and write in both, something is published, and one
//! process is killed: nothing is lost, nothing is done twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Error, Result},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::{
    approval::{submitted, task},
    cli::between,
    records::quotation,
    served::Served,
    support::TestApp,
};

/// The headers of somebody who signed in; good at every process, since sessions are in the database.
fn sign_in(node: &Served, email: &str) -> String {
    let body = json!({"email": email, "password": "portolan-demo"}).to_string();
    let answer = node.request("POST", "/api/session", "", &body).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let cookie = between(&answer, "set-cookie: ", ';');
    format!("Cookie: {cookie}\r\nX-CSRF-Token: {}\r\n", between(&answer, "\"csrf\":\"", '"'))
}

/// Posts with a key; an error if the process is gone, perhaps in the middle of it.
fn post(node: &Served, path: &str, headers: &str, key: &str, body: &Json) -> Result<(u16, Json)> {
    let headers = format!("{headers}Idempotency-Key: {key}\r\n");
    let answer = node.request("POST", path, &headers, &body.to_string())?;
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    let body = answer.split_once("\r\n\r\n").and_then(|(_, body)| serde_json::from_str(body).ok());
    status.zip(body).ok_or_else(|| Error::other("broken off"))
}

/// What a client does: asks its process, and where that is gone another, with the same key.
fn surely(nodes: &[Arc<Served>; 2], at: usize, path: &str, headers: &str, body: &Json) -> (u16, Json) {
    let key = Uuid::now_v7().to_string();
    let first = post(&nodes[at], path, headers, &key, body);
    first.or_else(|_| post(&nodes[1 - at], path, headers, &key, body)).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_a_process_is_killed_while_people_work_in_two() {
    let Some(server) = TestApp::trade_on_postgres().await else { return };
    let nodes = [0, 1].map(|_| Arc::new(Served::start(&server.database())));
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let mut tasks = Vec::new();
    for _ in 0..12 {
        let answer = submitted(&rep, 80_000).await;
        tasks.push(task(&manager, &answer).await.unwrap());
    }
    let manager_headers = sign_in(&nodes[0], "manager.a@demo.example");
    let rep_headers = sign_in(&nodes[1], "rep.a@demo.example");
    let wanted = quotation(&rep, 10).await;
    let before = numbers(&server).await;
    let done = Arc::new(AtomicUsize::new(0));

    // In each process somebody decides the same tasks in the same order, and two others write.
    let deciders = [0, 1].map(|at| {
        let (nodes, tasks, headers, done) = (nodes.clone(), tasks.clone(), manager_headers.clone(), done.clone());
        tokio::task::spawn_blocking(move || {
            let decide = |task: &Json| {
                let path = format!("/api/tasks/{}/approve", task["id"].as_str().unwrap());
                let (status, body) = surely(&nodes, at, &path, &headers, &json!({}));
                done.fetch_add(1, Ordering::SeqCst);
                (status, body["error"]["code"].as_str().unwrap_or_default().to_owned())
            };
            tasks.iter().map(decide).collect::<Vec<_>>()
        })
    });
    let writers = [0, 1, 0, 1].map(|at| {
        let (nodes, wanted, headers, done) = (nodes.clone(), wanted.clone(), rep_headers.clone(), done.clone());
        tokio::task::spawn_blocking(move || {
            let make = |_| {
                let (status, body) = surely(&nodes, at, "/api/records/quotation", &headers, &wanted);
                assert_eq!(status, 201, "{body}");
                done.fetch_add(1, Ordering::SeqCst);
                body["record"]["number"].as_str().unwrap().to_owned()
            };
            (0..10).map(make).collect::<Vec<_>>()
        })
    });
    let killer = {
        let (nodes, done) = (nodes.clone(), done.clone());
        tokio::task::spawn_blocking(move || {
            // In the midst of the work, however fast this machine is.
            while done.load(Ordering::SeqCst) < 20 {
                std::thread::yield_now();
            }
            nodes[0].kill();
        })
    };
    let change = ("decisions/quotation_level.json", "200000", "150000");
    let published = server.publish("definitions/trade", &[change]).await.unwrap();
    assert_eq!(published.version, 2);
    killer.await.unwrap();

    let [one, two] = deciders;
    let (one, two) = (one.await.unwrap(), two.await.unwrap());
    for ((one, two), task) in one.iter().zip(&two).zip(&tasks) {
        let mut statuses = [one.0, two.0];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "of two who decide one task one does: {one:?} {two:?}");
        assert!([&one.1, &two.1].iter().any(|code| *code == "task_done"), "{one:?} {two:?}");
        let instance = Uuid::parse_str(task["instance"].as_str().unwrap()).unwrap();
        let all = server.app.store().tasks_of_instance(instance).await.unwrap();
        let (closed, open): (Vec<_>, Vec<_>) = all.iter().partition(|task| task.done.is_some());
        assert_eq!((closed.len(), open.len()), (1, 1), "one decision, and the next level asked once: {all:?}");
        assert_eq!(*open[0].row.node, *"finance");
    }

    let mut acknowledged = BTreeSet::new();
    for writer in writers {
        for number in writer.await.unwrap() {
            assert!(acknowledged.insert(number.clone()), "{number} was given twice");
        }
    }
    let after = numbers(&server).await;
    let new: BTreeSet<String> = after.difference(&before).cloned().collect();
    assert_eq!(new, acknowledged, "what was acknowledged is there, and nothing beside");
    let mut series: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for number in &after {
        let (before, sequence) = number.rsplit_once('-').unwrap();
        series.entry(before).or_default().push(sequence.parse().unwrap());
    }
    for (name, mut given) in series {
        given.sort_unstable();
        let last = given.len();
        assert_eq!(given, (1..=last).collect::<Vec<_>>(), "{name} has no gap");
    }
    drop(nodes);
    server.remove().await;
}

/// The numbers of all quotations.
async fn numbers(server: &TestApp) -> BTreeSet<String> {
    let manager = server.sign_in("gm_a").await;
    let mut found = BTreeSet::new();
    let mut after = String::new();
    loop {
        let page = manager.get(&format!("/api/records/quotation?columns=number&limit=100&after={after}")).await.ok();
        let rows = page["rows"].as_array().unwrap();
        found.extend(rows.iter().filter_map(|row| row["number"].as_str()).map(str::to_owned));
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut after),
            None => return found,
        }
    }
}

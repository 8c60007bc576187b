//! The server is killed at random points under mixed load, again and again: what was acknowledged is there, nothing is
//! there in half or twice, and it goes on.
//!
//! A few kills with every test run; `make chaos` sets `PORTOLAN_CHAOS` to how many for each database. `PORTOLAN_SEED`
//! repeats what is done and after how many requests each kill comes; where in a request it strikes is the machine's.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::{Command, Stdio},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::{
    cli::between,
    records::quotation,
    served::{JSON, Served},
    support::TestApp,
};

/// Kills for each database where nothing else is asked for.
const FEW: usize = 4;
/// The most requests between two kills.
const BETWEEN: usize = 40;

/// Numbers that only the seed decides.
#[derive(Clone)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

/// The process that serves now; another after each kill.
struct Stage {
    now: Mutex<(usize, Arc<Served>)>,
    changed: Condvar,
    sent: AtomicUsize,
    over: AtomicBool,
    headers: BTreeMap<&'static str, String>,
}

impl Stage {
    /// Asks until there is an answer, with the same key: at the process that serves, or the next.
    fn surely(&self, who: &str, method: &str, path: &str, body: &Json) -> (u16, Json) {
        let headers = format!("{}Idempotency-Key: {}\r\n", self.headers[who], Uuid::now_v7());
        self.send(method, path, &headers, JSON, &body.to_string())
    }

    fn send(&self, method: &str, path: &str, headers: &str, kind: &str, body: &str) -> (u16, Json) {
        loop {
            let (round, node) = self.now.lock().unwrap().clone();
            self.sent.fetch_add(1, Ordering::SeqCst);
            let answer = node.send(method, path, headers, kind, body);
            drop(node);
            let whole = answer.ok().and_then(|answer| {
                let status: u16 = answer.split(' ').nth(1)?.parse().ok()?;
                let body = answer.split_once("\r\n\r\n")?.1;
                Some((status, if body.is_empty() { Json::Null } else { serde_json::from_str(body).ok()? }))
            });
            if let Some(whole) = whole {
                return whole;
            }
            let mut now = self.now.lock().unwrap();
            while now.0 == round {
                now = self.changed.wait(now).unwrap();
            }
        }
    }

    fn ok(&self, who: &str, method: &str, path: &str, body: &Json) -> Json {
        let (status, answer) = self.surely(who, method, path, body);
        assert!((200..300).contains(&status), "{method} {path} {body}: {status} {answer}");
        answer
    }

    fn goes_on(&self) -> bool {
        !self.over.load(Ordering::SeqCst)
    }
}

/// What was acknowledged.
#[derive(Default)]
struct Told {
    /// Quotations by id: the number, the version, and what stands in the remarks.
    quotations: BTreeMap<String, (String, i64, String)>,
    /// Tasks that were approved.
    approved: BTreeSet<String>,
    /// Customers that imports made.
    imported: BTreeSet<String>,
}

impl Told {
    fn note(&mut self, answer: &Json) {
        let record = &answer["record"];
        let text = |key: &str| record[key].as_str().unwrap_or_default().to_owned();
        let version = record["version"].as_i64().unwrap();
        self.quotations.insert(text("id"), (text("number"), version, text("remarks")));
    }
}

/// Makes quotations, changes their lines and remarks, submits some and has them approved.
fn write(field: &Stage, mut dice: Dice, wanted: &Json, name: &str) -> Told {
    let mut told = Told::default();
    let mut count = 0;
    while field.goes_on() {
        count += 1;
        let mut body = wanted.clone();
        body["remarks"] = json!(format!("{name} {count}"));
        body["lines"][0]["quantity"] = json!(if dice.below(2) == 0 { 10 } else { 80_000 });
        let mut answer = field.ok("rep.a", "POST", "/api/records/quotation", &body);
        told.note(&answer);
        let path = format!("/api/records/quotation/{}", answer["record"]["id"].as_str().unwrap());
        for change in 0..dice.below(3) {
            let mut lines: Vec<Json> =
                answer["record"]["lines"].as_array().unwrap().iter().map(|l| json!({"id": l["id"]})).collect();
            lines.push(body["lines"][0].clone());
            let body = json!({"version": answer["record"]["version"], "lines": lines,
                "remarks": format!("{name} {count} changed {change}")});
            answer = field.ok("rep.a", "PATCH", &path, &body);
            told.note(&answer);
        }
        if dice.below(2) == 0 {
            let version = json!({"version": answer["record"]["version"]});
            let sent = field.ok("rep.a", "POST", &format!("{path}/transitions/submit"), &version);
            told.note(&sent);
            let (_, tasks) = field.send("GET", "/api/tasks?limit=200", &field.headers["manager.a"], JSON, "");
            let own = |row: &&Json| row["record"] == sent["record"]["id"];
            if let Some(task) = tasks["rows"].as_array().and_then(|rows| rows.iter().find(own)) {
                let id = task["id"].as_str().unwrap();
                field.ok("manager.a", "POST", &format!("/api/tasks/{id}/approve"), &json!({}));
                told.approved.insert(id.to_owned());
                // The decision may have moved the record on.
                told.note(&field.ok("rep.a", "GET", &path, &json!({})));
            }
        }
    }
    told
}

/// Imports customers, file after file.
fn import(field: &Stage) -> Told {
    let mut told = Told::default();
    let mut count = 0;
    let plan =
        json!({"entity": "customer", "key": [], "existing": "skip", "columns": {"Name": "name", "Country": "country"}});
    while field.goes_on() {
        count += 1;
        let names: Vec<String> = (0..30).map(|row| format!("Chaos {count} row {row}")).collect();
        let rows: String = names.iter().map(|name| format!("{name},DE\n")).collect();
        let form = format!(
            "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"c.csv\"\r\n\
             content-type: application/octet-stream\r\n\r\nName,Country\n{rows}\r\n--edge--\r\n"
        );
        let headers = &field.headers["manager.a"];
        let (status, uploaded) =
            field.send("POST", "/api/imports", headers, "multipart/form-data; boundary=edge", &form);
        assert_eq!(status, 201, "{uploaded}");
        let path = format!("/api/imports/{}", uploaded["id"].as_str().unwrap());
        // Whether it had begun before the process went is not known; asking again says so.
        let (status, answer) = field.send("POST", &format!("{path}/run"), headers, JSON, &plan.to_string());
        assert!(matches!(status, 202 | 409), "{status} {answer}");
        loop {
            let (_, job) = field.send("GET", &path, headers, JSON, "");
            match job["status"].as_str().unwrap() {
                "checking" | "running" => std::thread::yield_now(),
                "done" => {
                    assert_eq!(job["summary"]["customer"]["create"], 30, "{}", job["summary"]);
                    told.imported.extend(names);
                    break;
                }
                // What was broken off is gone as a whole.
                "failed" | "undone" | "cancelled" | "uploaded" => break,
                other => panic!("{other}: {job}"),
            }
        }
    }
    told
}

fn sign_in(node: &Served, who: &str) -> String {
    let body = json!({"email": format!("{who}@demo.example"), "password": "portolan-demo"}).to_string();
    let answer = node.request("POST", "/api/session", "", &body).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let cookie = between(&answer, "set-cookie: ", ';');
    format!("Cookie: {cookie}\r\nX-CSRF-Token: {}\r\n", between(&answer, "\"csrf\":\"", '"'))
}

/// Publishes the trade pack with another threshold, from a process that may be killed as well.
fn publish(database: &str, folder: &std::path::Path, round: usize) -> std::process::Child {
    let file = folder.join("decisions/quotation_level.json");
    let text =
        std::fs::read_to_string(crate::support::repository().join("definitions/trade/decisions/quotation_level.json"));
    std::fs::write(file, text.unwrap().replace("200000", &format!("{}", 150_000 + round))).unwrap();
    Command::new(env!("CARGO_BIN_EXE_portolan"))
        .args(["publish", "--database", database])
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[expect(clippy::print_stdout, reason = "what repeats it is told beside what failed")]
async fn chaos(server: TestApp) {
    let kills = std::env::var("PORTOLAN_CHAOS").ok().map_or(FEW, |kills| kills.parse().unwrap());
    let seed: u64 = std::env::var("PORTOLAN_SEED").ok().map_or(20_261_123, |seed| seed.parse().unwrap());
    println!("{kills} kills with PORTOLAN_SEED={seed}");
    let database = server.database();
    let wanted = quotation(&server.sign_in("rep_a").await, 10).await;
    let before = server.app.store().latest_version().await.unwrap();
    // Who looks through it afterwards knows the roots that were signed meanwhile.
    let options = server.app.options();
    let (folder, key) = (options.audit_folder(), options.audit_key());
    let places = ["--audit".into(), folder.display().to_string(), "--audit-key".into(), key.display().to_string()];
    server.app.close().await;
    let work = tokio::task::spawn_blocking(move || storm(&database, &places, kills, Dice(seed), &wanted));
    let told = work.await.unwrap();
    let after = server.reopened().await;
    assert!(after.app.published().catalog.version >= before);
    verify(&after, &told).await;
    after.app.close().await;
}

fn storm(database: &str, places: &[String], kills: usize, mut dice: Dice, wanted: &Json) -> Vec<Told> {
    let pack = tempfile::tempdir().unwrap();
    copy(&crate::support::repository().join("definitions/trade"), pack.path());
    let first = Arc::new(Served::start_with(database, places));
    let headers = ["rep.a", "manager.a"].map(|who| (who, sign_in(&first, who))).into_iter().collect();
    let field = Stage {
        now: Mutex::new((0, first)),
        changed: Condvar::new(),
        sent: AtomicUsize::new(0),
        over: AtomicBool::new(false),
        headers,
    };
    std::thread::scope(|threads| {
        let field = &field;
        let writers: Vec<_> = ["one", "two", "three"]
            .into_iter()
            .enumerate()
            .map(|(at, name)| {
                let dice = Dice(dice.0.wrapping_mul(at as u64 * 2 + 3));
                threads.spawn(move || write(field, dice, wanted, name))
            })
            .collect();
        let importer = threads.spawn(move || import(field));
        for round in 1..=kills {
            let publishing = (round % 4 == 2).then(|| publish(database, pack.path(), round));
            let until = field.sent.load(Ordering::SeqCst) + 1 + dice.below(BETWEEN);
            while field.sent.load(Ordering::SeqCst) < until
                && !writers.iter().any(std::thread::ScopedJoinHandle::is_finished)
                && !importer.is_finished()
            {
                std::thread::yield_now();
            }
            field.now.lock().unwrap().1.kill();
            if let Some(mut publishing) = publishing {
                let _ = publishing.kill();
                let _ = publishing.wait();
            }
            let next = Arc::new(Served::start_with(database, places));
            *field.now.lock().unwrap() = (round, next);
            field.changed.notify_all();
        }
        field.over.store(true, Ordering::SeqCst);
        let mut told: Vec<Told> = writers.into_iter().map(|writer| writer.join().unwrap()).collect();
        told.push(importer.join().unwrap());
        told
    })
}

/// All rows of a list.
pub(crate) async fn rows(client: &crate::client::Client, entity: &str, columns: &str) -> Vec<Json> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("/api/records/{entity}?columns={columns}&limit=200&after={after}")).await.ok();
        all.extend(page["rows"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut after),
            None => return all,
        }
    }
}

async fn verify(server: &TestApp, told: &[Told]) {
    let boss = server.sign_in("gm_a").await;
    let quotations = rows(&boss, "quotation", "number,remarks").await;
    let made: Vec<&Json> =
        quotations.iter().filter(|row| ["one", "two", "three"].iter().any(|n| starts(row, n))).collect();
    let mut numbers = BTreeSet::new();
    for row in &quotations {
        assert!(numbers.insert(row["number"].as_str().unwrap()), "{row}: the number was given twice");
    }
    let acknowledged: BTreeMap<&String, _> = told.iter().flat_map(|told| &told.quotations).collect();
    assert!(acknowledged.len() > 2, "hardly anything was done");
    assert_eq!(made.len(), acknowledged.len(), "each is there once, and nothing beside");
    let store = server.app.store();
    for row in made {
        let id = row["id"].as_str().unwrap().to_owned();
        let (number, version, remarks) = acknowledged[&id];
        let record = boss.get(&format!("/api/records/quotation/{id}")).await.ok()["record"].clone();
        assert_eq!((record["number"].as_str(), record["remarks"].as_str()), (Some(&**number), Some(&**remarks)));
        assert!(record["version"].as_i64().unwrap() >= *version, "{record}");
        let uuid = Uuid::parse_str(&id).unwrap();
        let history = store.history_since(uuid, 0).await.unwrap();
        let versions: Vec<i64> = history.iter().map(|entry| entry.version).collect();
        assert_eq!(
            versions,
            (1..=record["version"].as_i64().unwrap()).collect::<Vec<_>>(),
            "{id}: a version, an entry"
        );
        let amount = |json: &Json| json.as_str().unwrap().parse::<f64>().unwrap();
        let sum: f64 = record["lines"].as_array().unwrap().iter().map(|line| amount(&line["amount"])).sum();
        assert!((sum - amount(&record["amount"])).abs() < 0.001, "{record}");
        // Parts of a number stand in others as well.
        let found = rows(&boss, "quotation", &format!("number&q={number}")).await;
        assert!(found.iter().any(|row| row["id"] == *id), "{number} is not found");
        for instance in store.instances_of_record(uuid).await.unwrap() {
            let tasks = store.tasks_of_instance(instance.id).await.unwrap();
            let open = tasks.iter().filter(|task| task.done.is_none()).count();
            assert_eq!(instance.status == "running", open > 0, "{instance:?} {tasks:?}");
        }
    }
    for task in told.iter().flat_map(|told| &told.approved) {
        let task = store.task(Uuid::parse_str(task).unwrap()).await.unwrap().unwrap();
        assert_eq!(task.done.map(|done| done.outcome).as_deref(), Some("approved"));
    }
    let customers = rows(&boss, "customer", "name").await;
    let mut names: Vec<&str> = customers.iter().filter_map(|row| row["name"].as_str()).collect();
    names.retain(|name| name.starts_with("Chaos "));
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "a row became a record twice");
    assert!(told.iter().flat_map(|told| &told.imported).all(|name| names.contains(&name.as_str())));
    assert_eq!(all % 30, 0, "an import is there in half");
    assert_eq!(store.damage(20).await.unwrap(), Vec::<String>::new());
    let mut findings = Vec::new();
    server.app.verify_histories(None, |finding| findings.push(finding.to_string())).await.unwrap();
    assert_eq!(findings, Vec::<String>::new(), "the histories are not as they were written");
}

fn starts(row: &Json, name: &str) -> bool {
    row["remarks"].as_str().is_some_and(|remarks| remarks.starts_with(name))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_halved_or_doubled_however_often_the_server_is_killed_on_sqlite() {
    chaos(TestApp::trade().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_halved_or_doubled_however_often_the_server_is_killed_on_postgres() {
    let Some(server) = TestApp::trade_on_postgres().await else { return };
    chaos(server).await;
}

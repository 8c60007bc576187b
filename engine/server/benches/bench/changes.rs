//! Definitions that change under people's hands: a field of very many records gets another type, another name, must have
//! a value, gets an index, while others read and write at a steady pace. None of their requests may fail. The records
//! are copies, made in the database by SQL.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::{
    big::{copy, open, settle},
    http::Client,
    ours,
    program::Program,
    report::Report,
};

/// How many records the changes go over; `PORTOLAN_BENCH_RECORDS` says otherwise.
const RECORDS: i64 = 1_000_000;
/// People who write, and people who read; each sends a request every so often.
const WRITERS: usize = 4;
const READERS: usize = 4;
const PACE: Duration = Duration::from_millis(100);
/// Records that are written again and again.
const WRITTEN: usize = 200;
/// A change that takes longer has failed.
const LONGEST: Duration = Duration::from_secs(3_600);
const LIST: &str = "/api/records/item?limit=50&sort=-code&columns=code,price,grade";

/// How requests went while something changed.
#[derive(Clone, Debug, Default)]
struct Load {
    sent: usize,
    /// What those were answered that failed.
    failed: Vec<String>,
    write: Duration,
    read: Duration,
}

pub(crate) async fn under_load(folder: &Path, report: &mut Report) -> Result<()> {
    let records = match std::env::var("PORTOLAN_BENCH_RECORDS") {
        Ok(records) => records.parse().context("PORTOLAN_BENCH_RECORDS")?,
        Err(_) => RECORDS,
    };
    let file = folder.join("changes.db").display().to_string();
    let url = format!("sqlite:{file}");
    let program = Program::portolan(&url).await?;
    let mut admin = Client::connect(program.address).await?;
    let demo = admin.send("GET", "/api/demo", None).await?.expect(200)?.json()?;
    admin.headers = ours::sign_in(&program, &demo, "it_admin").await?;
    let headers = ours::sign_in(&program, &demo, "sales_manager").await?;
    let size = json!({"type": "text"});
    publish(&mut admin, "begin", &pack("size", &size, false, &[]), &json!({})).await?;
    let rights = admin.headers.clone();
    let mut keeper = Client::connect(program.address).await?;
    keeper.headers.clone_from(&headers);
    let me = keeper.send("GET", "/api/session", None).await?.expect(200)?.json()?;
    let place = format!("/api/records/user/{}", me["user"]["id"].as_str().context("no person")?);
    let there = admin.send("GET", &place, None).await?.expect(200)?.json()?;
    let roles = json!({"version": there["record"]["version"], "roles": ["sales_manager", "keeper"]});
    admin.send("PATCH", &place, Some(&roles)).await?.expect(200)?;
    let mut ids = Vec::new();
    for n in 0..WRITTEN {
        let fields = json!({"code": format!("W{n}"), "size": n.to_string(), "price": "1", "grade": "a"});
        let made = keeper.send("POST", "/api/records/item", Some(&fields)).await?.expect(201)?.json()?;
        ids.push(made["record"]["id"].as_str().context("no id")?.to_owned());
    }
    drop(program);
    let mut db = open(&file).await?;
    let values = [
        ("id", "randomblob(16)"),
        ("code", "'C' || i"),
        ("code__key", "'c' || printf('%09d', i)"),
        ("title", "'C' || i"),
        ("title__key", "'c' || printf('%09d', i)"),
        ("size", "'' || i"),
        ("size__key", "'' || i"),
        ("grade", "case when i % 10 = 0 then null else grade end"),
    ];
    copy(&mut db, "item", "true", &values, (0, records)).await?;
    settle(&mut db).await?;
    drop(db);

    let program = Program::portolan(&url).await?;
    let mut admin = Client::connect(program.address).await?;
    admin.headers = rights;
    let whole = json!({"type": "integer"});
    let renamed = json!({"type": "integer", "renamed_from": "size"});
    let fill = json!({"item.grade": {"fill": "b"}});
    let steps = [
        ("another type", pack("size", &whole, false, &[]), json!({})),
        ("another name", pack("length", &renamed, false, &[]), json!({})),
        ("must have a value", pack("length", &renamed, true, &[]), fill),
        ("an index", pack("length", &renamed, true, &[&["length"]]), json!({})),
    ];
    let mut failed = Vec::new();
    for (what, pack, choices) in &steps {
        let load = Steady::begin(&program, &headers, &ids);
        let began = Instant::now();
        publish(&mut admin, what, pack, choices).await?;
        let seconds = began.elapsed().as_secs_f64();
        let load = load.end().await?;
        let name = format!("{records} records, {what}");
        let clients = WRITERS + READERS;
        let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
        report.add(&name, "sqlite", clients, (seconds, None), "s", "–");
        let requests = format!("{name}, failed of {} requests", load.sent);
        report.add(&requests, "sqlite", clients, (load.failed.len() as f64, None), "", "0");
        report.add(&format!("{name}, longest write"), "sqlite", WRITERS, (ms(load.write), None), "ms", "≤ 2000 ms");
        report.add(&format!("{name}, longest read"), "sqlite", READERS, (ms(load.read), None), "ms", "–");
        failed.extend(load.failed.into_iter().map(|why| format!("{what}: {why}")));
    }
    match failed.first() {
        Some(first) => bail!("Expected that no request fails while definitions change, but {}: {first}", failed.len()),
        None => Ok(()),
    }
}

/// People at work until they are told to end.
struct Steady {
    over: Arc<AtomicBool>,
    load: Arc<Mutex<Load>>,
    people: Vec<tokio::task::JoinHandle<Result<()>>>,
}

impl Steady {
    fn begin(program: &Program, headers: &str, ids: &[String]) -> Self {
        let (over, load) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Load::default())));
        let people = (0..WRITERS + READERS).map(|person| {
            let (over, load, headers, address) = (over.clone(), load.clone(), headers.to_owned(), program.address);
            // Each writes records of their own, so that nobody is refused for what another wrote.
            let own: Vec<String> = ids.iter().skip(person).step_by(WRITERS).cloned().collect();
            tokio::spawn(async move {
                let mut client = Client::connect(address).await?;
                client.headers = headers;
                let mut pace = tokio::time::interval(PACE);
                let mut turn = 0;
                while !over.load(Ordering::Relaxed) {
                    pace.tick().await;
                    turn += 1;
                    let sent = Instant::now();
                    let done = if person < WRITERS {
                        write(&mut client, &own[turn % own.len()], turn).await
                    } else {
                        client.send("GET", LIST, None).await.and_then(|answer| answer.expect(200)).map(drop)
                    };
                    let took = sent.elapsed();
                    let mut load = load.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    load.sent += 1;
                    if let Err(error) = done {
                        load.failed.push(format!("{error:#}"));
                    }
                    let longest = if person < WRITERS { &mut load.write } else { &mut load.read };
                    *longest = (*longest).max(took);
                }
                Ok(())
            })
        });
        Self { people: people.collect(), over, load }
    }

    async fn end(self) -> Result<Load> {
        self.over.store(true, Ordering::Relaxed);
        for person in self.people {
            person.await??;
        }
        Ok(self.load.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone())
    }
}

/// Every other time a record is changed, else a new one made.
async fn write(client: &mut Client, id: &str, turn: usize) -> Result<()> {
    let price = format!("{}.25", turn % 1_000);
    if turn.is_multiple_of(2) {
        let fields = json!({"code": format!("N{turn}"), "price": price, "grade": "a"});
        client.send("POST", "/api/records/item", Some(&fields)).await?.expect(201)?;
        return Ok(());
    }
    let path = format!("/api/records/item/{id}");
    let there = client.send("GET", &path, None).await?.expect(200)?.json()?;
    let fields = json!({"version": there["record"]["version"], "price": price});
    client.send("PATCH", &path, Some(&fields)).await?.expect(200)?;
    Ok(())
}

/// A pack with one entity, in which a field goes by this name.
fn pack(name: &str, field: &Value, required: bool, indexes: &[&[&str]]) -> Value {
    let mut fields = json!({
        "code": {"type": "text"}, "price": {"type": "decimal", "scale": 2},
        "grade": {"type": "choice", "options": {"a": "A", "b": "B"}, "required": required},
    });
    fields[name] = field.clone();
    let mut indexed = vec![json!(["code"])];
    indexed.extend(indexes.iter().map(|index| json!(index)));
    let item = json!({"kind": "entity", "name": "item", "label": "Item", "type": "master", "title": "{code}",
                      "fields": fields, "indexes": indexed});
    let role = json!({"kind": "role", "name": "keeper", "label": "Keeper",
                      "can": {"item": {"read": "all", "create": true, "update": "all"}}});
    let about = json!({"kind": "pack", "name": "shop", "label": "Shop", "version": "1.0.0"});
    let files = [("pack.json", about), ("entities/item.json", item), ("roles/keeper.json", role)];
    let files = files.map(|(path, text)| json!({"path": path, "text": text.to_string()}));
    json!({"name": "shop", "files": files})
}

/// Publishes, and waits until it is in force.
async fn publish(admin: &mut Client, note: &str, pack: &Value, choices: &Value) -> Result<()> {
    let body = json!({"packs": [pack], "note": note, "choices": choices});
    let answer = admin.send("POST", "/api/publish", Some(&body)).await?;
    if answer.status == 200 {
        return Ok(());
    }
    let begun = answer.expect(202)?.json()?;
    let path = format!("/api/publish/jobs/{}", begun["job"].as_str().context("no job")?);
    let began = Instant::now();
    while began.elapsed() < LONGEST {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let job = admin.send("GET", &path, None).await?.expect(200)?.json()?;
        match job["status"].as_str() {
            Some("done") => return Ok(()),
            Some("refused" | "failed" | "cancelled") => bail!("{note}: {job}"),
            _ => {}
        }
    }
    bail!("{note}: not done within {LONGEST:?}")
}

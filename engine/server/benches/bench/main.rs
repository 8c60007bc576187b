//! `make bench`: Portolan beside the floor, in the same run on the same machine, over the loopback. Ends by itself;
//! everything lies in a folder that goes away.
//!
//! What is fixed: both run as separate programs, both are asked over HTTP by the same client, both write durably
//! (SQLite: WAL and synchronous=FULL; PostgreSQL: fsync on).

#![expect(clippy::print_stdout, reason = "a program for the terminal that stops where it must")]

mod big;
mod changes;
mod floor;
mod http;
mod imports;
mod inbox;
mod measure;
mod ours;
mod program;
mod report;
mod timers;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use measure::{Run, run};
use program::Program;
use report::Report;

/// Clients at once, and how many requests they send together.
const LOADS: [(usize, usize); 3] = [(1, 150), (8, 600), (64, 1_500)];
/// Requests of a list.
const LISTS: usize = 400;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["floor", url, mode, documents] => runtime.block_on(floor::serve(url, *mode == "grouped", documents.parse()?)),
        // `cargo test --benches` and the like call it with other arguments: nothing is measured then.
        rest if rest.contains(&"--test") => Ok(()),
        ["changes", ..] => runtime.block_on(measure_all(true)),
        _ => runtime.block_on(measure_all(false)),
    }
}

/// Everything, or changes of definitions alone.
async fn measure_all(changes: bool) -> Result<()> {
    let folder = std::env::temp_dir().join(format!("portolan-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let result =
        if changes { changes::under_load(&folder, &mut Report::default()).await } else { everything(&folder).await };
    std::fs::remove_dir_all(&folder)?;
    result
}

async fn everything(folder: &Path) -> Result<()> {
    let mut report = Report::default();
    let sqlite = format!("sqlite:{}", folder.join("ours.db").display());
    let target = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/bench.json");
    if std::env::var_os("PORTOLAN_BENCH_BIG").is_some() {
        timers::drain(&sqlite, timers::BIG, &mut report).await?;
        imports::rows(&sqlite, &mut report).await?;
        big::lists(folder, &sqlite, big::BIG, &mut report).await?;
        inbox::beside_many(folder, &mut report).await?;
        changes::under_load(folder, &mut report).await?;
        return report.end(&target.with_file_name("bench-big.json"));
    }
    writes("sqlite", &sqlite, folder, &mut report).await?;
    match std::env::var("TEST_POSTGRES_URL") {
        Ok(server) => {
            let (ours, floor) = databases(&server).await?;
            writes("postgres", &ours, Path::new(&floor), &mut report).await?;
        }
        Err(_) => println!("skipped: PostgreSQL, for TEST_POSTGRES_URL is not set"),
    }
    at_rest(&sqlite, &mut report).await?;
    inbox::instances(folder, &mut report).await?;
    timers::drain(&sqlite, timers::USUAL, &mut report).await?;
    big::lists(folder, &sqlite, big::USUAL, &mut report).await?;
    report.end(&target)
}

/// Two databases of their own on a PostgreSQL server.
async fn databases(server: &str) -> Result<(String, String)> {
    let pool = sqlx::PgPool::connect(server).await?;
    let base = server.rsplit_once('/').context("no database in TEST_POSTGRES_URL")?.0;
    for name in ["bench_ours", "bench_floor"] {
        sqlx::query(sqlx::AssertSqlSafe(format!("drop database if exists {name}"))).execute(&pool).await?;
        sqlx::query(sqlx::AssertSqlSafe(format!("create database {name}"))).execute(&pool).await?;
    }
    Ok((format!("{base}/bench_ours"), format!("{base}/bench_floor")))
}

/// Saving and approving, at all loads. `floor` is a folder for SQLite and an address for PostgreSQL.
async fn writes(db: &str, url: &str, floor: &Path, report: &mut Report) -> Result<()> {
    let approvals: usize = LOADS.iter().map(|(_, count)| count).sum();
    let goal = if db == "sqlite" { "≥ 0.5 of group commit" } else { "≥ 0.6" };
    let (ours_save, ours_approve) = ours(url).await?;
    let modes: &[(bool, &str)] =
        if db == "sqlite" { &[(true, "group commit"), (false, "a commit each")] } else { &[(false, "")] };
    for (grouped, mode) in modes {
        let place = if db == "sqlite" {
            format!("sqlite:{}", floor.join(format!("floor-{grouped}.db")).display())
        } else {
            floor.display().to_string()
        };
        let program = Program::floor(&place, *grouped, approvals)?;
        let save = floor_saves(&program).await?;
        let approve = floor_approvals(&program).await?;
        let beside = if mode.is_empty() { String::new() } else { format!(" (floor: {mode})") };
        let goal = if *grouped || db != "sqlite" { goal } else { "–" };
        for (what, ours, floor) in [("save with 5 lines", &ours_save, &save), ("approve", &ours_approve, &approve)] {
            for ((clients, _), (mine, theirs)) in LOADS.iter().zip(ours.iter().zip(floor)) {
                report.add(
                    &format!("{what}{beside}"),
                    db,
                    *clients,
                    (mine.0.throughput, Some(theirs.0.throughput)),
                    "/s",
                    goal,
                );
            }
            let (mine, theirs) = (&ours[LOADS.len() - 1], &floor[LOADS.len() - 1]);
            report.add(&format!("{what}, p99{beside}"), db, 64, (mine.0.p99, Some(theirs.0.p99)), "ms", "–");
            report.add(&format!("{what}, processor time{beside}"), db, 64, (mine.1, Some(theirs.1)), "ms each", "≤ 3");
        }
    }
    Ok(())
}

type Measured = Vec<(Run, f64)>;

async fn ours(url: &str) -> Result<(Measured, Measured)> {
    let program = Program::portolan(url).await?;
    let known = ours::prepare(&program).await?;
    let mut saves = Vec::new();
    let quotation = Arc::new(known.quotation.clone());
    for (clients, count) in LOADS {
        let quotation = Arc::clone(&quotation);
        let before = program.cpu()?;
        let measured = run(program.address, &known.rep, clients, count, move |mut client, _| {
            let quotation = Arc::clone(&quotation);
            async move {
                client.send("POST", "/api/records/quotation", Some(&quotation)).await?.expect(201)?;
                Ok(client)
            }
        });
        let measured = measured.await?;
        saves.push((measured, (program.cpu()? - before) / count as f64));
    }
    let approvals: usize = LOADS.iter().map(|(_, count)| count).sum();
    let for_submit = Arc::clone(&quotation);
    run(program.address, &known.rep, 8, approvals, move |mut client, _| {
        let quotation = Arc::clone(&for_submit);
        async move {
            ours::submit(&mut client, &quotation).await?;
            Ok(client)
        }
    })
    .await?;
    let tasks = Arc::new(ours::tasks(&program, &known).await?);
    let mut approved = Vec::new();
    let mut from = 0;
    for (clients, count) in LOADS {
        let (tasks, start) = (Arc::clone(&tasks), from);
        from += count;
        let before = program.cpu()?;
        let measured = run(program.address, &known.manager, clients, count, move |mut client, index| {
            let path = format!("/api/tasks/{}/approve", tasks[start + index]);
            async move {
                client.send("POST", &path, Some(&json!({}))).await?.expect(200)?;
                Ok(client)
            }
        });
        let measured = measured.await?;
        approved.push((measured, (program.cpu()? - before) / count as f64));
    }
    Ok((saves, approved))
}

const FLOOR_HEADERS: &str = "cookie: session=token\r\n";

async fn floor_saves(program: &Program) -> Result<Measured> {
    let line = json!({"item": "item", "quantity": 3, "price": 250});
    let document: Arc<Value> =
        Arc::new(json!({"partner": "p1", "day": "2026-03-05", "lines": [line, line, line, line, line]}));
    let mut saves = Vec::new();
    for (clients, count) in LOADS {
        let document = Arc::clone(&document);
        let before = program.cpu()?;
        let measured = run(program.address, FLOOR_HEADERS, clients, count, move |mut client, _| {
            let document = Arc::clone(&document);
            async move {
                client.send("POST", "/documents", Some(&document)).await?.expect(200)?;
                Ok(client)
            }
        });
        let measured = measured.await?;
        saves.push((measured, (program.cpu()? - before) / count as f64));
    }
    Ok(saves)
}

async fn floor_approvals(program: &Program) -> Result<Measured> {
    let tasks: Vec<String> = serde_json::from_value(program.said["tasks"].clone())?;
    let tasks = Arc::new(tasks);
    let (mut approved, mut from) = (Vec::new(), 0);
    for (clients, count) in LOADS {
        let (tasks, start) = (Arc::clone(&tasks), from);
        from += count;
        let before = program.cpu()?;
        let measured = run(program.address, FLOOR_HEADERS, clients, count, move |mut client, index| {
            let path = format!("/approve/{}", tasks[start + index]);
            async move {
                client.send("POST", &path, None).await?.expect(200)?;
                Ok(client)
            }
        });
        let measured = measured.await?;
        approved.push((measured, (program.cpu()? - before) / count as f64));
    }
    Ok(approved)
}

/// A start on a database that is there, and the memory when nothing happens.
async fn at_rest(url: &str, report: &mut Report) -> Result<()> {
    let mut starts = Vec::new();
    let mut memory = 0.0;
    for _ in 0..5 {
        let program = Program::portolan(url).await?;
        starts.push(program.started_in.as_secs_f64());
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        memory = program.memory()?;
    }
    starts.sort_by(f64::total_cmp);
    report.add("start until it serves (median of 5)", "sqlite", 0, (starts[2], None), "s", "≤ 1 s");
    report.add("memory at rest", "sqlite", 0, (memory, None), "MB", "≤ 80 MB");
    Ok(())
}

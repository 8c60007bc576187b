//! Very many timers that are due at once, and people who are served meanwhile. The timers come late: each reads its
//! instance, finds that there is nothing to do any more, and ends in a commit of its own, as all of them do that fire after
//! the decision. They are written by SQL, for as many submissions by the API would take longer than the benchmark may.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use sqlx::{Connection as _, Row as _, SqliteConnection};

use crate::{http::Client, measure::run, ours, program::Program, report::Report};

/// How many are due at once.
pub(crate) const USUAL: i64 = 20_000;
pub(crate) const BIG: i64 = 100_000;
/// Requests between two looks at how many are left, and clients that send them.
const SLICE: usize = 200;
const CLIENTS: usize = 4;

pub(crate) async fn drain(url: &str, timers: i64, report: &mut Report) -> Result<()> {
    let program = Program::portolan(url).await?;
    let known = ours::prepare(&program).await?;
    let mut client = Client::connect(program.address).await?;
    client.headers.clone_from(&known.rep);
    ours::submit(&mut client, &known.quotation).await?;
    drop(program);
    let mut db = SqliteConnection::connect(url).await?;
    let found = sqlx::query("select id from sys_instances where status = 'running' limit 1");
    let id: Vec<u8> = found.fetch_one(&mut db).await?.try_get(0)?;
    let id = uuid::Uuid::from_slice(&id).context("no instance")?;
    sqlx::query(
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < $1) \
         insert into sys_jobs (key, kind, due_at, run_at, payload, attempts, epoch, status, created_at) \
         select 'bench/' || i, 'workflow_timer', 0, 0, $2, 0, 0, 'waiting', 0 from n",
    )
    .bind(timers)
    .bind(format!("{{\"instance\": \"{id}\", \"timer\": 4000000000}}"))
    .execute(&mut db)
    .await?;
    let program = Program::portolan(url).await?;
    let began = Instant::now();
    let mut worst: f64 = 0.0;
    while left(&mut db).await? > 0 && began.elapsed() < Duration::from_secs(1_800) {
        let served = run(program.address, &known.rep, CLIENTS, SLICE, move |mut client, _| async move {
            client.send("GET", "/api/tasks?limit=20", None).await?.expect(200)?;
            Ok(client)
        });
        worst = worst.max(served.await?.p99);
    }
    let rest = left(&mut db).await?;
    let speed = (timers - rest) as f64 / began.elapsed().as_secs_f64();
    let name = format!("{} k timers due at once", timers / 1000);
    report.add(&name, "sqlite", 0, (speed, None), "/s", "–");
    report.add(&format!("{name}, requests meanwhile, p99"), "sqlite", CLIENTS, (worst, None), "ms", "≤ 100 ms");
    Ok(())
}

async fn left(db: &mut SqliteConnection) -> Result<i64> {
    let found = sqlx::query("select count(*) from sys_jobs where kind = 'workflow_timer'");
    Ok(found.fetch_one(db).await?.try_get(0)?)
}

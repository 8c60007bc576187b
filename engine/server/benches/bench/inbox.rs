//! What approvals cost: rows and bytes of an instance, instances with one task per second, and approvals beside a million
//! open tasks and ten million closed ones (`make bench-big`). Those are copies, made in the database by SQL.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, Result};
use serde_json::json;
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection};

use crate::{
    LISTS, LOADS,
    big::{copy, open, settle},
    measure::run,
    ours,
    program::Program,
    report::Report,
};

/// Instances whose rows and bytes are counted, and tasks that are approved beside the many.
const FEW: usize = 300;
const OPEN: i64 = 1_000_000;
const CLOSED: i64 = 10_000_000;

/// Submits, opens the record as its approver, and approves: how many instances begin and end per second, and what each leaves behind.
pub(crate) async fn instances(folder: &Path, report: &mut Report) -> Result<()> {
    let file = folder.join("instances.db").display().to_string();
    let url = format!("sqlite:{file}");
    let program = Program::portolan(&url).await?;
    let known = ours::prepare(&program).await?;
    let quotation = Arc::new(known.quotation.clone());
    let count: usize = LOADS.iter().map(|(_, count)| count).sum();
    // Saved beforehand, so that only the approval is measured.
    let saved = Arc::clone(&quotation);
    run(program.address, &known.rep, 8, count, move |mut client, _| {
        let quotation = Arc::clone(&saved);
        async move {
            client.send("POST", "/api/records/quotation", Some(&quotation)).await?.expect(201)?;
            Ok(client)
        }
    })
    .await?;
    let mut db = open(&file).await?;
    let drafts = sqlx::query(
        "select lower(hex(id)) from quotation where state = 'draft' and customer = (select customer from quotation order by updated_at desc limit 1)",
    );
    let drafts: Vec<String> =
        drafts.fetch_all(&mut db).await?.iter().map(|r| r.try_get(0)).collect::<Result<_, _>>()?;
    let drafts = Arc::new(drafts);
    let before = weight(&mut db).await?;
    let manager = Arc::new(known.manager.clone());
    let rep = Arc::new(known.rep.clone());
    let mut from = 0;
    for (clients, count) in LOADS {
        let (drafts, start, manager, rep) = (Arc::clone(&drafts), from, Arc::clone(&manager), Arc::clone(&rep));
        from += count;
        let measured = run(program.address, &known.rep, clients, count, move |mut client, index| {
            let draft = drafts.get(start + index).cloned();
            let (manager, rep) = (Arc::clone(&manager), Arc::clone(&rep));
            async move {
                let draft = draft.context("too few drafts")?;
                let path = format!("/api/records/quotation/{draft}/transitions/submit");
                client.send("POST", &path, Some(&json!({"version": 1}))).await?.expect(200)?;
                client.headers.clone_from(&manager);
                let record = format!("/api/records/quotation/{draft}");
                let seen = client.send("GET", &record, None).await?.expect(200)?.json()?;
                let task = seen["task"]["id"].as_str().context("no task after the submission")?.to_owned();
                client.send("POST", &format!("/api/tasks/{task}/approve"), Some(&json!({}))).await?.expect(200)?;
                client.headers.clone_from(&rep);
                Ok(client)
            }
        })
        .await?;
        report.add(
            "instances of one task, begun, opened and ended",
            "sqlite",
            clients,
            (measured.throughput, None),
            "/s",
            "–",
        );
    }
    let after = weight(&mut db).await?;
    let each = |after: i64, before: i64| (after - before) as f64 / count as f64;
    report.add("rows of an instance of one task", "sqlite", 0, (each(after.0, before.0), None), "", "–");
    report.add("bytes of an instance of one task", "sqlite", 0, (each(after.1, before.1), None), "", "–");
    Ok(())
}

/// Rows in all tables, and bytes in the file.
async fn weight(db: &mut SqliteConnection) -> Result<(i64, i64)> {
    settle(db).await?;
    let tables = sqlx::query("select name from sqlite_master where type = 'table' and name not like 'sqlite%'");
    let mut rows = 0_i64;
    for table in tables.fetch_all(&mut *db).await? {
        let sql = format!("select count(*) from \"{}\"", table.try_get::<String, _>(0)?);
        rows += sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut *db).await?.try_get::<i64, _>(0)?;
    }
    let pages = "select (page_count - freelist_count) * page_size from pragma_page_count, pragma_freelist_count, pragma_page_size";
    let bytes = sqlx::query(pages).fetch_one(db).await?.try_get(0)?;
    Ok((rows, bytes))
}

/// The inbox and an approval, alone and beside very many tasks of others.
pub(crate) async fn beside_many(folder: &Path, report: &mut Report) -> Result<()> {
    let file = folder.join("inbox.db").display().to_string();
    let url = format!("sqlite:{file}");
    let program = Program::portolan(&url).await?;
    let known = ours::prepare(&program).await?;
    let quotation = Arc::new(known.quotation.clone());
    run(program.address, &known.rep, 8, 2 * FEW, move |mut client, _| {
        let quotation = Arc::clone(&quotation);
        async move {
            ours::submit(&mut client, &quotation).await?;
            Ok(client)
        }
    })
    .await?;
    drop(program);
    let mut alone = None;
    for many in [false, true] {
        if many {
            let mut db = open(&file).await?;
            // A thousand others have a thousand open tasks each.
            let person = "unhex(printf('%032x', i % 1000 + 1))";
            let open = [
                ("id", "randomblob(16)"),
                ("instance", "randomblob(16)"),
                ("record", "randomblob(16)"),
                ("assignee", person),
                ("created_at", "q.created_at - i"),
            ];
            copy(&mut db, "sys_tasks", "pool is null", &open, (0, OPEN)).await?;
            let closed = [
                ("id", "randomblob(16)"),
                ("instance", "randomblob(16)"),
                ("record", "randomblob(16)"),
                ("closed_by", "case when i % 100 = 0 then q.closed_by else unhex(printf('%032x', i % 1000 + 1)) end"),
                ("closed_at", "q.closed_at - i"),
            ];
            copy(&mut db, "sys_tasks_done", "closed_by is not null", &closed, (0, CLOSED)).await?;
            settle(&mut db).await?;
        }
        let program = Program::portolan(&url).await?;
        let known = ours::prepare(&program).await?;
        let inbox = |count| {
            run(program.address, &known.manager, 1, count, |mut client, _| async move {
                client.send("GET", "/api/tasks?limit=50", None).await?.expect(200)?;
                Ok(client)
            })
        };
        inbox(20).await?;
        let listed = inbox(LISTS).await?;
        let tasks = Arc::new(ours::tasks(&program, &known).await?);
        let approved = run(program.address, &known.manager, 1, FEW, move |mut client, index| {
            let path = tasks.get(index).map(|task| format!("/api/tasks/{task}/approve"));
            async move {
                client.send("POST", &path.context("too few tasks")?, Some(&json!({}))).await?.expect(200)?;
                Ok(client)
            }
        })
        .await?;
        match alone {
            None => alone = Some((listed, approved)),
            Some((few_listed, few_approved)) => {
                for (what, many, few) in [("inbox", listed, few_listed), ("approve", approved, few_approved)] {
                    let title = format!("{what} beside 1 M open and 10 M closed tasks");
                    report.add(
                        &format!("{title}, median"),
                        "sqlite",
                        1,
                        (many.p50, Some(few.p50)),
                        "ms",
                        "≤ 1.3 of alone",
                    );
                    report.add(&format!("{title}, p99"), "sqlite", 1, (many.p99, Some(few.p99)), "ms", "≤ 50 ms");
                }
            }
        }
    }
    Ok(())
}

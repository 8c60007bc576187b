//! Lists over ten thousand and over a million records, and over ten million by `make bench-big`. The records are copies,
//! made in the database by SQL, for making a million by the API would take longer than the whole benchmark may.

use std::path::Path;

use anyhow::{Context as _, Result};
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Row as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::{
    FLOOR_HEADERS, LISTS,
    http::Client,
    measure::{Run, run},
    ours,
    program::Program,
    report::Report,
};

/// How many records the list has.
pub(crate) const USUAL: &[(i64, &str)] = &[(10_000, "10 k"), (1_000_000, "1 M")];
pub(crate) const BIG: &[(i64, &str)] = &[(10_000, "10 k"), (1_000_000, "1 M"), (10_000_000, "10 M")];
/// The first page: filtered, sorted, with a column of another entity.
const LIST: &str = "/api/records/quotation?limit=50&sort=-number&columns=number,customer.name,state,amount,quote_date&filter=%5B%22state%22,%22=%22,%22draft%22%5D";
/// A filter that no index helps, and that nothing fits.
const BROAD: &str =
    "/api/records/quotation?limit=50&sort=-number&filter=%5B%22notes%22,%22contains%22,%22nowhere%22%5D";

/// Who looks at the list.
const READERS: [&str; 3] = ["who sees all", "who sees a tenth", "who sees a tenth and a department"];

pub(crate) async fn lists(folder: &Path, ours_url: &str, sizes: &[(i64, &str)], report: &mut Report) -> Result<()> {
    let ours_file = ours_url.strip_prefix("sqlite:").context("a file")?.to_owned();
    let floor_file = folder.join("floor-list.db").display().to_string();
    // Makes the floor's tables.
    drop(Program::floor(&format!("sqlite:{floor_file}"), false, 100)?);
    let mut first: Option<Vec<Run>> = None;
    for (size, name) in sizes {
        grow_ours(&ours_file, *size).await?;
        let program = Program::portolan(ours_url).await?;
        let known = ours::prepare(&program).await?;
        let mut runs = Vec::new();
        for headers in [&known.everything, &known.rep, &known.manager] {
            runs.push(list(&program, headers, LIST).await?);
        }
        if *size > 1_000_000 {
            let broad = time_of(&program, &known.everything, BROAD).await?;
            report.add(
                &format!("{name}, a filter without an index, until it is told"),
                "sqlite",
                1,
                (broad, None),
                "ms",
                "bounded",
            );
        }
        drop(program);
        grow_floor(&floor_file, *size).await?;
        let program = Program::floor_on(&format!("sqlite:{floor_file}"))?;
        let floor = list(&program, FLOOR_HEADERS, "/documents").await?;
        drop(program);
        for (what, run) in READERS.iter().zip(&runs) {
            let page = format!("first page of {name}, {what}");
            report.add(&format!("{page}, median"), "sqlite", 1, (run.p50, Some(floor.p50)), "ms", "–");
            report.add(&format!("{page}, p99"), "sqlite", 1, (run.p99, Some(floor.p99)), "ms", "≤ 50 ms");
        }
        match &first {
            None => first = Some(runs),
            Some(few) => {
                for (what, (many, few)) in READERS.iter().zip(runs.iter().zip(few)) {
                    let title = format!("first page, {name} beside 10 k, {what}");
                    report.add(&title, "sqlite", 1, (many.p50, Some(few.p50)), "ms", "≤ 1.3 of 10 k");
                }
            }
        }
    }
    Ok(())
}

/// How long one request takes, whatever is answered.
async fn time_of(program: &Program, headers: &str, path: &str) -> Result<f64> {
    let mut client = Client::connect(program.address).await?;
    headers.clone_into(&mut client.headers);
    let start = std::time::Instant::now();
    client.send("GET", path, None).await?;
    Ok(start.elapsed().as_secs_f64() * 1000.0)
}

async fn list(program: &Program, headers: &str, path: &'static str) -> Result<Run> {
    let once = |count| {
        run(program.address, headers, 1, count, move |mut client, _| async move {
            client.send("GET", path, None).await?.expect(200)?;
            Ok(client)
        })
    };
    // What is not in memory yet is not what is measured.
    once(20).await?;
    once(LISTS).await
}

pub(crate) async fn open(file: &str) -> Result<SqliteConnection> {
    // Safe at a crash is not what these copies need to be.
    let options = SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Off)
        .foreign_keys(false);
    Ok(options.connect().await?)
}

const NUMBERS: &str = "with recursive n(i) as (select 1 union all select i + 1 from n where i < ";

/// Copies a record of a salesperson until there are so many; nine of ten copies belong to somebody else, two of three lie
/// in another department.
async fn grow_ours(file: &str, size: i64) -> Result<()> {
    let mut db = open(file).await?;
    let there: i64 = sqlx::query("select count(*) from quotation").fetch_one(&mut db).await?.try_get(0)?;
    let values = [
        ("id", "randomblob(16)"),
        ("number", "'B-' || (i + $1)"),
        ("number__key", "'b-' || printf('%09d', i + $1)"),
        ("title", "'Copy ' || (i + $1)"),
        ("title__key", "'copy ' || printf('%09d', i + $1)"),
        ("updated_at", "updated_at + i"),
        ("owner", "case when i % 10 = 0 then owner else (select id from user where id <> q.owner limit 1) end"),
        (
            "department",
            "case when i % 3 = 0 then department else (select id from department where id <> q.department limit 1) end",
        ),
    ];
    copy(&mut db, "quotation", "state = 'draft'", &values, (there, size - there)).await?;
    settle(&mut db).await
}

/// Copies the first row of a table that fits a condition, so many times. A value of `values` may name the row's columns
/// (`q` is the row), `i`, the number of the copy, and `$1`, the number of rows before.
pub(crate) async fn copy(
    db: &mut SqliteConnection,
    table: &str,
    of: &str,
    values: &[(&str, &str)],
    (there, more): (i64, i64),
) -> Result<()> {
    let columns = sqlx::query("select name from pragma_table_info($1)").bind(table).fetch_all(&mut *db).await?;
    let mut columns: Vec<String> = columns.iter().map(|c| c.try_get(0)).collect::<Result<_, _>>()?;
    columns.retain(|column| column != "rowid__");
    let value = |column: &String| {
        let other = values.iter().find(|(name, _)| name == column);
        other.map_or_else(|| format!("q.\"{column}\""), |(_, value)| (*value).to_owned())
    };
    let values: Vec<String> = columns.iter().map(value).collect();
    let names: Vec<String> = columns.iter().map(|c| format!("\"{c}\"")).collect();
    let sql = format!(
        "{NUMBERS}$2) insert into {table} ({}) select {} from n, (select * from {table} where {of} limit 1) q",
        names.join(", "),
        values.join(", ")
    );
    sqlx::query(AssertSqlSafe(sql)).bind(there).bind(more).execute(db).await?;
    Ok(())
}

/// What the database's planner and its log want after much was written.
pub(crate) async fn settle(db: &mut SqliteConnection) -> Result<()> {
    sqlx::query("analyze").execute(&mut *db).await?;
    sqlx::query("pragma wal_checkpoint(truncate)").execute(db).await?;
    Ok(())
}

async fn grow_floor(file: &str, size: i64) -> Result<()> {
    let mut db = open(file).await?;
    let there: i64 = sqlx::query("select count(*) from documents").fetch_one(&mut db).await?.try_get(0)?;
    let sql = format!(
        "{NUMBERS}$2) insert into documents select hex(randomblob(16)), version, state, 'B-' || (i + $1), title, partner, \
         date('2000-01-01', '+' || (i % 9000) || ' days'), total, created_at, created_by, updated_at + i, updated_by, search \
         from n, (select * from documents limit 1)"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(there).bind(size - there).execute(&mut db).await?;
    settle(&mut db).await
}

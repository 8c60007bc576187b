//! The floor: a hand-written program that makes the same durable writes as Portolan does, with fixed SQL over fixed
//! tables and nothing else. What Portolan takes longer is the price of everything being a definition.
//!
//! Once with one commit per request, once with group commit (SQLite; PostgreSQL groups commits by itself).

use std::{net::SocketAddr, sync::Arc};

use anyhow::{Context as _, Result, bail};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::{
    PgPool, Row as _, SqlitePool,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// The tables, for both databases; written as Portolan writes its own, with the indexes that its lists need.
const TABLES: &[&str] = &[
    "create table people (id text primary key, name text not null)",
    "create table sessions (token text primary key, person text not null)",
    "create table counters (series text primary key, value bigint not null)",
    "create table documents (id text primary key, version bigint not null, state text not null, number text not null unique, title text not null, partner text not null, day text not null, total bigint not null, created_at bigint not null, created_by text not null, updated_at bigint not null, updated_by text not null, search text not null)",
    "create index documents_by_day on documents (day, id)",
    "create index documents_by_state on documents (state, id)",
    "create table document_lines (id text primary key, document text not null references documents (id), position bigint not null, item text not null, quantity bigint not null, price bigint not null, amount bigint not null)",
    "create index document_lines_of on document_lines (document, position)",
    "create table history (id text primary key, record text not null, version bigint not null, at bigint not null, person text not null, action text not null, changes text not null)",
    "create index history_of on history (record, at, id)",
    "create table instances (id text primary key, document text not null, seq bigint not null, status text not null, state text not null)",
    "create table events (instance text not null, seq bigint not null, at bigint not null, person text not null, event text not null, primary key (instance, seq))",
    "create table tasks (id text primary key, instance text not null, document text not null, assignee text not null, created_at bigint not null)",
    "create index tasks_of on tasks (assignee, created_at, id)",
    "create index tasks_in on tasks (instance)",
    "create table tasks_done (id text primary key, instance text not null, document text not null, assignee text not null, outcome text not null, closed_by text not null, closed_at bigint not null)",
    "create index tasks_done_in on tasks_done (instance, closed_at, id)",
    "create table notices (id text primary key, person text not null, body text not null, at bigint not null)",
    "create index notices_of on notices (person, at, id)",
];

/// A document as it comes in.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Document {
    partner: String,
    day: String,
    lines: Vec<DocumentLine>,
}

#[derive(Clone, Debug, Deserialize)]
struct DocumentLine {
    item: String,
    quantity: i64,
    price: i64,
}

#[derive(Clone, Debug)]
enum Command {
    Approve { task: String, person: String },
    Save { document: Document, person: String },
}

/// What a request comes to: its answer, or that there is nothing such (any more).
type Answer = Result<Option<Value>>;

/// The SQL, once for each database's types.
macro_rules! database {
    ($module:ident, $connection:ty) => {
        mod $module {
            use super::*;

            pub(super) async fn apply(db: &mut $connection, command: &Command) -> Answer {
                match command {
                    Command::Approve { task, person } => approve(db, task, person).await,
                    Command::Save { document, person } => save(db, document, person).await,
                }
            }

            async fn approve(db: &mut $connection, task: &str, person: &str) -> Answer {
                let at = now();
                let found = sqlx::query("select t.instance, t.document, i.seq, i.state, d.version, d.created_by from tasks t join instances i on i.id = t.instance join documents d on d.id = t.document where t.id = $1 and t.assignee = $2")
                    .bind(task).bind(person).fetch_optional(&mut *db).await?;
                let Some(row) = found else { return Ok(None) };
                let (instance, document): (String, String) = (row.try_get(0)?, row.try_get(1)?);
                let (seq, version): (i64, i64) = (row.try_get(2)?, row.try_get(4)?);
                let creator: String = row.try_get(5)?;
                let state: String = row.try_get(3)?;
                let gone = sqlx::query("delete from tasks where id = $1").bind(task).execute(&mut *db).await?;
                if gone.rows_affected() == 0 {
                    return Ok(None);
                }
                sqlx::query("insert into tasks_done (id, instance, document, assignee, outcome, closed_by, closed_at) values ($1, $2, $3, $4, 'approved', $4, $5)")
                    .bind(task).bind(&instance).bind(&document).bind(person).bind(at).execute(&mut *db).await?;
                for step in 1..=3 {
                    sqlx::query("insert into events (instance, seq, at, person, event) values ($1, $2, $3, $4, $5)")
                        .bind(&instance).bind(seq + step).bind(at).bind(person).bind(json!({"task": task, "step": step}).to_string())
                        .execute(&mut *db).await?;
                }
                let moved = sqlx::query("update instances set seq = $2, status = 'ended', state = $4 where id = $1 and seq = $3")
                    .bind(&instance).bind(seq + 3).bind(seq).bind(state).execute(&mut *db).await?;
                let changed = sqlx::query("update documents set version = $2, state = 'approved', updated_at = $3, updated_by = $4 where id = $1 and version = $5")
                    .bind(&document).bind(version + 1).bind(at).bind(person).bind(version).execute(&mut *db).await?;
                if moved.rows_affected() == 0 || changed.rows_affected() == 0 {
                    bail!("somebody was faster");
                }
                history(db, &document, version + 1, at, person, "approved").await?;
                sqlx::query("insert into notices (id, person, body, at) values ($1, $2, $3, $4)")
                    .bind(id()).bind(creator).bind(json!({"document": document, "by": person}).to_string()).bind(at)
                    .execute(&mut *db).await?;
                Ok(Some(json!({"instance": instance, "status": "ended"})))
            }

            async fn save(db: &mut $connection, document: &Document, person: &str) -> Answer {
                let (at, record) = (now(), id());
                let known = sqlx::query("select name from people where id = $1").bind(&document.partner).fetch_optional(&mut *db).await?;
                let Some(partner) = known else { return Ok(None) };
                let partner: String = partner.try_get(0)?;
                let number: i64 = sqlx::query("insert into counters (series, value) values ('document', 1) on conflict (series) do update set value = counters.value + 1 returning value")
                    .fetch_one(&mut *db).await?.try_get(0)?;
                let number = format!("D-{number:06}");
                let amounts: Vec<i64> = document.lines.iter().map(|l| l.quantity * l.price).collect();
                let total: i64 = amounts.iter().sum();
                sqlx::query("insert into documents (id, version, state, number, title, partner, day, total, created_at, created_by, updated_at, updated_by, search) values ($1, 1, 'draft', $2, $3, $4, $5, $6, $7, $8, $7, $8, $9)")
                    .bind(&record).bind(&number).bind(format!("{number} {partner}")).bind(&document.partner).bind(&document.day)
                    .bind(total).bind(at).bind(person).bind(format!("{number} {partner}").to_lowercase())
                    .execute(&mut *db).await?;
                for (position, (line, amount)) in (0..).zip(document.lines.iter().zip(&amounts)) {
                    sqlx::query("insert into document_lines (id, document, position, item, quantity, price, amount) values ($1, $2, $3, $4, $5, $6, $7)")
                        .bind(id()).bind(&record).bind(position as i64).bind(&line.item).bind(line.quantity).bind(line.price).bind(amount)
                        .execute(&mut *db).await?;
                }
                history(db, &record, 1, at, person, "created").await?;
                Ok(Some(json!({"id": record, "number": number, "total": total})))
            }

            async fn history(db: &mut $connection, record: &str, version: i64, at: i64, person: &str, action: &str) -> Result<()> {
                sqlx::query("insert into history (id, record, version, at, person, action, changes) values ($1, $2, $3, $4, $5, $6, $7)")
                    .bind(id()).bind(record).bind(version).bind(at).bind(person).bind(action)
                    .bind(json!([{"path": "state", "old": null, "new": action}]).to_string())
                    .execute(&mut *db).await?;
                Ok(())
            }

            pub(super) async fn person(db: &mut $connection, token: &str) -> Result<Option<String>> {
                let row = sqlx::query("select person from sessions where token = $1").bind(token).fetch_optional(&mut *db).await?;
                Ok(row.map(|r| r.try_get(0)).transpose()?)
            }

            pub(super) async fn list(db: &mut $connection, state: &str) -> Result<Value> {
                let rows = sqlx::query("select d.id, d.number, d.title, d.state, d.day, d.total, d.updated_at, p.name from documents d join people p on p.id = d.partner where d.state = $1 order by d.day desc, d.id desc limit 50")
                    .bind(state).fetch_all(&mut *db).await?;
                let rows = rows.iter().map(|r| Ok(json!({
                    "id": r.try_get::<String, _>(0)?, "number": r.try_get::<String, _>(1)?, "title": r.try_get::<String, _>(2)?,
                    "state": r.try_get::<String, _>(3)?, "day": r.try_get::<String, _>(4)?, "total": r.try_get::<i64, _>(5)?,
                    "updated_at": r.try_get::<i64, _>(6)?, "partner": r.try_get::<String, _>(7)?,
                }))).collect::<Result<Vec<_>>>()?;
                Ok(json!({"rows": rows}))
            }

            /// One person with a session, who is also the only partner, and so many documents waiting for approval.
            pub(super) async fn fill(db: &mut $connection, documents: usize) -> Result<Vec<String>> {
                sqlx::query("insert into people (id, name) values ('p1', 'Somebody')").execute(&mut *db).await?;
                sqlx::query("insert into sessions (token, person) values ('token', 'p1')").execute(&mut *db).await?;
                let line = || DocumentLine { item: "item".into(), quantity: 3, price: 250 };
                let document = Document { partner: "p1".into(), day: "2026-03-05".into(), lines: (0..5).map(|_| line()).collect() };
                let mut tasks = Vec::new();
                for _ in 0..documents {
                    let saved = save(db, &document, "p1").await?.context("a saved document")?;
                    let (instance, task) = (id(), id());
                    sqlx::query("insert into instances (id, document, seq, status, state) values ($1, $2, 1, 'running', $3)")
                        .bind(&instance).bind(saved["id"].as_str()).bind("x".repeat(1_000)).execute(&mut *db).await?;
                    sqlx::query("insert into tasks (id, instance, document, assignee, created_at) values ($1, $2, $3, 'p1', $4)")
                        .bind(&task).bind(&instance).bind(saved["id"].as_str()).bind(now()).execute(&mut *db).await?;
                    tasks.push(task);
                }
                Ok(tasks)
            }
        }
    };
}

database!(sqlite, sqlx::SqliteConnection);
database!(postgres, sqlx::PgConnection);

#[derive(Clone)]
enum Database {
    Sqlite { readers: SqlitePool, writer: SqliteWriter },
    Postgres(PgPool),
}

#[derive(Clone)]
enum SqliteWriter {
    /// One commit for each request.
    Each(SqlitePool),
    /// One commit for all that wait.
    Group(mpsc::Sender<(Command, oneshot::Sender<Answer>)>),
}

impl Database {
    async fn write(&self, command: Command) -> Answer {
        match self {
            Self::Sqlite { writer: SqliteWriter::Each(pool), .. } => {
                let mut transaction = pool.begin_with("begin immediate").await?;
                let answer = sqlite::apply(&mut transaction, &command).await?;
                transaction.commit().await?;
                Ok(answer)
            }
            Self::Sqlite { writer: SqliteWriter::Group(queue), .. } => {
                let (answer, answered) = oneshot::channel();
                queue.send((command, answer)).await.context("the writer is gone")?;
                answered.await.context("the writer is gone")?
            }
            Self::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                let answer = postgres::apply(&mut transaction, &command).await?;
                transaction.commit().await?;
                Ok(answer)
            }
        }
    }

    async fn person(&self, token: &str) -> Result<Option<String>> {
        match self {
            Self::Sqlite { readers, .. } => sqlite::person(&mut *readers.acquire().await?, token).await,
            Self::Postgres(pool) => postgres::person(&mut *pool.acquire().await?, token).await,
        }
    }

    async fn list(&self, state: &str) -> Result<Value> {
        match self {
            Self::Sqlite { readers, .. } => sqlite::list(&mut *readers.acquire().await?, state).await,
            Self::Postgres(pool) => postgres::list(&mut *pool.acquire().await?, state).await,
        }
    }
}

/// Takes what waits, applies each in a savepoint, commits once.
async fn group(pool: SqlitePool, mut queue: mpsc::Receiver<(Command, oneshot::Sender<Answer>)>) -> Result<()> {
    let mut waiting = Vec::new();
    while queue.recv_many(&mut waiting, 64).await > 0 {
        let mut transaction = pool.begin_with("begin immediate").await?;
        let mut answers = Vec::new();
        for (command, answer) in waiting.drain(..) {
            sqlx::query("savepoint one").execute(&mut *transaction).await?;
            let result = sqlite::apply(&mut transaction, &command).await;
            let end = if result.is_ok() { "release one" } else { "rollback to one" };
            sqlx::query(end).execute(&mut *transaction).await?;
            answers.push((answer, result));
        }
        transaction.commit().await?;
        for (answer, result) in answers {
            let _ = answer.send(result);
        }
    }
    Ok(())
}

/// Serves the floor on a free port until the process ends; prints the address and the tasks that can be approved.
pub(crate) async fn serve(url: &str, grouped: bool, documents: usize) -> Result<()> {
    let (database, tasks) = if let Some(path) = url.strip_prefix("sqlite:") {
        open_sqlite(path, grouped, documents).await?
    } else {
        let pool = PgPoolOptions::new().max_connections(16).connect(url).await?;
        let mut connection = pool.acquire().await?;
        for sql in TABLES {
            sqlx::query(*sql).execute(&mut *connection).await?;
        }
        let tasks = postgres::fill(&mut connection, documents).await?;
        drop(connection);
        (Database::Postgres(pool), tasks)
    };
    let app = Router::new()
        .route("/approve/{task}", post(approve))
        .route("/documents", get(list).post(save))
        .with_state(Arc::new(database));
    let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    println!("{}", json!({"address": listener.local_addr()?.to_string(), "tasks": tasks}));
    axum::serve(listener, app).await?;
    Ok(())
}

async fn open_sqlite(path: &str, grouped: bool, documents: usize) -> Result<(Database, Vec<String>)> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
    let mut tasks = Vec::new();
    // Without documents it goes on with what is there.
    if documents > 0 {
        let mut transaction = pool.begin().await?;
        for sql in TABLES {
            sqlx::query(*sql).execute(&mut *transaction).await?;
        }
        tasks = sqlite::fill(&mut transaction, documents).await?;
        transaction.commit().await?;
    }
    let readers = SqlitePoolOptions::new().max_connections(8).connect_with(options).await?;
    let writer = if grouped {
        let (queue, waiting) = mpsc::channel(1_024);
        tokio::spawn(group(pool, waiting));
        SqliteWriter::Group(queue)
    } else {
        SqliteWriter::Each(pool)
    };
    Ok((Database::Sqlite { readers, writer }, tasks))
}

type Response = Result<Json<Value>, StatusCode>;

async fn approve(State(db): State<Arc<Database>>, Path(task): Path<String>, headers: HeaderMap) -> Response {
    let person = signed_in(&db, &headers).await?;
    answer(db.write(Command::Approve { task, person }).await)
}

async fn save(State(db): State<Arc<Database>>, headers: HeaderMap, Json(document): Json<Document>) -> Response {
    let person = signed_in(&db, &headers).await?;
    answer(db.write(Command::Save { document, person }).await)
}

async fn list(State(db): State<Arc<Database>>, headers: HeaderMap) -> Response {
    signed_in(&db, &headers).await?;
    answer(db.list("draft").await.map(Some))
}

async fn signed_in(db: &Database, headers: &HeaderMap) -> Result<String, StatusCode> {
    let cookie = headers.get("cookie").and_then(|c| c.to_str().ok()).and_then(|c| c.strip_prefix("session="));
    let token = cookie.ok_or(StatusCode::UNAUTHORIZED)?;
    db.person(token).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?.ok_or(StatusCode::UNAUTHORIZED)
}

fn answer(result: Answer) -> Response {
    match result {
        Ok(Some(json)) => Ok(Json(json)),
        Ok(None) => Err(StatusCode::CONFLICT),
        Err(_) => Err(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

fn now() -> i64 {
    chrono::Utc::now().timestamp_millis()
}

fn id() -> String {
    Uuid::now_v7().to_string()
}

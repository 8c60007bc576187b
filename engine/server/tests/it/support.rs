//! A server for one test. The trade pack with its demo is published once for all of them, then copied.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use axum::Router;
use chrono::{DateTime, Utc};
use server::{
    App, Clock, Options,
    command::UpdateRecord,
    packs,
    publish::{Publication, PublishError, Report},
};
use tempfile::TempDir;
use uuid::Uuid;

use crate::client::Client;

/// The demo's password.
const PASSWORD: &str = "portolan-demo";

/// A test on both databases: `on_both!(name, |server| { … });`
macro_rules! on_both {
    ($name:ident, |$server:ident| $body:block) => {
        mod $name {
            #[allow(unused_imports, reason = "a test uses what it needs")]
            use super::*;

            async fn run($server: &crate::support::TestApp) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let server = crate::support::TestApp::trade().await;
                run(&server).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(server) = crate::support::TestApp::trade_on_postgres().await {
                    run(&server).await;
                    server.remove().await;
                }
            }
        }
    };
}
pub(crate) use on_both;

/// A server in this process, with a database and a clock of its own.
pub(crate) struct TestApp {
    pub(crate) app: App,
    pub(crate) router: Router,
    folder: Option<TempDir>,
    postgres: Option<String>,
    /// Where attached files are kept.
    _files: Arc<TempDir>,
}

pub(crate) fn morning() -> DateTime<Utc> {
    "2026-11-23T02:00:00Z".parse().unwrap()
}

impl TestApp {
    /// With nothing set up.
    pub(crate) async fn empty() -> Self {
        Self::empty_with(|_| {}).await
    }

    /// The same, with other options.
    pub(crate) async fn empty_with(change: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::open(sqlite(&folder.path().join("test.db")), Some(folder), None, change).await
    }

    /// With the trade pack and its demo.
    pub(crate) async fn trade() -> Self {
        Self::trade_with(|_| {}).await
    }

    /// The same, with other options.
    pub(crate) async fn trade_with(change: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("test.db");
        let base = sqlite_base();
        std::fs::copy(&base, &own).unwrap();
        let wal = PathBuf::from(format!("{}-wal", base.display()));
        if wal.exists() {
            std::fs::copy(&wal, format!("{}-wal", own.display())).unwrap();
        }
        Self::open(sqlite(&own), Some(folder), None, change).await
    }

    /// The same on PostgreSQL, if there is one.
    pub(crate) async fn trade_on_postgres() -> Option<Self> {
        let admin = std::env::var("TEST_POSTGRES_URL").ok()?;
        let base = postgres_base();
        let name = format!("server_{}", Uuid::now_v7().simple());
        execute(&admin, format!("create database {name} template {base}")).await;
        Some(Self::open(database(&admin, &name), None, Some(name), |_| {}).await)
    }

    /// With nothing set up, on PostgreSQL, if there is one.
    pub(crate) async fn empty_on_postgres() -> Option<Self> {
        let admin = std::env::var("TEST_POSTGRES_URL").ok()?;
        let name = format!("server_{}", Uuid::now_v7().simple());
        execute(&admin, format!("create database {name}")).await;
        Some(Self::open(database(&admin, &name), None, Some(name), |_| {}).await)
    }

    async fn open(
        url: String,
        folder: Option<TempDir>,
        postgres: Option<String>,
        change: impl FnOnce(&mut Options),
    ) -> Self {
        let mut options = Options { test_clock: true, ..Options::new(url) };
        let files = tempfile::tempdir().unwrap();
        options.files = Some(files.path().join("files"));
        options.key = Some(files.path().join("key"));
        options.audit = Some(files.path().join("audit"));
        options.audit_key = Some(files.path().join("audit-key"));
        change(&mut options);
        let app = App::open_with_clock(options, Clock::manual(morning())).await.unwrap();
        Self { router: server::http::router(app.clone()), app, folder, postgres, _files: Arc::new(files) }
    }

    /// A server with other options, over whatever is there.
    pub(crate) async fn with_options(&self, options: Options) -> Self {
        let app = App::open_with_clock(options, Clock::manual(morning())).await.unwrap();
        Self {
            router: server::http::router(app.clone()),
            app,
            folder: None,
            postgres: None,
            _files: Arc::clone(&self._files),
        }
    }

    /// The address of a new database of PostgreSQL with nothing in it, if there is one.
    pub(crate) async fn bare_postgres() -> Option<String> {
        let admin = std::env::var("TEST_POSTGRES_URL").ok()?;
        let name = format!("server_{}", Uuid::now_v7().simple());
        execute(&admin, format!("create database {name}")).await;
        Some(database(&admin, &name))
    }

    /// Another server over the same database, as after a start.
    pub(crate) async fn reopened(&self) -> Self {
        let options = self.app.options().clone();
        let app = App::open_with_clock(options, Clock::manual(morning())).await.unwrap();
        Self {
            router: server::http::router(app.clone()),
            app,
            folder: None,
            postgres: None,
            _files: Arc::clone(&self._files),
        }
    }

    /// Breaks the connections of PostgreSQL on which processes hear each other.
    pub(crate) async fn end_listening(&self) {
        let text = "select pg_terminate_backend(pid) from pg_stat_activity \
                    where datname = current_database() and query ilike 'listen%'";
        execute(&self.database(), text.to_owned()).await;
    }

    /// Removes a database of PostgreSQL; SQLite's goes with its folder.
    pub(crate) async fn remove(&self) {
        assert!(self.folder.is_none());
        self.app.close().await;
        let admin = std::env::var("TEST_POSTGRES_URL").unwrap();
        execute(&admin, format!("drop database {} with (force)", self.postgres.as_ref().unwrap())).await;
    }

    /// Does something to the database that the engine knows nothing of.
    pub(crate) async fn tamper(&self, sql: &str) {
        run_sql(&self.database(), sql).await;
    }

    /// Where its database lies.
    pub(crate) fn database(&self) -> String {
        self.app.options().database.clone()
    }

    /// Somebody who has not signed in.
    pub(crate) fn visitor(&self) -> Client {
        Client::new(self.router.clone())
    }

    /// A person of the demo, signed in.
    pub(crate) async fn sign_in(&self, who: &str) -> Client {
        let mut client = self.visitor();
        let answer = client.sign_in(&format!("{}@demo.example", who.replace('_', ".")), PASSWORD).await;
        assert_eq!(answer.status, 200, "{who}: {}", answer.body);
        client
    }

    /// The id of a person of the demo.
    pub(crate) fn person(&self, who: &str) -> Uuid {
        self.app.person_by_email(&format!("{}@demo.example", who.replace('_', "."))).unwrap().0
    }

    /// Gives a person of the demo other roles.
    pub(crate) async fn give_roles(&self, who: &str, roles: &[&str]) {
        let fields = [("roles".to_owned(), serde_json::json!(roles))].into_iter().collect();
        let id = self.person(who);
        let command = UpdateRecord { entity: "user".into(), id, version: None, fields, distinct: None, source: "app" };
        self.app.perform(None, &command).await.unwrap();
    }

    /// Publishes a folder of packs with some files replaced.
    pub(crate) async fn publish(&self, folder: &str, changes: &[(&str, &str, &str)]) -> Result<Report, PublishError> {
        let mut packs = packs::read(&[repository().join(folder)]).unwrap();
        for (file, from, to) in changes {
            let found = packs.iter_mut().flat_map(|pack| &mut pack.files).find(|f| f.path == *file).unwrap();
            assert!(found.text.contains(from), "{file} has no {from}");
            found.text = found.text.replace(from, to);
        }
        self.app.publish(Publication { packs, note: "test".into(), by: None, demo: false }).await
    }
}

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sqlite(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

fn database(admin: &str, name: &str) -> String {
    let slash = admin.rfind('/').unwrap();
    let end = admin.find('?').unwrap_or(admin.len());
    format!("{}{name}{}", &admin[..=slash], &admin[end..])
}

async fn run_sql(url: &str, sql: &str) {
    use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
    if !url.starts_with("sqlite:") {
        return execute(url, sql.to_owned()).await;
    }
    let mut connection = sqlx::SqliteConnection::connect(url).await.unwrap();
    connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    connection.close().await.unwrap();
}

async fn execute(url: &str, sql: String) {
    use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
    let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
    connection.execute(AssertSqlSafe(sql)).await.unwrap();
}

/// Works in a runtime of its own, since what it makes outlives the test that happens to come first.
fn apart<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    std::thread::spawn(move || runtime().block_on(work)).join().unwrap()
}

/// The demo, without what is due in it by itself later on: tests count the jobs that they set going.
async fn publish_demo(url: String) {
    let app = App::open_with_clock(Options::new(url.clone()), Clock::manual(morning())).await.unwrap();
    app.set_up_demo().await.unwrap();
    app.close().await;
    run_sql(&url, "delete from sys_jobs").await;
    if url.starts_with("sqlite:") {
        // Its file and its log are copied one after the other: nothing may go from the one to the other meanwhile.
        run_sql(&url, "pragma wal_checkpoint(truncate)").await;
    }
}

fn sqlite_base() -> PathBuf {
    static BASE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = BASE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("base.db");
        apart(publish_demo(sqlite(&path)));
        (folder, path)
    });
    path.clone()
}

fn postgres_base() -> &'static str {
    static BASE: OnceLock<String> = OnceLock::new();
    BASE.get_or_init(|| {
        apart(async {
            let admin = std::env::var("TEST_POSTGRES_URL").unwrap();
            let name = format!("server_base_{}", Uuid::now_v7().simple());
            execute(&admin, format!("create database {name}")).await;
            publish_demo(database(&admin, &name)).await;
            name
        })
    })
}

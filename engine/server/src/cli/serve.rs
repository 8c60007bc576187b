//! `portolan serve`: the server, until it is told to stop.

use std::{io::Write as _, net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration};

use anyhow::Context as _;
use clap::Args;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use super::Database;
use crate::{
    App, Limits, Options,
    backup::{self, Schedule},
    http, nodes, presence, work, worker,
};

/// How long requests under way may take when the server stops.
const GRACE: Duration = Duration::from_secs(20);

#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    database: Database,
    /// Where to listen.
    #[arg(long, env = "PORTOLAN_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Set up the demo at the first start.
    #[arg(long)]
    demo: bool,
    /// Folders of packs that are published at the first start, beside the built-in ones.
    #[arg(long = "definitions")]
    definitions: Vec<PathBuf>,
    /// Let the clock be set by the API: for tests, demonstrations and training.
    #[arg(long)]
    test_clock: bool,
    /// Where attached files are kept; beside the database if left out. Back up both.
    #[arg(long, env = "PORTOLAN_FILES")]
    files: Option<PathBuf>,
    /// Where the signed roots of histories are written; beside the database if left out. Copy them to where nobody who
    /// may write the database can change them.
    #[arg(long, env = "PORTOLAN_AUDIT")]
    audit: Option<PathBuf>,
    /// The key that signs them, made at the first need; beside the database if left out.
    #[arg(long, env = "PORTOLAN_AUDIT_KEY")]
    audit_key: Option<PathBuf>,
    /// The largest file that can be attached, in megabytes.
    #[arg(long, env = "PORTOLAN_LARGEST_FILE", default_value_t = 25, value_parser = clap::value_parser!(u64).range(1..=2048))]
    largest_file: u64,
    /// Take backups into this folder by itself. Of several processes over one database, only one should.
    #[arg(long, env = "PORTOLAN_BACKUP")]
    backup: Option<PathBuf>,
    /// After how many hours.
    #[arg(long, env = "PORTOLAN_BACKUP_EVERY", default_value_t = 24, value_parser = clap::value_parser!(u64).range(1..))]
    backup_every: u64,
    /// How many are kept.
    #[arg(long, env = "PORTOLAN_BACKUP_KEEP", default_value_t = 14)]
    backup_keep: usize,
    /// A proxy stands before the server; its X-Forwarded-* headers count.
    #[arg(long, env = "PORTOLAN_BEHIND_PROXY")]
    behind_proxy: bool,
}

impl Serve {
    /// As started without arguments.
    pub(super) fn bare() -> Self {
        #[derive(clap::Parser)]
        struct Bare {
            #[command(flatten)]
            serve: Serve,
        }
        <Bare as clap::Parser>::parse_from(["portolan"]).serve
    }

    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        start_logs("info,sqlx=warn");
        let stop = stop_signal()?;
        let options = Options {
            demo: self.demo,
            test_clock: self.test_clock,
            behind_proxy: self.behind_proxy,
            definitions: self.definitions,
            files: self.files,
            backup: self.backup.map(|into| Schedule {
                into,
                every: Duration::from_secs(self.backup_every * 3600),
                keep: self.backup_keep,
            }),
            audit: self.audit,
            audit_key: self.audit_key,
            limits: Limits { file: self.largest_file << 20, ..Limits::default() },
            ..self.database.options()
        };
        let listener =
            TcpListener::bind(self.listen).await.with_context(|| format!("cannot listen on {}", self.listen))?;
        let app = App::open(options).await.context("cannot open the database")?;
        if app.options().demo && app.set_up_demo().await.context("cannot set up the demo")? {
            tracing::info!("the demo is set up");
        }
        app.recover_imports().await.context("cannot look after imports that were broken off")?;
        say_address(&app, listener.local_addr()?);
        let work = work::start(&app);
        let worker = worker::start(&app, worker::handlers()).await.context("cannot start the alarm clock")?;
        let others = nodes::start(&app);
        let present = presence::start(&app);
        let backups = backup::start(&app);
        let service = http::router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let stopping = app.clone();
        let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
            stop.await;
            tracing::info!("stopping");
            // Streams end, so that only requests that do something are waited for.
            stopping.stop();
        });
        let mut told = app.stopping();
        tokio::select! {
            done = async { serving.await } => done?,
            () = async {
                let _ = told.wait_for(|stopping| *stopping).await;
                tokio::time::sleep(GRACE).await;
            } => tracing::warn!("requests were still under way"),
        }
        work.await?;
        worker.await?;
        others.await?;
        present.await?;
        backups.await?;
        app.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

/// What a person at the terminal wants to know; logs go to the other stream. Nobody may be listening (any more).
fn say_address(app: &App, address: SocketAddr) {
    let host = if address.ip().is_unspecified() { "localhost".to_owned() } else { address.ip().to_string() };
    let demo = if app.firm().demo { "Demo: choose a person on the sign-in page\n" } else { "" };
    let port = address.port();
    let _ = write!(std::io::stdout(), "Portolan {} is ready: http://{host}:{port}\n{demo}", env!("CARGO_PKG_VERSION"));
}

/// Lines for people, or JSON with `PORTOLAN_LOG_FORMAT=json`; `PORTOLAN_LOG` says how much, else `usual`.
pub(super) fn start_logs(usual: &str) {
    let filter = EnvFilter::try_from_env("PORTOLAN_LOG").unwrap_or_else(|_| EnvFilter::new(usual));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start within a process (tests) keeps the first one's.
    let _ = if std::env::var("PORTOLAN_LOG_FORMAT").is_ok_and(|format| format == "json") {
        logs.json().try_init()
    } else {
        logs.try_init()
    };
}

/// Waits for a wish to stop. The signals are listened to from the call on, not only when it is waited for: one that comes
/// while the server starts is not lost.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    #[cfg(unix)]
    let mut interrupt = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        #[cfg(not(unix))]
        if tokio::signal::ctrl_c().await.is_err() {
            // Without a handler there is nothing to wait for.
            std::future::pending::<()>().await;
        }
    })
}

//! `portolan backup` and `portolan restore`: copies of all that a firm has, taken while people work, and the way back.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;

use super::Database;
use crate::{App, Options, backup};

#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The folder in which each backup gets one of its own; with `--verify`, a backup.
    folder: PathBuf,
    #[command(flatten)]
    place: Place,
    /// Look through a backup instead of taking one: every digest, every page, every count. Exit code 1 if anything is
    /// not as it was written.
    #[arg(long)]
    verify: bool,
    /// Keep so many, and remove older ones when this one is taken.
    #[arg(long)]
    keep: Option<usize>,
}

#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The backup.
    from: PathBuf,
    #[command(flatten)]
    place: Place,
}

/// A database and what lies beside it.
#[derive(Debug, Args)]
struct Place {
    #[command(flatten)]
    database: Database,
    /// Where attached files are kept; beside the database if left out.
    #[arg(long, env = "PORTOLAN_FILES")]
    files: Option<PathBuf>,
    /// Where the signed roots are; beside the database if left out.
    #[arg(long, env = "PORTOLAN_AUDIT")]
    audit: Option<PathBuf>,
    /// The key that signs them; beside the database if left out.
    #[arg(long, env = "PORTOLAN_AUDIT_KEY")]
    audit_key: Option<PathBuf>,
}

impl Place {
    fn options(self) -> Options {
        Options {
            files: self.files,
            audit: self.audit,
            audit_key: self.audit_key,
            // A backup is wanted whatever becomes of the definitions.
            repair: true,
            ..self.database.options()
        }
    }
}

impl Backup {
    #[expect(clippy::print_stdout, reason = "the command line's output")]
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        if self.verify {
            let findings = backup::verify(&self.folder).await?;
            findings.iter().for_each(|finding| println!("{finding}"));
            let manifest = backup::Manifest::read(&self.folder)?;
            println!("{}, {} files: {} findings", manifest.taken_at, manifest.parts.len(), findings.len());
            return Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        let app = App::open(self.place.options()).await?;
        let taken = app.back_up(&self.folder).await;
        app.close().await;
        println!("{}", taken?.display());
        if let Some(keep) = self.keep {
            backup::keep_latest(&self.folder, keep)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Restore {
    #[expect(clippy::print_stdout, reason = "the command line's output")]
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let manifest = backup::restore(&self.from, &self.place.options()).await?;
        println!("brought back what was there at {}", manifest.taken_at);
        Ok(ExitCode::SUCCESS)
    }
}

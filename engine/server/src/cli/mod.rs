//! The command line. Each command is a file; none knows more than the library offers to everybody.

mod audit;
mod backup;
mod check;
mod diagnostics;
mod erase;
mod export;
mod fmt;
mod import;
mod instances;
mod migrate;
mod pack_test;
mod publish;
mod rename;
mod secret;
mod serve;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::Options;

/// A low-code platform engine for foreign-trade firms: definitions are data, one binary runs them.
#[derive(Debug, Parser)]
#[command(name = "portolan", version, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do; `serve` if left out.
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the app and the API.
    Serve(serve::Serve),
    /// Check definitions; tells all problems at once and touches no database.
    Check {
        /// Folders of packs.
        #[arg(required = true)]
        folders: Vec<PathBuf>,
    },
    /// Write definitions in the canonical format.
    Fmt {
        /// Only tell which files are not in it.
        #[arg(long)]
        check: bool,
        /// Folders of packs, or files in them.
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
    /// Make definitions the ones that are in force; a running server takes them up by itself.
    Publish(publish::Publish),
    /// Give a field or an entity another name in every definition; its records keep their values when it is published.
    Rename(rename::Rename),
    /// Run the tests of packs.
    Test {
        /// Folders of packs.
        #[arg(required = true)]
        folders: Vec<PathBuf>,
    },
    /// Write a list as delimited text.
    Export(export::Export),
    /// Make records from a spreadsheet.
    Import(import::Import),
    /// Take running workflows over to the latest version of their definitions, or tell what would become of them.
    Instances(instances::Instances),
    /// Prove that histories are as they were written.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Take a copy of everything while people work: database, files, signed roots, keys; or look through one.
    Backup(backup::Backup),
    /// Bring a backup back into an empty place.
    Restore(backup::Restore),
    /// Keep what settings name and nobody is to read.
    #[command(subcommand)]
    Secret(secret::Secret),
    /// Erase what is personal in a record, in its history and wherever it was told.
    Erase(erase::Erase),
    /// Put records whose time is over into the trash, as the server does by itself each day.
    Retain(erase::Retain),
    /// Bring the database's system tables up to date.
    Migrate {
        #[command(flatten)]
        database: Database,
    },
}

/// Which database.
#[derive(Clone, Debug, Args)]
pub(crate) struct Database {
    /// `sqlite:<file>` or `postgres://user:password@host/database`.
    #[arg(long = "database", env = "PORTOLAN_DATABASE", default_value = "sqlite:var/portolan.db")]
    pub(crate) url: String,
    /// The installation's key, under which sensitive values and secrets lie, made at the first need; beside the database
    /// if left out. Without it they cannot be opened: keep a copy apart from the database.
    #[arg(long, env = "PORTOLAN_KEY")]
    pub(crate) key: Option<PathBuf>,
}

impl Database {
    /// The options with which it is opened.
    pub(crate) fn options(&self) -> Options {
        Options { key: self.key.clone(), ..Options::new(&self.url) }
    }
}

impl Cli {
    /// Does what was asked for.
    ///
    /// # Errors
    /// If it could not be done for a reason other than the caller's definitions; those are printed, with exit code 1.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Some(Command::Serve(serve)) => serve.run().await,
            None => serve::Serve::bare().run().await,
            Some(Command::Check { folders }) => Ok(check::run(&folders)),
            Some(Command::Fmt { check, paths }) => fmt::run(check, &paths),
            Some(Command::Publish(publish)) => publish.run().await,
            Some(Command::Rename(rename)) => rename.run(),
            Some(Command::Test { folders }) => pack_test::run(&folders).await,
            Some(Command::Export(export)) => export.run().await,
            Some(Command::Import(import)) => import.run().await,
            Some(Command::Instances(instances)) => instances.run().await,
            Some(Command::Audit(audit)) => audit.run().await,
            Some(Command::Backup(backup)) => backup.run().await,
            Some(Command::Restore(restore)) => restore.run().await,
            Some(Command::Secret(secret)) => secret.run().await,
            Some(Command::Erase(erase)) => erase.run().await,
            Some(Command::Retain(retain)) => retain.run().await,
            Some(Command::Migrate { database }) => migrate::run(&database).await,
        }
    }
}

//! `portolan publish`: makes definitions the ones in force.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;

use super::{Database, diagnostics};
use crate::{
    App, Options, packs,
    publish::{Publication, PublishError},
};

#[derive(Debug, Args)]
pub(super) struct Publish {
    /// Folders of packs. Packs published before that are not among them stay.
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    #[command(flatten)]
    database: Database,
    /// What for, for those who look through the versions.
    #[arg(long, default_value = "")]
    note: String,
    /// Make the records of the demo too.
    #[arg(long)]
    demo: bool,
}

impl Publish {
    #[expect(clippy::print_stdout, reason = "the command line's output")]
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        // Checked before the database is even opened.
        let packs = match packs::read(&self.folders) {
            Ok(packs) => packs,
            Err(problems) => {
                diagnostics::print(&problems);
                return Ok(ExitCode::FAILURE);
            }
        };
        let app = App::open(Options { repair: true, ..Options::new(&self.database.url) }).await?;
        let publication = Publication { packs, note: self.note, by: None, demo: self.demo };
        let result = app.publish(publication).await;
        app.close().await;
        match result {
            Ok(report) => {
                if !report.warnings.is_empty() {
                    diagnostics::print(&report.warnings);
                }
                let what = if report.is_new { "published" } else { "nothing has changed since" };
                println!("{what} version {}, {} records made", report.version, report.made);
                Ok(ExitCode::SUCCESS)
            }
            Err(PublishError::Wrong(problems)) => {
                diagnostics::print(&problems);
                Ok(ExitCode::FAILURE)
            }
            Err(other) => Err(other.into()),
        }
    }
}

//! `portolan import`: a file becomes records, as by the app's page.

use std::{io::IsTerminal as _, path::PathBuf, process::ExitCode};

use clap::Args;
use kernel::Name;

use super::Database;
use crate::{
    App,
    import::{ImportState, Plan, upload_of},
};

#[derive(Debug, Args)]
pub(super) struct Import {
    /// The import of a published pack.
    import: String,
    /// The spreadsheet (.xlsx) or delimited text (.csv).
    file: PathBuf,
    /// The sheet, if not the first that has rows.
    #[arg(long)]
    sheet: Option<String>,
    /// Only check; nothing is written.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    database: Database,
}

/// Problems that are printed.
const PRINTED: usize = 50;

impl Import {
    #[expect(clippy::print_stdout, clippy::print_stderr, reason = "the command line's output")]
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        super::serve::start_logs("warn");
        let mut upload = upload_of(&self.file)?;
        upload.sheet = self.sheet;
        let app = App::open(self.database.options()).await?;
        let uploaded = app.upload_import(None, upload).await?;
        let plan = Plan::Defined { import: Name::new(&self.import) };
        let began = std::time::Instant::now();
        let row = app.run_import(None, uploaded.row.id, Some(plan), !self.dry_run).await?;
        app.close().await;

        let state: ImportState = serde_json::from_value(row.state)?;
        for problem in state.problems.iter().take(PRINTED) {
            let column = problem.column.as_deref().map(|c| format!(", {c}")).unwrap_or_default();
            eprintln!("row {}{column}: {} [{}]", problem.row, problem.message, problem.code);
        }
        let more = state.problem_count.saturating_sub(PRINTED as u64);
        if more > 0 {
            eprintln!("… and {more} more");
        }
        for (entity, counts) in &state.summary {
            println!(
                "{entity}: {} created, {} updated, {} skipped, {} refused",
                counts.create, counts.update, counts.skip, counts.invalid
            );
        }
        if let Some(failure) = &state.failure {
            eprintln!("{failure}");
        }
        let seconds = if std::io::stdout().is_terminal() {
            format!(" in {:.1} s", began.elapsed().as_secs_f64())
        } else {
            String::new()
        };
        println!("{}: {} rows, {} problems{seconds}, import {}", row.status, row.done, state.problem_count, row.id);
        Ok(if state.failure.is_none() && state.problem_count == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

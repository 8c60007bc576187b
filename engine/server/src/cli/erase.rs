//! `portolan erase` and `portolan retain`: personal data goes when it is asked for, records when their time is over.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use uuid::Uuid;

use super::Database;
use crate::App;

#[derive(Debug, Args)]
pub(super) struct Erase {
    /// The entity: `contact`.
    entity: String,
    /// The record.
    id: Uuid,
    /// Why, for the history and the audit.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    database: Database,
}

impl Erase {
    #[expect(clippy::print_stdout, reason = "the command line's output")]
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let app = App::open(self.database.options()).await?;
        let erased = app.erase(None, &self.entity, self.id, &self.reason).await.context("nothing was erased")?;
        app.close().await;
        println!("Erased in the record and its history: {}", erased.fields.join(", "));
        println!("Notices: {}", erased.notices);
        for copy in erased.copies {
            println!("Taken over once and still there: {copy}");
        }
        Ok(ExitCode::SUCCESS)
    }
}

#[derive(Debug, Args)]
pub(super) struct Retain {
    /// Only tell what would go.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    database: Database,
}

impl Retain {
    #[expect(clippy::print_stdout, reason = "the command line's output")]
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let app = App::open(self.database.options()).await?;
        for rule in app.retained().await? {
            println!("{}: {}", rule.entity, rule.records);
            for (id, title) in rule.first {
                println!("  {id} {title}");
            }
        }
        if !self.dry_run {
            println!("Put into the trash: {}", app.retain(None).await?);
        }
        app.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

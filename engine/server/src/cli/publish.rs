//! `portolan publish`: makes definitions the ones in force.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use clap::Args;
use kernel::rebuild::Choices;

use super::{Database, diagnostics};
use crate::{
    App, Options, packs,
    publish::{Plan, Publication, PublishError},
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
    /// Only tell what would change, and what becomes of stored values.
    #[arg(long)]
    plan: bool,
    /// What becomes of stored values, as JSON by field: `{"request.amount": {"unconvertible": "empty", "fill": 0}}`.
    #[arg(long, default_value = "{}")]
    choices: String,
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
        let choices: Choices = serde_json::from_str(&self.choices).context("--choices cannot be read")?;
        let app = App::open(Options { repair: true, ..self.database.options() }).await?;
        if self.plan {
            let plan = app.plan_publication(packs, &choices).await;
            app.close().await;
            return Ok(tell(&plan?));
        }
        let publication = Publication { packs, note: self.note, by: None, demo: self.demo };
        let result = app.publish_with(publication, choices).await;
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

/// Prints what publishing would do.
#[expect(clippy::print_stdout, reason = "the command line's output")]
fn tell(plan: &Plan) -> ExitCode {
    if !plan.problems.is_empty() {
        diagnostics::print(&plan.problems);
    }
    for difference in &plan.differences {
        println!("{}", difference.text);
    }
    for effect in &plan.effects {
        let what = format!("{} {}", effect.of, effect.labels.join(", "));
        let (what, seen, concerned) = (what.trim(), effect.seen, effect.concerned);
        match effect.kind {
            "convert" => println!("{what}: {} of {seen} records convert; {concerned} do not", seen - concerned),
            "compute" => println!("{what}: worked out anew in {} records", effect.total),
            "require" => println!("{what}: {concerned} of {seen} records lack it"),
            "remove" => println!("{what}: {concerned} of {seen} records hold it; it is kept aside"),
            "unique" => println!("{what}: {concerned} records share a value"),
            _ => println!("{what}: an index over {} records", effect.total),
        }
        for row in &effect.rows {
            let failed = row.failed.as_ref().map_or_else(String::new, |f| format!(": {} ({})", f.value, f.message));
            println!("    {} {}{failed}", row.id, row.title);
        }
    }
    let when = if plan.in_background { ", while people work" } else { "" };
    match (plan.is_new, plan.refused) {
        (false, _) => println!("nothing has changed since"),
        (true, true) => println!("version {} would be refused", plan.version),
        (true, false) => println!("version {} would be published{when}", plan.version),
    }
    if plan.refused { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

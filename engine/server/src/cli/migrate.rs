//! `portolan migrate`: brings the system tables up to date; a starting server does the same by itself.

use std::process::ExitCode;

use super::Database;
use crate::App;

#[expect(clippy::print_stdout, reason = "the command line's output")]
pub(super) async fn run(database: &Database) -> anyhow::Result<ExitCode> {
    let app = App::open(database.options()).await?;
    println!("up to date; definitions at version {}", app.published().catalog.version);
    app.close().await;
    Ok(ExitCode::SUCCESS)
}

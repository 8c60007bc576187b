//! `portolan secret`: what settings name and nobody is to read: the mail server's password.

use std::{
    io::{IsTerminal as _, Read as _, Write as _},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::{Args, Subcommand};

use super::Database;
use crate::{App, Options};

#[derive(Debug, Subcommand)]
pub(super) enum Secret {
    /// Keep a secret under a name; it is read from the standard input. An empty one takes it away.
    Set(Set),
}

#[derive(Debug, Args)]
pub(super) struct Set {
    /// Its name: `smtp_password`.
    name: String,
    #[command(flatten)]
    database: Database,
}

impl Secret {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let Self::Set(Set { name, database }) = self;
        if std::io::stdin().is_terminal() {
            // Nobody may be reading it.
            let _ = writeln!(std::io::stderr(), "Type the secret and end with Ctrl-D:");
        }
        let mut secret = String::new();
        std::io::stdin().read_to_string(&mut secret).context("cannot read the secret")?;
        let app = App::open(Options { repair: true, ..Options::new(&database.url) }).await?;
        app.set_secret(None, &name, secret.trim_end_matches(['\r', '\n'])).await.context("cannot keep the secret")?;
        app.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

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
    /// Make a new key and seal with it what the one before has sealed. The server must not run meanwhile.
    Rotate(Rotate),
}

#[derive(Debug, Args)]
pub(super) struct Set {
    /// Its name: `smtp_password`.
    name: String,
    #[command(flatten)]
    database: Database,
}

#[derive(Debug, Args)]
pub(super) struct Rotate {
    #[command(flatten)]
    database: Database,
}

impl Secret {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let Set { name, database } = match self {
            Self::Set(set) => set,
            Self::Rotate(Rotate { database }) => return rotate(&database).await,
        };
        if std::io::stdin().is_terminal() {
            // Nobody may be reading it.
            let _ = writeln!(std::io::stderr(), "Type the secret and end with Ctrl-D:");
        }
        let mut secret = String::new();
        std::io::stdin().read_to_string(&mut secret).context("cannot read the secret")?;
        let app = App::open(Options { repair: true, ..database.options() }).await?;
        app.set_secret(None, &name, secret.trim_end_matches(['\r', '\n'])).await.context("cannot keep the secret")?;
        app.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

async fn rotate(database: &Database) -> anyhow::Result<ExitCode> {
    let app = App::open(Options { repair: true, ..database.options() }).await?;
    let count = app.rotate_key().await.context("cannot seal everything anew; what was sealed before still opens")?;
    app.close().await;
    let _ = writeln!(std::io::stdout(), "{count} records sealed anew");
    Ok(ExitCode::SUCCESS)
}

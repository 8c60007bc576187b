//! `portolan audit`: proves that histories are as they were written, and writes a signed root at once.

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Subcommand};

use super::Database;
use crate::{App, Options};

#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Walk over all histories, records and signed roots, and tell what is not as it was written; exit code 1 if anything.
    Verify {
        #[command(flatten)]
        place: Place,
        /// The public half of the key that signed the roots, in hexadecimal; else the first root's own is believed.
        #[arg(long)]
        key: Option<String>,
        /// A line of JSON for each finding.
        #[arg(long)]
        json: bool,
    },
    /// Sign a root over what went on since the last, without waiting for the day's end.
    Root {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Args)]
pub(super) struct Place {
    #[command(flatten)]
    database: Database,
    /// Where the signed roots are; beside the database if left out.
    #[arg(long, env = "PORTOLAN_AUDIT")]
    audit: Option<PathBuf>,
    /// The key that signs them; beside the database if left out.
    #[arg(long, env = "PORTOLAN_AUDIT_KEY")]
    audit_key: Option<PathBuf>,
}

impl Place {
    async fn open(self) -> anyhow::Result<App> {
        let options = Options {
            audit: self.audit,
            audit_key: self.audit_key,
            // Histories can be proved whatever becomes of the definitions.
            repair: true,
            ..self.database.options()
        };
        Ok(App::open(options).await?)
    }
}

impl Audit {
    #[expect(clippy::print_stdout, reason = "the command line's output")]
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Verify { place, key, json } => {
                let app = place.open().await?;
                let mut found: u64 = 0;
                let walked = app
                    .verify_histories(key.as_deref(), |finding| {
                        found += 1;
                        if json {
                            println!("{}", finding.to_json());
                        } else {
                            println!("{finding}");
                        }
                    })
                    .await?;
                app.close().await;
                if !json {
                    let crate::audit::Walked { chains, entries, roots } = walked;
                    println!("{chains} chains, {entries} entries, {roots} roots: {found} findings");
                }
                Ok(if found == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
            }
            Self::Root { place } => {
                let app = place.open().await?;
                let name = app.clock().now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
                match app.write_root(&name).await? {
                    Some(root) => println!("root {} over {} chains: {}", root.number, root.chains, root.path.display()),
                    None => println!("nothing went on since the last root"),
                }
                app.close().await;
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

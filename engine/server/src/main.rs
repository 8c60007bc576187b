//! The binary `portolan`: reads the command line and hands over to the library.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> anyhow::Result<ExitCode> {
    let cli = server::cli::Cli::parse();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(cli.run())
}

//! The binary `portolan`: reads the command line and hands over to the library.

use std::process::ExitCode;

use clap::Parser as _;
use mimalloc::MiMalloc;

// Requests make and drop many small values on all cores: a fifth of a save's time went into the system's allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> anyhow::Result<ExitCode> {
    let cli = server::cli::Cli::parse();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(cli.run())
}

//! `portolan check`: all problems of packs at once.

use std::{path::PathBuf, process::ExitCode};

use kernel::Catalog;

use super::diagnostics;
use crate::packs;

pub(super) fn run(folders: &[PathBuf]) -> ExitCode {
    let found = match packs::read(folders) {
        Ok(packs) => Catalog::load(&packs).1,
        Err(problems) => problems,
    };
    if diagnostics::print(&found) == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

//! `portolan test`: runs the tests of packs and closes with a line that counts them.

use std::{path::PathBuf, process::ExitCode};

use super::diagnostics;
use crate::{pack_test, packs};

#[expect(clippy::print_stdout, reason = "the command line's output")]
pub(super) async fn run(folders: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let packs = match packs::read(folders) {
        Ok(packs) => packs,
        Err(problems) => {
            diagnostics::print(&problems);
            return Ok(ExitCode::FAILURE);
        }
    };
    let given: Vec<String> =
        folders.iter().filter_map(|f| Some(f.file_name()?.to_string_lossy().into_owned())).collect();
    let report = match pack_test::run(packs, |pack| given.is_empty() || given.iter().any(|name| name == pack)).await {
        Ok(report) => report,
        Err(pack_test::Error::Wrong(problems)) => {
            diagnostics::print(&problems);
            return Ok(ExitCode::FAILURE);
        }
        Err(other) => return Err(other.into()),
    };
    for (name, wrong) in &report.failed {
        println!("FAILED {name}");
        for line in wrong {
            println!("    {line}");
        }
    }
    println!("{} passed, {} failed", report.passed, report.failed.len());
    Ok(if report.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

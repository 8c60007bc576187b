//! `portolan fmt`: writes definitions in the canonical format, or tells which are not in it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use kernel::Diagnostic;

use super::diagnostics;
use crate::packs::is_pack;

#[expect(clippy::print_stdout, reason = "the command line's output")]
pub(super) fn run(check: bool, paths: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let mut problems: Vec<Diagnostic> = Vec::new();
    let mut changed = 0_usize;
    for (root, file) in paths.iter().map(|path| files(path)).collect::<anyhow::Result<Vec<_>>>()?.into_iter().flatten()
    {
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let inside = file.strip_prefix(&root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        match kernel::format(&inside, &text) {
            Ok(formatted) if formatted == text => {}
            Ok(formatted) => {
                changed += 1;
                println!("{}", file.display());
                if !check {
                    fs::write(&file, formatted).with_context(|| format!("cannot write {}", file.display()))?;
                }
            }
            Err(found) => problems.extend(found.into_iter().map(|d| d.in_file(file.display().to_string()))),
        }
    }
    if !problems.is_empty() {
        diagnostics::print(&problems);
    }
    println!("{changed} {}", if check { "not in the canonical format" } else { "formatted" });
    let fine = problems.is_empty() && (!check || changed == 0);
    Ok(if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The JSON files below a path, each with the root of its pack.
fn files(path: &Path) -> anyhow::Result<Vec<(PathBuf, PathBuf)>> {
    let about = fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
    if about.is_file() {
        return Ok(vec![(pack_root(path), path.to_owned())]);
    }
    let mut found = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let inner = entry?.path();
            let name = inner.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            if inner.is_dir() && !name.starts_with('.') {
                folders.push(inner);
            } else if name.ends_with(".json") {
                // Other JSON files, such as schemas or a scenario beside a pack, are left alone.
                let root = pack_root(&inner);
                if is_pack(&root) {
                    found.push((root, inner));
                }
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The nearest folder above with a `pack.json`, or the file's own.
fn pack_root(file: &Path) -> PathBuf {
    let own = file.parent().unwrap_or_else(|| Path::new(""));
    own.ancestors().find(|folder| is_pack(folder)).unwrap_or(own).to_owned()
}

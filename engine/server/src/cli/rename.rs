//! `portolan rename`: gives a field, a field of a line or an entity another name in every definition.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::Args;
use kernel::{
    Diagnostic,
    rename::{Rename as What, rename},
};

use super::diagnostics;
use crate::packs::{self, is_pack};

#[derive(Debug, Args)]
pub(super) struct Rename {
    /// The folder of the pack, or of several packs.
    folder: PathBuf,
    /// What is renamed: `request.amount`, `request.lines.price`, or an entity, `request`.
    path: String,
    /// The new name.
    to: String,
}

impl Rename {
    #[expect(clippy::print_stdout, reason = "the command line's output")]
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        let wrong = |problems: &[Diagnostic]| {
            diagnostics::print(problems);
            ExitCode::FAILURE
        };
        let Some(what) = What::of(&self.path, &self.to) else {
            let told = "expected an entity, `entity.field` or `entity.lines.field`";
            return Ok(wrong(&[Diagnostic::error("E0911", "", told)]));
        };
        let before = match packs::read(std::slice::from_ref(&self.folder)) {
            Ok(packs) => packs,
            Err(problems) => return Ok(wrong(&problems)),
        };
        let renamed = match rename(&before, &what) {
            Ok(renamed) => renamed,
            Err(problems) => return Ok(wrong(&problems)),
        };
        // All that would be written is known to have a place before anything is.
        for file in &renamed.changed {
            let pack = file.split('/').next().unwrap_or_default();
            if folder_of(&self.folder, pack).is_none() {
                let told = format!("`{}` is also named by the built-in pack `{pack}`, which stays as it is", self.path);
                return Ok(wrong(&[Diagnostic::error("E0911", "", told).in_file(file)]));
            }
        }
        for (old, new) in before.iter().zip(&renamed.packs) {
            let Some(folder) = folder_of(&self.folder, &old.name) else { continue };
            for (old, new) in old.files.iter().zip(&new.files) {
                if old == new {
                    continue;
                }
                let path = folder.join(&new.path);
                fs::write(&path, &new.text).with_context(|| format!("cannot write {}", path.display()))?;
                if old.path != new.path {
                    let gone = folder.join(&old.path);
                    fs::remove_file(&gone).with_context(|| format!("cannot remove {}", gone.display()))?;
                }
                println!("{}", path.display());
            }
        }
        println!("{} files changed", renamed.changed.len());
        Ok(ExitCode::SUCCESS)
    }
}

/// Where a pack lies.
fn folder_of(given: &Path, pack: &str) -> Option<PathBuf> {
    let named = |folder: &Path| {
        let whole = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        whole.file_name().is_some_and(|name| name.to_string_lossy() == pack)
    };
    if is_pack(given) {
        return named(given).then(|| given.to_owned());
    }
    Some(given.join(pack)).filter(|folder| is_pack(folder))
}

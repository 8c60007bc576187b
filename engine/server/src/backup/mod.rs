//! Backups: the database as it was at one moment, attached files, signed roots and keys, in a folder of their own with a
//! list of what is in it; and the way back into an empty place. Taken while people work.
//!
//! SQLite copies itself (`vacuum into`, which leaves writers alone). PostgreSQL has a good program for it: `pg_dump` and
//! `pg_restore` are called, which must be of the server's version or newer.

mod manifest;
mod postgres;
mod restore;
mod schedule;
mod verify;

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

pub use manifest::{Manifest, Part};
pub use restore::restore;
pub(crate) use schedule::start;
pub use schedule::{Schedule, keep_latest};
pub use verify::verify;

use crate::{App, auth::hex};

/// The list of what is in a backup. It is written last: a folder without it is no backup.
const MANIFEST: &str = "backup.json";
/// How folders are called whose backup is not finished.
const PARTIAL: &str = ".partial";

/// Why there is no backup, or nothing is brought back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The disk failed.
    #[error("{path}: {source}")]
    Disk {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// PostgreSQL's program failed.
    #[error("{program} failed: {told}")]
    Program {
        /// Which.
        program: &'static str,
        /// What it said.
        told: String,
    },
    /// It is no backup, or not what was written.
    #[error("{} is no sound backup: {}", .folder.display(), .findings.join("; "))]
    Unsound {
        /// The folder.
        folder: PathBuf,
        /// What was found.
        findings: Vec<String>,
    },
    /// The place to bring it back to is not empty, or of another kind.
    #[error("{0}")]
    Place(String),
}

pub(crate) fn disk(path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_owned();
    move |source| BackupError::Disk { path, source }
}

impl App {
    /// Takes a backup into a new folder, named by the time, below `into`; looks through it; gives its path. Others work on.
    ///
    /// # Errors
    /// If it could not be taken whole; then nothing is left of it.
    pub async fn back_up(&self, into: &Path) -> Result<PathBuf, BackupError> {
        let now = self.clock().now();
        let name = now.format("%Y-%m-%dT%H-%M-%S%.3fZ").to_string();
        let (partial, whole) = (into.join(format!("{name}{PARTIAL}")), into.join(&name));
        let taken = self.fill(&partial).await;
        if let Err(error) = taken {
            // What is left of it says nothing to anybody.
            let _ = fs::remove_dir_all(&partial);
            return Err(error);
        }
        fs::rename(&partial, &whole).map_err(disk(&whole))?;
        sync_folder(into)?;
        let findings = verify(&whole).await?;
        if findings.is_empty() { Ok(whole) } else { Err(BackupError::Unsound { folder: whole, findings }) }
    }

    async fn fill(&self, folder: &Path) -> Result<(), BackupError> {
        make_private(folder)?;
        // The database first: what it then refers to among the files is not removed for a day at least.
        let database = folder.join("database");
        if !self.store().copy_to(&database).await? {
            postgres::dump(&self.options().database, &database).await?;
        }
        let rows = match self.store().database() {
            "sqlite" => store::look_through(&database).await?.rows,
            _ => std::collections::BTreeMap::new(),
        };
        let options = self.options().clone();
        let (definitions, taken_at, kind) =
            (self.published().catalog.version, self.clock().now(), self.store().database().to_owned());
        let folder = folder.to_owned();
        let copied = tokio::task::spawn_blocking(move || {
            sync_file(&database)?;
            for (name, from) in beside(&options) {
                copy_all(&from, &folder.join(name))?;
            }
            let parts = manifest::parts(&folder)?;
            let program = env!("CARGO_PKG_VERSION").to_owned();
            Manifest { program, database: kind, taken_at, definitions, rows, parts }.write(&folder)
        });
        copied.await.map_err(|error| BackupError::Place(error.to_string()))?
    }
}

/// What belongs to a database beside it, by its name in a backup.
fn beside(options: &crate::Options) -> [(&'static str, PathBuf); 4] {
    [
        ("files/files", options.files_folder().join("files")),
        ("audit", options.audit_folder()),
        ("audit-key", options.audit_key()),
        ("key", options.key_file()),
    ]
}

/// Copies a file or a folder, if it is there, and has it on the disk.
fn copy_all(from: &Path, to: &Path) -> Result<(), BackupError> {
    if from.is_dir() {
        make_private(to)?;
        for entry in fs::read_dir(from).map_err(disk(from))? {
            let entry = entry.map_err(disk(from))?;
            copy_all(&entry.path(), &to.join(entry.file_name()))?;
        }
        return sync_folder(to);
    }
    match fs::copy(from, to) {
        Ok(_) => sync_file(to),
        // It was removed meanwhile, or there is none.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(disk(to)(error)),
    }
}

/// A folder that nobody else looks into: it holds everything that the firm has.
fn make_private(folder: &Path) -> Result<(), BackupError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(disk(folder))
}

fn sync_file(file: &Path) -> Result<(), BackupError> {
    File::open(file).and_then(|file| file.sync_all()).map_err(disk(file))
}

fn sync_folder(folder: &Path) -> Result<(), BackupError> {
    if cfg!(unix) { sync_file(folder) } else { Ok(()) }
}

/// The digest and the length of a file, read as a stream.
fn digest(file: &Path) -> Result<(String, u64), BackupError> {
    let (mut hasher, mut length) = (Sha256::new(), 0);
    let mut from = File::open(file).map_err(disk(file))?;
    let mut piece = vec![0; 64 << 10];
    loop {
        let read = from.read(&mut piece).map_err(disk(file))?;
        if read == 0 {
            return Ok((hex(&hasher.finalize()), length));
        }
        hasher.update(piece.get(..read).unwrap_or_default());
        length += read as u64;
    }
}

//! What is in a backup: `backup.json`.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{BackupError, MANIFEST, digest, disk, sync_file, sync_folder};

/// The list of what is in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the program that took it.
    pub program: String,
    /// `sqlite` or `postgres`.
    pub database: String,
    /// When it was begun.
    pub taken_at: DateTime<Utc>,
    /// The version of the definitions in force.
    pub definitions: i64,
    /// Rows by table, where the database is one that can be looked through.
    pub rows: BTreeMap<String, u64>,
    /// Every file, by its path below the folder.
    pub parts: BTreeMap<String, Part>,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its length.
    pub bytes: u64,
    /// The SHA-256 digest of its bytes, in hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// Reads that of a backup.
    ///
    /// # Errors
    /// If there is none, or it is none.
    pub fn read(folder: &Path) -> Result<Self, BackupError> {
        let path = folder.join(MANIFEST);
        let text = fs::read(&path).map_err(disk(&path))?;
        serde_json::from_slice(&text).map_err(|error| BackupError::Unsound {
            folder: folder.to_owned(),
            findings: vec![format!("{MANIFEST}: {error}")],
        })
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), BackupError> {
        let path = folder.join(MANIFEST);
        let text = serde_json::to_vec_pretty(self).map_err(|error| BackupError::Place(error.to_string()))?;
        fs::write(&path, text).map_err(disk(&path))?;
        sync_file(&path)?;
        sync_folder(folder)
    }
}

/// All files below a folder but the list itself.
pub(super) fn parts(folder: &Path) -> Result<BTreeMap<String, Part>, BackupError> {
    let mut parts = BTreeMap::new();
    let mut waiting: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(&next).map_err(disk(&next))? {
            let path = entry.map_err(disk(&next))?.path();
            if path.is_dir() {
                waiting.push(path);
                continue;
            }
            let Ok(name) = path.strip_prefix(folder) else { continue };
            let name = name.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
            if name != MANIFEST {
                let (sha256, bytes) = digest(&path)?;
                parts.insert(name, Part { bytes, sha256 });
            }
        }
    }
    Ok(parts)
}

//! Brings a backup back into an empty place.

use std::{fs, path::Path};

use super::{BackupError, Manifest, beside, copy_all, disk, make_private, postgres, sync_file, sync_folder, verify};
use crate::Options;

/// Brings a backup back: its database, files, signed roots and keys, to where the options say. It is looked through
/// before, and the place must be empty: nothing is ever written over.
///
/// # Errors
/// If the backup is not sound, the place is not empty, or of another kind than the backup.
pub async fn restore(from: &Path, options: &Options) -> Result<Manifest, BackupError> {
    let manifest = Manifest::read(from)?;
    let findings = verify(from).await?;
    if !findings.is_empty() {
        return Err(BackupError::Unsound { folder: from.to_owned(), findings });
    }
    let sqlite = options.database.strip_prefix("sqlite:");
    let expected = if sqlite.is_some() { "sqlite" } else { "postgres" };
    if manifest.database != expected {
        let told = format!("expected a backup of a {expected} database, but it is of a {} one", manifest.database);
        return Err(BackupError::Place(told));
    }
    for (_, place) in beside(options) {
        let is_empty = |place: &Path| fs::read_dir(place).is_ok_and(|mut entries| entries.next().is_none());
        if place.exists() && !is_empty(&place) {
            return Err(BackupError::Place(format!("expected nothing at {}, but something is there", place.display())));
        }
    }
    match sqlite {
        Some(path) => {
            let path = path.strip_prefix("//").unwrap_or(path);
            let file = Path::new(path.split('?').next().unwrap_or(path));
            if ["", "-wal", "-shm"].iter().any(|end| Path::new(&format!("{}{end}", file.display())).exists()) {
                return Err(BackupError::Place(format!(
                    "expected no database at {}, but one is there",
                    file.display()
                )));
            }
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            make_private(folder)?;
            // First the bytes, then the name: a restore that is broken off leaves no half database behind.
            let half = Path::new(&format!("{}.partial", file.display())).to_owned();
            fs::copy(from.join("database"), &half).map_err(disk(&half))?;
            sync_file(&half)?;
            fs::rename(&half, file).map_err(disk(file))?;
            sync_folder(folder)?;
        }
        None => {
            if !store::is_empty(&options.database).await? {
                return Err(BackupError::Place("expected an empty database, but it has tables".to_owned()));
            }
            postgres::load(&options.database, &from.join("database")).await?;
        }
    }
    for (name, place) in beside(options) {
        if let Some(folder) = place.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            make_private(folder)?;
        }
        copy_all(&from.join(name), &place)?;
    }
    Ok(manifest)
}

//! Backups that the server takes by itself, and how many of them it keeps.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use tokio::task::JoinHandle;

use super::{BackupError, MANIFEST, PARTIAL, disk};
use crate::App;

/// How often it looks whether one is due.
const LOOK: Duration = Duration::from_secs(60);

/// Backups that the server takes by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Into this folder.
    pub into: PathBuf,
    /// When the last is so old.
    pub every: Duration,
    /// So many are kept.
    pub keep: usize,
}

/// Takes backups until the server stops, where the options say so.
pub(crate) fn start(app: &App) -> JoinHandle<()> {
    let app = app.clone();
    tokio::spawn(async move {
        let Some(schedule) = app.options().backup.clone() else { return };
        let mut stop = app.stopping();
        let mut clock = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                _ = stop.wait_for(|stopping| *stopping) => return,
                _ = clock.tick() => {}
            }
            match app.back_up_when_due(&schedule).await {
                Ok(Some(folder)) => tracing::info!(folder = %folder.display(), "a backup is taken"),
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "no backup could be taken"),
            }
        }
    })
}

impl App {
    /// Takes a backup if the last is too old, and removes those that are too many. Its path, if one was taken.
    ///
    /// # Errors
    /// If it could not be taken; older ones then stay.
    pub async fn back_up_when_due(&self, schedule: &Schedule) -> Result<Option<PathBuf>, BackupError> {
        let last = whole(&schedule.into).last().and_then(|folder| fs::metadata(folder.join(MANIFEST)).ok());
        let age = last.and_then(|last| SystemTime::now().duration_since(last.modified().ok()?).ok());
        if age.is_some_and(|age| age < schedule.every) {
            return Ok(None);
        }
        let taken = self.back_up(&schedule.into).await?;
        keep_latest(&schedule.into, schedule.keep)?;
        Ok(Some(taken))
    }
}

/// Whole backups below a folder, the oldest first: they are named by their times.
fn whole(into: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(into).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut found: Vec<PathBuf> =
        entries.filter(|folder| folder.join(MANIFEST).is_file() && !is_partial(folder)).collect();
    found.sort();
    found
}

fn is_partial(folder: &Path) -> bool {
    folder.to_string_lossy().ends_with(PARTIAL)
}

/// Removes all whole backups below a folder but the latest.
///
/// # Errors
/// If the disk fails.
pub fn keep_latest(into: &Path, keep: usize) -> Result<(), BackupError> {
    let found = whole(into);
    let old = found.len().saturating_sub(keep.max(1));
    for folder in found.iter().take(old) {
        // Without its list it is no backup any more, however far the removing comes.
        let list = folder.join(MANIFEST);
        fs::remove_file(&list).map_err(disk(&list))?;
        fs::remove_dir_all(folder).map_err(disk(folder))?;
    }
    Ok(())
}

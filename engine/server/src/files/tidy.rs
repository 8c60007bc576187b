//! Takes away what nobody has any more.

use std::collections::BTreeSet;

use super::{Key, incoming, thumbnail::Side};
use crate::{App, Failure};

/// Files that are forgotten together.
const TOGETHER: u32 = 200;

impl App {
    /// Forgets files that no record holds and whose time is over, and removes their bytes unless another file has the
    /// same. Tells how many were removed.
    ///
    /// # Errors
    /// If the disk or the store fails.
    pub async fn tidy_files(&self) -> Result<usize, Failure> {
        let files = self.files();
        incoming::sweep(&files.incoming).await?;
        let mut removed = 0;
        loop {
            let _removing = files.changing.write().await;
            let forgotten = self.store().forget_files(self.clock().now(), TOGETHER).await?;
            if forgotten.is_empty() {
                return Ok(removed);
            }
            for hash in forgotten.into_iter().collect::<BTreeSet<_>>() {
                if self.store().is_hash_needed(&hash).await? {
                    continue;
                }
                for key in Side::ALL.into_iter().filter_map(|side| side.key(&hash)).chain(Key::file(&hash)) {
                    files.objects().remove(&key).await?;
                }
                removed += 1;
            }
        }
    }
}

//! A file while it comes: written beside the others under a name of ours, gone again if it does not come to its end.

use std::{
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncWriteExt as _, BufWriter};
use uuid::Uuid;

use super::folder::{blocking, make};
use crate::auth::hex;

/// By so many of its first bytes a file is known.
const HEAD: usize = 4096;
/// What was left behind when the program ended in the middle is removed after this time.
const LEFT_BEHIND: Duration = Duration::from_secs(24 * 60 * 60);

/// A file that is coming.
#[derive(Debug)]
pub struct Incoming {
    file: BufWriter<tokio::fs::File>,
    hash: Sha256,
    arrived: Arrived,
}

/// A file that has come. It goes away with this, unless it was taken over before.
#[derive(Debug)]
pub struct Arrived {
    /// Where it lies.
    pub path: PathBuf,
    /// The digest of its bytes.
    pub hash: String,
    /// How many they are.
    pub size: u64,
    /// The first of them.
    pub head: Vec<u8>,
}

impl Incoming {
    pub(super) async fn begin(folder: &Path) -> io::Result<Self> {
        let path = folder.join(Uuid::now_v7().simple().to_string());
        let arrived = Arrived { path: path.clone(), hash: String::new(), size: 0, head: Vec::new() };
        let folder = folder.to_owned();
        blocking(move || make(&folder)).await?;
        let mut options = tokio::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        options.mode(0o600);
        let file = BufWriter::with_capacity(256 << 10, options.open(&path).await?);
        Ok(Self { file, hash: Sha256::new(), arrived })
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// If the disk fails.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        let arrived = &mut self.arrived;
        arrived.size = arrived.size.saturating_add(bytes.len() as u64);
        let room = HEAD.saturating_sub(arrived.head.len());
        arrived.head.extend(bytes.iter().take(room));
        self.file.write_all(bytes).await
    }

    /// How many bytes have come so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.arrived.size
    }

    /// It has come to its end.
    ///
    /// # Errors
    /// If the disk fails.
    pub async fn finish(mut self) -> io::Result<Arrived> {
        self.file.flush().await?;
        self.arrived.hash = hex(&self.hash.finalize());
        Ok(self.arrived)
    }
}

impl Drop for Arrived {
    fn drop(&mut self) {
        // Gone already if it was taken over.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Removes what was left behind.
pub(super) async fn sweep(folder: &Path) -> io::Result<()> {
    let folder = folder.to_owned();
    blocking(move || {
        let entries = match std::fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other?,
        };
        for entry in entries {
            let entry = entry?;
            let age = SystemTime::now().duration_since(entry.metadata()?.modified()?).unwrap_or_default();
            if age > LEFT_BEHIND {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_is_hashed_as_it_comes_and_goes_if_nobody_takes_it() {
        let root = tempfile::tempdir().unwrap();
        let mut incoming = Incoming::begin(root.path()).await.unwrap();
        incoming.write(b"hel").await.unwrap();
        incoming.write(b"lo").await.unwrap();
        let arrived = incoming.finish().await.unwrap();
        assert_eq!(arrived.hash, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
        assert_eq!((arrived.size, arrived.head.as_slice()), (5, b"hello".as_slice()));
        let path = arrived.path.clone();
        assert!(path.exists());
        drop(arrived);
        assert!(!path.exists());
        let broken_off = Incoming::begin(root.path()).await.unwrap();
        let path = broken_off.arrived.path.clone();
        drop(broken_off);
        assert!(!path.exists());
    }
}

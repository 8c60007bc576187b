//! The installation's key.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use rand::RngCore as _;
use ring::hmac;

use crate::{Failure, auth::hex};

/// 256 bits from which keys for each purpose follow, and those that were used before: what they sealed is still opened.
#[derive(Clone)]
pub struct Key {
    current: [u8; 32],
    older: Vec<[u8; 32]>,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
#[error("the installation's key at {} cannot be read or made", path.display())]
pub struct KeyError {
    path: PathBuf,
    #[source]
    source: std::io::Error,
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        Self::Disk(std::io::Error::other(error))
    }
}

impl Key {
    /// The key in a file; made if there is none, readable for its owner alone.
    ///
    /// # Errors
    /// If the file cannot be read or made, or holds something else.
    pub fn at(path: &Path) -> Result<Self, KeyError> {
        Self::read_or_make(path).map_err(|source| KeyError { path: path.to_owned(), source })
    }

    fn read_or_make(path: &Path) -> std::io::Result<Self> {
        match Self::read(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            other => return other,
        }
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder)?;
        }
        let key = Self::random();
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // Written beside and then linked to its name, so that of two processes that start at once both read the whole of
        // one key.
        let beside = path.with_extension(format!("key.{}", uuid::Uuid::now_v7().simple()));
        let mut file = options.open(&beside)?;
        file.write_all(hex(&key.current).as_bytes())?;
        file.sync_all()?;
        let linked = fs::hard_link(&beside, path);
        fs::remove_file(&beside)?;
        match linked {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
            _ => Self::read(path),
        }
    }

    fn read(path: &Path) -> std::io::Result<Self> {
        let text = fs::read_to_string(path)?;
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(read_one);
        let current = lines.next().unwrap_or_else(|| Err(wrong()))?;
        Ok(Self { current, older: lines.collect::<Result<_, _>>()? })
    }

    /// Puts a new key before those in the file, which from then on open alone. Whoever has read the file must read it
    /// again.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn rotate(path: &Path) -> Result<Self, KeyError> {
        Self::put_before(path).map_err(|source| KeyError { path: path.to_owned(), source })
    }

    fn put_before(path: &Path) -> std::io::Result<Self> {
        let before = Self::read_or_make(path)?;
        let mut key = Self::random();
        key.older = [before.current].into_iter().chain(before.older).collect();
        let beside = path.with_extension(format!("key.{}", uuid::Uuid::now_v7().simple()));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        for one in [key.current].iter().chain(&key.older) {
            writeln!(file, "{}", hex(one))?;
        }
        file.sync_all()?;
        fs::rename(&beside, path)?;
        Ok(key)
    }

    /// A key that nobody else has.
    #[must_use]
    pub fn random() -> Self {
        let mut key = [0; 32];
        rand::rng().fill_bytes(&mut key);
        Self { current: key, older: Vec::new() }
    }

    /// By what values name the key that sealed them.
    #[must_use]
    pub fn id(&self) -> String {
        id_of(&self.current)
    }

    /// The key of this id, as the only one.
    pub(super) fn of_id(&self, id: &str) -> Option<Self> {
        let found = [self.current].into_iter().chain(self.older.iter().copied()).find(|key| id_of(key) == id)?;
        Some(Self { current: found, older: Vec::new() })
    }

    /// All keys, each as the only one, the current first.
    pub(super) fn each(&self) -> impl Iterator<Item = Self> {
        [self.current].into_iter().chain(self.older.iter().copied()).map(|current| Self { current, older: Vec::new() })
    }

    /// The key for one purpose; from it neither this one nor others follow.
    pub(super) fn derive(&self, purpose: &str) -> [u8; 32] {
        derived(&self.current, purpose)
    }

    /// A signature over a text for one purpose, in hexadecimal.
    #[must_use]
    pub fn sign(&self, purpose: &str, text: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.derive(purpose));
        hex(hmac::sign(&key, text.as_bytes()).as_ref())
    }
}

fn derived(key: &[u8; 32], purpose: &str) -> [u8; 32] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), purpose.as_bytes());
    let mut derived = [0; 32];
    derived.copy_from_slice(tag.as_ref());
    derived
}

fn id_of(key: &[u8; 32]) -> String {
    derived(key, "id").iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

fn wrong() -> std::io::Error {
    std::io::Error::new(ErrorKind::InvalidData, "expected 64 hexadecimal digits")
}

fn read_one(text: &str) -> std::io::Result<[u8; 32]> {
    let mut key = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return Err(wrong());
    }
    for (at, byte) in key.iter_mut().enumerate() {
        let digits = text.get(at * 2..at * 2 + 2).ok_or_else(wrong)?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
    }
    Ok(key)
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_for_its_owner_alone_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/portolan.key");
        let first = Key::at(&path).unwrap();
        assert_eq!(Key::at(&path).unwrap().current, first.current);
        assert_ne!(Key::random().current, first.current);
        assert_ne!(first.sign("a", "x"), first.sign("b", "x"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        let second = Key::rotate(&path).unwrap();
        assert_eq!((second.older.as_slice(), Key::at(&path).unwrap().id()), (&[first.current][..], second.id()));
        assert_ne!(first.id(), second.id());
        fs::write(&path, "short").unwrap();
        assert!(Key::at(&path).is_err());
    }

    #[test]
    fn a_key_is_not_shown() {
        assert_eq!(format!("{:?}", Key::random()), "Key(…)");
    }
}

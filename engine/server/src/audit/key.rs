//! The installation's key that signs roots: an Ed25519 key in a file of its own, readable by its owner alone. Whoever knows
//! its public half can tell that a root comes from here.

use std::{io, path::Path};

use ring::{
    rand::SystemRandom,
    signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey},
};

/// A key that signs.
#[derive(Debug)]
pub(super) struct Key(Ed25519KeyPair);

impl Key {
    /// The key of this file, which is made if it is not there.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => make(path)?,
            Err(error) => return Err(error),
        };
        let pair = Ed25519KeyPair::from_pkcs8(&bytes).map_err(|_| {
            io::Error::new(io::ErrorKind::InvalidData, format!("{} holds no key that signs", path.display()))
        })?;
        Ok(Self(pair))
    }

    /// Its public half.
    pub(super) fn public(&self) -> Vec<u8> {
        self.0.public_key().as_ref().to_vec()
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).as_ref().to_vec()
    }
}

/// Makes a key. Of two processes that do so at once, both get the one that was there first.
fn make(path: &Path) -> io::Result<Vec<u8>> {
    let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| io::Error::other("no randomness"))?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => {
            io::Write::write_all(&mut file, made.as_ref())?;
            file.sync_all()?;
            Ok(made.as_ref().to_vec())
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => std::fs::read(path),
        Err(error) => Err(error),
    }
}

/// Whether a signature is one by the key with this public half.
pub(super) fn is_signed(public: &[u8], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, public).verify(message, signature).is_ok()
}

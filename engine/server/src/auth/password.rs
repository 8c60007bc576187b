//! Passwords: hashed with argon2id on threads of their own, a few at a time.

use std::sync::Arc;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::Semaphore;

/// Shortest password that people can choose.
const SHORTEST: usize = 8;
/// Longest; argon2 would take more, but somebody would send a megabyte.
const LONGEST: usize = 200;

/// Hashes and checks passwords. Each takes about 19 MiB and some 20 ms of a core, so only a few run at once; the others
/// wait.
#[derive(Clone, Debug)]
pub struct Passwords {
    slots: Arc<Semaphore>,
    /// Checked when there is no such account, so that the answer takes as long as for one that is there.
    nobody: Arc<str>,
}

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a password of {SHORTEST} to {LONGEST} characters, but it has {0}")]
pub struct WeakPassword(pub usize);

impl Passwords {
    /// With as many slots as the machine has cores, at most 4.
    #[must_use]
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let nobody =
            Argon2::default().hash_password(b"nobody's password").map_or_else(|_| String::new(), |h| h.to_string());
        Self { slots: Arc::new(Semaphore::new(cores.min(4))), nobody: nobody.into() }
    }

    /// Whether people can choose it.
    ///
    /// # Errors
    /// If it is too short or too long.
    pub fn acceptable(password: &str) -> Result<(), WeakPassword> {
        let count = password.chars().count();
        if (SHORTEST..=LONGEST).contains(&count) { Ok(()) } else { Err(WeakPassword(count)) }
    }

    /// The hash as it is stored, salt and parameters inside.
    ///
    /// # Errors
    /// If argon2 cannot work, which means that memory is short.
    pub async fn hash(&self, password: &str) -> Result<String, HashingFailed> {
        let password = password.to_owned();
        self.blocking(move || Argon2::default().hash_password(password.as_bytes()).map(|h| h.to_string()).ok())
            .await
            .ok_or(HashingFailed)
    }

    /// Whether the password is right. `stored` is none where there is no such account; it takes as long.
    pub async fn verify(&self, password: &str, stored: Option<&str>) -> bool {
        let known = stored.is_some();
        let stored = stored.map_or_else(|| self.nobody.to_string(), str::to_owned);
        let password: String = password.chars().take(LONGEST + 1).collect();
        let fits = self
            .blocking(move || {
                let hash = PasswordHash::new(&stored).ok()?;
                Argon2::default().verify_password(password.as_bytes(), &hash).ok()
            })
            .await
            .is_some();
        fits && known
    }

    async fn blocking<T: Send + 'static>(&self, work: impl FnOnce() -> Option<T> + Send + 'static) -> Option<T> {
        let slot = Arc::clone(&self.slots).acquire_owned().await.ok()?;
        tokio::task::spawn_blocking(move || {
            let _slot = slot;
            work()
        })
        .await
        .ok()
        .flatten()
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

/// A password could not be hashed.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a password could not be hashed")]
pub struct HashingFailed;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_found_right_and_another_wrong() {
        let passwords = Passwords::new();
        let stored = passwords.hash("correct horse").await.unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(passwords.verify("correct horse", Some(&stored)).await);
        assert!(!passwords.verify("incorrect horse", Some(&stored)).await);
    }

    #[tokio::test]
    async fn nobody_can_sign_in_as_nobody() {
        assert!(!Passwords::new().verify("nobody's password", None).await);
    }

    #[test]
    fn short_and_endless_passwords_are_refused() {
        assert_eq!(Passwords::acceptable("1234567"), Err(WeakPassword(7)));
        assert!(Passwords::acceptable("一二三四五六七八").is_ok());
        assert!(Passwords::acceptable(&"x".repeat(201)).is_err());
    }
}

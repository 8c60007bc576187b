//! The installation's key, and what is kept under it: secrets that settings name, and links that are signed.
//!
//! The key lies in a file of its own beside the database, so that a copy of the database alone opens nothing. Whoever
//! loses it sets secrets anew; whoever backs up the database backs it up too, apart.

mod key;
mod rotate;
mod sealed;
mod vault;

pub use key::{Key, KeyError};

use store::AuditRow;
use uuid::Uuid;

use crate::{App, Failure};

/// Secrets by name lie among the settings under this.
const PREFIX: &str = "secret.";

impl App {
    /// Keeps a secret under a name, sealed; an empty one takes it away.
    ///
    /// # Errors
    /// If the store fails, or the installation's key cannot be had.
    pub async fn set_secret(&self, by: Option<Uuid>, name: &str, secret: &str) -> Result<(), Failure> {
        let stored = format!("{PREFIX}{name}");
        let sealed = if secret.is_empty() { None } else { Some(self.key()?.seal(&stored, secret.as_bytes()).into()) };
        let detail = serde_json::json!({"name": name, "set": sealed.is_some()});
        let note = AuditRow { id: Uuid::now_v7(), at: self.clock().now(), user: by, kind: "secret".into(), detail };
        self.store().change_settings(&[(stored, sealed)].into_iter().collect(), &[note]).await?;
        Ok(())
    }

    /// A secret by its name; none if there is none, or if it was sealed with another key.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn secret(&self, name: &str) -> Result<Option<String>, store::Error> {
        let stored = format!("{PREFIX}{name}");
        let Some(sealed) = self.store().setting(&stored).await? else { return Ok(None) };
        let key = self.key().inspect_err(|error| tracing::error!(%error, "the installation's key cannot be had")).ok();
        let opened = sealed.as_str().zip(key).and_then(|(sealed, key)| key.open(&stored, sealed));
        if opened.is_none() {
            tracing::error!(name, "a secret cannot be opened with the installation's key; set it anew");
        }
        Ok(opened.and_then(|bytes| String::from_utf8(bytes).ok()))
    }

    /// Whether there is a secret of this name.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn has_secret(&self, name: &str) -> Result<bool, store::Error> {
        Ok(self.store().setting(&format!("{PREFIX}{name}")).await?.is_some())
    }
}

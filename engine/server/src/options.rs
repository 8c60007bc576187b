//! What a server is started with.

use std::{path::PathBuf, time::Duration};

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite:<file>` or `postgres://…`.
    pub database: String,
    /// Whether the first start sets up the demo by itself.
    pub demo: bool,
    /// Whether the clock can be set by the API.
    pub test_clock: bool,
    /// Whether a proxy stands before it, whose `X-Forwarded-*` headers count.
    pub behind_proxy: bool,
    /// Whether it opens although what is published is not valid for this version of the program: to publish what is.
    pub repair: bool,
    /// Packs that are published at the first start, beside the built-in ones.
    pub definitions: Vec<PathBuf>,
    /// Where attached files are kept; beside the database if left out.
    pub files: Option<PathBuf>,
    /// Where the signed roots of histories are written; beside the database if left out.
    pub audit: Option<PathBuf>,
    /// The key that signs them; beside the database if left out.
    pub audit_key: Option<PathBuf>,
    /// Backups that the server takes by itself.
    pub backup: Option<crate::backup::Schedule>,
    /// The installation's key, under which secrets lie; beside the database if left out.
    pub key: Option<PathBuf>,
    /// Limits.
    pub limits: Limits,
}

/// What one may ask of a server.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Failed sign-ins from one address at once; one more every [`Limits::sign_in_refill`].
    pub sign_ins_per_address: u32,
    /// Failed sign-ins to one account at once.
    pub sign_ins_per_account: u32,
    /// How long until one more is allowed.
    pub sign_in_refill: Duration,
    /// Bytes of a JSON body.
    pub body: usize,
    /// Bytes of a file that is imported.
    pub upload: usize,
    /// Bytes of a file that is attached.
    pub file: u64,
    /// Files that may come at once.
    pub uploads: u32,
    /// How long somebody waits until it is their turn.
    pub upload_wait: Duration,
    /// How long an upload may stand still.
    pub upload_idle: Duration,
    /// How long it may take in all.
    pub upload_whole: Duration,
    /// How long a request may take.
    pub request: Duration,
    /// How long one may take that plans or publishes definitions.
    pub publication: Duration,
    /// How long a list may be looked for before it is given up.
    pub list: Duration,
    /// Rows that one export takes out at most.
    pub export_rows: u32,
    /// Rows that are taken out without being asked why.
    pub export_unasked: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sign_ins_per_address: 30,
            sign_ins_per_account: 8,
            sign_in_refill: Duration::from_secs(30),
            body: 2 << 20,
            upload: 64 << 20,
            file: 25 << 20,
            uploads: 16,
            upload_wait: Duration::from_secs(10),
            upload_idle: Duration::from_secs(20),
            upload_whole: Duration::from_secs(15 * 60),
            request: Duration::from_secs(30),
            publication: Duration::from_secs(5 * 60),
            list: Duration::from_secs(5),
            export_rows: 200_000,
            export_unasked: 5_000,
        }
    }
}

impl Options {
    /// For this database, everything else as it is by default.
    #[must_use]
    pub fn new(database: impl Into<String>) -> Self {
        Self {
            database: database.into(),
            demo: false,
            test_clock: false,
            behind_proxy: false,
            repair: false,
            definitions: Vec::new(),
            files: None,
            audit: None,
            audit_key: None,
            backup: None,
            key: None,
            limits: Limits::default(),
        }
    }

    /// Where attached files are kept.
    #[must_use]
    pub fn files_folder(&self) -> PathBuf {
        self.files.clone().unwrap_or_else(|| self.beside("files"))
    }

    /// Where the signed roots of histories are written.
    #[must_use]
    pub fn audit_folder(&self) -> PathBuf {
        self.audit.clone().unwrap_or_else(|| self.beside("audit"))
    }

    /// The key that signs them.
    #[must_use]
    pub fn audit_key(&self) -> PathBuf {
        self.audit_key.clone().unwrap_or_else(|| self.beside("audit-key"))
    }

    /// The installation's key.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.key.clone().unwrap_or_else(|| self.beside("key"))
    }

    /// The database's own path with another ending.
    fn beside(&self, ending: &str) -> PathBuf {
        let file = || {
            let path = self.database.strip_prefix("sqlite:")?;
            let path = path.strip_prefix("//").unwrap_or(path);
            Some(PathBuf::from(path.split('?').next()?))
        };
        file().unwrap_or_else(|| PathBuf::from("var/portolan.db")).with_extension(ending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_lie_beside_the_database() {
        let of = |database: &str| Options::new(database).files_folder();
        assert_eq!(of("sqlite:var/portolan.db"), PathBuf::from("var/portolan.files"));
        assert_eq!(of("sqlite:///data/firm.db?mode=rwc"), PathBuf::from("/data/firm.files"));
        assert_eq!(of("postgres://u:p@host/db"), PathBuf::from("var/portolan.files"));
    }
}

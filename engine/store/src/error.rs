//! What can go wrong, by who must act: the caller ([`CommitError`]), the author of a definition ([`SchemaError`]),
//! the operator ([`Error`]).

use chrono::{DateTime, Utc};
use kernel::Name;
use uuid::Uuid;

/// An outage, a bug, or a question that the store cannot answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// A migration failed.
    #[error("a migration of the system tables failed")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The address is neither `sqlite://` nor `postgres://`.
    #[error("expected a database address that begins with sqlite: or postgres:, but it is {url}")]
    Address {
        /// The address, without a password.
        url: String,
    },
    /// The schema that was given has no such entity.
    #[error("expected an entity named {0}, but the definitions have none")]
    UnknownEntity(String),
    /// The entity has no such field or line table.
    #[error("expected a field {path} in {entity}, but there is none")]
    UnknownField {
        /// The entity.
        entity: Name,
        /// The path from it.
        path: String,
    },
    /// A value does not fit its field, by type or by size.
    #[error("expected a value that fits {entity}.{field} ({expected}), but it is {value}")]
    Value {
        /// The entity.
        entity: Name,
        /// The field.
        field: String,
        /// What the column takes.
        expected: &'static str,
        /// The value.
        value: String,
    },
    /// A condition that has no form in SQL.
    #[error("expected a condition for SQL, but {0}")]
    Condition(String),
    /// A list took longer than lists may.
    #[error("expected a list within its time, but it took longer")]
    TooSlow,
    /// A cursor that this list did not give.
    #[error("expected a cursor of this list, but it does not fit")]
    Cursor,
    /// Something stored cannot be read.
    #[error("expected {what} in the database, but it cannot be read: {why}")]
    Corrupt {
        /// What was read.
        what: &'static str,
        /// Why not.
        why: String,
    },
    /// The writer could not begin or has ended.
    #[error("the writer is not available: {0}")]
    Unavailable(String),
    /// A write panicked; it was undone.
    #[error("a write panicked and was undone")]
    Panicked,
}

/// Why a commit was not done. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The record is not at the version that the change was made for.
    #[error("expected version {expected} of {entity} {id}, but it is at {actual}")]
    StaleRecord {
        /// The entity.
        entity: Name,
        /// The record.
        id: Uuid,
        /// The version that the change was made for.
        expected: i64,
        /// The version now.
        actual: i64,
    },
    /// The instance is not at the sequence that the change was made for.
    #[error("expected instance {id} to have stood still, but it went on")]
    StaleInstance {
        /// The instance.
        id: Uuid,
    },
    /// The task was closed by somebody else.
    #[error("expected task {id} to be open, but it is {outcome}")]
    TaskDone {
        /// The task.
        id: Uuid,
        /// Who decided; none where it was closed without them.
        by: Option<Uuid>,
        /// How.
        outcome: String,
        /// When.
        at: DateTime<Utc>,
    },
    /// Another record has the same values.
    #[error("expected unique values of {} in {entity}, but another record has them", .fields.join(", "))]
    Unique {
        /// The entity.
        entity: Name,
        /// The fields.
        fields: Vec<Name>,
    },
    /// Another record is certainly the same.
    #[error("expected {} of {entity} {record} to be no other's, but another record has them", .fields.join(", "))]
    Duplicate {
        /// The entity.
        entity: Name,
        /// The record that was to be written.
        record: Uuid,
        /// The fields that both share.
        fields: Vec<Name>,
    },
    /// What should be changed is not there.
    #[error("expected {kind} {id}, but there is none")]
    Missing {
        /// An entity, `task` or `instance`.
        kind: String,
        /// Its id.
        id: Uuid,
    },
    /// The job was cancelled, replaced or taken over.
    #[error("expected job {id} to be still held, but it is not")]
    JobGone {
        /// The job.
        id: i64,
    },
    /// The idempotency key was used for another request.
    #[error("expected the request that came with this key before, but it is another one")]
    KeyReused,
    /// It was decided by definitions that the tables have left behind; decided anew by those in force it can be done.
    #[error("expected a change decided by the definitions in force, but it was by older ones")]
    Outdated,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Why definitions cannot become tables.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// The field is stored in another way, and turning it over is not possible yet.
    #[error("expected {entity}.{field} to stay {from}, but the definition makes it {to}")]
    Unsupported {
        /// The entity.
        entity: Name,
        /// The field; `lines.field` in a line table.
        field: String,
        /// How it is stored.
        from: String,
        /// What the definition asks for.
        to: String,
    },
    /// A set of fields is declared unique, but records share values.
    #[error("expected unique values of {} in {entity}, but records share them", .fields.join(", "))]
    Duplicates {
        /// The entity.
        entity: Name,
        /// The fields.
        fields: Vec<Name>,
    },
    /// A newer version was published meanwhile.
    #[error("expected version {expected} to be the latest, but it is {actual}")]
    Outdated {
        /// The version that the change was made for.
        expected: i64,
        /// The latest.
        actual: i64,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

impl From<sqlx::Error> for CommitError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<sqlx::Error> for SchemaError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Error {
    /// Whether the disk has no room left: nothing was written, and it goes on when there is some.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.code().is_some_and(|code| code == "53100" || is_of_sqlite(&code, &[13]))
    }

    /// Whether what is stored is not as it was written.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        self.code().is_some_and(|code| matches!(&*code, "XX001" | "XX002") || is_of_sqlite(&code, &[11, 26]))
    }

    fn code(&self) -> Option<String> {
        let Self::Database(error) = self else { return None };
        error.as_database_error()?.code().map(std::borrow::Cow::into_owned)
    }

    pub(crate) fn value(entity: &Name, field: &str, expected: &'static str, value: &kernel::Value) -> Self {
        Self::Value { entity: entity.clone(), field: field.to_owned(), expected, value: value.to_string() }
    }

    pub(crate) fn corrupt(what: &'static str, why: impl std::fmt::Display) -> Self {
        Self::Corrupt { what, why: why.to_string() }
    }
}

/// Whether a code of SQLite, with what it adds to say more, is one of these.
fn is_of_sqlite(code: &str, wanted: &[u32]) -> bool {
    // PostgreSQL's have five places.
    code.len() < 5 && code.parse::<u32>().is_ok_and(|code| wanted.contains(&(code & 0xff)))
}

/// Errors that may hold one of the database, so that a transaction can be tried again.
pub(crate) trait Cause: From<Error> + Send + 'static {
    /// The database's error, if it is one.
    fn cause(&self) -> Option<&sqlx::Error>;
}

impl Cause for Error {
    fn cause(&self) -> Option<&sqlx::Error> {
        if let Self::Database(error) = self { Some(error) } else { None }
    }
}

impl Cause for CommitError {
    fn cause(&self) -> Option<&sqlx::Error> {
        if let Self::Store(error) = self { error.cause() } else { None }
    }
}

impl Cause for SchemaError {
    fn cause(&self) -> Option<&sqlx::Error> {
        if let Self::Store(error) = self { error.cause() } else { None }
    }
}

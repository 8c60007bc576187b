//! Reading for somebody: every way to a record goes through the rights compiler here.

mod cross;
mod files;
mod groups;
mod history;
mod list;
mod record;
mod titles;
mod version;
mod wire;

pub(crate) use files::file_to_json;
pub use groups::{Group, Groups};
pub(crate) use history::{masked, path_shows};
pub(crate) use list::is_there as known_path;
pub use list::{ListRequest, Listed, Plan};
pub use record::Seen;
pub(crate) use record::{known_entity, unknown};
pub use titles::Titles;
pub use version::Version;
pub use wire::record_to_json;
pub(crate) use wire::{time, value_to_json};

use kernel::{
    Rejection,
    expression::{EvalError, LowerError},
    query::Outcome,
};

use crate::Failure;

/// An evaluation as an outcome: what it needs is asked for, a fault refuses.
pub(crate) fn outcome<T>(result: Result<T, EvalError>) -> Outcome<T> {
    match result {
        Ok(value) => Outcome::Decided(value),
        Err(EvalError::Needs(queries)) => Outcome::Needs(queries),
        Err(EvalError::Fault(fault)) => Outcome::Rejected(Rejection::invalid("", fault.code(), fault.to_string())),
    }
}

/// A condition that the store cannot compute, told to whoever sent it.
pub(crate) fn not_lowerable(path: &str, error: LowerError) -> Failure {
    let message = match error {
        LowerError::NotLowerable(told) => told,
        LowerError::Eval(EvalError::Fault(fault)) => fault.to_string(),
        LowerError::Eval(EvalError::Needs(_)) => {
            "expected a value that is known, but other records must be read".into()
        }
    };
    Rejection::invalid(path, "filter", message).into()
}

//! The kernel of Portolan: definitions, expressions, records, rights and workflows as pure functions.
//!
//! It has no clock, no randomness, no I/O and no async; `clippy.toml` beside it and its list of dependencies hold it to
//! that. What it must know it is given, or asks for ([`query::Query`]).

pub mod absence;
pub mod backoff;
pub mod calendar;
pub mod catalog;
pub mod change;
pub mod command;
pub mod context;
pub mod decision;
pub mod definition;
mod diagnostic;
pub mod diff;
pub mod expression;
pub mod field;
pub mod import;
mod json_schema;
pub mod layer;
pub mod likeness;
pub mod live;
mod load;
mod name;
pub mod number;
pub mod query;
pub mod rebuild;
mod record;
pub mod reference;
mod rejection;
pub mod rename;
pub mod rights;
pub mod save;
pub mod schema;
pub mod sealed;
pub mod search;
pub mod text;
mod value;
pub mod workflow;

pub use catalog::Catalog;
pub use diagnostic::{Diagnostic, Severity, nearest};
pub use json_schema::{json_schema, validate};
pub use load::{PackSource, Source, SourceFile, format, read_file, read_pack};
pub use name::Name;
pub use record::{Line, Record, SYSTEM_FIELDS};
pub use rejection::{Conflict, ConflictKind, Problem, Rejection};
pub use value::Value;

//! Imports: a file becomes records. The file is read as a stream and worked through in pieces; each piece is grouped and
//! planned by the kernel, saved by the command loop and committed at once, so that memory stays small and a broken file
//! costs at most what can be undone.
//!
//! It must not know HTTP: the command line and the API both call it.

mod errors;
mod finder;
mod input;
mod job;
mod lease;
mod plan;
mod saver;
mod source;
mod state;
mod suggest;
mod undo;
mod worker;

pub use errors::ErrorRows;
pub use job::{Upload, Uploaded, upload_of};
pub use plan::Plan;
pub use state::{Counts, ImportState, KeptRecord, Status};
pub use suggest::Suggestion;
pub use undo::UNDO_WITHIN;

//! Documents, in and out: spreadsheets in and out, delimited text in; archives of texts, in and out.
//!
//! A crate of its own because what it builds on is heavy. It knows the kernel's cells and nothing of databases or HTTP.

pub mod archive;
mod csv;
mod encoding;
mod error;
mod limits;
mod sheets;
mod workbook;
mod xlsx;
mod zip;

pub use error::Error;
pub use limits::Limits;
pub use sheets::{Preview, Sheets, Step};
pub use workbook::{Heading, Shape, Workbook, Written};

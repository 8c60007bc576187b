//! Import: rows of a table of the outside world become records. Here everything about it that is pure: what cells mean,
//! and what is made of rows.

mod cell;
mod parse;
mod text;

pub use cell::{Cell, Content, Row, column_letters};
pub use parse::{Reading, Unreadable, parse};
pub use text::{fold_heading, tidy, tidy_lines};

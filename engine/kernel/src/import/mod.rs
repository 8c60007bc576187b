//! Import: rows of a table of the outside world become records. Here everything about it that is pure: what cells mean,
//! and what is made of rows.

mod cell;
mod compile;
mod infer;
mod number;
mod parse;
mod plan;
mod text;

pub use cell::{Cell, Content, Row, column_letters};
pub use compile::{Column, Import, Source, Target, is_importable};
pub use infer::{Inference, Inferred};
pub use parse::{Reading, Unreadable, parse};
pub(crate) use parse::{
    boolean, code, currency, date, datetime, email, integer, long_text, number, phone, rich_text, tags, text as line,
    time,
};
pub use plan::{Columns, Group, Groups, Input, Inputs, Layout, Lookup, Refused, RowProblem, fingerprint, folded_value};
pub use text::{fold_heading, tidy, tidy_lines};

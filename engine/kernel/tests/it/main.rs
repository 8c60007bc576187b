//! Tests of the kernel as its users see it.

#![allow(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    clippy::disallowed_methods,
    reason = "a test stops where it must, and reads its fixtures"
)]

mod firm;
mod import;
mod packs;
mod rights;
mod save;

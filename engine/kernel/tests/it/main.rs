//! Tests of the kernel as its users see it.

mod firm;
mod packs;
mod rights;
mod save;

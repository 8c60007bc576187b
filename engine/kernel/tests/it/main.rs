//! Tests of the kernel as its users see it.

mod packs;

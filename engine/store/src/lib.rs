//! The SQL side.

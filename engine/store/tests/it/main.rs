//! The store on both databases: SQLite always, PostgreSQL when `TEST_POSTGRES_URL` is set. Every test has a database of
//! its own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod chains;
mod commits;
mod concurrency;
mod files;
mod flow;
mod imports;
mod jobs;
mod lists;
mod messages;
mod migrations;
mod people;
mod power;
mod predicates;
mod ranges;
mod records;
mod support;
mod tables;
mod tidy;
mod values;

//! The server as its callers see it: requests go through the real router to a real database. SQLite always, PostgreSQL
//! where it matters and `TEST_POSTGRES_URL` is set. Every test has a database of its own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::needless_pass_by_value, reason = "helpers read better with `json!` passed as it is")]

mod absence;
mod approval;
mod backups;
mod bulk;
mod chaos;
mod cli;
mod client;
mod conditions;
mod deadlines;
mod duplicates;
mod erasure;
mod events;
mod explain;
mod export;
mod files;
mod first_run;
mod flow_verbs;
mod following;
mod fuzz;
mod going_back;
mod idempotency;
mod imports;
mod leaks;
mod leaver;
mod lists;
mod live_changes;
mod mail;
mod mail_links;
mod merging;
mod model;
mod nodes;
mod operating;
mod presence;
mod processes;
mod publishing;
mod records;
mod rights;
mod security;
mod sensitive;
mod served;
mod session;
mod settings;
mod smtp;
mod studio;
mod support;
mod tampering;
mod tidy;
mod trash;
mod values;
mod versions;
mod versions_of_flows;
mod view_as;
mod views;
mod worker;

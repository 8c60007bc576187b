//! Tests of the kernel as its users see it.
#![allow(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    clippy::disallowed_methods,
    reason = "helpers of tests stop at what cannot be, read better with `json!` passed as it is, and read their fixtures"
)]

mod absence;
mod calendars;
mod decision_tables;
mod definitions;
mod diff;
mod drafts;
mod expressions;
mod expressions_check;
mod expressions_filter;
mod expressions_properties;
mod expressions_world;
mod files;
mod firm;
mod fuzz;
mod import;
mod layers;
mod merging;
mod packs;
mod reference;
mod rename;
mod rights;
mod save;
mod steps;
mod values;
mod walk_through;
mod workflow_acts;
mod workflow_approvers;
mod workflow_calls;
mod workflow_check;
mod workflow_flow;
mod workflow_incidents;
mod workflow_kit;
mod workflow_merges;
mod workflow_preview;
mod workflow_properties;
mod workflow_specification;
mod workflow_time;
mod workflow_verbs;
mod workflow_versions;

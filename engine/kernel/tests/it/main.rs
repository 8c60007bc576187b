//! Tests of the kernel as its users see it.

mod firm;
mod import;
mod packs;
mod rights;
mod save;
mod workflow_approvers;
mod workflow_kit;
mod workflow_verbs;

//! Tests of the kernel as its users see it.

mod expressions;
mod expressions_world;
mod firm;
mod import;
mod packs;
mod reference;
mod rights;
mod save;
mod workflow_approvers;
mod workflow_kit;
mod workflow_verbs;

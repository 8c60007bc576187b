//! The server: the only crate that knows HTTP. What it decides, the kernel decides; what it keeps, the store keeps.

pub mod app;
mod app_model;
mod assets;
pub mod audit;
pub mod auth;
pub mod backup;
pub mod catalogs;
pub mod cli;
mod clock;
pub mod command;
pub mod engine;
pub mod events;
pub mod export;
mod failure;
pub mod files;
pub mod firm;
pub mod http;
pub mod import;
pub mod leaver;
mod likeness;
pub mod nodes;
mod openapi;
mod options;
mod org;
pub mod pack_test;
pub mod packs;
pub mod publish;
pub mod read;
mod seed;
pub mod set_up;
pub mod studio;
mod work;

pub use app::{App, OpenError, Scene};
pub use clock::Clock;
pub use failure::Failure;
pub use options::{Limits, Options};

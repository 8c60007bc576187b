//! HTTP: one file per resource, each handler a few lines around what the library does. The only place that knows
//! status codes, headers and cookies.

mod app_model;
mod audit;
mod body;
mod comments;
mod copies;
mod definitions;
mod demo;
mod deputies;
mod draft;
mod error;
mod events;
mod export;
mod file_answer;
mod files;
mod first_run;
mod headers;
mod health;
mod idempotency;
mod if_match;
mod imports;
mod instance_way;
mod instances;
mod lookup;
pub(crate) mod metrics;
mod notifications;
mod openapi;
mod people;
mod preview_answer;
mod query;
mod reader;
mod record_answer;
mod records;
mod router;
mod schemas;
mod secure;
mod session;
mod settings;
mod studio;
mod tags;
mod task_answer;
mod task_verb;
mod tasks;
mod test_clock;
mod timeline;
mod transitions;
mod ui;
mod upload;
mod words;

pub use error::Error;
pub use router::router;

use body::Body;
use query::Query;
use reader::{Newcomer, Reader};

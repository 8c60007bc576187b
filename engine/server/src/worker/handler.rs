//! What does jobs of one kind, and how they are tried.

use std::{fmt::Debug, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::BoxFuture;
use indexmap::IndexMap;
use store::JobRow;

use crate::{App, Failure};

/// Does the jobs of one kind.
pub trait Handler: Send + Sync + Debug {
    /// The kind.
    fn kind(&self) -> &'static str;

    /// How they are tried.
    fn policy(&self) -> Policy {
        Policy::default()
    }

    /// Does one. Whatever it writes goes into one commit, which finishes the job (see [`App::perform_job`]).
    fn run<'a>(&'a self, app: &'a App, job: &'a JobRow) -> BoxFuture<'a, Result<Ran, Trouble>>;
}

/// How jobs of a kind are tried.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// How many are done at once by one process.
    pub at_once: u32,
    /// How often one is tried before it rests as an incident.
    pub tries: u32,
    /// The pause after the first failure.
    pub first: TimeDelta,
    /// The longest pause.
    pub longest: TimeDelta,
}

impl Default for Policy {
    fn default() -> Self {
        Self { at_once: 4, tries: 8, first: TimeDelta::seconds(5), longest: TimeDelta::hours(1) }
    }
}

/// What became of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ran {
    /// Its commit has finished it.
    Finished,
    /// There was nothing to write: it is only to be taken away.
    Nothing,
    /// It was not the time for it yet.
    NotYet(DateTime<Utc>),
}

/// Why a job was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It may work another time.
    Again(String),
    /// It will never work as it is: somebody must look at it.
    Never(String),
    /// It was cancelled, replaced or taken over: it is nobody's business here any more.
    Gone,
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::JobGone(_) => Self::Gone,
            // What it asks for is refused, and would be so again.
            Failure::Rejected(_) | Failure::Unique { .. } | Failure::Unsettled(_) | Failure::Corrupt { .. } => {
                Self::Never(failure.to_string())
            }
            other => Self::Again(told(&other)),
        }
    }
}

impl From<store::Error> for Trouble {
    fn from(error: store::Error) -> Self {
        Self::Again(told(&error))
    }
}

/// An error and its causes in one line.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// The kinds that a process knows. Jobs of others wait for a process that does.
#[derive(Clone, Debug, Default)]
pub struct Handlers(IndexMap<&'static str, Arc<dyn Handler>>);

impl Handlers {
    /// With one more kind.
    #[must_use]
    pub fn with(mut self, handler: impl Handler + 'static) -> Self {
        self.0.insert(handler.kind(), Arc::new(handler));
        self
    }

    /// The kinds with their handlers, in the order in which they take turns.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &Arc<dyn Handler>)> {
        self.0.iter().map(|(kind, handler)| (*kind, handler))
    }

    /// How many kinds there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn nth(&self, at: usize) -> Option<&Arc<dyn Handler>> {
        self.0.get_index(at).map(|(_, handler)| handler)
    }
}

//! What is kept of an import beside its file: what was chosen, how far it is, what went wrong.

use indexmap::IndexMap;
use kernel::{Name, import::RowProblem};
use serde::{Deserialize, Serialize};

use super::Plan;

/// So many problems are kept; the rest is only counted.
pub(super) const KEPT_PROBLEMS: usize = 1_000;

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The file is there.
    Uploaded,
    /// A dry run goes on.
    Checking,
    /// A dry run has ended.
    Checked,
    /// Records are being made.
    Running,
    /// All records are made.
    Done,
    /// It broke off; what it had made is undone or can be.
    Failed,
    /// What it made is being taken back.
    Undoing,
    /// What it made is taken back.
    Undone,
}

impl Status {
    /// As it is stored and told.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Uploaded => "uploaded",
            Self::Checking => "checking",
            Self::Checked => "checked",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }
}

/// What became of the records of an entity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Made, or to be made.
    pub create: u64,
    /// Changed.
    pub update: u64,
    /// There already, or not wanted.
    pub skip: u64,
    /// Refused.
    pub invalid: u64,
}

/// What is kept of an import beside its file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportState {
    /// The sheets of the file.
    pub sheets: Vec<String>,
    /// The sheet that is read.
    pub sheet: String,
    /// Its headings.
    pub headings: Vec<String>,
    /// Its first rows, as a person would read them.
    pub sample: Vec<Vec<String>>,
    /// What was chosen last.
    pub plan: Option<Plan>,
    /// The first problems.
    pub problems: Vec<Trouble>,
    /// How many there are in all.
    pub problem_count: u64,
    /// What became of the records, by entity.
    pub summary: IndexMap<Name, Counts>,
    /// Why it broke off.
    pub failure: Option<String>,
    /// Records that could not be taken back, because others changed or use them.
    pub kept: u64,
}

/// A problem of a row, as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// The row.
    pub row: u32,
    /// The column's heading, or the field where no column is at fault alone.
    pub column: Option<String>,
    /// Stable code.
    pub code: String,
    /// In plain words.
    pub message: String,
    /// What stands in the cell.
    pub value: String,
}

impl From<RowProblem> for Trouble {
    fn from(problem: RowProblem) -> Self {
        let RowProblem { row, column, code, message, value } = problem;
        Self { row, column, code, message, value }
    }
}

impl ImportState {
    /// Notes a problem; once, though it may stand in the way of several records.
    pub(super) fn trouble(&mut self, trouble: Trouble) {
        if self.problems.iter().rev().take(100).any(|told| *told == trouble) {
            return;
        }
        self.problem_count += 1;
        if self.problems.len() < KEPT_PROBLEMS {
            self.problems.push(trouble);
        }
    }

    /// The counts of an entity.
    pub(super) fn counts(&mut self, entity: &Name) -> &mut Counts {
        self.summary.entry(entity.clone()).or_default()
    }

    /// Forgets what an earlier run found.
    pub(super) fn begin(&mut self, plan: Plan) {
        self.plan = Some(plan);
        self.problems.clear();
        self.problem_count = 0;
        self.summary.clear();
        self.failure = None;
        self.kept = 0;
    }
}

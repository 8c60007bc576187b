//! What is kept of an import beside its file: what was chosen, how far it is, what went wrong.

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use kernel::{
    Name,
    import::{Import, RowProblem, fold_heading},
    sealed,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Plan;

/// So many problems are kept; the rest is only counted.
pub(super) const KEPT_PROBLEMS: usize = 1_000;

/// So many records that stay are listed.
const KEPT_RECORDS: usize = 200;

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
    /// Somebody wants it to stop.
    Stopping,
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
            Self::Stopping => "stopping",
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
    /// The first of them.
    pub kept_records: Vec<KeptRecord>,
    /// When the work at hand began, and how many rows were done then: how fast it goes.
    pub began: Option<Began>,
    /// When it ended; undoing is possible for a while after.
    pub ended_at: Option<DateTime<Utc>>,
    /// Whether what is in stays when it is stopped, and whether it was.
    pub keeps: bool,
    /// See `keeps`.
    pub stopped: bool,
    /// How far it is noted: after a break the file is read again from there.
    pub checkpoint: Checkpoint,
    /// Refused rows with the reasons, not noted yet.
    #[serde(skip)]
    pub refused: IndexMap<u32, String>,
}

/// When some work began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Began {
    /// When.
    pub at: DateTime<Utc>,
    /// Rows that were done before.
    pub done: i64,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Checkpoint {
    /// The first row that must be read again: rows before it have gone in, or were refused.
    pub from: u32,
    /// The last row that the counts tell of.
    pub told: u32,
}

/// A record that an undone import made or changed and that stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRecord {
    /// Its entity.
    pub entity: Name,
    /// The record.
    pub id: Uuid,
    /// `changed` since by others, or `used` by other records.
    pub why: String,
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
        let told = match &trouble.column {
            Some(column) => format!("{column}: {}", trouble.message),
            None => trouble.message.clone(),
        };
        let of_row = self.refused.entry(trouble.row).or_default();
        if !of_row.is_empty() {
            of_row.push_str("; ");
        }
        of_row.push_str(&told);
        if self.problems.len() < KEPT_PROBLEMS {
            self.problems.push(trouble);
        }
    }

    /// Masks what of the sample fills sensitive fields, now that it is known which columns do.
    pub(super) fn hide_sample(&mut self, import: &Import) {
        let hidden = import.sensitive_headings();
        for (at, _) in self.headings.iter().enumerate().filter(|(_, h)| hidden.contains(&fold_heading(h))) {
            for cell in self.sample.iter_mut().filter_map(|row| row.get_mut(at)) {
                *cell = sealed::hidden(cell);
            }
        }
    }

    /// Notes what could not be taken back.
    pub(super) fn keep(&mut self, kept: Vec<KeptRecord>) {
        self.kept = kept.len() as u64;
        self.kept_records = kept.into_iter().take(KEPT_RECORDS).collect();
    }

    /// The counts of an entity.
    pub(super) fn counts(&mut self, entity: &Name) -> &mut Counts {
        self.summary.entry(entity.clone()).or_default()
    }

    /// Forgets what an earlier run found.
    pub(super) fn begin(&mut self, plan: Plan, at: DateTime<Utc>) {
        self.kept_records.clear();
        (self.keeps, self.stopped, self.ended_at) = (false, false, None);
        self.began = Some(Began { at, done: 0 });
        self.checkpoint = Checkpoint::default();
        self.plan = Some(plan);
        self.problems.clear();
        self.problem_count = 0;
        self.summary.clear();
        self.failure = None;
        self.kept = 0;
    }
}

//! What a decided command writes. The store applies a [`Commit`] whole or not at all.

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::{Line, Name, Record, Value, absence::Absence, workflow::Channel};

/// Stands in titles and search texts for the number that the store will give.
pub const NUMBER_MARK: char = '\u{FFFC}';

/// Everything that one command writes, in one transaction.
#[derive(Clone, Debug, PartialEq)]
pub struct Commit {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom; none for the engine itself.
    pub by: Option<Uuid>,
    /// The changes, applied in order.
    pub changes: Vec<Change>,
}

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A new record.
    InsertRecord(Box<InsertRecord>),
    /// A changed record; refused if it is not at the base version any more.
    UpdateRecord(Box<UpdateRecord>),
    /// A line of a record's history.
    History(HistoryEntry),
    /// A comment on a record.
    Comment(Comment),
    /// A workflow instance, new or changed; refused if it is not at the base sequence any more.
    Instance(Box<InstanceRow>),
    /// Events of an instance, appended.
    Events {
        /// The instance.
        instance: Uuid,
        /// The sequence number of the first.
        first: i64,
        /// The events as JSON.
        events: Vec<serde_json::Value>,
    },
    /// A new open task.
    OpenTask(TaskRow),
    /// A task is somebody else's: claimed from its pool, or back in it.
    AssignTask {
        /// The task.
        id: Uuid,
        /// Who has it now; nobody (the nil id) while it is in a pool.
        assignee: Uuid,
        /// The pool that it is in.
        pool: Option<String>,
    },
    /// The node of a task has another name: its instance went to another version of its workflow.
    MoveTask {
        /// The task.
        id: Uuid,
        /// The node.
        node: Name,
    },
    /// A task is no longer open.
    CloseTask(CloseTask),
    /// Somebody gets a copy of what is going on.
    Copy(CopyRow),
    /// A notice to a person.
    Notify(Notice),
    /// Files that a record holds from now on, or no more.
    Files(FilesChange),
    /// Values of a record's history go, and leave their digests.
    Erase(EraseChange),
    /// A record is destroyed for good; refused if it is not in the trash at the base version any more.
    Purge(PurgeRecord),
    /// Something that is to happen by itself later; what was to happen under the same key happens no more, even if it
    /// is just being done.
    ScheduleJob {
        /// By what it is found again: parts joined by `/`, from what it belongs to down to itself, such as
        /// `instance/<id>/node/due`.
        key: String,
        /// Who does it: a kind that the server knows.
        kind: String,
        /// When it is to happen, at the earliest.
        due_at: DateTime<Utc>,
        /// What whoever does it needs to know.
        payload: serde_json::Value,
    },
    /// What was to happen under keys that begin so happens no more. It holds for what was scheduled before, by this
    /// commit too; an empty beginning stands for nothing.
    CancelJobs {
        /// The beginning of the keys, such as `instance/<id>/`.
        key_prefix: String,
    },
    /// A workflow waits for a message from now on.
    MessageWait(MessageWait),
    /// It does not wait for it any more.
    EndMessageWait(MessageWait),
    /// A message came; it is kept until a workflow takes it.
    Message(MessageRow),
    /// A workflow takes a message; refused if it was taken already.
    TakeMessage {
        /// The message.
        id: Uuid,
    },
    /// An open task is due then.
    TaskDue {
        /// The task.
        id: Uuid,
        /// When; not known if none.
        due_at: Option<DateTime<Utc>>,
    },
    /// A job was done by this commit: refused if it was cancelled, replaced or taken over by somebody else meanwhile.
    FinishJob(JobHeld),
    /// Refused if another record has the same values.
    Apart(Apart),
    /// The keys by which near records are found.
    Near(NearKeys),
    /// Whoever stands in by a record of somebody's absence.
    Deputy(Box<DeputyChange>),
    /// Records have become one.
    Merged(Box<Merged>),
    /// It is noted how far a merge is.
    Merging {
        /// The merge.
        id: Uuid,
        /// `linking`, `done`, `unlinking` or `undone`; undone, no record leads to the winner any more.
        status: String,
    },
    /// Something refers to the winner of a merge now, or no more.
    Linked(Link),
}

/// Who stands in by a record of somebody's absence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeputyChange {
    /// The record's entity.
    pub entity: Name,
    /// The record.
    pub record: Uuid,
    /// What it says now; none if nobody stands in by it any more.
    pub absence: Option<Absence>,
}

/// Records that have become one.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// The merge.
    pub id: Uuid,
    /// The entity.
    pub entity: Name,
    /// The record that stays.
    pub winner: Uuid,
    /// Those that go.
    pub losers: Vec<Uuid>,
    /// What is needed to undo it.
    pub state: serde_json::Value,
}

/// A reference that a merge leads elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The merge.
    pub merge: Uuid,
    /// The entity of the record that refers.
    pub entity: Name,
    /// The record.
    pub record: Uuid,
    /// The line table and the line, where a line does.
    pub line: Option<(Name, Uuid)>,
    /// The field.
    pub field: Name,
    /// Its value before, in wire form.
    pub was: serde_json::Value,
}

/// A job that somebody has taken to do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobHeld {
    /// The job.
    pub id: i64,
    /// Each taking has a number of its own, so that of two takers only the last can finish it.
    pub epoch: i64,
}

/// What no other record outside the trash may share with a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Apart {
    /// The entity.
    pub entity: Name,
    /// The record.
    pub record: Uuid,
    /// Fields with their values; none null. All of a set together are not shared.
    pub sets: Vec<Vec<(Name, Value)>>,
}

/// Keys by which a record is found by texts that are nearly its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearKeys {
    /// The record.
    pub record: Uuid,
    /// Its keys now.
    pub keys: Vec<i64>,
    /// Whether it may have had others before.
    pub replaces: bool,
}

/// A new record.
#[derive(Clone, Debug, PartialEq)]
pub struct InsertRecord {
    /// The record, at version 1. Its number is none and its title may hold [`NUMBER_MARK`] if it takes a number.
    pub record: Record,
    /// The number that it takes.
    pub numbering: Option<Numbering>,
    /// Numbers of series that its fields take.
    pub series: Vec<SeriesNumber>,
    /// The text that the search finds it by; may hold [`NUMBER_MARK`].
    pub search: String,
    /// The import it came with, so that the import can be undone.
    pub batch: Option<Uuid>,
    /// From where in the import's file.
    pub origin: Option<ImportOrigin>,
}

/// From which rows of a file a record comes, so that after a break they are known to be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportOrigin {
    /// Which of the import's targets.
    pub target: u32,
    /// By what its rows are known to belong together.
    pub mark: u128,
    /// The last of them.
    pub row: u32,
}

/// A number of a series that a field of a new record takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesNumber {
    /// The field.
    pub field: Name,
    /// The number.
    pub numbering: Numbering,
    /// Whether the search finds the record by it.
    pub searched: bool,
}

/// A document number to be given: `before`, the next of the series padded to `digits`, `after`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbering {
    /// The series that is counted: the entity and the text before the sequence.
    pub series: String,
    /// Text before the sequence.
    pub before: String,
    /// Padded with zeros to so many digits.
    pub digits: usize,
    /// Text after it.
    pub after: String,
}

/// A changed record. What is not named stays.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateRecord {
    /// The entity.
    pub entity: Name,
    /// The record.
    pub id: Uuid,
    /// The version it must be at; it becomes one more.
    pub base_version: i64,
    /// Changed fields.
    pub set: IndexMap<Name, Value>,
    /// The new state, if it changes.
    pub state: Option<Name>,
    /// The new title, if it changes.
    pub title: Option<String>,
    /// The new search text, if it changes.
    pub search: Option<String>,
    /// Changed line tables.
    pub lines: IndexMap<Name, LinesChange>,
    /// `Some(Some(at))` puts it into the trash, `Some(None)` takes it out.
    pub deleted_at: Option<Option<DateTime<Utc>>>,
    /// The import that changed it.
    pub batch: Option<Uuid>,
    /// Whether it only brings computed values up to date: neither version nor time nor writer change.
    pub silent: bool,
    /// From where in the import's file.
    pub origin: Option<ImportOrigin>,
}

/// Changes of a line table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinesChange {
    /// New lines.
    pub insert: Vec<Line>,
    /// Changed fields of lines.
    pub update: Vec<Line>,
    /// Lines that go.
    pub delete: Vec<Uuid>,
    /// The ids of all lines in their new order; empty if the order stays and nothing is inserted.
    pub order: Vec<Uuid>,
}

/// Which files a record holds, so that they are kept, and shown to who may read the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilesChange {
    /// The entity.
    pub entity: Name,
    /// The record.
    pub record: Uuid,
    /// Files that it holds now; the commit is refused if one of them is gone.
    pub hold: Vec<HeldFile>,
    /// Files that it holds no more.
    pub release: Vec<HeldFile>,
}

/// Which values go from a record's history, and what else tells of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EraseChange {
    /// The record.
    pub record: Uuid,
    /// Fields: `phone`, `lines.phone`; all values of all entries and of its workflows, if none.
    pub fields: Option<Vec<String>>,
    /// Whether the texts of its comments go, too.
    pub comments: bool,
}

/// A record that is destroyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurgeRecord {
    /// The entity.
    pub entity: Name,
    /// The record.
    pub id: Uuid,
    /// The version that it must be at.
    pub base_version: i64,
}

/// A file in a field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HeldFile {
    /// The file.
    pub file: Uuid,
    /// `photo`, `lines.photo`.
    pub field: String,
}

/// A line of a record's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The entity.
    pub entity: Name,
    /// The record.
    pub record: Uuid,
    /// The record's version after it.
    pub version: i64,
    /// What was done: `created`, `updated`, `deleted`, `restored`, or the name of a transition.
    pub action: String,
    /// How it came: `app`, `import`, `workflow`, `publish`.
    pub source: String,
    /// Why, where somebody said so.
    #[serde(default)]
    pub reason: Option<String>,
    /// What changed.
    pub changes: Vec<FieldChange>,
}

/// A changed field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// `partner`, `lines.<line id>.quantity`, `lines.<line id>` for a line that came or went, `state`; `lines` for lines
    /// that were put into another order, with their ids in it.
    pub path: String,
    /// The value before, in wire form.
    pub old: serde_json::Value,
    /// The value after.
    pub new: serde_json::Value,
}

/// What was changed of a record after a version of it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct LaterChange {
    /// The record's version after it.
    pub version: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom; none for the engine itself.
    pub by: Option<Uuid>,
    /// What.
    pub changes: Vec<FieldChange>,
}

/// A comment.
#[derive(Clone, Debug, PartialEq)]
pub struct Comment {
    /// Its id.
    pub id: Uuid,
    /// The entity.
    pub entity: Name,
    /// The record.
    pub record: Uuid,
    /// Its text; `@[name](user id)` mentions a person.
    pub text: String,
    /// People it mentions.
    pub mentions: Vec<Uuid>,
}

/// A workflow that waits for a message at one of its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageWait {
    /// The instance.
    pub instance: Uuid,
    /// Its token.
    pub token: u32,
    /// The message's name.
    pub name: Name,
    /// By what it is told from others of its name.
    pub key: String,
}

/// A message that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRow {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: Name,
    /// By what it is told from others of its name.
    pub key: String,
    /// Values that came with it, in wire form.
    pub values: Map<String, Json>,
    /// Who sent it.
    pub sent_by: Option<Uuid>,
    /// When.
    pub sent_at: DateTime<Utc>,
}

/// A workflow instance as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct InstanceRow {
    /// Its id.
    pub id: Uuid,
    /// The sequence it must be at; none for a new one.
    pub base_seq: Option<i64>,
    /// Its sequence now: the number of its last event.
    pub seq: i64,
    /// The workflow.
    pub workflow: Name,
    /// The published version of the definitions that it keeps.
    pub catalog_version: i64,
    /// The record's entity.
    pub entity: Name,
    /// The record.
    pub record: Uuid,
    /// Who started it.
    pub initiator: Uuid,
    /// `running` or `ended`.
    pub status: String,
    /// How it ended.
    pub outcome: Option<Name>,
    /// Whether an administrator has stopped it for a while.
    pub suspended: bool,
    /// How many of its tokens wait for an administrator.
    pub incidents: i64,
    /// Its whole state as JSON.
    pub state: serde_json::Value,
    /// When it started.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

/// An open task: one person, one decision.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskRow {
    /// Its id.
    pub id: Uuid,
    /// The instance.
    pub instance: Uuid,
    /// The node.
    pub node: Name,
    /// Who decides; nobody (the nil id) while it is in a pool.
    pub assignee: Uuid,
    /// Whether it decides something.
    pub kind: TaskKind,
    /// The pool that it is in, by [`Pool::key`](crate::workflow::Pool::key), until somebody claims it.
    pub pool: Option<String>,
    /// The record's entity.
    pub entity: Name,
    /// The record.
    pub record: Uuid,
    /// Who started the instance.
    pub initiator: Uuid,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it is due.
    pub due_at: Option<DateTime<Utc>>,
}

/// What is asked of the person of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskKind {
    /// A decision.
    Decide,
    /// An opinion.
    Consult,
}

impl TaskKind {
    /// As it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Decide => "decide",
            Self::Consult => "consult",
        }
    }
}

/// A copy for somebody, who can then see the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyRow {
    /// The instance.
    pub instance: Uuid,
    /// Who gets it.
    pub user: Uuid,
    /// The record's entity.
    pub entity: Name,
    /// The record.
    pub record: Uuid,
    /// Who sent it; none for the engine itself.
    pub by: Option<Uuid>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A task that is no longer open.
#[derive(Clone, Debug, PartialEq)]
pub struct CloseTask {
    /// The task.
    pub id: Uuid,
    /// How: `approved`, `rejected`, `returned`, `transferred`, `closed` (the others decided), `withdrawn`, `skipped`.
    pub outcome: String,
    /// Who decided; none where it was closed without them.
    pub by: Option<Uuid>,
    /// The reason given.
    pub reason: Option<String>,
    /// For how many minutes of working time it was open, by the firm's calendar; none where there is no calendar.
    pub worked: Option<i64>,
    /// What came with it.
    pub beside: Beside,
}

/// What comes with an act on a task, beside its reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Beside {
    /// Files that were attached.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Uuid>,
    /// A signature, a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<Uuid>,
    /// By what way it came, where it did not come from the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
}

/// A notice to a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Its id.
    pub id: Uuid,
    /// To whom.
    pub user: Uuid,
    /// Why: `task`, `decided`, `returned`, `mention`, `notify`, `import`.
    pub kind: String,
    /// The record it is about.
    pub entity: Option<Name>,
    /// The record.
    pub record: Option<Uuid>,
    /// What it says, with values for translation, as JSON: `{"message": "…", "node": "…", "by": "<user id>"}`.
    pub body: serde_json::Value,
}

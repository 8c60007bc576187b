//! What the engine keeps beside records: people's credentials and sessions, an audit, settings, published definitions, work in
//! flow, notices, imports. One SQL text for both databases.

mod analytics;
mod audit;
mod bulk;
mod comments;
mod copies;
mod credentials;
mod definitions;
mod deputies;
mod drafts;
mod files;
mod idempotency;
mod imports;
mod instances;
mod jobs;
mod links;
mod mail;
mod merges;
mod messages;
mod near;
mod notices;
mod publications;
mod roots;
mod sessions;
mod settings;
mod tasks;
mod timeline;
mod views;

pub use analytics::{Work, WorkBy, WorkFilter};
pub use audit::{AuditFilter, AuditRow};
pub use bulk::{BulkCounts, BulkResult, BulkRow};
pub use comments::CommentRow;
pub use copies::CopyOf;
pub use credentials::Credentials;
pub(crate) use definitions::insert as insert_definitions;
pub use definitions::{DefinitionsVersion, PublishedVersion};
pub use deputies::DeputyRow;
pub use drafts::{AtDraft, DraftNote, DraftRow};
pub use files::{FileRow, FileUse, Loose};
pub(crate) use files::{KEEP_RELEASED, answer as answer_files};
pub use idempotency::{Answered, IdempotencyKey};
pub(crate) use idempotency::{find as find_answered, read as read_answered};
pub use imports::{ImportRecord, ImportRow, ImportWas, ImportedFrom};
pub use instances::{EventRow, InstanceFilter, RunningWorkflow, Waiting};
pub(crate) use jobs::cancel_jobs;
pub use jobs::{JobRow, Taking};
pub use links::DecisionLink;
pub use mail::{Bounced, MailWishes};
pub use merges::MergeRow;
pub use near::NearIndex;
pub use notices::NoticeRow;
pub use publications::{Lease, PublicationRow};
pub(crate) use publications::{insert as insert_publication, note as note_publication};
pub use roots::RootRow;
pub use sessions::{Session, SignedIn};
pub use tasks::{Done, DueCursor, Task};
pub use timeline::{TimelineCursor, TimelineFilter, TimelineItem};
pub use views::ViewRow;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The end of a page of a list in the order of time, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// The time of the last row.
    pub at: DateTime<Utc>,
    /// Its id.
    pub id: Uuid,
}

impl Before {
    /// The cursor as values to bind; greater than everything where there is none.
    pub(crate) fn bounds(before: Option<Self>) -> (i64, Uuid) {
        before.map_or((i64::MAX, Uuid::max()), |b| (b.at.timestamp_millis(), b.id))
    }
}

//! The store: the only crate that knows SQL. One interface over SQLite and PostgreSQL; it must not know HTTP.

mod backup;
mod chain;
mod channel;
mod commit;
mod connection;
mod dialect;
mod error;
mod layout;
mod migrations;
mod names;
mod pool;
mod read;
mod sql;
mod store;
mod system;
mod tables;
mod text;
mod transaction;
mod writer;

pub use backup::{CopyContent, is_empty, look_through};
pub use chain::{Fault, FaultKind, ListedHead, Verified};
pub use channel::Listening;
pub use commit::{Committed, CommittedRecord, GoesWith, Once};
pub use error::{CommitError, Error, SchemaError};
pub use layout::Schema;
pub use read::{Count, Group, Grouping, Page, TitlesOf};
pub use store::{Options, Priority, Stats, Store};
pub use system::{
    Answered, AtDraft, AuditFilter, AuditRow, Before, Bounced, BulkCounts, BulkResult, BulkRow, CommentRow, CopyOf,
    Credentials, DecisionLink, DefinitionsVersion, DeputyRow, Done, DraftNote, DraftRow, DueCursor, EventRow, FileRow,
    FileUse, IdempotencyKey, ImportRecord, ImportRow, ImportWas, ImportedFrom, InstanceFilter, JobRow, Lease, Loose,
    MailWishes, MergeRow, NearIndex, NoticeRow, PublicationRow, PublishedVersion, RootRow, RunningWorkflow, Session,
    SignedIn, Taking, Task, TimelineCursor, TimelineFilter, TimelineItem, ViewRow, Waiting, Work, WorkBy, WorkFilter,
};
pub use tables::{Entities, Flipped, KeptAside, NewIndex, Rebuilt, RebuiltRow, SchemaChange, SchemaPlan, Sliced};

//! Chains of digests over histories: of each record its history and comments, of each instance its events.
//!
//! An entry's *seal* holds three digests: of its values, each with a salt of its own; of its row (who, when, what) with
//! the values' digest; and its *link*, over the row's, its place, and the link of the entry before. The first two say what
//! was changed, the link that nothing came between, went, or changed places. Values and salts lie beside the seals: erased,
//! they leave their digests behind, and the chain can still be followed.

mod check;
mod content;
mod erase;
mod verify;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

pub use check::{Fault, FaultKind};
pub(crate) use content::{Leaf, Salts, comment_leaves, content, event_leaves, history_leaves, split_event};
pub(crate) use erase::erase;
pub use verify::{ListedHead, Verified};

/// A SHA-256 digest.
pub(crate) type Digest = [u8; 32];

/// What the link of a chain's first entry leads back to.
pub(crate) const GENESIS: Digest = [0; 32];

/// The kinds of chains.
pub(crate) const RECORD: &str = "record";
pub(crate) const INSTANCE: &str = "instance";

/// So much of a digest says what was changed; the link says that something was.
const SHORT: usize = 16;

/// What stands beside an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seal {
    content: [u8; SHORT],
    row: [u8; SHORT],
    pub(crate) link: Digest,
}

/// The row of an entry, without its values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) by: Option<Uuid>,
    pub(crate) what: What<'a>,
}

/// What an entry is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum What<'a> {
    History { entity: &'a str, record: Uuid, version: i64, action: &'a str, source: &'a str },
    Comment { id: Uuid, entity: &'a str, record: Uuid },
    Event { instance: Uuid, seq: i64 },
}

impl Row<'_> {
    /// The digest of the row with its values.
    pub(crate) fn digest(&self, content: &Digest) -> Digest {
        let mut hasher = Sha256::new();
        let mut text = |text: &str| {
            hasher.update((text.len() as u64).to_be_bytes());
            hasher.update(text.as_bytes());
        };
        match self.what {
            What::History { entity, record, version, action, source } => {
                text("history");
                text(entity);
                text(action);
                text(source);
                hasher.update(record.as_bytes());
                hasher.update(version.to_be_bytes());
            }
            What::Comment { id, entity, record } => {
                text("comment");
                text(entity);
                hasher.update(id.as_bytes());
                hasher.update(record.as_bytes());
            }
            What::Event { instance, seq } => {
                text("event");
                hasher.update(instance.as_bytes());
                hasher.update(seq.to_be_bytes());
            }
        }
        hasher.update(self.at.to_be_bytes());
        hasher.update(self.by.unwrap_or_default().as_bytes());
        hasher.update(content);
        hasher.finalize().into()
    }
}

/// The link of an entry with this row at this place, after an entry with the link `before`.
pub(crate) fn link(before: &Digest, seq: i64, row: &Digest) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update(before);
    hasher.update(seq.to_be_bytes());
    hasher.update(row);
    hasher.finalize().into()
}

impl Seal {
    /// The seal of an entry.
    pub(crate) fn new(content: &Digest, row: &Digest, link: Digest) -> Self {
        Self { content: short(content), row: short(row), link }
    }

    pub(crate) fn to_bytes(self) -> Vec<u8> {
        [&self.content[..], &self.row, &self.link].concat()
    }

    /// None if these are not the bytes of a seal.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (content, rest) = bytes.split_first_chunk()?;
        let (row, link) = rest.split_first_chunk()?;
        Some(Self { content: *content, row: *row, link: link.try_into().ok()? })
    }
}

fn short(digest: &Digest) -> [u8; SHORT] {
    let mut short = [0; SHORT];
    short.iter_mut().zip(digest).for_each(|(to, from)| *to = *from);
    short
}

//! How far a publication is, as it is kept and told.

use kernel::{
    Name,
    rebuild::{Choices, Failed},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// So many rows that stand in the way are told.
pub(super) const MOST_ROWS: usize = 50;

/// How far a publication is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// What the publisher chose.
    pub choices: Choices,
    /// Whether the records of the demo are made too.
    pub demo: bool,
    /// What is done, entity by entity.
    pub parts: Vec<Part>,
    /// Indexes that are made: entity and fields.
    pub indexes: Vec<IndexPart>,
    /// Values that did not convert; the first of them.
    pub rows: Vec<Row>,
    /// How many did not.
    pub failed: i64,
    /// How many say less than they did.
    pub less: i64,
    /// Why it was refused or failed.
    pub message: Option<String>,
    /// How often it was tried in vain.
    pub tries: u32,
}

/// The records of an entity.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Part {
    /// The entity, by its name now.
    pub entity: Name,
    /// The fields that are converted: `price`, `lines.price`.
    pub converted: Vec<String>,
    /// The fields that are worked out anew.
    pub computed: Vec<String>,
    /// Records done.
    pub done: i64,
    /// Records in all, when it began.
    pub total: i64,
    /// The last one done.
    pub after: Option<Uuid>,
    /// Whether all are done.
    pub finished: bool,
    /// The last one whose history was told what did not convert.
    pub told: Option<Uuid>,
    /// Whether all histories were.
    pub all_told: bool,
}

/// An index.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct IndexPart {
    /// The entity.
    pub entity: Name,
    /// The fields.
    pub fields: Vec<Name>,
    /// Whether no two records may share them.
    pub unique: bool,
    /// Whether it is there.
    pub finished: bool,
}

/// A record that stands in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The entity.
    pub entity: Name,
    /// The record.
    pub id: Uuid,
    /// What it is called.
    pub title: String,
    /// What is wrong with it; none where it shares what no two may share.
    pub failed: Option<Failed>,
}

impl State {
    /// Notes what did not convert.
    pub(super) fn fail(&mut self, entity: &Name, id: Uuid, title: &str, failed: Vec<Failed>) {
        for failed in failed {
            self.failed += 1;
            let known = self.rows.iter().any(|row| row.id == id && row.failed.as_ref() == Some(&failed));
            if self.rows.len() < MOST_ROWS && !known {
                self.rows.push(Row { entity: entity.clone(), id, title: title.to_owned(), failed: Some(failed) });
            }
        }
    }

    /// Hundredths done.
    #[must_use]
    pub fn percent(&self) -> i64 {
        let (done, total) =
            self.parts.iter().fold((0, 0), |(d, t), part| (d + part.done.min(part.total), t + part.total));
        if total == 0 { 0 } else { done * 100 / total }
    }
}

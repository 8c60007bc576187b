//! A record in memory: what the store reads and writes, what formulas and rules work on.

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use uuid::Uuid;

use crate::{Name, Value};

/// Names that every record has beside its fields. No field may take one of them.
pub const SYSTEM_FIELDS: [&str; 10] =
    ["id", "version", "state", "number", "title", "created_at", "created_by", "updated_at", "updated_by", "deleted_at"];

/// A record with its lines. Fields that are not there have never been set and count as null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The entity.
    pub entity: Name,
    /// UUIDv7, given by the engine.
    pub id: Uuid,
    /// 1 when created, one more with each change.
    pub version: i64,
    /// The lifecycle's state; none where the entity has no lifecycle.
    pub state: Option<Name>,
    /// The document number, given at the first save; none where the entity has no series.
    pub number: Option<String>,
    /// What the record is called in lists and references.
    pub title: String,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// By whom; none for the engine itself.
    pub created_by: Option<Uuid>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// By whom.
    pub updated_by: Option<Uuid>,
    /// When it was put into the trash.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Values of stored fields.
    pub fields: IndexMap<Name, Value>,
    /// Line tables in the order of their lines.
    pub lines: IndexMap<Name, Vec<Line>>,
}

/// A row of a line table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// UUIDv7; stays when lines are moved, so that two people's changes can be merged.
    pub id: Uuid,
    /// Values of stored fields.
    pub fields: IndexMap<Name, Value>,
}

impl Record {
    /// The value of a stored field or of a system field; null if there is none.
    #[must_use]
    pub fn get(&self, field: &str) -> Value {
        match field {
            "id" => Value::Id(self.id),
            "version" => Value::Integer(self.version),
            "state" => self.state.as_ref().map_or(Value::Null, Value::text),
            "number" => self.number.as_ref().map_or(Value::Null, Value::text),
            "title" => Value::text(&self.title),
            "created_at" => Value::Datetime(self.created_at),
            "created_by" => self.created_by.map_or(Value::Null, Value::Id),
            "updated_at" => Value::Datetime(self.updated_at),
            "updated_by" => self.updated_by.map_or(Value::Null, Value::Id),
            "deleted_at" => self.deleted_at.map_or(Value::Null, Value::Datetime),
            _ => self.fields.get(field).cloned().unwrap_or_default(),
        }
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        self
    }
}

//! What the kernel asks of the store: predicates and selections without SQL, and the queries of `Needs`.
//!
//! Everything here is in logical names; the store maps them to tables and columns.

use std::{collections::HashMap, sync::Arc};

use chrono::NaiveDate;
use uuid::Uuid;

use crate::{Name, Record, Value, definition::RollupHow};

/// A way from a record to a value: fields, each but the last a reference. `partner.region`, `title`, `state`.
pub type FieldPath = Vec<Name>;

/// A condition on records that the store turns into SQL. Two-valued: a comparison with null is false, so `Not` of it
/// is true; the store must keep that (`not coalesce(…, false)`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Predicate {
    /// Always.
    True,
    /// Never.
    False,
    /// All hold.
    All(Vec<Predicate>),
    /// One holds.
    Any(Vec<Predicate>),
    /// Does not hold.
    Not(Box<Predicate>),
    /// A comparison; text by its folded key. `Equal` of two nulls is false.
    Compare {
        /// The left side.
        left: Operand,
        /// How.
        operator: Comparison,
        /// The right side.
        right: Operand,
    },
    /// Whether the value is among these; null is in nothing.
    In {
        /// The value.
        operand: FieldPath,
        /// The values; none null.
        values: Vec<Value>,
    },
    /// Whether there is no value.
    IsNull(FieldPath),
    /// Whether the folded text contains the folded text.
    Contains {
        /// The text field.
        operand: FieldPath,
        /// What it contains; already folded.
        text: String,
    },
    /// Whether the folded text starts with the folded text.
    StartsWith {
        /// The text field.
        operand: FieldPath,
        /// How it starts; already folded.
        text: String,
    },
    /// Whether a multi-valued field has this value.
    Has {
        /// The field.
        operand: FieldPath,
        /// The value.
        value: Value,
    },
    /// Whether some line of a line table fits; paths inside are those of the line.
    Some {
        /// The line table.
        lines: Name,
        /// The condition.
        filter: Box<Predicate>,
    },
}

/// A side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Operand {
    /// A field, perhaps of a referred record.
    Path(FieldPath),
    /// A value.
    Value(Value),
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `=`.
    Equal,
    /// `!=`; false if a side is null.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
}

/// One key of an order. Null is the smallest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    /// The field.
    pub by: FieldPath,
    /// Greatest first.
    pub descending: bool,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Select {
    /// The entity.
    pub entity: Name,
    /// The fields to read, perhaps across a reference; system fields come in any case.
    pub columns: Vec<FieldPath>,
    /// Which records; the reader's scope is part of it.
    pub filter: Predicate,
    /// All these search tokens must be found.
    pub tokens: Vec<String>,
    /// The order; the store appends the id, in the direction of the last key.
    pub sort: Vec<Sort>,
    /// Where the page before ended.
    pub after: Option<Cursor>,
    /// How many at most.
    pub limit: u32,
    /// For each row, whether these hold: which of the reader's roles show it.
    pub flags: Vec<Predicate>,
    /// Whether the trash is shown instead.
    pub deleted: bool,
}

/// The last row of a page: its sort keys as the store compares them, and its id.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Cursor {
    /// The sort keys, in the store's own text form.
    pub keys: Vec<serde_json::Value>,
    /// The id.
    pub id: Uuid,
}

/// A row of a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// System fields, and those that were asked for without crossing a reference. No lines.
    pub record: Record,
    /// Values of the columns asked for, in their order.
    pub values: Vec<Value>,
    /// Whether each flag holds.
    pub flags: Vec<bool>,
}

/// What `decide` must know before it can go on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Query {
    /// A record with its lines.
    Record {
        /// Its entity.
        entity: Name,
        /// Its id.
        id: Uuid,
    },
    /// The latest record of an effective-dated entity on a day.
    Effective {
        /// The entity.
        entity: Name,
        /// Its key, in the order in which the entity declares it.
        key: Vec<(Name, Value)>,
        /// The day.
        on: NaiveDate,
    },
    /// The first records that fit, by id.
    Find {
        /// The entity.
        entity: Name,
        /// Which.
        filter: Predicate,
        /// How many at most.
        limit: u32,
    },
    /// The first records, by id, whose text is nearly the same; those of fewer than
    /// [`SHORTEST_NEAR`](crate::likeness::SHORTEST_NEAR) characters are none.
    Near {
        /// The entity, which declares that its records are compared so.
        entity: Name,
        /// The text field.
        field: Name,
        /// The text.
        text: String,
        /// So many characters may be added, left out or changed.
        distance: u8,
        /// What must be the same beside, in the order in which the entity declares it.
        with: Vec<(Name, Value)>,
    },
    /// What the records that refer to one come to, answered as a record: its field `value` has the sum, the least or the
    /// greatest value, its field `count` how many have a value (for a count: how many there are).
    Rollup {
        /// The entity of the records.
        of: Name,
        /// Their field that refers to the record.
        by: Name,
        /// The record.
        record: Uuid,
        /// What is asked; an average is asked as a sum.
        how: RollupHow,
        /// The field whose values are taken.
        value: Option<Name>,
        /// Which of them.
        filter: Predicate,
    },
    /// A file, answered as a record: its title is its name, `created_by` who brought it, `media_type` a field; the line
    /// table `uses` has a line for each of the first records that hold it, with `entity`, `record` and `field`.
    File {
        /// Its id.
        id: Uuid,
    },
}

/// The answer to a [`Query`]: records; none, one or several.
pub type Answer = Vec<Arc<Record>>;

/// What the shell has answered so far.
#[derive(Clone, Debug, Default)]
pub struct Facts(HashMap<Query, Answer>);

impl Facts {
    /// Nothing known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The answer, if the query has been answered.
    #[must_use]
    pub fn answer(&self, query: &Query) -> Option<&Answer> {
        self.0.get(query)
    }

    /// Notes an answer.
    pub fn insert(&mut self, query: Query, answer: Answer) {
        self.0.insert(query, answer);
    }

    /// Notes a record that is known anyway.
    pub fn insert_record(&mut self, record: Arc<Record>) {
        self.0.insert(Query::Record { entity: record.entity.clone(), id: record.id }, vec![record]);
    }
}

/// What a pure decision comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome<T> {
    /// It is decided.
    Decided(T),
    /// These must be answered first; then it is asked again.
    Needs(Vec<Query>),
    /// It is refused.
    Rejected(crate::Rejection),
}

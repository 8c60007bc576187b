//! Reading records.

use std::{collections::HashMap, sync::Arc};

use kernel::{
    Name, Record,
    query::{Answer, Cursor, Predicate, Query, Row, Select},
};
use uuid::Uuid;

use crate::{Error, Schema, Store};

/// A page of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Row>,
    /// Where the next page begins; none if this is the last.
    pub next: Option<Cursor>,
}

/// How many records there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// So many, or the cap.
    pub count: u64,
    /// Whether there are no more.
    pub exact: bool,
}

impl Store {
    /// Records with their lines, in the order of the ids; those that are not there are left out, those in the trash
    /// are not.
    pub async fn records(&self, schema: &dyn Schema, entity: &str, ids: &[Uuid]) -> Result<Vec<Record>, Error> {
        let _ = (schema, entity, ids);
        Err(Error::Unavailable("records".to_owned()))
    }

    /// A record with its lines.
    pub async fn record(&self, schema: &dyn Schema, entity: &str, id: Uuid) -> Result<Option<Record>, Error> {
        Ok(self.records(schema, entity, &[id]).await?.pop())
    }

    /// A page of a list.
    pub async fn select(&self, schema: &dyn Schema, select: &Select) -> Result<Page, Error> {
        let _ = (schema, select);
        Err(Error::Unavailable("select".to_owned()))
    }

    /// How many records a list has (its filter, tokens and trash; the rest does not matter), counted up to a cap.
    pub async fn count(&self, schema: &dyn Schema, select: &Select, cap: u32) -> Result<Count, Error> {
        let _ = (schema, select, cap);
        Err(Error::Unavailable("count".to_owned()))
    }

    /// What records are called; those that are not there are left out.
    pub async fn titles(
        &self,
        schema: &dyn Schema,
        records: &[(Name, Uuid)],
    ) -> Result<HashMap<Uuid, String>, Error> {
        let _ = (schema, records);
        Err(Error::Unavailable("titles".to_owned()))
    }

    /// Answers what a decision needs to know, in the order of the queries.
    pub async fn answer(&self, schema: &dyn Schema, queries: &[Query]) -> Result<Vec<Answer>, Error> {
        let _ = (schema, queries, Arc::new(Predicate::True));
        Err(Error::Unavailable("answer".to_owned()))
    }
}

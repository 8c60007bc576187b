//! `test`: a test of a pack, run by `portolan test`.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Keyed;
use crate::Name;

/// A test: what is there, what is done, what must then be so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestDefinition {
    /// The key.
    pub name: Name,
    /// What it shows, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The clock at the beginning: `2026-11-23T10:00:00+08:00`.
    pub at: String,
    /// Records made before. The pack's seed and demo data are there in any case.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub given: Keyed<GivenRecord>,
    /// Spreadsheets that are imported before, their columns named by fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub imports: Vec<GivenImport>,
    /// What is done, in order.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub steps: Keyed<TestStep>,
    /// What must then be so.
    pub then: Expectation,
}

/// A record made before, as the user `as` (an administrator if left out).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenRecord {
    /// Its entity.
    pub entity: Name,
    /// Who makes it: the key of a user among the demo data.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub by: Option<Name>,
    /// Its fields.
    pub fields: IndexMap<Name, serde_json::Value>,
}

/// A spreadsheet that is imported, by the user `as`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenImport {
    /// What the rows become.
    pub entity: Name,
    /// Who imports it: the key of a user among the demo data.
    #[serde(rename = "as")]
    pub by: Name,
    /// The rows by key, each with its cells by field as they stand in the file. A record that is made of one is known by
    /// the row's key.
    pub rows: Keyed<IndexMap<Name, String>>,
    /// Rows that must be refused, by key, each with the code of its problem: `number`, `date_order`, `not_found`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub refused: Keyed<String>,
}

/// A step of a test, by a user (key among the demo data).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestStep {
    /// When, where not at once: what is due until then has happened, and the clock stands there. Never earlier than the
    /// step before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Who acts.
    #[serde(rename = "as")]
    pub by: Name,
    /// The record, by its key under `given` or in the data.
    pub on: Name,
    /// Makes this transition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition: Option<Name>,
    /// Or decides the open task of theirs: `approve`, `reject`, `return`, `withdraw`, `transfer`, `comment`, or an outcome
    /// of the node's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decide: Option<Name>,
    /// To whom a transfer goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Name>,
    /// The reason given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Or changes these fields; with `decide` those that the node opens.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub update: IndexMap<Name, serde_json::Value>,
    /// The code with which it must be refused: `forbidden`, `invalid`, `task_done`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// What must then be so.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Expectation {
    /// When, where not at once: what is due until then has happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Fields of records, by key; lines as lists of objects with the fields that are looked at.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub records: Keyed<IndexMap<Name, serde_json::Value>>,
    /// Open tasks by record: who has one, by node.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub tasks: Keyed<IndexMap<Name, Vec<Name>>>,
    /// Variables of the latest instance, by record.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub variables: Keyed<IndexMap<Name, serde_json::Value>>,
    /// What the preview says, by record: the nodes at which somebody decides, in order, with the people.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub preview: Keyed<IndexMap<Name, Vec<Name>>>,
    /// Fields that a reader must not be shown, by reader and record; `lines.cost` within lines, `*` for the record as a
    /// whole.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub hidden: Keyed<Keyed<Vec<String>>>,
    /// Notices about a record, by record and person: their kinds in the order in which they came, as `task`, `reminder`,
    /// `notify`. A person without any has an empty list.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub told: Keyed<IndexMap<Name, Vec<Name>>>,
    /// How many records of an entity there are that fit a filter.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub count: Keyed<CountExpectation>,
}

/// How many records there are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CountExpectation {
    /// A filter.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub filter: Option<serde_json::Value>,
    /// How many.
    pub is: i64,
}

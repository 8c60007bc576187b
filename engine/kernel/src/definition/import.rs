//! `import`: how a spreadsheet becomes records.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Expression, Keyed, is_default};
use crate::Name;

/// An import. One file can fill several entities: targets are made in the order written, so that a later one can refer
/// to an earlier one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportDefinition {
    /// The key.
    pub name: Name,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The columns that are read: names for expressions, with the heading in the file and the type.
    pub columns: Keyed<ColumnDefinition>,
    /// What is made from the rows.
    pub targets: Keyed<ImportTarget>,
}

/// A column of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnDefinition {
    /// Its heading in the file; upper and lower case, spaces and punctuation do not matter.
    pub heading: String,
    /// What its cells are read as: `text`, `integer`, `decimal`, `boolean`, `date`, `datetime`.
    #[serde(rename = "type")]
    pub column_type: super::FieldKind,
    /// Whether an empty cell is a problem.
    #[serde(default, skip_serializing_if = "is_default")]
    pub required: bool,
}

/// An entity that is filled. Expressions read the row's columns by their names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportTarget {
    /// The entity.
    pub entity: Name,
    /// Which rows; an expression over the columns.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub filter: Option<Expression>,
    /// The fields by which a row finds its record; rows with the same key make one record, of which the first row fills
    /// the fields. An empty list makes every row a new record.
    pub key: Vec<Name>,
    /// What happens with a record that is there already.
    #[serde(default, skip_serializing_if = "is_default")]
    pub existing: Existing,
    /// What happens when none is there.
    #[serde(default, skip_serializing_if = "is_default")]
    pub missing: Missing,
    /// Fields from columns.
    pub set: Keyed<ImportValue>,
    /// Lines: every row of the record's group makes one.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub lines: Keyed<Keyed<ImportValue>>,
}

/// What happens with a record that is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Existing {
    /// It stays as it is.
    #[default]
    Skip,
    /// Its fields take the row's values.
    Update,
}

/// What happens when no record is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// It is made.
    #[default]
    Create,
    /// The row is left out.
    Skip,
}

/// A value of a field: an expression over the columns, or a record found by one of its fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ImportValue {
    /// An expression.
    Expression(Expression),
    /// A record of the reference's entity, found by a field, `{"by": "code", "value": "stock_code"}`, or by whatever it is
    /// called.
    Find(FindValue),
}

/// A record found by what it is called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindValue {
    /// The field of the other entity; those of its `found_by`, one after another, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Name>,
    /// What it must equal.
    pub value: Expression,
    /// Whether it is a problem when none is found; the field stays empty otherwise.
    #[serde(default, skip_serializing_if = "is_default")]
    pub optional: bool,
}

//! Where fields are stored, by the version of the definitions from which on it is so.
//!
//! A renamed field keeps its column: the new name leads to it from its version on, the old one for what was decided by
//! older versions. A field that is kept in another way has a new column from its version on; the old one stays aside.

use std::collections::{HashMap, HashSet};

use crate::{Error, connection::Connection, sql::Sql};

/// A field: entity, line table (empty for the header), field; `id` stands for the table itself.
pub(crate) type Key = (String, String, String);

/// A column from a version on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// The version.
    pub(crate) since: i64,
    /// The table.
    pub(crate) table: String,
    /// The column; empty where the name stands for nothing any more.
    pub(crate) column: String,
    /// How it keeps values.
    pub(crate) kind: String,
    /// Digits after the point.
    pub(crate) scale: i64,
}

impl Held {
    /// How values are kept, in words that differ where they are kept otherwise.
    pub(crate) fn form(&self) -> String {
        form(&self.kind, self.scale)
    }
}

/// How a kind of column with so many digits keeps values.
pub(crate) fn form(kind: &str, scale: i64) -> String {
    if kind == "decimal" { format!("{kind} with {scale} digits") } else { kind.to_owned() }
}

/// All that is on record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    held: HashMap<Key, Vec<Held>>,
    taken: HashSet<(String, String)>,
}

/// The latest version, whichever it is.
pub(crate) const LATEST: i64 = i64::MAX;

impl Names {
    /// Reads what is on record.
    pub(crate) async fn read(connection: &mut Connection) -> Result<Self, Error> {
        let sql = Sql::fixed(
            "select entity, lines, field, since, table_name, column_name, kind, scale from sys_columns \
             order by entity, lines, field, since",
        );
        let mut names = Self::default();
        for row in connection.rows(sql).await? {
            let key = (row.get(0)?, row.get(1)?, row.get(2)?);
            let (since, table, column, kind, scale) = (row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?);
            names.note(key, Held { since, table, column, kind, scale });
        }
        Ok(names)
    }

    /// Notes a column; later versions last.
    pub(crate) fn note(&mut self, key: Key, held: Held) {
        if !held.column.is_empty() {
            self.taken.insert((held.table.clone(), held.column.clone()));
        }
        let all = self.held.entry(key).or_default();
        all.retain(|known| known.since != held.since);
        all.push(held);
        all.sort_by_key(|held| held.since);
    }

    /// The column of a field at a version.
    pub(crate) fn at(&self, entity: &str, lines: &str, field: &str, version: i64) -> Option<&Held> {
        let all = self.held.get(&(entity.to_owned(), lines.to_owned(), field.to_owned()))?;
        all.iter().rev().find(|held| held.since <= version).filter(|held| !held.column.is_empty())
    }

    /// All columns that there are or were, with the names that lead or led to them.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&Key, &Held)> {
        let all = self.held.iter().flat_map(|(key, all)| all.iter().map(move |held| (key, held)));
        all.filter(|(_, held)| !held.column.is_empty())
    }

    /// The table of an entity, or of one of its line tables.
    pub(crate) fn table(&self, entity: &str, lines: &str, version: i64) -> Option<&str> {
        self.at(entity, lines, "id", version).map(|held| held.table.as_str())
    }

    /// Fields of a table at a version.
    pub(crate) fn fields<'n>(&'n self, entity: &'n str, lines: &'n str) -> impl Iterator<Item = (&'n Key, &'n Held)> {
        let of = self.held.iter().filter(move |((e, l, _), _)| e == entity && l == lines);
        of.filter_map(|(key, all)| Some((key, all.last().filter(|held| !held.column.is_empty())?)))
    }

    /// The line tables of an entity at the latest version.
    pub(crate) fn line_tables(&self, entity: &str) -> HashSet<String> {
        let ids = self.held.keys().filter(|(e, l, f)| e == entity && !l.is_empty() && f == "id");
        ids.filter(|(e, l, _)| self.table(e, l, LATEST).is_some()).map(|(_, l, _)| l.clone()).collect()
    }

    /// A name for a column that the table has never had.
    pub(crate) fn free_column(&self, table: &str, wanted: &str) -> String {
        let taken = |column: &str| self.taken.contains(&(table.to_owned(), column.to_owned()));
        std::iter::once(wanted.to_owned())
            .chain((2..).map(|n| crate::layout::short(&format!("{wanted}__{n}"), "__key".len())))
            .find(|name| !taken(name))
            .unwrap_or_default()
    }

    /// A name for a table that no entity has ever had.
    pub(crate) fn free_table(&self, wanted: &str) -> String {
        let taken = |table: &str| self.taken.iter().any(|(t, _)| t == table);
        std::iter::once(wanted.to_owned())
            .chain((2..).map(|n| crate::layout::short(&format!("{wanted}__{n}"), "__search".len())))
            .find(|name| !taken(name))
            .unwrap_or_default()
    }
}

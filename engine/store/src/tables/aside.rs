//! Columns that no definition in force reads any more: of fields that were removed, and of fields that are kept in another
//! column since. What they hold can be had back by a definition, until somebody empties them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{Entities, apply::lock};
use crate::{
    Error, Priority, SchemaError, Store,
    connection::Connection,
    names::{Key, Names},
    sql::Sql,
};

/// Rows that are emptied in one transaction.
const SLICE: u32 = 2_000;

/// A column that is kept aside, with what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAside {
    /// The entity.
    pub entity: String,
    /// The line table; empty for the header.
    pub lines: String,
    /// What the field was called last; none for what a publication left that never came into force.
    pub field: Option<String>,
    /// The column, by which it is told from others of its table.
    pub column: String,
    /// How many rows have a value in it.
    pub rows: i64,
    table: String,
    has_key: bool,
}

impl Store {
    /// What is kept aside of these entities, in the order of their names; columns that hold nothing are left out.
    pub async fn kept_aside(&self, entities: &Entities, version: i64) -> Result<Vec<KeptAside>, Error> {
        let mut connection = self.read().await?;
        let mut found = aside(&Names::read(&mut connection).await?, entities, version);
        for one in &mut found {
            let mut sql = Sql::default();
            sql.text("select count(*) from ").name(&one.table).text(" where ").name(&one.column).text(" is not null");
            one.rows = connection.row(sql).await?.map_or(Ok(0), |row| row.get(0))?;
        }
        found.retain(|one| one.rows > 0);
        Ok(found)
    }

    /// Empties a column that is kept aside, in slices, and tells how many rows had a value.
    ///
    /// # Errors
    /// If another version came into force or is on its way, which may read it.
    pub async fn purge_aside(
        &self,
        entities: &Entities,
        version: i64,
        (entity, lines, column): (&str, &str, &str),
    ) -> Result<i64, SchemaError> {
        let mut emptied = 0;
        loop {
            let work = Arc::new((entities.clone(), entity.to_owned(), lines.to_owned(), column.to_owned()));
            let slice = self.write(Priority::Bulk, move |connection| {
                let work = work.clone();
                Box::pin(async move {
                    lock(connection).await?;
                    at_rest(connection, version).await?;
                    let (entities, entity, lines, column) = &*work;
                    let found = aside(&Names::read(connection).await?, entities, version);
                    let is = |one: &&KeptAside| one.entity == *entity && one.lines == *lines && one.column == *column;
                    match found.iter().find(is) {
                        Some(one) => Ok(connection.execute(empty(one)).await?),
                        None => Ok(0),
                    }
                })
            });
            let rows: Result<u64, SchemaError> = slice.await;
            match rows? {
                0 => return Ok(emptied),
                rows => emptied += i64::try_from(rows).unwrap_or(i64::MAX),
            }
        }
    }
}

/// Whether the version is the latest, no publication is under way, and nobody works with an older one.
async fn at_rest(connection: &mut Connection, version: i64) -> Result<(), SchemaError> {
    let latest = Sql::fixed(
        "select coalesce(max(version), 0) + (select count(*) from sys_publications where is_open = 1) \
         + (select count(*) from sys_fences where version <= $1) from sys_definitions",
    )
    .bind(version);
    let actual = connection.row(latest).await?.map_or(Ok(0), |row| row.get(0))?;
    if actual == version { Ok(()) } else { Err(SchemaError::Outdated { expected: version, actual }) }
}

fn empty(one: &KeptAside) -> Sql {
    let mut sql = Sql::default();
    sql.text("update ").name(&one.table).text(" set ").name(&one.column).text(" = null");
    if one.has_key {
        sql.text(", ").name(&format!("{}__key", one.column)).text(" = null");
    }
    sql.text(" where id in (select id from ").name(&one.table).text(" where ").name(&one.column);
    sql.text(" is not null limit ").value(SLICE).text(")");
    sql
}

/// All columns on record of the tables of these entities, without those that a field of theirs has at the version.
fn aside(names: &Names, entities: &Entities, version: i64) -> Vec<KeptAside> {
    let mut used = HashSet::new();
    let mut tables = HashMap::new();
    for entity in entities.values() {
        let header = ("", entity.columns().map(|field| &field.name).collect::<Vec<_>>());
        let lines = entity.line_tables().map(|table| (table.name.as_str(), table.fields.keys().collect()));
        for (lines, fields) in std::iter::once(header).chain(lines) {
            if let Some(table) = names.table(&entity.name, lines, version) {
                tables.insert(table.to_owned(), (entity.name.to_string(), lines.to_owned()));
            }
            let held = fields.iter().filter_map(|field| names.at(&entity.name, lines, field, version));
            used.extend(held.map(|held| (held.table.clone(), held.column.clone())));
        }
    }
    let mut found: HashMap<(String, String), (i64, KeptAside)> = HashMap::new();
    for ((_, _, field), held) in names.columns().filter(|((_, _, field), _): &(&Key, _)| field != "id") {
        let place = (held.table.clone(), held.column.clone());
        let Some((entity, lines)) = tables.get(&held.table).filter(|_| !used.contains(&place)) else { continue };
        let one = KeptAside {
            entity: entity.clone(),
            lines: lines.clone(),
            field: Some(field.clone()).filter(|field| !field.starts_with('!')),
            column: held.column.clone(),
            rows: 0,
            table: held.table.clone(),
            has_key: matches!(held.kind.as_str(), "text" | "texts" | "parts"),
        };
        match found.get(&place) {
            Some((since, _)) if *since > held.since => {}
            _ => drop(found.insert(place, (held.since, one))),
        }
    }
    let mut found: Vec<KeptAside> = found.into_values().map(|(_, one)| one).collect();
    found.sort_by(|a, b| (&a.entity, &a.lines, &a.column).cmp(&(&b.entity, &b.lines, &b.column)));
    found
}

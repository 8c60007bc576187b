//! Columns that no definition in force reads any more: of fields that were removed, and of fields that are kept in another
//! column since. What they hold can be had back by a definition, until they are emptied. They are emptied and not dropped:
//! versions that are kept still name them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Entities, apply::lock};
use crate::{
    Error, Priority, SchemaError, Store,
    connection::Connection,
    names::Names,
    sql::{Bind, Sql},
};

/// Rows that are looked at in one transaction: writers wait for its end.
const SLICE: i64 = 1_000;

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
    /// Since when it has been noted to be kept aside.
    pub at: Option<DateTime<Utc>>,
    /// When administrators were told that it will be emptied.
    pub told_at: Option<DateTime<Utc>>,
    /// How many rows have a value in it.
    pub rows: i64,
    table: String,
    has_key: bool,
}

/// A table and a column.
type Place = (String, String);

impl KeptAside {
    fn place(&self) -> Place {
        (self.table.clone(), self.column.clone())
    }
}

impl Store {
    /// What is kept aside of these entities, in the order of their names; columns that hold nothing are left out.
    pub async fn kept_aside(&self, entities: &Entities, version: i64) -> Result<Vec<KeptAside>, Error> {
        self.kept_aside_until(entities, version, None).await
    }

    /// The same of those that were noted before a time.
    pub async fn kept_aside_until(
        &self,
        entities: &Entities,
        version: i64,
        before: Option<DateTime<Utc>>,
    ) -> Result<Vec<KeptAside>, Error> {
        let mut connection = self.read().await?;
        let mut found = aside(&Names::read(&mut connection).await?, entities, version);
        let notes = notes(&mut connection).await?;
        for one in &mut found {
            if let Some((at, told_at)) = notes.get(&one.place()) {
                (one.at, one.told_at) = (Some(*at), *told_at);
            }
        }
        found.retain(|one| before.is_none_or(|before| one.at.is_some_and(|at| at < before)));
        for one in &mut found {
            let mut sql = Sql::default();
            sql.text("select count(*) from ").name(&one.table).text(" where ").name(&one.column).text(" is not null");
            one.rows = connection.row(sql).await?.map_or(Ok(0), |row| row.get(0))?;
        }
        found.retain(|one| one.rows > 0);
        Ok(found)
    }

    /// Notes what is kept aside from now on, and forgets what is in use again: had back and removed once more, it is kept
    /// for as long anew.
    pub async fn note_aside(&self, entities: &Entities, version: i64, at: DateTime<Utc>) -> Result<(), Error> {
        let mut connection = self.read().await?;
        let found = aside(&Names::read(&mut connection).await?, entities, version);
        let noted = notes(&mut connection).await?;
        drop(connection);
        let places: HashSet<_> = found.iter().map(KeptAside::place).collect();
        let forget = noted.keys().filter(|place| !places.contains(*place)).map(|(table, column)| {
            Sql::fixed("delete from sys_kept_aside where table_name = $1 and column_name = $2").bind(table).bind(column)
        });
        let new = places.iter().filter(|place| !noted.contains_key(*place)).map(|(table, column)| {
            Sql::fixed(
                "insert into sys_kept_aside (table_name, column_name, aside_at) values ($1, $2, $3) \
                 on conflict (table_name, column_name) do nothing",
            )
            .bind(table)
            .bind(column)
            .bind(Bind::millis(at))
        });
        let changes: Vec<Sql> = forget.chain(new).collect();
        if !changes.is_empty() {
            self.write_all(changes).await?;
        }
        Ok(())
    }

    /// Notes that administrators are told that these will be emptied. False if another process has told them already.
    pub async fn note_aside_told(&self, told: &[KeptAside], at: DateTime<Utc>) -> Result<bool, Error> {
        let notes = told.iter().map(|one| {
            Sql::fixed(
                "update sys_kept_aside set told_at = $3 where table_name = $1 and column_name = $2 and told_at is null",
            )
            .bind(&one.table)
            .bind(&one.column)
            .bind(Bind::millis(at))
        });
        Ok(self.write_all(notes.collect()).await?.iter().any(|rows| *rows > 0))
    }

    /// Empties a column that is kept aside, in slices, and tells how many rows had a value.
    ///
    /// # Errors
    /// If another version came into force since it was looked up, or is on its way, which may read it.
    pub async fn empty_aside(&self, one: &KeptAside, version: i64) -> Result<i64, SchemaError> {
        let one = Arc::new(one.clone());
        let (mut values, mut after) = (0, None);
        loop {
            let of = Arc::clone(&one);
            let slice = self.write(Priority::Bulk, move |connection| {
                let one = Arc::clone(&of);
                Box::pin(async move {
                    lock(connection).await?;
                    at_rest(connection, version).await?;
                    let last = connection.row(last_of_slice(&one, after)).await?.map(|row| row.get(0)).transpose()?;
                    let rows = connection.execute(empty(&one, after, last)).await?;
                    Ok((rows, last))
                })
            });
            let done: Result<(u64, Option<Uuid>), SchemaError> = slice.await;
            let (rows, last) = done?;
            values += i64::try_from(rows).unwrap_or(i64::MAX);
            if last.is_none() {
                return Ok(values);
            }
            after = last;
        }
    }
}

/// Whether the version is the latest, no publication is under way, and nobody works with an older one.
async fn at_rest(connection: &mut Connection, version: i64) -> Result<(), SchemaError> {
    let latest = Sql::fixed("select coalesce(max(version), 0) from sys_definitions");
    let actual = connection.row(latest).await?.map_or(Ok(0), |row| row.get(0))?;
    let others = Sql::fixed(
        "select (select count(*) from sys_publications where is_open = 1) \
         + (select count(*) from sys_fences where version <= $1) + (select count(*) from sys_nodes where version < $1)",
    )
    .bind(version);
    let others: i64 = connection.row(others).await?.map_or(Ok(0), |row| row.get(0))?;
    if actual == version && others == 0 { Ok(()) } else { Err(SchemaError::Outdated { expected: version, actual }) }
}

/// The last record of the next slice; none if fewer are left.
fn last_of_slice(one: &KeptAside, after: Option<Uuid>) -> Sql {
    let mut sql = Sql::default();
    sql.text("select id from ").name(&one.table);
    if let Some(after) = after {
        sql.text(" where id > ").value(after);
    }
    sql.text(" order by id limit 1 offset ").value(SLICE - 1);
    sql
}

fn empty(one: &KeptAside, after: Option<Uuid>, last: Option<Uuid>) -> Sql {
    let mut sql = Sql::default();
    sql.text("update ").name(&one.table).text(" set ").name(&one.column).text(" = null");
    if one.has_key {
        sql.text(", ").name(&format!("{}__key", one.column)).text(" = null");
    }
    sql.text(" where ").name(&one.column).text(" is not null");
    if let Some(after) = after {
        sql.text(" and id > ").value(after);
    }
    if let Some(last) = last {
        sql.text(" and id <= ").value(last);
    }
    sql
}

/// What is noted, by table and column: since when it is kept aside, and when administrators were told.
async fn notes(connection: &mut Connection) -> Result<HashMap<Place, (DateTime<Utc>, Option<DateTime<Utc>>)>, Error> {
    let mut found = HashMap::new();
    let noted = "select table_name, column_name, aside_at, told_at from sys_kept_aside";
    for row in connection.rows(Sql::fixed(noted)).await? {
        found.insert((row.get(0)?, row.get(1)?), (row.time(2)?, row.time_or_none(3)?));
    }
    Ok(found)
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
    for (key, held) in names.columns().filter(|(key, _)| key.2 != "id") {
        let place = (held.table.clone(), held.column.clone());
        let Some((entity, lines)) = tables.get(&held.table).filter(|_| !used.contains(&place)) else { continue };
        // What a publication under way is filling is on its way in, not out.
        let is_broken_off = key.2.starts_with('!');
        if held.since > version && !is_broken_off {
            continue;
        }
        // Under several names it is aside since the last of them leads elsewhere.
        if found.get(&place).is_some_and(|(since, _)| *since > held.since) {
            continue;
        }
        let one = KeptAside {
            entity: entity.clone(),
            lines: lines.clone(),
            field: (!is_broken_off).then(|| key.2.clone()),
            column: held.column.clone(),
            at: None,
            told_at: None,
            rows: 0,
            table: held.table.clone(),
            has_key: matches!(held.kind.as_str(), "text" | "texts" | "parts"),
        };
        found.insert(place, (held.since, one));
    }
    let mut found: Vec<KeptAside> = found.into_values().map(|(_, one)| one).collect();
    found.sort_by(|a, b| (&a.entity, &a.lines, &a.column).cmp(&(&b.entity, &b.lines, &b.column)));
    found
}

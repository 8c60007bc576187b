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
    /// When the version came into force that reads it no more.
    pub at: Option<DateTime<Utc>>,
    /// When administrators were told that it will be emptied.
    pub told_at: Option<DateTime<Utc>>,
    /// How many rows have a value in it.
    pub rows: i64,
    table: String,
    has_key: bool,
    since: i64,
}

impl Store {
    /// What is kept aside of these entities, in the order of their names; columns that hold nothing are left out.
    pub async fn kept_aside(&self, entities: &Entities, version: i64) -> Result<Vec<KeptAside>, Error> {
        self.kept_aside_until(entities, version, None).await
    }

    /// The same of those whose version came into force before a time.
    pub async fn kept_aside_until(
        &self,
        entities: &Entities,
        version: i64,
        before: Option<DateTime<Utc>>,
    ) -> Result<Vec<KeptAside>, Error> {
        let mut connection = self.read().await?;
        let mut found = aside(&Names::read(&mut connection).await?, entities, version);
        note_times(&mut connection, &mut found).await?;
        found.retain(|one| before.is_none_or(|before| one.at.is_some_and(|at| at < before)));
        for one in &mut found {
            let mut sql = Sql::default();
            sql.text("select count(*) from ").name(&one.table).text(" where ").name(&one.column).text(" is not null");
            one.rows = connection.row(sql).await?.map_or(Ok(0), |row| row.get(0))?;
        }
        found.retain(|one| one.rows > 0);
        Ok(found)
    }

    /// Notes that administrators are told that these will be emptied. False if another process has told them already.
    pub async fn note_aside_told(&self, told: &[KeptAside], at: DateTime<Utc>) -> Result<bool, Error> {
        let notes = told.iter().map(|one| {
            Sql::fixed(
                "insert into sys_kept_aside (table_name, column_name, since, told_at) values ($1, $2, $3, $4) \
                 on conflict (table_name, column_name, since) do nothing",
            )
            .bind(&one.table)
            .bind(&one.column)
            .bind(one.since)
            .bind(Bind::millis(at))
        });
        Ok(self.write_all(notes.collect()).await?.iter().any(|rows| *rows > 0))
    }

    /// Empties a column that is kept aside, in slices, and tells how many rows had a value.
    ///
    /// # Errors
    /// If another version came into force since it was looked up, or is on its way, which may read it.
    pub async fn empty_aside(&self, one: &KeptAside, version: i64, now: DateTime<Utc>) -> Result<i64, SchemaError> {
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
                    if last.is_none() {
                        connection.execute(emptied(&one, now)).await?;
                    }
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

/// Notes that nothing is left in it.
fn emptied(one: &KeptAside, at: DateTime<Utc>) -> Sql {
    Sql::fixed(
        "insert into sys_kept_aside (table_name, column_name, since, emptied_at) values ($1, $2, $3, $4) \
         on conflict (table_name, column_name, since) do update set emptied_at = excluded.emptied_at",
    )
    .bind(&one.table)
    .bind(&one.column)
    .bind(one.since)
    .bind(Bind::millis(at))
}

/// When they were put aside and told of; those that were emptied are left out.
async fn note_times(connection: &mut Connection, found: &mut Vec<KeptAside>) -> Result<(), Error> {
    let versions = connection.rows(Sql::fixed("select version, published_at from sys_definitions")).await?;
    let mut published: HashMap<i64, DateTime<Utc>> = HashMap::new();
    for row in versions {
        published.insert(row.get(0)?, row.time(1)?);
    }
    let noted = "select table_name, column_name, since, told_at, emptied_at from sys_kept_aside";
    let mut told = HashMap::new();
    for row in connection.rows(Sql::fixed(noted)).await? {
        let place: (String, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        told.insert(place, (row.time_or_none(3)?, row.time_or_none(4)?));
    }
    found.retain_mut(|one| {
        one.at = published.get(&one.since).copied();
        let (told_at, emptied_at) =
            told.get(&(one.table.clone(), one.column.clone(), one.since)).copied().unwrap_or_default();
        one.told_at = told_at;
        emptied_at.is_none()
    });
    Ok(())
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
    for (key, held, ended) in names.columns().filter(|(key, _, _)| key.2 != "id") {
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
            since: ended.unwrap_or(held.since),
        };
        found.insert(place, (held.since, one));
    }
    let mut found: Vec<KeptAside> = found.into_values().map(|(_, one)| one).collect();
    found.sort_by(|a, b| (&a.entity, &a.lines, &a.column).cmp(&(&b.entity, &b.lines, &b.column)));
    found
}

//! Answers to what a decision needs to know, all in one go.

use std::{collections::HashMap, sync::Arc};

use chrono::DateTime;
use indexmap::IndexMap;
use kernel::{
    Name, Record, Value,
    definition::RollupHow,
    likeness,
    query::{Answer, Comparison, Operand, Predicate, Query},
};
use uuid::Uuid;

use super::{
    records::{self, CHUNK, Which},
    scope::{Reading, Scope},
};
use crate::{
    Error, Schema, Store,
    layout::{Column, Layout, Storage},
    sql::Sql,
    system::answer_files,
};

pub(super) async fn answer(store: &Store, schema: &dyn Schema, queries: &[Query]) -> Result<Vec<Answer>, Error> {
    // What is sought by its id, of each entity together; everything else by itself.
    let mut by_id: IndexMap<&Name, Vec<Uuid>> = IndexMap::new();
    let mut asked: Vec<(Arc<Layout>, Which)> = Vec::new();
    let mut sought: HashMap<&Query, usize> = HashMap::new();
    let mut files: Vec<Uuid> = Vec::new();
    let near = nearest(store, schema, queries).await?;
    for query in queries {
        match query {
            Query::Near { entity, .. } => {
                by_id.entry(entity).or_default().extend(near.get(query).into_iter().flatten());
            }
            Query::Record { entity, id } => by_id.entry(entity).or_default().push(*id),
            Query::File { id } => files.push(*id),
            Query::Rollup { .. } => {}
            Query::Effective { entity, .. } | Query::Find { entity, .. } => {
                if !sought.contains_key(query) {
                    sought.insert(query, asked.len());
                    let layout = store.layouts().get(schema, entity)?;
                    asked.push((layout, Which::Found(statement(store.reading(schema), query)?)));
                }
            }
        }
    }
    let found_by_statement = asked.len();
    for (entity, mut ids) in by_id {
        ids.sort_unstable();
        ids.dedup();
        let layout = store.layouts().get(schema, entity)?;
        asked.extend(ids.chunks(CHUNK).map(|chunk| (layout.clone(), Which::Ids(chunk.to_vec()))));
    }
    let statements: Vec<Vec<Sql>> = asked.iter().map(|(layout, which)| records::queries(layout, which)).collect();
    let counts: Vec<usize> = statements.iter().map(Vec::len).collect();
    let one = asked.iter().any(|(layout, _)| !layout.lines.is_empty());
    let mut rows = store.queries(statements.into_iter().flatten().collect(), one).await?.into_iter();
    let mut found: Vec<Answer> = Vec::with_capacity(asked.len());
    let mut records: HashMap<Uuid, Arc<Record>> = HashMap::new();
    for (position, ((layout, _), count)) in asked.iter().zip(counts).enumerate() {
        let of_this = rows.by_ref().take(count).collect();
        let loaded = records::records(store.dialect(), layout, of_this)?.into_values().map(Arc::new);
        if position < found_by_statement {
            let mut answer: Answer = loaded.collect();
            // Statements find by id, or one alone.
            answer.sort_by_key(|record| record.id);
            found.push(answer);
        } else {
            records.extend(loaded.map(|record| (record.id, record)));
        }
    }
    let rollups = rolled_up(store, schema, queries).await?;
    let files: HashMap<Uuid, Arc<Record>> =
        answer_files(store, &files).await?.into_iter().map(|file| (file.id, file)).collect();
    let of = |query: &Query| match query {
        Query::Record { id, .. } => records.get(id).cloned().into_iter().collect(),
        Query::File { id } => files.get(id).cloned().into_iter().collect(),
        Query::Rollup { .. } => rollups.get(query).cloned().into_iter().collect(),
        Query::Near { .. } => near.get(query).into_iter().flatten().filter_map(|id| records.get(id).cloned()).collect(),
        _ => sought.get(query).and_then(|position| found.get(*position)).cloned().unwrap_or_default(),
    };
    Ok(queries.iter().map(of).collect())
}

/// How many records that share a key are compared, and how many near ones are told.
const COMPARED: u32 = 2_000;
const NEAR: usize = 6;

/// The ids of near records, by query: found by keys, then compared.
async fn nearest<'q>(
    store: &Store,
    schema: &dyn Schema,
    queries: &'q [Query],
) -> Result<HashMap<&'q Query, Vec<Uuid>>, Error> {
    let mut near = HashMap::new();
    for query in queries {
        let Query::Near { entity, field, text, distance, with } = query else { continue };
        let distance = usize::from(*distance);
        let layout = store.layouts().get(schema, entity)?;
        let column = layout
            .column(field)
            .ok_or_else(|| Error::UnknownField { entity: layout.entity.clone(), path: field.to_string() })?;
        let mut probes = likeness::near_probes(&likeness::near_scope(entity, field, with), text, distance);
        let Some(last) = probes.last().copied() else { continue };
        // Up to a power of two, so that few different statements are prepared.
        probes.resize(probes.len().next_power_of_two(), last);
        let mut sql = Sql::default();
        sql.text("select distinct t.id, ").column("t", &column.name).text(" from sys_near_keys k join ");
        sql.name(&layout.table).text(" t on t.id = k.record where k.hash in (").list(probes, ", ", |sql, probe| {
            sql.value(probe);
        });
        sql.text(") and t.deleted_at is null order by t.id limit ").value(COMPARED);
        let mut found = Vec::new();
        for row in store.rows(sql).await? {
            let other: Option<String> = row.get(1)?;
            if other.is_some_and(|other| likeness::is_near(text, &other, distance)) {
                found.push(row.get(0)?);
            }
            if found.len() == NEAR {
                break;
            }
        }
        near.insert(query, found);
    }
    Ok(near)
}

/// What records come to, by query.
async fn rolled_up<'q>(
    store: &Store,
    schema: &dyn Schema,
    queries: &'q [Query],
) -> Result<HashMap<&'q Query, Arc<Record>>, Error> {
    let mut found = HashMap::new();
    for query in queries {
        let Query::Rollup { of, by, record, how, value, filter } = query else { continue };
        if found.contains_key(query) {
            continue;
        }
        let mut scope = Scope::header(store.reading(schema), of)?;
        let mut sql = Sql::default();
        sql.text("select ");
        let mut column = None;
        match value {
            None => {
                sql.text("count(*)");
            }
            Some(value) => {
                let place = scope.place(std::slice::from_ref(value))?;
                sql.text("count(");
                place.write(&mut sql);
                sql.text("), ").text(match how {
                    RollupHow::Min => "min(",
                    RollupHow::Max => "max(",
                    RollupHow::Count | RollupHow::Sum | RollupHow::Average => "sum(",
                });
                place.write(&mut sql);
                sql.text(")");
                let sums = !matches!(how, RollupHow::Min | RollupHow::Max);
                let storage = if sums { Storage::Decimal } else { place.column.storage };
                column = Some(Column { storage, ..place.column });
            }
        }
        let start = std::mem::take(&mut sql.text);
        sql.text(" where ").text(&scope.alias.clone()).text(".deleted_at is null and ");
        let mine = compare(by, Comparison::Equal, Value::Id(*record));
        scope.condition(&mut sql, &Predicate::All(vec![mine, filter.clone()]))?;
        let end = std::mem::replace(&mut sql.text, start);
        scope.write_from(&mut sql);
        sql.text(&end);
        let Some(row) = store.row(sql).await? else { continue };
        let mut answer = blank(of, *record);
        answer.fields.insert(Name::new("count"), Value::Integer(row.get(0)?));
        if let Some(column) = &column {
            answer.fields.insert(Name::new("value"), store.dialect().decode(column, &row, 1)?);
        }
        found.insert(query, Arc::new(answer));
    }
    Ok(found)
}

/// A record that holds an answer and nothing else.
fn blank(entity: &Name, id: Uuid) -> Record {
    Record {
        entity: entity.clone(),
        id,
        version: 0,
        state: None,
        number: None,
        title: String::new(),
        created_at: DateTime::UNIX_EPOCH,
        created_by: None,
        updated_at: DateTime::UNIX_EPOCH,
        updated_by: None,
        deleted_at: None,
        fields: IndexMap::new(),
        lines: IndexMap::new(),
    }
}

fn entity(query: &Query) -> Option<&Name> {
    match query {
        Query::Record { entity, .. } | Query::Effective { entity, .. } | Query::Find { entity, .. } => Some(entity),
        Query::File { .. } | Query::Near { .. } | Query::Rollup { .. } => None,
    }
}

/// The statement that finds the ids of an answer.
fn statement(reading: Reading<'_>, query: &Query) -> Result<Sql, Error> {
    let of = entity(query).ok_or_else(|| Error::Condition("a file is no record".to_owned()))?;
    let mut scope = Scope::header(reading, of)?;
    let mut sql = Sql::default();
    let condition = |scope: &mut Scope<'_>, sql: &mut Sql, filter: &Predicate| {
        sql.text(" where ").text(&scope.alias.clone()).text(".deleted_at is null and ");
        scope.condition(sql, filter)
    };
    match query {
        Query::Effective { key, on, .. } => {
            let Some((_, from)) = scope.layout.effective.clone() else {
                return Err(Error::Condition(format!("{} is not effective-dated", scope.layout.entity)));
            };
            let mut parts: Vec<Predicate> =
                key.iter().map(|(field, value)| compare(field, Comparison::Equal, value.clone())).collect();
            parts.push(compare(&from, Comparison::LessOrEqual, Value::Date(*on)));
            condition(&mut scope, &mut sql, &Predicate::All(parts))?;
            sql.text(" order by ");
            let day = scope.place(&[from])?;
            day.write_key(&mut sql);
            // The same day twice: the later one corrects the earlier.
            sql.text(" desc, ").text(&scope.alias).text(".id desc limit 1");
        }
        Query::Find { filter, limit, .. } => {
            condition(&mut scope, &mut sql, filter)?;
            sql.text(" order by ").text(&scope.alias).text(".id limit ").value(*limit);
        }
        Query::Record { id, .. } => {
            sql.text(" where ").text(&scope.alias).text(".id = ").value(*id);
        }
        Query::File { .. } | Query::Near { .. } | Query::Rollup { .. } => {}
    }
    let end = std::mem::take(&mut sql.text);
    sql.text("select ").text(&scope.alias).text(".id");
    scope.write_from(&mut sql);
    sql.text(&end);
    Ok(sql)
}

fn compare(field: &Name, operator: Comparison, value: Value) -> Predicate {
    Predicate::Compare { left: Operand::Path(vec![field.clone()]), operator, right: Operand::Value(value) }
}

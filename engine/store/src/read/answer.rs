//! Answers to what a decision needs to know: first which records, then all of an entity's at once.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use kernel::{
    Name, Record, Value,
    query::{Answer, Comparison, Operand, Predicate, Query},
};
use uuid::Uuid;

use super::{
    records::load,
    scope::{Reading, Scope},
};
use crate::{Error, Schema, Store, sql::Sql};

pub(super) async fn answer(store: &Store, schema: &dyn Schema, queries: &[Query]) -> Result<Vec<Answer>, Error> {
    if queries.is_empty() {
        return Ok(Vec::new());
    }
    let mut connection = store.snapshot().await?;
    let mut known: HashMap<&Query, Vec<Uuid>> = HashMap::new();
    let mut wanted: HashMap<&Name, HashSet<Uuid>> = HashMap::new();
    for query in queries {
        if known.contains_key(query) {
            continue;
        }
        let ids = match query {
            Query::Record { id, .. } => vec![*id],
            Query::Effective { .. } | Query::Find { .. } => {
                let sql = statement(store.reading(schema), query)?;
                let rows = connection.rows(sql).await?;
                rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?
            }
        };
        wanted.entry(entity(query)).or_default().extend(&ids);
        known.insert(query, ids);
    }
    let mut records: HashMap<Uuid, Arc<Record>> = HashMap::new();
    for (entity, ids) in wanted {
        let layout = store.layouts().get(schema, entity)?;
        let ids: Vec<Uuid> = ids.into_iter().collect();
        for record in load(&mut connection, &layout, &ids).await? {
            records.insert(record.id, Arc::new(record));
        }
    }
    connection.commit().await?;
    let of = |query| known.get(query).into_iter().flatten().filter_map(|id| records.get(id).cloned()).collect();
    Ok(queries.iter().map(of).collect())
}

fn entity(query: &Query) -> &Name {
    match query {
        Query::Record { entity, .. } | Query::Effective { entity, .. } | Query::Find { entity, .. } => entity,
    }
}

/// The statement that finds the ids of an answer.
fn statement(reading: Reading<'_>, query: &Query) -> Result<Sql, Error> {
    let mut scope = Scope::header(reading, entity(query))?;
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

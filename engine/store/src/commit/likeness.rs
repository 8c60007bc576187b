//! That records are kept apart from others that are certainly the same, and the keys by which near ones are found.

use std::collections::BTreeSet;

use kernel::{
    Name, Value,
    change::{Apart, Change},
};

use super::{Work, insert::push, rows};
use crate::{
    CommitError, Error,
    connection::Connection,
    dialect::Dialect,
    layout::Layout,
    sql::{Bind, Sql},
};

fn parts(work: &Work) -> impl Iterator<Item = &Apart> {
    work.commit.changes.iter().filter_map(|change| if let Change::Apart(apart) = change { Some(apart) } else { None })
}

/// Makes whoever writes the same values wait: of two at once the second then finds the record of the first. In one
/// order, so that two never wait for each other. SQLite has one writer.
pub(super) fn locks(dialect: Dialect, work: &Work) -> Result<Vec<Sql>, Error> {
    if dialect == Dialect::Sqlite {
        return Ok(Vec::new());
    }
    let mut keys = BTreeSet::new();
    for apart in parts(work) {
        let layout = work.layout(&apart.entity)?;
        for set in &apart.sets {
            let compared = compared(dialect, layout, set)?;
            // FNV-1a, the same in every process.
            let text = format!("{}{compared:?}", layout.table);
            let hash =
                text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
            keys.insert(hash.cast_signed());
        }
    }
    let lock = |key: i64| Sql::fixed("select pg_advisory_xact_lock($1)").bind(key);
    Ok(keys.into_iter().map(lock).collect())
}

/// Refuses if another record outside the trash has the same values, once everything is written.
pub(super) async fn check(connection: &mut Connection, work: &Work) -> Result<(), CommitError> {
    let dialect = connection.dialect();
    let (mut statements, mut asked) = (Vec::new(), Vec::new());
    for apart in parts(work) {
        let layout = work.layout(&apart.entity)?;
        for set in &apart.sets {
            let mut sql = Sql::default();
            sql.text("select 1 from ").name(&layout.table).text(" where deleted_at is null");
            for (column, bind) in compared(dialect, layout, set)? {
                sql.text(" and ").name(column).text(" = ").value(bind);
            }
            sql.text(" and id <> ").value(apart.record).text(" limit 1");
            statements.push(sql);
            asked.push((apart, set));
        }
    }
    if statements.is_empty() {
        return Ok(());
    }
    let found = connection.queries(statements).await?;
    match asked.into_iter().zip(found).find(|(_, rows)| !rows.is_empty()) {
        None => Ok(()),
        Some(((apart, set), _)) => Err(CommitError::Duplicate {
            entity: apart.entity.clone(),
            record: apart.record,
            fields: set.iter().map(|(field, _)| field.clone()).collect(),
        }),
    }
}

/// The columns by which values are compared, with what is compared.
fn compared<'l>(dialect: Dialect, layout: &'l Layout, set: &[(Name, Value)]) -> Result<Vec<(&'l str, Bind)>, Error> {
    let mut compared = Vec::with_capacity(set.len());
    for (field, value) in set {
        let column = layout
            .column(field)
            .ok_or_else(|| Error::UnknownField { entity: layout.entity.clone(), path: field.to_string() })?;
        let mut binds = Vec::new();
        push(dialect, &layout.entity, "", column, value, &mut binds)?;
        let name = column.key.as_deref().unwrap_or(&column.name);
        compared.extend(binds.pop().map(|bind| (name, bind)));
    }
    Ok(compared)
}

/// Statements that note by which keys near records are found.
pub(super) fn noted(dialect: Dialect, work: &Work, statements: &mut Vec<Sql>) {
    let mut rows: Vec<Vec<Bind>> = Vec::new();
    for change in &work.commit.changes {
        if let Change::Near(near) = change {
            if near.replaces {
                statements.push(Sql::fixed("delete from sys_near_keys where record = $1").bind(near.record));
            }
            rows.extend(near.keys.iter().map(|key| vec![Bind::Int(*key), Bind::Uuid(near.record)]));
        }
    }
    statements.extend(insert(dialect, &rows));
}

/// Statements that insert keys of records; those that are there already stay.
pub(crate) fn insert(dialect: Dialect, rows: &[Vec<Bind>]) -> Vec<Sql> {
    let mut statements = rows::insert("sys_near_keys", "hash, record", rows, dialect.most_binds());
    for sql in &mut statements {
        sql.text(" on conflict (hash, record) do nothing");
    }
    statements
}

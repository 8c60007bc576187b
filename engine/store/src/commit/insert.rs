//! New records: their numbers, rows, lines and what the search finds them by.

use indexmap::IndexMap;
use kernel::{
    Name, Value,
    change::{InsertRecord, Numbering},
};
use uuid::Uuid;

use super::{
    CommittedRecord, Work,
    apply::Written,
    rows::{pieces, write_row},
};
use crate::{
    CommitError, Error,
    connection::Connection,
    dialect::{Dialect, key_of},
    layout::{Column, LINE_POSITION, LINE_RECORD, Layout, LinesLayout, WRITTEN},
    sql::{Bind, Sql},
    text,
};

/// Takes the numbers of new records. Gives the statements that write their rows, in order; those of one entity that
/// stand together, together.
pub(super) async fn headers(
    connection: &mut Connection,
    work: &Work,
    inserts: &[&InsertRecord],
    written: &mut Written,
) -> Result<Vec<Sql>, CommitError> {
    if inserts.is_empty() {
        return Ok(Vec::new());
    }
    let mut numbers = take_numbers(connection, inserts).await?;
    for insert in inserts {
        let given = insert.numbering.as_ref().and_then(|numbering| next(&mut numbers, numbering));
        written.numbers.insert(insert.record.id, given.or_else(|| insert.record.number.clone()));
        let series: Vec<_> = insert
            .series
            .iter()
            .filter_map(|one| Some((one.field.clone(), next(&mut numbers, &one.numbering)?)))
            .collect();
        if !series.is_empty() {
            written.series.insert(insert.record.id, series);
        }
    }
    let dialect = connection.dialect();
    let mut statements = Vec::new();
    for run in inserts.chunk_by(|a, b| a.record.entity == b.record.entity) {
        let Some(first) = run.first() else { continue };
        let layout = work.layout(&first.record.entity)?;
        rows(dialect, work, layout, run, written, &mut statements)?;
        if !dialect.search_in_row() {
            let tokens = |insert: &&InsertRecord| (insert.record.id, text::tokens(&found_by(insert, written)));
            let rows: Vec<_> = run.iter().map(tokens).collect();
            for piece in pieces(&rows, 2, dialect.most_binds()) {
                statements.push(dialect.index(&layout.table, &layout.search, piece));
            }
        }
    }
    for insert in inserts {
        let record = &insert.record;
        let number = written.numbers.get(&record.id).cloned().flatten();
        let title = Some(written.fill(&record.title, Some(record.id)));
        let (entity, id) = (record.entity.clone(), record.id);
        let series = written.series.get(&id).cloned().unwrap_or_default();
        let version = record.version;
        written.record(CommittedRecord { entity, id, version, inserted: true, number, title, series });
    }
    Ok(statements)
}

/// Statements that write the lines of new records.
pub(super) fn lines(
    dialect: Dialect,
    work: &Work,
    inserts: &[&InsertRecord],
    statements: &mut Vec<Sql>,
) -> Result<(), Error> {
    for run in inserts.chunk_by(|a, b| a.record.entity == b.record.entity) {
        let Some(first) = run.first() else { continue };
        let layout = work.layout(&first.record.entity)?;
        for lines in layout.lines.values() {
            let rows = run.iter().map(|insert| {
                let lines = insert.record.lines.get(&lines.name).map(Vec::as_slice).unwrap_or_default();
                (insert.record.id, lines.iter().zip(0..).collect())
            });
            insert_lines(dialect, layout, lines, rows, statements)?;
        }
    }
    Ok(())
}

/// The next number of each series that the records take from.
async fn take_numbers<'a>(
    connection: &mut Connection,
    inserts: &[&'a InsertRecord],
) -> Result<IndexMap<&'a str, i64>, Error> {
    let mut counts: IndexMap<&str, i64> = IndexMap::new();
    let of_fields = |insert: &&'a InsertRecord| insert.series.iter().map(|one| &one.numbering);
    for numbering in inserts.iter().flat_map(|insert| insert.numbering.iter().chain(of_fields(insert))) {
        *counts.entry(&numbering.series).or_default() += 1;
    }
    // In one order, so that two commits that count in several series do not wait for each other.
    counts.sort_unstable_keys();
    let mut next = IndexMap::with_capacity(counts.len());
    for (series, count) in counts {
        let sql = Sql::fixed(
            "insert into sys_counters (series, value) values ($1, $2) \
             on conflict (series) do update set value = sys_counters.value + excluded.value returning value",
        )
        .bind(series)
        .bind(count);
        let last: i64 = connection.row(sql).await?.map_or(Ok(count), |row| row.get(0))?;
        next.insert(series, last - count + 1);
    }
    Ok(next)
}

fn next(numbers: &mut IndexMap<&str, i64>, numbering: &Numbering) -> Option<String> {
    let number = numbers.get_mut(numbering.series.as_str())?;
    let text = format!("{}{:0width$}{}", numbering.before, number, numbering.after, width = numbering.digits);
    *number += 1;
    Some(text)
}

fn rows(
    dialect: Dialect,
    work: &Work,
    layout: &Layout,
    inserts: &[&InsertRecord],
    written: &Written,
    statements: &mut Vec<Sql>,
) -> Result<(), Error> {
    let mut rows = Vec::with_capacity(inserts.len());
    for insert in inserts {
        let mut row = header(dialect, layout, insert, written)?;
        row.push(Bind::Int(work.version));
        rows.push((row, *insert));
    }
    let width = rows.first().map_or(1, |(row, _)| row.len() + 1);
    for piece in pieces(&rows, width, dialect.most_binds()) {
        let mut sql = Sql::default();
        sql.text("insert into ").name(&layout.table).text(" (");
        sql.list(layout.system.values().chain(layout.columns.values()), ", ", |sql, column| {
            sql.name(&column.name);
            if let Some(key) = &column.key {
                sql.text(", ").name(key);
            }
        });
        sql.text(", ").name(WRITTEN);
        sql.text(if dialect.search_in_row() { ", search__) values " } else { ") values " });
        sql.list(piece, ", ", |sql, (row, insert)| {
            if dialect.search_in_row() {
                let tokens = text::tokens(&found_by(insert, written));
                sql.text("(").list(row, ", ", |sql, bind| {
                    sql.value(bind.clone());
                });
                dialect.search_value(sql.text(", "), &tokens);
                sql.text(")");
            } else {
                write_row(sql, row);
            }
        });
        statements.push(sql);
    }
    Ok(())
}

/// The values of a new record's row, system fields first.
fn header(dialect: Dialect, layout: &Layout, insert: &InsertRecord, written: &Written) -> Result<Vec<Bind>, Error> {
    let record = &insert.record;
    if let Some(unknown) = record.fields.keys().find(|field| !layout.columns.contains_key(*field)) {
        return Err(Error::UnknownField { entity: layout.entity.clone(), path: unknown.to_string() });
    }
    if let Some(unknown) = record.lines.keys().find(|lines| !layout.lines.contains_key(*lines)) {
        return Err(Error::UnknownField { entity: layout.entity.clone(), path: unknown.to_string() });
    }
    let mut row = Vec::new();
    for column in layout.system.values() {
        let value = match column.field.as_str() {
            "number" => written.numbers.get(&record.id).cloned().flatten().map_or(Value::Null, Value::text),
            "title" => Value::text(written.fill(&record.title, Some(record.id))),
            field => record.get(field),
        };
        push(dialect, &layout.entity, "", column, &value, &mut row)?;
    }
    for column in layout.columns.values() {
        let given = written.series.get(&record.id).and_then(|of| of.iter().find(|(field, _)| *field == column.field));
        let given = given.map(|(_, number)| Value::text(number));
        let value = given.as_ref().or_else(|| record.fields.get(&column.field)).unwrap_or(&Value::Null);
        push(dialect, &layout.entity, "", column, value, &mut row)?;
    }
    Ok(row)
}

/// The text that the search finds a new record by, with the numbers that it was given.
fn found_by(insert: &InsertRecord, written: &Written) -> String {
    let mut text = written.fill(&insert.search, Some(insert.record.id));
    for (field, number) in written.series.get(&insert.record.id).into_iter().flatten() {
        if insert.series.iter().any(|one| one.field == *field && one.searched) {
            text.push('\n');
            text.push_str(number);
        }
    }
    text
}

/// Adds a value, and its key where the column has one.
pub(crate) fn push(
    dialect: Dialect,
    entity: &Name,
    lines: &str,
    column: &Column,
    value: &Value,
    row: &mut Vec<Bind>,
) -> Result<(), Error> {
    let bind = dialect.encode(column, value).ok_or_else(|| {
        let field = if lines.is_empty() { column.field.to_string() } else { format!("{lines}.{}", column.field) };
        Error::value(entity, &field, column.storage.as_str(), value)
    })?;
    row.push(bind);
    if column.key.is_some() {
        row.push(key_of(value));
    }
    Ok(())
}

/// Statements that insert lines: of each record its new lines with their positions.
pub(super) fn insert_lines<'a>(
    dialect: Dialect,
    layout: &Layout,
    lines: &LinesLayout,
    records: impl Iterator<Item = (Uuid, Vec<(&'a kernel::Line, i64)>)>,
    statements: &mut Vec<Sql>,
) -> Result<(), Error> {
    let mut rows = Vec::new();
    for (record, new) in records {
        for (line, position) in new {
            if let Some(unknown) = line.fields.keys().find(|field| !lines.columns.contains_key(*field)) {
                let path = format!("{}.{unknown}", lines.name);
                return Err(Error::UnknownField { entity: layout.entity.clone(), path });
            }
            let mut row = vec![Bind::Uuid(line.id), Bind::Uuid(record), Bind::Int(position)];
            for column in lines.columns.values() {
                let value = line.fields.get(&column.field).unwrap_or(&Value::Null);
                push(dialect, &layout.entity, &lines.name, column, value, &mut row)?;
            }
            rows.push(row);
        }
    }
    let width = rows.first().map_or(1, Vec::len);
    for piece in pieces(&rows, width, dialect.most_binds()) {
        let mut sql = Sql::default();
        sql.text("insert into ").name(&lines.table).text(" (id, ").name(LINE_RECORD).text(", ").name(LINE_POSITION);
        for column in lines.columns.values() {
            sql.text(", ").name(&column.name);
            if let Some(key) = &column.key {
                sql.text(", ").name(key);
            }
        }
        sql.text(") values ");
        sql.list(piece, ", ", |sql, row| write_row(sql, row));
        statements.push(sql);
    }
    Ok(())
}

//! Whole records, with their lines: one statement for the headers and one for each line table, however many there are.

use std::collections::HashMap;

use indexmap::IndexMap;
use kernel::{Line, Name, Record, Value};
use uuid::Uuid;

use crate::{
    Error,
    connection::{Connection, Row},
    dialect::Dialect,
    layout::{Column, LINE_POSITION, LINE_RECORD, Layout, LinesLayout},
    sql::Sql,
};

/// How many ids one statement asks for.
const CHUNK: usize = 256;

/// Reads records with their lines, in the order of the ids.
pub(crate) async fn load(connection: &mut Connection, layout: &Layout, ids: &[Uuid]) -> Result<Vec<Record>, Error> {
    let mut found: HashMap<Uuid, Record> = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        for row in connection.rows(headers(layout, chunk)).await? {
            let mut record = system(connection.dialect(), layout, &row)?;
            let start = layout.system.len();
            record.fields = fields(connection.dialect(), layout.columns.values(), &row, start)?;
            record.lines = layout.lines.keys().map(|name| (name.clone(), Vec::new())).collect();
            found.insert(record.id, record);
        }
        for lines in layout.lines.values() {
            for row in connection.rows(lines_of(lines, chunk)).await? {
                let fields = fields(connection.dialect(), lines.columns.values(), &row, 2)?;
                if let Some(record) = found.get_mut(&row.get(1)?)
                    && let Some(table) = record.lines.get_mut(&lines.name)
                {
                    table.push(Line { id: row.get(0)?, fields });
                }
            }
        }
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

fn headers(layout: &Layout, ids: &[Uuid]) -> Sql {
    let mut sql = Sql::default();
    sql.text("select ");
    sql.list(layout.system.values().chain(layout.columns.values()), ", ", |sql, column| {
        sql.name(&column.name);
    });
    sql.text(" from ").name(&layout.table).text(" where id in (");
    write_ids(&mut sql, ids);
    sql.text(")");
    sql
}

fn lines_of(lines: &LinesLayout, ids: &[Uuid]) -> Sql {
    let mut sql = Sql::default();
    sql.text("select id, ").name(LINE_RECORD);
    for column in lines.columns.values() {
        sql.text(", ").name(&column.name);
    }
    sql.text(" from ").name(&lines.table).text(" where ").name(LINE_RECORD).text(" in (");
    write_ids(&mut sql, ids);
    sql.text(") order by ").name(LINE_RECORD).text(", ").name(LINE_POSITION).text(", id");
    sql
}

/// Writes ids, the last repeated up to a power of two, so that few different statements are prepared.
pub(crate) fn write_ids(sql: &mut Sql, ids: &[Uuid]) {
    let count = ids.len().next_power_of_two();
    let padding = ids.last().into_iter().cycle().take(count - ids.len());
    sql.list(ids.iter().chain(padding), ", ", |sql, id| {
        sql.value(*id);
    });
}

/// The system fields of a row that begins with them.
pub(crate) fn system(dialect: Dialect, layout: &Layout, row: &Row) -> Result<Record, Error> {
    let mut values = Vec::with_capacity(layout.system.len());
    for (position, column) in layout.system.values().enumerate() {
        values.push(dialect.decode(column, row, position)?);
    }
    let mut values = values.into_iter();
    let mut next = || values.next().unwrap_or_default();
    let (id, version, state, number, title) = (next(), next(), next(), next(), next());
    let (created_at, created_by, updated_at, updated_by, deleted_at) = (next(), next(), next(), next(), next());
    Ok(Record {
        entity: layout.entity.clone(),
        id: id.as_id().ok_or_else(|| Error::corrupt("an id", &layout.table))?,
        version: if let Value::Integer(version) = version { version } else { 0 },
        state: state.as_text().map(Name::new),
        number: number.as_text().map(str::to_owned),
        title: title.as_text().unwrap_or_default().to_owned(),
        created_at: time(&created_at).unwrap_or_default(),
        created_by: created_by.as_id(),
        updated_at: time(&updated_at).unwrap_or_default(),
        updated_by: updated_by.as_id(),
        deleted_at: time(&deleted_at),
        fields: IndexMap::new(),
        lines: IndexMap::new(),
    })
}

fn time(value: &Value) -> Option<chrono::DateTime<chrono::Utc>> {
    if let Value::Datetime(time) = value { Some(*time) } else { None }
}

/// The stored fields of a row, those that have a value.
fn fields<'a>(
    dialect: Dialect,
    columns: impl Iterator<Item = &'a Column>,
    row: &Row,
    start: usize,
) -> Result<IndexMap<Name, Value>, Error> {
    let mut fields = IndexMap::new();
    for (position, column) in columns.enumerate() {
        let value = dialect.decode(column, row, start + position)?;
        if !value.is_null() {
            fields.insert(column.field.clone(), value);
        }
    }
    Ok(fields)
}

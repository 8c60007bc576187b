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
pub(super) const CHUNK: usize = 256;

/// Which records are read.
#[derive(Clone, Debug)]
pub(crate) enum Which {
    /// These.
    Ids(Vec<Uuid>),
    /// Those whose ids a statement gives.
    Found(Sql),
}

/// The queries that read records with their lines: the headers', and one for each line table.
pub(crate) fn queries(layout: &Layout, which: &Which) -> Vec<Sql> {
    let mut queries = vec![headers(layout, which)];
    queries.extend(layout.lines.values().map(|lines| lines_of(lines, which)));
    queries
}

/// The records from the rows of [`queries`], by id.
pub(crate) fn records(dialect: Dialect, layout: &Layout, found: Vec<Vec<Row>>) -> Result<HashMap<Uuid, Record>, Error> {
    let mut found = found.into_iter();
    let mut records: HashMap<Uuid, Record> = HashMap::new();
    for row in found.next().unwrap_or_default() {
        let mut record = system(dialect, layout, &row)?;
        record.fields = fields(dialect, layout.columns.values(), &row, layout.system.len())?;
        record.lines = layout.lines.keys().map(|name| (name.clone(), Vec::new())).collect();
        records.insert(record.id, record);
    }
    for (lines, rows) in layout.lines.values().zip(found) {
        for row in rows {
            let fields = fields(dialect, lines.columns.values(), &row, 2)?;
            if let Some(record) = records.get_mut(&row.get(1)?)
                && let Some(table) = record.lines.get_mut(&lines.name)
            {
                table.push(Line { id: row.get(0)?, fields });
            }
        }
    }
    Ok(records)
}

/// Reads records with their lines, in the order of the ids.
pub(crate) async fn load(connection: &mut Connection, layout: &Layout, ids: &[Uuid]) -> Result<Vec<Record>, Error> {
    let mut loaded = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let found = connection.queries(queries(layout, &Which::Ids(chunk.to_vec()))).await?;
        let mut records = records(connection.dialect(), layout, found)?;
        loaded.extend(chunk.iter().filter_map(|id| records.remove(id)));
    }
    Ok(loaded)
}

fn headers(layout: &Layout, which: &Which) -> Sql {
    let mut sql = Sql::default();
    sql.text("select ");
    sql.list(layout.system.values().chain(layout.columns.values()), ", ", |sql, column| {
        sql.name(&column.name);
    });
    sql.text(" from ").name(&layout.table).text(" where id in (");
    which.write(&mut sql);
    sql.text(")");
    sql
}

fn lines_of(lines: &LinesLayout, which: &Which) -> Sql {
    let mut sql = Sql::default();
    sql.text("select id, ").name(LINE_RECORD);
    for column in lines.columns.values() {
        sql.text(", ").name(&column.name);
    }
    sql.text(" from ").name(&lines.table).text(" where ").name(LINE_RECORD).text(" in (");
    which.write(&mut sql);
    sql.text(") order by ").name(LINE_RECORD).text(", ").name(LINE_POSITION).text(", id");
    sql
}

impl Which {
    fn write(&self, sql: &mut Sql) {
        match self {
            Self::Ids(ids) => write_ids(sql, ids),
            Self::Found(statement) => {
                sql.inner(statement);
            }
        }
    }
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

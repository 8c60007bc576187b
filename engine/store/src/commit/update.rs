//! Changed records: their row under the guard of its version, then lines and what the search finds them by.

use indexmap::IndexMap;
use kernel::{
    Name, Value,
    change::{LinesChange, UpdateRecord},
};

use super::{
    CommittedRecord, Work,
    apply::{Guard, Guarded, Written},
    insert::{insert_lines, push},
    rows::{pieces, write_row},
};
use crate::{
    Error,
    dialect::Dialect,
    layout::{Column, LINE_POSITION, LINE_RECORD, Layout, LinesLayout, WRITTEN},
    sql::{Bind, Sql},
    text,
};

/// The statements that change rows, each under the guard of its version.
pub(super) fn headers<'a>(
    dialect: Dialect,
    work: &Work,
    updates: &[&'a UpdateRecord],
    written: &Written,
) -> Result<Vec<Guarded<'a>>, Error> {
    updates
        .iter()
        .map(|update| {
            let statements = vec![header(dialect, work, update, written)?];
            Ok(Guarded { statements, guard: Guard::Record(update) })
        })
        .collect()
}

fn header(dialect: Dialect, work: &Work, update: &UpdateRecord, written: &Written) -> Result<Sql, Error> {
    let layout = work.layout(&update.entity)?;
    let mut set: Vec<(&Column, Value)> = Vec::new();
    let mut system = |field: &str, value: Value| {
        set.extend(layout.system.get(field).map(|column| (column, value)));
    };
    if !update.silent {
        system("updated_at", Value::Datetime(work.commit.at));
        system("updated_by", work.commit.by.map_or(Value::Null, Value::Id));
    }
    if let Some(state) = &update.state {
        system("state", Value::text(state));
    }
    if let Some(title) = &update.title {
        system("title", Value::text(written.fill(title, Some(update.id))));
    }
    if let Some(deleted_at) = update.deleted_at {
        system("deleted_at", deleted_at.map_or(Value::Null, Value::Datetime));
    }
    for (field, value) in &update.set {
        let column = layout.columns.get(field).ok_or_else(|| unknown(layout, field))?;
        set.push((column, value.clone()));
    }
    let mut sql = Sql::default();
    sql.text("update ").name(&layout.table).text(" set ").name(WRITTEN).text(" = ").value(work.version);
    if !update.silent {
        sql.text(", version = version + 1");
    }
    for (column, value) in &set {
        let mut binds = Vec::new();
        push(dialect, &layout.entity, "", column, value, &mut binds)?;
        for (name, bind) in [Some(&column.name), column.key.as_ref()].into_iter().flatten().zip(binds) {
            sql.text(", ").name(name).text(" = ").value(bind);
        }
    }
    sql.text(" where id = ").value(update.id).text(" and version = ").value(update.base_version);
    Ok(sql)
}

fn unknown(layout: &Layout, path: &str) -> Error {
    Error::UnknownField { entity: layout.entity.clone(), path: path.to_owned() }
}

/// The statements that follow once the row has been changed.
pub(super) fn rest(
    dialect: Dialect,
    work: &Work,
    update: &UpdateRecord,
    written: &mut Written,
    statements: &mut Vec<Sql>,
) -> Result<(), Error> {
    let layout = work.layout(&update.entity)?;
    for (name, change) in &update.lines {
        let lines = layout.lines.get(name).ok_or_else(|| unknown(layout, name))?;
        change_lines(dialect, layout, lines, update, change, statements)?;
    }
    if let Some(search) = &update.search {
        let tokens = text::tokens(&written.fill(search, Some(update.id)));
        statements.push(dialect.index(&layout.table, &layout.search, &[(update.id, tokens)]));
    }
    let title = update.title.as_ref().map(|title| written.fill(title, Some(update.id)));
    let (entity, id) = (update.entity.clone(), update.id);
    let version = update.base_version + i64::from(!update.silent);
    written.record(CommittedRecord { entity, id, version, inserted: false, number: None, title, series: Vec::new() });
    Ok(())
}

fn change_lines(
    dialect: Dialect,
    layout: &Layout,
    lines: &LinesLayout,
    update: &UpdateRecord,
    change: &LinesChange,
    statements: &mut Vec<Sql>,
) -> Result<(), Error> {
    for piece in pieces(&change.delete, 1, dialect.most_binds()) {
        let mut sql = Sql::default();
        sql.text("delete from ").name(&lines.table).text(" where ").name(LINE_RECORD).text(" = ").value(update.id);
        sql.text(" and id in (").list(piece, ", ", |sql, id| {
            sql.value(*id);
        });
        sql.text(")");
        statements.push(sql);
    }
    update_lines(dialect, layout, lines, update, change, statements)?;
    let position = |id| change.order.iter().position(|known| *known == id).unwrap_or(change.order.len());
    let new = change.insert.iter().map(|line| (line, i64::try_from(position(line.id)).unwrap_or(i64::MAX))).collect();
    insert_lines(dialect, layout, lines, [(update.id, new)].into_iter(), statements)?;
    let places: Vec<Vec<Bind>> = change
        .order
        .iter()
        .zip(0_i64..)
        .filter(|(id, _)| !change.insert.iter().any(|line| line.id == **id))
        .map(|(id, position)| vec![Bind::Uuid(*id), Bind::Int(position)])
        .collect();
    set_lines(dialect, lines, update, &[LINE_POSITION], &places, statements);
    Ok(())
}

/// Lines whose same fields change are changed together.
fn update_lines(
    dialect: Dialect,
    layout: &Layout,
    lines: &LinesLayout,
    update: &UpdateRecord,
    change: &LinesChange,
    statements: &mut Vec<Sql>,
) -> Result<(), Error> {
    let mut groups: IndexMap<Vec<&Name>, Vec<&kernel::Line>> = IndexMap::new();
    for line in change.update.iter().filter(|line| !line.fields.is_empty()) {
        let mut fields: Vec<&Name> = line.fields.keys().collect();
        fields.sort_unstable();
        groups.entry(fields).or_default().push(line);
    }
    for (fields, group) in groups {
        let mut columns = Vec::new();
        for field in &fields {
            let known = lines.columns.get(*field);
            columns.push(known.ok_or_else(|| unknown(layout, &format!("{}.{field}", lines.name)))?);
        }
        let names: Vec<&str> =
            columns.iter().flat_map(|c| [Some(&c.name), c.key.as_ref()]).flatten().map(String::as_str).collect();
        let mut rows = Vec::with_capacity(group.len());
        for line in group {
            let mut row = vec![Bind::Uuid(line.id)];
            for column in &columns {
                let value = line.fields.get(&column.field).unwrap_or(&Value::Null);
                push(dialect, &layout.entity, &lines.name, column, value, &mut row)?;
            }
            rows.push(row);
        }
        set_lines(dialect, lines, update, &names, &rows, statements);
    }
    Ok(())
}

/// Statements that give lines values: each row is the line's id and the values of the columns.
fn set_lines(
    dialect: Dialect,
    lines: &LinesLayout,
    update: &UpdateRecord,
    columns: &[&str],
    rows: &[Vec<Bind>],
    statements: &mut Vec<Sql>,
) {
    for piece in pieces(rows, columns.len() + 1, dialect.most_binds() - 1) {
        let mut sql = Sql::default();
        sql.text("with new (id, ").list(columns, ", ", |sql, column| {
            sql.name(column);
        });
        sql.text(") as (values ").list(piece, ", ", |sql, row| write_row(sql, row));
        sql.text(") update ").name(&lines.table).text(" set ").list(columns, ", ", |sql, column| {
            sql.name(column).text(" = new.").name(column);
        });
        sql.text(" from new where ").name(&lines.table).text(".id = new.id and ");
        sql.name(&lines.table).text(".").name(LINE_RECORD).text(" = ").value(update.id);
        statements.push(sql);
    }
}

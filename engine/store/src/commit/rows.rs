//! Statements over several rows at once. The numbers of rows are powers of two, so that few different statements are
//! prepared.

use crate::sql::{Bind, Sql};

/// The most rows of a statement.
const MOST_ROWS: usize = 64;

/// Cuts rows into pieces of 64, 32, 16 … 1, none with more values than a statement may bind.
pub(crate) fn pieces<T>(mut rows: &[T], values_of_row: usize, most_binds: usize) -> Vec<&[T]> {
    let fit = (most_binds / values_of_row.max(1)).clamp(1, MOST_ROWS);
    let mut pieces = Vec::new();
    while !rows.is_empty() {
        let size = 1 << rows.len().min(fit).ilog2();
        let (piece, rest) = rows.split_at(size.min(rows.len()));
        pieces.push(piece);
        rows = rest;
    }
    pieces
}

/// Statements that insert rows. `columns` is the text between the brackets.
pub(super) fn insert(table: &str, columns: &'static str, rows: &[Vec<Bind>], most_binds: usize) -> Vec<Sql> {
    let width = rows.first().map_or(1, Vec::len);
    pieces(rows, width, most_binds)
        .into_iter()
        .map(|piece| {
            let mut sql = Sql::default();
            sql.text("insert into ").name(table).text(" (").text(columns).text(") values ");
            sql.list(piece, ", ", |sql, row| {
                write_row(sql, row);
            });
            sql
        })
        .collect()
}

/// Writes `($1, $2, …)`.
pub(crate) fn write_row(sql: &mut Sql, row: &[Bind]) {
    sql.text("(");
    sql.list(row, ", ", |sql, bind| {
        sql.value(bind.clone());
    });
    sql.text(")");
}

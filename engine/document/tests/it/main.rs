//! Files as people have them, and as attackers make them.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking and tells what it skips")]

mod delimited;
mod hostile;
mod ledger;
mod workbook;

use std::{io::Write, ops::ControlFlow};

use document::{Error, Limits, Sheets};
use kernel::import::Row;
use tempfile::NamedTempFile;

fn file(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn open(bytes: &[u8]) -> Result<Sheets, Error> {
    open_within(bytes, Limits::default())
}

fn open_within(bytes: &[u8], limits: Limits) -> Result<Sheets, Error> {
    Sheets::open(file(bytes).path(), "table", limits)
}

fn rows(sheets: &mut Sheets) -> Result<Vec<Row>, Error> {
    let sheet = sheets.names()[0].clone();
    let mut rows = Vec::new();
    sheets.read(&sheet, &mut |row| {
        rows.push(row);
        ControlFlow::Continue(())
    })?;
    Ok(rows)
}

/// Rows as `number: a|b|c`.
fn shown(rows: &[Row]) -> Vec<String> {
    let cells = |row: &Row| row.cells.iter().map(kernel::import::Cell::display).collect::<Vec<_>>().join("|");
    rows.iter().map(|row| format!("{}: {}", row.number, cells(row))).collect()
}

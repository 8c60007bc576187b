//! Writes a spreadsheet row by row: what is written goes to the disk at once, so that a million rows take no more memory
//! than a hundred.

use std::{
    fs::File,
    io::{BufWriter, Seek as _, Write as _},
};

use chrono::{NaiveDate, NaiveDateTime};
use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, Workbook as Inner, XlsxError};

/// Rows of a sheet, its headings among them; what is more goes to another one.
const MOST_ROWS: u32 = 1_048_576;
/// The longest text of a cell.
const LONGEST: usize = 32_767;
/// Wider columns are cut on the screen.
const WIDEST: f64 = 48.0;

/// What the cells of a column hold, which says how they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Text.
    Text,
    /// A number with so many digits after the point.
    Number(u32),
    /// A share, shown in per cent with so many digits after the point.
    Percent(u32),
    /// A day.
    Date,
    /// A day and a time.
    Moment,
    /// Yes or no.
    Boolean,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// What it is called.
    pub label: String,
    /// What it holds.
    pub shape: Shape,
}

/// What a cell holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Written {
    /// Nothing.
    #[default]
    Empty,
    /// Text, never a formula.
    Text(String),
    /// A number.
    Number(f64),
    /// A day.
    Date(NaiveDate),
    /// A moment on the clock that its reader goes by.
    Moment(NaiveDateTime),
    /// Yes or no.
    Boolean(bool),
}

/// A table: one sheet, or several where its rows are too many.
#[derive(Debug, Default)]
struct Table {
    name: String,
    headings: Vec<Heading>,
    formats: Vec<Format>,
    /// The sheet that is written, by its place.
    sheet: usize,
    sheets: u32,
    next_row: u32,
}

/// A spreadsheet that is being written.
pub struct Workbook {
    inner: Inner,
    sheets: usize,
    tables: Vec<Table>,
}

impl Workbook {
    /// One with these tables.
    ///
    /// # Errors
    /// If there is no room on the disk.
    pub fn new(tables: Vec<(String, Vec<Heading>)>) -> Result<Self, std::io::Error> {
        let mut book = Self { inner: Inner::new(), sheets: 0, tables: Vec::new() };
        for (name, headings) in tables {
            let formats = headings.iter().map(|heading| format(heading.shape)).collect();
            let mut table = Table { name, headings, formats, sheet: 0, sheets: 0, next_row: 0 };
            book.begin_sheet(&mut table).map_err(std::io::Error::other)?;
            book.tables.push(table);
        }
        Ok(book)
    }

    /// Adds a row to a table, by its place.
    ///
    /// # Errors
    /// If there is no room on the disk.
    pub fn push(&mut self, table: usize, cells: &[Written]) -> Result<(), std::io::Error> {
        self.write(table, cells).map_err(std::io::Error::other)
    }

    /// The whole file, from its beginning; it is gone when it is closed.
    ///
    /// # Errors
    /// If there is no room on the disk.
    pub fn finish(mut self) -> Result<File, std::io::Error> {
        let mut out = BufWriter::new(tempfile::tempfile()?);
        self.inner.save_to_writer(&mut out).map_err(std::io::Error::other)?;
        out.flush()?;
        let mut file = out.into_inner().map_err(std::io::Error::other)?;
        file.rewind()?;
        Ok(file)
    }

    fn begin_sheet(&mut self, table: &mut Table) -> Result<(), XlsxError> {
        table.sheets += 1;
        (table.sheet, table.next_row) = (self.sheets, 1);
        self.sheets += 1;
        let name = sheet_name(&table.name, table.sheets, self.sheets);
        let sheet = self.inner.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        sheet.set_freeze_panes(1, 0)?;
        let bold = Format::new().set_bold();
        for (column, heading) in (0_u16..).zip(&table.headings) {
            let letters = f64::from(u32::try_from(heading.label.chars().count()).unwrap_or(u32::MAX));
            let least = if heading.shape == Shape::Moment { 18.0 } else { 12.0 };
            sheet.set_column_width(column, (letters * 1.6 + 2.0).clamp(least, WIDEST))?;
            sheet.write_string_with_format(0, column, cut(&heading.label), &bold)?;
        }
        Ok(())
    }

    fn write(&mut self, table: usize, cells: &[Written]) -> Result<(), XlsxError> {
        let Some(mut at) = self.tables.get_mut(table).map(std::mem::take) else { return Ok(()) };
        if at.next_row == MOST_ROWS {
            self.begin_sheet(&mut at)?;
        }
        let sheet = self.inner.worksheet_from_index(at.sheet)?;
        let row = at.next_row;
        for ((column, cell), format) in (0_u16..).zip(cells).zip(&at.formats) {
            match cell {
                Written::Empty => {}
                Written::Text(text) => {
                    sheet.write_string(row, column, cut(text))?;
                }
                Written::Number(number) => {
                    sheet.write_number_with_format(row, column, *number, format)?;
                }
                Written::Boolean(yes) => {
                    sheet.write_boolean(row, column, *yes)?;
                }
                Written::Date(day) => match day_of(*day) {
                    Some(serial) => {
                        sheet.write_datetime_with_format(row, column, &serial, format)?;
                    }
                    None => {
                        sheet.write_string(row, column, day.to_string())?;
                    }
                },
                Written::Moment(moment) => match moment_of(*moment) {
                    Some(serial) => {
                        sheet.write_datetime_with_format(row, column, &serial, format)?;
                    }
                    None => {
                        sheet.write_string(row, column, moment.to_string())?;
                    }
                },
            }
        }
        at.next_row += 1;
        if let Some(place) = self.tables.get_mut(table) {
            *place = at;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Workbook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workbook").field("sheets", &self.sheets).field("tables", &self.tables).finish_non_exhaustive()
    }
}

fn format(shape: Shape) -> Format {
    let digits = |digits: u32| if digits == 0 { String::new() } else { format!(".{}", "0".repeat(digits as usize)) };
    match shape {
        Shape::Text | Shape::Boolean => Format::new(),
        Shape::Number(count) => Format::new().set_num_format(format!("#,##0{}", digits(count))),
        Shape::Percent(count) => Format::new().set_num_format(format!("0{}%", digits(count))),
        Shape::Date => Format::new().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Left),
        Shape::Moment => Format::new().set_num_format("yyyy-mm-dd hh:mm").set_align(FormatAlign::Left),
    }
}

/// Days since the end of 1899; none before March 1900, where spreadsheet programs count wrongly.
fn day_of(day: NaiveDate) -> Option<ExcelDateTime> {
    moment_of(day.and_hms_opt(0, 0, 0)?)
}

fn moment_of(at: NaiveDateTime) -> Option<ExcelDateTime> {
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30)?.and_hms_opt(0, 0, 0)?;
    let days = i32::try_from((at - epoch).num_days()).ok().filter(|days| *days > 60)?;
    let in_day = i32::try_from((at - at.date().and_hms_opt(0, 0, 0)?).num_seconds()).ok()?;
    ExcelDateTime::from_serial_datetime(f64::from(days) + f64::from(in_day) / 86_400.0).ok()
}

fn cut(text: &str) -> String {
    // Characters outside the basic plane count twice there.
    let mut units = 0;
    text.chars()
        .take_while(|c| {
            units += c.len_utf16();
            units <= LONGEST
        })
        .collect()
}

/// A name that a spreadsheet program takes: short, without some signs, and unlike the others.
fn sheet_name(name: &str, part: u32, place: usize) -> String {
    let plain: String = name.chars().filter(|c| !"[]:*?/\\'".contains(*c) && !c.is_control()).take(24).collect();
    let plain = plain.trim();
    match (plain, part) {
        ("", _) => format!("Sheet{place}"),
        (plain, 1) => plain.to_owned(),
        (plain, part) => format!("{plain} ({part})"),
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Write as _, ops::ControlFlow};

    use kernel::import::Content;

    use super::*;
    use crate::{Limits, Sheets};

    #[test]
    fn what_is_written_is_read_back_with_its_types() {
        let heading = |label: &str, shape| Heading { label: label.into(), shape };
        let headings = vec![
            heading("Name", Shape::Text),
            heading("Amount", Shape::Number(2)),
            heading("Day", Shape::Date),
            heading("At", Shape::Moment),
            heading("Paid", Shape::Boolean),
        ];
        let mut book =
            Workbook::new(vec![("Orders/2026".into(), headings), ("Lines".into(), vec![heading("No", Shape::Text)])])
                .unwrap();
        let day = NaiveDate::from_ymd_opt(2026, 3, 5).unwrap();
        let cells = [
            Written::Text("=1+1".into()),
            Written::Number(1234.5),
            Written::Date(day),
            Written::Moment(day.and_hms_opt(10, 30, 0).unwrap()),
            Written::Boolean(true),
        ];
        book.push(0, &cells).unwrap();
        book.push(1, &[Written::Text("a".into())]).unwrap();
        book.push(0, &[Written::Empty, Written::Number(-0.5)]).unwrap();
        let mut file = book.finish().unwrap();
        let mut kept = tempfile::NamedTempFile::new().unwrap();
        std::io::copy(&mut file, &mut kept).unwrap();
        kept.flush().unwrap();
        let mut sheets = Sheets::open(kept.path(), "orders", Limits::default()).unwrap();
        assert_eq!(sheets.names(), ["Orders2026", "Lines"]);
        let mut rows = Vec::new();
        sheets
            .read("Orders2026", &mut |row| {
                rows.push(row);
                ControlFlow::Continue(())
            })
            .unwrap();
        let contents: Vec<&Content> = rows[1].cells.iter().map(|cell| &cell.content).collect();
        assert_eq!(contents[0], &Content::Text("=1+1".into()), "text, no formula");
        assert_eq!(contents[1], &Content::Number("1234.5".into()));
        assert_eq!(contents[2], &Content::Moment(day.and_hms_opt(0, 0, 0).unwrap()));
        assert_eq!(contents[3], &Content::Moment(day.and_hms_opt(10, 30, 0).unwrap()));
        assert_eq!(contents[4], &Content::Bool(true));
        assert_eq!(rows.len(), 3);
    }
}

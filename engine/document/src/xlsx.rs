//! XLSX: the cells of a sheet as a stream of rows.

use std::{
    fs::File,
    io::BufReader,
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
};

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx, XlsxError};
use chrono::{NaiveDate, NaiveDateTime};
use kernel::import::{Cell, Content, Row, column_letters};

use crate::{Error, Limits, sheets::Step};

pub(crate) struct Workbook {
    inner: Xlsx<BufReader<File>>,
}

impl Workbook {
    /// Opens a workbook whose package has been looked through.
    pub(crate) fn open(file: File) -> Result<Self, Error> {
        let inner = guarded("in its parts", || Xlsx::new(BufReader::new(file)))?.map_err(|e| match e {
            XlsxError::Password => Error::NotASpreadsheet { found: "a workbook protected by a password" },
            other => Error::damaged("in its parts", other),
        })?;
        Ok(Self { inner })
    }

    /// The sheets with cells; sheets of charts and macros are left out.
    pub(crate) fn sheets(&self) -> Vec<String> {
        let sheets = self.inner.sheets_metadata();
        sheets.iter().filter(|s| s.typ == calamine::SheetType::WorkSheet).map(|s| s.name.clone()).collect()
    }

    /// Whether days are counted from 1904 on.
    pub(crate) fn counts_from_1904(&self) -> bool {
        self.inner.has_1904_epoch()
    }

    /// Hands every row with cells to `each`, from top to bottom.
    pub(crate) fn read(&mut self, sheet: &str, limits: &Limits, each: &mut Step<'_>) -> Result<(), Error> {
        let mut place = (0, 0);
        let mut cells = guarded("in its sheet", || self.inner.worksheet_cells_reader(sheet))?
            .map_err(|e| Error::damaged(format!("in the sheet {sheet}"), e))?;
        let mut row = Row::default();
        let mut count = 0;
        loop {
            let at = |(row, column): (u32, u32)| format!("after cell {}{}", column_letters(column as usize), row + 1);
            let next = guarded(&at(place), || cells.next_cell_with_formula_metadata())?
                .map_err(|e| Error::damaged(at(place), e))?;
            let Some(found) = next else { break };
            place = found.pos;
            let (number, column) = (found.pos.0.saturating_add(1), found.pos.1 as usize);
            if number != row.number {
                if row.number > 0 && each(std::mem::take(&mut row)) == ControlFlow::Break(()) {
                    return Ok(());
                }
                if number > limits.rows {
                    return Err(Error::TooLarge { of: "rows", limit: u64::from(limits.rows) });
                }
                row.number = number;
            }
            let cell = Cell { content: content(found.value), formula: found.formula.is_some() };
            if cell == Cell::default() {
                continue;
            }
            count += 1;
            if count > limits.cells {
                return Err(Error::TooLarge { of: "cells", limit: limits.cells });
            }
            if column >= limits.columns {
                return Err(Error::TooLarge { of: "columns", limit: limits.columns as u64 });
            }
            if row.cells.len() <= column {
                row.cells.resize_with(column + 1, Cell::default);
            }
            if let Some(slot) = row.cells.get_mut(column) {
                *slot = cell;
            }
        }
        if row.number > 0 {
            let _ = each(row);
        }
        Ok(())
    }
}

/// Runs the parser of a foreign crate over a foreign file: should it panic, the file is to blame, not the server.
fn guarded<T>(place: &str, run: impl FnOnce() -> T) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|_| Error::damaged(place, "it cannot be parsed"))
}

fn content(value: DataRef<'_>) -> Content {
    match value {
        DataRef::Empty => Content::Empty,
        DataRef::Int(i) => Content::Number(i.to_string()),
        DataRef::Float(f) => number(f),
        DataRef::String(text) => text_or_nothing(text),
        DataRef::SharedString(text) => text_or_nothing(text.to_owned()),
        DataRef::Bool(b) => Content::Bool(b),
        DataRef::DateTime(at) => moment(at),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Content::Text(text),
        DataRef::Error(error) => Content::Error(error.to_string()),
    }
}

fn text_or_nothing(text: String) -> Content {
    if text.is_empty() { Content::Empty } else { Content::Text(text) }
}

/// The number a person sees. A spreadsheet keeps binary fractions and shows 15 digits of them, so that 0.1 + 0.2 is
/// 0.3; whole numbers are exact up to 2^53.
fn number(float: f64) -> Content {
    if !float.is_finite() {
        return Content::Error(float.to_string());
    }
    // Rust writes the shortest decimal that reads back as the same binary number: 2.5499999999999998 is 2.55.
    let shortest = float.to_string();
    let digits = shortest.bytes().filter(u8::is_ascii_digit).count() - usize::from(float.abs() < 1.0);
    if digits <= 15 || float.fract() == 0.0 {
        return Content::Number(shortest);
    }
    Content::Number(format!("{float:.14e}").parse::<f64>().map_or(shortest, |rounded| rounded.to_string()))
}

/// Times of day and lengths of time are no moments: they stay the number that they are.
fn moment(at: ExcelDateTime) -> Content {
    if at.is_duration() || at.as_f64() < 1.0 {
        return number(at.as_f64());
    }
    let (year, month, day, hour, minute, second, millis) = at.to_ymd_hms_milli();
    let moment: Option<NaiveDateTime> = NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day))
        .and_then(|d| d.and_hms_milli_opt(u32::from(hour), u32::from(minute), u32::from(second), u32::from(millis)));
    moment.map_or_else(|| number(at.as_f64()), Content::Moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_a_person_sees() {
        let numbers = [
            (2.549_999_999_999_999_6, "2.55"),
            (0.1 + 0.2, "0.3"),
            (12_345_678_901_234_567.0, "12345678901234568"),
            (-0.5, "-0.5"),
            (0.0, "0"),
            (1e21, "1000000000000000000000"),
            (0.000_000_1, "0.0000001"),
            (1.0 / 3.0, "0.333333333333333"),
            (9_007_199_254_740_991.0, "9007199254740991"),
        ];
        for (float, text) in numbers {
            assert_eq!(number(float), Content::Number(text.into()));
        }
    }
}

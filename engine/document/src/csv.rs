//! Delimited text: its delimiter is found by looking, its rows come as a stream.

use std::{
    cell::Cell as Counter,
    fs::File,
    io::{self, BufReader, Read, Seek},
    ops::ControlFlow,
    rc::Rc,
};

use encoding_rs::Encoding;
use kernel::import::{Cell, Row};

use crate::{
    Error, Limits,
    encoding::{Decoded, detect},
    sheets::Step,
    zip::is_damage,
};

pub(crate) struct Table {
    file: File,
    encoding: &'static Encoding,
    delimiter: u8,
}

impl Table {
    pub(crate) fn open(mut file: File) -> Result<Self, Error> {
        let encoding = detect(&mut file)?;
        file.rewind()?;
        let mut sample = Vec::new();
        Decoded::new(&mut file, encoding).take(64 << 10).read_to_end(&mut sample)?;
        let sample = String::from_utf8_lossy(&sample);
        if sample.chars().any(|c| c < ' ' && !matches!(c, '\t' | '\r' | '\n' | '\u{c}')) {
            return Err(Error::NotASpreadsheet { found: "a file that is no text" });
        }
        Ok(Self { file, encoding, delimiter: delimiter(&sample) })
    }

    pub(crate) fn read(&mut self, limits: &Limits, each: &mut Step<'_>) -> Result<(), Error> {
        self.file.rewind()?;
        let since = Rc::new(Counter::new(0));
        let decoded = Decoded::new(BufReader::new(&mut self.file), self.encoding);
        let lines = Lines { inner: decoded, since: Rc::clone(&since), limit: limits.row_bytes, last: b'\n' };
        let mut reader =
            csv::ReaderBuilder::new().delimiter(self.delimiter).has_headers(false).flexible(true).from_reader(lines);
        let mut record = csv::StringRecord::new();
        let mut count = 0;
        let mut cells = 0;
        while reader.read_record(&mut record).map_err(|e| failure(e, limits))? {
            since.set(0);
            count += 1;
            cells += record.len() as u64;
            if count > limits.rows {
                return Err(Error::TooLarge { of: "rows", limit: u64::from(limits.rows) });
            }
            if record.len() > limits.columns {
                return Err(Error::TooLarge { of: "columns", limit: limits.columns as u64 });
            }
            if cells > limits.cells {
                return Err(Error::TooLarge { of: "cells", limit: limits.cells });
            }
            // The position of the record itself would be that of the empty lines before it.
            let inside: u64 = record.iter().map(|cell| cell.matches('\n').count() as u64).sum();
            let number = reader.position().line().saturating_sub(1 + inside);
            let cells = record.iter().map(Cell::text).collect();
            let row = Row { number: u32::try_from(number).unwrap_or(u32::MAX), cells };
            if each(row) == ControlFlow::Break(()) {
                break;
            }
        }
        Ok(())
    }
}

fn failure(error: csv::Error, limits: &Limits) -> Error {
    let place = error.position().map_or_else(|| "somewhere".into(), |p| format!("at line {}", p.line()));
    let message = error.to_string();
    match error.into_kind() {
        csv::ErrorKind::Io(e) if e.kind() == io::ErrorKind::FileTooLarge => {
            Error::TooLarge { of: "bytes in a row (is a quote not closed?)", limit: limits.row_bytes }
        }
        csv::ErrorKind::Io(e) if !is_damage(&e) => Error::Io(e),
        _ => Error::damaged(place, message),
    }
}

/// Makes every line end in one line feed, the last one too, so that lines can be counted; and ends a row that does not
/// end by itself.
struct Lines<R> {
    inner: R,
    since: Rc<Counter<u64>>,
    limit: u64,
    last: u8,
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.since.get() > self.limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        loop {
            let read = self.inner.read(buffer)?;
            if read == 0 {
                let Some(first) = buffer.first_mut().filter(|_| self.last != b'\n') else { return Ok(0) };
                (*first, self.last) = (b'\n', b'\n');
                return Ok(1);
            }
            self.since.set(self.since.get() + read as u64);
            let mut kept = 0;
            for from in 0..read {
                let byte = buffer.get(from).copied().unwrap_or_default();
                let after_return = std::mem::replace(&mut self.last, byte) == b'\r';
                if byte == b'\n' && after_return {
                    continue;
                }
                if let Some(to) = buffer.get_mut(kept) {
                    *to = if byte == b'\r' { b'\n' } else { byte };
                }
                kept += 1;
            }
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}

/// The delimiter that stands equally often on the first lines; on a draw the one that makes more columns.
fn delimiter(sample: &str) -> u8 {
    let score = |delimiter: char| {
        let counts: Vec<usize> = lines_outside_quotes(sample, delimiter).into_iter().take(30).collect();
        let first = counts.iter().copied().find(|c| *c > 0).unwrap_or(0);
        let alike = counts.iter().filter(|c| **c == first).count();
        if first == 0 { (0, 0) } else { (alike * 100 / counts.len().max(1), first) }
    };
    let candidates = [',', ';', '\t', '|'];
    candidates
        .into_iter()
        .max_by_key(|c| (score(*c), *c == ','))
        .filter(|c| score(*c).1 > 0)
        .and_then(|c| u8::try_from(c).ok())
        .unwrap_or(b',')
}

/// How often the delimiter stands on each line, not counting what is in quotes; empty lines are left out.
fn lines_outside_quotes(sample: &str, delimiter: char) -> Vec<usize> {
    let mut counts = Vec::new();
    let (mut quoted, mut count, mut empty) = (false, 0, true);
    for c in sample.chars() {
        match c {
            '"' => quoted = !quoted,
            '\n' if !quoted => {
                if !empty {
                    counts.push(count);
                }
                (count, empty) = (0, true);
                continue;
            }
            c if c == delimiter && !quoted => count += 1,
            _ => {}
        }
        empty = empty && c.is_whitespace();
    }
    if !empty {
        counts.push(count);
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_the_one_that_makes_even_rows() {
        assert_eq!(delimiter("a,b,c\n1,2,3\n"), b',');
        assert_eq!(delimiter("name;price\n\"Hook, large\";1,50\nRing;2,75\n"), b';');
        assert_eq!(delimiter("a\tb, c\n1\t2\n3\t4, 5\n"), b'\t');
        assert_eq!(delimiter("only one column\nand, sometimes, text\n"), b',');
        assert_eq!(delimiter(""), b',');
    }
}

//! A file of tables, whatever its format: which sheets it has, their headings, their rows as a stream.

use std::{
    fs::File,
    io::{Read, Seek},
    ops::ControlFlow,
    path::Path,
};

use kernel::import::{Row, tidy};

use crate::{Error, Limits, csv::Table, xlsx::Workbook, zip};

/// What takes the rows: it says whether it wants more.
pub type Step<'a> = dyn FnMut(Row) -> ControlFlow<()> + 'a;

/// An opened file of tables. Only one row at a time is in memory, beside the texts that an XLSX shares between cells.
pub struct Sheets {
    format: Format,
    names: Vec<String>,
    limits: Limits,
}

enum Format {
    Workbook(Box<Workbook>),
    Table(Table),
}

/// The beginning of a sheet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preview {
    /// The row with the headings: the first that holds anything. 0 in an empty sheet.
    pub heading_row: u32,
    /// The headings by column, made tidy; empty where a column has none.
    pub headings: Vec<String>,
    /// The first rows below.
    pub rows: Vec<Row>,
}

impl std::fmt::Debug for Sheets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sheets").field("names", &self.names).finish_non_exhaustive()
    }
}

impl Sheets {
    /// Opens a file; what it is, is told by its content. `name` is what its sheet is called if it has but one.
    pub fn open(path: &Path, name: &str, limits: Limits) -> Result<Self, Error> {
        let mut file = File::open(path)?;
        if file.metadata()?.len() > limits.file_bytes {
            return Err(Error::TooLarge { of: "bytes", limit: limits.file_bytes });
        }
        let mut start = Vec::new();
        (&mut file).take(8).read_to_end(&mut start)?;
        file.rewind()?;
        if start.starts_with(b"PK\x03\x04") {
            zip::inspect(std::io::BufReader::new(&file), &limits)?;
            file.rewind()?;
            let workbook = Workbook::open(file)?;
            let names = workbook.sheets();
            if names.is_empty() {
                return Err(Error::NotASpreadsheet { found: "a workbook without a sheet of cells" });
            }
            return Ok(Self { format: Format::Workbook(Box::new(workbook)), names, limits });
        }
        if let Some(found) = known_other(&start) {
            return Err(Error::NotASpreadsheet { found });
        }
        Ok(Self { format: Format::Table(Table::open(file)?), names: vec![name.to_owned()], limits })
    }

    /// The sheets' names, in order; at least one.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether days are counted from 1904 on.
    #[must_use]
    pub fn counts_from_1904(&self) -> bool {
        match &self.format {
            Format::Workbook(workbook) => workbook.counts_from_1904(),
            Format::Table(_) => false,
        }
    }

    /// Hands every row of a sheet that holds anything to `each`, from top to bottom, until it breaks off.
    pub fn read(&mut self, sheet: &str, each: &mut Step<'_>) -> Result<(), Error> {
        if !self.names.iter().any(|name| name == sheet) {
            return Err(Error::NoSheet { sheet: sheet.to_owned(), sheets: self.names.clone() });
        }
        let mut step = |row: Row| if row.is_empty() { ControlFlow::Continue(()) } else { each(row) };
        match &mut self.format {
            Format::Workbook(workbook) => workbook.read(sheet, &self.limits, &mut step),
            Format::Table(table) => table.read(&self.limits, &mut step),
        }
    }

    /// The headings of a sheet and its first rows.
    pub fn preview(&mut self, sheet: &str, rows: usize) -> Result<Preview, Error> {
        let mut preview = Preview::default();
        self.read(sheet, &mut |row| {
            if preview.heading_row == 0 {
                preview.heading_row = row.number;
                preview.headings = row.cells.iter().map(|cell| tidy(&cell.display())).collect();
            } else if preview.rows.len() < rows {
                preview.rows.push(row);
            }
            if preview.rows.len() < rows { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok(preview)
    }
}

/// Files that people take for spreadsheets.
fn known_other(start: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 6] = [
        (b"\xD0\xCF\x11\xE0", "an old or protected workbook (.xls): save it as .xlsx without a password"),
        (b"%PDF", "a PDF"),
        (b"\x89PNG", "a picture"),
        (b"\xFF\xD8\xFF", "a picture"),
        (b"\x1F\x8B", "a packed file"),
        (b"Rar!", "a packed file"),
    ];
    KNOWN.iter().find(|(mark, _)| start.starts_with(mark)).map(|(_, found)| *found)
}

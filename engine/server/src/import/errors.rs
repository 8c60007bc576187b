//! Refused rows as a file with the reason beside each, to be mended and imported again.

use std::collections::HashMap;

use uuid::Uuid;

use super::source::{Rows, SourceFile};
use crate::{App, Failure, export::csv_line};

/// Reasons that are read at a time.
const REASONS: u32 = 5_000;
/// What the column of reasons is called; an import passes over headings that it does not know.
const HEADING: &str = "Problem";

/// The refused rows of an import, piece by piece.
#[derive(Debug)]
pub struct ErrorRows {
    app: App,
    import: Uuid,
    rows: Rows,
    /// Reasons by row, as far as they have been read, and the last row of them.
    reasons: HashMap<u32, String>,
    read_to: u32,
    /// Whether there are no more.
    all: bool,
}

impl App {
    /// The refused rows of an import of somebody's own.
    ///
    /// # Errors
    /// If there is no such import, or its file is gone.
    pub async fn import_error_rows(&self, user: Option<Uuid>, id: Uuid) -> Result<ErrorRows, Failure> {
        let row = self.import_of(user, id).await?;
        let gone = || kernel::Rejection::NotFound { kind: "file".into(), id: id.to_string() };
        let content = self.store().import_file(id).await?.ok_or_else(gone)?;
        let sheet = super::job::read(&row).sheet;
        let unreadable = |error: &document::Error| {
            Failure::from(kernel::Rejection::invalid("file", error.code(), error.to_string()))
        };
        let file = SourceFile::of(&content, &row.file_name)?;
        let rows = Rows::begin(file, sheet).await.map_err(|error| unreadable(&error))?;
        Ok(ErrorRows { app: self.clone(), import: id, rows, reasons: HashMap::new(), read_to: 0, all: false })
    }
}

impl ErrorRows {
    /// The headings.
    #[must_use]
    pub fn head(&self) -> String {
        format!("\u{FEFF}{}", csv_line(self.rows.headings.iter().cloned().chain([HEADING.to_owned()])))
    }

    /// The next rows; none at the end.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn next(&mut self) -> Result<Option<String>, Failure> {
        let width = self.rows.headings.len();
        while let Some(piece) = self.rows.next().await {
            let piece = piece.map_err(|error| Failure::from(std::io::Error::other(error)))?;
            let Some(last) = piece.last().map(|row| row.number) else { continue };
            self.learn(last).await?;
            let mut text = String::new();
            for row in piece {
                if let Some(reason) = self.reasons.remove(&row.number) {
                    let cells =
                        (0..width).map(|at| row.cells.get(at).map(kernel::import::Cell::display).unwrap_or_default());
                    text.push_str(&csv_line(cells.chain([reason])));
                }
            }
            if !text.is_empty() {
                return Ok(Some(text));
            }
            if self.all && self.reasons.is_empty() {
                return Ok(None);
            }
        }
        Ok(None)
    }

    /// Reads reasons up to a row.
    async fn learn(&mut self, row: u32) -> Result<(), Failure> {
        while !self.all && self.read_to < row {
            let page = self.app.store().import_problems(self.import, self.read_to, REASONS).await?;
            self.all = page.len() < REASONS as usize;
            self.read_to = page.last().map_or(self.read_to, |(row, _)| *row);
            self.reasons.extend(page);
        }
        Ok(())
    }
}

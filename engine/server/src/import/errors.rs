//! Refused rows as a file with the reason beside each, to be mended and imported again. It is a way out like any export:
//! what would fill a sensitive field is masked, and has to be written again.

use std::collections::{HashMap, HashSet};

use kernel::{
    import::{Cell, fold_heading},
    sealed,
};
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
    /// Headings of columns that fill sensitive fields, folded.
    sensitive: HashSet<String>,
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
        let state = super::job::read(&row);
        let scene = self.scene(user);
        let import = state.plan.map(|plan| plan.compile(&scene)).transpose()?;
        let sensitive = import.map(|import| import.sensitive_headings()).unwrap_or_default();
        let unreadable = |error: &document::Error| {
            Failure::from(kernel::Rejection::invalid("file", error.code(), error.to_string()))
        };
        let file = SourceFile::of(&content, &row.file_name)?;
        let rows = Rows::begin(file, state.sheet).await.map_err(|error| unreadable(&error))?;
        let (app, reasons) = (self.clone(), HashMap::new());
        Ok(ErrorRows { app, import: id, rows, reasons, sensitive, read_to: 0, all: false })
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
        let hidden: Vec<bool> =
            self.rows.headings.iter().map(|heading| self.sensitive.contains(&fold_heading(heading))).collect();
        while let Some(piece) = self.rows.next().await {
            let piece = piece.map_err(|error| Failure::from(std::io::Error::other(error)))?;
            let Some(last) = piece.last().map(|row| row.number) else { continue };
            self.learn(last).await?;
            let mut text = String::new();
            for row in piece {
                if let Some(reason) = self.reasons.remove(&row.number) {
                    let cells = hidden.iter().enumerate().map(|(at, hide)| {
                        let shown = row.cells.get(at).map(Cell::display).unwrap_or_default();
                        if *hide { sealed::hidden(&shown) } else { shown }
                    });
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

//! What a cell of a table of the outside world holds, before it is known what it is meant as.

use chrono::NaiveDateTime;

/// What stands in a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Content {
    /// Nothing.
    #[default]
    Empty,
    /// Text as written.
    Text(String),
    /// A number in decimal notation without exponent: `2.55`, never `2.5499999999999998`.
    Number(String),
    /// Yes or no.
    Bool(bool),
    /// A number that the file shows as a day or time, without a zone.
    Moment(NaiveDateTime),
    /// A calculation that failed: `#N/A`.
    Error(String),
}

/// A cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// What stands in it; of a formula the result that was saved with it.
    pub content: Content,
    /// Whether it is calculated by the file.
    pub formula: bool,
}

impl Cell {
    /// A cell with text, or an empty one.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { content: if text.is_empty() { Content::Empty } else { Content::Text(text) }, formula: false }
    }

    /// Whether nothing stands in it, spaces aside. A formula whose result was not saved is not empty: its value is
    /// unknown, which must be told rather than passed over.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match &self.content {
            Content::Empty => !self.formula,
            Content::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// What a person would read in it.
    #[must_use]
    pub fn display(&self) -> String {
        match &self.content {
            Content::Empty => String::new(),
            Content::Text(text) | Content::Number(text) | Content::Error(text) => text.clone(),
            Content::Bool(true) => "TRUE".into(),
            Content::Bool(false) => "FALSE".into(),
            Content::Moment(at) if at.time() == chrono::NaiveTime::MIN => at.date().to_string(),
            Content::Moment(at) => at.to_string(),
        }
    }
}

/// A row of cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Its number as a spreadsheet program shows it; of a text file the line on which it begins. The first is 1.
    pub number: u32,
    /// Its cells by column; cells after the last one that holds something are left out.
    pub cells: Vec<Cell>,
}

impl Row {
    /// Whether no cell holds anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.iter().all(Cell::is_empty)
    }
}

/// The letters of a column as a spreadsheet program shows them; the first is 0.
///
/// ```
/// assert_eq!(kernel::import::column_letters(0), "A");
/// assert_eq!(kernel::import::column_letters(27), "AB");
/// ```
#[must_use]
pub fn column_letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

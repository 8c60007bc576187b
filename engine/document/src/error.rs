//! Why a file cannot be read, in words for the person who chose it.

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is something else.
    #[error("Expected a spreadsheet (.xlsx) or delimited text (.csv), but found {found}")]
    NotASpreadsheet {
        /// What it looks like.
        found: &'static str,
    },
    /// It is no archive.
    #[error("Expected an archive (.zip), but found something else")]
    NotAnArchive,
    /// It is more than is read.
    #[error("Expected at most {limit} {of}, but the file has more")]
    TooLarge {
        /// What there is too much of.
        of: &'static str,
        /// How much there may be.
        limit: u64,
    },
    /// It unpacks to so much more than it is that it looks made to exhaust memory.
    #[error("Expected a spreadsheet, but the file unpacks to more than {ratio} times its size")]
    Bomb {
        /// How many times its size it may unpack to.
        ratio: u64,
    },
    /// Its structure is broken.
    #[error("Expected a whole spreadsheet, but it is damaged {place}: {message}")]
    Damaged {
        /// Where.
        place: String,
        /// What the parser says.
        message: String,
    },
    /// There is no such sheet.
    #[error("Expected one of the sheets {}, but got {sheet}", .sheets.join(", "))]
    NoSheet {
        /// What was asked for.
        sheet: String,
        /// The sheets there are.
        sheets: Vec<String>,
    },
    /// It cannot be opened or read at all.
    #[error("Expected a readable file, but: {0}")]
    Io(#[from] std::io::Error),
}

impl Error {
    /// Stable code for translation.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotASpreadsheet { .. } => "not_a_spreadsheet",
            Self::NotAnArchive => "not_an_archive",
            Self::TooLarge { .. } => "file_too_large",
            Self::Bomb { .. } => "file_bomb",
            Self::Damaged { .. } => "file_damaged",
            Self::NoSheet { .. } => "no_sheet",
            Self::Io(_) => "file_unreadable",
        }
    }

    pub(crate) fn damaged(place: impl Into<String>, message: impl std::fmt::Display) -> Self {
        Self::Damaged { place: place.into(), message: message.to_string() }
    }
}

//! Spreadsheets, in and out.

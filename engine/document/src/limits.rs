//! How much of a file is read at most: what a person's file never reaches and an attacker's does.

/// Limits of a file. Reaching one refuses the whole file.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the file itself.
    pub file_bytes: u64,
    /// Parts inside an XLSX.
    pub entries: usize,
    /// Bytes of all parts of an XLSX together, unpacked.
    pub unpacked_bytes: u64,
    /// Bytes of an unpacked part that must be held in memory (its texts, its styles).
    pub held_bytes: u64,
    /// How many times larger than packed a part may be, once it is larger than a megabyte. Real sheets reach 60.
    pub ratio: u64,
    /// Rows of a sheet.
    pub rows: u32,
    /// Columns of a sheet.
    pub columns: usize,
    /// Cells of a sheet that hold something.
    pub cells: u64,
    /// Bytes of a row of delimited text; a quote that is never closed makes the rest of the file one row.
    pub row_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 200 << 20,
            entries: 5_000,
            unpacked_bytes: 1 << 30,
            held_bytes: 200 << 20,
            ratio: 300,
            rows: 1_048_576,
            columns: 1_000,
            cells: 50_000_000,
            row_bytes: 4 << 20,
        }
    }
}

//! The file of an import as a stream of pieces. Reading blocks and belongs to another thread; only a few pieces are in
//! memory at a time.

use std::{
    io::Write as _,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use document::{Limits, Sheets};
use kernel::import::Row;
use tokio::sync::mpsc;

/// Rows of a piece.
const PIECE: usize = 1_000;

/// A file to be read, perhaps one that goes away with this.
#[derive(Debug)]
pub(super) struct SourceFile {
    path: PathBuf,
    /// What the file is called, without its ending; the sheet of a file without sheets.
    name: String,
    temporary: bool,
}

impl SourceFile {
    /// Bytes, put into a file of their own until this is dropped: a spreadsheet is not read from its front to its end.
    pub(super) fn of(bytes: &[u8], name: &str) -> std::io::Result<Self> {
        let path = std::env::temp_dir().join(format!("portolan-import-{}", uuid::Uuid::now_v7()));
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(&path)?;
        file.write_all(bytes)?;
        let name = Path::new(name).file_stem().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        Ok(Self { path, name, temporary: true })
    }

    /// Opens it. Blocks.
    pub(super) fn open(&self, limits: Limits) -> Result<Sheets, document::Error> {
        Sheets::open(&self.path, &self.name, limits)
    }
}

impl Drop for SourceFile {
    fn drop(&mut self) {
        if self.temporary {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// The rows of a sheet below its headings.
#[derive(Debug)]
pub(super) struct Rows {
    pieces: mpsc::Receiver<Result<Vec<Row>, document::Error>>,
    /// Whether the file counts days from 1904 on.
    pub(super) from_1904: bool,
    /// The headings.
    pub(super) headings: Vec<String>,
}

impl Rows {
    /// Begins to read.
    pub(super) async fn begin(file: SourceFile, sheet: String) -> Result<Self, document::Error> {
        let (send, pieces) = mpsc::channel(2);
        let opened = tokio::task::spawn_blocking(move || {
            let mut sheets = file.open(Limits::default())?;
            let preview = sheets.preview(&sheet, 0)?;
            Ok::<_, document::Error>((file, sheets, sheet, preview))
        });
        let (file, mut sheets, sheet, preview) = opened.await.map_err(std::io::Error::other)??;
        let from_1904 = sheets.counts_from_1904();
        let heading_row = preview.heading_row;
        tokio::task::spawn_blocking(move || {
            let mut piece = Vec::with_capacity(PIECE);
            let read = sheets.read(&sheet, &mut |row| {
                if row.number <= heading_row {
                    return ControlFlow::Continue(());
                }
                piece.push(row);
                if piece.len() < PIECE {
                    return ControlFlow::Continue(());
                }
                // Nobody takes it any more: the import was broken off.
                match send.blocking_send(Ok(std::mem::take(&mut piece))) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                }
            });
            if !piece.is_empty() {
                let _ = send.blocking_send(Ok(piece));
            }
            if let Err(error) = read {
                let _ = send.blocking_send(Err(error));
            }
            drop(file);
        });
        Ok(Self { pieces, from_1904, headings: preview.headings })
    }

    /// The next piece.
    pub(super) async fn next(&mut self) -> Option<Result<Vec<Row>, document::Error>> {
        self.pieces.recv().await
    }
}

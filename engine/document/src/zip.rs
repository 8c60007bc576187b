//! Looks through a packed file before it is parsed: what it unpacks to is counted, not believed.

use std::io::{self, Read, Seek};

use zip::ZipArchive;

use crate::{Error, Limits};

/// Refuses a packed file that is damaged or unpacks to more than the limits, by unpacking it once into nothing. The
/// sizes it declares are only a reason to refuse early, for they can be wrong.
pub(crate) fn inspect(file: impl Read + Seek, limits: &Limits) -> Result<(), Error> {
    let damaged = |e: zip::result::ZipError| Error::damaged("in its package", e);
    let mut archive = ZipArchive::new(file).map_err(damaged)?;
    if archive.len() > limits.entries {
        return Err(Error::TooLarge { of: "parts", limit: limits.entries as u64 });
    }
    let names = archive.file_names().collect::<Result<Vec<_>, _>>().map_err(damaged)?;
    if !names.iter().any(|name| name.ends_with("workbook.xml")) {
        let found = names.iter().find_map(|name| kind_of_package(name)).unwrap_or("a ZIP archive");
        return Err(Error::NotASpreadsheet { found });
    }
    drop(names);
    let mut total = 0;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(damaged)?;
        let packed = entry.compressed_size();
        // Sheets are read as a stream; everything else may be held in memory.
        let streamed = entry.name().map_err(damaged)?.contains("worksheets/");
        let part_limit = if streamed { limits.unpacked_bytes } else { limits.held_bytes };
        if entry.size() > part_limit {
            return Err(Error::TooLarge { of: "bytes when unpacked", limit: part_limit });
        }
        let mut unpacked = 0;
        let mut buffer = vec![0; 64 << 10];
        loop {
            let read = entry.read(&mut buffer).map_err(|e| Error::damaged("in its package", e))?;
            if read == 0 {
                break;
            }
            unpacked += read as u64;
            total += read as u64;
            if unpacked > 1 << 20 && unpacked / packed.max(1) > limits.ratio {
                return Err(Error::Bomb { ratio: limits.ratio });
            }
            if unpacked > part_limit || total > limits.unpacked_bytes {
                return Err(Error::TooLarge {
                    of: "bytes when unpacked",
                    limit: part_limit.min(limits.unpacked_bytes),
                });
            }
        }
    }
    Ok(())
}

/// What another package is, by one of its parts.
fn kind_of_package(part: &str) -> Option<&'static str> {
    match part {
        "word/document.xml" => Some("a text document (.docx)"),
        "ppt/presentation.xml" => Some("a presentation (.pptx)"),
        "xl/workbook.bin" => Some("a binary workbook (.xlsb): save it as .xlsx"),
        "content.xml" => Some("an OpenDocument file (.ods, .odt): save it as .xlsx"),
        _ => None,
    }
}

/// Whether an error of reading is the end of a limit rather than of the disk.
pub(crate) fn is_damage(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
}

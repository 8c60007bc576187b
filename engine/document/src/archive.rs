//! Texts in one packed file, in and out: how definitions travel between two installations.

use std::io::{Cursor, Read as _, Write as _};

use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::Error;

/// So many files at most.
const FILES: usize = 5_000;
/// So many bytes of all of them together, unpacked.
const BYTES: u64 = 32 << 20;

/// A file with its path inside the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// `trade/entities/customer.json`
    pub path: String,
    /// What stands in it.
    pub text: String,
}

/// Packs texts, in the order given. The same texts make the same bytes: no clock is looked at.
///
/// # Errors
/// If it cannot be written.
pub fn pack(texts: &[Text]) -> Result<Vec<u8>, Error> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::DEFAULT);
    let failed = |e: zip::result::ZipError| Error::Io(std::io::Error::other(e));
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for text in texts {
        archive.start_file(&text.path, options).map_err(failed)?;
        archive.write_all(text.text.as_bytes())?;
    }
    Ok(archive.finish().map_err(failed)?.into_inner())
}

/// Unpacks texts. What they unpack to is counted, not believed; folders are left out.
///
/// # Errors
/// If it is no archive, holds too much, or something that is no text.
pub fn unpack(bytes: &[u8]) -> Result<Vec<Text>, Error> {
    let damaged = |e: zip::result::ZipError| Error::damaged("in its package", e);
    if !bytes.starts_with(b"PK\x03\x04") {
        return Err(Error::NotAnArchive);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > FILES {
        return Err(Error::TooLarge { of: "files", limit: FILES as u64 });
    }
    let mut left = BYTES;
    let mut texts = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(damaged)?;
        if entry.is_dir() {
            continue;
        }
        let path = entry.name().map_err(damaged)?.into_owned();
        let mut unpacked = Vec::new();
        entry.take(left + 1).read_to_end(&mut unpacked).map_err(|e| Error::damaged("in its package", e))?;
        left = left
            .checked_sub(unpacked.len() as u64)
            .ok_or(Error::TooLarge { of: "bytes when unpacked", limit: BYTES })?;
        let text = String::from_utf8(unpacked).map_err(|e| Error::damaged(format!("in {path}"), e))?;
        texts.push(Text { path, text });
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &str, text: &str) -> Text {
        Text { path: path.into(), text: text.into() }
    }

    #[test]
    fn what_is_packed_comes_out_as_it_was_and_the_same_makes_the_same() {
        let texts =
            vec![text("trade/pack.json", "{}\n"), text("trade/translations/zh_hans/trade.json", "{\"a\": \"客户\"}\n")];
        let bytes = pack(&texts).unwrap();
        assert_eq!(unpack(&bytes).unwrap(), texts);
        assert_eq!(pack(&texts).unwrap(), bytes);
    }

    #[test]
    fn what_is_no_archive_or_unpacks_to_too_much_is_refused() {
        assert!(matches!(unpack(b"a,b\n1,2\n"), Err(Error::NotAnArchive)));
        let whole = pack(&[text("a.json", "{}")]).unwrap();
        assert!(matches!(unpack(&whole[..whole.len() - 4]), Err(Error::Damaged { .. })));
        let zeros = " ".repeat((BYTES / 2) as usize + 1);
        let bomb = pack(&[text("a.json", &zeros), text("b.json", &zeros)]).unwrap();
        assert!(matches!(unpack(&bomb), Err(Error::TooLarge { .. })));
    }
}

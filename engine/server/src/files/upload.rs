//! A file that has come becomes one that can be attached: known by its bytes, kept, noted.

use std::io;

use kernel::Rejection;
use store::FileRow;
use uuid::Uuid;

use super::{Arrived, Key, folder::blocking, picture, sniff};
use crate::{App, Failure};

/// What no record holds is kept so long.
const KEEP_LOOSE: chrono::Duration = chrono::Duration::hours(24);
/// Somebody may have so many files that no record holds, and so many bytes of them.
const MOST_LOOSE: (i64, i64) = (500, 2 << 30);
/// The longest name of a file, in signs.
const LONGEST_NAME: usize = 200;

impl App {
    /// Keeps a file that somebody has brought. Its bytes are durable before it is noted.
    ///
    /// # Errors
    /// If it is empty, they have brought too many, or the disk or the store fails.
    pub async fn keep_file(&self, user: Uuid, name: &str, arrived: Arrived) -> Result<FileRow, Failure> {
        if arrived.size == 0 {
            return Err(Rejection::invalid("file", "file_empty", "expected a file, but it is empty").into());
        }
        let loose = self.store().loose_files(user).await?;
        if loose.count >= MOST_LOOSE.0 || loose.size >= MOST_LOOSE.1 {
            let told = "expected files to be put into records, but too many have been uploaded for none";
            return Err(Rejection::invalid("file", "too_many_loose", told).into());
        }
        let name = plain_name(name);
        let (arrived, media_type, pixels) = look(arrived, name.clone()).await?;
        let now = self.clock().now();
        let file = FileRow {
            id: Uuid::now_v7(),
            hash: arrived.hash.clone(),
            name,
            media_type: media_type.to_owned(),
            size: i64::try_from(arrived.size).unwrap_or(i64::MAX),
            pixels,
            created_at: now,
            created_by: Some(user),
            gone: false,
        };
        let key = Key::file(&file.hash).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
        let _adding = self.files().changing.read().await;
        self.files().objects().put(&key, &arrived.path).await?;
        self.store().add_file(&file, now + KEEP_LOOSE).await?;
        Ok(file)
    }
}

/// What the bytes say: the media type and, of a picture, how large it is. What claims to be a picture and cannot be read
/// is none.
async fn look(arrived: Arrived, name: String) -> io::Result<(Arrived, &'static str, Option<(i64, i64)>)> {
    blocking(move || {
        let media_type = sniff::media_type(&arrived.head, &name);
        let pixels = picture::pixels(&arrived.path, &arrived.head, media_type)?;
        let broken = kernel::field::is_picture(media_type) && pixels.is_none();
        Ok((arrived, if broken { sniff::UNKNOWN } else { media_type }, pixels))
    })
    .await
}

/// The last part of a name, without what makes it look like another: control signs, and those that turn the direction of
/// reading.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let name: String = last.chars().filter(|c| !c.is_control() && !turns(*c)).collect();
    let name = name.trim().trim_start_matches('.');
    let count = name.chars().count();
    if count == 0 {
        return "file".to_owned();
    }
    if count <= LONGEST_NAME {
        return name.to_owned();
    }
    // The ending says what it is, so the middle goes.
    let end = name.rfind('.').map_or("", |dot| name.get(dot..).unwrap_or_default());
    let end = if end.chars().count() <= 12 { end } else { "" };
    let start: String = name.chars().take(LONGEST_NAME - end.chars().count()).collect();
    format!("{start}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_folders_and_what_deceives() {
        assert_eq!(plain_name("报价单 2026.pdf"), "报价单 2026.pdf");
        assert_eq!(plain_name("../../etc/passwd"), "passwd");
        assert_eq!(plain_name("C:\\files\\a.txt"), "a.txt");
        assert_eq!(plain_name("a\u{202e}fdp.exe\r\n"), "afdp.exe");
        assert_eq!(plain_name(".htaccess"), "htaccess");
        assert_eq!(plain_name(" \u{0} "), "file");
        let long = plain_name(&format!("{}.pdf", "x".repeat(300)));
        assert!(long.ends_with("x.pdf") && long.chars().count() == 200);
    }
}

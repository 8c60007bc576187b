//! Under which name bytes are kept: always a digest of ours, never anything that somebody sent.

use std::fmt;

/// Where bytes are kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    shelf: &'static str,
    hash: String,
}

impl Key {
    /// The place of a file; none if this is no digest.
    #[must_use]
    pub fn file(hash: &str) -> Option<Self> {
        Self::on("files", hash)
    }

    /// The place of something made from a file.
    pub(super) fn on(shelf: &'static str, hash: &str) -> Option<Self> {
        let hex = hash.len() == 64 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        hex.then(|| Self { shelf, hash: hash.to_owned() })
    }

    /// The folder and the name, with one folder for each two first digits: none then has too many entries.
    pub(super) fn place(&self) -> (String, &str) {
        let (start, rest) = self.hash.split_at_checked(2).unwrap_or(("", &self.hash));
        (format!("{}/{start}", self.shelf), rest)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.shelf, self.hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_a_digest_is_a_place() {
        let hash = "0f".repeat(32);
        assert_eq!(Key::file(&hash).unwrap().place().0, "files/0f");
        for other in
            ["", "..", "../../etc/passwd", &"0F".repeat(32), &format!("{}/", "0f".repeat(31)), &"0f".repeat(33)]
        {
            assert_eq!(Key::file(other), None, "{other}");
        }
    }
}

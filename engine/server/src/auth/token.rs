//! Session tokens: random, known in full to the browser alone.

use chrono::Duration;
use rand::RngCore as _;
use sha2::{Digest, Sha256};

/// A session ends when nothing was asked for so long.
pub const SESSION_IDLE: Duration = Duration::hours(12);
/// And in any case after this.
pub const SESSION_MAX: Duration = Duration::days(30);

/// A session's token: 256 random bits in hexadecimal. Its hash is what the database keeps, so that a copy of the
/// database opens no session.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A fresh one.
    #[must_use]
    pub fn random() -> Self {
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        Self(hex(&bytes))
    }

    /// As it came in a cookie; none if it cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())).then(|| Self(text.to_owned()))
    }

    /// What the cookie holds.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// What the database keeps.
    #[must_use]
    pub fn hash(&self) -> String {
        self.derive("session")
    }

    /// What unsafe requests of the session must carry in `X-CSRF-Token`: follows from the token, which no other site can
    /// read.
    #[must_use]
    pub fn csrf(&self) -> String {
        self.derive("csrf")
    }

    /// What the database keeps of a token that serves another purpose than a session.
    #[must_use]
    pub fn digest(&self, purpose: &str) -> String {
        self.derive(purpose)
    }

    fn derive(&self, purpose: &str) -> String {
        let mut hasher = Sha256::new();
        hasher.update(purpose.as_bytes());
        hasher.update(b":");
        hasher.update(self.0.as_bytes());
        hex(&hasher.finalize())
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Compares without telling by its time where they differ.
pub(crate) fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |acc, (x, y)| acc | (x ^ y)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_do_not_show_what_the_database_keeps() {
        let (a, b) = (Token::random(), Token::random());
        assert_ne!(a.secret(), b.secret());
        assert_ne!(a.hash(), a.secret());
        assert_ne!(a.hash(), a.csrf());
        assert_eq!(Token::parse(a.secret()), Some(a));
    }

    #[test]
    fn what_cannot_be_a_token_is_not_looked_up() {
        assert_eq!(Token::parse("' or 1=1 --"), None);
        assert_eq!(Token::parse(""), None);
    }
}

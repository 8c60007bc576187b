//! Bytes that only the installation's key opens, and only in the place they were sealed for.

use rand::RngCore as _;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::Key;
use crate::auth::hex;

/// Says how what follows is sealed.
const VERSION: &str = "1.";

impl Key {
    /// Seals bytes for one place: what is sealed for another cannot be put there.
    #[must_use]
    pub fn seal(&self, place: &str, plain: &[u8]) -> String {
        let mut nonce = [0; NONCE_LEN];
        rand::rng().fill_bytes(&mut nonce);
        let mut bytes = plain.to_vec();
        let sealed = self.cipher().and_then(|cipher| {
            let aad = Aad::from(place.as_bytes());
            cipher.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut bytes).ok()
        });
        // Only texts of many gigabytes cannot be sealed.
        if sealed.is_none() {
            return String::new();
        }
        format!("{VERSION}{}{}", hex(&nonce), hex(&bytes))
    }

    /// The bytes that were sealed for this place; none if they were not, or with another key.
    #[must_use]
    pub fn open(&self, place: &str, sealed: &str) -> Option<Vec<u8>> {
        self.each().find_map(|key| key.open_alone(place, sealed))
    }

    fn open_alone(&self, place: &str, sealed: &str) -> Option<Vec<u8>> {
        let mut bytes = bytes_of(sealed.strip_prefix(VERSION)?)?;
        if bytes.len() < NONCE_LEN {
            return None;
        }
        let mut rest = bytes.split_off(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(&bytes).ok()?;
        let plain = self.cipher()?.open_in_place(nonce, Aad::from(place.as_bytes()), &mut rest).ok()?;
        Some(plain.to_vec())
    }

    fn cipher(&self) -> Option<LessSafeKey> {
        UnboundKey::new(&CHACHA20_POLY1305, &self.derive("seal")).ok().map(LessSafeKey::new)
    }
}

pub(super) fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text.chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    let pair = |pair: &[u32]| match pair {
        [high, low] => u8::try_from(high * 16 + low).ok(),
        _ => None,
    };
    digits.chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_at_its_place_alone() {
        let key = Key::random();
        let sealed = key.seal("a", "geheim 秘密".as_bytes());
        assert!(!sealed.contains("geheim"));
        assert_ne!(sealed, key.seal("a", "geheim 秘密".as_bytes()));
        assert_eq!(key.open("a", &sealed).as_deref(), Some("geheim 秘密".as_bytes()));
        assert_eq!(key.open("b", &sealed), None);
        assert_eq!(Key::random().open("a", &sealed), None);
        for wrong in ["", "1.", "1.00", "2.00", "1.zz", &sealed[..sealed.len() - 2], &format!("{sealed}00")] {
            assert_eq!(key.open("a", wrong), None, "{wrong}");
        }
    }
}

//! Sealed values of sensitive fields, under the installation's key.

use kernel::sealed::{self, Vault};
use ring::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
};
use uuid::Uuid;

use super::{Key, sealed::bytes_of};
use crate::auth::hex;

impl Vault for Key {
    fn seal(&self, place: &str, plain: &str, salt: Option<Uuid>) -> String {
        // The nonce follows from all that is sealed, so that no two values ever share one.
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &self.derive("value nonce")));
        for part in [place.as_bytes(), salt.as_ref().map_or(&[][..], |salt| salt.as_bytes().as_slice())] {
            context.update(&u64::try_from(part.len()).unwrap_or_default().to_be_bytes());
            context.update(part);
        }
        context.update(plain.as_bytes());
        let mut nonce = [0; NONCE_LEN];
        nonce.iter_mut().zip(context.sign().as_ref()).for_each(|(to, from)| *to = *from);
        let mut bytes = plain.as_bytes().to_vec();
        let sealed = self.value_cipher().and_then(|cipher| {
            cipher.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut bytes).ok()
        });
        // Only texts of many gigabytes cannot be sealed.
        if sealed.is_none() {
            return String::new();
        }
        sealed::written(&self.id(), plain, &format!("{}{}", hex(&nonce), hex(&bytes)))
    }

    fn open(&self, sealed: &str) -> Option<String> {
        let (id, bytes) = sealed::parts(sealed)?;
        let mut bytes = bytes_of(bytes)?;
        if bytes.len() < NONCE_LEN {
            return None;
        }
        let mut rest = bytes.split_off(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(&bytes).ok()?;
        let plain = self.of_id(id)?.value_cipher()?.open_in_place(nonce, Aad::empty(), &mut rest).ok()?.to_vec();
        String::from_utf8(plain).ok()
    }
}

impl Key {
    fn value_cipher(&self) -> Option<LessSafeKey> {
        UnboundKey::new(&CHACHA20_POLY1305, &self.derive("value")).ok().map(LessSafeKey::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_looks_the_same_only_without_a_salt_in_the_same_place() {
        let key = Key::random();
        let seal =
            |place: &str, plain: &str, salt: Option<u128>| Vault::seal(&key, place, plain, salt.map(Uuid::from_u128));
        assert_eq!(seal("a.b", "4711", None), seal("a.b", "4711", None));
        for (one, other) in [
            (seal("a.b", "4711", Some(1)), seal("a.b", "4711", Some(2))),
            (seal("a.b", "4711", None), seal("a.c", "4711", None)),
            (seal("a.b", "4711", None), Vault::seal(&Key::random(), "a.b", "4711", None)),
        ] {
            assert_ne!(one, other);
        }
        let sealed = seal("a.b", "DE89 3704 0044 0532 0130 00", Some(1));
        assert!(!sealed.contains("3704"), "{sealed}");
        assert_eq!(Vault::open(&key, &sealed).as_deref(), Some("DE89 3704 0044 0532 0130 00"));
        assert_eq!(Vault::open(&Key::random(), &sealed), None);
        for wrong in ["", "DE89", "sealed:::", "sealed:00000000::00", &sealed[..sealed.len() - 1]] {
            assert_eq!(Vault::open(&key, wrong), None, "{wrong}");
        }
    }
}

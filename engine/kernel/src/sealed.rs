//! Sensitive values: kept sealed wherever they lie, in records, histories and copies. Who knows the key is the shell's
//! business ([`Vault`]); here they are only told from other texts, and shown with all but their end hidden.

use std::fmt::Debug;

use uuid::Uuid;

use crate::Value;

/// How every sealed value begins: `sealed:<key>:<end>:<bytes>`.
const MARK: &str = "sealed:";

/// So many characters a value must have for its end to be shown.
const LEAST_SHOWN: usize = 10;

/// So many characters of it are shown.
const SHOWN: usize = 4;

/// Whoever seals values and opens them. Both follow from what is given: nothing is drawn by lot.
pub trait Vault: Debug + Send + Sync {
    /// Seals a value. With a salt, the same value sealed twice looks different; without one, it looks the same wherever the
    /// place is the same, so that two records with one value can be told without opening them.
    fn seal(&self, place: &str, plain: &str, salt: Option<Uuid>) -> String;

    /// The value; none if it was sealed with another key, or not at all.
    fn open(&self, sealed: &str) -> Option<String>;
}

/// A sealed value as it is kept.
#[must_use]
pub fn written(key: &str, plain: &str, bytes: &str) -> String {
    format!("{MARK}{key}:{}:{bytes}", end_of(plain))
}

/// The key and the bytes of a sealed value.
#[must_use]
pub fn parts(sealed: &str) -> Option<(&str, &str)> {
    let mut parts = sealed.strip_prefix(MARK)?.splitn(3, ':');
    let (key, _, bytes) = (parts.next()?, parts.next()?, parts.next()?);
    Some((key, bytes))
}

/// Whether a text is a sealed value.
#[must_use]
pub fn is_sealed(text: &str) -> bool {
    parts(text).is_some()
}

/// What people see of a sealed value: its end, if it is long enough that this tells little.
#[must_use]
pub fn masked(sealed: &str) -> String {
    let end = sealed.strip_prefix(MARK).and_then(|rest| rest.split(':').nth(1)).unwrap_or_default();
    if end.is_empty() { "••••".to_owned() } else { format!("•••• {end}") }
}

/// The same of a value that is not sealed yet.
#[must_use]
pub fn hidden(plain: &str) -> String {
    if plain.is_empty() { String::new() } else { masked(&written("", plain, "")) }
}

/// A value as people see it: masked if it is sealed.
#[must_use]
pub fn seen(value: &Value) -> Value {
    match value {
        Value::Text(text) if is_sealed(text) => Value::text(masked(text)),
        other => other.clone(),
    }
}

fn end_of(plain: &str) -> String {
    let kept: Vec<char> = plain.chars().filter(|c| c.is_alphanumeric()).collect();
    let from = kept.len().saturating_sub(SHOWN);
    if kept.len() < LEAST_SHOWN { String::new() } else { kept.get(from..).unwrap_or_default().iter().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_shows_its_end_if_it_is_long() {
        let long = written("k1", "DE89 3704 0044 0532 0130 00", "00ff");
        assert_eq!(masked(&long), "•••• 3000");
        assert_eq!(parts(&long), Some(("k1", "00ff")));
        let short = written("k1", "123456", "00ff");
        assert_eq!(masked(&short), "••••");
        assert_eq!(seen(&Value::text(&short)), Value::text("••••"));
        assert!(!is_sealed("sealed: with wax") && !is_sealed("DE89"));
        assert_eq!((hidden("DE89 3704 0044 0532 0130 00"), hidden("123456")), (masked(&long), masked(&short)));
        assert_eq!(seen(&Value::text("DE89")), Value::text("DE89"));
    }
}

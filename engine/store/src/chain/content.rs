//! The values of an entry as leaves, each digested with a salt of its own, so that one can be erased and the others still
//! be proved.
//!
//! One random salt is kept for an entry, from which the leaves' are derived. When leaves are erased it is replaced by
//! the salts of those that stay, since it would give away the others' as well, and by the digests of those that go.

use kernel::change::FieldChange;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::Digest;

const SALT: usize = 16;

/// Begins the bytes of many salts.
const MANY: u8 = 1;

/// The key of what stands in an erased value's place. No field can have such a name.
pub(crate) const ERASED: &str = "$erased";

/// The salts of an entry's leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Salts {
    /// All from this one.
    One([u8; SALT]),
    /// Each by itself, after some were erased.
    Each(Vec<Proof>),
}

/// What is kept to prove a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Its salt.
    Salt([u8; SALT]),
    /// The digest that is left of an erased one.
    Digest(Digest),
}

/// A value of an entry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leaf<'a> {
    /// The change's path, or what it is of a comment or an event.
    pub(crate) path: &'a str,
    /// The field of a line that came or went as a whole.
    pub(crate) field: &'a str,
    /// Whether it is the value before.
    pub(crate) old: bool,
    /// The value.
    pub(crate) value: &'a Json,
}

impl Salts {
    /// New salts.
    pub(crate) fn random() -> Self {
        Self::One(rand::random())
    }

    /// What proves so many leaves, each by itself.
    pub(super) fn each(&self, count: usize) -> Vec<Proof> {
        match self {
            Self::One(_) => (0..count).filter_map(|position| self.of(position)).collect(),
            Self::Each(each) => each.clone(),
        }
    }

    fn of(&self, position: usize) -> Option<Proof> {
        match self {
            Self::One(salt) => {
                let mut hasher = Sha256::new();
                hasher.update(salt);
                hasher.update((position as u64).to_be_bytes());
                hasher.finalize().first_chunk().copied().map(Proof::Salt)
            }
            Self::Each(each) => each.get(position).copied(),
        }
    }

    /// As they are stored: one as it is; many after a byte that says so, each after a byte that says what it is.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::One(salt) => salt.to_vec(),
            Self::Each(each) => {
                let mut bytes = vec![MANY];
                for proof in each {
                    match proof {
                        Proof::Salt(salt) => bytes.extend([&[0], &salt[..]].concat()),
                        Proof::Digest(digest) => bytes.extend([&[1], &digest[..]].concat()),
                    }
                }
                bytes
            }
        }
    }

    /// None if these are not the bytes of salts.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if let Ok(one) = bytes.try_into() {
            return Some(Self::One(one));
        }
        let (&MANY, mut rest) = bytes.split_first()? else { return None };
        let mut each = Vec::new();
        while let Some((kind, after)) = rest.split_first() {
            let proof;
            (proof, rest) = match kind {
                0 => after.split_first_chunk().map(|(salt, rest)| (Proof::Salt(*salt), rest))?,
                _ => after.split_first_chunk().map(|(digest, rest)| (Proof::Digest(*digest), rest))?,
            };
            each.push(proof);
        }
        Some(Self::Each(each))
    }
}

/// The digest of an entry's values; none if there are more values than there is proof for.
pub(crate) fn content<'a>(salts: &Salts, leaves: impl IntoIterator<Item = Leaf<'a>>) -> Option<Digest> {
    let mut hasher = Sha256::new();
    let mut text = Vec::new();
    for (position, leaf) in leaves.into_iter().enumerate() {
        hasher.update(match salts.of(position)? {
            Proof::Salt(salt) => leaf_digest(&salt, &leaf, &mut text),
            Proof::Digest(digest) => digest,
        });
    }
    Some(hasher.finalize().into())
}

/// The digest of a leaf. `text` is room for its value.
pub(super) fn leaf_digest(salt: &[u8; SALT], leaf: &Leaf<'_>, text: &mut Vec<u8>) -> Digest {
    text.clear();
    text.extend_from_slice(salt);
    for part in [leaf.path, leaf.field] {
        text.extend_from_slice(part.as_bytes());
        text.push(0);
    }
    text.push(u8::from(leaf.old));
    // Writing to memory does not fail.
    let _ = serde_json::to_writer(&mut *text, leaf.value);
    Sha256::digest(&*text).into()
}

/// The values of a line of the history: of each change the old and the new one, of whole lines each field; null is none.
pub(crate) fn history_leaves<'a>(changes: &'a [FieldChange], reason: Option<&'a Json>) -> Vec<Leaf<'a>> {
    let mut leaves = Vec::with_capacity(changes.len() + 1);
    leaves.extend(reason.map(|value| Leaf { path: "", field: "reason", old: false, value }));
    for change in changes {
        for (old, value) in [(true, &change.old), (false, &change.new)] {
            match value {
                Json::Null => {}
                Json::Object(line) if !line.contains_key(ERASED) => {
                    let whole = line.iter().filter(|(_, value)| !value.is_null());
                    leaves.extend(whole.map(|(field, value)| Leaf { path: &change.path, field, old, value }));
                }
                value => leaves.push(Leaf { path: &change.path, field: "", old, value }),
            }
        }
    }
    leaves
}

/// The values of a comment.
pub(crate) fn comment_leaves<'a>(text: &'a Json, mentions: &'a Json) -> [Leaf<'a>; 2] {
    [
        Leaf { path: "text", field: "", old: false, value: text },
        Leaf { path: "mentions", field: "", old: false, value: mentions },
    ]
}

/// The values of an event: the reason that somebody gave, and all else as one.
pub(crate) fn event_leaves<'a>(event: &'a Json, reason: Option<&'a Json>) -> Vec<Leaf<'a>> {
    let mut leaves = vec![Leaf { path: "event", field: "", old: false, value: event }];
    leaves.extend(reason.map(|value| Leaf { path: "event", field: "reason", old: false, value }));
    leaves
}

/// An event without its reason, and the reason.
pub(crate) fn split_event(event: &Json) -> (std::borrow::Cow<'_, Json>, Option<&Json>) {
    match event.get("reason") {
        None => (std::borrow::Cow::Borrowed(event), None),
        Some(reason) => {
            let mut rest = event.clone();
            if let Json::Object(object) = &mut rest {
                object.shift_remove("reason");
            }
            (std::borrow::Cow::Owned(rest), Some(reason))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn change(path: &str, old: Json, new: Json) -> FieldChange {
        FieldChange { path: path.to_owned(), old, new }
    }

    #[test]
    fn an_erased_value_leaves_the_digest_of_all_as_it_was() {
        let mut changes = vec![
            change("phone", json!("1"), json!("2")),
            change("lines.x", Json::Null, json!({"item": "a", "price": "3.00", "none": null})),
        ];
        let salts = Salts::random();
        let whole = content(&salts, history_leaves(&changes, None)).unwrap();
        let leaves = history_leaves(&changes, None);
        assert_eq!(leaves.len(), 4);
        let mut each = salts.each(4);
        let Proof::Salt(salt) = each[3] else { panic!() };
        each[3] = Proof::Digest(leaf_digest(&salt, &leaves[3], &mut Vec::new()));
        changes[1].new["price"] = json!({ERASED: true});
        let stored = Salts::from_bytes(&Salts::Each(each).to_bytes()).unwrap();
        assert_eq!(content(&stored, history_leaves(&changes, None)), Some(whole));
        // The others are still held to what they were.
        changes[0].new = json!("4");
        assert_ne!(content(&stored, history_leaves(&changes, None)), Some(whole));
    }

    #[test]
    fn a_value_is_held_to_its_place_and_side() {
        let salts = Salts::random();
        let of = |change: FieldChange| content(&salts, history_leaves(&[change], None)).unwrap();
        let new = of(change("a", Json::Null, json!("1")));
        assert_ne!(new, of(change("a", json!("1"), Json::Null)));
        assert_ne!(new, of(change("b", Json::Null, json!("1"))));
        assert_ne!(new, of(change("a", Json::Null, json!(1))));
        assert_eq!(new, of(change("a", Json::Null, json!("1"))));
    }
}

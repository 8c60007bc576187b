//! What differs between two sets of definitions, in words for those who run the business, and complete: applied to the
//! old set, the differences give the new one.
//!
//! Definitions are compared as JSON in their canonical form. Names are matched by name, then by `renamed_from`, never by
//! likeness. The form of a [`Difference`] is stable: the studio shows it, programs may read it.

pub mod names;
mod words;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::{
    Name, PackSource, Source,
    definition::{Definition, Kind},
    layer,
    load::kind_and_json,
    read_pack,
};

/// A difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What happened.
    pub change: Change,
    /// How much it weighs.
    pub weight: Weight,
    /// The kind of the definition.
    pub kind: Kind,
    /// The definition, by its name now; of texts in another language its file.
    pub name: String,
    /// Where in it, by the names now; empty for the definition itself.
    pub path: String,
    /// The name that it had before, where it was renamed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What the definition is called.
    pub of: String,
    /// What the field, option or part is called; empty for the definition itself.
    pub label: String,
    /// What stood there; null if nothing did.
    pub before: Json,
    /// What stands there; null if nothing does.
    pub after: Json,
    /// The whole in an English sentence. The app says it in the reader's language by `change`, `of` and `label`.
    pub text: String,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A definition, or a part of one, is new.
    Added,
    /// It is gone.
    Removed,
    /// It has another name.
    Renamed,
    /// Its names of the past were noted or forgotten.
    FormerNames,
    /// It is called otherwise, or explained otherwise.
    Relabelled,
    /// Its parts stand in another order.
    Moved,
    /// A field is new.
    FieldAdded,
    /// A field is gone; its values are kept aside.
    FieldRemoved,
    /// A field is of another type, or refers to another entity.
    Retyped,
    /// A field keeps another number of digits.
    ScaleChanged,
    /// A field must be filled in.
    Required,
    /// A field need not be filled in any more.
    Optional,
    /// A field is worked out otherwise, or is now.
    FormulaChanged,
    /// An option is new.
    OptionAdded,
    /// An option is gone.
    OptionRemoved,
    /// Options became this one.
    OptionsMerged,
    /// No two records may share a value, or they may again.
    UniqueChanged,
    /// Lists are found by other fields.
    IndexesChanged,
    /// Anything else.
    Changed,
}

/// How much a difference weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Words, order, looks.
    Words,
    /// What people may or must do.
    Behaviour,
    /// How records are kept: stored values are converted or worked out anew.
    Data,
    /// Records lose something that they show today.
    Loss,
}

/// Compares two sets of packs; what cannot be read in one of them is left out.
#[must_use]
pub fn diff(before: &[PackSource], after: &[PackSource]) -> Vec<Difference> {
    let (old, new) = (definitions(before), definitions(after));
    let mut found = Vec::new();
    let mut taken: Vec<&Key> = Vec::new();
    for (key, json) in &new {
        let former = former_names(json).find_map(|name| {
            let former = Key { kind: key.kind, name };
            old.get_key_value(&former).filter(|(k, _)| key.kind == Kind::Entity && !new.contains_key(*k))
        });
        let walk = Walk { key };
        match old.get_key_value(key).or(former) {
            None => found.push(walk.told(Change::Added, "", Json::Null, json.clone())),
            Some((was, before)) => {
                taken.push(was);
                if was != key {
                    let told = walk.told(Change::Renamed, "", json!(was.name), json!(key.name));
                    found.push(Difference { from: Some(was.name.clone()), ..told });
                }
                walk.value("", before, json, &mut found);
            }
        }
    }
    for (key, json) in old.iter().filter(|(key, _)| !taken.contains(key)) {
        found.push(Walk { key }.told(Change::Removed, "", json.clone(), Json::Null));
    }
    found.sort_by_key(|d| std::cmp::Reverse(d.weight));
    names::call(&mut found, before, after, None);
    for difference in &mut found {
        difference.text = words::sentence(difference);
    }
    found
}

/// What makes a definition itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    kind: Kind,
    name: String,
}

/// The definitions of packs as JSON, by kind and name.
fn definitions(packs: &[PackSource]) -> IndexMap<Key, Json> {
    // As they work: what an overlay changes is told where it is changed.
    let (packs, _) = layer::effective(packs);
    let sources = packs.iter().flat_map(|pack| read_pack(pack).0);
    sources.filter_map(|source| canonical(&source)).collect()
}

fn canonical(source: &Source) -> Option<(Key, Json)> {
    let (kind, json) = kind_and_json(&source.definition).ok()?;
    let name = match &source.definition {
        Definition::Translations(_) => source.file.clone(),
        _ => source.name.to_string(),
    };
    Some((Key { kind, name }, json))
}

fn former_names(json: &Json) -> impl Iterator<Item = String> {
    let written = json.get("renamed_from");
    let one = written.and_then(Json::as_str).map(str::to_owned);
    let more = written.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).map(str::to_owned);
    // The latest last: it is the one to look for first.
    one.into_iter().chain(more).collect::<Vec<_>>().into_iter().rev()
}

/// Keys whose values are one thing to people, however they are built.
const WHOLE: [&str; 25] = [
    "lookup",
    "rollup",
    "required",
    "unless",
    "when",
    "visible",
    "read_only",
    "where",
    "choose",
    "default",
    "compute",
    "read",
    "update",
    "delete",
    "approvers",
    "to",
    "nobody",
    "verbs",
    "records",
    "given",
    "steps",
    "then",
    "color",
    "until",
    "locked",
];

/// Keys whose values are objects by names that their author chose, in an order of theirs.
const NAMED: [&str; 22] = [
    "fields",
    "options",
    "lets",
    "rules",
    "states",
    "transitions",
    "set",
    "fills",
    "outcomes",
    "do",
    "layout",
    "tabs",
    "items",
    "nodes",
    "cases",
    "branches",
    "variables",
    "inputs",
    "outputs",
    "targets",
    "lines",
    "can",
];

/// Goes through one definition.
struct Walk<'a> {
    key: &'a Key,
}

impl Walk<'_> {
    fn value(&self, path: &str, before: &Json, after: &Json, found: &mut Vec<Difference>) {
        if before == after && same_order(before, after) {
            return;
        }
        let last = path.rsplit('.').next().unwrap_or_default();
        match (before, after) {
            (Json::Object(before), Json::Object(after)) if !WHOLE.contains(&last) => {
                self.object(path, before, after, found);
            }
            _ => found.push(self.told(self.change(path, before, after), path, before.clone(), after.clone())),
        }
    }

    fn object(&self, path: &str, before: &Map<String, Json>, after: &Map<String, Json>, found: &mut Vec<Difference>) {
        let at = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        let mut was: IndexMap<&str, &str> = IndexMap::new();
        for (key, value) in after {
            if before.contains_key(key) {
                was.insert(key, key);
            } else if let Some((old, _)) = former_names(value)
                .find_map(|name| before.get_key_value(&name))
                .filter(|(old, _)| !after.contains_key(*old) && !was.values().any(|taken| taken == old))
            {
                was.insert(key, old);
            }
        }
        // What is gone is told first, so that its name is free.
        for (key, value) in before.iter().filter(|(key, _)| !was.values().any(|old| old == key)) {
            let change = self.change(&at(key), value, &Json::Null);
            found.push(self.told(change, &at(key), value.clone(), Json::Null));
        }
        for (key, value) in after {
            let place = at(key);
            match was.get(key.as_str()).and_then(|old| before.get_key_value(*old)) {
                None => {
                    let change = self.change(&place, &Json::Null, value);
                    found.push(self.told(change, &place, Json::Null, value.clone()));
                }
                Some((old, earlier)) => {
                    if old != key {
                        let told = self.told(Change::Renamed, &place, json!(old), json!(key));
                        found.push(Difference { from: Some(old.clone()), ..told });
                    }
                    self.value(&place, earlier, value, found);
                }
            }
        }
        if !NAMED.contains(&path.rsplit('.').next().unwrap_or_default()) {
            return;
        }
        let kept = before.keys().filter_map(|key| was.iter().find(|(_, old)| *old == key).map(|(new, _)| *new));
        let added = after.keys().map(String::as_str).filter(|key| !was.contains_key(key));
        let order: Vec<&str> = after.keys().map(String::as_str).collect();
        if kept.chain(added).collect::<Vec<_>>() != order {
            found.push(self.told(Change::Moved, path, Json::Null, json!(order)));
        }
    }

    /// What a change at a place comes to.
    fn change(&self, path: &str, before: &Json, after: &Json) -> Change {
        let parts: Vec<&str> = path.split('.').collect();
        let last = parts.last().copied().unwrap_or_default();
        let plain = match (before, after) {
            (Json::Null, _) => Change::Added,
            (_, Json::Null) => Change::Removed,
            _ => Change::Changed,
        };
        if last == "renamed_from" {
            return Change::FormerNames;
        }
        if matches!(last, "label" | "label_plural" | "help" | "section" | "message" | "confirm") {
            return Change::Relabelled;
        }
        if self.key.kind == Kind::Translations {
            return Change::Relabelled;
        }
        if self.key.kind != Kind::Entity {
            return plain;
        }
        match parts[..] {
            ["fields", _] | ["fields", _, "fields", _] if before.is_null() => Change::FieldAdded,
            ["fields", _] | ["fields", _, "fields", _] if after.is_null() => Change::FieldRemoved,
            ["fields", .., "options", _] if before.is_null() => {
                if former_names(after).next().is_some() {
                    Change::OptionsMerged
                } else {
                    Change::OptionAdded
                }
            }
            ["fields", .., "options", _] if after.is_null() => Change::OptionRemoved,
            ["fields", .., "options", _] => Change::Relabelled,
            ["fields", .., "type" | "to"] => Change::Retyped,
            ["fields", .., "scale"] => Change::ScaleChanged,
            ["fields", .., "required"] if matches!(after, Json::Null | Json::Bool(false)) => Change::Optional,
            ["fields", .., "required"] => Change::Required,
            ["fields", .., "formula" | "compute" | "lookup" | "rollup"] | ["lets"] | ["lets", _] => {
                Change::FormulaChanged
            }
            ["fields", .., "unique"] | ["unique"] => Change::UniqueChanged,
            ["indexes"] => Change::IndexesChanged,
            _ => plain,
        }
    }

    /// What happened; what it is called is known at the end.
    fn told(&self, change: Change, path: &str, before: Json, after: Json) -> Difference {
        Difference {
            change,
            weight: self.weight(change, path),
            kind: self.key.kind,
            name: self.key.name.clone(),
            path: path.to_owned(),
            from: None,
            of: String::new(),
            label: String::new(),
            before,
            after,
            text: String::new(),
        }
    }

    fn weight(&self, change: Change, path: &str) -> Weight {
        match change {
            Change::FieldRemoved => Weight::Loss,
            Change::Removed if self.key.kind == Kind::Entity && path.is_empty() => Weight::Loss,
            Change::OptionRemoved => Weight::Loss,
            Change::Retyped
            | Change::ScaleChanged
            | Change::FormulaChanged
            | Change::OptionsMerged
            | Change::Required
            | Change::UniqueChanged
            | Change::IndexesChanged => Weight::Data,
            Change::Relabelled | Change::Moved | Change::FormerNames => Weight::Words,
            Change::Added | Change::Removed | Change::Changed | Change::Renamed => match self.key.kind {
                Kind::Form | Kind::View | Kind::Menu | Kind::Translations | Kind::Test | Kind::Data => Weight::Words,
                _ => Weight::Behaviour,
            },
            Change::FieldAdded | Change::Optional | Change::OptionAdded => Weight::Behaviour,
        }
    }
}

/// Whether objects have their keys in the same order, all the way down.
fn same_order(before: &Json, after: &Json) -> bool {
    match (before, after) {
        (Json::Object(a), Json::Object(b)) => {
            a.keys().eq(b.keys()) && a.values().zip(b.values()).all(|(a, b)| same_order(a, b))
        }
        (Json::Array(a), Json::Array(b)) => a.iter().zip(b).all(|(a, b)| same_order(a, b)),
        _ => true,
    }
}

impl Difference {
    /// The field that it is about: `amount`, `lines.price`.
    #[must_use]
    pub fn field(&self) -> Option<(Option<Name>, Name)> {
        let parts: Vec<&str> = self.path.split('.').collect();
        match parts[..] {
            ["fields", lines, "fields", field, ..] => Some((Some(Name::new(lines)), Name::new(field))),
            ["fields", field, ..] => Some((None, Name::new(field))),
            _ => None,
        }
    }
}

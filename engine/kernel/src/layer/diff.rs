//! From two versions of a definition to the change between them.

use std::collections::HashSet;

use serde_json::{Map, Value as Json, json};

use super::{NAME_LISTS, NAMES, PLACE};

/// The change that makes `edited` out of `base`; none if they are the same. `settled` is what the change without places
/// makes: where its order is right already, no place is said. Without it, places are said wherever keys would otherwise
/// stand elsewhere.
#[must_use]
pub fn diff(base: &Json, edited: &Json, settled: Option<&Json>) -> Option<Json> {
    let (Json::Object(from), Json::Object(to)) = (base, edited) else {
        return (base != edited).then(|| edited.clone());
    };
    let change = object(from, to, settled);
    (!change.is_empty()).then_some(Json::Object(change))
}

fn object(from: &Map<String, Json>, to: &Map<String, Json>, settled: Option<&Json>) -> Map<String, Json> {
    let mut change = Map::new();
    for key in from.keys().filter(|key| !to.contains_key(*key)) {
        change.insert(key.clone(), Json::Null);
    }
    for (key, edited) in to {
        let there = settled.and_then(|json| json.get(key));
        match from.get(key) {
            None => drop(change.insert(key.clone(), edited.clone())),
            Some(base) if base == edited && same_order(base, edited) => {}
            Some(base) => {
                let found = names(key, base, edited).or_else(|| diff(base, edited, there));
                change.extend(found.map(|value| (key.clone(), value)));
            }
        }
    }
    let wanted: Vec<&str> = to.keys().map(String::as_str).collect();
    let stands = settled.and_then(Json::as_object).map(|object| object.keys().map(String::as_str).collect::<Vec<_>>());
    if stands.as_ref() != Some(&wanted) {
        let before: Vec<&str> = from.keys().map(String::as_str).collect();
        let places = places(&before, &wanted);
        if !places.is_empty() {
            change.insert(PLACE.into(), Json::Object(places));
        }
    }
    change
}

/// Whether objects that are equal have their keys in the same order throughout; equality does not look at it.
fn same_order(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Object(a), Json::Object(b)) => a.iter().zip(b).all(|((k, v), (l, w))| k == l && same_order(v, w)),
        (Json::Array(a), Json::Array(b)) => a.iter().zip(b).all(|(v, w)| same_order(v, w)),
        _ => true,
    }
}

/// The change of a list of names; none where one of the two is no such list.
fn names(key: &str, base: &Json, edited: &Json) -> Option<Json> {
    if !NAME_LISTS.contains(&key) {
        return None;
    }
    let (base, edited) = (list(base)?, list(edited)?);
    let gone: Vec<&&str> = base.iter().filter(|name| !edited.contains(name)).collect();
    let kept: Vec<&str> = base.iter().copied().filter(|name| edited.contains(name)).collect();
    let places = list_places(&kept, &edited);
    let mut change = Map::new();
    if !gone.is_empty() {
        change.insert("remove".into(), json!(gone));
    }
    if !places.is_empty() {
        change.insert("place".into(), Json::Object(places));
    }
    Some(json!({ NAMES: change }))
}

/// The names of a list, if it holds nothing else and none twice.
pub(super) fn list(json: &Json) -> Option<Vec<&str>> {
    let names: Vec<&str> = json.as_array()?.iter().map(Json::as_str).collect::<Option<_>>()?;
    let mut seen = HashSet::new();
    names.iter().all(|name| seen.insert(*name)).then_some(names)
}

/// Where keys are put so that `before` gets the order of `wanted`. What is new comes last by itself.
fn places(before: &[&str], wanted: &[&str]) -> Map<String, Json> {
    let old: HashSet<&str> = before.iter().copied().collect();
    let tail = wanted.iter().rev().take_while(|key| !old.contains(**key)).count();
    placed(before, wanted, wanted.len() - tail)
}

/// The same for a list, in which a place is what says that a name is new.
fn list_places(before: &[&str], wanted: &[&str]) -> Map<String, Json> {
    placed(before, wanted, wanted.len())
}

fn placed(before: &[&str], wanted: &[&str], until: usize) -> Map<String, Json> {
    let stable = stable(before, wanted);
    let mut places = Map::new();
    for (index, key) in wanted.iter().enumerate().take(until) {
        if !stable.contains(key) {
            let after = index.checked_sub(1).and_then(|i| wanted.get(i));
            places.insert((*key).to_owned(), after.map_or(Json::Null, |key| Json::from(*key)));
        }
    }
    places
}

/// The longest run of keys of `before` that stand in `wanted` in the same order: these need not be moved.
fn stable<'k>(before: &[&'k str], wanted: &[&'k str]) -> HashSet<&'k str> {
    let position = |key: &str| before.iter().position(|b| *b == key);
    let there: Vec<(usize, &str)> = wanted.iter().filter_map(|key| Some((position(key)?, *key))).collect();
    // Longest increasing subsequence; definitions have at most some hundreds of keys in one object.
    let mut best: Vec<(usize, Option<usize>)> = Vec::with_capacity(there.len());
    for (i, (at, _)) in there.iter().enumerate() {
        let found = there.iter().take(i).zip(&best).enumerate().filter(|(_, ((before, _), _))| before < at);
        let longest =
            found.map(|(j, (_, (length, _)))| (*length, j)).max_by_key(|(length, j)| (*length, std::cmp::Reverse(*j)));
        best.push(longest.map_or((1, None), |(length, j)| (length + 1, Some(j))));
    }
    let mut at = (0..best.len()).max_by_key(|i| best.get(*i).map(|(length, _)| *length));
    let mut keys = HashSet::new();
    while let Some(i) = at {
        keys.extend(there.get(i).map(|(_, key)| *key));
        at = best.get(i).and_then(|(_, from)| *from);
    }
    keys
}

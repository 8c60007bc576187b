//! Two edits of one definition joined: what both changed differently is for people to choose.

use serde_json::{Map, Value as Json};

use super::{NAMES, PLACE, apply, diff};

/// A property that both changed, each to something else.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Conflict {
    /// Where: the keys that lead there, from the outermost on.
    pub path: Vec<String>,
    /// What it was; null where there was nothing.
    pub base: Json,
    /// What they made of it; null where they took it away.
    pub theirs: Json,
    /// What I made of it; null where I took it away.
    pub mine: Json,
}

/// Joins two edits of `base`, property by property. Where both changed the same to something else, `mine` stands, and
/// the conflict is told.
#[must_use]
pub fn merge(base: &Json, theirs: &Json, mine: &Json) -> (Json, Vec<Conflict>) {
    let Some(my_change) = diff(base, mine, None) else { return (theirs.clone(), Vec::new()) };
    let Some(their_change) = diff(base, theirs, None) else { return (mine.clone(), Vec::new()) };
    let mut conflicts = Vec::new();
    if let (Json::Object(their_keys), Json::Object(my_keys)) = (&their_change, &my_change) {
        walk(&[], base, (theirs, their_keys), (mine, my_keys), &mut conflicts);
    }
    // Names are taken as they are: whoever edited had them before their eyes.
    let (mut merged, _) = apply(None, theirs, &my_change);
    for conflict in conflicts.iter().filter(|conflict| conflict.theirs.is_null()) {
        // What they took away is there again as a whole, not only what I changed of it.
        choose(&mut merged, &conflict.path, &conflict.mine);
    }
    (merged, conflicts)
}

/// Puts a value where keys lead; null takes it away. Does nothing where they lead nowhere.
pub fn choose(json: &mut Json, path: &[String], value: &Json) {
    let Some((last, parents)) = path.split_last() else { return };
    let mut at = json;
    for key in parents {
        let Some(inner) = at.get_mut(key) else { return };
        at = inner;
    }
    let Some(object) = at.as_object_mut() else { return };
    if value.is_null() {
        object.shift_remove(last);
    } else {
        object.insert(last.clone(), value.clone());
    }
}

type Side<'j> = (&'j Json, &'j Map<String, Json>);

fn walk(path: &[String], base: &Json, theirs: Side<'_>, mine: Side<'_>, conflicts: &mut Vec<Conflict>) {
    for (key, my_change) in mine.1.iter().filter(|(key, _)| *key != PLACE) {
        let Some(their_change) = theirs.1.get(key) else { continue };
        let at: Vec<String> = path.iter().chain([key]).cloned().collect();
        let of = |json: &Json| json.get(key).cloned().unwrap_or_default();
        let (was, they, me) = (of(base), of(theirs.0), of(mine.0));
        if they == me {
            continue;
        }
        match (their_change, my_change) {
            // Lists of names are joined name by name.
            (Json::Object(t), Json::Object(m)) if t.contains_key(NAMES) && m.contains_key(NAMES) => {}
            (Json::Object(t), Json::Object(m)) if they.is_object() && me.is_object() => {
                walk(&at, &was, (&they, t), (&me, m), conflicts);
            }
            _ => conflicts.push(Conflict { path: at, base: was, theirs: they, mine: me }),
        }
    }
}

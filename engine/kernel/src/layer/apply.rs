//! A change applied to what it was made for, or to a later version of it.

use serde_json::{Map, Value as Json};

use super::{NAMES, PLACE, diff::list, is_named};
use crate::{Diagnostic, definition::Kind};

/// A part of a change that found nothing to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gone {
    /// A thing whose properties were changed is not there any more, or was added under a name that is not an own one.
    Thing(String),
    /// What something was put after is not there any more; it stands last now.
    Place {
        /// The thing.
        path: String,
        /// After which it was to stand.
        after: String,
    },
}

impl Gone {
    pub(super) fn problem(self) -> Diagnostic {
        match self {
            Self::Thing(path) => {
                let told = "expected something here to change, but the pack has nothing of this name";
                let hint = "remove the change; what is added is named `x_…`";
                Diagnostic::warning("W0902", format!("change.{path}"), told).hint(hint)
            }
            Self::Place { path, after } => {
                let told = format!("expected `{after}` to put it after, but there is none; it stands last");
                Diagnostic::warning("W0903", format!("change.{path}"), told)
            }
        }
    }
}

/// Applies a change to a definition of a kind. What finds nothing to change is told and left out.
#[must_use]
pub fn apply(kind: Option<Kind>, base: &Json, change: &Json) -> (Json, Vec<Gone>) {
    let mut walk = Walk { kind, gone: Vec::new() };
    let json = walk.value("", "", Some(base), change);
    (json, walk.gone)
}

struct Walk {
    kind: Option<Kind>,
    gone: Vec<Gone>,
}

impl Walk {
    fn value(&mut self, path: &str, key: &str, base: Option<&Json>, change: &Json) -> Json {
        let Json::Object(change) = change else { return change.clone() };
        if let Some(names) = change.get(NAMES) {
            return self.names(path, base, names);
        }
        let empty = Map::new();
        let from = base.and_then(Json::as_object);
        // What replaces something else, or is new, may say places too; there is nothing to keep then.
        Json::Object(self.object(path, key, from.unwrap_or(&empty), change))
    }

    fn object(
        &mut self,
        path: &str,
        key: &str,
        from: &Map<String, Json>,
        change: &Map<String, Json>,
    ) -> Map<String, Json> {
        let mut made = from.clone();
        for (name, value) in change.iter().filter(|(name, _)| *name != PLACE) {
            let at = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let there = from.get(name);
            if value.is_null() {
                made.shift_remove(name);
            } else if there.is_none()
                && !name.starts_with("x_")
                && self.kind.is_some_and(|k| is_named(k, key))
                && !self.is_new(path)
            {
                self.gone.push(Gone::Thing(at));
            } else {
                let value = self.value(&at, name, there, value);
                made.insert(name.clone(), value);
            }
        }
        let Some(places) = change.get(PLACE).and_then(Json::as_object) else { return made };
        let mut order: Vec<String> = made.keys().cloned().collect();
        self.place(path, &mut order, places, false);
        let mut sorted = Map::new();
        for name in order {
            if let Some(value) = made.shift_remove(&name) {
                sorted.insert(name, value);
            }
        }
        sorted
    }

    /// Whether a path leads into something that the overlay itself adds: names inside it are its own.
    fn is_new(&self, path: &str) -> bool {
        path.split('.').any(|part| part.starts_with("x_"))
    }

    fn names(&mut self, path: &str, base: Option<&Json>, change: &Json) -> Json {
        let mut order: Vec<String> = base.and_then(list).unwrap_or_default().into_iter().map(str::to_owned).collect();
        let gone = change.get("remove").and_then(list).unwrap_or_default();
        order.retain(|name| !gone.contains(&&**name));
        if let Some(places) = change.get("place").and_then(Json::as_object) {
            self.place(path, &mut order, places, true);
        }
        order.into_iter().collect()
    }

    /// Moves names to their places, one after the other; `add` also those that are not there yet.
    fn place(&mut self, path: &str, order: &mut Vec<String>, places: &Map<String, Json>, add: bool) {
        for (name, after) in places {
            let stood = order.iter().position(|other| other == name);
            if stood.is_none() && !add {
                continue;
            }
            order.retain(|other| other != name);
            let at = match after.as_str() {
                None => Some(0),
                Some(after) => order.iter().position(|other| other == after).map(|at| at + 1),
            };
            let at = at.unwrap_or_else(|| {
                let at = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                self.gone.push(Gone::Place { path: at, after: after.as_str().unwrap_or_default().to_owned() });
                order.len()
            });
            order.insert(at, name.clone());
        }
    }
}

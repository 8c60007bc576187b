//! What definitions and their parts are called, as they say it themselves or in another language.
//!
//! The names come from the files of the packs and not from a catalog: what is compared may be too broken to compile.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use super::{Change, Difference};
use crate::{PackSource, catalog::label_of, definition::Kind, layer};

/// Objects whose keys are names of things.
const NAMED: [&str; 17] = [
    "fields",
    "options",
    "rules",
    "lets",
    "states",
    "transitions",
    "layout",
    "tabs",
    "items",
    "nodes",
    "cases",
    "branches",
    "variables",
    "inputs",
    "outputs",
    "settings",
    "modules",
];
/// Calls what differs by its names: `of` and `label`, in which names stand between `›`. In another language what has no
/// name stays without a label; its property is said by whoever reads it.
pub fn call(found: &mut [Difference], before: &[PackSource], after: &[PackSource], language: Option<&str>) {
    let (old, new) = (Names::new(before, language), Names::new(after, language));
    for difference in found {
        let gone = difference.path.is_empty() && difference.change == Change::Removed;
        let lost = matches!(difference.change, Change::FieldRemoved | Change::OptionRemoved | Change::Removed);
        let (first, second) = if gone || lost { (&old, &new) } else { (&new, &old) };
        let (kind, name, path) = place(difference);
        let of = first.title(kind, &name).or_else(|| second.title(kind, &name));
        difference.of = of.unwrap_or_else(|| label_of(&name));
        let parts: Vec<&str> = path.split('.').filter(|part| !part.is_empty()).collect();
        let labels: Vec<String> = steps(kind, &parts)
            .into_iter()
            .map(|(upto, step)| {
                let said = first.label(kind, &name, &parts, upto).or_else(|| second.label(kind, &name, &parts, upto));
                said.unwrap_or_else(|| label_of(step))
            })
            .collect();
        difference.label = match parts.first() {
            Some(property) if labels.is_empty() && language.is_none() => label_of(property),
            _ => labels.join(" › "),
        };
    }
}

/// The definition that a difference is about, and where in it; texts are about what they translate.
fn place(difference: &Difference) -> (Kind, String, String) {
    if difference.kind == Kind::Translations
        && let Some((_, file)) = difference.name.split_once(&format!("/{}/", Kind::Translations.folder()))
        && let Some((_, file)) = file.split_once('/')
        && let Some((kind, name)) = kind_and_name(file)
    {
        let path = difference.path.strip_prefix("texts").unwrap_or_default().trim_start_matches('.');
        return (kind, name.to_owned(), path.to_owned());
    }
    (difference.kind, difference.name.clone(), difference.path.clone())
}

/// Names on the way to a place: how many parts lead to each, and the name.
fn steps<'p>(kind: Kind, parts: &[&'p str]) -> Vec<(usize, &'p str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let (Some(holder), Some(name)) = (parts.get(at), parts.get(at + 1)) {
        let is_named = NAMED.contains(holder)
            || (kind == Kind::Role && *holder == "can")
            || (kind == Kind::Decision && matches!(*holder, "when" | "then"));
        if is_named {
            found.push((at + 2, *name));
        }
        at += if is_named { 2 } else { 1 };
    }
    found
}

fn kind_and_name(path: &str) -> Option<(Kind, &str)> {
    let name = path.rsplit('/').next().unwrap_or(path).strip_suffix(".json")?;
    // A pack's own texts lie beside the folders.
    let kind = if path.contains('/') { layer::kind(path)? } else { Kind::Pack };
    Some((kind, name))
}

/// What a set of packs calls things.
#[derive(Debug)]
pub struct Names {
    definitions: HashMap<(Kind, String), Json>,
    texts: HashMap<(Kind, String), Map<String, Json>>,
}

impl Names {
    /// As said in a language; without one, as the definitions themselves say it.
    #[must_use]
    pub fn new(packs: &[PackSource], language: Option<&str>) -> Self {
        let folder = language.map(|language| format!("{}/{language}/", Kind::Translations.folder()));
        let mut names = Self { definitions: HashMap::new(), texts: HashMap::new() };
        let (packs, _) = layer::effective(packs);
        for (pack, file) in packs.iter().flat_map(|pack| pack.files.iter().map(move |file| (pack, file))) {
            let translated = folder.as_deref().and_then(|folder| file.path.strip_prefix(folder));
            let Some((kind, name)) = kind_and_name(translated.unwrap_or(&file.path)) else { continue };
            let name = if file.path == "pack.json" { pack.name.clone() } else { name.to_owned() };
            let Ok(json) = serde_json::from_str::<Json>(&file.text) else { continue };
            if translated.is_some() {
                let texts = json.get("texts").and_then(Json::as_object).cloned().unwrap_or_default();
                names.texts.entry((kind, name)).or_default().extend(texts);
            } else {
                names.definitions.insert((kind, name), json);
            }
        }
        names
    }

    /// What a definition is called; a form or list without a name as what it shows.
    #[must_use]
    pub fn title(&self, kind: Kind, name: &str) -> Option<String> {
        let key = (kind, name.to_owned());
        let translated = self.texts.get(&key).and_then(|texts| texts.get("label")).and_then(Json::as_str);
        let json = self.definitions.get(&key);
        let own = translated.or_else(|| json?.get("label")?.as_str());
        own.map(str::to_owned).or_else(|| {
            let entity = json?.get("entity")?.as_str().filter(|_| matches!(kind, Kind::Form | Kind::View))?;
            self.title(Kind::Entity, entity)
        })
    }

    /// What the thing is called to which the first parts of a path lead.
    #[must_use]
    pub fn label(&self, kind: Kind, name: &str, parts: &[&str], upto: usize) -> Option<String> {
        let path = parts.get(..upto)?;
        let last = *path.last()?;
        let holder = path.len().checked_sub(2).and_then(|at| path.get(at)).copied();
        let key = (kind, name.to_owned());
        let json = self.definitions.get(&key)?;
        match (kind, holder) {
            (Kind::Form, Some("fields")) => {
                let entity = json.get("entity")?.as_str()?;
                return self.label(Kind::Entity, entity, &["fields", last], 2);
            }
            (Kind::Role, Some("can")) => return self.title(Kind::Entity, last),
            _ => {}
        }
        let texts = self.texts.get(&key);
        let joined = path.join(".");
        let translated = ["label", "section"]
            .iter()
            .map(|word| format!("{joined}.{word}"))
            .chain([joined.clone()])
            .find_map(|path| texts?.get(&path)?.as_str());
        if let Some(text) = translated {
            return Some(text.to_owned());
        }
        let there = path.iter().try_fold(json, |at, part| at.get(*part))?;
        let own = there.get("label").or_else(|| there.get("section"));
        // An option may be a label alone.
        let own = own.or_else(|| (holder == Some("options")).then_some(there));
        own.and_then(Json::as_str).map(str::to_owned)
    }
}

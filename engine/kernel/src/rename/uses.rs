//! Where a field is used: every place that renaming it would rewrite.

use serde::Serialize;
use serde_json::Value as Json;

use super::{Rename, rename};
use crate::{Diagnostic, Name, PackSource, definition::Kind, layer};

/// A place that names a field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Use {
    /// The kind of definition.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// What it is called; its name where it is called nothing.
    pub label: String,
    /// Its file, the pack first.
    pub file: String,
    /// Where in it: `fields.profit.formula`.
    pub path: String,
}

/// The places that name a field, or an entity, beside its own definition and its texts in other languages.
///
/// # Errors
/// The problems of the packs; `E0911` if there is no such thing.
pub fn uses(
    packs: &[PackSource],
    entity: &Name,
    lines: Option<&Name>,
    field: Option<&Name>,
) -> Result<Vec<Use>, Vec<Diagnostic>> {
    let (packs, _) = layer::effective(packs);
    // A name that nobody has: what is rewritten to it is where the old one stood.
    let probe = Name::new("zz_not_yet_named_so");
    let what = Rename { entity: entity.clone(), lines: lines.cloned(), field: field.cloned(), to: probe };
    let renamed = rename(&packs, &what)?;
    let mut found = Vec::new();
    for (before, after) in packs.iter().zip(&renamed.packs) {
        for (was, is) in before.files.iter().zip(&after.files) {
            let read = |text: &str| serde_json::from_str::<Json>(text).ok();
            let (Some(old), Some(new)) = (read(&was.text), read(&is.text)) else { continue };
            let kind = old.get("kind").and_then(|kind| serde_json::from_value::<Kind>(kind.clone()).ok());
            let Some(kind) = kind.filter(|kind| old != new && *kind != Kind::Translations) else { continue };
            let name = old.get("name").and_then(Json::as_str).unwrap_or_default();
            let mut walk = Walk { what: &what, is_own: kind == Kind::Entity && *name == **entity, paths: Vec::new() };
            walk.compare(&old, &new, "");
            let label = old.get("label").and_then(Json::as_str).unwrap_or(name);
            found.extend(walk.paths.into_iter().map(|path| Use {
                kind,
                name: name.to_owned(),
                label: label.to_owned(),
                file: format!("{}/{}", before.name, was.path),
                path,
            }));
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

struct Walk<'a> {
    what: &'a Rename,
    /// Whether it is the definition that holds the field.
    is_own: bool,
    paths: Vec<String>,
}

impl Walk<'_> {
    fn compare(&mut self, old: &Json, new: &Json, path: &str) {
        let at = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match (old, new) {
            (Json::Object(before), Json::Object(after)) => {
                for (key, value) in before {
                    match after.get(key) {
                        Some(now) => self.compare(value, now, &at(key)),
                        // The name itself is a key here.
                        None => {
                            if !(self.is_own && at(key) == self.own_path()) {
                                self.paths.push(at(key));
                            }
                            if let Some(now) = after.get(self.what.to.as_str()) {
                                self.compare(value, now, &at(key));
                            }
                        }
                    }
                }
            }
            (Json::Array(before), Json::Array(after))
                if before.len() == after.len() && before.iter().any(Json::is_object) =>
            {
                for (index, (old, new)) in before.iter().zip(after).enumerate() {
                    self.compare(old, new, &at(&index.to_string()));
                }
            }
            // Of an entity that is looked for, its own name is no use.
            (old, new) if old != new && !(self.is_own && path == "name") => self.paths.push(path.to_owned()),
            _ => {}
        }
    }

    /// Where the field stands in its own definition.
    fn own_path(&self) -> String {
        let field = self.what.field.as_ref().map_or("", Name::as_str);
        self.what
            .lines
            .as_ref()
            .map_or_else(|| format!("fields.{field}"), |lines| format!("fields.{lines}.fields.{field}"))
    }
}

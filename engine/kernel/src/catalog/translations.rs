//! Texts in other languages, by the path of the text they translate.

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::{Name, definition::Kind};

/// Texts of all definitions in all languages.
#[derive(Clone, Debug, Default)]
pub struct Translations {
    texts: HashMap<(Name, Kind, Name), IndexMap<String, String>>,
    languages: Vec<Name>,
}

impl Translations {
    pub(super) fn insert(&mut self, language: Name, kind: Kind, name: Name, texts: IndexMap<String, String>) {
        if !self.languages.contains(&language) {
            self.languages.push(language.clone());
        }
        self.texts.entry((language, kind, name)).or_default().extend(texts);
    }

    /// Languages that there are beside the base language.
    #[must_use]
    pub fn languages(&self) -> &[Name] {
        &self.languages
    }

    /// The text at a path of a definition, if it is translated.
    #[must_use]
    pub fn text(&self, language: &str, kind: Kind, name: &Name, path: &str) -> Option<&str> {
        let key = (Name::new(language), kind, name.clone());
        self.texts.get(&key)?.get(path).map(String::as_str)
    }

    /// The text at a path, or the base text.
    #[must_use]
    pub fn or(&self, language: &str, kind: Kind, name: &Name, path: &str, base: &str) -> String {
        self.text(language, kind, name, path).unwrap_or(base).to_owned()
    }
}

/// The texts of a definition that can be translated, by path: what stands under `label`, `label_plural`, `help`,
/// `message`, `section`, `confirm`, and options that are only a label.
#[must_use]
pub fn translatable(definition: &serde_json::Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(definition, "", false, &mut found);
    found
}

fn collect(json: &serde_json::Value, path: &str, options: bool, found: &mut Vec<(String, String)>) {
    let Some(object) = json.as_object() else { return };
    for (key, value) in object {
        let at = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let text =
            options || matches!(key.as_str(), "label" | "label_plural" | "help" | "message" | "section" | "confirm");
        match value {
            serde_json::Value::String(s) if text => found.push((at, s.clone())),
            serde_json::Value::Object(_) if key != "records" => {
                collect(value, &at, matches!(key.as_str(), "options" | "off" | "work"), found)
            }
            _ => {}
        }
    }
}

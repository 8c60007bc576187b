//! Texts of definitions in the reader's language; the base language where a translation is missing.

use kernel::{Catalog, Name, catalog::label_of, definition::Kind};

/// Texts in one language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Texts<'a> {
    catalog: &'a Catalog,
    language: &'a str,
}

impl<'a> Texts<'a> {
    /// In `language`.
    pub(crate) fn new(catalog: &'a Catalog, language: &'a str) -> Self {
        Self { catalog, language }
    }

    /// The translation of the text at `path` of a definition, if there is one.
    pub(crate) fn translated(&self, kind: Kind, name: &str, path: &str) -> Option<&'a str> {
        self.catalog.translations.text(self.language, kind, &Name::new(name), path)
    }

    /// The same, or the text of the base language.
    pub(crate) fn text(&self, kind: Kind, name: &str, path: &str, base: &str) -> String {
        self.translated(kind, name, path).unwrap_or(base).to_owned()
    }

    /// Something and what belongs to it, set as the language does: `Reason: one; other`.
    pub(crate) fn with_parts(&self, head: Option<String>, parts: &[String]) -> Option<String> {
        let (colon, semicolon) = if self.language == "zh_hans" { ("：", "；") } else { (": ", "; ") };
        let parts = (!parts.is_empty()).then(|| parts.join(semicolon));
        match (head, parts) {
            (Some(head), Some(parts)) => Some(format!("{head}{colon}{parts}")),
            (head, parts) => head.or(parts),
        }
    }

    /// What a system field is called.
    pub(crate) fn system_field(&self, name: &str) -> String {
        let (english, chinese) = match name {
            "number" => ("Number", "编号"),
            "title" => ("Title", "名称"),
            "state" => ("State", "状态"),
            "version" => ("Version", "版本"),
            "created_at" => ("Created", "创建时间"),
            "created_by" => ("Created by", "创建人"),
            "updated_at" => ("Changed", "修改时间"),
            "updated_by" => ("Changed by", "修改人"),
            "deleted_at" => ("Deleted", "删除时间"),
            other => return label_of(other),
        };
        if self.language == "zh_hans" { chinese } else { english }.to_owned()
    }
}

/// The languages that people can choose, with what each calls itself.
pub(crate) const LANGUAGES: [(&str, &str); 2] = [("en", "English"), ("zh_hans", "简体中文")];

/// The language if there is such, else English.
pub(crate) fn known_language(wanted: Option<&str>) -> &'static str {
    LANGUAGES.iter().map(|(code, _)| *code).find(|code| Some(*code) == wanted).unwrap_or("en")
}

/// The label of an entity.
pub(crate) fn entity_label(texts: Texts<'_>, catalog: &Catalog, entity: &Name) -> String {
    catalog
        .entity(entity)
        .map_or_else(|| label_of(entity), |found| texts.text(Kind::Entity, entity, "label", &found.definition.label))
}

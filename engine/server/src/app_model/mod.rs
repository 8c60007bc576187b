//! `/api/app`: the definitions as one reader's app needs them: translated, without what they may not know, expressions
//! as trees that the browser can work out.

mod entity;
mod field;
mod form;
mod menu;
mod models;
mod sight;
mod texts;
mod view;

use kernel::{
    Catalog, Name,
    catalog::label_of,
    definition::Kind,
    expression::{Scope, Template},
    schema::{Computation, Entity, Field, Rule, Target},
};
use serde_json::{Map, Value as Json, json};

pub(crate) use field::field_options;
pub(crate) use field::readable;
pub(crate) use models::{ModelKey, Models};
pub(crate) use sight::Sight;
pub(crate) use texts::{LANGUAGES, Texts, entity_label, known_language};

/// What an app model is built from.
pub(crate) struct Build<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) texts: Texts<'a>,
    pub(crate) sight: Sight<'a>,
}

/// What the model says beside the definitions.
pub(crate) struct Around<'a> {
    pub(crate) language: &'a str,
    pub(crate) company: &'a str,
    /// The firm's zone: days and times are those of its clock, wherever the reader sits.
    pub(crate) zone: &'a str,
    pub(crate) settings: Json,
    /// Bytes of a file that is attached.
    pub(crate) largest_file: u64,
}

impl<'a> Build<'a> {
    /// A build for one reader.
    pub(crate) fn new(catalog: &'a Catalog, sight: Sight<'a>, language: &'a str) -> Self {
        Self { catalog, texts: Texts::new(catalog, language), sight }
    }

    /// The whole model.
    pub(crate) fn model(&self, around: &Around<'_>) -> Json {
        let languages: Vec<Json> =
            LANGUAGES.iter().map(|(code, label)| json!({"code": code, "label": label})).collect();
        let seen: Vec<&Entity> =
            self.catalog.entities.values().map(AsRef::as_ref).filter(|e| self.sight.may_see(&e.name)).collect();
        let entities: Map<String, Json> =
            seen.iter().map(|found| (found.name.to_string(), entity::build(self, found))).collect();
        let views: Map<String, Json> = self
            .catalog
            .views
            .values()
            .filter_map(|found| Some((found.definition.name.to_string(), view::build(self, found)?)))
            .collect();
        json!({
            "version": self.catalog.version,
            "language": around.language,
            "languages": languages,
            "company": around.company,
            "zone": around.zone,
            "entities": entities,
            "views": views,
            "menu": menu::build(self),
            "calendars": self.calendars(),
            "settings": around.settings,
            "largest_file": around.largest_file,
        })
    }

    /// Calendars, by which the browser counts working days.
    fn calendars(&self) -> Json {
        self.catalog
            .calendars
            .iter()
            .map(|(name, calendar)| (name.to_string(), calendar.to_wire()))
            .collect::<Map<_, _>>()
            .into()
    }

    pub(crate) fn entity_plural(&self, entity: &Entity) -> String {
        let base = entity.definition.label_plural.as_deref().unwrap_or(&entity.definition.label);
        let translated = self.texts.translated(Kind::Entity, &entity.name, "label_plural");
        // Languages without a plural translate the label alone.
        let singular = || self.texts.translated(Kind::Entity, &entity.name, "label");
        translated.or_else(singular).unwrap_or(base).to_owned()
    }

    pub(crate) fn field_label(&self, entity: &Entity, name: &Name) -> String {
        let base = entity.fields.get(name).map_or_else(|| label_of(name), |field| field.label.clone());
        self.texts.text(Kind::Entity, &entity.name, &format!("fields.{name}.label"), &base)
    }

    /// What a field of lines is called.
    pub(crate) fn line_label(&self, entity: &Entity, lines: &Name, field: &Field) -> String {
        self.texts.text(
            Kind::Entity,
            &entity.name,
            &format!("fields.{lines}.fields.{}.label", field.name),
            &field.label,
        )
    }

    /// What the column of a path is called.
    pub(crate) fn path_label(&self, entity: &'a Entity, path: &str) -> String {
        match self.resolve(entity, path) {
            Some((at, last)) if at.fields.contains_key(last) => self.field_label(at, &Name::new(last)),
            _ => self.texts.system_field(path.rsplit('.').next().unwrap_or(path)),
        }
    }

    pub(crate) fn state_options(&self, entity: &Entity) -> Vec<Json> {
        let states = entity.definition.lifecycle.iter().flat_map(|lifecycle| &lifecycle.states);
        states
            .map(|(name, state)| {
                let base = state.label.clone().unwrap_or_else(|| label_of(name));
                let path = format!("lifecycle.states.{name}.label");
                let mut out = Map::new();
                out.insert("value".into(), json!(name));
                out.insert("label".into(), self.texts.text(Kind::Entity, &entity.name, &path, &base).into());
                if let Some(color) = state.color {
                    out.insert("color".into(), json!(color));
                }
                Json::Object(out)
            })
            .collect()
    }

    /// The entity in which a path ends, and the name of its last field.
    pub(crate) fn resolve<'p>(&self, entity: &'a Entity, path: &'p str) -> Option<(&'a Entity, &'p str)> {
        let mut at = entity;
        let mut rest = path;
        while let Some((head, tail)) = rest.split_once('.') {
            let to = at.fields.get(head)?.to.as_ref()?;
            at = self.catalog.entity(to)?;
            rest = tail;
        }
        Some((at, rest))
    }

    /// Whether the reader may read all fields on the way.
    pub(crate) fn may_read_path(&self, entity: &Entity, path: &str) -> bool {
        let mut at = entity.name.clone();
        let mut segments = path.split('.').peekable();
        while let Some(segment) = segments.next() {
            if !self.sight.may_read(&at, None, &Name::new(segment)) {
                return false;
            }
            if segments.peek().is_some() {
                let to = self.catalog.entity(&at).and_then(|e| e.fields.get(segment)).and_then(|f| f.to.clone());
                match to {
                    Some(to) => at = to,
                    None => return false,
                }
            }
        }
        true
    }

    /// A rule's message in parts, translated: texts, and expressions that the reader may know.
    fn message(&self, entity: &Entity, name: &Name, rule: &Rule) -> Option<Json> {
        let translated = self.texts.translated(Kind::Entity, &entity.name, &format!("rules.{name}.message"));
        let template = match translated {
            // The checker has not seen translations' expressions; one that is wrong falls back to the base language.
            Some(text) => Template::compile(text, &self.scope(entity, rule.each.as_ref())).ok(),
            None => None,
        };
        let template = template.as_ref().unwrap_or(&rule.message);
        template.exprs().all(|expr| field::local(expr, &self.sight)).then(|| template.to_wire())
    }

    fn scope(&self, entity: &Entity, lines: Option<&Name>) -> Scope<'_> {
        let types = self.catalog.types();
        lines.map_or_else(|| Scope::record(types, &entity.name), |lines| Scope::line(types, &entity.name, lines))
    }
}

/// The computation that gives a field.
pub(crate) fn computation_of<'e>(entity: &'e Entity, lines: Option<&Name>, field: &Name) -> Option<&'e Computation> {
    entity.computations.iter().find(|computation| match (&computation.target, lines) {
        (Target::Field(name), None) => name == field,
        (Target::LineField { lines: table, field: name }, Some(lines)) => table == lines && name == field,
        _ => false,
    })
}

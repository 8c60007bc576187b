//! Forms, lists, menus, roles, texts in other languages.

use super::Renamer;
use crate::{
    definition::{EntityRights, Kind},
    definition::{
        FormDefinition, Keyed, MenuItem, Part, Related, RoleDefinition, RowScope, TranslationsDefinition,
        ViewDefinition,
    },
    expression::Scope,
};

impl Renamer<'_> {
    pub(super) fn form(&self, d: &mut FormDefinition) {
        let entity = d.entity.clone();
        let scope = Scope::record(self.types, &entity);
        for part in d.layout.values_mut() {
            match part {
                Part::Section(section) => {
                    self.keys(&entity, None, &mut section.fields);
                    self.opt_condition(&mut section.visible, &scope);
                }
                Part::Lines(part) => {
                    let table = part.lines.clone();
                    self.fields(&entity, Some(&table), &mut part.columns);
                    self.fields(&entity, Some(&table), &mut part.totals);
                    self.field(&entity, None, &mut part.lines);
                }
                Part::Tabs(tabs) => {
                    for tab in tabs.tabs.values_mut() {
                        self.keys(&entity, None, &mut tab.fields);
                        tab.related.iter_mut().for_each(|related| self.related(related));
                    }
                }
                Part::Related(part) => self.related(&mut part.related),
            }
        }
        if d.name == d.entity {
            self.entity(&mut d.name);
        }
        self.entity(&mut d.entity);
    }

    fn related(&self, related: &mut Related) {
        self.field(&related.entity, None, &mut related.by);
        self.fields(&related.entity, None, &mut related.columns);
        self.entity(&mut related.entity);
    }

    pub(super) fn view(&self, d: &mut ViewDefinition) {
        let scope = Scope::record(self.types, &d.entity);
        d.filter.iter_mut().for_each(|filter| self.filter(filter, &scope));
        d.columns.iter_mut().chain(&mut d.card).chain(&mut d.title).for_each(|path| self.expr(path, &scope));
        for field in [&mut d.by, &mut d.sum, &mut d.from, &mut d.to].into_iter().flatten() {
            self.field(&d.entity, None, field);
        }
        for key in &mut d.sort {
            let (sign, path) = key.strip_prefix('-').map_or(("", key.as_str()), |path| ("-", path));
            *key = format!("{sign}{}", self.source(path, &scope));
        }
        d.color.values_mut().for_each(|condition| self.condition(condition, &scope));
        if d.name == d.entity {
            self.entity(&mut d.name);
        }
        self.entity(&mut d.entity);
    }

    pub(super) fn menu_items(&self, items: &mut Keyed<MenuItem>) {
        for item in items.values_mut() {
            item.entity.iter_mut().for_each(|entity| self.entity(entity));
            if let Some(view) = &mut item.view {
                // The list that is named like its entity moves with it.
                self.entity(view);
            }
            self.menu_items(&mut item.items);
        }
    }

    pub(super) fn role(&self, d: &mut RoleDefinition) {
        for (entity, rights) in &mut d.can {
            self.rights(entity, rights);
        }
        self.rekey(&mut d.can, |key| self.is_entity() && *self.what.entity == *key);
    }

    fn rights(&self, entity: &crate::Name, rights: &mut EntityRights) {
        let scope = Scope::record(self.types, entity);
        for rows in [&mut rights.read, &mut rights.update, &mut rights.delete].into_iter().flatten() {
            if let RowScope::Filter(filter) = rows {
                self.filter(filter, &scope);
            }
        }
        rights.hide.iter_mut().for_each(|path| self.path(entity, path));
    }

    /// Texts stand by the path of what they translate, which names fields.
    pub(super) fn translations(&self, d: &mut TranslationsDefinition) {
        if d.name != self.what.entity {
            return;
        }
        if self.is_entity() {
            if self.names_entity(d.of) {
                self.entity(&mut d.name);
            }
            return;
        }
        if d.of != Kind::Entity {
            return;
        }
        let Some(field) = &self.what.field else { return };
        let (old, new) = match &self.what.lines {
            None => (format!("fields.{field}"), format!("fields.{}", self.what.to)),
            Some(lines) => {
                (format!("fields.{lines}.fields.{field}"), format!("fields.{lines}.fields.{}", self.what.to))
            }
        };
        let texts = std::mem::take(&mut d.texts).into_iter();
        d.texts = texts
            .map(|(path, text)| match path.strip_prefix(&old) {
                Some(rest) if rest.is_empty() || rest.starts_with('.') => (format!("{new}{rest}"), text),
                _ => (path, text),
            })
            .collect();
    }
}

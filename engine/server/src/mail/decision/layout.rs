//! What of a record its form shows, in the order of the form. Fields that help others to be worked out stand in no form,
//! and tell nobody anything.

use kernel::{
    Catalog, Name,
    catalog::Form,
    definition::Part,
    expression::Expr,
    schema::{Entity, Field},
};

/// Fields and tables of a form.
pub(super) struct Layout<'c> {
    /// Its fields, each with the conditions under which it is shown.
    pub(super) fields: Vec<(&'c Field, Vec<&'c Expr>)>,
    /// Its line tables, each with its columns.
    pub(super) tables: Vec<(&'c Field, Vec<&'c Field>)>,
}

impl<'c> Layout<'c> {
    /// The form of an entity; `also` are fields that are told though no form shows them.
    pub(super) fn of(catalog: &'c Catalog, entity: &'c Entity, also: &[Name]) -> Self {
        let mut layout = Self { fields: Vec::new(), tables: Vec::new() };
        if let Some(form) = catalog.forms.get(&entity.name) {
            layout.read(form, entity);
        }
        for name in also {
            layout.field(entity, name, None);
        }
        layout
    }

    fn read(&mut self, form: &'c Form, entity: &'c Entity) {
        for (key, part) in &form.definition.layout {
            match part {
                Part::Section(section) => {
                    for name in section.fields.keys() {
                        self.field(entity, name, form.visible.get(key));
                    }
                }
                Part::Tabs(tabs) => {
                    for name in tabs.tabs.values().flat_map(|tab| tab.fields.keys()) {
                        self.field(entity, name, None);
                    }
                }
                Part::Lines(lines) => {
                    let Some(table) = entity.fields.get(&lines.lines) else { continue };
                    let columns: Vec<&Field> = if lines.columns.is_empty() {
                        table.fields.values().collect()
                    } else {
                        lines.columns.iter().filter_map(|name| table.fields.get(name)).collect()
                    };
                    self.tables.push((table, columns));
                }
                Part::Related(_) => {}
            }
        }
    }

    fn field(&mut self, entity: &'c Entity, name: &Name, within: Option<&'c Expr>) {
        let Some(field) = entity.fields.get(name).filter(|field| field.fields.is_empty()) else { return };
        if self.fields.iter().all(|(known, _)| known.name != field.name) {
            self.fields.push((field, within.into_iter().chain(&field.visible).collect()));
        }
    }
}

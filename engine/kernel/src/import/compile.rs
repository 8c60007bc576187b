//! Compiles imports: columns typed, expressions over them checked against the fields that they fill.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::fold_heading;
use crate::{
    Diagnostic, Name,
    catalog::Translations,
    definition::{
        EntityDefinition, Existing, FieldDefinition, FieldKind, FindValue, ImportDefinition, ImportTarget, ImportValue,
        Keyed, Kind, Missing, OptionDefinition,
    },
    expression::{Expr, Looked, Scope, Type, Types, compile as compile_expression, compile_as},
    field::behaviour,
    nearest,
};

/// An import, compiled.
#[derive(Clone, Debug)]
pub struct Import {
    /// Its name.
    pub name: Name,
    /// What it is called.
    pub label: Option<String>,
    /// The columns it reads.
    pub columns: Keyed<Column>,
    /// What it makes, in the order in which it is made.
    pub targets: Keyed<Target>,
}

/// A column of the file.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its heading.
    pub heading: String,
    /// What its cells are read as.
    pub kind: FieldKind,
    /// Whether an empty cell is a problem.
    pub required: bool,
    /// Whether a sensitive field is filled from it: its cells are told masked.
    pub sensitive: bool,
}

/// An entity that is filled.
#[derive(Clone, Debug)]
pub struct Target {
    /// The entity.
    pub entity: Name,
    /// Which rows.
    pub filter: Option<Expr>,
    /// The fields by which a row finds its record; each is in `set`. None: every row is a record of its own.
    pub key: Vec<Name>,
    /// What happens with a record that is there already.
    pub existing: Existing,
    /// What happens when none is there.
    pub missing: Missing,
    /// Where the fields come from.
    pub set: Keyed<Source>,
    /// Where the fields of lines come from, by line table.
    pub lines: Keyed<Keyed<Source>>,
}

/// Where the value of a field comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// An expression over the columns; for a choice with the options that its text may name.
    Expr {
        /// The expression.
        value: Expr,
        /// Folded keys, labels and codes of the options.
        options: Option<IndexMap<String, Name>>,
    },
    /// A record of another entity that has this value in one of some fields.
    Find {
        /// The other entity.
        entity: Name,
        /// The fields, one after another.
        by: Vec<Name>,
        /// The value.
        value: Expr,
        /// Whether the field stays empty when there is none.
        optional: bool,
    },
}

impl Source {
    /// The column, if the value is a column as it stands.
    #[must_use]
    pub fn column(&self) -> Option<Name> {
        let (Self::Expr { value, .. } | Self::Find { value, .. }) = self;
        value.as_path().filter(|path| path.len() == 1).and_then(|path| path.into_iter().next())
    }

    /// The columns that it reads.
    fn columns(&self) -> impl Iterator<Item = Name> {
        let (Self::Expr { value, .. } | Self::Find { value, .. }) = self;
        value.reads().into_iter().filter_map(|read| match read.what {
            Looked::Path(path) => path.into_iter().next(),
            Looked::Lines { .. }
            | Looked::Variable(_)
            | Looked::Setting(_)
            | Looked::Decision(_)
            | Looked::Records(_) => None,
        })
    }
}

impl Import {
    /// Compiles a definition. The import is there even if there are problems, without what they concern.
    #[must_use]
    pub fn compile(
        definition: &ImportDefinition,
        types: Types<'_>,
        translations: &Translations,
    ) -> (Self, Vec<Diagnostic>) {
        let mut problems = Vec::new();
        let kinds: Keyed<FieldKind> = definition.columns.iter().map(|(n, c)| (n.clone(), c.column_type)).collect();
        check_columns(definition, &mut problems);
        let scope = Scope::columns(types, &kinds);
        let mut compiler = Compiler { types, translations, scope, problems, sensitive: HashSet::new() };
        let targets = definition
            .targets
            .iter()
            .filter_map(|(name, target)| Some((name.clone(), compiler.target(&format!("targets.{name}"), target)?)))
            .collect();
        let column = |c: &crate::definition::ColumnDefinition| Column {
            heading: c.heading.clone(),
            kind: c.column_type,
            required: c.required,
            sensitive: false,
        };
        let mut columns: Keyed<Column> = definition.columns.iter().map(|(name, c)| (name.clone(), column(c))).collect();
        for (name, column) in &mut columns {
            column.sensitive = compiler.sensitive.contains(name);
        }
        let import = Self { name: definition.name.clone(), label: definition.label.clone(), columns, targets };
        (import, compiler.problems)
    }

    /// The headings, folded, of columns that sensitive fields are filled from.
    #[must_use]
    pub fn sensitive_headings(&self) -> HashSet<String> {
        self.columns.values().filter(|column| column.sensitive).map(|column| fold_heading(&column.heading)).collect()
    }

    /// The fields of other entities by which records are looked up.
    pub fn lookups(&self) -> impl Iterator<Item = (&Name, &Name)> {
        let sources =
            self.targets.values().flat_map(|t| t.set.values().chain(t.lines.values().flat_map(Keyed::values)));
        sources
            .filter_map(|s| if let Source::Find { entity, by, .. } = s { Some((entity, by)) } else { None })
            .flat_map(|(entity, by)| by.iter().map(move |by| (entity, by)))
    }
}

fn check_columns(definition: &ImportDefinition, problems: &mut Vec<Diagnostic>) {
    let mut headings = IndexMap::new();
    for (name, column) in &definition.columns {
        let path = format!("columns.{name}");
        if behaviour(column.column_type).cell.is_none() {
            let message = "a column is read as text, a number, a boolean, a date or a datetime; what it means is said by the targets";
            problems.push(Diagnostic::error("E0601", format!("{path}.type"), message));
        }
        if let Some(other) = headings.insert(fold_heading(&column.heading), name) {
            problems.push(Diagnostic::error("E0602", path, format!("the same heading as column `{other}`")));
        }
    }
}

struct Compiler<'a> {
    types: Types<'a>,
    translations: &'a Translations,
    scope: Scope<'a>,
    problems: Vec<Diagnostic>,
    /// Columns that sensitive fields are filled from.
    sensitive: HashSet<Name>,
}

impl Compiler<'_> {
    fn target(&mut self, path: &str, target: &ImportTarget) -> Option<Target> {
        let Some(entity) = self.types.entities.get(&target.entity) else {
            self.unknown("E0201", format!("{path}.entity"), "entity", &target.entity, self.types.entities.keys());
            return None;
        };
        let filter = target.filter.as_ref().and_then(|source| {
            let compiled = compile_as(source, &self.scope, &Type::Bool);
            self.take(&format!("{path}.where"), compiled)
        });
        let set = self.sources(&format!("{path}.set"), &entity.name, None, &entity.fields, &target.set);
        let mut lines = Keyed::new();
        for (table, values) in &target.lines {
            let at = format!("{path}.lines.{table}");
            match entity.fields.get(table) {
                Some(field) if field.field_type == FieldKind::Lines => {
                    lines.insert(table.clone(), self.sources(&at, &entity.name, Some(table), &field.fields, values));
                }
                _ => self.unknown("E0202", at, &format!("line table of `{}`", entity.name), table, line_tables(entity)),
            }
        }
        for key in &target.key {
            if !target.set.contains_key(key) {
                let message = format!("`{key}` is a key and must be set");
                self.problems.push(Diagnostic::error("E0603", format!("{path}.key"), message));
            }
        }
        Some(Target {
            entity: target.entity.clone(),
            filter,
            key: target.key.clone(),
            existing: target.existing,
            missing: target.missing,
            set,
            lines,
        })
    }

    fn sources(
        &mut self,
        path: &str,
        entity: &Name,
        lines: Option<&Name>,
        fields: &Keyed<FieldDefinition>,
        values: &Keyed<ImportValue>,
    ) -> Keyed<Source> {
        let mut sources = Keyed::new();
        for (name, value) in values {
            let at = format!("{path}.{name}");
            let Some(field) = fields.get(name) else {
                self.unknown("E0202", at, &format!("field of `{entity}`"), name, fields.keys());
                continue;
            };
            if field.is_derived() {
                let message = format!("`{name}` is computed by its formula and cannot be set");
                self.problems.push(Diagnostic::error("E0203", at, message));
                continue;
            }
            if !is_importable(field.field_type) {
                let kind = field.field_type.as_str();
                let message = format!("`{name}` is a field of type `{kind}`, which no cell of a spreadsheet can give");
                self.problems.push(Diagnostic::error("E0605", at, message));
                continue;
            }
            let source = match value {
                ImportValue::Expression(source) => self.expression(&at, (entity, lines, name), field, source),
                ImportValue::Find(find) => self.find(&at, name, field, find),
            };
            if let Some(source) = source {
                if field.sensitive {
                    self.sensitive.extend(source.columns());
                }
                sources.insert(name.clone(), source);
            }
        }
        sources
    }

    fn expression(
        &mut self,
        path: &str,
        (entity, lines, name): (&Name, Option<&Name>, &Name),
        field: &FieldDefinition,
        source: &str,
    ) -> Option<Source> {
        let options = (!field.options.is_empty()).then(|| {
            let inside = lines.map(|lines| format!("fields.{lines}.")).unwrap_or_default();
            spellings(&field.options, self.translations, entity, &format!("{inside}fields.{name}.options"))
        });
        // The text of a cell is compared with the options when it is known; here it need only be text.
        let wanted = if options.is_some() { Type::Unknown } else { Type::of_field(entity, name, field) };
        let compiled = compile_as(source, &self.scope, &wanted);
        self.take(path, compiled).map(|value| Source::Expr { value, options })
    }

    fn find(&mut self, path: &str, name: &Name, field: &FieldDefinition, find: &FindValue) -> Option<Source> {
        let compiled = compile_expression(&find.value, &self.scope);
        let value = self.take(&format!("{path}.value"), compiled);
        let entity = match field.field_type {
            FieldKind::Reference => field.entity().cloned()?,
            FieldKind::User => Name::new("user"),
            FieldKind::Department => Name::new("department"),
            FieldKind::Position => Name::new("position"),
            _ => {
                let message = format!("`{name}` is no reference, so no record is looked up for it");
                self.problems.push(Diagnostic::error("E0604", path, message));
                return None;
            }
        };
        let other = self.types.entities.get(&entity)?;
        let by = match &find.by {
            None => other.found_by.clone(),
            Some(by) if other.fields.contains_key(by) || ["number", "title"].contains(&&**by) => vec![by.clone()],
            Some(by) => {
                self.unknown("E0202", format!("{path}.by"), &format!("field of `{entity}`"), by, other.fields.keys());
                return None;
            }
        };
        if by.is_empty() {
            let message = format!("expected `by`, since `{entity}` says not by which fields its records are found");
            self.problems.push(Diagnostic::error("E0606", path, message));
            return None;
        }
        Some(Source::Find { entity, by, value: value?, optional: find.optional })
    }

    fn take(&mut self, path: &str, result: Result<Expr, Vec<Diagnostic>>) -> Option<Expr> {
        result.map_err(|found| self.problems.extend(found.into_iter().map(|d| d.under(path)))).ok()
    }

    fn unknown<'n>(
        &mut self,
        code: &str,
        path: impl Into<String>,
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'n Name>,
    ) {
        let mut problem = Diagnostic::error(code, path, format!("no {what} `{name}`"));
        problem.hint = nearest(name, known.into_iter().map(|k| &**k)).map(|k| format!("did you mean `{k}`?"));
        self.problems.push(problem);
    }
}

/// Whether a cell of a spreadsheet can give a value of this type: it holds no files, and no list of records.
#[must_use]
pub fn is_importable(kind: FieldKind) -> bool {
    let records = matches!(kind, FieldKind::References | FieldKind::AnyReference);
    !kind.holds_files() && !records && kind != FieldKind::Number
}

fn line_tables(entity: &EntityDefinition) -> impl Iterator<Item = &Name> {
    entity.fields.iter().filter(|(_, f)| f.field_type == FieldKind::Lines).map(|(name, _)| name)
}

/// All that an option may be called in a file: its key, its label in every language, its code in the outside world, its
/// other names. What comes first has the name.
fn spellings(
    options: &Keyed<OptionDefinition>,
    translations: &Translations,
    entity: &Name,
    path: &str,
) -> IndexMap<String, Name> {
    let mut spellings = IndexMap::new();
    let mut spell = |text: &str, key: &Name| {
        spellings.entry(fold_heading(text)).or_insert_with(|| key.clone());
    };
    for key in options.keys() {
        spell(key, key);
    }
    for (key, option) in options {
        let (label, at) = match option {
            OptionDefinition::Label(label) => (label, format!("{path}.{key}")),
            OptionDefinition::Full(full) => (&full.label, format!("{path}.{key}.label")),
        };
        spell(label, key);
        for language in translations.languages() {
            translations.text(language, Kind::Entity, entity, &at).into_iter().for_each(|label| spell(label, key));
        }
        if let OptionDefinition::Full(full) = option {
            full.code.iter().chain(&full.aliases).for_each(|text| spell(text, key));
        }
    }
    spellings
}

//! What all parts of the compiler share: the types to check against, and the list of problems.

use std::collections::BTreeSet;

use crate::{
    Diagnostic, Name,
    definition::{Condition, Expression, Keyed},
    expression::{self, Expr, Scope, Template, Type, Types},
    nearest,
};

/// The compiler of one definition: knows its file, collects its problems.
pub(super) struct Compiler<'a> {
    pub(super) types: Types<'a>,
    pub(super) roles: &'a BTreeSet<Name>,
    pub(super) file: String,
    pub(super) problems: Vec<Diagnostic>,
}

impl<'a> Compiler<'a> {
    pub(super) fn new(types: Types<'a>, roles: &'a BTreeSet<Name>, file: String) -> Self {
        Self { types, roles, file, problems: Vec::new() }
    }

    /// The problems, each with its file.
    pub(super) fn finish(self) -> Vec<Diagnostic> {
        let file = self.file;
        self.problems.into_iter().map(|d| d.in_file(&file)).collect()
    }

    pub(super) fn error(&mut self, code: &str, path: impl Into<String>, message: impl Into<String>) -> &mut Diagnostic {
        self.problems.push(Diagnostic::error(code, path, message));
        let last = self.problems.len() - 1;
        &mut self.problems[last]
    }

    pub(super) fn warning(&mut self, code: &str, path: impl Into<String>, message: impl Into<String>) {
        self.problems.push(Diagnostic::warning(code, path, message));
    }

    /// Tells that a name refers to nothing, with the nearest that there is.
    pub(super) fn unknown<'n>(
        &mut self,
        code: &str,
        path: impl Into<String>,
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        let hint = nearest(name, known).map(|k| format!("did you mean `{k}`?"));
        self.error(code, path, format!("no {what} `{name}`")).hint = hint;
    }

    fn take<T>(&mut self, path: &str, result: Result<T, Vec<Diagnostic>>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(found) => {
                self.problems.extend(found.into_iter().map(|d| d.under(path)));
                None
            }
        }
    }

    pub(super) fn expr_as(&mut self, path: &str, source: &str, scope: &Scope<'_>, wanted: &Type) -> Option<Expr> {
        let result = expression::compile_as(source, scope, wanted);
        self.take(path, result)
    }

    pub(super) fn expr(&mut self, path: &str, source: &str, scope: &Scope<'_>) -> Option<Expr> {
        let result = expression::compile(source, scope);
        self.take(path, result)
    }

    pub(super) fn condition(&mut self, path: &str, condition: &Condition, scope: &Scope<'_>) -> Option<Expr> {
        let result = expression::compile_condition(condition, scope);
        self.take(path, result)
    }

    /// A filter that the store must be able to compute.
    pub(super) fn filter(&mut self, path: &str, filter: &serde_json::Value, scope: &Scope<'_>) -> Option<Expr> {
        let result = expression::compile_filter(filter, scope)
            .and_then(|e| expression::check_lowerable(&e).map(|()| e).map_err(|d| vec![d]));
        self.take(path, result)
    }

    pub(super) fn template(&mut self, path: &str, pattern: &str, scope: &Scope<'_>) -> Option<Template> {
        let result = Template::compile(pattern, scope);
        self.take(path, result)
    }

    /// Expressions for fields of `entity` (or of a line table of it): each must be a stored field of a fitting type.
    pub(super) fn assignments(
        &mut self,
        path: &str,
        set: &Keyed<Expression>,
        entity: &Name,
        lines: Option<&Name>,
        scope: &Scope<'_>,
    ) -> Keyed<Expr> {
        let mut compiled = Keyed::new();
        let Some(definition) = self.types.entities.get(entity) else { return compiled };
        let fields = match lines {
            None => &definition.fields,
            Some(lines) => match definition.fields.get(lines) {
                Some(field) => &field.fields,
                None => return compiled,
            },
        };
        for (name, source) in set {
            let at = format!("{path}.{name}");
            let Some(field) = fields.get(name) else {
                self.unknown("E0202", at, &format!("field of `{entity}`"), name, fields.keys().map(|k| &**k));
                continue;
            };
            if field.is_derived() {
                self.error("E0203", at, format!("`{name}` is computed and cannot be set"));
                continue;
            }
            let wanted = Type::of_field(entity, name, field);
            if let Some(expr) = self.expr_as(&at, source, scope, &wanted) {
                compiled.insert(name.clone(), expr);
            }
        }
        compiled
    }

    /// A field of an entity's header must be there.
    pub(super) fn field_exists(&mut self, path: impl Into<String>, entity: &Name, field: &str) {
        if let Some(definition) = self.types.entities.get(entity)
            && !definition.fields.contains_key(field)
            && !crate::SYSTEM_FIELDS.contains(&field)
        {
            let known = definition.fields.keys().map(|k| &**k).chain(crate::SYSTEM_FIELDS);
            self.unknown("E0202", path, &format!("field of `{entity}`"), field, known);
        }
    }

    pub(super) fn entity_exists(&mut self, path: impl Into<String>, entity: &str) -> bool {
        let there = self.types.entities.contains_key(entity);
        if !there {
            let known: Vec<&str> = self.types.entities.keys().map(|k| &**k).collect();
            self.unknown("E0201", path, "entity", entity, known);
        }
        there
    }

    pub(super) fn role_exists(&mut self, path: impl Into<String>, role: &str) {
        if !self.roles.contains(role) {
            let known: Vec<&str> = self.roles.iter().map(|k| &**k).collect();
            self.unknown("E0204", path, "role", role, known);
        }
    }
}

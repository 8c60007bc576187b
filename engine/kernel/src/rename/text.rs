//! Names within texts: expressions, conditions, filters, patterns.

use serde_json::Value as Json;

use super::Renamer;
use crate::{
    Name,
    definition::{Condition, Expression, Keyed},
    expression::{RowType, Scope, Type, sites},
};

impl Renamer<'_> {
    /// The source with the new name in every place that means what is renamed.
    pub(super) fn source(&self, source: &str, scope: &Scope<'_>) -> String {
        let what = self.what;
        let meant = sites(source, scope)
            .into_iter()
            .filter(|site| site.entity == what.entity && site.lines == what.lines && site.field == what.field);
        let old = what.field.as_ref().unwrap_or(&what.entity);
        let mut chars: Vec<char> = source.chars().collect();
        let places: Vec<usize> = meant.map(|site| site.at).collect();
        for at in places.into_iter().rev() {
            let quoted = usize::from(matches!(chars.get(at), Some('"' | '\'')));
            let (from, to) = (at + quoted, at + quoted + old.chars().count());
            // A word such as `doc` may stand for a field without naming it.
            if chars.get(from..to).is_some_and(|word| word.iter().copied().eq(old.chars())) {
                chars.splice(from..to, what.to.chars());
            }
        }
        chars.into_iter().collect()
    }

    pub(super) fn expr(&self, source: &mut Expression, scope: &Scope<'_>) {
        *source = self.source(source, scope);
    }

    pub(super) fn opt_expr(&self, source: &mut Option<Expression>, scope: &Scope<'_>) {
        source.iter_mut().for_each(|source| self.expr(source, scope));
    }

    pub(super) fn condition(&self, condition: &mut Condition, scope: &Scope<'_>) {
        match condition {
            Condition::Expression(source) => self.expr(source, scope),
            Condition::Filter(filter) => self.filter(filter, scope),
        }
    }

    pub(super) fn opt_condition(&self, condition: &mut Option<Condition>, scope: &Scope<'_>) {
        condition.iter_mut().for_each(|condition| self.condition(condition, scope));
    }

    /// A filter; its form has been checked.
    pub(super) fn filter(&self, filter: &mut Json, scope: &Scope<'_>) {
        match filter {
            Json::String(source) => *source = self.source(source, scope),
            Json::Array(parts) => {
                if matches!(parts.first(), Some(Json::String(_))) {
                    let mut parts = parts.iter_mut();
                    if let Some(Json::String(path)) = parts.next() {
                        *path = self.source(path, scope);
                    }
                    parts.skip(1).for_each(|value| self.filter_value(value, scope));
                } else {
                    parts.iter_mut().for_each(|part| self.filter(part, scope));
                }
            }
            Json::Object(object) => {
                let table = ["some", "every", "none"].into_iter().find(|key| object.contains_key(*key));
                if let Some(key) = table {
                    let path = object.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
                    let inner = self.rows(&path, scope);
                    object.insert(key.to_owned(), Json::from(self.source(&path, scope)));
                    if let Some(condition) = object.get_mut("where") {
                        self.filter(condition, &inner);
                    }
                    return;
                }
                for key in ["all", "any", "not"] {
                    if let Some(inner) = object.get_mut(key) {
                        self.filter(inner, scope);
                    }
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }

    fn filter_value(&self, value: &mut Json, scope: &Scope<'_>) {
        match value {
            Json::Object(object) => {
                if let Some(Json::String(source)) = object.get_mut("expr") {
                    *source = self.source(source, scope);
                }
            }
            Json::Array(items) => items.iter_mut().for_each(|item| self.filter_value(item, scope)),
            _ => {}
        }
    }

    /// The scope within a condition over lines: bare names are those of a line.
    fn rows<'s>(&self, path: &str, scope: &Scope<'s>) -> Scope<'s> {
        match scope.type_of_path(path) {
            Some(Type::Rows(RowType { entity, lines })) => scope.clone().over(RowType { entity, lines }),
            _ => scope.clone(),
        }
    }

    /// A pattern such as `{number} {partner.title}`.
    pub(super) fn pattern(&self, pattern: &mut String, scope: &Scope<'_>) {
        let mut out = String::with_capacity(pattern.len());
        let mut rest = pattern.as_str();
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            if from.starts_with("{{") || from.starts_with("}}") {
                out.push_str(from.get(..2).unwrap_or_default());
                rest = from.get(2..).unwrap_or_default();
                continue;
            }
            let Some((source, after)) = from.strip_prefix('{').and_then(|inner| inner.split_once('}')) else { break };
            out.push('{');
            out.push_str(&self.source(source, scope));
            out.push('}');
            rest = after;
        }
        out.push_str(rest);
        *pattern = out;
    }

    /// Expressions by field.
    pub(super) fn assignments(
        &self,
        set: &mut Keyed<Expression>,
        entity: &Name,
        lines: Option<&str>,
        scope: &Scope<'_>,
    ) {
        set.values_mut().for_each(|source| self.expr(source, scope));
        self.keys(entity, lines, set);
    }
}

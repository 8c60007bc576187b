//! What must hold when a record is saved: required fields, numbers of lines, rules.

use std::sync::Arc;

use super::Work;
use crate::{
    Line, Problem, Value,
    definition::{FieldKind, Kind, RuleLevel},
    expression::{Env, Reference, Scope, Template, holds},
    schema::{Field, Rule},
};

impl Work<'_> {
    /// Required fields that are shown must have a value; read-only ones must not have been changed.
    pub(crate) fn required(&mut self) {
        let entity = self.entity;
        let record = Arc::clone(&self.record);
        for field in entity.fields.values() {
            let env = self.env(&record);
            if field.kind == FieldKind::Lines {
                self.line_count(field, &record, &env);
                self.read_only(field, &field.name, &env);
                continue;
            }
            let value = record.get(&field.name);
            self.check_field(field, || field.name.to_string(), &value, &env);
        }
        for table in entity.line_tables() {
            for line in record.lines.get(&table.name).into_iter().flatten() {
                for field in table.fields.values() {
                    let value = line.fields.get(&field.name).cloned().unwrap_or_default();
                    let path = || format!("{}.{}.{}", table.name, line.id, field.name);
                    let env = self.env(&record).line(line);
                    self.check_field(field, path, &value, &env);
                }
            }
        }
    }

    fn check_field(&mut self, field: &Field, path: impl Fn() -> String, value: &Value, env: &Env<'_>) {
        let may_miss = field.required || field.required_when.is_some();
        let missing = may_miss && value.is_null() && !field.computed;
        if !missing && field.read_only.is_none() {
            return;
        }
        let path = &*path();
        // A field that already has a problem needs no second one.
        if self.problems.iter().any(|p| p.path == path) {
            return;
        }
        if missing && self.is_needed(field, path, env) {
            self.problems.push(Problem::new(path, "required", format!("`{}` is missing", field.label)));
        }
        self.read_only(field, path, env);
    }

    /// Whether a value must be there now. What is hidden is not asked for.
    fn is_needed(&mut self, field: &Field, path: &str, env: &Env<'_>) -> bool {
        let wanted = match &field.required_when {
            Some(condition) => {
                let result = holds(condition, env);
                self.note(path, result).unwrap_or(false)
            }
            None => field.required,
        };
        wanted && self.is_shown(field, path, env)
    }

    fn is_shown(&mut self, field: &Field, path: &str, env: &Env<'_>) -> bool {
        let Some(visible) = &field.visible else { return true };
        let result = holds(visible, env);
        self.note(path, result).unwrap_or(false)
    }

    fn read_only(&mut self, field: &Field, path: &str, env: &Env<'_>) {
        if let Some(read_only) = &field.read_only
            && self.changed.contains(path)
            && self.given.contains(path)
            && !self.forced.contains(path)
        {
            let result = holds(read_only, env);
            if self.note(path, result) == Some(true) {
                self.problems.push(Problem::new(path, "read_only", "this field cannot be written at present"));
            }
        }
    }

    fn line_count(&mut self, table: &Field, record: &crate::Record, env: &Env<'_>) {
        let count = rust_decimal::Decimal::from(record.lines.get(&table.name).map_or(0, Vec::len));
        let least = match table.min {
            Some(least) if self.is_shown(table, &table.name, env) => least,
            None => i64::from(self.is_needed(table, &table.name, env)).into(),
            Some(_) => rust_decimal::Decimal::ZERO,
        };
        if count < least {
            let mut problem =
                Problem::new(&*table.name, "too_few", format!("expected at least {least} lines, but found {count}"));
            problem.values.insert("limit".into(), least.to_string().into());
            self.problems.push(problem);
        }
        if let Some(most) = table.max
            && count > most
        {
            let mut problem =
                Problem::new(&*table.name, "too_many", format!("expected at most {most} lines, but found {count}"));
            problem.values.insert("limit".into(), most.to_string().into());
            self.problems.push(problem);
        }
    }

    /// Tries the rules; those bound to a transition only with it.
    pub(crate) fn rules(&mut self, transition: Option<&str>) {
        if !self.know_reach() {
            return;
        }
        let entity = self.entity;
        let record = Arc::clone(&self.record);
        for (name, rule) in &entity.rules {
            if rule.on.as_deref().is_some_and(|on| Some(on) != transition) {
                continue;
            }
            let hidden = self.reads_hidden(rule);
            // A warning about what the writer may not see would tell it to them.
            if hidden && rule.level == RuleLevel::Warn {
                continue;
            }
            match &rule.each {
                None => self.try_rule(name, rule, &record, None, hidden),
                Some(table) => {
                    for line in record.lines.get(table).into_iter().flatten() {
                        self.try_rule(name, rule, &record, Some(line), hidden);
                    }
                }
            }
        }
    }

    fn reads_hidden(&self, rule: &Rule) -> bool {
        let exprs = std::iter::once(&rule.unless).chain(rule.message.exprs());
        exprs.flat_map(|e| e.references()).any(|r| match r {
            Reference::Field { entity, lines, field, own } => {
                let path = lines.map_or_else(|| field.to_string(), |l| format!("{l}.{field}"));
                let of_this = own && entity == self.entity.name;
                self.s
                    .catalog
                    .entity(&entity)
                    .is_some_and(|of| !(if of_this { self.reads(&path) } else { self.s.access.reads(of, &path) }))
            }
            Reference::Rows(entity) => self.s.catalog.entity(&entity).is_some_and(|of| !self.s.access.sees_all(of)),
            _ => false,
        })
    }

    fn try_rule(&mut self, name: &str, rule: &Rule, record: &crate::Record, line: Option<&Line>, hidden: bool) {
        let env = match line {
            None => self.env(record),
            Some(line) => self.env(record).line(line),
        };
        let field = rule.field.as_deref().unwrap_or_default();
        let path = match (line, &rule.each) {
            (Some(line), Some(table)) if !field.is_empty() => format!("{table}.{}.{field}", line.id),
            (Some(line), Some(table)) => format!("{table}.{}", line.id),
            _ => field.to_owned(),
        };
        let result = holds(&rule.unless, &env);
        if self.note(&path, result) != Some(false) {
            return;
        }
        let message = if hidden {
            format!("the rule `{name}` refuses this")
        } else {
            let result = self.message(name, rule).render(&env);
            self.note(&path, result).unwrap_or_default()
        };
        let problem = Problem::new(path, format!("rule:{name}"), message);
        match rule.level {
            RuleLevel::Error => self.problems.push(problem),
            RuleLevel::Warn => self.warnings.push(problem),
        }
    }

    /// The rule's message in the writer's language.
    fn message(&self, name: &str, rule: &Rule) -> Template {
        let ctx = self.s.ctx;
        let language = ctx.user.and_then(|id| ctx.org.people.get(&id)).and_then(|p| p.language.clone());
        let catalog = self.s.catalog;
        let entity = &self.entity.name;
        let translated = language.and_then(|l| {
            let text = catalog.translations.text(&l, Kind::Entity, entity, &format!("rules.{name}.message"))?;
            let scope = match &rule.each {
                None => Scope::record(catalog.types(), entity),
                Some(lines) => Scope::line(catalog.types(), entity, lines),
            };
            Template::compile(text, &scope).ok()
        });
        translated.unwrap_or_else(|| rule.message.clone())
    }
}

//! Entities: their fields with everything that is worked out, rules, lifecycles.

use serde_json::Value as Json;

use super::Renamer;
use crate::{
    Name,
    definition::{
        ApproverSource, ChainUntil, Condition, EntityDefinition, FieldDefinition, FieldKind, Keyed,
        LifecycleDefinition, Likeness, Locked, Required, RoleWithin, Step, To,
    },
    expression::{Scope, Type},
};

impl Renamer<'_> {
    pub(super) fn entity_definition(&self, d: &mut EntityDefinition) {
        let name = d.name.clone();
        let scope = Scope::record(self.types, &name);
        d.title.iter_mut().for_each(|title| self.pattern(title, &scope));
        for role in d.scope.iter_mut().flat_map(|s| [&mut s.owner, &mut s.department]).flatten() {
            self.field(&name, None, role);
        }
        d.lets.values_mut().for_each(|source| self.expr(source, &scope));
        d.search.iter_mut().for_each(|path| self.search_path(d.fields.keys(), &name, path));
        for (key, field) in &mut d.fields {
            self.field_definition(&name, None, field, &scope);
            if field.field_type == FieldKind::Lines {
                let line = Scope::line(self.types, &name, key);
                for inner in field.fields.values_mut() {
                    self.field_definition(&name, Some(key), inner, &line);
                }
                self.note_and_rekey(&name, Some(key), &mut field.fields);
            }
        }
        for rule in d.rules.values_mut() {
            let scope = rule.each.as_ref().map_or_else(|| scope.clone(), |e| Scope::line(self.types, &name, e));
            self.condition(&mut rule.unless, &scope);
            self.pattern(&mut rule.message, &scope);
            if let Some(field) = &mut rule.field {
                // It may be named as `lines.price` is, or as a field of the line alone.
                if let Some(each) = &rule.each {
                    self.field(&name, Some(each), field);
                }
                self.field(&name, None, field);
            }
            rule.each.iter_mut().for_each(|each| self.field(&name, None, each));
        }
        d.lifecycle.iter_mut().for_each(|lifecycle| self.lifecycle(&name, lifecycle, &scope));
        d.unique.iter_mut().chain(&mut d.indexes).for_each(|fields| self.fields(&name, None, fields));
        self.fields(&name, None, &mut d.found_by);
        if let Some(duplicates) = &mut d.duplicates {
            duplicates.certain.iter_mut().for_each(|fields| self.fields(&name, None, fields));
            for likeness in &mut duplicates.suspect {
                match likeness {
                    Likeness::Same(fields) => self.fields(&name, None, fields),
                    Likeness::Near(near) => {
                        self.field(&name, None, &mut near.near);
                        self.fields(&name, None, &mut near.with);
                    }
                }
            }
        }
        if let Some(retain) = &mut d.retain {
            self.filter(&mut retain.filter, &scope);
            retain.since.iter_mut().for_each(|since| self.field(&name, None, since));
        }
        if let Some(absence) = &mut d.absence {
            for field in [&mut absence.person, &mut absence.deputy, &mut absence.from, &mut absence.until] {
                self.field(&name, None, field);
            }
        }
        if let Some(effective) = &mut d.effective {
            self.fields(&name, None, &mut effective.key);
            self.field(&name, None, &mut effective.from);
        }
        self.note_and_rekey(&name, None, &mut d.fields);
        if self.is_entity() && name == self.what.entity {
            d.renamed_from.forget(&self.what.to);
            d.renamed_from.push(name);
        }
        self.entity(&mut d.name);
    }

    /// A path of `search`, whose first part may be a line table.
    fn search_path<'k>(&self, mut fields: impl Iterator<Item = &'k Name>, entity: &Name, path: &mut String) {
        let parts = path.split_once('.').map(|(first, rest)| (first.to_owned(), rest.to_owned()));
        let scope = Scope::record(self.types, entity);
        match parts {
            Some((first, rest)) if fields.any(|f| *f == *first) && self.has_lines(entity, &first) => {
                let line = Scope::line(self.types, entity, &Name::new(&first));
                let rest = self.source(&rest, &line);
                let first = if self.is_field(entity, None, &first) { self.what.to.to_string() } else { first };
                *path = format!("{first}.{rest}");
            }
            _ => *path = self.source(path, &scope),
        }
    }

    fn has_lines(&self, entity: &Name, field: &str) -> bool {
        let field = self.types.entities.get(entity).and_then(|e| e.fields.get(field));
        field.is_some_and(|f| f.field_type == FieldKind::Lines)
    }

    /// The renamed field takes its new name and notes the old one.
    fn note_and_rekey(&self, entity: &Name, lines: Option<&Name>, fields: &mut Keyed<FieldDefinition>) {
        let lines = lines.map(Name::as_str);
        for (key, field) in fields.iter_mut() {
            if self.is_field(entity, lines, key) {
                field.renamed_from.forget(&self.what.to);
                field.renamed_from.push(key.clone());
                // What it is called was made of its name; people go on reading what they know.
                if field.label.is_none() {
                    field.label = Some(crate::catalog::label_of(key));
                }
            }
        }
        self.keys(entity, lines, fields);
    }

    fn field_definition(&self, entity: &Name, lines: Option<&Name>, d: &mut FieldDefinition, scope: &Scope<'_>) {
        if let Some(Json::String(source)) = &mut d.default {
            self.expr(source, scope);
        }
        self.opt_expr(&mut d.formula, scope);
        d.compute.iter_mut().for_each(|compute| self.expr(&mut compute.value, scope));
        d.lookup.iter_mut().for_each(|lookup| self.expr(lookup.path_mut(), scope));
        if let Some(rollup) = &mut d.rollup {
            let of = rollup.of.clone();
            let scope = Scope::record(self.types, &of);
            rollup.filter.iter_mut().for_each(|filter| self.filter(filter, &scope));
            self.field(&of, None, &mut rollup.by);
            rollup.value.iter_mut().for_each(|value| self.field(&of, None, value));
            self.entity(&mut rollup.of);
        }
        if let Required::When(condition) = &mut d.required {
            self.condition(condition, scope);
        }
        self.opt_condition(&mut d.visible, scope);
        self.opt_condition(&mut d.read_only, scope);
        self.opt_expr(&mut d.currency, scope);
        let to = match d.field_type {
            FieldKind::User => Some(Name::new("user")),
            FieldKind::Department => Some(Name::new("department")),
            FieldKind::Position => Some(Name::new("position")),
            _ => d.entity().cloned(),
        };
        if let Some(to) = to {
            self.choose(entity, lines, &to, &mut d.choose);
            let other = Scope::record(self.types, &to);
            self.assignments(&mut d.fills, entity, lines.map(Name::as_str), &other);
        }
        match &mut d.to {
            None => {}
            Some(To::One(to)) => self.entity(to),
            Some(To::Any(all)) => all.iter_mut().for_each(|to| self.entity(to)),
        }
    }

    fn choose(&self, entity: &Name, lines: Option<&Name>, to: &Name, choose: &mut Option<Condition>) {
        let scope = match lines {
            None => Scope::choose(self.types, to, entity),
            Some(lines) => Scope::choose_in_line(self.types, to, entity, lines),
        };
        self.opt_condition(choose, &scope);
    }

    fn lifecycle(&self, entity: &Name, d: &mut LifecycleDefinition, scope: &Scope<'_>) {
        for state in d.states.values_mut() {
            if let Locked::Except(but) = &mut state.locked {
                self.fields(entity, None, &mut but.except);
            }
        }
        for transition in d.transitions.values_mut() {
            self.fields(entity, None, &mut transition.requires);
            self.opt_condition(&mut transition.when, scope);
            self.assignments(&mut transition.set, entity, None, scope);
            self.steps(entity, &mut transition.steps, scope);
        }
    }

    pub(super) fn steps(&self, entity: &Name, steps: &mut Keyed<Step>, scope: &Scope<'_>) {
        for step in steps.values_mut() {
            match step {
                Step::Create(create) => {
                    self.assignments(&mut create.set, &create.entity, None, scope);
                    self.entity(&mut create.entity);
                }
                Step::Update(update) => {
                    self.opt_condition(&mut update.when, scope);
                    match &mut update.record {
                        None => self.assignments(&mut update.set, entity, None, scope),
                        Some(record) => {
                            if let Some(Type::Reference(other)) = scope.type_of_path(record) {
                                let over = Scope::choose(self.types, &other, entity);
                                self.assignments(&mut update.set, &other, None, &over);
                            }
                            self.expr(record, scope);
                        }
                    }
                }
                Step::Transition(transition) => self.opt_condition(&mut transition.when, scope),
                Step::Copy(copy) => self.assignments(&mut copy.set, entity, None, scope),
                Step::Notify(notify) => {
                    self.sources(entity, &mut notify.to, scope);
                    self.pattern(&mut notify.message, scope);
                }
            }
        }
    }

    pub(super) fn sources(&self, entity: &Name, sources: &mut [ApproverSource], scope: &Scope<'_>) {
        for source in sources {
            match source {
                ApproverSource::Word(_) | ApproverSource::User { .. } => {}
                ApproverSource::Role { within, .. } | ApproverSource::Position { within, .. } => {
                    if let Some(RoleWithin::Department(path)) = within {
                        self.expr(path, scope);
                    }
                }
                ApproverSource::Manager { manager } => self.expr(&mut manager.of, scope),
                ApproverSource::ManagerChain { manager_chain } => {
                    self.expr(&mut manager_chain.of, scope);
                    if let Some(ChainUntil::Amount(amount)) = &mut manager_chain.until {
                        self.expr(amount, scope);
                    }
                }
                ApproverSource::DepartmentHead { department_head } => self.expr(&mut department_head.of, scope),
                ApproverSource::Field { field } => self.expr(field, scope),
                ApproverSource::Expr { expr } => self.expr(expr, scope),
                ApproverSource::Lines { lines } => {
                    self.expr(&mut lines.field, &Scope::line(self.types, entity, &lines.of));
                    self.field(entity, None, &mut lines.of);
                }
                ApproverSource::InitiatorPicks { initiator_picks: picks }
                | ApproverSource::PreviousPicks { previous_picks: picks } => {
                    self.sources(entity, &mut picks.from, scope);
                }
            }
        }
    }
}

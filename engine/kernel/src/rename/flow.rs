//! Workflows, decision tables, mappings, imports.

use super::Renamer;
use crate::{
    Name,
    definition::{
        CallNode, CallOver, CallUntil, DecisionDefinition, DueDefinition, ImportDefinition, ImportValue, Keyed,
        MappingDefinition, NodeDefinition, NodeFields, WaitFor, WorkflowDefinition,
    },
    expression::Scope,
};

impl Renamer<'_> {
    pub(super) fn workflow(&self, d: &mut WorkflowDefinition) {
        let entity = d.entity.clone();
        let scope = Scope::workflow(self.types, &entity, &d.variables);
        self.opt_condition(&mut d.when, &Scope::record(self.types, &entity));
        d.variables.values_mut().for_each(|variable| self.expr(&mut variable.value, &scope));
        for node in d.nodes.values_mut() {
            match node {
                NodeDefinition::Start(_)
                | NodeDefinition::Join(_)
                | NodeDefinition::Merge(_)
                | NodeDefinition::Race(_)
                | NodeDefinition::End(_) => {}
                NodeDefinition::Call(call) => self.call(&entity, call, &scope),
                NodeDefinition::Wait(wait) => match &mut wait.awaited {
                    WaitFor::After(_) => {}
                    WaitFor::Date(term) => self.field(&entity, None, &mut term.field),
                    WaitFor::Message(message) => self.expr(&mut message.key, &scope),
                    WaitFor::Until(condition) => self.condition(condition, &scope),
                },
                NodeDefinition::Fork(fork) => {
                    fork.branches.values_mut().for_each(|branch| self.opt_condition(&mut branch.when, &scope));
                }
                NodeDefinition::Approval(approval) => {
                    self.sources(&entity, &mut approval.approvers, &scope);
                    self.node_fields(&entity, &mut approval.fields);
                    self.due(&entity, approval.due.as_mut(), &scope);
                    for outcome in approval.outcomes.values_mut() {
                        self.fields(&entity, None, &mut outcome.form.write);
                        self.fields(&entity, None, &mut outcome.form.required);
                    }
                }
                NodeDefinition::Form(form) => {
                    self.sources(&entity, &mut form.people, &scope);
                    self.node_fields(&entity, &mut form.fields);
                    self.due(&entity, form.due.as_mut(), &scope);
                }
                NodeDefinition::Switch(switch) => {
                    switch.cases.values_mut().for_each(|case| self.condition(&mut case.when, &scope));
                }
                NodeDefinition::Notify(notify) => {
                    self.sources(&entity, &mut notify.to, &scope);
                    self.pattern(&mut notify.message, &scope);
                }
                NodeDefinition::Action(action) => self.steps(&entity, &mut action.steps, &scope),
            }
        }
        self.entity(&mut d.entity);
    }

    fn call(&self, entity: &Name, call: &mut CallNode, scope: &Scope<'_>) {
        let line = |table: &Name| Scope { vars: scope.vars.clone(), ..Scope::line(self.types, entity, table) };
        let within = match &call.over {
            Some(CallOver::Lines(table)) => line(table),
            Some(CallOver::People(_) | CallOver::Departments(_)) | None => scope.clone(),
        };
        call.with.values_mut().for_each(|value| self.expr(value, &within));
        call.sets.values_mut().for_each(|value| self.expr(value, scope));
        if let CallUntil::When(when) = &mut call.until {
            self.condition(when, scope);
        }
        match &mut call.over {
            Some(CallOver::Lines(table)) => self.field(entity, None, table),
            Some(CallOver::People(people)) => self.sources(entity, people, scope),
            Some(CallOver::Departments(departments)) => self.expr(departments, scope),
            None => {}
        }
    }

    fn due(&self, entity: &Name, due: Option<&mut DueDefinition>, scope: &Scope<'_>) {
        let Some(due) = due else { return };
        if let Some(term) = &mut due.date {
            self.field(entity, None, &mut term.field);
        }
        if let Some(then) = &mut due.then {
            self.sources(entity, &mut then.to, scope);
        }
    }

    fn node_fields(&self, entity: &Name, fields: &mut NodeFields) {
        for names in [&mut fields.write, &mut fields.hide, &mut fields.required, &mut fields.read] {
            self.fields(entity, None, names);
        }
    }

    pub(super) fn decision(&self, d: &mut DecisionDefinition) {
        let scope = Scope::decision(self.types, d);
        let result = Scope::decision_result(self.types, d);
        d.inputs.values_mut().for_each(|source| self.expr(source, &scope));
        d.result.values_mut().for_each(|source| self.expr(source, &result));
        self.entity(&mut d.entity);
    }

    pub(super) fn mapping(&self, d: &mut MappingDefinition) {
        let scope = Scope::record(self.types, &d.from);
        self.assignments(&mut d.set, &d.to, None, &scope);
        for (target, lines) in &mut d.lines {
            let line = Scope::mapping_line(self.types, &d.from, &lines.from);
            self.opt_condition(&mut lines.filter, &line);
            self.assignments(&mut lines.set, &d.to, Some(target), &line);
            self.field(&d.from, None, &mut lines.from);
            self.fields(&d.to, Some(target), &mut lines.key);
        }
        self.keys(&d.to, None, &mut d.lines);
        self.entity(&mut d.from);
        self.entity(&mut d.to);
    }

    /// Expressions of imports read columns of files, so only what is set is named after fields.
    pub(super) fn import(&self, d: &mut ImportDefinition) {
        for target in d.targets.values_mut() {
            let entity = target.entity.clone();
            self.fields(&entity, None, &mut target.key);
            self.import_values(&entity, None, &mut target.set);
            for (lines, set) in &mut target.lines {
                self.import_values(&entity, Some(lines), set);
            }
            self.keys(&entity, None, &mut target.lines);
            self.entity(&mut target.entity);
        }
    }

    fn import_values(&self, entity: &Name, lines: Option<&Name>, set: &mut Keyed<ImportValue>) {
        for (field, value) in set.iter_mut() {
            if let ImportValue::Find(find) = value
                && let Some(to) = self.referred(entity, lines, field)
            {
                find.by.iter_mut().for_each(|by| self.field(&to, None, by));
            }
        }
        self.keys(entity, lines.map(Name::as_str), set);
    }

    fn referred(&self, entity: &Name, lines: Option<&Name>, field: &Name) -> Option<Name> {
        match lines {
            None => self.to(entity, field),
            Some(lines) => self.types.entities.get(entity)?.fields.get(lines)?.fields.get(field)?.entity().cloned(),
        }
    }
}

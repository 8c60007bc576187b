//! Compiles mappings; checks calendars, data, tests and settings.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::{compiler::Compiler, roles::field_at};
use crate::{
    Diagnostic, Name, Source,
    definition::{DataDefinition, MappingDefinition, PackDefinition, TestDefinition},
    expression::Scope,
    schema::{Entity, LinesMapping, Mapping},
};

pub(super) fn compile_mapping(c: &mut Compiler<'_>, definition: &MappingDefinition) -> Mapping {
    let mut mapping = Mapping {
        from: definition.from.clone(),
        to: definition.to.clone(),
        set: IndexMap::new(),
        lines: IndexMap::new(),
    };
    let there = [("from", &definition.from), ("to", &definition.to)].map(|(key, name)| c.entity_exists(key, name));
    if there.contains(&false) {
        return mapping;
    }
    let scope = Scope::record(c.types, &definition.from);
    mapping.set = c.assignments("set", &definition.set, &definition.to, None, &scope);
    for (target, lines) in &definition.lines {
        let path = format!("lines.{target}");
        let is_lines = |entity: &Name, name: &Name| {
            c.types.entities.get(entity).is_some_and(|e| e.fields.get(name).is_some_and(|f| !f.fields.is_empty()))
        };
        if !is_lines(&definition.to, target) || !is_lines(&definition.from, &lines.from) {
            let told = format!(
                "expected a line table `{}` of `{}` and `{target}` of `{}`",
                lines.from, definition.from, definition.to
            );
            c.error("E0211", path, told);
            continue;
        }
        let line_scope = Scope::mapping_line(c.types, &definition.from, &lines.from);
        let compiled = LinesMapping {
            from: lines.from.clone(),
            filter: lines.filter.as_ref().and_then(|k| c.condition(&format!("{path}.where"), k, &line_scope)),
            key: lines.key.clone(),
            set: c.assignments(&format!("{path}.set"), &lines.set, &definition.to, Some(target), &line_scope),
        };
        for key in lines.key.iter().filter(|key| !lines.set.contains_key(*key)) {
            c.error("E0202", format!("{path}.key"), format!("`{key}` is a key, but it is not set"));
        }
        mapping.lines.insert(target.clone(), compiled);
    }
    mapping
}

pub(super) fn check_data(
    c: &mut Compiler<'_>,
    definition: &DataDefinition,
    all: &[(&Source, &DataDefinition)],
    entities: &IndexMap<Name, Arc<Entity>>,
) {
    if !c.entity_exists("entity", &definition.entity) {
        return;
    }
    let Some(entity) = entities.get(&definition.entity) else { return };
    check_transitions(c, definition, all, entity);
    for (key, record) in &definition.records {
        for (field, value) in record {
            let path = format!("records.{key}.{field}");
            match entity.fields.get(field) {
                None => {
                    let known: Vec<&str> = entity.fields.keys().map(|k| &**k).collect();
                    c.unknown("E0202", path, &format!("field of `{}`", entity.name), field, known);
                }
                Some(compiled) if !compiled.fields.is_empty() => {
                    for (i, line) in value.as_array().into_iter().flatten().enumerate() {
                        for (inner, value) in line.as_object().into_iter().flatten() {
                            let at = format!("{path}.{i}.{inner}");
                            match field_at(entity, &format!("{field}.{inner}")) {
                                None => c.unknown(
                                    "E0202",
                                    at,
                                    &format!("field of `{field}`"),
                                    inner,
                                    compiled.fields.keys().map(|k| &**k),
                                ),
                                Some(f) => check_reference(c, at, value, f.to.as_ref().or(f.among.first()), all),
                            }
                        }
                    }
                }
                Some(compiled) => {
                    check_reference(c, path, value, compiled.to.as_ref().or(compiled.among.first()), all);
                }
            }
        }
    }
}

/// Who acts on which of the records, and how.
fn check_transitions(
    c: &mut Compiler<'_>,
    definition: &DataDefinition,
    all: &[(&Source, &DataDefinition)],
    entity: &Entity,
) {
    let people = keys_of(all, "user");
    for (key, transition) in &definition.transitions {
        let path = format!("transitions.{key}");
        if !definition.records.contains_key(key) {
            let known: Vec<&str> = definition.records.keys().map(|k| &**k).collect();
            c.unknown("E0801", &path, "record", key, known);
        }
        if !people.contains(&&*transition.by) {
            c.unknown("E0803", format!("{path}.as"), "person", &transition.by, people.clone());
        }
        let known: Vec<&str> = entity.lifecycle.iter().flat_map(|l| l.transitions.keys()).map(|k| &**k).collect();
        if !known.contains(&&*transition.name) {
            c.unknown("E0211", format!("{path}.name"), "transition", &transition.name, known);
        }
    }
}

/// Keys of all records of an entity among the data.
fn keys_of<'d>(all: &[(&'d Source, &'d DataDefinition)], entity: &str) -> Vec<&'d str> {
    all.iter().filter(|(_, d)| d.entity == *entity).flat_map(|(_, d)| d.records.keys()).map(|k| &**k).collect()
}

/// `{"$ref": "key"}` must name a record of the entity that the field refers to.
fn check_reference(
    c: &mut Compiler<'_>,
    path: String,
    value: &Json,
    to: Option<&Name>,
    all: &[(&Source, &DataDefinition)],
) {
    for (i, item) in value.as_array().into_iter().flatten().enumerate() {
        check_reference(c, format!("{path}.{i}"), item, to, all);
    }
    let Some(key) = value.get("$ref").and_then(Json::as_str) else { return };
    let Some(to) = to else {
        c.error("E0801", path, "this field is no reference");
        return;
    };
    let known = keys_of(all, to);
    if !known.contains(&key) {
        c.unknown("E0801", path, &format!("record of `{to}`"), key, known);
    }
}

pub(super) fn check_test(c: &mut Compiler<'_>, definition: &TestDefinition, data: &[(&Source, &DataDefinition)]) {
    if chrono::DateTime::parse_from_rfc3339(&definition.at).is_err() {
        c.error(
            "E0802",
            "at",
            format!("expected a time such as 2026-11-23T10:00:00+08:00, but found `{}`", definition.at),
        );
    }
    for (key, given) in &definition.given {
        c.entity_exists(format!("given.{key}.entity"), &given.entity);
    }
    let people = keys_of(data, "user");
    let mut imported: Vec<&Name> = Vec::new();
    for (i, import) in definition.imports.iter().enumerate() {
        let path = format!("imports.{i}");
        c.entity_exists(format!("{path}.entity"), &import.entity);
        if !people.contains(&&*import.by) {
            c.unknown("E0803", format!("{path}.as"), "person", &import.by, people.clone());
        }
        for field in import.rows.values().flat_map(IndexMap::keys) {
            c.field_exists(format!("{path}.rows"), &import.entity, field);
        }
        for key in import.refused.keys().filter(|key| !import.rows.contains_key(*key)) {
            let known = import.rows.keys().map(|k| &**k);
            c.unknown("E0801", format!("{path}.refused.{key}"), "row", key, known);
        }
        imported.extend(import.rows.keys());
    }
    for (key, step) in &definition.steps {
        if !people.contains(&&*step.by) {
            c.unknown("E0803", format!("steps.{key}.as"), "person", &step.by, people.clone());
        }
        let there = definition.given.contains_key(&step.on)
            || imported.contains(&&step.on)
            || data.iter().any(|(_, d)| d.records.contains_key(&step.on));
        if !there {
            let known: Vec<&str> = definition.given.keys().map(|k| &**k).collect();
            c.unknown("E0801", format!("steps.{key}.on"), "record", &step.on, known);
        }
    }
}

pub(super) fn check_settings(packs: &[(&Source, &PackDefinition)], problems: &mut Vec<Diagnostic>) {
    for (source, pack) in packs {
        for (name, setting) in &pack.settings {
            if let Err(told) = setting_value(setting, &setting.default) {
                let path = format!("settings.{name}.default");
                problems.push(Diagnostic::error("E0804", path, told).in_file(&source.file));
            }
        }
    }
}

/// Reads the value of a setting.
pub(super) fn setting_value(
    setting: &crate::definition::SettingDefinition,
    json: &Json,
) -> Result<crate::Value, String> {
    let field = crate::schema::Field::plain(setting.setting_type);
    crate::field::parse(&field, json).map_err(|w| w.message)
}

/// Whether a label stands at this path though nobody wrote one: it is made from the name of a field, state, transition
/// or node.
pub(super) fn is_made_label(definition: &Json, path: &str) -> bool {
    let Some(owner) = path.strip_suffix(".label") else { return false };
    let mut at = definition;
    for key in owner.split('.') {
        match at.get(key) {
            Some(next) => at = next,
            None => return false,
        }
    }
    at.is_object()
}

/// `quote_date` as `Quote date`.
#[must_use]
pub fn label_of(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut chars = words.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

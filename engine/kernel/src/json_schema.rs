//! The JSON Schema of each kind of definition, made from the Rust types, so that an editor completes and checks while
//! one types, and so that every unknown key or wrong type of a file is found at once.

use std::sync::OnceLock;

use jsonschema::{
    Validator,
    error::{TypeKind, ValidationErrorKind},
};
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Value as Json, json};

use crate::{
    Diagnostic, Name,
    definition::{
        CalendarDefinition, DataDefinition, DecisionDefinition, EntityDefinition, FormDefinition, ImportDefinition,
        Kind, MappingDefinition, MenuDefinition, OverlayDefinition, PackDefinition, RoleDefinition, TestDefinition,
        TranslationsDefinition, ViewDefinition, WorkflowDefinition,
    },
    nearest,
};

/// The JSON Schema of a kind, as written to `definitions/schemas/<kind>.json`.
#[must_use]
pub fn json_schema(kind: Kind) -> Json {
    match kind {
        Kind::Pack => schema_of::<PackDefinition>(kind),
        Kind::Entity => schema_of::<EntityDefinition>(kind),
        Kind::Form => schema_of::<FormDefinition>(kind),
        Kind::View => schema_of::<ViewDefinition>(kind),
        Kind::Menu => schema_of::<MenuDefinition>(kind),
        Kind::Role => schema_of::<RoleDefinition>(kind),
        Kind::Workflow => schema_of::<WorkflowDefinition>(kind),
        Kind::Decision => schema_of::<DecisionDefinition>(kind),
        Kind::Mapping => schema_of::<MappingDefinition>(kind),
        Kind::Import => schema_of::<ImportDefinition>(kind),
        Kind::Calendar => schema_of::<CalendarDefinition>(kind),
        Kind::Translations => schema_of::<TranslationsDefinition>(kind),
        Kind::Data => schema_of::<DataDefinition>(kind),
        Kind::Test => schema_of::<TestDefinition>(kind),
        Kind::Overlay => schema_of::<OverlayDefinition>(kind),
    }
}

fn schema_of<T: JsonSchema>(kind: Kind) -> Json {
    let generator = SchemaGenerator::new(SchemaSettings::draft2020_12());
    let mut schema = generator.into_root_schema_for::<T>().to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".into(), json!(kind.as_str()));
        if let Some(Json::Object(properties)) = object.get_mut("properties") {
            let mut with_kind = serde_json::Map::new();
            with_kind.insert("$schema".into(), json!({"type": "string"}));
            with_kind.insert("kind".into(), json!({"const": kind.as_str()}));
            with_kind.append(properties);
            *properties = with_kind;
        }
        if let Some(Json::Array(required)) = object.get_mut("required") {
            required.insert(0, json!("kind"));
        }
    }
    schema
}

fn validator(kind: Kind) -> Option<&'static Validator> {
    static VALIDATORS: [OnceLock<Option<Validator>>; Kind::ALL.len()] = [const { OnceLock::new() }; Kind::ALL.len()];
    let index = Kind::ALL.iter().position(|k| *k == kind)?;
    VALIDATORS.get(index)?.get_or_init(|| jsonschema::validator_for(&json_schema(kind)).ok()).as_ref()
}

/// Every way in which `definition` does not have the form of its kind.
#[must_use]
pub fn validate(kind: Kind, definition: &Json) -> Vec<Diagnostic> {
    let Some(validator) = validator(kind) else { return Vec::new() };
    let mut found = Vec::new();
    for error in validator.iter_errors(definition) {
        explain(&error, definition, &mut found);
    }
    found.dedup();
    found
}

/// Puts an error of the schema into plain words. Of the branches of a union, the one that comes nearest is told.
fn explain(error: &jsonschema::ValidationError<'_>, root: &Json, found: &mut Vec<Diagnostic>) {
    let path = dotted(error.instance_path().as_str());
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            for key in unexpected {
                let at = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                if !Name::is_valid(key) {
                    found.push(bad_name(at));
                    continue;
                }
                let mut diagnostic = Diagnostic::error("E0102", at, format!("unknown key `{key}`"));
                if let Some(known) = known_keys(error, key) {
                    diagnostic = diagnostic.hint(known);
                }
                found.push(diagnostic);
            }
        }
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            found.push(Diagnostic::error("E0103", path, format!("`{name}` is missing")));
        }
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            if let Some((place, words)) = words_of(context) {
                let given = root.pointer(&place).and_then(Json::as_str).unwrap_or_default();
                found.push(unknown_word(dotted(&place), given, &words));
                return;
            }
            let best = context
                .iter()
                .filter(|errors| !errors.is_empty())
                .min_by_key(|errors| errors.iter().map(|e| badness(e, error.instance_path().as_str())).sum::<usize>());
            match best {
                Some(errors) if errors.iter().all(|e| badness(e, error.instance_path().as_str()) < 100) => {
                    for inner in errors {
                        explain(inner, root, found);
                    }
                }
                _ => found.push(Diagnostic::error(
                    "E0104",
                    path,
                    "the value has none of the forms that are allowed here",
                )),
            }
        }
        ValidationErrorKind::Enum { options } => {
            let given = error.instance().as_str().unwrap_or_default();
            let words: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Json::as_str).collect();
            found.push(unknown_word(path, given, &words));
        }
        ValidationErrorKind::Constant { expected_value } => {
            found.push(Diagnostic::error(
                "E0105",
                path,
                format!("expected {expected_value}, but found {}", error.instance()),
            ));
        }
        ValidationErrorKind::Type { kind } => {
            let expected = match kind {
                TypeKind::Single(t) => t.to_string(),
                TypeKind::Multiple(types) => {
                    let names: Vec<String> = types.iter().map(|t| t.to_string()).filter(|t| t != "null").collect();
                    names.join(" or ")
                }
            };
            let given = type_name(error.instance());
            found.push(Diagnostic::error("E0104", path, format!("expected {expected}, but found {given}")));
        }
        ValidationErrorKind::Pattern { .. } | ValidationErrorKind::PropertyNames { .. } => {
            found.push(bad_name(path));
        }
        _ => found.push(Diagnostic::error("E0104", path, error.to_string())),
    }
}

/// If each branch of a union only wants another word at one place: that place and the words.
fn words_of<'a>(context: &'a [Vec<jsonschema::ValidationError<'_>>]) -> Option<(String, Vec<&'a str>)> {
    let mut place: Option<&str> = None;
    let mut words = Vec::new();
    for errors in context {
        let (at, word) = errors.iter().find_map(|e| match e.kind() {
            ValidationErrorKind::Constant { expected_value } => {
                Some((e.instance_path().as_str(), vec![expected_value.as_str()?]))
            }
            ValidationErrorKind::Enum { options } => {
                Some((e.instance_path().as_str(), options.as_array()?.iter().filter_map(Json::as_str).collect()))
            }
            _ => None,
        })?;
        if place.is_some_and(|p| p != at) {
            return None;
        }
        place = Some(at);
        words.extend(word);
    }
    place.map(|p| (p.to_owned(), words))
}

fn unknown_word(path: String, given: &str, words: &[&str]) -> Diagnostic {
    Diagnostic::error("E0105", path, format!("`{given}` is not one of the allowed words")).hint(
        match nearest(given, words.iter().copied()) {
            Some(word) => format!("did you mean `{word}`?"),
            None => format!("allowed: {}", words.join(", ")),
        },
    )
}

fn bad_name(path: String) -> Diagnostic {
    Diagnostic::error(
        "E0106",
        path,
        "a name has only lower-case letters, digits and `_`, begins with a letter, and has at most 63 characters",
    )
}

/// How far a value is from a branch of a union: a wrong tag or type at the union itself is worst.
fn badness(error: &jsonschema::ValidationError<'_>, at: &str) -> usize {
    let here = error.instance_path().as_str();
    match error.kind() {
        ValidationErrorKind::Type { .. } | ValidationErrorKind::Enum { .. } if here == at => 100,
        ValidationErrorKind::Constant { .. } if here.rsplit_once('/').is_some_and(|(parent, _)| parent == at) => 100,
        ValidationErrorKind::Required { .. } if here == at => 10,
        ValidationErrorKind::AdditionalProperties { unexpected } if here == at => 5 * unexpected.len(),
        _ => 1,
    }
}

fn known_keys(error: &jsonschema::ValidationError<'_>, key: &str) -> Option<String> {
    // The schema's own list of properties is not part of the error; suggest from the keys of all kinds.
    static KEYS: OnceLock<Vec<String>> = OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        let mut keys = Vec::new();
        for kind in Kind::ALL {
            collect_keys(&json_schema(kind), &mut keys);
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    });
    let present: Vec<&str> = error.instance().as_object().into_iter().flatten().map(|(k, _)| k.as_str()).collect();
    nearest(key, keys.iter().map(String::as_str).filter(|k| !present.contains(k)))
        .map(|k| format!("did you mean `{k}`?"))
}

fn collect_keys(schema: &Json, keys: &mut Vec<String>) {
    match schema {
        Json::Object(object) => {
            if let Some(Json::Object(properties)) = object.get("properties") {
                keys.extend(properties.keys().cloned());
            }
            object.values().for_each(|v| collect_keys(v, keys));
        }
        Json::Array(list) => list.iter().for_each(|v| collect_keys(v, keys)),
        _ => {}
    }
}

/// `/fields/partner/to` as `fields.partner.to`.
fn dotted(pointer: &str) -> String {
    pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect::<Vec<_>>().join(".")
}

fn type_name(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(kind: Kind, definition: &Json) -> Vec<String> {
        validate(kind, definition)
            .into_iter()
            .map(|d| {
                format!("{} {}: {}{}", d.code, d.path, d.message, d.hint.map(|h| format!(" ({h})")).unwrap_or_default())
            })
            .collect()
    }

    #[test]
    fn all_unknown_keys_and_wrong_types_are_told_at_once() {
        let told = told(
            Kind::Entity,
            &json!({"kind": "entity", "name": "thing", "label": "Thing", "type": "mastr", "fieldz": {},
                    "fields": {"a": {"type": "text", "requird": true}, "B": {"type": "text"}, "c": {"type": "decimal", "scale": "two"}}}),
        );
        assert!(told.iter().any(|t| t.starts_with("E0102 fieldz")), "{told:?}");
        assert!(
            told.contains(&"E0102 fields.a.requird: unknown key `requird` (did you mean `required`?)".into()),
            "{told:?}"
        );
        assert!(told.iter().any(|t| t.contains("did you mean `master`?")), "{told:?}");
        assert!(told.iter().any(|t| t.starts_with("E0106 ")), "{told:?}");
        assert!(told.iter().any(|t| t.starts_with("E0104 fields.c.scale: expected")), "{told:?}");
    }

    #[test]
    fn a_problem_inside_a_node_is_told_at_its_place() {
        let told = told(
            Kind::Workflow,
            &json!({"kind": "workflow", "name": "w", "entity": "thing", "nodes": {
                "start": {"type": "start", "next": "boss"},
                "boss": {"type": "approval", "approvers": [{"role": "boss"}], "nobdy": "admin", "next": "end", "rejected": "end"},
                "end": {"type": "finish", "outcome": "approved"}}}),
        );
        assert!(told.iter().any(|t| t.starts_with("E0102 nodes.boss.nobdy")), "{told:?}");
        assert!(told.iter().any(|t| t.starts_with("E0103 nodes.boss: `nobody` is missing")), "{told:?}");
        assert!(told.iter().any(|t| t.contains("nodes.end")), "{told:?}");
    }
}

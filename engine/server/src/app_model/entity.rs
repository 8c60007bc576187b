//! An entity of the app model: what the reader may see and do, its fields, lifecycle, rules and order of computation.

use kernel::{
    definition::{Kind, Locked, RuleLevel},
    expression::to_wire,
    schema::{Entity, Lifecycle, Target},
};
use serde_json::{Map, Value as Json, json};

use super::{Build, field, form};

pub(super) fn build(build: &Build<'_>, entity: &Entity) -> Json {
    let definition = &entity.definition;
    let name = &entity.name;
    let mut out = Map::new();
    out.insert("name".into(), json!(name));
    out.insert("label".into(), build.texts.text(Kind::Entity, name, "label", &definition.label).into());
    out.insert("label_plural".into(), build.entity_plural(entity).into());
    if let Some(help) = &definition.help {
        out.insert("help".into(), build.texts.text(Kind::Entity, name, "help", help).into());
    }
    out.insert("type".into(), json!(definition.entity_type));
    out.insert("numbered".into(), definition.number.is_some().into());
    if let Some(title) = title_field(entity) {
        out.insert("title_field".into(), title.into());
    }
    out.insert("can".into(), build.sight.can(name));
    let fields = entity.fields.values().filter(|found| build.sight.may_read(name, None, &found.name)).map(|found| {
        let place =
            field::FieldPlace { entity, lines: None, field: found, definition: definition.fields.get(&found.name) };
        (found.name.to_string(), field::build(build.texts, &build.sight, &place))
    });
    out.insert("fields".into(), Json::Object(fields.collect()));
    if let Some(lifecycle) = &entity.lifecycle {
        out.insert("lifecycle".into(), self::lifecycle(build, entity, lifecycle));
    }
    out.insert("rules".into(), rules(build, entity));
    let (lets, order) = computations(build, entity);
    out.insert("lets".into(), Json::Object(lets));
    out.insert("order".into(), Json::Array(order));
    out.insert("form".into(), form::build(build, entity));
    out.insert("default_view".into(), name.to_string().into());
    Json::Object(out)
}

/// The field that alone makes the title.
fn title_field(entity: &Entity) -> Option<&str> {
    let inner = entity.definition.title.as_deref()?.trim().strip_prefix('{')?.strip_suffix('}')?;
    entity.fields.contains_key(inner).then_some(inner)
}

fn lifecycle(build: &Build<'_>, entity: &Entity, lifecycle: &Lifecycle) -> Json {
    let text =
        |path: String, base: &str| build.texts.text(Kind::Entity, &entity.name, &format!("lifecycle.{path}"), base);
    let states: Map<String, Json> = lifecycle
        .states
        .iter()
        .map(|(name, state)| {
            let locked = match &state.locked {
                Locked::All(all) => json!(all),
                Locked::Except(some) => json!({"except": some.except}),
            };
            let mut out = Map::new();
            out.insert("label".into(), text(format!("states.{name}.label"), &state.label).into());
            if let Some(color) = state.color {
                out.insert("color".into(), json!(color));
            }
            out.insert("locked".into(), locked);
            out.insert("final".into(), state.is_final.into());
            (name.to_string(), Json::Object(out))
        })
        .collect();
    let transitions: Map<String, Json> = lifecycle
        .transitions
        .iter()
        .filter(|(name, _)| build.sight.may_transition(&entity.name, name))
        .map(|(name, transition)| {
            let mut out = Map::new();
            out.insert("label".into(), text(format!("transitions.{name}.label"), &transition.label).into());
            out.insert("from".into(), json!(transition.from));
            out.insert("to".into(), json!(transition.to));
            out.insert("workflow".into(), transition.workflow.is_some().into());
            if let Some(confirm) = &transition.confirm {
                out.insert("confirm".into(), text(format!("transitions.{name}.confirm"), confirm).into());
            }
            out.insert("requires".into(), json!(transition.requires));
            (name.to_string(), Json::Object(out))
        })
        .collect();
    json!({"start": lifecycle.start, "states": states, "transitions": transitions})
}

/// Rules that the browser can try by itself and whose fields the reader may read; the others are the server's alone.
fn rules(build: &Build<'_>, entity: &Entity) -> Json {
    let rules = entity.rules.iter().filter(|(_, rule)| rule.on.is_none()).filter_map(|(name, rule)| {
        if !field::local(&rule.unless, &build.sight) {
            return None;
        }
        let mut out = Map::new();
        out.insert("unless".into(), to_wire(&rule.unless));
        if let Some(each) = &rule.each {
            out.insert("each".into(), json!(each));
        }
        if let Some(field) = &rule.field {
            out.insert("field".into(), json!(field));
        }
        out.insert("level".into(), if rule.level == RuleLevel::Warn { "warn" } else { "error" }.into());
        out.insert("message".into(), build.message(entity, name, rule)?);
        Some((name.to_string(), Json::Object(out)))
    });
    Json::Object(rules.collect())
}

/// Lets, and the order of what the browser computes: without what the reader may not know.
fn computations(build: &Build<'_>, entity: &Entity) -> (Map<String, Json>, Vec<Json>) {
    let mut lets = Map::new();
    let mut order = Vec::new();
    for computation in &entity.computations {
        let local = field::local(&computation.value, &build.sight);
        let target = match &computation.target {
            Target::Let(name) => {
                if !local {
                    continue;
                }
                lets.insert(name.to_string(), to_wire(&computation.value));
                format!("let:{name}")
            }
            Target::Field(name) if build.sight.may_read(&entity.name, None, name) => format!("field:{name}"),
            Target::LineField { lines, field } if build.sight.may_read(&entity.name, Some(lines), field) => {
                format!("line:{lines}.{field}")
            }
            Target::Field(_) | Target::LineField { .. } => continue,
        };
        order.push(json!({ "target": target }));
    }
    (lets, order)
}

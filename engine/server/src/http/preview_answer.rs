//! What is told of who will decide.

use kernel::{
    Catalog,
    definition::Kind,
    schema::Entity,
    workflow::{Preview, PreviewNode, Workflow},
};
use serde_json::{Map, Value as Json, json};

use super::{Reader, words};
use crate::app_model::Texts;

/// The nodes ahead, with people and reasons, in the reader's language.
pub(super) fn of(reader: &Reader, catalog: &Catalog, entity: &Entity, preview: &Preview) -> Json {
    let texts = Texts::new(catalog, reader.language);
    let nodes: Vec<Json> = preview.nodes.iter().map(|found| node(texts, catalog, entity, found)).collect();
    let mut out = Map::new();
    out.insert("nodes".into(), Json::Array(nodes));
    out.insert("outcome".into(), json!(preview.outcome));
    let end = preview.nodes.iter().rfind(|found| found.kind == "end").and_then(|end| workflow_of(catalog, entity, end));
    if let (Some(workflow), Some(outcome)) = (end, &preview.outcome) {
        out.insert("outcome_label".into(), json!(words::outcome_label(texts, catalog, &workflow.name, outcome)));
    }
    if let Some(stopped) = &preview.stopped {
        out.insert("stopped".into(), stopped.clone().into());
    }
    Json::Object(out)
}

fn node(texts: Texts<'_>, catalog: &Catalog, entity: &Entity, found: &PreviewNode) -> Json {
    let mut out = match serde_json::to_value(found) {
        Ok(Json::Object(map)) => map,
        Ok(other) => return other,
        Err(_) => Map::new(),
    };
    let workflow = workflow_of(catalog, entity, found);
    if let Some(workflow) = workflow {
        out.insert("label".into(), words::node_label(texts, catalog, &workflow.name, &found.node).into());
        let reasons: Vec<String> =
            found.why.iter().filter_map(|why| words::reason(texts, catalog, &workflow.name, why)).collect();
        if let Some(reason) = texts.with_parts(None, &reasons) {
            out.insert("reason".into(), reason.into());
        }
    }
    if !found.depends_on.is_empty() {
        let fields: Vec<String> = found
            .depends_on
            .iter()
            .map(|name| {
                if let Some((workflow, variable)) = workflow
                    .filter(|_| !entity.fields.contains_key(name))
                    .and_then(|w| Some((w, w.variables.get(name)?)))
                {
                    let path = format!("variables.{name}.label");
                    return texts.text(Kind::Workflow, &workflow.name, &path, &variable.label);
                }
                let base = entity.fields.get(name).map_or_else(|| name.to_string(), |field| field.label.clone());
                texts.text(Kind::Entity, &entity.name, &format!("fields.{name}.label"), &base)
            })
            .collect();
        out.insert("depends_on_labels".into(), json!(fields));
    }
    Json::Object(out)
}

/// The workflow of the entity that has this node; labels of several are alike enough where names are.
fn workflow_of<'c>(catalog: &'c Catalog, entity: &Entity, found: &PreviewNode) -> Option<&'c Workflow> {
    catalog
        .workflows_of(&entity.name)
        .into_iter()
        .map(AsRef::as_ref)
        .find(|w| w.nodes.get(&found.node).is_some_and(|node| node.label == found.label))
}

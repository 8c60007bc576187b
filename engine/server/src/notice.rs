//! What a notice says, with names and labels as they are now and in the reader's language.

use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::{app::Scene, app_model::Texts, http::words};

/// What happened, as it was noted then, with names and labels as they are now and in the reader's language.
pub(crate) fn about(scene: &Scene, language: &str, noted: Json) -> Json {
    let Json::Object(mut about) = noted else { return json!({}) };
    let text = |about: &Map<String, Json>, key: &str| about.get(key).and_then(Json::as_str).map(str::to_owned);
    if let (Some(workflow), Some(node)) = (text(&about, "workflow"), text(&about, "node"))
        && scene.catalog.workflows.get(workflow.as_str()).is_some_and(|found| found.nodes.contains_key(node.as_str()))
    {
        let texts = Texts::new(&scene.catalog, language);
        about.insert("label".into(), words::node_label(texts, &scene.catalog, &workflow, &node).into());
    }
    if let (Some(workflow), Some(outcome)) = (text(&about, "workflow"), text(&about, "outcome")) {
        let texts = Texts::new(&scene.catalog, language);
        about.insert("outcome_label".into(), json!(words::outcome_label(texts, &scene.catalog, &workflow, &outcome)));
    }
    for who in ["by", "initiator", "person"] {
        let person = text(&about, who).and_then(|id| Uuid::parse_str(&id).ok());
        if let Some(person) = person.and_then(|id| scene.org.people.get(&id)) {
            about.insert(format!("{who}_name"), person.name.clone().into());
        }
    }
    Json::Object(about)
}

//! `/api/openapi.json`: the API as one reader may use it, made from the published definitions. What they may not read
//! is not in it, names included.

mod condition;
mod fixed;
mod record;

use kernel::{Catalog, schema::Entity};
use serde_json::{Map, Value as Json, json};

use crate::app_model::{Sight, Texts};

/// The whole document.
pub(crate) fn document(catalog: &Catalog, sight: &Sight<'_>, language: &str) -> Json {
    let texts = Texts::new(catalog, language);
    let mut paths = fixed::paths();
    let mut schemas = fixed::schemas();
    let mut tags = fixed::tags();
    for entity in catalog.entities.values().filter(|entity| sight.may_see(&entity.name)) {
        tags.push(json!({"name": entity.name, "description": entity.definition.help}));
        schemas.insert(entity.name.to_string(), record::schema(texts, sight, entity, record::Side::Read));
        schemas.insert(format!("{}_input", entity.name), record::schema(texts, sight, entity, record::Side::Write));
        paths.extend(entity_paths(sight, entity));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Portolan",
            "version": catalog.version.to_string(),
            "description": "Sign in with POST /api/session; send the cookie and, on unsafe methods, X-CSRF-Token. \
                Decimals are strings. POST and PATCH of records honour Idempotency-Key. A PATCH carries the version it \
                was made from.",
        },
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "portolan_session"}},
        },
        "security": [{"session": []}],
    })
}

fn entity_paths(sight: &Sight<'_>, entity: &Entity) -> Map<String, Json> {
    let name = &entity.name;
    let base = format!("/api/records/{name}");
    let one = format!("#/components/schemas/{name}");
    let input = format!("#/components/schemas/{name}_input");
    let body = |schema: &str| json!({"required": true, "content": {"application/json": {"schema": {"$ref": schema}}}});
    let answer = json!({"description": "The record", "content": {"application/json": {"schema": {
        "type": "object", "properties": {"record": {"$ref": one}, "titles": {"type": "object"}, "can": {"type": "object"}},
    }}}});
    let list = json!({"description": "A page", "content": {"application/json": {"schema": {"type": "object", "properties": {
        "rows": {"type": "array", "items": {"$ref": one}}, "titles": {"type": "object"}, "next": {"type": ["string", "null"]},
    }}}}});
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}});
    let operation = |summary: &str, parameters: Json, status: &str, answer: &Json, body: Option<Json>| {
        let mut out = Map::new();
        out.insert("tags".into(), json!([name]));
        out.insert("summary".into(), summary.into());
        out.insert("parameters".into(), parameters);
        if let Some(body) = body {
            out.insert("requestBody".into(), body);
        }
        out.insert("responses".into(), json!({status: answer, "default": fixed::error_answer()}));
        Json::Object(out)
    };
    let can = sight.can(name);
    let may = |what: &str| can.get(what).and_then(Json::as_bool).unwrap_or(false);
    let mut collection = Map::new();
    collection.insert("get".into(), operation("List", fixed::list_parameters(), "200", &list, None));
    if may("create") {
        collection.insert("post".into(), operation("Create", json!([]), "201", &answer, Some(body(&input))));
    }
    let mut single = Map::new();
    single.insert("get".into(), operation("Read", json!([id]), "200", &answer, None));
    single.insert("patch".into(), operation("Change", json!([id]), "200", &answer, Some(body(&input))));
    if may("delete") {
        let version = json!({"name": "version", "in": "query", "schema": {"type": "integer"}});
        let gone = json!({"description": "In the trash"});
        single.insert("delete".into(), operation("Put into the trash", json!([id, version]), "204", &gone, None));
    }
    let mut paths = Map::new();
    paths.insert(base.clone(), Json::Object(collection));
    paths.insert(format!("{base}/{{id}}"), Json::Object(single));
    for transition in entity.definition.lifecycle.iter().flat_map(|lifecycle| lifecycle.transitions.keys()) {
        if sight.may_transition(name, transition) {
            let body = json!({"content": {"application/json": {"schema": {"type": "object", "properties": {
                "version": {"type": "integer"}, "reason": {"type": "string"},
            }}}}});
            let post = operation(transition, json!([id]), "200", &answer, Some(body));
            paths.insert(format!("{base}/{{id}}/transitions/{transition}"), json!({ "post": post }));
        }
    }
    paths
}

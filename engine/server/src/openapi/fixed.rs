//! The part of the API document that no definition changes.

use serde_json::{Map, Value as Json, json};

/// Groups of fixed paths.
pub(super) fn tags() -> Vec<Json> {
    ["session", "work", "file", "import", "system"].map(|name| json!({"name": name})).to_vec()
}

/// The one envelope of refusals.
pub(super) fn error_answer() -> Json {
    json!({"description": "Refused", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/error"}}}})
}

/// Schemas that no definition changes.
pub(super) fn schemas() -> Map<String, Json> {
    let problem = json!({"type": "object", "properties": {
        "path": {"type": "string"}, "code": {"type": "string"}, "message": {"type": "string"}, "values": {"type": "object"},
    }});
    let error = json!({"type": "object", "required": ["error"], "properties": {"error": {
        "type": "object", "required": ["code", "message"], "properties": {
            "code": {"type": "string"}, "message": {"type": "string"},
            "details": {"type": "array", "items": {"$ref": "#/components/schemas/problem"}},
        },
    }}});
    [("problem".to_owned(), problem), ("error".to_owned(), error)].into_iter().collect()
}

/// Parameters of every list.
pub(super) fn list_parameters() -> Json {
    let of = |name: &str, text: &str, kind: &str| json!({"name": name, "in": "query", "description": text, "schema": {"type": kind}});
    json!([
        of("view", "A view: its filter, order and columns", "string"),
        of("filter", "A filter as JSON, as in definitions", "string"),
        of("q", "Words to search for", "string"),
        of("sort", "Fields, - before one for the greatest first", "string"),
        of("columns", "Fields or paths across references", "string"),
        of("after", "`next` of the page before", "string"),
        of("limit", "Rows, at most 200", "integer"),
    ])
}

/// Paths that no definition changes: path, method, tag, what it does.
const FIXED: &[(&str, &str, &str, &str)] = &[
    ("/api/session", "get", "session", "The reader's session"),
    ("/api/session", "post", "session", "Sign in: {email, password}"),
    ("/api/session", "patch", "session", "Change the reader's language"),
    ("/api/session", "delete", "session", "Sign out"),
    ("/api/session/password", "post", "session", "Change the password: {old, new}"),
    ("/api/app", "get", "session", "The definitions as the reader's app needs them"),
    ("/api/events", "get", "session", "Server-sent events: change, tasks, notification, published"),
    ("/api/tasks", "get", "work", "Open tasks of the reader"),
    ("/api/tasks/count", "get", "work", "How many"),
    (
        "/api/tasks/{id}/{verb}",
        "post",
        "work",
        "Do something with a task. Always: {version?, reason?, attachments?, signature?}. approve, reject: {fields?, picks?}; \
         outcome: {outcome, fields?}; return: {to? (a node), then? (again, straight_back), change? (fields)}; transfer, \
         delegate, consult: {to}; add_signer: {people, place (before, after, beside), mode?}; remove_signer: {person}; \
         cc: {people}; claim, release, take_back, answer, comment. Administrators: reassign {to}, force_approve, \
         force_reject, jump {to}",
    ),
    ("/api/instances/{id}/cancel", "post", "work", "Stop it, as an administrator"),
    ("/api/instances/{id}/urge", "post", "work", "Urge whoever has it, as its initiator"),
    ("/api/tasks/stranded", "get", "work", "Open tasks that nobody can act on, for administrators"),
    ("/api/tasks/batch", "post", "work", "Approve or reject several: {verb, reason?, tasks: [{id, version?}]}"),
    (
        "/api/instances/search",
        "get",
        "work",
        "Instances: workflow, entity, state, initiator, waiting_for, node, older_than_days, waiting_days, overdue, order",
    ),
    ("/api/instances/{id}/suspend", "post", "work", "Stop it for a while, as an administrator: {reason}"),
    ("/api/instances/{id}/graph", "get", "work", "The workflow as a picture: nodes, edges, the way taken, what comes"),
    ("/api/instances/{id}/why", "get", "work", "Why it came to a node, and why these people decide there: ?node="),
    ("/api/tasks/{id}/why", "get", "work", "The same of a task's node"),
    (
        "/api/instances/{id}/incidents/{token}/{verb}",
        "post",
        "work",
        "Look after what could not be done, as an administrator: retry {reason, fields?} or skip {reason}",
    ),
    ("/api/analytics", "get", "work", "How long tasks take: by, workflow, node, person, from, to"),
    ("/api/analytics.csv", "get", "work", "The same as a file"),
    (
        "/api/instances/{id}/skip_wait",
        "post",
        "work",
        "Go on without what it waits for, as an administrator: {token, reason}",
    ),
    ("/api/instances/{id}/resume", "post", "work", "Go on: {reason}"),
    (
        "/api/instances/{id}/calls",
        "post",
        "work",
        "Add one to calls that are under way: {node, item}, with {reason} as an administrator",
    ),
    ("/api/workflows", "get", "work", "Which workflows run in which versions, for administrators"),
    (
        "/api/workflows/{workflow}/migration/plan",
        "post",
        "work",
        "What would become of running instances in the latest version: {from?, instances?, nodes?, do? (migrate, restart)}",
    ),
    (
        "/api/workflows/{workflow}/migration",
        "post",
        "work",
        "Take running instances over to the latest version, each by itself: as for the plan, with {reason}",
    ),
    ("/api/copies", "get", "work", "Copies that the reader got"),
    ("/api/copies/{id}/read", "post", "work", "Note that a copy was read"),
    ("/api/messages", "post", "work", "Tell workflows that wait for it: {name, key, values}; kept until one takes it"),
    ("/api/deputies", "get", "work", "Who stands in for the reader, or for ?person="),
    ("/api/deputies", "post", "work", "Set a stand-in: {person?, deputy, from, to, workflows?, reason?}"),
    ("/api/deputies/{id}", "delete", "work", "End it before its time"),
    ("/api/instances", "get", "work", "What the reader started"),
    ("/api/instances/{id}", "get", "work", "The way of an approval, behind and ahead"),
    ("/api/instances/{id}/withdraw", "post", "work", "Take it back"),
    ("/api/notifications", "get", "work", "Notices to the reader"),
    ("/api/notifications/read", "post", "work", "Mark as read: {ids} or {all: true}"),
    ("/api/files", "post", "file", "Upload a file as the part `file` of a form; its id can then be put into a record"),
    (
        "/api/files/{id}",
        "get",
        "file",
        "The bytes of a file, for who may read a field that holds it; download=1 to store it",
    ),
    ("/api/files/{id}/info", "get", "file", "Its name, size and media type"),
    ("/api/files/{id}/thumbnail", "get", "file", "A small picture of a picture; side=cell for a smaller one"),
    ("/api/bulk/{id}", "get", "work", "How far a change of many records is, and what became of each"),
    ("/api/bulk/{id}/undo", "post", "work", "Take it back where nobody has changed the same since"),
    ("/api/views", "get", "work", "Views that the reader keeps or that are shared with them"),
    ("/api/views", "post", "work", "Keep one: {label, shared, settings}"),
    ("/api/views/{id}", "patch", "work", "Change one: {version, label, shared, settings}"),
    ("/api/views/{id}", "delete", "work", "Forget one"),
    ("/api/views/choice", "patch", "work", "Which is seen first: {place, view}"),
    ("/api/imports", "get", "import", "Imports of the reader"),
    ("/api/imports", "post", "import", "Upload a file"),
    ("/api/imports/{id}", "get", "import", "How far it is"),
    ("/api/imports/{id}/dry_run", "post", "import", "Check without writing"),
    ("/api/imports/{id}/run", "post", "import", "Do it"),
    ("/api/imports/{id}/undo", "post", "import", "Undo it"),
    ("/api/roles", "get", "system", "Roles with their rights and people"),
    ("/api/settings", "get", "system", "What the firm has set, and who changed it"),
    ("/api/settings", "patch", "system", "Change it: {company, language, zone, settings}"),
    ("/api/users/{id}/password", "post", "system", "Give somebody a password"),
    ("/api/users/{id}/leave", "post", "system", "Somebody leaves: {hand_over_to}"),
    ("/api/definitions", "get", "system", "Published versions"),
    ("/api/definitions/{version}", "get", "system", "The files of a version"),
    ("/health", "get", "system", "Whether this node can serve"),
];

/// Paths that no definition changes.
pub(super) fn paths() -> Map<String, Json> {
    let mut paths = Map::new();
    for &(path, method, tag, summary) in FIXED {
        let parameters: Vec<Json> = path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
            .collect();
        let operation = json!({
            "tags": [tag], "summary": summary, "parameters": parameters,
            "responses": {"2XX": {"description": "Done", "content": {"application/json": {}}}, "default": error_answer()},
        });
        if let Some(entry) = paths.entry(path).or_insert_with(|| json!({})).as_object_mut() {
            entry.insert(method.into(), operation);
        }
    }
    paths
}

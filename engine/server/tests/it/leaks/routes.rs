//! The routes of the router, and how the matrix sees to each of them. A route that is not named here fails the test:
//! whoever adds one says how it is walked, or why it shows nothing of records.

use std::collections::BTreeSet;

/// Routes whose answers the matrix reads, byte by byte, for every person.
pub(crate) const WALKED: &[&str] = &[
    "GET /api/session",
    "GET /api/app",
    "GET /api/openapi.json",
    "GET /api/roles",
    "GET /api/audit",
    "GET /api/audit.csv",
    "GET /api/trash",
    "DELETE /api/trash",
    "GET /api/trash/{entity}/{id}",
    "DELETE /api/trash/{entity}/{id}",
    "GET /api/settings",
    "GET /api/definitions",
    "GET /api/definitions/{version}",
    "GET /api/publish/jobs",
    "GET /api/records/{entity}",
    "POST /api/records/{entity}",
    "GET /api/records/{entity}/count",
    "GET /api/records/{entity}/groups",
    "POST /api/records/{entity}/bulk",
    "GET /api/bulk/{id}",
    "GET /api/views",
    "GET /api/records/{entity}/lookup",
    "POST /api/records/{entity}/lookup",
    "GET /api/records/{entity}/tags",
    "POST /api/records/{entity}/draft",
    "GET /api/records/{entity}/{id}",
    "PATCH /api/records/{entity}/{id}",
    "DELETE /api/records/{entity}/{id}",
    "POST /api/records/{entity}/{id}/restore",
    "POST /api/records/{entity}/{id}/transitions/{name}",
    "GET /api/records/{entity}/{id}/preview",
    "GET /api/records/{entity}/{id}/timeline",
    "GET /api/records/{entity}/{id}/explain",
    "POST /api/records/{entity}/{id}/reveal",
    "GET /api/records/{entity}/{id}/versions/{version}",
    "POST /api/records/{entity}/{id}/versions/{version}/restore",
    "POST /api/records/{entity}/{id}/comments",
    "GET /api/tasks",
    "GET /api/tasks/count",
    "POST /api/tasks/{id}/{verb}",
    "GET /api/instances",
    "GET /api/instances/{id}",
    "GET /api/instances/{id}/graph",
    "GET /api/instances/{id}/why",
    "GET /api/tasks/{id}/why",
    "POST /api/instances/{id}/withdraw",
    "POST /api/instances/{id}/cancel",
    "POST /api/instances/{id}/urge",
    "GET /api/workflows",
    "POST /api/workflows/{workflow}/migration/plan",
    "POST /api/workflows/{workflow}/migration",
    "GET /api/copies",
    "GET /api/tasks/stranded",
    "GET /api/instances/search",
    "GET /api/analytics",
    "GET /api/analytics.csv",
    "GET /api/notifications",
    "GET /api/imports",
    "POST /api/imports",
    "GET /api/imports/{id}",
    "POST /api/imports/{id}/dry_run",
    "GET /api/export/{file}",
    "GET /api/files/{id}",
    "GET /api/files/{id}/info",
    "GET /api/files/{id}/thumbnail",
    "GET /api/events",
    "GET /metrics",
    "GET /health",
];

/// Routes that show nothing of records, with the reason.
pub(crate) const APART: &[(&str, &str)] = &[
    ("POST /api/session", "answers with the session, as GET does"),
    ("PATCH /api/session", "answers with the session, as GET does"),
    ("DELETE /api/session", "answers with nothing"),
    (
        "POST /api/session/view_as",
        "answers with the session, as GET does; what is seen then is walked by a test of its own",
    ),
    ("DELETE /api/session/view_as", "answers with the session, as GET does"),
    ("POST /api/session/password", "answers with the session, as GET does"),
    ("GET /api/demo", "tells the people of the demo, before anybody has signed in"),
    ("POST /api/first_run", "possible only before there are records"),
    ("POST /api/test_clock", "answers with the time; there only for tests"),
    ("POST /api/users/{id}/password", "answers with nothing, to administrators"),
    ("POST /api/users/{id}/leave", "answers with two counts, to administrators"),
    ("POST /api/tasks/batch", "answers with ids and states of tasks that came with it"),
    ("POST /api/instances/{id}/suspend", "answers as cancelling does, to administrators"),
    ("POST /api/instances/{id}/incidents/{token}/{verb}", "answers as cancelling does, to administrators"),
    ("POST /api/instances/{id}/skip_wait", "answers as cancelling does, to administrators"),
    ("POST /api/instances/{id}/resume", "answers as cancelling does, to administrators"),
    ("POST /api/instances/{id}/calls", "answers as urging does"),
    ("POST /api/copies/{id}/read", "answers with nothing"),
    ("POST /api/messages", "answers with the id of the message that came with it"),
    ("GET /api/deputies", "tells who stands in for whom: people, times and workflows"),
    ("POST /api/deputies", "answers with the stand-in, as GET does"),
    ("DELETE /api/deputies/{id}", "answers with nothing"),
    ("POST /api/files", "answers with the file that came with it"),
    ("POST /api/notifications/read", "answers with a count"),
    ("POST /api/bulk/{id}/undo", "answers with the change of many, as GET does"),
    ("POST /api/views", "answers with the views, as GET does"),
    ("PATCH /api/views/{id}", "answers with the views, as GET does"),
    ("DELETE /api/views/{id}", "answers with the views, as GET does"),
    ("PATCH /api/views/choice", "answers with the views, as GET does"),
    ("GET /api/imports/{id}/columns", "tells types of the columns of a file, to who brought it"),
    ("POST /api/imports/{id}/run", "says what the dry run says, and writes"),
    ("POST /api/imports/{id}/undo", "answers with the job, as GET does"),
    ("POST /api/presence", "tells who is changing a record, to who may see it; see the tests of presence"),
    ("POST /api/records/{entity}/{id}/merge", "answers with the record, as GET does"),
    ("POST /api/merges/{id}/undo", "answers with the record, as GET does"),
    ("POST /api/imports/{id}/stop", "answers with the job, as GET does"),
    ("GET /api/imports/{id}/errors", "gives whoever brought a file its own rows, with what the dry run says"),
    ("PATCH /api/settings", "answers with the settings, as GET does"),
    ("GET /api/studio/drafts", "tells titles of drafts, to builders"),
    ("POST /api/studio/drafts", "answers with the draft, as GET does"),
    ("GET /api/studio/drafts/{id}", "tells definitions, to builders"),
    ("PATCH /api/studio/drafts/{id}", "answers with the draft, as GET does"),
    ("DELETE /api/studio/drafts/{id}", "answers with nothing"),
    ("GET /api/studio/drafts/{id}/definitions/{*file}", "tells definitions, to builders"),
    ("GET /api/studio/drafts/{id}/model", "tells definitions, to builders"),
    ("GET /api/studio/drafts/{id}/uses", "tells places in definitions, to builders"),
    ("POST /api/records/{entity}/{id}/erase", "answers with names of fields and a count, to administrators"),
    ("GET /api/retention", "answers with counts, and titles to administrators who see all records"),
    ("GET /api/definitions/uses", "tells places in definitions, to administrators"),
    ("POST /api/studio/drafts/{id}/rebase", "answers with the draft, as GET does"),
    ("POST /api/studio/drafts/{id}/plan", "rows go through the record's rights, counts to administrators alone"),
    ("POST /api/studio/drafts/{id}/publish", "answers with a version, to administrators"),
    ("POST /api/studio/drafts/{id}/propose", "answers with the draft, to its owner"),
    ("POST /api/studio/drafts/{id}/take_back", "answers with the draft, to its owner"),
    ("POST /api/studio/drafts/{id}/give_back", "answers with the draft, to administrators"),
    ("POST /api/studio/drafts/{id}/comments", "answers with the draft, to builders"),
    ("POST /api/studio/drafts/{id}/try", "of records that the administrator sees; see the test of the studio"),
    (
        "POST /api/studio/drafts/{id}/trial_records",
        "titles of records that the administrator, or whom they look as, sees",
    ),
    ("POST /api/studio/drafts/{id}/what_if", "of records that the administrator sees; see the test of the studio"),
    ("POST /api/studio/drafts/{id}/presence", "tells builders which of them have a draft open"),
    ("DELETE /api/studio/drafts/{id}/presence", "answers with nothing"),
    ("GET /api/studio/drafts/{id}/texts", "tells definitions, to builders"),
    ("GET /api/definitions/{version}/archive", "tells definitions, to administrators"),
    ("POST /api/definitions/archive", "answers with the definitions that came with it, to administrators"),
    ("GET /api/definitions/compare", "tells definitions, to administrators"),
    ("POST /api/definitions/{version}/plan", "rows go through the record's rights; see the test of publishing"),
    ("POST /api/definitions/{version}/return", "answers with a version or a publication, to administrators"),
    ("GET /decide", "shows what the link's person sees of the record; see the tests of links in letters"),
    ("POST /decide", "answers with the page, as GET does"),
    ("GET /api/mail", "tells administrators of the mail server"),
    ("PATCH /api/mail", "answers with the mail server, as GET does"),
    ("POST /api/mail/test", "says whether a letter went out, to administrators"),
    ("GET /api/notifications/preferences", "tells readers what they chose themselves"),
    ("PATCH /api/notifications/preferences", "answers with the choice, as GET does"),
    ("GET /api/incidents", "tells administrators of jobs: keys, ids, errors"),
    ("POST /api/incidents/{id}/{verb}", "answers with a count, to administrators"),
    ("POST /api/publish", "answers with a version or a publication, to administrators"),
    ("POST /api/publish/plan", "rows go through the record's rights; see the test of publishing"),
    ("GET /api/publish/jobs/{id}", "rows go through the record's rights; see the test of publishing"),
    ("GET /api/publish/kept", "names of fields that were removed, and how many rows hold them, for administrators"),
    ("POST /api/publish/kept/purge", "answers with a number"),
    ("POST /api/publish/jobs/{id}/cancel", "answers with the publication, as GET does"),
    ("POST /api/definitions/rename", "answers with definitions, as GET does, to administrators"),
    ("GET /schemas/{file}", "the schemas of definitions, the same for everybody"),
];

/// The routes as the router's text has them.
pub(crate) fn of_the_router() -> BTreeSet<String> {
    let text = include_str!("../../../src/http/router.rs");
    let one = text.split("let one = \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let mut found = BTreeSet::new();
    for part in text.split(".route(").skip(1) {
        let (mut depth, mut end) = (1, part.len());
        for (at, c) in part.char_indices() {
            depth += match c {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            if depth == 0 {
                end = at;
                break;
            }
        }
        let call = &part[..end];
        let path = if call.trim_start().starts_with("one,") {
            one.to_owned()
        } else {
            let quoted = call.split('"').nth(1).unwrap().to_owned();
            let formatted = call.trim_start().starts_with("&format!");
            if formatted { quoted.replace("{{", "<").replace("}}", ">").replace("{one}", one) } else { quoted }
        };
        let path = path.replace('<', "{").replace('>', "}");
        for method in ["get", "post", "patch", "put", "delete"] {
            if call
                .split(|c: char| !c.is_alphanumeric() && c != '_' && c != '(')
                .any(|word| word.starts_with(&format!("{method}(")))
            {
                found.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    found
}

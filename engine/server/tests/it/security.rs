//! What holds for every route: signing in, the token of the session, ids of nothing, and that answers are data.

use axum::{body::Bytes, http::Method};
use kernel::{definition::FieldKind, import::Content};
use serde_json::json;

use crate::{leaks::routes, records::find, support::TestApp};

/// Routes that a visitor may reach.
const OPEN: [&str; 9] = [
    "GET /decide",
    "POST /decide",
    "POST /api/session",
    "GET /api/demo",
    "POST /api/first_run",
    "POST /api/test_clock",
    "GET /health",
    "GET /metrics",
    "GET /schemas/{file}",
];

/// All routes of the router, with something in the place of what they name.
fn all(entity: &str, id: &str) -> Vec<(String, Method, String)> {
    let filled = |path: &str| {
        path.replace("{entity}", entity)
            .replace("{file}", &format!("{entity}.csv"))
            .replace("{name}", "submit")
            .replace("{verb}", "approve")
            .replace("{version}", "1")
            .replace("{id}", id)
    };
    let found = routes::of_the_router().into_iter().map(|route| {
        let (method, path) = route.split_once(' ').unwrap();
        (route.clone(), method.parse().unwrap(), filled(path))
    });
    found.collect()
}

const NOTHING: &str = "0193f1a0-0000-7000-8000-00000000dead";

#[tokio::test]
async fn every_route_but_a_few_needs_a_session() {
    let server = TestApp::trade().await;
    let visitor = server.visitor();
    for (route, method, path) in all("customer", NOTHING) {
        let answer = visitor.send_bytes(method, &path, Bytes::from("{}")).await;
        let is_open = OPEN.contains(&route.as_str());
        assert_eq!(
            answer.status == 401,
            !is_open && answer.status != 400,
            "{route}: {} {}",
            answer.status,
            answer.text
        );
        assert!(is_open || answer.status >= 400, "{route}: {}", answer.status);
    }
}

#[tokio::test]
async fn every_unsafe_route_needs_the_token_and_refuses_other_sites() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let mut without = rep.clone();
    without.csrf = None;
    let evil = rep.with("origin", "https://evil.example");
    for (route, method, path) in all("customer", NOTHING).into_iter().filter(|(_, method, _)| *method != Method::GET) {
        // Its form comes out of a letter's page, which tells nobody where it is from; its token counts alone.
        if route != "POST /decide" {
            evil.send_bytes(method.clone(), &path, Bytes::from("{}")).await.refused(403, "csrf");
        }
        if !OPEN.contains(&route.as_str()) {
            let answer = without.send_bytes(method, &path, Bytes::from("{}")).await;
            assert_eq!((answer.status, answer.code()), (403, "csrf"), "{route}");
        }
    }
}

#[tokio::test]
async fn an_id_of_nothing_or_no_id_at_all_is_not_found_anywhere() {
    let server = TestApp::trade().await;
    for who in ["rep_a", "it_a"] {
        let client = server.sign_in(who).await;
        for id in [NOTHING, "no-id", "1%27%20or%201=1", "..%2F..%2Fetc%2Fpasswd", "%00"] {
            for (route, method, path) in all("currency", id).into_iter().filter(|(route, ..)| route.contains("{id}")) {
                let answer = client.send_bytes(method, &path, Bytes::from("{\"version\": 1}")).await;
                assert!((400..500).contains(&answer.status), "{route} {id}: {} {}", answer.status, answer.text);
            }
        }
    }
}

#[tokio::test]
async fn no_path_leads_out_of_the_folder_of_the_app() {
    let server = TestApp::trade().await;
    for path in [
        "/../Cargo.toml",
        "/../../Cargo.toml",
        "/assets/../../Cargo.toml",
        "/%2e%2e/%2e%2e/Cargo.toml",
        "/..%2f..%2fCargo.toml",
        "/assets/..%5c..%5cCargo.toml",
        "//etc/passwd",
        "/schemas/..%2f..%2fCargo.toml",
        "/schemas/../entity.json",
    ] {
        let answer = server.visitor().get(path).await;
        assert!(!answer.text.contains("[package]") && !answer.text.contains("[workspace]"), "{path}: {}", answer.text);
        assert!(!answer.text.contains("root:"), "{path}");
    }
    let manager = server.sign_in("manager_a").await;
    let answer = manager.get("/api/export/..%2f..%2fCargo.toml").await;
    assert!((400..500).contains(&answer.status), "{}", answer.status);
}

#[tokio::test]
async fn what_people_write_comes_back_as_data_and_never_as_a_page() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let script = "<script>alert(1)</script><img src=x onerror=alert(1)>";
    let country = find(&rep, "country", "Germany").await;
    let customer = json!({"name": script, "country": country, "notes": script});
    let made = rep.post("/api/records/customer", customer).await;
    assert!(made.status == 201 || made.status == 422, "{}", made.text);
    let filter = crate::client::encoded(&json!(["name", "=", script]).to_string());
    for path in [
        format!("/api/records/customer?filter={filter}"),
        format!("/api/records/customer?q={}", crate::client::encoded(script)),
        format!("/api/records/{}", crate::client::encoded(script)),
        format!("/api/{}", crate::client::encoded(script)),
    ] {
        let answer = rep.get(&path).await;
        assert_eq!(answer.headers["content-type"], "application/json", "{path}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
    }
    let file = server.sign_in("manager_a").await.get("/api/export/customer.csv?columns=name").await;
    assert!(file.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
}

#[tokio::test]
async fn the_apps_policy_lets_nothing_in_but_its_own_files() {
    let server = TestApp::trade().await;
    let answer = server.visitor().get("/").await;
    let policy = answer.headers["content-security-policy"].to_str().unwrap();
    for rule in [
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "connect-src 'self'",
    ] {
        assert!(policy.contains(rule), "{rule} is not in {policy}");
    }
    assert_eq!(answer.headers["x-frame-options"], "DENY");
    // Only the preview of a draft is shown in a frame, and only by the app itself.
    let preview = server.visitor().get("/studio/019ac0a4-0000-7000-8000-000000000000/preview").await;
    let framed = preview.headers["content-security-policy"].to_str().unwrap();
    assert_eq!(framed, policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'"));
    assert_eq!(preview.headers["x-frame-options"], "SAMEORIGIN");
    let scripts = policy.split(';').find(|rule| rule.trim().starts_with("script-src")).unwrap();
    assert!(!scripts.contains("unsafe") && !scripts.contains('*') && !scripts.contains("http"), "{scripts}");
}

/// What a browser or a spreadsheet program would run, if it were let.
const EVIL: &str = "=HYPERLINK(\"http://evil.example\")<script>alert(1)</script>";

#[tokio::test]
async fn what_stands_in_any_text_field_is_run_neither_by_a_browser_nor_by_a_spreadsheet() {
    let server = TestApp::trade().await;
    let manager = server.sign_in("manager_a").await;
    let catalog = server.app.published().catalog.clone();
    let entity = catalog.entity("customer").unwrap();
    let texts: Vec<String> = entity
        .columns()
        .filter(|field| {
            matches!(field.kind, FieldKind::Text | FieldKind::LongText) && !field.computed && !field.sensitive
        })
        .map(|field| field.name.to_string())
        .collect();
    let mut customer = json!({"name": EVIL, "country": find(&manager, "country", "Germany").await});
    let mut planted = Vec::new();
    for field in texts {
        let mut tried = customer.clone();
        tried[&field] = EVIL.into();
        // A field with a pattern of its own takes no such thing in the first place.
        if manager.post("/api/records/customer/draft", tried.clone()).await.ok()["problems"]
            .as_array()
            .unwrap()
            .iter()
            .all(|problem| problem["path"] != json!(field))
        {
            customer = tried;
            planted.push(field);
        }
    }
    assert!(planted.len() >= 4, "{planted:?}");
    let made = manager.post("/api/records/customer", customer).await.ok();
    let place = format!("/api/records/customer/{}", made["record"]["id"].as_str().unwrap());
    manager.post(&format!("{place}/comments"), json!({"text": EVIL})).await.ok();
    let filter = crate::client::encoded(&json!(["name", "=", EVIL]).to_string());
    let columns = planted.join(",");
    for path in [
        place.clone(),
        format!("{place}/timeline"),
        format!("/api/records/customer?filter={filter}&columns={columns}"),
        format!("/api/records/customer/lookup?q={}", crate::client::encoded("HYPERLINK")),
        "/api/notifications".to_owned(),
    ] {
        let answer = manager.get(&path).await;
        assert_eq!(
            (answer.status, &answer.headers["content-type"]),
            (200, &"application/json".parse().unwrap()),
            "{path}"
        );
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
    }
    let file = manager.get(&format!("/api/export/customer.csv?filter={filter}&columns={columns}")).await;
    assert!(file.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    let disarmed = format!("\"'{}\"", EVIL.replace('"', "\"\""));
    assert_eq!(file.text.matches(&disarmed).count(), planted.len(), "{}", file.text);
    assert_eq!(file.text.matches("=HYPERLINK").count(), planted.len(), "none is there but those");
    let book = manager.get(&format!("/api/export/customer.xlsx?filter={filter}&columns={columns}")).await;
    let sheets = crate::export::sheets(&book.bytes);
    let cells = sheets[0].1.iter().flatten().filter(|cell| **cell == Content::Text(EVIL.into()));
    assert_eq!(cells.count(), planted.len(), "text, no formula: {sheets:?}");
}

#[tokio::test]
async fn refused_rows_and_the_audit_are_no_formulas_either() {
    let server = TestApp::trade().await;
    let manager = server.sign_in("manager_a").await;
    let file = format!("Code,Firm,Land\n\"{0}\",\"{0}\",Nowhere\n", EVIL.replace('"', "\"\""));
    let uploaded = crate::imports::upload(&manager, "=1+1.csv", file.as_bytes()).await.ok();
    let place = format!("/api/imports/{}", uploaded["id"].as_str().unwrap());
    let columns = json!({"Code": "code", "Firm": "name", "Land": "country"});
    let plan = json!({"entity": "customer", "key": ["code"], "existing": "skip", "columns": columns});
    manager.post(&format!("{place}/run"), plan).await.ok();
    crate::imports::ended(&manager, uploaded["id"].as_str().unwrap()).await;
    let errors = manager.get(&format!("{place}/errors")).await;
    assert!(errors.text.contains("\"'=HYPERLINK"), "{}", errors.text);
    let audit = server.sign_in("it_a").await.get("/api/audit.csv").await;
    for text in [&errors.text, &audit.text] {
        for line in text.lines() {
            let starts = line.split([',', ';']).map(|cell| cell.trim_start_matches('"'));
            assert!(starts.clone().all(|cell| !cell.starts_with(['=', '@'])), "{line}");
        }
    }
}

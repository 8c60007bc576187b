//! Signing in and out, and what protects a session.

use axum::http::header;
use serde_json::json;

use crate::support::{TestApp, on_both};

#[tokio::test]
async fn somebody_who_signs_in_is_told_who_they_are() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let session = rep.get("/api/session").await.ok();
    assert_eq!(session["user"]["email"], "rep.a@demo.example");
    assert_eq!(session["user"]["roles"], json!(["sales_rep", "employee"]));
    assert_eq!(session["user"]["admin"], false);
    assert_eq!(session["demo"], true);
    assert_eq!(session["version"], 1);
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let server = TestApp::trade().await;
    let mut rep = server.visitor();
    let answer = rep.sign_in("rep.a@demo.example", "portolan-demo").await;
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"), "{cookie}");
    assert!(!cookie.contains("Secure"), "plain HTTP on a laptop must work: {cookie}");
}

#[tokio::test]
async fn behind_a_proxy_that_speaks_https_the_cookie_is_secure() {
    let server = TestApp::trade_with(|options| options.behind_proxy = true).await;
    let mut rep = server.visitor().with("x-forwarded-proto", "https");
    let answer = rep.sign_in("rep.a@demo.example", "portolan-demo").await;
    assert!(answer.headers[header::SET_COOKIE].to_str().unwrap().contains("Secure"));
}

#[tokio::test]
async fn nobody_gets_in_without_signing_in() {
    let server = TestApp::trade().await;
    let visitor = server.visitor();
    for path in ["/api/session", "/api/app", "/api/records/customer", "/api/tasks", "/api/events", "/api/openapi.json"]
    {
        visitor.get(path).await.refused(401, "unauthenticated");
    }
    visitor.post("/api/records/customer", json!({})).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_answered_alike() {
    let server = TestApp::trade().await;
    let mut visitor = server.visitor();
    let wrong = visitor.sign_in("rep.a@demo.example", "guess-guess").await;
    let unknown = visitor.sign_in("nobody@demo.example", "guess-guess").await;
    wrong.refused(401, "wrong_credentials");
    assert_eq!(wrong.text, unknown.text);
}

#[tokio::test]
async fn the_token_changes_with_every_sign_in_and_the_old_one_is_dead() {
    let server = TestApp::trade().await;
    let mut rep = server.sign_in("rep_a").await;
    let before = rep.clone();
    rep.sign_in("rep.a@demo.example", "portolan-demo").await;
    assert_ne!(before.cookie, rep.cookie);
    before.get("/api/session").await.refused(401, "unauthenticated");
    rep.get("/api/session").await.ok();
}

#[tokio::test]
async fn signing_out_ends_the_session_for_good() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    assert_eq!(rep.delete("/api/session").await.status, 204);
    rep.get("/api/session").await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn unsafe_requests_need_the_sessions_token() {
    let server = TestApp::trade().await;
    let mut rep = server.sign_in("rep_a").await;
    let real = rep.csrf.take();
    rep.post("/api/notifications/read", json!({"all": true})).await.refused(403, "csrf");
    rep.csrf = server.sign_in("rep_b").await.csrf;
    rep.post("/api/notifications/read", json!({"all": true})).await.refused(403, "csrf");
    rep.csrf = real;
    rep.post("/api/notifications/read", json!({"all": true})).await.ok();
}

#[tokio::test]
async fn unsafe_requests_from_another_site_are_refused_even_with_the_token() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let evil = rep.with("origin", "https://evil.example");
    evil.post("/api/notifications/read", json!({"all": true})).await.refused(403, "csrf");
    let own = rep.with("origin", "http://portolan.test");
    own.post("/api/notifications/read", json!({"all": true})).await.ok();
}

#[tokio::test]
async fn guessing_is_slowed_down_and_the_right_password_does_not_help_then() {
    let server = TestApp::trade_with(|options| options.limits.sign_ins_per_account = 3).await;
    let mut visitor = server.visitor();
    for _ in 0..3 {
        visitor.sign_in("rep.a@demo.example", "guess-guess").await.refused(401, "wrong_credentials");
    }
    let answer = visitor.sign_in("rep.a@demo.example", "portolan-demo").await;
    answer.refused(429, "rate_limited");
    assert!(answer.headers[header::RETRY_AFTER].to_str().unwrap().parse::<u64>().unwrap() > 0);
    assert_eq!(visitor.sign_in("rep.b@demo.example", "portolan-demo").await.status, 200, "others are not held up");
}

#[tokio::test]
async fn signing_in_often_is_no_offence() {
    let server = TestApp::trade_with(|options| options.limits.sign_ins_per_account = 2).await;
    for _ in 0..5 {
        server.sign_in("rep_a").await;
    }
}

#[tokio::test]
async fn a_session_that_nobody_uses_ends_after_twelve_hours() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    server.visitor().post("/api/test_clock", json!({"now": "2026-11-23T13:00:00Z"})).await.ok();
    rep.get("/api/session").await.ok();
    server.visitor().post("/api/test_clock", json!({"now": "2026-11-24T00:30:00Z"})).await.ok();
    rep.get("/api/session").await.ok();
    server.visitor().post("/api/test_clock", json!({"now": "2026-11-24T13:00:00Z"})).await.ok();
    rep.get("/api/session").await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn the_clock_cannot_be_set_where_it_is_real() {
    let server = TestApp::trade_with(|options| options.test_clock = false).await;
    server.visitor().post("/api/test_clock", json!({"now": "2030-01-01T00:00:00Z"})).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_leavers_sessions_end_at_once() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let admin = server.sign_in("it_a").await;
    let place = format!("/api/records/user/{}", server.person("rep_a"));
    let user = admin.get(&place).await.ok();
    admin.patch(&place, json!({"version": user["record"]["version"], "active": false})).await.ok();
    rep.get("/api/session").await.refused(401, "unauthenticated");
    let mut again = server.visitor();
    again.sign_in("rep.a@demo.example", "portolan-demo").await.refused(401, "wrong_credentials");
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let server = TestApp::trade().await;
    let elsewhere = server.sign_in("rep_a").await;
    let mut rep = server.sign_in("rep_a").await;
    let change = |old: &str, new: &str| json!({"old": old, "new": new});
    rep.post("/api/session/password", change("wrong-old", "long-enough")).await.refused(422, "invalid");
    rep.post("/api/session/password", change("portolan-demo", "short")).await.refused(422, "invalid");
    let answer = rep.post("/api/session/password", change("portolan-demo", "long-enough")).await;
    rep.keep(&answer);
    answer.ok();
    rep.get("/api/session").await.ok();
    elsewhere.get("/api/session").await.refused(401, "unauthenticated");
    let mut again = server.visitor();
    again.sign_in("rep.a@demo.example", "portolan-demo").await.refused(401, "wrong_credentials");
    assert_eq!(again.sign_in("rep.a@demo.example", "long-enough").await.status, 200);
    let same = again.post("/api/session/password", change("long-enough", "long-enough")).await;
    same.refused(422, "invalid");
}

on_both!(whoever_was_given_a_password_chooses_another_before_anything_else, |server| {
    let admin = server.sign_in("it_a").await;
    let place = format!("/api/users/{}/password", server.person("rep_a"));
    admin.post(&place, json!({"password": "given-by-it"})).await.ok();
    let mut rep = server.visitor();
    let session = rep.sign_in("rep.a@demo.example", "given-by-it").await.ok();
    assert_eq!(session["must_change_password"], true);
    assert_eq!(rep.get("/api/session").await.ok()["must_change_password"], true);
    for path in ["/api/app", "/api/records/customer", "/api/tasks", "/api/events", "/api/openapi.json"] {
        rep.get(path).await.refused(403, "must_change_password");
    }
    rep.patch("/api/session", json!({"language": "zh_hans"})).await.refused(403, "must_change_password");
    rep.post("/api/records/customer", json!({})).await.refused(403, "must_change_password");
    let change = |new: &str| json!({"old": "given-by-it", "new": new});
    rep.post("/api/session/password", change("given-by-it")).await.refused(422, "invalid");
    let answer = rep.post("/api/session/password", change("chosen-by-rep")).await;
    rep.keep(&answer);
    assert_eq!(answer.ok()["must_change_password"], false);
    rep.get("/api/records/customer").await.ok();
    admin.post(&place, json!({"password": "given-by-it", "must_change": false})).await.ok();
    rep.sign_in("rep.a@demo.example", "given-by-it").await.ok();
    rep.get("/api/records/customer").await.ok();
    rep.delete("/api/session").await.ok();
});

#[tokio::test]
async fn somebody_who_must_choose_a_password_can_sign_out() {
    let server = TestApp::trade().await;
    let admin = server.sign_in("it_a").await;
    let place = format!("/api/users/{}/password", server.person("rep_a"));
    admin.post(&place, json!({"password": "given-by-it"})).await.ok();
    let mut rep = server.visitor();
    rep.sign_in("rep.a@demo.example", "given-by-it").await.ok();
    rep.delete("/api/session").await.ok();
    rep.get("/api/session").await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn an_administrator_gives_passwords_only_to_people_whom_they_could_change() {
    let server = TestApp::trade().await;
    let all = "\"user\": {\"read\": \"all\", \"create\": true, \"update\": \"all\"";
    let own = all.replace("\"update\": \"all\"", "\"update\": [\"email\", \"=\", \"it.a@demo.example\"]");
    let own = ("roles/it_admin.json", all, own.as_str());
    server.publish("definitions/trade", &[own]).await.unwrap();
    let admin = server.sign_in("it_a").await;
    let place = |who: &str| format!("/api/users/{}/password", server.person(who));
    admin.post(&place("gm_a"), json!({"password": "given-by-it"})).await.refused(403, "forbidden");
    server.sign_in("gm_a").await;
    admin.post(&place("it_a"), json!({"password": "given-by-it"})).await.ok();
}

#[tokio::test]
async fn what_has_begun_is_done_to_its_end_though_the_browser_has_gone() {
    let server = TestApp::trade().await;
    let (admin, rep) = (server.sign_in("it_a").await, server.sign_in("rep_a").await);
    let user = server.person("rep_a");
    let place = format!("/api/users/{user}/password");
    let mut request = Box::pin(admin.post(&place, json!({"password": "given-by-it"})));
    assert!(futures::poll!(&mut request).is_pending());
    drop(request);
    while !server.app.store().credentials(user).await.unwrap().unwrap().must_change {
        tokio::task::yield_now().await;
    }
    rep.get("/api/session").await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn who_signed_in_is_noted_for_administrators() {
    let server = TestApp::trade().await;
    let admin = server.sign_in("it_a").await;
    let mut rep = server.sign_in("rep_a").await;
    rep.sign_in("rep.a@demo.example", "not-this-one").await.refused(401, "wrong_credentials");
    rep.sign_in("my-password-by-mistake", "x").await.refused(401, "wrong_credentials");
    let place = format!("/api/users/{}/password", server.person("rep_b"));
    admin.post(&place, json!({"password": "given-by-it"})).await.ok();
    rep.get("/api/audit").await.refused(403, "forbidden");
    let audit = admin.get("/api/audit").await;
    assert!(!audit.text.contains("my-password-by-mistake") && !audit.text.contains("given-by-it"), "{}", audit.text);
    let rows = audit.ok()["rows"].as_array().unwrap().clone();
    let kinds: Vec<&str> = rows.iter().map(|row| row["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["password_given", "sign_in_refused", "sign_in_refused", "sign_in", "published", "sign_in"]);
    assert_eq!(rows[2]["detail"]["email"], "rep.a@demo.example");
    assert_eq!(rows[3]["user"], json!(server.person("rep_a")));
    let page = admin.get("/api/audit?limit=2").await.ok();
    let rest = admin.get(&format!("/api/audit?after={}", page["next"].as_str().unwrap())).await.ok();
    assert_eq!(rest["rows"], json!(rows[2..]));
}

#[tokio::test]
async fn the_language_is_kept_with_the_person() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    rep.patch("/api/session", json!({"language": "zh_hans"})).await.ok();
    assert_eq!(server.sign_in("rep_a").await.get("/api/session").await.ok()["language"], "zh_hans");
    rep.patch("/api/session", json!({"language": "xx"})).await.refused(422, "invalid");
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let server = TestApp::trade().await;
    for path in ["/api/session", "/health", "/", "/api/nothing"] {
        let answer = server.visitor().get(path).await;
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("script-src 'self' 'unsafe"), "{path}");
        assert!(answer.headers.contains_key("x-request-id"), "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_and_what_cannot_be_read_come_in_the_envelope() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    rep.get("/api/nothing").await.refused(404, "not_found");
    rep.get("/api/records/nothing").await.refused(404, "not_found");
    rep.get("/api/records/customer/no-id").await.refused(404, "not_found");
    rep.delete("/api/tasks").await.refused(405, "method_not_allowed");
    let broken = rep.send_bytes(axum::http::Method::POST, "/api/records/customer", "{\"name\": ".into()).await;
    broken.refused(400, "bad_request");
    rep.post("/api/records/customer", json!([1, 2])).await.refused(422, "invalid");
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(3 << 20));
    rep.send_bytes(axum::http::Method::POST, "/api/records/customer", large.into()).await.refused(413, "too_large");
}

#[tokio::test]
async fn health_and_metrics_are_there_for_operators() {
    let server = TestApp::trade().await;
    let health = server.visitor().get("/health").await.ok();
    assert_eq!(health["status"], "ok");
    assert_eq!(health["definitions"], 1);
    let metrics = server.visitor().get("/metrics").await;
    assert!(metrics.text.contains("http_requests_total"), "{}", metrics.text);
}

#[tokio::test]
async fn the_demo_shows_one_card_for_each_role() {
    let server = TestApp::trade().await;
    let demo = server.visitor().get("/api/demo").await.ok();
    let mut roles: Vec<&str> = demo["people"].as_array().unwrap().iter().map(|p| p["role"].as_str().unwrap()).collect();
    roles.sort_unstable();
    roles.dedup();
    assert_eq!(roles.len(), demo["people"].as_array().unwrap().len());
    assert!(roles.contains(&"sales_rep") && roles.contains(&"general_manager"), "{roles:?}");
    TestApp::empty().await.visitor().get("/api/demo").await.refused(404, "not_found");
}

//! Setting up a new database over the API.

use serde_json::{Value as Json, json};

use crate::support::TestApp;

fn asked() -> Json {
    json!({
        "language": "zh_hans", "company": "Evergreen", "preset": "trade", "data": "empty",
        "admin": {"name": "Ada", "email": "Ada@Example.com", "password": "long-enough"},
    })
}

#[tokio::test]
async fn a_new_server_says_so_and_is_set_up_once() {
    let server = TestApp::empty().await;
    let mut visitor = server.visitor();
    visitor.get("/api/session").await.refused(409, "first_run");
    let answer = visitor.post("/api/first_run", asked()).await;
    visitor.keep(&answer);
    let session = answer.ok();
    assert_eq!((&session["company"], &session["demo"]), (&json!("Evergreen"), &json!(false)));
    assert_eq!((&session["user"]["admin"], &session["user"]["language"]), (&json!(true), &json!("zh_hans")));
    assert_eq!(session["user"]["email"], "ada@example.com");
    let app = visitor.get("/api/app").await.ok();
    assert!(app["entities"]["quotation"].is_object());
    assert!(
        visitor.get("/api/records/country/count").await.ok()["count"].as_u64().unwrap() > 200,
        "seed data is there"
    );
    assert_eq!(visitor.get("/api/records/customer/count").await.ok()["count"], 0, "demo data is not");
    server.visitor().post("/api/first_run", asked()).await.refused(409, "already_set_up");
    assert_eq!(server.visitor().sign_in("ada@example.com", "long-enough").await.status, 200);
}

#[tokio::test]
async fn wrong_answers_are_told_at_their_places_and_nothing_is_set_up() {
    let server = TestApp::empty().await;
    let mut wrong = asked();
    wrong["company"] = " ".into();
    wrong["admin"] = json!({"name": "", "email": "ada", "password": "short"});
    let answer = server.visitor().post("/api/first_run", wrong).await;
    answer.refused(422, "invalid");
    assert_eq!(answer.paths(), ["company", "admin.name", "admin.email", "admin.password"]);
    server.visitor().get("/api/session").await.refused(409, "first_run");
}

#[tokio::test]
async fn of_two_first_visitors_one_becomes_the_administrator() {
    let server = TestApp::empty().await;
    let mut blank = asked();
    blank["preset"] = "blank".into();
    let (a, b) = (server.visitor(), server.visitor());
    let (one, two) = tokio::join!(a.post("/api/first_run", blank.clone()), b.post("/api/first_run", blank.clone()));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} / {}", one.text, two.text);
}

#[tokio::test]
async fn the_demo_can_be_chosen_in_the_first_run() {
    let server = TestApp::empty().await;
    let mut demo = asked();
    demo["data"] = "demo".into();
    let mut visitor = server.visitor();
    let answer = visitor.post("/api/first_run", demo).await;
    visitor.keep(&answer);
    assert_eq!(answer.ok()["demo"], true);
    assert!(visitor.get("/api/records/customer/count").await.ok()["count"].as_u64().unwrap() > 0);
    server.sign_in("rep_a").await;
}

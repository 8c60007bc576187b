//! Setting up a new database over the API.

use std::{pin::pin, task::Poll};

use serde_json::{Value as Json, json};
use server::{
    Failure,
    set_up::{FirstAdmin, Preset, SetUp},
};
use uuid::Uuid;

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

/// What is set up, by whichever of two administrators begins.
fn set_up(preset: Preset, demo: bool, email: &str) -> SetUp {
    let admin = FirstAdmin { name: "Ada".into(), email: email.into(), password: "long-enough".into() };
    SetUp { language: "en".into(), company: "Evergreen".into(), preset, demo, admin }
}

/// Sets up, but breaks off after so many steps; how many it took, and what it came to if it came to its end.
async fn broken_off(server: &TestApp, asked: SetUp, after: usize) -> (usize, Option<Result<Uuid, Failure>>) {
    let mut work = pin!(server.app.set_up(asked));
    let mut steps = 0;
    let ended = std::future::poll_fn(|cx| {
        if steps == after {
            return Poll::Ready(None);
        }
        steps += 1;
        work.as_mut().poll(cx).map(Some)
    });
    let ended = ended.await;
    (steps, ended)
}

async fn finished(server: &TestApp, asked: SetUp) {
    let email = asked.admin.email.clone();
    server.app.set_up(asked).await.unwrap();
    assert!(!server.app.is_first_run().await.unwrap());
    let mut admin = server.visitor();
    assert_eq!(admin.sign_in(&email, "long-enough").await.status, 200);
    assert_eq!(admin.get("/api/session").await.ok()["user"]["admin"], true);
    for who in ["ada@example.com", "bea@example.com"].into_iter().filter(|who| *who != email) {
        assert_ne!(server.visitor().sign_in(who, "long-enough").await.status, 200, "{who} has been replaced");
    }
}

#[tokio::test]
async fn a_set_up_that_was_broken_off_anywhere_can_be_begun_again() {
    let mut after = 1;
    loop {
        let server = TestApp::empty().await;
        let (_, ended) = broken_off(&server, set_up(Preset::Blank, false, "ada@example.com"), after).await;
        if let Some(ended) = ended {
            ended.unwrap();
            break;
        }
        // What was handed in before it broke off is written all the same; this comes after it.
        server.app.store().delete_setting("nothing").await.unwrap();
        if !server.app.is_first_run().await.unwrap() {
            // Only its answer was lost.
            assert_eq!(server.visitor().sign_in("ada@example.com", "long-enough").await.status, 200);
            break;
        }
        let again = server.reopened().await;
        finished(&again, set_up(Preset::Blank, false, "bea@example.com")).await;
        let people = again.app.store().count(&*again.app.published().catalog, &all("user"), 10).await.unwrap();
        assert_eq!(people.count, 1, "after {after} steps");
        after += 1 + after / 4;
    }
    assert!(after > 5, "{after} steps are too few to have broken off anywhere");
}

#[tokio::test]
async fn a_demo_that_was_broken_off_is_completed() {
    let server = TestApp::empty().await;
    let demo = || set_up(Preset::Trade, true, "ada@example.com");
    let mut after = 400;
    loop {
        let (_, ended) = broken_off(&server, demo(), after).await;
        if ended.is_some() || server.app.store().setting("demo").await.unwrap().is_some() {
            break;
        }
        after += 100;
    }
    let again = server.reopened().await;
    if again.app.is_first_run().await.unwrap() {
        finished(&again, demo()).await;
    }
    let rep = again.sign_in("rep_a").await;
    assert!(rep.get("/api/instances?mine=1").await.ok()["rows"].as_array().is_some_and(|rows| !rows.is_empty()));
}

fn all(entity: &str) -> kernel::query::Select {
    kernel::query::Select {
        entity: entity.into(),
        columns: Vec::new(),
        filter: kernel::query::Predicate::True,
        tokens: Vec::new(),
        sort: Vec::new(),
        after: None,
        limit: 10,
        flags: Vec::new(),
        deleted: false,
    }
}

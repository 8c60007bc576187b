//! An administrator looks at the app as somebody else: nothing is written, it is noted, and it ends.

use chrono::Duration;
use serde_json::json;

use crate::{
    records::{made, place},
    support::TestApp,
};

#[tokio::test]
async fn a_view_shows_the_app_of_another_and_writes_nothing() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let theirs = place(&made(&rep, 1000).await);
    let admin = server.sign_in("it_a").await;
    admin.get(&theirs).await.refused(404, "not_found");
    let view = admin.viewing_as(server.person("rep_a")).await;
    let session = view.get("/api/session").await.ok();
    assert_eq!(session["user"]["id"], json!(server.person("rep_a")));
    assert_eq!(session["viewed_by"]["id"], json!(server.person("it_a")));
    let record = view.get(&theirs).await.ok()["record"].clone();
    assert!(record.get("margin").is_none(), "what they do not see is not shown in the view");

    let change = json!({"version": record["version"], "notes": "x"});
    view.patch(&theirs, change).await.refused(403, "view_only");
    view.post(&format!("{theirs}/comments"), json!({"text": "x"})).await.refused(403, "view_only");
    view.delete("/api/session").await.refused(403, "view_only");
    view.get("/api/export/customer.csv").await.refused(403, "view_only");
    view.post("/api/session/view_as", json!({"user": server.person("rep_b")})).await.refused(403, "view_only");

    let ended = view.delete("/api/session/view_as").await;
    let cleared = ended.headers.get("set-cookie").unwrap().to_str().unwrap().to_owned();
    assert!(cleared.starts_with("portolan_view=; ") && cleared.contains("Max-Age=0"), "{cleared}");
    assert_eq!(ended.ok()["user"]["id"], json!(server.person("it_a")));
    // The cookie of a view that was ended opens nothing.
    assert_eq!(view.get("/api/session").await.ok()["user"]["id"], json!(server.person("it_a")));

    let audit = admin.get("/api/audit?kind=view_as,view_as_ended").await.ok();
    let kinds: Vec<&str> = audit["rows"].as_array().unwrap().iter().map(|r| r["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["view_as_ended", "view_as"]);
    assert!(audit["rows"].as_array().unwrap().iter().all(
        |row| row["user"] == json!(server.person("it_a")) && row["detail"]["user"] == json!(server.person("rep_a"))
    ));
}

#[tokio::test]
async fn a_view_is_for_administrators_and_ends_with_what_it_rests_on() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let whom = json!({"user": server.person("rep_b")});
    rep.post("/api/session/view_as", whom.clone()).await.refused(403, "forbidden");
    let admin = server.sign_in("it_a").await;
    admin.post("/api/session/view_as", json!({"user": server.person("it_a")})).await.refused(422, "invalid");
    let view = admin.viewing_as(server.person("rep_b")).await;

    // Without the administrator's own session beside it, and beside somebody else's, the view is none.
    let (own, cookie) = view.cookie.as_deref().unwrap().split_once("; ").unwrap();
    let mut alone = view.clone();
    alone.cookie = Some(cookie.to_owned());
    alone.get("/api/session").await.refused(401, "unauthenticated");
    let mut beside = view.clone();
    beside.cookie = Some(format!("{}; {cookie}", rep.cookie.as_deref().unwrap()));
    assert_eq!(beside.get("/api/session").await.ok()["user"]["id"], json!(server.person("rep_a")));
    // Nor does its token open a session by itself.
    alone.cookie = Some(cookie.replace("portolan_view", "portolan_session"));
    alone.get("/api/session").await.refused(401, "unauthenticated");
    assert!(own.starts_with("portolan_session="));

    assert!(server.app.clock().set(server.app.clock().now() + Duration::minutes(61)));
    assert_eq!(view.get("/api/session").await.ok()["user"]["id"], json!(server.person("it_a")), "an hour is over");
    let view = admin.viewing_as(server.person("rep_b")).await;
    server.give_roles("it_a", &["sales_rep"]).await;
    assert_eq!(view.get("/api/session").await.ok()["user"]["id"], json!(server.person("it_a")), "no administrator");
}

#[tokio::test]
async fn a_firm_can_turn_views_off() {
    let server = TestApp::trade().await;
    let admin = server.sign_in("it_a").await;
    admin.patch("/api/settings", json!({"settings": {"view_as": false}})).await.ok();
    let whom = json!({"user": server.person("rep_a")});
    admin.post("/api/session/view_as", whom).await.refused(403, "forbidden");
}

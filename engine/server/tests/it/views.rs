//! Views that people keep: for themselves or for others, changed by whoever may, and no way around rights.

use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::support::{TestApp, on_both};

fn view(label: &str, shared: Json, settings: Json) -> Json {
    json!({"label": label, "shared": shared, "settings": settings})
}

fn named<'a>(answer: &'a Json, label: &str) -> Option<&'a Json> {
    answer["views"].as_array().unwrap().iter().find(|view| view["label"] == label)
}

fn small_filter() -> Json {
    json!({"match": "all", "conditions": [{"path": "amount", "operator": "<", "value": "0.05"}]})
}

on_both!(a_view_is_kept_shared_changed_and_forgotten, |server| {
    let rep = server.sign_in("rep_a").await;
    let other = server.sign_in("rep_b").await;
    let settings = json!({
        "view": "quotation", "columns": ["number", "amount"], "widths": {"amount": 140}, "pinned": 2, "density": "compact",
        "sort": ["-amount"], "q": "frame",
        "filter": {"match": "any", "conditions": [{"path": "quote_date", "operator": "period", "value": "this_month"}]},
        "colors": [{"color": "red", "when": {"path": "amount", "operator": ">", "value": "1000"}}],
    });
    let kept = rep.post("/api/views", view("Large ones", Json::Null, settings.clone())).await.ok();
    let id = kept["id"].as_str().unwrap().to_owned();
    let mine = named(&kept, "Large ones").unwrap();
    assert_eq!((&mine["settings"], &mine["mine"], &mine["can_change"]), (&settings, &json!(true), &json!(true)));
    assert!(named(&other.get("/api/views").await.ok(), "Large ones").is_none(), "it is theirs alone");

    let place = format!("/api/views/{id}");
    let shared = json!({"version": 1, "label": "Large ones", "shared": {"roles": ["sales_rep"]}, "settings": settings});
    rep.patch(&place, shared.clone()).await.ok();
    rep.patch(&place, shared).await.refused(409, "stale");
    let seen = other.get("/api/views").await.ok();
    let theirs = named(&seen, "Large ones").unwrap();
    assert_eq!(
        (&theirs["settings"], &theirs["mine"], &theirs["can_change"]),
        (&settings, &json!(false), &json!(false))
    );
    let finance = server.sign_in("finance_a").await;
    assert!(named(&finance.get("/api/views").await.ok(), "Large ones").is_none(), "it is for another role");
    // Whoever it is shared with can copy it, but not change it.
    let copied = other.post("/api/views", view("Mine of it", Json::Null, theirs["settings"].clone())).await.ok();
    assert!(named(&copied, "Mine of it").is_some());
    other.patch(&place, json!({"version": 2, "label": "x", "settings": settings})).await.refused(404, "not_found");
    other.delete(&place).await.refused(404, "not_found");

    let first = other.patch("/api/views/choice", json!({"place": "quotation", "view": id})).await.ok();
    assert_eq!(first["choices"]["quotation"], id);
    other.patch("/api/views/choice", json!({"place": "customer", "view": id})).await.refused(422, "invalid");
    rep.delete(&place).await.ok();
    assert_eq!(other.get("/api/views").await.ok()["choices"], json!({}), "what is no more is nobody's first");
    let by_name = other.patch("/api/views/choice", json!({"place": "quotation", "view": "open_quotations"})).await.ok();
    assert_eq!(by_name["choices"]["quotation"], "open_quotations");
    let own = other.patch("/api/views/choice", json!({"place": "quotation", "view": null})).await.ok();
    assert_eq!(own["choices"], json!({}));
});

#[tokio::test]
async fn a_shared_view_by_what_one_may_not_read_is_told_as_unavailable() {
    let server = TestApp::trade().await;
    let manager = server.sign_in("gm_a").await;
    let rep = server.sign_in("rep_a").await;
    assert!(
        !rep.get("/api/app").await.ok()["entities"]["quotation"]["fields"].as_object().unwrap().contains_key("profit")
    );
    for (label, settings) in [
        (
            "Filtered",
            json!({"view": "quotation", "filter": {"match": "all", "conditions": [{"path": "profit", "operator": "<", "value": "4711"}]}}),
        ),
        ("Sorted", json!({"view": "quotation", "sort": ["-profit"]})),
    ] {
        manager.post("/api/views", view(label, json!({"all": true}), settings.clone())).await.ok();
        let seen = rep.get("/api/views").await;
        assert!(!seen.text.contains("4711") && !seen.text.contains("profit"), "{}", seen.text);
        let seen = seen.ok();
        let found = named(&seen, label).unwrap();
        assert_eq!((&found["unavailable"], found.get("settings")), (&json!("hidden"), None));
        // Nor may they make one.
        rep.post("/api/views", view("Own", Json::Null, settings)).await.refused(403, "forbidden");
    }
    // A column that one may not read is left out; the view is the view without it.
    let settings = json!({"view": "quotation", "columns": ["number", "profit"], "widths": {"profit": 90},
        "colors": [{"color": "red", "when": {"path": "profit", "operator": "<", "value": "0"}}]});
    manager.post("/api/views", view("With profit", json!({"all": true}), settings)).await.ok();
    let seen = rep.get("/api/views").await.ok();
    assert_eq!(named(&seen, "With profit").unwrap()["settings"], json!({"view": "quotation", "columns": ["number"]}));
    // What is asked by a view goes through the reader's own rights all the same.
    rep.get("/api/records/quotation?sort=-profit").await.refused(403, "forbidden");
}

#[tokio::test]
async fn a_view_that_makes_no_sense_is_refused() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    for (body, path) in [
        (view(" ", Json::Null, json!({"view": "quotation"})), "label"),
        (view("x", Json::Null, json!({"view": "nothing"})), "settings.view"),
        (view("x", Json::Null, json!({"view": "quotation", "columns": ["nothing"]})), "settings"),
        (view("x", json!({"roles": ["finance"]}), json!({"view": "quotation"})), "shared.roles"),
        (view("x", json!({"roles": ["nobody"]}), json!({"view": "quotation"})), "shared.roles"),
    ] {
        let answer = rep.post("/api/views", body.clone()).await;
        answer.refused(422, "invalid");
        assert_eq!(answer.paths(), [path], "{body}");
    }
    rep.post("/api/views", view("x", Json::Null, json!({"view": "quotation", "script": 1})))
        .await
        .refused(422, "invalid");
    // Sent again with the same id, one view is kept.
    let id = Uuid::now_v7();
    let mut body = view("Twice", Json::Null, json!({"view": "quotation", "filter": small_filter()}));
    body["id"] = json!(id);
    rep.post("/api/views", body.clone()).await.ok();
    let again = rep.post("/api/views", body.clone()).await.ok();
    assert_eq!(again["views"].as_array().unwrap().len(), 1);
    // Somebody else's id is no place for one's own.
    server.sign_in("rep_b").await.post("/api/views", body).await.refused(422, "invalid");
}

#[tokio::test]
async fn boards_and_calendars_are_told_to_the_app_with_what_they_stand_by() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let model = rep.get("/api/app").await.ok();
    let board = &model["views"]["quotation_board"];
    assert_eq!(
        (&board["type"], &board["by"]["path"], &board["sum"]["path"]),
        (&json!("kanban"), &json!("state"), &json!("amount_cny"))
    );
    assert!(board["card"].as_array().unwrap().iter().any(|column| column["path"] == "customer"));
    let calendar = &model["views"]["shipment_calendar"];
    assert_eq!((&calendar["type"], &calendar["from"]["path"]), (&json!("calendar"), &json!("latest_ship_date")));
    let list = rep.get("/api/records/quotation?view=quotation_board&columns=customer").await.ok();
    assert!(!list["rows"].as_array().unwrap().is_empty());
}

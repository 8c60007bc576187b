//! Approvals over the API: submitted, previewed, decided, given back, withdrawn; two people at the same instant.

use serde_json::{Value as Json, json};

use crate::{
    client::Client,
    records::{find, made, place},
    support::{TestApp, on_both},
};

/// A quotation of rep_a that needs the sales manager and finance, submitted.
pub(crate) async fn submitted(rep: &Client, quantity: u32) -> Json {
    let answer = made(rep, quantity).await;
    let version = answer["record"]["version"].clone();
    rep.post(&format!("{}/transitions/submit", place(&answer)), json!({ "version": version })).await.ok()
}

/// The first open task of somebody about a record.
pub(crate) async fn task(client: &Client, record: &Json) -> Option<Json> {
    let tasks = client.get("/api/tasks").await.ok();
    tasks["rows"].as_array().unwrap().iter().find(|row| row["record"] == record["record"]["id"]).cloned()
}

async fn decide(client: &Client, task: &Json, verb: &str, body: Json) -> crate::client::Answer {
    client.post(&format!("/api/tasks/{}/{verb}", task["id"].as_str().unwrap()), body).await
}

fn names(nodes: &Json) -> Vec<&str> {
    nodes.as_array().unwrap().iter().map(|node| node["node"].as_str().unwrap()).collect()
}

on_both!(a_quotation_goes_through_two_levels, |server| {
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let finance = server.sign_in("finance_a").await;
    let answer = made(&rep, 80_000).await;
    let path = place(&answer);
    let preview = rep.get(&format!("{path}/preview?transition=submit")).await.ok();
    let told: Vec<&str> = names(&preview["nodes"]);
    assert!(told.contains(&"sales_manager") && told.contains(&"finance"), "{preview}");
    assert_eq!((&preview["outcome"], &preview["outcome_label"]), (&json!("approved"), &json!("Approved")));
    let why =
        |node: &str| preview["nodes"].as_array().unwrap().iter().find(|n| n["node"] == node).unwrap()["reason"].clone();
    assert_eq!(why("sales_manager"), "Needs approval: Amount over CNY 1,000,000", "{preview}");
    assert_eq!(why("finance"), "Level 2 and above: Amount over CNY 1,000,000", "{preview}");

    let sent = rep.post(&format!("{path}/transitions/submit"), json!({"version": 1})).await.ok();
    assert_eq!(sent["record"]["state"], "approving");
    assert_eq!(sent["instance"]["status"], "running");
    rep.patch(&path, json!({"version": sent["record"]["version"], "remarks": "late"})).await.refused(409, "locked");
    assert!(task(&finance, &answer).await.is_none(), "finance comes after the sales manager");
    let own = task(&manager, &answer).await.unwrap();
    let seen = manager.get(&path).await.ok();
    assert_eq!(seen["task"]["id"], own["id"]);
    assert!(seen["task"]["verbs"].as_array().unwrap().contains(&json!("approve")), "{seen}");
    assert_eq!(own["initiator"], json!(server.person("rep_a")));
    decide(&manager, &own, "approve", json!({})).await.ok();
    assert!(task(&manager, &answer).await.is_none());

    let own = task(&finance, &answer).await.unwrap();
    let done = decide(&finance, &own, "approve", json!({"reason": "fine"})).await.ok();
    let mut status = done["instance"]["status"].as_str().unwrap().to_owned();
    if status == "running" {
        let general = server.sign_in("gm_a").await;
        let own = task(&general, &answer).await.unwrap();
        status = decide(&general, &own, "approve", json!({})).await.ok()["instance"]["status"].as_str().unwrap().into();
    }
    assert_eq!(status, "ended");
    assert_eq!(rep.get(&path).await.ok()["record"]["state"], "approved");

    let started = rep.get("/api/instances?mine=1").await.ok();
    // The demo has approvals of its own under way.
    let rows = started["rows"].as_array().unwrap();
    let mine = rows.iter().find(|row| row["record"] == answer["record"]["id"]).unwrap();
    assert_eq!(mine["outcome"], "approved");
    let instance = rep.get(&format!("/api/instances/{}", mine["id"].as_str().unwrap())).await.ok();
    let decided: Vec<&Json> =
        instance["nodes"].as_array().unwrap().iter().filter(|n| n["kind"] == "approval").collect();
    assert_eq!(decided[0]["people"][0]["decision"], "approved", "{instance}");
    assert_eq!(decided[1]["people"][0]["reason"], "fine", "{instance}");
    let kinds: Vec<String> = rep.get(&format!("{path}/timeline")).await.ok()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["kind"].as_str().unwrap().to_owned())
        .collect();
    for kind in ["start", "decision", "end", "transition"] {
        assert!(kinds.iter().any(|k| k == kind), "{kind} is not in {kinds:?}");
    }
});

on_both!(of_two_clicks_on_one_task_at_the_same_instant_exactly_one_counts, |server| {
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let answer = submitted(&rep, 80_000).await;
    let own = task(&manager, &answer).await.unwrap();
    let other = server.sign_in("manager_a").await;
    let (one, two) = tokio::join!(
        decide(&manager, &own, "approve", json!({})),
        decide(&other, &own, "reject", json!({"reason": "no"}))
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} / {}", one.text, two.text);
    let lost = if one.status == 409 { &one } else { &two };
    assert_eq!(lost.code(), "task_done", "{}", lost.text);
    let instance = rep.get(&place(&answer)).await.ok()["instance"]["id"].as_str().unwrap().to_owned();
    let way = rep.get(&format!("/api/instances/{instance}")).await.ok();
    let visits = names(&way["nodes"]).into_iter().filter(|node| *node == "sales_manager").count();
    assert_eq!(visits, 1, "{way}");
});

on_both!(of_two_submissions_at_the_same_instant_one_starts_a_workflow, |server| {
    let rep = server.sign_in("rep_a").await;
    let answer = made(&rep, 80_000).await;
    let path = format!("{}/transitions/submit", place(&answer));
    let (one, two) = tokio::join!(rep.post(&path, json!({"version": 1})), rep.post(&path, json!({"version": 1})));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} / {}", one.text, two.text);
    let started = rep.get("/api/instances?mine=1").await.ok();
    let own = started["rows"].as_array().unwrap().iter().filter(|row| row["record"] == answer["record"]["id"]).count();
    assert_eq!(own, 1);
});

#[tokio::test]
async fn a_preview_gives_no_reason_that_its_reader_may_not_know() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let mut fields = crate::records::quotation(&rep, 100).await;
    fields["lines"][0]["unit_price"] = "1".into();
    let answer = rep.post("/api/records/quotation", fields).await.ok();
    let reasons = |preview: &Json| -> String {
        preview["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|node| node["reason"].as_str())
            .collect::<Vec<_>>()
            .join("|")
    };
    let path = format!("{}/preview?transition=submit", place(&answer));
    let told = reasons(&rep.get(&path).await.ok());
    assert!(told.contains("Needs approval") && !told.to_lowercase().contains("margin"), "{told}");
    let general = server.sign_in("gm_a").await;
    let told = reasons(&general.get(&path).await.ok());
    assert!(told.contains("需要审批：毛利率低于 5%"), "{told}");
}

#[tokio::test]
async fn a_late_click_is_told_who_decided() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let answer = submitted(&rep, 80_000).await;
    let own = task(&manager, &answer).await.unwrap();
    decide(&manager, &own, "approve", json!({})).await.ok();
    let late = decide(&manager, &own, "approve", json!({})).await;
    late.refused(409, "task_done");
    let name = server.app.org().people[&server.person("manager_a")].name.clone();
    assert!(late.text.contains(&name), "{}", late.text);
}

#[tokio::test]
async fn a_rejection_needs_a_reason_and_the_initiator_is_told() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let answer = submitted(&rep, 80_000).await;
    let own = task(&manager, &answer).await.unwrap();
    let without = decide(&manager, &own, "reject", json!({})).await;
    without.refused(422, "invalid");
    assert_eq!(without.paths(), ["reason"]);
    decide(&manager, &own, "reject", json!({"reason": "too cheap"})).await.ok();
    assert_eq!(rep.get(&place(&answer)).await.ok()["record"]["state"], "draft");
    let told = rep.get("/api/notifications").await.ok();
    assert!(told["unread"].as_u64().unwrap() > 0, "{told}");
    let row = told["rows"].as_array().unwrap().iter().find(|row| row["kind"] == "decided").unwrap();
    let name = server.app.org().people[&server.person("manager_a")].name.clone();
    assert_eq!((&row["about"]["by_name"], &row["about"]["outcome"]), (&json!(name), &json!("rejected")), "{told}");
    let read = rep.post("/api/notifications/read", json!({"all": true})).await.ok();
    assert_eq!(read["unread"], 0);
}

#[tokio::test]
async fn a_notice_and_a_task_speak_the_language_of_who_is_asked() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let answer = submitted(&rep, 80_000).await;
    manager.patch("/api/session", json!({"language": "zh_hans"})).await.ok();
    let told = manager.get("/api/notifications").await.ok();
    assert_eq!(told["rows"][0]["about"]["label"], "业务经理审批", "{told}");
    let tasks = manager.get("/api/tasks").await.ok();
    let row = tasks["rows"].as_array().unwrap().iter().find(|row| row["record"] == answer["record"]["id"]).unwrap();
    let figures = row["summary"].as_array().unwrap();
    assert_eq!((&figures[0]["field"], &figures[0]["currency"]), (&json!("amount"), &json!("EUR")), "{row}");
    assert!(figures.iter().any(|one| one["field"] == "margin"), "{row}");
    // Nobody decides by a premium of nothing.
    assert!(figures.iter().all(|one| one["value"] != "0.00" && !one["value"].is_null()), "{row}");
}

#[tokio::test]
async fn what_was_given_back_can_be_changed_and_sent_again() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let answer = submitted(&rep, 80_000).await;
    let own = task(&manager, &answer).await.unwrap();
    decide(&manager, &own, "return", json!({"reason": "which port?"})).await.ok();
    let back = rep.get(&place(&answer)).await.ok();
    assert_eq!((&back["record"]["state"], &back["instance"]["status"]), (&json!("draft"), &json!("returned")));
    let change = json!({"version": back["record"]["version"], "port_discharge": "Hamburg"});
    let changed = rep.patch(&place(&answer), change).await.ok();
    let again = json!({"version": changed["record"]["version"]});
    let sent = rep.post(&format!("{}/transitions/submit", place(&answer)), again).await.ok();
    assert_eq!(sent["instance"]["id"], back["instance"]["id"], "the same approval goes on");
    assert!(task(&manager, &answer).await.is_some());
}

#[tokio::test]
async fn the_initiator_takes_it_back_and_nobody_else_can() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let answer = submitted(&rep, 80_000).await;
    let path = format!("/api/instances/{}/withdraw", answer["instance"]["id"].as_str().unwrap());
    let manager = server.sign_in("manager_a").await;
    manager.post(&path, json!({})).await.refused(403, "forbidden");
    rep.post(&path, json!({"reason": "typo"})).await.ok();
    assert_eq!(rep.get(&place(&answer)).await.ok()["record"]["state"], "draft");
    assert!(task(&manager, &answer).await.is_none());
}

#[tokio::test]
async fn somebody_elses_task_cannot_be_decided() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let answer = submitted(&rep, 80_000).await;
    let own = task(&manager, &answer).await.unwrap();
    let stranger = server.sign_in("manager_b").await;
    decide(&stranger, &own, "approve", json!({})).await.refused(403, "forbidden");
    decide(&rep, &own, "approve", json!({})).await.refused(403, "forbidden");
    assert_eq!(task(&manager, &answer).await.unwrap()["id"], own["id"]);
}

#[tokio::test]
async fn a_transition_that_its_state_does_not_allow_is_refused() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let answer = made(&rep, 10).await;
    let go = |name: &str| format!("{}/transitions/{name}", place(&answer));
    rep.post(&go("send"), json!({"version": 1})).await.refused(409, "wrong_state");
    rep.post(&go("fly"), json!({"version": 1})).await.refused(404, "not_found");
    rep.post(&go("submit"), json!({"version": 7})).await.refused(409, "stale");
}

#[tokio::test]
async fn an_accepted_quotation_makes_an_order() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let answer = submitted(&rep, 10).await;
    let mut answer = answer;
    for who in ["manager_a", "finance_a", "gm_a"] {
        let person = server.sign_in(who).await;
        if let Some(own) = task(&person, &answer).await {
            decide(&person, &own, "approve", json!({})).await.ok();
        }
    }
    answer = rep.get(&place(&answer)).await.ok();
    assert_eq!(answer["record"]["state"], "approved", "{answer}");
    let path = format!("{}/transitions/accept", place(&answer));
    let done = rep.post(&path, json!({"version": answer["record"]["version"]})).await.ok();
    let order = &done["made"][0];
    assert_eq!(order["entity"], "sales_order");
    let order = rep.get(&format!("/api/records/sales_order/{}", order["id"].as_str().unwrap())).await.ok();
    assert_eq!(order["record"]["amount"], done["record"]["amount"]);
    let customer = find(&rep, "customer", "Nordlicht").await;
    assert_eq!(order["record"]["customer"], json!(customer));
}

on_both!(a_draft_keeps_what_whoever_has_a_task_writes_into_the_fields_that_it_opens, |server| {
    // The demo has a sample in the making, whose parameters the technical department fills in.
    let technical = server.sign_in("technical_a").await;
    let own = technical.get("/api/tasks").await.ok()["rows"][0].clone();
    let id = own["record"].as_str().unwrap();
    let draft = |client: Client| async move {
        let body = json!({"id": id, "parameters": "RAL 7016", "inspection": "good"});
        client.post("/api/records/sample_request/draft?changed=parameters,inspection", body).await.ok()["record"]
            .clone()
    };
    let shown = draft(server.sign_in("technical_a").await).await;
    assert_eq!((&shown["parameters"], &shown["inspection"]), (&json!("RAL 7016"), &Json::Null), "{shown}");
    let shown = draft(server.sign_in("qc_a").await).await;
    assert_eq!(shown["parameters"], Json::Null, "whose turn it is not");
    decide(&technical, &own, "approve", json!({"fields": {"parameters": "RAL 7016"}})).await.ok();
    let next = server.sign_in("qc_a").await.get(&format!("/api/records/sample_request/{id}")).await.ok();
    assert_eq!(next["record"]["parameters"], "RAL 7016", "whose turn it is then reads it");
});

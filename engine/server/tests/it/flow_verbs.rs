//! What people do with tasks, over the API and on both databases; several of them at the same instant.

use futures::future::join_all;
use serde_json::{Value as Json, json};

use crate::{
    approval::{submitted, task},
    client::{Answer, Client},
    records::{made, place},
    support::{TestApp, on_both},
};

const WORKFLOW: &str = "workflows/quotation_approval.json";
const MANAGER: &str = r#""approvers": [{"role": "sales_manager", "in": "initiator_department"}],"#;
const VERBS: &str = r#""transfer": {}}"#;
const ALL_VERBS: &str =
    r#""transfer": {}, "delegate": {}, "add_signer": {}, "take_back": {}, "cc": {}, "consult": {}}"#;

/// The trade pack with another first approval, and every verb.
async fn with(server: &TestApp, approval: &str) {
    let changes = [(WORKFLOW, VERBS, ALL_VERBS), (WORKFLOW, MANAGER, approval)];
    server.publish("definitions/trade", &changes).await.unwrap();
}

async fn act(client: &Client, task: &Json, verb: &str, body: Json) -> Answer {
    client.post(&format!("/api/tasks/{}/{verb}", task["id"].as_str().unwrap()), body).await
}

async fn nodes(client: &Client, record: &Json) -> Vec<String> {
    let seen = client.get(&place(record)).await.ok();
    let waiting = seen["instance"]["waiting_for"].as_array().unwrap();
    let mut nodes: Vec<String> =
        waiting.iter().map(|w| format!("{}: {}", w["node"], w["name"]).replace('"', "")).collect();
    nodes.sort();
    nodes
}

const EVERYBODY: &str = r#""approvers": [{"role": "sales_manager"}, {"role": "finance_manager"}, {"role": "general_manager"}], "mode": MODE,"#;

/// So many of four people who decide at the same instant are heard; how it then stands.
async fn at_once(server: &TestApp, mode: &str, verb: &str) -> (usize, String) {
    with(server, &EVERYBODY.replace("MODE", mode)).await;
    let rep = server.sign_in("rep_a").await;
    let record = submitted(&rep, 80_000).await;
    let mut asked = Vec::new();
    for who in ["manager_a", "manager_b", "finance_a", "gm_a"] {
        let client = server.sign_in(who).await;
        let own = task(&client, &record).await.unwrap();
        asked.push((client, own));
    }
    let body = json!({"reason": "at once"});
    let answers = join_all(asked.iter().map(|(client, own)| act(client, own, verb, body.clone()))).await;
    let heard = answers.iter().filter(|answer| answer.status == 200).count();
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!((answer.status, answer.code()), (409, "task_done"), "{}", answer.text);
    }
    let instance = rep.get(&place(&record)).await.ok()["instance"]["id"].as_str().unwrap().to_owned();
    let way = rep.get(&format!("/api/instances/{instance}")).await.ok();
    let visits: Vec<&Json> = way["nodes"].as_array().unwrap().iter().filter(|n| n["node"] == "sales_manager").collect();
    assert_eq!(visits.len(), 1, "it went on once: {way}");
    (heard, visits[0]["status"].as_str().unwrap().to_owned())
}

on_both!(of_four_who_decide_at_once_where_any_decides_one_is_heard, |server| {
    assert_eq!(at_once(server, "\"any\"", "approve").await, (1, "approved".to_owned()));
});

on_both!(of_four_who_decide_at_once_where_all_decide_everybody_is_heard, |server| {
    assert_eq!(at_once(server, "\"all\"", "approve").await, (4, "approved".to_owned()));
});

on_both!(of_four_who_decide_at_once_where_a_share_decides_that_many_are_heard, |server| {
    assert_eq!(at_once(server, r#"{"ratio": "60%"}"#, "approve").await, (3, "approved".to_owned()));
});

on_both!(of_four_who_reject_at_once_as_many_are_heard_as_make_it_certain, |server| {
    assert_eq!(at_once(server, r#"{"at_least": 3}"#, "reject").await, (2, "rejected".to_owned()));
});

on_both!(a_return_and_an_approval_at_the_same_instant_never_both_count, |server| {
    with(server, r#""approvers": [{"role": "sales_manager"}], "mode": "any","#).await;
    let rep = server.sign_in("rep_a").await;
    let (one, other) = (server.sign_in("manager_a").await, server.sign_in("manager_b").await);
    let record = submitted(&rep, 80_000).await;
    let (own, others) = (task(&one, &record).await.unwrap(), task(&other, &record).await.unwrap());
    let (back, yes) = tokio::join!(
        act(&one, &own, "return", json!({"reason": "change it", "change": ["remarks"]})),
        act(&other, &others, "approve", json!({}))
    );
    let mut statuses = [back.status, yes.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} / {}", back.text, yes.text);
    let seen = rep.get(&place(&record)).await.ok();
    if back.status == 200 {
        assert_eq!(seen["instance"]["returned"]["fields"], json!(["remarks"]), "{seen}");
        assert_eq!(seen["record"]["state"], "draft");
    } else {
        assert_eq!(nodes(&rep, &record).await.len(), 1, "finance has it");
    }
});

on_both!(a_withdrawal_and_an_approval_at_the_same_instant_never_both_count, |server| {
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let record = submitted(&rep, 80_000).await;
    let own = task(&manager, &record).await.unwrap();
    let instance = rep.get(&place(&record)).await.ok()["instance"]["id"].as_str().unwrap().to_owned();
    let withdraw = format!("/api/instances/{instance}/withdraw");
    let (back, yes) = tokio::join!(rep.post(&withdraw, json!({})), act(&manager, &own, "approve", json!({})));
    let mut statuses = [back.status, yes.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} / {}", back.text, yes.text);
    let code = if back.status == 409 { back.code() } else { yes.code() };
    assert!(matches!(code, "withdraw_closed" | "task_done"), "{code}");
});

on_both!(people_bring_others_in_and_it_comes_back_to_them, |server| {
    with(server, MANAGER).await;
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let other = server.sign_in("manager_b").await;
    let record = submitted(&rep, 80_000).await;
    let own = task(&manager, &record).await.unwrap();
    let asked = json!({"to": server.person("gm_a"), "reason": "what do you think?"});
    act(&manager, &own, "consult", asked).await.ok();
    let general = server.sign_in("gm_a").await;
    let opinion = task(&general, &record).await.unwrap();
    assert_eq!(opinion["kind"], "consult");
    act(&general, &opinion, "approve", json!({})).await.refused(403, "forbidden");
    act(&general, &opinion, "answer", json!({"reason": "fine with me"})).await.ok();
    let timeline = rep.get(&format!("{}/timeline", place(&record))).await.ok().to_string();
    assert!(timeline.contains("fine with me"), "{timeline}");

    let before = json!({"people": [server.person("manager_b")], "place": "before", "mode": "all"});
    act(&manager, &own, "add_signer", before).await.ok();
    assert!(task(&manager, &record).await.is_none(), "it waits for whoever was added");
    let added = task(&other, &record).await.unwrap();
    act(&other, &added, "approve", json!({"reason": "seen"})).await.ok();
    let own = task(&manager, &record).await.unwrap();
    act(&manager, &own, "approve", json!({})).await.ok();
    let seen = manager.get(&place(&record)).await.ok();
    assert_eq!(seen["instance"]["can_take_back"], own["id"], "{seen}");
    act(&manager, &own, "take_back", json!({})).await.ok();
    let again = task(&manager, &record).await.unwrap();
    assert_ne!(again["id"], own["id"]);
    act(&manager, &again, "approve", json!({})).await.ok();
    let finance = server.sign_in("finance_a").await;
    let next = task(&finance, &record).await.unwrap();
    act(&finance, &next, "approve", json!({})).await.ok();
    act(&manager, &again, "take_back", json!({})).await.refused(409, "cannot_take_back");
});

on_both!(a_copy_shows_the_record_and_keeps_whether_it_was_read, |server| {
    with(server, MANAGER).await;
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let record = submitted(&rep, 80_000).await;
    let stranger = server.sign_in("rep_b").await;
    stranger.get(&place(&record)).await.refused(404, "not_found");
    let own = task(&manager, &record).await.unwrap();
    act(&manager, &own, "cc", json!({"people": [server.person("rep_b")], "reason": "for you"})).await.ok();
    stranger.get(&place(&record)).await.ok();
    let copies = stranger.get("/api/copies").await.ok();
    let row = &copies["rows"][0];
    assert_eq!((&row["record"], &row["read_at"]), (&record["record"]["id"], &Json::Null), "{copies}");
    let way = format!("/api/instances/{}", row["instance"].as_str().unwrap());
    // Whoever sent it sees who has it, and who has read it.
    let sent = || async {
        let way = manager.get(&way).await.ok();
        let node = way["nodes"].as_array().unwrap().iter().find(|node| node["node"] == "sales_manager").unwrap();
        assert_eq!(node["copied"][0]["id"], json!(server.person("rep_b")), "{way}");
        node["copied"][0]["read_at"].clone()
    };
    assert_eq!(sent().await, Json::Null);
    let read = format!("/api/copies/{}/read", row["instance"].as_str().unwrap());
    assert_eq!(stranger.post(&read, json!({})).await.status, 204);
    assert!(sent().await.is_string());
    assert!(stranger.get("/api/copies").await.ok()["rows"][0]["read_at"].is_string());
});

on_both!(a_task_of_a_role_is_claimed_once_and_seen_by_new_members, |server| {
    with(server, r#""approvers": [{"role": "sales_manager"}], "pool": true,"#).await;
    let rep = server.sign_in("rep_a").await;
    let record = submitted(&rep, 80_000).await;
    let (one, other) = (server.sign_in("manager_a").await, server.sign_in("manager_b").await);
    let own = task(&one, &record).await.unwrap();
    assert_eq!((&own["claimable"], &own["id"]), (&json!(true), &task(&other, &record).await.unwrap()["id"]));
    server.give_roles("rep_b", &["sales_rep", "sales_manager"]).await;
    let new = server.sign_in("rep_b").await;
    assert!(task(&new, &record).await.is_some(), "a new member of the role sees it");
    new.get(&place(&record)).await.ok();
    server.give_roles("rep_b", &["sales_rep"]).await;
    assert!(task(&new, &record).await.is_none(), "whoever leaves the role loses it");
    act(&new, &own, "claim", json!({})).await.refused(403, "forbidden");
    let (first, second) = tokio::join!(act(&one, &own, "claim", json!({})), act(&other, &own, "claim", json!({})));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} / {}", first.text, second.text);
    let (holder, loser) = if first.status == 200 { (&one, &other) } else { (&other, &one) };
    act(loser, &own, "approve", json!({})).await.refused(409, "task_claimed");
    assert!(task(loser, &record).await.is_none());
    act(holder, &own, "release", json!({})).await.ok();
    act(loser, &own, "approve", json!({})).await.ok();
});

on_both!(a_deputy_gets_what_is_open_and_what_comes_and_rings_are_refused, |server| {
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let deputy = server.sign_in("manager_b").await;
    let open = submitted(&rep, 80_000).await;
    let (from, to) = ("2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z");
    let ask = |person: &str, deputy: &str| json!({"person": server.person(person), "deputy": server.person(deputy), "from": from, "to": to});
    manager.post("/api/deputies", ask("rep_a", "rep_b")).await.refused(403, "forbidden");
    let set = manager.post("/api/deputies", ask("manager_a", "manager_b")).await;
    assert_eq!(set.status, 201, "{}", set.text);
    deputy.post("/api/deputies", ask("manager_b", "manager_a")).await.refused(422, "invalid");
    assert!(task(&manager, &open).await.is_none());
    let own = task(&deputy, &open).await.unwrap();
    act(&deputy, &own, "approve", json!({})).await.ok();
    let instance = rep.get(&place(&open)).await.ok()["instance"]["id"].as_str().unwrap().to_owned();
    let way = rep.get(&format!("/api/instances/{instance}")).await.ok();
    let people =
        way["nodes"].as_array().unwrap().iter().find(|n| n["node"] == "sales_manager").unwrap()["people"].to_string();
    assert!(people.contains("deputy") && people.contains(&server.person("manager_a").to_string()), "{people}");
    let next = submitted(&rep, 80_000).await;
    assert!(task(&deputy, &next).await.is_some(), "what comes goes to the deputy too");
    let id = set.body["id"].as_str().unwrap();
    assert_eq!(manager.delete(&format!("/api/deputies/{id}")).await.status, 204);
    let later = submitted(&rep, 80_000).await;
    assert!(task(&manager, &later).await.is_some(), "they are back");
});

#[tokio::test]
async fn a_return_straight_back_keeps_the_round_and_urging_is_limited() {
    let server = TestApp::trade().await;
    let straight = r#""return": {"reason": "required", "to": "passed", "then": "choose"}"#;
    let changes = [(WORKFLOW, r#""return": {"reason": "required"}"#, straight)];
    server.publish("definitions/trade", &changes).await.unwrap();
    let rep = server.sign_in("rep_a").await;
    let record = submitted(&rep, 80_000).await;
    let manager = server.sign_in("manager_a").await;
    let own = task(&manager, &record).await.unwrap();
    act(&manager, &own, "approve", json!({})).await.ok();
    let finance = server.sign_in("finance_a").await;
    let own = task(&finance, &record).await.unwrap();
    let seen = finance.get(&place(&record)).await.ok();
    assert_eq!(seen["task"]["return"]["nodes"][0]["node"], "sales_manager", "{}", seen["task"]);
    let back = json!({"reason": "ask again", "to": "sales_manager", "then": "straight_back"});
    act(&finance, &own, "return", back).await.ok();
    let again = task(&manager, &record).await.unwrap();
    act(&manager, &again, "approve", json!({})).await.ok();
    let own = task(&finance, &record).await.unwrap();
    act(&finance, &own, "return", json!({"reason": "change it", "then": "straight_back", "change": ["remarks"]}))
        .await
        .ok();
    let seen = rep.get(&place(&record)).await.ok();
    assert_eq!(seen["instance"]["returned"]["then"], "straight_back");
    let version = seen["record"]["version"].clone();
    rep.post(&format!("{}/transitions/submit", place(&record)), json!({"version": version})).await.ok();
    assert!(task(&manager, &record).await.is_none(), "it goes straight back to finance");
    assert!(task(&finance, &record).await.is_some());
    let seen = rep.get(&place(&record)).await.ok();
    assert_eq!(seen["instance"]["round"], 1);
    let urge = format!("/api/instances/{}/urge", seen["instance"]["id"].as_str().unwrap());
    rep.post(&urge, json!({})).await.ok();
    rep.post(&urge, json!({})).await.refused(409, "urged_already");
    finance.post(&urge, json!({})).await.refused(403, "forbidden");
    let told = finance.get("/api/notifications").await.ok();
    assert_eq!(told["rows"][0]["kind"], "urge", "{told}");
}

#[tokio::test]
async fn whoever_submits_chooses_the_approvers_that_are_theirs_to_choose() {
    let server = TestApp::trade().await;
    with(&server, r#""approvers": [{"initiator_picks": {"from": [{"role": "sales_manager"}]}}],"#).await;
    let rep = server.sign_in("rep_a").await;
    let record = made(&rep, 80_000).await;
    let path = format!("{}/transitions/submit", place(&record));
    let asked = rep.post(&path, json!({"version": 1})).await;
    asked.refused(422, "invalid");
    assert_eq!(asked.paths(), ["picks.sales_manager"]);
    let picks = json!({"version": 1, "picks": {"sales_manager": [server.person("manager_b")]}});
    rep.post(&path, picks).await.ok();
    assert!(task(&server.sign_in("manager_b").await, &record).await.is_some());
}

#[tokio::test]
async fn batch_decides_several_tasks_at_once_each_by_itself_and_each_told_of() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let (one, other) = (submitted(&rep, 80_000).await, submitted(&rep, 90_000).await);
    let (first, second) = (task(&manager, &one).await.unwrap(), task(&manager, &other).await.unwrap());
    act(&manager, &second, "approve", json!({})).await.ok();
    let tasks = json!([{"id": first["id"]}, {"id": second["id"]}]);
    let told = manager.post("/api/tasks/batch", json!({"verb": "approve", "tasks": tasks})).await.ok();
    assert_eq!(told["rows"][0], json!({"id": first["id"], "ok": true, "status": "running"}));
    assert_eq!((&told["rows"][1]["ok"], &told["rows"][1]["error"]["code"]), (&json!(false), &json!("task_done")));
    manager.post("/api/tasks/batch", json!({"verb": "transfer", "tasks": tasks})).await.refused(422, "invalid");
    rep.post("/api/tasks/batch", json!({"verb": "approve", "tasks": tasks})).await.ok();
    let changes = [(WORKFLOW, r#""withdraw": "undecided","#, r#""withdraw": "undecided", "batch": false,"#)];
    server.publish("definitions/trade", &changes).await.unwrap();
    let third = submitted(&rep, 80_000).await;
    let own = task(&manager, &third).await.unwrap();
    let alone = json!({"verb": "approve", "tasks": [{"id": own["id"]}]});
    let told = manager.post("/api/tasks/batch", alone).await.ok();
    assert_eq!(told["rows"][0]["error"]["code"], "not_batched");
}

#[tokio::test]
async fn administrators_step_in_and_find_what_is_stranded() {
    let server = TestApp::trade().await;
    with(&server, r#""approvers": [{"role": "sales_manager"}], "pool": true,"#).await;
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let admin = server.sign_in("it_a").await;
    let record = submitted(&rep, 80_000).await;
    let own = task(&manager, &record).await.unwrap();
    let instance = format!("/api/instances/{}", own["instance"].as_str().unwrap());
    manager.post(&format!("{instance}/suspend"), json!({"reason": "x"})).await.refused(403, "forbidden");
    admin.post(&format!("{instance}/suspend"), json!({})).await.refused(422, "invalid");
    admin.post(&format!("{instance}/suspend"), json!({"reason": "audit"})).await.ok();
    act(&manager, &own, "approve", json!({})).await.refused(409, "suspended");
    admin.post(&format!("{instance}/resume"), json!({"reason": "done"})).await.ok();

    manager.get("/api/tasks/stranded").await.refused(403, "forbidden");
    assert!(!admin.get("/api/tasks/stranded").await.ok().to_string().contains(own["id"].as_str().unwrap()));
    for who in ["manager_a", "manager_b"] {
        server.give_roles(who, &["sales_rep"]).await;
    }
    let stranded = admin.get("/api/tasks/stranded").await.ok();
    assert!(stranded["rows"].as_array().unwrap().iter().any(|row| row["id"] == own["id"]), "{stranded}");
    let give = json!({"to": server.person("gm_a"), "reason": "nobody is left"});
    act(&rep, &own, "reassign", give.clone()).await.refused(403, "forbidden");
    act(&admin, &own, "reassign", give).await.ok();
    let general = server.sign_in("gm_a").await;
    assert!(task(&general, &record).await.is_some());
    let found = general.get("/api/instances/search?status=running&workflow=quotation_approval").await.ok();
    let rows = found["rows"].as_array().unwrap();
    assert!(rows.iter().any(|row| row["record"] == record["record"]["id"]), "{found}");
    let others = server.sign_in("rep_b").await.get("/api/instances/search").await.ok().to_string();
    assert!(!others.contains(record["record"]["id"].as_str().unwrap()), "records that one does not see are left out");
}

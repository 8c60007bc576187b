//! Running workflows and newer versions of their definitions: what would become of them, taking them over, beginning
//! again; and workflows that call others.

use futures::future::join_all;
use serde_json::{Value as Json, json};

use crate::{
    approval::{submitted, task},
    client::Client,
    records::place,
    support::{TestApp, on_both, repository},
};

const FLOW: &str = "workflows/quotation_approval.json";
const RENAMED: [(&str, &str, &str); 2] = [
    (FLOW, "\"sales_manager\": {", "\"team_lead\": {"),
    (FLOW, "\"default\": \"sales_manager\"", "\"default\": \"team_lead\""),
];
const PLAN: &str = "/api/workflows/quotation_approval/migration/plan";
const MIGRATION: &str = "/api/workflows/quotation_approval/migration";

async fn instance(client: &Client, record: &Json) -> Json {
    client.get(&place(record)).await.ok()["instance"].clone()
}

on_both!(a_running_workflow_is_taken_over_to_the_latest_version_by_administrators_alone, |server| {
    let (rep, manager, admin) =
        (server.sign_in("rep_a").await, server.sign_in("manager_a").await, server.sign_in("it_a").await);
    let record = submitted(&rep, 80_000).await;
    let id = instance(&rep, &record).await["id"].clone();
    let own = task(&manager, &record).await.unwrap();
    server.publish("definitions/trade", &RENAMED).await.unwrap();

    let running = admin.get("/api/workflows").await.ok();
    assert_eq!((&running["latest"], &running["rows"][0]["version"]), (&json!(2), &json!(1)), "{running}");
    for client in [&rep, &manager] {
        client.get("/api/workflows").await.refused(403, "forbidden");
        client.post(PLAN, json!({})).await.refused(403, "forbidden");
        client.post(MIGRATION, json!({"reason": "me"})).await.refused(403, "forbidden");
    }
    let plan = admin.post(PLAN, json!({"from": 1})).await.ok();
    let row_of = |told: &Json| {
        let rows = told["rows"].as_array().unwrap();
        rows.iter().find(|row| row["instance"] == id).unwrap().clone()
    };
    let place_of = |told: &Json| row_of(told)["places"][0].clone();
    assert_eq!(row_of(&plan)["can"], json!(false));
    assert_eq!(place_of(&plan)["hindrance"], "node_gone", "{plan}");
    admin.post(PLAN, json!({"nodes": {"sales_manager": "nobody"}})).await.refused(422, "invalid");
    let nodes = json!({"sales_manager": "team_lead"});
    let plan = admin.post(PLAN, json!({"nodes": nodes})).await.ok();
    assert_eq!((&place_of(&plan)["to"], &row_of(&plan)["can"]), (&json!("team_lead"), &json!(true)));
    assert_eq!(instance(&rep, &record).await["waiting_for"][0]["node"], "sales_manager", "it was only told");

    admin.post(MIGRATION, json!({"nodes": nodes})).await.refused(422, "invalid");
    let done = admin.post(MIGRATION, json!({"nodes": nodes, "reason": "roles have other names"})).await.ok();
    assert_eq!(row_of(&done)["done"], true, "{done}");
    let waiting = instance(&rep, &record).await["waiting_for"].clone();
    assert_eq!((waiting.as_array().unwrap().len(), &waiting[0]["node"]), (1, &json!("team_lead")));
    assert_eq!(task(&manager, &record).await.unwrap()["id"], own["id"], "the task stays what it was");
    assert_eq!(task(&manager, &record).await.unwrap()["node"], "team_lead");
    let way = rep.get(&format!("/api/instances/{}", id.as_str().unwrap())).await.ok();
    let nodes: Vec<&Json> = way["nodes"].as_array().unwrap().iter().map(|n| &n["node"]).collect();
    assert!(nodes.contains(&&json!("team_lead")), "{way}");
    assert_eq!(admin.post(PLAN, json!({})).await.ok()["rows"], json!([]), "nothing is left by an older version");
    manager.post(&format!("/api/tasks/{}/approve", own["id"].as_str().unwrap()), json!({})).await.ok();
});

on_both!(a_running_workflow_begins_again_by_the_latest_version, |server| {
    let (rep, manager, admin) =
        (server.sign_in("rep_a").await, server.sign_in("manager_a").await, server.sign_in("it_a").await);
    let record = submitted(&rep, 80_000).await;
    let own = task(&manager, &record).await.unwrap();
    server.publish("definitions/trade", &RENAMED).await.unwrap();
    let told = admin.post(MIGRATION, json!({"do": "restart", "reason": "the rules were wrong"})).await.ok();
    assert_eq!(told["rows"][0]["done"], true, "{told}");
    let stands = instance(&rep, &record).await;
    assert_eq!((&stands["round"], &stands["waiting_for"][0]["node"]), (&json!(2), &json!("team_lead")));
    let late = manager.post(&format!("/api/tasks/{}/approve", own["id"].as_str().unwrap()), json!({})).await;
    late.refused(409, "task_done");
    assert_eq!(rep.get(&place(&record)).await.ok()["record"]["state"], "approving");
});

on_both!(a_decision_and_a_migration_at_the_same_instant_lose_nothing, |server| {
    let (rep, manager, admin) =
        (server.sign_in("rep_a").await, server.sign_in("manager_a").await, server.sign_in("it_a").await);
    let record = submitted(&rep, 80_000).await;
    let own = task(&manager, &record).await.unwrap();
    server.publish("definitions/trade", &RENAMED).await.unwrap();
    let approve = format!("/api/tasks/{}/approve", own["id"].as_str().unwrap());
    let body = json!({"nodes": {"sales_manager": "team_lead"}, "reason": "at once"});
    let (yes, moved) = tokio::join!(manager.post(&approve, json!({})), admin.post(MIGRATION, body));
    yes.ok();
    moved.ok();
    let stands = instance(&rep, &record).await;
    assert!(stands["waiting_for"].as_array().unwrap().iter().all(|w| w["node"] == "finance"), "{stands}");
});

/// The trade pack in which finance and the general manager are asked by a workflow of its own, under this condition.
async fn calling(server: &TestApp, call: Json) {
    let mut packs = server::packs::read(&[repository().join("definitions/trade")]).unwrap();
    let trade = packs.iter_mut().find(|pack| pack.name == "trade").unwrap();
    let flow = trade.files.iter_mut().find(|file| file.path == FLOW).unwrap();
    let mut json: Json = serde_json::from_str(&flow.text).unwrap();
    let mut node = json!({"type": "call", "label": "Each of them", "workflow": "each_of_them",
        "over": {"people": [{"role": "finance_manager"}, {"role": "general_manager"}]}, "with": {"person": "item"},
        "next": "approved", "rejected": "tell_owner"});
    node.as_object_mut().unwrap().extend(call.as_object().unwrap().clone());
    node.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    json["nodes"]["finance"] = node;
    json["nodes"].as_object_mut().unwrap().retain(|name, _| name != "from_level_three" && name != "general_manager");
    flow.text = json.to_string();
    let callee = json!({"kind": "workflow", "name": "each_of_them", "label": "Each of them", "entity": "quotation", "only_called": true,
        "variables": {"person": {"type": "user", "value": "null"}},
        "nodes": {"start": {"type": "start", "next": "look"},
            "look": {"type": "approval", "label": "Look at it", "approvers": [{"field": "vars.person"}], "nobody": "admin",
                "next": "approved", "rejected": "rejected"},
            "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}}});
    trade.files.push(kernel::SourceFile { path: "workflows/each_of_them.json".into(), text: callee.to_string() });
    let publication = server::publish::Publication { packs, note: "test".into(), by: None, demo: false };
    server.app.publish(publication).await.unwrap();
}

/// Submitted and approved by the sales manager; the clients of those who are called.
async fn called(server: &TestApp, call: Json) -> (Client, Json, Vec<Client>) {
    calling(server, call).await;
    let (rep, manager) = (server.sign_in("rep_a").await, server.sign_in("manager_a").await);
    let record = submitted(&rep, 80_000).await;
    let own = task(&manager, &record).await.unwrap();
    manager.post(&format!("/api/tasks/{}/approve", own["id"].as_str().unwrap()), json!({})).await.ok();
    let mut asked = Vec::new();
    for who in ["finance_a", "gm_a"] {
        asked.push(server.sign_in(who).await);
    }
    (rep, record, asked)
}

async fn act(client: &Client, record: &Json, verb: &str) -> u16 {
    let own = task(client, record).await.unwrap();
    let place = format!("/api/tasks/{}/{verb}", own["id"].as_str().unwrap());
    let answer = client.post(&place, json!({"reason": "so"})).await;
    answer.status
}

on_both!(people_who_are_called_decide_at_the_same_instant_and_it_goes_on_once, |server| {
    let (rep, record, asked) = called(server, json!({})).await;
    let way = instance(&rep, &record).await;
    let preview = rep.get(&format!("/api/instances/{}", way["id"].as_str().unwrap())).await.ok();
    let shown: Vec<&Json> =
        preview["nodes"].as_array().unwrap().iter().filter(|n| n["node"] == "finance.look").collect();
    assert_eq!(shown.len(), 2, "{preview}");
    assert_eq!((&shown[0]["label"], &shown[0]["item"]["kind"]), (&json!("Look at it"), &json!("person")));
    let label = task(&asked[0], &record).await.unwrap()["label"].clone();
    assert!(label.as_str().unwrap().starts_with("Look at it · "), "{label}");
    let told = join_all(asked.iter().map(|client| act(client, &record, "approve"))).await;
    assert_eq!(told, [200, 200]);
    let stands = rep.get(&place(&record)).await.ok();
    assert_eq!((&stands["instance"]["status"], &stands["record"]["state"]), (&json!("ended"), &json!("approved")));
});

on_both!(the_first_who_is_called_is_enough_and_the_task_of_the_other_is_gone, |server| {
    let (rep, record, asked) = called(server, json!({"until": "first"})).await;
    let tasks = join_all(asked.iter().map(|client| task(client, &record))).await;
    let both = asked.iter().zip(tasks).map(|(client, own)| async move {
        let place = format!("/api/tasks/{}/approve", own.unwrap()["id"].as_str().unwrap());
        client.post(&place, json!({"reason": "so"})).await.status
    });
    let mut told = join_all(both).await;
    told.sort_unstable();
    assert_eq!(told, [200, 409]);
    assert_eq!(rep.get(&place(&record)).await.ok()["record"]["state"], "approved");
});

on_both!(what_is_not_waited_for_runs_beside_the_record, |server| {
    let call = json!({"wait": false, "rejected": null});
    let (rep, record, asked) = called(server, call).await;
    let seen = rep.get(&place(&record)).await.ok();
    assert_eq!((&seen["instance"]["status"], &seen["record"]["state"]), (&json!("ended"), &json!("approved")));
    for client in &asked {
        assert_eq!(act(client, &record, "approve").await, 200, "their tasks are there all the same");
    }
    assert_eq!(rep.get(&place(&record)).await.ok()["record"]["state"], "approved", "it moves the record nowhere");
});

on_both!(administrators_add_somebody_to_calls_that_are_under_way, |server| {
    let (rep, record, _) = called(server, json!({})).await;
    let (admin, other) = (server.sign_in("it_a").await, server.sign_in("manager_b").await);
    let id = instance(&rep, &record).await["id"].as_str().unwrap().to_owned();
    let item = other.get("/api/session").await.ok()["user"]["id"].clone();
    let calls = format!("/api/instances/{id}/calls");
    rep.post(&calls, json!({"node": "finance", "item": item})).await.refused(403, "forbidden");
    rep.post(&calls, json!({"node": "finance", "item": item, "reason": "please"})).await.refused(403, "forbidden");
    admin.post(&calls, json!({"node": "finance", "item": item, "reason": "one more"})).await.ok();
    assert_eq!(instance(&rep, &record).await["waiting_for"].as_array().unwrap().len(), 3);
    assert_eq!(act(&other, &record, "approve").await, 200);
});

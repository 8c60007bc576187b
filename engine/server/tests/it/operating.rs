//! What those who look after workflows see and do: the picture of one, why it stands where it stands.

use serde_json::{Value as Json, json};

use crate::{
    approval::{submitted, task},
    client::Client,
    records::{place, place as place_of},
    support::on_both,
};

async fn instance_of(client: &Client, record: &Json) -> String {
    client.get(&place(record)).await.ok()["instance"]["id"].as_str().unwrap().to_owned()
}

fn node<'j>(graph: &'j Json, name: &str) -> &'j Json {
    graph["nodes"].as_array().unwrap().iter().find(|node| node["node"] == name).unwrap()
}

fn edge<'j>(graph: &'j Json, from: &str, slot: &str) -> &'j Json {
    let edges = graph["edges"].as_array().unwrap();
    edges.iter().find(|edge| edge["from"] == from && edge["slot"] == slot).unwrap()
}

fn is_taken(edge: &Json) -> bool {
    !edge["taken"].as_array().unwrap().is_empty()
}

on_both!(the_picture_of_a_workflow_shows_the_way_taken_and_what_comes, |server| {
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let record = submitted(&rep, 80_000).await;
    let id = instance_of(&rep, &record).await;
    let graph = rep.get(&format!("/api/instances/{id}/graph")).await.ok();
    assert_eq!(node(&graph, "start")["status"], "passed");
    let standing = node(&graph, "sales_manager");
    assert_eq!((&standing["status"], &standing["tokens"]), (&json!("open"), &json!(1)), "{graph}");
    assert_eq!(standing["tasks"][0]["name"], manager.get("/api/session").await.ok()["user"]["name"]);
    assert!(standing["tasks"][0]["since"].is_string());
    assert_eq!(node(&graph, "finance")["status"], "next", "{graph}");
    assert!(node(&graph, "finance")["ahead"]["people"][0]["name"].is_string(), "who is next is foretold");
    assert_eq!(node(&graph, "tell_owner")["status"], "possible");
    assert!(is_taken(edge(&graph, "by_level", "default")));
    assert!(!is_taken(edge(&graph, "by_level", "cases.none")));
    assert_eq!(edge(&graph, "by_level", "cases.none")["passed_by"], "did_not_hold");
    assert_eq!(edge(&graph, "sales_manager", "next")["passed_by"], json!(null), "nothing is decided there yet");

    let own = task(&manager, &record).await.unwrap();
    manager.post(&format!("/api/tasks/{}/reject", own["id"].as_str().unwrap()), json!({"reason": "no"})).await.ok();
    let graph = rep.get(&format!("/api/instances/{id}/graph")).await.ok();
    assert_eq!(node(&graph, "sales_manager")["status"], "rejected");
    assert_eq!(node(&graph, "sales_manager")["visits"][0]["people"][0]["reason"], "no");
    assert_eq!(node(&graph, "finance")["status"], "skipped", "it ended without");
    assert!(is_taken(edge(&graph, "sales_manager", "rejected")));
    assert!(is_taken(edge(&graph, "tell_owner", "next")));
    assert_eq!(node(&graph, "rejected")["status"], "passed");
    let kinds: Vec<&str> =
        graph["events"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!((kinds.first(), kinds.last()), (Some(&"started"), Some(&"ended")));
    assert!(!graph.to_string().contains("variables"), "events are told without the values that they hold");
    let other = server.sign_in("rep_b").await;
    other.get(&format!("/api/instances/{id}/graph")).await.refused(404, "not_found");
});

on_both!(why_it_came_to_somebody_is_told_with_what_the_reader_may_see, |server| {
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let record = submitted(&rep, 80_000).await;
    let id = instance_of(&rep, &record).await;
    let own = task(&manager, &record).await.unwrap();
    let why = manager.get(&format!("/api/tasks/{}/why", own["id"].as_str().unwrap())).await.ok();
    assert_eq!(why, manager.get(&format!("/api/instances/{id}/why?node=sales_manager")).await.ok());
    let chose = why["way"].as_array().unwrap().iter().find(|step| step["kind"] == "chose").unwrap();
    assert_eq!((&chose["node"], &chose["case"]), (&json!("by_level"), &json!(null)), "{why}");
    let tried = &chose["tried"][0];
    assert_eq!((&tried["case"], &tried["held"]), (&json!("none"), &json!(false)));
    assert_eq!(tried["condition"]["text"], "vars.level == 0", "the manager may read all of it: {why}");
    let level = &tried["condition"]["looked"][0];
    assert_eq!((&level["what"], &level["value"]), (&json!("variable"), &json!(3)), "{why}");
    let table = &level["looked"][0];
    assert_eq!(table["decision"], "quotation_level");
    assert_eq!(table["rules"][0]["label"], "Amount over CNY 1,000,000", "{why}");
    let amount = table["looked"].as_array().unwrap().iter().find(|one| one["field"] == "amount_cny").unwrap();
    assert!(amount["value"].as_str().unwrap().parse::<f64>().unwrap() > 1_000_000.0, "{why}");
    assert_eq!(why["people"][0]["via"]["kind"], "role");
    assert_eq!(why["people"][0]["via_label"], "Sales manager");
    assert_eq!(why["can_build"], json!(false));

    // Margins are not for whoever sells: neither is what was worked out by them.
    let told = rep.get(&format!("/api/instances/{id}/why?node=sales_manager")).await.ok();
    let chose = told["way"].as_array().unwrap().iter().find(|step| step["kind"] == "chose").unwrap();
    let condition = &chose["tried"][0]["condition"];
    assert_eq!((&condition["hidden"], &condition["text"]), (&json!(true), &json!(null)), "{told}");
    assert_eq!(condition["looked"][0]["value"], json!(null), "{told}");
    assert!(!told.to_string().contains("margin"), "{told}");

    let ahead = manager.get(&format!("/api/instances/{id}/why?node=finance")).await.ok();
    assert_eq!(ahead["visited"], json!(false));
    let approve = format!("/api/tasks/{}/approve", own["id"].as_str().unwrap());
    manager.post(&approve, json!({})).await.ok();
    let finance = manager.get(&format!("/api/instances/{id}/why?node=finance")).await.ok();
    let kinds: Vec<&str> = finance["way"].as_array().unwrap().iter().map(|s| s["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["decided", "chose"], "{finance}");
    assert_eq!(finance["way"][1]["case"], "yes");
    manager.get(&format!("/api/instances/{id}/why?node=nowhere")).await.refused(404, "not_found");
    let other = server.sign_in("rep_b").await;
    other.get(&format!("/api/instances/{id}/why?node=finance")).await.refused(404, "not_found");
});

on_both!(a_way_that_was_not_taken_is_told_with_where_it_was_left, |server| {
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let record = submitted(&rep, 80_000).await;
    let id = instance_of(&rep, &record).await;
    let own = task(&manager, &record).await.unwrap();
    manager.post(&format!("/api/tasks/{}/reject", own["id"].as_str().unwrap()), json!({"reason": "no"})).await.ok();
    let why = rep.get(&format!("/api/instances/{id}/why?node=general_manager")).await.ok();
    assert_eq!(why["visited"], json!(false));
    assert_eq!(
        (&why["passed_by"][0]["node"], &why["passed_by"][0]["slot"]),
        (&json!("sales_manager"), &json!("rejected"))
    );
});

on_both!(what_waits_is_found_by_how_long_it_waits_where_and_with_whom, |server| {
    let rep = server.sign_in("rep_a").await;
    let first = submitted(&rep, 80_000).await;
    server.app.clock().set(server.app.clock().now() + chrono::Duration::days(3));
    let rep = server.sign_in("rep_a").await;
    let second = submitted(&rep, 80_000).await;
    let manager = server.sign_in("manager_a").await;
    let own = task(&manager, &first).await.unwrap();
    manager.post(&format!("/api/tasks/{}/approve", own["id"].as_str().unwrap()), json!({})).await.ok();
    let (first, second) = (instance_of(&rep, &first).await, instance_of(&rep, &second).await);
    let found = async |query: &str| -> Vec<String> {
        let rows =
            rep.get(&format!("/api/instances/search?order=waiting&limit=100&{query}")).await.ok()["rows"].clone();
        rows.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    let all = found("workflow=quotation_approval").await;
    assert!(all.contains(&first) && all.contains(&second), "{all:?}");
    let at_finance = found("node=finance").await;
    assert!(at_finance.contains(&first) && !at_finance.contains(&second), "{at_finance:?}");
    let long = found("waiting_days=2").await;
    assert!(!long.contains(&first) && !long.contains(&second), "both have been with somebody for a moment: {long:?}");
    let person = server.person("manager_a");
    let theirs = found(&format!("waiting_for={person}")).await;
    assert!(theirs.contains(&second) && !theirs.contains(&first), "{theirs:?}");
    assert!(found("overdue=true").await.iter().all(|id| *id != first && *id != second), "nothing has a deadline");
    rep.get("/api/instances/search?state=lost").await.refused(422, "invalid");
    // A page each: nothing twice, nothing left out.
    let (mut paged, mut next) = (Vec::new(), String::new());
    loop {
        let page = rep.get(&format!("/api/instances/search?order=waiting&limit=1{next}")).await.ok();
        paged.extend(page["rows"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(cursor) => next = format!("&after={cursor}"),
            None => break,
        }
    }
    assert_eq!(paged, found("").await);
    let since = async |id: &str| {
        let way = rep.get(&format!("/api/instances/{id}")).await.ok();
        way["waiting_for"].as_array().unwrap().iter().map(|w| w["since"].as_str().unwrap().to_owned()).min().unwrap()
    };
    let mut ages = Vec::new();
    for id in &paged {
        ages.push(since(id).await);
    }
    assert!(ages.is_sorted(), "what has waited longest comes first: {ages:?}");
});

on_both!(how_long_tasks_take_is_told_by_node_and_person, |server| {
    let rep = server.sign_in("rep_a").await;
    rep.get("/api/analytics").await.refused(403, "forbidden");
    // Monday 10:00 in Shanghai; each is decided so many hours later, the last one not at all.
    let mut records = Vec::new();
    for _ in 0..4 {
        records.push(submitted(&rep, 80_000).await);
    }
    let began = server.app.clock().now();
    for (record, (hours, verb)) in records.iter().zip([(1, "approve"), (2, "reject"), (7, "approve")]) {
        server.app.clock().set(began + chrono::Duration::hours(hours));
        let manager = server.sign_in("manager_a").await;
        let own = task(&manager, record).await.unwrap();
        let place = format!("/api/tasks/{}/{verb}", own["id"].as_str().unwrap());
        manager.post(&place, json!({"reason": "decided"})).await.ok();
    }
    let admin = server.sign_in("it_a").await;
    let day = began.format("%Y-%m-%d");
    let asked = format!("workflow=quotation_approval&from={day}&to={day}&person={}", server.person("manager_a"));
    let told = admin.get(&format!("/api/analytics?by=node&{asked}")).await.ok();
    let rows = told["rows"].as_array().unwrap();
    let own = rows.iter().find(|row| row["node"] == "sales_manager").unwrap();
    assert_eq!((&own["done"], &own["rejected"], &own["returned"]), (&json!(3), &json!(1), &json!(0)), "{told}");
    assert_eq!((&own["median_minutes"], &own["most_minutes"]), (&json!(120), &json!(420)), "{told}");
    assert!((118..=120).contains(&own["median_worked"].as_i64().unwrap()), "two hours before lunch: {told}");
    assert!(own["open"].as_i64().unwrap() >= 1 && own["oldest"].is_string(), "{told}");
    assert!(told["graph"]["nodes"].as_array().unwrap().iter().any(|node| node["node"] == "finance"));
    let people = admin.get(&format!("/api/analytics?by=person&{asked}")).await.ok();
    assert_eq!(people["rows"][0]["person"], json!(server.person("manager_a")), "{people}");
    let later = admin.get("/api/analytics?by=workflow&from=2030-01-01&to=2030-02-01").await.ok();
    assert!(later["rows"].as_array().unwrap().iter().all(|row| row["done"] == 0), "{later}");
    admin.get("/api/analytics?by=moon").await.refused(422, "invalid");
    let file = admin.get(&format!("/api/analytics.csv?by=node&{asked}")).await;
    assert!(
        file.text.contains("quotation_approval,Quotation approval,sales_manager,Sales manager,,3,120,420,"),
        "{}",
        file.text
    );
    let noted = admin.get("/api/audit?kind=export").await.ok();
    assert_eq!(noted["rows"][0]["detail"]["entity"], "analytics", "{noted}");
});

on_both!(the_owners_of_a_workflow_see_how_long_it_takes, |server| {
    let label = r#""label": "Quotation approval","#;
    let owned = r#""label": "Quotation approval", "owners": ["sales_manager"],"#;
    server.publish("definitions/trade", &[("workflows/quotation_approval.json", label, owned)]).await.unwrap();
    let manager = server.sign_in("manager_a").await;
    let told = manager.get("/api/analytics").await.ok();
    assert_eq!(told["workflows"].as_array().unwrap().len(), 1, "{told}");
    assert!(told["rows"].as_array().unwrap().iter().all(|row| row["workflow"] == "quotation_approval"), "{told}");
    manager.get("/api/analytics?workflow=order_approval").await.refused(404, "not_found");
    server.sign_in("rep_a").await.get("/api/analytics").await.refused(403, "forbidden");
});

on_both!(what_cannot_be_done_waits_for_an_administrator, |server| {
    let file = "workflows/quotation_approval.json";
    let first = r#""from_level_two": {"#;
    let action = r#""share": {
      "type": "action",
      "do": {"go": {"update": {"set": {"insurance_rate": "0.1 / (lead_time_days ?? 0)"}}}},
      "next": "from_level_two"
    },
    "from_level_two": {"#;
    server
        .publish(
            "definitions/trade",
            &[
                (file, first, action),
                (
                    file,
                    r#""decide_by_mail": true,
      "next": "from_level_two""#,
                    r#""decide_by_mail": true,
      "next": "share""#,
                ),
            ],
        )
        .await
        .unwrap();
    server.give_roles("it_a", &["it_admin", "general_manager"]).await;
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let admin = server.sign_in("it_a").await;
    let record = submitted(&rep, 80_000).await;
    let id = instance_of(&rep, &record).await;
    let own = task(&manager, &record).await.unwrap();
    manager.post(&format!("/api/tasks/{}/approve", own["id"].as_str().unwrap()), json!({})).await.ok();
    let graph = rep.get(&format!("/api/instances/{id}/graph")).await.ok();
    assert_eq!(node(&graph, "sales_manager")["status"], "approved", "the decision stands");
    assert_eq!((&graph["status"], &node(&graph, "share")["status"]), (&json!("running"), &json!("open")), "{graph}");
    assert_eq!(graph["incidents"], json!(null), "what went wrong is for administrators");
    let told = admin.get("/api/notifications").await.ok();
    assert!(told["rows"].as_array().unwrap().iter().any(|row| row["kind"] == "incident"), "{told}");
    let found = admin.get("/api/instances/search?state=incident").await.ok();
    let incident = &found["rows"][0]["incidents"][0];
    assert_eq!((&found["rows"][0]["id"], &incident["node"]), (&json!(id), &json!("share")), "{found}");
    let place = format!("/api/instances/{id}/incidents/{}", incident["token"]);
    let retry = format!("{place}/retry");
    manager.post(&retry, json!({"reason": "again"})).await.refused(403, "forbidden");
    admin.post(&retry, json!({})).await.refused(422, "invalid");
    admin.post(&retry, json!({"reason": "again"})).await.ok();
    let still = admin.get("/api/instances/search?state=incident").await.ok();
    assert_eq!(still["rows"][0]["id"], json!(id), "nothing was mended");
    let unknown = json!({"reason": "mend", "fields": {"nothing": 1}});
    admin.post(&retry, unknown).await.refused(422, "invalid");
    let mended = json!({"reason": "the lead time was missing", "fields": {"lead_time_days": 10}});
    admin.post(&retry, mended).await.ok();
    let seen = rep.get(&place_of(&record)).await.ok();
    assert_eq!(
        (&seen["record"]["lead_time_days"], &seen["record"]["insurance_rate"]),
        (&json!(10), &json!("0.010000"))
    );
    let graph = admin.get(&format!("/api/instances/{id}/graph")).await.ok();
    assert_eq!((&graph["incidents"], &node(&graph, "finance")["status"]), (&json!([]), &json!("open")), "{graph}");
    let solved = graph["events"].as_array().unwrap().iter().rfind(|e| e["kind"] == "incident_solved").unwrap();
    assert_eq!(solved["reason"], "the lead time was missing", "{solved}");
    admin.post(&format!("{place}/skip"), json!({"reason": "late"})).await.refused(409, "incident_changed");
});

on_both!(an_administrator_looks_after_workflows_of_records_that_no_role_shows_them, |server| {
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let admin = server.sign_in("it_a").await;
    let record = submitted(&rep, 80_000).await;
    let id = instance_of(&rep, &record).await;
    let own = task(&manager, &record).await.unwrap();
    let approve = format!("/api/tasks/{}/approve", own["id"].as_str().unwrap());
    manager.post(&approve, json!({"reason": "a word of theirs"})).await.ok();
    admin.get(&place_of(&record)).await.refused(404, "not_found");
    let graph = admin.get(&format!("/api/instances/{id}/graph")).await.ok();
    assert_eq!((&graph["title"], &graph["can_operate"]), (&json!(null), &json!(true)), "{graph}");
    assert!(!graph.to_string().contains("a word of theirs"));
    let why = admin.get(&format!("/api/instances/{id}/why?node=finance")).await.ok();
    let chose = why["way"].as_array().unwrap().iter().find(|step| step["kind"] == "chose").unwrap();
    assert_eq!(chose["tried"][0]["condition"], json!({"text": null, "looked": [], "hidden": true}), "{why}");
    let found = admin.get("/api/instances/search?order=waiting&node=finance").await.ok();
    let row = found["rows"].as_array().unwrap().iter().find(|row| row["id"] == json!(id)).unwrap();
    assert_eq!(row["title"], json!(null));
    admin.post(&format!("/api/instances/{id}/suspend"), json!({"reason": "holidays"})).await.ok();
    let suspended = admin.get("/api/instances/search?state=suspended").await.ok();
    assert!(suspended["rows"].as_array().unwrap().iter().any(|row| row["id"] == json!(id)), "{suspended}");
    admin.post(&format!("/api/instances/{id}/resume"), json!({"reason": "back"})).await.ok();
    let suspended = admin.get("/api/instances/search?state=suspended").await.ok();
    assert!(suspended["rows"].as_array().unwrap().iter().all(|row| row["id"] != json!(id)), "{suspended}");
});

//! Changes of many records at once: each by itself, under rights and rules, told row by row, taken back.

use serde_json::{Value as Json, json};
use store::BulkRow;
use uuid::Uuid;

use crate::{
    client::{Client, encoded},
    support::{TestApp, on_both},
};

/// The rows of a list: ids with versions, as a caller read them.
async fn rows(client: &Client, path: &str) -> Vec<Json> {
    client.get(path).await.ok()["rows"].as_array().unwrap().clone()
}

fn chosen(rows: &[Json]) -> Json {
    rows.iter().map(|row| json!({"id": row["id"], "version": row["version"]})).collect()
}

/// The change as it is when it has come to its end.
async fn ended(client: &Client, id: &Json) -> Json {
    let place = format!("/api/bulk/{}", id.as_str().unwrap());
    loop {
        let bulk = client.get(&place).await.ok();
        if matches!(bulk["status"].as_str(), Some("done" | "undone")) {
            return bulk;
        }
        tokio::task::yield_now().await;
    }
}

on_both!(each_row_is_changed_by_itself_and_told, |server| {
    let manager = server.sign_in("gm_a").await;
    let admin = server.sign_in("it_a").await;
    let drafts = format!("/api/records/quotation?limit=3&filter={}", encoded(r#"["state","=","draft"]"#));
    let draft = rows(&manager, &drafts).await;
    let locked = format!("/api/records/quotation?limit=1&filter={}", encoded(r#"["state","=","superseded"]"#));
    let mut some = draft.clone();
    some.extend(rows(&manager, &locked).await);
    let rep = server.sign_in("rep_a").await;
    let mine = rows(&rep, &format!("{drafts}&columns=notes")).await;
    let hidden = rows(&server.sign_in("rep_b").await, &drafts).await;
    let mut wanted: Vec<Json> = mine.iter().take(2).map(|row| row["id"].clone()).collect();
    wanted.push(hidden[0]["id"].clone());
    wanted.push(json!(Uuid::now_v7()));
    let body = json!({"rows": wanted, "set": {"notes": "Asked again"}});
    let keyed = rep.with("idempotency-key", "bulk-1");
    let begun = keyed.post("/api/records/quotation/bulk", body.clone()).await.ok();
    let told = ended(&rep, &begun["id"]).await;
    let hides = hidden[0]["id"] != mine[0]["id"];
    assert!(hides, "the other one sees other quotations");
    assert_eq!((&told["total"], &told["done"], &told["refused"]), (&json!(4), &json!(2), &json!(2)), "{told}");
    // What is hidden and what is not there are refused alike.
    for at in [2, 3] {
        let row = &told["rows"][at];
        assert_eq!((&row["result"], &row["code"], row.get("title")), (&json!("refused"), &json!("not_found"), None));
    }
    for row in mine.iter().take(2) {
        let now = rep.get(&format!("/api/records/quotation/{}", row["id"].as_str().unwrap())).await.ok();
        assert_eq!(now["record"]["notes"], "Asked again");
        assert_eq!(now["record"]["version"], row["version"].as_i64().unwrap() + 1);
    }
    // The same again does nothing again; the same key for something else is refused.
    let again = keyed.post("/api/records/quotation/bulk", body).await.ok();
    assert_eq!(again["id"], begun["id"]);
    let other = json!({"rows": wanted, "set": {"notes": "Else"}});
    keyed.post("/api/records/quotation/bulk", other).await.refused(422, "idempotency_key_reused");
    // Somebody else's change is nobody's business.
    let place = format!("/api/bulk/{}", begun["id"].as_str().unwrap());
    admin.get(&place).await.refused(404, "not_found");
    admin.post(&format!("{place}/undo"), json!({})).await.refused(404, "not_found");
    // What already is so is skipped.
    let same = json!({"rows": [wanted[0]], "set": {"notes": "Asked again"}});
    let begun = rep.post("/api/records/quotation/bulk", same).await.ok();
    assert_eq!(ended(&rep, &begun["id"]).await["skipped"], 1);
    // Rules and locks hold for each row.
    let body = json!({"rows": chosen(&some), "set": {"valid_until": "2020-01-01"}});
    let begun = manager.post("/api/records/quotation/bulk", body).await.ok();
    let told = ended(&manager, &begun["id"]).await;
    assert_eq!(told["done"], 0, "{told}");
    assert!(told["rows"].as_array().unwrap().iter().all(|row| row["message"].is_string()), "{told}");
});

on_both!(a_change_of_many_is_taken_back_where_nobody_changed_the_same_since, |server| {
    let rep = server.sign_in("rep_a").await;
    let drafts = format!("/api/records/quotation?limit=2&columns=notes&filter={}", encoded(r#"["state","=","draft"]"#));
    let before = rows(&rep, &drafts).await;
    let body = json!({"rows": chosen(&before), "set": {"notes": "For all"}});
    let begun = rep.post("/api/records/quotation/bulk", body).await.ok();
    let told = ended(&rep, &begun["id"]).await;
    assert_eq!((&told["done"], &told["undoable"]), (&json!(2), &json!(true)), "{told}");
    let second = format!("/api/records/quotation/{}", before[1]["id"].as_str().unwrap());
    let version = rep.get(&second).await.ok()["record"]["version"].clone();
    rep.patch(&second, json!({"version": version, "notes": "Mine"})).await.ok();
    rep.post(&format!("/api/bulk/{}/undo", begun["id"].as_str().unwrap()), json!({})).await.ok();
    let told = ended(&rep, &begun["id"]).await;
    assert_eq!((&told["undone"], &told["kept"], &told["undoable"]), (&json!(1), &json!(1), &json!(false)), "{told}");
    let first = rep.get(&format!("/api/records/quotation/{}", before[0]["id"].as_str().unwrap())).await.ok();
    assert_eq!(first["record"]["notes"], before[0]["notes"]);
    assert_eq!(rep.get(&second).await.ok()["record"]["notes"], "Mine");
    rep.post(&format!("/api/bulk/{}/undo", begun["id"].as_str().unwrap()), json!({})).await.refused(409, "wrong_state");
});

on_both!(all_that_a_list_finds_are_deleted_and_restored, |server| {
    let rep = server.sign_in("rep_a").await;
    let filter = json!(["state", "=", "draft"]);
    let count = format!("/api/records/quotation/count?filter={}", encoded(&filter.to_string()));
    let there = rep.get(&count).await.ok()["count"].as_i64().unwrap();
    assert!(there > 0);
    let body = json!({"all": {"view": "my_quotations", "filter": filter}, "delete": true});
    let begun = rep.post("/api/records/quotation/bulk", body).await;
    if begun.status == 403 {
        // Nobody but managers may delete quotations in this pack.
        return;
    }
    let begun = begun.ok();
    let told = ended(&rep, &begun["id"]).await;
    assert_eq!(told["done"], there, "{told}");
    assert_eq!(rep.get(&count).await.ok()["count"], 0);
    rep.post(&format!("/api/bulk/{}/undo", begun["id"].as_str().unwrap()), json!({})).await.ok();
    assert_eq!(ended(&rep, &begun["id"]).await["undone"], there);
    assert_eq!(rep.get(&count).await.ok()["count"], there);
});

#[tokio::test]
async fn what_cannot_be_done_with_any_row_is_refused_at_once() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let id = rows(&rep, "/api/records/quotation?limit=1").await[0]["id"].clone();
    for (body, path) in [
        (json!({"rows": [id], "set": {"custmer": 1}}), "set.custmer"),
        (json!({"rows": [id], "set": {"lines": []}}), "set.lines"),
        (json!({"rows": [id], "set": {}}), "set"),
        (json!({"rows": [id], "transition": "fly"}), "transition.name"),
        (json!({"rows": [id]}), ""),
        (json!({"rows": [id], "delete": true, "restore": true}), ""),
        (json!({"set": {"notes": "x"}}), ""),
        (json!({"rows": ["x"], "set": {"notes": "x"}}), "rows"),
        (json!({"rows": vec![json!(Uuid::now_v7()); 3], "all": {}, "set": {"notes": "x"}}), ""),
    ] {
        let answer = rep.post("/api/records/quotation/bulk", body.clone()).await;
        answer.refused(422, "invalid");
        assert_eq!(answer.paths(), [path], "{body}");
    }
    let many: Vec<Uuid> = (0..5_001).map(|_| Uuid::now_v7()).collect();
    let answer = rep.post("/api/records/quotation/bulk", json!({"rows": many, "set": {"notes": "x"}})).await;
    answer.refused(422, "invalid");
    assert_eq!(answer.body["error"]["details"][0]["code"], "too_many");
    rep.post("/api/records/currency/bulk", json!({"rows": [id], "delete": true})).await.refused(403, "forbidden");
}

#[tokio::test]
async fn a_transition_is_made_of_many_and_refused_where_it_is_not_possible() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let some = rows(&rep, "/api/records/quotation?limit=200").await;
    let body = json!({"rows": chosen(&some), "transition": "send"});
    let begun = rep.post("/api/records/quotation/bulk", body).await.ok();
    let told = ended(&rep, &begun["id"]).await;
    let approved = some.iter().filter(|row| row["state"] == "approved").count();
    assert_eq!((told["done"].as_u64().unwrap() as usize, &told["undoable"]), (approved, &json!(false)), "{told}");
    assert_eq!(told["refused"].as_u64().unwrap() as usize, some.len() - approved);
    let place = format!("/api/bulk/{}?result=refused", begun["id"].as_str().unwrap());
    let refused = rep.get(&place).await.ok();
    assert!(
        refused["rows"].as_array().unwrap().iter().all(|row| row["result"] == "refused" && row["title"].is_string())
    );
}

#[tokio::test]
async fn a_change_that_was_broken_off_goes_on_and_changes_nothing_twice() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let some = rows(&rep, "/api/records/quotation?limit=3&filter=%5B%22state%22,%22=%22,%22draft%22%5D").await;
    let ids: Vec<(Uuid, Option<i64>)> =
        some.iter().map(|row| (Uuid::parse_str(row["id"].as_str().unwrap()).unwrap(), None)).collect();
    let now = server.app.clock().now();
    let bulk = BulkRow {
        id: Uuid::now_v7(),
        entity: "quotation".into(),
        created_by: server.person("rep_a"),
        created_at: now,
        status: "running".into(),
        action: json!({"set": {"notes": "Taken over"}}),
        request_hash: None,
    };
    // Somebody else's, who has ended: nothing has come of it yet.
    server
        .app
        .store()
        .create_bulk(&bulk, &ids, None, Uuid::now_v7(), now - chrono::Duration::seconds(1))
        .await
        .unwrap();
    server.app.recover_bulk().await.unwrap();
    let told = ended(&rep, &json!(bulk.id)).await;
    assert_eq!(told["done"], ids.len(), "{told}");
    // It is nobody's to be taken over any more.
    server.app.recover_bulk().await.unwrap();
    for row in &some {
        let place = format!("/api/records/quotation/{}", row["id"].as_str().unwrap());
        assert_eq!(rep.get(&place).await.ok()["record"]["version"], row["version"].as_i64().unwrap() + 1);
    }
}

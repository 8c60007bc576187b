//! The trash: for who may delete, emptied by administrators and by time, and nothing that others refer to is destroyed.

use chrono::Duration;
use serde_json::json;
use server::audit::Finding;

use crate::{
    records::{made, place},
    support::on_both,
};

on_both!(what_is_destroyed_is_told_first_and_leaves_its_history_without_values, |server| {
    let rep = server.sign_in("rep_a").await;
    let admin = server.sign_in("it_a").await;
    let sheet = made(&rep, 1000).await;
    let (at, id) = (place(&sheet), sheet["record"]["id"].as_str().unwrap().to_owned());
    rep.post(&format!("{at}/comments"), json!({"text": "a secret word"})).await.ok();
    let trashed = format!("/api/trash/quotation/{id}");
    admin.get(&trashed).await.refused(404, "not_found");
    rep.delete(&at).await;

    let trash = rep.get("/api/trash").await.ok();
    assert!(
        trash["entities"].as_array().unwrap().iter().any(|e| e["entity"] == "quotation" && e["count"] == 1),
        "{trash}"
    );
    assert_eq!((&trash["days"], &trash["may_empty"]), (&json!(30), &json!(false)));
    let rows = rep.get("/api/records/quotation?deleted=1&columns=deleted_at,updated_by").await.ok();
    assert_eq!(rows["rows"][0]["id"], json!(id));
    let others = server.sign_in("rep_b").await.get("/api/records/quotation?deleted=1").await.ok();
    assert_eq!(others["rows"], json!([]), "not theirs to delete");
    rep.get(&trashed).await.refused(403, "forbidden");
    rep.delete(&trashed).await.refused(403, "forbidden");

    let told = admin.get(&trashed).await.ok();
    assert_eq!((&told["comments"], &told["referring"]), (&json!(1), &json!([])), "{told}");
    assert!(told["lines"].as_i64().unwrap() >= 1 && !told.to_string().contains("secret"));
    assert_eq!(admin.delete(&trashed).await.status, 204);
    admin.get(&trashed).await.refused(404, "not_found");
    rep.get(&at).await.refused(404, "not_found");
    let comments = server.app.store().comments(id.parse().unwrap()).await.unwrap();
    assert_eq!(comments[0].comment.text, "", "the values are gone");
    let history = server.app.store().history_since(id.parse().unwrap(), 0).await.unwrap();
    assert_eq!(history.len(), 3, "made, deleted, destroyed");
    assert!(!format!("{history:?}").contains("1000"), "{history:?}");
    let mut faults = Vec::new();
    server.app.verify_histories(None, |finding: Finding| faults.push(finding.to_string())).await.unwrap();
    assert!(faults.is_empty(), "{faults:?}");
});

on_both!(what_others_refer_to_stays_and_old_trash_goes_by_itself, |server| {
    let rep = server.sign_in("rep_a").await;
    let admin = server.sign_in("it_a").await;
    // A sheet refers to its partner, whom somebody who may everything puts into the trash.
    let sheet = made(&rep, 1000).await;
    let customer = sheet["record"]["customer"].as_str().unwrap().to_owned();
    let command = server::command::RemoveRecord {
        entity: "customer".into(),
        id: customer.parse().unwrap(),
        version: None,
        deleted: true,
    };
    server.app.perform(None, &command).await.unwrap();
    rep.delete(&place(&sheet)).await;
    let trashed = format!("/api/trash/customer/{customer}");
    let told = admin.get(&trashed).await.ok();
    assert!(told["referring"].as_array().unwrap().iter().any(|other| other["id"] == sheet["record"]["id"]), "{told}");
    admin.delete(&trashed).await.refused(409, "referred_to");

    let old = server.app.clock().now() - Duration::days(30);
    let kept = server.app.empty_trash(None, None, old).await.unwrap();
    assert_eq!(kept.purged, 0, "not old enough");
    let emptied = admin.delete("/api/trash?entity=quotation").await.ok();
    assert_eq!(emptied["purged"], json!(1), "{emptied}");
});

//! Histories are proved: what the engine wrote holds, what somebody changed in the database is told.

use serde_json::json;
use server::audit::Finding;

use crate::support::{TestApp, on_both};

pub(crate) async fn found(server: &TestApp) -> Vec<String> {
    let mut found = Vec::new();
    let tell = |finding: Finding| found.push(finding.to_string());
    let walked = server.app.verify_histories(None, tell).await.unwrap();
    assert!(walked.chains > 100 && walked.entries > walked.chains, "{walked:?}");
    found
}

on_both!(what_the_engine_writes_holds_from_seeds_to_approvals, |server| {
    let client = server.sign_in("rep_a").await;
    let sheet = client.get("/api/records/quotation?limit=1").await.ok();
    let id = sheet["rows"][0]["id"].as_str().unwrap().to_owned();
    let place = format!("/api/records/quotation/{id}");
    client.post(&format!("{place}/comments"), json!({"text": "As asked by phone"})).await.ok();
    let record = client.get(&place).await.ok()["record"].clone();
    client.patch(&place, json!({"version": record["version"], "notes": "call again"})).await;
    let none: [String; 0] = [];
    assert_eq!(found(server).await, none);

    let root = server.app.write_daily_root().await.unwrap().unwrap();
    assert!(root.chains > 100 && root.path.exists());
    assert_eq!(server.app.write_daily_root().await.unwrap(), None, "one a day");
    client.post(&format!("{place}/comments"), json!({"text": "Once more"})).await.ok();
    let second = server.app.write_root("later").await.unwrap().unwrap();
    assert_eq!(second.chains, 1, "only what went on");
    assert_eq!(found(server).await, none);

    // The last comment is taken out, and the chain's end set back, as by somebody who knows how.
    server.tamper("delete from sys_comments where body = 'Once more'").await;
    let told = found(server).await;
    assert!(told.iter().any(|told| told.starts_with(&format!("truncated: quotation {id}, entry "))), "{told:?}");

    let text = std::fs::read_to_string(&second.path).unwrap();
    std::fs::write(&second.path, text.replacen("later", "today", 1)).unwrap();
    let told = found(server).await;
    assert!(told.iter().any(|told| told.starts_with("root_changed: 000002-later.root is not signed")), "{told:?}");
    std::fs::remove_file(&second.path).unwrap();
    assert!(found(server).await.contains(&"root_missing: the file of root 2 of later".to_owned()));
    std::fs::write(&second.path, &text).unwrap();
    std::fs::remove_file(&root.path).unwrap();
    assert!(found(server).await.contains(&"root_missing: the files of the roots before 000002-later.root".to_owned()));
});

#[tokio::test]
async fn roots_by_another_key_are_told() {
    let server = TestApp::trade().await;
    server.app.write_root("one").await.unwrap().unwrap();
    let mut told = Vec::new();
    let key = "00".repeat(32);
    server.app.verify_histories(Some(&key), |finding| told.push(finding.to_string())).await.unwrap();
    assert_eq!(told, ["root_changed: 000001-one.root is not signed by this installation's key"]);
}

//! Imports: checked without writing, run, told by row and column, undone as one.

use axum::{body::Bytes, http::Method};
use serde_json::{Value as Json, json};
use server::import::{ImportState, Plan, Upload};

use crate::{
    client::{Answer, Client},
    support::{TestApp, on_both},
};

const LEDGER: &str = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n\
    536365,85123A,WHITE  HANGING HEART ,6,2010-12-01 08:26,2.55,17850,United Kingdom\n\
    536366,71053,LANTERN,2,2010-12-01 08:28,3.39,17850,United Kingdom\n\
    C536365,85123A,WHITE HANGING HEART,-1,2010-12-02,2.55,17850,United Kingdom\n\
    536365,POST,POSTAGE,1,2010-12-01 08:26,18,17850,United Kingdom\n\
    536367,71053,LANTERN,4,01.12.2010,\"1,003.39\",,EIRE\n";

/// Sends a file as a browser does.
pub(crate) async fn upload(client: &Client, name: &str, content: &[u8]) -> Answer {
    let mut body = b"--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"".to_vec();
    body.extend_from_slice(name.as_bytes());
    body.extend_from_slice(b"\"\r\ncontent-type: application/octet-stream\r\n\r\n");
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    let client = client.with("content-type", "multipart/form-data; boundary=edge");
    client.send_bytes(Method::POST, "/api/imports", Bytes::from(body)).await
}

/// Waits until an import has come to rest.
pub(crate) async fn ended(client: &Client, id: &str) -> Json {
    loop {
        let job = client.get(&format!("/api/imports/{id}")).await.ok();
        if !["checking", "running", "stopping"].contains(&job["status"].as_str().unwrap()) {
            return job;
        }
        tokio::task::yield_now().await;
    }
}

/// Uploads and runs (or checks) with a plan.
async fn import(client: &Client, content: &str, plan: Json, how: &str) -> Json {
    let uploaded = upload(client, "file.csv", content.as_bytes()).await.ok();
    let id = uploaded["id"].as_str().unwrap();
    client.post(&format!("/api/imports/{id}/{how}"), plan).await.ok();
    ended(client, id).await
}

async fn count(client: &Client, entity: &str) -> u64 {
    client.get(&format!("/api/records/{entity}/count")).await.ok()["count"].as_u64().unwrap()
}

async fn found(client: &Client, entity: &str, field: &str, value: &str) -> Option<Json> {
    let filter = format!("%5B%22{field}%22,%22=%22,%22{value}%22%5D");
    let page = client.get(&format!("/api/records/{entity}?filter={filter}")).await.ok();
    let id = page["rows"].get(0)?["id"].as_str()?.to_owned();
    Some(client.get(&format!("/api/records/{entity}/{id}")).await.ok()["record"].clone())
}

on_both!(a_ledger_becomes_records_and_goes_away_again, |server| {
    let manager = server.sign_in("manager_a").await;
    let before =
        (count(&manager, "customer").await, count(&manager, "product").await, count(&manager, "past_order").await);
    let uploaded = upload(&manager, "ledger.csv", LEDGER.as_bytes()).await.ok();
    assert_eq!(uploaded["imports"][0]["name"], "online_retail");
    assert_eq!(uploaded["headings"][1], "StockCode");
    let id = uploaded["id"].as_str().unwrap();

    manager.post(&format!("/api/imports/{id}/dry_run"), json!({"import": "online_retail"})).await.ok();
    let checked = ended(&manager, id).await;
    let made = json!({"create": 1, "update": 0, "skip": 0, "invalid": 0});
    assert_eq!(
        (&checked["status"], &checked["problem_count"], &checked["summary"]["customer"]),
        (&json!("checked"), &json!(0), &made)
    );
    assert_eq!(checked["summary"]["past_order"]["create"], 4);
    assert_eq!((count(&manager, "customer").await, count(&manager, "product").await), (before.0, before.1));

    manager.post(&format!("/api/imports/{id}/run"), json!({})).await.ok();
    let done = ended(&manager, id).await;
    assert_eq!((&done["status"], &done["summary"], &done["done"]), (&json!("done"), &checked["summary"], &json!(5)));
    let order = found(&manager, "past_order", "invoice_number", "536365").await.unwrap();
    let lines = order["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 2, "the rows of an order need not stand together: {order}");
    assert_eq!((&lines[0]["description"], &lines[0]["amount"]), (&json!("WHITE HANGING HEART"), &json!("15.3000")));
    assert!(lines[0]["product"].is_string() && lines[1]["product"].is_null());
    let other = found(&manager, "past_order", "invoice_number", "536367").await.unwrap();
    assert_eq!((&other["order_date"], &other["total"]), (&json!("2010-12-01"), &json!("4013.5600")));

    let again = import(&manager, LEDGER, json!({"import": "online_retail"}), "run").await;
    assert_eq!(again["summary"]["past_order"], json!({"create": 0, "update": 0, "skip": 4, "invalid": 0}));

    let undone = manager.post(&format!("/api/imports/{id}/undo"), json!({})).await.ok();
    assert_eq!((&undone["status"], &undone["kept"]), (&json!("undone"), &json!(0)));
    let after =
        (count(&manager, "customer").await, count(&manager, "product").await, count(&manager, "past_order").await);
    assert_eq!(after, before);
    manager.post(&format!("/api/imports/{id}/undo"), json!({})).await.refused(409, "wrong_state");
});

on_both!(problems_are_told_by_row_and_column_and_their_records_left_out, |server| {
    let manager = server.sign_in("manager_a").await;
    let text = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n\
        1,71053,A,many,2010-12-01,3.39,1,United Kingdom\n\
        1,71053,A,1,2010-12-01,3.39,1,United Kingdom\n\
        2,71053,A,1,05/06/2010,3.39,2,United Kingdom\n\
        3,71053,A,1,2010-12-01,3.39,3,Atlantis\n\
        ,71053,A,1,2010-12-01,3.39,4,France\n\
        5,71053,A,1,2010-12-01,3.12345,4,France\n";
    let job = import(&manager, text, json!({"import": "online_retail"}), "run").await;
    let told: Vec<_> = job["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (p["row"].as_u64().unwrap(), p["column"].as_str().unwrap_or("-"), p["code"].as_str().unwrap()))
        .collect();
    for expected in [
        (2, "Quantity", "number"),
        (4, "InvoiceDate", "date_order"),
        (5, "Country", "not_found"),
        (6, "InvoiceNo", "required"),
        (7, "UnitPrice", "scale"),
    ] {
        assert!(told.contains(&expected), "{expected:?} is not among {told:?}");
    }
    // An order that would lack a line is not made; the customer of its readable row is.
    assert!(found(&manager, "past_order", "invoice_number", "1").await.is_none());
    assert!(found(&manager, "customer", "code", "1").await.is_some());
    assert!(found(&manager, "past_order", "invoice_number", "3").await.is_none());
});

on_both!(columns_can_be_mapped_by_hand_and_records_updated_and_restored, |server| {
    let manager = server.sign_in("manager_a").await;
    let plan = |existing: &str| {
        json!({"entity": "customer", "key": ["code"], "existing": existing,
               "columns": {"Code": "code", "Firm": "name", "Land": "country", "Town": "city"}})
    };
    let first = "Code;Firm;Land;Town\nX-1;First Ltd;FR;Lyon\nX-2;Second Ltd;FR;\n";
    let made = import(&manager, first, plan("skip"), "run").await;
    assert_eq!((&made["problem_count"], &made["summary"]["customer"]["create"]), (&json!(0), &json!(2)), "{made}");
    let second = "Code;Firm;Land;Town\nx-1;First GmbH;FR;Lyon\nX-2;Second Ltd;FR;\nX-3;Third;FR;\n";
    let left = import(&manager, second, plan("skip"), "dry_run").await;
    assert_eq!(left["summary"]["customer"], json!({"create": 1, "update": 0, "skip": 2, "invalid": 0}));
    let changed = import(&manager, second, plan("update"), "run").await;
    assert_eq!(changed["summary"]["customer"], json!({"create": 1, "update": 1, "skip": 1, "invalid": 0}), "{changed}");
    assert_eq!(found(&manager, "customer", "code", "X-1").await.unwrap()["name"], "First GmbH");

    let id = changed["id"].as_str().unwrap();
    manager.post(&format!("/api/imports/{id}/undo"), json!({})).await.ok();
    assert_eq!(found(&manager, "customer", "code", "X-1").await.unwrap()["name"], "First Ltd");
    assert!(found(&manager, "customer", "code", "X-3").await.is_none());
});

on_both!(undo_keeps_what_others_changed_or_use, |server| {
    let manager = server.sign_in("manager_a").await;
    let plan = json!({"entity": "customer", "key": ["code"], "existing": "skip",
                      "columns": {"Code": "code", "Firm": "name", "Land": "country"}});
    let made = import(&manager, "Code,Firm,Land\nK-1,One,FR\nK-2,Two,FR\nK-3,Three,FR\n", plan, "run").await;
    let one = found(&manager, "customer", "code", "K-1").await.unwrap();
    let path = format!("/api/records/customer/{}", one["id"].as_str().unwrap());
    manager.patch(&path, json!({"version": one["version"], "city": "Lyon"})).await.ok();
    let two = found(&manager, "customer", "code", "K-2").await.unwrap();
    manager.post("/api/records/contact", json!({"customer": two["id"], "name": "Anna"})).await.ok();
    let undone = manager.post(&format!("/api/imports/{}/undo", made["id"].as_str().unwrap()), json!({})).await.ok();
    assert_eq!(undone["kept"], 2);
    assert!(found(&manager, "customer", "code", "K-2").await.is_some());
    assert!(found(&manager, "customer", "code", "K-3").await.is_none());
});

on_both!(an_order_whose_lines_come_far_apart_is_one_and_goes_as_one, |server| {
    let manager = server.sign_in("manager_a").await;
    let mut text = String::from("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n");
    // Pieces have a thousand rows: the order's later rows come in another piece than its first.
    text += "Z1,70001,FIRST,1,2010-12-01,10,,France\n";
    for row in 0..1100 {
        text += &format!("Y{},70002,FILLER,1,2010-12-01,1,,France\n", row / 400);
    }
    text += "Z1,70003,LAST,1,2010-12-01,20,,France\n";
    let job = import(&manager, &text, json!({"import": "online_retail"}), "run").await;
    assert_eq!(job["summary"]["past_order"], json!({"create": 4, "update": 0, "skip": 0, "invalid": 0}), "{job}");
    let order = found(&manager, "past_order", "invoice_number", "Z1").await.unwrap();
    assert_eq!((order["lines"].as_array().unwrap().len(), &order["total"]), (2, &json!("30.0000")), "{order}");
    let undone = manager.post(&format!("/api/imports/{}/undo", job["id"].as_str().unwrap()), json!({})).await.ok();
    assert_eq!(undone["kept"], 0);
    assert!(found(&manager, "past_order", "invoice_number", "Z1").await.is_none());
    assert!(found(&manager, "product", "code", "70001").await.is_none());
});

#[tokio::test]
async fn who_may_not_import_cannot_and_nobody_sees_the_imports_of_others() {
    let server = TestApp::trade().await;
    let (manager, rep) = (server.sign_in("manager_a").await, server.sign_in("rep_a").await);
    upload(&rep, "ledger.csv", LEDGER.as_bytes()).await.refused(403, "forbidden");
    let uploaded = upload(&manager, "ledger.csv", LEDGER.as_bytes()).await.ok();
    let id = uploaded["id"].as_str().unwrap();
    rep.get(&format!("/api/imports/{id}")).await.refused(404, "not_found");
    rep.post(&format!("/api/imports/{id}/run"), json!({"import": "online_retail"})).await.refused(404, "not_found");
}

#[tokio::test]
async fn what_is_no_spreadsheet_or_lacks_columns_is_refused_at_once() {
    let server = TestApp::trade().await;
    let manager = server.sign_in("manager_a").await;
    for (content, code) in
        [(&b"%PDF-1.7"[..], "not_a_spreadsheet"), (b"PK\x03\x04broken", "file_damaged"), (b"", "file_empty")]
    {
        let refused = upload(&manager, "file.xlsx", content).await;
        assert_eq!(
            (refused.status, &refused.body["error"]["details"][0]["code"]),
            (422, &json!(code)),
            "{}",
            refused.text
        );
    }
    let uploaded = upload(&manager, "file.csv", b"A,B\n1,2\n").await.ok();
    let id = uploaded["id"].as_str().unwrap();
    let refused = manager.post(&format!("/api/imports/{id}/dry_run"), json!({"import": "online_retail"})).await;
    refused.refused(422, "invalid");
    assert!(refused.paths().contains(&"InvoiceNo"), "{}", refused.text);
}

on_both!(an_import_whose_process_has_ended_has_failed_and_can_be_undone, |server| {
    let app = &server.app;
    let upload = Upload { name: "ledger.csv".into(), content: LEDGER.into(), sheet: None };
    let uploaded = app.upload_import(None, upload).await.unwrap();
    let plan = Plan::Defined { import: "online_retail".into() };
    let mut row = app.run_import(None, uploaded.row.id, Some(plan), true).await.unwrap();
    let before: ImportState = serde_json::from_value(row.state.clone()).unwrap();
    // As if it had ended before anything was noted.
    let begun = ImportState { summary: indexmap::IndexMap::new(), ..before.clone() };
    (row.status, row.done, row.state) = ("running".into(), 0, serde_json::to_value(begun).unwrap());
    app.store().update_import(&row, "done").await.unwrap();

    // Another process starts over the same database while the first is at work.
    let other = server.reopened().await.app;
    let now = app.clock().now();
    other.clock().set(now);
    other.recover_imports().await.unwrap();
    assert_eq!(app.import_of(None, row.id).await.unwrap().status, "running", "somebody works on it");
    app.store().hold_import(row.id, app.node(), now + chrono::Duration::seconds(90)).await.unwrap();
    other.clock().set(now + chrono::Duration::seconds(60));
    other.recover_imports().await.unwrap();
    assert_eq!(app.import_of(None, row.id).await.unwrap().status, "running", "and goes on working");

    other.clock().set(now + chrono::Duration::seconds(120));
    other.recover_imports().await.unwrap();
    assert!(!app.store().hold_import(row.id, app.node(), now).await.unwrap(), "it has been taken away");
    let row = at_rest(&other, row.id).await;
    let state: ImportState = serde_json::from_value(row.state).unwrap();
    assert_eq!((row.status.as_str(), state.summary), ("done", before.summary), "all was in, and nothing went in twice");
    assert_eq!(app.undo_import(None, row.id, false).await.unwrap().status, "undone");
});

on_both!(of_two_who_undo_an_import_at_once_one_does_it, |server| {
    let manager = server.sign_in("manager_a").await;
    let job = import(&manager, LEDGER, json!({"import": "online_retail"}), "run").await;
    let undo = format!("/api/imports/{}/undo", job["id"].as_str().unwrap());
    let (one, two) = tokio::join!(manager.post(&undo, json!({})), manager.post(&undo, json!({})));
    let (done, late) = if one.status == 200 { (one, two) } else { (two, one) };
    assert_eq!(done.ok()["status"], "undone");
    late.refused(409, "wrong_state");
});

#[tokio::test]
async fn an_undo_that_was_going_on_when_the_program_ended_can_be_done_again() {
    let server = TestApp::trade().await;
    let app = &server.app;
    let upload = Upload { name: "ledger.csv".into(), content: LEDGER.into(), sheet: None };
    let uploaded = app.upload_import(None, upload).await.unwrap();
    let plan = Plan::Defined { import: "online_retail".into() };
    let mut row = app.run_import(None, uploaded.row.id, Some(plan), true).await.unwrap();
    row.status = "undoing".into();
    app.store().update_import(&row, "done").await.unwrap();
    app.clock().set(app.clock().now() + chrono::Duration::seconds(60));
    app.recover_imports().await.unwrap();
    assert_eq!(app.undo_import(None, row.id, false).await.unwrap().status, "undone");
}

#[tokio::test]
async fn no_other_sheet_is_chosen_for_what_is_in_already() {
    let server = TestApp::trade().await;
    let manager = server.sign_in("manager_a").await;
    let job = import(&manager, LEDGER, json!({"import": "online_retail"}), "run").await;
    let place = format!("/api/imports/{}/dry_run", job["id"].as_str().unwrap());
    manager.post(&place, json!({"sheet": "another"})).await.refused(409, "wrong_state");
}

#[tokio::test]
async fn records_are_not_found_by_what_the_importer_may_not_read() {
    let server = TestApp::trade().await;
    let blind = ("roles/sales_manager.json", "\"product\": {", "\"product\": {\n \"hide\": [\"code\", \"hs_code\"],");
    let untitled = ("entities/product.json", "\"title\": \"{code} {name}\"", "\"title\": \"{name}\"");
    server.publish("definitions/trade", &[blind, untitled]).await.unwrap();
    let manager = server.sign_in("manager_a").await;
    let uploaded = upload(&manager, "ledger.csv", LEDGER.as_bytes()).await.ok();
    assert_eq!(uploaded["imports"], json!([]), "an import that finds products by their code is none for them");
    let start = format!("/api/imports/{}/dry_run", uploaded["id"].as_str().unwrap());
    manager.post(&start, json!({"import": "online_retail"})).await.refused(403, "forbidden");
    let text = "Name,Unit,Sale price,HS code\nThing,PCS,1,1\n";
    let uploaded = upload(&manager, "products.csv", text.as_bytes()).await.ok();
    assert_eq!(uploaded["suggestion"]["entity"], "product");
    assert!(!uploaded["suggestion"].to_string().contains("hs_code"), "a hidden field is not named: {uploaded}");
    let start = format!("/api/imports/{}/dry_run", uploaded["id"].as_str().unwrap());
    let plan = json!({"entity": "product", "key": ["code"], "existing": "skip", "columns": {"Name": "name"}});
    manager.post(&start, plan).await.refused(422, "invalid");
    let column = |field: &str| json!({"entity": "product", "existing": "skip", "columns": {"HS code": field}});
    let hidden = manager.post(&start, column("hs_code")).await;
    hidden.refused(422, "invalid");
    assert_eq!(hidden.text.replace("hs_code", "nothing"), manager.post(&start, column("nothing")).await.text);
}

/// Waits until nobody works on an import.
async fn at_rest(app: &server::App, id: uuid::Uuid) -> store::ImportRow {
    loop {
        let row = app.import_of(None, id).await.unwrap();
        if !["running", "checking", "stopping"].contains(&row.status.as_str()) {
            return row;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// Products in a file, some of them twice.
fn many(count: usize) -> String {
    let mut text = String::from("Code,Name,Unit\n");
    for i in 0..count {
        text.push_str(&format!("M-{:05},Thing {i},PCS\n", if i % 10 == 9 { i - 1 } else { i }));
    }
    text
}

fn products() -> Json {
    json!({"entity": "product", "key": ["code"], "existing": "skip",
           "columns": {"Code": "code", "Name": "name", "Unit": "unit"}})
}

on_both!(an_import_whose_process_dies_goes_on_elsewhere_with_no_row_twice, |server| {
    let manager = server.sign_in("manager_a").await;
    let before = count(&manager, "product").await;
    let uploaded = upload(&manager, "many.csv", many(4_000).as_bytes()).await.ok();
    let id: uuid::Uuid = uploaded["id"].as_str().unwrap().parse().unwrap();
    let user = Some(server.person("manager_a"));
    let plan: Plan = serde_json::from_value(products()).unwrap();

    // A process of its own: its runtime goes in the midst of it, and with it all that it was doing.
    let options = server.app.options().clone();
    let (begun, wait) = std::sync::mpsc::channel();
    let (end, ended) = std::sync::mpsc::channel::<()>();
    let process = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let clock = server::Clock::manual(crate::support::morning());
            let app = server::App::open_with_clock(options, clock).await.unwrap();
            app.start_import(user, id, Some(plan), true).await.unwrap();
            begun.send(()).unwrap();
            // Once some are in.
            while app.store().import_origins(id, 0, 1).await.unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
        });
        runtime.shutdown_background();
        let _ = ended.recv();
    });
    wait.recv().unwrap();
    drop(end);
    process.join().unwrap();

    server.app.clock().set(server.app.clock().now() + chrono::Duration::seconds(120));
    server.app.recover_imports().await.unwrap();
    let row = at_rest(&server.app, id).await;
    let state: ImportState = serde_json::from_value(row.state).unwrap();
    assert_eq!((row.status.as_str(), state.failure.as_deref(), row.done), ("done", None, 4_000));
    assert_eq!(count(&manager, "product").await, before + 3_600);
    let counts = state.summary.values().next().unwrap();
    assert_eq!((counts.create, counts.invalid), (3_600, 0));
});

on_both!(a_stopped_import_keeps_what_is_in_or_takes_it_back_as_one_chooses, |server| {
    let manager = server.sign_in("manager_a").await;
    for keep in [false, true] {
        let before = count(&manager, "product").await;
        let uploaded = upload(&manager, "many.csv", many(5_000).as_bytes()).await.ok();
        let id = uploaded["id"].as_str().unwrap();
        manager.post(&format!("/api/imports/{id}/run"), products()).await.ok();
        let stopping = manager.post(&format!("/api/imports/{id}/stop"), json!({"keep": keep})).await.ok();
        assert_eq!(stopping["status"], "stopping");
        at_rest(&server.app, id.parse().unwrap()).await;
        let job = manager.get(&format!("/api/imports/{id}")).await.ok();
        assert_eq!((&job["status"], &job["stopped"]), (&json!(if keep { "done" } else { "undone" }), &json!(true)));
        let there = count(&manager, "product").await - before;
        let made = job["summary"]["product"]["create"].as_u64().unwrap_or_default();
        assert_eq!(there, if keep { made } else { 0 });
        assert!(made < 4_500, "it was stopped before its end");
        if keep {
            manager.post(&format!("/api/imports/{id}/undo"), json!({})).await.ok();
            assert_eq!(count(&manager, "product").await, before);
        }
        manager.post(&format!("/api/imports/{id}/stop"), json!({"keep": true})).await.refused(409, "wrong_state");
    }
});

on_both!(what_was_touched_since_stays_until_one_says_so_and_after_a_week_all_does, |server| {
    let manager = server.sign_in("manager_a").await;
    let made = import(&manager, "Code,Name,Unit\nT-1,One,PCS\nT-2,Two,PCS\n", products(), "run").await;
    let place = format!("/api/imports/{}", made["id"].as_str().unwrap());
    let one = found(&manager, "product", "code", "T-1").await.unwrap();
    let path = format!("/api/records/product/{}", one["id"].as_str().unwrap());
    manager.patch(&path, json!({"version": one["version"], "name": "Uno"})).await.ok();

    let undone = manager.post(&format!("{place}/undo"), json!({})).await.ok();
    assert_eq!((&undone["status"], &undone["kept"]), (&json!("undone"), &json!(1)));
    let job = manager.get(&place).await.ok();
    assert_eq!((&job["kept_records"][0]["id"], &job["kept_records"][0]["why"]), (&one["id"], &json!("changed")));
    assert!(found(&manager, "product", "code", "T-1").await.is_some());
    assert!(found(&manager, "product", "code", "T-2").await.is_none());
    let all = manager.post(&format!("{place}/undo"), json!({"touched": true})).await.ok();
    assert_eq!(all["kept"], 0);
    assert!(found(&manager, "product", "code", "T-1").await.is_none());

    let late = import(&manager, "Code,Name,Unit\nT-3,Three,PCS\n", products(), "run").await;
    server.app.clock().set(server.app.clock().now() + chrono::Duration::days(8));
    let manager = server.sign_in("manager_a").await;
    manager
        .post(&format!("/api/imports/{}/undo", late["id"].as_str().unwrap()), json!({}))
        .await
        .refused(409, "too_late");
});

on_both!(refused_rows_come_back_as_a_file_with_their_reasons_to_be_mended, |server| {
    let manager = server.sign_in("manager_a").await;
    let text = "Code,Name,Unit\nE-1,One,PCS\nE-2,,PCS\nE-3,=2+3,NONE\n";
    let job = import(&manager, text, products(), "run").await;
    assert_eq!(job["summary"]["product"]["create"], 1);
    let errors = format!("/api/imports/{}/errors", job["id"].as_str().unwrap());
    let file = manager.get(&errors).await;
    let lines: Vec<&str> = file.text.trim_start_matches('\u{FEFF}').lines().collect();
    assert_eq!((lines.len(), lines[0]), (3, "Code,Name,Unit,Problem"));
    assert!(lines[1].starts_with("E-2,,PCS,") && lines[1].contains("Name"), "{}", lines[1]);
    assert!(lines[2].starts_with("E-3,\"'=2+3\",NONE,"), "{}", lines[2]);
    server.sign_in("manager_b").await.get(&errors).await.refused(404, "not_found");

    let mended = file.text.replace("E-2,,", "E-2,Two,").replace("NONE", "PCS");
    let again = import(&manager, &mended, products(), "run").await;
    assert_eq!(again["summary"]["product"]["create"], 2, "{again}");
    assert_eq!(found(&manager, "product", "code", "E-3").await.unwrap()["name"], "=2+3");
});

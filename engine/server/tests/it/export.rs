//! Exports.

use std::{io::Write as _, ops::ControlFlow};

use document::{Limits, Sheets};
use kernel::import::Content;
use serde_json::json;

use crate::support::{TestApp, on_both};

#[tokio::test]
async fn a_list_is_exported_whole_with_headings_and_titles() {
    let server = TestApp::trade().await;
    let manager = server.sign_in("manager_a").await;
    let file = manager.get("/api/export/product.csv?columns=code,name,unit").await;
    assert_eq!(file.status, 200, "{}", file.text);
    assert!(file.headers["content-type"].to_str().unwrap().starts_with("text/csv"));
    let count = manager.get("/api/records/product/count").await.ok()["count"].as_u64().unwrap();
    let lines: Vec<&str> = file.text.trim_start_matches('\u{FEFF}').lines().collect();
    assert_eq!(lines.len() as u64, count + 1);
    assert_eq!(lines[0].split(',').count(), 3, "{}", lines[0]);
    assert!(!lines[1].contains("-7"), "a reference is shown by its title: {}", lines[1]);
}

#[tokio::test]
async fn an_export_needs_its_right_and_shows_no_hidden_field() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    rep.get("/api/export/product.csv").await.refused(403, "forbidden");
    rep.get("/api/export/price_sheet.csv").await.refused(403, "forbidden");
    let finance = server.sign_in("finance_a").await;
    let file = finance.get("/api/export/quotation.csv?columns=number,margin").await;
    assert_eq!(file.status, 200, "{}", file.text);
}

#[tokio::test]
async fn who_took_what_and_how_much_is_noted() {
    let server = TestApp::trade().await;
    let manager = server.sign_in("manager_a").await;
    let file = manager.get("/api/export/product.csv?columns=code,name&q=a").await;
    let rows = file.text.lines().count() as u64 - 1;
    let admin = server.sign_in("it_a").await;
    // The end is noted when the stream is dropped, beside the answer.
    let noted = loop {
        let audit = admin.get("/api/audit").await.ok();
        let found = audit["rows"].as_array().unwrap().iter().find(|row| row["kind"] == "export").unwrap().clone();
        if !found["detail"]["rows"].is_null() {
            break found;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(noted["user"], json!(server.person("manager_a")));
    let detail = &noted["detail"];
    assert_eq!(
        (&detail["entity"], &detail["columns"], &detail["q"]),
        (&json!("product"), &json!(["code", "name"]), &json!("a"))
    );
    assert_eq!((&detail["rows"], &detail["expected"], &detail["whole"]), (&json!(rows), &json!(rows), &json!(true)));
}

#[tokio::test]
async fn much_is_given_only_for_a_reason_and_not_without_end() {
    let server = TestApp::trade_with(|options| options.limits.export_unasked = 3).await;
    let manager = server.sign_in("manager_a").await;
    let check = manager.get("/api/export/product.csv?check=1").await.ok();
    assert_eq!(check["reason"], true, "{check}");
    let refused = manager.get("/api/export/product.csv?columns=code").await;
    refused.refused(422, "invalid");
    assert_eq!(refused.paths(), ["reason"]);
    manager.get("/api/export/product.csv?columns=code&reason=%20").await.refused(422, "invalid");
    let file = manager.get("/api/export/product.csv?columns=code&reason=Price%20list%20for%20the%20fair").await;
    assert_eq!(file.status, 200, "{}", file.text);
    let audit = server.sign_in("it_a").await.get("/api/audit").await;
    assert!(audit.text.contains("Price list for the fair"), "{}", audit.text);

    let server = TestApp::trade_with(|options| options.limits.export_rows = 3).await;
    let manager = server.sign_in("manager_a").await;
    let refused = manager.get("/api/export/product.csv?columns=code").await;
    assert_eq!(refused.body["error"]["details"][0]["code"], "too_many_rows", "{}", refused.text);
}

/// The sheets of a spreadsheet, with the contents of their rows.
pub(crate) fn sheets(bytes: &[u8]) -> Vec<(String, Vec<Vec<Content>>)> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let mut sheets = Sheets::open(file.path(), "export", Limits::default()).unwrap();
    let names = sheets.names().to_vec();
    let mut read = |name: &String| {
        let mut rows = Vec::new();
        let keep = &mut |row: kernel::import::Row| {
            rows.push(row.cells.into_iter().map(|cell| cell.content).collect());
            ControlFlow::Continue(())
        };
        sheets.read(name, keep).unwrap();
        (name.clone(), rows)
    };
    names.iter().map(&mut read).collect()
}

on_both!(a_spreadsheet_has_typed_cells_labels_and_lines_on_a_sheet_of_their_own, |server| {
    let manager = server.sign_in("manager_a").await;
    let path =
        "/api/export/quotation.xlsx?columns=number,state,quote_date,amount,margin,customer&sort=number&lines=lines";
    let file = manager.get(path).await;
    assert_eq!(file.status, 200, "{}", file.text);
    let sheets = sheets(&file.bytes);
    let [(_, rows), (_, lines)] = sheets.as_slice() else { panic!("{} sheets", sheets.len()) };
    let count = manager.get("/api/records/quotation/count").await.ok()["count"].as_u64().unwrap();
    assert_eq!(rows.len() as u64, count + 1);
    let list = manager.get("/api/records/quotation?columns=amount,quote_date,state&sort=number&limit=200").await.ok();
    for (row, shown) in rows.iter().skip(1).zip(list["rows"].as_array().unwrap()) {
        let Content::Number(amount) = &row[3] else { panic!("{:?}", row[3]) };
        assert_eq!(amount.parse::<f64>().unwrap(), shown["amount"].as_str().unwrap().parse::<f64>().unwrap());
        let Content::Moment(day) = &row[2] else { panic!("{:?}", row[2]) };
        assert_eq!(day.date().to_string(), shown["quote_date"].as_str().unwrap());
        let Content::Text(state) = &row[1] else { panic!("{:?}", row[1]) };
        assert_ne!(state, shown["state"].as_str().unwrap(), "the state is told in words");
    }
    assert!(lines.len() > rows.len(), "{} lines", lines.len());
    assert_eq!(lines[0][0], Content::Text("Record".into()));
    assert!(lines[1..].iter().all(|line| matches!(&line[0], Content::Text(title) if title.starts_with("QT-"))));
});

#[tokio::test]
async fn delimited_text_has_a_row_for_each_line_that_is_taken_along() {
    let server = TestApp::trade().await;
    let manager = server.sign_in("manager_a").await;
    let plain = manager.get("/api/export/quotation.csv?columns=number").await;
    let lines = manager.get("/api/export/quotation.csv?columns=number&lines=lines").await;
    assert!(lines.text.lines().count() > plain.text.lines().count());
    manager.get("/api/export/quotation.csv?lines=nothing").await.refused(422, "invalid");
    manager.get("/api/export/quotation.pdf").await.refused(404, "not_found");
}

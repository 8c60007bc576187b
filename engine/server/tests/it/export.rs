//! Exports.

use crate::support::TestApp;

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

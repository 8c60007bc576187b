//! Lists: pages, filters, order, search.

use std::collections::HashSet;

use serde_json::json;

use crate::{
    client::encoded,
    support::{TestApp, on_both},
};

#[tokio::test]
async fn pages_follow_each_other_without_a_gap_or_a_repetition() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let mut seen = HashSet::new();
    let mut codes: Vec<String> = Vec::new();
    let mut after = String::new();
    loop {
        let path = format!("/api/records/country?columns=code&sort=-code&limit=40&after={after}");
        let page = rep.get(&path).await.ok();
        for row in page["rows"].as_array().unwrap() {
            assert!(seen.insert(row["id"].as_str().unwrap().to_owned()));
            codes.push(row["code"].as_str().unwrap().to_owned());
        }
        match page["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    let count = rep.get("/api/records/country/count").await.ok();
    assert_eq!(count, json!({"count": codes.len(), "exact": true}));
    assert!(codes.is_sorted_by(|a, b| a >= b));
}

#[tokio::test]
async fn a_filter_reaches_across_references_and_into_lines() {
    let server = TestApp::trade().await;
    let manager = server.sign_in("gm_a").await;
    let query =
        |filter: serde_json::Value| format!("/api/records/quotation?limit=200&filter={}", encoded(&filter.to_string()));
    let all = manager.get("/api/records/quotation?limit=200").await.ok();
    let eur = manager.get(&query(json!(["currency", "=", "EUR"]))).await.ok();
    let of_customer = manager.get(&query(json!(["customer.title", "contains", "nordlicht"]))).await.ok();
    let in_lines = manager.get(&query(json!({"some": "lines", "where": ["quantity", ">=", 9000]}))).await.ok();
    let rows = |page: &serde_json::Value| page["rows"].as_array().unwrap().len();
    assert!(rows(&eur) > 0 && rows(&eur) < rows(&all));
    assert!(rows(&of_customer) > 0 && rows(&of_customer) < rows(&all));
    assert!(rows(&in_lines) < rows(&all));
}

#[tokio::test]
async fn the_search_finds_chinese_and_latin_inside_words() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    for (q, title) in [("德国", "Germany"), ("ermany", "Germany"), ("ＧＥＲＭ", "Germany")] {
        let page = rep.get(&format!("/api/records/country?q={}", encoded(q))).await.ok();
        let titles: Vec<&str> = page["rows"].as_array().unwrap().iter().map(|r| r["title"].as_str().unwrap()).collect();
        assert!(titles.iter().any(|t| t.contains(title)), "{q}: {titles:?}");
    }
}

#[tokio::test]
async fn what_a_list_cannot_show_is_told_at_its_place() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    for (query, path) in [
        ("columns=custmer", "columns"),
        ("columns=lines", "columns"),
        ("sort=nothing", "sort"),
        ("view=nothing", "view"),
        ("filter=%5B%22amount%22", "filter"),
        ("after=zz", "after"),
    ] {
        let answer = rep.get(&format!("/api/records/quotation?{query}")).await;
        answer.refused(422, "invalid");
        assert_eq!(answer.paths(), [path], "{query}");
    }
    let unknown = encoded(&json!(["amonut", ">", 1]).to_string());
    let answer = rep.get(&format!("/api/records/quotation?filter={unknown}")).await;
    answer.refused(422, "invalid");
    assert!(answer.text.contains("did you mean `amount`?"), "{}", answer.text);
    rep.get("/api/records/quotation?limit=many").await.refused(400, "bad_request");
}

#[tokio::test]
async fn a_lookup_finds_by_title_and_keeps_to_what_the_field_may_choose() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let found = rep.get("/api/records/customer/lookup?q=nord&field=quotation.customer").await.ok();
    assert_eq!(found["rows"].as_array().unwrap().len(), 1, "{found}");
    let customer = found["rows"][0]["id"].clone();
    let doc = encoded(&json!({ "customer": customer }).to_string());
    let contacts = rep.get(&format!("/api/records/contact/lookup?field=quotation.contact&doc={doc}")).await.ok();
    let all = rep.get("/api/records/contact/lookup").await.ok();
    let (some, all) = (contacts["rows"].as_array().unwrap().len(), all["rows"].as_array().unwrap().len());
    assert!(some > 0 && some < all, "{some} of {all}");
}

on_both!(groups_count_and_sum_what_the_reader_sees, |server| {
    let manager = server.sign_in("gm_a").await;
    let rep = server.sign_in("rep_a").await;
    let path = "/api/records/quotation/groups?by=state&sum=amount_cny";
    let all = manager.get(path).await.ok();
    let own = rep.get(path).await.ok();
    for (client, groups) in [(&manager, &all), (&rep, &own)] {
        let groups = groups["groups"].as_array().unwrap();
        let counted: u64 = groups.iter().map(|group| group["count"].as_u64().unwrap()).sum();
        assert_eq!(client.get("/api/records/quotation/count").await.ok()["count"], counted);
        for group in groups {
            let filter = encoded(&json!(["state", "=", group["value"]]).to_string());
            let list = format!("/api/records/quotation?limit=200&columns=amount_cny&filter={filter}");
            let rows = client.get(&list).await.ok()["rows"].as_array().unwrap().clone();
            let amounts = rows.iter().filter_map(|row| row["amount_cny"].as_str());
            let sum: rust_decimal::Decimal = amounts.map(|text| text.parse::<rust_decimal::Decimal>().unwrap()).sum();
            let told = group["sum"].as_str().map_or(Ok(rust_decimal::Decimal::ZERO), str::parse).unwrap();
            assert_eq!((rows.len() as u64, sum), (group["count"].as_u64().unwrap(), told), "{group}");
        }
    }
    assert!(own["groups"].as_array().unwrap().len() < all["groups"].as_array().unwrap().len() || own != all);
    let customers = rep.get("/api/records/quotation/groups?by=customer").await.ok();
    let first = customers["groups"][0]["value"].as_str().unwrap();
    assert!(customers["titles"][first].is_string(), "{customers}");
    for (query, path) in [
        ("by=lines", "by"),
        ("by=state&sum=customer", "sum"),
        // In the currency of each quotation.
        ("by=state&sum=amount", "sum"),
        ("by=nothing", "by"),
    ] {
        let answer = rep.get(&format!("/api/records/quotation/groups?{query}")).await;
        answer.refused(422, "invalid");
        assert_eq!(answer.paths(), [path], "{query}");
    }
    rep.get("/api/records/quotation/groups?by=state&sum=profit").await.refused(403, "forbidden");
});

#[tokio::test]
async fn counting_is_exact_on_demand() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let usual = rep.get("/api/records/country/count").await.ok();
    assert_eq!(rep.get("/api/records/country/count?exact=1").await.ok(), usual);
}

#[tokio::test]
async fn a_list_that_takes_too_long_says_what_would_narrow_it_down() {
    let server = TestApp::trade_with(|options| options.limits.list = std::time::Duration::ZERO).await;
    let manager = server.sign_in("gm_a").await;
    // Many words that no title holds: looked for in every row.
    let nowhere: Vec<_> = (0..400).map(|n| json!(["title", "contains", format!("nowhere {n}")])).collect();
    let filter = encoded(&json!({"any": nowhere}).to_string());
    for path in ["", "/count"] {
        let answer = manager.get(&format!("/api/records/country{path}?filter={filter}")).await;
        answer.refused(422, "too_broad");
        assert!(!answer.paths().is_empty() && !answer.paths().contains(&"title"), "{}", answer.text);
    }
    // Whoever asks for a record is not concerned.
    assert_eq!(manager.get("/api/session").await.status, 200);
}

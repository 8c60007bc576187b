//! The richer field types over HTTP: written, shown, filtered, exported; tags offered to who may read them.

use serde_json::{Value as Json, json};

use crate::{client::encoded, support::TestApp};

#[tokio::test]
async fn rich_values_are_written_shown_filtered_and_exported_in_the_readers_language() {
    let server = TestApp::trade().await;
    let manager = server.sign_in("manager_a").await;
    let country = manager.get("/api/records/country?q=Germany&limit=1").await.ok()["rows"][0]["id"].clone();
    let other = manager.get("/api/records/customer?limit=1").await.ok()["rows"][0].clone();
    let input = json!({
        "name": "Zenith Nord", "country": country, "rating": 4, "tags": "Fair 2026, zq-only",
        "delivery": {"country": "Germany", "city": "Kiel", "street": "Am Kai 1", "postal_code": "24103"},
        "profile": "<p>Asks <b>twice</b></p><script>alert(1)</script>", "affiliates": [other["id"]],
    });
    let answer = manager.post("/api/records/customer", input).await.ok();
    let record = &answer["record"];
    assert_eq!(record["tags"], json!(["Fair 2026", "zq-only"]));
    assert_eq!(record["profile"], "<p>Asks <strong>twice</strong></p>");
    assert_eq!(record["delivery"]["country"], "DE");
    let found = |filter: Json| {
        let manager = &manager;
        async move {
            let asked = format!("/api/records/customer?q=Zenith&filter={}", encoded(&filter.to_string()));
            manager.get(&asked).await.ok()["rows"].as_array().unwrap().len()
        }
    };
    for (filter, count) in [
        (json!(["delivery.country", "in", ["DE"]]), 1),
        (json!(["delivery.city", "=", "kiel"]), 1),
        (json!(["delivery.city", "=", "Bonn"]), 0),
        (json!(["tags", "contains", "ZQ-ONLY"]), 1),
        (json!(["rating", ">=", 5]), 0),
        (json!(["affiliates", "contains", other["id"]]), 1),
    ] {
        assert_eq!(found(filter.clone()).await, count, "{filter}");
    }
    let columns = "columns=name,delivery,profile,tags,affiliates,rating";
    let listed = manager.get(&format!("/api/records/customer?q=Zenith&{columns}")).await.ok();
    assert_eq!(listed["titles"][other["id"].as_str().unwrap()], other["title"], "what a list refers to has its title");
    let file = manager.get(&format!("/api/export/customer.csv?q=Zenith&{columns}")).await;
    for text in ["Am Kai 1, 24103 Kiel, Germany", "Asks twice", "Fair 2026; zq-only", other["title"].as_str().unwrap()]
    {
        assert!(file.text.contains(text), "{text}: {}", file.text);
    }
    let chinese = manager.get(&format!("/api/export/customer.csv?q=Zenith&language=zh_hans&{columns}")).await;
    let told = server.sign_in("gm_a").await.get(&format!("/api/export/customer.csv?q=Zenith&{columns}")).await;
    assert!(chinese.text.contains("德国") || told.text.contains("德国"), "{} {}", chinese.text, told.text);
}

#[tokio::test]
async fn tags_are_offered_from_records_that_one_may_see_those_used_most_first() {
    let server = TestApp::trade().await;
    let (mine, other) = (server.sign_in("rep_a").await, server.sign_in("rep_c").await);
    let country = mine.get("/api/records/country?limit=1").await.ok()["rows"][0]["id"].clone();
    for (name, tags) in [("One", json!(["zq twice", "zq once"])), ("Two", json!(["zq twice"]))] {
        mine.post("/api/records/customer", json!({"name": name, "country": country, "tags": tags})).await.ok();
    }
    let tags = mine.get("/api/records/customer/tags?field=tags&q=ZQ").await.ok();
    assert_eq!(tags["tags"], json!(["zq twice", "zq once"]));
    assert_eq!(other.get("/api/records/customer/tags?field=tags&q=zq").await.ok()["tags"], json!([]));
    mine.get("/api/records/customer/tags?field=name").await.refused(422, "invalid");
}

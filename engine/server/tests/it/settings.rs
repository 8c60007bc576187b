//! What the firm sets: used by the next command, noted, for administrators alone.

use serde_json::{Value as Json, json};

use crate::{
    client::Client,
    records::{made, place},
    support::{TestApp, on_both},
};

fn setting<'a>(told: &'a Json, name: &str) -> &'a Json {
    let all = told["packs"].as_array().unwrap().iter().flat_map(|pack| pack["settings"].as_array().unwrap());
    all.into_iter().find(|one| one["name"] == name).unwrap()
}

on_both!(a_setting_holds_from_the_next_save_on, |server| {
    let rep = server.sign_in("rep_a").await;
    let admin = server.sign_in("it_a").await;
    let told = admin.get("/api/settings").await.ok();
    let days = setting(&told, "quote_valid_days");
    assert_eq!((&days["value"], &days["type"], &days["own"]), (&json!(30), &json!("integer"), &json!(false)));
    let span = async || {
        let answer = made(&rep, 100).await;
        let day = |field: &str| answer["record"][field].as_str().unwrap().parse::<chrono::NaiveDate>().unwrap();
        (day("valid_until") - day("quote_date")).num_days()
    };
    assert_eq!(span().await, 30);
    let told = admin.patch("/api/settings", json!({"settings": {"quote_valid_days": 45}})).await.ok();
    assert_eq!(
        (&setting(&told, "quote_valid_days")["value"], &setting(&told, "quote_valid_days")["own"]),
        (&json!(45), &json!(true))
    );
    assert_eq!(span().await, 45);
    assert_eq!(rep.get("/api/app").await.ok()["settings"]["quote_valid_days"], 45);
    // Back to what the pack says.
    admin.patch("/api/settings", json!({"settings": {"quote_valid_days": null}})).await.ok();
    assert_eq!(span().await, 30);
});

on_both!(who_changed_which_setting_is_told, |server| {
    let admin = server.sign_in("it_a").await;
    admin.patch("/api/settings", json!({"company": "Haixing", "settings": {"margin_floor": "0.2"}})).await.ok();
    let told = admin.patch("/api/settings", json!({"company": "Haixing"})).await.ok();
    assert_eq!(told["company"], "Haixing");
    let history = told["history"].as_array().unwrap();
    assert_eq!(history.len(), 2, "what stays as it was is no change: {told}");
    let change = history.iter().find(|one| one["change"]["name"] == "company").unwrap();
    assert_eq!(change["change"], json!({"name": "company", "old": "Portolan Demo", "new": "Haixing"}));
    assert!(change["by_name"].as_str().unwrap().contains("Wang Lei"), "{change}");
    assert_eq!(admin.get("/api/session").await.ok()["company"], "Haixing");
    assert_eq!(admin.get("/api/app").await.ok()["settings"]["company"], "Haixing", "formulas read it as a setting");
    admin.patch("/api/settings", json!({"settings": {"company": "Other"}})).await.refused(422, "invalid");
});

#[tokio::test]
async fn the_firms_zone_says_which_day_it_is() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let admin = server.sign_in("it_a").await;
    let today = async || {
        let answer = made(&rep, 100).await;
        rep.get(&place(&answer)).await.ok()["record"]["quote_date"]
            .as_str()
            .unwrap()
            .parse::<chrono::NaiveDate>()
            .unwrap()
    };
    admin.patch("/api/settings", json!({"zone": "Pacific/Kiritimati"})).await.ok();
    let east = today().await;
    admin.patch("/api/settings", json!({"zone": "Pacific/Niue"})).await.ok();
    // The two clocks are 25 hours apart: it is never the same day in both.
    assert!(today().await < east);
    assert_eq!(rep.get("/api/app").await.ok()["zone"], "Pacific/Niue");
}

#[tokio::test]
async fn wrong_settings_are_all_told_and_nothing_is_written() {
    let server = TestApp::trade().await;
    let admin = server.sign_in("it_a").await;
    let wrong = json!({"company": " ", "language": "tlh", "zone": "Mars/Base", "settings": {"quote_valid_days": "soon", "nonsense": 1, "margin_floor": "0.3"}});
    let answer = admin.patch("/api/settings", wrong).await;
    answer.refused(422, "invalid");
    assert_eq!(answer.paths(), ["company", "language", "zone", "settings.quote_valid_days", "settings.nonsense"]);
    let told = admin.get("/api/settings").await.ok();
    assert_eq!((&told["company"], told["history"].as_array().unwrap().len()), (&json!("Portolan Demo"), 0));
}

#[tokio::test]
async fn only_administrators_see_and_change_settings() {
    let server = TestApp::trade().await;
    let manager = server.sign_in("manager_a").await;
    manager.get("/api/settings").await.refused(403, "forbidden");
    manager.patch("/api/settings", json!({"company": "Mine"})).await.refused(403, "forbidden");
}

/// Ends what is under way about things of these kinds.
async fn end_all(admin: &Client, entities: &[&str]) {
    for entity in entities {
        for state in ["running", "returned"] {
            let found = admin.get(&format!("/api/instances/search?entity={entity}&state={state}&limit=100")).await.ok();
            for instance in found["rows"].as_array().unwrap() {
                let path = format!("/api/instances/{}/cancel", instance["id"].as_str().unwrap());
                admin.post(&path, json!({"reason": "no more of these"})).await.ok();
            }
        }
    }
}

on_both!(a_module_that_is_off_is_hidden_and_keeps_its_data, |server| {
    let rep = server.sign_in("rep_a").await;
    let admin = server.sign_in("it_a").await;
    let quotation = made(&rep, 10).await;
    let from = &quotation["record"];
    let order = json!({
        "customer": from["customer"], "currency": from["currency"], "incoterm": from["incoterm"],
        "lines": [{"product": from["lines"][0]["product"], "quantity": 10, "unit_price": "7.95"}],
    });
    let order = rep.post("/api/records/sales_order", order).await.ok()["record"].clone();
    let complaint = json!({
        "customer": from["customer"], "order": order["id"], "about": "material", "description": "Scratched",
    });
    let complaint = rep.post("/api/records/complaint", complaint).await.ok()["record"].clone();
    let module = |told: &Json, name: &str| {
        told["modules"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap().clone()
    };
    assert_eq!(module(&admin.get("/api/settings").await.ok(), "sales")["on"], true);
    end_all(&admin, &["quotation", "sales_order", "order_change"]).await;

    let told = admin.patch("/api/settings", json!({"modules": {"sales": false}})).await.ok();
    assert_eq!(module(&told, "sales")["on"], false);
    for path in ["/api/records/quotation".to_owned(), place(&quotation), "/api/records/quotation/count".to_owned()] {
        let refused = rep.get(&path).await;
        assert_eq!(refused.status, 404, "{path}: {}", refused.text);
    }
    assert!(rep.get(&place(&quotation)).await.text.contains("switched off"));
    rep.post("/api/records/quotation", json!({})).await.refused(404, "not_found");
    rep.get("/api/records/sales_order/lookup?q=").await.refused(404, "not_found");
    let model = rep.get("/api/app").await.ok();
    assert!(model["entities"].get("quotation").is_none() && model["entities"].get("complaint").is_some());
    assert!(!model["menu"].to_string().contains("\"quotation\""), "{}", model["menu"]);
    // What refers to it still says what it was called.
    let place_of = format!("/api/records/complaint/{}", complaint["id"].as_str().unwrap());
    let seen = rep.get(&place_of).await.ok();
    let title = seen["titles"][order["id"].as_str().unwrap()].as_str().unwrap_or_default().to_owned();
    assert!(title.contains(order["number"].as_str().unwrap()), "{seen}");

    // It comes back as it was, and who did it is noted.
    let told = admin.patch("/api/settings", json!({"modules": {"sales": true}})).await.ok();
    assert_eq!(told["history"][0]["change"], json!({"name": "modules_off", "old": ["sales"], "new": null}));
    assert_eq!(rep.get(&place(&quotation)).await.ok()["record"]["id"], from["id"]);
});

#[tokio::test]
async fn a_module_that_is_needed_or_under_way_stays_on() {
    let server = TestApp::trade().await;
    let admin = server.sign_in("it_a").await;
    let details = |refused: &Json| refused["error"]["details"].clone();
    let refused = admin.patch("/api/settings", json!({"modules": {"crm": false}})).await;
    refused.refused(422, "invalid");
    let told = details(&refused.body);
    assert!(
        told.as_array().unwrap().iter().all(|one| one["path"] == "modules.crm" && one["code"] == "needed"),
        "{told}"
    );
    assert!(told.to_string().contains("`quotation` stays on and needs `customer` by `customer`"), "{told}");
    let refused = admin.patch("/api/settings", json!({"modules": {"products": false}})).await;
    assert!(details(&refused.body).to_string().contains("lines.product"), "{}", refused.text);
    let refused = admin.patch("/api/settings", json!({"modules": {"dreams": false}})).await;
    assert_eq!(details(&refused.body)[0]["code"], "unknown");

    crate::approval::submitted(&server.sign_in("rep_a").await, 100_000).await;
    let refused = admin.patch("/api/settings", json!({"modules": {"sales": false}})).await;
    assert_eq!(details(&refused.body)[0]["code"], "under_way", "{}", refused.text);
    assert_eq!(admin.get("/api/settings").await.ok()["history"], json!([]), "nothing was written");
}

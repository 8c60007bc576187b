//! What is entered twice: certain duplicates are refused, suspects are asked about, by the API and in imports.

use serde_json::{Value as Json, json};

use crate::{client::Client, records::find, support::on_both};

async fn customer(client: &Client, name: &str, country: &str) -> Json {
    json!({"name": name, "country": find(client, "country", country).await})
}

on_both!(the_same_name_in_a_country_is_refused_and_named, |server| {
    let rep = server.sign_in("rep_a").await;
    let twice = customer(&rep, "NORDLICHT HANDELS", "Germany").await;
    let refused = rep.post("/api/records/customer", twice).await;
    refused.refused(422, "invalid");
    let problem = &refused.body["error"]["details"][0];
    assert_eq!((problem["code"].as_str(), problem["path"].as_str()), (Some("duplicate"), Some("name")), "{problem}");
    let known = find(&rep, "customer", "Nordlicht").await;
    assert_eq!(problem["values"]["records"][0]["id"], json!(known));
    // The same name in another country alone is nothing of the kind.
    rep.post("/api/records/customer", customer(&rep, "NORDLICHT HANDELS", "France").await).await.ok();
});

on_both!(a_duplicate_that_the_writer_may_not_see_is_not_named, |server| {
    let other = server.sign_in("rep_b").await;
    let twice = customer(&other, "Nordlicht Handels", "Germany").await;
    let refused = other.post("/api/records/customer", twice).await;
    refused.refused(422, "invalid");
    let problem = &refused.body["error"]["details"][0];
    assert_eq!(problem["code"], "duplicate");
    assert_eq!(problem["values"], json!({"records": [], "hidden": 1}));
    assert!(!refused.text.contains("Nordlicht Handels GmbH"), "{}", refused.text);
});

on_both!(a_suspect_is_asked_about_and_saved_with_a_reason, |server| {
    let rep = server.sign_in("rep_a").await;
    // Two letters changed, and the domain of none.
    let mut near = customer(&rep, "Nordlycht Handel GmbH", "Germany").await;
    let asked = rep.post("/api/records/customer", near.clone()).await;
    asked.refused(422, "invalid");
    let problem = &asked.body["error"]["details"][0];
    assert_eq!(problem["code"], "suspect", "{problem}");
    assert_eq!(problem["values"]["records"][0]["title"], "Nordlicht Handels GmbH");
    assert_eq!(problem["values"]["records"][0]["near"], true);
    near["distinct"] = json!("Another firm in Kiel");
    let made = rep.post("/api/records/customer", near).await.ok();
    let timeline =
        rep.get(&format!("/api/records/customer/{}/timeline", made["record"]["id"].as_str().unwrap())).await.ok();
    assert!(timeline.to_string().contains("Another firm in Kiel"), "{timeline}");
    // The form is told of both, as one types.
    let draft = customer(&rep, "Nordlycht Handels GmbH", "Germany").await;
    let told = rep.post("/api/records/customer/draft", draft).await.ok();
    let suspect = told["problems"].as_array().unwrap().iter().find(|p| p["code"] == "suspect").unwrap();
    assert_eq!(suspect["level"], "warn");
    assert_eq!(suspect["values"]["records"].as_array().unwrap().len(), 2, "{suspect}");
});

on_both!(an_umlaut_written_out_is_a_suspect, |server| {
    let rep = server.sign_in("rep_a").await;
    rep.post("/api/records/customer", customer(&rep, "Müller Licht GmbH", "Germany").await).await.ok();
    let asked = rep.post("/api/records/customer", customer(&rep, "Mueller Licht GmbH", "Germany").await).await;
    asked.refused(422, "invalid");
    assert_eq!(asked.body["error"]["details"][0]["code"], "suspect");
});

on_both!(of_two_who_write_the_same_at_once_one_is_refused, |server| {
    let rep = server.sign_in("rep_a").await;
    for name in ["Twin Traders Ltd", "Northern Cooking Pots", "Sail and Rope SARL", "Kerzen Weber"] {
        let same = customer(&rep, name, "France").await;
        let writers = (0..4).map(|_| rep.post("/api/records/customer", same.clone()));
        let answers = futures::future::join_all(writers).await;
        let made = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(made, 1, "{:?}", answers.iter().map(|a| a.text.clone()).collect::<Vec<_>>());
        for refused in answers.iter().filter(|answer| answer.status != 201) {
            assert_eq!(refused.body["error"]["details"][0]["code"], "duplicate", "{}", refused.text);
        }
    }
});

on_both!(what_comes_out_of_the_trash_takes_no_place_that_is_taken, |server| {
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("gm_a").await;
    let first = rep.post("/api/records/customer", customer(&rep, "Harbour Light Ltd", "France").await).await.ok();
    let place = format!("/api/records/customer/{}", first["record"]["id"].as_str().unwrap());
    let gone = manager.delete(&place).await;
    assert_eq!(gone.status, 204, "{}", gone.text);
    rep.post("/api/records/customer", customer(&rep, "HARBOUR LIGHT", "France").await).await.ok();
    manager.post(&format!("{place}/restore"), json!({})).await.refused(422, "invalid");
});

on_both!(records_from_before_get_the_keys_by_which_near_ones_are_found, |server| {
    let changes = [(
        "entities/customer.json",
        "{\"near\": \"name_key\", \"distance\": 2, \"with\": [\"country\"]}",
        "[\"code\"]",
    )];
    server.publish("definitions/trade", &changes).await.unwrap();
    let rep = server.sign_in("rep_a").await;
    rep.post("/api/records/customer", customer(&rep, "Bluewater Trading", "France").await).await.ok();
    server.publish("definitions/trade", &[]).await.unwrap();
    server.app.index_near().await.unwrap();
    let asked = rep.post("/api/records/customer", customer(&rep, "Bluewatter Trading", "France").await).await;
    asked.refused(422, "invalid");
    assert_eq!(asked.body["error"]["details"][0]["values"]["records"][0]["title"], "Bluewater Trading");
});

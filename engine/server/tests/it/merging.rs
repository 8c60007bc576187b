//! Records that are the same become one: what refers to them, who may, and how they are parted again.

use serde_json::{Value as Json, json};

use crate::{
    client::Client,
    records::find,
    support::{TestApp, on_both},
};

fn id(answer: &Json) -> &str {
    answer["record"]["id"].as_str().unwrap()
}

/// Two customers, the second with a contact, a quotation and a comment.
async fn pair(rep: &Client) -> (Json, Json, Json, Json) {
    let country = find(rep, "country", "France").await;
    let one = json!({"name": "Alpine Lamps SARL", "country": country, "city": "Lyon"});
    let first = rep.post("/api/records/customer", one).await.ok();
    let known = find(rep, "customer", "Nordlicht").await;
    let known = rep.get(&format!("/api/records/customer/{known}")).await.ok()["record"].clone();
    let two = json!({
        "name": "Lumière des Alpes", "country": country, "website": "https://alpes.example", "tax_id": "FR1",
        "incoterm": known["incoterm"], "payment_term": known["payment_term"],
    });
    let second = rep.post("/api/records/customer", two).await.ok();
    let contact = json!({"name": "Marie", "customer": id(&second)});
    let contact = rep.post("/api/records/contact", contact).await.ok();
    let quotation = crate::records::quotation(rep, 10).await;
    let mut quotation = quotation.as_object().unwrap().clone();
    quotation.insert("customer".into(), json!(id(&second)));
    let quotation = rep.post("/api/records/quotation", Json::Object(quotation)).await.ok();
    rep.post(&format!("/api/records/customer/{}/comments", id(&second)), json!({"text": "Calls on Mondays"}))
        .await
        .ok();
    (first, second, contact, quotation)
}

async fn merge(client: &Client, winner: &Json, loser: &Json, fields: Json) -> crate::client::Answer {
    let body = json!({
        "version": winner["record"]["version"],
        "losers": [{"id": id(loser), "version": loser["record"]["version"]}],
        "fields": fields,
    });
    client.post(&format!("/api/records/customer/{}/merge", id(winner)), body).await
}

async fn read(client: &Client, entity: &str, of: &Json) -> Json {
    client.get(&format!("/api/records/{entity}/{}", id(of))).await.ok()
}

on_both!(two_records_become_one_and_everything_leads_to_it, |server| {
    let rep = server.sign_in("rep_a").await;
    let (first, second, contact, quotation) = pair(&rep).await;
    let other = server.sign_in("rep_b").await;
    merge(&other, &first, &second, json!({})).await.refused(404, "not_found");
    let boss = server.sign_in("gm_a").await;
    let fields = json!({"name": "Lumière des Alpes"});
    let merged = merge(&boss, &first, &second, fields).await.ok();
    assert_eq!(merged["record"]["name"], "Lumière des Alpes", "chosen");
    assert_eq!((&merged["record"]["city"], &merged["record"]["tax_id"]), (&json!("Lyon"), &json!("FR1")), "filled");
    assert_eq!(read(&boss, "contact", &contact).await["record"]["customer"], json!(id(&first)));
    assert_eq!(read(&boss, "quotation", &quotation).await["record"]["customer"], json!(id(&first)));
    let gone = read(&boss, "customer", &second).await;
    assert_eq!(gone["merged_into"]["id"], json!(id(&first)));
    let timeline = boss.get(&format!("/api/records/customer/{}/timeline", id(&first))).await.ok().to_string();
    assert!(timeline.contains("Calls on Mondays") && timeline.contains("merged"), "{timeline}");

    // And parted again.
    let undo = format!("/api/merges/{}/undo", merged["merge"].as_str().unwrap());
    let parted = boss.post(&undo, json!({})).await.ok();
    assert_eq!((&parted["record"]["name"], &parted["record"]["tax_id"]), (&json!("Alpine Lamps SARL"), &Json::Null));
    assert_eq!(read(&boss, "contact", &contact).await["record"]["customer"], json!(id(&second)));
    assert_eq!(read(&boss, "quotation", &quotation).await["record"]["customer"], json!(id(&second)));
    let back = read(&boss, "customer", &second).await;
    assert_eq!((&back["record"]["deleted_at"], back.get("merged_into")), (&Json::Null, None));
    boss.post(&undo, json!({})).await.refused(409, "wrong_state");
});

on_both!(what_was_touched_since_stands_in_the_way_of_parting_and_says_so, |server| {
    let rep = server.sign_in("rep_a").await;
    let (first, second, ..) = pair(&rep).await;
    let boss = server.sign_in("gm_a").await;
    let merged = merge(&boss, &first, &second, json!({})).await.ok();
    let path = format!("/api/records/customer/{}", id(&first));
    rep.patch(&path, json!({"version": merged["record"]["version"], "city": "Paris"})).await.ok();
    let refused = boss.post(&format!("/api/merges/{}/undo", merged["merge"].as_str().unwrap()), json!({})).await;
    refused.refused(409, "touched");
    assert!(refused.text.contains("Alpine Lamps"), "{}", refused.text);
});

on_both!(a_merge_whose_process_ended_is_followed_by_another, |server| {
    let rep = server.sign_in("rep_a").await;
    let (first, second, ..) = pair(&rep).await;
    let mut contacts = Vec::new();
    for i in 0..450 {
        let contact = json!({"name": format!("Person {i}"), "customer": id(&second)});
        contacts.push(rep.post("/api/records/contact", contact).await.ok());
    }
    let command = server::command::MergeRecords {
        id: uuid::Uuid::now_v7(),
        entity: "customer".into(),
        winner: (id(&first).parse().unwrap(), None),
        losers: vec![(id(&second).parse().unwrap(), None)],
        fields: serde_json::Map::new(),
    };
    // Nobody leads the references on.
    server.app.perform(Some(server.person("gm_a")), &command).await.unwrap();
    assert_eq!(read(&rep, "contact", &contacts[0]).await["record"]["customer"], json!(id(&second)));
    server.app.clock().set(server.app.clock().now() + chrono::Duration::seconds(120));
    server.app.follow_merges().await.unwrap();
    for contact in contacts.iter().step_by(50) {
        assert_eq!(read(&rep, "contact", contact).await["record"]["customer"], json!(id(&first)));
    }
    assert_eq!(server.app.store().merge(command.id).await.unwrap().unwrap().status, "done");
});

#[tokio::test]
async fn records_under_approval_and_others_than_things_do_not_become_one() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let one = crate::records::made(&rep, 1).await;
    let two = crate::records::made(&rep, 2).await;
    let boss = server.sign_in("gm_a").await;
    let body = json!({"losers": [{"id": id(&two)}]});
    boss.post(&format!("/api/records/quotation/{}/merge", id(&one)), body).await.refused(409, "no_master");
}

/// Random choices that are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }

    fn word(&mut self) -> String {
        (0..14).map(|_| char::from(b'a' + u8::try_from(self.below(26)).unwrap())).collect()
    }

    fn some<T: Clone>(&mut self, of: &[T]) -> Vec<T> {
        of.iter().filter(|_| self.below(2) == 0).cloned().collect()
    }
}

/// What a record says, without how often and by whom it was changed.
async fn said(client: &Client, (entity, id): &(&str, String)) -> Json {
    let mut record = client.get(&format!("/api/records/{entity}/{id}")).await.ok()["record"].clone();
    for field in ["version", "updated_at", "updated_by"] {
        record.as_object_mut().unwrap().remove(field);
    }
    record
}

/// A customer with some of what a customer has.
async fn random_customer(rep: &Client, dice: &mut Dice, country: &str, others: &[String]) -> String {
    let mut fields = json!({"name": dice.word(), "country": country});
    let known = [
        ("city", json!(dice.word())),
        ("tax_id", json!(dice.word())),
        ("website", json!(format!("https://{}.example", dice.word()))),
        ("tags", json!([dice.word(), "shared"])),
        ("rating", json!(dice.below(5) + 1)),
        ("profile", json!(format!("<p>{}</p>", dice.word()))),
        ("affiliates", json!(dice.some(others))),
        ("notes", json!(dice.word())),
        ("attachments", json!([crate::files::brought(rep, "contract.txt", dice.word().as_bytes()).await])),
    ];
    for (field, value) in dice.some(&known) {
        fields[field] = value;
    }
    rep.post("/api/records/customer", fields).await.ok()["record"]["id"].as_str().unwrap().to_owned()
}

on_both!(after_merging_everything_leads_to_the_winner_and_after_parting_all_is_as_before, |server| {
    let changes = [
        (
            "entities/contact.json",
            "\"call_at\":",
            "\"about\": {\"type\": \"any_reference\", \"to\": [\"customer\", \"product\"]}, \"call_at\":",
        ),
        (
            "entities/quotation.json",
            "        \"description\": {\"type\": \"text\", \"max\": 500},",
            "        \"buyer\": {\"type\": \"reference\", \"to\": \"customer\"},
             \"users\": {\"type\": \"references\", \"to\": \"customer\"},
             \"description\": {\"type\": \"text\", \"max\": 500},",
        ),
    ];
    server.publish("definitions/trade", &changes).await.unwrap();
    let rep = server.sign_in("rep_a").await;
    let boss = server.sign_in("gm_a").await;
    let country = find(&rep, "country", "France").await;
    for seed in 0..5 {
        let mut dice = Dice(seed);
        let mut customers: Vec<String> = Vec::new();
        for _ in 0..5 {
            customers.push(random_customer(&rep, &mut dice, &country, &customers).await);
        }
        // Who stays knows of those that go as well.
        let first = format!("/api/records/customer/{}", customers[0]);
        rep.patch(&first, json!({"version": 1, "affiliates": customers[2..]})).await.ok();
        let mut all: Vec<(&str, String)> = customers.iter().map(|id| ("customer", id.clone())).collect();
        for _ in 0..4 {
            let one = dice.below(5);
            let contact = json!({
                "name": dice.word(), "customer": customers[one],
                "about": format!("customer/{}", customers[dice.below(5)]),
            });
            let made = rep.post("/api/records/contact", contact).await.ok();
            all.push(("contact", id(&made).to_owned()));
            let mut quotation = crate::records::quotation(&rep, 10).await;
            quotation["lines"][0]["buyer"] = json!(customers[dice.below(5)]);
            quotation["lines"][0]["users"] = json!(dice.some(&customers));
            let made = rep.post("/api/records/quotation", quotation).await.ok();
            all.push(("quotation", id(&made).to_owned()));
        }
        let losers = [dice.some(&customers[1..4]), vec![customers[4].clone()]].concat();
        let condition = json!({"path": "affiliates", "operator": "contains", "value": losers[0]});
        let settings = json!({"view": "customer", "filter": {"match": "all", "conditions": [condition]}});
        let view = rep.post("/api/views", json!({"label": "Theirs", "shared": null, "settings": settings})).await.ok();
        let filtered = async || {
            let views = rep.get("/api/views").await.ok();
            let of = views["views"].as_array().unwrap().iter().find(|one| one["id"] == view["id"]).unwrap();
            of["settings"]["filter"]["conditions"][0]["value"].as_str().unwrap().to_owned()
        };
        let mut before = Vec::new();
        for one in &all {
            before.push(said(&boss, one).await);
        }

        let mut fields = serde_json::Map::new();
        for field in dice.some(&["name", "city", "rating", "notes"]) {
            fields.insert(field.into(), before[4][field].clone());
        }
        let body = json!({"losers": losers.iter().map(|id| json!({"id": id})).collect::<Vec<_>>(), "fields": fields});
        let merged = boss.post(&format!("/api/records/customer/{}/merge", customers[0]), body).await.ok();
        assert_eq!(filtered().await, customers[0], "the view asks for the winner");
        for one in all.iter().filter(|(_, id)| !losers.contains(id)) {
            let told = said(&boss, one).await.to_string();
            assert!(losers.iter().all(|loser| !told.contains(loser.as_str())), "seed {seed}: {one:?} {told}");
        }

        boss.post(&format!("/api/merges/{}/undo", merged["merge"].as_str().unwrap()), json!({})).await.ok();
        for (one, was) in all.iter().zip(&before) {
            assert_eq!(said(&boss, one).await, *was, "seed {seed}: {one:?}");
        }
        assert_eq!(filtered().await, losers[0]);
        rep.delete(&format!("/api/views/{}", view["id"].as_str().unwrap())).await.ok();
    }
});

on_both!(what_became_one_with_a_record_that_became_one_leads_to_the_last_of_them, |server| {
    let boss = server.sign_in("gm_a").await;
    let country = find(&boss, "country", "France").await;
    let mut dice = Dice(7);
    let mut made = Vec::new();
    for _ in 0..3 {
        let id = random_customer(&boss, &mut dice, &country, &[]).await;
        made.push(boss.get(&format!("/api/records/customer/{id}")).await.ok());
    }
    merge(&boss, &made[1], &made[0], json!({})).await.ok();
    let middle = read(&boss, "customer", &made[1]).await;
    let second = merge(&boss, &made[2], &middle, json!({})).await.ok();
    assert_eq!(read(&boss, "customer", &made[0]).await["merged_into"]["id"], json!(id(&made[2])));
    boss.post(&format!("/api/merges/{}/undo", second["merge"].as_str().unwrap()), json!({})).await.ok();
    assert_eq!(read(&boss, "customer", &made[0]).await["merged_into"]["id"], json!(id(&made[1])));
});

#[tokio::test]
async fn what_a_merge_needs_to_be_undone_goes_when_the_time_for_it_is_over() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let (first, second, ..) = pair(&rep).await;
    let boss = server.sign_in("gm_a").await;
    let merged = merge(&boss, &first, &second, json!({})).await.ok();
    let merge: uuid::Uuid = merged["merge"].as_str().unwrap().parse().unwrap();
    server.app.clock().set(server.app.clock().now() + chrono::Duration::days(8));
    server.app.follow_merges().await.unwrap();
    let row = server.app.store().merge(merge).await.unwrap().unwrap();
    assert_eq!((row.status.as_str(), row.state), ("settled", json!({})), "what was there before may be erased");
    assert!(server.app.store().merge_links(merge, 0, 10).await.unwrap().is_empty());
    let boss = server.sign_in("gm_a").await;
    boss.post(&format!("/api/merges/{merge}/undo"), json!({})).await.refused(409, "wrong_state");
    assert_eq!(read(&boss, "customer", &second).await["merged_into"]["id"], json!(id(&first)));
}

//! Personal data goes when it is asked for, and records when their time is over; what happened is still told, and proved.

use chrono::Duration;
use kernel::{PackSource, SourceFile};
use serde_json::{Value as Json, json};
use server::{
    publish::Publication,
    worker::{Worker, handlers},
};

use crate::support::{TestApp, on_both};

fn publication(retain: Option<Json>) -> Publication {
    let pack = json!({"kind": "pack", "name": "shop", "label": "Shop", "version": "1.0.0"});
    let mut contact = json!({"kind": "entity", "name": "contact_x", "label": "Contact", "type": "master", "title": "{name}",
        "search": ["name", "mobile"],
        "fields": {"name": {"type": "text", "required": true, "personal": true}, "mobile": {"type": "phone", "personal": true},
                   "greeting": {"type": "text", "formula": "\"Dear \" + name"}, "role": {"type": "text"},
                   "closed": {"type": "boolean"},
                   "kin": {"type": "lines", "fields": {"name": {"type": "text", "personal": true}, "age": {"type": "integer"}}}}});
    if let Some(retain) = retain {
        contact["retain"] = retain;
    }
    let letter = json!({"kind": "entity", "name": "letter_x", "label": "Letter", "type": "document", "title": "{about} {to.name}",
        "fields": {"about": {"type": "text"}, "to": {"type": "reference", "to": "contact_x", "fills": {"salutation": "name"}},
                   "salutation": {"type": "text"}, "mobile": {"type": "phone", "lookup": "to.mobile"}}});
    let can = json!({"read": "all", "create": true, "update": "all", "delete": "all"});
    let role = json!({"kind": "role", "name": "keeper", "label": "Keeper", "can": {"contact_x": can, "letter_x": can}});
    let files = [
        ("pack.json", pack),
        ("entities/contact_x.json", contact),
        ("entities/letter_x.json", letter),
        ("roles/keeper.json", role),
    ];
    let files = files.into_iter().map(|(path, json)| SourceFile { path: path.into(), text: json.to_string() });
    let packs = vec![PackSource { name: "shop".into(), files: files.collect() }];
    Publication { packs, note: "shop".into(), by: None, demo: false }
}

async fn settled(server: &TestApp) {
    Worker::new(&server.app, handlers()).run_due().await.unwrap();
}

on_both!(the_demos_administrator_erases_what_is_personal_in_a_contact_and_no_other_one_does, |server| {
    let rep = server.sign_in("rep_a").await;
    let contacts = rep.get("/api/records/contact?limit=1").await.ok();
    let place = format!("/api/records/contact/{}", contacts["rows"][0]["id"].as_str().unwrap());
    let name = rep.get(&place).await.ok()["record"]["name"].as_str().unwrap().to_owned();
    rep.post(&format!("{place}/erase"), json!({"reason": "asked for"})).await.refused(403, "forbidden");
    let erased =
        server.sign_in("it_a").await.post(&format!("{place}/erase"), json!({"reason": "asked for"})).await.ok();
    assert!(erased["erased"]["fields"].as_array().unwrap().contains(&json!("email")), "{erased}");
    assert!(!rep.get(&place).await.text.contains(&name));
    // Who looks after the system alone sees no contacts, and so erases none.
    server.give_roles("manager_b", &["it_admin"]).await;
    let other = server.sign_in("manager_b").await;
    other.post(&format!("{place}/erase"), json!({"reason": "asked for"})).await.refused(404, "not_found");
});

on_both!(what_is_personal_goes_from_record_history_comments_and_search, |server| {
    server.app.publish(publication(None)).await.unwrap();
    server.give_roles("it_a", &["administrator", "keeper"]).await;
    let keeper = server.sign_in("it_a").await;
    let input = json!({"name": "Quentin Zorro", "mobile": "+49 151 7654321", "role": "Buyer", "kin": [{"name": "Zelda", "age": 9}]});
    let made = keeper.post("/api/records/contact_x", input).await.ok();
    let id = made["record"]["id"].as_str().unwrap().to_owned();
    let place = format!("/api/records/contact_x/{id}");
    keeper.patch(&place, json!({"version": 1, "mobile": "+49 151 1111111"})).await.ok();
    keeper.post(&format!("{place}/comments"), json!({"text": "Zorro called"})).await.ok();
    let letter = keeper.post("/api/records/letter_x", json!({"about": "Offer", "to": id})).await.ok();
    let letter = format!("/api/records/letter_x/{}", letter["record"]["id"].as_str().unwrap());
    settled(server).await;

    server
        .sign_in("rep_a")
        .await
        .post(&format!("{place}/erase"), json!({"reason": "asked"}))
        .await
        .refused(403, "forbidden");
    keeper.post(&format!("{place}/erase"), json!({"reason": " "})).await.refused(422, "invalid");
    let erased = keeper.post(&format!("{place}/erase"), json!({"reason": "asked by letter"})).await.ok();
    assert_eq!(erased["erased"]["fields"], json!(["greeting", "kin.name", "mobile", "name"]));
    assert_eq!(
        (&erased["erased"]["retold"], &erased["erased"]["copies"]),
        (&json!(["letter_x"]), &json!(["letter_x.salutation"]))
    );
    settled(server).await;

    let record = keeper.get(&place).await.ok()["record"].clone();
    assert_eq!(
        (&record["mobile"], &record["role"], &record["kin"][0]["age"]),
        (&Json::Null, &json!("Buyer"), &json!(9)),
        "{record}"
    );
    let timeline = keeper.get(&format!("{place}/timeline")).await;
    for answer in [&timeline.text, &record.to_string(), &keeper.get(&letter).await.ok()["record"]["title"].to_string()]
    {
        for gone in ["Zorro", "Zelda", "7654321", "1111111"] {
            assert!(!answer.contains(gone), "{gone}: {answer}");
        }
    }
    assert!(timeline.text.contains("Buyer"), "what is not personal is still told");
    assert!(keeper.get(&letter).await.ok()["record"]["mobile"].is_null(), "what is looked up goes with it");
    assert_eq!(keeper.get("/api/records/contact_x?q=zorro").await.ok()["rows"], json!([]));
    assert_eq!(crate::tampering::found(server).await, Vec::<String>::new());
    let noted = keeper.get("/api/audit?kind=erased").await.ok();
    assert_eq!(noted["rows"][0]["detail"]["reason"], "asked by letter");
});

on_both!(records_whose_time_is_over_are_told_then_put_into_the_trash, |server| {
    let retain = json!({"for": "2 years", "where": ["closed", "=", true]});
    server.app.publish(publication(Some(retain))).await.unwrap();
    server.give_roles("it_a", &["administrator", "keeper"]).await;
    let keeper = server.sign_in("it_a").await;
    for (name, closed) in [("old", true), ("open", false)] {
        keeper.post("/api/records/contact_x", json!({"name": name, "closed": closed})).await.ok();
    }
    server.app.clock().set(server.app.clock().now() + Duration::days(400));
    let keeper = server.sign_in("it_a").await;
    keeper.post("/api/records/contact_x", json!({"name": "young", "closed": true})).await.ok();
    assert_eq!(server.app.retained().await.unwrap()[0].records, 0);
    server.app.clock().set(server.app.clock().now() + Duration::days(400));
    let keeper = server.sign_in("it_a").await;
    let told = keeper.get("/api/retention").await.ok();
    assert_eq!(
        (&told["retained"][0]["records"], &told["retained"][0]["first"][0][1]),
        (&json!(1), &json!("old")),
        "{told}"
    );
    assert_eq!(
        keeper.get("/api/records/contact_x").await.ok()["rows"].as_array().unwrap().len(),
        3,
        "nothing is done yet"
    );
    assert_eq!(server.app.retain(None).await.unwrap(), 1);
    assert_eq!(server.app.retain(None).await.unwrap(), 0);
    let trash = keeper.get("/api/records/contact_x?deleted=1&columns=name").await;
    assert!(trash.text.contains("old") && !trash.text.contains("young"), "{}", trash.text);
    assert_eq!(
        keeper.get("/api/audit?kind=retention").await.ok()["rows"][0]["detail"],
        json!({"entity": "contact_x", "rows": 1})
    );
    assert_eq!(crate::tampering::found(server).await, Vec::<String>::new());
});

//! What was: the timeline by its filters, a record at a version, and giving it those values again.

use serde_json::{Value as Json, json};

use crate::{
    client::Client,
    records::{made, place},
    support::on_both,
};

async fn change(client: &Client, place: &str, fields: Json) -> Json {
    let record = client.get(place).await.ok()["record"].clone();
    let mut body = fields;
    body["version"] = record["version"].clone();
    client.patch(place, body).await.ok()["record"].clone()
}

fn kinds(timeline: &Json) -> Vec<&str> {
    timeline["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect()
}

on_both!(a_version_is_shown_and_its_values_are_given_back, |server| {
    let rep = server.sign_in("rep_a").await;
    let first = made(&rep, 1000).await["record"].clone();
    let at = place(&json!({"record": first}));
    let line = first["lines"][0]["id"].clone();
    change(&rep, &at, json!({"notes": "second"})).await;
    change(&rep, &at, json!({"lines": [{"id": line, "quantity": "7"}]})).await;
    let now = change(&rep, &at, json!({"notes": "fourth"})).await;
    assert_eq!(now["version"], json!(4));

    let then = rep.get(&format!("{at}/versions/2")).await.ok();
    assert_eq!(then["record"]["notes"], json!("second"));
    assert_eq!(then["record"]["lines"][0]["quantity"], first["lines"][0]["quantity"]);
    let paths: Vec<&str> =
        then["differences"].as_array().unwrap().iter().map(|d| d["path"].as_str().unwrap()).collect();
    let quantity = format!("lines.{}.quantity", line.as_str().unwrap());
    assert!(paths.contains(&"notes") && paths.contains(&quantity.as_str()), "{paths:?}");
    assert!(!then.to_string().contains("margin"), "what is hidden stays hidden");
    rep.get(&format!("{at}/versions/9")).await.refused(404, "not_found");
    rep.get(&format!("{at}/versions/x")).await.refused(404, "not_found");

    // One field, by whoever saw the record as it is.
    rep.post(&format!("{at}/versions/1/restore"), json!({"version": 3, "fields": ["notes"]}))
        .await
        .refused(409, "stale");
    let restored = rep.post(&format!("{at}/versions/2/restore"), json!({"version": 4, "fields": ["notes"]})).await.ok();
    assert_eq!((&restored["record"]["notes"], &restored["record"]["version"]), (&json!("second"), &json!(5)));
    assert_eq!(restored["record"]["lines"][0]["quantity"], now["lines"][0]["quantity"], "not asked for");
    let newest = rep.get(&format!("{at}/timeline")).await.ok()["items"][0].clone();
    assert_eq!((&newest["source"], &newest["reason"]), (&json!("version"), &json!("2")));

    // All that differs.
    let whole = rep.post(&format!("{at}/versions/1/restore"), json!({"version": 5})).await.ok();
    assert_eq!(whole["record"]["notes"], first.get("notes").cloned().unwrap_or_default());
    assert_eq!(whole["record"]["lines"][0]["quantity"], first["lines"][0]["quantity"]);
    assert_eq!(whole["record"]["amount"], first["amount"]);

    // Somebody else's record is none of theirs; a locked one stays locked.
    server.sign_in("rep_b").await.get(&format!("{at}/versions/1")).await.refused(404, "not_found");
    change(&rep, &at, json!({"lines": [{"id": line, "quantity": "9"}]})).await;
    rep.post(&format!("{at}/transitions/submit"), json!({"version": 7})).await.ok();
    let version = rep.get(&at).await.ok()["record"]["version"].clone();
    let locked = rep.post(&format!("{at}/versions/2/restore"), json!({"version": version, "fields": ["lines"]})).await;
    locked.refused(409, "locked");
});

on_both!(a_line_that_went_comes_back_with_its_version, |server| {
    let rep = server.sign_in("rep_a").await;
    let first = made(&rep, 1000).await["record"].clone();
    let at = place(&json!({"record": first}));
    let mut lines = first["lines"].as_array().unwrap().clone();
    lines.push(json!({"product": lines[0]["product"], "quantity": "3", "unit_price": "5"}));
    let kept = json!([{"id": lines[0]["id"]}, lines[1]]);
    let second = change(&rep, &at, json!({"lines": kept})).await;
    assert_eq!(second["lines"].as_array().unwrap().len(), 2);
    change(&rep, &at, json!({"lines": [{"id": second["lines"][0]["id"]}]})).await;
    let back = rep.post(&format!("{at}/versions/2/restore"), json!({"version": 3})).await.ok();
    let back = back["record"]["lines"].as_array().unwrap().clone();
    assert_eq!((back.len(), &back[1]["unit_price"]), (2, &second["lines"][1]["unit_price"]));
});

on_both!(the_timeline_is_narrowed_by_kind_person_field_and_day, |server| {
    let rep = server.sign_in("rep_a").await;
    let first = made(&rep, 1000).await["record"].clone();
    let at = place(&json!({"record": first}));
    rep.post(&format!("{at}/comments"), json!({"text": "by rep"})).await.ok();
    change(&rep, &at, json!({"notes": "n"})).await;
    let manager = server.sign_in("manager_a").await;
    manager.post(&format!("{at}/comments"), json!({"text": "by manager"})).await.ok();
    rep.post(&format!("{at}/transitions/submit"), json!({"version": 2})).await.ok();
    let of = async |query: &str| rep.get(&format!("{at}/timeline?{query}")).await.ok();

    assert_eq!(kinds(&of("kind=comments").await), ["comment", "comment"]);
    assert_eq!(kinds(&of("kind=changes").await), ["transition", "change", "change"]);
    assert_eq!(kinds(&of("kind=approvals").await), ["end", "start"]);
    assert_eq!(kinds(&of("kind=approvals,comments").await).len(), 4);
    let by = server.person("manager_a");
    assert_eq!(kinds(&of(&format!("by={by}")).await), ["comment"]);
    let notes = of("field=notes").await;
    assert_eq!(kinds(&notes), ["change"], "{notes}");
    assert_eq!(notes["items"][0]["changes"].as_array().unwrap().len(), 1);
    assert_eq!(kinds(&of("field=state").await), ["transition"]);
    assert_eq!(kinds(&of("field=lines.quantity").await), ["change"], "the line came with the record");
    assert!(kinds(&of("from=2026-11-24").await).is_empty());
    assert!(!kinds(&of("from=2026-11-23&to=2026-11-23").await).is_empty());
    rep.get(&format!("{at}/timeline?field=margin")).await.refused(422, "invalid");
    rep.get(&format!("{at}/timeline?kind=other")).await.refused(422, "invalid");
});

//! Whatever is sent to any route, the answer is a refusal or a success: nothing panics, no status above 499, no request
//! without an end. Every route of the router is called, by somebody who does business and by an administrator, with parts
//! of valid requests that were changed, cut or mixed up.
//! A short while with every test run; `PORTOLAN_FUZZ` says how many times as long (`make fuzz`), `PORTOLAN_SEED` how it
//! begins.

use std::time::Duration;

use axum::{body::Bytes, http::Method};
use serde_json::{Value as Json, json};

use crate::{
    chaos::Dice,
    client::{Client, encoded},
    leaks::routes,
    records::{made, quotation},
    support::TestApp,
};

/// Requests where nothing else is asked for.
const USUAL: usize = 1_000;
/// Longer takes nothing that is answered.
const LONGEST: Duration = Duration::from_secs(40);

fn odd_text(dice: &mut Dice) -> String {
    let odd = [
        "",
        "0",
        "-1",
        "18446744073709551616",
        "1e400",
        "null",
        "[]",
        "{}",
        "\"",
        "'; drop table sys_history; --",
        "%00",
        "\u{0}",
        "\u{202e}名\u{fffc}",
        "../../etc/passwd",
        "01935f00-0000-7000-8000-000000000000",
        "not-an-id",
        "quotation",
        "lines.quantity",
        "created_by.name.x.y",
        "-number,-title,state,id,lines",
        "[\"number\",\"=\",null]",
        "[\"and\",[\"amount\",\">\",\"x\"],[\"or\"]]",
        "[\"lines.quantity\",\"in\",[1,2,[3]]]",
        "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]",
        "9999-12-31T23:59:59.999999999Z",
        "0000-00-00",
        "2026-02-30",
        "*\" OR NEAR(a, 999999)",
    ];
    match dice.below(odd.len() + 2) {
        0 => "x".repeat(3000),
        1 => "[".repeat(300),
        at => odd[at - 2].to_owned(),
    }
}

fn odd_json(dice: &mut Dice) -> Json {
    match dice.below(9) {
        0 => Json::Null,
        1 => json!(i64::MIN),
        2 => json!(1e300),
        3 => json!(true),
        4 => json!([]),
        5 => json!({}),
        6 => json!([{"id": odd_text(dice)}, 1]),
        7 => json!({"a": {"b": odd_text(dice)}}),
        _ => json!(odd_text(dice)),
    }
}

/// A document with a few values replaced, taken away or renamed.
fn changed(json: &mut Json, dice: &mut Dice) {
    match json {
        Json::Object(map) if !map.is_empty() && dice.below(4) > 0 => {
            let key = map.keys().nth(dice.below(map.len())).cloned().unwrap_or_default();
            match dice.below(5) {
                0 => drop(map.remove(&key)),
                1 => drop(map.insert(odd_text(dice), odd_json(dice))),
                _ => map.get_mut(&key).into_iter().for_each(|inner| changed(inner, dice)),
            }
        }
        Json::Array(list) if !list.is_empty() && dice.below(4) > 0 => {
            let at = dice.below(list.len());
            if dice.below(4) == 0 {
                let again = list[at].clone();
                list.push(again);
            } else {
                changed(&mut list[at], dice);
            }
        }
        other => *other = odd_json(dice),
    }
}

struct Sent {
    method: Method,
    path: String,
    body: Bytes,
}

fn request(
    (path, method, about): &(String, String, Json),
    known: &[(&str, Vec<String>)],
    bodies: &[Json],
    dice: &mut Dice,
) -> Sent {
    let mut path = path.clone();
    while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
        let name = path[from + 1..to].trim_start_matches('*').to_owned();
        let given = known.iter().find(|(known, _)| *known == name).map(|(_, values)| values);
        let value = match given {
            Some(values) if dice.below(4) > 0 => values[dice.below(values.len())].clone(),
            _ => encoded(&odd_text(dice)),
        };
        // A path without a part is another path.
        path.replace_range(from..=to, if value.is_empty() { "-" } else { &value });
    }
    let named = about["parameters"].as_array().cloned().unwrap_or_default();
    let mut query = Vec::new();
    for parameter in named.iter().filter(|parameter| parameter["in"] == "query") {
        if dice.below(3) == 0 {
            query.push(format!("{}={}", parameter["name"].as_str().unwrap(), encoded(&odd_text(dice))));
        }
    }
    if dice.below(8) == 0 {
        query.push(format!("version={}", encoded(&odd_text(dice))));
    }
    if !query.is_empty() {
        path = format!("{path}?{}", query.join("&"));
    }
    let mut body = bodies[dice.below(bodies.len())].clone();
    for _ in 0..dice.below(4) {
        changed(&mut body, dice);
    }
    let mut bytes = body.to_string().into_bytes();
    match dice.below(12) {
        0 => bytes.truncate(dice.below(bytes.len().max(1))),
        1 => {
            let at = dice.below(bytes.len());
            bytes[at] = u8::try_from(dice.below(256)).unwrap();
        }
        _ => {}
    }
    let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
    let body = if method == Method::GET { Bytes::new() } else { Bytes::from(bytes) };
    Sent { method, path, body }
}

/// Routes that are not called: a stream has no end, and who has signed out, looks as somebody else or sets the clock tries
/// nothing more.
const LEFT_OUT: &[&str] =
    &["/api/events", "/api/test_clock", "/api/session", "/api/session/view_as", "/api/users/{id}/leave"];

/// All routes, with what the API document says of those that it names.
async fn paths(client: &Client) -> Vec<(String, String, Json)> {
    let document = client.get("/api/openapi.json").await.ok();
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, about) in methods.as_object().unwrap() {
            if ["get", "post", "patch", "put", "delete"].contains(&method.as_str()) {
                found.push((path.clone(), method.clone(), about.clone()));
            }
        }
    }
    for route in routes::of_the_router() {
        let (method, path) = route.split_once(' ').unwrap();
        let method = method.to_lowercase();
        if !found.iter().any(|(other, by, _)| other == path && *by == method) {
            found.push((path.to_owned(), method, json!({})));
        }
    }
    found.retain(|(path, ..)| !LEFT_OUT.contains(&path.as_str()));
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_is_sent_makes_the_server_fail() {
    let server = TestApp::trade().await;
    let client = server.sign_in("gm_a").await;
    let rep = server.sign_in("rep_a").await;
    let record = made(&rep, 10).await["record"].clone();
    let id = record["id"].as_str().unwrap().to_owned();
    let admin = server.sign_in("it_a").await;
    let draft = admin.post("/api/studio/drafts", json!({"title": "Ports"})).await.ok();
    let draft = draft["id"].as_str().or(draft["draft"]["id"].as_str()).unwrap().to_owned();
    let submitted = rep.post(&format!("/api/records/quotation/{id}/transitions/submit"), json!({})).await.ok();
    let instance = submitted["instance"]["id"].as_str().or(submitted["instance"].as_str()).unwrap().to_owned();
    let paths = paths(&client).await;
    for newest in
        ["/api/messages", "/api/merges/{id}/undo", "/decide", "/api/export/{file}", "/api/studio/drafts/{id}/try"]
    {
        assert!(paths.iter().any(|(path, ..)| path == newest), "{newest}");
    }
    let known = [
        ("id", vec![id.clone(), server.person("rep_a").to_string(), draft, instance]),
        ("file", ["quotation.csv", "customer.xlsx", "entities/customer.json"].map(str::to_owned).to_vec()),
        ("workflow", vec!["quotation_approval".to_owned()]),
        ("token", vec!["1".to_owned()]),
        ("entity", ["quotation", "customer", "product", "user"].map(str::to_owned).to_vec()),
        ("name", vec!["submit".to_owned()]),
        ("verb", ["approve", "reject", "return", "transfer"].map(str::to_owned).to_vec()),
        ("version", vec!["1".to_owned()]),
    ];
    let bodies = [
        quotation(&rep, 10).await,
        json!({"version": 1, "remarks": "x", "lines": record["lines"]}),
        record.clone(),
        json!({"version": 1, "reason": "because"}),
        json!({"text": format!("@[A]({id}) hello")}),
        json!({"entity": "customer", "key": ["name"], "existing": "skip", "columns": {"A": "name"}}),
        json!({"all": true}),
        json!({"ids": [id]}),
        json!({"name": "Firm", "language": "en", "zone": "Asia/Shanghai", "settings": {"base_currency": "CNY"}}),
        json!({"name": "paid", "key": id, "fields": {}}),
        json!({"winner": id, "losers": [id], "version": 1, "fields": {"name": id}}),
        json!({"packs": [{"name": "shop", "files": [{"path": "pack.json", "text": "{}"}]}], "note": "x", "choices": {}}),
        json!({"version": 1, "definitions": {"entities/customer.json": {"fields": {"x_size": {"type": "text"}}}}, "title": "x"}),
        json!({"workflow": "quotation_approval", "entity": "quotation", "record": id, "as": id, "path": "bank_account"}),
        json!({"q": "x", "field": "customer", "doc": record, "limit": 5}),
    ];
    let seed = std::env::var("PORTOLAN_SEED").ok().map_or(20_261_123, |seed| seed.parse().unwrap());
    let times: usize = std::env::var("PORTOLAN_FUZZ").ok().map_or(1, |times| times.parse().unwrap());
    let mut dice = Dice(seed);
    let mut successes = 0;
    for number in 0..USUAL * times {
        // Each route once, then as it comes.
        let at = if number < paths.len() { number } else { dice.below(paths.len()) };
        let client = if dice.below(2) == 0 { &client } else { &admin };
        let sent = request(&paths[at], &known, &bodies, &mut dice);
        let told = format!("request {number} of PORTOLAN_SEED={seed}: {} {} {:?}", sent.method, sent.path, sent.body);
        let Ok(_) = sent.path.parse::<axum::http::Uri>() else { continue };
        let answered = client.send_bytes(sent.method, &sent.path, sent.body);
        let answer = tokio::time::timeout(LONGEST, answered).await.unwrap_or_else(|_| panic!("no answer to {told}"));
        assert!(answer.status < 500, "{} {}: {told}", answer.status, answer.text);
        successes += usize::from(answer.status < 300);
    }
    assert!(successes > USUAL / 20, "hardly anything came through: {successes}");
}

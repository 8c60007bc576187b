//! Deciding by a link in a letter: what the page shows, what is decided, and what becomes of a link that is old, used,
//! forwarded, or anybody else's.

use axum::{body::Bytes, http::Method};
use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use server::worker::Worker;
use uuid::Uuid;

use crate::{
    approval::{submitted, task},
    client::{Answer, Client},
    mail::with_mail,
    records::{made, place},
    smtp::MailServer,
    support::{TestApp, morning, on_both},
};

const WORKFLOW: &str = "workflows/quotation_approval.json";
const VERBS: &str = r#""transfer": {}}"#;
const BY_MAIL: &str = r#""decide_by_mail": true,"#;
const MANAGER: &str = r#""approvers": [{"role": "sales_manager", "in": "initiator_department"}],"#;

/// The trade pack, whose quotations managers approve by mail, with changes.
async fn by_mail(server: &TestApp, changes: &[(&str, &str, &str)]) -> (MailServer, Worker) {
    server.publish("definitions/trade", changes).await.unwrap();
    with_mail(server).await
}

/// The links to decide about quotations that came to somebody, in the order in which they came; without the demo's own,
/// whose ids are worked out from their names.
fn links(mails: &MailServer, to: &str) -> Vec<String> {
    let letters = mails.letters();
    let texts = letters.iter().filter(|letter| letter.to.starts_with(to)).map(super::smtp::Letter::plain);
    // Each stands in the plain part and in the other.
    let of = |text: String| {
        let plain = text.split("<!doctype html>").next().unwrap_or_default().to_owned();
        let parts: Vec<String> = plain
            .split("https://portolan.firm.example/decide?t=")
            .skip(1)
            // The way to the record follows it.
            .filter(|rest| {
                let record = rest.split_once("/e/quotation/").and_then(|(between, record)| {
                    let id = Uuid::parse_str(record.get(..36)?).ok()?;
                    (!between.contains("/e/")).then_some(id)
                });
                record.is_some_and(|id| id.get_version_num() == 7)
            })
            .map(|rest| format!("/decide?t={}", rest.chars().take(64).collect::<String>()))
            .collect();
        parts
    };
    texts.flat_map(of).collect()
}

fn token(link: &str) -> &str {
    link.split_once("t=").unwrap().1
}

/// Posts the page's form.
async fn post(client: &Client, link: &str, verb: &str, reason: &str, page: &str) -> Answer {
    let version = page.split("name=\"version\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("0");
    let body = format!("t={}&verb={verb}&reason={reason}&version={version}", token(link));
    let client = client.with("content-type", "application/x-www-form-urlencoded").with("origin", "null");
    client.send_bytes(Method::POST, "/decide", Bytes::from(body)).await
}

async fn stands(client: &Client, record: &Json) -> String {
    client.get(&place(record)).await.ok()["record"]["state"].as_str().unwrap().to_owned()
}

on_both!(somebody_decides_by_the_link_of_their_letter_once_and_is_told_so_when_they_come_again, |server| {
    let (mails, mut worker) = by_mail(server, &[]).await;
    let rep = server.sign_in("rep_a").await;
    let record = submitted(&rep, 80_000).await;
    worker.run_due().await.unwrap();
    let link = links(&mails, "manager.a").pop().unwrap();
    let visitor = server.visitor();
    // Scanners look at it, several times; nothing is decided by that.
    let mut page = String::new();
    for _ in 0..3 {
        let seen = visitor.get(&link).await;
        assert_eq!(seen.status, 200, "{}", seen.text);
        let header = |name: &str| seen.headers.get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert!(header("content-security-policy").starts_with("default-src 'none'; style-src 'sha256-"));
        assert!(!seen.text.contains("<script") && seen.text.len() < 40_000);
        page = seen.text;
    }
    assert!(page.contains(record["record"]["title"].as_str().unwrap()), "{page}");
    let tried = visitor.get(&format!("{link}&verb=approve")).await;
    assert_eq!(tried.status, 200);
    assert_eq!(stands(&rep, &record).await, "approving");
    let manager = server.sign_in("manager_a").await;
    assert!(task(&manager, &record).await.is_some());

    let answer = post(&visitor, &link, "approve", "Good+price", &page).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert!(task(&manager, &record).await.is_none());
    let instance = rep.get(&place(&record)).await.ok()["instance"]["id"].as_str().unwrap().to_owned();
    let way = rep.get(&format!("/api/instances/{instance}")).await.ok();
    let nodes = way["nodes"].as_array().unwrap();
    let person = nodes.iter().find(|node| node["node"] == "sales_manager").unwrap()["people"][0].clone();
    assert_eq!(
        (&person["decision"], &person["reason"], &person["channel"]),
        (&json!("approved"), &json!("Good price"), &json!("mail_link"))
    );
    let timeline = rep.get(&format!("{}/timeline", place(&record))).await.ok();
    let told = timeline["items"].as_array().unwrap().iter().find(|item| item["kind"] == "decision").unwrap().clone();
    assert_eq!((&told["outcome"], &told["channel"]), (&json!("approved"), &json!("mail_link")));
    let admin = server.sign_in("it_a").await;
    let audit = admin.get("/api/audit").await.ok().to_string();
    assert!(audit.contains("decided_by_mail"), "{audit}");

    // Again: the same answer to looking and to sending, and nothing more is decided.
    let before = server.app.store().events(instance.parse().unwrap()).await.unwrap().len();
    for answer in [visitor.get(&link).await, post(&visitor, &link, "reject", "No", &page).await] {
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(answer.text.contains("同意") || answer.text.contains("You approved it"), "{}", answer.text);
    }
    assert_eq!(server.app.store().events(instance.parse().unwrap()).await.unwrap().len(), before);
    // What the database keeps opens nothing.
    assert!(server.app.store().decision_link(token(&link)).await.unwrap().is_none());
});

on_both!(the_next_letter_about_the_same_task_has_a_link_of_its_own_and_both_end_with_it, |server| {
    let (mails, mut worker) = by_mail(server, &[]).await;
    let rep = server.sign_in("rep_a").await;
    let record = submitted(&rep, 80_000).await;
    worker.run_due().await.unwrap();
    let instance = record["instance"]["id"].as_str().unwrap();
    rep.post(&format!("/api/instances/{instance}/urge"), json!({})).await.ok();
    worker.run_due().await.unwrap();
    let both = links(&mails, "manager.a");
    assert_eq!(both.len(), 2, "{both:?}");
    assert_ne!(both[0], both[1]);
    let visitor = server.visitor();
    let page = visitor.get(&both[0]).await.text;
    // At the same instant: one is heard.
    let (one, other) =
        tokio::join!(post(&visitor, &both[0], "approve", "", &page), post(&visitor, &both[1], "reject", "No", &page));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert!(statuses == [200, 303], "{statuses:?} {} {}", one.text, other.text);
    for link in &both {
        assert_eq!(visitor.get(link).await.status, 200);
    }
});

on_both!(a_link_that_is_old_forwarded_or_of_somebody_who_left_decides_nothing_and_says_why, |server| {
    let (mails, mut worker) = by_mail(server, &[]).await;
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let visitor = server.visitor();
    let mut opened = Vec::new();
    for _ in 0..4 {
        let record = submitted(&rep, 80_000).await;
        worker.run_due().await.unwrap();
        let link = links(&mails, "manager.a").pop().unwrap();
        let page = visitor.get(&link).await.text;
        opened.push((record, link, page));
    }
    let [handed, withdrawn, old, left] = opened.try_into().unwrap();

    // Handed over: who did what.
    let own = task(&manager, &handed.0).await.unwrap();
    let body = json!({"to": server.person("manager_b"), "reason": "away"});
    manager.post(&format!("/api/tasks/{}/transfer", own["id"].as_str().unwrap()), body).await.ok();
    let told = post(&visitor, &handed.1, "approve", "", &handed.2).await;
    assert_eq!(told.status, 200);
    assert!(told.text.contains("转交") || told.text.contains("handed it over"), "{}", told.text);

    let instance = withdrawn.0["instance"]["id"].as_str().unwrap();
    rep.post(&format!("/api/instances/{instance}/withdraw"), json!({})).await.ok();
    let told = post(&visitor, &withdrawn.1, "approve", "", &withdrawn.2).await;
    assert_eq!(told.status, 200);
    assert!(!told.text.contains("<form"), "{}", told.text);
    assert_eq!(stands(&rep, &withdrawn.0).await, "draft");

    // Too old: it is still to be decided, but not by this.
    server.app.clock().set(morning() + TimeDelta::days(7) + TimeDelta::minutes(1));
    for answer in [visitor.get(&old.1).await, post(&visitor, &old.1, "approve", "", &old.2).await] {
        assert_eq!(answer.status, 410, "{}", answer.text);
    }
    server.app.clock().set(morning());
    assert_eq!(stands(&rep, &old.0).await, "approving");

    let admin = server.sign_in("it_a").await;
    let person = server.person("manager_a");
    admin.post(&format!("/api/users/{person}/leave"), json!({"hand_over_to": server.person("manager_b")})).await.ok();
    for answer in [visitor.get(&left.1).await, post(&visitor, &left.1, "approve", "", &left.2).await] {
        assert_eq!(answer.status, 410, "{}", answer.text);
        // Whoever holds it now is told nothing of the record.
        assert!(!answer.text.contains(left.0["record"]["title"].as_str().unwrap()));
    }
    assert_eq!(stands(&rep, &left.0).await, "approving");
});

on_both!(whoever_lost_the_role_of_a_common_task_a_second_ago_decides_nothing, |server| {
    let pool = r#""approvers": [{"role": "sales_manager"}], "pool": true,"#;
    let (mails, mut worker) = by_mail(server, &[(WORKFLOW, MANAGER, pool)]).await;
    let rep = server.sign_in("rep_a").await;
    let record = submitted(&rep, 80_000).await;
    worker.run_due().await.unwrap();
    let mine = links(&mails, "manager.a").pop().unwrap();
    let theirs = links(&mails, "manager.b").pop().unwrap();
    let visitor = server.visitor();
    let page = visitor.get(&mine).await.text;
    server.give_roles("manager_a", &["sales_rep"]).await;
    let refused = post(&visitor, &mine, "approve", "", &page).await;
    assert_eq!(refused.status, 410, "{}", refused.text);
    assert_eq!(stands(&rep, &record).await, "approving");
    let page = visitor.get(&theirs).await.text;
    assert_eq!(post(&visitor, &theirs, "approve", "", &page).await.status, 303);
});

on_both!(a_reason_is_asked_for_where_it_must_be_given_and_what_was_written_stays, |server| {
    let (mails, mut worker) = by_mail(server, &[]).await;
    let rep = server.sign_in("rep_a").await;
    let record = submitted(&rep, 80_000).await;
    worker.run_due().await.unwrap();
    let link = links(&mails, "manager.a").pop().unwrap();
    let visitor = server.visitor();
    let page = visitor.get(&link).await.text;
    let refused = post(&visitor, &link, "return", "", &page).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("role=\"alert\"") && refused.text.contains("<details open>"), "{}", refused.text);
    assert_eq!(stands(&rep, &record).await, "approving");
    let long = post(&visitor, &link, "return", &"x".repeat(2_001), &page).await;
    assert_eq!(long.status, 422);
    let unknown = post(&visitor, &link, "transfer", "x", &page).await;
    assert_eq!(unknown.status, 422);
    assert_eq!(post(&visitor, &link, "return", "%3Cb%3Etoo+cheap", &page).await.status, 303);
    assert_ne!(stands(&rep, &record).await, "approving");
    // What somebody wrote is shown as it was written, never as a part of the page.
    let version = rep.get(&place(&record)).await.ok()["record"]["version"].clone();
    let again = json!({"version": version, "reason": "<i>now</i>"});
    rep.post(&format!("{}/transitions/submit", place(&record)), again).await.ok();
    worker.run_due().await.unwrap();
    let page = visitor.get(&links(&mails, "manager.a").pop().unwrap()).await.text;
    assert!(page.contains("&lt;i&gt;now") && !page.contains("<i>now"), "{page}");
});

on_both!(what_changed_while_somebody_read_is_shown_again_before_it_is_decided, |server| {
    let (mails, mut worker) = by_mail(server, &[]).await;
    let rep = server.sign_in("rep_a").await;
    let record = submitted(&rep, 80_000).await;
    worker.run_due().await.unwrap();
    let link = links(&mails, "manager.a").pop().unwrap();
    let visitor = server.visitor();
    let page = visitor.get(&link).await.text;
    let version = record["record"]["version"].as_i64().unwrap();
    let older = page.replace(&format!("name=\"version\" value=\"{version}\""), "name=\"version\" value=\"1\"");
    let refused = post(&visitor, &link, "approve", "fine", &older).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains(">fine</textarea>"), "{}", refused.text);
    assert_eq!(stands(&rep, &record).await, "approving");
});

on_both!(the_page_shows_what_the_task_shows_and_nothing_that_its_node_hides, |server| {
    let hide = r#""transfer": {}}, "fields": {"hide": ["amount", "amount_cny", "fob_net", "revenue", "lines"]}"#;
    let (mails, mut worker) = by_mail(server, &[]).await;
    let rep = server.sign_in("rep_a").await;
    let open = submitted(&rep, 80_000).await;
    worker.run_due().await.unwrap();
    let visitor = server.visitor();
    let page = visitor.get(&links(&mails, "manager.a").pop().unwrap()).await.text;
    let amount = rep.get(&place(&open)).await.ok()["record"]["amount"].as_str().unwrap().to_owned();
    let told = grouped(&amount);
    assert!(page.contains(&told), "{told} is not in {page}");
    server.publish("definitions/trade", &[(WORKFLOW, VERBS, hide)]).await.unwrap();
    let hidden = submitted(&rep, 80_000).await;
    worker.run_due().await.unwrap();
    let page = visitor.get(&links(&mails, "manager.a").pop().unwrap()).await.text;
    assert!(page.contains(hidden["record"]["title"].as_str().unwrap()));
    assert!(!page.contains(&told), "{page}");
});

/// `1234.50` → `1,234.50`.
fn grouped(amount: &str) -> String {
    let (whole, rest) = amount.split_once('.').unwrap();
    let digits: Vec<char> = whole.chars().collect();
    let parts: Vec<String> = digits.rchunks(3).rev().map(|part| part.iter().collect()).collect();
    format!("{}.{rest}", parts.join(","))
}

on_both!(only_what_a_workflow_lets_be_decided_by_mail_has_a_link, |server| {
    // A workflow that says nothing, a node that says no, a verb that asks for a signature.
    let (mails, mut worker) = by_mail(server, &[(WORKFLOW, BY_MAIL, "")]).await;
    let rep = server.sign_in("rep_a").await;
    submitted(&rep, 80_000).await;
    worker.run_due().await.unwrap();
    assert_eq!(mails.letters().len(), 1);
    assert!(links(&mails, "manager.a").is_empty());
    let all = (WORKFLOW, r#""entity": "quotation","#, r#""entity": "quotation", "decide_by_mail": true,"#);
    server.publish("definitions/trade", &[(WORKFLOW, BY_MAIL, r#""decide_by_mail": false,"#), all]).await.unwrap();
    submitted(&rep, 80_000).await;
    worker.run_due().await.unwrap();
    assert!(links(&mails, "manager.a").is_empty());
    let signed = r#""transfer": {}, "approve": {"signature": "required"}}"#;
    server.publish("definitions/trade", &[(WORKFLOW, BY_MAIL, ""), all, (WORKFLOW, VERBS, signed)]).await.unwrap();
    submitted(&rep, 80_000).await;
    worker.run_due().await.unwrap();
    let link = links(&mails, "manager.a").pop().unwrap();
    let visitor = server.visitor();
    let page = visitor.get(&link).await.text;
    assert!(page.contains("value=\"reject\"") && !page.contains("value=\"approve\""), "{page}");
    assert_eq!(post(&visitor, &link, "approve", "", &page).await.status, 422);
    // And a definition that asks for both at once is refused.
    let told = format!("{:?}", server.publish("definitions/trade", &[(WORKFLOW, VERBS, signed)]).await.unwrap_err());
    assert!(told.contains("E0538"), "{told}");
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_tries_many_links_must_wait() {
    let server = TestApp::trade_with(|options| options.limits.sign_ins_per_address = 5).await;
    let visitor = server.visitor();
    let mut statuses = Vec::new();
    for n in 0..8 {
        statuses.push(visitor.get(&format!("/decide?t={n:064x}")).await.status);
    }
    assert_eq!(statuses, [404, 404, 404, 404, 404, 429, 429, 429]);
    assert_eq!(visitor.post("/decide", json!({})).await.status, 429);
}

on_both!(a_decision_that_was_taken_back_is_asked_for_anew_and_the_old_link_stays_spent, |server| {
    let verbs = r#""transfer": {}, "take_back": {}}"#;
    let (mails, mut worker) = by_mail(server, &[(WORKFLOW, VERBS, verbs)]).await;
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let record = made(&rep, 80_000).await;
    let version = record["record"]["version"].clone();
    let record = rep.post(&format!("{}/transitions/submit", place(&record)), json!({ "version": version })).await.ok();
    worker.run_due().await.unwrap();
    let link = links(&mails, "manager.a").pop().unwrap();
    let visitor = server.visitor();
    let page = visitor.get(&link).await.text;
    let old = task(&manager, &record).await.unwrap();
    assert_eq!(post(&visitor, &link, "approve", "", &page).await.status, 303);
    manager.post(&format!("/api/tasks/{}/take_back", old["id"].as_str().unwrap()), json!({})).await.ok();
    assert!(task(&manager, &record).await.is_some());
    let again = post(&visitor, &link, "approve", "", &page).await;
    assert_eq!(again.status, 200);
    assert!(task(&manager, &record).await.is_some(), "nothing is decided by a link that was used");
});

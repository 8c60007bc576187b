//! Mail to people, with a mail server that speaks the protocol: when it comes, in which words, and what becomes of it when
//! the server fails.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use server::{
    mail::{MailSettings, Mails, PASSWORD, Security, TaskLetters},
    worker::{Handlers, Worker},
};

use crate::{
    approval::submitted,
    client::Client,
    smtp::{Fault, MailServer},
    support::{TestApp, morning, on_both},
};

fn settings(port: u16) -> MailSettings {
    MailSettings {
        host: "127.0.0.1".into(),
        port,
        security: Security::None,
        user: None,
        from: "Portolan <portolan@firm.example>".into(),
        address: "https://portolan.firm.example".into(),
    }
}

pub(crate) async fn with_mail(server: &TestApp) -> (MailServer, Worker) {
    let mails = MailServer::start().await;
    server.app.set_mail(None, Some(settings(mails.port))).await.unwrap();
    (mails, Worker::new(&server.app, Handlers::default().with(Mails)))
}

/// A comment that mentions somebody, on a record that they may see.
async fn mention(server: &TestApp, by: &Client, record: &Json, who: &str, text: &str) {
    let id = record["record"]["id"].as_str().unwrap();
    let body = json!({"text": format!("@[X]({}) {text}", server.person(who))});
    by.post(&format!("/api/records/quotation/{id}/comments"), body).await.ok();
}

on_both!(whoever_is_asked_to_decide_gets_a_letter_in_their_language, |server| {
    let (mails, mut worker) = with_mail(server).await;
    let rep = server.sign_in("rep_a").await;
    let answer = submitted(&rep, 80_000).await;
    worker.run_due().await.unwrap();
    let letters = mails.letters();
    assert_eq!(letters.len(), 1, "{letters:?}");
    let letter = &letters[0];
    assert_eq!(letter.to, "manager.a@demo.example");
    assert!(letter.header("Message-ID").ends_with("@firm.example>"), "{}", letter.header("Message-ID"));
    let id = answer["record"]["id"].as_str().unwrap();
    let text = letter.plain();
    assert!(text.contains(&format!("https://portolan.firm.example/e/quotation/{id}")), "{text}");
    assert!(text.contains(answer["record"]["title"].as_str().unwrap()), "{text}");
    assert_eq!(server.app.store().count_jobs().await.unwrap(), (0, 0));
    // It is sent once, though the worker looks again.
    worker.run_due().await.unwrap();
    assert_eq!(mails.letters().len(), 1);
});

on_both!(what_people_write_is_escaped_and_what_they_read_already_is_not_sent, |server| {
    let (mails, mut worker) = with_mail(server).await;
    let rep = server.sign_in("rep_a").await;
    let answer = crate::records::made(&rep, 10).await;
    mention(server, &rep, &answer, "manager_a", "<script>alert(1)</script> {{ 7 * 7 }}").await;
    worker.run_due().await.unwrap();
    let text = mails.letters()[0].plain();
    let html = text.split("<!doctype html>").nth(1).unwrap();
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script>") && html.contains("{{ 7 * 7 }}"), "{html}");
    mention(server, &rep, &answer, "manager_a", "again").await;
    server.sign_in("manager_a").await.post("/api/notifications/read", json!({"all": true})).await.ok();
    worker.run_due().await.unwrap();
    assert_eq!(mails.letters().len(), 1);
});

on_both!(a_server_that_is_down_for_a_day_loses_nothing_and_then_brings_one_letter, |server| {
    let (mails, mut worker) = with_mail(server).await;
    // Nobody listens there.
    server.app.set_mail(None, Some(settings(1))).await.unwrap();
    let rep = server.sign_in("rep_a").await;
    let answer = crate::records::made(&rep, 10).await;
    let mut now = morning();
    for hour in 0..24 {
        mention(server, &rep, &answer, "manager_a", &format!("message {hour}")).await;
        worker.run_due().await.unwrap();
        now += TimeDelta::hours(1);
        server.app.clock().set(now);
    }
    assert_eq!(server.app.store().count_jobs().await.unwrap(), (1, 0));
    server
        .app
        .store()
        .set_settings(&[("mail".to_owned(), json!(settings(mails.port)))].into_iter().collect())
        .await
        .unwrap();
    server.app.refresh_firm().await.unwrap();
    worker.run_due().await.unwrap();
    server.app.clock().set(now + TimeDelta::hours(2));
    worker.run_due().await.unwrap();
    let letters = mails.letters();
    assert_eq!(letters.len(), 1);
    // The first of them one by one, of the others how many they are.
    let subject = letters[0].header("Subject");
    let told: u32 = subject.split(' ').next().unwrap().parse().unwrap();
    let text = letters[0].plain();
    let ours = (0..24).filter(|n| text.contains(&format!("message {n}\u{201d}"))).count();
    assert!(told >= 24 && ours + usize::try_from(told).unwrap() >= 44, "{subject} {text}");
    assert!(text.contains(&format!("And {} more.", told - 20)), "{text}");
    assert_eq!(server.app.store().count_jobs().await.unwrap(), (0, 0));
});

on_both!(after_the_last_try_a_letter_rests_until_an_administrator_has_it_tried_again_and_it_comes_once, |server| {
    let (mails, mut worker) = with_mail(server).await;
    // Nobody listens there.
    server.app.set_mail(None, Some(settings(1))).await.unwrap();
    let rep = server.sign_in("rep_a").await;
    let answer = crate::records::made(&rep, 10).await;
    mention(server, &rep, &answer, "manager_a", "look").await;
    let (mut now, mut tries) = (morning(), 0);
    // Until it rests, and not for ever.
    while server.app.store().count_jobs().await.unwrap().1 == 0 {
        tries += 1;
        assert!(tries < 200, "it never rests");
        worker.run_due().await.unwrap();
        now += TimeDelta::hours(1);
        server.app.clock().set(now);
    }
    let admin = server.sign_in("it_a").await;
    let list = admin.get("/api/incidents").await.ok();
    let row = &list["rows"][0];
    assert_eq!((&list["total"], &row["payload"]["user"]), (&json!(1), &json!(server.person("manager_a"))), "{list}");
    assert!(row["attempts"].as_i64().unwrap() >= 48, "a server may be down for a weekend: {row}");
    assert!(!row["error"].as_str().unwrap().is_empty());
    assert!(admin.get("/api/notifications").await.text.contains(r#""kind":"incident""#), "administrators are told");
    server.app.set_mail(None, Some(settings(mails.port))).await.unwrap();
    worker.run_due().await.unwrap();
    let to_manager = || mails.letters().into_iter().filter(|letter| letter.to == "manager.a@demo.example").count();
    assert_eq!(to_manager(), 0, "it rests until somebody says so");
    let retry = json!({"version": row["version"], "reason": "the server is back"});
    admin.post(&format!("/api/incidents/{}/retry", row["id"]), retry).await.ok();
    for _ in 0..3 {
        worker.run_due().await.unwrap();
        now += TimeDelta::hours(2);
        server.app.clock().set(now);
    }
    assert_eq!(to_manager(), 1);
    assert_eq!(server.app.store().count_jobs().await.unwrap(), (0, 0));
});

on_both!(what_the_server_does_not_take_now_is_tried_again_and_what_may_have_gone_out_keeps_its_id, |server| {
    let (mails, mut worker) = with_mail(server).await;
    mails.fail(&[Fault::Busy, Fault::Later, Fault::NoSender, Fault::Drop]);
    let rep = server.sign_in("rep_a").await;
    let answer = crate::records::made(&rep, 10).await;
    mention(server, &rep, &answer, "manager_a", "look").await;
    let mut now = morning();
    for _ in 0..5 {
        worker.run_due().await.unwrap();
        now += TimeDelta::hours(2);
        server.app.clock().set(now);
    }
    // Twice: it was taken before the way broke off, and sent again as the same letter.
    let ids: Vec<String> = mails.letters().iter().map(|letter| letter.header("Message-ID")).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);
    assert_eq!(server.app.store().count_jobs().await.unwrap(), (0, 0));
});

on_both!(an_address_that_takes_nothing_is_told_to_administrators_and_not_tried_until_it_is_mended, |server| {
    let (mails, mut worker) = with_mail(server).await;
    mails.fail(&[Fault::NoReceiver]);
    let rep = server.sign_in("rep_a").await;
    let answer = crate::records::made(&rep, 10).await;
    mention(server, &rep, &answer, "manager_a", "look").await;
    worker.run_due().await.unwrap();
    let manager = server.sign_in("manager_a").await;
    assert_eq!(manager.get("/api/notifications/preferences").await.ok()["bounced"], true);
    let admin = server.sign_in("it_a").await;
    let told = admin.get("/api/notifications").await.ok();
    let bounced = told["rows"].as_array().unwrap().iter().find(|row| row["kind"] == "mail_bounced").unwrap();
    assert_eq!(bounced["about"]["address"], "manager.a@demo.example");
    mention(server, &rep, &answer, "manager_a", "again").await;
    worker.run_due().await.unwrap();
    assert!(mails.letters().iter().all(|letter| letter.to != "manager.a@demo.example"));
    // Whoever says what they want to be sent has seen to it.
    manager.patch("/api/notifications/preferences", json!({"digest": "at_once"})).await.ok();
    mention(server, &rep, &answer, "manager_a", "third").await;
    worker.run_due().await.unwrap();
    assert_eq!(mails.letters().iter().filter(|letter| letter.to == "manager.a@demo.example").count(), 1);
});

on_both!(letters_come_as_each_person_wishes, |server| {
    let (mails, mut worker) = with_mail(server).await;
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let answer = crate::records::made(&rep, 10).await;
    // It is 10:00 in Shanghai; the digest comes at 18:00.
    let wishes = json!({"digest": {"daily": "18:00"}, "without": ["import"]});
    let kept = manager.patch("/api/notifications/preferences", wishes.clone()).await.ok();
    assert_eq!(kept["preferences"]["digest"], wishes["digest"]);
    for n in 0..3 {
        mention(server, &rep, &answer, "manager_a", &format!("message {n}")).await;
    }
    worker.run_due().await.unwrap();
    assert_eq!(mails.letters().len(), 0);
    server.app.clock().set(morning() + TimeDelta::hours(8) + TimeDelta::minutes(1));
    worker.run_due().await.unwrap();
    assert_eq!(mails.letters().len(), 1);
    assert!(mails.letters()[0].plain().contains("message 2"));
    // Mentions no more.
    manager.patch("/api/notifications/preferences", json!({"without": ["mention"]})).await.ok();
    mention(server, &rep, &answer, "manager_a", "unwanted").await;
    worker.run_due().await.unwrap();
    assert_eq!(mails.letters().len(), 1);
    manager.patch("/api/notifications/preferences", json!({"digest": "sometimes"})).await.refused(422, "invalid");
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mail_server_is_set_by_administrators_alone_and_its_password_told_to_nobody() {
    let server = TestApp::trade().await;
    let mails = MailServer::start().await;
    let rep = server.sign_in("rep_a").await;
    let admin = server.sign_in("it_a").await;
    for path in ["/api/mail", "/api/incidents"] {
        rep.get(path).await.refused(403, "forbidden");
    }
    rep.patch("/api/mail", json!({"settings": null})).await.refused(403, "forbidden");
    rep.post("/api/mail/test", json!({})).await.refused(403, "forbidden");
    admin.post("/api/mail/test", json!({})).await.refused(409, "no_mail");
    let wrong = json!({"settings": {"host": " ", "port": 25, "security": "none", "from": "nobody", "address": "here"}});
    let refused = admin.patch("/api/mail", wrong).await;
    assert_eq!(refused.paths(), ["host", "from", "address"]);
    let mut good = json!(settings(mails.port));
    good["user"] = json!("portolan");
    let answer = admin.patch("/api/mail", json!({"settings": good, "password": "geheim-42"})).await;
    assert!(!answer.text.contains("geheim-42"));
    assert_eq!(answer.ok()["has_password"], true);
    assert_eq!(server.app.secret(PASSWORD).await.unwrap().as_deref(), Some("geheim-42"));
    let stored = server.app.store().settings().await.unwrap();
    assert!(!json!(stored).to_string().contains("geheim-42"));
    let sent = admin.post("/api/mail/test", json!({})).await.ok();
    assert_eq!(sent["sent"], true, "{sent}");
    // The words with which it signed in hold the password, in base64.
    assert!(mails.signed_in().concat().contains("AHBvcnRvbGFuAGdlaGVpbS00Mg=="), "{:?}", mails.signed_in());
    assert!(!admin.get("/api/audit").await.text.contains("geheim-42"));
}

on_both!(somebody_gets_one_letter_on_each_working_day_with_all_that_waits, |server| {
    let mails = MailServer::start().await;
    server.app.set_mail(None, Some(settings(mails.port))).await.unwrap();
    let mut worker = Worker::new(&server.app, Handlers::default().with(Mails).with(TaskLetters));
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    // It is Monday, 10:00 in Shanghai. What waits comes at nine alone, not when it is submitted.
    let wishes = json!({"tasks_at": "09:00", "without": ["task"], "quiet": {"from": "20:00", "to": "08:00"}});
    let kept = manager.patch("/api/notifications/preferences", wishes).await.ok();
    assert_eq!(kept["preferences"]["tasks_at"], "09:00");
    let (one, two) = (submitted(&rep, 80_000).await, submitted(&rep, 80_000).await);
    worker.run_due().await.unwrap();
    assert_eq!(mails.letters().len(), 0);
    let day = |n: i64| morning() - TimeDelta::minutes(59) + TimeDelta::days(n);
    server.app.clock().set(day(1));
    worker.run_due().await.unwrap();
    worker.run_due().await.unwrap();
    let letters = mails.letters();
    assert_eq!(letters.len(), 1);
    let text = letters[0].plain();
    for record in [&one, &two] {
        assert!(text.contains(record["record"]["title"].as_str().unwrap()), "{text}");
    }
    // The server is down from Wednesday to Friday: it is tried again, and brings one letter when it is there.
    server.app.set_mail(None, Some(settings(1))).await.unwrap();
    let mut now = day(2);
    while now < day(4) + TimeDelta::hours(2) {
        server.app.clock().set(now);
        worker.run_due().await.unwrap();
        now += TimeDelta::hours(1);
    }
    assert_eq!(mails.letters().len(), 1);
    server.app.set_mail(None, Some(settings(mails.port))).await.unwrap();
    server.app.clock().set(now + TimeDelta::hours(2));
    worker.run_due().await.unwrap();
    assert_eq!(mails.letters().len(), 2);
    // Saturday and Sunday are free.
    for n in [5, 6] {
        server.app.clock().set(day(n));
        worker.run_due().await.unwrap();
    }
    assert_eq!(mails.letters().len(), 2);
    server.app.clock().set(day(7));
    worker.run_due().await.unwrap();
    assert_eq!(mails.letters().len(), 3);
    // Nobody who wants it no more gets it, nor who has nothing to do.
    let manager = server.sign_in("manager_a").await;
    manager.patch("/api/notifications/preferences", json!({"without": ["task"]})).await.ok();
    server.app.clock().set(day(8));
    worker.run_due().await.unwrap();
    assert_eq!(mails.letters().len(), 3);
    assert_eq!(server.app.store().count_jobs().await.unwrap(), (0, 0));
});

on_both!(a_letter_of_what_waits_to_an_address_that_takes_nothing_stops_until_it_is_mended, |server| {
    let mails = MailServer::start().await;
    server.app.set_mail(None, Some(settings(mails.port))).await.unwrap();
    let mut worker = Worker::new(&server.app, Handlers::default().with(TaskLetters));
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    manager.patch("/api/notifications/preferences", json!({"tasks_at": "09:00"})).await.ok();
    submitted(&rep, 80_000).await;
    mails.fail(&[Fault::NoReceiver]);
    for n in 1..4 {
        server.app.clock().set(morning() - TimeDelta::minutes(59) + TimeDelta::days(n));
        worker.run_due().await.unwrap();
    }
    assert_eq!(mails.letters().len(), 0);
    let admin = server.sign_in("it_a").await;
    let told = admin.get("/api/mail").await.ok();
    assert_eq!(told["bounced"][0]["address"], "manager.a@demo.example");
    // Another address is another matter.
    let person = format!("/api/records/user/{}", server.person("manager_a"));
    let version = admin.get(&person).await.ok()["record"]["version"].clone();
    admin.patch(&person, json!({"email": "manager.new@demo.example", "version": version})).await.ok();
    assert_eq!(admin.get("/api/mail").await.ok()["bounced"], json!([]));
    server.app.clock().set(morning() - TimeDelta::minutes(59) + TimeDelta::days(4));
    worker.run_due().await.unwrap();
    assert_eq!(
        mails.letters().iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(),
        ["manager.new@demo.example"]
    );
});

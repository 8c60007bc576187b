//! Backups: taken while people work, looked through, brought back into an empty place.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::{Value as Json, json};
use server::{
    Options,
    backup::{self, Schedule},
};

use crate::{
    chaos::rows,
    client::Client,
    files::{PNG, at, brought},
    records::{made, place, quotation},
    support::TestApp,
};

fn beside(database: String, folder: &Path) -> Options {
    Options {
        files: Some(folder.join("files")),
        audit: Some(folder.join("audit")),
        audit_key: Some(folder.join("audit-key")),
        key: Some(folder.join("key")),
        ..Options::new(database)
    }
}

/// Makes quotations until it is told to stop; what was acknowledged.
fn keep_writing(client: Client, wanted: Json, stop: Arc<AtomicBool>) -> tokio::task::JoinHandle<Vec<String>> {
    tokio::spawn(async move {
        let mut numbers = Vec::new();
        while !stop.load(Ordering::SeqCst) {
            let answer = client.post("/api/records/quotation", wanted.clone()).await.ok();
            numbers.push(answer["record"]["number"].as_str().unwrap().to_owned());
        }
        numbers
    })
}

async fn comes_back(server: &TestApp, to: Options) {
    let rep = server.sign_in("rep_a").await;
    let first = made(&rep, 10).await;
    let picture = at(&brought(&rep, "photo.png", PNG).await);
    let wanted = quotation(&rep, 10).await;
    let stop = Arc::new(AtomicBool::new(false));
    let writing = keep_writing(server.sign_in("rep_a").await, wanted, stop.clone());
    let folder = tempfile::tempdir().unwrap();
    let taken = server.app.back_up(folder.path()).await.unwrap();
    stop.store(true, Ordering::SeqCst);
    let later = writing.await.unwrap();
    let last = made(&rep, 10).await;

    assert_eq!(backup::verify(&taken).await.unwrap(), Vec::<String>::new());
    backup::restore(&taken, &to).await.unwrap();
    let again = server.with_options(to.clone()).await;
    let reader = again.sign_in("rep_a").await;
    let number = |answer: &Json| answer["record"]["number"].as_str().unwrap().to_owned();
    let there = reader.get(&place(&first)).await.ok();
    assert_eq!((&there["record"], number(&there)), (&first["record"], number(&first)));
    reader.get(&place(&last)).await.refused(404, "not_found");
    assert_eq!([&rep, &reader].map(|_| 200), [rep.get(&picture).await.status, reader.get(&picture).await.status]);
    // Of what was made meanwhile, the first so many are there: a moment, not a mixture.
    let there = rows(&reader, "quotation", "number").await;
    let numbers: Vec<&str> = there.iter().filter_map(|row| row["number"].as_str()).collect();
    let known: Vec<bool> = later.iter().map(|number| numbers.contains(&number.as_str())).collect();
    assert!(known.is_sorted_by(|before, after| before >= after), "{known:?}");
    let mut findings = Vec::new();
    again.app.verify_histories(None, |finding| findings.push(finding.to_string())).await.unwrap();
    assert_eq!(findings, Vec::<String>::new());
    // Numbers go on where they were.
    let next = made(&reader, 10).await;
    assert!(!numbers.contains(&number(&next).as_str()));
    again.app.close().await;

    let refused = backup::restore(&taken, &to).await.unwrap_err().to_string();
    assert!(refused.starts_with("expected"), "nothing is written over: {refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_is_taken_while_people_write_comes_back_on_sqlite() {
    let place = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}/firm/again.db", place.path().display());
    comes_back(&TestApp::trade().await, beside(database, place.path())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_is_taken_while_people_write_comes_back_on_postgres() {
    let (Some(server), Some(database)) = (TestApp::trade_on_postgres().await, TestApp::bare_postgres().await) else {
        return;
    };
    let place = tempfile::tempdir().unwrap();
    comes_back(&server, beside(database, place.path())).await;
    server.remove().await;
}

/// Breaks the pages of a file in which a text stands.
fn damage(file: &Path, text: &str) {
    let mut bytes = std::fs::read(file).unwrap();
    let pages: Vec<usize> = (0..bytes.len() / 4096)
        .filter(|page| bytes[page * 4096..(page + 1) * 4096].windows(text.len()).any(|found| found == text.as_bytes()))
        .collect();
    assert!(!pages.is_empty());
    for page in pages {
        bytes[page * 4096..page * 4096 + 16].fill(0xff);
    }
    std::fs::write(file, bytes).unwrap();
}

#[tokio::test]
async fn what_is_not_as_it_was_written_is_found_and_never_brought_back() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let answer = made(&rep, 10).await;
    let marked = json!({"version": 1, "remarks": "a text to be found again"});
    rep.patch(&place(&answer), marked).await.ok();
    let file = brought(&rep, "photo.png", PNG).await;
    let folder = tempfile::tempdir().unwrap();
    let taken = server.app.back_up(folder.path()).await.unwrap();
    let manifest = backup::Manifest::read(&taken).unwrap();
    let picture = manifest.parts.keys().find(|name| name.starts_with("files/")).unwrap();
    std::fs::remove_file(taken.join(picture)).unwrap();
    damage(&taken.join("database"), "a text to be found again");
    let findings = backup::verify(&taken).await.unwrap();
    assert!(findings.contains(&format!("{picture} is missing")), "{findings:?} {file}");
    assert!(findings.contains(&"database is not as it was written".to_owned()), "{findings:?}");
    assert!(findings.iter().any(|finding| finding.starts_with("database: ")), "{findings:?}");
    let to = beside(format!("sqlite:{}/again.db", folder.path().display()), folder.path());
    assert!(backup::restore(&taken, &to).await.unwrap_err().to_string().contains("is no sound backup"));

    // Whoever serves it all the same is told, and tells nobody what is broken.
    std::fs::copy(taken.join("database"), folder.path().join("again.db")).unwrap();
    let broken = server.with_options(to).await;
    let reader = broken.sign_in("rep_a").await;
    assert_eq!(reader.get("/health").await.status, 200);
    reader.get(&place(&answer)).await.refused(500, "damaged");
    let health = reader.get("/health").await;
    assert_eq!((health.status, &health.body["status"]), (503, &json!("database_damaged")));
}

#[tokio::test]
async fn the_server_takes_backups_when_they_are_due_and_keeps_the_latest() {
    let server = TestApp::trade().await;
    let folder = tempfile::tempdir().unwrap();
    let schedule = |every: Duration| Schedule { into: folder.path().to_owned(), every, keep: 2 };
    let mut taken = Vec::new();
    for _ in 0..3 {
        taken.push(server.app.back_up_when_due(&schedule(Duration::ZERO)).await.unwrap().unwrap());
        server.app.clock().set(server.app.clock().now() + chrono::Duration::hours(1));
    }
    assert_eq!(taken.iter().map(|path| path.is_dir()).collect::<Vec<_>>(), [false, true, true]);
    assert_eq!(server.app.back_up_when_due(&schedule(Duration::from_secs(3600))).await.unwrap(), None);
}

//! Files: what is known of them, which records hold them, and when they are forgotten.

use chrono::Duration;
use kernel::{
    Record, Value,
    change::{Change, FilesChange, HeldFile},
    query::Query,
};
use store::{CommitError, FileRow, FileUse, Loose};
use uuid::Uuid;

use crate::support::{Database, commit, id, insert, name, now, on_both, path, record, select, sort, update, updated};

const SELLER: Uuid = Uuid::from_u128(7);

fn file(hash: &str) -> FileRow {
    FileRow {
        id: id(),
        hash: hash.to_owned(),
        name: "合同 a.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        size: 12,
        pixels: None,
        created_at: now(),
        created_by: Some(SELLER),
        gone: false,
    }
}

async fn added(db: &Database, hash: &str) -> FileRow {
    let file = file(hash);
    db.store.add_file(&file, now() + Duration::days(1)).await.unwrap();
    file
}

fn files(of: &Record, hold: &[(Uuid, &str)], release: &[(Uuid, &str)]) -> Change {
    let held = |pairs: &[(Uuid, &str)]| {
        pairs.iter().map(|(file, field)| HeldFile { file: *file, field: (*field).to_owned() }).collect()
    };
    Change::Files(FilesChange { entity: of.entity.clone(), record: of.id, hold: held(hold), release: held(release) })
}

fn list(of: &[&FileRow]) -> Value {
    Value::List(of.iter().map(|file| Value::text(file.id.to_string())).collect())
}

on_both!(a_file_is_found_by_its_id, |db| {
    let picture = FileRow { pixels: Some((640, 480)), media_type: "image/png".to_owned(), ..file("aa") };
    db.store.add_file(&picture, now()).await.unwrap();
    let same_bytes = added(db, "aa").await;
    assert_eq!(db.store.file(picture.id).await.unwrap(), Some(picture.clone()));
    assert_eq!(db.store.file(id()).await.unwrap(), None);
    let mut found = db.store.files(&[same_bytes.id, picture.id, id()]).await.unwrap();
    found.sort_by_key(|file| file.id);
    assert_eq!(found, [picture, same_bytes]);
    assert_eq!(db.store.loose_files(SELLER).await.unwrap(), Loose { count: 2, size: 24 });
    assert_eq!(db.store.loose_files(id()).await.unwrap(), Loose::default());
});

on_both!(fields_keep_lists_of_files_in_records_and_lines, |db| {
    let (a, b) = (added(db, "aa").await, added(db, "bb").await);
    let with = record("partner", "With", &[("papers", list(&[&b, &a])), ("photo", list(&[&a]))]);
    let without = record("partner", "Without", &[]);
    db.insert(vec![with.clone(), without.clone()]).await;
    assert_eq!(db.get("partner", with.id).await.get("papers"), list(&[&b, &a]), "in the order in which they were put");
    let mut request = record("request", "R", &[]);
    let line = kernel::Line { id: id(), fields: [(name("photo"), list(&[&a]))].into_iter().collect() };
    request.lines.insert(name("lines"), vec![line.clone()]);
    db.insert(vec![request.clone()]).await;
    assert_eq!(db.get("request", request.id).await.lines["lines"], [line]);
    let mut empty = select("partner");
    empty.filter = kernel::query::Predicate::IsNull(path("papers"));
    empty.sort = vec![sort("title")];
    assert_eq!(db.ids(&empty).await, [without.id]);
    let gone = update(&with, &[("papers", Value::Null)]);
    db.commit(vec![updated(gone)]).await;
    assert_eq!(db.ids(&empty).await, [with.id, without.id]);
});

on_both!(who_holds_a_file_is_known_and_answered, |db| {
    let paper = added(db, "aa").await;
    let (first, second) = (record("partner", "First", &[]), record("partner", "Second", &[]));
    db.commit(vec![insert(first.clone()), files(&first, &[(paper.id, "papers")], &[])]).await;
    db.commit(vec![insert(second.clone()), files(&second, &[(paper.id, "papers"), (paper.id, "photo")], &[])]).await;
    let uses = db.store.file_uses(paper.id, 10).await.unwrap();
    let held = |of: &Record, field: &str| FileUse { entity: name("partner"), record: of.id, field: field.to_owned() };
    assert_eq!(uses, [held(&first, "papers"), held(&second, "papers"), held(&second, "photo")]);
    assert_eq!(db.store.file_uses(paper.id, 1).await.unwrap().len(), 1);
    assert_eq!(db.store.loose_files(SELLER).await.unwrap(), Loose::default(), "it is held");

    let queries = [Query::File { id: id() }, Query::File { id: paper.id }];
    let answers = db.store.answer(&db.entities, &queries).await.unwrap();
    assert!(answers[0].is_empty());
    let answer = &answers[1][0];
    assert_eq!((answer.title.as_str(), answer.created_by), ("合同 a.pdf", Some(SELLER)));
    assert_eq!(answer.get("media_type"), Value::text("application/pdf"));
    assert_eq!(answer.lines["uses"].len(), 3);
    assert_eq!(answer.lines["uses"][0].fields["record"], Value::Id(first.id));

    db.commit(vec![files(&second, &[], &[(paper.id, "photo")])]).await;
    assert_eq!(db.store.file_uses(paper.id, 10).await.unwrap().len(), 2);
});

on_both!(what_nobody_holds_is_forgotten_when_its_time_is_over, |db| {
    let (never, held, twin) = (added(db, "aa").await, added(db, "bb").await, added(db, "aa").await);
    let partner = record("partner", "P", &[]);
    db.commit(vec![insert(partner.clone()), files(&partner, &[(held.id, "papers"), (twin.id, "photo")], &[])]).await;
    let day = Duration::days(1);
    assert!(db.store.forget_files(now(), 10).await.unwrap().is_empty(), "it may still be put somewhere");
    assert_eq!(db.store.forget_files(now() + day, 10).await.unwrap(), ["aa"]);
    assert!(db.store.files(&[never.id]).await.unwrap().is_empty());
    assert!(db.store.is_hash_needed("aa").await.unwrap(), "another file has the same bytes");

    db.commit(vec![files(&partner, &[], &[(held.id, "papers"), (twin.id, "photo")])]).await;
    assert!(db.store.forget_files(now() + day * 29, 10).await.unwrap().is_empty());
    let mut forgotten = db.store.forget_files(now() + day * 31, 10).await.unwrap();
    forgotten.sort_unstable();
    assert_eq!(forgotten, ["aa", "bb"]);
    assert!(!db.store.is_hash_needed("aa").await.unwrap());
    assert_eq!(db.store.file(held.id).await.unwrap(), None);
    let known = db.store.files(&[held.id]).await.unwrap();
    assert_eq!((known[0].name.as_str(), known[0].gone), ("合同 a.pdf", true), "the history still tells its name");
    let late = db.store.commit(&db.entities, commit(vec![files(&partner, &[(held.id, "papers")], &[])])).await;
    assert!(matches!(late, Err(CommitError::Missing { ref kind, id }) if kind == "file" && id == held.id), "{late:?}");
});

on_both!(a_file_that_goes_from_one_record_to_another_stays, |db| {
    let paper = added(db, "aa").await;
    let (from, to) = (record("partner", "From", &[]), record("partner", "To", &[]));
    db.commit(vec![insert(from.clone()), insert(to.clone()), files(&from, &[(paper.id, "papers")], &[])]).await;
    db.commit(vec![files(&from, &[], &[(paper.id, "papers")]), files(&to, &[(paper.id, "papers")], &[])]).await;
    assert!(db.store.forget_files(now() + Duration::days(400), 10).await.unwrap().is_empty());
    assert_eq!(db.store.file_uses(paper.id, 10).await.unwrap()[0].record, to.id);
});

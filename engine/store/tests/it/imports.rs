//! Imports: their files, their progress, what they made.

use kernel::{
    Value,
    change::{Change, InsertRecord},
};
use serde_json::json;
use store::{Before, ImportRow, ImportWas};

use crate::support::*;

fn import(status: &str) -> ImportRow {
    ImportRow {
        id: id(),
        created_at: now(),
        created_by: None,
        file_name: "ledger.xlsx".to_owned(),
        status: status.to_owned(),
        done: 0,
        total: 10,
        state: json!({"columns": {}}),
    }
}

on_both!(an_import_keeps_its_file_and_its_progress, |db| {
    let first = import("uploaded");
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    db.store.create_import(&first, bytes.clone()).await.unwrap();
    assert_eq!(db.store.import(first.id).await.unwrap(), Some(first.clone()));
    assert_eq!(db.store.import_file(first.id).await.unwrap(), Some(bytes));
    let running = ImportRow { status: "running".to_owned(), done: 5, state: json!({"n": 1}), ..first.clone() };
    assert!(db.store.update_import(&running, "uploaded").await.unwrap());
    // Two that begin it: only one finds it as it was.
    assert!(!db.store.update_import(&running, "uploaded").await.unwrap());
    assert_eq!(db.store.import(first.id).await.unwrap(), Some(running.clone()));
    db.store.delete_import_file(first.id).await.unwrap();
    assert_eq!(db.store.import_file(first.id).await.unwrap(), None);
    let second = import("uploaded");
    db.store.create_import(&second, vec![1]).await.unwrap();
    assert_eq!(db.store.imports(None, 1).await.unwrap(), std::slice::from_ref(&second));
    let rest = db.store.imports(Some(Before { at: second.created_at, id: second.id }), 9).await.unwrap();
    assert_eq!(rest, [running]);
    assert_eq!(db.store.import(id()).await.unwrap(), None);
});

on_both!(an_import_remembers_what_it_made_and_changed, |db| {
    let batch = id();
    let there = record("partner", "P", &[("code", Value::text("K")), ("rating", Value::Integer(1))]);
    db.insert(vec![there.clone()]).await;
    let made: Vec<_> =
        (0..150).map(|n| record("partner", &format!("N{n}"), &[("rating", Value::Integer(n))])).collect();
    let mut changes: Vec<Change> = made
        .iter()
        .map(|record| {
            let insert = InsertRecord {
                record: record.clone(),
                numbering: None,
                series: Vec::new(),
                search: String::new(),
                batch: Some(batch),
                origin: None,
            };
            Change::InsertRecord(Box::new(insert))
        })
        .collect();
    let mut change = update(&there, &[("rating", Value::Integer(2))]);
    change.batch = Some(batch);
    changes.push(updated(change));
    db.store.commit_bulk(&db.entities, commit(changes)).await.unwrap();

    let records = db.store.import_records(batch, None, 1000).await.unwrap();
    assert_eq!(records.len(), 151);
    let latest = &records[0];
    assert_eq!((latest.record, latest.was, latest.version), (there.id, ImportWas::Updated, 2));
    let before = latest.before.as_ref().unwrap();
    assert_eq!((&before["rating"], &before["code"], &before["version"]), (&json!(1), &json!("K"), &json!(1)));
    assert_eq!((records[150].record, records[150].was), (made[0].id, ImportWas::Created));
    let page = db.store.import_records(batch, Some(records[9].number), 10).await.unwrap();
    assert_eq!(page, records[10..20]);
    db.store.forget_import_records(batch, &[there.id]).await.unwrap();
    assert_eq!(db.store.import_records(batch, None, 1000).await.unwrap().len(), 150);
    db.store.clear_import(batch).await.unwrap();
    assert!(db.store.import_records(batch, None, 10).await.unwrap().is_empty());
    assert_eq!(db.get("partner", made[149].id).await.get("rating"), Value::Integer(149));
});

on_both!(uploads_that_are_never_run_and_files_long_done_are_forgotten, |db| {
    let day = chrono::Duration::days(1);
    let came = |status: &str, ago: i32| ImportRow { created_at: now() - day * ago, ..import(status) };
    let (fresh, never, checked) = (came("uploaded", 1), came("uploaded", 8), came("checked", 8));
    let (running, done, old) = (came("running", 40), came("done", 8), came("undone", 40));
    for import in [&fresh, &never, &checked, &running, &done, &old] {
        db.store.create_import(import, b"a,b".to_vec()).await.unwrap();
    }
    db.store.forget_imports(now() - day * 7, now() - day * 30).await.unwrap();
    let mut left = Vec::new();
    for import in [&fresh, &never, &checked, &running, &done, &old] {
        let there = db.store.import(import.id).await.unwrap().is_some();
        left.push((there, db.store.import_file(import.id).await.unwrap().is_some()));
    }
    assert_eq!(left, [(true, true), (false, false), (false, false), (true, true), (true, true), (true, false)]);
});

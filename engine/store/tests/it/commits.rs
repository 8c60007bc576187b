//! Commits: all or nothing, refused when something moved, done once with a key.

use kernel::{
    Record, Value,
    change::{Change, FieldChange, HistoryEntry, InsertRecord, NUMBER_MARK, Notice, Numbering},
};
use serde_json::json;
use store::{CommitError, IdempotencyKey, Once, TimelineFilter, TimelineItem};
use uuid::Uuid;

use crate::support::*;

pub(crate) fn numbered(record: Record, series: &str) -> Change {
    let numbering =
        Numbering { series: series.to_owned(), before: format!("{series}-"), digits: 4, after: "/x".to_owned() };
    let search = record.title.clone();
    Change::InsertRecord(Box::new(InsertRecord {
        record,
        numbering: Some(numbering),
        series: Vec::new(),
        search,
        batch: None,
        origin: None,
    }))
}

on_both!(numbers_are_given_in_order_and_fill_the_marks, |db| {
    let title = format!("{NUMBER_MARK} first");
    let requests: Vec<Record> = (0..3).map(|_| record("request", &title, &[])).collect();
    let history = Change::History(HistoryEntry {
        entity: name("request"),
        record: requests[0].id,
        version: 1,
        action: "created".to_owned(),
        source: "app".to_owned(),
        reason: None,
        changes: vec![FieldChange { path: "title".to_owned(), old: json!(null), new: json!(title) }],
    });
    let notice = Change::Notify(Notice {
        id: id(),
        user: Uuid::from_u128(7),
        kind: "task".to_owned(),
        entity: Some(name("request")),
        record: Some(requests[1].id),
        body: json!({"title": title}),
    });
    let mut changes: Vec<Change> = requests.iter().cloned().map(|r| numbered(r, "RQ")).collect();
    changes.extend([history, notice]);
    let committed = db.commit(changes).await;
    let numbers: Vec<_> = committed.records.iter().map(|r| r.number.clone().unwrap()).collect();
    assert_eq!(numbers, ["RQ-0001/x", "RQ-0002/x", "RQ-0003/x"]);
    assert_eq!(committed.record(requests[2].id).unwrap().title.as_deref(), Some("RQ-0003/x first"));

    let found = db.get("request", requests[1].id).await;
    assert_eq!((found.number.as_deref(), found.title.as_str()), (Some("RQ-0002/x"), "RQ-0002/x first"));
    let (timeline, _) = db.store.timeline(&[requests[0].id], &TimelineFilter::default(), None, 10).await.unwrap();
    let [TimelineItem::Change { entry, .. }] = timeline.as_slice() else { panic!("{timeline:?}") };
    assert_eq!(entry.changes[0].new, json!("RQ-0001/x first"));
    let notices = db.store.notices(Uuid::from_u128(7), None, 10).await.unwrap();
    assert_eq!(notices[0].notice.body, json!({"title": "RQ-0002/x first"}));

    // Another series counts for itself; a number that was given is kept.
    let mut own = record("request", "own", &[]);
    own.number = Some("OLD-1".to_owned());
    let other = record("request", "other", &[]);
    db.commit(vec![numbered(other.clone(), "AB"), insert(own.clone())]).await;
    assert_eq!(db.get("request", other.id).await.number.as_deref(), Some("AB-0001/x"));
    assert_eq!(db.get("request", own.id).await.number.as_deref(), Some("OLD-1"));
});

on_both!(a_refused_commit_leaves_nothing_not_even_a_number, |db| {
    let partner = record("partner", "P", &[]);
    db.insert(vec![partner.clone()]).await;
    let request = record("request", "R", &[]);
    let mut stale = update(&partner, &[("rating", Value::Integer(1))]);
    stale.base_version = 9;
    let changes = vec![numbered(request.clone(), "RQ"), updated(stale)];
    let error = db.store.commit(&db.entities, commit(changes)).await.unwrap_err();
    assert!(
        matches!(error, CommitError::StaleRecord { expected: 9, actual: 1, id, .. } if id == partner.id),
        "{error:?}"
    );
    assert!(db.store.record(&db.entities, "request", request.id).await.unwrap().is_none());
    let committed = db.commit(vec![numbered(request.clone(), "RQ")]).await;
    assert_eq!(committed.records[0].number.as_deref(), Some("RQ-0001/x"));
});

on_both!(a_change_of_what_is_not_there_is_refused, |db| {
    let changes = vec![updated(update(&record("partner", "P", &[]), &[]))];
    let error = db.store.commit(&db.entities, commit(changes)).await.unwrap_err();
    assert!(matches!(error, CommitError::Missing { ref kind, .. } if kind == "partner"), "{error:?}");
});

on_both!(a_record_can_be_made_and_changed_in_one_commit, |db| {
    let request = record("request", &NUMBER_MARK.to_string(), &[]);
    let mut submitted = update(&request, &[("amount", decimal("3"))]);
    submitted.state = Some(name("approving"));
    submitted.title = Some(format!("{NUMBER_MARK} sent"));
    let committed = db.commit(vec![numbered(request.clone(), "RQ"), updated(submitted)]).await;
    assert_eq!(committed.records.len(), 1);
    assert_eq!((committed.records[0].version, committed.records[0].inserted), (2, true));
    let found = db.get("request", request.id).await;
    assert_eq!((found.version, found.state, found.title.as_str()), (2, Some(name("approving")), "RQ-0001/x sent"));
});

on_both!(unique_values_are_refused_with_their_fields, |db| {
    let region = Value::Id(db.insert(vec![record("region", "R", &[])]).await[0]);
    let code = |code: &str| record("partner", "P", &[("code", Value::text(code))]);
    let named =
        |text: &str, region: &Value| record("partner", "P", &[("name", Value::text(text)), ("region", region.clone())]);
    let first = code("K-1");
    db.insert(vec![first.clone(), named("Acme", &region), named("Acme", &Value::Null), named("Acme", &Value::Null)])
        .await;

    for (again, expected) in [(code("k-1"), vec!["code"]), (named("ACME", &region), vec!["name", "region"])] {
        let error = db.store.commit(&db.entities, commit(vec![insert(again)])).await.unwrap_err();
        let CommitError::Unique { entity, fields } = error else { panic!("{error:?}") };
        assert_eq!(entity, "partner");
        assert_eq!(fields, expected);
    }
    let other = code("K-2");
    db.insert(vec![other.clone()]).await;
    let taken = updated(update(&other, &[("code", Value::text("K-1"))]));
    let error = db.store.commit(&db.entities, commit(vec![taken.clone()])).await.unwrap_err();
    assert!(matches!(error, CommitError::Unique { .. }), "{error:?}");
    // What is in the trash holds no code.
    let mut trashed = update(&first, &[]);
    trashed.deleted_at = Some(Some(now()));
    db.commit(vec![updated(trashed), taken]).await;
    assert_eq!(db.get("partner", other.id).await.get("code"), Value::text("K-1"));
    assert_eq!(db.get("partner", first.id).await.deleted_at, Some(now()));
});

on_both!(a_command_with_a_key_is_done_once, |db| {
    let key = |hash: &str, user: u128| IdempotencyKey {
        key: "k".to_owned(),
        user: Uuid::from_u128(user),
        request_hash: hash.to_owned(),
    };
    let make = || commit(vec![numbered(record("request", "R", &[]), "RQ")]);
    assert_eq!(db.store.answered("k", Uuid::from_u128(1)).await.unwrap(), None);
    let Once::Done(first) = db.store.commit_once(&db.entities, make(), key("h", 1)).await.unwrap() else { panic!() };
    let again = db.store.commit_once(&db.entities, make(), key("h", 1)).await.unwrap();
    assert_eq!(again, Once::Already { committed: first.clone(), at: now() });
    let answered = db.store.answered("k", Uuid::from_u128(1)).await.unwrap().unwrap();
    assert_eq!((answered.committed, answered.request_hash.as_str()), (first, "h"));
    let other = db.store.commit_once(&db.entities, make(), key("other", 1)).await;
    assert!(matches!(other, Err(CommitError::KeyReused)), "{other:?}");
    assert!(matches!(db.store.commit_once(&db.entities, make(), key("h", 2)).await.unwrap(), Once::Done(_)));
    assert_eq!(db.ids(&select("request")).await.len(), 2);

    // A refused command leaves its key free.
    let mut stale = update(&record("request", "R", &[]), &[]);
    stale.base_version = 3;
    let free = IdempotencyKey { key: "free".to_owned(), ..key("h", 1) };
    let refused = db.store.commit_once(&db.entities, commit(vec![updated(stale)]), free.clone()).await;
    assert!(refused.is_err());
    assert!(matches!(db.store.commit_once(&db.entities, make(), free).await.unwrap(), Once::Done(_)));
    assert_eq!(db.store.purge_answered(at("2027-01-01T00:00:00Z")).await.unwrap(), 3);
});

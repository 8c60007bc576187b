//! Credentials, sessions, settings, definitions, files.

use indexmap::IndexMap;
use serde_json::json;
use store::{AuditRow, Credentials, DefinitionsVersion, SchemaError, Session, SignedIn};
use uuid::Uuid;

use crate::support::*;

on_both!(credentials_are_set_replaced_and_taken_away, |db| {
    let (user, other) = (id(), id());
    assert!(!db.store.has_credentials().await.unwrap());
    let of = |hash: &str, must_change| Credentials { password_hash: hash.to_owned(), must_change };
    db.store.set_credentials(user, &of("one", true)).await.unwrap();
    db.store.set_credentials_of(&[(user, of("two", false)), (other, of("three", true))]).await.unwrap();
    assert_eq!(db.store.credentials(user).await.unwrap(), Some(of("two", false)));
    assert!(db.store.has_credentials().await.unwrap());
    assert!(!format!("{:?}", of("secret", true)).contains("secret"));
    db.store.delete_credentials(user).await.unwrap();
    assert_eq!(db.store.credentials(user).await.unwrap(), None);
});

on_both!(sessions_hold_until_they_end, |db| {
    let user = id();
    let session = |token: &str, until: &str| Session {
        token_hash: token.to_owned(),
        user,
        viewer: None,
        csrf: "c".to_owned(),
        created_at: now(),
        seen_at: now(),
        expires_at: at(until),
    };
    let (short, long) = (session("short", "2026-11-21T09:00:00Z"), session("long", "2026-12-21T09:00:00Z"));
    db.store.create_session(&short, None).await.unwrap();
    db.store.create_session(&long, None).await.unwrap();
    let noon = at("2026-11-21T12:00:00Z");
    assert_eq!(db.store.session("short", now()).await.unwrap(), Some(SignedIn { session: short, must_change: false }));
    assert_eq!(db.store.session("short", noon).await.unwrap(), None);
    assert_eq!(db.store.purge_sessions(noon).await.unwrap(), 1);
    db.store.touch_session("long", noon, at("2027-01-01T00:00:00Z")).await.unwrap();
    let touched = db.store.session("long", at("2026-12-31T00:00:00Z")).await.unwrap().unwrap();
    assert_eq!(touched.session, Session { seen_at: noon, expires_at: at("2027-01-01T00:00:00Z"), ..long });
    db.store.create_session(&session("third", "2027-01-01T00:00:00Z"), Some("fourth")).await.unwrap();
    assert_eq!(db.store.delete_sessions_of(user, Some("third")).await.unwrap(), 1);
    assert!(db.store.session("third", noon).await.unwrap().is_some());
    db.store.delete_session("third").await.unwrap();
    assert_eq!(db.store.delete_sessions_of(user, None).await.unwrap(), 0);
});

on_both!(a_new_password_and_what_follows_from_it_are_written_together, |db| {
    let (user, other) = (id(), id());
    let session = |token: &str, user| Session {
        token_hash: token.to_owned(),
        user,
        viewer: None,
        csrf: "c".to_owned(),
        created_at: now(),
        seen_at: now(),
        expires_at: at("2026-12-21T09:00:00Z"),
    };
    let of = |hash: &str, must_change| Credentials { password_hash: hash.to_owned(), must_change };
    db.store.create_session(&session("old", user), None).await.unwrap();
    db.store.create_session(&session("newer", user), Some("old")).await.unwrap();
    db.store.create_session(&session("other", other), None).await.unwrap();
    assert_eq!(db.store.session("old", now()).await.unwrap(), None, "the browser has one session at a time");
    db.store.change_password(user, &of("given", true), None).await.unwrap();
    assert_eq!(db.store.session("newer", now()).await.unwrap(), None);
    db.store.create_session(&session("again", user), None).await.unwrap();
    assert!(db.store.session("again", now()).await.unwrap().unwrap().must_change);
    db.store.change_password(user, &of("chosen", false), Some(&session("last", user))).await.unwrap();
    assert_eq!(db.store.session("again", now()).await.unwrap(), None);
    assert!(!db.store.session("last", now()).await.unwrap().unwrap().must_change);
    assert!(db.store.session("other", now()).await.unwrap().is_some());
    // A session that cannot begin takes the new password with it.
    let refused = db.store.change_password(user, &of("third", false), Some(&session("other", user))).await;
    assert!(refused.is_err());
    assert_eq!(db.store.credentials(user).await.unwrap(), Some(of("chosen", false)));
    assert!(db.store.session("last", now()).await.unwrap().is_some());
});

on_both!(the_audit_is_read_newest_first, |db| {
    let user = id();
    let row = |user, kind: &str, when| AuditRow {
        id: id(),
        at: when,
        user,
        kind: kind.into(),
        detail: json!({"rows": null}),
    };
    let first = row(Some(user), "export", now());
    let second = row(None, "sign_in_refused", at("2026-11-22T08:00:00Z"));
    db.store.note_audit(&first).await.unwrap();
    db.store.note_audit(&second).await.unwrap();
    db.store.complete_audit(first.id, &json!({"rows": 7})).await.unwrap();
    let completed = AuditRow { detail: json!({"rows": 7}), ..first };
    assert_eq!(db.store.audit(&store::AuditFilter::default(), None, 1).await.unwrap(), std::slice::from_ref(&second));
    let before = store::Before { at: second.at, id: second.id };
    assert_eq!(db.store.audit(&store::AuditFilter::default(), Some(before), 10).await.unwrap(), [completed]);
});

on_both!(settings_are_kept_by_name, |db| {
    let values: IndexMap<String, serde_json::Value> =
        [("b".to_owned(), json!(30)), ("a".to_owned(), json!("x"))].into_iter().collect();
    db.store.set_settings(&values).await.unwrap();
    db.store.set_settings(&[("b".to_owned(), json!(31))].into_iter().collect()).await.unwrap();
    let found = db.store.settings().await.unwrap();
    assert_eq!(found.into_iter().collect::<Vec<_>>(), [("a".to_owned(), json!("x")), ("b".to_owned(), json!(31))]);
    db.store.delete_setting("a").await.unwrap();
    assert_eq!(db.store.settings().await.unwrap().len(), 1);
});

on_both!(definitions_are_published_in_order, |db| {
    let version = |note: &str| DefinitionsVersion {
        published_at: now(),
        published_by: Some(Uuid::from_u128(1)),
        note: note.to_owned(),
        hash: "h".to_owned(),
        files: json!({"packs": [note]}),
    };
    assert_eq!(db.store.latest_version().await.unwrap(), 0);
    assert!(db.store.latest_definitions().await.unwrap().is_none());
    let mut entities = db.entities.clone();
    entities.extend(compile(vec![
        json!({"name": "added", "label": "Added", "type": "master", "fields": {"n": {"type": "integer"}}}),
    ]));
    assert_eq!(db.store.publish(0, version("one"), &entities).await.unwrap(), 1);
    assert_eq!(db.store.publish(1, version("two"), &entities).await.unwrap(), 2);
    let outdated = db.store.publish(1, version("three"), &entities).await;
    assert!(matches!(outdated, Err(SchemaError::Outdated { expected: 1, actual: 2 })), "{outdated:?}");
    let latest = db.store.latest_definitions().await.unwrap().unwrap();
    assert_eq!((latest.version, latest.definitions), (2, version("two")));
    assert_eq!(db.store.definitions(1).await.unwrap().unwrap().definitions, version("one"));
    assert!(db.store.definitions(3).await.unwrap().is_none());
    let all = db.store.definition_versions().await.unwrap();
    assert_eq!(all.iter().map(|v| v.version).collect::<Vec<_>>(), [2, 1]);
    assert!(all[0].definitions.files.is_null());
    // The tables came with the version.
    let made = record("added", "A", &[("n", kernel::Value::Integer(1))]);
    db.store.commit(&entities, commit(vec![insert(made.clone())])).await.unwrap();
    assert_eq!(db.store.record(&entities, "added", made.id).await.unwrap().unwrap(), made);
});

on_both!(the_store_tells_what_it_is_and_did, |db| {
    db.store.ping().await.unwrap();
    db.store.maintain().await.unwrap();
    assert!(["sqlite", "postgres"].contains(&db.store.database()));
    let before = db.store.stats();
    db.insert(vec![record("region", "R", &[])]).await;
    let after = db.store.stats();
    assert_eq!((after.writes - before.writes, after.groups - before.groups), (1, 1));
});

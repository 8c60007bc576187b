//! Chains over histories: written with every commit, and every way of changing them behind the store's back is told.

use kernel::{
    Value,
    change::{Change, Comment, FieldChange, HistoryEntry, InstanceRow},
};
use serde_json::{Value as Json, json};
use store::{Fault, FaultKind, ListedHead};
use uuid::Uuid;

use crate::support::*;

/// A line of a record's history that says that a field changed.
fn told(entity: &str, record: Uuid, version: i64, path: &str, old: Json, new: Json) -> Change {
    Change::History(HistoryEntry {
        entity: name(entity),
        record,
        version,
        action: if version == 1 { "created" } else { "updated" }.to_owned(),
        source: "app".to_owned(),
        reason: None,
        changes: vec![FieldChange { path: path.to_owned(), old, new }],
    })
}

/// A partner that was made and changed four times, with a comment between, and another.
async fn written(db: &Database) -> Uuid {
    for title in ["watched", "other"] {
        let mut partner = record("partner", title, &[("name", Value::text("n1"))]);
        db.commit(vec![insert(partner.clone()), told("partner", partner.id, 1, "name", json!(null), json!("n1"))])
            .await;
        for version in 2..=5 {
            let (old, new) = (format!("n{}", version - 1), format!("n{version}"));
            let change = update(&partner, &[("name", Value::text(&new))]);
            let mut changes =
                vec![updated(change), told("partner", partner.id, version, "name", json!(old), json!(new))];
            if version == 3 {
                changes.push(Change::Comment(Comment {
                    id: id(),
                    entity: name("partner"),
                    record: partner.id,
                    text: "why?".to_owned(),
                    mentions: vec![Uuid::from_u128(7)],
                }));
            }
            db.commit(changes).await;
            partner.version = version;
        }
        if title == "other" {
            return db.ids(&select("partner")).await.into_iter().min().unwrap();
        }
    }
    unreachable!()
}

async fn faults(db: &Database) -> Vec<Fault> {
    let (mut faults, mut after) = (Vec::new(), None);
    loop {
        let page = db.store.verify_chains(&db.entities, after).await.unwrap();
        faults.extend(page.faults);
        if page.next.is_none() {
            break;
        }
        after = page.next;
    }
    let unchained = db.store.verify_unchained(None).await.unwrap();
    faults.extend(unchained.faults);
    faults
}

/// What is wrong with the watched record, and nothing with another.
async fn wrong(db: &Database, record: Uuid) -> Vec<(FaultKind, Option<i64>)> {
    let faults = faults(db).await;
    assert!(faults.iter().all(|fault| fault.chain == record), "{faults:?}");
    faults.into_iter().map(|fault| (fault.kind, fault.seq)).collect()
}

fn blob(db: &Database, id: Uuid) -> String {
    if db.url.starts_with("sqlite") { format!("x'{}'", id.simple()) } else { format!("'{id}'") }
}

on_both!(what_was_written_holds, |db| {
    written(db).await;
    let page = db.store.verify_chains(&db.entities, None).await.unwrap();
    assert_eq!((page.chains, page.entries, page.faults), (2, 12, Vec::new()));
    assert!(db.store.verify_unchained(None).await.unwrap().faults.is_empty());
});

on_both!(every_way_of_tampering_is_told_apart, |db| {
    let record = written(db).await;
    let here = blob(db, record);
    // Places on the chain: 1, 2, 3, the comment at 4, 5, 6.
    for (tampering, expected) in [
        (
            "update sys_history set changes = replace(changes, 'n2', 'nx') where record = R and seq = 2",
            (FaultKind::ChangedValue, Some(2)),
        ),
        ("update sys_history set user_id = null where record = R and seq = 3", (FaultKind::ChangedRow, Some(3))),
        ("update sys_history set at = at - 1 where record = R and seq = 6", (FaultKind::ChangedRow, Some(6))),
        ("update sys_history set reason = 'a whim' where record = R and seq = 5", (FaultKind::ChangedValue, Some(5))),
        ("update sys_comments set body = 'because' where record = R", (FaultKind::ChangedValue, Some(4))),
        ("delete from sys_history where record = R and seq = 2", (FaultKind::Removed, Some(2))),
        ("delete from sys_comments where record = R", (FaultKind::Removed, Some(4))),
        ("delete from sys_history where record = R and seq >= 5", (FaultKind::Truncated, Some(5))),
        (
            "insert into sys_history (entity, record, version, at, user_id, action, source, changes) \
          select entity, record, version, at, user_id, action, source, changes from sys_history where record = R and seq = 2",
            (FaultKind::Inserted, None),
        ),
        (
            "insert into sys_history (entity, record, version, at, user_id, action, source, changes, seq, salt, seal) \
          select entity, record, version, at, user_id, action, source, changes, 7, salt, seal from sys_history where record = R and seq = 2",
            (FaultKind::Inserted, Some(7)),
        ),
        ("update sys_history set seq = 8 - seq where record = R and seq in (2, 6)", (FaultKind::Reordered, Some(6))),
        ("update partner set name = 'forged' where id = R", (FaultKind::RecordDiffers, None)),
        ("update partner set version = 9 where id = R", (FaultKind::RecordDiffers, None)),
        ("delete from partner where id = R", (FaultKind::RecordMissing, None)),
        ("delete from sys_chains where chain = R", (FaultKind::Inserted, None)),
    ] {
        assert_eq!(wrong(db, record).await, [], "before: {tampering}");
        let undo = ["sys_history", "sys_comments", "sys_chains", "partner"];
        for table in undo {
            tamper(db, &format!("create table kept_{table} as select * from {table}")).await;
        }
        tamper(db, &tampering.replace(" R", &format!(" {here}"))).await;
        let found = wrong(db, record).await;
        assert!(found.contains(&expected), "{tampering}: {found:?}");
        for table in undo {
            tamper(db, &format!("delete from {table}")).await;
            let generated = if db.url.starts_with("postgres") { "overriding system value" } else { "" };
            // Columns that the database itself writes are not copied.
            let columns = columns(db, table).await;
            tamper(db, &format!("insert into {table} ({columns}) {generated} select {columns} from kept_{table}"))
                .await;
            tamper(db, &format!("drop table kept_{table}")).await;
        }
    }
});

on_both!(a_tail_that_was_cut_off_with_its_end_is_known_by_a_root, |db| {
    let record = written(db).await;
    let here = blob(db, record);
    let rooted = db.store.unrooted_heads(None, 100).await.unwrap();
    assert_eq!(rooted.len(), 2);
    db.store.mark_rooted(&rooted).await.unwrap();
    assert!(db.store.unrooted_heads(None, 100).await.unwrap().is_empty());
    assert!(db.store.verify_listed(&rooted).await.unwrap().is_empty());
    // The end of the chain is set to what is left, so that the chain holds by itself.
    tamper(db, &format!("update sys_chains set seq = 5, link = (select substr(seal, 33) from sys_history where record = {here} and seq = 5) where chain = {here}")).await;
    tamper(db, &format!("delete from sys_history where record = {here} and seq = 6")).await;
    tamper(db, &format!("update partner set version = 4, name = 'n4' where id = {here}")).await;
    assert_eq!(wrong(db, record).await, []);
    let faults = db.store.verify_listed(&rooted).await.unwrap();
    let told: Vec<_> = faults.iter().map(|fault| (fault.kind, fault.chain, fault.seq)).collect();
    assert_eq!(told, [(FaultKind::Truncated, record, Some(6))]);
    // Another entry in its place is told as well.
    let other = ListedHead { seq: 5, ..rooted.iter().find(|head| head.chain == record).unwrap().clone() };
    assert_eq!(db.store.verify_listed(&[other]).await.unwrap()[0].kind, FaultKind::ChangedRow);
});

on_both!(events_of_an_instance_are_chained, |db| {
    let request = record("request", "R", &[]);
    let instance = id();
    let row = |base_seq, seq| {
        Change::Instance(Box::new(InstanceRow {
            id: instance,
            base_seq,
            seq,
            workflow: name("w"),
            catalog_version: 1,
            entity: name("request"),
            record: request.id,
            initiator: Uuid::from_u128(7),
            status: "running".to_owned(),
            outcome: None,
            suspended: false,
            incidents: 0,
            state: json!({}),
            started_at: now(),
            ended_at: None,
        }))
    };
    let events = |first, events: Vec<Json>| Change::Events { instance, first, events };
    let entered = |node: &str| json!({"kind": "entered", "node": node});
    db.commit(vec![
        insert(request.clone()),
        told("request", request.id, 1, "partner", json!(null), json!(null)),
        row(None, 2),
        events(1, vec![json!({"kind": "started"}), entered("a")]),
    ])
    .await;
    let decided = json!({"kind": "task_decided", "reason": "too dear", "node": "a"});
    db.commit(vec![row(Some(2), 4), events(3, vec![decided, entered("b")])]).await;
    assert_eq!(faults(db).await, []);
    let here = blob(db, instance);
    for (tampering, expected) in [
        (
            format!("update sys_events set event = replace(event, 'dear', 'good') where instance = {here}"),
            FaultKind::ChangedValue,
        ),
        (format!("update sys_events set user_id = null where instance = {here} and seq = 4"), FaultKind::ChangedRow),
        (format!("delete from sys_events where instance = {here} and seq = 4"), FaultKind::Truncated),
    ] {
        tamper(db, &tampering).await;
        let found = faults(db).await;
        assert!(found.iter().any(|fault| fault.kind == expected && fault.chain == instance), "{tampering}: {found:?}");
    }
});

on_both!(what_is_older_than_the_chains_begins_one_with_its_next_entry, |db| {
    let record = written(db).await;
    let here = blob(db, record);
    tamper(db, "update sys_history set seq = null, salt = null, seal = null").await;
    tamper(db, "update sys_comments set seq = null, salt = null, seal = null").await;
    tamper(db, "delete from sys_chains").await;
    assert!(faults(db).await.len() == 2, "entries of nobody's chain");
    tamper(db, "update sys_chain_start set history = (select max(id) from sys_history), at = (select max(at) from sys_history)").await;
    assert_eq!(faults(db).await, []);
    let partner = db.get("partner", record).await;
    let change = update(&partner, &[("name", Value::text("n6"))]);
    db.commit(vec![updated(change), told("partner", record, 6, "name", json!("n5"), json!("n6"))]).await;
    assert_eq!(faults(db).await, []);
    tamper(db, &format!("delete from sys_history where record = {here} and seq = 1")).await;
    assert!(faults(db).await.iter().any(|fault| fault.kind == FaultKind::Truncated));
});

on_both!(writers_at_once_lengthen_one_chain, |db| {
    let record = written(db).await;
    let comment = |n: u128| {
        let (id, mentions) = (Uuid::from_u128(1000 + n), Vec::new());
        Change::Comment(Comment { id, entity: name("partner"), record, text: format!("{n}"), mentions })
    };
    let writes = (0..20).map(|n| db.store.commit(&db.entities, commit(vec![comment(n)])));
    for written in futures::future::join_all(writes).await {
        written.unwrap();
    }
    assert_eq!(faults(db).await, []);
    let page = db.store.verify_chains(&db.entities, None).await.unwrap();
    assert_eq!(page.entries, 32);
});

on_both!(a_root_of_a_day_is_written_by_one, |db| {
    let claims = (0..8).map(|_| db.store.claim_root("2026-11-21", now(), at("2026-11-21T07:00:00Z")));
    let claims: Vec<Option<i64>> = futures::future::join_all(claims).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(claims.iter().flatten().collect::<Vec<_>>(), [&1]);
    // Whoever took it on has ended before it was done.
    let later = at("2026-11-21T09:00:00Z");
    assert_eq!(db.store.claim_root("2026-11-21", later, at("2026-11-21T08:30:00Z")).await.unwrap(), Some(1));
    db.store.finish_root(1, &[7; 32]).await.unwrap();
    assert_eq!(db.store.claim_root("2026-11-21", later, at("2027-01-01T00:00:00Z")).await.unwrap(), None);
    assert_eq!(db.store.claim_root("2026-11-22", later, later).await.unwrap(), Some(2));
    assert_eq!(db.store.roots().await.unwrap()[0].digest.as_deref(), Some(&[7; 32][..]));
});

/// Does something to the database that the store knows nothing of.
async fn tamper(db: &Database, sql: &str) {
    use sqlx::{AssertSqlSafe, Connection, Executor};
    if db.url.starts_with("sqlite") {
        let mut connection = sqlx::SqliteConnection::connect(&db.url).await.unwrap();
        connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
        connection.close().await.unwrap();
    } else {
        admin(&db.url, sql.to_owned()).await;
    }
}

async fn columns(db: &Database, table: &str) -> String {
    use sqlx::Row;
    let names: Vec<String> = if db.url.starts_with("sqlite") {
        let pool = sqlx::SqlitePool::connect(&db.url).await.unwrap();
        let rows = sqlx::query("select name from pragma_table_info($1)").bind(table).fetch_all(&pool).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    } else {
        let pool = sqlx::PgPool::connect(&db.url).await.unwrap();
        let sql = "select column_name::text from information_schema.columns where table_name = $1";
        let rows = sqlx::query(sql).bind(table).fetch_all(&pool).await.unwrap();
        pool.close().await;
        rows.iter().map(|row| row.get(0)).collect()
    };
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

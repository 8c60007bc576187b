//! The power goes while SQLite writes. A commit is acknowledged when its frames of the log are on the disk (`synchronous
//! = full`); of what came after, the disk may hold nothing, a part, or rubbish. Each of these states is made from copies
//! of the file and its log: cut at every frame behind an acknowledged commit, and with torn, foreign or empty tails.
//!
//! What this cannot try: a disk that says that it has written what it has not, and writes of the file itself while the
//! log is taken over into it. The log is kept until these are on the disk, so they are repeated from it.

use std::path::{Path, PathBuf};

use kernel::change::{Change, FieldChange, HistoryEntry};
use serde_json::json;
use store::{Options, Store, look_through};
use uuid::Uuid;

use crate::support::*;

/// What stands before the first frame of a log, and before the page of each.
const HEADER: usize = 32;
const FRAME: usize = 24 + 4096;

/// A record with a line in its history.
fn written(count: usize) -> (Uuid, Vec<Change>) {
    let record = record("request", &format!("request {count}"), &[]);
    let history = Change::History(HistoryEntry {
        entity: name("request"),
        record: record.id,
        version: 1,
        action: "created".to_owned(),
        source: "app".to_owned(),
        reason: None,
        changes: vec![FieldChange { path: "title".to_owned(), old: json!(null), new: json!(record.title) }],
    });
    (record.id, vec![insert(record), history])
}

/// The database as a machine finds it that was started again.
struct Found {
    file: PathBuf,
    folder: tempfile::TempDir,
}

impl Found {
    fn with(database: &[u8], log: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("found.db");
        std::fs::write(&file, database).unwrap();
        std::fs::write(folder.path().join("found.db-wal"), log).unwrap();
        Self { file, folder }
    }

    /// All that was acknowledged is there, what is there is whole, and nothing is damaged.
    async fn holds(&self, db: &Database, acknowledged: &[Uuid], later: &[Uuid], told: &str) {
        let store = Store::open(&Options::new(format!("sqlite://{}", self.file.display()))).await.unwrap();
        let mut there = Vec::new();
        for id in acknowledged.iter().chain(later) {
            let record = store.record(&db.entities, "request", *id).await.unwrap();
            let history = store.history_since(*id, 0).await.unwrap();
            assert_eq!(record.is_some(), history.len() == 1, "{told}: a half write");
            there.push(record.is_some());
        }
        assert!(there.iter().take(acknowledged.len()).all(|it| *it), "{told}: {there:?}");
        assert!(there.is_sorted_by(|before, after| before >= after), "{told}: {there:?}");
        assert_eq!(store.damage(5).await.unwrap(), Vec::<String>::new(), "{told}");
        // It goes on.
        let (id, changes) = written(99);
        store.commit(&db.entities, commit(changes)).await.unwrap();
        assert!(store.record(&db.entities, "request", id).await.unwrap().is_some());
        let copy = self.folder.path().join("copy.db");
        store.copy_to(&copy).await.unwrap();
        assert_eq!(look_through(&copy).await.unwrap().damage, Vec::<String>::new(), "{told}");
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_before_the_power_went_is_there_and_nothing_by_halves() {
    let db = Database::sqlite().await;
    let file = Path::new(db.url.strip_prefix("sqlite://").unwrap());
    let log = PathBuf::from(format!("{}-wal", file.display()));
    let mut ids = Vec::new();
    let mut lengths = Vec::new();
    for count in 0..5 {
        let (id, changes) = written(count);
        db.commit(changes).await;
        ids.push(id);
        lengths.push(usize::try_from(std::fs::metadata(&log).unwrap().len()).unwrap());
    }
    let (database, whole) = (std::fs::read(file).unwrap(), std::fs::read(&log).unwrap());
    assert!(lengths.is_sorted() && (whole.len() - HEADER).is_multiple_of(FRAME), "the log was begun anew: {lengths:?}");
    for (at, length) in lengths.iter().enumerate() {
        let (acknowledged, later) = ids.split_at(at + 1);
        let next = lengths.get(at + 1).copied().unwrap_or(whole.len());
        let begin = &whole[..*length];
        for cut in (*length..=next).step_by(FRAME) {
            let found = Found::with(&database, &whole[..cut]);
            found.holds(&db, acknowledged, later, &format!("cut at {cut} behind {length}")).await;
        }
        let mut torn = whole[*length..(*length + FRAME + FRAME / 2).min(whole.len())].to_vec();
        if let Some(byte) = torn.get_mut(FRAME / 3) {
            *byte ^= 0x10;
        }
        let rubbish: Vec<u8> = (0..3 * FRAME).map(|n| u8::try_from(n * 31 % 251).unwrap()).collect();
        for (name, tail) in [("torn", torn), ("empty", vec![0; 2 * FRAME]), ("foreign", rubbish)] {
            let found = Found::with(&database, &[begin, &tail].concat());
            found.holds(&db, acknowledged, later, &format!("a {name} tail behind {length}")).await;
        }
    }
}

//! The single writer of SQLite. It takes what is waiting, applies one write after the other and commits them together:
//! one fsync for all, and none is answered before it. A caller that goes away does not stop its write.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures::{FutureExt, future::BoxFuture};
use tokio::sync::{mpsc, oneshot};

use crate::{
    Error,
    connection::Connection,
    error::Cause,
    sql::Sql,
    store::{Priority, Stats},
};

/// How long the writer collects before it commits, so that the first of a group does not wait for too many others.
const SLICE: Duration = Duration::from_millis(50);
/// How many writes may wait in each queue; more callers wait to be let in.
const WAITING: usize = 1024;

/// A write that can be applied more than once, since a group that fails to commit is tried one by one.
pub(crate) type Apply<T, E> = Arc<dyn for<'c> Fn(&'c mut Connection) -> BoxFuture<'c, Result<T, E>> + Send + Sync>;

/// Counters of commits.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) writes: AtomicU64,
    pub(crate) groups: AtomicU64,
    pub(crate) retries: AtomicU64,
}

impl Counters {
    pub(crate) fn stats(&self) -> Stats {
        Stats {
            writes: self.writes.load(Ordering::Relaxed),
            groups: self.groups.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
        }
    }
}

/// The way to the writer.
#[derive(Debug)]
pub(crate) struct Writer {
    people: mpsc::Sender<Box<dyn Job>>,
    jobs: mpsc::Sender<Box<dyn Job>>,
    bulk: mpsc::Sender<Box<dyn Job>>,
}

/// What became of a write within its group.
enum Applied {
    /// It stays, if the group commits.
    Done,
    /// It was refused and left nothing.
    Refused,
    /// The database failed in a way that may have ended the transaction.
    Broken,
}

/// What is left of the last write of a group.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// All that it wrote.
    All,
    /// Nothing: it was refused.
    Nothing,
    /// It was refused, and what it wrote until then is still there.
    Unclear,
    /// The transaction cannot go on.
    Broken,
}

/// A waiting write.
trait Job: Send {
    fn apply<'a>(&'a mut self, connection: &'a mut Connection) -> BoxFuture<'a, Applied>;
    /// Tells the caller what became of it.
    fn answer(self: Box<Self>);
    /// Tells the caller that it failed.
    fn fail(self: Box<Self>, error: Error);
}

struct Waiting<T, E> {
    apply: Apply<T, E>,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T: Send + 'static, E: Cause> Job for Waiting<T, E> {
    fn apply<'a>(&'a mut self, connection: &'a mut Connection) -> BoxFuture<'a, Applied> {
        Box::pin(async move {
            let result = AssertUnwindSafe((self.apply)(connection)).catch_unwind().await;
            let result = result.unwrap_or_else(|_| Err(Error::Panicked.into()));
            let applied = match &result {
                Ok(_) => Applied::Done,
                // A refusal of one statement (a constraint, say) leaves the transaction; a full disk ends it.
                Err(error) if error.cause().is_some_and(|e| !is_refusal(e)) => Applied::Broken,
                Err(_) => Applied::Refused,
            };
            self.result = Some(result);
            applied
        })
    }

    fn answer(self: Box<Self>) {
        let result = self.result.unwrap_or_else(|| Err(Error::Unavailable("it was not applied".to_owned()).into()));
        // A caller that went away is told nothing; what it asked for is done.
        let _ = self.reply.send(result);
    }

    fn fail(self: Box<Self>, error: Error) {
        let _ = self.reply.send(Err(error.into()));
    }
}

fn is_refusal(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => {
            // 1811: a trigger refused it.
            let by_trigger = error.code().is_some_and(|code| code == "1811");
            by_trigger || error.is_unique_violation() || error.is_foreign_key_violation() || error.is_check_violation()
        }
        sqlx::Error::Encode(_)
        | sqlx::Error::Decode(_)
        | sqlx::Error::ColumnDecode { .. }
        | sqlx::Error::RowNotFound => true,
        _ => false,
    }
}

impl Writer {
    /// Starts the writer on its connection.
    pub(crate) fn start(connection: Connection, counters: Arc<Counters>) -> Self {
        let (people, people_waiting) = mpsc::channel(WAITING);
        let (jobs, jobs_waiting) = mpsc::channel(WAITING);
        let (bulk, bulk_waiting) = mpsc::channel(WAITING);
        let task = Task {
            connection,
            people: people_waiting,
            jobs: jobs_waiting,
            bulk: bulk_waiting,
            counters,
            careful: false,
            clean: false,
        };
        tokio::spawn(task.run());
        Self { people, jobs, bulk }
    }

    /// Hands in a write and waits until it is durable.
    pub(crate) async fn write<T: Send + 'static, E: Cause>(
        &self,
        priority: Priority,
        apply: Apply<T, E>,
    ) -> Result<T, E> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Waiting { apply, result: None, reply });
        let queue = match priority {
            Priority::People => &self.people,
            Priority::Jobs => &self.jobs,
            Priority::Bulk => &self.bulk,
        };
        let gone = |_| E::from(Error::Unavailable("it has ended".to_owned()));
        queue.send(job).await.map_err(|_| gone(()))?;
        answer.await.map_err(|_| gone(()))?
    }
}

struct Task {
    connection: Connection,
    people: mpsc::Receiver<Box<dyn Job>>,
    jobs: mpsc::Receiver<Box<dyn Job>>,
    bulk: mpsc::Receiver<Box<dyn Job>>,
    counters: Arc<Counters>,
    /// Whether each write of a group has a savepoint of its own.
    careful: bool,
    /// Whether nothing has been written since the savepoint, or the beginning.
    clean: bool,
}

impl Task {
    async fn run(mut self) {
        let mut last = Priority::Bulk;
        loop {
            let people = self.people.recv();
            // Jobs and bulk work take turns, so that neither waits until there is nothing left of the other.
            let (first, second, order) = if last == Priority::Jobs {
                (&mut self.bulk, &mut self.jobs, [Priority::Bulk, Priority::Jobs])
            } else {
                (&mut self.jobs, &mut self.bulk, [Priority::Jobs, Priority::Bulk])
            };
            let (job, priority) = tokio::select! {
                biased;
                Some(job) = people => (job, Priority::People),
                Some(job) = first.recv() => (job, order[0]),
                Some(job) = second.recv() => (job, order[1]),
                else => return,
            };
            if priority != Priority::People {
                last = priority;
            }
            self.group(job, priority).await;
        }
    }

    /// Applies a write and what waits behind it, and commits them together.
    async fn group(&mut self, first: Box<dyn Job>, priority: Priority) {
        let begun = Instant::now();
        let (mut group, mut next, mut had_bulk) = (vec![], Some(first), false);
        let (mut has_people, mut had_job) = (priority == Priority::People, priority == Priority::Jobs);
        let mut refused = false;
        self.begin();
        while let Some(job) = next.take() {
            group.push(job);
            let mut applied = self.apply_last(&mut group).await;
            refused |= applied == Kept::Nothing;
            if applied == Kept::Unclear {
                // What it wrote can only be undone with all others; they are applied again, with care.
                refused = true;
                self.careful = true;
                self.undo().await;
                self.begin();
                applied = self.apply_all(&mut group).await;
            }
            if applied == Kept::Broken {
                return self.one_by_one(group).await;
            }
            if begun.elapsed() < SLICE {
                next = self.people.try_recv().ok();
                has_people |= next.is_some();
                // As many jobs as fit while nobody waits for the end; then at most one.
                if next.is_none() && !(has_people && had_job) {
                    next = self.jobs.try_recv().ok();
                    had_job |= next.is_some();
                }
                // At most one piece of bulk work in a group: people wait for its end.
                if next.is_none() && !had_bulk {
                    next = self.bulk.try_recv().ok();
                    had_bulk = next.is_some();
                }
            }
        }
        self.careful = refused;
        if self.connection.has_before() && self.clean {
            // Nothing was written, not even begun.
            self.connection.before(None);
            return self.done(group);
        }
        self.connection.before(None);
        match self.connection.execute(Sql::fixed("commit")).await {
            Ok(_) => self.done(group),
            Err(error) => {
                tracing::warn!(%error, writes = group.len(), "a group did not commit; each write is tried alone");
                self.one_by_one(group).await;
            }
        }
    }

    /// Begins together with the first statement: every statement is a way to SQLite's thread and back.
    fn begin(&mut self) {
        let begin = if self.careful { "begin immediate; savepoint one" } else { "begin immediate" };
        self.connection.before(Some(Sql::fixed(begin)));
        self.clean = true;
    }

    async fn apply_all(&mut self, group: &mut [Box<dyn Job>]) -> Kept {
        for end in 1..=group.len() {
            let Some(so_far) = group.get_mut(..end) else { continue };
            if self.apply_last(so_far).await == Kept::Broken {
                return Kept::Broken;
            }
        }
        Kept::All
    }

    /// Applies the last write of a group. With care it has a savepoint of its own, so that it can be refused without the
    /// others: that costs much, above all where the search is written, so it is only done while writes are refused.
    async fn apply_last(&mut self, group: &mut [Box<dyn Job>]) -> Kept {
        let Some(job) = group.last_mut() else { return Kept::All };
        if self.careful && !self.clean {
            self.connection.before(Some(Sql::fixed("release one; savepoint one")));
        }
        let applied = job.apply(&mut self.connection).await;
        let ran_nothing = self.connection.has_before();
        match applied {
            Applied::Broken => Kept::Broken,
            // The savepoint before it is still the last.
            _ if ran_nothing => Kept::All,
            Applied::Done => {
                self.clean = false;
                Kept::All
            }
            Applied::Refused if !self.careful => Kept::Unclear,
            Applied::Refused => {
                self.clean = self.connection.execute(Sql::fixed("rollback to one")).await.is_ok();
                if self.clean { Kept::Nothing } else { Kept::Broken }
            }
        }
    }

    fn done(&self, group: Vec<Box<dyn Job>>) {
        self.counters.groups.fetch_add(1, Ordering::Relaxed);
        self.counters.writes.fetch_add(group.len() as u64, Ordering::Relaxed);
        for job in group {
            job.answer();
        }
    }

    /// Tries each write in a transaction of its own, after one that held several could not commit.
    async fn one_by_one(&mut self, group: Vec<Box<dyn Job>>) {
        self.undo().await;
        self.counters.retries.fetch_add(1, Ordering::Relaxed);
        for mut job in group {
            if let Err(error) = self.connection.execute(Sql::fixed("begin immediate")).await {
                job.fail(error);
                continue;
            }
            match job.apply(&mut self.connection).await {
                Applied::Done => match self.connection.execute(Sql::fixed("commit")).await {
                    Ok(_) => self.done(vec![job]),
                    Err(error) => {
                        self.undo().await;
                        job.fail(error);
                    }
                },
                Applied::Refused | Applied::Broken => {
                    self.undo().await;
                    job.answer();
                }
            }
        }
    }

    async fn undo(&mut self) {
        self.connection.before(None);
        // The database may have undone it already, and then says so.
        if let Err(error) = self.connection.execute(Sql::fixed("rollback")).await {
            tracing::debug!(%error, "nothing to roll back");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, Store};

    async fn store() -> (Store, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/test.db", folder.path().display());
        (Store::open(&Options::new(url)).await.unwrap(), folder)
    }

    async fn setting(store: &Store, name: &'static str, end: &'static str) -> Result<(), Error> {
        store
            .write(Priority::People, move |connection| {
                Box::pin(async move {
                    let sql = Sql::fixed("insert into sys_settings (name, value) values ($1, '1')").bind(name);
                    connection.execute(sql).await?;
                    if !end.is_empty() {
                        connection.execute(Sql::fixed(end)).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Refused only when the transaction commits, which nothing that the store itself writes is.
    const BREAKS_THE_COMMIT: &str = "pragma defer_foreign_keys = on; \
         insert into sys_import_files (import, content) values (x'00000000000000000000000000000000', x'00')";

    #[tokio::test]
    async fn a_group_that_does_not_commit_is_tried_one_by_one() {
        let (store, _folder) = store().await;
        let (a, bad, b) = tokio::join!(
            setting(&store, "a", ""),
            setting(&store, "bad", BREAKS_THE_COMMIT),
            setting(&store, "b", ""),
        );
        assert!(a.is_ok() && b.is_ok(), "{a:?} {b:?}");
        assert!(matches!(bad, Err(Error::Database(_))), "{bad:?}");
        assert_eq!(store.settings().await.unwrap().keys().collect::<Vec<_>>(), ["a", "b"]);
        assert!(store.stats().retries >= 1);
        setting(&store, "c", "").await.unwrap();
    }

    #[tokio::test]
    async fn a_write_that_panics_is_undone_and_the_writer_goes_on() {
        let (store, _folder) = store().await;
        let panics = store.write::<(), Error, _>(Priority::People, |connection| {
            Box::pin(async move {
                let sql = Sql::fixed("insert into sys_settings (name, value) values ('lost', '1')");
                connection.execute(sql).await?;
                panic!("a bug")
            })
        });
        let (panicked, kept) = tokio::join!(panics, setting(&store, "kept", ""));
        assert!(matches!(panicked, Err(Error::Panicked)));
        kept.unwrap();
        assert_eq!(store.settings().await.unwrap().keys().collect::<Vec<_>>(), ["kept"]);
    }

    #[tokio::test]
    async fn a_write_that_ends_the_transaction_does_not_take_others_with_it() {
        let (store, _folder) = store().await;
        let (a, bad, b) = tokio::join!(
            setting(&store, "a", ""),
            setting(&store, "bad", "select no_such_function()"),
            setting(&store, "b", ""),
        );
        assert!(a.is_ok() && b.is_ok(), "{a:?} {b:?}");
        assert!(bad.is_err());
        assert_eq!(store.settings().await.unwrap().keys().collect::<Vec<_>>(), ["a", "b"]);
    }

    #[tokio::test]
    async fn a_write_that_is_refused_before_its_first_statement_undoes_nothing() {
        let (store, _folder) = store().await;
        let refused = || store.write::<(), Error, _>(Priority::People, |_| Box::pin(async { Err(Error::Cursor) }));
        let (first, a, between, b, last) =
            tokio::join!(refused(), setting(&store, "a", ""), refused(), setting(&store, "b", ""), refused());
        assert!(a.is_ok() && b.is_ok(), "{a:?} {b:?}");
        assert!([first, between, last].iter().all(|refused| matches!(refused, Err(Error::Cursor))));
        assert_eq!(store.settings().await.unwrap().keys().collect::<Vec<_>>(), ["a", "b"]);
    }

    #[tokio::test]
    async fn a_full_disk_is_told_and_it_goes_on_when_there_is_room() {
        let (store, _folder) = store().await;
        // No more pages than there are now.
        setting(&store, "a", "pragma max_page_count = 1").await.unwrap();
        let much = "insert into sys_settings (name, value) values ('much', '\"' || hex(zeroblob(500000)) || '\"')";
        let (full, also) = tokio::join!(setting(&store, "b", much), setting(&store, "c", much));
        assert!(full.as_ref().is_err_and(Error::is_full) && also.is_err(), "{full:?} {also:?}");
        assert_eq!(store.settings().await.unwrap().keys().collect::<Vec<_>>(), ["a"]);
        setting(&store, "d", "pragma max_page_count = 1000000").await.unwrap();
        setting(&store, "e", much).await.unwrap();
        assert_eq!(store.settings().await.unwrap().keys().collect::<Vec<_>>(), ["a", "d", "e", "much"]);
    }

    /// Writes that note the group in which they are applied.
    struct Groups(Store, Arc<std::sync::Mutex<Vec<(u64, Priority)>>>);

    impl Groups {
        fn write(&self, priority: Priority) -> impl Future<Output = Result<(), Error>> {
            let (store, groups) = (self.0.clone(), self.1.clone());
            let counting = self.0.clone();
            async move {
                store
                    .write::<(), Error, _>(priority, move |connection| {
                        groups.lock().unwrap().push((counting.stats().groups, priority));
                        // Something is written, so that the group commits.
                        Box::pin(async move {
                            connection.execute(Sql::fixed("delete from sys_settings")).await?;
                            Ok(())
                        })
                    })
                    .await
            }
        }
    }

    #[tokio::test]
    async fn jobs_fill_a_group_but_only_one_goes_with_people() {
        let (store, _folder) = store().await;
        let groups = Groups(store.clone(), Arc::default());
        let before = store.stats().groups;
        // All wait before the writer runs, since nothing here yields before that.
        let jobs = futures::future::join_all((0..20).map(|_| groups.write(Priority::Jobs)));
        let bulk = futures::future::join_all((0..2).map(|_| groups.write(Priority::Bulk)));
        let people = futures::future::join_all((0..5).map(|_| groups.write(Priority::People)));
        tokio::join!(jobs, bulk, people);
        let applied = groups.1.lock().unwrap().clone();
        let of = |group: u64, priority| applied.iter().filter(|it| **it == (before + group, priority)).count();
        assert_eq!((of(0, Priority::People), of(0, Priority::Jobs)), (5, 1), "{applied:?}");
        assert_eq!(applied.iter().take(5).filter(|(_, priority)| *priority == Priority::People).count(), 5);
        assert_eq!(applied.len(), 27);
        assert!(of(1, Priority::Jobs) > 1, "{applied:?}");
    }

    #[tokio::test]
    async fn jobs_and_bulk_work_take_turns() {
        let (store, _folder) = store().await;
        let order = Arc::new(std::sync::Mutex::new(Vec::new()));
        let write = |priority| {
            let order = order.clone();
            store.write::<(), Error, _>(priority, move |_| {
                order.lock().unwrap().push(priority);
                // As long as a group collects, so that each of these is a group of its own.
                let begun = Instant::now();
                while begun.elapsed() < SLICE {}
                Box::pin(async { Ok(()) })
            })
        };
        let jobs = futures::future::join_all((0..4).map(|_| write(Priority::Jobs)));
        let bulk = futures::future::join_all((0..2).map(|_| write(Priority::Bulk)));
        tokio::join!(jobs, bulk);
        use Priority::{Bulk, Jobs};
        assert_eq!(*order.lock().unwrap(), [Jobs, Bulk, Jobs, Bulk, Jobs, Jobs]);
    }

    #[tokio::test]
    async fn people_go_before_bulk_work() {
        let (store, _folder) = store().await;
        let order = Arc::new(std::sync::Mutex::new(Vec::new()));
        let write = |priority, name: &'static str| {
            let order = order.clone();
            store.write::<(), Error, _>(priority, move |_| {
                order.lock().unwrap().push(name);
                Box::pin(async { Ok(()) })
            })
        };
        let (bulk, other) = (write(Priority::Bulk, "bulk"), write(Priority::Bulk, "more bulk"));
        let people = write(Priority::People, "people");
        // All three are waiting before the writer runs, since nothing here yields before that.
        let (one, two, three) = tokio::join!(bulk, other, people);
        assert!(one.is_ok() && two.is_ok() && three.is_ok());
        assert_eq!(order.lock().unwrap().first(), Some(&"people"));
    }
}

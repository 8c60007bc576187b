//! Who has which record open, and who of them is changing it. It hangs on the stream of events of each browser tab: with
//! the stream goes what it said, so that a closed tab is gone at once. Nothing of it is stored.
//!
//! Processes over one database tell each other who is changing what, and tell it again now and then: of a process that
//! ended without a word nothing is left after a while.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use kernel::Name;
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::{App, events::Happened, nodes::Told};

/// How often a process tells the others again who is changing what in it.
const AGAIN: Duration = Duration::from_secs(5);
/// After so long without a word what another process said is forgotten.
const SILENT: Duration = Duration::from_secs(15);

/// A record, by entity and id.
pub(crate) type Which = (Name, Uuid);

/// What a browser tab has open.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Open {
    /// The tab's stream of events.
    pub(crate) stream: Uuid,
    /// Whose it is.
    pub(crate) user: Uuid,
    /// The record; none if it shows none.
    pub(crate) record: Option<Which>,
    /// Since when it is being changed there, in milliseconds since 1970; none if it is only read.
    pub(crate) since: Option<i64>,
}

/// Somebody who is changing a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Editor {
    pub(crate) user: Uuid,
    pub(crate) since: DateTime<Utc>,
}

/// All tabs whose streams end here, and those of other processes in which something is being changed.
#[derive(Debug, Default)]
pub(crate) struct Presence(Mutex<Tabs>);

#[derive(Debug, Default)]
struct Tabs {
    here: HashMap<Uuid, Open>,
    elsewhere: HashMap<Uuid, (Instant, Open)>,
}

impl Tabs {
    /// Puts down what a tab of this process has open now; what it had open before, if the tab is known and this person's.
    fn open(&mut self, open: Open) -> Option<Open> {
        let known = self.here.get_mut(&open.stream).filter(|known| known.user == open.user)?;
        // Whoever goes on changing the same record does so since they began.
        let since = match (known.since, open.since) {
            (Some(began), Some(_)) if known.record == open.record => Some(began),
            (_, since) => since,
        };
        Some(std::mem::replace(known, Open { since, ..open }))
    }

    /// Takes in what another process says; the records of which something is new.
    fn hear(&mut self, open: Open, now: Instant) -> Vec<Which> {
        let before = if open.record.is_some() && open.since.is_some() {
            let before = self.elsewhere.insert(open.stream, (now, open.clone()));
            if before.as_ref().is_some_and(|(_, known)| *known == open) {
                return Vec::new();
            }
            before
        } else {
            self.elsewhere.remove(&open.stream)
        };
        before.and_then(|(_, before)| before.record).into_iter().chain(open.record).collect()
    }

    /// Forgets processes that have said nothing for long; the records that this is news of.
    fn forget(&mut self, now: Instant) -> Vec<Which> {
        let silent = |heard: Instant| now.saturating_duration_since(heard) > SILENT;
        let gone = self.elsewhere.extract_if(|_, (heard, _)| silent(*heard));
        gone.filter_map(|(_, (_, open))| open.record).collect()
    }

    fn editors(&self, which: &Which) -> Vec<Editor> {
        let open = self.here.values().chain(self.elsewhere.values().map(|(_, open)| open));
        let mut since: BTreeMap<Uuid, i64> = BTreeMap::new();
        for open in open.filter(|open| open.record.as_ref() == Some(which)) {
            if let Some(began) = open.since {
                since.entry(open.user).and_modify(|first| *first = began.min(*first)).or_insert(began);
            }
        }
        let editor = |(user, since)| Some(Editor { user, since: DateTime::from_timestamp_millis(since)? });
        let mut editors: Vec<Editor> = since.into_iter().filter_map(editor).collect();
        editors.sort_by_key(|editor| editor.since);
        editors
    }
}

/// A tab's stream; dropped, the tab is closed.
#[derive(Debug)]
pub(crate) struct Tab {
    app: App,
    stream: Uuid,
}

impl Tab {
    /// What the stream is called. A closure that asks for it holds the tab, not the name alone.
    pub(crate) fn stream(&self) -> Uuid {
        self.stream
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        let closed = self.app.presence().tabs().here.remove(&self.stream);
        if let Some(before) = closed {
            let now = Open { record: None, since: None, ..before.clone() };
            self.app.tell_presence(&before, now);
        }
    }
}

impl Presence {
    fn tabs(&self) -> MutexGuard<'_, Tabs> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The record that a tab of this process shows.
    pub(crate) fn shown(&self, stream: Uuid) -> Option<Which> {
        self.tabs().here.get(&stream).and_then(|open| open.record.clone())
    }

    /// Who is changing a record, whoever began first first.
    pub(crate) fn editors(&self, which: &Which) -> Vec<Editor> {
        self.tabs().editors(which)
    }
}

impl App {
    /// A browser begins to listen.
    pub(crate) fn open_tab(&self, user: Uuid) -> Tab {
        let stream = Uuid::now_v7();
        self.presence().tabs().here.insert(stream, Open { stream, user, record: None, since: None });
        Tab { app: self.clone(), stream }
    }

    /// A tab shows another record, or begins or ends to change it. Where its stream ends in another process, that one is
    /// told.
    pub(crate) fn note_open(&self, open: Open) {
        let before = self.presence().tabs().open(open.clone());
        match before {
            Some(before) => {
                let now = self.presence().tabs().here.get(&open.stream).cloned();
                if let Some(now) = now {
                    self.tell_presence(&before, now);
                }
            }
            None => self.tell_nodes(Told { opened: [open].into(), ..Told::default() }),
        }
    }

    /// Hears what tabs of other processes have open, and what tabs of this one said to others.
    pub(crate) fn hear_presence(&self, told: &mut Told) {
        for open in std::mem::take(&mut told.opened) {
            let is_here = self.presence().tabs().here.contains_key(&open.stream);
            if is_here {
                self.note_open(open);
            }
        }
        let now = Instant::now();
        for open in std::mem::take(&mut told.present) {
            let news = self.presence().tabs().hear(open, now);
            self.tell_editors(news);
        }
    }

    /// Tells that something else is being changed in a tab than before, if it is.
    fn tell_presence(&self, before: &Open, now: Open) {
        if (&before.record, before.since) == (&now.record, now.since) || before.since.or(now.since).is_none() {
            return;
        }
        let mut news: Vec<Which> = [&before.record, &now.record].into_iter().flatten().cloned().collect();
        news.dedup();
        self.tell_nodes(Told { present: [now].into(), ..Told::default() });
        self.tell_editors(news);
    }

    fn tell_editors(&self, news: Vec<Which>) {
        for (entity, id) in news {
            self.hub().tell(Happened::Editors { entity, id });
        }
    }
}

/// Tells other processes again who is changing what here, and forgets those that are silent, until the server stops.
pub(crate) fn start(app: &App) -> JoinHandle<()> {
    let app = app.clone();
    tokio::spawn(async move {
        let mut stop = app.stopping();
        let mut clock = tokio::time::interval(AGAIN);
        loop {
            tokio::select! {
                _ = stop.wait_for(|stopping| *stopping) => return,
                _ = clock.tick() => {}
            }
            let present = {
                let tabs = app.presence().tabs();
                tabs.here.values().filter(|open| open.since.is_some()).cloned().collect()
            };
            app.tell_nodes(Told { present, ..Told::default() });
            let gone = app.presence().tabs().forget(Instant::now());
            app.tell_editors(gone);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn which(n: u128) -> Which {
        (Name::new("customer"), id(n))
    }

    fn open(stream: u128, user: u128, record: Option<u128>, since: Option<i64>) -> Open {
        Open { stream: id(stream), user: id(user), record: record.map(which), since }
    }

    #[test]
    fn whoever_goes_on_does_so_since_they_began() {
        let mut tabs = Tabs::default();
        tabs.here.insert(id(1), open(1, 7, None, None));
        tabs.open(open(1, 7, Some(5), Some(1000)));
        tabs.open(open(1, 7, Some(5), Some(9000)));
        let editors = tabs.editors(&which(5));
        assert_eq!(editors.iter().map(|e| (e.user, e.since.timestamp_millis())).collect::<Vec<_>>(), [(id(7), 1000)]);
        tabs.open(open(1, 7, Some(6), Some(9500)));
        assert_eq!((tabs.editors(&which(5)).len(), tabs.editors(&which(6)).len()), (0, 1));
        tabs.open(open(1, 7, Some(6), None));
        assert!(tabs.editors(&which(6)).is_empty(), "who only reads changes nothing");
    }

    #[test]
    fn nobody_speaks_for_the_tab_of_another() {
        let mut tabs = Tabs::default();
        tabs.here.insert(id(1), open(1, 7, None, None));
        assert!(tabs.open(open(1, 8, Some(5), Some(1))).is_none());
        assert!(tabs.editors(&which(5)).is_empty());
    }

    #[test]
    fn what_a_silent_process_said_is_forgotten_and_what_is_said_again_is_no_news() {
        let (mut tabs, now) = (Tabs::default(), Instant::now());
        let said = open(1, 7, Some(5), Some(1000));
        assert_eq!(tabs.hear(said.clone(), now), [which(5)]);
        assert_eq!(tabs.hear(said.clone(), now + AGAIN), []);
        assert_eq!(tabs.forget(now + SILENT), []);
        assert_eq!(tabs.forget(now + AGAIN + SILENT + AGAIN), [which(5)]);
        assert!(tabs.editors(&which(5)).is_empty());
        tabs.hear(said, now);
        assert_eq!(tabs.hear(open(1, 7, None, None), now), [which(5)]);
        assert!(tabs.editors(&which(5)).is_empty());
    }
}

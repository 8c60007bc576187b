//! What processes over one PostgreSQL database tell each other: that definitions, settings or people changed, and of which
//! records and people there is news. Ids alone travel: whoever hears of a record reads it under its own readers' rights.
//!
//! Losing a message is no harm: definitions, settings and people are looked for now and then as well, and browsers look
//! again after their process had lost the connection.

use std::{collections::BTreeSet, time::Duration};

use chrono::{DateTime, Utc};
use kernel::Name;
use serde::{Deserialize, Serialize};
use store::{Listening, Store};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};
use uuid::Uuid;

use crate::{App, events::Happened, presence::Open};

/// PostgreSQL refuses longer messages.
const LONGEST: usize = 7_900;
/// How long it waits before it connects again.
const PAUSE: Duration = Duration::from_secs(1);

/// What is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Told {
    /// Who tells it.
    pub(crate) from: Uuid,
    /// A version of the definitions is in force.
    pub(crate) published: bool,
    /// Settings changed.
    pub(crate) settings: bool,
    /// People or departments changed.
    pub(crate) people: bool,
    /// When the first of the jobs that were scheduled is due.
    pub(crate) due: Option<DateTime<Utc>>,
    /// Records that changed, or whose workflow went on.
    pub(crate) records: BTreeSet<(Name, Uuid)>,
    /// Tasks that were closed.
    pub(crate) closed: BTreeSet<Uuid>,
    /// Whose open tasks changed.
    pub(crate) tasks: BTreeSet<Uuid>,
    /// Who was told something.
    pub(crate) notices: BTreeSet<Uuid>,
    /// Whose sessions ended.
    pub(crate) sessions: BTreeSet<Uuid>,
    /// Imports that moved on, and whose they are.
    pub(crate) imports: BTreeSet<(Uuid, Uuid)>,
    /// Publications that moved on.
    pub(crate) publications: BTreeSet<Uuid>,
    /// What tabs have open whose streams end in the telling process.
    pub(crate) present: BTreeSet<Open>,
    /// What tabs have open whose streams end in another process.
    pub(crate) opened: BTreeSet<Open>,
}

/// A part of what is told, small enough to travel.
enum Piece {
    Record((Name, Uuid)),
    Closed(Uuid),
    Tasks(Uuid),
    Notice(Uuid),
    Sessions(Uuid),
    Import((Uuid, Uuid)),
    Publication(Uuid),
    Present(Open),
    Opened(Open),
}

impl Told {
    fn join(&mut self, other: Self) {
        self.published |= other.published;
        self.settings |= other.settings;
        self.people |= other.people;
        self.due = self.due.into_iter().chain(other.due).min();
        self.records.extend(other.records);
        self.closed.extend(other.closed);
        self.tasks.extend(other.tasks);
        self.notices.extend(other.notices);
        self.sessions.extend(other.sessions);
        self.imports.extend(other.imports);
        self.publications.extend(other.publications);
        for open in other.present {
            // Of a tab the last word counts.
            self.present.retain(|known| known.stream != open.stream);
            self.present.insert(open);
        }
        self.opened.extend(other.opened);
    }

    /// As messages, each short enough.
    fn messages(self, from: Uuid) -> Vec<String> {
        let mut pieces: Vec<Piece> = self.records.into_iter().map(Piece::Record).collect();
        pieces.extend(self.closed.into_iter().map(Piece::Closed));
        pieces.extend(self.tasks.into_iter().map(Piece::Tasks));
        pieces.extend(self.notices.into_iter().map(Piece::Notice));
        pieces.extend(self.sessions.into_iter().map(Piece::Sessions));
        pieces.extend(self.imports.into_iter().map(Piece::Import));
        pieces.extend(self.publications.into_iter().map(Piece::Publication));
        pieces.extend(self.present.into_iter().map(Piece::Present));
        pieces.extend(self.opened.into_iter().map(Piece::Opened));
        let Self { published, settings, people, due, .. } = self;
        let mut next = Self { from, published, settings, people, due, ..Self::default() };
        let mut messages = Vec::new();
        let mut length = 0;
        for piece in pieces {
            // An id in quotes takes 39 bytes; the rest of a message less than 200.
            let takes = match &piece {
                Piece::Record((entity, _)) => 48 + entity.len(),
                Piece::Closed(_) | Piece::Tasks(_) | Piece::Notice(_) | Piece::Sessions(_) | Piece::Publication(_) => {
                    40
                }
                Piece::Import(_) => 84,
                Piece::Present(open) | Piece::Opened(open) => {
                    200 + open.record.as_ref().map_or(0, |(entity, _)| entity.len())
                }
            };
            if length + takes > LONGEST - 300 {
                messages.push(std::mem::replace(&mut next, Self { from, ..Self::default() }));
                length = 0;
            }
            length += takes;
            match piece {
                Piece::Record(it) => drop(next.records.insert(it)),
                Piece::Closed(it) => drop(next.closed.insert(it)),
                Piece::Tasks(it) => drop(next.tasks.insert(it)),
                Piece::Notice(it) => drop(next.notices.insert(it)),
                Piece::Sessions(it) => drop(next.sessions.insert(it)),
                Piece::Import(it) => drop(next.imports.insert(it)),
                Piece::Publication(it) => drop(next.publications.insert(it)),
                Piece::Present(it) => drop(next.present.insert(it)),
                Piece::Opened(it) => drop(next.opened.insert(it)),
            }
        }
        messages.push(next);
        let empty = Self { from, ..Self::default() };
        messages.iter().filter(|m| **m != empty).filter_map(|m| serde_json::to_string(m).ok()).collect()
    }
}

enum Sent {
    News(Box<Told>),
    /// Answered when all before it has gone out.
    Flush(oneshot::Sender<()>),
}

/// Where news for other processes goes out; nowhere on SQLite.
#[derive(Debug)]
pub(crate) struct Outbox(Option<mpsc::UnboundedSender<Sent>>);

impl Outbox {
    /// Sends what comes, all that waits together, so that no commit waits for it.
    pub(crate) fn start(store: &Store, node: Uuid) -> Self {
        if !store.has_channel() {
            return Self(None);
        }
        let (sender, mut waiting) = mpsc::unbounded_channel();
        let store = store.clone();
        tokio::spawn(async move {
            while let Some(first) = waiting.recv().await {
                let mut all = Told::default();
                let mut flushed = Vec::new();
                let mut next = Some(first);
                while let Some(sent) = next {
                    match sent {
                        Sent::News(told) => all.join(*told),
                        Sent::Flush(done) => flushed.push(done),
                    }
                    next = waiting.try_recv().ok();
                }
                if let Err(error) = store.notify(all.messages(node)).await {
                    tracing::warn!(%error, "other processes could not be told what happened");
                }
                for done in flushed {
                    // An error only says that nobody waits any more.
                    let _ = done.send(());
                }
            }
        });
        Self(Some(sender))
    }

    fn send(&self, told: Told) {
        if let Some(sender) = &self.0 {
            // An error only says that the program ends.
            let _ = sender.send(Sent::News(Box::new(told)));
        }
    }

    /// Waits until all that was told has gone out.
    pub(crate) async fn flush(&self) {
        if let Some(sender) = &self.0 {
            let (done, gone_out) = oneshot::channel();
            if sender.send(Sent::Flush(done)).is_ok() {
                let _ = gone_out.await;
            }
        }
    }
}

/// A connection on which other processes are heard.
#[derive(Debug)]
pub struct Follower {
    app: App,
    listening: Listening,
}

impl App {
    /// Tells other processes.
    pub(crate) fn tell_nodes(&self, told: Told) {
        self.outbox().send(told);
    }

    /// Connects to hear other processes; none where there can be none.
    ///
    /// # Errors
    /// If the database cannot be reached.
    pub async fn follow_nodes(&self) -> Result<Option<Follower>, store::Error> {
        let listening = self.store().listen().await?;
        Ok(listening.map(|listening| Follower { app: self.clone(), listening }))
    }

    async fn hear(&self, mut told: Told) {
        if told.from == self.node() {
            return;
        }
        self.hear_presence(&mut told);
        if told.settings
            && let Err(error) = self.refresh_firm().await
        {
            tracing::error!(%error, "settings changed elsewhere, but could not be read");
        }
        if told.published
            && let Err(error) = self.take_up_published().await
        {
            tracing::error!(%error, "definitions that were published elsewhere cannot be taken up");
        }
        if told.people
            && let Err(error) = self.refresh_org().await
        {
            tracing::error!(%error, "people changed elsewhere, but could not be read");
        }
        self.spread(told).await;
    }

    /// After the connection was lost: anything may have happened.
    async fn catch_up(&self) {
        let everything = Told { published: true, settings: true, people: true, ..Told::default() };
        self.hear(everything).await;
        self.hub().tell(Happened::Missed);
    }
}

impl Follower {
    /// Hears what others tell, until the connection fails for good or the server stops.
    ///
    /// # Errors
    /// If the database cannot be reached any more.
    pub async fn run(mut self) -> Result<(), store::Error> {
        let mut stop = self.app.stopping();
        loop {
            let message = tokio::select! {
                _ = stop.wait_for(|stopping| *stopping) => return Ok(()),
                message = self.listening.next() => message?,
            };
            match message {
                Some(text) => match serde_json::from_str(&text) {
                    Ok(told) => self.app.hear(told).await,
                    Err(error) => tracing::warn!(%error, "another process said what this one does not understand"),
                },
                None => self.app.catch_up().await,
            }
        }
    }
}

/// Hears other processes until the server stops; connects again whenever the connection is lost.
pub(crate) fn start(app: &App) -> JoinHandle<()> {
    let app = app.clone();
    tokio::spawn(async move {
        let mut stop = app.stopping();
        let mut is_first = true;
        loop {
            match app.follow_nodes().await {
                Ok(None) => return,
                Ok(Some(follower)) => {
                    if !std::mem::take(&mut is_first) {
                        app.catch_up().await;
                    }
                    match follower.run().await {
                        Ok(()) => return,
                        Err(error) => tracing::warn!(%error, "other processes are not heard for now"),
                    }
                }
                Err(error) => tracing::warn!(%error, "other processes cannot be heard"),
            }
            is_first = false;
            tokio::select! {
                _ = stop.wait_for(|stopping| *stopping) => return,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn much_news_goes_out_in_messages_that_are_short_enough_and_arrives_whole() {
        let id = |n: u32| Uuid::from_u128(n.into());
        let told = Told {
            people: true,
            records: (0..500).map(|n| (Name::new(&"long_name".repeat(6)), id(n))).collect(),
            tasks: (0..300).map(id).collect(),
            imports: (0..40).map(|n| (id(n), id(n + 1))).collect(),
            present: (0..100)
                .map(|n| Open {
                    stream: id(n),
                    user: id(n),
                    record: Some((Name::new(&"long_name".repeat(6)), id(n))),
                    since: Some(i64::MAX),
                })
                .collect(),
            ..Told::default()
        };
        let messages = told.clone().messages(id(7));
        assert!(messages.len() > 5 && messages.iter().all(|m| m.len() < 8_000), "{}", messages.len());
        let mut heard = Told::default();
        for message in messages {
            heard.join(serde_json::from_str(&message).unwrap());
        }
        assert_eq!(heard, told);
    }

    #[test]
    fn no_news_is_no_message() {
        assert!(Told::default().messages(Uuid::from_u128(7)).is_empty());
    }
}

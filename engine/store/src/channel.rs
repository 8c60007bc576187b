//! What processes that share a PostgreSQL database tell each other, by its LISTEN and NOTIFY. SQLite has no such thing:
//! there is one process, or others look now and then.

use sqlx::postgres::{PgListener, PgPoolOptions};

use crate::{
    Error, Store,
    sql::{Bind, Sql},
};

/// The one channel.
const CHANNEL: &str = "portolan";

/// A connection on which messages arrive.
#[derive(Debug)]
pub struct Listening {
    listener: PgListener,
}

impl Store {
    /// Whether there may be other processes that can be told something.
    #[must_use]
    pub fn has_channel(&self) -> bool {
        self.channel().is_some()
    }

    /// Tells all who listen, this process among them. Messages longer than 7,999 bytes are refused.
    pub async fn notify(&self, messages: Vec<String>) -> Result<(), Error> {
        if !self.has_channel() || messages.is_empty() {
            return Ok(());
        }
        // Apart from the commits that it tells of: PostgreSQL lets commits that notify wait for each other.
        let sql = Sql::fixed("select pg_notify($1, message) from unnest($2::text[]) message")
            .bind(CHANNEL)
            .bind(Bind::Texts(messages));
        self.rows(sql).await?;
        Ok(())
    }

    /// Listens from now on; none where there is nothing to listen to.
    pub async fn listen(&self) -> Result<Option<Listening>, Error> {
        let Some(options) = self.channel() else { return Ok(None) };
        // A pool of its own, whose one connection stays.
        let pool = PgPoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
        let mut listener = PgListener::connect_with(&pool.connect_lazy_with(options)).await?;
        listener.listen(CHANNEL).await?;
        Ok(Some(Listening { listener }))
    }
}

impl Listening {
    /// The next message; none if the connection was lost meanwhile, and with it perhaps messages. It listens again then.
    pub async fn next(&mut self) -> Result<Option<String>, Error> {
        let found = self.listener.try_recv().await?;
        Ok(found.map(|message| message.payload().to_owned()))
    }
}

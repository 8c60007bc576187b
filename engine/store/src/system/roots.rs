//! What signed roots are made of: the ends of chains that went on since the last, and which roots were written.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    Error, ListedHead, Store,
    connection::Row,
    sql::{Bind, Sql},
    store::Priority,
};

/// A root that was written, or is being.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootRow {
    /// 1, 2, 3 …
    pub number: i64,
    /// The day that it is the root of.
    pub day: String,
    /// The digest of its file; none while it is being written.
    pub digest: Option<Vec<u8>>,
}

impl Store {
    /// The last of the entries from before there were chains: the greatest id of the history, and the time of all.
    pub async fn chain_start(&self) -> Result<(i64, i64), Error> {
        let row = self.row(Sql::fixed("select history, at from sys_chain_start")).await?;
        let row = row.ok_or_else(|| Error::corrupt("the beginning of the chains", "it is gone"))?;
        Ok((row.get(0)?, row.get(1)?))
    }

    /// Ends of chains that went on since a root named them, in the order of the chains.
    pub async fn unrooted_heads(&self, after: Option<Uuid>, limit: u32) -> Result<Vec<ListedHead>, Error> {
        let sql = Sql::fixed(
            "select chain, seq, link from sys_chains where chain > $1 and seq > rooted order by chain limit $2",
        );
        let rows = self.rows(sql.bind(after.unwrap_or_default()).bind(limit)).await?;
        rows.iter().map(head).collect()
    }

    /// Notes that a root names these ends.
    pub async fn mark_rooted(&self, heads: &[ListedHead]) -> Result<(), Error> {
        if heads.is_empty() {
            return Ok(());
        }
        let mut sql = Sql::default();
        sql.text("with named (chain, seq) as (values ").list(heads, ", ", |sql, head| {
            sql.text("(").value(head.chain).text(", ").value(head.seq).text(")");
        });
        sql.text(") update sys_chains set rooted = named.seq from named where sys_chains.chain = named.chain");
        self.write(Priority::Bulk, move |connection| {
            let sql = sql.clone();
            Box::pin(async move { connection.execute(sql).await.map(drop) })
        })
        .await
    }

    /// Takes it on to write the root of a day: its number, or none if somebody else does or has. One who took it on
    /// before `given_up` and has not finished is not waited for.
    pub async fn claim_root(
        &self,
        day: &str,
        now: DateTime<Utc>,
        given_up: DateTime<Utc>,
    ) -> Result<Option<i64>, Error> {
        let new = Sql::fixed(
            "insert into sys_roots (number, day, at) \
             select (select coalesce(max(number), 0) + 1 from sys_roots), $1, $2 \
             where not exists (select 1 from sys_roots where day = $1) on conflict do nothing",
        );
        let again = Sql::fixed("update sys_roots set at = $2 where day = $1 and digest is null and at < $3");
        let (now, given_up) = (Bind::millis(now), Bind::millis(given_up));
        let mut taken = self.write_one(new.bind(day).bind(now.clone())).await?;
        if taken == 0 {
            taken = self.write_one(again.bind(day).bind(now).bind(given_up)).await?;
        }
        if taken == 0 {
            return Ok(None);
        }
        let row = self.row(Sql::fixed("select number from sys_roots where day = $1").bind(day)).await?;
        row.map(|row| row.get(0)).transpose()
    }

    /// Notes that a root was written.
    pub async fn finish_root(&self, number: i64, digest: &[u8]) -> Result<(), Error> {
        let sql = Sql::fixed("update sys_roots set digest = $2 where number = $1");
        self.write_one(sql.bind(number).bind(digest.to_vec())).await?;
        Ok(())
    }

    /// The roots that were written, oldest first.
    pub async fn roots(&self) -> Result<Vec<RootRow>, Error> {
        let sql = Sql::fixed("select number, day, digest from sys_roots order by number");
        let read = |row: &Row| Ok(RootRow { number: row.get(0)?, day: row.get(1)?, digest: row.get(2)? });
        self.rows(sql).await?.iter().map(read).collect()
    }
}

fn head(row: &Row) -> Result<ListedHead, Error> {
    let link: Vec<u8> = row.get(2)?;
    let link = link.try_into().map_err(|_| Error::corrupt("a chain's end", "it is no digest"))?;
    Ok(ListedHead { chain: row.get(0)?, seq: row.get(1)?, link })
}

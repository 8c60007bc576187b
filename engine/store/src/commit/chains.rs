//! The chains that a commit lengthens: their ends are read under the guards of what they belong to, each new entry is
//! sealed after the one before, and the new ends are written.

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use kernel::change::{Change, Comment, FieldChange, HistoryEntry};
use serde_json::Value as Json;
use uuid::Uuid;

use super::{Work, rows};
use crate::{
    Error,
    chain::{
        Digest, GENESIS, INSTANCE, Leaf, RECORD, Row, Salts, Seal, What, comment_leaves, content, event_leaves,
        history_leaves, link, split_event,
    },
    connection::Row as Found,
    dialect::Dialect,
    sql::{Bind, Sql},
};

/// The ends of the chains, as far as they are known.
#[derive(Default)]
pub(super) struct Chains(IndexMap<Uuid, End>);

#[derive(Clone)]
struct End {
    first: i64,
    seq: i64,
    link: Digest,
    /// What it belongs to, once it is lengthened.
    lengthened: Option<Of>,
}

#[derive(Clone)]
struct Of {
    kind: &'static str,
    entity: String,
}

/// Asks for the ends of the chains that the commit lengthens and that may be there already, in one order, and holds them.
pub(super) fn wanted(dialect: Dialect, work: &Work) -> Option<Sql> {
    let mut ids: Vec<Uuid> = work
        .commit
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::History(entry) => Some(entry.record),
            Change::Comment(comment) => Some(comment.record),
            Change::Events { instance, .. } => Some(*instance),
            _ => None,
        })
        .filter(|id| !is_fresh(*id, work.commit.at))
        .collect();
    if ids.is_empty() {
        return None;
    }
    ids.sort_unstable();
    ids.dedup();
    let mut sql = Sql::default();
    sql.text("select chain, first, seq, link from sys_chains where chain in (").list(ids, ", ", |sql, id| {
        sql.value(id);
    });
    sql.text(")").text(&dialect.and_hold("chain"));
    Some(sql)
}

/// Whether an id was made for this very commit, so that nothing can be chained under it yet.
fn is_fresh(id: Uuid, at: DateTime<Utc>) -> bool {
    let bytes = id.as_bytes();
    let millis = bytes.iter().take(6).fold(0_i64, |millis, byte| (millis << 8) | i64::from(*byte));
    id.get_version_num() == 7 && millis == at.timestamp_millis()
}

impl Chains {
    /// Takes in what [`wanted`] found.
    pub(super) fn take(&mut self, found: &[Found]) -> Result<(), Error> {
        for row in found {
            let link: Vec<u8> = row.get(3)?;
            let link = link.try_into().map_err(|_| Error::corrupt("a chain's end", "it is no digest"))?;
            self.0.insert(row.get(0)?, End { first: row.get(1)?, seq: row.get(2)?, link, lengthened: None });
        }
        Ok(())
    }

    /// Seals a line of a record's history; `reason` and the changes are as they are stored. Gives place, salt and seal.
    pub(super) fn history(&mut self, work: &Work, entry: &HistoryEntry, changes: &[FieldChange]) -> [Bind; 3] {
        let what = What::History {
            entity: &entry.entity,
            record: entry.record,
            version: entry.version,
            action: &entry.action,
            source: &entry.source,
        };
        let reason = entry.reason.as_deref().map(Json::from);
        self.seal(work, entry.record, (RECORD, &entry.entity), None, what, &history_leaves(changes, reason.as_ref()))
    }

    /// Seals a comment.
    pub(super) fn comment(&mut self, work: &Work, comment: &Comment, mentions: &Json) -> [Bind; 3] {
        let what = What::Comment { id: comment.id, entity: &comment.entity, record: comment.record };
        let text = Json::from(comment.text.as_str());
        self.seal(work, comment.record, (RECORD, &comment.entity), None, what, &comment_leaves(&text, mentions))
    }

    /// Seals an event of an instance; its place is its number.
    pub(super) fn event(&mut self, work: &Work, instance: Uuid, seq: i64, event: &Json) -> [Bind; 2] {
        let (rest, reason) = split_event(event);
        let what = What::Event { instance, seq };
        let [_, salt, seal] = self.seal(work, instance, (INSTANCE, ""), Some(seq), what, &event_leaves(&rest, reason));
        [salt, seal]
    }

    fn seal(
        &mut self,
        work: &Work,
        chain: Uuid,
        (kind, entity): (&'static str, &str),
        place: Option<i64>,
        what: What<'_>,
        leaves: &[Leaf<'_>],
    ) -> [Bind; 3] {
        let salts = Salts::random();
        // One salt has proof for any number of values.
        let content = content(&salts, leaves.iter().copied()).unwrap_or_default();
        let at = work.commit.at.timestamp_millis();
        let row = Row { at, by: work.commit.by, what }.digest(&content);
        let end = self.0.entry(chain).or_insert_with(|| {
            let first = place.unwrap_or(1);
            End { first, seq: first - 1, link: GENESIS, lengthened: None }
        });
        end.seq += 1;
        end.link = link(&end.link, end.seq, &row);
        end.lengthened.get_or_insert_with(|| Of { kind, entity: entity.to_owned() });
        let seal = Seal::new(&content, &row, end.link);
        [end.seq.into(), salts.to_bytes().into(), seal.to_bytes().into()]
    }

    /// Statements that write the new ends, and how many rows they must touch in all: fewer, and somebody else was faster.
    pub(super) fn ends(&self, dialect: Dialect) -> (Vec<Sql>, u64) {
        let mut new: Vec<Vec<Bind>> = Vec::new();
        for (chain, end) in &self.0 {
            let Some(of) = &end.lengthened else { continue };
            new.push(vec![
                (*chain).into(),
                of.kind.into(),
                (&of.entity).into(),
                end.first.into(),
                end.seq.into(),
                end.link.to_vec().into(),
                Bind::Int(0),
            ]);
        }
        let mut statements =
            rows::insert("sys_chains", "chain, kind, entity, first, seq, link, rooted", &new, dialect.most_binds());
        for sql in &mut statements {
            sql.text(
                " on conflict (chain) do update set seq = excluded.seq, link = excluded.link \
                 where sys_chains.seq < excluded.seq",
            );
        }
        (statements, new.len() as u64)
    }
}

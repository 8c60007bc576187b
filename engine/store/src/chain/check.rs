//! Whether a chain is as it was written: pure, over the entries of one chain and its end.

use chrono::{DateTime, Utc};
use kernel::Name;
use uuid::Uuid;

use super::{Digest, GENESIS, Seal, link};

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// An entry holds other values than were written.
    ChangedValue,
    /// An entry says another who, when or what than was written.
    ChangedRow,
    /// An entry is missing.
    Removed,
    /// An entry was not written by the engine.
    Inserted,
    /// An entry stands in another place than where it was written.
    Reordered,
    /// The last entries are missing.
    Truncated,
    /// The record holds another value than its history ends with.
    RecordDiffers,
    /// The record is missing, though nobody removed it.
    RecordMissing,
}

impl FaultKind {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ChangedValue => "changed_value",
            Self::ChangedRow => "changed_row",
            Self::Removed => "removed",
            Self::Inserted => "inserted",
            Self::Reordered => "reordered",
            Self::Truncated => "truncated",
            Self::RecordDiffers => "record_differs",
            Self::RecordMissing => "record_missing",
        }
    }
}

/// Something that is wrong with a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// The record or the instance.
    pub chain: Uuid,
    /// The record's entity; that of an instance's record.
    pub entity: Name,
    /// The place of the entry.
    pub seq: Option<i64>,
    /// When the entry says that it was written.
    pub at: Option<DateTime<Utc>>,
    /// Which entry or field, in words.
    pub what: String,
}

/// The end of a chain.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) chain: Uuid,
    pub(super) is_instance: bool,
    pub(super) entity: Name,
    pub(super) first: i64,
    pub(super) seq: i64,
    pub(super) link: Digest,
}

/// An entry as it is found.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) at: Option<DateTime<Utc>>,
    /// What it is, in words: `updated to version 3`, `comment`.
    pub(super) what: String,
    /// Its place and seal; none where it has none.
    pub(super) sealed: Option<(i64, Seal)>,
    /// The digests of its values and of its row as they are found.
    pub(super) content: Option<Digest>,
    pub(super) row: Option<Digest>,
    /// Whether it is from before there were chains.
    pub(super) before: bool,
}

impl Entry {
    fn values_hold(&self, seal: &Seal) -> bool {
        self.content.is_some_and(|content| super::short(&content) == seal.content)
    }

    fn row_holds(&self, seal: &Seal) -> bool {
        self.row.is_some_and(|row| super::short(&row) == seal.row)
    }

    /// Whether it was written at this place after this link.
    fn follows(&self, seal: &Seal, before: &Digest, seq: i64) -> bool {
        self.row.is_some_and(|row| link(before, seq, &row) == seal.link)
    }
}

/// What is wrong with a chain; nothing, in one walk, if nothing is.
pub(super) fn check(head: &Head, entries: &[Entry]) -> Vec<Fault> {
    let mut sealed: Vec<(i64, Seal, &Entry)> =
        entries.iter().filter_map(|entry| entry.sealed.map(|(seq, seal)| (seq, seal, entry))).collect();
    sealed.sort_by_key(|(seq, ..)| *seq);
    let mut faults: Vec<Fault> = entries
        .iter()
        .filter(|entry| entry.sealed.is_none() && !entry.before)
        .map(|entry| fault(head, FaultKind::Inserted, None, entry))
        .collect();
    if !holds(head, &sealed) {
        faults.extend(look_closer(head, &sealed));
    }
    faults
}

fn fault(head: &Head, kind: FaultKind, seq: Option<i64>, entry: &Entry) -> Fault {
    Fault { kind, chain: head.chain, entity: head.entity.clone(), seq, at: entry.at, what: entry.what.clone() }
}

fn holds(head: &Head, sealed: &[(i64, Seal, &Entry)]) -> bool {
    let (mut before, mut next) = (GENESIS, head.first);
    for (seq, seal, entry) in sealed {
        if *seq != next || !entry.values_hold(seal) || !entry.row_holds(seal) || !entry.follows(seal, &before, *seq) {
            return false;
        }
        (before, next) = (seal.link, next + 1);
    }
    next == head.seq + 1 && before == head.link
}

/// Follows the links as far as they lead, whatever places the entries claim, and tells where they do not.
fn look_closer(head: &Head, sealed: &[(i64, Seal, &Entry)]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut left: Vec<&(i64, Seal, &Entry)> = sealed.iter().collect();
    let (mut before, mut seq) = (GENESIS, head.first);
    let mut placed: Vec<(i64, &(i64, Seal, &Entry))> = Vec::new();
    // Whether the link that leads here is known to be the one that was written.
    let mut lost = false;
    while !left.is_empty() {
        let builds_on = |link: &Digest, seq: i64| {
            *link == head.link || left.iter().any(|(_, seal, entry)| entry.follows(seal, link, seq))
        };
        let mut fitting: Vec<usize> = (0..left.len())
            .filter(|at| left.get(*at).is_some_and(|(_, seal, entry)| entry.follows(seal, &before, seq)))
            .collect();
        // Of two that follow the same entry, the one that others were written after.
        fitting.sort_by_key(|at| left.get(*at).is_none_or(|(_, seal, _)| !builds_on(&seal.link, seq + 1)));
        let broken = |(claims, seal, entry): &&&(i64, Seal, &Entry)| {
            *claims == seq && (!entry.values_hold(seal) || !entry.row_holds(seal))
        };
        let next = fitting
            .first()
            .copied()
            // One whose values or row were changed cannot prove its place: it is believed.
            .or_else(|| (0..left.len()).find(|at| left.get(*at).as_ref().is_some_and(broken)));
        let at = match next {
            Some(at) => at,
            None => {
                // Something is gone. What follows can be held to its place again only from the next entry on.
                let Some(at) = (0..left.len()).find(|at| left.get(*at).is_some_and(|(claims, ..)| *claims >= seq))
                else {
                    break;
                };
                let claims = left.get(at).map_or(seq, |(claims, ..)| *claims);
                if claims > head.seq {
                    break;
                }
                let gone =
                    if claims > seq + 1 { format!("entries {seq} to {}", claims - 1) } else { format!("entry {seq}") };
                let told = if claims > seq { gone } else { format!("what stood before entry {seq}") };
                faults.push(Fault {
                    kind: FaultKind::Removed,
                    chain: head.chain,
                    entity: head.entity.clone(),
                    seq: Some(seq),
                    at: None,
                    what: told,
                });
                seq = claims;
                lost = true;
                at
            }
        };
        let found = left.remove(at);
        before = found.1.link;
        placed.push((seq, found));
        seq += 1;
    }
    for (place, (claims, seal, entry)) in &placed {
        let kind = if !entry.values_hold(seal) {
            FaultKind::ChangedValue
        } else if !entry.row_holds(seal) {
            FaultKind::ChangedRow
        } else if *place > head.seq {
            FaultKind::Inserted
        } else if place != claims && left.is_empty() && !lost {
            FaultKind::Reordered
        } else {
            continue;
        };
        faults.push(fault(head, kind, Some(*claims), entry));
    }
    faults.extend(left.iter().map(|(claims, _, entry)| fault(head, FaultKind::Inserted, Some(*claims), entry)));
    let end = seq - 1;
    if end < head.seq {
        let what = if end + 1 == head.seq {
            format!("entry {}", head.seq)
        } else {
            format!("entries {} to {}", end + 1, head.seq)
        };
        let (chain, entity) = (head.chain, head.entity.clone());
        faults.push(Fault { kind: FaultKind::Truncated, chain, entity, seq: Some(end + 1), at: None, what });
    } else if faults.is_empty()
        && let Some((_, (claims, _, entry))) = placed.last()
    {
        // All hold together, but are not what the end of the chain says.
        faults.push(fault(head, FaultKind::ChangedRow, Some(*claims), entry));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chain of entries, each with a row of its own.
    fn chain(length: u8) -> (Head, Vec<Entry>) {
        let (mut before, mut entries) = (GENESIS, Vec::new());
        for n in 1..=length {
            let (content, row) = ([n; 32], [100 + n; 32]);
            before = link(&before, i64::from(n), &row);
            entries.push(Entry {
                at: None,
                what: format!("entry {n}"),
                sealed: Some((i64::from(n), Seal::new(&content, &row, before))),
                content: Some(content),
                row: Some(row),
                before: false,
            });
        }
        let (chain, entity) = (Uuid::from_u128(1), Name::new("thing"));
        let head = Head { chain, is_instance: false, entity, first: 1, seq: i64::from(length), link: before };
        (head, entries)
    }

    fn found(head: &Head, entries: &[Entry]) -> Vec<(FaultKind, Option<i64>)> {
        check(head, entries).into_iter().map(|fault| (fault.kind, fault.seq)).collect()
    }

    #[test]
    fn a_chain_as_it_was_written_holds() {
        let (head, entries) = chain(5);
        assert!(found(&head, &entries).is_empty());
    }

    #[test]
    fn what_was_changed_is_told_apart() {
        let (head, entries) = chain(5);
        let mut values = entries.clone();
        values[2].content = Some([9; 32]);
        values[2].row = Some([9; 32]);
        assert_eq!(found(&head, &values), [(FaultKind::ChangedValue, Some(3))]);
        let mut row = entries;
        row[4].row = Some([9; 32]);
        assert_eq!(found(&head, &row), [(FaultKind::ChangedRow, Some(5))]);
    }

    #[test]
    fn a_removed_entry_shows_by_its_gap_and_by_the_link_after_it() {
        let (head, mut entries) = chain(5);
        entries.remove(2);
        assert_eq!(found(&head, &entries), [(FaultKind::Removed, Some(3))]);
        // The one after takes its place.
        entries[2].sealed.as_mut().unwrap().0 = 3;
        let told = found(&head, &entries);
        assert_eq!(told.first(), Some(&(FaultKind::Removed, Some(3))), "{told:?}");
    }

    #[test]
    fn an_inserted_entry_shows_with_a_seal_and_without() {
        let (head, entries) = chain(5);
        let mut bare = entries.clone();
        bare.push(Entry { sealed: None, ..entries[0].clone() });
        assert_eq!(found(&head, &bare), [(FaultKind::Inserted, None)]);
        // Made with care: it follows the second, and all after it were given the next place.
        let row = [7; 32];
        let before = entries[1].sealed.unwrap().1.link;
        let made = Seal::new(&[7; 32], &row, link(&before, 3, &row));
        let mut careful = entries;
        careful[2..].iter_mut().for_each(|entry| entry.sealed.as_mut().unwrap().0 += 1);
        careful
            .insert(2, Entry { sealed: Some((3, made)), content: Some([7; 32]), row: Some(row), ..careful[0].clone() });
        assert_eq!(found(&head, &careful), [(FaultKind::Inserted, Some(3))]);
        // The same at the end, where the end of the chain does not know it.
        let (head, mut entries) = chain(2);
        let before = entries[1].sealed.unwrap().1.link;
        let made = Seal::new(&[7; 32], &row, link(&before, 3, &row));
        entries.push(Entry { sealed: Some((3, made)), content: Some([7; 32]), row: Some(row), ..entries[0].clone() });
        assert_eq!(found(&head, &entries), [(FaultKind::Inserted, Some(3))]);
    }

    #[test]
    fn entries_that_changed_places_are_told() {
        let (head, mut entries) = chain(5);
        entries[1].sealed.as_mut().unwrap().0 = 4;
        entries[3].sealed.as_mut().unwrap().0 = 2;
        assert_eq!(found(&head, &entries), [(FaultKind::Reordered, Some(4)), (FaultKind::Reordered, Some(2))]);
    }

    #[test]
    fn a_tail_that_was_cut_off_shows() {
        let (head, mut entries) = chain(5);
        entries.truncate(3);
        assert_eq!(found(&head, &entries), [(FaultKind::Truncated, Some(4))]);
        assert_eq!(found(&head, &[]), [(FaultKind::Truncated, Some(1))]);
    }
}

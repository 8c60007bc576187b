//! The order of a line table that two people changed: lines of both, where each of them put theirs.

use std::collections::HashSet;

use uuid::Uuid;

/// The lines of a table as one person had read them, as they are now, and as that person sends them.
pub(super) struct Lists<'l> {
    /// As they were read; none where their order is not known any more.
    pub(super) before: &'l [Uuid],
    /// Whether the order of `before` is what was read.
    pub(super) ordered: bool,
    /// As they are now.
    pub(super) now: &'l [Uuid],
    /// As they are sent, new ones among them, without those that are gone by now.
    pub(super) mine: &'l [Uuid],
}

/// What becomes of them.
#[derive(Debug, PartialEq)]
pub(super) struct Arranged {
    /// All lines in their order.
    pub(super) order: Vec<Uuid>,
    /// Lines that the writer took away.
    pub(super) removed: Vec<Uuid>,
    /// Whether the writer put lines into another order.
    pub(super) moved: bool,
    /// Whether others did so as well, into one that does not agree.
    pub(super) disputed: bool,
}

/// Whoever moved lines leads; what the other added stands behind the line that it was put behind. Of two additions at
/// one place the earlier comes first.
pub(super) fn arrange(lists: &Lists<'_>) -> Arranged {
    let set = |ids: &[Uuid]| ids.iter().copied().collect::<HashSet<_>>();
    let (before, now, mine) = (set(lists.before), set(lists.now), set(lists.mine));
    let common = |ids: &[Uuid]| -> Vec<Uuid> {
        ids.iter().copied().filter(|id| before.contains(id) && now.contains(id) && mine.contains(id)).collect()
    };
    let (was, is, sent) = (common(lists.before), common(lists.now), common(lists.mine));
    let (moved, disputed) =
        if lists.ordered { (sent != was, sent != was && is != was && sent != is) } else { (false, sent != is) };
    let removed: Vec<Uuid> = lists.now.iter().copied().filter(|id| before.contains(id) && !mine.contains(id)).collect();
    let gone = set(&removed);
    let order = if moved && !disputed {
        let theirs = |id: &Uuid| !before.contains(id) && !mine.contains(id);
        bring_in(lists.mine.to_vec(), lists.now, theirs, |_| false)
    } else {
        let kept = lists.now.iter().copied().filter(|id| !gone.contains(id)).collect();
        bring_in(kept, lists.mine, |id| !now.contains(id), |id| !before.contains(id))
    };
    Arranged { order, removed, moved, disputed }
}

/// Puts those of `from` that are `new` into the list, each behind what it follows there and behind those to `pass`.
fn bring_in(
    mut list: Vec<Uuid>,
    from: &[Uuid],
    new: impl Fn(&Uuid) -> bool,
    pass: impl Fn(&Uuid) -> bool,
) -> Vec<Uuid> {
    let mut at = 0;
    let mut brought = HashSet::new();
    for id in from {
        if new(id) {
            while list.get(at).is_some_and(|next| pass(next) && !brought.contains(next)) {
                at += 1;
            }
            list.insert(at, *id);
            brought.insert(*id);
            at += 1;
        } else {
            // Mostly it is the next one.
            let here = |from: usize| list.get(from..)?.iter().position(|one| one == id).map(|found| from + found);
            if let Some(found) = here(at).or_else(|| here(0)) {
                at = found + 1;
            }
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &str) -> Vec<Uuid> {
        text.bytes().map(|b| Uuid::from_u128(b.into())).collect()
    }

    fn text(ids: &[Uuid]) -> String {
        ids.iter().map(|id| char::from(id.as_bytes()[15])).collect()
    }

    fn merged(before: &str, now: &str, mine: &str) -> (String, bool) {
        let (before, now, mut mine) = (ids(before), ids(now), ids(mine));
        mine.retain(|id| now.contains(id) || !before.contains(id));
        let found = arrange(&Lists { before: &before, ordered: true, now: &now, mine: &mine });
        (text(&found.order), found.disputed)
    }

    #[test]
    fn lines_of_both_stand_where_each_put_theirs() {
        for (before, now, mine, expected) in [
            ("abc", "abc", "abc", "abc"),
            ("abc", "abxc", "abcy", "abxcy"),
            ("abc", "axbc", "aybc", "axybc"),
            ("abc", "ac", "abxc", "axc"),
            ("abc", "acb", "abxc", "acbx"),
            ("abc", "abxc", "cab", "cabx"),
            ("abc", "xabc", "yabc", "xyabc"),
            ("abc", "abcx", "bc", "bcx"),
            ("abc", "ab", "bc", "b"),
            ("", "x", "y", "xy"),
        ] {
            assert_eq!(merged(before, now, mine), (expected.to_owned(), false), "{before} {now} {mine}");
        }
    }

    #[test]
    fn two_orders_that_do_not_agree_are_disputed() {
        assert!(merged("abc", "bac", "acb").1);
        assert!(!merged("abc", "bac", "bac").1);
        assert!(!merged("abc", "bac", "abc").1);
    }
}

//! What the parts of an approval come to: its people, those whom they added, groups, shares. Certain means certain:
//! whatever the others still do, it cannot come otherwise.

use super::{Added, Part, PartState, Visit};
use crate::{
    Name,
    definition::{Grouping, Mode, SignerPlace},
};

/// How people stand to an approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// It is not certain yet.
    Open,
    /// Approved, or for an outcome of the node's own.
    For(Option<Name>),
    /// Rejected.
    Against,
    /// They do not count.
    Out,
}

impl Visit {
    /// What the approval comes to, once that is certain.
    pub(super) fn verdict(&self) -> Option<Stand> {
        let beside = self.added.iter().enumerate().filter(|(_, added)| added.place == SignerPlace::Beside);
        let beside: Vec<Stand> = beside.map(|(index, added)| self.group(Some(index), added.mode)).collect();
        let own = self.group(None, self.mode);
        if own == Stand::Against || beside.contains(&Stand::Against) {
            return Some(Stand::Against);
        }
        if beside.contains(&Stand::Open) {
            return None;
        }
        matches!(own, Stand::For(_)).then_some(own)
    }

    /// How the people of a group stand.
    pub(super) fn group(&self, group: Option<usize>, mode: Mode) -> Stand {
        let members: Vec<(&Part, Stand)> = self
            .parts
            .iter()
            .enumerate()
            .filter(|(_, part)| part.group == group)
            .map(|(index, part)| (part, self.part(index)))
            .filter(|(_, stand)| *stand != Stand::Out)
            .collect();
        // Whoever was added and taken away again leaves no trace.
        if members.is_empty() && group.is_some() {
            return Stand::For(None);
        }
        let stands: Vec<&Stand> = members.iter().map(|(_, stand)| stand).collect();
        match mode {
            Mode::Any => first(&stands),
            Mode::All | Mode::Sequence => enough(&stands, stands.len()),
            Mode::AtLeast(count) => {
                enough(&stands, usize::try_from(count).unwrap_or(usize::MAX).min(stands.len()).max(1))
            }
            Mode::Ratio(ratio) => enough(&stands, ratio.of(stands.len())),
            Mode::OneOfEach(_) => {
                let mut names: Vec<Option<&String>> = members.iter().map(|(part, _)| part.of.as_ref()).collect();
                names.sort_unstable();
                names.dedup();
                let each = names.into_iter().map(|name| {
                    let of_it = members.iter().filter(|(part, _)| part.of.as_ref() == name);
                    first(&of_it.map(|(_, stand)| stand).collect::<Vec<_>>())
                });
                let each: Vec<Stand> = each.collect();
                enough(&each.iter().collect::<Vec<_>>(), each.len())
            }
        }
    }

    /// How a part stands, with the people whom its person added.
    pub(super) fn part(&self, index: usize) -> Stand {
        let Some(part) = self.parts.get(index) else { return Stand::Out };
        let own = match &part.state {
            PartState::Pending | PartState::Open(_) => Stand::Open,
            PartState::Approved | PartState::Skipped(_) => Stand::For(None),
            PartState::Chose(outcome) => Stand::For(Some(outcome.clone())),
            PartState::Rejected => Stand::Against,
            PartState::Dropped | PartState::Closed => return Stand::Out,
        };
        let of_theirs = |place: SignerPlace| {
            let added = self.added.iter().enumerate().filter(move |(_, a)| a.by == index && a.place == place);
            added.map(|(number, added)| self.group(Some(number), added.mode)).collect::<Vec<_>>()
        };
        if own == Stand::Open {
            return if of_theirs(SignerPlace::Before).contains(&Stand::Against) { Stand::Against } else { own };
        }
        if matches!(own, Stand::For(_)) {
            let after = of_theirs(SignerPlace::After);
            if after.contains(&Stand::Against) {
                return Stand::Against;
            }
            if after.contains(&Stand::Open) {
                return Stand::Open;
            }
        }
        own
    }

    /// The parts that are due: pending, of a group that has begun, and in a sequence the next.
    pub(super) fn due(&self) -> Vec<usize> {
        let pending = self.parts.iter().enumerate().filter(|(_, part)| part.state == PartState::Pending);
        pending.map(|(index, _)| index).filter(|index| self.is_due(*index)).collect()
    }

    fn is_due(&self, index: usize) -> bool {
        let Some(part) = self.parts.get(index) else { return false };
        let waits = |(number, added): (usize, &Added)| {
            added.by == index
                && added.place == SignerPlace::Before
                && self.group(Some(number), added.mode) == Stand::Open
        };
        if self.added.iter().enumerate().any(waits) {
            return false;
        }
        let (mode, begun) = match part.group.and_then(|number| self.added.get(number)) {
            None => (self.mode, true),
            Some(added) => (added.mode, added.place != SignerPlace::After || self.said_yes(added.by)),
        };
        let before = || self.parts.iter().enumerate().take(index).filter(|(_, p)| p.group == part.group);
        begun && (mode != Mode::Sequence || before().all(|(earlier, _)| self.part(earlier) != Stand::Open))
    }

    fn said_yes(&self, index: usize) -> bool {
        let yes = |part: &Part| matches!(part.state, PartState::Approved | PartState::Chose(_) | PartState::Skipped(_));
        self.parts.get(index).is_some_and(yes)
    }

    /// Undecided parts whose decision does not count any more, though the approval as a whole is not settled.
    pub(super) fn needless(&self) -> Vec<usize> {
        let own = self.group(None, self.mode);
        let undecided = |part: &Part| matches!(part.state, PartState::Pending | PartState::Open(_));
        let settled = |index: usize, part: &Part| match part
            .group
            .and_then(|number| Some((number, self.added.get(number)?)))
        {
            Some((number, added)) => self.group(Some(number), added.mode) != Stand::Open,
            None if own != Stand::Open => true,
            None => match self.mode {
                Mode::OneOfEach(_) => self.parts.iter().enumerate().any(|(other, p)| {
                    other != index && p.group.is_none() && p.of == part.of && matches!(self.part(other), Stand::For(_))
                }),
                Mode::Any | Mode::All | Mode::Sequence | Mode::AtLeast(_) | Mode::Ratio(_) => false,
            },
        };
        self.parts
            .iter()
            .enumerate()
            .filter(|(index, part)| undecided(part) && settled(*index, part))
            .map(|(index, _)| index)
            .collect()
    }
}

/// The first decision counts.
fn first(stands: &[&Stand]) -> Stand {
    if stands.contains(&&Stand::Against) {
        return Stand::Against;
    }
    stands.iter().find(|stand| matches!(stand, Stand::For(_))).map_or(Stand::Open, |stand| (*stand).clone())
}

/// So many must be for the same.
fn enough(stands: &[&Stand], needed: usize) -> Stand {
    let open = stands.iter().filter(|stand| ***stand == Stand::Open).count();
    let mut most = 0;
    for stand in stands {
        let Stand::For(outcome) = stand else { continue };
        let same = stands.iter().filter(|other| **other == *stand).count();
        if same >= needed {
            return Stand::For(outcome.clone());
        }
        most = most.max(same);
    }
    if most + open < needed { Stand::Against } else { Stand::Open }
}

/// What a part stands for where one of each group decides.
pub(super) fn group_of(
    mode: Mode,
    source: usize,
    line: Option<uuid::Uuid>,
    department: Option<uuid::Uuid>,
) -> Option<String> {
    let Mode::OneOfEach(grouping) = mode else { return None };
    match grouping {
        Grouping::Source => Some(source.to_string()),
        Grouping::Department => department.map(|id| id.to_string()),
        Grouping::Line => line.map(|id| id.to_string()),
    }
}

//! What a decision is given beside its command: the time, the reader, the firm's people, fresh ids, the settings.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use indexmap::IndexMap;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::{Name, Value, sealed::Vault};

/// What a decision is given.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// The time.
    pub now: DateTime<Utc>,
    /// The firm's zone; `today` is its day.
    pub zone: Tz,
    /// Who acts; none for the engine itself, which may everything.
    pub user: Option<Uuid>,
    /// The firm's people and departments.
    pub org: &'a Org,
    /// The values of settings: the firm's own, or the packs' defaults.
    pub settings: &'a IndexMap<Name, Value>,
    /// Fresh ids.
    pub ids: Ids,
    /// Seals sensitive values; none where none are written.
    pub vault: Option<&'a dyn Vault>,
}

impl Context<'_> {
    /// Today in the firm's zone.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.now.with_timezone(&self.zone).date_naive()
    }
}

/// A source of UUIDv7 ids that is a pure function of its seed.
#[derive(Clone, Debug)]
pub struct Ids {
    millis: u64,
    seed: u128,
    next: u64,
}

impl Ids {
    /// Ids of this moment; `seed` is random, from the shell.
    #[must_use]
    pub fn new(now: DateTime<Utc>, seed: u128) -> Self {
        Self { millis: u64::try_from(now.timestamp_millis()).unwrap_or(0), seed, next: 0 }
    }

    /// A fresh id; later ones sort after earlier ones.
    #[expect(clippy::should_implement_trait, reason = "an endless source is no iterator")]
    pub fn next(&mut self) -> Uuid {
        // 12 bits of counter keep the order within a millisecond, 62 bits of seed and counter keep ids apart.
        let count = self.next;
        self.next += 1;
        let mixed = (self.seed ^ (u128::from(count) << 64)).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
        let mut bytes = [0u8; 16];
        bytes[..6].copy_from_slice(&(self.millis + (count >> 12)).to_be_bytes()[2..]);
        bytes[6..8].copy_from_slice(&(0x7000 | u16::try_from(count & 0xFFF).unwrap_or(0)).to_be_bytes());
        bytes[8..].copy_from_slice(&mixed.to_be_bytes()[..8]);
        bytes[8] = (bytes[8] & 0x3F) | 0x80;
        Uuid::from_bytes(bytes)
    }
}

/// The firm's people and departments: a snapshot of the entities `user` and `department`.
#[derive(Clone, Debug, Default)]
pub struct Org {
    /// People, those who left too.
    pub people: HashMap<Uuid, Person>,
    /// Departments.
    pub departments: HashMap<Uuid, Department>,
    /// Positions.
    pub positions: HashMap<Uuid, Position>,
    /// Who stands in for whom, and when.
    pub deputies: Vec<Deputy>,
}

/// A person.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The mail address, with which they sign in.
    pub email: String,
    /// The department.
    pub department: Option<Uuid>,
    /// The manager.
    pub manager: Option<Uuid>,
    /// The position.
    pub position: Option<Uuid>,
    /// Roles.
    pub roles: Vec<Name>,
    /// Whether they can act; leavers cannot.
    pub active: bool,
    /// The language, `en` or `zh_hans`.
    pub language: Option<Name>,
}

/// A department.
#[derive(Clone, Debug, Default)]
pub struct Department {
    /// The name.
    pub name: String,
    /// The department above.
    pub parent: Option<Uuid>,
    /// Its head.
    pub head: Option<Uuid>,
}

/// A position.
#[derive(Clone, Debug, Default)]
pub struct Position {
    /// The name.
    pub name: String,
    /// Up to which amount it decides alone, in the base currency.
    pub approval_limit: Option<Decimal>,
}

/// Somebody's stand-in for some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deputy {
    /// Who is away.
    pub person: Uuid,
    /// Who decides instead.
    pub deputy: Uuid,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub to: DateTime<Utc>,
    /// In which workflows; in all if empty.
    pub workflows: Vec<Name>,
}

impl Org {
    /// Who stands in for somebody in a workflow at a time; the one named last where several do.
    #[must_use]
    pub fn deputy_of(&self, person: Uuid, workflow: &str, now: DateTime<Utc>) -> Option<Uuid> {
        let fits = |d: &&Deputy| {
            d.person == person
                && d.from <= now
                && now < d.to
                && (d.workflows.is_empty() || d.workflows.iter().any(|name| name == workflow))
        };
        self.deputies.iter().rev().find(fits).map(|d| d.deputy)
    }

    /// The department and all below it; bounded even if a careless import made a ring.
    #[must_use]
    pub fn subtree(&self, root: Uuid) -> Vec<Uuid> {
        let mut found = vec![root];
        let mut next = 0;
        while let Some(at) = found.get(next).copied() {
            next += 1;
            let mut children: Vec<Uuid> =
                self.departments.iter().filter(|(_, d)| d.parent == Some(at)).map(|(id, _)| *id).collect();
            children.sort_unstable();
            for child in children {
                if !found.contains(&child) {
                    found.push(child);
                }
            }
        }
        found
    }

    /// Active people with a role, by name and id.
    #[must_use]
    pub fn with_role(&self, role: &str) -> Vec<Uuid> {
        let mut found: Vec<(&str, Uuid)> = self
            .people
            .iter()
            .filter(|(_, p)| p.active && p.roles.iter().any(|r| r == role))
            .map(|(id, p)| (p.name.as_str(), *id))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, id)| id).collect()
    }
}

//! Which ways an instance has taken, from its events: the edges, what brought it to each node, and where it leapt.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use kernel::{
    Name, Value,
    workflow::{At, Begin, Edge, Event, Fired, Named, What, Workflow},
};

/// The ways taken so far.
#[derive(Debug, Default)]
pub(super) struct Trail {
    /// Edges, in the order in which they were taken.
    pub(super) taken: Vec<Taken>,
    /// Where it went on without an edge: sent back, or moved by an administrator.
    pub(super) leaps: Vec<Leap>,
    /// The round it is in.
    pub(super) round: u32,
    /// What brought it to each node the last time, since people last decided on that way.
    ways: HashMap<Name, Vec<Step>>,
    /// With what each round began.
    begins: Vec<Begin>,
    /// Variables that messages and calls set on the way, in that order.
    sets: Vec<Set>,
    /// Where each token stands, and what brought it there.
    tokens: HashMap<u32, (Name, Vec<Step>)>,
    /// Which way each token is about to take.
    slots: HashMap<u32, String>,
}

/// A variable that was set on the way.
#[derive(Clone, Debug)]
struct Set {
    name: Name,
    value: Value,
    at: DateTime<Utc>,
    round: u32,
}

/// An edge that was taken.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) from: Name,
    pub(super) slot: String,
    pub(super) to: Name,
    pub(super) at: DateTime<Utc>,
    pub(super) round: u32,
}

/// A way that is none of the definition.
#[derive(Clone, Debug)]
pub(super) struct Leap {
    pub(super) from: Name,
    pub(super) to: Name,
    /// `sent_back`, `jumped` or `returned`.
    pub(super) how: &'static str,
    pub(super) at: DateTime<Utc>,
    pub(super) by: Option<Named>,
    pub(super) reason: Option<String>,
    pub(super) round: u32,
}

/// What brought it on its way.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// It was submitted.
    Started { at: DateTime<Utc>, by: Option<Named> },
    /// A switch chose a case; the default if none.
    Chose { at: DateTime<Utc>, node: Name, case: Option<Name>, fired: Vec<Fired>, round: u32 },
    /// A fork took this branch.
    Branched { at: DateTime<Utc>, node: Name, branch: Name, round: u32 },
    /// People decided before.
    Decided { at: DateTime<Utc>, node: Name, approved: bool, outcome: Option<Name>, automatic: bool },
    /// Somebody moved it there.
    Leapt(Leap),
}

impl Trail {
    /// Follows the events of an instance.
    pub(super) fn follow(workflow: Option<&Workflow>, events: &[Event]) -> Self {
        let edges = workflow.map(|found| found.edges.as_slice()).unwrap_or_default();
        let mut trail = Self { round: 1, ..Self::default() };
        for event in events {
            trail.take(edges, event);
        }
        trail
    }

    /// What brought it to a node; none if it never came there.
    pub(super) fn way_to(&self, node: &str) -> Option<&[Step]> {
        self.ways.get(node).map(Vec::as_slice)
    }

    /// With what a round began.
    pub(super) fn begin(&self, round: u32) -> Option<&Begin> {
        self.begins.get(usize::try_from(round).ok()?.checked_sub(1)?)
    }

    /// The value that a variable was given on the way, in a round until a moment.
    pub(super) fn set(&self, name: &Name, until: DateTime<Utc>, round: u32) -> Option<&Value> {
        let fits = |set: &&Set| set.name == *name && set.round == round && set.at <= until;
        self.sets.iter().rev().find(fits).map(|set| &set.value)
    }

    fn begun(&mut self, event: &Event, begin: &Begin) {
        self.tokens.clear();
        self.slots.clear();
        self.begins.push(begin.clone());
        let step = Step::Started { at: event.at, by: event.by.clone() };
        self.stand(begin.token, &begin.node, vec![step]);
    }

    fn stand(&mut self, token: u32, node: &Name, way: Vec<Step>) {
        self.ways.insert(node.clone(), way.clone());
        self.tokens.insert(token, (node.clone(), way));
    }

    /// A token goes along an edge.
    fn go(&mut self, edges: &[Edge], event: &Event, token: u32, to: &Name, slot: Option<&String>) {
        let Some((from, way)) = self.tokens.get(&token).cloned() else { return };
        self.edge(edges, event, from, to, slot);
        self.stand(token, to, way);
    }

    fn edge(&mut self, edges: &[Edge], event: &Event, from: Name, to: &Name, slot: Option<&String>) {
        let between = |edge: &&Edge| edge.from == from && edge.to == *to;
        let named = edges.iter().filter(between).find(|edge| Some(&edge.slot) == slot);
        if let Some(edge) = named.or_else(|| edges.iter().find(between)) {
            let slot = edge.slot.clone();
            self.taken.push(Taken { from, slot, to: to.clone(), at: event.at, round: self.round });
        }
    }

    fn push(&mut self, token: u32, step: Step) {
        if let Some((node, way)) = self.tokens.get_mut(&token) {
            way.push(step);
            self.ways.insert(node.clone(), way.clone());
        }
    }

    fn leap(&mut self, event: &Event, from: &At, to: &At, how: &'static str, reason: Option<&String>) {
        let leap = Leap {
            from: from.node.clone(),
            to: to.node.clone(),
            how,
            at: event.at,
            by: event.by.clone(),
            reason: reason.cloned(),
            round: self.round,
        };
        self.leaps.push(leap.clone());
        self.stand(to.token, &to.node, vec![Step::Leapt(leap)]);
    }

    fn take(&mut self, edges: &[Edge], event: &Event) {
        match &event.what {
            What::Started(started) => self.begun(event, &started.begin),
            What::Resubmitted(again) => {
                self.round += 1;
                self.begun(event, &again.begin);
            }
            What::Chose { at, case, fired, .. } => {
                let slot = case.as_ref().map_or_else(|| "default".to_owned(), |case| format!("cases.{case}"));
                self.slots.insert(at.token, slot);
                let (node, case, fired) = (at.node.clone(), case.clone(), fired.clone());
                self.push(at.token, Step::Chose { at: event.at, node, case, fired, round: self.round });
            }
            What::NodeDecided { at, approved, outcome, automatic } => {
                let slot = match outcome {
                    Some(outcome) => format!("outcomes.{outcome}"),
                    None if *approved => "next".to_owned(),
                    None => "rejected".to_owned(),
                };
                self.slots.insert(at.token, slot);
                let step = Step::Decided {
                    at: event.at,
                    node: at.node.clone(),
                    approved: *approved,
                    outcome: outcome.clone(),
                    automatic: *automatic,
                };
                // Its own way stays; what follows begins with the decision.
                self.tokens.insert(at.token, (at.node.clone(), vec![step]));
            }
            What::Entered(at) => {
                let slot = self.slots.remove(&at.token);
                self.go(edges, event, at.token, &at.node, slot.as_ref());
            }
            What::Forked { at, branches, .. } | What::Split { at, branches } => {
                let Some((from, way)) = self.tokens.remove(&at.token) else { return };
                for branch in branches {
                    let slot = Some(format!("branches.{}", branch.branch));
                    self.edge(edges, event, from.clone(), &branch.to.node, slot.as_ref());
                    let mut way = way.clone();
                    let (node, name) = (at.node.clone(), branch.branch.clone());
                    way.push(Step::Branched { at: event.at, node, branch: name, round: self.round });
                    self.stand(branch.to.token, &branch.to.node, way);
                }
            }
            // What is called has variables of its own.
            What::WaitEnded { at, set, .. } | What::ChildEnded { at, set, .. } if !at.node.contains('.') => {
                let (at, round) = (event.at, self.round);
                let one = |(name, value): (&Name, &Value)| Set { name: name.clone(), value: value.clone(), at, round };
                self.sets.extend(set.iter().map(one));
            }
            What::ChildStarted { at, to, .. } => {
                let way = self.tokens.get(&at.token).map(|(_, way)| way.clone()).unwrap_or_default();
                self.edge(edges, event, at.node.clone(), &to.node, None);
                self.stand(to.token, &to.node, way);
            }
            What::Restarted { again, .. } => {
                self.round += 1;
                self.begun(event, &again.begin);
            }
            What::Migrated(migrated) => {
                for (node, _) in self.tokens.values_mut() {
                    if let Some(Some(to)) = migrated.nodes.get(&*node) {
                        *node = to.clone();
                    }
                }
            }
            What::Merged { to, node, tokens } | What::Joined { to, node, tokens, .. } => {
                let mut way = Vec::new();
                for token in tokens {
                    way.extend(self.tokens.remove(token).map(|(_, way)| way).unwrap_or_default());
                }
                // The branches that came together are one story again: what was decided in them.
                way.retain(|step| matches!(step, Step::Decided { .. }));
                self.edge(edges, event, node.clone(), &to.node, None);
                self.stand(to.token, &to.node, way);
            }
            What::SentBack { at, to, reason, .. } => self.leap(event, at, to, "sent_back", reason.as_ref()),
            What::Jumped { at, to, reason, .. } => self.leap(event, at, to, "jumped", Some(reason)),
            _ => {}
        }
    }
}

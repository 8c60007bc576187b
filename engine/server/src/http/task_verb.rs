//! What a request says somebody wants to do with a task.
//!
//! `POST /api/tasks/{id}/{verb}` takes, beside what the verb needs, always `version` (of the record that was seen),
//! `reason`, `attachments` (ids of own files) and `signature` (the id of an own picture):
//!
//! | verb | needs | what it does |
//! | --- | --- | --- |
//! | `approve` | `fields`, `picks: {node: [user]}` | approves; at a form task, completes it |
//! | `reject` | `fields` | rejects |
//! | `outcome` | `outcome`, `fields`, `picks` | decides for an outcome of the node's own |
//! | `return` | `to` (a node; the initiator if left out), `then` (`again`, `straight_back`), `change` (fields) | gives it back |
//! | `transfer` | `to` (a user) | hands it over |
//! | `delegate` | `to` (a user) | has somebody work on it and gets it back with their advice |
//! | `add_signer` | `people`, `place` (`before`, `after`, `beside`), `mode` | has further people decide |
//! | `remove_signer` | `person` | takes somebody away who has not decided |
//! | `claim`, `release` | | takes it out of its pool, puts it back |
//! | `take_back` | | takes back the decision of this closed task, or what was delegated |
//! | `cc` | `people` | sends a copy, with `reason` |
//! | `consult` | `to` (a user) | asks for an opinion, with `reason` |
//! | `answer` | | gives it, in `reason` |
//! | `comment` | | comments, in `reason` |
//! | `reassign` | `to` (a user) | administrators: gives it to somebody, with `reason` |
//! | `force_approve`, `force_reject` | | administrators: decides it for whoever has it, with `reason` |
//! | `jump` | `to` (a node) | administrators: goes on from there instead, with `reason` |
//!
//! The answer is `{"instance": …}` as `GET /api/instances/{id}` gives it.

use kernel::{
    Name,
    command::{Act, Sent},
    definition::{Keyed, Mode, ReturnThen, SignerPlace},
    workflow::{Operation, Return, Verb},
};
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::{Error, body};

/// Files that can come with a decision.
const MOST_FILES: usize = 20;

/// The body.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// The version of the record that the decision is about.
    pub(super) version: Option<i64>,
    reason: Option<String>,
    to: Option<String>,
    then: Option<ReturnThen>,
    #[serde(default)]
    change: Vec<Name>,
    #[serde(default)]
    people: Vec<Uuid>,
    person: Option<Uuid>,
    place: Option<SignerPlace>,
    mode: Option<Mode>,
    outcome: Option<Name>,
    #[serde(default)]
    fields: Map<String, Json>,
    #[serde(default)]
    attachments: Vec<Uuid>,
    signature: Option<Uuid>,
    #[serde(default)]
    picks: Keyed<Vec<Uuid>>,
}

impl Asked {
    /// What is to be done with a task.
    pub(super) fn read(self, task: Uuid, verb: &str) -> Result<Act, Error> {
        let operation = match verb {
            "reassign" => Some(Operation::Reassign { task, to: self.whom("whom it goes to")? }),
            "force_approve" => Some(Operation::Force { task, approve: true }),
            "force_reject" => Some(Operation::Force { task, approve: false }),
            "jump" => {
                let to = self.to.as_deref().ok_or_else(|| missing("to", "to which node"))?;
                Some(Operation::Jump { task, to: Name::new(to) })
            }
            _ => None,
        };
        if let Some(operation) = operation {
            return Ok(Act::Operate { operation, reason: body::reason(self.reason)? });
        }
        let verb = self.verb(verb)?;
        if self.attachments.len() > MOST_FILES {
            let told = format!("expected at most {MOST_FILES} files");
            return Err(Error::invalid("attachments", "count", told));
        }
        let reason = body::reason(self.reason)?;
        let Self { fields, attachments, signature, picks, .. } = self;
        let sent = Box::new(Sent { reason, fields, attachments, signature, picks, channel: None });
        Ok(Act::Decide { task, verb, sent })
    }

    fn verb(&self, verb: &str) -> Result<Verb, Error> {
        Ok(match verb {
            "approve" | "complete" => Verb::Approve,
            "reject" => Verb::Reject,
            "outcome" => {
                let name = self.outcome.clone().ok_or_else(|| missing("outcome", "which outcome it is"))?;
                Verb::Outcome { name }
            }
            "return" => Verb::Return(Return {
                to: self.to.as_deref().map(Name::new),
                then: self.then,
                fields: self.change.clone(),
            }),
            "transfer" => Verb::Transfer { to: self.whom("whom it goes to")? },
            "delegate" => Verb::Delegate { to: self.whom("who works on it")? },
            "consult" => Verb::Consult { to: self.whom("who is asked")? },
            "add_signer" => Verb::AddSigner {
                people: self.people.clone(),
                place: self.place.ok_or_else(|| missing("place", "`before`, `after` or `beside`"))?,
                mode: self.mode.unwrap_or_default(),
            },
            "remove_signer" => {
                Verb::RemoveSigner { person: self.person.ok_or_else(|| missing("person", "who is taken away"))? }
            }
            "claim" => Verb::Claim,
            "release" => Verb::Release,
            "take_back" => Verb::TakeBack,
            "cc" => Verb::Copy { people: self.people.clone() },
            "answer" => Verb::Answer,
            "comment" => Verb::Comment,
            _ => return Err(Error::NoSuchPath),
        })
    }

    fn whom(&self, what: &str) -> Result<Uuid, Error> {
        let text = self.to.as_deref().ok_or_else(|| missing("to", what))?;
        Uuid::parse_str(text).map_err(|_| Error::invalid("to", "form", "expected a person's id"))
    }
}

fn missing(path: &str, what: &str) -> Error {
    Error::invalid(path, "required", format!("expected {what}"))
}

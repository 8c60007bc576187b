//! Workflows: who decides what in which order, as a pure `decide` and `evolve`.
//!
//! [`decide`] takes an instance and a command to events and effects, or asks for records, or refuses. [`evolve`] is the
//! only writer of an [`Instance`]; `decide` itself runs by applying its own events to a working copy. [`preview`] is the
//! same code with everybody approving. Nothing here knows the time, the database or any other record than it is given.
//!
//! An instance stands where its tokens stand. A fork takes the token away and opens a scope with a token for each
//! branch; its join waits for all tokens of that scope, closes it and goes on with one in the scope around it. An end
//! ends the whole instance, in a branch as well: what the other branches still have open is closed.
//!
//! Where branches cross each other, a fork without a join leaves its tokens in the scope around, and a merge waits until
//! nothing can come to it any more. A call leaves its token waiting and opens a scope for each of its list, with
//! variables of its own; an end within it ends that scope alone.
//!
//! A return to the initiator (退回) takes every token and scope away and leaves the instance in the status `returned`;
//! the record goes where the outcome `returned` says. Submitting again begins a new round of the same instance, from the
//! start node and with variables, settings and definitions as they are then; or it goes straight back to where it was
//! given back, if that was chosen and nothing that decides about the way has changed. A return to a node that was passed
//! takes away what came of that node on the token's own way, and leaves other branches alone.

mod agenda;
mod approvers;
mod back;
mod call;
mod calling;
mod compile;
mod decide;
mod due;
mod effects;
mod event;
mod evolve;
mod graph;
mod instance;
mod lost;
mod merge;
mod message;
mod migrate;
mod node;
mod operate;
mod people;
mod preview;
mod run;
mod signers;
mod sources;
mod step;
mod stored;
mod time;
mod timer;
mod verb;
mod visit;
mod wait;

pub use agenda::{LOOK_EVERY, LOOK_JOB, MESSAGE_JOB, TIMER_JOB, message_job};
pub use back::{Return, return_targets};
pub(crate) use call::outcomes;
pub use call::{Call, DoneWhen, Over};
pub use compile::ENGINE_OUTCOMES;
pub(crate) use compile::sources;
pub use decide::{Command, Decision, RecordEffect, Said, Verb, comes_back, decide};
pub use due::*;
pub use effects::DECISION_FILES;
pub use event::*;
pub use evolve::evolve;
pub use instance::*;
pub use lost::Lost;
pub(crate) use message::MessageConflict;
pub use message::{MessageInput, MessageInputs, read_message};
pub use migrate::{Hindrance, Move, MovedTask, migration};
pub use node::*;
pub use operate::Operation;
pub use people::pools_of;
pub use preview::{InBranch, Pick, Preview, PreviewDue, PreviewNode, PreviewPerson, PreviewWait, Why, preview};
pub use run::Env;
pub(crate) use sources::Search;

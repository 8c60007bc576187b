//! What people may do at a node of a workflow, and what each verb asks for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Keyed, is_default};
use crate::Name;

/// What approvers may do. A verb that is there is allowed; `reject`, `comment` and `urge` are allowed unless they are
/// `false`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Verbs {
    /// Approve (同意); at a form task, complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approve: Option<VerbOptions>,
    /// Reject (拒绝): what follows is up to the node's mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reject: Option<VerbSwitch>,
    /// Give back (退回), to the initiator or to a node that was passed. One person's act, whatever the mode.
    #[serde(rename = "return", skip_serializing_if = "Option::is_none")]
    pub give_back: Option<ReturnOptions>,
    /// Hand over to somebody else (转交): they decide instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer: Option<VerbOptions>,
    /// Let somebody else work on it and get it back with their advice (委派).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delegate: Option<VerbOptions>,
    /// Ask further people to decide before, after or beside oneself (加签).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub add_signer: Option<SignerOptions>,
    /// Take people away who have not decided yet (减签). Whom one has added oneself, one can always take away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remove_signer: Option<VerbOptions>,
    /// Take back one's own decision until the next one has acted (拿回).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub take_back: Option<VerbOptions>,
    /// Send a copy to people (抄送).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cc: Option<VerbOptions>,
    /// Ask somebody for their opinion; the decision stays with oneself (征询).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consult: Option<VerbOptions>,
    /// Write a comment without deciding (评论).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<VerbSwitch>,
    /// Whether the initiator may urge whoever has it (催办).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urge: Option<VerbSwitch>,
}

/// A verb that is on unless switched off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum VerbSwitch {
    /// `false` takes it away.
    On(bool),
    /// With options.
    Options(VerbOptions),
}

/// What a verb asks for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VerbOptions {
    /// Whether a reason must be given.
    #[serde(skip_serializing_if = "is_default")]
    pub reason: Reason,
    /// Whether a file must be attached.
    #[serde(skip_serializing_if = "is_default")]
    pub attachment: Reason,
    /// Whether it must be signed by hand.
    #[serde(skip_serializing_if = "is_default")]
    pub signature: Reason,
}

/// Whether a reason, a file or a signature must be given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// May be given.
    #[default]
    Optional,
    /// Must be given.
    Required,
}

/// What giving back asks for, where to, and how it then goes on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReturnOptions {
    /// Whether a reason must be given.
    #[serde(skip_serializing_if = "is_default")]
    pub reason: Reason,
    /// Whether a file must be attached.
    #[serde(skip_serializing_if = "is_default")]
    pub attachment: Reason,
    /// Whether it must be signed by hand.
    #[serde(skip_serializing_if = "is_default")]
    pub signature: Reason,
    /// Where to.
    #[serde(skip_serializing_if = "is_default")]
    pub to: ReturnTo,
    /// How it then goes on. Where fields that decide about the way have changed meanwhile, everything is run again
    /// in any case.
    #[serde(skip_serializing_if = "is_default")]
    pub then: ReturnThen,
}

/// Where a return leads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReturnTo {
    /// To the initiator.
    #[default]
    Initiator,
    /// To the initiator or any node that was passed, as the returner chooses.
    Passed,
    /// To the initiator or one of these nodes, if it was passed.
    Nodes(Vec<Name>),
}

/// How it goes on after a return.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReturnThen {
    /// Everything from there on is run again.
    #[default]
    Again,
    /// It comes straight back to whoever returned it.
    StraightBack,
    /// The returner chooses.
    Choose,
}

/// What adding people asks for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SignerOptions {
    /// Whether a reason must be given.
    #[serde(skip_serializing_if = "is_default")]
    pub reason: Reason,
    /// Whether a file must be attached.
    #[serde(skip_serializing_if = "is_default")]
    pub attachment: Reason,
    /// Whether it must be signed by hand.
    #[serde(skip_serializing_if = "is_default")]
    pub signature: Reason,
    /// Where they may be put; anywhere if left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<SignerPlace>,
}

/// Where people who are added decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignerPlace {
    /// Before the one who adds them, who then gets it back (前加签).
    Before,
    /// After the one who adds them has approved (后加签).
    After,
    /// At the same time as everybody here; both must approve (并加签).
    Beside,
}

/// An outcome of an approval of its own, beside approving and rejecting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomeDefinition {
    /// What the button says; made from the name if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The fields of its form.
    #[serde(default, skip_serializing_if = "is_default")]
    pub form: OutcomeForm,
    /// What it asks for.
    #[serde(default, skip_serializing_if = "is_default")]
    pub asks: VerbOptions,
    /// The next node.
    pub next: Name,
}

/// The fields that somebody fills in with an outcome.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OutcomeForm {
    /// Fields that can be written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub write: Vec<Name>,
    /// Those that must then have a value; they can be written too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<Name>,
}

/// Named outcomes of an approval.
pub type Outcomes = Keyed<OutcomeDefinition>;

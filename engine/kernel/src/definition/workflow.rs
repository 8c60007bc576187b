//! `workflow`: who decides what in which order.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    ApproverSource, CallNode, Condition, DueDefinition, Expression, FieldKind, Keyed, Mode, Outcomes, Period, RaceNode,
    Step, Verbs, WaitNode, is_default,
};
use crate::Name;

/// A workflow: nodes keyed by name, edges by `next`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkflowDefinition {
    /// The key.
    pub name: Name,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The entity whose records it serves.
    pub entity: Name,
    /// Which records it serves; all if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Of several that fit, the one with the highest serves.
    #[serde(default, skip_serializing_if = "is_default")]
    pub priority: i32,
    /// Variables, set at the start.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub variables: Keyed<VariableDefinition>,
    /// Until when its initiator may take it back.
    #[serde(default, skip_serializing_if = "is_default")]
    pub withdraw: WithdrawWindow,
    /// How often it may be given back; as often as needed if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_returns: Option<u32>,
    /// Roles that look after it: they see how long it takes and where it waits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<Name>,
    /// How much time must pass before its initiator can urge again; 30 minutes if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urge_every: Option<Period>,
    /// Whether several of its tasks can be decided at once.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub batch: bool,
    /// Whether only other workflows start it, by nodes of type `call`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub only_called: bool,
    /// Whether its letters carry a link by which approvers decide without signing in. Nodes can say otherwise.
    #[serde(default, skip_serializing_if = "is_default")]
    pub decide_by_mail: bool,
    /// The nodes.
    pub nodes: Keyed<NodeDefinition>,
}

pub(super) fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
pub(super) fn is_yes(value: &bool) -> bool {
    *value
}

/// Until when the initiator may withdraw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WithdrawWindow {
    /// As long as it runs.
    #[default]
    Running,
    /// Until the first decision.
    Undecided,
    /// Never.
    Never,
    /// As long as it runs, and for this long after it was approved: `{"after_end": "7 days"}`. The record then goes where
    /// the outcome `withdrawn` leads, if it has not moved on meanwhile.
    AfterEnd(Period),
}

/// A variable of a workflow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VariableDefinition {
    /// What it is called where people read why something went the way it did; made from the name if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its type.
    #[serde(rename = "type")]
    pub variable_type: FieldKind,
    /// Its value at the start.
    pub value: Expression,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum NodeDefinition {
    /// Where an instance begins.
    Start(StartNode),
    /// People decide.
    Approval(Box<ApprovalNode>),
    /// People fill in fields (办理).
    Form(Box<FormNode>),
    /// The first case whose condition holds.
    Switch(SwitchNode),
    /// All branches at once, or every branch whose condition holds.
    Fork(ForkNode),
    /// Waits for the branches of its fork.
    Join(JoinNode),
    /// Waits for whatever can still come to it.
    Merge(MergeNode),
    /// Calls another workflow.
    Call(Box<CallNode>),
    /// Tells people.
    Notify(NotifyNode),
    /// The engine acts.
    Action(ActionNode),
    /// Waits for a time, a date, a message or a condition.
    Wait(WaitNode),
    /// The first of several waits or decisions wins.
    Race(RaceNode),
    /// The instance ends with an outcome.
    End(EndNode),
}

/// Where an instance begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StartNode {
    /// The next node.
    pub next: Name,
}

/// People decide.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalNode {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Who decides: the union of these.
    pub approvers: Vec<ApproverSource>,
    /// People who may not, though they are found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<Exception>,
    /// What happens when nobody is found.
    pub nobody: NobodyPolicy,
    /// What happens when an approver is the initiator.
    #[serde(default, skip_serializing_if = "is_default")]
    pub same_as_initiator: SameAsInitiator,
    /// What happens when somebody has already approved in this round; `skip` only holds where the node writes no fields.
    #[serde(default, skip_serializing_if = "is_default")]
    pub repeated: Repeated,
    /// How several decide.
    #[serde(default, skip_serializing_if = "is_default")]
    pub mode: Mode,
    /// Whether a role or position gets one task for all of its members, which one of them claims (签收). Whoever comes
    /// into the role sees it, whoever leaves it sees it no more.
    #[serde(default, skip_serializing_if = "is_default")]
    pub pool: bool,
    /// What approvers may do beside approving. Reject is allowed unless taken away.
    #[serde(default, skip_serializing_if = "is_default")]
    pub verbs: Verbs,
    /// Until when it is due, and what happens then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<DueDefinition>,
    /// Whether it can be decided by a link in a letter, without signing in; as the workflow says if left out. Verbs that
    /// ask for a file or a signature are not offered there, nor outcomes with a form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decide_by_mail: Option<bool>,
    /// Outcomes beside approved and rejected.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub outcomes: Outcomes,
    /// Fields that approvers may write, or that are hidden from them here.
    #[serde(default, skip_serializing_if = "is_default")]
    pub fields: NodeFields,
    /// The next node when approved.
    pub next: Name,
    /// The next node when rejected.
    pub rejected: Name,
}

/// People fill in fields and complete it (办理); nobody rejects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormNode {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Who does it: the union of these.
    pub people: Vec<ApproverSource>,
    /// What happens when nobody is found.
    pub nobody: NobodyPolicy,
    /// How several do it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub mode: Mode,
    /// Whether a role or position gets one task for all of its members, which one of them claims.
    #[serde(default, skip_serializing_if = "is_default")]
    pub pool: bool,
    /// What they may do beside completing it; it cannot be rejected.
    #[serde(default, skip_serializing_if = "is_default")]
    pub verbs: Verbs,
    /// Until when it is due, and what happens then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<DueDefinition>,
    /// Fields that they write, must fill in, or are shown.
    pub fields: NodeFields,
    /// The next node.
    pub next: Name,
}

/// Who may not decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Exception {
    /// The initiator.
    Initiator,
    /// Whoever approved an earlier node of this round (four eyes).
    EarlierApprovers,
}

/// What happens when nobody is found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NobodyPolicy {
    /// Whoever has this role.
    Role(Name),
    /// This user, by mail address.
    User(String),
    /// Administrators.
    Admin,
    /// The next manager above the initiator.
    ManagerUp,
    /// The node counts as approved.
    Pass,
    /// The node counts as rejected.
    Reject,
    /// The submission is refused.
    Refuse,
}

/// What happens when an approver is the initiator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SameAsInitiator {
    /// They decide.
    #[default]
    Decide,
    /// Their part counts as approved, with a note.
    Skip,
    /// Their manager decides instead.
    Manager,
    /// The head of their department decides instead.
    DepartmentHead,
}

/// What happens when somebody has already approved in this round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Repeated {
    /// They decide again.
    #[default]
    Ask,
    /// Counts as approved if they approved the node just before.
    SkipConsecutive,
    /// Counts as approved if they approved any node of this round.
    Skip,
}

/// Field rights of a node.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NodeFields {
    /// Fields that approvers may write though the record is locked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub write: Vec<Name>,
    /// Fields that must have a value before it can be approved; approvers may write them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<Name>,
    /// Fields that their task shows them though no role of theirs does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub read: Vec<Name>,
    /// Fields that their task does not show them. What a role shows them anyway stays shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hide: Vec<Name>,
}

/// The first case whose condition holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchNode {
    /// What it is called where it is the reason for what follows, such as "Approval needed".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The cases, tried in order.
    pub cases: Keyed<CaseDefinition>,
    /// Where it goes when none holds.
    pub default: Name,
}

/// A case of a switch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseDefinition {
    /// What it is called on the edge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its condition.
    pub when: Condition,
    /// The next node.
    pub next: Name,
}

/// All branches at once. They meet in the `join` that names the fork; without one they may cross each other and meet in
/// nodes of type `merge`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForkNode {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The first node of each branch.
    pub branches: Keyed<BranchDefinition>,
    /// The branch that is taken where the condition of no other holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Name>,
}

/// A branch of a fork.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BranchDefinition {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Taken only when this holds; always if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Its first node.
    pub next: Name,
}

/// Waits for all branches of its fork.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinNode {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The fork whose branches it waits for.
    pub of: Name,
    /// For how many of those that were taken; what is left of the others is then cancelled.
    #[serde(default, skip_serializing_if = "is_default")]
    pub wait_for: JoinWait,
    /// The next node.
    pub next: Name,
}

/// Waits until nothing that is under way can come to it any more, and goes on once: for branches that cross each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeNode {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The next node.
    pub next: Name,
}

/// For how many branches a join waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JoinWait {
    /// For all that were taken.
    #[default]
    All,
    /// For so many, or all if fewer were taken.
    AtLeast(u32),
    /// For the first.
    First,
}

/// Tells people, and goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotifyNode {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Whom.
    pub to: Vec<ApproverSource>,
    /// What to say.
    pub message: String,
    /// The next node.
    pub next: Name,
}

/// The engine acts, and goes on. Only `update` and `transition` at present.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionNode {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The steps.
    #[serde(rename = "do")]
    pub steps: Keyed<Step>,
    /// The next node.
    pub next: Name,
}

/// The workflow ends, in a branch as well: what the other branches still have open is closed. Where another workflow
/// called it, that one goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndNode {
    /// What the outcome is called where people read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// How it ended: `approved`, `rejected`, or a name of your own.
    pub outcome: Name,
    /// Whether the workflows that called it end with it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub terminate: bool,
}

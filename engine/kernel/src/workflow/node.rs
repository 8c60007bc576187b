//! A workflow as the engine runs it: expressions compiled, edges checked.

use crate::{
    Name,
    definition::{
        ChainUntil, Exception, FieldKind, Keyed, Mode, NobodyPolicy, Reason, Repeated, SameAsInitiator, WithdrawWindow,
    },
    expression::{Expr, Template},
};

/// A compiled workflow; made by [`Workflow::compile`].
#[derive(Clone, Debug)]
pub struct Workflow {
    /// The key.
    pub name: Name,
    /// What it is called.
    pub label: String,
    /// The entity whose records it serves.
    pub entity: Name,
    /// Which records it serves; all if none.
    pub when: Option<Expr>,
    /// Of several that fit, the one with the highest serves.
    pub priority: i32,
    /// Until when its initiator may take it back.
    pub withdraw: WithdrawWindow,
    /// Variables, in the order in which they are worked out.
    pub variables: Keyed<Variable>,
    /// The nodes.
    pub nodes: Keyed<Node>,
    /// The start node.
    pub start: Name,
    /// Settings that it or its decisions read; an instance copies them.
    pub settings: Vec<Name>,
}

/// A variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its type.
    pub kind: FieldKind,
    /// Its value at the start.
    pub value: Expr,
}

/// A node.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is called.
    pub label: String,
    /// Whether its author called it so; else the label comes from its key.
    pub named: bool,
    /// What it does.
    pub kind: NodeKind,
}

/// What a node does.
#[derive(Clone, Debug)]
pub enum NodeKind {
    /// Where an instance begins.
    Start {
        /// The next node.
        next: Name,
    },
    /// People decide.
    Approval(Box<Approval>),
    /// The first case that holds.
    Switch {
        /// The cases, in order.
        cases: Keyed<Case>,
        /// When none holds.
        default: Name,
    },
    /// All branches.
    Fork {
        /// The branches.
        branches: Keyed<ForkBranch>,
    },
    /// Waits for the branches of its fork.
    Join {
        /// The fork.
        of: Name,
        /// The next node.
        next: Name,
    },
    /// Tells people.
    Notify {
        /// Whom.
        to: Vec<Source>,
        /// What.
        message: Template,
        /// The next node.
        next: Name,
    },
    /// Acts on the record.
    Action {
        /// The steps, in order.
        steps: Keyed<ActionStep>,
        /// The next node.
        next: Name,
    },
    /// The instance ends.
    End {
        /// How.
        outcome: Name,
    },
}

impl NodeKind {
    /// As definitions write it.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Start { .. } => "start",
            Self::Approval(_) => "approval",
            Self::Switch { .. } => "switch",
            Self::Fork { .. } => "fork",
            Self::Join { .. } => "join",
            Self::Notify { .. } => "notify",
            Self::Action { .. } => "action",
            Self::End { .. } => "end",
        }
    }
}

/// A case of a switch.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it is called.
    pub label: Option<String>,
    /// Its condition.
    pub when: Expr,
    /// The next node.
    pub next: Name,
}

/// A branch of a fork.
#[derive(Clone, Debug)]
pub struct ForkBranch {
    /// What it is called.
    pub label: Option<String>,
    /// Its first node.
    pub next: Name,
}

/// A step of an action.
#[derive(Clone, Debug)]
pub enum ActionStep {
    /// Changes fields.
    Update {
        /// The fields and their values.
        set: Keyed<Expr>,
        /// Only when this holds.
        when: Option<Expr>,
    },
    /// Makes a transition.
    Transition {
        /// Which.
        name: Name,
        /// Only when this holds.
        when: Option<Expr>,
    },
}

/// People decide.
#[derive(Clone, Debug)]
pub struct Approval {
    /// Who.
    pub approvers: Vec<Source>,
    /// Who may not.
    pub except: Vec<Exception>,
    /// When nobody is found.
    pub nobody: NobodyPolicy,
    /// When an approver is the initiator.
    pub same_as_initiator: SameAsInitiator,
    /// When somebody has approved before.
    pub repeated: Repeated,
    /// How several decide.
    pub mode: Mode,
    /// What they may do.
    pub verbs: Allowed,
    /// Fields they may write.
    pub write: Vec<Name>,
    /// Fields hidden from them here.
    pub hide: Vec<Name>,
    /// When approved.
    pub next: Name,
    /// When rejected.
    pub rejected: Name,
}

/// The verbs that are allowed, and what each asks for. None: not allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// Approve.
    pub approve: Reason,
    /// Reject.
    pub reject: Option<Reason>,
    /// Give back to the initiator.
    pub give_back: Option<Reason>,
    /// Hand over.
    pub transfer: Option<Reason>,
}

/// Where people come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// Who started the instance.
    Initiator,
    /// A mail address.
    User(String),
    /// Everybody with a role.
    Role {
        /// The role.
        role: Name,
        /// Only of the initiator's department, or the nearest above it where somebody has the role.
        initiator_department: bool,
    },
    /// A manager.
    Manager {
        /// Whose.
        of: Of,
        /// How many levels up.
        level: u32,
    },
    /// All managers upwards.
    ManagerChain {
        /// Whose.
        of: Of,
        /// Where it stops.
        until: Option<ChainUntil>,
    },
    /// The head of a department.
    DepartmentHead {
        /// The initiator's, or the one at this path.
        of: Of,
        /// How many departments up.
        up: u32,
    },
    /// A user, or several, in the record.
    Field(Expr),
}

/// Whose manager, which department.
#[derive(Clone, Debug)]
pub enum Of {
    /// The initiator, or the initiator's department.
    Initiator,
    /// A path.
    Path(Expr),
}

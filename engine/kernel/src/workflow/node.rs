//! A workflow as the engine runs it: expressions compiled, edges checked.

use std::collections::BTreeSet;

use super::{Call, Due, RaceBranch, WaitSpec};
use crate::{
    Name,
    definition::{
        Exception, FieldKind, JoinWait, Keyed, Mode, NobodyPolicy, Period, Reason, Repeated, ReturnThen, ReturnTo,
        SameAsInitiator, SignerPlace, WithdrawWindow,
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
    /// How often it may be given back.
    pub most_returns: Option<u32>,
    /// Roles that look after it.
    pub owners: Vec<Name>,
    /// How much time must pass before it can be urged again.
    pub urge_every: Period,
    /// Whether several of its tasks can be decided at once.
    pub batch: bool,
    /// Whether only other workflows start it.
    pub only_called: bool,
    /// Variables, in the order in which they are worked out.
    pub variables: Keyed<Variable>,
    /// The nodes.
    pub nodes: Keyed<Node>,
    /// The ways between them.
    pub edges: Vec<Edge>,
    /// The start node.
    pub start: Name,
    /// Fields of the record whose change may move a deadline or end a wait.
    pub watches: Vec<Name>,
    /// Settings that it or its decisions read; an instance copies them.
    pub settings: Vec<Name>,
}

/// A variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// What it is called.
    pub label: String,
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
    /// The forks in whose branches it lies, and the calls of which it is, the outermost first.
    pub within: Vec<Name>,
    /// What it does.
    pub kind: NodeKind,
}

/// A way from one node to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Where it leaves.
    pub from: Name,
    /// Which of the ways from there: `next`, `rejected`, `default`, `cases.large`, `branches.legal`, `outcomes.later`.
    pub slot: String,
    /// Where it leads.
    pub to: Name,
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
    /// All branches, or those whose condition holds.
    Fork {
        /// The branches.
        branches: Keyed<ForkBranch>,
        /// The branch that is taken where no condition holds.
        otherwise: Option<Name>,
        /// Whether no join waits for its branches: they stay in the scope around it.
        free: bool,
    },
    /// Waits for the branches of its fork.
    Join {
        /// The fork.
        of: Name,
        /// For how many branches it waits; what is left of the others is taken away.
        wait_for: JoinWait,
        /// The next node.
        next: Name,
    },
    /// Waits until nothing can come to it any more.
    Merge {
        /// The nodes from which something could.
        from: BTreeSet<Name>,
        /// The next node.
        next: Name,
    },
    /// Calls another workflow.
    Call(Box<Call>),
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
    /// Waits for a time, a message or a condition.
    Wait(Box<WaitSpec>),
    /// The first of several goes on.
    Race {
        /// The branches.
        branches: Keyed<RaceBranch>,
    },
    /// The instance ends, or what was called.
    End {
        /// How.
        outcome: Name,
        /// Whether the instance ends in any case.
        terminate: bool,
    },
}

impl NodeKind {
    /// As definitions write it.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Start { .. } => "start",
            Self::Approval(approval) if approval.form => "form",
            Self::Approval(_) => "approval",
            Self::Switch { .. } => "switch",
            Self::Fork { .. } => "fork",
            Self::Join { .. } => "join",
            Self::Merge { .. } => "merge",
            Self::Call(_) => "call",
            Self::Notify { .. } => "notify",
            Self::Action { .. } => "action",
            Self::Wait(_) => "wait",
            Self::Race { .. } => "race",
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
    /// Only when this holds.
    pub when: Option<Expr>,
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
    /// Whether a role or position gets one task for all its members.
    pub pool: bool,
    /// Whether it is a form task: people complete it, and nobody rejects.
    pub form: bool,
    /// Whether it can be decided by a link in a letter.
    pub by_mail: bool,
    /// What they may do.
    pub verbs: Allowed,
    /// Until when it is due, and what happens then.
    pub due: Option<Due>,
    /// Outcomes beside approved and rejected.
    pub outcomes: Keyed<OwnOutcome>,
    /// Fields they may write.
    pub write: Vec<Name>,
    /// Those of them that must have a value before it can be approved.
    pub required: Vec<Name>,
    /// Fields that their task shows them though no role of theirs does.
    pub read: Vec<Name>,
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
    pub approve: Asks,
    /// Reject.
    pub reject: Option<Asks>,
    /// Give back.
    pub give_back: Option<GiveBack>,
    /// Hand over.
    pub transfer: Option<Asks>,
    /// Hand over and get back.
    pub delegate: Option<Asks>,
    /// Ask further people to decide.
    pub add_signer: Option<AddSigner>,
    /// Take people away who have not decided yet.
    pub remove_signer: Option<Asks>,
    /// Take back one's own decision.
    pub take_back: Option<Asks>,
    /// Send a copy.
    pub cc: Option<Asks>,
    /// Ask for an opinion.
    pub consult: Option<Asks>,
    /// Write a comment.
    pub comment: Option<Asks>,
    /// Whether the initiator may urge.
    pub urge: bool,
}

/// What a verb asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asks {
    /// A reason.
    pub reason: Reason,
    /// A file.
    pub attachment: Reason,
    /// A signature by hand.
    pub signature: Reason,
}

/// How it may be given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GiveBack {
    /// What it asks for.
    pub asks: Asks,
    /// Where to.
    pub to: ReturnTo,
    /// How it then goes on.
    pub then: ReturnThen,
}

/// How people may be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddSigner {
    /// What it asks for.
    pub asks: Asks,
    /// Where they may be put; never empty.
    pub places: Vec<SignerPlace>,
}

/// An outcome beside approved and rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnOutcome {
    /// What the button says.
    pub label: String,
    /// Fields of its form.
    pub write: Vec<Name>,
    /// Those that must have a value.
    pub required: Vec<Name>,
    /// What it asks for.
    pub asks: Asks,
    /// The next node.
    pub next: Name,
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
        /// Only of this department, or the nearest above it where somebody has the role.
        within: Option<Of>,
    },
    /// Everybody in a position.
    Position {
        /// Its name.
        position: String,
        /// Only of this department, or the nearest above it where somebody is in the position.
        within: Option<Of>,
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
        until: Option<Until>,
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
    /// A user, or several, whom an expression gives.
    Expr(Expr),
    /// A user of each line.
    Lines {
        /// The line table.
        of: Name,
        /// From the line to the user.
        path: Expr,
    },
    /// Whom somebody chooses of these.
    Picks {
        /// Who chooses.
        by: Picker,
        /// Of whom.
        from: Vec<Source>,
        /// How many at most.
        most: u32,
    },
}

impl Source {
    /// The expressions that it reads.
    #[must_use]
    pub fn exprs(&self) -> Vec<&Expr> {
        match self {
            Self::Field(path) | Self::Expr(path) | Self::Lines { path, .. } => vec![path],
            Self::Role { within, .. } | Self::Position { within, .. } => within.iter().filter_map(Of::path).collect(),
            Self::Manager { of, .. } | Self::DepartmentHead { of, .. } => of.path().into_iter().collect(),
            Self::ManagerChain { of, until } => {
                let amount =
                    until.as_ref().and_then(|u| if let Until::Amount(amount) = u { Some(amount) } else { None });
                of.path().into_iter().chain(amount).collect()
            }
            Self::Picks { from, .. } => from.iter().flat_map(Self::exprs).collect(),
            Self::Initiator | Self::User(_) => Vec::new(),
        }
    }
}

/// Who chooses approvers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picker {
    /// The initiator, when submitting.
    Initiator,
    /// Whoever approves just before.
    Previous,
}

/// Where a manager chain stops.
#[derive(Clone, Debug)]
pub enum Until {
    /// After so many.
    Level(u32),
    /// At the first with this role.
    Role(Name),
    /// At the first whose position decides up to this amount.
    Amount(Expr),
}

/// Whose manager, which department.
#[derive(Clone, Debug)]
pub enum Of {
    /// The initiator, or the initiator's department.
    Initiator,
    /// A path.
    Path(Expr),
}

impl Of {
    /// The path, if it is one.
    #[must_use]
    pub fn path(&self) -> Option<&Expr> {
        if let Self::Path(path) = self { Some(path) } else { None }
    }
}

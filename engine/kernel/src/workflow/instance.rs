//! The whole state of a running workflow: tokens, scopes, open tasks, what was decided.
//!
//! Only [`evolve`](super::evolve) changes it. It is stored as JSON and read back by later versions of the engine, so
//! new things come as new optional fields or new variants.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::stored;
use crate::{
    Name, Value,
    definition::{Keyed, Mode, SignerPlace},
};

/// A person or department by id, with its name as it was: history must not change when people do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The id.
    pub id: Uuid,
    /// The name at that time.
    pub name: String,
}

/// A running workflow, or one that has ended. The default is one that has not begun: `Start` is its only command.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Instance {
    /// Its id.
    pub id: Uuid,
    /// The workflow.
    pub workflow: Name,
    /// The published version of the definitions that it keeps.
    pub catalog_version: i64,
    /// The record's entity.
    pub entity: Name,
    /// The record.
    pub record: Uuid,
    /// The transition that started it; its `outcomes` say where the record goes.
    pub transition: Option<Name>,
    /// The instance that started it and does not wait for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launched_by: Option<Uuid>,
    /// Who started it.
    pub initiator: Named,
    /// The initiator's department when the round began.
    pub department: Option<Named>,
    /// Whether it runs.
    pub status: Status,
    /// How it ended.
    pub outcome: Option<Name>,
    /// The number of its last event.
    pub seq: i64,
    /// 1, and one more with each submission after a return.
    pub round: u32,
    /// How many decisions people took in this round.
    pub decisions: u32,
    /// Variables.
    #[serde(with = "stored")]
    pub variables: IndexMap<Name, Value>,
    /// Settings that it reads, as they were when the round began.
    #[serde(with = "stored")]
    pub settings: IndexMap<Name, Value>,
    /// By which decision rows a variable came to its value.
    #[serde(default)]
    pub fired: Keyed<Vec<Fired>>,
    /// Where it stands: at several nodes at once inside a fork.
    pub tokens: BTreeMap<u32, Token>,
    /// Open scopes, a tree. Scope 0 is the instance itself.
    pub scopes: BTreeMap<u32, Scope>,
    /// The last number given to a token or scope.
    pub last_number: u32,
    /// Open tasks.
    pub tasks: BTreeMap<Uuid, Task>,
    /// Tasks that are not open any more, so that a late click is told what happened.
    pub closed: BTreeMap<Uuid, ClosedTask>,
    /// Who approved in this round, in order.
    pub approvals: Vec<GivenApproval>,
    /// Who gave it back, while the status is `returned`.
    #[serde(default)]
    pub returned: Option<ReturnedBy>,
    /// How often it was given back.
    #[serde(default)]
    pub returns: u32,
    /// Whom somebody chose for a node.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub picks: Keyed<Vec<Uuid>>,
    /// Opinions that somebody was asked for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub consults: BTreeMap<Uuid, Consult>,
    /// What the last decision can be undone to, until the next one acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<Box<Undo>>,
    /// Who suspended it, while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended: Option<Named>,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended_at: Option<DateTime<Utc>>,
    /// What is to happen by itself later, by number. A timer that is not here does nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub timers: BTreeMap<u32, Timer>,
    /// The last number given to a timer.
    #[serde(default)]
    pub last_timer: u32,
    /// When it was urged last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urged_at: Option<DateTime<Utc>>,
    /// When it was started.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

/// Whether an instance runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It has not begun.
    #[default]
    New,
    /// People have open tasks.
    Running,
    /// The initiator has it back: it waits to be submitted again or withdrawn.
    Returned,
    /// It has ended.
    Ended,
}

impl Status {
    /// As it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Running => "running",
            Self::Returned => "returned",
            Self::Ended => "ended",
        }
    }
}

/// One place where the instance stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Token {
    /// Its scope.
    pub scope: u32,
    /// The node it is at.
    pub node: Name,
    /// What it waits for.
    pub wait: Wait,
    /// Who approved the approval just before on its way, for `repeated: skip_consecutive`.
    #[serde(default)]
    pub previous: Vec<Uuid>,
    /// The approvals that it passed on its way in this round, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed: Vec<Name>,
    /// Where it goes straight back to, once the node it was returned to is approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<Box<Back>>,
}

/// Where an instance stood when it was returned, so that it can go straight back there. Tasks that were open then are
/// pending in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Back {
    /// The tokens that were taken away.
    pub tokens: BTreeMap<u32, Token>,
    /// The scopes that were taken away.
    pub scopes: BTreeMap<u32, Scope>,
    /// A digest of what decided about the way; if it differs on the way back, everything is run again.
    pub routing: String,
}

/// What the last decision can be undone to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Undo {
    /// The task that was decided.
    pub task: Uuid,
    /// Who decided.
    pub by: Uuid,
    /// The tokens before.
    pub tokens: BTreeMap<u32, Token>,
    /// The scopes before.
    pub scopes: BTreeMap<u32, Scope>,
    /// The approvals before.
    pub approvals: Vec<GivenApproval>,
}

/// An opinion that somebody was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consult {
    /// The token at whose node it was asked.
    pub token: u32,
    /// The node.
    pub node: Name,
    /// Who asked.
    pub by: Named,
    /// Who was asked.
    pub who: Named,
    /// What.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// When.
    pub opened_at: DateTime<Utc>,
}

/// What a token waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// Nothing: the engine moves it on within the same command.
    #[default]
    Nothing,
    /// People.
    Approval(Visit),
    /// The other branches of its fork, or at a merge whatever can still come.
    Join,
    /// An administrator: its node could not be passed.
    Incident(Incident),
    /// What it called.
    Call(Calling),
    /// A time, a message or a condition.
    For(Waiting),
}

/// The calls of a node while a token stands at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calling {
    /// One for each of its list, in order; those that were added come last.
    pub children: Vec<Child>,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Child {
    /// What it is for; none for a single call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
    /// How far it is.
    pub state: ChildState,
}

/// How far a call is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChildState {
    /// Its turn comes later.
    Pending,
    /// It runs in this scope.
    Running(u32),
    /// It ended with this outcome.
    Ended(Name),
    /// It was not waited for any more.
    Dropped,
}

/// What a call is for: a line, a person, a department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Which of them.
    pub kind: ItemKind,
    /// The id.
    pub id: Uuid,
    /// The name as it was; of a line its place.
    pub name: String,
}

/// What a call is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// A line of the record.
    Line,
    /// A person.
    Person,
    /// A department.
    Department,
}

/// Why a token cannot go on by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// A code, such as `workflow_fault`.
    pub code: String,
    /// What was expected, and what there was instead.
    pub message: String,
    /// Since when.
    pub at: DateTime<Utc>,
}

/// What a token at a wait waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Since when; later by as long as it was suspended.
    pub since: DateTime<Utc>,
    /// Until when; none while that is not known, or it is no time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// For a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Awaits>,
    /// Whether it is looked at now and then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub look: bool,
}

/// A message that is waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaits {
    /// Its name.
    pub name: Name,
    /// By what it is told from others of its name.
    pub key: String,
}

/// Something that is to happen by itself later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// The token it belongs to.
    pub token: u32,
    /// The task it belongs to; none for a wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Uuid>,
    /// What.
    #[serde(flatten)]
    pub what: TimerWhat,
    /// When.
    pub at: DateTime<Utc>,
}

/// What a timer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "does", rename_all = "snake_case")]
pub enum TimerWhat {
    /// Reminds whoever has the task.
    Remind {
        /// Which of the node's reminders.
        index: u32,
    },
    /// Acts in the place of whoever has the task.
    Act,
    /// Ends the wait.
    Wait,
}

/// Until when a task is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskDue {
    /// From when it is counted.
    pub from: DateTime<Utc>,
    /// When it is due; none while the date is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
}

/// The people of an approval while a token stands at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// How they decide.
    pub mode: Mode,
    /// Their parts, in order; those of people who were added come last.
    pub parts: Vec<Part>,
    /// Groups of people who were added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<Added>,
}

/// People whom an approver added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    /// The part of the one who added them.
    pub by: usize,
    /// Where they decide.
    pub place: SignerPlace,
    /// How they decide among themselves.
    pub mode: Mode,
}

/// A role or position whose members share a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// What the role or position is called.
    pub name: String,
    /// The role; none for a position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Name>,
    /// The position; none for a role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Uuid>,
    /// Only those of this department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Uuid>,
}

impl Pool {
    /// Nobody in particular, by the name of the role or position.
    pub(super) fn nobody(&self) -> Named {
        Named { id: Uuid::nil(), name: self.name.clone() }
    }

    /// As it is stored with a task: `role:finance`, `position:<id>@<department>`.
    #[must_use]
    pub fn key(&self) -> String {
        let who = match (&self.role, &self.position) {
            (Some(role), _) => format!("role:{role}"),
            (None, Some(position)) => format!("position:{position}"),
            (None, None) => String::new(),
        };
        match self.department {
            Some(department) => format!("{who}@{department}"),
            None => who,
        }
    }
}

/// One person's part in an approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Who.
    pub who: Named,
    /// Why they.
    pub via: Via,
    /// How far it is.
    pub state: PartState,
    /// Which of the groups that were added it belongs to; none for those whom the node found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<usize>,
    /// What it stands for where one of each group decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Who gets it back with the advice of the one who has it now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Named>,
    /// Whose members share it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<Pool>,
}

/// How far a person's part is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartState {
    /// Their turn comes later.
    Pending,
    /// They have this task.
    Open(Uuid),
    /// They approved.
    Approved,
    /// They rejected.
    Rejected,
    /// Counts as approved without them.
    Skipped(SkipReason),
    /// They left and others decide, or they were taken away.
    Dropped,
    /// The others of their group have decided.
    Closed,
    /// They decided for an outcome of the node's own.
    Chose(Name),
}

/// Why somebody decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Via {
    /// Named in the definition.
    User,
    /// They started the instance.
    Initiator,
    /// They stand in the record.
    Field {
        /// The path.
        path: String,
    },
    /// An expression gives them.
    Expr,
    /// They stand in a line of the record.
    Line {
        /// The line.
        line: Uuid,
    },
    /// Somebody chose them.
    Picked {
        /// Who; none where nobody has chosen, so that everybody of whom could be chosen is asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Named>,
    },
    /// They are in a position.
    Position {
        /// The position.
        position: String,
        /// In this department.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        department: Option<Named>,
    },
    /// They have a role.
    Role {
        /// The role.
        role: Name,
        /// In this department.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        department: Option<Named>,
    },
    /// They are somebody's manager.
    Manager {
        /// Whose.
        of: Named,
        /// How many levels up.
        level: u32,
    },
    /// They head a department.
    DepartmentHead {
        /// Which.
        department: Named,
    },
    /// They decide in the initiator's place.
    ForInitiator {
        /// `manager` or `department_head`.
        by: Name,
    },
    /// Nobody was found, and the node names them for that case; or administrators where even that finds nobody.
    Nobody {
        /// `role`, `user`, `manager_up`, `admin`.
        by: Name,
    },
    /// Somebody handed it over to them.
    Transfer {
        /// Who.
        from: Named,
    },
    /// Somebody left the firm, and they stand in.
    Left {
        /// Who.
        from: Named,
    },
    /// Somebody lets them work on it and gets it back.
    Delegated {
        /// Who.
        from: Named,
    },
    /// They get it back with advice.
    Advised {
        /// Whose.
        by: Named,
        /// What they would do.
        verdict: Name,
    },
    /// They took back what they had delegated.
    TakenBack,
    /// An approver added them.
    Added {
        /// Who.
        by: Named,
        /// Where.
        place: SignerPlace,
    },
    /// They claimed it from a pool.
    Claimed,
    /// Nobody decided in time, and they are the manager.
    Escalated {
        /// Whose.
        from: Named,
    },
    /// Somebody is away, and they decide instead.
    Deputy {
        /// Who.
        of: Named,
    },
    /// An administrator gave it to them.
    Assigned {
        /// Which.
        by: Named,
    },
}

impl Via {
    /// Why the members of a pool decide.
    pub(super) fn of_pool(pool: &Pool) -> Self {
        match &pool.role {
            Some(role) => Self::Role { role: role.clone(), department: None },
            None => Self::Position { position: pool.name.clone(), department: None },
        }
    }
}

/// Why a part counts as approved, or a person was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum SkipReason {
    /// They are the initiator, and the node says what then.
    SameAsInitiator,
    /// They approved this node before.
    AlreadyApproved {
        /// The node.
        node: Name,
        /// Its label.
        label: String,
    },
    /// The node excepts the initiator.
    ExceptInitiator,
    /// The node excepts who approved earlier.
    ExceptEarlierApprover,
    /// They are not active.
    Inactive,
    /// They left, and the node passes when nobody is found.
    NobodyPasses,
    /// They did not decide in time, and the node approves then.
    Overdue,
}

/// A scope: what was opened together and is closed together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scope {
    /// The scope around it; none for the instance itself.
    pub parent: Option<u32>,
    /// What opened it.
    pub kind: ScopeKind,
}

/// What opened a scope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeKind {
    /// The instance itself.
    Instance,
    /// A fork.
    Fork {
        /// The fork.
        node: Name,
        /// How many branches it took: its join waits for so many tokens.
        branches: u32,
    },
    /// A race.
    Race {
        /// The race.
        node: Name,
        /// How many branches it has.
        branches: u32,
    },
    /// A call.
    Child(Box<ChildScope>),
}

/// The scope of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChildScope {
    /// The node that calls.
    pub node: Name,
    /// The token that waits there.
    pub caller: u32,
    /// Which of its calls.
    pub child: usize,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
    /// Its variables.
    #[serde(with = "stored")]
    pub variables: IndexMap<Name, Value>,
    /// By which decision rows a variable came to its value.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub fired: Keyed<Vec<Fired>>,
}

/// An open task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// The token that waits for it.
    pub token: u32,
    /// The part it belongs to.
    pub part: usize,
    /// The node.
    pub node: Name,
    /// Who decides.
    pub assignee: Named,
    /// Since when.
    pub opened_at: DateTime<Utc>,
    /// Whose members may claim it, while nobody has; the assignee is then nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<Pool>,
    /// Until when it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<TaskDue>,
    /// Whether the engine has acted on it because it was due: it does so once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub acted: bool,
}

/// A task that is not open any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedTask {
    /// The node.
    pub node: Name,
    /// What happened: `approved`, `rejected`, `returned`, `transferred`, `delegated`, `advised`, `answered`, `waiting`,
    /// `removed`, `taken_back`, `withdrawn`, `cancelled`, `ended`, or an outcome of the node's own.
    pub how: Name,
    /// Who did it; none for the engine itself.
    pub by: Option<Named>,
    /// When.
    pub at: DateTime<Utc>,
}

/// An approval given in this round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenApproval {
    /// The node.
    pub node: Name,
    /// Its label.
    pub label: String,
    /// Who approved.
    pub who: Named,
}

/// Who gave it back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReturnedBy {
    /// From which node.
    pub node: Name,
    /// Who.
    pub by: Named,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The fields that are to be changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Name>,
    /// Where it goes straight back to when it is submitted again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<Box<Back>>,
}

/// A decision table that was asked, and which of its rows answered. No values: its readers may not see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fired {
    /// The table.
    pub decision: Name,
    /// The rows that fit, by name; empty when `else` answered.
    pub rules: Vec<Name>,
}

impl Instance {
    /// Who has an open task, and since when: "who has it now".
    pub fn waiting_for(&self) -> impl Iterator<Item = (&Uuid, &Task)> {
        self.tasks.iter()
    }

    /// The tokens that wait for an administrator, and why.
    pub fn incidents(&self) -> impl Iterator<Item = (u32, &Token, &Incident)> {
        self.tokens.iter().filter_map(|(number, token)| match &token.wait {
            Wait::Incident(incident) => Some((*number, token, incident)),
            _ => None,
        })
    }

    /// Whether it is neither ended nor unborn.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.status, Status::Running | Status::Returned)
    }
}

//! What happened: the append-only list from which the state follows, and which people read as the audit.
//!
//! Events carry codes, ids and names as they were, never field values: a timeline has more readers than a record.

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Fired, Item, Named, Pool, SkipReason, TimerWhat, Via, Waiting, stored};
use crate::{
    Name, Value,
    definition::{DueAct, Keyed, Mode, Period, SignerPlace},
};

/// One event of an instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// 1, 2, 3 … within the instance.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who; none for the engine itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Named>,
    /// By what way it came, where it did not come from the app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// A way by which people decide beside the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A link in a letter, without signing in.
    MailLink,
}

/// Where it happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct At {
    /// The token.
    pub token: u32,
    /// The node.
    pub node: Name,
    /// Its label.
    pub label: String,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// The instance began.
    Started(Box<Started>),
    /// It was submitted again after a return; a new round begins.
    Resubmitted(Box<Resubmitted>),
    /// A token moved to a node.
    Entered(At),
    /// A switch went one way.
    Chose {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// The case that held; none for the default.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        case: Option<Name>,
        /// What the case is called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        case_label: Option<String>,
        /// Decision rows behind it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fired: Vec<Fired>,
    },
    /// An approval found its people.
    ApproversFound {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// How they decide.
        mode: Mode,
        /// Who.
        parts: Vec<PartFound>,
        /// Who was found and left out, and why.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        left_out: Vec<LeftOut>,
        /// Nobody was found: the policy that answered (`role`, `user`, `admin`, `manager_up`, `pass`, `reject`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nobody: Option<Name>,
    },
    /// Somebody was given a task.
    TaskOpened {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// The task.
        task: Uuid,
        /// Which part.
        part: usize,
        /// Who.
        assignee: Named,
        /// Why they.
        via: Via,
        /// Whose members share it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pool: Option<Pool>,
    },
    /// A member of a pool claimed its task.
    TaskClaimed {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// The task.
        task: Uuid,
        /// Who.
        who: Named,
    },
    /// It went back into its pool.
    TaskReleased {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// The task.
        task: Uuid,
        /// Who had it.
        from: Named,
    },
    /// An approver added people.
    SignersAdded {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// The part of the one who adds them.
        part: usize,
        /// Where they decide.
        place: SignerPlace,
        /// How they decide among themselves.
        mode: Mode,
        /// Who.
        people: Vec<PartFound>,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Somebody was asked for an opinion.
    Consulted {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// Their task.
        task: Uuid,
        /// Who.
        who: Named,
        /// What they were asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        question: Option<String>,
    },
    /// They gave it.
    Answered {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// Their task.
        task: Uuid,
        /// What they said.
        text: String,
        /// Who had asked.
        to: Named,
    },
    /// Copies were sent.
    Copied {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// To whom.
        people: Vec<Named>,
        /// What was said with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// An administrator stopped it for a while.
    Suspended {
        /// Why.
        reason: String,
    },
    /// It goes on.
    Resumed {
        /// Why.
        reason: String,
    },
    /// An administrator had it go on from another node.
    Jumped {
        /// From where.
        #[serde(flatten)]
        at: At,
        /// The new token, at that node.
        to: At,
        /// The scope that it is put into, or into which the scopes of forks are opened.
        scope: u32,
        /// Scopes of forks around that node that are opened again, with this one branch, the outermost first.
        forks: Vec<(u32, Name)>,
        /// The tokens that are taken away.
        tokens: Vec<u32>,
        /// The scopes that are taken away.
        scopes: Vec<u32>,
        /// Why.
        reason: String,
    },
    /// A node could not be passed; it waits for an administrator.
    IncidentRaised {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// A code.
        code: String,
        /// What was expected, and what there was instead.
        message: String,
    },
    /// An administrator looked after it: the node is tried again, or passed without being done.
    IncidentSolved {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// Whether it is passed without being done.
        skipped: bool,
        /// Fields that were mended before.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fields: Vec<Name>,
        /// Why.
        reason: String,
    },
    /// An administrator took it over to another version of its workflow.
    Migrated(Box<Migrated>),
    /// An administrator had it begin again with another version.
    Restarted {
        /// With what it begins.
        #[serde(flatten)]
        again: Box<Resubmitted>,
        /// Why.
        reason: String,
    },
    /// The initiator urged whoever has it.
    Urged,
    /// Somebody chose the people of a node.
    Picked {
        /// The node.
        node: Name,
        /// Whom.
        people: Vec<Uuid>,
    },
    /// Somebody took back their decision: it stands again where it stood before.
    TakenBack {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// The task that they had decided.
        task: Uuid,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Somebody decided.
    TaskDecided {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// The task.
        task: Uuid,
        /// What they decided.
        verdict: Verdict,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Fields they changed with it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fields: Vec<Name>,
        /// The outcome of the node's own that they chose.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<Name>,
        /// Files that they attached.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        attachments: Vec<Uuid>,
        /// Their signature, a picture.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signature: Option<Uuid>,
    },
    /// Files or a signature came with what somebody did with a task, other than a decision, which holds its own.
    Attached {
        /// The task.
        task: Uuid,
        /// Files that they attached.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        attachments: Vec<Uuid>,
        /// Their signature, a picture.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signature: Option<Uuid>,
    },
    /// A task went to somebody else.
    TaskHandedOver {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// The task that is closed.
        task: Uuid,
        /// The task that is opened.
        new_task: Uuid,
        /// From whom.
        from: Named,
        /// To whom.
        to: Named,
        /// Why they.
        via: Via,
        /// The reason given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// A part was settled without its person: they left.
    PartSettled {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// Which part.
        part: usize,
        /// Whose.
        who: Named,
        /// Counts as approved for this reason; others decide if none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        approved: Option<SkipReason>,
    },
    /// A task that needs no decision any more.
    TaskClosed {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// The task.
        task: Uuid,
        /// Whose.
        assignee: Named,
        /// Why.
        cause: CloseCause,
    },
    /// An approval is settled.
    NodeDecided {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// How.
        approved: bool,
        /// Which outcome of its own it came to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<Name>,
        /// No person decided it: everybody was skipped, or nobody was found.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        automatic: bool,
    },
    /// A token became one for each branch, in a new scope.
    Forked {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// The new scope.
        scope: u32,
        /// The branches.
        branches: Vec<Branch>,
    },
    /// A token reached its join, or a merge.
    Arrived(At),
    /// A token became one for each branch, in its own scope.
    Split {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// The branches.
        branches: Vec<Branch>,
    },
    /// Nothing could come to a merge any more: its tokens became one.
    Merged {
        /// The new token, at the node after the merge.
        to: At,
        /// The merge.
        node: Name,
        /// The tokens that became one.
        tokens: Vec<u32>,
    },
    /// Another workflow was called, once or for each of a list.
    Called {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// Which workflow.
        workflow: Name,
        /// What it is called.
        title: String,
        /// For what; one without an item for a single call.
        items: Vec<Option<Item>>,
    },
    /// One of the calls began.
    ChildStarted {
        /// Where it was called.
        #[serde(flatten)]
        at: At,
        /// Which of the calls.
        child: usize,
        /// Its scope.
        scope: u32,
        /// Its token, at its first node.
        to: At,
        /// Its variables.
        #[serde(with = "stored")]
        variables: IndexMap<Name, Value>,
        /// By which decision rows a variable came to its value.
        #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
        fired: Keyed<Vec<Fired>>,
    },
    /// One of the calls ended.
    ChildEnded {
        /// Where it was called.
        #[serde(flatten)]
        at: At,
        /// Which of the calls.
        child: usize,
        /// What it was for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item: Option<Item>,
        /// How.
        outcome: Name,
        /// The caller's variables that are set with it.
        #[serde(default, skip_serializing_if = "IndexMap::is_empty", with = "stored")]
        set: IndexMap<Name, Value>,
        /// Its tokens that are taken away.
        tokens: Vec<u32>,
        /// Its scopes.
        scopes: Vec<u32>,
    },
    /// Somebody added one to the calls.
    ChildAdded {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// For what.
        item: Item,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// It is certain what the calls come to together; what still ran is taken away.
    CallDone {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// Whether they agree.
        agreed: bool,
        /// Tokens that are taken away.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tokens: Vec<u32>,
        /// Scopes that are taken away.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        scopes: Vec<u32>,
    },
    /// Another workflow was started that it does not wait for.
    Launched {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// Which workflow.
        workflow: Name,
        /// What it is called.
        title: String,
        /// Its instance.
        instance: Uuid,
        /// For what.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item: Option<Item>,
    },
    /// All branches arrived: their scope is closed, one token goes on.
    Joined {
        /// The new token, at the node after the join.
        to: At,
        /// The join.
        node: Name,
        /// Its scope.
        scope: u32,
        /// The tokens that became one.
        tokens: Vec<u32>,
        /// Those that it did not wait for: they are taken away.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        others: Vec<u32>,
        /// The scopes within that are taken away with them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        scopes: Vec<u32>,
    },
    /// People were told.
    Notified {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// Whom.
        people: Vec<Named>,
        /// What.
        message: String,
    },
    /// The engine acted on the record.
    Acted {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// Which step.
        step: Name,
        /// What.
        act: Act,
    },
    /// A task got its deadline, or another one; its timers are these from now on.
    DueSet {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// The task.
        task: Uuid,
        /// From when it is counted.
        from: DateTime<Utc>,
        /// When it is due; none while the date is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due_at: Option<DateTime<Utc>>,
        /// Its timers.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        timers: Vec<TimerSet>,
    },
    /// Whoever has a task was reminded of it.
    Reminded {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// The task.
        task: Uuid,
        /// The timer that did it.
        timer: u32,
        /// When it is due.
        due_at: DateTime<Utc>,
    },
    /// Nobody decided in time, and the engine acted.
    Overdue {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// The task.
        task: Uuid,
        /// Whose.
        assignee: Named,
        /// What it did.
        act: DueAct,
        /// When it was due.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due_at: Option<DateTime<Utc>>,
        /// How much time there was, where it was not due by a date.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within: Option<Period>,
        /// Who is told.
        people: Vec<Named>,
    },
    /// A token waits.
    WaitBegan {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// For what.
        waiting: Waiting,
        /// What ends it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timer: Option<TimerSet>,
    },
    /// It waits until another time.
    WaitMoved {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// For what.
        waiting: Waiting,
        /// What ends it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timer: Option<TimerSet>,
    },
    /// What it waited for is there.
    WaitEnded {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// What.
        cause: WaitCause,
        /// The message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<Uuid>,
        /// Why, where somebody had it go on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Variables that are set with what came.
        #[serde(default, skip_serializing_if = "IndexMap::is_empty", with = "stored")]
        set: IndexMap<Name, Value>,
    },
    /// A token became one for each branch, of which the first goes on.
    RaceBegan {
        /// Where.
        #[serde(flatten)]
        at: At,
        /// The new scope.
        scope: u32,
        /// The branches.
        branches: Vec<Branch>,
    },
    /// One was first: it goes on, the others are given up.
    RaceWon {
        /// Where it was first.
        #[serde(flatten)]
        at: At,
        /// Where it goes on.
        to: At,
        /// The race.
        race: Name,
        /// Its scope.
        scope: u32,
        /// The tokens that are given up.
        others: Vec<u32>,
    },
    /// Somebody wrote a comment.
    Commented {
        /// The text.
        text: String,
    },
    /// It went back to the initiator.
    Returned {
        /// From where.
        #[serde(flatten)]
        at: At,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// The fields that are to be changed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fields: Vec<Name>,
        /// A digest of what decided about the way, if it is to come straight back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        back: Option<String>,
    },
    /// It went back to a node that was passed.
    SentBack {
        /// From where.
        #[serde(flatten)]
        at: At,
        /// The new token, at that node.
        to: At,
        /// The scope that it is put into, or into which the scopes of forks are opened.
        scope: u32,
        /// Scopes of forks around that node that are opened again, with this one branch, the outermost first.
        forks: Vec<(u32, Name)>,
        /// The tokens that are taken away.
        tokens: Vec<u32>,
        /// The scopes that are taken away.
        scopes: Vec<u32>,
        /// The nodes whose approvals do not count any more.
        forget: Vec<Name>,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// The fields that are to be changed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fields: Vec<Name>,
        /// A digest of what decided about the way, if it is to come straight back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        back: Option<String>,
    },
    /// It went straight back to where it was returned from.
    WentBack(At),
    /// It was submitted again and went straight back to where it was returned from; no new round begins.
    CameBack,
    /// The initiator took it back.
    Withdrawn {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// An administrator stopped it.
    Cancelled {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// It ended. No token is left.
    Ended {
        /// How.
        outcome: Name,
        /// At which end; none for a withdrawal or cancellation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        node: Option<Name>,
    },
}

/// The beginning of an instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Started {
    /// The instance.
    pub id: Uuid,
    /// The workflow.
    pub workflow: Name,
    /// What it is called.
    pub label: String,
    /// The version of the definitions.
    pub catalog_version: i64,
    /// The record's entity.
    pub entity: Name,
    /// The record.
    pub record: Uuid,
    /// The transition that started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition: Option<Name>,
    /// Who started it.
    pub initiator: Named,
    /// The instance that started it and does not wait for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launched_by: Option<Uuid>,
    /// With what it begins.
    pub begin: Begin,
}

/// A new round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resubmitted {
    /// The version of the definitions from now on.
    pub catalog_version: i64,
    /// With what it begins.
    pub begin: Begin,
}

/// Another version of the workflow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Migrated {
    /// The version of the definitions until now.
    pub from: i64,
    /// The version from now on.
    pub catalog_version: i64,
    /// The new name of every node that the state names; none where it is not there any more.
    pub nodes: Keyed<Option<Name>>,
    /// Variables.
    #[serde(with = "stored")]
    pub variables: IndexMap<Name, Value>,
    /// Copied settings.
    #[serde(with = "stored")]
    pub settings: IndexMap<Name, Value>,
    /// By which decision rows a variable came to its value.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub fired: Keyed<Vec<Fired>>,
    /// Variables of calls.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<MigratedCall>,
    /// Whether what was given back can still go straight back.
    pub straight: bool,
    /// Why.
    pub reason: String,
}

/// Variables of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MigratedCall {
    /// Its scope.
    pub scope: u32,
    /// They.
    #[serde(with = "stored")]
    pub variables: IndexMap<Name, Value>,
}

/// With what a round begins.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Begin {
    /// The token at the start node.
    pub token: u32,
    /// The start node.
    pub node: Name,
    /// The initiator's department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Named>,
    /// Variables.
    #[serde(with = "stored")]
    pub variables: IndexMap<Name, Value>,
    /// Copied settings.
    #[serde(with = "stored")]
    pub settings: IndexMap<Name, Value>,
    /// By which decision rows a variable came to its value.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub fired: Keyed<Vec<Fired>>,
    /// Whom the submitter chose for nodes.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub picks: Keyed<Vec<Uuid>>,
}

/// A person found for an approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartFound {
    /// Who.
    pub who: Named,
    /// Why they.
    pub via: Via,
    /// Counts as approved for this reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<SkipReason>,
    /// What it stands for where one of each group decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Whose members share it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<Pool>,
}

/// A person found and left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Who.
    pub who: Named,
    /// Why.
    pub reason: SkipReason,
}

/// A branch of a fork.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    /// Its name.
    pub branch: Name,
    /// Its token, at its first node.
    pub to: At,
}

/// A timer that is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimerSet {
    /// Its number.
    pub number: u32,
    /// What it does.
    #[serde(flatten)]
    pub what: TimerWhat,
    /// When.
    pub at: DateTime<Utc>,
}

/// What ended a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitCause {
    /// Its time came.
    Time,
    /// Its message came.
    Message,
    /// Its condition holds.
    Condition,
    /// An administrator had it go on.
    Skipped,
}

/// What somebody decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Approved.
    Approved,
    /// Rejected.
    Rejected,
    /// Given back.
    Returned,
    /// An outcome of the node's own.
    Chose,
}

impl Verdict {
    /// As it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Returned => "returned",
            Self::Chose => "chose",
        }
    }
}

/// Why a task needs no decision any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseCause {
    /// Somebody else decided.
    Approved,
    /// Somebody else rejected.
    Rejected,
    /// Somebody else gave it back.
    Returned,
    /// The initiator took it back.
    Withdrawn,
    /// An administrator stopped it.
    Cancelled,
    /// The instance ended elsewhere.
    Ended,
    /// Its person left, and the others decide.
    Left,
    /// Its person waits for people whom they added.
    Waiting,
    /// Its person was taken away.
    Removed,
    /// The decision that led to it was taken back.
    TakenBack,
    /// An administrator had it go on elsewhere.
    Moved,
}

impl CloseCause {
    /// As it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Returned => "returned",
            Self::Withdrawn => "withdrawn",
            Self::Cancelled => "cancelled",
            Self::Ended => "ended",
            Self::Left => "left",
            Self::Waiting => "waiting",
            Self::Removed => "removed",
            Self::TakenBack => "taken_back",
            Self::Moved => "moved",
        }
    }
}

/// What the engine did to the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// Changed fields.
    Update {
        /// Which.
        fields: Vec<Name>,
    },
    /// Made a transition.
    Transition {
        /// Which.
        name: Name,
    },
    /// Nothing: its condition did not hold.
    Nothing,
}

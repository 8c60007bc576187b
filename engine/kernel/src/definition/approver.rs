//! Where the people of a workflow come from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Expression, Ratio, is_default};
use crate::Name;

/// Where approvers (and receivers of notices) come from: an object with one key, or `"initiator"`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ApproverSource {
    /// `"initiator"`.
    Word(ApproverWord),
    /// `{"user": "mail address"}`.
    User {
        /// A user by mail address.
        user: String,
    },
    /// `{"role": "finance_manager", "in": "initiator_department"}`.
    Role {
        /// Everybody with this role.
        role: Name,
        /// Only of this department (and, if nobody there has the role, of the nearest department above).
        #[serde(default, rename = "in", skip_serializing_if = "Option::is_none")]
        within: Option<RoleWithin>,
    },
    /// `{"position": "Finance director", "in": "initiator_department"}`.
    Position {
        /// Everybody in the position of this name.
        position: String,
        /// Only of this department (and, if nobody there is in the position, of the nearest department above).
        #[serde(default, rename = "in", skip_serializing_if = "Option::is_none")]
        within: Option<RoleWithin>,
    },
    /// `{"manager": {"of": "initiator", "level": 1}}`.
    Manager {
        /// Whose manager.
        manager: ManagerSource,
    },
    /// `{"manager_chain": {"of": "initiator", "until": {"role": "general_manager"}}}`, lowest first.
    ManagerChain {
        /// Whose managers.
        manager_chain: ManagerChainSource,
    },
    /// `{"department_head": {"of": "initiator", "up": 0}}`.
    DepartmentHead {
        /// Of which department.
        department_head: DepartmentHeadSource,
    },
    /// `{"field": "owner"}`: a path to a user.
    Field {
        /// A path from the record.
        field: Expression,
    },
    /// `{"expr": "if urgent { owner } else { reviewer }"}`: an expression that gives a user, or several.
    Expr {
        /// The expression.
        expr: Expression,
    },
    /// `{"lines": {"of": "items", "field": "product.manager"}}`: a user of each line; with the mode `one_of_each` lines
    /// are groups.
    Lines {
        /// Of which lines.
        lines: LinesSource,
    },
    /// `{"initiator_picks": {"from": [{"role": "lead"}]}}`: whom the initiator chooses when submitting.
    InitiatorPicks {
        /// From whom.
        initiator_picks: PickSource,
    },
    /// `{"previous_picks": {"from": [{"role": "lead"}]}}`: whom the approver just before chooses when approving.
    PreviousPicks {
        /// From whom.
        previous_picks: PickSource,
    },
}

/// A person by their part in the instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApproverWord {
    /// Who started the instance.
    Initiator,
}

/// Of which department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoleWithin {
    /// The initiator's.
    InitiatorDepartment,
    /// The one at this path of the record: `{"department": "area"}`.
    Department(Expression),
}

/// The manager of somebody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManagerSource {
    /// `initiator`, or a path to a user.
    pub of: Expression,
    /// 1 is the manager, 2 the manager's manager.
    #[serde(default = "one")]
    pub level: u32,
}

fn one() -> u32 {
    1
}

/// All managers of somebody, upwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManagerChainSource {
    /// `initiator`, or a path to a user.
    pub of: Expression,
    /// Where it stops, that one included; at the top if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<ChainUntil>,
}

/// Where a manager chain stops.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChainUntil {
    /// After so many.
    Level(u32),
    /// At the first with this role.
    Role(Name),
    /// At the first whose position decides up to this amount (`approval_limit`): an expression such as `amount`.
    Amount(Expression),
}

/// The head of a department.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DepartmentHeadSource {
    /// `initiator`, or a path to a department.
    pub of: Expression,
    /// 0 is the department itself, 1 its parent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub up: u32,
}

/// People of lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinesSource {
    /// The line table.
    pub of: Name,
    /// A path from the line to a user.
    pub field: Expression,
}

/// People of whom somebody chooses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PickSource {
    /// Who can be chosen: the union of these.
    pub from: Vec<ApproverSource>,
    /// How many at most; one if left out.
    #[serde(default = "one")]
    pub most: u32,
}

/// How several decide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The first decision counts (或签).
    #[default]
    Any,
    /// All must approve; one rejection rejects (会签).
    All,
    /// All must approve, one after the other (依次).
    Sequence,
    /// So many must approve, or all if there are fewer; rejected once that cannot be reached any more.
    AtLeast(u32),
    /// Such a share of them must approve, rounded up; rejected once that cannot be reached any more.
    Ratio(Ratio),
    /// The first decision of each group counts, and one rejection rejects.
    OneOfEach(Grouping),
}

/// What makes people a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grouping {
    /// Each entry of `approvers` is a group.
    Source,
    /// Each department is a group.
    Department,
    /// Each line is a group; people who come from no line are one.
    Line,
}

//! From a definition to a [`Workflow`]: every problem told at once, with its path.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::{decide::URGE_EVERY, graph, merge::Reach, node::*};
use crate::{
    Diagnostic, Name,
    definition::{
        ActionNode, ApprovalNode, ApproverSource, ApproverWord, BranchDefinition, ChainUntil, Condition,
        EntityDefinition, FieldKind, ForkNode, Keyed, Mode, NobodyPolicy, NodeDefinition, PickSource, Reason, Repeated,
        ReturnOptions, ReturnTo, RoleWithin, SameAsInitiator, SignerPlace, Step, SwitchNode, VariableDefinition,
        VerbOptions, VerbSwitch, Verbs, WorkflowDefinition,
    },
    expression::{self, Expr, Reference, Scope, Template, Type, Types},
    nearest,
};

/// Outcomes that the engine itself gives.
pub const ENGINE_OUTCOMES: [&str; 3] = ["returned", "withdrawn", "cancelled"];

impl Workflow {
    /// Checks and compiles a definition; `roles` are the names of all roles, `others` the workflows that it may call.
    /// What it calls is taken over later, by [`Workflow::linked`].
    ///
    /// Beside the codes of expressions and of the graph (`E0501`–`E0512`, `W0501`):
    ///
    /// * `E0513` no such role; `E0514` no such field; `E0515` no such entity; `E0516` no such transition
    /// * `E0517` an end takes an outcome that the engine gives itself
    /// * `E0518` a path to approvers does not lead to people (or departments)
    /// * `E0519` a step that a workflow cannot take
    /// * `E0520` an approval names no approvers; `E0521` a field is computed and cannot be written
    /// * `E0522` a level or count of zero
    /// * `E0526` a fork of which perhaps no branch is taken
    /// * `E0524` a pool of no role or position; `E0525` a return to what is no other approval
    /// * `E0538` decided by mail, though approving asks for a file or a signature
    /// * `W0502` `repeated: skip` where the node writes fields: nobody is skipped there
    /// * `W0503` the only approver is the initiator
    /// * `W0504` fields are both written and hidden
    /// * `E0560` working time without a calendar; `E0561` a deadline says not when, or twice; `E0562` an act or receiver
    ///   that is none there; `E0563` a race leads to what cannot win; `E0564` a race of fewer than two; `E0565` a wait that
    ///   never ends; `E0566` a reminder before the task; `E0567` no date; `E0568` no time of day
    /// * `E0569` a value of a message without a variable that could take it
    /// * `W0560` what is approved by itself leaves required fields empty
    #[must_use]
    pub fn compile(
        definition: &WorkflowDefinition,
        types: &Types<'_>,
        roles: &BTreeSet<Name>,
        others: &IndexMap<Name, WorkflowDefinition>,
    ) -> (Option<Self>, Vec<Diagnostic>) {
        let Some(entity) = types.entities.get(&definition.entity) else {
            let problem = Diagnostic::error("E0515", "entity", format!("no entity `{}`", definition.entity));
            let hinted = did_you_mean(problem, &definition.entity, types.entities.keys());
            let mut problems = vec![hinted];
            problems.extend(graph::check(definition, others));
            return (None, problems);
        };
        let mut compiler = Compiler {
            types: *types,
            roles,
            entity,
            scope: Scope::workflow(*types, &definition.entity, &definition.variables),
            others,
            problems: graph::check(definition, others),
            settings: BTreeSet::new(),
            by_mail: definition.decide_by_mail,
            variables: &definition.variables,
        };
        let workflow = compiler.workflow(definition);
        let broken = compiler.problems.iter().any(|p| p.severity == crate::Severity::Error);
        (workflow.filter(|_| !broken), compiler.problems)
    }
}

/// Compiles receivers outside a workflow: of a notice in a step of a transition. None where something is wrong.
pub(crate) fn sources(
    at: &str,
    receivers: &[ApproverSource],
    types: Types<'_>,
    entity: &EntityDefinition,
    roles: &BTreeSet<Name>,
) -> (Option<Vec<Source>>, Vec<Diagnostic>) {
    let scope = Scope::record(types, &entity.name);
    let others = &IndexMap::new();
    let (problems, settings) = (Vec::new(), BTreeSet::new());
    let variables = &Keyed::new();
    let mut compiler = Compiler { types, roles, entity, scope, others, problems, settings, by_mail: false, variables };
    let compiled = compiler.sources(at, receivers);
    (compiled, compiler.problems)
}

pub(super) struct Compiler<'a> {
    pub(super) types: Types<'a>,
    roles: &'a BTreeSet<Name>,
    pub(super) entity: &'a EntityDefinition,
    pub(super) scope: Scope<'a>,
    pub(super) others: &'a IndexMap<Name, WorkflowDefinition>,
    problems: Vec<Diagnostic>,
    settings: BTreeSet<Name>,
    /// Whether nodes are decided by mail that do not say so themselves.
    by_mail: bool,
    /// The workflow's variables.
    pub(super) variables: &'a Keyed<VariableDefinition>,
}

pub(super) fn did_you_mean<'n>(
    problem: Diagnostic,
    word: &str,
    candidates: impl IntoIterator<Item = &'n Name>,
) -> Diagnostic {
    match nearest(word, candidates.into_iter().map(Name::as_str)) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None => problem,
    }
}

/// `need_finance` → `Need finance`.
fn label_of(label: Option<&String>, name: &Name) -> String {
    label.cloned().unwrap_or_else(|| {
        let words = name.replace('_', " ");
        let mut letters = words.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
    })
}

impl<'a> Compiler<'a> {
    /// None where something is missing; the problems say what.
    fn workflow(&mut self, definition: &WorkflowDefinition) -> Option<Workflow> {
        let record = Scope::record(self.types, &definition.entity);
        let when = self.optional_condition("when", definition.when.as_ref(), &record);
        let variables = self.variables(definition);
        let mut within = graph::within(&definition.nodes);
        let reach = Reach::new(&definition.nodes);
        let nodes: Vec<(Name, Option<Node>)> = definition
            .nodes
            .iter()
            .map(|(name, node)| {
                let within = within.shift_remove(name).unwrap_or_default();
                let mut node = self.node(name, node);
                match node.as_mut().map(|node| &mut node.kind) {
                    Some(NodeKind::Merge { from, .. }) => *from = reach.to(name),
                    Some(NodeKind::Fork { free, .. }) => *free = graph::join_of(&definition.nodes, name).is_empty(),
                    _ => {}
                }
                (name.clone(), node.map(|node| Node { within, ..node }))
            })
            .collect();
        self.targets(definition);
        for (index, owner) in definition.owners.iter().enumerate().filter(|(_, owner)| !self.roles.contains(*owner)) {
            let problem = Diagnostic::error("E0513", format!("owners.{index}"), format!("no role `{owner}`"));
            self.problems.push(did_you_mean(problem, owner, self.roles));
        }
        self.races(definition);
        let mut watches: Vec<Name> =
            nodes.iter().filter_map(|(_, n)| n.as_ref()).flat_map(|n| n.kind.watches()).collect();
        watches.sort_unstable();
        watches.dedup();
        let start = definition
            .nodes
            .iter()
            .find(|(_, node)| matches!(node, NodeDefinition::Start(_)))
            .map(|(name, _)| name.clone())?;
        Some(Workflow {
            name: definition.name.clone(),
            label: label_of(definition.label.as_ref(), &definition.name),
            entity: definition.entity.clone(),
            when,
            priority: definition.priority,
            withdraw: definition.withdraw,
            most_returns: definition.most_returns,
            owners: definition.owners.clone(),
            urge_every: definition.urge_every.unwrap_or(URGE_EVERY),
            batch: definition.batch,
            variables: variables?,
            only_called: definition.only_called,
            nodes: nodes.into_iter().map(|(name, node)| node.map(|node| (name, node))).collect::<Option<_>>()?,
            edges: graph::way_marks(&definition.nodes),
            start,
            watches,
            settings: self.settings.iter().cloned().collect(),
        })
    }

    /// A variable may read those before it.
    fn variables(&mut self, definition: &WorkflowDefinition) -> Option<Keyed<Variable>> {
        let mut before = Keyed::new();
        let mut compiled = Some(Keyed::new());
        for (name, variable) in &definition.variables {
            let scope = Scope::workflow(self.types, &definition.entity, &before);
            let wanted = Type::of_kind(variable.variable_type);
            let path = format!("variables.{name}.value");
            let value = self.keep(&path, expression::compile_as(&variable.value, &scope, &wanted));
            match (value, &mut compiled) {
                (Some(value), Some(all)) => {
                    all.insert(
                        name.clone(),
                        Variable {
                            label: label_of(variable.label.as_ref(), name),
                            kind: variable.variable_type,
                            value,
                        },
                    );
                }
                (_, all) => *all = None,
            }
            before.insert(name.clone(), variable.clone());
        }
        compiled
    }

    fn node(&mut self, name: &Name, node: &NodeDefinition) -> Option<Node> {
        let at = format!("nodes.{name}");
        let (label, kind) = match node {
            NodeDefinition::Start(start) => (None, Some(NodeKind::Start { next: start.next.clone() })),
            NodeDefinition::Approval(approval) => (approval.label.as_ref(), self.approval(&at, approval)),
            NodeDefinition::Form(form) => {
                self.form_due(&at, form);
                let verbs = Verbs { reject: Some(VerbSwitch::On(false)), ..form.verbs.clone() };
                let node = ApprovalNode {
                    label: form.label.clone(),
                    approvers: form.people.clone(),
                    except: Vec::new(),
                    nobody: form.nobody.clone(),
                    same_as_initiator: SameAsInitiator::default(),
                    repeated: Repeated::default(),
                    mode: form.mode,
                    pool: form.pool,
                    verbs,
                    due: form.due.clone(),
                    // What is filled in is filled in in the app.
                    decide_by_mail: Some(false),
                    outcomes: Keyed::new(),
                    fields: form.fields.clone(),
                    next: form.next.clone(),
                    // Where it is settled without anybody, as `nobody: reject` would, it goes on too.
                    rejected: form.next.clone(),
                };
                let kind = self.approval(&at, &node).map(|kind| match kind {
                    NodeKind::Approval(approval) => NodeKind::Approval(Box::new(Approval { form: true, ..*approval })),
                    other => other,
                });
                (form.label.as_ref(), kind)
            }
            NodeDefinition::Switch(switch) => (switch.label.as_ref(), self.switch(&at, switch)),
            NodeDefinition::Fork(fork) => (fork.label.as_ref(), self.fork(&at, fork)),
            NodeDefinition::Join(join) => {
                let (of, next) = (join.of.clone(), join.next.clone());
                (join.label.as_ref(), Some(NodeKind::Join { of, wait_for: join.wait_for, next }))
            }
            NodeDefinition::Merge(merge) => {
                let next = merge.next.clone();
                (merge.label.as_ref(), Some(NodeKind::Merge { from: BTreeSet::new(), next }))
            }
            NodeDefinition::Call(call) => (call.label.as_ref(), self.call(&at, call)),
            NodeDefinition::Notify(notify) => {
                let to = self.sources(&format!("{at}.to"), &notify.to);
                let message = Template::compile(&notify.message, &self.scope);
                let message = self.keep(&format!("{at}.message"), message);
                let kind =
                    to.zip(message).map(|(to, message)| NodeKind::Notify { to, message, next: notify.next.clone() });
                (notify.label.as_ref(), kind)
            }
            NodeDefinition::Action(action) => (action.label.as_ref(), self.action(&at, action)),
            NodeDefinition::Wait(wait) => (wait.label.as_ref(), self.wait(&at, wait)),
            NodeDefinition::Race(race) => (race.label.as_ref(), Some(self.race(&at, race))),
            NodeDefinition::End(end) => {
                if ENGINE_OUTCOMES.contains(&end.outcome.as_str()) {
                    self.problem(
                        Diagnostic::error(
                            "E0517",
                            format!("{at}.outcome"),
                            format!("the engine itself gives the outcome `{}`", end.outcome),
                        )
                        .hint("choose another name, such as `approved` or `rejected`"),
                    );
                }
                (end.label.as_ref(), Some(NodeKind::End { outcome: end.outcome.clone(), terminate: end.terminate }))
            }
        };
        kind.map(|kind| Node { label: label_of(label, name), named: label.is_some(), within: Vec::new(), kind })
    }

    fn fork(&mut self, at: &str, fork: &ForkNode) -> Option<NodeKind> {
        if let Some(otherwise) = &fork.otherwise
            && !fork.branches.contains_key(otherwise)
        {
            let problem = Diagnostic::error("E0502", format!("{at}.otherwise"), format!("no branch `{otherwise}`"));
            self.problem(did_you_mean(problem, otherwise, fork.branches.keys()));
        }
        let conditional = |b: &BranchDefinition| b.when.is_some();
        if fork.otherwise.is_none() && !fork.branches.is_empty() && fork.branches.values().all(conditional) {
            self.problem(
                Diagnostic::error("E0526", format!("{at}.branches"), "perhaps no branch is taken")
                    .hint("name in `otherwise` the branch that is taken then, or take a condition away"),
            );
        }
        let branches: Vec<Option<(Name, ForkBranch)>> = fork
            .branches
            .iter()
            .map(|(branch, b)| {
                let when = match &b.when {
                    Some(when) => {
                        let when = expression::compile_condition(when, &self.scope);
                        Some(self.keep(&format!("{at}.branches.{branch}.when"), when)?)
                    }
                    None => None,
                };
                Some((branch.clone(), ForkBranch { label: b.label.clone(), when, next: b.next.clone() }))
            })
            .collect();
        let branches = branches.into_iter().collect::<Option<_>>()?;
        Some(NodeKind::Fork { branches, otherwise: fork.otherwise.clone(), free: false })
    }

    fn switch(&mut self, at: &str, switch: &SwitchNode) -> Option<NodeKind> {
        let cases: Vec<Option<(Name, Case)>> = switch
            .cases
            .iter()
            .map(|(name, case)| {
                let path = format!("{at}.cases.{name}.when");
                let when = expression::compile_condition(&case.when, &self.scope);
                let when = self.keep(&path, when)?;
                Some((name.clone(), Case { label: case.label.clone(), when, next: case.next.clone() }))
            })
            .collect();
        let cases = cases.into_iter().collect::<Option<_>>()?;
        Some(NodeKind::Switch { cases, default: switch.default.clone() })
    }

    fn approval(&mut self, at: &str, node: &ApprovalNode) -> Option<NodeKind> {
        if node.approvers.is_empty() {
            self.problem(
                Diagnostic::error("E0520", format!("{at}.approvers"), "nobody is named to decide")
                    .hint("name a role, a user, a manager, a department head or a field"),
            );
        }
        if matches!(node.approvers.as_slice(), [ApproverSource::Word(ApproverWord::Initiator)]) {
            self.problem(
                Diagnostic::warning("W0503", format!("{at}.approvers"), "only the initiator decides here")
                    .hint("name somebody else too, unless a confirmation is meant"),
            );
        }
        match &node.nobody {
            NobodyPolicy::Role(role) => self.role(&format!("{at}.nobody.role"), role),
            NobodyPolicy::User(_)
            | NobodyPolicy::Admin
            | NobodyPolicy::ManagerUp
            | NobodyPolicy::Pass
            | NobodyPolicy::Reject
            | NobodyPolicy::Refuse => {}
        }
        for (index, field) in node.fields.write.iter().enumerate() {
            self.field(&format!("{at}.fields.write.{index}"), field, true);
        }
        for (index, field) in node.fields.required.iter().enumerate() {
            self.field(&format!("{at}.fields.required.{index}"), field, true);
        }
        for (index, field) in node.fields.read.iter().enumerate() {
            self.field(&format!("{at}.fields.read.{index}"), field, false);
        }
        let write = &union(&node.fields.write, &node.fields.required);
        self.modes(at, node);
        let outcomes = self.outcomes(at, node);
        for (index, field) in node.fields.hide.iter().enumerate() {
            let path = format!("{at}.fields.hide.{index}");
            self.field(&path, field, false);
            if write.contains(field) {
                self.problem(Diagnostic::warning("W0504", path, format!("`{field}` is both written and hidden")));
            }
        }
        if node.repeated != Repeated::Ask && !write.is_empty() {
            self.problem(
                Diagnostic::warning(
                    "W0502",
                    format!("{at}.repeated"),
                    "nobody is skipped where the node writes fields",
                )
                .hint("take `repeated` away, or `fields.write`"),
            );
        }
        let due = self.due(at, node);
        let verbs = allowed(node);
        let asks = verbs.approve;
        if node.decide_by_mail == Some(true)
            && (asks.attachment, asks.signature) != (Reason::Optional, Reason::Optional)
        {
            self.problem(
                Diagnostic::error(
                    "E0538",
                    format!("{at}.decide_by_mail"),
                    "approving asks here for what no letter can bring",
                )
                .hint("take `attachment` and `signature` out of `verbs.approve`, or decide in the app alone"),
            );
        }
        let approvers = self.sources(&format!("{at}.approvers"), &node.approvers)?;
        Some(NodeKind::Approval(Box::new(Approval {
            approvers,
            except: node.except.clone(),
            nobody: node.nobody.clone(),
            same_as_initiator: node.same_as_initiator,
            repeated: if write.is_empty() { node.repeated } else { Repeated::Ask },
            mode: node.mode,
            pool: node.pool,
            form: false,
            verbs,
            due,
            by_mail: node.decide_by_mail.unwrap_or(self.by_mail),
            outcomes,
            write: write.clone(),
            required: node.fields.required.clone(),
            read: node.fields.read.clone(),
            hide: node.fields.hide.clone(),
            next: node.next.clone(),
            rejected: node.rejected.clone(),
        })))
    }

    /// Numbers of a mode that nobody could reach.
    fn modes(&mut self, at: &str, node: &ApprovalNode) {
        if node.mode == Mode::AtLeast(0) {
            let problem = Diagnostic::error("E0522", format!("{at}.mode.at_least"), "at least one must decide");
            self.problem(problem);
        }
        let pooled =
            |source: &ApproverSource| matches!(source, ApproverSource::Role { .. } | ApproverSource::Position { .. });
        if node.pool && !node.approvers.iter().any(pooled) {
            self.problem(
                Diagnostic::error(
                    "E0524",
                    format!("{at}.pool"),
                    "a pool needs a role or a position, but none is named",
                )
                .hint("take `pool` away, or name a role"),
            );
        }
    }

    fn outcomes(&mut self, at: &str, node: &ApprovalNode) -> Keyed<OwnOutcome> {
        let mut outcomes = Keyed::new();
        for (name, outcome) in &node.outcomes {
            let at = format!("{at}.outcomes.{name}");
            if matches!(name.as_str(), "approved" | "rejected" | "transferred" | "delegated" | "closed")
                || ENGINE_OUTCOMES.contains(&name.as_str())
            {
                self.problem(
                    Diagnostic::error("E0517", at.clone(), format!("the engine itself gives the outcome `{name}`"))
                        .hint("choose another name"),
                );
            }
            for (list, fields) in [("write", &outcome.form.write), ("required", &outcome.form.required)] {
                for (index, field) in fields.iter().enumerate() {
                    self.field(&format!("{at}.form.{list}.{index}"), field, true);
                }
            }
            let own = OwnOutcome {
                label: label_of(outcome.label.as_ref(), name),
                write: union(&outcome.form.write, &outcome.form.required),
                required: outcome.form.required.clone(),
                asks: asks(&outcome.asks),
                next: outcome.next.clone(),
            };
            outcomes.insert(name.clone(), own);
        }
        outcomes
    }

    /// Whether returns lead to approvals.
    fn targets(&mut self, definition: &WorkflowDefinition) {
        for (name, node) in &definition.nodes {
            let NodeDefinition::Approval(node) = node else { continue };
            let Some(ReturnOptions { to: ReturnTo::Nodes(nodes), .. }) = &node.verbs.give_back else { continue };
            for (index, to) in nodes.iter().enumerate() {
                if matches!(definition.nodes.get(to), Some(NodeDefinition::Approval(_))) && to != name {
                    continue;
                }
                let at = format!("nodes.{name}.verbs.return.to.nodes.{index}");
                let problem = Diagnostic::error("E0525", at, format!("`{to}` is no other approval"));
                self.problem(did_you_mean(problem, to, definition.nodes.keys()));
            }
        }
    }

    pub(super) fn sources(&mut self, at: &str, sources: &[ApproverSource]) -> Option<Vec<Source>> {
        let compiled: Vec<Option<Source>> =
            sources.iter().enumerate().map(|(index, source)| self.source(&format!("{at}.{index}"), source)).collect();
        compiled.into_iter().collect()
    }

    fn source(&mut self, at: &str, source: &ApproverSource) -> Option<Source> {
        Some(match source {
            ApproverSource::Word(ApproverWord::Initiator) => Source::Initiator,
            ApproverSource::User { user } => Source::User(user.clone()),
            ApproverSource::Role { role, within } => {
                self.role(&format!("{at}.role"), role);
                let within = self.within(at, within.as_ref())?;
                Source::Role { role: role.clone(), within }
            }
            ApproverSource::Position { position, within } => {
                let within = self.within(at, within.as_ref())?;
                Source::Position { position: position.clone(), within }
            }
            ApproverSource::Manager { manager } => {
                self.positive(&format!("{at}.manager.level"), manager.level);
                let of = self.of(&format!("{at}.manager.of"), &manager.of, "user")?;
                Source::Manager { of, level: manager.level }
            }
            ApproverSource::ManagerChain { manager_chain } => {
                let until = match &manager_chain.until {
                    Some(ChainUntil::Level(level)) => {
                        self.positive(&format!("{at}.manager_chain.until.level"), *level);
                        Some(Until::Level(*level))
                    }
                    Some(ChainUntil::Role(role)) => {
                        self.role(&format!("{at}.manager_chain.until.role"), role);
                        Some(Until::Role(role.clone()))
                    }
                    Some(ChainUntil::Amount(amount)) => {
                        let expr = expression::compile(amount, &self.scope);
                        let expr = self.keep(&format!("{at}.manager_chain.until.amount"), expr)?;
                        if !expr.ty().is_number() && *expr.ty() != Type::Unknown {
                            let told = format!("expected a number, but `{amount}` is {}", expr.ty());
                            self.problem(Diagnostic::error("E0304", format!("{at}.manager_chain.until.amount"), told));
                        }
                        Some(Until::Amount(expr))
                    }
                    None => None,
                };
                let of = self.of(&format!("{at}.manager_chain.of"), &manager_chain.of, "user")?;
                Source::ManagerChain { of, until }
            }
            ApproverSource::DepartmentHead { department_head } => {
                let of = self.of(&format!("{at}.department_head.of"), &department_head.of, "department")?;
                Source::DepartmentHead { of, up: department_head.up }
            }
            ApproverSource::Field { field } => Source::Field(self.path_to(&format!("{at}.field"), field, "user")?),
            ApproverSource::Expr { expr } => Source::Expr(self.path_to(&format!("{at}.expr"), expr, "user")?),
            ApproverSource::Lines { lines } => {
                let path = format!("{at}.lines.of");
                let table = self.entity.fields.get(&lines.of).filter(|f| f.field_type == FieldKind::Lines);
                if table.is_none() {
                    let told = format!("`{}` has no line table `{}`", self.entity.name, lines.of);
                    let tables = self.entity.fields.iter().filter(|(_, f)| f.field_type == FieldKind::Lines);
                    let problem = Diagnostic::error("E0514", path, told);
                    self.problem(did_you_mean(problem, &lines.of, tables.map(|(name, _)| name)));
                    return None;
                }
                let scope = Scope::line(self.types, &self.entity.name, &lines.of);
                let expr = expression::compile(&lines.field, &scope);
                let expr = self.keep(&format!("{at}.lines.field"), expr)?;
                self.leads(&format!("{at}.lines.field"), &lines.field, &expr, "user");
                Source::Lines { of: lines.of.clone(), path: expr }
            }
            ApproverSource::InitiatorPicks { initiator_picks } => {
                self.picks(&format!("{at}.initiator_picks"), Picker::Initiator, initiator_picks)?
            }
            ApproverSource::PreviousPicks { previous_picks } => {
                self.picks(&format!("{at}.previous_picks"), Picker::Previous, previous_picks)?
            }
        })
    }

    fn picks(&mut self, at: &str, by: Picker, picks: &PickSource) -> Option<Source> {
        if picks.from.is_empty() || picks.most == 0 {
            let hint = "name in `from` of whom one chooses, and in `most` how many at most";
            self.problem(Diagnostic::error("E0520", at, "nobody can be chosen").hint(hint));
        }
        let again = |source: &ApproverSource| {
            matches!(source, ApproverSource::InitiatorPicks { .. } | ApproverSource::PreviousPicks { .. })
        };
        if picks.from.iter().any(again) {
            self.problem(Diagnostic::error("E0520", format!("{at}.from"), "one cannot choose of those who are chosen"));
            return None;
        }
        let from = self.sources(&format!("{at}.from"), &picks.from)?;
        Some(Source::Picks { by, from, most: picks.most })
    }

    /// The outer none: it cannot be compiled.
    fn within(&mut self, at: &str, within: Option<&RoleWithin>) -> Option<Option<Of>> {
        match within {
            None => Some(None),
            Some(RoleWithin::InitiatorDepartment) => Some(Some(Of::Initiator)),
            Some(RoleWithin::Department(path)) => {
                let path = self.path_to(&format!("{at}.in.department"), path, "department")?;
                Some(Some(Of::Path(path)))
            }
        }
    }

    fn of(&mut self, at: &str, source: &str, entity: &str) -> Option<Of> {
        if source.trim() == "initiator" {
            return Some(Of::Initiator);
        }
        self.path_to(at, source, entity).map(Of::Path)
    }

    fn path_to(&mut self, at: &str, source: &str, entity: &str) -> Option<Expr> {
        let expr = expression::compile(source, &self.scope);
        let expr = self.keep(at, expr)?;
        self.leads(at, source, &expr, entity);
        Some(expr)
    }

    /// Whether an expression leads to people, or departments.
    fn leads(&mut self, at: &str, source: &str, expr: &Expr, entity: &str) {
        let leads = |ty: &Type| match ty {
            Type::Unknown => true,
            Type::Reference(to) => *to == entity,
            _ => false,
        };
        let fits = match expr.ty() {
            Type::List(of) => entity == "user" && leads(of),
            ty => leads(ty),
        };
        if !fits {
            self.problem(
                Diagnostic::error(
                    "E0518",
                    at,
                    format!("expected a path to a {entity}, but `{source}` is {}", expr.ty()),
                )
                .hint(format!("name `initiator` or a field of type `{entity}`")),
            );
        }
    }

    fn action(&mut self, at: &str, node: &ActionNode) -> Option<NodeKind> {
        let steps: Vec<Option<(Name, ActionStep)>> = node
            .steps
            .iter()
            .map(|(name, step)| Some((name.clone(), self.step(&format!("{at}.do.{name}"), step)?)))
            .collect();
        let steps = steps.into_iter().collect::<Option<_>>()?;
        Some(NodeKind::Action { steps, next: node.next.clone() })
    }

    fn step(&mut self, at: &str, step: &Step) -> Option<ActionStep> {
        let scope = self.scope.clone();
        match step {
            Step::Update(update) if update.record.is_some() || update.from.is_some() => {
                self.problem(
                    Diagnostic::error("E0519", at, "a workflow changes no other record by itself")
                        .hint("put it into the `do` of a transition, and make that transition here"),
                );
                None
            }
            Step::Update(update) => {
                let mut set = Some(Keyed::new());
                for (field, source) in &update.set {
                    let path = format!("{at}.update.set.{field}");
                    self.field(&path, field, true);
                    let wanted = self.entity.fields.get(field).map(|f| Type::of_field(&self.entity.name, field, f));
                    let value = expression::compile_as(source, &scope, &wanted.unwrap_or_default());
                    match (self.keep(&path, value), &mut set) {
                        (Some(value), Some(all)) => {
                            all.insert(field.clone(), value);
                        }
                        (_, all) => *all = None,
                    }
                }
                let when = self.optional_condition(&format!("{at}.update.when"), update.when.as_ref(), &scope);
                Some(ActionStep::Update { set: set?, when })
            }
            Step::Transition(transition) => {
                let lifecycle = self.entity.lifecycle.as_ref();
                if !lifecycle.is_some_and(|l| l.transitions.contains_key(&transition.name)) {
                    let problem = Diagnostic::error(
                        "E0516",
                        format!("{at}.transition.name"),
                        format!("`{}` has no transition `{}`", self.entity.name, transition.name),
                    );
                    let names = lifecycle.iter().flat_map(|l| l.transitions.keys());
                    self.problem(did_you_mean(problem, &transition.name, names));
                }
                let when = self.optional_condition(&format!("{at}.transition.when"), transition.when.as_ref(), &scope);
                Some(ActionStep::Transition { name: transition.name.clone(), when })
            }
            Step::Create(_) | Step::Copy(_) | Step::Notify(_) => {
                let hint = if matches!(step, Step::Notify(_)) {
                    "use a node of type `notify`"
                } else {
                    "put it into the `do` of a transition, and make that transition here"
                };
                self.problem(
                    Diagnostic::error("E0519", at, "a workflow can only update its record or make a transition of it")
                        .hint(hint),
                );
                None
            }
        }
    }

    /// The names of all calendars.
    pub(super) fn calendars(&self) -> Vec<Name> {
        self.types.calendars.keys().cloned().collect()
    }

    pub(super) fn kind_of(&self, field: &Name) -> Option<FieldKind> {
        self.entity.fields.get(field).map(|definition| definition.field_type)
    }

    /// Whether a field is there, and can be written where it is.
    pub(super) fn field(&mut self, at: &str, field: &Name, written: bool) {
        match self.entity.fields.get(field) {
            None => {
                let problem = Diagnostic::error("E0514", at, format!("`{}` has no field `{field}`", self.entity.name));
                self.problem(did_you_mean(problem, field, self.entity.fields.keys()));
            }
            Some(definition) if written && definition.is_derived() => {
                self.problem(Diagnostic::error("E0521", at, format!("`{field}` is computed by a formula")));
            }
            Some(definition) if written && definition.field_type == FieldKind::Lines => {
                self.problem(
                    Diagnostic::error("E0521", at, format!("`{field}` is a line table and cannot be written here"))
                        .hint("give it back to the initiator to change lines"),
                );
            }
            Some(_) => {}
        }
    }

    fn role(&mut self, at: &str, role: &Name) {
        if !self.roles.contains(role) {
            let problem = Diagnostic::error("E0513", at, format!("no role `{role}`"));
            self.problem(did_you_mean(problem, role, self.roles));
        }
    }

    fn positive(&mut self, at: &str, level: u32) {
        if level == 0 {
            self.problem(Diagnostic::error("E0522", at, "levels count from 1").hint("1 is the manager"));
        }
    }

    fn optional_condition(&mut self, at: &str, condition: Option<&Condition>, scope: &Scope<'_>) -> Option<Expr> {
        condition.and_then(|condition| self.keep(at, expression::compile_condition(condition, scope)))
    }

    pub(super) fn problems_so_far(&self) -> usize {
        self.problems.len()
    }

    pub(super) fn problem(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    /// The value, or its problems noted under `at`. Settings that it reads are noted too.
    pub(super) fn keep<T: Reads>(&mut self, at: &str, compiled: Result<T, Vec<Diagnostic>>) -> Option<T> {
        match compiled {
            Ok(value) => {
                value.settings(&mut self.settings);
                Some(value)
            }
            Err(problems) => {
                self.problems.extend(problems.into_iter().map(|p| p.under(at)));
                None
            }
        }
    }
}

/// Whose settings are copied into the instance.
pub(super) trait Reads {
    fn settings(&self, into: &mut BTreeSet<Name>);
}

impl Reads for Expr {
    fn settings(&self, into: &mut BTreeSet<Name>) {
        into.extend(self.references().into_iter().filter_map(|reference| match reference {
            Reference::Setting(name) => Some(name),
            _ => None,
        }));
    }
}

impl Reads for Template {
    fn settings(&self, into: &mut BTreeSet<Name>) {
        for expr in self.exprs() {
            expr.settings(into);
        }
    }
}

fn allowed(node: &ApprovalNode) -> Allowed {
    let verbs = &node.verbs;
    let plain = |options: &Option<VerbOptions>| options.as_ref().map(asks);
    let unless_off = |switch: &Option<VerbSwitch>| match switch {
        None | Some(VerbSwitch::On(true)) => Some(Asks::default()),
        Some(VerbSwitch::On(false)) => None,
        Some(VerbSwitch::Options(options)) => Some(asks(options)),
    };
    Allowed {
        approve: plain(&verbs.approve).unwrap_or_default(),
        reject: unless_off(&verbs.reject),
        give_back: verbs.give_back.as_ref().map(|options| GiveBack {
            asks: Asks { reason: options.reason, attachment: options.attachment, signature: options.signature },
            to: options.to.clone(),
            then: options.then,
        }),
        transfer: plain(&verbs.transfer),
        delegate: plain(&verbs.delegate),
        add_signer: verbs.add_signer.as_ref().map(|options| AddSigner {
            asks: Asks { reason: options.reason, attachment: options.attachment, signature: options.signature },
            places: if options.places.is_empty() {
                vec![SignerPlace::Before, SignerPlace::After, SignerPlace::Beside]
            } else {
                options.places.clone()
            },
        }),
        remove_signer: plain(&verbs.remove_signer),
        take_back: plain(&verbs.take_back),
        cc: plain(&verbs.cc),
        consult: plain(&verbs.consult),
        comment: unless_off(&verbs.comment),
        urge: unless_off(&verbs.urge).is_some(),
    }
}

fn asks(options: &VerbOptions) -> Asks {
    Asks { reason: options.reason, attachment: options.attachment, signature: options.signature }
}

fn union(one: &[Name], other: &[Name]) -> Vec<Name> {
    let more = other.iter().filter(|name| !one.contains(name));
    one.iter().chain(more).cloned().collect()
}

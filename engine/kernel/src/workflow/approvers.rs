//! Who decides at an approval: sources, exceptions, substitutes, skips, and what happens when nobody is found.
//!
//! Every way out of here leaves an approval with an active person to decide, or settles it, or refuses the command.

use uuid::Uuid;

use super::{
    Approval, At, LeftOut, Named, Of, PartFound, PartState, SkipReason, Source, Via, What, people,
    run::{Run, Stop},
};
use crate::{
    Name, Rejection, Value,
    definition::{ChainUntil, Exception, Mode, NobodyPolicy, Repeated, SameAsInitiator},
    expression::Expr,
};

/// Everybody whom the sources lead to, those who left too, in order, perhaps several times.
pub(super) fn find(run: &Run<'_>, node: &Name, sources: &[Source]) -> Result<Vec<(Uuid, Via)>, Stop> {
    let mut found = Vec::new();
    let mut needs = Vec::new();
    for source in sources {
        match one(run, node, source) {
            Ok(people) => found.extend(people),
            Err(Stop::Needs(queries)) => needs.extend(queries),
            Err(stop @ Stop::Rejected(_)) => return Err(stop),
        }
    }
    if needs.is_empty() { Ok(found) } else { Err(Stop::Needs(needs)) }
}

fn one(run: &Run<'_>, node: &Name, source: &Source) -> Result<Vec<(Uuid, Via)>, Stop> {
    let org = run.env.ctx.org;
    Ok(match source {
        Source::Initiator => vec![(run.instance.initiator.id, Via::Initiator)],
        Source::User(email) => people::by_email(org, email).map(|id| (id, Via::User)).into_iter().collect(),
        Source::Role { role, initiator_department: false } => {
            let via = Via::Role { role: role.clone(), department: None };
            org.with_role(role).into_iter().map(|id| (id, via.clone())).collect()
        }
        Source::Role { role, initiator_department: true } => run
            .instance
            .department
            .as_ref()
            .map(|department| people::with_role_near(org, role, department.id))
            .unwrap_or_default(),
        Source::Manager { of, level } => {
            let mut found = Vec::new();
            for person in whose(run, node, of)? {
                let above = people::managers(org, person);
                let index = usize::try_from(*level).unwrap_or(usize::MAX).saturating_sub(1);
                let via = Via::Manager { of: people::person(org, person), level: *level };
                found.extend(above.get(index).map(|id| (*id, via)));
            }
            found
        }
        Source::ManagerChain { of, until } => {
            let mut found = Vec::new();
            for person in whose(run, node, of)? {
                found.extend(chain(run, person, until.as_ref()));
            }
            found
        }
        Source::DepartmentHead { of, up } => {
            let departments = match of {
                Of::Initiator => run.instance.department.iter().map(|d| d.id).collect(),
                Of::Path(path) => ids(run, node, path)?,
            };
            let up = usize::try_from(*up).unwrap_or(usize::MAX);
            let heads = departments.into_iter().filter_map(|id| {
                let at = people::departments(org, id).get(up).copied()?;
                let head = org.departments.get(&at)?.head?;
                Some((head, Via::DepartmentHead { department: people::department(org, at) }))
            });
            heads.collect()
        }
        Source::Field(path) => {
            let via = Via::Field { path: path.source().to_owned() };
            ids(run, node, path)?.into_iter().map(|id| (id, via.clone())).collect()
        }
    })
}

fn whose(run: &Run<'_>, node: &Name, of: &Of) -> Result<Vec<Uuid>, Stop> {
    match of {
        Of::Initiator => Ok(vec![run.instance.initiator.id]),
        Of::Path(path) => ids(run, node, path),
    }
}

fn ids(run: &Run<'_>, node: &Name, path: &Expr) -> Result<Vec<Uuid>, Stop> {
    let value = run.eval(path).map_err(|e| run.stop(e, &format!("{node}.approvers")))?.0;
    Ok(match value {
        Value::Id(id) => vec![id],
        Value::List(list) => list.iter().filter_map(Value::as_id).collect(),
        _ => Vec::new(),
    })
}

/// Managers upwards. Who left takes a level but neither decides nor ends the chain.
fn chain(run: &Run<'_>, of: Uuid, until: Option<&ChainUntil>) -> Vec<(Uuid, Via)> {
    let org = run.env.ctx.org;
    let mut found = Vec::new();
    for (index, id) in people::managers(org, of).into_iter().enumerate() {
        let level = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
        found.push((id, Via::Manager { of: people::person(org, of), level }));
        let last = match until {
            None => false,
            Some(ChainUntil::Level(levels)) => level >= *levels,
            Some(ChainUntil::Role(role)) => {
                org.people.get(&id).is_some_and(|p| p.active && p.roles.iter().any(|r| r == role))
            }
        };
        if last {
            break;
        }
    }
    found
}

/// Whether the node lets them decide.
fn eligible(run: &Run<'_>, approval: &Approval, id: Uuid) -> Result<(), SkipReason> {
    if !people::is_active(run.env.ctx.org, id) {
        return Err(SkipReason::Inactive);
    }
    for exception in &approval.except {
        match exception {
            Exception::Initiator if id == run.instance.initiator.id => return Err(SkipReason::ExceptInitiator),
            Exception::EarlierApprovers if run.instance.approvals.iter().any(|a| a.who.id == id) => {
                return Err(SkipReason::ExceptEarlierApprover);
            }
            Exception::Initiator | Exception::EarlierApprovers => {}
        }
    }
    Ok(())
}

/// Whether they may stand in for somebody: as [`eligible`], and not the initiator where that one may not decide alone.
pub(super) fn may_stand_in(run: &Run<'_>, approval: &Approval, id: Uuid) -> Result<(), SkipReason> {
    if id == run.instance.initiator.id && approval.same_as_initiator != SameAsInitiator::Decide {
        return Err(SkipReason::SameAsInitiator);
    }
    eligible(run, approval, id)
}

struct Found {
    parts: Vec<PartFound>,
    left_out: Vec<LeftOut>,
}

impl Found {
    fn add(&mut self, who: Named, via: Via, skipped: Option<SkipReason>) {
        if !self.parts.iter().any(|p| p.who.id == who.id) {
            self.parts.push(PartFound { who, via, skipped });
        }
    }

    fn leave_out(&mut self, who: Named, reason: SkipReason) {
        if !self.left_out.iter().any(|l| l.who.id == who.id) {
            self.left_out.push(LeftOut { who, reason });
        }
    }
}

/// A token came to an approval: its people are found and asked.
pub(super) fn ask(run: &mut Run<'_>, token: u32, node: &Name, approval: &Approval) -> Result<(), Stop> {
    let found = resolve(run, token, node, approval)?;
    let at = run.at(token, node);
    if !found.parts.is_empty() {
        let mode = approval.mode;
        emit_found(run, at, mode, found, None);
        return run.settle(token);
    }
    match nobody(run, approval, node)? {
        Fallback::People { by, people } => {
            let parts = people
                .into_iter()
                .map(|who| PartFound { who, via: Via::Nobody { by: by.clone() }, skipped: None })
                .collect();
            // Whoever stands in for nobody: one of them is enough, whatever the node's mode.
            emit_found(run, at, Mode::Any, Found { parts, ..found }, Some(by));
            run.settle(token)
        }
        Fallback::Settled { by, approved } => {
            emit_found(run, at, approval.mode, found, Some(by));
            run.settle_as(token, approved, true);
            Ok(())
        }
    }
}

fn emit_found(run: &mut Run<'_>, at: At, mode: Mode, found: Found, nobody: Option<Name>) {
    let what = What::ApproversFound { at, mode, parts: found.parts, left_out: found.left_out, nobody };
    run.emit_engine(what);
}

/// Sources, then exceptions, then the initiator's substitute, then who has approved before.
fn resolve(run: &Run<'_>, token: u32, node: &Name, approval: &Approval) -> Result<Found, Stop> {
    let org = run.env.ctx.org;
    let mut found = Found { parts: Vec::new(), left_out: Vec::new() };
    for (id, via) in find(run, node, &approval.approvers)? {
        let who = people::person(org, id);
        if let Err(reason) = eligible(run, approval, id) {
            found.leave_out(who, reason);
        } else if id != run.instance.initiator.id || approval.same_as_initiator == SameAsInitiator::Decide {
            let skipped = repeated(run, token, approval, id);
            found.add(who, via, skipped);
        } else if let Some((substitute, by)) = substitute(run, approval) {
            let skipped = repeated(run, token, approval, substitute);
            found.add(people::person(org, substitute), Via::ForInitiator { by: by.into() }, skipped);
            found.leave_out(who, SkipReason::SameAsInitiator);
        } else if approval.same_as_initiator == SameAsInitiator::Skip {
            found.add(who, via, Some(SkipReason::SameAsInitiator));
        } else {
            found.leave_out(who, SkipReason::SameAsInitiator);
        }
    }
    // Where one decision is enough and somebody else can take it, the initiator's own must not be that one.
    let initiators = |part: &PartFound| part.skipped == Some(SkipReason::SameAsInitiator);
    if approval.mode == Mode::Any && found.parts.iter().any(|part| !initiators(part)) {
        let (own, others): (Vec<PartFound>, Vec<PartFound>) = found.parts.into_iter().partition(initiators);
        found.parts = others;
        for part in own {
            found.leave_out(part.who, SkipReason::SameAsInitiator);
        }
    }
    Ok(found)
}

/// Who decides in the initiator's place: the manager, or the head of the nearest department that somebody else heads.
fn substitute(run: &Run<'_>, approval: &Approval) -> Option<(Uuid, &'static str)> {
    let org = run.env.ctx.org;
    let initiator = run.instance.initiator.id;
    match approval.same_as_initiator {
        SameAsInitiator::Decide | SameAsInitiator::Skip => None,
        SameAsInitiator::Manager => {
            let managers = people::managers(org, initiator);
            managers.into_iter().find(|id| eligible(run, approval, *id).is_ok()).map(|id| (id, "manager"))
        }
        SameAsInitiator::DepartmentHead => {
            let departments = people::departments(org, run.instance.department.as_ref()?.id);
            let heads = departments.into_iter().filter_map(|id| org.departments.get(&id)?.head);
            let mut others = heads.filter(|id| *id != initiator && eligible(run, approval, *id).is_ok());
            others.next().map(|id| (id, "department_head"))
        }
    }
}

fn repeated(run: &Run<'_>, token: u32, approval: &Approval, id: Uuid) -> Option<SkipReason> {
    let before = run.instance.approvals.iter().rev().find(|a| a.who.id == id)?;
    let skip = match approval.repeated {
        Repeated::Ask => false,
        Repeated::Skip => true,
        Repeated::SkipConsecutive => run.instance.tokens.get(&token).is_some_and(|t| t.previous.contains(&id)),
    };
    skip.then(|| SkipReason::AlreadyApproved { node: before.node.clone(), label: before.label.clone() })
}

enum Fallback {
    People { by: Name, people: Vec<Named> },
    Settled { by: Name, approved: bool },
}

/// What the policy says when nobody is found.
fn nobody(run: &Run<'_>, approval: &Approval, node: &Name) -> Result<Fallback, Stop> {
    let (by, people) = match &approval.nobody {
        NobodyPolicy::Pass => return Ok(Fallback::Settled { by: "pass".into(), approved: true }),
        NobodyPolicy::Reject => return Ok(Fallback::Settled { by: "reject".into(), approved: false }),
        NobodyPolicy::Refuse if run.submission => return Err(refused(run, node)),
        policy => named(run, policy),
    };
    let allowed: Vec<Named> = people
        .into_iter()
        .filter(|id| may_stand_in(run, approval, *id).is_ok())
        .map(|id| people::person(run.env.ctx.org, id))
        .collect();
    if !allowed.is_empty() {
        return Ok(Fallback::People { by: by.into(), people: allowed });
    }
    let admins: Vec<Named> = admins(run)
        .into_iter()
        .filter(|id| may_stand_in(run, approval, *id).is_ok())
        .map(|id| people::person(run.env.ctx.org, id))
        .collect();
    if admins.is_empty() {
        Err(refused(run, node))
    } else {
        Ok(Fallback::People { by: "admin".into(), people: admins })
    }
}

/// The people whom a policy names. At most the nearest manager, but everybody of a role.
fn named(run: &Run<'_>, policy: &NobodyPolicy) -> (&'static str, Vec<Uuid>) {
    let org = run.env.ctx.org;
    match policy {
        NobodyPolicy::Role(role) => ("role", org.with_role(role)),
        NobodyPolicy::User(email) => ("user", people::by_email(org, email).into_iter().collect()),
        NobodyPolicy::ManagerUp => {
            let managers = people::managers(org, run.instance.initiator.id);
            ("manager_up", managers.into_iter().find(|id| people::is_active(org, *id)).into_iter().collect())
        }
        // Past the submission, `refuse` can refuse nothing any more.
        NobodyPolicy::Admin | NobodyPolicy::Refuse | NobodyPolicy::Pass | NobodyPolicy::Reject => {
            ("admin", admins(run))
        }
    }
}

/// An administrator who has no part in the approval that the token stands at.
pub(super) fn administrator(run: &Run<'_>, token: u32) -> Option<Named> {
    let (_, visit) = run.visit(token)?;
    let free = admins(run).into_iter().find(|id| !visit.parts.iter().any(|p| p.who.id == *id));
    free.map(|id| people::person(run.env.ctx.org, id))
}

/// Active people who look after the system, each once.
fn admins(run: &Run<'_>) -> Vec<Uuid> {
    let mut found: Vec<Uuid> = Vec::new();
    let roles = run.env.catalog.roles.iter().filter(|(_, role)| role.definition.admin).map(|(name, _)| name);
    for id in roles.flat_map(|role| run.env.ctx.org.with_role(role)) {
        if !found.contains(&id) {
            found.push(id);
        }
    }
    found
}

fn refused(run: &Run<'_>, node: &Name) -> Stop {
    let label = run.workflow.nodes.get(node).map(|n| n.label.clone()).unwrap_or_default();
    Rejection::state("nobody_found", format!("Expected somebody to decide at `{label}`, but nobody was found")).into()
}

/// Opens the tasks that are due: all at once, or the next in turn. Who left meanwhile is stood in for.
pub(super) fn open_due(run: &mut Run<'_>, token: u32, node: &Name, mode: Mode) -> Result<(), Stop> {
    let Some((_, visit)) = run.visit(token) else { return Ok(()) };
    if mode == Mode::Sequence && visit.parts.iter().any(|p| matches!(p.state, PartState::Open(_))) {
        return Ok(());
    }
    let pending: Vec<usize> =
        visit.parts.iter().enumerate().filter(|(_, p)| p.state == PartState::Pending).map(|(i, _)| i).collect();
    let due = if mode == Mode::Sequence { pending.get(..1).unwrap_or_default() } else { &pending };
    for index in due {
        let Some(part) = run.visit(token).and_then(|(_, v)| v.parts.get(*index)).cloned() else { continue };
        if people::is_active(run.env.ctx.org, part.who.id) {
            run.open_task(token, node, *index, part.who, part.via);
            continue;
        }
        match stand_in(run, token, node, &part.who)? {
            StandIn::Person(who, via) => run.open_task(token, node, *index, who, via),
            StandIn::Settled(approved) => {
                let at = run.at(token, node);
                run.emit_engine(What::PartSettled { at, part: *index, who: part.who, approved });
                return run.settle(token);
            }
            StandIn::Rejected => {
                run.settle_as(token, false, true);
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Who takes the part of somebody who left.
pub(super) enum StandIn {
    /// This person.
    Person(Named, Via),
    /// Nobody: it counts as approved for this reason, or the others decide.
    Settled(Option<SkipReason>),
    /// Nobody: the node counts as rejected.
    Rejected,
}

/// The leaver's nearest manager who may; where a manager decides here anyway, the others do; else the node's policy.
pub(super) fn stand_in(run: &Run<'_>, token: u32, node: &Name, leaver: &Named) -> Result<StandIn, Stop> {
    let org = run.env.ctx.org;
    let Some((_, visit)) = run.visit(token) else { return Ok(StandIn::Settled(None)) };
    let Some(super::NodeKind::Approval(approval)) = run.workflow.nodes.get(node).map(|n| &n.kind) else {
        return Ok(StandIn::Settled(None));
    };
    let decides = |id: Uuid| {
        let undecided = |state: &PartState| matches!(state, PartState::Open(_) | PartState::Pending);
        visit.parts.iter().any(|p| p.who.id == id && id != leaver.id && undecided(&p.state))
    };
    let approved = |id: Uuid| visit.parts.iter().any(|p| p.who.id == id && p.state == PartState::Approved);
    let free = |id: &Uuid| !decides(*id) && !approved(*id);
    let managers = people::managers(org, leaver.id);
    if let Some(manager) = managers.into_iter().find(|id| may_stand_in(run, approval, *id).is_ok()) {
        if decides(manager) {
            return Ok(StandIn::Settled(None));
        }
        if free(&manager) {
            return Ok(StandIn::Person(people::person(org, manager), Via::Left { from: leaver.clone() }));
        }
    }
    match &approval.nobody {
        NobodyPolicy::Pass => return Ok(StandIn::Settled(Some(SkipReason::NobodyPasses))),
        NobodyPolicy::Reject => return Ok(StandIn::Rejected),
        NobodyPolicy::Role(_)
        | NobodyPolicy::User(_)
        | NobodyPolicy::Admin
        | NobodyPolicy::ManagerUp
        | NobodyPolicy::Refuse => {}
    }
    let (_, people) = named(run, &approval.nobody);
    let allowed = |id: &Uuid| may_stand_in(run, approval, *id).is_ok();
    let policy = people.into_iter().chain(admins(run)).filter(allowed);
    // An administrator who may not decide here can still hand it over; better than a task that nobody can act on.
    let last = admins(run);
    let mut candidates = policy.chain(last).filter(free);
    match candidates.next() {
        Some(id) => Ok(StandIn::Person(people::person(org, id), Via::Left { from: leaver.clone() })),
        None if visit.parts.iter().any(|p| decides(p.who.id) || p.state == PartState::Approved) => {
            Ok(StandIn::Settled(None))
        }
        None => {
            let label = run.workflow.nodes.get(node).map(|n| n.label.clone()).unwrap_or_default();
            let message = format!(
                "Expected somebody to decide at `{label}` in the place of {}, but nobody was found",
                leaver.name
            );
            Err(Rejection::state("nobody_found", message).into())
        }
    }
}

//! Who decides at an approval: sources, exceptions, substitutes, skips, and what happens when nobody is found.
//!
//! Every way out of here leaves an approval with an active person to decide, or settles it, or refuses the command.

use uuid::Uuid;

use super::{
    Approval, At, LeftOut, Named, PartFound, PartState, Picker, Pool, SkipReason, Source, Via, What, people,
    run::{Foretelling, Run, Stop},
    sources::Search,
    visit::group_of,
};
use crate::{
    Name, Rejection,
    definition::{Exception, Mode, NobodyPolicy, Repeated, SameAsInitiator},
    expression::{EvalError, Expr},
};

/// Everybody whom the sources of a node lead to, those who left too, in order, perhaps several times.
pub(super) fn find(run: &Run<'_>, node: &Name, sources: &[Source]) -> Result<Vec<(Uuid, Via)>, Stop> {
    search(run, node, |search| search.find(sources))
}

fn search<T>(run: &Run<'_>, node: &Name, work: impl FnOnce(&Search<'_>) -> Result<T, EvalError>) -> Result<T, Stop> {
    let eval = |expr: &Expr| run.eval(expr).map(|(value, _)| value);
    let lines = |table: &Name, expr: &Expr| run.eval_lines(table, expr);
    let picked = run.instance.picks.get(node);
    let search = Search {
        org: run.env.ctx.org,
        initiator: Some(run.instance.initiator.id),
        department: run.instance.department.as_ref().map(|d| d.id),
        eval: &eval,
        lines: &lines,
        picked: picked.map(|chosen| (chosen.as_slice(), run.actor.as_ref())),
    };
    work(&search).map_err(|error| run.stop(error, &format!("{node}.approvers")))
}

/// Of whom somebody is to choose at a node, and has not: who chooses, the people, how many at most.
pub(super) fn to_pick(
    run: &Run<'_>,
    node: &Name,
    approval: &Approval,
) -> Result<Option<(Picker, Vec<Named>, u32)>, Stop> {
    if run.instance.picks.contains_key(node) {
        return Ok(None);
    }
    for source in &approval.approvers {
        let Source::Picks { by, from, most } = source else { continue };
        let mut candidates: Vec<Named> = Vec::new();
        for (id, _) in find(run, node, from)? {
            if eligible(run, approval, id).is_ok() && !candidates.iter().any(|one| one.id == id) {
                candidates.push(people::person(run.env.ctx.org, id));
            }
        }
        return Ok(Some((*by, candidates, *most)));
    }
    Ok(None)
}

/// Who of a pool may take its task, by name.
pub(super) fn takers(run: &Run<'_>, approval: &Approval, pool: &Pool) -> Vec<Uuid> {
    let members = people::members(run.env.ctx.org, pool);
    members.into_iter().filter(|id| may_stand_in(run, approval, *id).is_ok()).collect()
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

#[derive(Default)]
struct Found {
    parts: Vec<PartFound>,
    left_out: Vec<LeftOut>,
}

impl Found {
    /// Each person once; where one of each group decides, once in each.
    fn add(&mut self, who: Named, via: Via, skipped: Option<SkipReason>, of: Option<String>) {
        if !self.parts.iter().any(|p| p.who.id == who.id && p.of == of) {
            self.parts.push(PartFound { who, via, skipped, of, pool: None });
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
    if let Some((picker, people, _)) = to_pick(run, node, approval)? {
        let asked = match run.foretelling {
            Some(Foretelling::Preview) => false,
            Some(Foretelling::Submission) => picker == Picker::Initiator,
            // Whoever submits or approves just before is asked; nobody can be where the engine itself comes here.
            None => match picker {
                Picker::Initiator => run.submission,
                Picker::Previous => run.deciding,
            },
        };
        if asked && !people.is_empty() {
            return Err(not_picked(run, node, &people));
        }
    }
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
                .map(|who| PartFound { who, via: Via::Nobody { by: by.clone() }, skipped: None, of: None, pool: None })
                .collect();
            // Whoever stands in for nobody: one of them is enough, whatever the node's mode.
            emit_found(run, at, Mode::Any, Found { parts, ..found }, Some(by));
            run.settle(token)
        }
        Fallback::Settled { by, approved } => {
            emit_found(run, at, approval.mode, found, Some(by));
            run.settle_as(token, approved, None, true)
        }
    }
}

fn not_picked(run: &Run<'_>, node: &Name, people: &[Named]) -> Stop {
    let label = run.workflow.nodes.get(node).map(|n| n.label.clone()).unwrap_or_default();
    let told = format!("Expected somebody to be chosen for `{label}`, but nobody is");
    let mut problem = crate::Problem::new(format!("picks.{node}"), "required", told);
    problem.values.insert("from".into(), serde_json::json!(people));
    Rejection::Invalid(vec![problem]).into()
}

fn emit_found(run: &mut Run<'_>, at: At, mode: Mode, found: Found, nobody: Option<Name>) {
    let what = What::ApproversFound { at, mode, parts: found.parts, left_out: found.left_out, nobody };
    run.emit_engine(what);
}

/// Sources, then exceptions, then the initiator's substitute, then who has approved before.
fn resolve(run: &Run<'_>, token: u32, node: &Name, approval: &Approval) -> Result<Found, Stop> {
    let org = run.env.ctx.org;
    let mut found = Found::default();
    let mut pools: Vec<usize> = Vec::new();
    if approval.pool {
        for (number, source) in approval.approvers.iter().enumerate() {
            let Some(pool) = search(run, node, |search| search.pool(source))? else { continue };
            pools.push(number);
            if takers(run, approval, &pool).is_empty() || found.parts.iter().any(|p| p.pool.as_ref() == Some(&pool)) {
                continue;
            }
            let of = group_of(approval.mode, number, None, pool.department);
            let (who, via) = (pool.nobody(), Via::of_pool(&pool));
            found.parts.push(PartFound { who, via, skipped: None, of, pool: Some(pool) });
        }
    }
    for (number, id, via) in search(run, node, |search| search.find_each(&approval.approvers))? {
        if pools.contains(&number) {
            continue;
        }
        let who = people::person(org, id);
        let line = if let Via::Line { line } = &via { Some(*line) } else { None };
        let of = group_of(approval.mode, number, line, org.people.get(&id).and_then(|p| p.department));
        if let Err(reason) = eligible(run, approval, id) {
            found.leave_out(who, reason);
        } else if id != run.instance.initiator.id || approval.same_as_initiator == SameAsInitiator::Decide {
            let skipped = repeated(run, token, approval, id);
            found.add(who, via, skipped, of);
        } else if let Some((substitute, by)) = substitute(run, approval) {
            let skipped = repeated(run, token, approval, substitute);
            found.add(people::person(org, substitute), Via::ForInitiator { by: by.into() }, skipped, of);
            found.leave_out(who, SkipReason::SameAsInitiator);
        } else if approval.same_as_initiator == SameAsInitiator::Skip {
            found.add(who, via, Some(SkipReason::SameAsInitiator), of);
        } else {
            found.leave_out(who, SkipReason::SameAsInitiator);
        }
    }
    // Where one decision is enough and somebody else can take it, the initiator's own must not be that one.
    let initiators = |part: &PartFound| part.skipped == Some(SkipReason::SameAsInitiator);
    if matches!(approval.mode, Mode::Any | Mode::OneOfEach(_)) {
        let others: Vec<Option<String>> = found.parts.iter().filter(|p| !initiators(p)).map(|p| p.of.clone()).collect();
        let (own, rest): (Vec<PartFound>, Vec<PartFound>) =
            found.parts.into_iter().partition(|part| initiators(part) && others.contains(&part.of));
        found.parts = rest;
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
pub(super) fn admins(run: &Run<'_>) -> Vec<Uuid> {
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

/// Opens the tasks that are due. Who left meanwhile is stood in for, and who is away by their deputy.
pub(super) fn open_due(run: &mut Run<'_>, token: u32, node: &Name) -> Result<(), Stop> {
    let Some((_, visit)) = run.visit(token) else { return Ok(()) };
    for index in visit.due() {
        let Some(part) = run.visit(token).and_then(|(_, v)| v.parts.get(index)).cloned() else { continue };
        if part.pool.is_some() && part.who.id.is_nil() {
            run.open_task(token, node, index, part.who, part.via, part.pool);
            continue;
        }
        if people::is_active(run.env.ctx.org, part.who.id) {
            let (who, via) = match deputy(run, node, &part.who) {
                Some(deputy) => (deputy, Via::Deputy { of: part.who }),
                None => (part.who, part.via),
            };
            run.open_task(token, node, index, who, via, None);
            continue;
        }
        match stand_in(run, token, node, &part.who)? {
            StandIn::Person(who, via) => run.open_task(token, node, index, who, via, None),
            StandIn::Settled(approved) => {
                let at = run.at(token, node);
                run.emit_engine(What::PartSettled { at, part: index, who: part.who, approved });
                return run.settle(token);
            }
            StandIn::Rejected => return run.settle_as(token, false, None, true),
        }
    }
    Ok(())
}

/// Who decides in the absence of somebody; none where they are there, or nobody may.
pub(super) fn deputy(run: &Run<'_>, node: &Name, of: &Named) -> Option<Named> {
    let approval = run.approval(node)?;
    let found = people::deputy(run.env.ctx.org, &run.workflow.name, of.id, run.env.ctx.now)?;
    may_stand_in(run, approval, found).is_ok().then(|| people::person(run.env.ctx.org, found))
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
    let Some(approval) = run.approval(node) else { return Ok(StandIn::Settled(None)) };
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

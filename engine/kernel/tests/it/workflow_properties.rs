//! The invariants of the interpreter, on random workflows, random firms and random commands.
//!
//! * No token is lost or doubled; an instance has ended exactly when it has no token; a live one always has a task.
//! * Every open task has somebody active who can act on it.
//! * The same commands give the same events; replaying them gives the same state (checked by the kit at every step).
//! * A preview tells the path that is then taken when everybody approves.
//! * Nothing panics, whatever is sent.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use kernel::{
    Line, Rejection, Value,
    change::Change,
    context::{Department, Deputy, Org, Person},
    definition::{Mode, ReturnThen, SignerPlace, WorkflowDefinition},
    workflow::{
        ChildState, Command, Decision, Instance, Operation, PartState, PreviewPerson, Return, Said, ScopeKind, Status,
        Verb, Via, Wait, What,
    },
};
use proptest::{collection::vec, prelude::*, sample::select, test_runner::Config};
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::workflow_kit::{Play, called, catalog, definition};

const PEOPLE: usize = 7;
const DEPARTMENTS: usize = 3;
const ROLES: [&str; 4] = ["director", "lead", "staff", "finance"];

/// A piece of a workflow that is entered at one node and left to one other.
#[derive(Clone, Debug)]
enum Block {
    Approval {
        node: Json,
        again: bool,
    },
    Notify,
    Raise(i64),
    Switch {
        limit: i64,
        yes: Vec<Block>,
        no: Vec<Block>,
    },
    Fork(Vec<Vec<Block>>),
    /// Four parts whose ways cross: the first and second meet, and what follows meets the third.
    Cross(Vec<Vec<Block>>),
    /// Another workflow, once or over a list.
    Call {
        within: Vec<Block>,
        over: usize,
        until: usize,
        sequence: bool,
    },
}

/// A workflow as it is written: its nodes, those of the workflows that it calls, and whether it lies in a branch with a
/// join, where branches may not cross.
#[derive(Default)]
struct Written {
    nodes: Map<String, Json>,
    called: Vec<WorkflowDefinition>,
    joined: usize,
}

fn person(index: usize) -> Uuid {
    Uuid::from_u128(1 + index as u128)
}

fn email(index: usize) -> String {
    format!("p{index}@firm.example")
}

fn department(index: usize) -> Uuid {
    Uuid::from_u128(1_000 + index as u128)
}

fn source() -> impl Strategy<Value = Json> {
    prop_oneof![
        3 => (0..PEOPLE).prop_map(|p| json!({"user": email(p)})),
        2 => select(&ROLES[..]).prop_map(|role| json!({"role": role})),
        2 => select(&ROLES[..]).prop_map(|role| json!({"role": role, "in": "initiator_department"})),
        2 => (1..4u32).prop_map(|level| json!({"manager": {"of": "initiator", "level": level}})),
        1 => select(&ROLES[..]).prop_map(|role| json!({"manager_chain": {"of": "initiator", "until": {"role": role}}})),
        1 => Just(json!({"manager_chain": {"of": "reviewer"}})),
        2 => (0..3u32).prop_map(|up| json!({"department_head": {"of": "initiator", "up": up}})),
        1 => Just(json!({"field": "reviewer"})),
        1 => Just(json!("initiator")),
        1 => Just(json!({"expr": "if (amount ?? 0) > 0 { reviewer } else { initiator }"})),
        1 => select(&ROLES[..]).prop_map(|role| json!({"initiator_picks": {"from": [{"role": role}]}})),
    ]
}

fn modes() -> Vec<Json> {
    vec![
        json!("any"),
        json!("all"),
        json!("sequence"),
        json!({"at_least": 2}),
        json!({"ratio": "2/3"}),
        json!({"one_of_each": "source"}),
        json!({"one_of_each": "department"}),
    ]
}

fn approval() -> impl Strategy<Value = Block> {
    let nobody = prop_oneof![
        select(&ROLES[..]).prop_map(|role| json!({"role": role})),
        (0..PEOPLE).prop_map(|p| json!({"user": email(p)})),
        select(&["admin", "manager_up", "pass", "reject", "refuse"][..]).prop_map(|policy| json!(policy)),
    ];
    let except =
        select(&[&[] as &[&str], &["initiator"], &["earlier_approvers"], &["initiator", "earlier_approvers"]][..]);
    (
        vec(source(), 1..4),
        nobody,
        except,
        select(&["decide", "skip", "manager", "department_head"][..]),
        select(&["ask", "skip_consecutive", "skip"][..]),
        select(modes()),
        select(&[&[] as &[&str], &["amount"]][..]),
        prop::bool::weighted(0.2),
    )
        .prop_map(|(approvers, nobody, except, same, repeated, mode, write, again)| {
            let node = json!({
                "type": "approval", "approvers": approvers, "nobody": nobody, "except": except,
                "same_as_initiator": same, "repeated": repeated, "mode": mode, "fields": {"write": write},
                "verbs": {"return": {"to": "passed", "then": "choose"}, "transfer": {}, "delegate": {}, "add_signer": {},
                    "remove_signer": {}, "take_back": {}, "cc": {}, "consult": {}}});
            Block::Approval { node, again }
        })
}

fn blocks() -> impl Strategy<Value = Vec<Block>> {
    let leaf = prop_oneof![6 => approval(), 1 => Just(Block::Notify), 1 => (-20..20i64).prop_map(Block::Raise)];
    let block = leaf.prop_recursive(3, 14, 3, |inner| {
        prop_oneof![
            2 => (-30..30i64, vec(inner.clone(), 0..3), vec(inner.clone(), 0..3))
                .prop_map(|(limit, yes, no)| Block::Switch { limit, yes, no }),
            2 => vec(vec(inner.clone(), 1..3), 1..4).prop_map(Block::Fork),
            1 => vec(vec(inner.clone(), 0..2), 4).prop_map(Block::Cross),
            2 => (vec(inner, 0..3), 0..OVER.len(), 0..UNTIL.len(), any::<bool>())
                .prop_map(|(within, over, until, sequence)| Block::Call { within, over, until, sequence }),
        ]
    });
    vec(block, 1..4)
}

/// For what workflows are called: once, for each line, person, department.
const OVER: [&str; 5] = [
    "null",
    r#"{"lines": "items"}"#,
    r#"{"people": [{"role": "lead"}, "initiator"]}"#,
    r#"{"people": [{"role": "finance"}]}"#,
    r#"{"departments": "initiator.department"}"#,
];

/// When calls are done.
const UNTIL: [&str; 5] = [
    r#""all""#,
    r#""first""#,
    r#"{"at_least": 2}"#,
    r#"{"when": "children.ended == children.total"}"#,
    r#"{"when": "children.agreed > 1 || vars.count > 3"}"#,
];

/// Writes a workflow that is called; gives its name.
fn write_called(within: &[Block], written: &mut Written) -> String {
    let mut inner = Written::default();
    let first = write(within, "approved", &mut inner);
    let mut nodes = inner.nodes;
    nodes.insert("start".into(), json!({"type": "start", "next": first}));
    nodes.insert("approved".into(), json!({"type": "end", "outcome": "approved"}));
    if nodes.values().any(|n| n["rejected"] == "rejected") {
        // Of several, some end their caller too.
        let terminate = nodes.len().is_multiple_of(4);
        nodes.insert("rejected".into(), json!({"type": "end", "outcome": "rejected", "terminate": terminate}));
    }
    // Names must differ from those of the workflows that are called further in.
    let prefix = written.called.len();
    let rename = |name: &str| format!("in_{prefix}_{name}");
    for mut callee in inner.called {
        callee.name = rename(&callee.name).into();
        for node in callee.nodes.values_mut() {
            if let kernel::definition::NodeDefinition::Call(call) = node {
                call.workflow = rename(&call.workflow).into();
            }
        }
        written.called.push(callee);
    }
    for node in nodes.values_mut().filter(|node| node["type"] == "call") {
        let inner = node["workflow"].as_str().map(rename);
        node["workflow"] = json!(inner);
    }
    let name = format!("called_{}", written.called.len());
    let variables = json!({"count": {"type": "integer", "value": "0"}, "factor": {"type": "integer", "value": "1"}});
    written.called.push(called(&name, variables, Json::Object(nodes)));
    name
}

/// Writes blocks down as nodes; gives the first.
fn write(blocks: &[Block], next: &str, written: &mut Written) -> String {
    let mut next = next.to_owned();
    for block in blocks.iter().rev() {
        let name = format!("node_{}", written.nodes.len());
        written.nodes.insert(name.clone(), Json::Null);
        let node = match block {
            Block::Approval { node, again } => {
                let mut node = node.clone();
                node["next"] = json!(next);
                node["rejected"] = json!(if *again { name.as_str() } else { "rejected" });
                node
            }
            Block::Notify => {
                json!({"type": "notify", "to": [{"role": "lead"}, "initiator"], "message": "look", "next": next})
            }
            Block::Raise(by) => {
                let set = json!({"update": {"set": {"amount": format!("(amount ?? 0) + {by}")}}});
                json!({"type": "action", "do": {"raise": set}, "next": next})
            }
            Block::Switch { limit, yes, no } => {
                let (yes, no) = (write(yes, &next, written), write(no, &next, written));
                json!({"type": "switch", "cases": {"yes": {"when": format!("amount > {limit}"), "next": yes}}, "default": no})
            }
            Block::Fork(branches) => {
                let join = format!("{name}_join");
                // Of several, some wait for the first alone, and some branches are only taken above an amount.
                let wait_for = if written.nodes.len().is_multiple_of(3) { "first" } else { "all" };
                written.joined += 1;
                written
                    .nodes
                    .insert(join.clone(), json!({"type": "join", "of": name, "wait_for": wait_for, "next": next}));
                let mut keyed = Map::new();
                for (index, branch) in branches.iter().enumerate() {
                    let mut to = json!({"next": write(branch, &join, written)});
                    if written.nodes.len().is_multiple_of(2) {
                        to["when"] = json!(format!("(amount ?? 0) > {}", index * 5));
                    }
                    keyed.insert(format!("branch_{index}"), to);
                }
                written.joined -= 1;
                json!({"type": "fork", "branches": keyed, "otherwise": "branch_0"})
            }
            Block::Cross(parts) if written.joined > 0 => {
                let first = write(&parts.concat(), &next, written);
                json!({"type": "switch", "cases": {}, "default": first})
            }
            Block::Cross(parts) => {
                let (both, all, again) = (format!("{name}_both"), format!("{name}_all"), format!("{name}_again"));
                written.nodes.insert(all.clone(), json!({"type": "merge", "next": next}));
                let middle = write(&parts[3], &all, written);
                written.nodes.insert(both.clone(), json!({"type": "merge", "next": middle}));
                let (first, second) = (write(&parts[0], &both, written), write(&parts[1], &both, written));
                let mut third = json!({"next": write(&parts[2], &all, written)});
                if written.nodes.len().is_multiple_of(2) {
                    third["when"] = json!("(amount ?? 0) > 3");
                }
                written.nodes.insert(
                    again.clone(),
                    json!({"type": "fork", "branches": {"second": {"next": second}, "third": third}}),
                );
                json!({"type": "fork", "branches": {"first": {"next": first}, "again": {"next": again}}})
            }
            Block::Call { within, over, until, sequence } => {
                let callee = write_called(within, written);
                let parse = |text: &str| serde_json::from_str::<Json>(text).unwrap();
                let mut call = json!({"type": "call", "workflow": callee, "next": next, "with": {"factor": "vars.count + 1"},
                    "sets": {"count": "vars.count + child.factor"}});
                if *over > 0 {
                    call["over"] = parse(OVER[*over]);
                    call["until"] = parse(UNTIL[*until]);
                    call["order"] = json!(if *sequence { "sequence" } else { "parallel" });
                }
                call
            }
        };
        written.nodes.insert(name.clone(), node);
        next = name;
    }
    next
}

fn workflow() -> impl Strategy<Value = (WorkflowDefinition, Vec<WorkflowDefinition>)> {
    (blocks(), select(&["running", "undecided", "never"][..])).prop_map(|(blocks, withdraw)| {
        let mut written = Written::default();
        let first = write(&blocks, "approved", &mut written);
        let mut nodes = written.nodes;
        nodes.insert("start".into(), json!({"type": "start", "next": first}));
        nodes.insert("approved".into(), json!({"type": "end", "outcome": "approved"}));
        // Never reached unless somebody can reject.
        if nodes.values().any(|n| n["rejected"] == "rejected") {
            nodes.insert("rejected".into(), json!({"type": "end", "outcome": "rejected"}));
        }
        let mut definition = definition(Json::Object(nodes));
        definition.withdraw = serde_json::from_value(json!(withdraw)).unwrap();
        definition.variables = serde_json::from_value(json!({"count": {"type": "integer", "value": "0"}})).unwrap();
        (definition, written.called)
    })
}

/// Anybody may manage anybody, themselves too; departments may contain each other. The last person is an active
/// administrator.
fn org() -> impl Strategy<Value = Org> {
    let one = (
        prop::option::weighted(0.8, 0..PEOPLE),
        prop::option::weighted(0.8, 0..DEPARTMENTS),
        vec(select(&ROLES[..]), 0..3),
        prop::bool::weighted(0.85),
    );
    let place = (prop::option::weighted(0.7, 0..DEPARTMENTS), prop::option::weighted(0.7, 0..PEOPLE));
    (vec(one, PEOPLE), vec(place, DEPARTMENTS)).prop_map(|(people, places)| {
        let mut org = Org::default();
        for (index, (manager, place, roles, active)) in people.into_iter().enumerate() {
            let administrator = index + 1 == PEOPLE;
            let mut roles: Vec<kernel::Name> = roles.into_iter().map(Into::into).collect();
            if administrator {
                roles.push("administrator".into());
            }
            let (manager, department) = (manager.map(person), place.map(department));
            let active = active || administrator;
            let name = format!("p{index}");
            org.people.insert(
                person(index),
                Person { name, email: email(index), department, manager, roles, active, ..Person::default() },
            );
        }
        for (index, (parent, head)) in places.into_iter().enumerate() {
            let place =
                Department { name: format!("d{index}"), parent: parent.map(department), head: head.map(person) };
            org.departments.insert(department(index), place);
        }
        org
    })
}

/// What somebody tries; indexes point, modulo, at what is there.
#[derive(Clone, Debug)]
enum Try {
    Decide { task: usize, verb: u8, to: usize, amount: Option<i64> },
    Stale { task: usize, by: usize },
    Forged { by: usize },
    Withdraw { by: Option<usize> },
    Resubmit,
    Cancel,
    Comment,
    Leave { person: usize },
    Away { person: usize, deputy: usize },
    AddSigner { task: usize, people: Vec<usize>, place: usize, mode: usize },
    RemoveSigner { task: usize, person: usize },
    GiveBack { task: usize, to: usize, straight: bool },
    TakeBack { task: usize },
    Operate { task: usize, what: usize, to: usize },
    Other { task: usize, verb: usize, to: usize },
    AddCall { to: usize, line: bool },
    Migrate { restart: bool },
    ComeBack,
    StartAgain,
}

fn attempt() -> impl Strategy<Value = Try> {
    prop_oneof![
        20 => (any::<usize>(), select(&[0u8, 0, 0, 0, 0, 1, 2, 3][..]), 0..PEOPLE, prop::option::of(-30..30i64))
            .prop_map(|(task, verb, to, amount)| Try::Decide { task, verb, to, amount }),
        1 => (any::<usize>(), 0..PEOPLE).prop_map(|(task, by)| Try::Stale { task, by }),
        1 => (0..PEOPLE).prop_map(|by| Try::Forged { by }),
        1 => prop::option::of(0..PEOPLE).prop_map(|by| Try::Withdraw { by }),
        3 => Just(Try::Resubmit),
        1 => Just(Try::Cancel),
        1 => Just(Try::Comment),
        2 => (0..PEOPLE - 1).prop_map(|person| Try::Leave { person }),
        2 => (0..PEOPLE, 0..PEOPLE).prop_map(|(person, deputy)| Try::Away { person, deputy }),
        4 => (any::<usize>(), vec(0..PEOPLE, 1..3), 0..3usize, 0..4usize)
            .prop_map(|(task, people, place, mode)| Try::AddSigner { task, people, place, mode }),
        2 => (any::<usize>(), 0..PEOPLE).prop_map(|(task, person)| Try::RemoveSigner { task, person }),
        4 => (any::<usize>(), any::<usize>(), any::<bool>())
            .prop_map(|(task, to, straight)| Try::GiveBack { task, to, straight }),
        3 => any::<usize>().prop_map(|task| Try::TakeBack { task }),
        4 => (any::<usize>(), 0..4usize, 0..PEOPLE).prop_map(|(task, verb, to)| Try::Other { task, verb, to }),
        3 => (any::<usize>(), 0..5usize, any::<usize>()).prop_map(|(task, what, to)| Try::Operate { task, what, to }),
        2 => (0..PEOPLE, any::<bool>()).prop_map(|(to, line)| Try::AddCall { to, line }),
        2 => any::<bool>().prop_map(|restart| Try::Migrate { restart }),
        3 => Just(Try::ComeBack),
        1 => Just(Try::StartAgain),
    ]
}

/// The command, if there is something to give it to.
fn command(play: &mut Play, attempt: &Try) -> Option<Command> {
    let open: Vec<(Uuid, Uuid)> = play.instance.tasks.iter().map(|(id, task)| (*id, task.assignee.id)).collect();
    let decide = |task: Uuid, by: Uuid, verb: Verb, fields: IndexMap<kernel::Name, Value>| {
        Some(Command::Decide {
            task,
            by,
            verb,
            said: Said { reason: Some("because".into()), fields, ..Said::default() },
        })
    };
    match attempt {
        Try::Decide { task, verb, to, amount } => {
            let (id, by) = *open.get(task % open.len().max(1))?;
            let verb = match verb {
                0 => Verb::Approve,
                1 => Verb::Reject,
                2 => Verb::Return(Return::default()),
                _ => Verb::Transfer { to: person(*to) },
            };
            let fields = amount.map(|a| ("amount".into(), Value::Decimal(Decimal::from(a)))).into_iter().collect();
            decide(id, by, verb, fields)
        }
        Try::Stale { task, by } => {
            let closed: Vec<Uuid> = play.instance.closed.keys().copied().collect();
            decide(*closed.get(task % closed.len().max(1))?, person(*by), Verb::Approve, IndexMap::new())
        }
        Try::Forged { by } => decide(Uuid::from_u128(77), person(*by), Verb::Approve, IndexMap::new()),
        Try::Withdraw { by } => {
            let by = by.map_or(play.instance.initiator.id, person);
            Some(Command::Withdraw { by, reason: None })
        }
        Try::Resubmit => {
            Some(Command::Resubmit { by: play.instance.initiator.id, catalog_version: 2, picks: IndexMap::new() })
        }
        Try::Cancel => Some(Command::Cancel { by: person(PEOPLE - 1), reason: None }),
        Try::Comment => Some(Command::Comment { by: person(0), text: "hm".into() }),
        Try::Leave { person: index } => {
            play.org.people.get_mut(&person(*index))?.active = false;
            Some(Command::Left { person: person(*index), by: None })
        }
        Try::Away { person: index, deputy } => {
            let (from, to) = (play.now, play.now + chrono::TimeDelta::days(5));
            let deputy = Deputy { person: person(*index), deputy: person(*deputy), from, to, workflows: Vec::new() };
            play.org.deputies.push(deputy);
            Some(Command::Absent { person: person(*index), by: None })
        }
        Try::AddSigner { task, people, place, mode } => {
            let (id, by) = *open.get(task % open.len().max(1))?;
            let place = [SignerPlace::Before, SignerPlace::After, SignerPlace::Beside][*place];
            let mode = [Mode::Any, Mode::All, Mode::Sequence, Mode::AtLeast(2)][*mode];
            let people = people.iter().map(|index| person(*index)).collect();
            decide(id, by, Verb::AddSigner { people, place, mode }, IndexMap::new())
        }
        Try::RemoveSigner { task, person: index } => {
            let (id, by) = *open.get(task % open.len().max(1))?;
            decide(id, by, Verb::RemoveSigner { person: person(*index) }, IndexMap::new())
        }
        Try::GiveBack { task, to, straight } => {
            let (id, by) = *open.get(task % open.len().max(1))?;
            let passed = &play.instance.tokens[&play.instance.tasks[&id].token].passed;
            let to = passed.get(to % (passed.len() + 1)).cloned();
            let then = Some(if *straight { ReturnThen::StraightBack } else { ReturnThen::Again });
            decide(id, by, Verb::Return(Return { to, then, fields: Vec::new() }), IndexMap::new())
        }
        Try::TakeBack { task } => {
            let undo = play.instance.undo.as_ref().map(|undo| (undo.task, undo.by));
            let closed: Vec<(Uuid, Uuid)> =
                play.instance.closed.iter().filter_map(|(id, c)| Some((*id, c.by.as_ref()?.id))).collect();
            let (id, by) = undo.or_else(|| closed.get(task % closed.len().max(1)).copied())?;
            decide(id, by, Verb::TakeBack, IndexMap::new())
        }
        Try::Other { task, verb, to } => {
            let asked: Vec<(Uuid, Uuid)> =
                play.instance.consults.iter().map(|(id, asked)| (*id, asked.who.id)).collect();
            if let (0, Some((id, by))) = (verb, asked.first()) {
                return decide(*id, *by, Verb::Answer, IndexMap::new());
            }
            let (id, by) = *open.get(task % open.len().max(1))?;
            let to = person(*to);
            let verb = match verb {
                0 => Verb::Comment,
                1 => Verb::Delegate { to },
                2 => Verb::Consult { to },
                _ => Verb::Copy { people: vec![to] },
            };
            decide(id, by, verb, IndexMap::new())
        }
        Try::Operate { task, what, to } => {
            let (task, _) = *open.get(task % open.len().max(1))?;
            let operation = match what {
                0 => Operation::Reassign { task, to: person(to % PEOPLE) },
                1 => Operation::Force { task, approve: to % 2 == 0 },
                2 => Operation::Suspend,
                3 => Operation::Resume,
                _ => {
                    let nodes: Vec<&kernel::Name> = play.workflow.nodes.keys().collect();
                    Operation::Jump { task, to: nodes[to % nodes.len()].clone() }
                }
            };
            Some(Command::Operate { by: person(PEOPLE - 1), operation, reason: Some("because".into()) })
        }
        Try::Migrate { restart } => {
            let (by, catalog_version) = (person(PEOPLE - 1), play.instance.catalog_version + 1);
            let reason = Some("because".into());
            Some(match restart {
                true => Command::Restart { by, catalog_version, reason },
                false => Command::Migrate { by, catalog_version, nodes: IndexMap::new(), reason },
            })
        }
        Try::AddCall { to, line } => {
            let calls = |token: &&kernel::workflow::Token| matches!(token.wait, Wait::Call(_));
            let node = play.instance.tokens.values().find(calls)?.node.clone();
            let item = if *line { Uuid::from_u128(7_000 + *to as u128 % 3) } else { person(*to) };
            let operation = Operation::AddCall { node, item };
            Some(Command::Operate { by: person(PEOPLE - 1), operation, reason: Some("because".into()) })
        }
        Try::ComeBack => {
            if play.instance.status == Status::Returned && play.comes_back() {
                return Some(Command::ComeBack { by: play.instance.initiator.id });
            }
            Some(Command::Resubmit { by: play.instance.initiator.id, catalog_version: 2, picks: IndexMap::new() })
        }
        Try::StartAgain => {
            Some(Command::Start { by: person(0), catalog_version: 1, transition: None, picks: IndexMap::new() })
        }
    }
}

/// Gives a command; where people must be chosen with it, the first of whom one can choose are.
fn picked(play: &mut Play, mut command: Command) -> Result<Decision, Rejection> {
    loop {
        let now = play.now;
        let refused = match play.give(&command) {
            Err(Rejection::Invalid(problems)) => problems,
            other => return other,
        };
        let asked =
            refused.iter().find_map(|p| Some((p.path.strip_prefix("picks.")?.to_owned(), p.values.get("from")?)));
        let Some((node, from)) = asked else { return Err(Rejection::Invalid(refused)) };
        let chosen: Uuid = serde_json::from_value(from[0]["id"].clone()).unwrap();
        match &mut command {
            Command::Start { picks, .. } | Command::Resubmit { picks, .. } => {
                assert!(picks.insert(node.into(), vec![chosen]).is_none(), "it is asked once");
            }
            _ => return Err(Rejection::Invalid(refused)),
        }
        play.now = now;
    }
}

fn whole(instance: &Instance, org: &Org) {
    let live = instance.status == Status::Running;
    assert_eq!(live, !instance.tokens.is_empty(), "it has tokens exactly while it runs");
    assert_eq!(live, !instance.tasks.is_empty(), "it has tasks exactly while it runs");
    assert_eq!(live, !instance.scopes.is_empty());
    assert_eq!(instance.status == Status::Ended, instance.outcome.is_some());
    assert_eq!(instance.status == Status::Returned, instance.returned.is_some());
    for (number, scope) in &instance.scopes {
        let tokens = instance.tokens.values().filter(|t| t.scope == *number).count();
        let forks =
            |s: &&kernel::workflow::Scope| s.parent == Some(*number) && matches!(s.kind, ScopeKind::Fork { .. });
        let there = tokens + instance.scopes.values().filter(forks).count();
        match &scope.kind {
            ScopeKind::Fork { branches, .. } | ScopeKind::Race { branches, .. } => assert_eq!(
                there, *branches as usize,
                "every branch of scope {number} has one token or one scope: {instance:#?}"
            ),
            ScopeKind::Instance => assert!(there > 0, "scope {number} holds nothing: {instance:#?}"),
            ScopeKind::Child(child) => {
                assert!(there > 0, "the call {number} holds nothing: {instance:#?}");
                let Some(Wait::Call(calling)) = instance.tokens.get(&child.caller).map(|t| &t.wait) else {
                    panic!("the call {number} has no caller: {instance:#?}")
                };
                assert_eq!(calling.children[child.child].state, ChildState::Running(*number));
            }
        }
        assert!(scope.parent.is_none_or(|parent| instance.scopes.contains_key(&parent)));
    }
    let mut asked: BTreeSet<Uuid> = BTreeSet::new();
    for (number, token) in &instance.tokens {
        assert!(instance.scopes.contains_key(&token.scope));
        match &token.wait {
            Wait::Nothing => panic!("token {number} stands still for nothing: {instance:#?}"),
            // `workflow_time` tries waits.
            Wait::Join | Wait::Incident(_) | Wait::For(_) => {}
            Wait::Call(calling) => {
                let running: Vec<u32> = calling
                    .children
                    .iter()
                    .filter_map(|c| if let ChildState::Running(scope) = c.state { Some(scope) } else { None })
                    .collect();
                assert!(!running.is_empty(), "a call of which none runs: {instance:#?}");
                for scope in running {
                    let ScopeKind::Child(child) = &instance.scopes[&scope].kind else { panic!("{instance:#?}") };
                    assert_eq!(child.caller, *number);
                }
            }
            Wait::Approval(visit) => {
                let open = visit.parts.iter().enumerate().filter_map(|(index, part)| match part.state {
                    PartState::Open(task) => Some((index, part, task)),
                    _ => None,
                });
                let before = asked.len();
                for (index, part, task) in open {
                    let stored = &instance.tasks[&task];
                    assert_eq!((stored.token, stored.part, &stored.assignee), (*number, index, &part.who));
                    assert!(asked.insert(task));
                }
                assert!(asked.len() > before, "an approval that nobody is asked at: {instance:#?}");
            }
        }
    }
    assert_eq!(asked.len(), instance.tasks.len(), "every open task belongs to a part");
    for task in instance.tasks.values() {
        assert!(org.people[&task.assignee.id].active, "{} left, and nobody can act", task.assignee.name);
    }
}

/// Keeps the tasks as the store would.
fn stored(open: &mut BTreeSet<Uuid>, before: &Instance, decision: &Decision) {
    for change in &decision.changes {
        match change {
            Change::OpenTask(task) => assert!(open.insert(task.id)),
            Change::CloseTask(task) => assert!(open.remove(&task.id), "closed but never opened"),
            Change::Instance(row) => {
                assert_eq!(row.base_seq, (before.status != Status::New).then_some(before.seq));
                assert_eq!(row.seq, before.seq + i64::try_from(decision.events.len()).unwrap());
            }
            _ => {}
        }
    }
    let asked: BTreeSet<Uuid> =
        decision.instance.tasks.keys().chain(decision.instance.consults.keys()).copied().collect();
    assert_eq!(*open, asked);
}

/// The approvals that are come to: node and people.
fn approvals(decision: &Decision) -> impl Iterator<Item = (String, Vec<String>)> {
    decision.events.iter().filter_map(|event| match &event.what {
        What::ApproversFound { at, parts, .. } => {
            Some((at.node.to_string(), parts.iter().map(|p| p.who.name.clone()).collect()))
        }
        _ => None,
    })
}

/// Whom the node found: the one who is away where a deputy decides.
fn found(person: &PreviewPerson) -> String {
    match &person.via {
        Some(Via::Deputy { of }) => of.name.clone(),
        _ => person.who.name.clone(),
    }
}

/// The preview from here on is what then happens when everybody approves.
fn foretold(play: &Play) {
    let Ok(preview) = play.try_preview("nobody") else { panic!("a running instance can be previewed") };
    if preview.stopped.is_some() {
        return;
    }
    let told = preview.nodes.iter().filter(|n| n.kind == "approval" && !n.current && !n.back);
    let told: Vec<(String, Vec<String>)> =
        told.map(|n| (n.node.to_string(), n.people.iter().map(found).collect())).collect();
    let mut play = play.clone();
    play.checked = false;
    play.instance.suspended = None;
    let mut done = Vec::new();
    while play.instance.status == Status::Running {
        let first = play.instance.tasks.iter().min_by_key(|(id, task)| (task.token, task.part, **id)).unwrap();
        let (task, by) = (*first.0, first.1.assignee.id);
        let reason = Some("yes".to_owned());
        let decided =
            play.give(&Command::Decide { task, by, verb: Verb::Approve, said: Said { reason, ..Said::default() } });
        done.extend(approvals(&decided.unwrap()));
    }
    assert_eq!(told, done);
    assert_eq!(preview.outcome, play.instance.outcome);
}

proptest! {
    #![proptest_config(Config { cases: 250, max_shrink_iters: 500, failure_persistence: None, ..Config::default() })]

    #[test]
    fn invariants_hold_on_random_workflows_firms_and_commands(
        (definition, others) in workflow(),
        org in org(),
        initiator in 0..PEOPLE,
        reviewer in prop::option::of(0..PEOPLE),
        amount in prop::option::of(-30..30i64),
        attempts in vec(attempt(), 0..25),
    ) {
        let (checked, problems) = catalog(&definition, &others);
        prop_assert!(checked.workflows.len() == others.len() + 1, "{problems:#?}");
        let mut play = Play::calling(&definition, &others);
        let line = |number: u128| Line { id: Uuid::from_u128(7_000 + number), fields: IndexMap::new() };
        play.record.lines.insert("items".into(), (0..2).map(line).collect());
        play.org = org;
        if let Some(reviewer) = reviewer {
            play = play.with("reviewer", person(reviewer));
        }
        if let Some(amount) = amount {
            play = play.with("amount", Decimal::from(amount));
        }
        let mut open = BTreeSet::new();
        let fresh = play.instance.clone();
        let start = Command::Start { by: person(initiator), catalog_version: 1, transition: Some("submit".into()), picks: IndexMap::new() };
        let Ok(started) = picked(&mut play, start) else { return Ok(()) };
        stored(&mut open, &fresh, &started);
        whole(&play.instance, &play.org);
        for attempt in &attempts {
            let Some(command) = command(&mut play, attempt) else { continue };
            let before = play.instance.clone();
            let mut again = play.clone();
            let given = command.clone();
            let first = picked(&mut play, command.clone());
            prop_assert_eq!(&first, &picked(&mut again, command), "the same command gives the same");
            if let Command::Migrate { .. } = &given {
                prop_assert!(first.is_ok() || before.status == Status::Ended, "to the same version everything can go");
                let unchanged = (&play.instance.tokens, &play.instance.tasks) == (&before.tokens, &before.tasks);
                prop_assert!(unchanged, "and stays as it is");
            }
            match first {
                Ok(decision) => stored(&mut open, &before, &decision),
                Err(_) => prop_assert_eq!(&play.instance, &before),
            }
            whole(&play.instance, &play.org);
            if play.instance.status == Status::Running {
                foretold(&play);
            }
        }
    }
}

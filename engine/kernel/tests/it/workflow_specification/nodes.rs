//! A test for each type of node.

use chrono::Duration;
use kernel::{
    Line, Name, Value,
    change::Change,
    workflow::{Awaits, Command, RecordEffect, Verb, Wait, WaitCause, What},
};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{approval, with_ends};
use crate::workflow_kit::{Play, called, code, definition, notices};

/// A workflow that begins with these nodes, of which `first` is the first.
fn flow(first: &str, nodes: &Json) -> Play {
    Play::new(&definition(with_ends(first, nodes)))
}

fn amounting(first: &str, nodes: &Json, amount: i64) -> Play {
    let mut play = flow(first, nodes).with("amount", Decimal::from(amount));
    play.start("rob");
    play
}

#[test]
fn start_by_a_transition_or_another_workflow_keeps_by_whom_and_from_where() {
    let mut play = flow("lead", &json!({"lead": approval("lead", "approved")}));
    play.start("rob");
    assert_eq!(play.open(), ["lead: sam"]);
    assert_eq!((play.instance.initiator.name.as_str(), play.instance.transition.as_deref()), ("rob", Some("submit")));
    assert_eq!(code(play.try_start("rob")), "wrong_state", "it has begun already");
    let callee = called("inner", json!({}), with_ends("top", &json!({"top": approval("director", "approved")})));
    let launch = json!({"launch": {"type": "call", "workflow": "inner", "wait": false, "next": "approved"}});
    let nodes = json!({"start": {"type": "start", "next": "launch"}, "approved": {"type": "end", "outcome": "approved"},
        "launch": launch["launch"]});
    let mut caller = Play::calling(&definition(nodes), &[callee]);
    let begun = caller.start("rob");
    let launched = begun.changes.iter().find_map(|change| match change {
        Change::Instance(row) if row.id != caller.instance.id => Some(row),
        _ => None,
    });
    let state: kernel::workflow::Instance = serde_json::from_value(launched.unwrap().state.clone()).unwrap();
    assert_eq!((state.launched_by, state.transition), (Some(caller.instance.id), None));
    assert_eq!((caller.outcome(), state.initiator.name.as_str()), (Some("approved"), "rob"));
}

#[test]
fn approval_is_decided_by_approving_rejecting_or_an_outcome_of_its_own() {
    let mut node = approval("lead", "approved");
    node["outcomes"] = json!({"later": {"label": "Later", "next": "again"}});
    let nodes = json!({"lead": node, "again": approval("director", "approved")});
    let decided = |verb: Verb| {
        let mut play = flow("lead", &nodes);
        play.start("rob");
        let decision = play.decide("sam", verb, None).unwrap();
        (decision, play)
    };
    let (decision, play) = decided(Verb::Approve);
    assert_eq!(play.outcome(), Some("approved"));
    assert_eq!(decision.effects, [RecordEffect::Outcome("approved".into())]);
    let (decision, play) = decided(Verb::Reject);
    assert_eq!(play.outcome(), Some("rejected"));
    assert_eq!(decision.effects, [RecordEffect::Outcome("rejected".into())]);
    let (_, play) = decided(Verb::Outcome { name: "later".into() });
    assert_eq!(play.open(), ["again: gwen"]);
}

#[test]
fn form_task_is_filled_in_and_completed() {
    let form = json!({"type": "form", "people": [{"role": "lead"}], "nobody": "admin",
        "fields": {"required": ["notes"]}, "next": "approved"});
    let nodes = json!({"start": {"type": "start", "next": "fill"}, "fill": form,
        "approved": {"type": "end", "outcome": "approved"}});
    let mut play = Play::new(&definition(nodes));
    play.start("rob");
    assert_eq!(play.open(), ["fill: sam"]);
    assert_eq!(code(play.decide("sam", Verb::Reject, None)), "forbidden");
    assert_eq!(code(play.decide("sam", Verb::Approve, None)), "notes:required");
    play.record.fields.insert("notes".into(), Value::text("done"));
    play.approve("sam");
    assert_eq!(play.outcome(), Some("approved"));
}

#[test]
fn notify_informs_people_and_keeps_a_notice_for_each() {
    let tell = json!({"type": "notify", "to": [{"role": "director"}, {"role": "finance"}], "message": "look: {subject}",
        "next": "lead"});
    let mut play = flow("tell", &json!({"tell": tell, "lead": approval("lead", "approved")}));
    play = play.with("subject", Value::text("chairs"));
    let decision = play.start("rob");
    let told = decision.events.iter().find_map(|event| match &event.what {
        What::Notified { people, message, .. } => {
            let mut names: Vec<&str> = people.iter().map(|who| who.name.as_str()).collect();
            names.sort_unstable();
            Some((names, message.as_str()))
        }
        _ => None,
    });
    assert_eq!(told, Some((vec!["fay", "fox", "gwen"], "look: chairs")));
    assert_eq!(notices(&decision), ["fay: notify", "fox: notify", "gwen: notify", "sam: task"]);
    assert_eq!(play.open(), ["lead: sam"], "and it goes on");
}

#[test]
fn switch_takes_the_first_case_or_the_default_or_what_a_decision_table_says() {
    let way = json!({"type": "switch", "cases": {"huge": {"when": "amount > 100", "next": "top"},
        "large": {"when": "amount > 10", "next": "money"}}, "default": "lead"});
    let ways = json!({"way": way, "top": approval("director", "approved"), "money": approval("finance", "approved"),
        "lead": approval("lead", "approved")});
    for (amount, first) in [(500, "top: gwen"), (50, "money: fay"), (5, "lead: sam")] {
        assert_eq!(amounting("way", &ways, amount).open()[0], first);
    }
    let by_level =
        json!({"type": "switch", "cases": {"two": {"when": "vars.level == 2", "next": "top"}}, "default": "lead"});
    let mut table = definition(with_ends(
        "way",
        &json!({"way": by_level, "top": approval("director", "approved"), "lead": approval("lead", "approved")}),
    ));
    table.variables =
        serde_json::from_value(json!({"level": {"type": "integer", "value": "decide(request_level).level"}})).unwrap();
    for (amount, open) in [(9_000, "top: gwen"), (2_000, "lead: sam")] {
        let mut play = Play::new(&table).with("amount", Decimal::from(amount));
        play.start("rob");
        assert_eq!(play.open(), [open]);
    }
}

/// Two branches of one approval each, money's and line's, and an approval by an administrator after their join.
fn forked(branches: Json, wait_for: Json) -> Json {
    json!({
        "split": {"type": "fork", "branches": branches},
        "money": approval("finance", "meet"), "line": approval("lead", "meet"),
        "meet": {"type": "join", "of": "split", "wait_for": wait_for, "next": "last"},
        "last": approval("administrator", "approved")})
}

#[test]
fn fork_takes_the_branches_that_hold_and_join_waits_for_all_so_many_or_the_first() {
    let conditional =
        json!({"money": {"when": "amount > 100", "next": "money"}, "line": {"when": "amount > 1000", "next": "line"}});
    let mut inclusive = forked(conditional, json!("all"));
    inclusive["split"]["otherwise"] = json!("line");
    assert_eq!(amounting("split", &inclusive, 5_000).open(), ["line: sam", "money: fay", "money: fox"]);
    assert_eq!(amounting("split", &inclusive, 5).open(), ["line: sam"], "what is taken where none holds");
    let mut one = amounting("split", &inclusive, 500);
    one.approve("fay");
    assert_eq!(one.open(), ["last: ada"], "the join waits for no branch that was not taken");
    let both = json!({"money": {"next": "money"}, "line": {"next": "line"}});
    for (wait_for, enough) in [(json!("all"), 2), (json!({"at_least": 1}), 1), (json!("first"), 1)] {
        let mut play = amounting("split", &forked(both.clone(), wait_for.clone()), 1);
        let late = play.task("sam");
        play.approve("fay");
        if enough == 2 {
            assert_eq!(play.open(), ["line: sam"], "{wait_for}");
            play.approve("sam");
        } else {
            assert_eq!(code(play.decide_task(late, "sam", Verb::Approve, None)), "task_done", "{wait_for}");
        }
        assert_eq!(play.open(), ["last: ada"], "{wait_for}");
    }
}

#[test]
fn merge_waits_for_what_can_still_come_where_branches_cross() {
    let nodes = json!({
        "split": {"type": "fork", "branches": {"left": {"next": "lead"}, "right": {"next": "again"}}},
        "again": {"type": "fork", "branches": {"money": {"next": "finance"}, "top": {"when": "amount > 100", "next": "director"}}},
        "lead": approval("lead", "both"), "finance": approval("finance", "both"), "director": approval("director", "all"),
        "both": {"type": "merge", "next": "all"}, "all": {"type": "merge", "next": "last"},
        "last": approval("administrator", "approved")});
    let mut play = amounting("split", &nodes, 500);
    play.approve("sam");
    play.approve("fay");
    assert_eq!(play.open(), ["director: gwen"], "the director's branch can still come to the second merge");
    play.approve("gwen");
    assert_eq!(play.open(), ["last: ada"]);
    let mut play = amounting("split", &nodes, 5);
    play.approve("sam");
    play.approve("fay");
    assert_eq!(play.open(), ["last: ada"], "nobody waits for a branch that was not taken");
}

#[test]
fn action_changes_the_record_makes_a_transition_or_stands_as_an_incident() {
    let act = |steps: Json| json!({"act": {"type": "action", "do": steps, "next": "lead"}, "lead": approval("lead", "approved")});
    let mut play = flow(
        "act",
        &act(json!({"raise": {"update": {"set": {"amount": "amount + 1"}}}, "file": {"transition": {"name": "file"}}})),
    );
    play = play.with("amount", Decimal::from(1));
    let decision = play.start("rob");
    let raised = [(Name::new("amount"), Value::Decimal(2.into()))].into_iter().collect();
    assert_eq!(decision.effects, [RecordEffect::Update(raised), RecordEffect::Transition("file".into())]);
    let divides = json!({"check": approval("lead", "act"),
        "act": {"type": "action", "do": {"share": {"update": {"set": {"amount": "amount / cost"}}}}, "next": "approved"}});
    let mut play = flow("check", &divides).with("amount", Decimal::from(1)).with("cost", Decimal::ZERO);
    play.start("rob");
    play.approve("sam");
    let stuck = play.instance.tokens.values().any(|token| matches!(token.wait, Wait::Incident(_)));
    assert!(stuck && play.instance.approvals.len() == 1, "the decision before it stands");
}

fn waiting(what: Json) -> Play {
    let pause = json!({"type": "wait", "for": what, "next": "lead"});
    flow("pause", &json!({"pause": pause, "lead": approval("lead", "approved")}))
}

/// Fires the only timer when it is due.
fn fire(play: &mut Play) -> chrono::DateTime<chrono::Utc> {
    let (number, at) = play.instance.timers.iter().map(|(number, timer)| (*number, timer.at)).next().unwrap();
    play.now = at - Duration::minutes(1);
    play.give(&Command::Fire { timer: number }).unwrap();
    assert_eq!(play.open(), ["lead: sam"]);
    at
}

fn message(play: &Play, key: &str) -> Command {
    let token = *play.instance.tokens.keys().next().unwrap();
    Command::Receive {
        token,
        message: Awaits { name: "paid".into(), key: key.to_owned() },
        id: Uuid::from_u128(9),
        values: serde_json::Map::new(),
        by: None,
    }
}

#[test]
fn wait_for_a_duration_a_date_working_time_a_message_or_a_condition() {
    let moment = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    let begun = |play: Play, at: &str| {
        let mut play = play;
        play.now = moment(at) - Duration::minutes(1);
        play.start("rob");
        assert!(play.open().is_empty());
        play
    };
    // The eve of a holiday from the first to the seventh of October.
    let eve = "2026-09-30T16:30:00+08:00";
    let mut clock = begun(waiting(json!({"after": "1 day"})), eve);
    assert_eq!(fire(&mut clock), moment("2026-10-01T16:30:00+08:00"));
    let mut working = begun(waiting(json!({"after": "1 working_day"})), eve);
    assert_eq!(fire(&mut working), moment("2026-10-08T16:30:00+08:00"));
    let date = waiting(json!({"date": {"field": "wanted"}})).with("wanted", Value::Date("2026-10-03".parse().unwrap()));
    assert_eq!(fire(&mut begun(date, eve)), moment("2026-10-03T00:00:00+08:00"));

    let by_message = waiting(json!({"message": {"name": "paid", "key": "subject"}}));
    let mut play = by_message.with("subject", Value::text("R-7"));
    play.start("rob");
    let other = play.give(&message(&play, "R-8")).unwrap();
    assert!(other.events.is_empty(), "a message of another key is not taken, and kept for whom it is");
    let taken = play.give(&message(&play, "R-7")).unwrap();
    assert!(taken.changes.contains(&Change::TakeMessage { id: Uuid::from_u128(9) }), "it is consumed");
    assert_eq!(play.open(), ["lead: sam"]);

    let mut play = waiting(json!({"until": "amount >= 100"}));
    play.start("rob");
    play.record.fields.insert("amount".into(), Value::Decimal(100.into()));
    play.give(&Command::Look).unwrap();
    assert_eq!(play.open(), ["lead: sam"]);
}

#[test]
fn event_race_is_won_by_the_first_wait_or_decision() {
    let nodes = json!({
        "first": {"type": "race", "branches": {"late": {"next": "pause"}, "paid": {"next": "paid"}, "decided": {"next": "lead"}}},
        "pause": {"type": "wait", "for": {"after": "3 days"}, "next": "top"}, "top": approval("director", "approved"),
        "paid": {"type": "wait", "for": {"until": "amount >= 100"}, "next": "approved"},
        "lead": approval("lead", "last"), "last": approval("finance", "approved")});
    let mut decided = amounting("first", &nodes, 5);
    let mut late = decided.clone();
    let mut paid = decided.clone();
    decided.approve("sam");
    assert_eq!((decided.open()[0].as_str(), decided.instance.timers.len()), ("last: fay", 0), "the waits are given up");
    let (number, at) = late.instance.timers.iter().map(|(number, timer)| (*number, timer.at)).next().unwrap();
    let task = late.task("sam");
    late.now = at;
    late.give(&Command::Fire { timer: number }).unwrap();
    assert_eq!((late.open(), late.instance.tokens.len()), (vec!["top: gwen".to_owned()], 1));
    assert_eq!(code(late.decide_task(task, "sam", Verb::Approve, None)), "task_done");
    paid.record.fields.insert("amount".into(), Value::Decimal(100.into()));
    paid.give(&Command::Look).unwrap();
    assert_eq!(paid.outcome(), Some("approved"));
    assert!(paid.events.iter().any(|e| matches!(e.what, What::WaitEnded { cause: WaitCause::Condition, .. })));
}

#[test]
fn call_of_a_workflow_awaited_or_not_once_or_over_a_list_until_so_many_agree() {
    let inner = || {
        let person = json!({"person": {"type": "user", "value": "null"}});
        let who = json!({"type": "switch", "cases": {"named": {"when": "vars.person != null", "next": "named"}}, "default": "lead"});
        let mut named = approval("lead", "approved");
        named["approvers"] = json!([{"field": "vars.person"}]);
        called(
            "inner",
            person,
            with_ends("who", &json!({"who": who, "named": named, "lead": approval("lead", "approved")})),
        )
    };
    let calling = |options: Json| {
        let mut call = json!({"type": "call", "workflow": "inner", "next": "last", "rejected": "rejected"});
        call.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        let nodes = json!({"inner": call, "last": approval("administrator", "approved")});
        let mut play = Play::calling(&definition(with_ends("inner", &nodes)), &[inner()]);
        let lines = [1, 2].map(|n: u8| Line { id: Uuid::from_u128(n.into()), fields: Default::default() });
        play.record.lines.insert("items".into(), lines.to_vec());
        play.start("rob");
        play
    };
    let mut once = calling(json!({}));
    assert_eq!(once.open(), ["inner.lead: sam"]);
    once.approve("sam");
    assert_eq!(once.open(), ["last: ada"]);
    let not_awaited = calling(json!({"wait": false, "rejected": null}));
    assert_eq!(not_awaited.open(), ["last: ada"], "it goes on at once, and what it called runs on its own");
    assert_eq!(calling(json!({"over": {"lines": "items"}})).open().len(), 2, "one for each line");
    let departments = calling(json!({"over": {"departments": "initiator.department"}}));
    assert_eq!(departments.open(), ["inner.lead: sam"]);
    let people = |order: &str| {
        let over = json!({"people": [{"role": "finance"}, {"role": "director"}]});
        calling(json!({"over": over, "order": order, "until": {"at_least": 2}, "with": {"person": "item"}}))
    };
    let mut parallel = people("parallel");
    assert_eq!(parallel.open(), ["inner.named: fay", "inner.named: fox", "inner.named: gwen"]);
    parallel.approve("gwen");
    parallel.approve("fay");
    assert_eq!(parallel.open(), ["last: ada"], "two of three agree, and the third is not asked any more");
    let mut sequence = people("sequence");
    assert_eq!(sequence.open(), ["inner.named: fay"]);
    sequence.approve("fay");
    assert_eq!(sequence.open(), ["inner.named: fox"]);
}

#[test]
fn end_carries_its_outcome_and_terminate_ends_the_callers_too() {
    let play = |terminate: bool| {
        let stop = json!({"top": approval("director", "approved"),
            "rejected": {"type": "end", "outcome": "stopped", "terminate": terminate}});
        let callee = called("inner", json!({}), with_ends("top", &stop));
        let call = json!({"type": "call", "workflow": "inner", "outcomes": {"stopped": "lead"}, "next": "approved"});
        let nodes = json!({"inner": call, "lead": approval("lead", "put_off"),
            "put_off": {"type": "end", "outcome": "put_off", "label": "Put off"}});
        let mut play = Play::calling(&definition(with_ends("inner", &nodes)), &[callee]);
        play.start("rob");
        play.reject("gwen");
        play
    };
    let mut goes_on = play(false);
    assert_eq!(goes_on.open(), ["lead: sam"], "the end of what was called is none of its caller");
    let ended = goes_on.approve("sam");
    assert_eq!(
        (goes_on.outcome(), &ended.effects[..]),
        (Some("put_off"), &[RecordEffect::Outcome("put_off".into())][..])
    );
    let stopped = play(true);
    assert_eq!((stopped.outcome(), stopped.open().len(), stopped.instance.tokens.len()), (Some("stopped"), 0, 0));
}

//! Time in workflows: deadlines with their reminders and what happens by itself; waits and races.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use kernel::{
    Value,
    change::Change,
    definition::DueAct,
    workflow::{
        Awaits, Command, Decision, Operation, PartState, ScopeKind, SkipReason, Status, Via, Wait, WaitCause, What,
    },
};
use proptest::{collection::vec, prelude::*};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::workflow_kit::{Play, chain, code, compile, definition, notices, path, single, who};

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A moment in Shanghai: `2026-09-30 16:30`.
fn shanghai(text: &str) -> DateTime<Utc> {
    moment(&format!("{}:00+08:00", text.replace(' ', "T")))
}

/// Begins at a moment in Shanghai.
fn started(play: Play, at: &str) -> Play {
    let mut play = play;
    play.now = shanghai(at) - Duration::minutes(1);
    play.start("rob");
    play
}

/// Goes to a moment in Shanghai and fires what is due by then, the earliest first, as the worker would.
fn until(play: &mut Play, at: &str) -> Vec<Decision> {
    let end = shanghai(at);
    let mut done = Vec::new();
    loop {
        let next = play.instance.timers.iter().filter(|(_, t)| t.at <= end).min_by_key(|(n, t)| (t.at, **n));
        let Some((number, at)) = next.map(|(number, timer)| (*number, timer.at)) else { break };
        if play.instance.suspended.is_some() {
            break;
        }
        play.now = play.now.max(at - Duration::minutes(1));
        done.push(play.give(&Command::Fire { timer: number }).unwrap());
    }
    play.now = play.now.max(end - Duration::minutes(1));
    done
}

fn due(play: &Play, of: &str) -> Option<DateTime<Utc>> {
    play.instance.tasks[&play.task(of)].due.as_ref().unwrap().at
}

fn with_due(due: Json) -> Play {
    Play::new(&single(json!({"approvers": [{"role": "lead"}], "due": due})))
}

fn jobs(decision: &Decision) -> (Vec<String>, Vec<String>) {
    let mut set = Vec::new();
    let mut gone = Vec::new();
    for change in &decision.changes {
        match change {
            Change::ScheduleJob { key, kind, .. } => set.push(format!("{kind} {}", key.split_once('/').unwrap().1)),
            Change::CancelJobs { key_prefix } => gone.push(key_prefix.clone()),
            _ => {}
        }
    }
    (set, gone)
}

#[test]
fn two_working_days_are_counted_over_chinas_national_holiday() {
    let days = |at: &str| due(&started(with_due(json!({"after": "2 working_days"})), at), "sam").unwrap();
    // The day before the holiday of the first to the seventh of October; the tenth is a Saturday that is worked.
    assert_eq!(days("2026-09-30 16:30"), shanghai("2026-10-09 16:30"));
    assert_eq!(days("2026-10-08 10:00"), shanghai("2026-10-10 10:00"));
    assert_eq!(days("2026-10-09 10:00"), shanghai("2026-10-12 10:00"));
    let hours = |at: &str| due(&started(with_due(json!({"after": "8 working_hours"})), at), "sam").unwrap();
    assert_ne!(hours("2026-09-30 16:30"), days("2026-09-30 16:30"), "days are not hours");
    let clock = |after: &str| due(&started(with_due(json!({"after": after})), "2026-09-30 16:30"), "sam").unwrap();
    assert_eq!(clock("2 days"), shanghai("2026-10-02 16:30"));
    assert_eq!(clock("90 minutes"), shanghai("2026-09-30 18:00"));
}

#[test]
fn a_task_is_due_on_a_date_of_its_record_or_so_long_before() {
    let on = |date: Json| {
        let play = with_due(json!({ "date": date })).with("wanted", Value::Date("2026-10-12".parse().unwrap()));
        due(&started(play, "2026-09-21 09:00"), "sam")
    };
    assert_eq!(on(json!({"field": "wanted"})), Some(shanghai("2026-10-12 23:59")));
    assert_eq!(on(json!({"field": "wanted", "time": "18:00"})), Some(shanghai("2026-10-12 18:00")));
    assert_eq!(on(json!({"field": "wanted", "before": "3 days", "time": "18:00"})), Some(shanghai("2026-10-09 18:00")));
    let working = json!({"field": "wanted", "before": "4 working_days", "time": "18:00"});
    assert_eq!(on(working), Some(shanghai("2026-09-30 18:00")), "over the holiday, and the Saturday that is worked");
    let visit = with_due(json!({"date": {"field": "visit", "after": "1 hour"}}))
        .with("visit", Value::Datetime(shanghai("2026-09-22 10:00")));
    assert_eq!(due(&started(visit, "2026-09-21 09:00"), "sam"), Some(shanghai("2026-09-22 11:00")));
}

#[test]
fn whoever_has_a_task_is_reminded_before_when_and_after_it_is_due() {
    let remind = json!(["at_due", {"before": "4 hours"}, {"after": "1 day"}]);
    let mut play = started(with_due(json!({"after": "1 day", "remind": remind})), "2026-09-21 09:00");
    let times: Vec<_> = play.instance.timers.values().map(|timer| timer.at).collect();
    assert_eq!(times, [shanghai("2026-09-22 09:00"), shanghai("2026-09-22 05:00"), shanghai("2026-09-23 09:00")]);
    let done = until(&mut play, "2026-09-22 06:00");
    assert_eq!(done.iter().flat_map(notices).collect::<Vec<_>>(), ["sam: reminder"]);
    assert_eq!(until(&mut play, "2026-09-25 06:00").len(), 2);
    assert_eq!(play.open(), ["check: sam"], "a reminder decides nothing");
    assert!(play.instance.timers.is_empty());
}

#[test]
fn what_nobody_decides_in_time_is_approved_by_itself_and_remembered_as_automatic() {
    let then = json!({"act": "approve", "after": "1 working_day"});
    let mut play = started(with_due(json!({"after": "1 working_day", "then": then})), "2026-09-21 09:00");
    assert!(until(&mut play, "2026-09-22 23:00").is_empty(), "it is due, and the act comes a day later");
    let task = play.task("sam");
    let done = until(&mut play, "2026-09-24 09:00");
    assert_eq!((play.outcome(), play.now >= shanghai("2026-09-23 09:00")), (Some("approved"), true));
    let overdue = play.events.iter().find_map(|event| match &event.what {
        What::Overdue { act, within, assignee, .. } => {
            Some((*act, within.unwrap().to_string(), assignee.name.clone(), event.by.clone()))
        }
        _ => None,
    });
    assert_eq!(overdue, Some((DueAct::Approve, "1 working_day".to_owned(), "sam".to_owned(), None)));
    assert!(play.events.iter().any(|e| matches!(e.what, What::NodeDecided { approved: true, automatic: true, .. })));
    assert!(play.instance.approvals.is_empty(), "nobody has approved, for four eyes and for who is asked again");
    assert_eq!(notices(&done[0]), ["rob: decided", "sam: overdue"]);
    assert_eq!(code(play.decide_task(task, "sam", kernel::workflow::Verb::Approve, None)), "task_done");
    let closed = done[0].changes.iter().find_map(|change| match change {
        Change::CloseTask(close) => Some((close.outcome.clone(), close.by)),
        _ => None,
    });
    assert_eq!(closed, Some(("approved".to_owned(), None)));
}

#[test]
fn each_act_does_its_own() {
    let with = |act: &str| {
        let mut play = started(with_due(json!({"after": "1 day", "then": {"act": act}})), "2026-09-21 09:00");
        let done = until(&mut play, "2026-09-22 09:00");
        assert_eq!(done.len(), 1);
        (play, done)
    };
    let (play, _) = with("reject");
    assert_eq!(play.outcome(), Some("rejected"));
    assert!(play.events.iter().any(|e| matches!(e.what, What::NodeDecided { approved: false, automatic: true, .. })));
    let (play, done) = with("return");
    assert_eq!(play.instance.status, Status::Returned);
    assert_eq!(notices(&done[0]), ["rob: returned", "sam: overdue"]);
    let (play, done) = with("notify");
    assert_eq!((play.open(), notices(&done[0])), (vec!["check: sam".to_owned()], vec!["gwen: overdue".to_owned()]));
    assert!(play.instance.timers.is_empty(), "it acts once");
    let (mut play, done) = with("reassign_up");
    assert_eq!(play.open(), ["check: gwen"]);
    assert_eq!(notices(&done[0]), ["gwen: task", "sam: overdue"]);
    let Wait::Approval(visit) = &play.instance.tokens.values().next().unwrap().wait else { panic!() };
    assert!(matches!(&visit.parts[0].via, Via::Escalated { from } if from.name == "sam"));
    assert_eq!(due(&play, "gwen"), Some(shanghai("2026-09-23 09:00")), "whoever gets it has time of their own");
    assert!(play.instance.timers.is_empty(), "and nothing more happens by itself");
    play.approve("gwen");
    assert_eq!(play.outcome(), Some("approved"));
}

#[test]
fn where_nobody_is_above_and_where_it_may_not_be_returned_again_people_are_told() {
    let due = json!({"after": "1 day", "then": {"act": "reassign_up"}});
    let nodes = json!({"approvers": [{"role": "administrator"}], "due": due});
    let mut play = started(Play::new(&single(nodes)), "2026-09-21 09:00");
    let done = until(&mut play, "2026-09-22 09:00");
    assert_eq!((play.open(), notices(&done[0])), (vec!["check: ada".to_owned()], vec!["ada: overdue".to_owned()]));
    let mut capped =
        single(json!({"approvers": [{"role": "lead"}], "due": {"after": "1 day", "then": {"act": "return"}}}));
    capped.most_returns = Some(0);
    let mut play = started(Play::new(&capped), "2026-09-21 09:00");
    until(&mut play, "2026-09-22 09:00");
    assert_eq!((play.open(), play.instance.status), (vec!["check: sam".to_owned()], Status::Running));
}

#[test]
fn of_several_who_decide_together_those_who_were_late_count_as_approved() {
    let due = json!({"after": "1 day", "then": {"act": "approve"}});
    let node = json!({"approvers": [{"role": "finance"}, {"role": "lead"}], "mode": "all", "due": due});
    let mut play = started(Play::new(&single(node)), "2026-09-21 09:00");
    play.approve("fay");
    until(&mut play, "2026-09-22 10:00");
    assert_eq!(play.outcome(), Some("approved"));
    let names: Vec<_> = play.instance.approvals.iter().map(|given| given.who.name.as_str()).collect();
    assert_eq!(names, ["fay"]);
}

#[test]
fn a_timer_that_fires_late_twice_or_after_the_decision_does_nothing() {
    let due = json!({"after": "1 day", "then": {"act": "reject"}});
    let mut play = started(with_due(due.clone()), "2026-09-21 09:00");
    let timer = *play.instance.timers.keys().next().unwrap();
    let early = play.give(&Command::Fire { timer }).unwrap();
    assert_eq!((early.events.len(), early.changes.len()), (0, 0), "its time has not come");
    let mut decided = play.clone();
    decided.approve("sam");
    decided.now = shanghai("2026-09-25 09:00");
    let late = decided.give(&Command::Fire { timer }).unwrap();
    assert_eq!((late.events.len(), decided.outcome()), (0, Some("approved")));
    until(&mut play, "2026-09-22 09:00");
    let again = play.give(&Command::Fire { timer }).unwrap();
    assert_eq!((again.events.len(), play.outcome()), (0, Some("rejected")));
}

#[test]
fn jobs_are_scheduled_and_cancelled_in_the_commit_that_opens_and_ends_a_task() {
    let due = json!({"after": "1 day", "remind": [{"before": "1 hour"}], "then": {"act": "reject"}});
    let mut play = Play::new(&chain(&[
        json!({"approvers": [{"role": "lead"}], "due": due}),
        json!({"approvers": [{"role": "director"}], "due": due}),
    ]));
    let begun = play.start("rob");
    let id = play.instance.id;
    let timer = |n: u32| format!("workflow_timer {id}/timer/{n}/");
    assert_eq!(jobs(&begun), (vec![timer(1), timer(2)], vec![]));
    let row = begun.changes.iter().find_map(|c| if let Change::OpenTask(task) = c { task.due_at } else { None });
    assert_eq!(row, due_of(&play, "sam"), "the task is written with its deadline");
    let next = play.approve("sam");
    assert_eq!(
        jobs(&next),
        (vec![timer(3), timer(4)], vec![format!("instance/{id}/timer/1/"), format!("instance/{id}/timer/2/")])
    );
    assert_eq!(jobs(&play.approve("gwen")), (vec![], vec![format!("instance/{id}/")]));
}

fn due_of(play: &Play, of: &str) -> Option<DateTime<Utc>> {
    due(play, of)
}

#[test]
fn a_task_that_is_handed_over_or_claimed_keeps_its_deadline() {
    let due_after = json!({"after": "1 day", "then": {"act": "reject"}});
    let node = json!({"approvers": [{"role": "lead"}], "verbs": {"transfer": {}}, "due": due_after});
    let mut play = started(Play::new(&single(node)), "2026-09-21 09:00");
    play.now = shanghai("2026-09-21 20:00");
    play.transfer("sam", "fay").unwrap();
    assert_eq!(due(&play, "fay"), Some(shanghai("2026-09-22 09:00")));
    until(&mut play, "2026-09-22 09:00");
    assert_eq!(play.outcome(), Some("rejected"));
}

#[test]
fn a_return_makes_timers_anew() {
    let due_after = json!({"after": "1 day", "then": {"act": "approve"}});
    let node = json!({"approvers": [{"role": "lead"}], "verbs": {"return": {}}, "due": due_after});
    let mut play = started(Play::new(&single(node)), "2026-09-21 09:00");
    play.now = shanghai("2026-09-21 20:00");
    let returned = play.give_back("sam");
    assert!(play.instance.timers.is_empty());
    assert_eq!(jobs(&returned).1, [format!("instance/{}/", play.instance.id)]);
    assert!(until(&mut play, "2026-09-23 08:59").is_empty(), "nothing fires while the initiator has it");
    play.resubmit("rob").unwrap();
    assert_eq!(due(&play, "sam"), Some(shanghai("2026-09-24 08:59")));
}

#[test]
fn a_return_straight_back_makes_timers_anew() {
    let due_after = json!({"after": "1 day", "then": {"act": "approve"}});
    let verbs = json!({"return": {"to": "passed", "then": "straight_back"}});
    let mut play = Play::new(&chain(&[
        json!({"approvers": [{"role": "lead"}], "due": due_after}),
        json!({"approvers": [{"role": "director"}], "verbs": verbs, "due": due_after}),
    ]));
    play.now = shanghai("2026-09-21 09:00") - Duration::minutes(1);
    play.start("rob");
    play.approve("sam");
    let first = play.instance.last_timer;
    let how = kernel::workflow::Return { to: Some("step_1".into()), ..Default::default() };
    play.decide("gwen", kernel::workflow::Verb::Return(how), Some("once more")).unwrap();
    assert_eq!(play.open(), ["step_1: sam"]);
    play.now = shanghai("2026-09-21 20:00");
    play.approve("sam");
    assert_eq!(play.open(), ["step_2: gwen"]);
    assert_eq!(due(&play, "gwen"), Some(play.now + Duration::days(1)));
    assert!(play.instance.timers.keys().all(|number| *number > first));
}

fn operate(play: &mut Play, operation: Operation) -> Decision {
    play.give(&Command::Operate { by: who("ada"), operation, reason: Some("audit".into()) }).unwrap()
}

#[test]
fn what_is_suspended_holds_its_timers_and_has_as_much_time_as_before_when_it_goes_on() {
    let due_after = json!({"after": "1 day", "remind": [{"before": "2 hours"}], "then": {"act": "reject"}});
    let mut play = started(with_due(due_after), "2026-09-21 09:00");
    play.now = shanghai("2026-09-21 12:00") - Duration::minutes(1);
    let suspended = operate(&mut play, Operation::Suspend);
    assert_eq!(jobs(&suspended), (vec![], vec![format!("instance/{}/", play.instance.id)]));
    let timer = *play.instance.timers.keys().next_back().unwrap();
    play.now = shanghai("2026-09-25 12:00") - Duration::minutes(1);
    let held = play.give(&Command::Fire { timer }).unwrap();
    assert!(held.events.is_empty(), "a job that was on its way does nothing");
    play.now = shanghai("2026-09-26 12:00") - Duration::minutes(1);
    let resumed = operate(&mut play, Operation::Resume);
    assert_eq!(due(&play, "sam"), Some(shanghai("2026-09-27 09:00")), "five days later, as long as it stood still");
    assert_eq!(jobs(&resumed).0.len(), 2);
    until(&mut play, "2026-09-27 09:00");
    assert_eq!(play.outcome(), Some("rejected"));
}

#[test]
fn a_deadline_moves_with_its_date() {
    let date = json!({"date": {"field": "wanted", "time": "18:00"}, "then": {"act": "reject"}});
    let on = |day: &str| Value::Date(day.parse::<NaiveDate>().unwrap());
    let mut play = started(with_due(date).with("wanted", on("2026-09-24")), "2026-09-21 09:00");
    assert_eq!(play.workflow.watches, ["wanted"]);
    play.record.fields.insert("wanted".into(), on("2026-09-22"));
    let moved = play.give(&Command::Look).unwrap();
    assert_eq!(due(&play, "sam"), Some(shanghai("2026-09-22 18:00")));
    assert_eq!((jobs(&moved).0.len(), jobs(&moved).1.len()), (1, 1));
    assert!(moved.changes.iter().any(|c| matches!(c, Change::TaskDue { .. })), "lists tell of it");
    assert!(play.give(&Command::Look).unwrap().events.is_empty(), "nothing moved");
    // Nobody looked in time: the timer itself sees that the day is another one.
    play.record.fields.insert("wanted".into(), on("2026-09-30"));
    until(&mut play, "2026-09-23 09:00");
    assert_eq!((play.open(), due(&play, "sam")), (vec!["check: sam".to_owned()], Some(shanghai("2026-09-30 18:00"))));
    play.record.fields.insert("wanted".into(), Value::Null);
    play.give(&Command::Look).unwrap();
    assert_eq!((due(&play, "sam"), play.instance.timers.len()), (None, 0));
    play.record.fields.insert("wanted".into(), on("2026-10-10"));
    play.give(&Command::Look).unwrap();
    until(&mut play, "2026-10-11 09:00");
    assert_eq!(play.outcome(), Some("rejected"));
}

fn waiting(wait: Json) -> Play {
    Play::new(&definition(json!({
        "start": {"type": "start", "next": "pause"}, "pause": wait,
        "check": {"type": "approval", "approvers": [{"role": "lead"}], "nobody": "admin", "next": "approved", "rejected": "rejected"},
        "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}})))
}

fn cause(play: &Play) -> Option<WaitCause> {
    play.events.iter().find_map(|e| if let What::WaitEnded { cause, .. } = e.what { Some(cause) } else { None })
}

#[test]
fn a_wait_lasts_for_a_time_or_until_a_date() {
    let wait = json!({"type": "wait", "for": {"after": "1 working_day"}, "next": "check"});
    let mut play = started(waiting(wait), "2026-09-30 16:30");
    assert_eq!((play.open().len(), play.instance.status), (0, Status::Running));
    assert!(until(&mut play, "2026-10-08 16:00").is_empty());
    until(&mut play, "2026-10-08 16:30");
    assert_eq!((play.open(), cause(&play)), (vec!["check: sam".to_owned()], Some(WaitCause::Time)));
    let wait = json!({"type": "wait", "for": {"date": {"field": "wanted", "before": "2 days"}}, "next": "check"});
    let mut play = started(waiting(wait), "2026-09-21 09:00");
    assert!(play.instance.timers.is_empty(), "the date is not known yet");
    play.record.fields.insert("wanted".into(), Value::Date("2026-09-25".parse().unwrap()));
    play.give(&Command::Look).unwrap();
    until(&mut play, "2026-09-23 00:00");
    assert_eq!(play.open(), ["check: sam"]);
    let wait = json!({"type": "wait", "for": {"date": {"field": "wanted"}}, "next": "check"});
    let past = waiting(wait).with("wanted", Value::Date("2026-09-01".parse().unwrap()));
    assert_eq!(started(past, "2026-09-21 09:00").open(), ["check: sam"], "what lies behind is not waited for");
}

#[test]
fn a_wait_lasts_until_a_condition_of_the_record_holds() {
    let wait = json!({"type": "wait", "for": {"until": "amount >= 100"}, "next": "check"});
    let mut play = waiting(wait.clone()).with("amount", rust_decimal::Decimal::from(5));
    play.start("rob");
    assert_eq!(play.workflow.watches, ["amount"]);
    assert!(play.give(&Command::Look).unwrap().events.is_empty());
    play = play.with("amount", rust_decimal::Decimal::from(100));
    play.give(&Command::Look).unwrap();
    assert_eq!((play.open(), cause(&play)), (vec!["check: sam".to_owned()], Some(WaitCause::Condition)));
    let mut at_once = waiting(wait).with("amount", rust_decimal::Decimal::from(500));
    at_once.start("rob");
    assert_eq!(at_once.open(), ["check: sam"]);
    let mut clock = waiting(json!({"type": "wait", "for": {"until": "wanted < today"}, "next": "check"}));
    let begun = clock.start("rob");
    assert_eq!(jobs(&begun).0, [format!("workflow_look {}/look/", clock.instance.id)], "the clock changes no record");
}

fn message(name: &str, key: &str) -> Awaits {
    Awaits { name: name.into(), key: key.to_owned() }
}

#[test]
fn a_wait_takes_a_message_of_its_name_and_key_once() {
    let awaited = json!({"message": {"name": "paid", "key": "subject"}});
    let mut play =
        waiting(json!({"type": "wait", "for": awaited, "next": "check"})).with("subject", Value::text("R-7"));
    let begun = play.start("rob");
    assert!(begun.changes.iter().any(|c| matches!(c, Change::MessageWait(wait) if wait.key == "R-7")));
    assert_eq!(jobs(&begun).0, ["workflow_message paid/R-7"], "one that came before is looked for");
    let token = *play.instance.tokens.keys().next().unwrap();
    let receive = |message: Awaits| Command::Receive {
        token,
        message,
        id: Uuid::from_u128(9),
        values: Map::new(),
        by: Some(who("fay")),
    };
    assert!(play.give(&receive(message("paid", "R-8"))).unwrap().events.is_empty(), "it is for somebody else");
    let took = play.give(&receive(message("paid", "R-7"))).unwrap();
    assert!(took.changes.contains(&Change::TakeMessage { id: Uuid::from_u128(9) }));
    assert!(took.changes.iter().any(|c| matches!(c, Change::EndMessageWait(_))));
    assert_eq!(play.open(), ["check: sam"]);
    assert!(play.give(&receive(message("paid", "R-7"))).unwrap().events.is_empty(), "it does not wait any more");
    let mut nameless =
        waiting(json!({"type": "wait", "for": {"message": {"name": "paid", "key": "subject"}}, "next": "check"}));
    assert_eq!(code(nameless.try_start("rob")), "workflow_fault", "without a key nobody could ever send it");
}

/// Waits for a payment that says how much and when, and asks the director where it is much.
fn paying() -> kernel::definition::WorkflowDefinition {
    let values = json!({"amount": {"variable": "paid", "required": true}, "paid_on": {}});
    let mut definition = definition(json!({
        "start": {"type": "start", "next": "pause"},
        "pause": {"type": "wait", "for": {"message": {"name": "paid", "key": "subject", "values": values}}, "next": "much"},
        "much": {"type": "switch", "cases": {"yes": {"when": "vars.paid > 100", "next": "top"}}, "default": "check"},
        "top": {"type": "approval", "approvers": [{"role": "director"}], "nobody": "admin", "next": "approved", "rejected": "rejected"},
        "check": {"type": "approval", "approvers": [{"role": "lead"}], "nobody": "admin", "next": "approved", "rejected": "rejected"},
        "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}}));
    definition.variables = serde_json::from_value(json!({"paid": {"type": "decimal", "value": "0"},
        "paid_on": {"type": "date", "value": "null"}, "who": {"type": "user", "value": "null"}}))
    .unwrap();
    definition
}

fn paid(values: Json) -> (Play, Decision) {
    let mut play = Play::new(&paying()).with("subject", Value::text("R-7"));
    play.start("rob");
    let token = *play.instance.tokens.keys().next().unwrap();
    let Json::Object(values) = values else { panic!("values are an object") };
    let command = Command::Receive {
        token,
        message: message("paid", "R-7"),
        id: Uuid::from_u128(9),
        values,
        by: Some(who("fay")),
    };
    let decision = play.give(&command).unwrap();
    (play, decision)
}

#[test]
fn values_of_a_message_are_written_to_variables_that_decide_about_the_way() {
    let (play, _) = paid(json!({"amount": "500.5", "paid_on": "2026-10-12"}));
    assert_eq!(play.open(), ["top: gwen"]);
    assert_eq!(play.instance.variables["paid"], Value::Decimal("500.5".parse().unwrap()));
    assert_eq!(play.instance.variables["paid_on"], Value::Date("2026-10-12".parse().unwrap()));
    let (play, _) = paid(json!({"amount": 5}));
    assert_eq!(play.open(), ["check: sam"]);
    assert_eq!(play.instance.variables["paid_on"], Value::Null, "what may be left out keeps its value");
    let preview = Play::new(&paying()).with("subject", Value::text("R-7")).preview("rob");
    let foretold = preview.nodes.iter().find(|node| node.kind == "approval").unwrap();
    assert_eq!((foretold.unknown, &foretold.depends_on[..]), (true, &["paid".into()][..]), "nobody knows it before");
}

#[test]
fn a_message_that_an_older_version_cannot_read_is_taken_and_stands_as_an_incident() {
    let (mut play, decision) = paid(json!({"amount": "much", "colour": "red"}));
    assert!(decision.changes.contains(&Change::TakeMessage { id: Uuid::from_u128(9) }), "nobody could take it later");
    let token = play.instance.incidents().next().unwrap().0;
    let told = play.events.iter().find_map(|event| match &event.what {
        What::IncidentRaised { code, message, .. } => Some((code.clone(), message.clone())),
        _ => None,
    });
    let (code, told) = told.unwrap();
    assert_eq!(code, "message_does_not_fit");
    assert!(told.starts_with("`values.amount`: "), "{told}");
    let again = Operation::Retry { token, set: indexmap::IndexMap::new() };
    let decision = operate(&mut play, again);
    assert!(decision.changes.iter().any(|c| matches!(c, Change::MessageWait(_))), "it waits for the next");
}

#[test]
fn values_of_a_message_are_checked_where_they_are_waited_for() {
    let told = |values: Json| -> Vec<String> {
        let mut definition = serde_json::to_value(paying()).unwrap();
        definition["nodes"]["pause"]["for"]["message"]["values"] = values;
        let definition = serde_json::from_value(definition).unwrap();
        compile(&definition).1.iter().map(|p| format!("{} {}", p.code, p.path)).collect()
    };
    let at = "nodes.pause.for.message.values";
    assert_eq!(told(json!({"amount": {"variable": "paid"}, "paid_on": {"required": true}})), [""; 0]);
    assert_eq!(told(json!({"amount": {}})), [format!("E0569 {at}.amount")]);
    assert_eq!(told(json!({"amount": {"variable": "pay"}})), [format!("E0569 {at}.amount.variable")]);
    assert_eq!(told(json!({"who": {}})), [format!("E0569 {at}.who")], "a program knows no person of ours");
}

fn race() -> Play {
    Play::new(&definition(json!({
        "start": {"type": "start", "next": "first"},
        "first": {"type": "race", "branches": {"late": {"next": "pause"}, "paid": {"next": "paid"}, "decided": {"next": "check"}}},
        "pause": {"type": "wait", "for": {"after": "3 days"}, "next": "ask"},
        "paid": {"type": "wait", "for": {"until": "amount >= 100"}, "next": "approved"},
        "check": {"type": "approval", "approvers": [{"role": "lead"}], "verbs": {"take_back": {}}, "nobody": "admin", "next": "last", "rejected": "rejected"},
        "ask": {"type": "approval", "approvers": [{"role": "director"}], "nobody": "admin", "next": "approved", "rejected": "rejected"},
        "last": {"type": "approval", "approvers": [{"role": "finance"}], "nobody": "admin", "next": "approved", "rejected": "rejected"},
        "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}})))
}

#[test]
fn the_first_of_a_race_goes_on_and_the_others_are_given_up() {
    let mut by_time = started(race(), "2026-09-21 09:00");
    assert_eq!((by_time.open(), by_time.instance.tokens.len()), (vec!["check: sam".to_owned()], 3));
    let late = by_time.task("sam");
    until(&mut by_time, "2026-09-24 09:00");
    assert_eq!(
        (by_time.open(), by_time.instance.tokens.len(), by_time.instance.scopes.len()),
        (vec!["ask: gwen".to_owned()], 1, 1)
    );
    assert_eq!(code(by_time.decide_task(late, "sam", kernel::workflow::Verb::Approve, None)), "task_done");
    let mut by_decision = started(race(), "2026-09-21 09:00");
    let decided = by_decision.approve("sam");
    assert_eq!(
        (by_decision.open(), by_decision.instance.timers.len()),
        (vec!["last: fay".to_owned(), "last: fox".to_owned()], 0)
    );
    assert_eq!(jobs(&decided).1, [format!("instance/{}/", by_decision.instance.id)]);
    let mut by_condition = started(race(), "2026-09-21 09:00").with("amount", rust_decimal::Decimal::from(100));
    by_condition.give(&Command::Look).unwrap();
    assert_eq!(by_condition.outcome(), Some("approved"));
}

#[test]
fn a_decision_that_won_a_race_can_be_taken_back_and_the_race_is_on_again() {
    let mut play = started(race(), "2026-09-21 09:00");
    let task = play.task("sam");
    play.approve("sam");
    play.decide_task(task, "sam", kernel::workflow::Verb::TakeBack, None).unwrap();
    assert_eq!((play.open(), play.instance.tokens.len()), (vec!["check: sam".to_owned()], 3));
    assert_eq!(play.instance.timers.len(), 1, "the wait begins anew");
    until(&mut play, "2026-09-30 09:00");
    assert_eq!(play.open(), ["ask: gwen"]);
}

#[test]
fn an_administrator_can_have_a_wait_go_on() {
    let wait = json!({"type": "wait", "for": {"until": "amount >= 100"}, "next": "check"});
    let mut play = waiting(wait);
    play.start("rob");
    let token = *play.instance.tokens.keys().next().unwrap();
    operate(&mut play, Operation::SkipWait { token });
    assert_eq!((play.open(), cause(&play)), (vec!["check: sam".to_owned()], Some(WaitCause::Skipped)));
    let refused = play.give(&Command::Operate {
        by: who("ada"),
        operation: Operation::SkipWait { token },
        reason: Some("again".into()),
    });
    assert_eq!(code(refused), "wrong_state");
}

#[test]
fn a_preview_tells_deadlines_and_goes_through_waits() {
    let due_after = json!({"after": "2 working_days", "then": {"act": "approve"}});
    let mut play = Play::new(&definition(json!({
        "start": {"type": "start", "next": "check"},
        "check": {"type": "approval", "approvers": [{"role": "lead"}], "nobody": "admin", "due": due_after, "next": "pause", "rejected": "rejected"},
        "pause": {"type": "wait", "for": {"message": {"name": "paid", "key": "initiator"}}, "next": "last"},
        "last": {"type": "approval", "approvers": [{"role": "director"}], "nobody": "admin",
            "due": {"date": {"field": "wanted"}}, "next": "approved", "rejected": "rejected"},
        "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}})))
        .with("wanted", Value::Date("2026-10-12".parse().unwrap()));
    play.now = shanghai("2026-09-21 09:00") - Duration::minutes(1);
    let told = |play: &Play| {
        let preview = play.preview("rob");
        assert_eq!(preview.outcome.as_deref(), Some("approved"));
        preview.nodes
    };
    let nodes = told(&play);
    assert_eq!(nodes.iter().map(|n| n.kind).collect::<Vec<_>>(), ["approval", "wait", "approval", "end"]);
    let first = nodes[0].due.as_ref().unwrap();
    assert_eq!(
        (first.at, first.within.unwrap().to_string(), first.then),
        (None, "2 working_days".to_owned(), Some(DueAct::Approve))
    );
    assert_eq!(nodes[1].waits.as_ref().unwrap().message.as_deref(), Some("paid"));
    assert_eq!(nodes[2].due.as_ref().unwrap().at, Some(shanghai("2026-10-12 23:59")));
    play.start("rob");
    let nodes = told(&play);
    assert_eq!((nodes[0].current, nodes[0].due.as_ref().unwrap().at), (true, Some(shanghai("2026-09-23 09:00"))));
    play.approve("sam");
    let nodes = told(&play);
    assert_eq!((nodes[0].kind, nodes[0].current), ("wait", true));
    let raced = started(race(), "2026-09-21 09:00").preview("rob");
    assert_eq!(path(&raced), ["check: sam", "last: fay, fox"]);
    assert!(raced.nodes.iter().find(|n| n.node == *"last").unwrap().unknown, "another may be first");
}

#[test]
fn checks_tell_what_no_timer_could_do() {
    let codes = |node: Json| -> Vec<String> {
        compile(&single(node)).1.iter().map(|p| format!("{} {}", p.code, p.path)).collect()
    };
    let due = |due: Json| codes(json!({"approvers": [{"role": "lead"}], "due": due}));
    assert_eq!(due(json!({"remind": []})), ["E0561 nodes.check.due"]);
    assert_eq!(due(json!({"after": "1 day", "date": {"field": "wanted"}})), ["E0561 nodes.check.due"]);
    assert_eq!(due(json!({"after": "1 working_day", "calendar": "moon"})), ["E0560 nodes.check.due.calendar"]);
    assert_eq!(due(json!({"date": {"field": "subject"}})), ["E0567 nodes.check.due.date.field"]);
    assert_eq!(due(json!({"date": {"field": "nothing"}})), ["E0514 nodes.check.due.date.field"]);
    assert_eq!(due(json!({"date": {"field": "wanted", "time": "6 pm"}})), ["E0568 nodes.check.due.date.time"]);
    assert_eq!(due(json!({"date": {"field": "visit", "time": "18:00"}})), ["E0568 nodes.check.due.date.time"]);
    let both = json!({"date": {"field": "wanted", "before": "1 day", "after": "1 day"}});
    assert_eq!(due(both), ["E0561 nodes.check.due.date"]);
    assert_eq!(due(json!({"after": "2 hours", "remind": [{"before": "1 day"}]})), ["E0566 nodes.check.due.remind.0"]);
    let to = json!({"after": "2 hours", "then": {"act": "approve", "to": [{"role": "lead"}]}});
    assert_eq!(due(to), ["E0562 nodes.check.due.then.to"]);
    let required = json!({"approvers": [{"role": "lead"}], "fields": {"required": ["cost"]}, "due": {"after": "1 day", "then": {"act": "approve"}}});
    assert_eq!(codes(required), ["W0560 nodes.check.due.then.act"]);
    for negative in ["-1 days", "0 hours", "1 fortnight"] {
        let read = serde_json::from_value::<kernel::definition::DueDefinition>(json!({ "after": negative }));
        assert!(read.unwrap_err().to_string().contains("expected a span such as `4 hours`"), "{negative}");
    }
}

#[test]
fn checks_tell_waits_that_never_end_and_races_that_nobody_can_win() {
    let codes = |nodes: Json| -> Vec<String> {
        let all =
            json!({"start": {"type": "start", "next": "one"}, "approved": {"type": "end", "outcome": "approved"}});
        let mut all = all.as_object().unwrap().clone();
        all.extend(nodes.as_object().unwrap().clone());
        compile(&definition(Json::Object(all))).1.iter().map(|p| format!("{} {}", p.code, p.path)).collect()
    };
    let wait = |awaited: Json| codes(json!({"one": {"type": "wait", "for": awaited, "next": "approved"}}));
    assert_eq!(wait(json!({"until": "1 > 2"})), ["E0565 nodes.one.for.until"]);
    assert_eq!(wait(json!({"until": "setting.limit > 5"})), ["E0565 nodes.one.for.until"], "it is copied at the start");
    assert_eq!(wait(json!({"until": "amount > 5"})), Vec::<String>::new());
    assert_eq!(wait(json!({"message": {"name": "paid", "key": "items"}})), ["E0304 nodes.one.for.message.key"]);
    let hour = json!({"type": "wait", "for": {"after": "1 hour"}, "next": "approved"});
    let alone = json!({"one": {"type": "race", "branches": {"a": {"next": "two"}}}, "two": hour});
    assert_eq!(codes(alone), ["E0564 nodes.one.branches"]);
    let straight =
        json!({"one": {"type": "race", "branches": {"a": {"next": "two"}, "b": {"next": "approved"}}}, "two": hour});
    assert_eq!(codes(straight), ["E0563 nodes.one.branches.b.next"]);
    let circle = json!({"one": {"type": "switch", "cases": {"on": {"when": "amount > 5", "next": "approved"}}, "default": "two"},
        "two": {"type": "wait", "for": {"after": "1 day"}, "next": "one"}});
    assert_eq!(codes(circle), Vec::<String>::new(), "a loop with a wait in it stops now and then");
}

/// Something that is tried on a running instance.
#[derive(Clone, Debug)]
enum Try {
    Approve(usize),
    Reject(usize),
    GiveBack(usize),
    TakeBack,
    Resubmit,
    /// So many hours pass, and what is due fires.
    Pass(i64),
    /// Any timer fires, whether it is there or not.
    Fire(u32),
    Amount(i64),
    Wanted(i64),
    Look,
    Receive,
    Suspend,
    Resume,
}

fn attempt() -> impl Strategy<Value = Try> {
    prop_oneof![
        4 => (0..4usize).prop_map(Try::Approve),
        1 => (0..4usize).prop_map(Try::Reject),
        1 => (0..4usize).prop_map(Try::GiveBack),
        1 => Just(Try::TakeBack),
        2 => Just(Try::Resubmit),
        4 => (1..80i64).prop_map(Try::Pass),
        2 => (0..12u32).prop_map(Try::Fire),
        1 => (0..3i64).prop_map(|n| Try::Amount(n * 100)),
        1 => (0..20i64).prop_map(Try::Wanted),
        1 => Just(Try::Look),
        1 => Just(Try::Receive),
        1 => Just(Try::Suspend),
        2 => Just(Try::Resume),
    ]
}

fn node(kind: usize, next: &str) -> Json {
    let due = match kind % 6 {
        0 => json!({"after": "1 working_day", "then": {"act": "approve"}}),
        1 => {
            json!({"after": "4 hours", "remind": [{"before": "1 hour"}, "at_due", {"after": "2 hours"}], "then": {"act": "reassign_up"}})
        }
        2 => json!({"date": {"field": "wanted", "before": "1 day"}, "then": {"act": "return", "after": "1 hour"}}),
        3 => json!({"after": "2 working_hours", "then": {"act": "reject"}}),
        4 => json!({"after": "1 day", "remind": ["at_due"], "then": {"act": "notify"}}),
        _ => json!({"date": {"field": "wanted"}, "remind": [{"before": "1 day"}]}),
    };
    let even = kind.is_multiple_of(2);
    let (role, mode) = if even { ("lead", "any") } else { ("finance", "all") };
    let then = if even { "again" } else { "straight_back" };
    match kind {
        0..=5 => {
            json!({"type": "approval", "approvers": [{"role": role}], "mode": mode,
            "verbs": {"return": {"to": "passed", "then": then}, "take_back": {}},
            "nobody": "admin", "due": due, "next": next, "rejected": "rejected"})
        }
        6 => json!({"type": "wait", "for": {"after": "5 working_hours"}, "next": next}),
        7 => json!({"type": "wait", "for": {"date": {"field": "wanted"}}, "next": next}),
        8 => json!({"type": "wait", "for": {"until": "amount >= 100"}, "next": next}),
        _ => json!({"type": "wait", "for": {"message": {"name": "paid", "key": "initiator"}}, "next": next}),
    }
}

/// Nodes one after the other; those that begin with a pair are races or forks of two.
fn flow(steps: &[(usize, usize, u8)]) -> Json {
    let mut nodes = json!({"start": {"type": "start", "next": "n0"},
        "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}});
    // Somebody can always reject.
    nodes["last"] = node(0, "approved");
    for (index, (one, other, how)) in steps.iter().enumerate() {
        let (name, next) = (format!("n{index}"), format!("n{}", index + 1));
        let next = if index + 1 == steps.len() { "last".to_owned() } else { next };
        match how {
            0 => nodes[&name] = node(*one, &next),
            1 => {
                let (a, b) = (format!("a{index}"), format!("b{index}"));
                nodes[&name] = json!({"type": "race", "branches": {"a": {"next": a}, "b": {"next": b}}});
                nodes[&a] = node(*one, &next);
                nodes[&b] = node(*other, &next);
            }
            _ => {
                let (a, b, join) = (format!("a{index}"), format!("b{index}"), format!("j{index}"));
                nodes[&name] = json!({"type": "fork", "branches": {"a": {"next": a}, "b": {"next": b}}});
                nodes[&a] = node(*one, &join);
                nodes[&b] = node(*other, &join);
                nodes[&join] = json!({"type": "join", "of": name, "next": next});
            }
        }
    }
    nodes
}

/// A live instance has a task or waits for something; timers belong to what is there; scopes hold what they should.
fn whole(play: &Play) {
    let instance = &play.instance;
    let running = instance.status == Status::Running;
    assert_eq!(running, !instance.tokens.is_empty());
    let waits = instance.tokens.values().filter(|t| matches!(t.wait, Wait::For(_))).count();
    assert_eq!(running, waits + instance.tasks.len() > 0, "{instance:#?}");
    for (number, token) in &instance.tokens {
        match &token.wait {
            Wait::Nothing => panic!("token {number} stands still for nothing: {instance:#?}"),
            Wait::Join | Wait::Call(_) | Wait::Incident(_) => {}
            Wait::Approval(visit) => {
                let open =
                    |state: &PartState| matches!(state, PartState::Open(task) if instance.tasks.contains_key(task));
                assert!(visit.parts.iter().any(|part| open(&part.state)), "nobody is asked: {instance:#?}");
            }
            Wait::For(waiting) => {
                let timed = instance.timers.values().any(|t| t.task.is_none() && t.token == *number);
                assert_eq!(timed, waiting.until.is_some(), "{instance:#?}");
            }
        }
    }
    for (number, scope) in &instance.scopes {
        let tokens = instance.tokens.values().filter(|t| t.scope == *number).count();
        let scopes = instance.scopes.values().filter(|s| s.parent == Some(*number)).count();
        let expected = match &scope.kind {
            ScopeKind::Instance | ScopeKind::Child(_) => 1,
            ScopeKind::Fork { branches, .. } | ScopeKind::Race { branches, .. } => *branches as usize,
        };
        assert_eq!(tokens + scopes, expected, "{instance:#?}");
    }
    for timer in instance.timers.values() {
        match timer.task {
            Some(task) => assert!(instance.tasks.contains_key(&task)),
            None => assert!(matches!(instance.tokens[&timer.token].wait, Wait::For(_))),
        }
    }
    for task in instance.tasks.values() {
        assert!(task.due.is_some(), "every approval here has a deadline: {instance:#?}");
    }
}

/// Keeps the jobs as the store would: those of a running instance are its timers, at their times; others have none.
fn kept(jobs: &mut std::collections::BTreeMap<String, DateTime<Utc>>, decision: &Decision) {
    for change in &decision.changes {
        match change {
            Change::CancelJobs { key_prefix } => jobs.retain(|key, _| !key.starts_with(key_prefix.as_str())),
            Change::ScheduleJob { key, kind, due_at, .. } if kind == "workflow_timer" => {
                jobs.insert(key.clone(), *due_at);
            }
            _ => {}
        }
    }
    let instance = &decision.instance;
    let runs = instance.status == Status::Running && instance.suspended.is_none();
    let timers = instance.timers.iter().filter(|_| runs);
    let expected = timers.map(|(n, t)| (format!("instance/{}/timer/{n}/", instance.id), t.at)).collect();
    assert_eq!(*jobs, expected);
}

fn command(play: &mut Play, attempt: &Try) -> Option<Command> {
    use kernel::workflow::{Return, Said, Verb};
    let open: Vec<(Uuid, Uuid)> = play.instance.tasks.iter().map(|(id, task)| (*id, task.assignee.id)).collect();
    let decide = |index: &usize, verb: Verb| {
        let (task, by) = *open.get(index % open.len().max(1))?;
        Some(Command::Decide { task, by, verb, said: Said::default() })
    };
    match attempt {
        Try::Approve(task) => decide(task, Verb::Approve),
        Try::Reject(task) => decide(task, Verb::Reject),
        Try::GiveBack(task) => {
            let (id, _) = *open.get(task % open.len().max(1))?;
            let to = play.instance.tokens[&play.instance.tasks[&id].token].passed.last().cloned();
            decide(task, Verb::Return(Return { to, ..Return::default() }))
        }
        Try::TakeBack => {
            let (task, by) = play.instance.undo.as_ref().map(|undo| (undo.task, undo.by))?;
            Some(Command::Decide { task, by, verb: Verb::TakeBack, said: Said::default() })
        }
        Try::Resubmit if play.comes_back() => Some(Command::ComeBack { by: who("rob") }),
        Try::Resubmit => {
            Some(Command::Resubmit { by: who("rob"), catalog_version: 2, picks: indexmap::IndexMap::new() })
        }
        Try::Pass(_) => None,
        Try::Fire(timer) => Some(Command::Fire { timer: *timer }),
        Try::Amount(amount) => {
            play.record.fields.insert("amount".into(), Value::Decimal((*amount).into()));
            None
        }
        Try::Wanted(days) => {
            let day = play.now.date_naive() + Duration::days(*days);
            play.record.fields.insert("wanted".into(), Value::Date(day));
            None
        }
        Try::Look => Some(Command::Look),
        Try::Receive => {
            let found = play.instance.tokens.iter().find_map(|(token, t)| match &t.wait {
                Wait::For(waiting) => Some((*token, waiting.message.clone()?)),
                _ => None,
            });
            let (token, message) = found?;
            Some(Command::Receive { token, message, id: Uuid::from_u128(3), values: Map::new(), by: None })
        }
        Try::Suspend => {
            Some(Command::Operate { by: who("ada"), operation: Operation::Suspend, reason: Some("x".into()) })
        }
        Try::Resume => {
            Some(Command::Operate { by: who("ada"), operation: Operation::Resume, reason: Some("x".into()) })
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, max_shrink_iters: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_comes_in_whatever_order_a_live_instance_has_a_task_or_a_wait_and_its_timers_alone(
        steps in vec((0..10usize, 0..10usize, 0..3u8), 1..4),
        attempts in vec(attempt(), 0..30),
    ) {
        let mut play = started_try(&flow(&steps));
        let mut jobs = std::collections::BTreeMap::new();
        let begun = play.start("rob");
        kept(&mut jobs, &begun);
        whole(&play);
        for attempt in &attempts {
            let mut all = Vec::new();
            if let Try::Pass(hours) = attempt {
                play.now += Duration::hours(*hours);
                // In any order: the worker may be late.
                for timer in play.instance.timers.keys().copied().collect::<Vec<_>>().into_iter().rev() {
                    all.push(Command::Fire { timer });
                }
            } else if let Some(command) = command(&mut play, attempt) {
                all.push(command);
            }
            for command in all {
                let mut again = play.clone();
                let first = play.give(&command);
                prop_assert_eq!(&first, &again.give(&command), "the same command gives the same");
                if let Ok(decision) = first {
                    kept(&mut jobs, &decision);
                    let nobody = decision.events.iter().all(|event| event.by.is_none());
                    prop_assert!(nobody || !matches!(command, Command::Fire { .. }), "what a timer does is nobody's act");
                }
                whole(&play);
                if let Status::Running = play.instance.status {
                    prop_assert!(play.try_preview("rob").is_ok());
                }
            }
        }
        let skipped = play.events.iter().any(|e| matches!(&e.what, What::Overdue { act: DueAct::Approve, .. }));
        let parts = play.instance.tokens.values().filter_map(|t| if let Wait::Approval(v) = &t.wait { Some(v) } else { None });
        let overdue = parts.flat_map(|v| &v.parts).any(|p| p.state == PartState::Skipped(SkipReason::Overdue));
        prop_assert!(skipped || !overdue);
    }
}

fn started_try(nodes: &Json) -> Play {
    let mut play = Play::new(&definition(nodes.clone()));
    play.now = shanghai("2026-09-21 09:00");
    play
}

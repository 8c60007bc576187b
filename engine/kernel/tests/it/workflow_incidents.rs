//! What cannot be done stands still until an administrator looks after it; what people decided stays decided.

use indexmap::IndexMap;
use kernel::{
    Rejection, Value,
    change::Change,
    workflow::{Command, Operation, Status, Wait, What},
};
use rust_decimal::Decimal;
use serde_json::json;

use crate::workflow_kit::{Play, definition, who};

/// An approval, then an action that divides by the cost.
fn sharing() -> Play {
    Play::new(&definition(json!({
        "start": {"type": "start", "next": "check"},
        "check": {"type": "approval", "approvers": [{"user": "sam@firm.example"}], "nobody": "admin", "next": "share",
            "rejected": "rejected"},
        "share": {"type": "action", "do": {
            "first": {"update": {"set": {"days": "1"}}}, "second": {"update": {"set": {"amount": "amount / cost"}}}},
            "next": "approved"},
        "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}
    })))
    .with("amount", Value::Decimal(Decimal::from(10)))
    .with("cost", Value::Decimal(Decimal::ZERO))
}

fn operate(
    play: &mut Play,
    operation: Operation,
    reason: Option<&str>,
) -> Result<kernel::workflow::Decision, Rejection> {
    play.give(&Command::Operate { by: who("ada"), operation, reason: reason.map(str::to_owned) })
}

fn stuck(play: &Play) -> u32 {
    let found = play.instance.incidents().next();
    found.unwrap_or_else(|| panic!("nothing is stuck: {:#?}", play.instance)).0
}

#[test]
fn a_decision_stays_though_the_action_after_it_fails() {
    let mut play = sharing();
    play.start("rob");
    let decision = play.approve("sam");
    assert_eq!(play.instance.status, Status::Running);
    assert!(play.instance.tasks.is_empty(), "the task is done");
    let token = stuck(&play);
    let Wait::Incident(incident) = &play.instance.tokens[&token].wait else { unreachable!("it is stuck") };
    assert_eq!(incident.code, "workflow_fault");
    assert!(decision.effects.is_empty(), "what the action did before it failed is undone: {:?}", decision.effects);
    assert!(!decision.events.iter().any(|event| matches!(event.what, What::Acted { .. })));
    let told: Vec<_> = decision
        .changes
        .iter()
        .filter_map(
            |change| if let Change::Notify(notice) = change { Some((&*notice.kind, notice.user)) } else { None },
        )
        .collect();
    assert_eq!(told, [("incident", who("ada"))]);
    let row = decision.changes.iter().find_map(|c| if let Change::Instance(row) = c { Some(row) } else { None });
    assert_eq!(row.unwrap().incidents, 1);
}

#[test]
fn an_incident_is_tried_again_with_the_record_mended() {
    let mut play = sharing();
    play.start("rob");
    play.approve("sam");
    let token = stuck(&play);
    let again = Operation::Retry { token, set: IndexMap::new() };
    operate(&mut play, again.clone(), None).unwrap_err();
    operate(&mut play, again, Some("once more")).unwrap();
    assert_eq!(stuck(&play), token, "nothing was mended, so it fails again");
    let set = IndexMap::from([("cost".into(), Value::Decimal(Decimal::from(5)))]);
    let done = operate(&mut play, Operation::Retry { token, set }, Some("the cost was missing")).unwrap();
    assert_eq!((play.instance.status, play.instance.outcome.as_deref()), (Status::Ended, Some("approved")));
    assert_eq!(play.record.fields["amount"], Value::Decimal(Decimal::from(2)));
    let solved = done.events.iter().find_map(|event| match &event.what {
        What::IncidentSolved { fields, reason, skipped, .. } => Some((fields.clone(), reason.clone(), *skipped)),
        _ => None,
    });
    assert_eq!(solved, Some((vec!["cost".into()], "the cost was missing".into(), false)));
    operate(&mut play, Operation::Skip { token }, Some("late")).unwrap_err();
}

#[test]
fn an_incident_is_skipped() {
    let mut play = sharing();
    play.start("rob");
    play.approve("sam");
    let token = stuck(&play);
    operate(&mut play, Operation::Skip { token }, Some("not needed")).unwrap();
    assert_eq!(play.instance.outcome.as_deref(), Some("approved"));
    assert_eq!(play.record.fields["amount"], Value::Decimal(Decimal::from(10)), "it was not done");
}

#[test]
fn a_submission_that_runs_into_a_fault_is_refused() {
    let mut play = Play::new(&definition(json!({
        "start": {"type": "start", "next": "share"},
        "share": {"type": "action", "do": {"go": {"update": {"set": {"amount": "amount / cost"}}}}, "next": "check"},
        "check": {"type": "approval", "approvers": [{"user": "sam@firm.example"}], "nobody": "admin",
            "next": "approved", "rejected": "approved"},
        "approved": {"type": "end", "outcome": "approved"}
    })))
    .with("amount", Value::Decimal(Decimal::from(10)))
    .with("cost", Value::Decimal(Decimal::ZERO));
    let refused = play.try_start("rob").unwrap_err();
    assert!(matches!(refused, Rejection::State { ref code, .. } if *code == "workflow_fault"), "{refused:?}");
}

#[test]
fn a_condition_that_cannot_be_worked_out_stops_where_it_stands() {
    let mut play = Play::new(&definition(json!({
        "start": {"type": "start", "next": "check"},
        "check": {"type": "approval", "approvers": [{"user": "sam@firm.example"}], "nobody": "admin", "next": "which",
            "rejected": "rejected"},
        "which": {"type": "switch", "cases": {"small": {"when": "amount / cost < 3", "next": "rejected"}},
            "default": "approved"},
        "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}
    })))
    .with("amount", Value::Decimal(Decimal::from(10)))
    .with("cost", Value::Decimal(Decimal::ONE));
    play.start("rob");
    play.record.fields.insert("cost".into(), Value::Decimal(Decimal::ZERO));
    play.approve("sam");
    let token = stuck(&play);
    assert_eq!(&*play.instance.tokens[&token].node, "which");
    operate(&mut play, Operation::Skip { token }, Some("the usual way")).unwrap();
    assert_eq!(play.instance.outcome.as_deref(), Some("approved"), "past a switch it goes by its default");
}
